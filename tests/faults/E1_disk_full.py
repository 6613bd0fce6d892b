#!/usr/bin/env python3
"""Row E1 of the fault table: the disk is full. What cannot be stored is refused, never acknowledged, and stored later."""

import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, Skip, case, check, run, told
from stored import KeptHost, posts_in, small_disk, tool
from wire import NOT_STORED, POST, RawClient

DISK = small_disk(6)


def fill(ballast):
    """Takes all the space that is left."""
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def until_refused(host):
    """Small messages, until nothing at all fits."""
    with RawClient(host) as small:
        small.log_in("small")
        refused = None
        while not refused:
            small.say("s" * 10)
            packet = small.read()
            while packet.type == POST and not (packet.session == small.session and packet.message):
                packet = small.read()
            refused = packet if packet.type == NOT_STORED else None


@case("a full disk: refused in words, log-in and history go on, all is stored within 5 s after space returns")
def full_disk():
    if DISK is None:
        raise Skip("no tmpfs can be mounted here")
    ballast = DISK / "ballast"
    ballast.write_bytes(bytes(3 << 20))
    host = Host("--data", DISK / "den", "--rate", "off", "--quiet")
    with RawClient(host) as raw:
        raw.log_in("raw")
        stored, refused = [], None
        for n in range(1, 2000):
            raw.say("x" * 16000)
            packet = raw.read()
            while packet.type == POST and not (packet.session == raw.session and packet.message):
                packet = raw.read()
            if packet.type == NOT_STORED:
                refused = packet
                break
            check(packet.type == POST and packet.message == n, f"instead of an acknowledgement: {packet}")
            stored.append(packet.seq)
        check(refused and refused.message == n and refused.text == "disk full", f"the disk never got full: {refused}")
        check(len(stored) > 50, f"only {len(stored)} messages fitted")
        until_refused(host)
        # What comes behind the refused one is not taken: its acknowledgement would stand for both.
        raw.say("small")
        alice = Clint(host, "--name", "alice", "--backlog", "5").connected()
        alice.out.wait_for("^raw: x{16000}$")
        for n in range(1, 6):
            alice.send(f"line {n}")
        alice.err.wait_for("^! not stored: disk full")
        with RawClient(host) as late:
            late.log_in("late", backlog=3)
            last = [late.read() for _ in range(3)]
            check(all(post.type == POST for post in last), f"a newcomer does not get the last posts: {last}")
        check(host.alive, "the host gave up")
        time.sleep(2.5)  # it is sent again, and refused again
        check(alice.err.count("not stored") == 1, "the user is told again and again")
        ballast.unlink()
        freed = time.monotonic()
        alice.err.wait_for("^\\* it got through now", 5 * SLACK)
        check(time.monotonic() - freed <= 5 * SLACK, "stored too late")
        alice.close_input()
        alice.expect_exit(0)
        check(alice.err.count("not stored") == 1, "the user is told again and again")
    host.stop(within=5)
    check(host.err.count("disk full") >= 1, "the log does not say it")
    posts = posts_in(DISK / "den")
    lines = [post["text"] for post in posts if post["sender"] == "alice" and post["kind"] == "message"]
    check(lines == [f"line {n}" for n in range(1, 6)], f"alice's lines are stored as {lines}")
    check(not any(post.get("text") == "small" for post in posts), "a message behind a refused one was stored")


