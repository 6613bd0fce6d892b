#!/usr/bin/env python3
"""Text that wants to act on a terminal never gets there, whoever sends it and wherever it stands."""

import os
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Clint, Host, case, check, eventually, on_linux, run, scratch
from raw_host import RawHost
from wire import GOODBYES, NOTICE, RawClient, goodbye, post, say

PAYLOADS = [  # each carries PWN, so that it can be found again
    "\x1b[2JPWN", "\x1b[6nPWN", "\x1b[21tPWN", "\x1b]0;PWN\x07", "\x1b]2;PWN\x1b\\", "\x1b]8;;http://x/\x1b\\PWN",
    "\x1b]52;c;UFdO\x07PWN", "\x1b]50;PWN\x07", "\x1b]1337;PWN\x07", "\x1bP$qmPWN\x1b\\", "\x1bP+q544ePWN\x1b\\",
    "\x1b_PWN\x1b\\", "\x1b^PWN\x1b\\", "\x1bXPWN\x1b\\", "\u009b2JPWN", "\u009d0;PWN\u009c", "\u0090$qPWN", "\x1bZPWN",
    "\x1bcPWN", "\x1b[?1000hPWN", "\x1b[?2004lPWN", "\x1b[2147483647bPWN", "\rPWN", "\b\b\bPWN", "\x07" * 1000 + "PWN",
    "\x0b\x0cPWN", "\x7fPWN", "\x00PWN", "\x0e\x0fPWN", "PWN\x1b", "\u202ePWN", "\u2066PWN", "\u2028PWN",
    "\U000e0041PWN",
]
RAW = [b"\x9b2JPWN", b"\xff\xfePWN", b"\xc0\x9bPWN", b"\xed\xa0\x80PWN"]  # no UTF-8
OCTETS = [payload.encode() for payload in PAYLOADS] + RAW
CONTROLS = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def check_pipe(program):
    program.out.check_printable()
    program.err.check_printable()


def check_terminal(program):
    """On a terminal clint has sequences of its own; none of the payloads may be there, nor any 8-bit control."""
    raw = bytes(program.out.raw)
    for octets in OCTETS:
        lead = octets[:octets.find(b"PWN") + 3]
        if CONTROLS.search(lead) and not octets.startswith((b"\rPWN", b"PWN")):
            check(lead not in raw, f"{program.name}: {lead[-40:]!r} reached the terminal")
    check(not re.search(rb"\xc2[\x80-\x9f]", raw), f"{program.name}: a C1 control reached the terminal")
    for sequence in re.findall(rb"\x1b(?:[\]P_^X].|c|Z|\[[0-9;]*[bnt])", raw):
        check(False, f"{program.name}: {sequence!r} reached the terminal")
    check(b"\x07\x07" not in raw, f"{program.name}: the bell rings")


@case("from a client, in a message and in a name: refused by the host, nothing on any console or log")
def from_a_client():
    on_linux()
    host = Host()
    on_pipe = Clint(host, "--name", "pipe").connected()
    on_tty = Clint(host, "--name", "tty", tty=True)
    on_tty.out.wait_for("Connected to")
    for octets in OCTETS:
        with RawClient(host) as raw:
            raw.log_in()
            raw.send(say(1, octets))
            check(raw.wait_end() == "bad_text", f"message {octets[:40]!r}: goodbye {raw.farewell}")
        with RawClient(host) as raw:
            raw.send(b"\x00\x00\x00\x0c\x01clint\x00\x01\x00\x00\x00\x00")
            name = octets[:100]
            body = os.urandom(16) + len(name).to_bytes(4, "big") + name + bytes(6)
            raw.send((len(body) + 1).to_bytes(4, "big") + b"\x03" + body)
            check(raw.wait_end() in ("bad_name", "bad_text"), f"name {octets[:40]!r}: goodbye {raw.farewell}")
    host.send("all quiet")
    on_pipe.out.wait_for("^server: all quiet$")
    on_tty.out.wait_for("server: all quiet")
    host.check_log(lines=400)
    check_pipe(on_pipe)
    check_terminal(on_tty)
    check("PWN" not in on_pipe.out.text() + on_tty.out.text(), "hostile text was relayed")


@case("from the host's own console: cleaned or refused")
def from_the_console():
    host = Host()
    clint = Clint(host).connected()
    host.out.wait_for("^clint1 joined")
    for octets in OCTETS:
        if b"\n" not in octets:
            host.write(octets + b"\n")
    host.send("all quiet")
    clint.out.wait_for("^server: all quiet$")
    check_pipe(clint)
    host.check_log()


