#!/usr/bin/env python3
"""G7: a signal every millisecond to every thread, and one octet per read and write.

Pass: nothing lost, doubled or out of order, and nobody waits, although one more client does not read. (That such a
client is cut, and what it is told when it comes back, is B1's; one octet at a time its buffers do not fill in time.)
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, amount, case, check, run
from faults import Swarm, attacked_host, fault_shim, time_mark
from wire import RawClient


def interrupted(mode, **faults):
    host = attacked_host("--rate", "off", mode=mode, env=fault_shim(**faults))
    stalled = RawClient(host, receive_buffer=4096)
    stalled.log_in("stalled")
    log = host.err.mark()
    swarm = Swarm(host, "flood", "--clients", 16, "--senders", 8, "--rate", amount(100, 40), "--size", 200, "--seconds",
                  amount(30, 2 if SANITIZED else 4), "--from", "127.65.0.1")
    result = swarm.result(120 * SLACK)
    print(f"  {faults}: {result['delivered']} deliveries, p99 {result['p99_ms']} ms")
    mark = 1000 * time_mark(0.1) + 2 * result["late_p99_ms"]
    check(result["p99_ms"] <= mark, f"p99 {result['p99_ms']} ms is over {mark:.0f} ms")
    stalled.close()
    host.check_log(log)


@case("a signal every millisecond")
def signals():
    interrupted("--plain", SIGNALS=1)
    interrupted("--tls", SIGNALS=1)


@case("one octet at a time")
def short_io():
    interrupted("--plain", SHORT=1)
    interrupted("--tls", SHORT=1)


@case("both")
def both():
    interrupted("--plain", SIGNALS=1, SHORT=1)


run()
