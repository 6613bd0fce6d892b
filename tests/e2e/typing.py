#!/usr/bin/env python3
"""Typing at a terminal while others talk: no typed character is lost or moved, no prompt is torn."""

import os
import random
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, SecureHost, addressable, amount, case, check, eventually, on_linux, run
from typist import Chatter, Typist
from wire import RawClient

CHARACTERS = "abcdefgh ijklmnop.,!?äöüßéñ 你好世界 дом שלום 😀🎉"


def keys(rng, length):
    """Random keys, and the text that should be there after them, with the cursor."""
    text, cursor = [], 0
    for _ in range(length):
        kind = rng.random()
        if kind < 0.7:
            character = rng.choice(CHARACTERS)
            text.insert(cursor, character)
            cursor += 1
            yield character.encode(), text
        elif kind < 0.78 and cursor > 0:
            cursor -= 1
            del text[cursor]
            yield b"\x7f", text
        elif kind < 0.84 and cursor > 0:
            cursor -= 1
            yield b"\x1b[D", text
        elif kind < 0.9 and cursor < len(text):
            cursor += 1
            yield b"\x1bOC", text
        elif kind < 0.93:
            cursor = 0
            yield b"\x01", text
        elif kind < 0.96:
            cursor = len(text)
            yield b"\x1b[F", text
        elif kind < 0.98 and cursor < len(text):
            del text[cursor:]
            yield b"\x0b", text
        elif cursor < len(text):
            del text[cursor]
            yield b"\x1b[3~", text


WHOLE = r"^(?:\d\d:\d\d )?bob: line (\d+) x*!$"


def expect_all(alice, said, line):
    """What the chatter said is on the screen, each line once and in order."""
    heard = []

    def shown():
        heard[:] = [int(n) for n in re.findall(line, "\n".join(alice.look().whole_lines()), re.M)]
        return heard == list(range(1, said + 1))
    alice.clint.out.wait_for(rf"line {said} ")
    try:
        eventually(shown, "all lines", 3 * SLACK)
    except AssertionError:
        check(False, f"{said} lines were said; the screen has {len(heard)}, not whole or in order")


def type_sequences(count, resizes):
    on_linux()
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"  seed {seed}")
    rng = random.Random(seed)
    host = Host("--rate", "off", "--quiet")
    alice = Typist(host)
    chatter = Chatter(host)
    carol = Clint(host, "--name", "carol").connected()
    torn = resized = caught = 0
    for number in range(count):
        text = []
        octets = b""
        for key, text in keys(rng, rng.randrange(5, 60)):
            octets += key
        cut, said = 0, chatter.said
        while cut < len(octets):  # reads end anywhere, in the middle of a character, too
            size = rng.randrange(1, 9)
            alice.clint.write(octets[cut:cut + size])
            cut += size
            if cut > len(octets) // 2:
                eventually(lambda n=said: chatter.said > n, "a line between the keys")
            if rng.random() < 0.2:
                time.sleep(rng.random() * 0.01)
        resize = resizes and number % 2 == 0
        line = "".join(text)
        if resize:
            torn = alice.expect(line, torn)
            alice.resize(rng.randrange(8, 40), rng.randrange(20, 40) if resized % 2 else rng.randrange(60, 120))
            resized += 1
        # What was on its way for the old size when the new one came may leave a prompt behind: seldom, and then only.
        before, more = torn, 8 if resize else 0
        torn = alice.expect(line, torn + more)
        mark = carol.out.mark()
        alice.clint.write(b"\r")
        if line.strip(" "):
            carol.out.wait_for("^" + re.escape("alice: " + line) + "$", since=mark)
        torn = alice.expect("", torn + more)
        caught += torn > before
    said = chatter.stop()
    print(f"  {said} messages; {resized} resizes, of which {caught} caught a line on its way")
    check(caught <= 2 + 0.01 * resized, f"{caught} of {resized} resizes left torn prompts")
    # A wrapped line that a resize caught in the middle may be cut, but none is missing or moved.
    expect_all(alice, said, r"bob: line (\d+) " if resizes else WHOLE)


