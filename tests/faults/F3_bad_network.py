#!/usr/bin/env python3
"""F3: everything takes 100 to 300 ms each way, sometimes a second more, as when packets are lost and sent again.

Pass: the log-in takes 5 s at most, a message 1 s there and back in 99 of 100 but for those held up, and nobody is said
to have left.
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, SecureHost, amount, case, check, run
from proxy import Proxy

LINES = amount(100, 20)


@case(f"{LINES} lines of a clint that logs in with a password")
def slow():
    seed = random.randrange(1 << 30)
    print(f"  seed {seed}")
    dice = random.Random(seed)
    host = SecureHost("tea and biscuits")
    near = Clint(host, "--name", "near", "--kdf", "small", env={"CLINT_PASSWORD": "tea and biscuits"})
    near.out.wait_for("^Connected")
    proxy = Proxy(host.port)
    proxy.delay = lambda: dice.uniform(0.1, 0.3) + (1 if dice.random() < 0.05 else 0)
    begin = time.monotonic()
    far = Clint(proxy.port, "--name", "far", env={"CLINT_PASSWORD": "tea and biscuits"})
    far.out.wait_for("^Connected", 20)
    took = time.monotonic() - begin
    check(took <= 5 * SLACK + 3, f"the log-in took {took:.1f} s")  # two connections: the password is asked for between them
    times = []
    for n in range(LINES):
        begin = time.monotonic()
        far.send(f"line {n}")
        far.out.wait_for(f"^far: line {n}$", 20)
        times.append(time.monotonic() - begin)
    held_up = sum(each > 1 for each in times)
    check(held_up <= LINES * 0.35, f"{held_up} of {LINES} lines took more than 1 s: {times}")
    near.out.wait_for(f"^far: line {LINES - 1}$")
    check("left" not in near.out.text() and "back after" not in far.err.text(), "somebody was said to have left")


if __name__ == "__main__":
    run()
