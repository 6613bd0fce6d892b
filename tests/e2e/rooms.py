#!/usr/bin/env python3
"""Rooms: entered, left, listed; topics, actions, passwords of their own; kept over cuts and restarts."""

import re
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import pake
from chat import (PATIENCE, SLACK, Clint, Host, SecureHost, addressable, case, check, eventually, run, scratch, told,
                  unused_port)
from faults import failed_log_ins
from proxy import Proxy
from raw_host import RawHost
from wire import JOINED, LEFT, NOT_STORED, REQUEST, SAY, TOPIC, RawClient, answer, field, frame, number, packets_from, welcome

OK, NO_SUCH, BAD_VALUE, TAKEN, TOO_MANY, NOT_HERE, PROOF_WANTED, WRONG_PASSWORD, NOT_ALLOWED = range(9)
ENTER, LEAVE, ROOMS, LOCK, SHARE, CONFIRM = range(1, 7)
KEY_OF = 0x25


@case("a room is made, entered, spoken in and left; who is not in it hears nothing")
def a_room():
    host = Host()
    alice, bob, carol = (Clint(host, "--name", name).connected() for name in ("alice", "bob", "carol"))
    alice.send("/join #ops")
    alice.err.wait_for(r"^\* you are in #ops \(1 here\)$")
    bob.send("/join ops")
    bob.err.wait_for(r"^\* you are in #ops \(2 here\)$")
    alice.out.wait_for(r"^\[#ops\] \* bob joined \(2 here\)$")
    alice.send("hello ops")
    bob.out.wait_for(r"^\[#ops\] alice: hello ops$")
    bob.send("/me waves")
    alice.out.wait_for(r"^\[#ops\] \* bob waves$")
    bob.send("/room lobby hello all")
    carol.out.wait_for("^bob: hello all$")
    check("ops" not in carol.out.text(), "carol heard something of a room she is not in")
    carol.send("/rooms")
    carol.out.wait_for(r"^\* #lobby  3 here$")
    carol.out.wait_for(r"^\* #ops  2 here$")
    carol.send("/who ops")
    carol.out.wait_for(r"^\* 2 in #ops: alice, bob$")
    carol.send("/who alice")
    carol.err.wait_for(r"^! nobody is in a room #alice - /rooms lists those that there are; /whois alice tells about a person$")
    bob.send("/leave")
    bob.err.wait_for(r"^\* you left #ops$")
    alice.out.wait_for(r"^\[#ops\] \* bob left \(1 here\)$")
    bob.send("back in the lobby")
    carol.out.wait_for("^bob: back in the lobby$")


@case("a topic is shown to whoever enters, and in the list; - takes it away")
def topics():
    host = Host()
    alice = Clint(host, "--name", "alice", "--room", "tea").connected()
    alice.send("/topic tea at four")
    alice.out.wait_for(r"^\[#tea\] \* alice set the topic: tea at four$")
    bob = Clint(host, "--name", "bob", "--room", "tea").connected()
    bob.err.wait_for(r"^\* alice set the topic: tea at four$")
    bob.send("/rooms")
    bob.out.wait_for(r"^\* #tea  2 here  tea at four$")
    alice.send("/topic -")
    bob.out.wait_for(r"^\[#tea\] \* alice took the topic away$")
    bob.send("/topic")
    bob.out.wait_for(r"^\* #tea has no topic; ")
    alice.send("/topic " + "x" * 1025)
    alice.err.wait_for(r"^! message not sent: it has 1025 bytes; at most 1024 are allowed here - say it in parts$")


@case("a script talks in a room of its choice")
def a_script():
    host = Host()
    alice = Clint(host, "--name", "alice", "--room", "builds").connected()
    alice.err.wait_for("you are in #builds")
    script = Clint(host, "--name", "robot", "--room", "builds")
    script.send("build done")
    script.close_input()
    script.expect_exit(0)
    alice.out.wait_for(r"^\[#builds\] robot: build done$")


