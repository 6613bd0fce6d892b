#!/usr/bin/env python3
"""B5: somebody makes rooms, enters and leaves, writes to nobody and asks for history, each as often as it can.

Pass: the limits answer with a code, the database grows by 1 MiB at most, pages of history are paced, the others are not
disturbed. Files cannot be sent yet.
"""

import sqlite3
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, amount, case, check, run, scratch
from faults import attack, attacked_host
from wire import ANSWER, MESSAGE, PAST, RawClient, history, number, request

OK, NO_SUCH, BAD_VALUE, TAKEN, TOO_MANY = range(5)
ENTER, LEAVE, ROOMS, WRITE = 1, 2, 3, 0x26
HOARDERS = amount(20, 1)  # each is paced at 8 a second: alone, one would need 20 minutes for 10,000
TIMES, LETTERS = amount(500, 60), amount(500, 30)  # of each
READERS, PAGES = amount(10, 1), amount(100, 24)
TOO_FAST = "too many rooms in a short time - wait a little"
TOO_MANY_ROOMS = "nobody can be in more than 32 rooms"
NOT_IN = "you are not in #"
NOBODY = "there is no nobody here - /who lists who is"


def ask_all(clients, requests_of):
    """The answers of each client to its requests, which are all sent before any answer is read."""
    for each in clients:
        each.wanted = list(requests_of(each))
        each.send(*(request(n, verb, *args) for n, (verb, *args) in enumerate(each.wanted, 1)))
    answers = []
    for each in clients:
        answers.append([])
        while len(answers[-1]) < len(each.wanted):
            packet = each.read(90 + PATIENCE)
            check(packet is not None, f"{each.name} was sent away: {each.farewell}")
            if packet.type == ANSWER:
                answers[-1].append(packet)
    return answers


def check_refusals(answers, wanted):
    """Whatever was not done was refused for one of these reasons, by code and text."""
    for each in answers:
        reasons = wanted.get(each.result, ())
        check(each.result == OK or each.text.startswith(reasons), f"answered {each.result}: {each.text!r}")


@case(f"{HOARDERS * TIMES} times each: rooms made; entered and left; {HOARDERS * LETTERS} private messages to nobody")
def hoarder():
    folder = scratch("hoard")
    host = attacked_host("--data", folder)
    with attack(host), ExitStack() as stack:
        clients = [stack.enter_context(RawClient(host)) for _ in range(HOARDERS)]
        for n, each in enumerate(clients):
            each.log_in(f"hoarder{n}")
        made = ask_all(clients, lambda each: ((ENTER, f"{each.name}.{n}", number(0), number(0)) for n in range(TIMES)))
        for answers in made:
            inside = sum(each.result == OK for each in answers)
            check(inside == 31, f"it is in {inside} rooms besides the lobby")
            check_refusals(answers, {TOO_MANY: (TOO_FAST, TOO_MANY_ROOMS)})
        listed = clients[0].ask(ROOMS)
        there = len(listed.rows) + listed.left_out
        check(there == 1 + 31 * HOARDERS, f"{there} rooms are there")
        moves = (LEAVE,), (ENTER, number(0), number(0))
        moved = ask_all(clients, lambda each: ((verb, f"{each.name}.1", *rest)
                                               for _ in range(TIMES // 2) for verb, *rest in moves))
        for answers in moved:
            check(any(each.result == TOO_MANY for each in answers), "one may enter and leave as often as one likes")
            check_refusals(answers, {TOO_MANY: (TOO_FAST,), NO_SUCH: (NOT_IN,)})
        written = ask_all(clients, lambda each: ((WRITE, "nobody", number(1), number(n + 1), b"x" * 100)
                                                 for n in range(LETTERS)))
        for answers in written:
            check({(each.result, each.text) for each in answers} == {(NO_SUCH, NOBODY)}, f"{answers[0]}")
    host.stop(within=5)
    with closing(sqlite3.connect(folder / "chat.db")) as database:
        database.execute("DELETE FROM posts WHERE kind=?", (MESSAGE,))  # the bystanders'
        database.commit()
        database.execute("VACUUM")
    grown = (folder / "chat.db").stat().st_size
    print(f"  the database has {grown} octets")
    check(grown <= 1 << 20, f"the database grew to {grown} octets")


@case("who comes again and again makes 200 rooms, and enters those that there are")
def again_and_again():
    host = attacked_host()
    mallory, results = "127.0.0.66", []
    with attack(host):
        for visit in range(17):
            with RawClient(host, mallory) as raw:
                raw.log_in()
                results += [raw.enter(f"room{visit}-{n}").result for n in range(31)]
                check(visit < 16 or raw.enter("room0-0").result == OK, "a room that is there cannot be entered")
        check(results == [OK] * 500 + [TOO_MANY] * 27, f"{results}")
        with RawClient(host, "127.0.0.67") as other:
            other.log_in()
            check(other.enter("elsewhere").result == OK, "somebody at another address can make no room")


@case("pages of history: a burst of 16, then 4 a second")
def pages():
    host = attacked_host("--data", scratch("pages"))
    with attack(host), ExitStack() as stack:
        readers = [stack.enter_context(RawClient(host)) for _ in range(READERS)]
        for n, each in enumerate(readers):
            each.log_in(f"reader{n}")
        begin = time.monotonic()
        for _ in range(PAGES):
            for each in readers:
                each.send(history(count=200))
            for each in readers:
                while each.read().type != PAST:
                    pass
        took = time.monotonic() - begin
        check(took >= (PAGES - 16) / 4 * 0.9, f"{PAGES} pages took {took:.1f} s")


if __name__ == "__main__":
    run()
