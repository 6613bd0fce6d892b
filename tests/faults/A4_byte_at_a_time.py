#!/usr/bin/env python3
"""A4: a message of 4 KiB comes one octet per TLS record, 1 ms apart; another one pauses for 40 s in mid-frame.

Pass: the first arrives unchanged within 8 s; the second is cut at 30 s with a goodbye that says so.
"""

import random
import threading
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, case, check, run
from faults import attack, attacked_host
from wire import RawClient, say


@case("octet by octet, and a pause in mid-frame")
def trickle():
    host = attacked_host(mode="--tls")
    with attack(host):
        listener = RawClient(host)
        listener.log_in("listener")
        pausing = RawClient(host)
        pausing.log_in("pausing")
        paused = time.monotonic()
        pausing.send(say(1, "never whole")[:9])
        ended = []

        def wait():
            ended.append((pausing.wait_end(45 * SLACK), time.monotonic() - paused))

        waiter = threading.Thread(target=wait)
        waiter.start()

        text = "".join(random.Random(4).choices("abcdefghijklmnopqrstuvwxyz äöü", k=4000))[:4000]
        slow = RawClient(host)
        slow.log_in("slow")
        begin = time.monotonic()
        octets, sending = say(1, text), 0.0
        for n, octet in enumerate(octets):
            before = time.monotonic()
            slow.socket.send(bytes([octet]))
            sending += time.monotonic() - before
            time.sleep(max(begin + 0.001 * (n + 1) - time.monotonic(), 0))
        late = max(time.monotonic() - begin - 0.001 * len(octets) - sending, 0)  # the sender; it sends as the host reads
        listener.wait_post(text)
        took = time.monotonic() - begin
        check(took <= 8 * SLACK + late, f"it took {took:.1f} s, with {late:.1f} s of the sender")

        waiter.join()
        why, after = ended[0]
        print(f"  the message took {took:.1f} s; the pausing one got {why} after {after:.1f} s")
        check(why == "frame_deadline", f"the goodbye was {why!r}")
        check(29 <= after <= 31.5 * SLACK, f"cut after {after:.1f} s")
        for client in (listener, slow, pausing):
            client.close()


run()