@case("names of rooms that break the rules or look like another room's are refused, and say why")
def bad_names():
    host = Host()
    with RawClient(host) as raw:
        raw.log_in("raw")
        check(raw.enter("ops").result == OK, "a good name was refused")
        for name, result in (("", BAD_VALUE), ("a b", BAD_VALUE), ("x" * 65, BAD_VALUE), ("\u043e\u0440\u0455", TAKEN), ("о\u0440s", BAD_VALUE),
                             ("Ops", TAKEN), ("\u202eops", BAD_VALUE), ("op\u200bs", BAD_VALUE), ("../ops", BAD_VALUE),
                             ("lobby", BAD_VALUE), ("Lobby", TAKEN), ("a\nb", BAD_VALUE)):
            answer = raw.enter(name)
            check(answer.result == result, f"{name!r}: {answer.result}, {answer.text}")
            check(answer.text, f"{name!r} was refused without a reason")


@case("what is not a member's is refused, and told apart from nothing")
def not_a_member():
    host = Host()
    with RawClient(host) as alice, RawClient(host) as mallory:
        alice.log_in("alice")
        alice.enter("ops")
        alice.say("secret plans", "ops")
        alice.wait_post("secret plans")
        mallory.log_in("mallory")
        check(mallory.ask(LEAVE, "ops").result == NO_SUCH, "left a room it was not in")
        check(mallory.ask(LEAVE, "nowhere").result == NO_SUCH, "left a room that does not exist")
        mallory.say("hello", "ops")
        check(mallory.wait_end() == "out_of_state", "said something in a room it was not in")


@case("after leaving nothing of the room comes any more, and after entering again it goes on")
def in_and_out():
    host = Host()
    with RawClient(host) as alice, RawClient(host) as bob:
        alice.log_in("alice")
        bob.log_in("bob")
        for raw in (alice, bob):
            check(raw.enter("ops").result == OK, "could not enter")
        alice.say("one", "ops")
        seq = bob.wait_post("one").seq
        check(bob.ask(LEAVE, "ops").result == OK, "could not leave")
        alice.say("two", "ops")
        alice.wait_post("two")
        alice.say("in the lobby")
        post = bob.wait_post(lambda p: p.kind not in (JOINED, LEFT))
        check(post.text == "in the lobby" and post.room == "lobby", f"after leaving came {post}")
        check(bob.enter("ops", after=seq).result == OK, "could not enter again")
        check(bob.wait_post("two").seq > seq, "the room did not go on where it was left")


# A verifier as clint makes it for a room's password; of which password nobody knows.
LOCK_TEXT = "".join(f"{word} {value}\n" for word, value in (
    ("clint verifier", 1), ("id", "11" * 16), ("n", 1 << 15), ("r", 8), ("p", 1), ("salt", "22" * 16),
    ("w0", f"{1:064x}"), ("l", pake.octets(pake.G).hex())))


@case("nobody can be in more than 32 rooms, or enter too many in a short time; what is refused makes no room")
def limits():
    host = Host(mode="--tls")
    with RawClient(host) as raw:
        raw.log_in("raw")
        answers = [raw.enter(f"room{i}") for i in range(33)]
        check(all(a.result == OK for a in answers[:31]), "31 rooms beside the lobby are allowed")
        check(answers[31].result == TOO_MANY and "32" in answers[31].text, f"the 33rd: {answers[31]}")
        locked = raw.ask(LOCK, "vault", LOCK_TEXT)
        check(locked.result == TOO_MANY and "32" in locked.text, f"the 33rd, with a password: {locked}")
        listed = {row[0].decode() for row in raw.ask(ROOMS).rows}
        check(listed == {"lobby", *(f"room{i}" for i in range(31))}, f"there are other rooms: {sorted(listed)}")
        raw.ask(LEAVE, "room1")
        results = [raw.enter("room1").result for _ in range(30)]
        check(results[0] == OK and results[-1] == TOO_MANY, f"{results}")
        with RawClient(host) as other:
            other.log_in("other")
            made = other.ask(LOCK, "vault", LOCK_TEXT)
            check(made.result == OK, f"the lock was no good: {made}")


