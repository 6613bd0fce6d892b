#!/usr/bin/env python3
"""People: who is here, names, statuses, private messages that nobody else can read."""

import re
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from chat import PATIENCE, SLACK, Clint, Host, SecureHost, addressable, case, check, eventually, run, told
from proxy import Proxy
from raw_host import RawHost
from wire import (ANSWER, LETTER, NAME_WANTED, PONG, POST, RENAME, REQUEST, SAY, RawClient, answer, field, frame, number,
                  packets_from, ping, post, request, say, welcome)

OK, NO_SUCH, BAD_VALUE, TAKEN, TOO_MANY, NOT_HERE = range(6)
WHO, WHOIS, NICK, STATUS, KEY, KEY_OF, WRITE = range(0x20, 0x27)
PASSWORD = {"CLINT_PASSWORD": "tea and biscuits"}


def value(field):
    return struct.unpack(">Q", field)[0]


def member(host, name, *flags):
    clint = Clint(host, "--name", name, "--kdf", "small", *flags, env=PASSWORD)
    clint.out.wait_for("^Connected to ")
    return clint


@case("who is here, and what they say of themselves")
def who():
    host = Host()
    alice, bob = (Clint(host, "--name", name).connected() for name in ("alice", "bob"))
    bob.send("/away lunch")
    bob.out.wait_for(r"^\* you are away: lunch$")
    alice.send("/who")
    alice.out.wait_for(r"^\* 2 in #lobby: alice, bob \(away: lunch\)$")
    alice.send("/whois bob")
    alice.out.wait_for(r"^\* bob: here since \d{4}-\d\d-\d\d \d\d:\d\d, said something [0-9.]+ s ago, away: lunch$")
    check("127.0.0.1" not in alice.out.text().split("bob: here")[1], "the address was shown")
    alice.send("/whois nobody")
    alice.err.wait_for(r"^! there is no nobody here - /who lists who is$")
    bob.send("/status invisible")
    bob.out.wait_for(r"^\* you are invisible$")
    mark = alice.out.mark()
    alice.send("/names")
    alice.out.wait_for(r"^\* 1 in #lobby: alice$", since=mark)
    alice.send("/msg bob are you there?")
    alice.err.wait_for(r"^! not sent to bob: there is no bob here - ")
    bob.send("/back")
    bob.out.wait_for(r"^\* you are online$")
    alice.send("/list")
    alice.out.wait_for(r"^\* /list has two meanings")
    alice.out.wait_for(r"^\* #lobby  2 here$", since=mark)
    alice.out.wait_for(r"^\* 2 in #lobby: alice, bob$", since=mark)


@case("who is invisible is not counted either, for others: neither in a list, nor in a room, nor as if there were a room")
def uncounted():
    host = Host()
    alice = Clint(host, "--name", "alice").connected()
    bob = Clint(host, "--name", "bob", "--room", "tea").connected()
    carol = Clint(host, "--name", "carol", "--room", "tea").connected()
    carol.err.wait_for("you are in #tea")
    bob.send("/join ops")
    bob.err.wait_for("you are in #ops")

    def counts(clint, **rooms):
        for name, people in rooms.items():
            told(clint, "/rooms", rf"^\* #{name}  {people} here$")

    counts(alice, lobby=3, tea=2, ops=1)
    told(bob, "/status invisible", r"^\* you are invisible$")
    counts(alice, lobby=2, tea=1, ops=0)
    told(alice, "/who tea", r"^\* 1 in #tea: carol$")
    alice.send("/who ops")
    alice.err.wait_for(r"^! nobody is in a room #ops - ")
    counts(bob, lobby=3, tea=2, ops=1)
    told(bob, "/who ops", r"^\* 1 in #ops: bob")
    told(host, "/rooms", r"^\* #ops: 1$")
    told(bob, "/back", r"^\* you are online$")
    counts(alice, lobby=3, tea=2, ops=1)


