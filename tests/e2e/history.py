#!/usr/bin/env python3
"""host --data: what was said is there after a restart, for those who come back and for those who are new."""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, case, check, run, scratch
from stored import KeptHost, posts_in
from wire import GAP, PAST, POST, RawClient, history


@case("a clint that was there before and after a restart sees everything once; a newcomer sees the last lines")
def restart():
    host = KeptHost(scratch("den"))
    check("What is said is kept in" in host.program.out.text(), "the host does not say that it keeps anything")
    alice = Clint(host.port, "--name", "alice").connected()
    bob = Clint(host.port, "--name", "bob").connected()
    alice.send("before")
    bob.out.wait_for("^alice: before$")
    host.stop()
    alice.send("meanwhile")
    time.sleep(0.2)
    host.start()
    bob.out.wait_for("^alice: meanwhile$", 25 * SLACK)
    alice.send("after")
    bob.out.wait_for("^alice: after$", 25 * SLACK)
    for line in ("before", "meanwhile", "after"):
        check(bob.out.count(f"^alice: {line}$") == 1, f"bob saw {line!r} {bob.out.count(f'^alice: {line}$')} times")
    check(bob.out.count("missed") == 0 and bob.err.count("missed") == 0, "bob is told of a gap")
    carol = Clint(host.port, "--name", "carol", "--backlog", "100").connected()
    carol.out.wait_for("^alice: after$")
    check(carol.out.count("^alice: before$") == 1, "carol does not see what was said before the restart")
    dave = Clint(host.port, "--name", "dave").connected()
    dave.out.wait_for("^\\* dave joined")
    check(dave.out.count("alice: ") == 0, "a script is shown what it did not ask for")


@case("--max-backlog limits what a newcomer gets, whatever it asks for")
def max_backlog():
    host = Host("--data", scratch("few"), "--max-backlog", "3", "--rate", "off")
    alice = Clint(host, "--name", "alice").connected()
    for n in range(10):
        alice.send(f"line {n}")
    alice.out.wait_for("^alice: line 9$")
    bob = Clint(host, "--name", "bob", "--backlog", "50").connected()
    bob.out.wait_for("^\\* bob joined")
    check(re.findall("alice: line (\\d)", bob.out.text()) == ["7", "8", "9"], f"bob saw {bob.out.text()!r}")


@case("--max-backlog may be more than 1,000, and is the limit in the rooms, too")
def large_backlog():
    host = Host("--max-backlog", "1100", "--rate", "off")
    with RawClient(host) as alice, RawClient(host) as bob:
        alice.log_in("alice")
        alice.enter("ops")
        for _ in range(1200):
            alice.say("x", "ops")
        last = alice.wait_post(lambda post: post.message == 1200).seq
        bob.log_in("bob")
        begins = int.from_bytes(bob.enter("ops", backlog=1_000_000).rows[0][1], "big")
        check(begins == last - 1100 + 1, f"of {last} posts the first one that is shown is {begins}")


@case("a cursor far behind what is in memory, after a restart too: every post in turn, no gap")
def far_behind():
    lines = 12_000  # a log in memory keeps 10,000
    folder = scratch("long")
    host = KeptHost(folder)
    with RawClient(host.port) as raw:
        raw.log_in("raw")
        for n in range(1, lines + 1):
            raw.say(f"line {n} " + "x" * 40)
            if n % 100 == 0:
                raw.wait_post(lambda post: post.session == raw.session and post.message == n)
        last = raw.last_seq
    for _ in range(2):
        with RawClient(host.port) as late:
            late.log_in("late", cursors=[("lobby", 5)])
            for seq in range(6, last + 1):
                packet = late.read()
                check(packet.type != GAP, f"a gap: {packet}")
                check(packet.type == POST and packet.seq == seq, f"instead of {seq} came {packet}")
        host.kill()
        host.start()


@case("/history pages further back, by number and by time; a host without --data says that it has none")
def paging():
    host = Host("--data", scratch("pages"), "--rate", "off")
    alice = Clint(host, "--name", "alice").connected()
    for n in range(500):
        alice.send(f"line {n}")
    alice.out.wait_for("^alice: line 499$")
    bob = Clint(host, "--name", "bob", "--backlog", "10").connected()
    bob.out.wait_for("^\\* bob joined")

    def lines_after(command):
        since = bob.out.mark()
        bob.send(command)
        bob.out.wait_for("^\\* (that was earlier|there is nothing earlier .*)$", since=since)
        return [int(n) for n in re.findall("^alice: line (\\d+)$", bob.out.text(since), re.MULTILINE)]

    shown = int(re.search("^alice: line (\\d+)$", bob.out.text(), re.MULTILINE).group(1))
    check(lines_after("/history 20") == list(range(shown - 20, shown)), "the first page")
    check(lines_after("/history") == list(range(shown - 70, shown - 20)), "the next one")
    check(lines_after("/history since 1h") == list(range(0, shown - 70)), "all that is left, several pages long")
    check(lines_after("/history 5") == [], "there is more than everything")
    bob.send("/history yesterday")
    bob.err.wait_for("^! /history 100 shows 100 lines")
    plain = Host()
    carol = Clint(plain, "--name", "carol").connected()
    carol.send("/history")
    carol.out.wait_for("^\\* this host keeps no history to page through - ")


@case("history on the wire: pages of 200 at most, one question at a time, only of rooms that one is in")
def wire():
    host = Host("--data", scratch("wire"), "--rate", "off")
    with RawClient(host) as raw:
        raw.log_in("raw")
        check(raw.hello.capabilities == 1, "the host does not say that it keeps history")
        for n in range(1, 301):
            raw.say(f"line {n}")
        raw.wait_post("line 300")
        raw.send(history(count=4_000_000_000))
        past = raw.expect(PAST)
        check([post.text for post in past.posts] == [f"line {n}" for n in range(101, 301)], "the last page")
        raw.send(history(before=past.posts[0].seq, count=200))
        more = raw.expect(PAST)
        check(more.posts[-1].text == "line 100" and more.posts[0].seq == 1, "the page before it")
        raw.send(history(before=1))
        check(raw.expect(PAST).posts == [], "before everything there is nothing")
        raw.send(history(since_ms=1 << 62))
        check(raw.expect(PAST).posts == [], "nothing was said in the future")
        raw.send(history(room="elsewhere"))
        check(raw.wait_end() == "out_of_state", "history of a room one is not in")
    with RawClient(host) as hasty:
        hasty.log_in("hasty")
        hasty.send(*[history() for _ in range(50)])
        check(hasty.wait_end() == "out_of_state", "two questions at a time")


@case("--keep forgets what is too old; --check and --export work beside the host")
def keep():
    folder = scratch("keep")
    host = KeptHost(folder, "--keep", "30d12h", "--keep", "96k")
    alice = Clint(host.port, "--name", "alice").connected()
    alice.send("hello")
    alice.out.wait_for("^alice: hello$")
    posts = posts_in(folder)
    check([post.get("text") for post in posts if post["kind"] == "message"] == ["hello"], f"exported: {posts}")
    for wrong in ("0d", "30", "30y", "d", "-1d", "1.5GB", "96"):
        refused = Host("--data", scratch("no"), "--keep", wrong, wait=False)
        refused.expect_exit(2)
        check("such as 12h, 30d or 8w, or a size such as 500k" in refused.err.text(), f"--keep {wrong}: {refused.err.text()!r}")


run()
