#!/usr/bin/env python3
"""F4: a proxy flips an octet of a record or of its header, and drops, doubles, swaps and replays records of TLS, in both
directions: one record of a session at a time, the octet by chance (of headers each in turn). That every octet of a
record is looked at shows tests/unit/tls_test.cpp.

Pass: the connection ends within 1 s after it can be noticed; nothing altered and nothing twice is shown; the client
comes back and all that was said is there once, in order.
"""

import random
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, SLACK, Clint, SecureHost, amount, case, check, eventually, run
from listening import shut
from proxy import Proxy

PASSWORD = "correct horse battery"
CHANGES = ("flip", "header", "drop", "swap", "replay", "double")


class Tamperer(Proxy):
    """Carries TLS records; with `change` armed it does that to the next record of application data in that direction."""

    def __init__(self, port):
        self.armed = None  # (direction, change, where)
        self.changed = False
        self.ended = []  # one for each direction of each connection
        super().__init__(port)

    def _carry(self, source, target, answers):
        direction = "to client" if answers else "to host"
        buffer, first, held = b"", None, None
        try:
            while data := source.recv(65536):
                buffer += data
                while len(buffer) >= 5 and len(buffer) >= 5 + int.from_bytes(buffer[3:5], "big"):
                    size = 5 + int.from_bytes(buffer[3:5], "big")
                    record, buffer = buffer[:size], buffer[size:]
                    if record[0] != 23:
                        target.sendall(record)
                        continue
                    if held:
                        target.sendall(record + held)
                        held = None
                        continue
                    if self.armed and self.armed[0] == direction:
                        _, change, where = self.armed
                        self.armed, self.changed = None, True
                        at = where % 5 if change == "header" else 5 + where % (len(record) - 5)
                        if change in ("flip", "header"):
                            record = record[:at] + bytes([record[at] ^ 1 << where % 8]) + record[at + 1:]
                        elif change == "drop":
                            record = b""
                        elif change == "double":
                            record += record
                        elif change == "replay":
                            record += first or record
                        elif change == "swap":
                            held, record = record, b""
                    first = first or record
                    target.sendall(record)
        except OSError:
            pass
        self.ended.append(direction)
        shut(source, target)


@case("a session with a password, whose records somebody works on")
def tampering():
    host = SecureHost(PASSWORD, "--rate", "off")
    proxy = Tamperer(host.port)
    alice = Clint(proxy.port, "--name", "alice", env={"CLINT_PASSWORD": PASSWORD})
    bob = Clint(host, "--name", "bob", env={"CLINT_PASSWORD": PASSWORD})
    for one in (alice, bob):
        one.out.wait_for("^Connected")
    chance = random.Random(4)
    said = []

    def say(who, text):
        said.append(f"{who.name}: {text}")
        who.send(text)

    for n in range(amount(240, 10)):
        direction, change = ("to host", "to client")[n % 2], CHANGES[n // 2 % len(CHANGES)]
        before = 2 * (proxy.accepted - 1)
        eventually(lambda: len(proxy.ended) == before, "the end of all connections but the last")
        proxy.changed = False
        back = alice.err.mark()
        proxy.armed = (direction, change, chance.randrange(1 << 16))
        if change == "header":
            proxy.armed = (direction, change, n // 12 % 5 + chance.randrange(8) * 5)
        speaker = alice if direction == "to host" else bob
        say(speaker, f"number {n} {change}")
        eventually(lambda: proxy.changed, "something passes")
        time.sleep(0.05)
        say(speaker, f"number {n} after it")  # shows that a record is missing
        for piece in range(2 if change == "header" else 0):  # a record that is said to be longer waits for so much more
            say(speaker, f"number {n} {piece} " + "x" * 16000)
        eventually(lambda: len(proxy.ended) > before, f"the end after a {change} {direction}", 1 * SLACK + 0.5)
        alice.err.wait_for(r"^\* back after", 3 * PATIENCE, since=back)
        bob.out.wait_for(rf"^{speaker.name}: number {n} after it$")
    say(alice, "the end")
    for one in (alice, bob):
        one.out.wait_for("^alice: the end$")
        shown = re.findall(r"^(?:alice|bob): .*$", one.out.text(), re.MULTILINE)
        check(len(shown) == len(set(shown)), f"{one.name} was shown something twice")
        check(sorted(shown) == sorted(said), f"{one.name} was shown {set(shown) ^ set(said)} wrongly")
        for speaker in ("alice", "bob"):
            check([s for s in shown if s.startswith(speaker)] == [s for s in said if s.startswith(speaker)],
                  f"{speaker}'s words came to {one.name} out of order")


run()
