#!/usr/bin/env python3
"""A reader that does not read costs the others nothing, and finds the kept tail when it reads again."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SLACK, Clint, Host, case, check, run
from wire import GAP, JOINED, POST, RawClient

LINES = 20000
MARK = (8 if FULL else 30) * SLACK  # seconds; what stalls is waited for 10 s, and only `make faults` can tell that


@case("bob stops reading while 20,000 lines are said")
def stalled():
    host = Host("--rate", "off", "--quiet")
    carol = Clint(host, "--name", "carol").connected()
    alice = Clint(host, "--name", "alice", "--no-echo").connected()
    bob = RawClient(host, receive_buffer=16384)
    bob.log_in("bob")
    carol.out.wait_for(r"^\* bob joined")
    expected = bob.wait_post(lambda post: post.kind == JOINED and post.sender == "bob").seq + 1
    begin = time.monotonic()
    alice.write("".join(f"ping {n} {'x' * 80}\n" for n in range(LINES)))
    carol.out.wait_for(f"^alice: ping {LINES - 1} ", MARK)
    took = time.monotonic() - begin
    print(f"  {LINES} lines in {took:.1f} s past a stalled reader")
    heard = [line.split()[2] for line in carol.out.lines() if line.startswith("alice: ping")]
    check(heard == [str(n) for n in range(LINES)], "carol lacks lines, or they are doubled or out of order")

    looked, pause, gaps, last = begin, 0, 0, f"ping {LINES - 1} "
    while True:
        pause = max(pause, time.monotonic() - looked)
        packet = bob.read()
        looked = time.monotonic()
        if packet is None:  # on a slow machine: no reader is waited for longer than 10 s, by the host's clock
            check(pause > 5, f"bob was cut off although he never paused for longer than {pause:.1f} s")
            key = bob.key
            bob = RawClient(host)
            bob.log_in("bob", key=key, cursors=[("lobby", expected - 1)])
            pause, looked = 0, time.monotonic()
            continue
        if packet.type == GAP:
            gaps += 1
            check(packet.first == expected, f"the gap begins at {packet.first}, not at {expected}")
            expected = packet.last + 1
        if packet.type == POST:
            check(packet.seq == expected, f"post {packet.seq} came instead of {expected}")
            expected = packet.seq + 1
            if packet.text.startswith(last):
                break
    check(gaps >= 1, "20,000 posts were kept for a reader although the room keeps 10,000")


run()
