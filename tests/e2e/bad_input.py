#!/usr/bin/env python3
"""Packets that may not be: each ends with its named goodbye or its deadline, and nobody else notices."""

import random
import re
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, Host, case, check, on_linux, run
from raw_host import RawHost
from wire import (GREET, HELLO, JOIN, PING, PONG, POST, SAY, RawClient, client_hello, frame, goodbye, greet, hello,
                  join, ping, post, say, welcome)

BEFORE = [  # octets of a stranger, the goodbye that the log has, and whether the stranger gets it, too
    ("a length of 4 GiB", b"\xff\xff\xff\xff\x01", "not_clint", False),
    ("a length over 4 KiB first", struct.pack(">IB", 4097, GREET), "too_large", False),
    ("a length of zero", b"\x00\x00\x00\x00\x01", "malformed", False),
    ("another magic word", greet(magic=b"clown"), "malformed|not_clint", False),
    ("a join before the greeting", join(), "out_of_state", False),
    ("HTTP", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "not_clint", False),
    ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n", "not_clint", False),
    ("a version of the future", greet(version=99) + join(), "version", True),
    ("a length over 4 KiB", greet() + struct.pack(">IB", 4097, JOIN), "too_large", True),
    ("text before the log-in", greet() + say(1, "hi"), "out_of_state", True),
    ("an unknown type", greet() + frame(0x7F), "unknown_type", True),
    ("two greetings", greet() + greet(), "out_of_state", True),
    ("a short join", greet() + frame(JOIN, b"short"), "malformed", True),
    ("trailing octets", greet() + frame(JOIN, b"k" * 16 + bytes(10) + b"more"), "malformed", True),
    ("33 rooms", greet() + join(cursors=[(f"room{n}", 0) for n in range(33)]), "malformed", True),
    ("a packet of a host", greet() + hello(), "out_of_state", True),
    ("17 packets before the log-in", greet() + b"".join(frame(0xF0) for _ in range(17)), "too_large", True),
    ("a name that may not be", greet() + join("no name"), "bad_name", True),
]
AFTER = [
    ("a length over the limit", struct.pack(">IB", 65537, SAY), {"too_large"}),
    ("a message over 16 KiB", say(1, "x" * 16385), {"too_large"}),
    ("an empty message", say(1, ""), {"malformed"}),
    ("message id 0", say(0, "hi"), {"malformed"}),
    ("invalid UTF-8", say(1, b"\xc3\x28"), {"bad_text"}),
    ("an overlong form", say(1, b"\xc0\xaf"), {"bad_text"}),
    ("a surrogate", say(1, b"\xed\xa0\x80"), {"bad_text"}),
    ("NUL", say(1, b"a\x00b"), {"bad_text"}),
    ("ESC", say(1, b"\x1b[2J"), {"bad_text"}),
    ("a C1 control", say(1, "\u009b2J"), {"bad_text"}),
    ("a bidi override", say(1, "\u202eevil"), {"bad_text"}),
    ("a second greeting", greet(), {"out_of_state"}),
    ("a second join", join(), {"out_of_state"}),
    ("a welcome", welcome(), {"out_of_state"}),
    ("a post", post(1, "hi"), {"out_of_state"}),
    ("an unknown type", frame(0x7F, b"?"), {"unknown_type"}),
    ("a ping cut short", frame(PING, b"\x00"), {"malformed"}),
    ("a goodbye of one's own", goodbye(), {"left", ""}),
    ("a field longer than its frame", frame(SAY, struct.pack(">I", 0xFFFFFFFF)), {"malformed"}),
]


def everyone_else_talks(host, witness, word):
    with RawClient(host) as friend:
        friend.log_in()
        friend.say(word)
        witness.wait_post(word)


@case("before the log-in")
def strangers():
    on_linux()
    host = Host()
    witness = RawClient(host)
    witness.log_in("witness")
    for what, octets, wanted, told in BEFORE:
        with RawClient(host) as raw:
            raw.send(octets)
            got = raw.wait_end(2 * SLACK)
            check(re.fullmatch(wanted if told else "", got), f"{what}: goodbye {got!r}, not {wanted}")
            host.wait_goodbye(wanted, raw.source)
    everyone_else_talks(host, witness, "as if nothing had been")
    host.check_log()


