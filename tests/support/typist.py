"""Somebody at a terminal, and what the terminal shows."""

import fcntl
import os
import re
import signal
import struct
import termios
import threading
import time

from chat import SLACK, Clint, check, eventually
from screen import Screen
from wire import RawClient, wait_readable

PROMPT = "[#lobby] "


def attributes(terminal):
    """What `stty -g` tells."""
    return termios.tcgetattr(terminal)


def attributes_of_a_new_terminal():
    ends = os.openpty()
    try:
        return attributes(ends[0])
    finally:
        for end in ends:
            os.close(end)


def is_raw(clint):
    return not attributes(clint._tty)[3] & termios.ICANON


def check_restored(clint, what, size=(40, 120)):
    """After its end: the terminal is as it was before, and the shell's prompt begins a line."""
    check(attributes(clint._tty) == attributes_of_a_new_terminal(), f"after {what} the terminal is not as before")
    screen = Screen(*size)
    screen.feed(bytes(clint.out.raw))
    check(not screen.paste_mode, f"after {what} pastes are still marked")
    check(screen.column == 0, f"after {what} the shell's prompt would stand at column {screen.column}")


class Typist:
    """A clint on a terminal, the picture it draws, and what should be in its line."""

    def __init__(self, host, name="alice", size=(24, 80), **options):
        self.clint = Clint(host, "--name", name, tty=True, size=size, **options)
        self._host = host
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
        """While the host stands still and nothing is on its way to the terminal: that race no program can win. What
        others say meanwhile comes right behind."""
        try:
            self._host.halt()
            eventually(self._is_at_rest, "a moment of rest")
            screen = self.look()
            fcntl.ioctl(self.clint._tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))
        finally:
            self._host.signal(signal.SIGCONT)
        screen.resize(rows, width)  # takes long; what comes meanwhile is for the new size, and looked at later

    def _is_at_rest(self):
        """All that the host has said is read, and what was drawn of it is here."""
        seen = len(self.clint.out.raw)
        for look in range(2):  # what is between the two ends of a terminal is counted nowhere
            time.sleep(0.01 * look)
            unread = fcntl.ioctl(self.clint._tty, termios.FIONREAD, struct.pack("i", 0))
            if any(octets for _, octets in self._host.not_read()) or not self.clint.sleeps() or any(unread):
                return False
        return seen == len(self.clint.out.raw)

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

    def bottom(self):
        """What is typed and what stands before it, whichever prompt or question that is."""
        screen = self.look()
        first = max((i for i in range(screen.top, len(screen.lines)) if screen.text(i)[:1] in ("[", "(")), default=screen.top)
        return "".join("".join(screen.lines[i]) for i in range(first, len(screen.lines))).rstrip(" ")

    def keys(self, octets, bottom):
        """Presses keys; then the last line is this."""
        self.clint.write(octets)
        try:
            eventually(lambda: self.bottom() == bottom, "the line", 3 * SLACK)
        except AssertionError:
            check(False, f"after {octets!r} the last line is {self.bottom()!r}, not {bottom!r}")

    def expect(self, text, torn=0):
        """The prompt and this text after it, whole, and `torn` prompts above at most. Gives how many there are."""
        wanted = (PROMPT + text).rstrip(" ")
        found = []

        def shown():
            line, found[:] = self.area()
            return line.rstrip(" ") == wanted and len(found) <= torn
        try:
            eventually(shown, "the line", 3 * SLACK)
        except AssertionError:
            check(False, f"the screen shows {self.area()}, not {wanted!r} below {torn} torn ones")
        return len(found)


class Chatter:
    """Says `rate` numbered lines a second, in a thread."""

    def __init__(self, host, rate=50):
        self.raw = RawClient(host)
        self.raw.log_in("bob")
        self.said = 0
        self._rate, self._begin = rate, time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(max(self._begin + (self.said + 1) / self._rate - time.monotonic(), 0)):
            self.said += 1
            self.raw.say(f"line {self.said} " + "x" * (self.said * 7 % 90) + "!")
            while wait_readable([self.raw.socket], 0) and self.raw.socket.recv(65536):
                pass

    def stop(self):
        """Gives how many lines were said. Fails when those were not nine of ten in the end, for whatever reason: between which
        keys they came, and whether others hear them, is to be looked at elsewhere."""
        eventually(lambda: self.said + 1 > 0.9 * self._rate * (time.monotonic() - self._begin), "as many lines as were to be said")
        self._stop.set()
        self._thread.join()
        return self.said