@case("what is typed behind /leave is not for that room")
def behind_leave():
    host = Host()
    with RawClient(host) as bob:
        bob.log_in("bob")
        bob.enter("ops")
        for n in range(10):
            alice = Clint(host, "--name", f"alice{n}", "--room", "ops")
            alice.write(f"in ops {n}\n/leave\nto everybody {n}\n")
            alice.close_input()
            alice.expect_exit(0)
            wanted = {("ops", f"in ops {n}"), ("lobby", f"to everybody {n}")}
            bob.wait_post(lambda p, wanted=wanted: wanted.discard((p.room, p.text)) or not wanted)


@case("a client that comes back after a cut is in its rooms again, and misses nothing")
def over_a_cut():
    host = Host(grace=30)
    proxy = Proxy(host.port)
    alice = Clint(host, "--name", "alice", "--room", "ops").connected()
    alice.err.wait_for("you are in #ops")
    bob = Clint(proxy.port, "--name", "bob", "--room", "ops").connected()
    alice.out.wait_for(r"^\[#ops\] \* bob joined \(2 here\)$")
    alice.send("before")
    bob.out.wait_for(r"^\[#ops\] alice: before$")
    proxy.refuse = True
    proxy.cut()
    bob.err.wait_for("connection to .* lost")
    alice.send("meanwhile")
    bob.send("typed while away")
    alice.out.wait_for(r"^\[#ops\] alice: meanwhile$")
    proxy.refuse = False
    bob.out.wait_for(r"^\[#ops\] alice: meanwhile$")
    alice.out.wait_for(r"^\[#ops\] bob: typed while away$")
    check("bob left" not in alice.out.text(), "a short cut was told as a leave")
    check(alice.out.text().count("bob joined") == 2, "a short cut was told as a join")  # lobby and ops


def host_without_way_back(heard):
    """It lets its client into #ops once, stores nothing that is said there, and cuts the connection then."""
    def script(connection):
        first = host.connections == 1
        connection.sendall(welcome("alice"))
        for packet in packets_from(connection):
            heard.append(packet)
            if packet.type == REQUEST and packet.verb == ENTER and first:
                connection.sendall(answer(packet.id, OK, rows=[[b"ops", number(1), number(1), b""]]))
            elif packet.type == REQUEST:
                connection.sendall(answer(packet.id, NOT_ALLOWED if packet.verb == ENTER else OK, "no more"))
            elif packet.type == SAY and packet.room == "ops":
                connection.sendall(frame(NOT_STORED, struct.pack(">Q", packet.message) + field("disk full")))
                return

    host = RawHost(script=script)
    return host


def said(heard, room):
    return [packet for packet in heard if packet.type == SAY and packet.room == room]


@case("a room that cannot be entered any more is given up with what was not stored in it, and the host is told so")
def given_up():
    heard = []
    alice = Clint(host_without_way_back(heard).port, "--name", "alice").connected()
    alice.send("/join ops")
    alice.err.wait_for("you are in #ops")
    alice.send("never stored")
    alice.err.wait_for(r"^! you are not in #ops any more: no more", 20 * SLACK)
    alice.err.wait_for(r"^! not sent: 1 message for #ops - say it again ")
    alice.send("/join lobby")
    alice.send("in the lobby")
    eventually(lambda: said(heard, "lobby"), "the next line")
    after = heard[[packet.type == SAY for packet in heard].index(True) + 1:]
    told = [packet.verb for packet in after if packet.type == REQUEST and packet.verb in (ENTER, LEAVE)]
    check(told == [ENTER, LEAVE], f"it asked for {told}")
    alice.kill()


