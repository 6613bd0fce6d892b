#!/usr/bin/env python3
"""B5: somebody makes rooms, enters and leaves, writes to nobody and asks for history, each as often as it can.

Pass: the limits answer with a code, the database grows by 1 MiB at most, pages of history are paced, the others are not
disturbed. Files cannot be sent yet.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import amount, case, check, run, scratch
from faults import attack, attacked_host
from wire import PAST, RawClient, history, number

OK, NO_SUCH, BAD_VALUE, TAKEN, TOO_MANY = range(5)
ENTER, LEAVE, ROOMS, WRITE = 1, 2, 3, 0x26
TIMES = amount(1000, 60)  # paced at 8 a second, 10,000 would take 20 minutes


@case(f"{TIMES} times each: rooms made, entered and left; private messages to nobody")
def hoarder():
    folder = scratch("hoard")
    host = attacked_host("--data", folder)
    with attack(host), RawClient(host) as raw:
        raw.log_in("hoarder")
        results = [raw.enter(f"room{n}").result for n in range(TIMES)]
        inside = results.count(OK)
        check(inside <= 31, f"it is in {inside} rooms besides the lobby")
        check(set(results) <= {OK, TOO_MANY} and results.count(TOO_MANY) >= TIMES - 50, f"{set(results)}")
        listed = len(raw.ask(ROOMS).rows)
        check(listed == 1 + inside, f"{listed} rooms are there, it is in {inside} and the lobby")
        results = [raw.ask(verb, "room1", *rest).result for _ in range(TIMES // 2)
                   for verb, rest in ((LEAVE, ()), (ENTER, (number(0), number(0))))]
        check(TOO_MANY in results and set(results) <= {OK, NO_SUCH, TOO_MANY}, f"{set(results)}")
        results = {raw.ask(WRITE, "nobody", number(1), number(n + 1), b"x" * 100).result for n in range(TIMES // 2)}
        check(results == {NO_SUCH}, f"{results}")
    host.stop(within=5)
    grown = (folder / "chat.db").stat().st_size  # without the write-ahead log, which has a size of its own
    check(grown <= 1 << 20, f"the database grew to {grown} octets")


@case("who comes again and again makes 200 rooms, and enters those that there are")
def again_and_again():
    host = attacked_host()
    mallory, results = "127.0.0.66", []
    with attack(host):
        for visit in range(7):
            with RawClient(host, mallory) as raw:
                raw.log_in()
                results += [raw.enter(f"room{visit}-{n}").result for n in range(31)]
                check(visit < 6 or raw.enter("room0-0").result == OK, "a room that is there cannot be entered")
        check(results == [OK] * 200 + [TOO_MANY] * 17, f"{results}")
        with RawClient(host, "127.0.0.67") as other:
            other.log_in()
            check(other.enter("elsewhere").result == OK, "somebody at another address can make no room")


@case("pages of history: a burst of 16, then 4 a second")
def pages():
    host = attacked_host("--data", scratch("pages"))
    with attack(host), RawClient(host) as raw:
        raw.log_in("reader")
        begin, count = time.monotonic(), amount(100, 24)
        for _ in range(count):
            raw.send(history(count=200))
            while raw.read().type != PAST:
                pass
        took = time.monotonic() - begin
        check(took >= (count - 16) / 4 * 0.9, f"{count} pages took {took:.1f} s")


if __name__ == "__main__":
    run()
