#!/usr/bin/env python3
"""G5: peers vanish while the host writes to them, and the host's own stdout is a pipe that nobody reads any more, or a
terminal that takes nothing; its stderr is a pipe that nobody empties.

Pass: SIGPIPE kills neither; the chat goes on; both end when they are told to.
"""

import os
import signal
import socket
import subprocess
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, PATIENCE, SANITIZED, SLACK, Clint, Program, amount, case, check, eventually, run, unused_port
from faults import Swarm, attack, attacked_host
from wire import RawClient

TIMES = amount(10000, 400)


@case(f"{TIMES} peers reset their connection in a flood")
def vanishing_peers():
    host = attacked_host("--rate", "off")
    with attack(host):
        flood = Swarm(host, "flood", "--clients", 4, "--senders", 4, "--rate", 100 if SANITIZED else 1000, "--seconds",
                      amount(60, 6), "--from", "127.65.0.1")
        for _ in range(TIMES):
            raw = RawClient(host)
            raw.log_in()
            raw.reset()
        flood.result(120 * SLACK)


@case("the host's stdout is a closed pipe")
def closed_stdout():
    host = Program([BUILD / "host", "--plain", "--port", "auto"], name="host")
    host.port = int(host.out.wait_for(r"^Listening on \S+:(\d+)").group(1))
    host.out.close()
    alice, bob = Clint(host.port, "--name", "alice").connected(), Clint(host.port, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    for n in range(20):
        bob.send(f"word {n}")
    alice.out.wait_for("^bob: word 19$")
    check(host.alive, "the host died of its closed stdout")
    host.signal(signal.SIGINT)
    host.expect_exit(0, 3 * SLACK)


@case("the host's terminal takes nothing any more")
def stuck_terminal():
    host = Program([BUILD / "host", "--plain", "--port", "auto", "--rate", "off"], name="host", tty=True)
    host.port = int(host.out.wait_for(r"^Listening on \S+:(\d+)").group(1))
    host.out.close()  # the terminal stays, but nobody reads from it
    with RawClient(host.port) as alice:
        alice.log_in()
        for n in range(200):
            alice.say(f"{n} " + "x" * 1000)
        alice.wait_post(lambda post: post.text.startswith("199 "))
        time.sleep(0.5)  # for the console, which does not wait for it
        host.signal(signal.SIGTERM)
        host.expect_exit(0, 2 * SLACK + 0.5)


@case("the host's stderr is a full pipe")
def full_stderr():
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    try:
        while os.write(writes, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(writes, True)
    port = unused_port()
    host = subprocess.Popen([BUILD / "host", "--plain", "--quiet", "--log-level", "info", "--port", str(port)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writes)
    try:
        eventually(lambda: knocks(port), "the host listens")
        for _ in range(3):  # each has its line in the log when it goes
            with RawClient(port) as raw:
                raw.log_in()
        with RawClient(port) as raw:
            raw.log_in()
            raw.say("anybody?")
            raw.wait_post("anybody?", 2 * SLACK)
        host.send_signal(signal.SIGTERM)
        check(host.wait(2 * SLACK + 0.5) == 0, "the host ended with an error")
    except subprocess.TimeoutExpired:
        check(False, "the host does not end")
    finally:
        host.kill()
        host.wait()
        os.close(reads)
        os.close(writes)


def knocks(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except ConnectionRefusedError:
        return False


@case("clint's terminal takes nothing any more")
def stuck_clint():
    host = attacked_host("--rate", "off")
    alice = Clint(host, "--name", "alice", tty=True).connected()
    alice.out.close()  # the terminal stays, but nobody reads from it
    with RawClient(host) as bob:
        bob.log_in("bob")
        for n in range(200):
            bob.say(f"{n} " + "x" * 1000)
        bob.wait_post(lambda post: post.text.startswith("199 "))
    time.sleep(0.5)  # for alice, for whom nobody waits
    alice.signal(signal.SIGTERM)
    alice.expect_exit(143, 5 * SLACK)


@case("clint's stdout is a closed pipe: it ends, and not by SIGPIPE's silence about it")
def clint_without_reader():
    host = attacked_host()
    clint = Clint(host, "--name", "alice").connected()
    clint.out.close()
    with RawClient(host) as raw:
        raw.log_in("bob")
        begin = time.monotonic()
        while clint.alive and time.monotonic() - begin < PATIENCE:
            raw.say("anybody?")
            time.sleep(0.1)
    code = clint.exit_code(5 * SLACK)
    check(code == 1, f"exit code {code}")


run()
