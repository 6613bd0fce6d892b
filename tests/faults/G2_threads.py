#!/usr/bin/env python3
"""G2: every third thread cannot be started.

Pass: that client gets the goodbye "busy" and is closed, counts stay right, nothing leaks, the host goes on.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import amount, case, check, eventually, run, scratch
from faults import Bystanders, attack, attacked_host, fault_shim
from wire import JOINED, RawClient, greet, join

WHO = 0x20
TRIES = amount(10000, 300)


def bystanders_on(host):
    """Each with a thread of its own: who has a welcome gets it right after that, and says then who has joined."""
    others, joined = Bystanders(host), set()
    with RawClient(host) as witness:
        witness.log_in("witness", backlog=1000)
        while len(joined) < 32:
            joined.add(witness.wait_post(lambda post: post.kind == JOINED and post.sender != "witness").sender)
    return others


@case(f"{TRIES} log-ins, every third thread fails")
def every_third():
    for mode in ("--plain", "--tls"):
        acting = scratch(f"acting{mode}")
        host = attacked_host(mode=mode, env=fault_shim(THREAD=3, WHILE=acting))
        with attack(host, bystanders=bystanders_on(host)):
            acting.touch()
            got_in, ends = 0, {}
            for _ in range(TRIES):
                try:
                    with RawClient(host) as raw:
                        raw.send(greet(), join())
                        if raw.wait_end_or_welcome():
                            got_in += 1
                            continue
                        end = raw.farewell.why if raw.farewell else "cut"
                except OSError:  # a plain goodbye to a TLS client fails its handshake
                    end = "handshake"
                ends[end] = ends.get(end, 0) + 1
            acting.unlink()
            print(f"  {mode}: {got_in} in, {ends}")
            check(got_in > 0, "nobody got in")
            allowed = {"busy"} if mode == "--plain" else {"busy", "handshake"}
            check(set(ends) <= allowed and ends, f"ends: {ends}")
            with RawClient(host) as last:
                last.log_in()
                eventually(lambda: len(last.ask(WHO, "lobby").rows) == 33, "the 32 bystanders and the last one are here")


run()
