#!/usr/bin/env python3
"""Cut connections: clint comes back by itself, and what was not acknowledged is sent again exactly once."""

import re
import sqlite3
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, case, check, eventually, on_linux, run, scratch, unused_port
from proxy import Proxy
from raw_host import RawHost
from typist import Typist
from wire import LEFT, RawClient, request, say

LEAVE, WHO = 2, 0x20
BACK = 25 * SLACK  # two waits of the back-off, with room


@case("the host is killed and started again on its port")
def host_killed():
    host = Host(port=unused_port())
    alice = Clint(host, "--name", "alice").connected()
    bob = Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    alice.send("one")
    for person in (alice, bob):  # with it alice has her acknowledgement
        person.out.wait_for("^alice: one$")
    host.kill()
    alice.send("two")
    alice.send("three")
    time.sleep(0.3)
    again = Host(port=host.port)
    again.out.wait_for("^bob joined", BACK)
    again.out.wait_for("^alice: three$", BACK)
    bob.send("welcome back")
    alice.out.wait_for("^bob: welcome back$", BACK)
    bob.out.wait_for("^alice: three$", BACK)
    for word in ("one", "two", "three"):
        check(bob.out.count(f"^alice: {word}$") == 1, f"bob saw {word!r} {bob.out.count(f'^alice: {word}$')} times")
    check(again.out.count("^alice: two$") == 1, "the new host saw 'two' not exactly once")


@case("what a replaced connection still asks for while the disk hangs takes its successor out of no room")
def replaced():
    den = scratch("hanging")
    host = Host("--data", den)
    with RawClient(host) as bob, RawClient(host) as old, RawClient(host) as new:
        bob.log_in("bob")
        old.log_in("alice")
        for raw in (bob, old):
            check(raw.enter("ops").result == 0, "no room")
        disk = sqlite3.connect(den / "chat.db", isolation_level=None)
        disk.execute("BEGIN IMMEDIATE")  # the host waits for it
        old.send(say(1, "on its way", "ops"), request(100, LEAVE, "ops"))
        time.sleep(0.5)
        new.log_in("", key=old.key)
        check(new.name == "alice" and new.enter("ops").result == 0, "no way back")
        disk.execute("ROLLBACK")
        disk.close()
        check(old.wait_end() == "replaced", f"{old.farewell}")
        check([row[0] for row in new.ask(WHO, "ops").rows] == [b"alice", b"bob"], "it is not in the room any more")
        new.send(say(2, "here", "ops"))
        post = bob.wait_post(lambda post: post.text == "here" or post.kind == LEFT)
        check(post.text == "here", f"{post}")


@case("what the host has not taken is shown at the end, where it stood on the screen alone")
def unsaid():
    on_linux()
    host = Host(port=unused_port())
    alice = Typist(host)
    host.kill()
    alice.clint.out.wait_for(r"! connection to \S+ lost")
    for n in range(25):
        alice.clint.send(f"unsaid line {n}")
    alice.clint.out.wait_for("alice: unsaid line 24")
    alice.clint.send("/quit")
    alice.clint.expect_exit(1)
    end = alice.clint.out.text().rpartition("lines were not acknowledged by the host")[2]
    shown = re.findall(r"^  alice: unsaid line (\d+)$", end, re.MULTILINE)
    check(shown == [str(n) for n in range(20)] and "\n  and 5 more\n" in end, f"{end!r}")


@case("what is half typed stays while the host is away, may be gone on with, and is said when it is back")
def half_typed():
    on_linux()
    host = Host(port=unused_port())
    alice = Typist(host)
    alice.clint.write("half line" + 4 * "\x1b[D")
    alice.expect("half line")
    host.kill()
    alice.clint.out.wait_for(r"! connection to \S+ lost")
    alice.expect("half line")
    alice.clint.write("a ")
    alice.expect("half a line")
    again = Host(port=host.port)
    alice.clint.out.wait_for(r"\* back after", BACK)
    alice.expect("half a line")
    alice.clint.write("long ")
    alice.expect("half a long line")
    check(again.out.count("^alice: ") == 0, "it was said before Enter")
    alice.clint.write("\r")
    again.out.wait_for("^alice: half a long line$")
    alice.expect("")


