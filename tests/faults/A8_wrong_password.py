#!/usr/bin/env python3
"""A8: one address tries wrong passwords as fast as it is let in.

Pass: at most 10 guesses in ten minutes (three at once, then 5 s, 10 s ...); hanging up after the host's proof counts as
one; a session that is open from that address stays; elsewhere a log-in takes no longer than before; members are told.
The 24 hours are counted on an injected clock: tests/unit/guesses_test.cpp.
"""

import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, SecureHost, amount, case, check, eventually, run
from faults import Members, attack
from member import Member
from wire import GOODBYE, PROOF, RawClient, fresh_address

PASSWORD = "correct horse battery"


def elsewhere(host):
    """The seconds that a member from another address needs to get in; the keys are made once."""
    begin = time.monotonic()
    with Member(host, PASSWORD) as bob:
        bob.log_in("bob")
    return time.monotonic() - begin


def counted(host):
    """Log-ins that were good, failed, or refused."""
    mark = host.out.mark()
    host.send("/stats")
    told = host.out.wait_for(r"log-ins: (\d+) good, (\d+) failed, (\d+) refused", since=mark)
    return tuple(map(int, told.groups()))


def member(host, name):
    return Clint(host, "--name", name, env={"CLINT_PASSWORD": PASSWORD})


@case("a thousand attempts from one address")
def thousand():
    host = SecureHost(PASSWORD, "--quiet")
    alice = member(host, "alice")
    alice.out.wait_for("^Connected")
    bystanders = Members(host, PASSWORD)
    with attack(host, bystanders=bystanders):
        source, begin = fresh_address(), time.monotonic()
        proofs = refused = shut_out = 0
        elsewhere(host)
        times = []
        for n in range(amount(1000, 200)):
            if n % 50 == 25:
                times.append(elsewhere(host))
            try:
                with RawClient(host, source=source) as mallory:
                    answer = mallory.guess()
                    if answer is not None and answer.type == PROOF:
                        proofs += 1  # and hangs up: that was a guess
                    elif answer is not None and answer.type == GOODBYE:
                        check(answer.why == "guesses" and "retry in" in answer.text, f"{answer}")
                        refused += 1
            except OSError:
                shut_out += 1  # at the gate: it came and went too often
        took = time.monotonic() - begin
        print(f"  {proofs} guesses, {refused} refused, {shut_out} not let in, in {took:.0f} s; elsewhere a log-in took "
              f"{max(times):.2f} s at most")
        check(3 <= proofs <= 3 + took / 5, f"{proofs} guesses in {took:.0f} s")
        check(refused + shut_out > 0, "nothing was refused")
        check(max(times) <= 1 * SLACK, f"elsewhere a log-in took {max(times):.2f} s")
        bob = member(host, "bob")
        bob.out.wait_for("^Connected")
        alice.send("still here")
        bob.out.wait_for("^alice: still here")
        alice.out.wait_for(rf"^\* server: 3 failed log-ins from {source}")
        wanted = (len(times) + 3 + len(bystanders.people), proofs, refused)
        eventually(lambda: counted(host) == wanted, f"{wanted} log-ins good, failed and refused")
        bob.send("/quit")
        bob.expect_exit(0)


@case("an address that guessed wrong keeps its open session, and gets in again when its time is over")
def open_session():
    host = SecureHost(PASSWORD, "--quiet")
    alice = member(host, "alice")  # from 127.0.0.1
    alice.out.wait_for("^Connected")
    wait, guesses = 5, 3
    while True:
        log, begin = host.err.mark(), time.monotonic()
        for _ in range(guesses):
            with RawClient(host, source="127.0.0.1") as mallory:
                check(mallory.guess().type == PROOF, "no proof")
        eventually(lambda n=guesses, log=log: host.err.count("goodbye connection_lost", log) >= n, "the guesses are over")
        bob = member(host, "bob")
        eventually(lambda bob=bob: not bob.alive or bob.out.count("^Connected"), "bob is in, or not")
        if not bob.alive:
            break
        check(time.monotonic() - begin > wait, "an address that guessed wrong was let in at once")
        bob.send("/quit")  # he came so late that the wait was over: the next one is longer
        bob.expect_exit(0)
        wait, guesses = 2 * wait, 1
    bob.expect_exit(5)
    told = bob.err.wait_for(r"too many failed log-ins from this address.*retry in (\d+) s")
    alice.send("still here")
    alice.out.wait_for("^alice: still here")
    time.sleep(int(told.group(1)) + 0.5)
    carol = member(host, "carol")
    carol.out.wait_for("^Connected", 5 * SLACK)


run()
