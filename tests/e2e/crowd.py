#!/usr/bin/env python3
"""Above 100 members joins and leaves become one line a second with the new count, and what is said goes out at once."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, case, check, eventually, on_linux, run
from faults import Swarm
from wire import CROWD, JOINED, LEFT, POST, RawClient, goodbye, say


@case("130 come, 130 go: the watcher sees each of the first 100, then one line a second")
def crowd():
    on_linux()
    host = Host()
    watcher, raw = Clint(host, "--name", "watcher").connected(), RawClient(host)
    raw.log_in("raw")
    begin = time.monotonic()
    swarm = Swarm(host, "watch", "--clients", 130)
    watcher.out.wait_for(r"^\+ Total connected clints: \[132\]", 20 * SLACK)
    came = time.monotonic() - begin
    mark = watcher.out.mark()
    swarm.close_input()
    swarm.result()
    watcher.out.wait_for(r"^\+ Total connected clints: \[2\]", 20 * SLACK, mark)
    took = time.monotonic() - begin

    posts = []
    eventually(lambda: take_all(raw, posts) and left_by(posts) == 2, "the raw client hears of the last leave")
    single = [post for post in posts if post.kind in (JOINED, LEFT)]
    crowds = [post for post in posts if post.kind == CROWD]
    print(f"  {len(single)} single lines, {len(crowds)} of a crowd, in {took:.1f} s ({came:.1f} s to come)")
    check(all(post.members <= 101 for post in single), "a single join or leave among more than 100")
    check(1 <= len(crowds) <= took + 3, f"{len(crowds)} lines of a crowd in {took:.1f} s")
    check(len(single) <= 220, f"{len(single)} single joins and leaves")


@case("last words that come in one piece with the goodbye reach a crowd at once")
def last_words():
    on_linux()
    host = Host()
    swarm, listener = Swarm(host, "watch", "--clients", 110), RawClient(host)
    listener.log_in("listener")
    crowd_line(listener, 111)
    early = late = 0
    for n in range(20):
        with RawClient(host) as talker:
            talker.log_in()
            crowd_line(listener, 112)  # about the one who came; the next one is about the leave, a second after it
            talker.send(say(1, f"last words {n}"), goodbye())
            listener.wait_post(f"last words {n}")
            heard = time.monotonic()
            crowd_line(listener, 111)
        if time.monotonic() - heard > 0.3:
            early += 1
        elif said_at_once(listener):  # so it was not this machine that kept them
            late += 1
        if 3 in (early, late):
            break
    check(early == 3, f"{late} last words waited for the crowd's next line, {early} did not")
    swarm.close_input()
    swarm.result()


def crowd_line(client, members):
    client.wait_post(lambda post: post.kind == CROWD and post.members == members)


def said_at_once(client):
    begin = time.monotonic()
    client.say("a word")
    client.wait_post("a word")
    return time.monotonic() - begin < 0.5


def take_all(client, posts):
    try:
        while packet := client.read(0.05):
            if packet.type == POST:
                posts.append(packet)
    except TimeoutError:
        pass
    return True


def left_by(posts):
    """How many were there after the last leave, when nobody has come since."""
    told = [post for post in posts if post.kind in (JOINED, LEFT, CROWD)]
    return told[-1].members if told and told[-1].kind != JOINED else 0


run()