@case("what is meant for a room that was lost is not said in the lobby")
def astray():
    heard = []
    piped = Clint(host_without_way_back(heard).port, "--name", "alice").connected()
    piped.send("/join ops")
    piped.err.wait_for("you are in #ops")
    piped.send("never stored")
    piped.err.wait_for(r"^! you are not in #ops any more: no more", 20 * SLACK)
    for line in ("for ops alone", "/me waves to ops", "/topic of ops alone"):
        mark = piped.err.mark()
        piped.send(line)
        piped.err.wait_for("^! not sent: you are not in #ops - /join ops, or /join lobby$", since=mark)
    piped.send("/join ops")
    piped.err.wait_for("^! no more$")
    mark = piped.err.mark()
    piped.send("still for ops")
    piped.err.wait_for("^! not sent: you are not in #ops", since=mark)
    check(not said(heard, "lobby"), "it was said in the lobby")
    piped.kill()

    heard = []
    script = Clint(host_without_way_back(heard).port, "--name", "alice", "--room", "ops").connected()
    script.err.wait_for("you are in #ops")
    script.send("never stored")
    script.expect_exit(1, 20 * SLACK)
    check(not said(heard, "lobby"), "it was said in the lobby")

    heard = []
    typing = Clint(host_without_way_back(heard).port, "--name", "alice", "--room", "ops", tty=True)
    typing.out.wait_for(r"\[#ops\]")
    typing.write("never stored\r")
    typing.out.wait_for(r"! you are not in #ops any more: no more", 20 * SLACK)
    typing.write("for ops alone\r")
    typing.out.wait_for("! not sent: you are not in #ops - once more says it in #lobby")
    check(not said(heard, "lobby"), "it was said in the lobby")
    typing.write("for all\r")
    eventually(lambda: said(heard, "lobby"), "what is said in the lobby knowingly")
    typing.kill()


@case("what a script has behind a /join that is none is said nowhere")
def no_join():
    host = Host()
    for wish, room in (("/join vault sesame", "vault"), ("/join bad!name", "bad!name"), ("/join", "ROOM")):
        script = Clint(host, "--name", "script").connected()
        script.send(wish)
        script.send("for that room alone")
        script.err.wait_for(f"^! not sent: you are not in #{re.escape(room)} - /join {re.escape(room)}, or /join lobby$")
        script.send("/join lobby")
        script.send("for all")
        host.out.wait_for("^script: for all$")
        script.quits(host, 1)
    check(host.out.count("for that room alone") == 0, "it was said in the lobby")


@case("what is typed while the way into a room is under way is not said elsewhere")
def on_the_way():
    heard = []

    def script(connection):
        connection.sendall(welcome("alice"))
        for packet in packets_from(connection):  # never answers
            heard.append(packet)

    alice = Clint(RawHost(script=script).port, "--name", "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")
    alice.write("/join ops\r")
    eventually(lambda: any(packet.type == REQUEST and packet.verb == ENTER for packet in heard), "the wish")
    for line in ("for ops alone", "/me waves to ops"):
        mark = alice.out.mark()
        alice.write(line + "\r")
        alice.out.wait_for("! not sent: it is not known yet whether you are in that room", since=mark)
    alice.write("/query bob\r")
    alice.out.wait_for(r"\* what you type goes to bob alone")
    alice.write("/join vault\r")
    mark = alice.out.mark()
    alice.write("for vault alone\r")
    alice.out.wait_for("! not sent: it is not known yet whether you are in that room", since=mark)
    check(not any(packet.type == REQUEST and packet.verb == KEY_OF for packet in heard), "it was written to bob")
    check(not said(heard, "lobby"), "it was said in the lobby")
    alice.write("/join lobby\r")
    alice.out.wait_for(r"\* what you type goes to #lobby")
    alice.write("for all\r")
    eventually(lambda: [packet.body for packet in said(heard, "lobby")] == [b"for all"], "what is said in the lobby knowingly")
    alice.kill()


