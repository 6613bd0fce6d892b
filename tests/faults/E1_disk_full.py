#!/usr/bin/env python3
"""Row E1 of the fault table: the disk is full. What cannot be stored is refused, never acknowledged, and stored later."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, Skip, case, check, run
from stored import posts_in, small_disk
from wire import NOT_STORED, POST, RawClient

DISK = small_disk(6)


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
        with RawClient(host) as small:  # until nothing at all fits
            small.log_in("small")
            refused = None
            while not refused:
                small.say("s" * 10)
                packet = small.read()
                while packet.type == POST and not (packet.session == small.session and packet.message):
                    packet = small.read()
                refused = packet if packet.type == NOT_STORED else None
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
        alice.err.wait_for("^\\* it is stored now", 5 * SLACK)
        check(time.monotonic() - freed <= 5 * SLACK, "stored too late")
        alice.close_input()
        alice.expect_exit(0)
    host.stop(within=5)
    check(host.err.count("disk full") >= 1, "the log does not say it")
    posts = posts_in(DISK / "den")
    lines = [post["text"] for post in posts if post["sender"] == "alice" and post["kind"] == "message"]
    check(lines == [f"line {n}" for n in range(1, 6)], f"alice's lines are stored as {lines}")
    check(not any(post.get("text") == "small" for post in posts), "a message behind a refused one was stored")


run()
