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
from chat import Host, case, check, on_linux, run
from faults import time_mark
from hostile import visible
from output import BIDI
from typist import Typist
from wire import RawClient, say

LINES = ["שלום עולם", "abc שלום def", "مرحبا", "a" + "\u0301" * 5000 + "z", "👩\u200d👩\u200d👧" * 300, "\u200d" * 1000 + "x",
         "\u0301" * 50 + "first", "x" * 4096, "你" * 4000, "\u00b1\u00a7\u2460" * 500, "a\tb\t" * 300, "e\u0301" * 3000,
         "\u1100\u1161\u11a8" * 500, "\U0001f1e9\U0001f1ea" * 500, "https://" + "a" * 8000, ":a" * 4000, "\u05d0" * 3000 + " 123"]
MARKUP = ["*" * 8000, "`" * 8000, "**" + "x" * 8000, "`` ` " * 2000]  # shown with attributes, or as it is
FORBIDDEN = sorted(BIDI) + ["\U000e0041"]


@case("lines that move, pile up or do not break")
def lines():
    on_linux()
    host = Host("--rate", "off")
    alice = Typist(host)
    slowest = 0
    with RawClient(host) as bob:
        bob.log_in("bob")
        alice.clint.write("half a line")
        alice.expect("half a line")
        for number, text in enumerate(LINES + MARKUP):
            end = f"end{number}"
            mark = alice.clint.out.mark()
            begin = time.monotonic()
            bob.say(f"{text} {end}")
            while end.encode() not in bytes(alice.clint.out.raw[mark:]):
                check(time.monotonic() - begin < 10, f"{text[:20]!r} is not shown")
                time.sleep(0.001)
            took = time.monotonic() - begin
            slowest = max(slowest, took)
            check(took <= time_mark(0.05), f"{text[:20]!r} took {1000 * took:.0f} ms")
            alice.expect("half a line")
        shown = alice.screen.whole_lines()
        for number, text in enumerate(LINES):
            wanted = f" bob: {visible(text.encode())} end{number}"
            check(any(re.match(r"\d\d:\d\d$", line[:5]) and line[5:] == wanted for line in shown),
                  f"{text[:20]!r} is not as it should be behind time and name")
        for number in range(len(LINES), len(LINES) + len(MARKUP)):
            check(any(re.match(r"\d\d:\d\d bob: ", line) and line.endswith(f" end{number}") for line in shown), f"line {number} has moved")
        check(not re.search("\u0301{9}", alice.clint.out.text()), "more than 8 marks on one letter")
    print(f"  the slowest line took {1000 * slowest:.0f} ms")
    for character in FORBIDDEN:
        with RawClient(host) as mallory:
            mallory.log_in("mallory")
            mallory.send(say(1, "abc" + character + "def"))
            check(mallory.wait_end() == "bad_text", f"{character!r} was taken")


if __name__ == "__main__":
    run()