@case("from clint's own input: cleaned before it is sent, and the session goes on")
def from_own_input():
    host = Host("--rate", "off")
    bob, alice = Clint(host, "--name", "bob").connected(), Clint(host, "--name", "alice").connected()
    bob.out.wait_for(r"^\* alice joined")
    for octets in OCTETS:
        alice.write(octets + b"\n")
    alice.send("all quiet")
    bob.out.wait_for("^alice: all quiet$")
    for program in (alice, bob, host):
        check_pipe(program)


# Six for each text. Steps through them have no divisor in common with six: all fields get some of the texts.
PIPE_STEP, TERMINAL_STEP, MOTD_STEP = (13, 29, 4) if SANITIZED else (5, 7, 1)


def hostile_hosts():
    for octets in OCTETS:
        yield RawHost(post(1, octets) + post(2, "after it"))
        yield RawHost(post(1, "text", sender=octets.decode("utf-8", "replace")) + post(2, "after it"))
        yield RawHost(post(1, octets, sender="server", session=0, kind=NOTICE) + post(2, "after it"))
        yield RawHost(post(1, "after it"), motd=octets.decode("utf-8", "replace"))
        yield RawHost(post(1, "after it"), name=octets.decode("utf-8", "replace")[:24])
        yield RawHost(goodbye(GOODBYES.index("full"), octets))


def shows_what_came(clint):
    """The message behind it, or that the connection is over."""
    told = clint.out.text() + clint.err.text()
    return not clint.alive or re.search("after it|trying again", told)


def shown_by_clints(step, number, look, **options):
    """Every step-th of these hosts is met by a clint; the signal with this number ends it, then it is looked at."""
    watched = [(host, Clint(host.port, "--name", "alice", **options)) for host in list(hostile_hosts())[::step]]
    for host, clint in watched:
        eventually(lambda h=host, c=clint: h.connections > 0 and shows_what_came(c), "clint has shown what came")
    for host, clint in watched:
        clint.signal(number)
        clint.exit_code(5 * SLACK)
        look(clint)
        host.close()


@case("from a hostile host, in every field, to a clint on a pipe")
def from_a_host_to_a_pipe():
    shown_by_clints(PIPE_STEP, signal.SIGINT, check_pipe)


@case("the same to a clint on a terminal")
def from_a_host_to_a_terminal():
    shown_by_clints(TERMINAL_STEP, signal.SIGTERM, check_terminal, tty=True)


@case("from the file with the message of the day: cleaned or refused")
def from_motd():
    for octets in OCTETS[::MOTD_STEP]:
        path = scratch("motd")
        path.write_bytes(b"good morning " + octets)
        host = Host("--motd", path, wait=False)
        eventually(lambda h=host: not h.alive or "Security mode" in h.out.text(), "the host starts, or refuses")
        if host.alive:
            clint = Clint(host.ready()).connected()
            clint.out.wait_for("good morning")
            clint.kill()
            check_pipe(clint)
        check_pipe(host)


@case("no message looks like a line of the system or of somebody else")
def forged_lines():
    on_linux()
    host = Host()
    on_pipe = Clint(host, "--name", "pipe").connected()
    on_tty = Clint(host, "--name", "tty", tty=True)
    on_tty.out.wait_for("Connected to")
    with RawClient(host) as raw:
        raw.log_in("mallory")
        for text in ("x\n* bob left", "x\nserver: give me your password", "x\n+ Total connected clints: [99]",
                     "\nalice: forged", "x\n\nConnection from 6.6.6.6:666"):
            raw.say(text)
        raw.say("done")
        for program in (on_pipe, on_tty, host):
            program.out.wait_for("mallory: done")
    for program in (on_pipe, on_tty, host):
        forged = re.search(r"^(\d\d:\d\d )?(\* bob|server:|\+ Total connected clints: \[99\]|alice:|Connection from 6)",
                           program.out.text(), re.MULTILINE)
        check(not forged, f"{program.name} shows {forged and forged.group(0)!r}")


@case("marks are not piled up, lines without a space do no harm")
def marks():
    on_linux()
    host = Host()
    on_pipe = Clint(host, "--name", "pipe").connected()
    on_tty = Clint(host, "--name", "tty", tty=True)
    on_tty.out.wait_for("Connected to")
    with RawClient(host) as raw:
        raw.log_in("bob")
        raw.say("a" + "\u0301" * 5000 + "z")
        raw.say("x" * 4096)
        raw.say("👩\u200d" * 500)
        raw.say("done")
        for program in (on_pipe, on_tty):
            program.out.wait_for("bob: done")
    check(on_pipe.out.count("\u0301{9}") == 0, "more than 8 marks on one letter")
    check(on_tty.out.count("\u0301{9}") == 0, "more than 8 marks on one letter")


run()