@case("random keys while 50 messages a second arrive")
def random_keys():
    type_sequences(amount(1000, 100), resizes=False)


@case("the same with resizes")
def random_keys_and_resizes():
    type_sequences(amount(1000, 30), resizes=True)


@case("over a slow line, which takes and gives a few octets at a time, nothing is lost and nothing torn")
def slow_line():
    on_linux()
    host = Host("--rate", "off", "--quiet")
    alice = Typist(host)
    carol = Clint(host, "--name", "carol").connected()
    alice.clint.out.wait_for("carol joined")
    alice.clint.out.read_slowly(7, 0.002)
    chatter = Chatter(host, rate=15)
    text = "".join(CHARACTERS[n * 7 % len(CHARACTERS)] for n in range(60)).strip()
    for number in range(amount(10, 3)):
        line = f"{number} {text}"
        octets = line.encode()
        for at in range(0, len(octets), 3):
            alice.clint.write(octets[at:at + 3])
            time.sleep(0.01)
        alice.expect(line)
        alice.clint.write(b"\r")
        carol.out.wait_for("^" + re.escape(f"alice: {line}") + "$")
    expect_all(alice, chatter.stop(), WHOLE)
    alice.expect("")


@case("Ctrl-C clears the line; on an empty line it says that once more leaves")
def interrupt():
    on_linux()
    host = Host()
    alice = Typist(host)
    alice.clint.write("not this")
    alice.expect("not this")
    alice.clint.write(b"\x03")
    alice.expect("")
    alice.clint.write(b"\x03")
    alice.clint.out.wait_for(r"\* Ctrl-C once more leaves")
    time.sleep(2.1)
    alice.clint.write(b"\x03")
    eventually(lambda: alice.clint.out.count(r"\* Ctrl-C once more leaves") == 2, "the same: the first one was long ago")
    alice.clint.write("this\r")
    host.out.wait_for("^alice: this$")


@case("several lines with Alt-Enter, and what was said comes back with Up")
def lines():
    on_linux()
    host = Host()
    alice = Typist(host)
    bob = Clint(host, "--name", "bob").connected()
    alice.clint.write("one\x1b\rtwo\r")
    bob.out.wait_for("^alice: one\n  two$")
    alice.clint.write("\x1b[A again\r")
    bob.out.wait_for("^alice: one\n  two again$")


@case("Tab: commands, names by who spoke last, rooms, emoji; Shift-Tab back, Ctrl-R, Ctrl-L")
def completion():
    on_linux()
    host = Host()
    alice = Typist(host)
    with RawClient(host) as bob, RawClient(host) as bobby:
        for client, name in ((bob, "bob"), (bobby, "bobby")):
            client.log_in(name)
            client.say(f"I am {name}")
            alice.clint.out.wait_for(f"I am {name}")
        alice.keys("/hel\t", "[#lobby] /help")
        alice.keys("\x15/hi\t", "[#lobby] /history")
        alice.keys("\x15bo\t", "[#lobby] bobby:")
        alice.keys("\t", "[#lobby] bob:")
        alice.keys("\x1b[Z", "[#lobby] bobby:")
        alice.keys("\x15ask BO\tnow", "[#lobby] ask bobby now")
        alice.keys("\x15:tad\t!", "[#lobby] 🎉 !")
        alice.keys("\x15/join ops\r", "[#ops]")
        alice.keys("/leave o\t", "[#ops] /leave ops")
        alice.keys("\x15/room l\thi\r", "[#ops]")
        alice.clint.out.wait_for(r"\[#lobby\] alice: hi")  # it has come back: nothing moves after Ctrl-L
        alice.keys("\x12join", "(search) join: /join ops")
        alice.keys("\x07", "[#ops]")
        alice.keys("\x12room\x05!", "[#ops] /room lobby hi!")
        alice.clint.write("\x0c")

        def visible():
            screen = alice.look()
            return [row for row in screen.rows()[screen.top:] if row]
        eventually(lambda: visible() == ["[#ops] /room lobby hi!"], "after Ctrl-L the line alone")


