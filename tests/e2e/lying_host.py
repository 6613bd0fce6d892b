#!/usr/bin/env python3
"""A host that does not know the password but does with sealed messages what it can: says them again, in another order,
late, as somebody else's, in another room, changed. Whoever reads them sees that; and what is honest looks honest."""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import case, check, eventually, run, scratch
from door import Door
from faults import fault_shim
from wire import MESSAGE

ALICE, BOB = 7, 8  # sessions


def now_ms():
    return int(time.time() * 1000)


def door_with_two(*flags, **options):
    door = Door("a lighthouse keeps its own counsel")
    alice, at_alice = door.let_in("alice", ALICE, **options)
    bob, at_bob = door.let_in("bob", BOB, *flags)
    return door, alice, at_alice, bob, at_bob


def warned(clint, pattern, times):
    eventually(lambda: len(re.findall(pattern, clint.out.text(), re.MULTILINE)) == times, f"{times} times {pattern}")


@case("a message said again, or after a later one, is not shown, and that is told")
def replay_and_reorder():
    door, alice, at_alice, bob, at_bob = door_with_two()
    for text in ("one", "two", "three"):
        alice.send(text)
    first, second, third = (at_alice.said() for _ in range(3))
    for _, message, _, body in (first, third, second, first):
        at_bob.post("alice", ALICE, message, body, time_ms=now_ms())
    bob.out.wait_for("^alice: three$")
    warned(bob, "^! the host repeats an old message of alice - not shown$", 2)
    check(bob.out.text().count("alice: one") == 1, "it was shown twice")
    check("alice: two" not in bob.out.text(), "it was shown after a later one")
    door.close()


@case("under another name, session or number, in another room, or changed: not shown, and that is told")
def relabelled():
    door, alice, at_alice, bob, at_bob = door_with_two()
    bob.send("/join ops")
    at_bob.enters("ops")
    alice.send("pay the baker")
    _, message, _, body = at_alice.said()
    for name, session, number, room in (("carol", ALICE, message, "lobby"), ("alice", 9, message, "lobby"),
                                        ("alice", ALICE, message + 1, "lobby"), ("alice", ALICE, message, "ops")):
        at_bob.post(name, session, number, body, room=room, time_ms=now_ms())
    for at in (16, 40, len(body) // 2, len(body) - 1):  # nonce, ciphertext, tag; not the name of the key
        changed = bytearray(body)
        changed[at] ^= 1
        at_bob.post("alice", ALICE, message, bytes(changed), time_ms=now_ms())
    warned(bob, r"^(?:\[#ops\] )?! a message of (?:alice|carol) was damaged or forged on its way - not shown$", 8)
    at_bob.post("alice", ALICE, message, b"\0" * 16 + body[16:], time_ms=now_ms())
    bob.out.wait_for(r"^alice: \[sealed with another password\]$")
    at_bob.post("alice", ALICE, message, b"pay mallory", kind=MESSAGE, time_ms=now_ms())
    bob.out.wait_for(r"^alice \[not sealed, the host can have changed it\]: pay mallory$")
    check("pay the baker" not in bob.out.text(), "it was shown under a wrong label")
    at_bob.post("alice", ALICE, message, body, time_ms=now_ms())
    bob.out.wait_for("^alice: pay the baker$")
    door.close()


@case("what is said in two rooms is shown, in whatever order the rooms come")
def two_rooms():
    door, alice, at_alice, bob, at_bob = door_with_two()
    for clint, member in ((alice, at_alice), (bob, at_bob)):
        clint.send("/join ops")
        member.enters("ops")
    alice.send("in ops")  # entering a room has put it in focus
    alice.send("/room lobby in the lobby")
    ops, lobby = at_alice.said(), at_alice.said()
    check((ops[0], lobby[0]) == ("ops", "lobby"), "the rooms are not what the test takes them for")
    for room, message, _, body in (lobby, ops):
        at_bob.post("alice", ALICE, message, body, room=room, time_ms=now_ms())
    bob.out.wait_for("alice: in the lobby$")
    bob.out.wait_for("alice: in ops$")
    check("repeats" not in bob.out.text(), "an honest message was taken for a repetition")
    door.close()


@case("a message kept back for an hour is marked, whatever time the host gives it")
def late():
    clock = scratch("clock")
    clock.write_bytes((-3600).to_bytes(8, "little", signed=True))
    door, alice, at_alice, bob, at_bob = door_with_two(env=fault_shim(CLOCK=clock))
    alice.send("an hour ago")
    alice.send("an hour ago, too")
    before, kept_back = at_alice.said(), at_alice.said()
    stamp = now_ms() - 3600_000
    # What comes first may have been said before bob came.
    at_bob.post("alice", ALICE, before[1], before[3], time_ms=stamp)
    bob.out.wait_for("^alice: an hour ago$")
    bob.send("I am here")
    _, message, _, body = at_bob.said()
    at_bob.post("bob", BOB, message, body, time_ms=now_ms())
    at_bob.post("alice", ALICE, kept_back[1], kept_back[3], time_ms=stamp)
    said = time.strftime("%Y-%m-%d", time.gmtime(stamp / 1000))
    bob.out.wait_for(rf"^alice \(said {said}.*\): an hour ago, too$")
    door.close()


if __name__ == "__main__":
    run()
