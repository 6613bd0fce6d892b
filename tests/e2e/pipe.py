#!/usr/bin/env python3
"""clint in scripts: lines in, plain lines out; and the host's own line."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, case, check, run
from raw_host import RawHost
from wire import SAY, packets_from, post, welcome


@case("echo hi | clint returns after the host has acknowledged")
def echo():
    host = Host()
    clint = Clint(host)
    clint.write("hi\n")
    clint.close_input()
    clint.expect_exit(0)
    host.out.wait_for("^clint1: hi$")


@case("a host that acknowledges late is waited for")
def acknowledged_late():
    answered = []

    def script(connection):
        connection.sendall(welcome("alice"))
        for packet in packets_from(connection):
            if packet.type == SAY:
                time.sleep(1)
                answered.append(packet.message)
                connection.sendall(post(1, packet.body, "alice", session=1, message=packet.message))

    host = RawHost(script=script)
    clint = Clint(host.port, "--name", "alice")
    clint.write("hi\n")
    clint.close_input()
    clint.expect_exit(0)
    check(answered == [1], "clint left before its message was acknowledged")
    host.close()


@case("a line without its line feed at the end of the input is sent, an empty line is not")
def last_line():
    host = Host()
    clint = Clint(host)
    clint.write("first\n\nlast")
    clint.close_input()
    clint.expect_exit(0)
    host.out.wait_for("^clint1: last$")
    check(host.out.count("^clint1: ") == 2, "the empty line was sent, too")


@case("2,000 lines from a pipe arrive, each once and in order")
def many_lines():
    host = Host("--rate", "off")
    listener = Clint(host, "--name", "listener").connected()
    clint = Clint(host, "--name", "talker")
    clint.write("".join(f"line {n}\n" for n in range(2000)))
    clint.close_input()
    clint.expect_exit(0, 20 * SLACK)
    listener.out.wait_for("^talker: line 1999$")
    heard = [line for line in listener.out.lines() if line.startswith("talker: ")]
    check(heard == [f"talker: line {n}" for n in range(2000)], "lines are missing, doubled or out of order")


@case("a fast pipe is slowed by the default rate, not robbed")
def paced():
    host = Host()
    clint = Clint(host, "--name", "talker")
    clint.write("".join(f"line {n}\n" for n in range(140)))  # 100 at once, then 20 a second
    clint.close_input()
    clint.expect_exit(0, 20 * SLACK)
    host.out.wait_for("^talker: line 139$")
    check(host.out.count("^talker: line") == 140, "lines are missing or doubled")


@case("lines typed at the host go to everybody as server:")
def server_lines():
    host = Host()
    alice, bob = Clint(host, "--name", "alice").connected(), Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    host.send("dinner is ready")
    for guest in (alice, bob):
        guest.out.wait_for("^server: dinner is ready$")


@case("end of input at the host stops the reading, not the host")
def host_without_input():
    host = Host()
    host.send("last words")
    host.close_input()
    alice, bob = Clint(host, "--name", "alice").connected(), Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    bob.send("still here?")
    alice.out.wait_for(r"^bob: still here\?$")
    without = Host(stdin=False)
    Clint(without).connected()


@case("--no-echo leaves out one's own lines")
def no_echo():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    alice = Clint(host, "--name", "alice", "--no-echo").connected()
    bob.out.wait_for(r"^\* alice joined")
    alice.send("do I hear myself?")
    bob.out.wait_for("^alice: do I hear myself")
    bob.send("no")
    alice.out.wait_for("^bob: no$")
    check(alice.out.count("do I hear myself") == 0, "alice saw her own line")


@case("no terminal, no escape sequences")
def plain_bytes():
    host = Host()
    alice, bob = Clint(host, "--name", "alice").connected(), Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    bob.send("hello")
    alice.out.wait_for("^bob: hello$")
    for program in (host, alice, bob):
        program.out.check_printable()
        program.err.check_printable()


run()
