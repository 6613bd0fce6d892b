#!/usr/bin/env python3
"""G6: the day's clock jumps by an hour or ten years, to 2038 and to a leap day, while the monotonic one runs on.

Pass: time-outs and rates are what they were, the order of what is said too; whether a certificate's time is over is
explained, and a pin still decides.
"""

import calendar
import json
import mmap
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SLACK, Clint, Host, Program, SecureHost, case, check, eventually, fresh_home, run, scratch
from faults import fault_shim
from raw_host import authority_and_certificate
from wire import PROOF, RawClient, fresh_address

HOUR, DAY = 3600, 86400
YEARS = 3652 * DAY  # ten of them


class DayClock:
    """A file by which the fault shim tells programs the time."""

    def __init__(self):
        path = scratch("clock")
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self._octets = mmap.mmap(file.fileno(), 8)
        self.off_by = 0
        self.env = fault_shim(CLOCK=path)

    def be_off_by(self, seconds):
        self.off_by = int(seconds)
        self._octets[:] = int(seconds).to_bytes(8, "little", signed=True)

    def be_at(self, *date):
        self.be_off_by(calendar.timegm((*date, 0, 0, 0)) - time.time())


JUMPS = {
    "an hour on": lambda clock: clock.be_off_by(HOUR),
    "an hour back": lambda clock: clock.be_off_by(-HOUR),
    "ten years on": lambda clock: clock.be_off_by(YEARS),
    "ten years back": lambda clock: clock.be_off_by(-YEARS),
    "one second before 32 bits are full": lambda clock: clock.be_off_by((1 << 31) - 1 - time.time()),
    "a leap day": lambda clock: clock.be_at(2028, 2, 29, 23, 59, 59),
    "today again": lambda clock: clock.be_off_by(0),
}


@case("whatever day it is: nobody is sent away or slowed, and what is said keeps its order")
def order_and_limits():
    clock = DayClock()
    free, before, lines, rate = 100, 120, 180, 200  # the free ones are used up before each jump
    host = Host("--timeout", "600", "--rate", rate, env=clock.env)
    with RawClient(host) as bob:
        bob.log_in("bob")
        alice = Clint(host, "--name", "alice", env=clock.env).connected()
        last = 0
        for what, jump in JUMPS.items():
            begin = time.monotonic()
            for n in range(before):
                bob.say(f"{what} {n}")
            bob.wait_post(f"{what} {before - 1}")
            jump(clock)
            for n in range(before, lines):
                bob.say(f"{what} {n}")
            post = bob.wait_post(f"{what} {lines - 1}")
            took = time.monotonic() - begin
            check(0.9 * (lines - free) / rate < took < lines / rate + 4 * SLACK, f"{what}: {lines} lines took {took:.1f} s")
            check(post.seq > last, f"{what}: seq {post.seq} after {last}")
            last = post.seq
            off_by = post.time_ms / 1000 - time.time()
            check(abs(off_by - clock.off_by) < HOUR / 2, f"{what}: the host is {off_by:.0f} s off, not {clock.off_by}")
            alice.send(f"{what}, says alice")
            bob.wait_post(f"{what}, says alice")
        alice.out.wait_for(f"^bob: today again {lines - 1}$")
        shown = [line.removeprefix("bob: ") for line in alice.out.lines() if line.startswith("bob: ")]
        check(shown == [f"{what} {n}" for what in JUMPS for n in range(lines)], f"alice was shown {shown}")
    check(host.err.count("goodbye (idle|silent|stalled)") == 0, "somebody was sent away")


@case("a time-out is as long as it is, whatever the clock says")
def time_outs():
    clock = DayClock()
    host = Host("--timeout", "3", env=clock.env)
    begin = time.monotonic()
    with RawClient(host) as idle:
        idle.log_in("idle")
        clock.be_off_by(YEARS)
        time.sleep(0.5)
        clock.be_off_by(-YEARS)
        check(idle.wait_end(10 * SLACK) == "idle", f"the goodbye is {idle.farewell}")
        took = time.monotonic() - begin
        check(2.5 <= took <= 3.5 + 5 * (SLACK - 1) + 1, f"the time-out of 3 s took {took:.1f} s")


@case("who guessed too often waits for as long as he has to, whatever the clock says")
def penalties():
    clock = DayClock()
    host = SecureHost("open sesame", env=clock.env)
    source = fresh_address()

    def may_guess():
        with RawClient(host, source) as raw:
            packet = raw.guess()
            check(packet.type == PROOF or packet.why == "guesses", f"{packet}")
            return packet.type == PROOF
    check(all(may_guess() for _ in range(2)), "three guesses are free")
    begin = time.monotonic()
    check(may_guess(), "three guesses are free")
    for what, jump in JUMPS.items():
        jump(clock)
        if may_guess():  # rightly so where the guesses themselves have taken that long
            break
    else:
        eventually(may_guess, "the wait is over", 5 + 5 * SLACK)
    took = time.monotonic() - begin
    check(4 < took, f"{what}: the wait of 5 s took {took:.1f} s")


@case("a host with --data goes on where it was after a start ten years earlier: seqs rise, no id comes twice")
def started_in_the_past():
    clock = DayClock()
    folder, password, lines = scratch("data"), {"CLINT_PASSWORD": "open sesame"}, []
    for jump in ("today again", "ten years back", "ten years on", "an hour back"):
        JUMPS[jump](clock)
        host = Host("--data", folder, mode="--secure", env=clock.env | password)
        clint = Clint(host, "--name", "alice", env=clock.env | password)
        clint.out.wait_for("^Connected to ")
        clint.send(jump)
        host.out.wait_for(f"^alice: {jump}$")
        lines.append(jump)
        clint.close_input()
        clint.expect_exit(0)
        host.stop(within=5)
    export = Program([BUILD / "host", "--export", folder], stdin=False, env=password)
    export.expect_exit(0)
    posts = [json.loads(line) for line in export.out.lines()]
    said = [post for post in posts if post["kind"] in ("message", "sealed")]
    check([post["text"] for post in said] == lines, f"the export has {said}")
    check([post["seq"] for post in posts] == list(range(1, len(posts) + 1)), "seqs with holes")
    sessions = {post["session"] for post in said}
    check(len(sessions) == len(said), f"session ids {[post['session'] for post in said]}")


@case("a certificate whose time is over is named as that; a pin, or the certificate itself, decides all the same")
def certificates():
    clock = DayClock()
    authority, cert, key = authority_and_certificate()
    host = Host("--cert", cert, "--key", key, mode="--tls")
    home = fresh_home()
    first = Clint(host, "--name", "alice", tty=True, home=home)
    first.out.wait_for("yes/no")
    first.send("yes")
    first.out.wait_for("Connected to")
    first.send("/quit")
    first.expect_exit(0)

    def comes_in(*flags, **options):
        clint = Clint(host, *flags, env=clock.env, **options).connected()
        clint.close_input()
        clint.expect_exit(0)

    comes_in("--cert", authority)
    for jump, why in (("ten years on", "certificate has expired"), ("ten years back", "certificate is not yet valid")):
        JUMPS[jump](clock)
        refused = Clint(host, "--cert", authority, env=clock.env)
        refused.expect_exit(4)
        refused.err.wait_for(rf"clint: error: .*\({why}\)")
        comes_in("--cert", cert)
        comes_in(home=home)


run()
