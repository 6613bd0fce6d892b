#!/usr/bin/env python3
"""Ctrl-C and SIGTERM, at both ends."""

import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, SLACK, Clint, Host, case, check, eventually, run, unused_port
from checks import LEAVES_THREADS
from faults import second_signal_ends
from wire import GOODBYE, RawClient


@case("Ctrl-C ends clint with 130, and the others see it leave")
def clint_on_a_pipe():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    alice = Clint(host, "--name", "alice").connected()
    bob.out.wait_for(r"^\* alice joined")
    alice.signal(signal.SIGINT)
    alice.expect_exit(130, 2 * SLACK)
    bob.out.wait_for(r"^\* alice left$")


@case("on a terminal Ctrl-C twice on an empty line leaves with 130")
def clint_on_a_terminal():
    host = Host()
    alice = Clint(host, "--name", "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")
    host.out.wait_for("^alice joined")
    pressed, asked = time.monotonic(), 1
    alice.write("\x03")
    alice.out.wait_for("Ctrl-C once more leaves")
    while alice.alive:
        again = time.monotonic()
        alice.write("\x03")
        eventually(lambda n=asked: not alice.alive or alice.out.count("Ctrl-C once more leaves") > n, "it leaves")
        check(not alice.alive or time.monotonic() - pressed > 2, "the second one did not count")
        pressed, asked = again, asked + 1  # more than 2 s after the first, it is a first one
    alice.expect_exit(130)
    host.out.wait_for("^alice left$")
    sure = Clint(host, "--name", "sure", "--yes", tty=True)
    sure.out.wait_for(r"\[#lobby\]")
    sure.write("\x03")
    sure.expect_exit(130, 2 * SLACK)


@case("Ctrl-C while clint still tries to connect")
def clint_without_a_host():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        clint = Clint(silent.getsockname()[1])
        with silent.accept()[0]:
            clint.signal(signal.SIGINT)
            clint.expect_exit(130, 2 * SLACK)


def stop_host(mode, number):
    host = Host(mode=mode, port=unused_port())
    raw = RawClient(host)
    raw.log_in("raw")
    clint = Clint(host, "--tls-insecure", "--name", "alice").connected() if mode == "--tls" else Clint(host).connected()
    host.stop(number)
    check(raw.wait_end() == "host_stopping", f"the goodbye was {raw.farewell}")
    check(clint.alive, "clint gave up instead of waiting for the host to come back")
    try:
        socket.create_connection(("127.0.0.1", host.port)).close()
        check(False, "the port is still open")
    except ConnectionRefusedError:
        pass


@case("Ctrl-C ends the host with 0 within 2 s, and everyone gets a goodbye")
def host_interrupted():
    stop_host("--plain", signal.SIGINT)


@case("so does SIGTERM, over TLS")
def host_terminated():
    stop_host("--tls", signal.SIGTERM)


def host_with_a_stalled_reader():
    """And a client of it that reads: what waits for the stalled one keeps a host that stops for a second."""
    host = Host("--rate", "off", "--quiet", env=LEAVES_THREADS)
    stalled = RawClient(host, receive_buffer=4096)
    stalled.log_in("stalled")
    talker = RawClient(host)
    talker.log_in("talker")
    for _ in range(400):
        talker.say("x" * 16000)
    talker.wait_post(lambda post: post.message == 400 and post.session == talker.session)
    return host, stalled, talker


@case("a second Ctrl-C leaves at once, where one waits for a reader that stalls")
def twice():
    host, stalled, talker = host_with_a_stalled_reader()
    begin = time.monotonic()
    host.signal(signal.SIGINT)
    host.expect_exit(0, 2 * SLACK + 0.5)
    once = time.monotonic() - begin
    check(once >= 0.9, f"the stalled reader kept it for {once:.2f} s only: two signals would prove nothing")

    def waits():
        host, stalled, talker = host_with_a_stalled_reader()
        return host, lambda: (stalled, talker.expect(GOODBYE))
    second_signal_ends(waits, signal.SIGINT)


@case("what was said right before Ctrl-C still reaches everyone")
def flushed():
    host = Host("--rate", "off")
    clients = [RawClient(host) for _ in range(10)]
    for client in clients:
        client.log_in()
    for n in range(200):
        clients[0].say(f"word {n}")
    clients[0].wait_post("word 199")
    host.stop()
    for client in clients[1:]:
        client.wait_post("word 199")
        check(client.wait_end() == "host_stopping", "no goodbye")


run()