@case("the line is cut five times while alice and bob talk")
def cuts():
    host = Host("--rate", "off")
    proxy = Proxy(host.port)
    bob = Clint(host, "--name", "bob").connected()
    alice = Clint(proxy.port, "--name", "alice").connected()
    bob.out.wait_for(r"^\* alice joined")
    cut = []

    def cutter():
        for _ in range(5):
            time.sleep(0.4)
            back = alice.err.count(r"^\* back after")
            proxy.cut()
            eventually(lambda b=back: alice.err.count(r"^\* back after") > b, "alice is back", BACK)
            cut.append(back)

    thread = threading.Thread(target=cutter, daemon=True)
    thread.start()
    for n in range(100):
        alice.send(f"from alice {n}")
        bob.send(f"from bob {n}")
        time.sleep(0.03)
    thread.join()
    check(len(cut) == 5, f"cut {len(cut)} times only")
    alice.send("alice is done")
    bob.send("bob is done")
    alice.out.wait_for("^bob: bob is done$", BACK)
    bob.out.wait_for("^alice(-2)?: alice is done$", BACK)
    heard = [line.split(": ")[1] for line in bob.out.lines() if ": from alice" in line]
    check(heard == [f"from alice {n}" for n in range(100)], f"bob heard {len(heard)}: {heard}")
    heard = [line.split(": ")[1] for line in alice.out.lines() if ": from bob" in line]
    check(heard == [f"from bob {n}" for n in range(100)], f"alice heard {len(heard)}: {heard}")
    print(f"  {proxy.accepted} connections")
    proxy.close()


@case("lines that the host has, but whose acknowledgement was lost, are not said twice")
def acknowledgements_lost():
    host = Host()
    proxy = Proxy(host.port)
    bob = RawClient(host)
    bob.log_in("bob")
    alice = Clint(proxy.port, "--name", "alice").connected()
    bob.wait_post(lambda post: post.sender == "alice")
    proxy.swallow_answers = True
    for n in range(10):
        alice.send(f"word {n}")
    for n in range(10):
        bob.wait_post(f"word {n}")
    proxy.swallow_answers = False
    proxy.cut()
    alice.send("the end")
    heard = []
    bob.wait_post(lambda post: heard.append(post.text) or post.text == "the end", BACK)
    check(not [text for text in heard if text.startswith("word")], f"said twice: {heard}")
    proxy.close()
    host.killed = True


@case("echo | clint waits for the host to come back, then ends with 0")
def pipe_in_an_outage():
    host = Host(port=unused_port())
    clint = Clint(host, "--name", "alice").connected()
    host.kill()
    clint.err.wait_for(r"^! connection to \S+ lost")
    clint.write("late but safe\n")
    clint.close_input()
    time.sleep(0.3)
    check(clint.alive, "clint gave up its line")
    again = Host(port=host.port)
    clint.expect_exit(0, BACK)
    again.stop()
    check(again.out.count("^alice: late but safe$") == 1, "the line did not arrive exactly once")


@case("the first connection fails at once when nobody listens: exit code 1")
def nobody_there():
    host = Host(port=unused_port())
    host.stop()
    clint = Clint(host)
    clint.expect_exit(1, 15 * SLACK)
    clint.err.wait_for(rf"^clint: error: cannot connect to {host.address}: nobody listens there")
    clint.err.wait_for("^clint: hint: check the address and the port, and that a host is running there$")


@case("where too many come at once a newcomer knocks again")
def turned_away():
    host = RawHost(turns_away=2)
    clint = Clint(host.port, "--name", "alice")
    clint.err.wait_for(rf"^! 127.0.0.1:{host.port} closed the connection before it said anything - trying again in ")
    clint.connected(BACK)
    check(not clint.err.count(" lost "), "it says that a connection was lost")


run()
