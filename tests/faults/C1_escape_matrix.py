#!/usr/bin/env python3
"""C1: text that wants to act on the terminal, in every field that a host can fill; C2: cut in two, where it can be.

Pass: what clint writes to the terminal is made of the sequences that it emits itself, all of them known to
tests/support/screen.py, which fails at any other; the terminal answers nothing; nobody's clipboard, title or modes.
Texts of posts and the like are looked at when they are decoded, and a host that sends such is left; the rows of answers
are not, and are shown by numbers. Every formatting function with every payload, and what members seal:
tests/unit/terminal_hostile_test.cpp, client_sealed_test.cpp. From other clients and consoles: tests/e2e/hostile_text.py.
"""

import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Clint, amount, case, check, eventually, on_linux, run
from hostile import is_clean, payloads, visible
from raw_host import RawHost
from screen import Screen
from wire import (ACTION, HISTORY, JOINED, LETTER, NOTICE, PAST, REFUSED, RENAME, REQUEST, SAY, TOPIC, answer, field, frame,
                  goodbye, number, packets_from, post, welcome)

ENTER, ROOMS, WHO, WHOIS, NICK, ORDER = 0x01, 0x03, 0x20, 0x21, 0x22, 0x60
REFUSES = 2  # a result of an answer
SENTINEL = post(99, "that was all")


OCTETS = list(payloads())


def picture(clint, what, size=(40, 120)):
    """What is on the screen after all that clint has written, in whole lines. Fails at any sequence not its own."""
    screen = Screen(*size, links=True)
    try:
        screen.feed(bytes(clint.out.raw))
    except AssertionError as error:
        check(False, f"{what}: {error}")
    check(b"\x07" not in bytes(clint.out.raw), f"{what}: a bell")
    return screen.whole_lines()


def whole_picture(clint, what):
    """The same when all that clint had to say is there: then it shows what is typed."""
    clint.write("all of it")
    eventually(lambda: any(line.endswith("] all of it") for line in picture(clint, what)), f"{what}: the prompt")
    return picture(clint, what)


def met(on_packet, after=b"", first=welcome("alice"), **options):
    """A clint and its host, which sends `first` and `after` at once, and what on_packet(packet) gives when clint has said
    something."""
    def script(connection):
        connection.sendall(first + after)
        for packet in packets_from(connection):
            connection.sendall(on_packet(packet) or b"")
    host = RawHost(script=script, keeps=True)
    clint = Clint(host.port, "--name", "alice", "--links", "always", tty=True, **options)
    return clint


def nothing(packet):
    return answer(packet.id) if packet.type == REQUEST else b""


# ---- What is refused before it is shown ----------------------------------------------------------------------------


def length_of(packet):
    return (len(packet) - 4).to_bytes(4, "big") + packet[4:]


def topic_of(room, octets):
    """A room that is none has no topic that clint would read."""
    if not is_clean(room):
        return post(1, octets, kind=TOPIC)
    return length_of(post(1, octets, kind=TOPIC, room="ROOM").replace(field("ROOM"), field(room), 1))


def letter(sender, body):
    return frame(LETTER, field(sender) + number(2) + number(1) + number(0) + field(b"k" * 32) + field(body))


def text_fields(octets):
    """Name, what clint does for it, and what the host sends: at once, or as the answer to what clint wants."""
    bare = post(1, b"hello", sender="SENDER").replace(field("SENDER"), field(octets), 1)
    yield "message", "", post(1, octets)
    yield "action", "", post(1, octets, kind=ACTION)
    yield "notice", "", post(1, octets, sender="server", session=0, kind=NOTICE)
    yield "new name", "", post(1, octets, kind=RENAME)
    yield "sender", "", length_of(bare)
    yield "whose join", "", length_of(post(1, b"\0\0\0\2", sender="SENDER", kind=JOINED).replace(field("SENDER"), field(octets), 1))
    yield "room", "", length_of(post(1, b"x", room="ROOM").replace(field("ROOM"), field(octets), 1))
    yield "whose letter", "", letter(octets, b"x" * 112)
    yield "goodbye", "", goodbye(25, octets)  # kicked
    yield "motd", "", length_of(welcome("alice", motd="MOTD").replace(field("MOTD"), field(octets), 1))
    yield "refusal", "", frame(REFUSED, number(1) + field(octets))
    def page(packet):
        if packet.type != HISTORY:
            return nothing(packet)
        return frame(PAST, field("lobby") + (b"\0\0" if packet.before else b"\0\1" + field(post(1, octets)[5:])))
    yield "history", "/history\r", page
    yield "error text", "/who\r", lambda packet: answer(packet.id, REFUSES, octets) if packet.type == REQUEST else b""


