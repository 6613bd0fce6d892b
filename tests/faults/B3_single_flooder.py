#!/usr/bin/env python3
"""B3: one client writes as fast as it can, under the default limits.

Pass: relayed are at most the burst of 100 and 20 a second, nothing acknowledged is lost, its TCP window closes, the
host takes at most 20 % of one core.
"""

import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, SANITIZED, amount, case, check, run
from faults import attack, attacked_host
from wire import POST, RawClient, say

SECONDS = amount(30, 8)


@case(f"full speed for {SECONDS} s")
def full_speed():
    host = attacked_host()
    with attack(host) as baseline:
        listener, flooder = RawClient(host), RawClient(host)
        listener.log_in("listener")
        flooder.log_in("flooder")
        cpu, begin = host.cpu_seconds(), time.monotonic()
        pending, blocked, written, message = b"", 0, 0, 0
        acknowledged, relayed = [], []
        while time.monotonic() - begin < SECONDS:
            flooder.socket.setblocking(False)
            try:
                while time.monotonic() - begin < SECONDS:
                    if not pending:
                        pending = b"".join(say(message + n, f"flood {message + n}") for n in range(1, 1001))
                        message += 1000
                    taken = flooder.socket.send(pending)
                    pending = pending[taken:]
                    written += taken
            except BlockingIOError:
                blocked += 1
            take(flooder, acknowledged, flooder.session, 0.02)
            take(listener, relayed, flooder.session, 0.02)
        took = time.monotonic() - begin
        cpu = (host.cpu_seconds() - cpu) / took
        while len(relayed) < max(100, len(acknowledged)) and time.monotonic() - begin < took + PATIENCE:
            take(listener, relayed, flooder.session, 0.1)
        heard = time.monotonic() - begin
        print(f"  {written >> 10} KiB written, blocked {blocked} times; {len(relayed)} relayed, "
              f"{100 * cpu:.0f} % of a core")
        check(100 <= len(relayed) <= 100 + 20 * (heard + 1.5), f"{len(relayed)} were relayed in {heard:.1f} s")
        check(relayed == list(range(1, len(relayed) + 1)), "lost, doubled or out of order")
        check(set(acknowledged) <= set(relayed), "something acknowledged did not reach the listener")
        check(blocked > 0, "its window never closed")
        check(SANITIZED or cpu <= 0.2, f"the host took {100 * cpu:.0f} % of a core")
        baseline.check_growth(8)
        listener.close()
        flooder.reset()


def take(client, into, session, seconds):
    """The message ids of that session which come within the time."""
    until = time.monotonic() + seconds
    try:
        while (left := until - time.monotonic()) > 0:
            packet = client.read(left)
            check(packet is not None, "the host cut the connection")
            if packet.type == POST and packet.session == session and packet.message:
                into.append(packet.message)
    except TimeoutError:
        pass


run()
