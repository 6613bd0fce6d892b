#!/usr/bin/env python3
"""G4: SIGTERM and SIGINT in the middle of a flood.

Pass: the port closes at once, everyone gets the goodbye and everything that was acknowledged, exit code 0 within 2 s;
a second signal ends it within 1 s. The transfer of the row comes with files, the database with the durable ledger.
"""

import signal
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, amount, case, check, run
from faults import Swarm, attacked_host


def flood(host):
    return Swarm(host, "flood", "--clients", 40, "--senders", 40, "--rate", amount(10000, 2000), "--size", 200,
                 "--seconds", 30, "--expect-stop", "--drain", 10)


def drain(mode, number):
    host = attacked_host("--rate", "off", mode=mode)
    swarm = flood(host)
    time.sleep(1.5)
    begin = time.monotonic()
    host.stop(number)
    print(f"  gone after {time.monotonic() - begin:.2f} s")
    result = swarm.result(60 * SLACK)
    check(result["ends"] == {"host_stopping": 40}, f"goodbyes: {result['ends']}")
    check(result["acknowledged"] > 0, "no flood")
    host.check_log()


@case("SIGTERM, plain")
def terminated():
    drain("--plain", signal.SIGTERM)


@case("SIGINT, over TLS")
def interrupted():
    drain("--tls", signal.SIGINT)


@case("a second SIGTERM")
def twice():
    host = attacked_host("--rate", "off")
    swarm = flood(host)
    time.sleep(1)
    host.signal(signal.SIGTERM)
    time.sleep(0.05)
    host.signal(signal.SIGTERM)
    host.exit_code(1 * SLACK)
    host.killed = True  # it may end as the signal says
    swarm.kill()


run()
