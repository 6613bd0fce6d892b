#!/usr/bin/env python3
"""B6: names that look like alice, like the system, or like nothing that may be a name.

Pass: all are refused with one reason; names that look different get in; no message can look like a line of the system
(tests/e2e/hostile_text.py). The same for the names of rooms.
"""

import sys
from pathlib import Path
from unicodedata import is_normalized

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import case, check, run
from faults import attack, attacked_host
from wire import RawClient, greet, join

OK, BAD_VALUE, TAKEN = 0, 2, 3
ROOMS = 3
LIKE_ALICE = ["Alice", "ALICE", "alice ", " alice", "al\u0456ce", "\u0430lice", "ali\u200dce", "ali\u200cce",
              "alice\u202e", "\u202ealice", "\uff41\uff4c\uff49\uff43\uff45", "a\u0300lice", "\u00e0lice\u0300", "alice\U000e0041",
              "al\u0131ce", "a1ice", "\U0001d41alice", "alic\u0435"]
NO_NAME = ["x" * 25, "x" * 33, "x" * 3000, "host", "server", "Server", "SERVER", "system", "everyone", "all", "*",
           "@all", "-x", "_x", ".x", "../x", "a/b", "a b", "a\tb", "a\nb", "a\x00b", "\x1b[31m", "\u200b", "a:b", "a@b", "#a",
           "\u0301", "s\u0435rver", "\uff53erver", "h\u043est"]
FINE = ["al", "Bob", "zo\u00eb", "\u0414\u043c\u0438\u0442\u0440\u0438\u0439", "\u967d\u5b50", "a.b-c_d", "x" * 24,
        "7of9"]


@case("names")
def names():
    host = attacked_host()
    with attack(host):
        alice = RawClient(host)
        alice.log_in("alice")
        accepted = []
        for name in LIKE_ALICE + NO_NAME:
            alice.catch_up()
            with RawClient(host) as raw:
                raw.send(greet(), join(name))
                if raw.wait_end_or_welcome():
                    accepted.append((name, raw.name))
                else:
                    check(raw.farewell and raw.farewell.why == "bad_name", f"{name!r}: {raw.farewell}")
        check(not accepted, f"accepted: {accepted}")
        for name in FINE:
            alice.catch_up()
            with RawClient(host) as raw:
                check(raw.log_in(name).name == name, f"{name!r} became {raw.name!r}")
        with RawClient(host) as raw:
            check(raw.log_in("alice").name == "alice-2", f"a second alice became {raw.name!r}")
        alice.close()


@case("names of rooms")
def rooms():
    host = attacked_host()
    # These rooms may have: longer names, those that are reserved among people, and any spelling of a character.
    may_be = ["x" * 33, "#a"] + [name for name in NO_NAME if name.isascii() and name.isalpha()]
    bad = [name for name in LIKE_ALICE + NO_NAME + ["x" * 65] if name not in may_be and is_normalized("NFC", name)]
    with attack(host):
        alice = RawClient(host)
        alice.log_in("somebody")
        check(alice.enter("alice").result == OK, "there is no room alice")
        accepted = []
        for name in bad:
            alice.catch_up()
            with RawClient(host) as raw:  # one client can enter so many rooms in a short time only
                raw.log_in("raw")
                answer = raw.enter(name)
                if answer.result not in (BAD_VALUE, TAKEN) or not answer.text:
                    accepted.append((name, answer.result, answer.text))
        check(not accepted, f"accepted, or refused without a reason: {accepted}")
        check(len(alice.ask(ROOMS).rows) == 2, "a name that was refused has made a room")
        alice.close()


run()
