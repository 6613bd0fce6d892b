#!/usr/bin/env python3
"""F2: nothing passes between a clint and the host for a while, without any error, as when a cable is out.

Pass: after 20 s the same session goes on; after a time longer than both sides wait it comes back by sequence number;
either way nothing is lost and nothing comes twice.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, amount, case, check, run
from proxy import Proxy
from wire import RawClient


def blackhole(host, seconds):
    proxy = Proxy(host.port)
    alice = Clint(proxy.port, "--name", "alice").connected()
    with RawClient(host) as raw:
        raw.log_in("raw")
        alice.send("before")
        raw.wait_post(lambda post: post.text == "before")
        proxy.flowing.clear()
        begin, n = time.monotonic(), 0
        while time.monotonic() - begin < seconds:
            n += 1
            raw.say(f"meanwhile {n}")
            alice.send(f"typed {n}")
            raw.wait_post(lambda post: post.text == f"meanwhile {n}")
            time.sleep(1)
        proxy.flowing.set()
        seen = []
        raw.wait_post(lambda post: post.sender == "alice" and (seen.append(post.text) or post.text == f"typed {n}"),
                      timeout=90)
        check(seen == [f"typed {k}" for k in range(1, n + 1)], f"the host stored {seen}")
    alice.out.wait_for(f"^raw: meanwhile {n}$", 90)
    lines = [line for line in alice.out.lines() if line.startswith("raw: ")]
    check(lines == [f"raw: meanwhile {k}" for k in range(1, n + 1)], f"alice saw {lines}")
    return alice


@case("20 s: the same session")
def short():
    alice = blackhole(Host(grace=30), amount(20, 8))
    alice.close_input()
    alice.expect_exit(0)
    check("back after" not in alice.err.text(), "the session was given up")


if amount(True, False):
    @case("120 s: a new connection, the same session")
    def long():
        blackhole(Host(grace=30), 120)


if __name__ == "__main__":
    run()
