#!/usr/bin/env python3
"""B7: reading, commanding, and posing as others without the right to.

Pass: denied as if it did not exist, with a line in the audit log where it was an operator's command, and in the log where
a session was ended for it; not one octet of a foreign room is served. (A client's key from before its account had another password: tests/e2e/accounts.py.)
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import case, check, run, scratch
from faults import attack, attacked_host
from wire import GOODBYE, RawClient, frame, history

OK, NO_SUCH, BAD_VALUE, TAKEN, TOO_MANY, NOT_HERE, PROOF_WANTED, WRONG, NOT_ALLOWED = range(9)
LEAVE, WHO, WHOIS, ORDER = 2, 0x20, 0x21, 0x60
WORDS = "the plan for tuesday"


@case("rooms that one is not in: as if they did not exist")
def rooms():
    host = attacked_host("--data", scratch("rooms"))
    with attack(host), RawClient(host) as member:
        member.log_in("member")
        check(member.enter("secrets").result == OK, "no room")
        member.say(WORDS, room="secrets")
        member.wait_post(lambda post: post.room == "secrets" and post.text == WORDS)
        answers = {}
        for room in ("secrets", "nothere"):
            got = answers[room] = []  # but for who is in an open room, which /rooms counts
            with RawClient(host) as raw:
                raw.log_in("outsider")
                who = raw.ask(WHO, room)
                check([row[0] for row in who.rows] == ([b"member"] if room == "secrets" else []), f"{room}: {who}")
                got.append(raw.ask(LEAVE, room).result)
                raw.say("let me in", room=room)
                got.append(raw.wait_end())
            with RawClient(host) as raw:
                raw.log_in("outsider")
                raw.send(history(room=room))
                got.append(raw.wait_end())
                host.wait_goodbye("out_of_state", raw.source)
            with RawClient(host) as raw:  # a cursor for a room is no way in
                raw.log_in("outsider", cursors=[(room, 1)])
                posts = []
                raw.say("done")
                raw.wait_post(lambda post: posts.append(post) or post.text == "done")
                got.append({post.room for post in posts})
        check(answers["secrets"] == answers["nothere"], f"they differ: {answers}")
        check(answers["secrets"] == [NO_SUCH, "out_of_state", "out_of_state", {"lobby"}], f"{answers}")


@case("operators' commands of somebody who is none: refused, and written down")
def orders():
    folder = scratch("orders")
    host = attacked_host("--data", folder)
    with attack(host), RawClient(host) as victim, RawClient(host) as raw:
        victim.log_in("victim")
        raw.log_in("mallory")
        commands = ("kick victim", "ban victim", "mute victim", "op mallory", "rename victim fool", "shutdown", "close",
                    "allowlist on", "unban x", "deop victim", "unregister victim", "register victim", "stats", "bans",
                    "history off")
        for command in commands:
            word, _, rest = command.partition(" ")
            check(raw.ask(ORDER, word, rest).result == NOT_ALLOWED, f"{command} was carried out")
        check(raw.ask(ORDER, "nothing", "").result == NOT_HERE, "a command that there is not")
        for bad in ("kick\n", "k\x1b", "k" * 33):
            check(raw.ask(ORDER, bad, "").result == BAD_VALUE, f"{bad!r} was taken")
        audit = (folder / "audit.log").read_text(encoding="utf-8")
        for command in commands:
            check(f" mallory /{command}" in audit, f"{command} is not in the audit log")
        check(len(raw.ask(WHOIS, "victim").rows[0]) == 5, "whois has the address")
        victim.say("still here")
        victim.wait_post(lambda post: post.text == "still here")


@case("another's session: its number alone is no way to it, a key of its own is")
def sessions():
    host = attacked_host("--grace", "2")
    with attack(host), RawClient(host) as owner:
        session = owner.log_in("owner").session
        for _ in range(20):
            with RawClient(host) as raw:
                welcome = raw.log_in("owner", key=os.urandom(16))
                check(welcome.session != session and welcome.name != "owner", "somebody else got the session")
                raw.send(frame(GOODBYE, b"\x01\0\0\0\0"))
                raw.wait_end()
        owner.say("mine")
        owner.wait_post(lambda post: post.session == session and post.text == "mine")


if __name__ == "__main__":
    run()
