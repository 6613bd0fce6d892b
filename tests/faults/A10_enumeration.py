#!/usr/bin/env python3
"""A10: somebody without the password looks for names that are in use.

Pass: for a name that is here and one that is not, the same packets of the same sizes, and times that Welch's t-test
cannot tell apart (t < 4.5). Below 100 attempts, so that the brake for strangers stays off.
"""

import statistics
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, SecureHost, case, check, run
from wire import CONFIRM, PROOF, RawClient, frame, fresh_address

PASSWORD = "correct horse battery"


def attempt(host, name, source):
    """What an attempt shows: the types of the answers, the goodbye, and the time to the proof."""
    with RawClient(host, source=source) as mallory:
        begin = time.monotonic()
        first = mallory.guess(name)
        took = time.monotonic() - begin
        check(first.type == PROOF, f"{first}")
        mallory.send(frame(CONFIRM, b"c" * 32))
        return (first.type, mallory.wait_end()), took


@case("names that are here and names that are not")
def names():
    host = SecureHost(PASSWORD, "--quiet")
    for name in ("alice", "bob"):
        Clint(host, "--name", name, env={"CLINT_PASSWORD": PASSWORD}).out.wait_for("^Connected")
    shown, times = {"here": set(), "not": set()}, {"here": [], "not": []}
    for n in range(44):
        source = fresh_address()
        for kind, name in (("here", ("alice", "bob")[n % 2]), ("not", ("alicf", "bpb")[n % 2]))[::1 if n % 2 else -1]:
            what, took = attempt(host, name, source)
            shown[kind].add(what)
            times[kind].append(took)
    check(shown["here"] == shown["not"] == {(PROOF, "wrong_password")}, f"{shown}")
    # The slowest tenth says more of this machine than of the host.
    here, others = (sorted(times[kind])[:40] for kind in ("here", "not"))
    spread = (statistics.variance(here) / len(here) + statistics.variance(others) / len(others)) ** 0.5
    t = abs(statistics.mean(here) - statistics.mean(others)) / spread
    print(f"  {statistics.mean(here) * 1000:.2f} and {statistics.mean(others) * 1000:.2f} ms, t = {t:.1f}")
    check(t < 4.5, f"t = {t:.1f}")


run()
