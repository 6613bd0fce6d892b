#!/usr/bin/env python3
"""C6: what acts on terminals, in whatever clint and host write for people and programs to read.

Pass: visible in text, escaped in JSON, and the same text again when the JSON is read.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, case, check, eventually, run, scratch
from stored import KeptHost, posts_in
from wire import TOPIC, RawClient

LINES = ["tab\there", "\u00e4\u00f6 \u4f60\u597d \U0001f600", "\"quotes\" and \\ back", "</script>", "e\u0301" + "\u0301" * 20, "two\nlines"]
HOSTILE = ["\x1b[2J", "\u009b2J", "\u202e", "\x7f"]


@case("the host's log, its audit log, its export, and clint --json")
def written():
    folder, log = scratch("den"), scratch("host.log")
    host = KeptHost(folder, "--log-file", log, "--log-level", "debug")
    script = Clint(host.program, "--name", "script", "--json")
    eventually(lambda: "logged_in" in script.out.text(), "clint is in")
    with RawClient(host.program) as bob:
        bob.log_in("bob")
        for text in LINES:
            bob.say(text)
        bob.say("a topic\t", kind=TOPIC)
        bob.say("last")
        bob.wait_post(lambda post: post.text == "last")
    for text in HOSTILE:
        with RawClient(host.program) as raw:
            raw.log_in("mallory")
            raw.ask(0x60, "kick", text)
            raw.say(text)
            check(raw.wait_end() == "bad_text", f"{text!r} was taken")
    eventually(lambda: '"last"' in script.out.text(), "the last line")
    host.program.send("/kick \x1b[2J nobody")
    host.stop()
    told = [json.loads(line) for line in script.out.text().splitlines() if line]
    stored = posts_in(folder)
    for where, objects in (("clint --json", told), ("host --export", stored)):
        said = [each["text"] for each in objects if "text" in each and each.get("sender") == "bob"]
        check(said == LINES + ["a topic\t", "last"], f"{where}: {said}")
    for name, octets in (("log", log.read_bytes()), ("audit", (folder / "audit.log").read_bytes()),
                         ("json", bytes(script.out.raw)), ("stderr", bytes(host.program.err.raw) + bytes(script.err.raw))):
        bad = [octet for octet in octets if octet < 0x20 and octet != 0x0a or octet == 0x7f]
        check(not bad and b"\xc2\x9b" not in octets and "\u202e".encode() not in octets, f"{name} has control characters: {bad[:5]}")


if __name__ == "__main__":
    run()