@case("who does not come back in time has left, and its name is free then and not before")
def place_lost():
    host = Host(grace=round(2 * SLACK))  # within which another one asks for the name
    with RawClient(host) as watch, RawClient(host) as bob, RawClient(host) as other:
        watch.log_in("watch")
        watch.enter("ops")
        bob.log_in("bob")
        bob.enter("ops")
        watch.wait_post(lambda p: p.kind == JOINED and p.sender == "bob" and p.room == "ops")
        bob.reset()
        other.log_in("bob")
        check(other.name == "bob-2", f"the name of somebody who may come back was given away: {other.name}")
        left = [watch.wait_post(lambda p: p.kind == LEFT) for _ in range(2)]
        check({p.room for p in left} == {"lobby", "ops"} and all(p.sender == "bob" for p in left), f"{left}")
        check(left[0].why == "connection_lost", f"left because of {left[0].why}")
        with RawClient(host) as third:
            third.log_in("bob")
            check(third.name == "bob", "the name is not free again")


@case("nobody gets the place of another: a key of its own is the way back")
def resume():
    host = Host(grace=30)
    with RawClient(host) as bob, RawClient(host) as again:
        session = bob.log_in("bob").session
        bob.enter("ops")
        bob.reset()
        again.log_in("", key=bob.key)
        check(again.name == "bob" and again.session == session, "the way back into the place was lost")


@case("a room with a password: made, entered with it, not without it, and sealed for its members")
def locked():
    host = SecureHost("tea and biscuits")
    people = {}
    for name in ("alice", "bob", "carol"):
        people[name] = Clint(host, "--name", name, "--kdf", "small", "--backlog", 10, env={"CLINT_PASSWORD": "tea and biscuits"})
        people[name].out.wait_for("^Connected to ")
    alice, bob, carol = people.values()
    alice.send("/join vault --password")
    alice.out.wait_for("^Password for #vault: ")
    alice.send("open sesame")
    alice.err.wait_for(r"^\* you are in #vault \(1 here, with a password\): you made it, its password is what you typed", PATIENCE)
    alice.send("the treasure is here")
    alice.out.wait_for(r"^\[#vault\] alice: the treasure is here$")
    bob.send("/join vault")
    bob.out.wait_for("^Password for #vault: ")
    bob.send("open barley")
    bob.err.wait_for(r"^! wrong password for #vault - ask ")
    told(bob, "/join vault --password", "Password for #vault: ")
    bob.send("open sesame")
    bob.err.wait_for(r"^\* you are in #vault \(2 here, with a password\)$")
    bob.out.wait_for(r"^\[#vault\] alice: the treasure is here$")
    bob.send("/topic gold")
    alice.out.wait_for(r"^\[#vault\] \* bob set the topic: gold$")
    carol.send("/rooms")
    carol.out.wait_for(r"^\* #vault  2 here, with a password$")
    alice.send("/rooms")
    alice.out.wait_for(r"^\* #vault  2 here, with a password  gold$")
    carol.send("/who vault")
    carol.err.wait_for(r"^! #vault has a password - /join vault enters it$")
    script = Clint(host, "--name", "ci", "--kdf", "small", "--room", "vault", "--send", "not for the lobby",
                   env={"CLINT_PASSWORD": "tea and biscuits"})
    script.expect_exit(1)
    script.err.wait_for("^! a room with a password is not entered with --exec and --send")
    carol.send("for the lobby")
    for program in (alice, carol, host):
        program.out.wait_for("^carol: for the lobby$")
    check("not for the" not in alice.out.text() + carol.out.text(), "what was for a room went to the lobby")
    check("treasure" not in host.out.text() and "gold" not in host.out.text(), "the host's console shows what is said in the room")


