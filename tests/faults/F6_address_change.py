#!/usr/bin/env python3
"""F6: a client comes back from another address while its old connection hangs, neither closed nor answering.

Pass: the new one takes over within 2 s, the old one is closed, and nobody sees anybody twice or leave.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Host, case, check, eventually, on_linux, run
from wire import JOINED, LEFT, RawClient

WHO = 0x20


@case("from 127.0.0.2 to 127.0.0.3")
def roaming():
    on_linux()
    host = Host()
    with RawClient(host) as watcher:
        watcher.log_in("watcher")
        watcher.wait_post(lambda post: post.kind == JOINED and post.sender == "watcher")
        old = RawClient(host, source="127.0.0.2")
        welcome = old.log_in("alice")
        old.say("from the train")
        watcher.wait_post(lambda post: post.text == "from the train")
        begin = time.monotonic()
        new = RawClient(host, source="127.0.0.3")
        again = new.log_in("alice", key=old.key, cursors=[("lobby", watcher.last_seq)])
        took = time.monotonic() - begin
        check(took <= 2 * SLACK, f"it took {took:.1f} s")
        check((again.name, again.session, again.last_message) == ("alice", welcome.session, 1), f"{again}")
        check(old.wait_end() == "replaced", f"the old one ended with {old.farewell}")
        new.say("from the office")
        seen = []
        watcher.wait_post(lambda post: seen.append((post.kind, post.sender)) or post.text == "from the office")
        check(not any(kind in (JOINED, LEFT) for kind, _ in seen), f"somebody was said to come or go: {seen}")
        names = [row[0] for row in watcher.ask(WHO, "lobby").rows]
        check(names == [b"alice", b"watcher"], f"who is here: {names}")
        eventually(lambda: len(host.send_queues()) == 2, "the old connection's end")


if __name__ == "__main__":
    run()
