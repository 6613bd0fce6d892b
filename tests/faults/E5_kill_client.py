#!/usr/bin/env python3
"""Row E5 of the fault table: kill -9 of a clint that is sending, or that writes one of its files. (While the host is
killed, too: E3_kill_host.py.)"""

import random
import signal
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, SecureHost, amount, case, check, eventually, fresh_home, run, scratch, unused_port
from faults import fault_shim
from proxy import Proxy
from stored import posts_in
from wire import JOIN, RawClient, greet, say

SEED = random.randrange(1 << 30)
PASSWORD = "tea and biscuits"
LINES = 300
STEPS = 3  # of writing a file: the new one, its way to the disk, its name


def key_in(octets):
    """The client key in what a client said, which at first tried TLS."""
    octets = octets[octets.index(greet()[:10]):]  # what all greetings have in common
    while octets:
        size, kind = struct.unpack_from(">IB", octets)
        if kind == JOIN:
            return bytes(octets[5:21])
        octets = octets[4 + size:]
    return None


@case("killed in the middle of sending: said again with the same key and ids, each line is stored once, and in order")
def mid_send():
    print(f"  seed {SEED}")
    dice = random.Random(SEED)
    folder = scratch("den")
    host = Host("--data", folder, "--rate", "off", "--quiet")
    bob = Clint(host, "--name", "bob").connected()
    names = [f"alice{n}" for n in range(amount(200, 8))]
    halfway = 0
    for name in names:
        heard, proxy = bytearray(), Proxy(host.port)  # nothing of the one before is heard in it
        proxy.overhear = heard.extend
        alice = Clint(proxy.port, "--name", name).connected()
        mark, first = bob.out.mark(), dice.randrange(1, LINES)
        alice.write("".join(f"line {n}\n" for n in range(1, first + 1)))
        bob.out.wait_for(f"^{name}: line {dice.randrange(1, first + 1)}$", since=mark)
        alice.write("".join(f"line {n}\n" for n in range(first + 1, LINES + 1)))
        alice.kill()
        with RawClient(host) as heir:
            stored = heir.log_in(name, key=key_in(heard)).last_message
            check(stored > 0, "this is not the key of the clint that was killed")
            halfway += stored < LINES
            heir.send(*(say(n, f"line {n}") for n in range(1, LINES + 1)))
            if stored < LINES:
                heir.wait_post(lambda post: (post.session, post.message) == (heir.session, LINES))
        proxy.close()
    host.stop(within=5)
    said = {name: [] for name in names}
    for post in posts_in(folder):
        if post["kind"] == "message":
            said[post["sender"]].append(post["text"])
    for name, lines in said.items():
        check(lines == [f"line {n}" for n in range(1, LINES + 1)], f"{name}: stored are {lines}")
    print(f"  {len(names)} killed, {halfway} of them halfway")
    check(halfway > len(names) // 2, "few were killed in the middle")


def content(path):
    return path.read_text(encoding="utf-8") if path.exists() else None


def killed_at_each_step(file, before, write):
    """Kills a clint at each step of writing that file, in which was `before` (None: there was none). It is as before or
    as `write`, which starts a clint that writes it, would have left it; and the next clint can use it."""

    def home_with_it():
        home = fresh_home()
        if before is not None:
            (home / file).write_text(before, encoding="utf-8")
        return home

    def written(home, shim):
        clint = write(home, shim)
        eventually(lambda: content(home / file) != before, f"{file} is written")
        clint.kill()
        return content(home / file)

    after = written(home_with_it(), {})
    for step in range(1, STEPS + 1):
        home = home_with_it()
        clint = write(home, fault_shim(KILL=step, FILE=file))
        clint.killed = True
        clint.expect_exit(-signal.SIGKILL)
        check(content(home / file) in (before, after), f"killed at step {step}, it is {content(home / file)!r}")
        write(home, {}).out.wait_for("^Connected")
        eventually(lambda home=home: content(home / file) == after, f"{file} is written after step {step}")
    check(written(home_with_it(), fault_shim(KILL=STEPS + 1, FILE=file)) == after, "there are more steps")


@case("killed at each step of writing known_hosts: it is the old one or the new one, or there is none yet")
def known_hosts():
    host = SecureHost(PASSWORD, port=unused_port())  # none of those of the others below

    def meet(home, shim):
        return Clint(host, "--name", "alice", home=home, env={"CLINT_PASSWORD": PASSWORD} | shim)

    home = fresh_home()
    meet(home, {})
    eventually(lambda: content(home / "known_hosts"), "it is written")
    pin = content(home / "known_hosts")
    others = "".join(pin.replace(f":{host.port} ", f":{port} ") for port in range(40_000, 40_200))
    for before in (None, others):
        killed_at_each_step("known_hosts", before, meet)


@case("killed at each step of saving clint.toml: likewise")
def settings():
    host = Host()

    def save(home, shim):
        clint = Clint(host, "--name", "alice", home=home, env=shim)
        clint.send("/set away-after 45m")
        clint.send("/save")
        return clint

    for before in (None, "# mine\n" * 500 + 'away-after = "30"\n'):
        killed_at_each_step("clint.toml", before, save)


run()