@case("the prompt counts what is unread elsewhere; Ctrl-N, Ctrl-P, Alt-1 to 9 and Alt-A go there")
def places():
    on_linux()
    host = Host()
    alice = Typist(host)
    bob = Clint(host, "--name", "bob").connected()
    addressable(bob)
    alice.keys("/join ops\r", "[#ops]")
    bob.send("in the lobby")
    alice.keys("", "[#ops | lobby 1]")
    bob.send("once more")
    alice.keys("", "[#ops | lobby 2]")
    alice.keys("\x1ba", "[#lobby]")
    alice.keys("\x0e", "[#ops]")
    alice.keys("\x10", "[#lobby]")
    alice.keys("\x10", "[#ops]")
    alice.keys("/query bob\r", "[@bob sealed]")
    alice.keys("psst\r", "[@bob sealed]")
    bob.out.wait_for(r"^\[alice -> you\] psst$")
    eventually(lambda: any("[you -> bob] psst" in row for row in alice.look().rows()), "the host has said that bob has it")
    alice.keys("\x1b1kept", "[#lobby] kept")
    bob.send("/msg alice here I am")
    alice.keys("", "[#lobby | @bob 1] kept")
    alice.keys("\x1b2", "[#ops | @bob 1] kept")
    alice.keys("\x1b9", "[#ops | @bob 1] kept")
    alice.keys("\x1b3", "[@bob sealed] kept")
    check("[bob -> you] here I am" in alice.screen.whole_lines()[-2], f"{alice.screen.whole_lines()}")
    alice.keys("\x15/rooms\r", "[@bob sealed]")
    eventually(lambda: ["* 1  #lobby  2 here", "* 2  #ops  1 here", "* 3> @bob"] == alice.look().whole_lines()[-4:-1],
               "the rooms with their numbers")
    alice.keys("/leave\r", "[#lobby]")


@case("what was typed comes back the next time, for who has asked for that; no password does")
def line_history():
    on_linux()
    host = SecureHost("a good password")
    wanted = {"CLINT_LINE_HISTORY": "true", "CLINT_PASSWORD": "a good password"}
    first = Typist(host, env=wanted)
    for line in ("hello", r"a\nb"):
        first.keys(line + "\r", "[#lobby]")
    first.clint.write("/join den --password\r")
    first.clint.out.wait_for("Password for #den: ")
    first.clint.write("not to be kept\r")
    first.clint.out.wait_for(r"\[#den\]")
    first.clint.write("\x04")
    first.clint.expect_exit(0)
    kept = first.clint.home / "lines"
    check(kept.read_text(encoding="utf-8") == "hello\na\\\\nb\n/join den --password\n", kept.read_text(encoding="utf-8"))
    check(kept.stat().st_mode & 0o777 == 0o600, "others can read what was typed")
    second = Typist(host, env=wanted, home=first.clint.home)
    second.keys("\x1b[A\x1b[A", r"[#lobby] a\nb")
    second.keys("\x1b[A", "[#lobby] hello")
    third = Typist(host, name="carol", env=wanted | {"CLINT_LINE_HISTORY": None}, home=first.clint.home)
    third.keys("\x1b[A", "[#lobby]")


@case("without a terminal that can, lines are read as they are")
def dumb():
    on_linux()
    host = Host()
    alice = Clint(host, "--name", "alice", tty=True, env={"TERM": "dumb"})
    alice.out.wait_for(r"^\* you are alice")
    alice.send("hello")
    host.out.wait_for("^alice: hello$")
    bob = Clint(host, "--name", "bob").connected()
    bob.send("hi")
    alice.out.wait_for("bob: hi$")
    check(b"\x1b" not in alice.out.raw, "escape sequences on a dumb terminal")


run()
