#!/usr/bin/env python3
"""Who is called what, and who is told of whom."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, case, check, eventually, run


@case("without a name they become clint1 and clint2, and each is told of the other")
def numbered():
    host = Host()
    first = Clint(host).connected()
    host.out.wait_for(r"^clint1 joined from 127\.0\.0\.1:\d+$")
    second = Clint(host).connected()
    host.out.wait_for(r"^clint2 joined from 127\.0\.0\.1:\d+$")
    host.out.wait_for(r"^\+ Total connected clints: \[2\]$")
    first.out.wait_for(r"^\* clint2 joined")
    first.out.wait_for(r"^\+ Total connected clints: \[2\]$")
    second.send("good morning")
    first.out.wait_for("^clint2: good morning$")
    mark = host.out.mark()
    second.send("quit")
    second.expect_exit(0)
    first.out.wait_for(r"^\* clint2 left$")
    host.out.wait_for("^clint2 left$")
    check("clint2: quit" not in first.out.text(), "the command was sent as text")
    host.out.wait_for(r"^\+ Total connected clints: \[1\]$", since=mark)


@case("a name that is taken gets -2, the next -3")
def taken():
    host = Host()
    one = Clint(host, "--name", "alice").connected()
    host.out.wait_for("^alice joined")
    two = Clint(host, "--name", "alice").connected()
    host.out.wait_for("^alice-2 joined")
    two.err.wait_for(r"^\* you are alice-2, since alice is taken - /nick NAME takes another$")
    Clint(host, "--name", "alice").connected()
    host.out.wait_for("^alice-3 joined")
    two.send("me too")
    one.out.wait_for("^alice-2: me too$")


@case("a name is free again when its owner has left")
def free_again():
    host = Host()
    for _ in range(3):
        mark = host.out.mark()
        alice = Clint(host, "--name", "alice").connected()
        alice.send("hello")
        alice.close_input()
        alice.expect_exit(0)
        host.wait_left("alice", mark)
    eventually(lambda: host.out.count("^alice joined") == 3, "alice was alice each time")


@case("people write their names in their own script")
def own_script():
    host = Host()
    for name in ("Zoë", "Дмитрий", "陽子", "محمد"):
        Clint(host, "--name", name).connected()
        host.out.wait_for(f"^{name} joined")


@case("leave by exit, quit, /quit and end of input: exit code 0, and said as leaving")
def ways_to_leave():
    host = Host()
    watcher = Clint(host, "--name", "watcher").connected()
    for n, word in enumerate(("exit", "quit", "/quit", None), 1):
        guest = Clint(host, "--name", f"guest{n}").connected()
        watcher.out.wait_for(rf"^\* guest{n} joined")
        guest.send(word) if word else guest.close_input()
        guest.expect_exit(0)
        watcher.out.wait_for(rf"^\* guest{n} left$")


@case("what /quit is given is said before the leave")
def last_words():
    host = Host()
    watcher = Clint(host, "--name", "watcher").connected()
    watcher.out.wait_for(r"^\* watcher joined")
    guest = Clint(host, "--name", "guest").connected()
    guest.send("/quit see you tomorrow")
    guest.expect_exit(0)
    watcher.out.wait_for(r"^guest: see you tomorrow\n\* guest left$")


run()
