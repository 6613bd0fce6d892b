#!/usr/bin/env python3
"""A blind host: it admits by a verifier and can read nothing. The test plants what it must not know and looks for it in
everything the host has: memory, log, screen."""

import re
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, LINUX, SLACK, Clint, Host, Program, Skip, case, check, run, scratch, unused_port
import pake

PASSWORD = "correct horse battery staple 4711"
PLANTED = "the cake is in the tin behind the flour"
WHISPERED = "the second cake is under the bed of the twins"


def verifier_file(name="verifier", *flags):
    path = scratch(name)
    made = Program([BUILD / "clint", "--make-verifier", path, "--kdf", "small", *flags], name="clint")
    made.out.wait_for("Set password: ")
    made.send(PASSWORD)
    made.expect_exit(0)
    check(PASSWORD not in made.out.text() + made.err.text(), "the password was shown")
    check(path.stat().st_mode & 0o777 == 0o600, "others can read the verifier")
    return path


def blind_host(path, *flags, **options):
    return Host("--verifier", path, *flags, mode="--secure", **options)


def member(host, name):
    clint = Clint(host, "--name", name, env={"CLINT_PASSWORD": PASSWORD})
    clint.out.wait_for("^Connected")
    return clint


def memory_of(program):
    """Everything a process has in readable memory."""
    if not LINUX:
        raise Skip("no /proc here")
    pieces = []
    try:
        with open(f"/proc/{program.pid}/maps", encoding="utf-8") as maps, \
                open(f"/proc/{program.pid}/mem", "rb", 0) as memory:
            for line in maps:
                begin, end, mode, name = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)", line).groups()
                if "r" not in mode or name in ("[vvar]", "[vsyscall]"):
                    continue
                if int(end, 16) - int(begin, 16) > 1 << 28:
                    continue  # address space that a sanitizer has reserved
                memory.seek(int(begin, 16))
                try:
                    pieces.append(memory.read(int(end, 16) - int(begin, 16)))
                except OSError:
                    pass  # reserved and never touched
    except PermissionError:
        raise Skip("this user may not read the memory of a process that forbids it") from None
    return b"".join(pieces)


def memory_while_they_talk(host, alice, bob):
    """The host's memory, several times: four at least in the middle of what alice says to the room and whispers to bob, and
    after it."""
    over, said = threading.Event(), []

    def talk():
        while not over.wait(0.005):
            alice.send(f"{PLANTED} {len(said)}")
            if len(said) % 20 == 0:
                alice.send(f"/msg bob {WHISPERED}")
            said.append(True)
            if len(said) % 50 == 0:  # no further ahead than bob can follow
                bob.out.wait_for(f"^alice: {PLANTED} {len(said) - 50}$")

    talking = threading.Thread(target=talk, daemon=True)
    talking.start()
    try:
        meanwhile = looks = 0
        while meanwhile < 4:
            bob.out.wait_for(f"^alice: {PLANTED} {len(said)}$")
            before = len(said)
            memory = memory_of(host)
            meanwhile, looks = meanwhile + (len(said) > before), looks + 1
            check(looks < 40, f"something was said during {meanwhile} of {looks} looks at the memory")
            yield memory
    finally:
        over.set()
        talking.join()
    bob.out.wait_for(f"^alice: {PLANTED} {len(said) - 1}$")
    yield memory_of(host)


def room_key(path):
    lines = dict(line.split(" ", 1) for line in path.read_text(encoding="utf-8").splitlines()[1:])
    names = tuple(f"{side}:{lines['id']}".encode() for side in ("room", "host"))
    n, r, p = (int(lines[name]) for name in ("n", "r", "p"))
    return pake.derive(PASSWORD.encode(), bytes.fromhex(lines["salt"]), n, r, p, *names)[2]


@case("people talk through a blind host, which shows how much and not what")
def talk():
    host = blind_host(verifier_file())
    host.out.wait_for("^Security mode: ENCRYPTED")
    host.out.wait_for("^Blind host: ")
    alice, bob = member(host, "alice"), member(host, "bob")
    alice.send(PLANTED)
    bob.out.wait_for(f"^alice: {PLANTED}")
    alice.out.wait_for(f"^alice: {PLANTED}")
    host.out.wait_for(r"^alice: \[sealed, \d+ bytes\]")
    host.send("a word of the host")
    bob.out.wait_for(r"^server \[not sealed, the host can have changed it\]: a word of the host")


