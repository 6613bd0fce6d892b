#!/usr/bin/env python3
"""B1: 63 clients make a flood, one clint is stopped by SIGSTOP, and one raw client does not read.

Pass: the others lose nothing and wait at most 10 ms longer at p99 than without; what waits for the stopped ones stays
within 1 MiB and they are cut 10 s after they took their last octet; the host grows by at most 8 MiB; after SIGCONT
they come back and are told the exact gap.
"""

import signal
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, amount, case, check, eventually, run
from faults import Baseline, Stalled, Swarm, attacked_host, time_mark
from wire import GAP, POST, RawClient

RATE, SECONDS = amount(10000, 2500), amount(30, 6)


def flood(host):
    return Swarm(host, "flood", "--clients", 63, "--senders", 63, "--rate", RATE, "--size", 200, "--seconds", SECONDS)


@case(f"{RATE} messages a second for {SECONDS} s past a reader that sleeps")
def sleeping_reader():
    host = attacked_host("--rate", "off")
    alone = flood(host).result(120 * SLACK)
    baseline = Baseline(host)

    sleeper = Clint(host, "--name", "sleeper").connected()
    mute = RawClient(host, receive_buffer=16384)
    mute.log_in("mute")
    mute.say("before")
    mute.wait_post("before")
    log = host.err.mark()
    swarm = flood(host)
    stalled = Stalled(host)
    sleeper.signal(signal.SIGSTOP)
    begin = time.monotonic()
    queue = 0
    while stalled.count() < 2:
        stalled.look()
        queue = max([queue, *host.send_queues()])
        check(time.monotonic() - begin < 30 * SLACK, "the sleeping ones were not cut within 30 s")
        time.sleep(0.1)
    waits = stalled.waits()
    check(waits.keys() == {"sleeper", "mute"}, f"cut were {waits.keys()}")
    beside = swarm.result(120 * SLACK)
    print(f"  p99 {alone['p99_ms']} ms alone, {beside['p99_ms']} ms beside the sleepers, cut {max(waits.values()):.1f} s after "
          f"their last octet, at most {queue >> 10} KiB in a send queue, {beside['delivered']} deliveries")
    for each in (alone, beside):
        check(each["sent"] >= amount(0.8 * RATE * SECONDS, 1), f"that was no flood: {each['sent']} messages")
    check(max(waits.values()) <= 10 + 0.5 * SLACK, f"cut so long after their last octet: {waits}")
    mark = alone["p99_ms"] + 1000 * time_mark(0.01) + 2 * max(alone["late_p99_ms"], beside["late_p99_ms"])
    check(beside["p99_ms"] <= mark, f"p99 {beside['p99_ms']} ms is over {mark:.0f} ms")
    check(queue <= 1 << 20, f"{queue} octets wait for a sleeper")
    baseline.check_growth(8)

    sleeper.signal(signal.SIGCONT)
    with RawClient(host) as friend:
        friend.log_in("friend")
        mark = sleeper.out.mark()
        eventually(lambda: friend.say("wake up") and sleeper.out.count("^friend: wake up$", mark),
                   "the sleeper is back", 40 * SLACK)
    with RawClient(host) as back:
        check_gap(back, mute)
    mute.close()
    sleeper.signal(signal.SIGINT)
    sleeper.exit_code()
    baseline.settled()
    host.check_log(log)


def check_gap(back, before):
    """Comes back with the cursor of `before`: a gap that begins right there, then every post up to the newest."""
    back.log_in("mute", key=before.key, cursors=[("lobby", before.last_seq)])
    expected, gap = before.last_seq + 1, 0
    token = back.say("and after")
    while True:
        packet = back.read()
        check(packet is not None, "cut off again")
        if packet.type == GAP:
            check(packet.first == expected, f"the gap begins at {packet.first}, not {expected}")
            gap += packet.last - packet.first + 1
            expected = packet.last + 1
        elif packet.type == POST:
            check(packet.seq == expected, f"post {packet.seq} came instead of {expected}")
            expected += 1
            if packet.message == token and packet.session == back.session:
                break
    print(f"  back with a gap of {gap} posts")
    behind = expected - 1 - before.last_seq
    check(gap > 0 or behind <= 10_000, f"no gap after {behind} posts although the room keeps 10,000")


run()