@case("what was said before many commands is heard before they are answered")
def said_before_commands():
    host = Host()
    with RawClient(host) as hasty, RawClient(host) as hearer:
        hasty.log_in()
        hearer.log_in()
        last = 152  # 32 at once, then 8 a second: so late would no machine hear it by itself
        hasty.send(say(1, "first things first"), *(request(n, WHO) for n in range(1, last + 1)))
        hearer.wait_post("first things first", 2 * PATIENCE)
        hearer.say("heard")
        packet = hasty.read()
        while not (packet.type == POST and packet.text == "heard"):
            check(packet.type != ANSWER or packet.id < last, "it was heard when all was answered")
            packet = hasty.read()


@case("who types nothing for a while is shown as away, and as back with the next line")
def idle():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    alice = Clint(host, "--name", "alice", "--away-after", "1s", tty=True)

    def seen(status):
        mark = bob.out.mark()
        bob.send("/who")
        return f": alice{status}, bob" in bob.out.wait_for(r"^\* 2 in #lobby: .*\n", since=mark).group()
    alice.out.wait_for("#lobby")
    eventually(lambda: seen(" (away)"), "alice away")
    alice.out.wait_for(r"\* you are away, since you typed nothing; your next line says that you are back")
    alice.send("/set away-after 1h")  # or she would soon be away again
    eventually(lambda: seen(""), "alice back")
    wrong = Clint(host, "--away-after", "soon")
    wrong.expect_exit(2)


@case("what one says of oneself is not replaced when nothing is typed, and is known again after a cut")
def said_of_oneself():
    host = Host()
    proxy = Proxy(host.port)
    bob = Clint(host, "--name", "bob").connected()
    alice = Clint(proxy.port, "--name", "alice", "--away-after", "1s", tty=True)

    def seen(who):
        mark = bob.out.mark()
        bob.send("/who")
        return who in bob.out.wait_for(r"^\* \d in #lobby: .*\n", since=mark).group()
    alice.out.wait_for(r"\[#lobby\]")
    alice.send("/status busy until four")
    alice.out.wait_for(r"\* you are busy: until four")
    carol = Clint(host, "--name", "carol", "--away-after", "1s", tty=True)  # idle later than alice
    carol.out.wait_for(r"\* you are away, since you typed nothing")
    check(seen("alice (busy: until four)"), "busy for longer than --away-after")
    alice.send("typed again")
    bob.out.wait_for("^alice: typed again$")
    check(seen("alice (busy: until four)"), "still busy, until told otherwise")
    proxy.cut()
    alice.out.wait_for("back after")
    eventually(lambda: seen("alice (busy: until four)"), "busy after a cut")
    mark = alice.out.mark()
    proxy.cut()
    alice.send("/status busy until five")
    alice.out.wait_for("back after", since=mark)
    alice.send("here again")
    bob.out.wait_for("^alice: here again$")
    check(seen("alice (busy: until five)"), "what is said of oneself during a cut counts")


@case("a new name: announced, sealed under, free again when given up; none that looks like another's")
def nick():
    host = SecureHost("tea and biscuits")
    alice, bob = member(host, "alice"), member(host, "bob")
    alice.send("before")
    alice.send("/nick alicia")
    alice.send("after")
    bob.out.wait_for("^alice: before$")
    bob.out.wait_for(r"^\* alice is now alicia$")
    bob.out.wait_for("^alicia: after$")
    alice.out.wait_for(r"^\* you are now alicia$")
    bob.send("/nick alicia")
    bob.err.wait_for(r"^! somebody has the name alicia, or one that looks like it - take another one$")
    for command, says in (("nick", r"which name\? /nick alice"), ("msg", r"who\? /msg bob hello"), ("w", r"who\? /msg bob"),
                          ("verify", r"who\? /verify bob"),
                          ("room", r"which room\? /room ops hello")):
        mark = bob.err.mark()
        bob.send(f"/{command}")
        bob.err.wait_for(rf"^! {says}", since=mark)
    bob.send("/status fine")
    bob.err.wait_for(r"^! that is no status - there are online, away")
    bob.send("/nick a b")
    bob.err.wait_for(r"^! .*is not a name")
    bob.send("/nick server")
    bob.err.wait_for(r"^! .*reserved - /nick alice$")
    bob.send("/nick alice")
    bob.out.wait_for(r"^\* you are now alice$")
    bob.send("still sealed")
    alice.out.wait_for("^alice: still sealed$")
    plain = Host()
    with RawClient(plain) as raw, RawClient(plain) as watcher:
        raw.log_in("raw")
        watcher.log_in("watcher")
        for name in ("r\u0430w", "RAW", "", "x" * 25, "a\u202eb", "everyone"):
            check(raw.ask(NICK, name).result in (BAD_VALUE, TAKEN, OK) and raw.ask(NICK, "raw").result == OK, name)
        check(raw.ask(NICK, "everyone").result == BAD_VALUE, "a reserved name was given")
        check(raw.ask(NICK, "other").result == OK, "no new name")
        post = watcher.wait_post(lambda p: p.kind == RENAME and p.text == "other")
        check(post.sender == "raw", f"renamed: {post}")


