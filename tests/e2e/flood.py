#!/usr/bin/env python3
"""Many talk fast: nobody loses, doubles or reorders anything."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, case, check, on_linux, run
from faults import Swarm


def flood(mode, rate):
    on_linux()
    host = Host("--rate", "off", "--quiet", mode=mode)
    swarm = Swarm(host, "flood", "--clients", 40, "--senders", 20, "--rate", rate, "--size", 200, "--seconds", 2)
    result = swarm.result()
    print(f"  {result['delivered']} deliveries, p99 {result['p99_ms']} ms")
    check(result["acknowledged"] == result["sent"] > 0, "not all was acknowledged")


@case("20 of 40 talk, 2,000 messages a second, in plain text")
def plain():
    flood("--plain", 2000)


@case("20 of 40 talk, 1,000 messages a second, over TLS")
def tls():
    flood("--tls", 1000)


run()
