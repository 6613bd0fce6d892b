#!/usr/bin/env python3
"""A host that has no place left."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, SecureHost, case, check, on_linux, run
from member import Member
from wire import RawClient


def full(mode, *flags):
    host = Host("--max-clients", "2", mode=mode)
    one, two = (Clint(host, "--name", name, *flags).connected() for name in ("alice", "bob"))
    one.out.wait_for(r"^\* bob joined")
    third = Clint(host, "--name", "carol", *flags)
    third.expect_exit(5)
    third.err.wait_for("^clint: error: .*full")
    check(one.out.count("carol") == 0, "the others were told of somebody who did not get in")
    two.send("/quit")
    two.expect_exit(0)
    host.out.wait_for("^bob left")
    Clint(host, "--name", "carol", *flags).connected()
    one.out.wait_for(r"^\* carol joined")


@case("the third of two is refused with exit code 5, and gets in when one has left")
def plain():
    full("--plain")


@case("so over TLS")
def tls():
    full("--tls", "--tls-insecure")


@case("a name that looks like another's is refused with exit code 5")
def look_alike():
    host = Host()
    Clint(host, "--name", "alice").connected()
    other = Clint(host, "--name", "Alice")
    other.expect_exit(5)
    other.err.wait_for("^clint: error: .*name")


@case("more than 32 behind one address get in where they know the password, and where the host was told so")
def one_address():
    on_linux()
    password, source = "tea and biscuits", "127.0.0.77"
    secure = SecureHost(password, "--count-loopback")
    inside = []  # strangers may be ten at once: one after the other
    for n in range(36):
        inside.append(Member(secure, password, source))
        inside[-1].log_in(f"member{n}")
    plain = Host("--count-loopback", "--per-address", "34")
    for n in range(34):
        inside.append(RawClient(plain, source))
        inside[-1].log_in(f"guest{n}")
    for _ in range(2):
        with RawClient(plain, source) as late:
            check(late.wait_end() == "", f"one more than it was told: {late.farewell}")
    plain.out.wait_for(rf"^! a connection from {source} was refused: too many come from there$")
    plain.send("/stats")
    plain.out.wait_for(r"too_many 2")
    check(plain.out.count("refused") == 1, "the console says each by itself")
    for one in inside:
        one.close()


@case("the refusal on the wire is the goodbye 'full'")
def wire():
    host = Host("--max-clients", "1")
    with RawClient(host) as one:
        one.log_in("one")
        with RawClient(host) as two:
            two.send(b"\x00\x00\x00\x0c\x01clint\x00\x01\x00\x00\x00\x00")
            two.send(b"\x00\x00\x00\x1b\x03" + b"k" * 16 + b"\x00" * 10)
            check(two.wait_end() == "full", f"the goodbye was {two.farewell}")


run()
