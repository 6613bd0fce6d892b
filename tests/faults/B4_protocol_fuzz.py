#!/usr/bin/env python3
"""B4: every packet truncated, extended, with fields doubled or left out, and thousands of mutated streams.

Pass: the answer is a defined goodbye or a cut, nobody else ever receives an invalid packet (the bystanders check every
one), and nothing of what was refused was posted, or is in the database.
"""

import os
import random
import struct
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import pake
from chat import SLACK, amount, case, check, run, scratch
from faults import attack, attacked_host
from stored import posts_in
from wire import (ACCOUNT, ANSWER, CONFIRM, GOODBYE, HELLO, LETTER, NAME_WANTED, NOT_STORED, PAST, POST, PROOF, REFUSED,
                  SHARE, WELCOME, RawClient, answer, field, frame, goodbye, greet, hello, history, join, number, ping,
                  post, request, say, welcome)

KEY = b"k" * 16
VALID = {
    "greet": greet(), "hello": hello(), "join": join("fuzz", KEY), "welcome": welcome(), "say": say(1, "fuzz"),
    "post": post(1, "fuzz"), "gap": frame(7, field("lobby") + struct.pack(">QQ", 1, 2)), "ping": ping(1),
    "pong": ping(1, 9), "goodbye": goodbye(1, "fuzz"), "optional": frame(0xF0, b"fuzz"),
    "unknown": frame(0x7F, b"fuzz"), "share": frame(SHARE, pake.octets(pake.G)),
    "proof": frame(PROOF, pake.octets(pake.G) + b"c" * 32), "confirm": frame(CONFIRM, b"c" * 32),
    "request": request(1, 0x20, "lobby"), "answer": answer(1, rows=[[b"fuzz"]]),
    "letter": frame(LETTER, field("fuzz") + struct.pack(">QQQ", 1, 1, 1) + field("") + field("fuzz")),
    "refused": frame(REFUSED, number(1) + field("fuzz")), "not_stored": frame(NOT_STORED, number(1) + field("fuzz")),
    "account": frame(ACCOUNT, field("fuzz") + b"i" * 16 + field(b"s" * 16) + struct.pack(">III", 1 << 15, 8, 1)),
    "name_wanted": frame(NAME_WANTED, field("fuzz")), "history": history(),
    "past": frame(PAST, field("lobby") + struct.pack(">H", 1) + field(post(1, "fuzz")[5:])),
}
SENT_BY_CLIENTS = [VALID[what] for what in ("join", "say", "ping", "pong", "goodbye", "optional", "request", "history")]
MAY_COME = (HELLO, WELCOME, POST, 9, GOODBYE, ANSWER, PAST, ACCOUNT)


def damaged(packet):
    """The packet cut at each octet, extended, with each octet changed, and with its body doubled or empty."""
    kind, body = packet[4], packet[5:]
    yield from (frame(kind, body[:n]) for n in range(len(body)))
    yield frame(kind, body + b"\0")
    yield frame(kind, body + body)
    yield packet + packet
    for n in range(len(body)):
        for value in (0, 0x7F, 0x80, 0xFF, body[n] ^ 1):
            yield frame(kind, body[:n] + bytes([value]) + body[n + 1:])


def end_of(raw, patience=0.05):
    """What the host did about it: a goodbye, a cut, or nothing for so long."""
    answers = []
    try:
        while packet := raw.read(patience):
            answers.append(packet.type)
            check(packet.type in MAY_COME, f"the host answered with type {packet.type:#x}")
    except TimeoutError:
        return answers, "open"
    return answers, raw.farewell.why if raw.farewell else "cut"


@case("each packet damaged in every place, before and after the log-in")
def systematically():
    den = scratch("den")
    host = attacked_host("--rate", "off", "--data", den, "--durability", "process")
    ends, refused = {}, set()
    with attack(host):
        pick = random.Random(4)
        for what, packet in VALID.items():
            for inside in (False, True):
                for octets in damaged(packet):
                    if pick.random() > amount(1.0, 0.12):
                        continue
                    with RawClient(host) as raw:
                        raw.log_in() if inside else raw.send(greet())
                        try:
                            raw.send(octets)
                            raw.send(frame(0x7F))  # so that the host ends it even if it liked the packet
                        except OSError:
                            pass  # it did not, and was quick
                        _, end = end_of(raw, 5 * SLACK)
                        ends[end] = ends.get(end, 0) + 1
                        check(end != "open", f"{what} {octets!r}: neither a goodbye nor a cut")
                        if end not in ("unknown_type", "left", "cut"):
                            refused.add(raw.session)
        print(f"  {ends}")
    host.stop(within=5)
    refused.discard(0)  # not yet inside
    stored = [post for post in posts_in(den) if post["session"] in refused and post["kind"] not in ("join", "leave")]
    check(not stored, f"of what was refused there is in the database: {stored}")


@case("mutated streams")
def mutated():
    host = attacked_host("--rate", "off", "--data", scratch("mutated"), "--durability", "process")
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"  seed {seed}")
    pick = random.Random(seed)
    packets = list(VALID.values())
    left, begin = amount(100000, 6000), time.monotonic()
    with attack(host):
        while left > 0:
            with RawClient(host) as raw:
                raw.log_in()
                stream = bytearray()
                for _ in range(pick.randrange(1, 20)):
                    stream += pick.choice(SENT_BY_CLIENTS) if pick.random() < 0.7 else pick.choice(packets)
                    left -= 1
                for _ in range(pick.randrange(4)):
                    stream[pick.randrange(len(stream))] = pick.randrange(256)
                try:
                    raw.send(stream)
                    raw.socket.settimeout(0.005)
                    raw.socket.recv(65536)
                except OSError:
                    pass
                if pick.random() < 0.3:
                    raw.reset()
        print(f"  {time.monotonic() - begin:.1f} s")
        with RawClient(host) as friend:
            friend.log_in()
            friend.say("as if nothing had been")
            friend.wait_post("as if nothing had been", 2 * SLACK)


@case("invalid text is not posted")
def not_posted():
    den = scratch("witnessed")
    host = attacked_host("--data", den)
    with attack(host):
        witness = RawClient(host)
        witness.log_in("witness")
        for text in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"a\0b", b"\xf4\x90\x80\x80", b"\xe2\x80\xae", b"\xc3"):
            with RawClient(host) as raw:
                raw.log_in()
                raw.send(say(1, b"refused " + text))
                check(raw.wait_end() == "bad_text", f"{text!r}: {raw.farewell}")
        witness.say("done")
        seen = []
        witness.wait_post(lambda p: seen.append(p.text) or p.text == "done")
        check(not [text for text in seen if "refused" in text], "a refused text was posted")
        witness.close()
    host.stop(within=5)
    stored = [post["text"] for post in posts_in(den) if post["kind"] == "message"]
    check("done" in stored and not [text for text in stored if "refused" in text], f"stored: {stored}")


run()
