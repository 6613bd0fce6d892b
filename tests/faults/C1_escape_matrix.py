#!/usr/bin/env python3
"""C1: text that wants to act on the terminal, in every field that a host can fill; C2: cut in two, where it can be.

Pass: what clint writes to the terminal is made of the sequences that it emits itself, all of them known to
tests/support/screen.py, which fails at any other; the terminal answers nothing; nobody's clipboard, title or modes.
From other clients and consoles: tests/e2e/hostile_text.py.
"""

import re
import signal
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Clint, amount, case, check, eventually, on_linux, run
from screen import Screen
from wire import ACTION, ANSWER, LETTER, MESSAGE, NOTICE, PAST, RENAME, TOPIC, RawHost, field, frame, goodbye, number, post, welcome

PAYLOADS = [
    "\x1b[2J", "\x1b[6n", "\x1b[21t", "\x1b[20t", "\x1b]0;PWN\x07", "\x1b]2;PWN\x1b\\", "\x1b]8;;http://x/\x1b\\", "\x1b]52;c;UFdO\x07",
    "\x1b]50;PWN\x07", "\x1b]1337;PWN\x07", "\x1b]9;PWN\x07", "\x1b]777;notify;PWN;x\x07", "\x1bP$qm\x1b\\", "\x1bP+q544e\x1b\\",
    "\x1bPq#0\x1b\\", "\x1b_PWN\x1b\\", "\x1b^PWN\x1b\\", "\x1bXPWN\x1b\\", "\u009b2J", "\u009d0;PWN\u009c", "\u0090$q", "\x1bZ",
    "\x1bc", "\x1b[?1000h", "\x1b[?2004l", "\x1b[?1004l", "\x1b[?1049h", "\x1b[2147483647b", "\rPWN", "\b\b\b", "\x07" * 1000, "\x0b", "\x0c", "\x7f",
    "\x00", "\x0e\x0f", "PWN\x1b", "\u202e", "\u2066", "\u2028", "\U000e0041", "a\u0301" + "\u0301" * 100,
]
RAW = [b"\x9b2J", b"\xff\xfe", b"\xc0\x9b", b"\xed\xa0\x80"]
OCTETS = [payload.encode() for payload in PAYLOADS] + RAW


def answer(ident, text=b"", rows=()):
    return frame(ANSWER, struct.pack(">IB", ident, 0) + field(text) + struct.pack(">IH", 0, len(rows)) +
                 b"".join(bytes([len(row)]) + b"".join(field(each) for each in row) for row in rows))


def letter(sender, body):
    return frame(LETTER, field(sender) + struct.pack(">QQQ", 2, 1, 0) + field(b"k" * 32) + field(body))


def packets_with(octets):
    """Each is one field of a host's, filled with the payload; what clint asked for has the ids 1, 2, 3 ..."""
    yield "message", post(1, octets)
    yield "action", post(1, octets, kind=ACTION)
    yield "topic", post(1, octets, kind=TOPIC)
    yield "notice", post(1, octets, sender="server", session=0, kind=NOTICE)
    yield "new name", post(1, octets, kind=RENAME)
    yield "cut in two", post(1, octets[:1], sender="bob") + post(2, octets[1:] or b"x")
    text = octets.decode("utf-8", "surrogateescape")
    yield "sender", post(1, b"hello").replace(field("bob"), field(octets), 1) if len(octets) == 3 else post(1, b"x", sender=octets.decode("utf-8", "replace"))
    yield "room", post(1, b"x", room=octets.decode("utf-8", "replace"))
    yield "private message", letter(octets, b"x" * 112)
    yield "status, topic and name in an answer", answer(1, b"", [[octets, number(1), octets, number(0)]]) + \
        answer(2, b"", [[octets, number(2), number(0), octets]]) + answer(3, b"", [[octets, number(1), octets, number(5), number(0), octets]])
    yield "error text", frame(ANSWER, struct.pack(">IB", 1, 9) + field(octets) + struct.pack(">IH", 0, 0))
    yield "history", frame(PAST, field("lobby") + struct.pack(">H", 1) + field(post(1, octets)[5:]))
    yield "goodbye", goodbye(18, octets)
    del text


@case("every payload in every field that a host fills")
def matrix():
    on_linux()
    every = amount(1, 27 if SANITIZED else 9)
    pairs = [(name, octets, packets) for octets in OCTETS for name, packets in packets_with(octets)]
    for name, octets, packets in pairs[:: every]:
        def script(connection, packets=packets):
            connection.sendall(welcome("alice"))
            time.sleep(0.05)
            connection.sendall(packets)
            while connection.recv(65536):
                pass
        host = RawHost(script=script)
        clint = Clint(host.port, "--name", "alice", tty=True)
        eventually(lambda c=clint: not c.alive or b"#lobby" in bytes(c.out.raw), "clint is in")
        if clint.alive and "answer" in name or name == "error text":
            clint.write("/who\r/rooms\r/whois bob\r")
        if name == "history":
            clint.write("/history\r")
        time.sleep(0.12)
        if clint.alive:
            clint.signal(signal.SIGTERM)
        clint.exit_code(5 * SLACK)
        host.close()
        try:
            Screen(40, 120).feed(bytes(clint.out.raw))
        except AssertionError as error:
            check(False, f"{octets!r} as {name}: {error}")
        check(b"\x07" not in bytes(clint.out.raw), f"{octets!r} as {name}: a bell")


if __name__ == "__main__":
    run()
