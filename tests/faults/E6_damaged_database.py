#!/usr/bin/env python3
"""Row E6 of the fault table: a damaged file is refused in one clear line and left as it is, or the host starts with it.
(A thousand single octets: tests/unit/store_test.cpp.)"""

import shutil
import sys
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, amount, case, check, run, scratch
from stored import KeptHost, tool

PAGE = 4096


def filled(name, killed=False):
    """A folder with 200 lines in it."""
    den = scratch(name)
    host = Host("--data", den, "--rate", "off", "--quiet")
    clint = Clint(host, "--name", "alice")
    for n in range(200):
        clint.send(f"line {n} " + "x" * 200)
    clint.close_input()
    clint.expect_exit(0)
    if killed:
        host.kill()
    else:
        host.stop()
    return den


def refused(den, what, untouched=True):
    """The host does not start; says why in one line; the file is as it was."""
    before = (den / "chat.db").read_bytes() if (den / "chat.db").exists() else None
    host = Host("--data", den, wait=False)
    host.expect_exit(1)
    errors = [line for line in host.err.lines() if line.startswith("host: error: ")]
    check(len(errors) == 1 and what in errors[0], f"the host said {host.err.text()!r}")
    check(host.out.text() == "", f"it began to listen: {host.out.text()!r}")
    after = (den / "chat.db").read_bytes() if (den / "chat.db").exists() else None
    check(before == after or not untouched, "the file was changed")


@case("empty, cut short, overwritten, of a newer version, gone while its log is there: refused, and left as it is")
def refusals():
    whole = (filled("whole") / "chat.db").read_bytes()
    kinds = {
        "empty": (b"", "empty"),
        "garbage": (b"\xa5" * len(whole), "damaged"),
        "header": (b"\x00" * 100 + whole[100:], "damaged"),
        "newer": (whole[:60] + (99).to_bytes(4, "big") + whole[64:], "newer"),
    }
    for size in range(PAGE, len(whole), PAGE):
        kinds[f"cut{size}"] = (whole[:size], "damaged")
    for name, (octets, what) in kinds.items():
        den = scratch(name)
        den.mkdir(mode=0o700)
        (den / "chat.db").write_bytes(octets)
        refused(den, what)
    den = scratch("gone")
    den.mkdir(mode=0o700)
    (den / "chat.db-wal").write_bytes(b"log")
    refused(den, "gone")
    check(not (den / "chat.db").exists(), "a new file was made")


@case("an unclean stop is looked into, and all is there")
def unclean():
    den = filled("killed", killed=True)
    host = Host("--data", den)
    host.stop()
    check(host.out.count("lost|damaged") == 0, f"all was well, but: {host.out.text()!r}")
    check(tool("--check", den).out.text().endswith("posts in 1 rooms\n"), "not whole after a kill")
    check(len(tool("--export", den).out.lines()) >= 200, "lines are gone")


def emptied(log):
    log.write_bytes(b"")


def zeroed(log):
    log.write_bytes(bytes(log.stat().st_size))


@case("after kill -9 the log is gone, empty or zeroed: the host says so, and who comes back is shown what is said then")
def log_lost():
    few = [(Path.unlink, []), (Path.unlink, ["--check"]), (emptied, []), (zeroed, ["--export"])]
    for harm, look in amount(product((Path.unlink, emptied, zeroed), ([], ["--check"], ["--export"])), few):
        den = scratch(f"lost-{harm.__name__}{''.join(look)}")
        host = KeptHost(den)
        alice, bob = (Clint(host.port, "--name", name).connected() for name in ("alice", "bob"))
        for n in range(50):
            alice.send(f"line {n}")
        for clint in (alice, bob):
            clint.out.wait_for("^alice: line 49$")
        host.kill()
        harm(den / "chat.db-wal")
        left = (den / "chat.db-wal").read_bytes() if (den / "chat.db-wal").exists() else b""
        for flag in look:
            said = tool(flag, den).err.text()
            check(flag != "--check" or "write-ahead log is gone or damaged" in said, f"--check said {said!r}")
        host.start()
        host.program.out.wait_for("^! .* is gone or damaged: the last posts may be lost")
        kept = den / "chat.db-wal.damaged"
        check((kept.read_bytes() if kept.exists() else b"") == left, "what was left of the log is not kept")
        for clint in (alice, bob):
            clint.err.wait_for(r"^\* back after ", 25 * SLACK)
        alice.send("after that")
        bob.out.wait_for("^alice: after that$")
        for clint in (alice, bob):
            clint.close_input()
            clint.expect_exit(0)
        host.stop()
        check(tool("--check", den).err.text() == "", "after a clean stop it is warned of")


@case("an older copy of the folder is put in its place: who comes back is told, and shown what is said then")
def older_copy():
    den, older = scratch("rolled"), scratch("older")
    host = KeptHost(den)
    host.stop()
    shutil.copytree(den, older)
    host.start()
    alice, bob = (Clint(host.port, "--name", name).connected() for name in ("alice", "bob"))
    for n in range(50):
        alice.send(f"line {n}")
    for clint in (alice, bob):  # what is not acknowledged is said again, and would bring the numbers back to where they were
        clint.out.wait_for("^alice: line 49$")
    host.kill()
    shutil.rmtree(den)
    shutil.copytree(older, den)
    host.start()
    for clint in (alice, bob):
        clint.err.wait_for(r"^\* back after ", 25 * SLACK)
    alice.send("after that")
    bob.out.wait_for("^alice: after that$")
    bob.err.wait_for("^! some messages were missed while away")
    alice.close_input()
    alice.expect_exit(0)


@case("damage in the middle: --check finds it, and a host that comes upon it does not start")
def middle():
    den = filled("middle")
    octets = bytearray((den / "chat.db").read_bytes())
    for page in range(6, len(octets) // PAGE - 2):
        octets[page * PAGE:page * PAGE + 200] = b"\xff" * 200
    (den / "chat.db").write_bytes(octets)
    found = tool("--check", den, expect=1)
    check(found.err.text().startswith("host: error: "), f"--check said {found.err.text()!r}")
    refused(den, "damaged", untouched=False)  # it has counted its starts when it reads the last posts


run()