@case("every payload in every text that a host says: it is left, or the text was harmless")
def matrix():
    on_linux()
    every = amount(1, 47 if SANITIZED else 17)
    rows = [(octets, *each) for octets in OCTETS for each in text_fields(octets)]
    for octets, name, typed, sent in rows[:: every]:
        what = f"{octets[:20]!r} as {name}"
        if callable(sent):
            left = [SENTINEL]

            def respond(packet, sent=sent, left=left):
                return sent(packet) + (left.pop() if left and sent(packet) != nothing(packet) else b"")
            clint = met(respond)
            # It asks for history by itself, and may have left for what it got before its prompt was there.
            eventually(lambda c=clint: b"#lobby" in bytes(c.out.raw) or not c.alive, "clint is in")
            if clint.alive:
                clint.write(typed)
        elif name == "motd":
            clint = met(nothing, SENTINEL, sent)
        else:
            clint = met(nothing, sent + SENTINEL)
        eventually(lambda c=clint: not c.alive or "that was all" in c.out.text(), f"{what}: the end of it")
        if name == "goodbye" or not is_clean(octets) or name == "room":
            check(clint.exit_code(5 * SLACK) == (5 if name == "goodbye" and is_clean(octets) else 1), f"{what}: the exit code")
            check("that was all" not in clint.out.text(), f"{what}: clint stayed")
            if is_clean(octets) is False:
                check("host misbehaves" in clint.out.text(), f"{what}: {clint.out.text()!r}")
        else:
            check(clint.alive, f"{what}: clint left")
            clint.signal(signal.SIGTERM)
            clint.exit_code(5 * SLACK)
        picture(clint, what)


# ---- What reaches the screen ---------------------------------------------------------------------------------------


def row_answers(packet):
    """All payloads in every row that clint shows; to /rename as the new name the first one."""
    if packet.type == SAY:
        return post(1, packet.body, "bob", session=1, message=packet.message)
    if packet.type != REQUEST:
        return b""
    if packet.verb == WHO:
        return answer(packet.id, rows=[[each, number(1), each] for each in OCTETS])
    if packet.verb == WHOIS:
        octets = OCTETS[int(packet.args[0])]
        return answer(packet.id, rows=[[octets, number(2), octets, number(5), number(0), octets, octets]])
    if packet.verb == ROOMS:
        return answer(packet.id, rows=[[each, number(1), number(0), topic_of(each, each)] for each in OCTETS])
    if packet.verb == ORDER:
        return answer(packet.id, rows=[[each] for each in OCTETS])
    if packet.verb == NICK:
        return answer(packet.id, rows=[[OCTETS[0] if packet.args[0] == b"eve" else packet.args[0]]])
    if packet.verb == ENTER:
        return answer(packet.id, rows=[[packet.args[0], number(0), number(2), post(1, b"\x1b[2Jtopic", kind=TOPIC, room="ops")]])
    return answer(packet.id)


@case("names, statuses, rooms, topics and whatever else comes in answers is shown by its numbers")
def rows_of_answers():
    on_linux()
    clint = met(row_answers)
    clint.out.wait_for("#lobby")
    clint.write("/who\r")
    clint.out.wait_for(rf"\* {len(OCTETS)} in #lobby: ")
    clint.write("/rooms\r")
    eventually(lambda: clint.out.count(r"  1 here") == len(OCTETS), "the rooms")
    clint.write("/bans\r/whois 0\r")
    clint.out.wait_for("said something 0 s ago")
    shown = whole_picture(clint, "answers")
    who = next(line for line in shown if f"{len(OCTETS)} in #lobby: " in line)
    for octets in OCTETS:
        text = visible(octets)
        check(f"{text} (away: {text})" in who, f"/who: {octets[:20]!r} is not to be read as {text[:40]!r}")
        topic = text if is_clean(octets) else "[sealed]"  # octets that are no text
        check(any(line == f"*    #{text}  1 here  {topic}" for line in shown), f"/rooms: {octets[:20]!r}")
        check(any(line == f"* {text}".rstrip(" ") for line in shown), f"/bans: {octets[:20]!r}")
    text = visible(OCTETS[0])
    check(any(re.match(re.escape(f"* {text}: here since ") + ".*" + re.escape(f", busy: {text}, {text}, {text}"), line)
              for line in shown), "/whois")