@case("a name changed while the line was cut, and after it, is the one that the host knows")
def nick_over_a_cut():
    host = Host(grace=30)
    proxy = Proxy(host.port)
    alice = Clint(proxy.port, "--name", "alice").connected()
    bob = Clint(host, "--name", "bob").connected()
    alice.send("/nick alicia")
    alice.out.wait_for("you are now alicia")
    proxy.cut()
    alice.err.wait_for("back after")
    alice.send("still me")
    bob.out.wait_for("^alicia: still me$")


@case("a name that an operator wants is taken when all that was said under the old one has arrived, and not before")
def wanted_name():
    heard = []

    def script(connection):
        connection.sendall(welcome("alice"))
        for packet in packets_from(connection):
            heard.append(packet)
            if packet.type == SAY:
                line = packet
                connection.sendall(frame(NAME_WANTED, field("robert")) + ping(5))
            elif packet.type == PONG and packet.token == 5:  # what it asked for at once comes behind this one
                connection.sendall(ping(6))
            elif packet.type == PONG:
                heard.append("acknowledged")
                connection.sendall(post(1, line.body, "alice", session=1, message=line.message))
            elif packet.type == REQUEST and packet.verb == NICK:
                connection.sendall(answer(packet.id, rows=[[b"robert"]]))

    alice = Clint(RawHost(script=script).port, "--name", "alice").connected()
    alice.send("said by alice")
    alice.out.wait_for(r"^\* an operator wants you to be called robert$")
    alice.out.wait_for(r"^\* you are now robert$")
    asked = [each if each == "acknowledged" else each.verb for each in heard if each == "acknowledged" or each.type == REQUEST]
    check(asked.index("acknowledged") < asked.index(NICK), f"it asked for {asked}")
    alice.kill()


@case("a private message: shown to two, answered, and to nobody else")
def private():
    host = SecureHost("tea and biscuits")
    alice, bob, carol = (member(host, name) for name in ("alice", "bob", "carol"))
    addressable(bob)
    alice.send("/msg bob meet me at four")
    bob.out.wait_for(r"^\[alice -> you\] meet me at four$")
    alice.out.wait_for(r"^\[you -> bob\] meet me at four$")
    bob.send("/r I will")
    alice.out.wait_for(r"^\[bob -> you\] I will$")
    alice.send("@bob and bring tea")
    bob.out.wait_for(r"^\[alice -> you\] and bring tea$")
    alice.send("@bob ")  # Enter came too early: that is nothing for everybody
    alice.err.wait_for(r"^! nothing was said - @bob hello goes to bob alone, /query bob talks on$")
    alice.send("/query bob")
    alice.out.wait_for(r"^\* what you type goes to bob alone, sealed; ")
    alice.send("from now on to bob")
    bob.out.wait_for(r"^\[alice -> you\] from now on to bob$")
    alice.send("/query")
    alice.out.wait_for(r"^\* what you type goes to #lobby$")
    alice.send("and to all")
    for program in (carol, host):
        program.out.wait_for("^alice: and to all$")
    for words in ("four", "I will", "bring tea", "@bob", "from now on"):
        check(words not in carol.out.text() and words not in host.out.text(), f"somebody else saw {words!r}")
    alice.send("/msg nobody hello")
    alice.err.wait_for(r"^! not sent to nobody: there is no nobody here - ")
    # A script's last line gets through, or its exit code says that it did not.
    alice.send("/msg bob by the way")
    alice.close_input()
    alice.expect_exit(1)
    bob.out.wait_for(r"^\[alice -> you\] by the way$")
    carol.send("/msg bob and from me")
    carol.close_input()
    carol.expect_exit(0)
    bob.out.wait_for(r"^\[carol -> you\] and from me$")


