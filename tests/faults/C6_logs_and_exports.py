#!/usr/bin/env python3
"""C6: what acts on terminals, in whatever clint and host write for people and programs to read.

Pass: visible in text, escaped in JSON, and the same text again when the JSON is read.
"""

import base64
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, case, check, eventually, run, scratch
from hostile import is_clean, is_forbidden, payloads, visible
from stored import KeptHost, posts_in, tool
from wire import TOPIC, RawClient, say

ORDER = 0x60
BAD_VALUE, NOT_ALLOWED = 2, 8
LINES = ["tab\there", "\u00e4\u00f6 \u4f60\u597d \U0001f600", "\"quotes\" and \\ back", "</script>", "e\u0301" + "\u0301" * 20, "two\nlines"]
PAYLOADS = list(payloads())
NUMBERED = [f"{n}".encode() + octets + b"." for n, octets in enumerate(PAYLOADS)]


def cleaned(octets):
    """As a host passes on what its own people type: without what acts."""
    return "".join(c for c in octets.decode("utf-8", "ignore") if c in "\n\t" or not is_forbidden(c))


def check_quiet(name, octets):
    """No octet in it acts on a terminal, none but UTF-8."""
    bad = {c for c in octets.decode("utf-8", "surrogateescape") if c != "\n" and (is_forbidden(c) or "\udc80" <= c <= "\udcff")}
    check(not bad, f"{name} has {sorted(bad)!r}")


@case("the host's log, its audit log, its export, and clint --json")
def written():
    folder, log = scratch("den"), scratch("host.log")
    host = KeptHost(folder, "--log-file", log, "--log-level", "debug")
    script = Clint(host.program, "--name", "script", "--json")
    eventually(lambda: "logged_in" in script.out.text(), "clint is in")
    with RawClient(host.program) as bob:
        bob.log_in("bob")
        for text in LINES:
            bob.say(text)
        bob.say("a topic\t", kind=TOPIC)
        bob.say("last")
        bob.wait_post(lambda post: post.text == "last")
    for octets in PAYLOADS:
        with RawClient(host.program) as raw:
            raw.log_in("mallory")
            clean = is_clean(octets)
            check(raw.ask(ORDER, "kick", octets).result == (NOT_ALLOWED if clean else BAD_VALUE), f"{octets!r} is an order")
            raw.send(say(1, octets))
            if not clean:
                check(raw.wait_end() == "bad_text", f"{octets!r} was taken")
    for octets in NUMBERED:
        host.program.write(b"said " + octets + b"\n")
    script.out.wait_for(f'"said {len(PAYLOADS) - 1}.*\n')
    host.stop()
    told = [json.loads(line) for line in script.out.text().rpartition("\n")[0].splitlines()]
    stored = posts_in(folder)
    for where, objects in (("clint --json", told), ("host --export", stored)):
        said = [each["text"] for each in objects if "text" in each and each.get("sender") == "bob"]
        check(said == LINES + ["a topic\t", "last"], f"{where}: {said}")
        said = [each["text"] for each in objects if each.get("text", "").startswith("said ")]
        check(said == [cleaned(b"said " + octets) for octets in NUMBERED], f"{where}: {said}")
    for name, octets in (("log", log.read_bytes()), ("audit", (folder / "audit.log").read_bytes()),
                         ("json", bytes(script.out.raw)), ("stderr", bytes(host.program.err.raw) + bytes(script.err.raw))):
        check_quiet(name, octets)


def check_orders(host, audit):
    """Each text as the name of whom the console's order is about: visible there, and in what is written of the order."""
    for octets in NUMBERED:
        host.write(b"/kick " + octets + b"\n")
    host.out.wait_for(f"^! there is no {len(PAYLOADS) - 1}.* here - /who lists who is$")
    host.stop(within=5)
    written = audit.read_bytes()
    check_quiet("console", bytes(host.out.raw))
    check_quiet(audit.name, written)
    for octets in NUMBERED:
        refusal = f"there is no {visible(octets)} here - /who lists who is\n"
        check(f"! {refusal}" in host.out.text(), f"the console does not show {octets!r}")
        line = f"server /kick {visible(octets[:200])}: refused, {refusal}"
        check(line in written.decode(), f"{audit.name} does not have {line!r}")


@case("the host's console, and the audit log or, without a folder, the log")
def orders():
    folder, log = scratch("orders"), scratch("orders.log")
    check_orders(Host("--data", folder), folder / "audit.log")
    check_orders(Host("--log-file", log), log)


@case("the message of the day, in text and in JSON")
def motd():
    path = scratch("motd")
    path.write_bytes(b"\n".join(NUMBERED))
    host = Host("--motd", path)
    reader, script = Clint(host, "--name", "reader"), Clint(host, "--name", "script", "--json")
    wanted = [cleaned(octets) for octets in NUMBERED]
    eventually(lambda: f"  {wanted[-1]}\n" in reader.out.text(), "the message of the day")
    check("\n  ".join(visible(line.encode()) for line in wanted) in reader.out.text(), "some of it is not shown, or otherwise")
    check_quiet("clint", bytes(reader.out.raw))
    script.out.wait_for("logged_in.*\n")
    come = next(json.loads(line) for line in script.out.lines() if "logged_in" in line)
    check(come["motd"] == "\n".join(wanted), f"it is {come['motd']!r} in JSON")
    check_quiet("json", bytes(script.out.raw))


@case("an export of posts that somebody has written into the database: octets, in base64")
def tampered():
    folder = scratch("tampered")
    host = KeptHost(folder)
    with RawClient(host.program) as raw:
        raw.log_in("bob")
        for n in range(len(PAYLOADS)):
            raw.say(f"line {n}")
        raw.wait_post(f"line {len(PAYLOADS) - 1}")
    host.stop()
    with closing(sqlite3.connect(folder / "chat.db")) as database:
        for n, octets in enumerate(PAYLOADS):
            database.execute("UPDATE posts SET body=?, sender=? WHERE body=?",
                             (octets, octets.decode("utf-8", "ignore"), f"line {n}".encode()))
        database.commit()
    exported = tool("--export", folder).out
    check_quiet("export", bytes(exported.raw))
    posts = [each for each in map(json.loads, exported.lines()) if each["kind"] == "message"]
    said = [each["text"].encode() if "text" in each else base64.b64decode(each["octets"]) for each in posts]
    check(said == PAYLOADS, f"{said}")
    senders = [each["sender"] for each in posts]
    check(senders == [octets.decode("utf-8", "ignore") for octets in PAYLOADS], f"{senders}")


if __name__ == "__main__":
    run()
