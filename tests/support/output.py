"""What a program writes, as it comes."""

import bisect
import codecs
import os
import re
import select
import threading
import time

from checks import PATIENCE, Failed, check, eventually

BIDI = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;:?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


class Output:
    """Everything a program wrote to one descriptor; a thread of its own reads it, so the program never waits."""

    def __init__(self, descriptor, name):
        self.name = name
        self.raw = bytearray()
        self.ended = False
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._closing = False
        self._at_once, self._pause = 65536, 0
        self._arrivals = []  # how many octets there were, and since when
        self._wakes, self._waker = os.pipe()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.register(self._wakes, select.POLLIN)
        while True:
            try:
                poll.poll()
                data = b"" if self._closing else os.read(self._descriptor, self._sleep())
            except OSError:  # a terminal whose program has ended says EIO
                data = b""
            with self._changed:
                if not data:
                    for descriptor in (self._descriptor, self._wakes, self._waker):
                        os.close(descriptor)
                self.raw += data
                self._arrivals.append((len(self.raw), time.monotonic()))
                self.ended = not data
                self._changed.notify_all()
            if not data:
                return

    def _sleep(self):
        """Gives how many octets may be read then: as many more as the pause was longer."""
        if not self._pause:
            return self._at_once
        begin = time.monotonic()
        time.sleep(self._pause)
        return int(self._at_once * max(1, (time.monotonic() - begin) / self._pause))

    def read_slowly(self, octets, pause):
        """From now on at most so many octets, after so many seconds each time: a slow line."""
        self._at_once, self._pause = octets, pause

    def close(self):
        """Stops reading for good: whoever writes next finds a broken pipe."""
        with self._changed:
            self._closing = True
            if not self.ended:
                os.write(self._waker, b"!")
        eventually(lambda: self.ended, f"the end of {self.name}")

    def mark(self):
        """The place up to which was written by now; for the `since` of the other methods."""
        return len(self.raw)

    def came_at(self, place):
        """When the octet at that place was there (time.monotonic())."""
        with self._changed:
            return self._arrivals[bisect.bisect_left(self._arrivals, (place + 1,))][1]

    def text(self, since=0):
        with self._changed:
            raw = bytes(self.raw[since:])
        return _ESCAPES.sub("", raw.decode("utf-8", "backslashreplace")).replace("\r\n", "\n")

    def lines(self, since=0):
        return self.text(since).splitlines()

    def count(self, pattern, since=0):
        return len(re.findall(pattern, self.text(since), re.MULTILINE))

    def wait_for(self, pattern, timeout=None, since=0):
        """The first match of the regular expression (^ and $ match at lines). Fails after `timeout` seconds."""
        timeout = PATIENCE if timeout is None else timeout
        until = time.monotonic() + timeout
        while True:
            match = re.search(pattern, self.text(since), re.MULTILINE)
            if match:
                return match
            with self._changed:
                left = until - time.monotonic()
                if left <= 0 or (self.ended and not re.search(pattern, self.text(since), re.MULTILINE)):
                    why = "it ended" if self.ended else f"{timeout:.1f} s are over"
                    raise Failed(f"{self.name}: no {pattern!r}, {why}")
                self._changed.wait(min(left, 0.25))

    def check_printable(self, since=0):
        """Only UTF-8 without any control character but the line feed."""
        with self._changed:
            raw, whole = bytes(self.raw[since:]), self.ended
        try:
            text = codecs.getincrementaldecoder("utf-8")().decode(raw, whole)  # the last character may still be on its way
        except UnicodeDecodeError as error:
            raise Failed(f"{self.name}: not UTF-8: {error}") from None
        bad = [c for c in text if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in BIDI)]
        check(not bad, f"{self.name}: control characters {sorted(set(bad))!r}")
