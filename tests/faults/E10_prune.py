#!/usr/bin/env python3
"""Row E10 of the fault table: old posts are pruned while people talk. Also: ready at once with all of them, after a kill,
too (row E3)."""

import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SANITIZED, SLACK, Host, amount, case, check, eventually, run, scratch
from faults import Bystanders
from stored import tool

OLD = amount(1_000_000, 60_000)
READY = 1 if FULL else 1 * SLACK + 1  # seconds
MORE_MS = 20  # that others wait while posts are pruned, at p99


def aged(den):
    """A folder with OLD posts that are two hours old."""
    Host("--data", den).stop()
    store = sqlite3.connect(den / "chat.db")
    first = store.execute("SELECT ifnull(max(last), 0) FROM rooms").fetchone()[0]
    check(first == 0, "the folder is not fresh")
    store.execute("INSERT INTO rooms(name, last) VALUES('lobby', ?)", (OLD,))
    old_ms = int(time.time() * 1000) - 7_200_000
    store.executemany("INSERT INTO posts VALUES(1, ?, 'old', 1, 1, ?, 1, ?)",
                      ((seq, old_ms, b"x" * 100) for seq in range(1, OLD + 1)))
    store.commit()
    store.close()


def start(den, *flags):
    """A host that is ready at once, however much there is and however the last one ended."""
    begin = time.monotonic()
    host = Host("--data", den, "--quiet", "--rate", "off", *flags)
    took = time.monotonic() - begin
    check(SANITIZED or took <= READY, f"ready after {took:.2f} s only")
    return host, took


def undisturbed_p99_ms(host):
    """What bystanders wait at p99 when nothing else happens."""
    others = Bystanders(host, name="calm")
    time.sleep(5)
    return others.finish()["p99_ms"]


@case(f"{OLD} old posts go while 32 people are there: nobody waits, the log stays small, the space comes back")
def prune():
    den = scratch("den")
    aged(den)
    size = (den / "chat.db").stat().st_size
    host, after_stop = start(den)
    p99_ms = undisturbed_p99_ms(host) + MORE_MS if FULL else 100
    host.kill()
    host, after_kill = start(den, "--keep", "1h")
    largest = 0
    with Bystanders(host, p99_ms=p99_ms):
        reader = sqlite3.connect(f"file:{den}/chat.db?mode=ro", uri=True)

        def done():
            nonlocal largest
            largest = max(largest, (den / "chat.db-wal").stat().st_size)
            left, = reader.execute("SELECT count(*) FROM (SELECT 1 FROM posts WHERE sender='old' LIMIT 1)").fetchone()
            return left == 0 and (den / "chat.db").stat().st_size < size // 10
        took = eventually(done, "the file gives its space back", amount(600, 60) * SLACK)
        reader.close()
    check(largest <= 64 << 20, f"the write-ahead log grew to {largest} bytes")
    host.stop(within=5)
    texts = tool("--export", den).out.text()
    check('"sender":"old"' not in texts and '"kind":"message"' in texts, "old posts are there, or new ones are not")
    check(f'"seq":{OLD + 1},' in texts, "the numbers do not go on")
    tool("--check", den)
    print(f"  {took:.1f} s, the log had at most {largest >> 10} KiB, ready in {after_stop:.2f} s, after kill -9 in "
          f"{after_kill:.2f} s; p99 mark {p99_ms:.0f} ms")


run()