@case("a private message that went into a dead connection comes over the next one, and once")
def over_a_cut():
    host = SecureHost("tea and biscuits", grace=30)
    proxy = Proxy(host.port)
    alice, bob = member(host, "alice"), member(proxy.port, "bob")
    addressable(bob)
    told(alice, "/msg bob before", r"^\[you -> bob\] before$")
    bob.out.wait_for(r"^\[alice -> you\] before$")
    told(bob, "/who", r"^\* 2 in #lobby")  # behind bob's answer to the ping
    proxy.swallow_answers = True
    for text in ("lost one", "lost two"):
        told(alice, f"/msg bob {text}", rf"^\[you -> bob\] {text}$")
    eventually(lambda: proxy.swallowed > 0, "they are on their way")
    proxy.swallow_answers = False
    proxy.cut()
    bob.out.wait_for(r"^\[alice -> you\] lost one\n\[alice -> you\] lost two$", 20 * SLACK)
    told(alice, "/msg bob after", r"^\[you -> bob\] after$")
    bob.out.wait_for(r"^\[alice -> you\] after$")
    heard = re.findall(r"^\[alice -> you\] (.*)$", bob.out.text(), re.M)
    check(heard == ["before", "lost one", "lost two", "after"], f"bob got {heard}")


@case("who writes to somebody who is away or busy is told so, once until that changes")
def absent():
    host = SecureHost("tea and biscuits")
    alice, bob = (member(host, name) for name in ("alice", "bob"))
    addressable(bob)

    def write(text):
        alice.send(f"/msg bob {text}")
        bob.out.wait_for(rf"^\[alice -> you\] {text}$")
        alice.out.wait_for(rf"^\[you -> bob\] {text}$")

    def be(command):
        mark = bob.out.mark()
        bob.send(command)
        bob.out.wait_for(r"^\* you are ", since=mark)

    write("zero")
    be("/away lunch")
    write("one")
    write("two")
    be("/status busy until four")
    write("three")
    be("/back")
    write("four")
    be("/away lunch")
    write("five")
    eventually(lambda: alice.err.count(r"^\* bob is away: lunch$") == 2, "what is told of bob")
    told = [line for line in alice.err.lines() if line.startswith("* bob is ")]
    check(told == ["* bob is away: lunch", "* bob is busy: until four", "* bob is away: lunch"], f"{told}")


@case("the safety number is the same on both sides, and compared by hand; a new key is told")
def safety():
    host = Host()
    alice, bob = (Clint(host, "--name", name).connected() for name in ("alice", "bob"))
    addressable(alice, bob)
    alice.send("/verify bob")
    alice.out.wait_for(r"^\* safety number with bob \(not compared\):$")
    bob.send("/verify alice")
    bob.out.wait_for(r"^\* safety number with alice \(not compared\):$")

    def digits(clint):
        clint.out.wait_for(r"^\* if \w+ sees the same")
        return re.findall(r"^    ((?:\d{5} ?){6})$", clint.out.text(), re.M)
    check(digits(alice) == digits(bob) and len(digits(alice)) == 2, f"{digits(alice)} {digits(bob)}")
    alice.send("/verify bob yes")
    alice.out.wait_for("noted: the safety number with bob was compared")
    bob.quits(host)
    bob = Clint(host, "--name", "bob").connected()
    bob.send("/msg alice it is me")
    alice.err.wait_for(r"^! bob has another key than before, not the one you compared: ")
    alice.out.wait_for(r"^\[bob -> you\] it is me$")


