#!/usr/bin/env python3
"""What a user sees who starts both programs and answers their questions."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, Clint, Host, Program, case, check, eventually, run, unused_port

PORT_QUESTION = "Enter the port you want to listen on: "
IP_QUESTION = "Enter the IP address of the server: "
TO_QUESTION = "Enter the port you want to connect to: "


def the_transcript(tty):
    port = unused_port()
    host = Program([BUILD / "host", "--plain"], name="host", tty=tty)
    host.out.wait_for(re.escape(PORT_QUESTION))
    host.send(str(port))
    host.out.wait_for(rf"Listening on 127\.0\.0\.1:{port}\.\.\. \(Ctrl-C to stop\)")
    host.out.wait_for("^Security mode: PLAINTEXT")
    host.out.wait_for("^Nothing is kept when the host stops: --data DIR")
    host.out.wait_for(r"^Room for \d+ clints[:,]")
    host.out.wait_for("^Make operators here with /op NAME, or with --operator NAME")

    clint = Program([BUILD / "clint"], name="clint", tty=tty)
    clint.out.wait_for(re.escape(IP_QUESTION))
    clint.send("127.0.0.1")
    clint.out.wait_for(re.escape(TO_QUESTION))
    clint.send(str(port))
    clint.out.wait_for(rf"Connected to 127\.0\.0\.1:{port}")
    clint.send("hello everyone")
    host.out.wait_for("^clint1: hello everyone")
    told = [r"Connection from 127\.0\.0\.1:\d+", r"clint1 joined from 127\.0\.0\.1:\d+",
            r"\+ Total connected clints: \[1\]", "clint1: hello everyone"]
    places = [re.search("^" + line + r"\s*$", host.out.text(), re.MULTILINE) for line in told]
    check(all(places), f"the host did not print {[t for t, p in zip(told, places) if not p]}")
    check(sorted(places, key=lambda p: p.start()) == places, "the host's lines are out of order")

    clint.send("exit")
    clint.expect_exit(0)
    host.out.wait_for("^clint1 left")
    host.signal(2)
    host.expect_exit(0)


@case("the transcript, on pipes")
def on_pipes():
    the_transcript(tty=False)


@case("the transcript, on a terminal")
def on_a_terminal():
    the_transcript(tty=True)


@case("a flag that is given is not asked for")
def flags_are_not_asked_for():
    host = Host()
    check(PORT_QUESTION not in host.out.text(), "the host asked for the port")
    whole = Clint(host).connected()
    port_alone = Program([BUILD / "clint", "--host", "127.0.0.1"], name="clint")
    port_alone.out.wait_for(re.escape(TO_QUESTION))
    port_alone.send(str(host.port))
    port_alone.out.wait_for("Connected to")
    host_alone = Program([BUILD / "clint", "--port", host.port], name="clint")
    host_alone.out.wait_for(re.escape(IP_QUESTION))
    host_alone.send("127.0.0.1")
    host_alone.out.wait_for("Connected to")
    check(IP_QUESTION not in whole.out.text() and TO_QUESTION not in whole.out.text(), "clint asked for what it knew")
    check(IP_QUESTION not in port_alone.out.text(), "clint asked for the host it knew")
    check(TO_QUESTION not in host_alone.out.text(), "clint asked for the port it knew")


@case("an empty answer takes the default that --help shows")
def empty_answers():
    for program in ("host", "clint"):
        usage = Program([BUILD / program, "--help"])
        usage.expect_exit(0)
        check("12345" in usage.out.text(), f"{program} --help does not show the default port")
    host = Program([BUILD / "host", "--plain"], name="host")
    host.write("\n")
    wait_for_either(host, "12345")  # whether the port is free on this machine does not matter
    clint = Program([BUILD / "clint"], name="clint")
    clint.write("127.0.0.1\n\n")
    wait_for_either(clint, "12345")


def wait_for_either(program, pattern):
    """The text may be an announcement on stdout or an error on stderr."""
    eventually(lambda: re.search(pattern, program.out.text() + program.err.text()), f"{program.name} names {pattern}")


@case("an answer that cannot be is explained")
def impossible_answers():
    host = Program([BUILD / "host", "--plain"], name="host")
    host.write("70000\n")
    wait_for_either(host, "65535")
    clint = Program([BUILD / "clint"], name="clint")
    clint.write("no such host!\n")
    wait_for_either(clint, "no such host!")


run()
