#!/usr/bin/env python3
"""A9: many addresses guess a little each.

Pass: above 100 failures a minute an unknown address waits a second more for its answer, an address that logged in within
a day does not, and nobody is shut out.
"""

import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, SecureHost, amount, case, check, eventually, run
from wire import PROOF, RawClient, fresh_address

PASSWORD = "correct horse battery"


def guess(host, source):
    begin = time.monotonic()
    with RawClient(host, source=source) as mallory:
        answer = mallory.guess()
        check(answer is not None and answer.type == PROOF, f"{answer}")
    return time.monotonic() - begin


@case("more addresses than the brake likes, three guesses each")
def many():
    host = SecureHost(PASSWORD, "--quiet", "--log-level", "warning")
    alice = Clint(host, "--name", "alice", env={"CLINT_PASSWORD": PASSWORD})  # makes 127.0.0.1 a known address
    alice.out.wait_for("^Connected")
    for _ in range(amount(500, 35)):
        source = fresh_address()
        for _ in range(3):
            guess(host, source)
    eventually(lambda: guess(host, fresh_address()) >= 1, "unknown addresses wait a second more")
    known = guess(host, "127.0.0.1")
    check(known < 0.8 * SLACK, f"a known address waited {known:.2f} s")
    unknown = guess(host, fresh_address())
    check(1 <= unknown < 2 * SLACK, f"an unknown address waited {unknown:.2f} s")
    bob = Clint(host, "--name", "bob", env={"CLINT_PASSWORD": PASSWORD})
    bob.out.wait_for("^Connected", 3 * SLACK)
    alice.send("all is well")
    bob.out.wait_for("^alice: all is well")


run()