@case("a name that the host gives is refused; a topic of another's making is not shown")
def own_name():
    on_linux()
    clint = met(row_answers)
    clint.out.wait_for("#lobby")
    clint.write("/nick bob\r")
    clint.out.wait_for(re.escape("* you are now bob"))
    clint.write("hello\r")
    clint.out.wait_for(re.escape("bob: hello"))
    clint.write("/join ops\r")
    clint.out.wait_for(r"you are in #ops")
    clint.out.wait_for(r"bob set a topic that is sealed with another password")
    clint.write("/topic\r")
    whole_picture(clint, "the topic")
    clint.write("\x15/nick eve\r")
    clint.out.wait_for("host misbehaves: it gives us a name that is none")
    clint.expect_exit(1)
    picture(clint, "the own name")


# ---- C2: in two pieces ---------------------------------------------------------------------------------------------


@case("C2: the first half of a sequence in a name, a room, an answer, the second one in what comes after it")
def split():
    on_linux()
    pieces = (b"\x1b", b"[2J"), (b"\x1b]0;", b"PWN\x07"), (b"\xc2", b"\x9b31m"), (b"\x1b[3", b"1;7m"), (b"\xe2\x80", b"\xae")

    def halves(packet):
        if packet.type != REQUEST or packet.verb not in (WHO, ROOMS) or asked[0] == 2 * len(pieces):
            return nothing(packet)
        if packet.verb == ROOMS:
            return answer(packet.id, rows=[[one, number(1), number(0), topic_of(one, two)] for one, two in pieces])
        one, two = pieces[asked[0] // 2]
        asked[0] += 1
        # by turns: both in one row, and the second half at the beginning of the next answer
        if asked[0] % 2:
            return answer(packet.id, rows=[[b"name" + one, number(1), two]])
        return answer(packet.id, rows=[[b"x", number(0), b"end" + one]]) + post(10 + asked[0], re.sub(rb"[^ -~]", b"", two))
    asked = [0]
    clint = met(halves)
    clint.out.wait_for("#lobby")
    clint.write("/rooms\r")
    for number_ in range(2 * len(pieces)):
        clint.write("/who\r")
        eventually(lambda n=number_: clint.out.count(r"\* 1 in #lobby") == n + 1, "an answer")
    shown = "\n".join(whole_picture(clint, "halves"))
    for one, two in pieces:
        check(f"name{visible(one)} (away: {visible(two)})" in shown, f"{one!r} and {two!r} in a row: {shown}")
        check(f"#{visible(one)}  1 here  [sealed]" in shown, f"{one!r} and {two!r} as room and topic")
        check(f"end{visible(one)}" in shown, f"{one!r} at the end of an answer")


@case("C2: over posts, and over pages of history: the first half is refused already")
def split_posts():
    on_linux()
    for one, two in ((b"\x1b", b"[2J"), (b"\xe2\x80", b"\xae"), (b"\xc2", b"\x9b")):
        clint = met(nothing, post(1, one) + post(2, two if two[0] < 0x80 else b"x"))
        clint.expect_exit(1)
        picture(clint, f"{one!r} and {two!r} as posts")

        def pages(packet, one=one, two=two):
            if packet.type != HISTORY:
                return nothing(packet)
            wanted = post(2, two) if packet.before == 0 else post(1, one)
            return frame(PAST, field("lobby") + b"\0\1" + field(wanted[5:]))
        clint = met(pages)
        clint.out.wait_for("#lobby")
        clint.write("/history 1\r")
        # A wish takes the place of one that is not fulfilled.
        eventually(lambda c=clint: not c.alive or c.out.count("that was earlier"), "the first page")
        if clint.alive:
            clint.write("/history 1\r")
        clint.expect_exit(1)
        picture(clint, f"{one!r} and {two!r} as pages")


if __name__ == "__main__":
    run()
