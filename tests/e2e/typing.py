#!/usr/bin/env python3
"""Typing at a terminal while others talk: no typed character is lost or moved, no prompt is torn."""

import fcntl
import os
import random
import re
import signal
import struct
import sys
import termios
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SANITIZED, SLACK, Clint, Host, Program, amount, case, check, eventually, on_linux, run
from screen import Screen
from wire import RawClient

PROMPT = "[#lobby] "
CHARACTERS = "abcdefgh ijklmnop.,!?äöüßéñ 你好世界 дом שלום 😀🎉"


class Typist:
    """A clint on a terminal, the picture it draws, and what should be in its line."""

    def __init__(self, host, name="alice", size=(24, 80), **options):
        self.clint = Clint(host, "--name", name, tty=True, size=size, **options)
        self.screen = Screen(*size)
        self.seen = 0
        self.clint.out.wait_for(re.escape(PROMPT.rstrip()))

    def look(self):
        raw = self.clint.out.raw
        end = len(raw)
        self.screen.feed(bytes(raw[self.seen:end]))
        self.seen = end
        return self.screen

    def resize(self, rows, width):
        """At a moment when nothing is on its way to the terminal: that race no program can win."""
        self.settle()
        self.screen.resize(rows, width)
        fcntl.ioctl(self.clint._tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))
        self.settle()

    def settle(self):
        """Until nothing has come for a moment."""
        end = -1
        while end != len(self.clint.out.raw):
            end = len(self.clint.out.raw)
            time.sleep(0.03)
        self.look()

    def area(self):
        """What stands in the last rows from the prompt on, and whether anything like a prompt stands above."""
        screen = self.look()
        rows = screen.rows()
        first = max((i for i, row in enumerate(rows) if row.startswith(PROMPT.rstrip())), default=None)
        if first is None:  # looked at in the middle of what is being drawn
            return f"no prompt in {rows[-5:]}", []
        torn = [row for row in rows[:first] if PROMPT.rstrip() in row]
        return "".join("".join(screen.lines[i]) for i in range(first, len(rows))), torn

    def expect(self, text, torn_allowed=False):
        wanted = (PROMPT + text).rstrip(" ")

        def shown():
            line, torn = self.area()
            return line.rstrip(" ") == wanted and (torn_allowed or not torn)
        try:
            eventually(shown, "the line", 3 * SLACK)
        except AssertionError:
            check(False, f"the screen shows {self.area()}, not {wanted!r}")


class Chatter:
    """Says `rate` numbered lines a second, in a thread."""

    def __init__(self, host, rate=50):
        self.raw = RawClient(host)
        self.raw.log_in("bob")
        self.said = 0
        self.quiet = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(1 / rate,), daemon=True)
        self._thread.start()

    def _run(self, pause):
        while not self._stop.wait(pause):
            if self.quiet:
                continue
            self.said += 1
            self.raw.say(f"line {self.said} " + "x" * (self.said * 7 % 90) + "!")

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self.said


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


def type_sequences(count, resizes):
    on_linux()
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"  seed {seed}")
    rng = random.Random(seed)
    host = Host("--rate", "off", "--quiet")
    alice = Typist(host)
    chatter = Chatter(host)
    carol = Clint(host, "--name", "carol").connected()
    for number in range(count):
        text = []
        octets = b""
        for key, text in keys(rng, rng.randrange(5, 60)):
            octets += key
        cut = 0
        while cut < len(octets):  # reads end anywhere, in the middle of a character, too
            size = rng.randrange(1, 9)
            alice.clint.write(octets[cut:cut + size])
            cut += size
            if rng.random() < 0.2:
                time.sleep(rng.random() * 0.01)
        if resizes and number % 4 == 0:
            chatter.quiet = True
            alice.resize(rng.randrange(8, 40), rng.randrange(20, 120))
            chatter.quiet = False
        line = "".join(text)
        alice.expect(line, torn_allowed=resizes)
        mark = carol.out.mark()
        alice.clint.write(b"\r")
        if line.strip(" "):
            carol.out.wait_for("^" + re.escape("alice: " + line) + "$", since=mark)
        alice.expect("", torn_allowed=resizes)
    said = chatter.stop()
    check(said > 0, "nobody talked")
    alice.clint.out.wait_for(rf"line {said} ")
    alice.settle()
    heard = [int(n) for n in re.findall(r"^(?:\d\d:\d\d )?bob: line (\d+) x*!$", "\n".join(alice.screen.whole_lines()), re.M)]
    if resizes:  # a wrapped line that a resize caught in the middle may be cut, but none is missing or moved
        heard = [int(n) for n in re.findall(r"bob: line (\d+) ", "\n".join(alice.screen.whole_lines()))]
    check(heard == list(range(1, said + 1)), f"{said} lines were said; the screen has {len(heard)}, not whole or in order")


