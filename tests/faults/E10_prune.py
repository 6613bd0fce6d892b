#!/usr/bin/env python3
"""Row E10 of the fault table: old posts are pruned while people talk. Also: ready at once with all of them (row E3)."""

import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Host, amount, case, check, eventually, run, scratch
from faults import Bystanders
from stored import tool

OLD = amount(1_000_000, 60_000)


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


@case(f"{OLD} old posts go while 32 people are there: nobody waits, the log stays small, the space comes back")
def prune():
    den = scratch("den")
    aged(den)
    size = (den / "chat.db").stat().st_size
    begin = time.monotonic()
    host = Host("--data", den, "--keep", "1h", "--quiet", "--rate", "off")
    ready = time.monotonic() - begin
    check(SANITIZED or ready <= 1 * SLACK + 1, f"ready after {ready:.1f} s only")
    largest = 0
    with Bystanders(host, p99_ms=100):
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
    print(f"  {took:.1f} s, the log had at most {largest >> 10} KiB, ready in {ready:.2f} s")


run()
