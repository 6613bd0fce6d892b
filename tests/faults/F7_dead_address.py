#!/usr/bin/env python3
"""F7: the name has an unreachable IPv6 address first, or a dead IPv4 address, or is resolved slowly.

Pass: clint connects within 3 s, and Ctrl-C and --timeout work while the name is looked up; so does /quit.
"""

import signal
import socket
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SLACK, THREAD_SANITIZED, Clint, Host, case, eventually, run
from faults import fault_shim


def connects(addresses, delay_ms=0, within=3.0, host=None):
    host = host or Host()
    begin = time.monotonic()
    clint = Clint(None, f"den.example:{host.port}", env=fault_shim(RESOLVE=f"{delay_ms}:{addresses}"))
    clint.connected(within * SLACK)
    print(f"  {addresses} after {delay_ms} ms: {time.monotonic() - begin:.2f} s")
    clint.send("here")
    host.out.wait_for("^clint1: here$")


@case("an unreachable IPv6 address first")
def ipv6_first():
    connects("2001:db8::1,127.0.0.1")


def swallowing(address, port):
    """Sockets that make this address and port one that neither takes nor refuses a connection: its queue is full."""
    sockets = [socket.create_server((address, port), backlog=0)]
    while True:
        sockets.append(socket.socket())
        sockets[-1].settimeout(0.5)
        try:
            sockets[-1].connect((address, port))
        except TimeoutError:
            return sockets


@case("an address that swallows everything first")
def blackhole_first():
    host = Host("--bind", "127.0.0.1")
    hole = swallowing("127.0.0.9", host.port)
    connects("127.0.0.9,2001:db8::1,127.0.0.1", host=host)
    for one in hole:
        one.close()


@case("a slow look-up")
def slow():
    connects("2001:db8::1,127.0.0.1", delay_ms=1000)


@case("Ctrl-C during a look-up that takes a minute")
def interrupted():
    clint = Clint(None, "den.example:12345", env=fault_shim(RESOLVE="60000:127.0.0.1"))
    eventually(lambda: clint.threads() >= 3 + THREAD_SANITIZED, "one that reads, one for the host, and one that looks up")
    clint.signal(signal.SIGINT)
    clint.expect_exit(130, 4 * SLACK)


@case("--timeout holds for a look-up that takes a minute, too")
def impatient():
    clint = Clint(None, "den.example:12345", "--timeout", "1", env=fault_shim(RESOLVE="60000:127.0.0.1"))
    clint.expect_exit(1, 3 * SLACK)
    clint.err.wait_for("its name could not be looked up in time")


@case("/quit during a look-up that takes a minute")
def quits():
    host = Host(mode="--tls")
    shim = fault_shim(RESOLVE="0:127.0.0.1", RESOLVE_AGAIN="60000")
    alice = Clint(None, f"den.example:{host.port}", "--tls-insecure", "--name", "alice", tty=True, env=shim)
    alice.out.wait_for(r"\[#lobby\]")
    host.stop()
    alice.out.wait_for("looking up again")
    alice.send("/quit")
    alice.expect_exit(0, (1 if FULL else 4) * SLACK)


run()