@case("random keys while 50 messages a second arrive")
def random_keys():
    type_sequences(amount(500, 100), resizes=False)


@case("the same with resizes")
def random_keys_and_resizes():
    type_sequences(amount(500, 30), resizes=True)


def attributes(terminal):
    return termios.tcgetattr(terminal)


@case("the terminal is as before after every kind of exit")
def restored():
    on_linux()
    endings = {
        "/quit": lambda c, h: c.write("/quit\r"),
        "exit": lambda c, h: c.write("exit\r"),
        "Ctrl-D": lambda c, h: c.write(b"\x04"),
        "Ctrl-C twice": lambda c, h: c.write(b"\x03\x03"),
        "SIGTERM": lambda c, h: c.signal(signal.SIGTERM),
        "SIGINT": lambda c, h: c.signal(signal.SIGINT),
        "SIGHUP": lambda c, h: c.signal(signal.SIGHUP),
        "SIGSEGV": lambda c, h: c.signal(signal.SIGSEGV),
        "SIGABRT": lambda c, h: c.signal(signal.SIGABRT),
    }
    codes = {"/quit": 0, "exit": 0, "Ctrl-D": 0, "Ctrl-C twice": 130, "SIGTERM": 143, "SIGINT": 130, "SIGHUP": 143,
             "SIGSEGV": -signal.SIGSEGV, "SIGABRT": -signal.SIGABRT}
    host = Host()
    # A sanitizer would make an exit code of its own out of the crash that is asked for here.
    crashes = {tool: "handle_segv=0:handle_abort=0" for tool in ("ASAN_OPTIONS", "TSAN_OPTIONS")} if SANITIZED else {}
    for number, (name, end) in enumerate(endings.items()):
        clint = Clint(host, "--name", f"alice{number}", tty=True, env=crashes)
        before = attributes(clint._tty)
        clint.out.wait_for(re.escape(PROMPT.rstrip()))
        eventually(lambda c=clint: not attributes(c._tty)[3] & termios.ICANON, "raw mode")
        if name.startswith("SIG"):
            clint.out.wait_for(f"alice{number} joined")  # the last thing that is drawn by itself
            clint.write("half a line")
            clint.out.wait_for("half a line")  # a crash in the middle of a drawing can leave anything
        end(clint, host)
        code = clint.exit_code(5 * SLACK)
        check(code == codes[name], f"after {name} the exit code is {code}")
        check(attributes(clint._tty) == before, f"after {name} the terminal is not as before")
        screen = Screen(40, 120)
        screen.feed(bytes(clint.out.raw))
        check(not screen.paste_mode, f"after {name} pastes are still marked")
        check(screen.column == 0, f"after {name} the shell's prompt would stand at column {screen.column}")
        if code < 0:
            clint.killed = True


@case("Ctrl-Z and a stop from elsewhere give the terminal back; after fg what was typed is there again")
def suspended():
    on_linux()
    host = Host()
    shell = Program(["sh", "-i"], name="sh", tty=True, env={"PS1": "$ "})
    shell.send(f"{BUILD / 'clint'} {host.address} --name alice")
    shell.out.wait_for(re.escape(PROMPT.rstrip()))
    with open(f"/proc/{shell.pid}/task/{shell.pid}/children", encoding="ascii") as children:
        clint = int(children.read().split()[0])
    shell.write("half a li")
    for number, stop in enumerate((lambda: shell.write(b"\x1a"), lambda: os.kill(clint, signal.SIGTSTP),
                                   lambda: os.kill(clint, signal.SIGSTOP))):
        eventually(lambda: not attributes(shell._tty)[3] & termios.ICANON, "raw mode")
        shell.out.wait_for("half a li$")
        stop()
        # dash, unlike clint, says nothing to the terminal about modes after SIGSTOP
        if number < 2:
            eventually(lambda: attributes(shell._tty)[3] & termios.ICANON, "the terminal as before")
            check(attributes(shell._tty)[3] & termios.ECHO, "what is typed is not shown")
        shell.write(f"echo shell $((40 + {number}))\n")
        shell.out.wait_for(rf"^(\$ )?shell 4{number}")
        mark = shell.out.mark()
        shell.write("fg\n")
        shell.out.wait_for("half a li$", since=mark)
    shell.write("ne\r")
    host.out.wait_for("^alice: half a line$")


@case("a storm of 1,000 resizes")
def resize_storm():
    on_linux()
    host = Host()
    alice = Typist(host)
    alice.clint.write("still here")
    for n in range(1000):
        fcntl.ioctl(alice.clint._tty, termios.TIOCSWINSZ, struct.pack("HHHH", 10 + n % 30, 20 + n % 100, 0, 0))
        alice.clint.signal(signal.SIGWINCH)
    alice.clint.write(b"\r")
    host.out.wait_for("^alice: still here$")


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
    time.sleep(0.2)
    check(alice.clint.alive, "Ctrl-C left although the first one was long ago")
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
