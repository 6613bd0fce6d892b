#!/usr/bin/env python3
"""A9: many addresses guess a little each.

Pass: above 100 failures a minute an unknown address waits a second more for its answer, an address that logged in within
a day does not, and nobody is shut out.
"""

import time
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, SecureHost, amount, case, check, eventually, run
from faults import Members, attack
from member import Member
from wire import PROOF, RawClient, fresh_address

PASSWORD = "correct horse battery"


def guess(host, source):
    begin = time.monotonic()
    with RawClient(host, source=source) as mallory:
        answer = mallory.guess()
        check(answer is not None and answer.type == PROOF, f"{answer}")
    return time.monotonic() - begin


def guess_three_times(host):
    source = fresh_address()
    for _ in range(3):
        guess(host, source)


def known_address(host):
    """From which somebody has logged in."""
    source = fresh_address()
    with Member(host, PASSWORD, source) as friend:
        friend.log_in("friend")
    return source


@case("more addresses than the brake likes, three guesses each")
def many():
    host = SecureHost(PASSWORD, "--quiet")
    with attack(host, bystanders=Members(host, PASSWORD)):  # who make 127.0.0.1 a known address
        with ThreadPoolExecutor(8) as crowd:
            list(crowd.map(lambda _: guess_three_times(host), range(amount(500, 35))))
        eventually(lambda: guess(host, fresh_address()) >= 1, "unknown addresses wait a second more")
        for _ in range(5):  # some may wait for this machine
            known = guess(host, known_address(host))
            if known < 1:
                break
        check(known < 1, f"a known address waited {known:.2f} s")
        unknown = guess(host, fresh_address())
        print(f"  a known address waited {known:.2f} s, an unknown one {unknown:.2f} s")
        check(1 <= unknown < 2 * SLACK, f"an unknown address waited {unknown:.2f} s")
        bob = Clint(host, "--name", "bob", env={"CLINT_PASSWORD": PASSWORD})
        bob.out.wait_for("^Connected", 3 * SLACK)
        bob.kill()


run()
