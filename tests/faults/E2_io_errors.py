#!/usr/bin/env python3
"""E2: the nth write, sync or truncation of the database fails with an I/O error, or a write takes only half.

Pass: nothing of what failed is acknowledged; after a failed sync nothing is stored any more, and the log says so; a host
started again on that folder has every acknowledged message once, and none twice.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, amount, case, check, eventually, run, scratch
from faults import fault_shim
from stored import posts_in
from wire import NOT_STORED, POST, RawClient, say

MESSAGES = amount(60, 12)


def own_answer(raw):
    """What comes of the message said last: its post, or that it is not stored."""
    while packet := raw.read():
        if packet.type == NOT_STORED or packet.type == POST and packet.session == raw.session and packet.message:
            return packet
    return None


def talk(host, acknowledged):
    """Says messages until one is refused; that one is said once more. What the second answer was."""
    with RawClient(host) as raw:
        raw.log_in("raw")
        for n in range(1, MESSAGES + 1):
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
    return None


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
    again = Host("--data", folder, "--quiet")
    again.stop(within=5)
    said = [int(post["text"].split()[1]) for post in posts_in(folder) if post["kind"] == "message"]
    check(len(said) == len(set(said)), f"{what} {n}: stored twice: {said}")
    check(set(acknowledged) <= set(said), f"{what} {n}: acknowledged {acknowledged}, stored {said}")
    print(f"  {what} {n}: {len(acknowledged)} acknowledged, {len(said)} stored")


def rounds(what, most, few):
    for n in amount(range(1, most + 1), few):
        one_round(what, n)


@case("a database that cannot be made: one clear line, and the next start makes it")
def births():
    for what, numbers in (("write", (1, 20)), ("fsync", (1, 4)), ("ftruncate", (1,))):
        for n in amount(range(1, 100), numbers):
            one_round(what, n, born=False)


@case("writes fail")
def writes():
    rounds("write", 500, (1, 20, 44, 48, 53, 60, 75, 100))


@case("syncs fail: nothing is stored any more, until the host is started again")
def syncs():
    rounds("fsync", 150, (1, 5, 6, 7, 8, 9, 13))


@case("truncations fail, and writes take half")
def others():
    rounds("ftruncate", 4, (1,))
    rounds("short", 500, (1, 10, 25))


if __name__ == "__main__":
    run()