@case("its memory, log and database hold neither the password, nor the room's key, nor a word that was said or whispered")
def nothing_inside():
    path, log, folder = verifier_file("planted"), scratch("blind.log"), scratch("blind-data")
    host = blind_host(path, "--rate", "off", "--log-file", log, "--log-level", "debug", "--data", folder)
    alice, bob, carol = (member(host, name) for name in ("alice", "bob", "carol"))
    bob.send("/away lunch")
    bob.out.wait_for(r"^\* you are away: lunch$")
    # Of memory that was given back the first octets are overwritten: so the end of each secret is looked for.
    key = room_key(path)
    secrets = (("the password", PASSWORD[-16:].encode()), ("the room's key", key[-16:]),
               ("the room's key", key.hex()[-32:].encode()), ("what was said", PLANTED[-20:].encode()),
               ("a private message", WHISPERED[-20:].encode()))
    w0 = bytes.fromhex(re.search(r"^w0 (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE).group(1))
    for inside in memory_while_they_talk(host, alice, bob):
        check(w0 in inside, "the host's own secret is not found: this search finds nothing")
        for what, octets in secrets:
            check(octets not in inside, f"a blind host's memory holds {what}")
    alice.send(f"{PLANTED} at last")
    alice.err.wait_for(r"^\* bob is away: lunch$")
    bob.out.wait_for(f"^alice: {PLANTED} at last")
    bob.out.wait_for(re.escape(f"[alice -> you] {WHISPERED}"))
    carol.out.wait_for(f"^alice: {PLANTED} at last")
    check(WHISPERED not in carol.out.text(), "a third member was shown a private message")
    check(WHISPERED[-20:].encode() not in memory_of(carol), "a third member's memory holds a private message")
    found = any(words[-20:].encode() in memory_of(one) for one in (alice, bob) for words in (PLANTED, WHISPERED))
    check(found, "not even the members' memory has the words: this search finds nothing")
    for what, octets in secrets:
        check(octets not in log.read_bytes() + bytes(host.out.raw) + bytes(host.err.raw), f"its log or screen holds {what}")
        stored = b"".join(file.read_bytes() for file in folder.iterdir())
        check(len(stored) > 50 * 100 and octets not in stored, f"its database holds {what}")


@case("after a restart the same verifier makes the same room: no new password, the same key")
def restart():
    path = verifier_file("kept")
    host = blind_host(path, port=unused_port())
    alice = member(host, "alice")
    alice.send("before")
    alice.out.wait_for("^alice: before")
    port = host.port
    host.stop()
    kept = list(scratch("keys").glob("*"))  # what was made of the password so far
    check(kept or not LINUX, "no keys were made")
    for key in kept:
        key.unlink()
    again = blind_host(path, port=port)
    alice.err.wait_for(r"^\* back after", 25 * SLACK)
    check(not list(scratch("keys").glob("*")), "who came back made the keys once more")
    bob = member(again, "bob")
    alice.send("after")
    for one in (alice, bob):
        one.out.wait_for("^alice: after$")


@case("a verifier that others can read, that is damaged or not there, is refused with one line")
def bad_files():
    path = verifier_file("bad")
    path.chmod(0o644)
    lines = path.read_text(encoding="utf-8")
    variants = [("chmod 600", None), ("is no verifier", lines.replace("clint verifier 1", "clint verifier 9")),
                ("is no verifier", lines.replace("\nw0 ", "\nw0 00")), ("is no verifier", "")]
    for expected, text in variants:
        if text is not None:
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        host = Program([BUILD / "host", "--port", "auto", "--verifier", path], name="host")
        host.expect_exit(2)
        host.err.wait_for(f"^host: error: .*{expected}")
    host = Program([BUILD / "host", "--port", "auto", "--verifier", scratch("nowhere")], name="host")
    host.expect_exit(2)
    made = Program([BUILD / "clint", "--make-verifier", path], name="clint")
    made.expect_exit(1)
    made.err.wait_for("is there already")


run()
