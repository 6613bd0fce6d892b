#!/usr/bin/env python3
"""A1: 200 sockets from one address send one octet of a TLS ClientHello a second.

Pass: at most 10 are admitted, each of them is cut at 10 s +- 1 s, and a good client from another address logs in
within 1 s throughout.
"""

import socket
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, case, check, run
from faults import attack, attacked_host, stats
from wire import RawClient, client_hello, fresh_address, wait_readable


@case("200 slow TLS handshakes from one address")
def slow_handshakes():
    host = attacked_host(mode="--tls")
    with attack(host):
        octets, source = client_hello(), fresh_address()
        begin = time.monotonic()
        ends, sockets = {}, []
        for _ in range(200):
            one = socket.socket()
            one.bind((source, 0))
            one.connect(("127.0.0.1", host.port))
            sockets.append(one)
        sent = 0
        slowest = 0.0
        while len(ends) < 200 and time.monotonic() - begin < 15 * SLACK:
            for one in sockets:
                if one not in ends:
                    try:
                        one.send(octets[sent:sent + 1])
                    except OSError:
                        ends[one] = time.monotonic() - begin
            sent += 1
            started = time.monotonic()
            with RawClient(host) as good:
                good.log_in()
            slowest = max(slowest, time.monotonic() - started)
            second = started + 1
            while (left := second - time.monotonic()) > 0:
                for one in wait_readable([one for one in sockets if one not in ends], left):
                    try:
                        data = one.recv(4096)
                    except OSError:
                        data = b""
                    if not data:
                        ends[one] = time.monotonic() - begin
        for one in sockets:
            one.close()
        check(len(ends) == 200, f"{200 - len(ends)} were never cut")
        admitted = sorted(ends.values())[stats(host, r"too_many (\d+)[,\n]"):]  # the others were turned away at the door
        check(1 <= len(admitted) <= 10, f"{len(admitted)} were admitted")
        print(f"  {len(admitted)} admitted, cut at {min(admitted):.1f} to {max(admitted):.1f} s; "
              f"the good client took {slowest:.2f} s at most")
        check(min(admitted) >= 9 and max(admitted) <= 11 * SLACK, "not cut at 10 s")
        check(slowest <= 1 * SLACK, f"the good client waited {slowest:.1f} s")


run()
