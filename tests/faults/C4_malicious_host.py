#!/usr/bin/env python3
"""C4: a host that sends without end, too much, nonsense, or the same again.

Pass: clint has at most 64 MiB, answers keys, says "host misbehaves" where the host does, and leaves the terminal as it was.
"""

import itertools
import re
import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, SANITIZED, SLACK, Clint, amount, case, check, eventually, on_linux, run
from faults import time_mark
from raw_host import RawHost
from typist import check_restored, is_raw
from wire import (ANSWER, GAP, JOINED, LETTER, PAST, REQUEST, answer, field, frame, hello, number, packets_from, ping,
                  post, welcome)

WHO = 0x20

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
    done, typing = threading.Event(), threading.Event()
    typing.set()

    def script(connection):
        for first in itertools.count(1, 1000):
            if first > POSTS and not typing.is_set():
                break
            connection.sendall(b"".join(post(seq, f"line {seq} " + "x" * 60) for seq in range(first, first + 1000)))
        done.set()
    clint = met(script, tty=True)
    clint.out.wait_for("#lobby")
    typed, slowest = b"", 0
    for key in b"the quick brown fox":
        typed += bytes([key])
        mark, begin = len(clint.out.raw), time.monotonic()
        clint.write(bytes([key]))
        while clint.out.raw.find(b"[#lobby] " + typed, mark) < 0:
            check(time.monotonic() - begin < 10 * SLACK, f"no echo of {typed!r}")
            time.sleep(0.001)
        slowest = max(slowest, time.monotonic() - begin)
    check(not done.is_set(), "the flood was over before the keys were")
    print(f"  the slowest echo took {1000 * slowest:.0f} ms")
    check(slowest <= time_mark(0.1), f"a key was echoed after {1000 * slowest:.0f} ms")
    typing.clear()
    while not done.wait(0.2):
        check(clint.alive, "clint left")
        check_small(clint)
    check_small(clint)


@case(f"{NAMES} people who come")
def names():
    def script(connection):
        for first in range(1, NAMES, 1000):
            connection.sendall(b"".join(post(seq, struct.pack(">I", seq), sender=f"name{seq}", session=seq, kind=JOINED)
                                        for seq in range(first, first + 1000)))
    clint = met(script)
    clint.out.wait_for(f"name{NAMES - 1} joined", 60 * SLACK)
    check_small(clint)


@case(f"{NAMES} names in answers, each as large as a frame may be")
def names_in_answers():
    on_linux()
    of_each = 1400

    def script(connection):
        asked = 0
        for packet in packets_from(connection):
            if packet.type == REQUEST and packet.verb == WHO:
                rows = [[f"a.name.of.24.char.{asked + n:06}", number(0), b""] for n in range(of_each)]
                asked += of_each
                connection.sendall(answer(packet.id, rows=rows))
            elif packet.type == REQUEST:
                connection.sendall(answer(packet.id))
    clint = met(script, tty=True)
    clint.out.wait_for("#lobby")
    for last in range(of_each - 1, NAMES, of_each):
        clint.write("/who\r")
        clint.out.wait_for(f"{last:06}$", since=max(clint.out.mark() - 60_000, 0))
        check_small(clint)
    clint.write("a.name.of")
    clint.out.wait_for(re.escape("[#lobby] a.name.of"))
    clint.write("\x15/quit\r")
    clint.expect_exit(0)
    check_restored(clint, "so many names")


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
        typing = threading.Event()
        clint = met(lambda connection, octets=octets, wait=typing.wait: wait(PATIENCE) and connection.sendall(octets), tty=True)
        eventually(lambda c=clint: b"#lobby" in c.out.raw and is_raw(c), "a prompt")
        clint.write("half a line")
        clint.out.wait_for("half a line")
        typing.set()
        clint.expect_exit(1)
        check(clint.out.count(r"\rclint: error: host misbehaves: [a-z]") == 1, f"{name}: {clint.out.text()!r}")
        check_restored(clint, name)


@case("pings without end: answered or refused, and never kept")
def pings():
    def script(connection):
        for token in range(1, amount(2_000_000, 50_000 if SANITIZED else 200_000), 1000):
            connection.sendall(b"".join(ping(token + n) for n in range(1000)))
        connection.sendall(post(1, "that was all"))
    clint = met(script)
    clint.out.wait_for("^Connected")
    try:
        eventually(lambda: not clint.alive or check_small(clint) or clint.out.count("that was all"), "the end of the pings")
    except (OSError, StopIteration):  # it is about to leave
        clint.exit_code()
    if not clint.out.count("that was all"):
        clint.expect_exit(1)
        clint.err.wait_for("^clint: error: host misbehaves: it sends pings")


if __name__ == "__main__":
    run()
