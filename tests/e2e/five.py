#!/usr/bin/env python3
"""Five people talk at once."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, case, check, run

LINES = 100
NAMES = ("ann", "ben", "cat", "dan", "eve")


def conversation(mode, *flags):
    host = Host("--rate", "off", mode=mode)
    people = []
    for name in NAMES:
        people.append(Clint(host, "--name", name, *flags).connected())
        for earlier in people[:-1]:
            earlier.out.wait_for(rf"^\* {name} joined")
    for n in range(LINES):
        for person in people:
            person.send(f"word {n}")
    for person in people:
        for name in NAMES:
            person.out.wait_for(f"^{name}: word {LINES - 1}$")
    said = tuple(f"{name}: " for name in NAMES)
    heard = [[line for line in person.out.lines() if line.startswith(said)] for person in people]
    check(len(heard[0]) == LINES * len(NAMES), f"{len(heard[0])} lines instead of {LINES * len(NAMES)}")
    check(all(lines == heard[0] for lines in heard), "not everyone saw the same order")
    for name in NAMES:
        own = [line for line in heard[0] if line.startswith(f"{name}: ")]
        check(own == [f"{name}: word {n}" for n in range(LINES)], f"the lines of {name} are out of order")
    for name in NAMES:
        host.out.wait_for(f"^{name}: word {LINES - 1}$")
    shown = [line for line in host.out.lines() if line.startswith(said)]
    check(shown == heard[0], "the host's console shows another order")


@case("everyone sees everything in the same order, in plain text")
def plain():
    conversation("--plain")


@case("everyone sees everything in the same order, over TLS")
def tls():
    conversation("--tls", "--tls-insecure")


run()