@case("log-ins to a room that are begun and never ended are failed guesses, and hold up nothing")
def unfinished():
    host = Host(mode="--tls")
    alice = Clint(host, "--name", "alice", "--tls-insecure", "--kdf", "small").connected()
    alice.send("/join vault --password")
    alice.out.wait_for("^Password for #vault: ")
    alice.send("a word")
    alice.err.wait_for("you are in #vault")
    with RawClient(host) as raw:
        raw.log_in("mallory")
        begin = time.monotonic()
        results = [raw.ask(5, "vault", pake.octets(pake.G)).result for _ in range(6)]
        waited = time.monotonic() - begin > 5  # then there is one more guess
        check(results[:3] == [0, 0, 0] and (waited or results[3:] == [4, 4, 4]), f"{results}")
    eventually(lambda: failed_log_ins(host) == results.count(0), "each counts as a guess")
    host.stop()


@case("a host without TLS has no rooms with passwords, and says why")
def locked_on_plain():
    host = Host()
    with RawClient(host) as raw:
        raw.log_in("raw")
        answer = raw.ask(LOCK, "vault", "clint verifier 1\n")
        check(answer.result == NOT_HERE and "TLS" in answer.text, f"{answer}")


@case("rooms, topics and locks outlive the host; a locked room stays locked")
def over_a_restart():
    data = scratch("rooms-data")
    password = {"CLINT_PASSWORD": "tea and biscuits"}
    host = SecureHost("tea and biscuits", "--data", data, port=unused_port())
    alice = Clint(host, "--name", "alice", "--kdf", "small", "--room", "ops", env=password)
    alice.err.wait_for("you are in #ops")
    alice.send("/topic on call: alice")
    alice.out.wait_for("set the topic")
    alice.send("one")
    alice.out.wait_for(r"^\[#ops\] alice: one$")
    alice.send("/join vault --password")
    alice.send("open sesame")
    alice.err.wait_for("you are in #vault")
    alice.send("sealed words")
    alice.out.wait_for(r"^\[#vault\] alice: sealed words$")
    port = host.port
    host.stop()
    alice.err.wait_for(r"^! connection to \S+ lost")
    alice.send("/who vault")
    host = SecureHost("tea and biscuits", "--data", data, port=port)
    alice.err.wait_for(r"^\* back after ")
    alice.out.wait_for(r"^\* 1 in #vault: alice$")  # asked when she is there again
    bob = Clint(host, "--name", "bob", "--kdf", "small", "--room", "ops", env=password)
    bob.err.wait_for(r"^\* alice set the topic: on call: alice$")
    alice.send("still sealed")
    alice.out.wait_for(r"^\[#vault\] alice: still sealed$")
    bob.send("/join vault")
    bob.out.wait_for("^Password for #vault: ")
    bob.send("open sesame")
    bob.err.wait_for(r"^\* you are in #vault \(2 here, with a password\)$")
    octets = b"".join(path.read_bytes() for path in Path(data).iterdir() if path.is_file())
    for words in (b"sealed words", b"still sealed", b"on call", b"open sesame"):
        check(words not in octets, f"{words} can be read on the host's disk")


@case("whoever is in several rooms with passwords is in all of them again after a restart")
def several_locked_over_a_restart():
    data = scratch("rooms-data")
    host = SecureHost("tea and biscuits", "--data", data, port=unused_port())
    alice = Clint(host, "--name", "alice", "--kdf", "small", env={"CLINT_PASSWORD": "tea and biscuits"})
    alice.out.wait_for("^Connected to ")
    rooms = ("attic", "cellar", "vault")
    for room in rooms:
        alice.send(f"/join {room} --password")
        alice.out.wait_for(f"^Password for #{room}: ")
        alice.send("open sesame")
        alice.err.wait_for(f"you are in #{room}")
    host.stop()
    alice.err.wait_for(r"^! connection to \S+ lost")
    for room in rooms:
        alice.send(f"/room {room} still in {room}")
    host = SecureHost("tea and biscuits", "--data", data, port=host.port)
    for room in rooms:
        alice.out.wait_for(rf"^\[#{room}\] alice: still in {room}$")
    check(failed_log_ins(host) == 0, "one of them counts as a guess")