@case("/history off on a full disk: people talk unsaved, also over a kill of the host; with space it is kept again")
def unsaved():
    if DISK is None:
        raise Skip("no tmpfs can be mounted here")
    shutil.rmtree(DISK / "den", ignore_errors=True)
    ballast, den = DISK / "ballast", DISK / "unsaved"
    host = KeptHost(den)
    alice = Clint(host.port, "--name", "alice").connected()
    bob = Clint(host.port, "--name", "bob", "--backlog", "10").connected()
    alice.send("kept")
    bob.out.wait_for("^alice: kept$")
    fill(ballast)
    until_refused(host.program)
    alice.send("unsaved 1")
    alice.err.wait_for("^! not stored: disk full")
    bob.send("/history off")
    bob.err.wait_for(r"^! /history off\|on is for operators")
    told(host.program, "/op bob", r"^\* bob is an operator until leaving$")
    bob.send("/deop bob")
    bob.out.wait_for(r"^\* bob is no operator any more - nobody else is told: that could not be stored$")
    told(host.program, "/history", r"^! /history off, or /history on$")
    told(host.program, "/history on", r"^! history is on already$")
    told(host.program, "/history off", r"^\* history is off: what is said from now on is not kept$")
    for clint in (alice, bob):
        clint.out.wait_for(r"^\* history is off: what is said from now on is not kept$")
    check(alice.out.count("operator") == 0, "something was told that is not stored")
    bob.out.wait_for("^alice: unsaved 1$", 5 * SLACK)
    alice.err.wait_for(r"^\* it got through now")
    alice.send("unsaved 2")
    for clint in (alice, bob):  # with it alice has her acknowledgement, and does not say it once more
        clint.out.wait_for("^alice: unsaved 2$")
    host.program.err.wait_for("server: history is off")  # the audit log is on the full disk
    told(host.program, "/stats", r"^\* history is off: what is said is not kept")
    told(host.program, "/history on", r"^! history stays off: disk full$")
    tool("--check", den)
    carol = Clint(host.port, "--name", "carol", "--backlog", "10").connected()
    carol.out.wait_for("^alice: unsaved 2$")
    carol.kill()
    host.kill()
    ballast.unlink()
    host.start()
    alice.send("kept again")
    for clint in (alice, bob):
        clint.out.wait_for("^alice: kept again$", 25 * SLACK)
        clint.out.wait_for(r"^\* history is on again: what is said is kept$")
        for line in ("kept", "unsaved 1", "unsaved 2", "kept again"):
            check(clint.out.count(f"^alice: {line}$") <= 1, f"{line!r} was shown twice")
    bob.err.wait_for("^! some messages were missed while away")  # nobody knows how many
    dave = Clint(host.port, "--name", "dave", "--backlog", "500").connected()
    dave.out.wait_for("^alice: kept again$")
    dave.err.wait_for(r"^! some messages were missed \(not kept by the host\)")  # he was not away
    check(re.findall("^alice: (.*)$", dave.out.text(), re.M) == ["kept", "kept again"], f"dave saw {dave.out.text()!r}")
    told(host.program, "/op alice", r"^\* alice is an operator")
    alice.send("/history off")
    dave.out.wait_for(r"^\* history is off")
    alice.send("unsaved 3")
    dave.out.wait_for("^alice: unsaved 3$")
    mark = dave.out.mark()  # the host's restart was told in the same words
    alice.send("/history on")
    dave.out.wait_for(r"^\* history is on again: what is said is kept$", since=mark)
    alice.send("/history 2")
    alice.out.wait_for("^\\* there is nothing earlier than what this clint was sent$")
    host.stop()
    audit = (den / "audit.log").read_text(encoding="utf-8")
    check("alice /history on: done" in audit, f"the audit log: {audit!r}")
    posts = posts_in(den)
    said = [post["text"] for post in posts if post["sender"] == "alice" and post["kind"] == "message"]
    check(said == ["kept", "kept again"], f"stored: {said}")
    notices = [post["text"] for post in posts if post["kind"] == "notice"]
    check(notices[-1:] == ["history is on again: what is said is kept"], f"notices that are stored: {notices}")


@case("a host that is started on a full disk says so in one line, with a folder that is new and one that is not")
def started():
    if DISK is None:
        raise Skip("no tmpfs can be mounted here")
    shutil.rmtree(DISK / "unsaved", ignore_errors=True)
    den, ballast = DISK / "started", DISK / "ballast"
    host = Host("--data", den, "--quiet")
    alice = Clint(host, "--name", "alice").connected()
    for n in range(5):
        alice.send(f"line {n}")
    alice.close_input()
    alice.expect_exit(0)
    for stop in (Host.stop, Host.kill):
        stop(host)
        fill(ballast)
        for folder in (DISK / "new", den):
            late = Host("--data", folder, wait=False)
            late.expect_exit(1)
            said = late.err.lines()
            check(re.fullmatch(f"host: error: cannot [a-z]+ .*{folder}.*: (disk full|No space left on device)", said[0])
                  and len(said) == 2 and said[1].startswith("host: hint: "), f"it said {late.err.text()!r}")
        ballast.unlink()
        host = Host("--data", den, "--quiet")
    host.stop()
    lines = [post["text"] for post in posts_in(den) if post["kind"] == "message"]
    check(lines == [f"line {n}" for n in range(5)], f"stored: {lines}")


@case("a host that keeps nothing has no history to switch off")
def nothing_kept():
    told(Host(), "/history off", r"^! this host keeps nothing: it was started without --data$")


run()
