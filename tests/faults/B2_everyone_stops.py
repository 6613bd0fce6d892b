#!/usr/bin/env python3
"""B2: 63 of 64 stop reading during a flood.

Pass: all 63 are cut within 12 s of their last octet, the host grows by at most 72 MiB, and within 1 s a line typed at its
console arrives and a command is answered there.
"""

import signal
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, amount, case, check, run
from faults import Baseline, Stalled, Swarm, attacked_host
from wire import RawClient

RATE, SECONDS = amount(10000, 3000), amount(30, 12)


@case("63 readers are stopped by SIGSTOP")
def all_stop():
    host = attacked_host("--rate", "off")
    with RawClient(host) as first:
        first.log_in()  # when it is in, all of the host's own threads run
    empty = Baseline(host)
    listener = RawClient(host)
    listener.log_in("listener")
    watchers = Swarm(host, "watch", "--clients", 63, "--name-prefix", "w")
    baseline = Baseline(host)
    log = host.err.mark()
    sender = Swarm(host, "flood", "--clients", 4, "--senders", 4, "--rate", RATE, "--seconds", SECONDS, "--from",
                   "127.65.0.1")
    stalled = Stalled(host)
    watchers.signal(signal.SIGSTOP)
    begin = time.monotonic()
    growth, asked, slowest = 0.0, 0, 0.0
    while stalled.count() < 63:
        stalled.look()
        check(time.monotonic() - begin < 30 * SLACK, f"only {stalled.count()} were cut")
        growth = max(growth, baseline.growth_mib())
        asked += 1
        typed, shown = time.monotonic(), host.out.mark()
        host.send("/stats")
        host.out.wait_for(r"^\* \d+ clints? of at most", since=shown)
        host.send(f"line {asked}")
        listener.wait_post(f"line {asked}")
        slowest = max(slowest, time.monotonic() - typed)
        time.sleep(0.3)
    cut_after = max(stalled.waits().values())
    result = sender.result(60 * SLACK)
    watchers.signal(signal.SIGCONT)
    ends = watchers.result(30 * SLACK)  # it ends by itself when all of its clients have ended
    print(f"  all cut within {cut_after:.1f} s of their last octet, {growth:.1f} MiB more, the console answered within "
          f"{slowest:.2f} s, {result['delivered']} deliveries")
    check(result["sent"] >= amount(0.8 * RATE * SECONDS, 1), f"that was no flood: {result['sent']} messages")
    check(cut_after <= 10 + 2 * SLACK, f"one was cut {cut_after:.1f} s after its last octet")
    check(ends["cut"] == 63, f"the stopped ones: {ends}")
    check(slowest <= 1 * SLACK, f"the console took {slowest:.1f} s")
    check(SANITIZED or growth <= 72, f"the host grew by {growth:.1f} MiB")
    listener.close()
    empty.settled(mib=16)  # the room's kept posts are in it
    host.check_log(log)


run()
