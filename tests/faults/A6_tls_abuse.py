#!/usr/bin/env python3
"""A6: what TLS allows and nobody needs.

Pass: TLS 1.2 is refused (and renegotiation with it), no ticket is issued, so there is no early data; 10,000 KeyUpdates
that ask for a reply while nothing is read, 100,000 records of one octet, empty records and one of 16 KiB + 1 are served
or cut within 10 s, with at most 1 MiB of growth, and other members still get their messages. Nobody renews a
deadline, or holds up the host's end, with KeyUpdates alone.
"""

import socket
import ssl
import threading
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import openssl
from chat import SLACK, amount, case, check, eventually, run
from faults import attack, attacked_host
from wire import RawClient, fresh_address, greet, join, say, tls_context


@case("TLS 1.2 is refused, no ticket is given out, a session is not resumed")
def versions_and_tickets():
    host = attacked_host(mode="--tls")
    with socket.create_connection(("127.0.0.1", host.port)) as one:
        try:
            tls_context(version=ssl.TLSVersion.TLSv1_2).wrap_socket(one)
            check(False, "TLS 1.2 was accepted")
        except ssl.SSLError as error:
            check("VERSION" in str(error).upper(), f"refused for another reason: {error}")
    with RawClient(host) as raw:
        raw.log_in()
        raw.say("anything")
        raw.wait_post("anything")  # a ticket would have come before it
        check(raw.socket.version() == "TLSv1.3", f"{raw.socket.version()}")
        session = raw.socket.session
        check(session is None or not session.has_ticket, "the host gave out a ticket")
    if session is not None:
        context = tls_context()
        with socket.create_connection(("127.0.0.1", host.port)) as one:
            with context.wrap_socket(one) as again:
                check(not again.session_reused, "a session was resumed")


class Abuser:
    """A logged-in member on a TLS connection of which the test knows the keys."""

    def __init__(self, host):
        self.socket = socket.socket()
        self.socket.bind((fresh_address(), 0))
        self.socket.connect(("127.0.0.1", host.port))
        self.socket.settimeout(10 * SLACK)
        self.tls = openssl.Connection(self.socket)
        self.tls.write(greet() + join("abuser"))
        while b"abuser" not in self.tls.read():
            pass


def others_still_talk(host, word):
    with RawClient(host) as one, RawClient(host) as two:
        one.log_in()
        two.log_in()
        one.say(word)
        two.wait_post(word, 2 * SLACK)


def abuse(send):
    """Runs send(abuser) against a host with bystanders; the host serves or cuts within the write deadline."""
    host = attacked_host("--rate", "off", mode="--tls")
    with RawClient(host) as first:
        first.log_in()
    with attack(host) as baseline:
        abuser = Abuser(host)
        begin = time.monotonic()
        try:
            send(abuser)
            outcome = "served"
        except OSError as error:
            outcome = f"cut ({error})"
        took = time.monotonic() - begin
        print(f"  {outcome} after {took:.1f} s")
        check(took <= 12 * SLACK, "neither served nor cut")
        others_still_talk(host, "still here?")
        baseline.check_growth(1)
        abuser.socket.close()


@case("10,000 KeyUpdates that ask for a reply, while nothing is read")
def key_updates():
    def send(abuser):
        for _ in range(10000):
            abuser.tls.key_update()
    abuse(send)


@case("a stranger who sends nothing but KeyUpdates does not hold up Ctrl-C")
def endless_key_updates():
    for _ in range(5):
        host = attacked_host(mode="--tls")
        with socket.create_connection(("127.0.0.1", host.port)) as stranger:
            octets = openssl.Connection(stranger).key_updates(seconds=4)  # the host takes about as long to read them
            check(not host.err.count("goodbye"), "the stranger was shown out before the attack began")
            cut = threading.Event()
            flood = threading.Thread(target=send_all, args=(stranger, octets, cut))
            cpu = host.cpu_seconds()
            flood.start()
            eventually(lambda h=host, c=cpu, f=flood: h.cpu_seconds() >= c + 0.1 or not f.is_alive(),
                       "the host is reading them")
            lasted = flood.is_alive()
            host.stop()
            flood.join()
        if lasted and cut.is_set():  # by the host's end
            return
    check(False, "each flood was over before the host's end")


def send_all(sock, octets, cut):
    try:
        sock.sendall(octets)
    except OSError:
        cut.set()


@case("records of one octet")
def tiny_records():
    def send(abuser):
        count = amount(100000, 20000)
        octets = b"".join(say(n, "x" * 50) for n in range(1, count // 60))
        abuser.tls.begin_own_records()
        for at in range(0, len(octets), 100):
            abuser.tls.send_records(bytes([octet]) for octet in octets[at:at + 100])
    abuse(send)


@case("empty records")
def empty_records():
    def send(abuser):
        abuser.tls.begin_own_records()
        for _ in range(amount(1000, 200)):
            abuser.tls.send_records([b""] * 100)
    abuse(send)


@case("a record of 16 KiB + 1 ends the connection")
def large_record():
    def send(abuser):
        abuser.tls.begin_own_records()
        abuser.tls.send_records([b"\0" * 16385])
        while abuser.socket.recv(65536):
            pass
    abuse(send)


run()