@case("what was said in one's rooms of a host that began anew, before one was back, is there")
def said_before_one_is_back():
    host = Host(port=unused_port())
    bob = Clint(host, "--name", "bob", "--room", "ops", "--backlog", 0).connected()
    bob.err.wait_for("you are in #ops")
    bob.halt()
    host.stop()
    host = Host(port=host.port)
    with RawClient(host) as raw:
        raw.log_in("raw")
        check(raw.enter("ops").result == OK, "no room")
        for room in ("lobby", "ops"):
            raw.say(f"first in {room}", room=room)
            raw.wait_post(lambda post, room=room: post.room == room and post.body == f"first in {room}".encode())
    bob.signal(signal.SIGCONT)
    for room in ("lobby", "ops"):
        bob.out.wait_for(f"raw: first in {room}$")


@case("a topic that no clint would send is too large for the host, too, and ends that session alone")
def large_topics():
    host = Host()
    bob = Clint(host, "--name", "bob", "--room", "tea").connected()
    with RawClient(host) as raw:
        raw.log_in("raw")
        check(raw.enter("tea").result == OK, "no room")
        raw.say("t" * 1024, room="tea", kind=TOPIC)
        raw.wait_post(lambda post: post.kind == TOPIC and post.body == b"t" * 1024)
    for size in (1025, 16 * 1024, 60_000, 1 << 20):
        with RawClient(host) as raw:
            raw.log_in("raw")
            raw.enter("tea")
            try:
                raw.say("T" * size, room="tea", kind=TOPIC)
            except ConnectionError:
                pass  # it has been cut before all of it was sent
            check(raw.wait_end() == "too_large", f"{size} octets of a topic: {raw.farewell}")
    bob.send("/topic")
    bob.out.wait_for("^\\* .*t{1024}$")
    check("T" * 64 not in bob.out.text(), "one of them was handed on")


@case("commands without a slash, for those who come from other systems")
def plain_commands():
    host = Host()
    alice = Clint(host, "--name", "alice", "--plain-commands").connected()
    alice.send("join ops")
    alice.err.wait_for("you are in #ops")
    alice.send("room_msg lobby hello")
    alice.out.wait_for("^alice: hello$")
    alice.send("leave")
    alice.err.wait_for("you left #ops")
    alice.send("rooms")
    alice.out.wait_for(r"^\* #lobby  1 here$")


@case("the same for people and their accounts; further right in a line, or in a longer word, they are words")
def plain_commands_for_people():
    host = Host("--kdf", "small", mode="--tls", grace=30)
    alice, bob = (Clint(host, "--tls-insecure", "--kdf", "small", "--name", name, "--plain-commands").connected()
                  for name in ("alice", "bob"))
    addressable(bob)

    def types(*lines):
        mark = alice.out.mark()
        alice.send(lines[0])
        for line in lines[1:]:
            alice.out.wait_for("(Password|New password|Once more).*: ", since=mark)
            mark = alice.out.mark()
            alice.send(line)

    types("msg bob psst")
    bob.out.wait_for(r"^\[alice -> you\] psst$")
    types("users")
    alice.out.wait_for(r"^\* 2 in #lobby: alice, bob$")
    types("register", "hunter two two", "hunter two two")
    alice.out.wait_for(r"^\* your name is yours")
    types("logout")
    alice.out.wait_for(r"^\* you are now \S+$")
    types("login alice", "hunter two two")
    bob.out.wait_for(r"^\* \S+ is now alice$")
    for line in ("messages come", "userspace", "I register", " login is a word"):
        types(line)
        bob.out.wait_for(f"^alice: {line}$")


if __name__ == "__main__":
    run()
