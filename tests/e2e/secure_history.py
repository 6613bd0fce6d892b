#!/usr/bin/env python3
"""A host with a password and a data folder: after a restart the same password opens what was said before, and the
folder holds no word of it."""

import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, Clint, Host, SecureHost, case, check, fresh_home, run, scratch, unused_port

PASSWORD = "correct horse battery"
LATER = "another horse battery"
PLANTED = "the cake is in the tin"


def member(host, name, *flags, password=PASSWORD, **options):
    clint = Clint(host, "--name", name, "--backlog", "50", *flags, env={"CLINT_PASSWORD": password}, **options)
    clint.out.wait_for("^Connected")
    return clint


def fingerprint(host):
    return host.out.wait_for(r"^Fingerprint: (SHA256:\S+)").group(1)


def talked(folder, home):
    """A host with something said in it, stopped again; gives its port and fingerprint."""
    host = SecureHost(PASSWORD, "--data", folder, port=unused_port())
    alice = member(host, "alice", home=home)
    alice.send(PLANTED)
    alice.out.wait_for(f"^alice: {PLANTED}")
    host.send("a word of the host")
    alice.out.wait_for("^server: a word of the host")
    alice.send("/quit")
    alice.expect_exit(0)
    key = fingerprint(host)
    host.stop()
    return host.port, key


@case("the same password after a restart: the same key of the host, the same room, its history opens")
def restart():
    folder, home = scratch("den"), fresh_home()
    port, key = talked(folder, home)
    pin = (home / "known_hosts").read_text(encoding="utf-8")
    check(key in pin, f"a key that lasts was not remembered: {pin!r}")
    host = SecureHost(PASSWORD, "--data", folder, port=port)
    check(fingerprint(host) == key, "the host has another key")
    check("another password" not in host.err.text(), host.err.text())
    bob = member(host, "bob", home=home)
    bob.out.wait_for(f"^alice: {PLANTED}")
    bob.out.wait_for("^server: a word of the host")
    bob.send("/history 100")
    bob.send("and on")
    host.out.wait_for("^bob: and on")
    bob.out.wait_for("^bob: and on")


@case("the folder holds sealed bodies only, and nobody else may look into it")
def folder_is_sealed():
    folder = scratch("sealed")
    talked(folder, fresh_home())
    for path in folder.rglob("*"):
        octets = path.read_bytes()
        for what in (PLANTED, PASSWORD, "a word of the host"):
            check(what.encode() not in octets, f"{path.name} holds {what!r}")
        check(path.stat().st_mode & 0o077 == 0, f"others can read {path.name}")
    check((folder / "verifier").exists() and (folder / "host.pem").exists(), "nothing was kept")
    lines = subprocess.run([BUILD / "host", "--export", folder], capture_output=True, text=True, check=True).stdout
    check('"kind":"sealed"' in lines and '"octets":"' in lines and PLANTED not in lines, lines)

    def export(password):
        return subprocess.run([BUILD / "host", "--export", folder], capture_output=True, text=True, check=False,
                              env={"CLINT_PASSWORD": password})
    opened = export(PASSWORD)
    check(opened.returncode == 0 and PLANTED in opened.stdout and '"opened":true' in opened.stdout, f"{opened}")
    wrong = export("not this one")
    check(wrong.returncode == 3 and not wrong.stdout and "that is not the password" in wrong.stderr, f"{wrong}")


@case("a copy without its verifier is warned of, and one with it can be read; so is a password that is left out")
def copied():
    folder, home = scratch("copied"), fresh_home()
    port, _ = talked(folder, home)
    copy = scratch("copy")
    copy.mkdir(mode=0o700)
    with sqlite3.connect(folder / "chat.db") as database:
        database.execute("VACUUM INTO ?", [str(copy / "chat.db")])
    plain = Host("--data", copy, port=port)
    plain.out.wait_for("^Listening")
    check(plain.err.count("had a password before") == 0, "there is no trace of one")
    plain.stop()
    host = SecureHost(PASSWORD, "--data", copy, port=port)
    host.err.wait_for("^host: warning: .*copy has what was sealed with another key, and not the file verifier ")
    host.stop()
    for file in ("verifier", "host.pem"):
        shutil.copy(folder / file, copy / file)
    host = SecureHost(PASSWORD, "--data", copy, port=port)
    member(host, "bob", home=home).out.wait_for(f"^alice: {PLANTED}")
    check(host.err.count("warning") == 0, "it warns of what is there")
    host.stop()
    plain = Host("--data", copy, port=port)
    plain.err.wait_for("^host: warning: .*copy had a password before: ")
    plain.stop()


@case("a changed password: what was sealed before says so, and --also-password opens it")
def changed():
    folder, home = scratch("changed"), fresh_home()
    port, _ = talked(folder, home)
    host = SecureHost(LATER, "--data", folder, port=port)
    host.err.wait_for("^host: warning: .*changed had another password before: ")
    old = Clint(host, "--name", "old", env={"CLINT_PASSWORD": PASSWORD})
    old.expect_exit(3)
    bob = member(host, "bob", password=LATER)
    bob.out.wait_for(r"^alice: \[sealed with another password\]")
    carol = member(host, "carol", "--also-password", PASSWORD, password=LATER)
    carol.out.wait_for(f"^alice: {PLANTED}")
    check(PASSWORD.encode() not in carol.command_line(), "it stands in the argument list")
    carol.send("under the new one")
    bob.out.wait_for("^carol: under the new one")


run()
