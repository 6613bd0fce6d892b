#!/usr/bin/env python3
"""E2: the nth write, sync or truncation of the database fails with an I/O error, or a write takes only half.

Pass: nothing of what failed is acknowledged; after a failed sync nothing is stored any more, and the log says so; a host
started again on that folder has every acknowledged message once, and none twice.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Failed, Host, amount, case, check, eventually, run, scratch
from faults import fault_shim
from stored import posts_in
from wire import NOT_STORED, POST, RawClient, say

TRUNCATIONS = 2  # there are no more until the host stops
AFTERWARDS = 10  # messages that are said when the fault has struck and none was refused


def own_answer(raw):
    """What comes of the message said last: its post, or that it is not stored."""
    while packet := raw.read():
        if packet.type == NOT_STORED or packet.type == POST and packet.session == raw.session and packet.message:
            return packet
    return None


def talk(host, acknowledged):
    """Says messages until one is refused, or some more than the fault let through; the refused one is said once more.
    What the second answer was."""
    with RawClient(host) as raw:
        raw.log_in("raw")
        more = AFTERWARDS
        for n in range(1, 1000):
            more -= host.err.count("^fault: ")
            if more < 0:
                return None
            text = f"message {n} " + "x" * 3000  # several pages each
            message = raw.say(text)
            answer = own_answer(raw)
            check(answer, "the host went away")
            if answer.type == POST:
                check(answer.message == message, f"another message was acknowledged: {answer}")
                acknowledged.append(n)
                continue
            check(answer.message == message, f"another message was refused: {answer}")
            raw.send(say(message, text))
            again = own_answer(raw)
            if again.type == POST:
                acknowledged.append(n)
            return again
    raise Failed("all was stored, and no fault has struck")


def one_round(what, n, born=True):
    folder = scratch(f"{what}-{n}-{born}")
    if born:
        Host("--data", folder, "--quiet").stop(within=5)
    host = Host("--data", folder, "--rate", "off", "--quiet", wait=False,
                env=fault_shim(DISK=f"{what}:{n}", FILE="chat.db"))
    eventually(lambda: not host.alive or host.out.count("Security mode: "), "it starts, or says why not")
    acknowledged = []
    if host.alive:
        again = talk(host.ready(), acknowledged)
        if what == "fsync" and again:
            check(again.type == NOT_STORED, "after a failed sync something was stored")
            host.err.wait_for("nothing is stored any more")
        host.kill()
    else:
        check(host.exit_code() not in (0, None), "it could not start, and says that all is well")
        host.err.wait_for("^host: error: ")
    host.err.wait_for(f"^fault: {what}:{n}$")
    again = Host("--data", folder, "--quiet")
    again.stop(within=5)
    said = [int(post["text"].split()[1]) for post in posts_in(folder) if post["kind"] == "message"]
    check(len(said) == len(set(said)), f"{what} {n}: stored twice: {said}")
    check(set(acknowledged) <= set(said), f"{what} {n}: acknowledged {acknowledged}, stored {said}")
    print(f"  {what} {n}: {len(acknowledged)} acknowledged, {len(said)} stored")


def rounds(what, most, few, born=True):
    for n in amount(range(1, most + 1), few):
        one_round(what, n, born)


@case("a database that cannot be made: one clear line, and the next start makes it")
def births():
    rounds("write", 100, (1, 20), born=False)
    rounds("fsync", 30, (1, 4), born=False)
    rounds("ftruncate", TRUNCATIONS, (1,), born=False)


@case("writes fail")
def writes():
    rounds("write", 500, (1, 20, 44, 48, 53, 60, 75, 100))


@case("syncs fail: nothing is stored any more, until the host is started again")
def syncs():
    rounds("fsync", 150, (1, 5, 6, 7, 8, 9, 13))


@case("truncations fail, and writes take half")
def others():
    rounds("ftruncate", TRUNCATIONS, (1,))
    rounds("short", 500, (1, 10, 25))


if __name__ == "__main__":
    run()
