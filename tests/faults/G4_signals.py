#!/usr/bin/env python3
"""G4: SIGTERM and SIGINT in the middle of a flood.

Pass: the port closes at once, everyone gets the goodbye and everything that was acknowledged, and with --data that is
in the database; exit code 0 within 2 s; a second signal ends it at once. Files cannot be sent yet.
"""

import signal
import socket
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, amount, case, check, eventually, run, scratch
from checks import LEAVES_THREADS
from faults import Swarm, attacked_host, second_signal_ends
from stored import posts_in
from wire import MESSAGE, RawClient, fresh_address


def flood(host):
    return Swarm(host, "flood", "--clients", 40, "--senders", 40, "--rate", amount(10000, 500 if SANITIZED else 2000), "--size", 200,
                 "--seconds", 30, "--expect-stop", "--drain", 10)


def listens(port):
    try:
        with socket.create_connection(("127.0.0.1", port), source_address=(fresh_address(), 0)):
            return True
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        return True  # closed while we knocked: the next knock tells


def drain(mode, number, *flags):
    host = attacked_host("--rate", "off", *flags, mode=mode)
    swarm = flood(host)
    with RawClient(host) as witness:
        witness.log_in("witness")
        witness.wait_post(lambda post: post.kind == MESSAGE)
    time.sleep(1.5)
    begin = time.monotonic()
    host.signal(number)
    closed = eventually(lambda: not listens(host.port), "the port is closed")
    check(closed <= 0.5 * SLACK, f"the port was closed after {closed:.2f} s")
    host.expect_exit(0, 2 * SLACK + 0.5 - closed)
    print(f"  gone after {time.monotonic() - begin:.2f} s")
    result = swarm.result(60 * SLACK)
    check(result["ends"] == {"host_stopping": 40}, f"goodbyes: {result['ends']}")
    check(result["acknowledged"] > 0, "no flood")
    host.check_log()
    return result["acknowledged"]


@case("SIGTERM, plain, with --data")
def terminated():
    den = scratch("den")
    acknowledged = drain("--plain", signal.SIGTERM, "--data", den)
    stored = defaultdict(list)
    for post in posts_in(den):
        if post["kind"] == "message":
            stored[post["session"]].append(post["message"])
    check(all(ids == list(range(1, len(ids) + 1)) for ids in stored.values()), "a sender's messages have holes")
    count = sum(len(ids) for ids in stored.values())
    check(count >= acknowledged, f"{acknowledged} were acknowledged, {count} are stored")


@case("SIGINT, over TLS")
def interrupted():
    drain("--tls", signal.SIGINT)


@case("a second SIGTERM, where the first waits for a reader that stalls")
def twice():
    swarms = []

    def waits():
        while swarms:
            swarms.pop().kill()
        host = attacked_host("--rate", "off", env=LEAVES_THREADS)
        stalled = RawClient(host, receive_buffer=4096)
        stalled.log_in("stalled")
        swarms.append(flood(host))
        eventually(lambda: max(host.send_queues()) > 1 << 16, "octets wait for the stalled reader")
        return host, lambda: (stalled, eventually(lambda: not listens(host.port), "the port is closed"))
    second_signal_ends(waits, signal.SIGTERM)
    swarms.pop().kill()


run()
