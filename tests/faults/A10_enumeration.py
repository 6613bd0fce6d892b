#!/usr/bin/env python3
"""A10: somebody looks for names that are in use: without the password, and as a member for names with an account.

Pass: for a name that is here and one that is not, the same packets of the same sizes, the same penalty, and times that
Welch's t-test cannot tell apart (t < 4.5). Few enough for one host that the brake for strangers stays off. 500 names of
each kind under `make faults`; otherwise 44 without the password, and 8 with an account, whose times say nothing yet and
are only shown.
"""

import re
import statistics
import tempfile
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, SecureHost, amount, case, check, run
from faults import attack
from member import Member
from wire import ACCOUNT, CONFIRM, GOODBYE, PROOF, SHARE, RawClient, frame, fresh_address
import pake

PASSWORD = "correct horse battery"
HERE, NOT = ("alice", "bob"), ("alicf", "bpb")
PAIRS = 44  # for one host: fewer than 100 failures in a minute


def compare(fresh_host, attempt, pairs):
    """attempt(host, name, source) gives what it was shown and how long the answers took; both kinds in turn."""
    shown, times = {HERE: set(), NOT: set()}, {HERE: [], NOT: []}
    for first in range(0, pairs, PAIRS):
        host = fresh_host()
        with attack(host, bystanders=None):  # they would be heard in the times
            for n in range(first, min(first + PAIRS, pairs)):
                for kind in ((HERE, NOT), (NOT, HERE))[n % 2]:
                    what, took = attempt(host, kind[n // 2 % 2], fresh_address())
                    shown[kind].add(what)
                    times[kind].append(took)
        host.stop()
    check(shown[HERE] == shown[NOT] and len(shown[HERE]) <= 2, f"{shown}")  # two lengths of names
    for n, answer in enumerate(zip(zip(*times[HERE]), zip(*times[NOT]))):
        # The slowest tenth says more of this machine than of the host.
        here, others = (sorted(each)[:max(2, pairs * 10 // 11)] for each in answer)
        spread = (statistics.variance(here) / len(here) + statistics.variance(others) / len(others)) ** 0.5
        t = abs(statistics.mean(here) - statistics.mean(others)) / spread
        print(f"  answer {n + 1}: {statistics.mean(here) * 1000:.3f} and {statistics.mean(others) * 1000:.3f} ms, t = {t:.1f}")
        check(t < 4.5 or pairs < 30, f"t = {t:.1f}")


def inhabited():
    host = SecureHost(PASSWORD, "--quiet")
    host.people = [Member(host, PASSWORD) for _ in HERE]
    for one, name in zip(host.people, HERE):
        one.log_in(name)
    return host


@case("names that are here and names that are not, without the password")
def names():
    def attempt(host, name, source):
        with RawClient(host, source=source) as mallory:
            begin = time.monotonic()
            first = mallory.guess(name)
            took = time.monotonic() - begin
            check(first.type == PROOF, f"{first}")
            mallory.send(frame(CONFIRM, b"c" * 32))
            mallory.wait_end()
            return (len(mallory.hello_frame), mallory.farewell.why, mallory.farewell.text), [took]

    compare(inhabited, attempt, amount(500, PAIRS))


@case("the penalty for guesses is the same, too")
def penalty():
    host = inhabited()

    def refusal(name):
        source = fresh_address()
        for _ in range(3):
            begin = time.monotonic()
            with RawClient(host, source=source) as mallory:
                check(mallory.guess(name).type == PROOF, "no proof")
                mallory.send(frame(CONFIRM, b"c" * 32))
                mallory.wait_end()
        with RawClient(host, source=source) as mallory:
            answer = mallory.guess(name)
            since = time.monotonic() - begin  # the third one, at least
            if answer.type == PROOF and since > 5:
                return refusal(name)  # its time was over already
            check(answer.type == GOODBYE and answer.why == "guesses", f"{answer}")
            told = re.fullmatch(r"retry in (\d+) s", answer.text)
            check(told and 5 - since <= int(told.group(1)) <= 5, f"{name}: {answer.text!r} after {since:.1f} s")

    refusal(HERE[0])
    refusal(NOT[0])


def with_accounts():
    host = Host("--quiet", "--kdf", "small", "--accounts", "required", mode="--secure", env={"CLINT_PASSWORD": PASSWORD})
    for name in HERE:
        host.send(f"/register {name}")
        host.out.wait_for(rf"^\* {name} has an account ")
    return host


def asked_of(mallory, name):
    """What the host says to a member of the room who wants this name; the packet, its size, the time."""
    mallory.begin(name)
    begin = time.monotonic()
    packet = mallory.read()
    took = time.monotonic() - begin
    check(packet.type == ACCOUNT and packet.name == name, f"{packet}")
    return packet, mallory.last_size, took


@case("names that have an account and names that have none, for a member of a host where all need one")
def accounts():
    salts = {}

    def attempt(host, name, source):
        with Member(host, PASSWORD, source) as mallory:
            packet, size, asked = asked_of(mallory, name)
            salts.setdefault((host, name), set()).add((packet.salt, packet.verifier_id))
            begin = time.monotonic()
            mallory.send(frame(SHARE, pake.octets(pake.G)))
            proof = mallory.read()
            took = time.monotonic() - begin
            check(proof.type == PROOF, f"{proof}")
            mallory.send(frame(CONFIRM, b"c" * 32))
            mallory.wait_end()
            return (len(name), size, len(packet.salt), packet.n, packet.r, packet.p, mallory.farewell.why,
                    mallory.farewell.text), [asked, took]

    compare(with_accounts, attempt, amount(500, 8))
    check(all(len(each) == 1 for each in salts.values()), "asked again, a name is not what it was")
    check(len({next(iter(each)) for each in salts.values()}) == len(salts), "two names of one salt")


@case("names without an account ask for as much work as those with one, which may be from before a restart")
def other_parameters():
    with tempfile.TemporaryDirectory() as folder:
        options = dict(mode="--secure", env={"CLINT_PASSWORD": PASSWORD})
        before = Host("--data", folder, "--kdf", "small", **options)
        before.send("/register alice")
        before.out.wait_for(r"^\* alice has an account ")
        before.stop()
        host = Host("--data", folder, "--kdf", "normal", "--accounts", "required", **options)
        asked = {}
        for name in ("alice", *NOT):
            with Member(host, PASSWORD) as mallory:
                packet, size, _ = asked_of(mallory, name)
                asked[name] = (packet.n, packet.r, packet.p, len(packet.salt), size - len(name))
        check(len(set(asked.values())) == 1, f"{asked}")


run()
