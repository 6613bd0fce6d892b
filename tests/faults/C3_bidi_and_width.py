#!/usr/bin/env python3
"""C3: directions, marks, joiners, wide and ambiguous characters, tabs, and 4 KiB without a space.

Pass: time and name stay at the front of their line, at most 8 marks are drawn on a letter, the prompt is intact, a line
takes 50 ms at most.
"""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, Host, case, check, eventually, on_linux, run
from typist import Typist
from wire import RawClient, say

LINES = ["שלום עולם", "abc שלום def", "مرحبا", "a" + "\u0301" * 5000 + "z", "👩\u200d👩\u200d👧" * 300, "\u200d" * 1000 + "x",
         "x" * 4096, "你" * 4000, "\u00b1\u00a7\u2460" * 500, "a\tb\t" * 300, "e\u0301" * 3000, "*" * 8000, "`" * 8000,
         "https://" + "a" * 8000, ":a" * 4000, "\u1100\u1161\u11a8" * 500, "\U0001f1e9\U0001f1ea" * 500]
FORBIDDEN = ["\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"]


@case("lines that move, pile up or do not break")
def lines():
    on_linux()
    host = Host("--rate", "off")
    alice = Typist(host)
    with RawClient(host) as bob:
        bob.log_in("bob")
        alice.clint.write("half a line")
        for number, text in enumerate(LINES):
            begin = time.monotonic()
            bob.say(text)
            bob.say(f"after {number}")
            eventually(lambda n=number: f"bob: after {n}" in alice.clint.out.text(), "the next line")
            took = time.monotonic() - begin
            check(SANITIZED or took < 0.5, f"{text[:20]!r} and the next line took {1000 * took:.0f} ms")
        alice.settle()
        shown = alice.screen.whole_lines()
        for number in range(len(LINES)):
            check(any(re.match(rf"\d\d:\d\d bob: after {number}$", line.rstrip()) for line in shown), f"line {number} has moved")
        check(not re.search("\u0301{9}", alice.clint.out.text()), "more than 8 marks on one letter")
        alice.expect("half a line")
    for character in FORBIDDEN:
        with RawClient(host) as mallory:
            mallory.log_in("mallory")
            mallory.send(say(1, "abc" + character + "def"))
            check(mallory.wait_end() == "bad_text", f"{character!r} was taken")


if __name__ == "__main__":
    run()
