#!/usr/bin/env python3
"""I2: the same address, the same password, another key.

Pass: clint refuses before it says anything, with --tls-insecure, too, shows both fingerprints, exit code 4, no reconnect; `clint --forget` is what
lets it in again. A host whose key lasts only as long as its process is not remembered by it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SLACK, Clint, Program, SecureHost, case, check, fresh_home, run, unused_port
from raw_host import certificate

PASSWORD = "correct horse battery"


def host_with(name, **options):
    cert, key = certificate(name)
    return SecureHost(PASSWORD, "--cert", cert, "--key", key, **options)


def fingerprint(host):
    return host.out.wait_for(r"^Fingerprint: (SHA256:\S+)").group(1)


def member(port, home, *flags):
    return Clint(port, "--name", "alice", *flags, home=home, env={"CLINT_PASSWORD": PASSWORD})


@case("a host with a key of its own that comes back with another one")
def changed():
    home = fresh_home()
    first = host_with("first", port=unused_port())
    alice = member(first.port, home)
    alice.out.wait_for("^Connected")
    was, port = fingerprint(first), first.port
    first.stop()
    second = host_with("second", port=port)
    alice.expect_exit(4, 25 * SLACK)  # the one that was there all the time
    newcomer = member(port, home)
    newcomer.expect_exit(4)
    careless = member(port, home, "--tls-insecure")
    careless.expect_exit(4)
    for clint in (alice, newcomer, careless):
        text = clint.err.text()
        check(was in text and fingerprint(second) in text, f"not both fingerprints: {text}")
        clint.err.wait_for(r"^clint: hint: .*--forget 127\.0\.0\.1:\d+")
    check(second.out.count("Connection from") == 0, "something was said to the new host")
    Program([BUILD / "clint", "--forget", f"127.0.0.1:{port}"], name="clint", home=home).expect_exit(0)
    member(port, home).out.wait_for("^Connected")


@case("a host whose key is made at each start: the password alone vouches for it, and it may come back")
def of_its_own_making():
    home = fresh_home()
    first = SecureHost(PASSWORD, port=unused_port())
    member(first.port, home).out.wait_for("^Connected")
    pin = (home / "known_hosts").read_text(encoding="utf-8")
    check(" - " in pin and pin.endswith(" secure\n"), f"the pin is {pin!r}")
    port = first.port
    first.stop()
    SecureHost(PASSWORD, port=port)
    member(port, home).out.wait_for("^Connected")


run()
