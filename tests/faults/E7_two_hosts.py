#!/usr/bin/env python3
"""Row E7 of the fault table: two hosts on one folder, and a copy that is made while the host works."""

import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SLACK, Host, case, check, eventually, run, scratch
from stored import KeptHost, Talker, check_history, tool


AT_ONCE = 1 if FULL else 1 * SLACK + 0.5  # seconds


@case("the second host on a folder leaves within 1 s with the process id of the first; the first goes on")
def second():
    den = scratch("den")
    first = Host("--data", den)
    begin = time.monotonic()
    late = Host("--data", den, wait=False)
    late.expect_exit(1)
    check(time.monotonic() - begin <= AT_ONCE, "it took too long")
    check(f"another host (process {first.pid}) uses {den}" in late.err.lines()[0], f"it said {late.err.text()!r}")
    first.kill()
    Host("--data", den).stop()  # nothing is left behind that would keep the next one out


@case("a host is started, and another one refused, while a copy is being made")
def started_meanwhile():
    den, copy = scratch("copied"), scratch("unfinished")
    copy.mkdir(mode=0o700)
    host = KeptHost(den)
    talker = Talker(host.port, "talker0", 50)
    eventually(lambda: talker.clint.out.count(": talker") > 60, "much was said")
    host.kill()
    source = sqlite3.connect(f"file:{den}/chat.db?mode=ro", uri=True)
    target = sqlite3.connect(copy / "chat.db")
    begun = []

    def start(status, remaining, total):
        if begun:
            return
        begun.append(remaining)
        took = host.start()
        check(took <= AT_ONCE, f"it was ready after {took:.2f} s only")
        late = Host("--data", den, wait=False)
        late.expect_exit(1)
        check(f"another host (process {host.program.pid}) uses {den}" in late.err.text(), f"it said {late.err.text()!r}")
        talker.clint.err.wait_for(r"^\* back after ", 25 * SLACK)
    source.backup(target, pages=1, progress=start)
    check(begun and begun[0] > 0, "the copy was made in one piece")
    for connection in (source, target):
        connection.close()
    check("is whole" in tool("--check", copy).out.text(), "the copy is damaged")
    talker.stop_talking()
    talker.finish()
    host.stop()
    check_history(den, [talker])


@case("copies made while 8 clints talk are whole, by SQLite's backup and by VACUUM INTO")
def copies():
    den = scratch("busy")
    host = KeptHost(den)
    talkers = [Talker(host.port, f"talker{n}", 50) for n in range(8)]
    for n in range(4):
        time.sleep(0.3)
        if n == 2:
            eventually(lambda: talkers[0].clint.out.count(": talker") > 60, "much was said")
        copy = scratch(f"copy{n}")
        copy.mkdir(mode=0o700)
        source = sqlite3.connect(f"file:{den}/chat.db?mode=ro", uri=True)
        if n % 2:
            source.execute(f"VACUUM INTO '{copy}/chat.db'")
        else:
            target = sqlite3.connect(copy / "chat.db")
            source.backup(target)
            target.close()
        source.close()
        checked = tool("--check", copy).out.text()
        check("is whole" in checked, f"the copy: {checked!r}")
        check(n < 2 or len(tool("--export", copy).out.lines()) > 50, "the copy is nearly empty")
    for talker in talkers:
        talker.stop_talking()
        talker.finish()
    host.stop()
    check_history(den, talkers)


run()
