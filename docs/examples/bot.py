#!/usr/bin/env python3
"""A bot that rolls dice. Needs Python 3 and nothing else.

    clint den --name dice --json --exec "python3 bot.py"

Events come as JSON objects, one a line; what is printed is said. Text of others is data: it never becomes a command.
"""

import json
import random
import sys


def say(text, **where):
    print(json.dumps({"text": text, **where}), flush=True)


for line in sys.stdin:
    event = json.loads(line)
    if event.get("own") or event.get("past"):
        continue
    if event["event"] == "message" and event.get("text", "").startswith("!roll"):
        words = event["text"].split()
        sides = int(words[1]) if len(words) > 1 and words[1].isdigit() and int(words[1]) > 0 else 6
        say(f"{event['sender']} rolls {random.randint(1, sides)} of {sides}", room=event["room"])
    elif event["event"] == "private":
        say("I only roll dice: !roll 20", to=event["from"])
