#!/usr/bin/env python3
"""Who has the welcome misses nothing of what is said from then on."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, case, check, on_linux, run
from wire import POST, RawClient


@case("300 newcomers each hear what is said right after their welcome, and what they asked to hear of before")
def newcomers():
    on_linux()
    host = Host("--rate", "off", "--quiet")
    talker = RawClient(host)
    talker.log_in("talker")
    for n in range(300):
        with RawClient(host) as newcomer:
            newcomer.log_in(backlog=3 if n > 10 else 0)
            talker.say(f"word {n}")
            heard = []
            try:
                while not heard or heard[-1].text != f"word {n}":
                    packet = newcomer.read()
                    check(packet is not None, "the connection ended")
                    if packet.type == POST:
                        heard.append(packet)
            except TimeoutError:
                check(False, f"newcomer {n} never heard 'word {n}'")
            seqs = [post.seq for post in heard]
            check(seqs == list(range(seqs[0], seqs[0] + len(seqs))), f"newcomer {n} heard the posts {seqs}")


run()
