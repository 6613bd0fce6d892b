#!/usr/bin/env python3
"""A3: clients that hang: one is stopped by SIGSTOP, one never answers a ping, one of these over TLS.

Pass: each is cut after 45 s of silence, "left" is announced once, the name is free again, and nothing piles up.
"""

import signal
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, case, check, eventually, run
from faults import attack, attacked_host
from wire import LEFT, POST, RawClient


@case("a stopped clint and a client that answers no ping")
def hanging():
    host = attacked_host()
    watcher = RawClient(host)
    watcher.log_in("watcher")
    with attack(host) as baseline:
        before = time.monotonic()
        stopped = Clint(host, "--name", "stopped").connected()
        mute = RawClient(host)
        mute.log_in("mute")
        stopped.signal(signal.SIGSTOP)
        begin = time.monotonic()
        left, queue, looked = {}, 0, begin
        while len(left) < 2 and time.monotonic() - begin < 50 * SLACK:
            if time.monotonic() - looked >= 1:  # the kernel's table takes a while to read
                looked, queue = time.monotonic(), max([queue, *host.send_queues()])
            try:
                packet = watcher.read(1)
            except TimeoutError:
                continue
            if packet.type == POST and packet.kind == LEFT and packet.sender in ("stopped", "mute"):
                check(packet.sender not in left, f"{packet.sender} left twice")
                left[packet.sender] = (time.monotonic() - begin, packet.why)
        print(f"  {left}, at most {queue} octets in a send queue")
        check(len(left) == 2, "not everyone was cut")
        for name, (after, why) in left.items():
            check(after + begin - before >= 44, f"{name} was cut after {after:.1f} s already")
            check(after <= 46.5 * SLACK, f"{name} was cut after {after:.1f} s")
            check(why == "silent", f"{name} left with {why!r}")
        check(queue <= 1 << 16, f"{queue} octets wait for one of them")
        baseline.check_growth(4)
        for name in left:
            with RawClient(host) as again:
                check(again.log_in(name).name == name, f"the name {name} is not free again")
        stopped.kill()
        mute.close()
    eventually(lambda: host.err.count("goodbye silent") >= 1, "the log says why")


run()
