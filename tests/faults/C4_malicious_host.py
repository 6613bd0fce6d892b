#!/usr/bin/env python3
"""C4: a host that sends without end, too much, nonsense, or the same again.

Pass: clint has at most 64 MiB, answers keys, says "host misbehaves" where the host does, and leaves the terminal as it was.
"""

import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Clint, amount, case, check, eventually, on_linux, run
from wire import ANSWER, GAP, HELLO, JOINED, LETTER, PAST, WELCOME, RawHost, field, frame, hello, number, ping, post, welcome

POSTS = amount(1_000_000, 15_000 if SANITIZED else 60_000)
NAMES = amount(100_000, 5_000 if SANITIZED else 20_000)


def met(script, *flags, **options):
    def talk(connection):
        connection.sendall(welcome("alice"))
        try:
            script(connection)
            while connection.recv(65536):
                pass
        except OSError:
            pass
    host = RawHost(script=talk)
    return Clint(host.port, "--name", "alice", *flags, **options)


def check_small(clint):
    check(SANITIZED or clint.rss_kib() <= 64 * 1024, f"clint has {clint.rss_kib() >> 10} MiB")


@case(f"{POSTS} lines at full speed: small, and a key is echoed meanwhile")
def flood():
    on_linux()
    done = threading.Event()

    def script(connection):
        for first in range(1, POSTS, 1000):
            connection.sendall(b"".join(post(seq, f"line {seq} " + "x" * 60) for seq in range(first, first + 1000)))
        done.set()
    clint = met(script, tty=True)
    clint.out.wait_for("#lobby")
    clint.write("q")
    begin = time.monotonic()
    clint.write("w")
    eventually(lambda: b"qw" in bytes(clint.out.raw), "the echo")
    took = time.monotonic() - begin
    check(SANITIZED or took < 1, f"a key was echoed after {1000 * took:.0f} ms")
    while not done.wait(0.2):
        check(clint.alive, "clint left")
        check_small(clint)
    check_small(clint)


@case(f"{NAMES} people who come, and as many in an answer")
def names():
    def script(connection):
        for first in range(1, NAMES, 1000):
            connection.sendall(b"".join(post(seq, struct.pack(">I", seq), sender=f"name{seq}", session=seq, kind=JOINED)
                                        for seq in range(first, first + 1000)))
    clint = met(script)
    clint.out.wait_for(f"name{NAMES - 1} joined", 60 * SLACK)
    check_small(clint)


@case("a frame of 1 GB, unknown types, seqs that go back or repeat, answers to nothing: host misbehaves, exit code 1")
def nonsense():
    rows = struct.pack(">IH", 0, 1) + bytes([1])
    for name, octets in (
            ("a frame of 1 GB", struct.pack(">IB", 1 << 30, 6) + b"x" * 1000),
            ("an empty frame", struct.pack(">I", 0)),
            ("an unknown mandatory type", frame(0x3f, b"x")),
            ("a second hello", hello()),
            ("a second welcome", welcome("bob")),
            ("a seq that goes back", post(5, "a") + post(4, "b")),
            ("a seq that repeats", post(5, "a") + post(5, "a")),
            ("a room that we are not in", post(1, "a", room="elsewhere")),
            ("an answer to nothing", frame(ANSWER, struct.pack(">IB", 77, 0) + field("") + struct.pack(">IH", 0, 0))),
            ("rows that end too soon", frame(ANSWER, struct.pack(">IB", 1, 0) + field("") + rows)),
            ("history that nobody wanted", frame(PAST, field("lobby") + struct.pack(">H", 0))),
            ("a letter cut short", frame(LETTER, field("bob"))),
            ("a gap that ends before it begins", frame(GAP, field("lobby") + number(9) + number(3)))):
        clint = met(lambda connection, octets=octets: connection.sendall(octets))
        clint.expect_exit(1)
        check("host misbehaves" in clint.err.text() or "the host ended" in clint.err.text() or "malformed" in clint.err.text()
              or "sent" in clint.err.text(), f"{name}: {clint.err.text()!r}")


@case("pings without end: answered or refused, and never kept")
def pings():
    def script(connection):
        for token in range(1, amount(2_000_000, 50_000 if SANITIZED else 200_000), 1000):
            connection.sendall(b"".join(ping(token + n) for n in range(1000)))
    clint = met(script)
    clint.out.wait_for("^Connected")
    time.sleep(2)
    if clint.alive:
        check_small(clint)


if __name__ == "__main__":
    run()