@case("a member who has the password and the octets cannot open what is for another")
def third_member():
    host = Host()
    with RawClient(host) as alice, RawClient(host) as mallory:
        alice.log_in("alice")
        mallory.log_in("mallory")
        bob = Clint(host, "--name", "bob").connected()
        eventually(lambda: mallory.ask(KEY_OF, "bob").result == OK, "bob's key")
        check(mallory.ask(KEY_OF, "alice").result == NOT_HERE, "alice has announced no key")  # after 2 s
        name, session, key = mallory.ask(KEY_OF, "bob").rows[0]
        check(name == b"bob" and len(key) == 32, "the key of bob")
        # What is not sealed by the one whose name and key it has is not shown.
        check(mallory.ask(KEY, bytes(range(1, 33))).result == OK, "a key was refused")
        check(mallory.ask(WRITE, "bob", session, number(1), b"x" * 112).result == OK, "a letter was refused")
        bob.out.wait_for(r"^! a private message of mallory was damaged or forged on its way - not shown$")
        check(mallory.ask(WRITE, "bob", number(value(session) + 1), number(2), b"x").result == NO_SUCH,
              "a letter for another session of that name was carried")


@case("private messages to nobody, without a number, too large or too many are refused; others are not disturbed")
def hoarding():
    host = Host()
    with RawClient(host) as raw, RawClient(host) as sleepy:
        raw.log_in("raw")
        session = sleepy.log_in("sleepy").session
        check(raw.ask(WRITE, "nobody", number(1), number(1), b"x").result == NO_SUCH, "to nobody")
        check(raw.ask(WRITE, "sleepy", b"1", number(1), b"x").result == BAD_VALUE, "a number of one octet")
        check(raw.ask(WRITE, "sleepy", number(session), number(0), b"x").result == BAD_VALUE, "message id 0")
        check(raw.ask(WRITE, "sleepy", number(session), number(1), b"").result == BAD_VALUE, "empty")
        check(raw.ask(WRITE, "sleepy", number(session), number(1), b"x" * 20000).result == BAD_VALUE, "too large")
        check(raw.ask(WRITE, "sleepy", number(session), number(1), b"x" * 16000).result == OK, "a good one")
        letter = sleepy.read()
        while letter.type != LETTER:
            letter = sleepy.read()
        check(letter.sender == "raw" and letter.body == b"x" * 16000, f"{letter}")


@case("whom you ignore is not shown, under another name neither; whoever has the name then is")
def ignored_under_another_name():
    host = Host()
    alice, bob, carl = (Clint(host, "--name", name).connected() for name in ("alice", "bob", "carl"))
    told(alice, "/ignore bob", "you ignore bob")
    told(bob, "/nick robert", r"^\* you are now robert$")
    told(carl, "/nick bob", r"^\* you are now bob$")
    bob.send("not for alice")
    carl.out.wait_for("^robert: not for alice$")
    carl.send("I am bob now")
    alice.out.wait_for("^bob: I am bob now$")
    check("not for alice" not in alice.out.text(), alice.out.text())
    told(alice, "/ignore", "you ignore robert")


@case("whom you ignore is not shown")
def ignoring():
    host = Host()
    alice, bob, carol = (Clint(host, "--name", name).connected() for name in ("alice", "bob", "carol"))
    addressable(alice)
    alice.send("/ignore bob")
    alice.out.wait_for("you ignore bob")
    bob.send("spam")
    bob.send("/msg alice spam in private")
    bob.out.wait_for(r"^\[you -> alice\] spam in private$")
    carol.out.wait_for("^bob: spam$")
    carol.send("hello")
    alice.out.wait_for("^carol: hello$")
    check("spam" not in alice.out.text(), "what an ignored one said was shown")
    alice.send("/ignore")
    alice.out.wait_for(r"^\* you ignore bob$")
    alice.send("/unignore carol")
    alice.err.wait_for(r"^! you do not ignore carol - /ignore lists whom you do$")
    alice.send("/unignore bob")
    alice.out.wait_for(r"^\* you ignore bob no more$")
    bob.send("sorry")
    alice.out.wait_for("^bob: sorry$")


