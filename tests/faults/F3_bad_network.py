#!/usr/bin/env python3
"""F3: everything takes 200 ms there and back, give or take 100, and one piece in twenty as much longer as TCP takes to
send it again; what comes behind it waits.

Pass: the log-in takes 5 s at most, a message 1 s there and back in 99 of 100, and nobody is said to have left.
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, SecureHost, amount, case, check, run
from faults import time_mark
from proxy import Proxy

LINES = amount(200, 20)


@case(f"{LINES} lines of a clint that logs in with a password")
def slow():
    seed = random.randrange(1 << 30)
    print(f"  seed {seed}")
    dice = random.Random(seed)
    host = SecureHost("tea and biscuits")
    near = Clint(host, "--name", "near", "--kdf", "small", env={"CLINT_PASSWORD": "tea and biscuits"})
    near.out.wait_for("^Connected")
    proxy = Proxy(host.port)
    proxy.delay = lambda: dice.uniform(0.05, 0.15) + (dice.uniform(0.2, 0.6) if dice.random() < 0.05 else 0)
    begin = time.monotonic()
    far = Clint(proxy.port, "--name", "far", env={"CLINT_PASSWORD": "tea and biscuits"})
    far.out.wait_for("^Connected")
    took = time.monotonic() - begin
    check(took <= time_mark(5), f"the log-in took {took:.1f} s")
    times = []
    for n in range(LINES):
        begin = time.monotonic()
        far.send(f"line {n}")
        far.out.wait_for(f"^far: line {n}$")
        times.append(time.monotonic() - begin)
    p99 = sorted(times)[LINES * 99 // 100 - 1]
    print(f"  the log-in took {took:.1f} s, 99 of 100 lines at most {p99:.2f} s")
    check(p99 <= time_mark(1), f"one line in a hundred took more than {p99:.2f} s: {sorted(times)[-10:]}")
    near.out.wait_for(f"^far: line {LINES - 1}$")
    check("left" not in near.out.text() and "back after" not in far.err.text(), "somebody was said to have left")


if __name__ == "__main__":
    run()