@case("after it")
def members():
    on_linux()
    host = Host()
    witness = RawClient(host)
    witness.log_in("witness")
    for what, octets, wanted in AFTER:
        with RawClient(host) as raw:
            raw.log_in()
            raw.send(octets)
            got = raw.wait_end(2 * SLACK)
            check(got in wanted, f"{what}: goodbye {got!r}, not {wanted}")
    everyone_else_talks(host, witness, "as if nothing had been")
    host.check_log()


@case("optional types and unknown rooms do not end a session")
def harmless():
    on_linux()
    host = Host()
    with RawClient(host) as raw:
        raw.log_in("raw")
        raw.send(frame(0xF0), frame(0xFF, b"?" * 1000), ping(7))
        while (answer := raw.read()).type == POST:  # one's own join
            pass
        check(answer.type == PONG and answer.token == 7, "the ping was not answered")
        raw.say("still in")
        raw.wait_post("still in")


@case("message ids that do not rise are taken for repetitions")
def repetitions():
    on_linux()
    host = Host()
    with RawClient(host) as raw:
        raw.log_in("raw")
        raw.send(say(5, "five"), say(5, "five again"), say(3, "three"), say(6, "six"))
        texts = []
        raw.wait_post(lambda p: texts.append(p.text) or p.text == "six")
        check([text for text in texts if text] == ["five", "six"], f"posted: {texts}")


@case("a TLS hello at a plain port gets a plain hello, then the end")
def tls_at_plain():
    on_linux()
    host = Host()
    with RawClient(host) as raw:
        raw.send(client_hello())
        answer = raw.expect(HELLO)
        check(answer.mode == 0, "the hello does not say plain")
        check(raw.read() is None, "the connection stays open")


@case("a host of another version, or one that ends the session: clint says what to do next")
def what_to_do_next():
    newer = Clint(RawHost(version=2).port)
    newer.expect_exit(1)
    newer.err.wait_for("^clint: error: the host does not let us in: the two programs speak different versions")
    newer.err.wait_for("^clint: hint: .*clint --version and host --version")
    host = Host()
    alice = Clint(host, "--name", "alice").connected()
    host.send("/kick alice")
    alice.expect_exit(5)
    alice.err.wait_for("^clint: error: the host ended this session: shown out by an operator$")
    alice.err.wait_for("^clint: hint: you may come back")


@case("random octets before and after the log-in, 300 times")
def noise():
    on_linux()
    host = Host()
    witness = RawClient(host)
    witness.log_in("witness")
    before = host.rss_kib()
    seed = random.SystemRandom().getrandbits(32)
    print(f"  seed {seed}")
    rng = random.Random(seed)
    for n in range(300):
        with RawClient(host) as raw:
            if n % 2:
                raw.log_in()
            try:
                raw.send(b"".join(frame(rng.randrange(256), rng.randbytes(rng.randrange(60))) for _ in range(5))
                         if n % 3 else rng.randbytes(rng.randrange(1, 3000)))
            except OSError:
                pass
    check(host.rss_kib() - before < 16 * 1024 * SLACK, f"the host grew from {before} to {host.rss_kib()} KiB")
    everyone_else_talks(host, witness, "as if nothing had been")
    host.check_log(lines=400)


@case("a stranger who says nothing is shown out after 10 s, one who stops in mid-packet after 20 s")
def silent_stranger():
    on_linux()
    host = Host()
    begin = time.monotonic()
    silent, halfway = RawClient(host), RawClient(host)
    halfway.send(greet()[:9])
    for raw, deadline in ((silent, 10), (halfway, 20)):
        raw.wait_end(25 * SLACK)
        took = time.monotonic() - begin
        check(deadline - 1 <= took <= deadline + 2 * SLACK, f"after {took:.1f} s")
        host.wait_goodbye("log_in_deadline", raw.source)


run()
