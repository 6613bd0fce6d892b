"""Somebody at a terminal, and what the terminal shows."""

import fcntl
import re
import struct
import termios
import threading
import time

from chat import SLACK, Clint, check, eventually
from screen import Screen
from wire import RawClient

PROMPT = "[#lobby] "


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
