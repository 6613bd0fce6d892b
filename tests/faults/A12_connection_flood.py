#!/usr/bin/env python3
"""A12: 5,000 connects a second from 20 addresses, closed at once; then as many as go, each with a whole TLS handshake.

Pass: bystanders wait 100 ms at p99, the log stays short, the accept queue is empty 2 s after the flood.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, amount, case, check, eventually, run
from faults import Swarm, attack, attacked_host, stats
from wire import RawClient

RATE, SECONDS = 5000, amount(10, 3)


def flood(mode):
    host = attacked_host(mode=mode)
    with attack(host):
        swarm = Swarm(host, "connect", "--rate", RATE, "--seconds", SECONDS, "--from", "127.99.0.1")
        result = swarm.result(30 * SLACK)
        drained = eventually(lambda: host.accept_queue() == 0, "the accept queue is empty", 2 * SLACK)
        print(f"  {result}, the queue was empty after {drained:.2f} s")
        check(result["connects"] >= amount(0.8 * RATE * SECONDS, 1), "no flood")
        check(mode == "--plain" or result["handshakes"] >= 20, "no flood")
        eventually(lambda: stats(host, r"(\d+) logging in") == 0, "the strangers are gone")  # else some are dropped
        with RawClient(host) as good:
            good.log_in()


@case("connect and close")
def closing():
    flood("--plain")


@case("connect, shake hands, close")
def handshakes():
    flood("--tls")


run()