@case("whoever takes the name of one that is written to does not get what is meant for that one")
def taken_names():
    host = SecureHost(PASSWORD["CLINT_PASSWORD"])
    alice, dan, carl, eve = (member(host, name) for name in ("alice", "dan", "carl", "eve"))
    addressable(dan, carl, eve)
    told(alice, "/verify dan", r"^\* safety number with dan \(not compared\):$")
    told(alice, "/verify dan yes", "was compared")
    told(alice, "/query dan", "what you type goes to dan alone")
    dan.quits(host)
    told(carl, "/nick dan", r"^\* you are now dan$")
    alice.out.wait_for(r"^\* carl is now dan$")
    alice.send("for your eyes only")
    alice.err.wait_for(r"^! not sent: dan is somebody else now, who was called carl - /query dan talks with this one$")
    alice.write("/msg dan for your eyes only\n/msg dan and for no other eyes\n")
    alice.err.wait_for(r"^! dan has another key than before, not the one you compared: ")
    eventually(lambda: alice.err.count(r"^! not sent to dan: that is not the key which you compared - /verify dan ") == 2, "two refusals")
    seen = alice.out.mark()
    told(carl, "/msg alice do write", r"^\[you -> alice\] do write$")  # disarms nothing
    alice.out.wait_for(r"^\[dan -> you\] do write$")
    alice.send("whose eyes?")
    eventually(lambda: alice.err.count("^! not sent: dan is somebody else now") == 2, "the query is still not his")
    mark = alice.err.mark()
    alice.send("/msg Dan these eyes?")
    alice.err.wait_for("^! not sent to dan: ", since=mark)
    host.halt()  # what is written before the number is shown
    alice.write("/verify dan\n/msg dan not these eyes either\n/foo\n")
    alice.err.wait_for("^! there is no /foo")
    eventually(alice.sleeps, "both are under way")
    host.signal(signal.SIGCONT)
    alice.out.wait_for(r"^\* safety number with dan \(not compared\):$", since=seen)
    eventually(lambda: alice.err.count("^! not sent to dan: ") == 4, "the refusal")
    alice.send("/msg dan whoever you are")
    carl.out.wait_for(r"^\[alice -> you\] whoever you are$")
    check("eyes" not in carl.out.text(), carl.out.text())
    alice.send("/verify eve yes")
    alice.err.wait_for("^! not noted: /verify eve shows the number that you have to compare$")
    told(alice, "/query eve", "what you type goes to eve alone")
    told(eve, "/nick eva", r"^\* you are now eva$")
    told(carl, "/nick eve", r"^\* you are now eve$")
    alice.out.wait_for(r"^\* dan is now eve$")
    alice.send("still you?")
    eve.out.wait_for(r"^\[alice -> you\] still you\?$")
    told(eve, "/reply it is", r"^\[you -> alice\] it is$")
    alice.out.wait_for(r"^\[eva -> you\] it is$")
    told(eve, "/nick eva2", r"^\* you are now eva2$")
    alice.out.wait_for(r"^\* eva is now eva2$")
    told(alice, "/reply good", r"^\[you -> eva2\] good$")
    told(alice, "/verify eva2", r"^\* safety number with eva2 \(not compared\):$")
    told(alice, "/verify eva2 yes", "was compared")
    told(eve, "/nick zoe", r"^\* you are now zoe$")
    told(carl, "/nick eva2", r"^\* you are now eva2$")
    alice.out.wait_for(r"^\* eve is now eva2$")
    alice.send("/msg eva2 for zoe's eyes")
    alice.err.wait_for("^! not sent to eva2: that is not the key which you compared")
    told(alice, "/msg zoe still compared?", r"^\[you -> zoe\] still compared\?$")
    told(alice, "/verify zoe", r"^\* safety number with zoe \(compared\):$")


@case("hostile text in statuses and names of commands changes nothing but its own line")
def hostile():
    host = Host()
    with RawClient(host) as raw:
        raw.log_in("raw")
        for text in ("\x1b[2J", "a\nb", "\u202e", "x" * 257, b"\xff"):
            check(raw.ask(STATUS, number(1), text).result == BAD_VALUE, f"{text!r} was taken as a status")
        check(raw.ask(STATUS, number(4), "").result == BAD_VALUE, "a status that does not exist")
        check(raw.ask(0x7f, "x").result == NOT_HERE, "an unknown verb")


@case("Tab knows who was here before one came, and says nothing")
def silent():
    host = Host()
    with RawClient(host) as zed:
        zed.log_in("zed")
        alice = Clint(host, "--name", "alice", "--backlog", "0", tty=True)
        alice.out.wait_for(r"\[#lobby\]")

        def completed():
            alice.write("\x15ze\t")
            time.sleep(0.05)
            return alice.out.count(r"zed: ")
        eventually(completed, "the name")


if __name__ == "__main__":
    run()
