#!/usr/bin/env python3
"""A7: lengths up to 4 GiB are declared, before and after the log-in; 14 peers stream 100 MB behind them.

Pass: cut within a second and long before the bytes are read; the host grows by at most 1 MiB for one, 4 MiB for 14.
"""

import struct
import threading
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, case, check, run
from faults import attack, attacked_host
from wire import RawClient, greet

LENGTHS = [0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


@case("one after the other")
def one_by_one():
    for mode in ("--plain", "--tls"):
        host = attacked_host(mode=mode)
        with RawClient(host) as first:
            first.log_in()  # what a first session costs belongs to the baseline
        with attack(host) as baseline:
            for inside in (False, True):
                for length in LENGTHS + [(64 * 1024 if inside else 4096) + 1]:
                    with RawClient(host) as raw:
                        raw.log_in() if inside else raw.send(greet())
                        raw.send(struct.pack(">IB", length, 5 if inside else 3))
                        begin = time.monotonic()
                        why = raw.wait_end()
                        check(why == "too_large", f"{length:#x} {'after' if inside else 'before'} the log-in: {why!r}")
                        check(time.monotonic() - begin <= 1 * SLACK, f"{length:#x}: not cut within a second")
            baseline.check_growth(1)


def stream(host, inside, sent):
    raw = RawClient(host)
    raw.log_in() if inside else raw.send(greet())
    block = bytes(65536)
    total = 0
    try:
        raw.send(struct.pack(">IB", 0x40000000, 5))
        for _ in range(1600):
            total += raw.socket.send(block)
    except OSError:
        pass
    sent.append(total)
    raw.close()


@case("14 at a time, with 100 MB behind each")
def fourteen():
    host = attacked_host()
    with RawClient(host) as first:
        first.log_in()
    with attack(host) as baseline:
        for inside in (False, True):
            sent = []
            threads = [threading.Thread(target=stream, args=(host, inside, sent)) for _ in range(14)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20 * SLACK)
            check(len(sent) == 14, "a stream was neither cut nor read")
            check(max(sent) < 16 << 20, f"{max(sent)} octets were taken")  # what two socket buffers hold
            baseline.check_growth(4)


run()
