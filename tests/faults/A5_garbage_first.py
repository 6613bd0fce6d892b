#!/usr/bin/env python3
"""A5: what other programs say first: HTTP, SSH, RDP, old TLS, noise, nothing.

Pass: each connection is closed within 1 s and costs at most 2 ms of CPU; a TLS host answers with an alert at the most;
a wrong ALPN is refused.
"""

import random
import socket
import ssl
import struct
import time
import warnings
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, amount, case, check, run
from faults import attack, attacked_host
from wire import client_hello, fresh_address, tls_context

ROUNDS = amount(1000, 15)
warnings.simplefilter("ignore", DeprecationWarning)  # old versions of TLS are the point


def old_tls(minor):
    """A ClientHello of SSL 3.0 or TLS 1.x with three cipher suites and no extensions."""
    body = bytes([3, minor]) + bytes(32) + b"\0" + struct.pack(">HHHH", 6, 0x2F, 0x35, 0x0A) + b"\1\0"
    handshake = b"\1" + struct.pack(">I", len(body))[1:] + body
    return b"\x16" + bytes([3, min(minor, 1)]) + struct.pack(">H", len(handshake)) + handshake


GARBAGE = {
    "HTTP GET": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP POST": b"POST /x HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + b"a=b&" * 1000,
    "SSH": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
    "SSL 2": bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16),
    "SSL 3": old_tls(0),
    "TLS 1.0": old_tls(1),
    "TLS 1.1": old_tls(2),
    "TLS 1.2": client_hello(version=ssl.TLSVersion.TLSv1_2),
    "1 MiB of noise": b"\x9d" + random.Random(5).randbytes(1 << 20),
    "600 octets without a line feed": b"A" * 600,
    "FIN at once": b"",
    "RST at once": None,
}


def throw(port, octets):
    """Sends it from a new address; returns the answer and the seconds until the host closed."""
    with socket.socket() as one:
        one.bind((fresh_address(), 0))
        one.settimeout(10 * SLACK)
        one.connect(("127.0.0.1", port))
        begin = time.monotonic()
        answer = b""
        if octets is None:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return answer, 0
        try:
            one.sendall(octets)
            if not octets:
                one.shutdown(socket.SHUT_WR)
            while data := one.recv(65536):
                answer += data
        except ConnectionError:
            pass
        return answer, time.monotonic() - begin


def all_garbage(mode):
    host = attacked_host(mode=mode)
    with attack(host):
        share, begin = host.cpu_seconds(), time.monotonic()
        time.sleep(1)
        share = (host.cpu_seconds() - share) / (time.monotonic() - begin)  # of a core, which the bystanders cost
        for what, octets in GARBAGE.items():
            cpu, begin, slowest = host.cpu_seconds(), time.monotonic(), 0.0
            for _ in range(ROUNDS):
                answer, took = throw(host.port, octets)
                slowest = max(slowest, took)
                if mode == "--tls":
                    check(answer[:1] in (b"", b"\x15") and len(answer) <= 7, f"{what}: answered {answer[:40]!r}")
                else:
                    check(answer[:3] in (b"", b"\0\0\0"), f"{what}: answered {answer[:40]!r}")
            others = share * (time.monotonic() - begin)
            each = (host.cpu_seconds() - cpu - others) / ROUNDS * 1000
            check(slowest <= 1 * SLACK, f"{what}: closed after {slowest:.1f} s")
            # The clock's tick of 10 ms is in it, and what the bystanders cost more than in the second before.
            check(SANITIZED or each <= 2 + 40 / ROUNDS, f"{what}: {each:.1f} ms of CPU each")


@case("to a TLS host")
def to_tls():
    all_garbage("--tls")


@case("to a plain host")
def to_plain():
    all_garbage("--plain")


@case("a TLS client with another ALPN, or none, is refused")
def alpn():
    host = attacked_host(mode="--tls")
    for protocol in ("http/1.1", "clint/2", None):
        with socket.create_connection(("127.0.0.1", host.port)) as one:
            try:
                with tls_context(alpn=protocol).wrap_socket(one) as tls:
                    tls.settimeout(5 * SLACK)
                    data = tls.recv(100)  # TLS 1.3: the client's side may be done before it hears of the refusal
                    check(not data, f"ALPN {protocol}: the host went on with {data!r}")
            except (ConnectionError, ssl.SSLError):
                pass
    with socket.create_connection(("127.0.0.1", host.port)) as one:
        with tls_context().wrap_socket(one) as tls:
            check(tls.selected_alpn_protocol() == "clint/1", "the right ALPN was not agreed on")


run()
