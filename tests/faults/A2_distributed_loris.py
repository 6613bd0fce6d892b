#!/usr/bin/env python3
"""A2: 20 addresses hold 10 sockets each, half of them silent, half of them trickling; what is cut comes back.

Pass: bystanders notice nothing, a good new client gets in within 25 s by its own retries, and the host grows by at
most 32 MiB. So does a clint with the password, while strangers hang in every step of the log-in of its host.
"""

import socket
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SANITIZED, SLACK, Clint, Failed, SecureHost, amount, case, check, on_linux, run
from faults import attack, attacked_host, stats
from wire import HELLO, RawClient, client_hello, fresh_address, greet, join, wait_readable


@case("200 slow strangers from 20 addresses")
def slow_strangers():
    host = attacked_host(mode="--tls")
    with attack(host) as baseline:
        octets = client_hello()
        sources = [fresh_address() for _ in range(20)]
        slots = [None] * 200  # a socket and how many octets it has sent
        begin, got_in, growth, tries = time.monotonic(), None, 0.0, 0
        while time.monotonic() - begin < 12 or (got_in is None and time.monotonic() - begin < 27 * SLACK):
            for n, slot in enumerate(slots):
                if slot is None:
                    one = socket.socket()
                    one.bind((sources[n % 20], 0))
                    one.connect(("127.0.0.1", host.port))
                    slot = slots[n] = [one, 0]
                if n % 2:  # the other half stays silent
                    try:
                        slot[0].send(octets[slot[1]:slot[1] + 1])
                        slot[1] += 1
                    except OSError:
                        pass
            growth = max(growth, baseline.growth_mib())
            tries += got_in is None
            if got_in is None:
                try:
                    with RawClient(host) as good:
                        good.log_in()
                    got_in = time.monotonic() - begin
                except (OSError, Failed):
                    pass
            until = time.monotonic() + 0.5
            while (left := until - time.monotonic()) > 0:
                by_socket = {slot[0]: n for n, slot in enumerate(slots) if slot}
                if not by_socket:
                    break
                for one in wait_readable(by_socket, left):
                    try:
                        data = one.recv(4096)
                    except OSError:
                        data = b""
                    if not data:
                        one.close()
                        slots[by_socket[one]] = None
        for slot in slots:
            if slot:
                slot[0].close()
        check(got_in is not None and got_in <= 25 * SLACK, "the good client did not get in within 25 s")
        print(f"  the good client got in after {got_in:.1f} s and {tries} tries; the host grew by {growth:.1f} MiB")
        check(SANITIZED or growth <= 32, f"the host grew by {growth:.1f} MiB")


def stranger(host, step, source):
    """Comes as far as this step of a log-in with a password, and stays there; None when it was not let in."""
    try:
        if step == 0:
            return socket.create_connection(("127.0.0.1", host.port), 5, (source, 0))
        one = RawClient(host, source=source)
        if step > 1:
            one.send(greet(), join("mallory"))
            one.expect(HELLO)
        return one
    except (OSError, Failed):
        return None


@case("a clint with the password gets in among strangers who hang in TLS, before the log-in and in it")
def member_among_strangers():
    on_linux()
    host = SecureHost("correct horse battery", "--quiet", "--count-loopback", "--log-level", "warning")
    sources = [fresh_address() for _ in range(20)]
    held = [stranger(host, n % 3, sources[n % 20]) for n in range(72)]
    while (count := stats(host, r"(\d+) logging in")) <= 50:  # some are not let in yet, or have been shown out
        check(len(held) < 300, f"only {count} strangers are there: nobody is dropped")
        held += [stranger(host, n % 3, source) for n, source in enumerate(sources)]
    for _ in range(amount(3, 1)):
        begin, clints = time.monotonic(), []
        while not (clints and clints[-1].out.count("^Connected to ")):
            check(time.monotonic() - begin <= 25 * SLACK, f"not within 25 s, {len(clints)} times started")
            if not clints or not clints[-1].alive:
                clints.append(Clint(host, env={"CLINT_PASSWORD": "correct horse battery"}))
            if FULL:  # who is cut comes back
                held += [stranger(host, n % 3, source) for n, source in enumerate(sources)]
            time.sleep(0.2)
        print(f"  {count} strangers; in after {time.monotonic() - begin:.1f} s, {len(clints)} times started")



run()
