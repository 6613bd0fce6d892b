#!/usr/bin/env python3
"""Flags that cannot be: exit code 2 and a sentence that says what was wrong and what is allowed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, Clint, Host, Program, case, check, eventually, run, scratch, unused_port

HOST_WRONG = [
    (["--port", "0"], "65535"),
    (["--port", "65536"], "65535"),
    (["--port", "-1"], "65535"),
    (["--port", "12a"], "65535"),
    (["--port", ""], "65535"),
    (["--port", "auto", "--timeout", "-1"], "0"),
    (["--port", "auto", "--timeout", "soon"], "0"),
    (["--port", "auto", "--bind", "not an address"], "address|name"),
    (["--port", "auto", "--max-clients", "0"], "max-clients|client"),
    (["--port", "auto", "--max-clients", "many"], "max-clients|client"),
    (["--port", "auto", "--per-address", "0"], "per-address|connection"),
    (["--port", "auto", "--motd", "/nonexistent/motd"], "/nonexistent/motd"),
    (["--port", "auto", "--plain", "--log-file", "/dev/null/host.log"], "/dev/null/host.log"),
    (["--port", "auto", "--log-level", "loud"], "log-level|level"),
    (["--port", "auto", "--rate", "fast"], "rate"),
    (["--port", "auto", "--tls", "--cert", "/nonexistent/c.pem", "--key", "/nonexistent/k.pem"], "/nonexistent/"),
    (["--port", "auto", "--plain", "--tls"], "plain"),
    (["--no-such-flag"], "no-such-flag$"),
    (["--bogus"], "^host: hint: host --help-all lists every flag$"),
    (["--prot", "1"], "there is no --prot; did you mean --port\\?$"),
    (["4000"], '"4000" is one word too many; did you mean --port 4000\\?$'),
]
CLINT_WRONG = [
    (["127.0.0.1:0"], "65535"),
    (["127.0.0.1:99999"], "65535"),
    (["127.0.0.1:port"], "65535"),
    (["--host", "127.0.0.1", "--port", "70000"], "65535"),
    (["two words:12345"], "two words"),
    (["wrong!name:12345"], "wrong!name"),
    (["[::1:12345"], r"\[::1"),
    (["127.0.0.1:12345", "--timeout", "-5"], "0"),
    (["127.0.0.1:12345", "--name", "server"], "server"),
    (["127.0.0.1:12345", "--name", "x" * 25], "24"),
    (["127.0.0.1:12345", "--name", "a b"], "a b"),
    (["127.0.0.1:12345", "--name", ""], "1 to 24|24"),
    (["127.0.0.1:12345", "--cert", "/nonexistent/c.pem"], "/nonexistent/c.pem"),
    (["--forget", "two words"], "two words"),
    (["--no-such-flag"], "no-such-flag"),
]


def refused(program, flags, pattern, code=2):
    process = Program([BUILD / program, *flags], stdin=False)
    got = process.exit_code()
    check(got == code, f"{program} {' '.join(flags)}: exit code {got}, not {code}")
    process.err.wait_for(f"^{program}: error: ")
    process.err.wait_for(pattern)
    process.err.check_printable()
    check(process.out.text() == "" or "Enter the" in process.out.text(), "an error went to stdout")


@case("host")
def host_flags():
    for flags, pattern in HOST_WRONG:
        refused("host", flags, pattern)


@case("clint")
def clint_flags():
    for flags, pattern in CLINT_WRONG:
        refused("clint", flags, pattern)


@case("a port that is in use: one sentence that names it, exit code 1")
def port_in_use():
    host = Host()
    refused("host", ["--plain", "--port", str(host.port)], str(host.port), code=1)


@case("at a terminal a port that is in use is known before a password is asked for")
def port_in_use_at_a_terminal():
    host = Host()
    known = Program([BUILD / "host", "--secure", "--port", str(host.port)], tty=True)
    known.expect_exit(1)
    known.out.wait_for(f"^host: error: cannot listen on port {host.port}: ")
    known.out.wait_for("^host: hint: choose another port with --port")
    check("password" not in known.out.text(), f"it asks all the same: {known.out.text()!r}")
    asked = Program([BUILD / "host"], tty=True)
    asked.out.wait_for("^Enter the port")
    asked.send(str(host.port))
    asked.out.wait_for(f"^host: error: cannot listen on port {host.port}: .* - choose another one\nEnter the port")
    asked.send(str(unused_port()))
    asked.out.wait_for(r"^Encrypt the communication\?")
    asked.write("\x04")
    asked.expect_exit(2)


@case("a name the host knows nothing of cannot be resolved: exit code 1")
def unknown_host():
    clint = Clint(None, "no-such-host.invalid:12345", stdin=False)
    clint.expect_exit(1)
    clint.err.wait_for("^clint: error: .*no-such-host.invalid")


@case("a question that nobody can answer is asked once")
def no_answer():
    for program in ("host", "clint"):
        process = Program([BUILD / program], stdin=False)
        eventually(lambda p=process: not p.alive or "12345" in p.out.text(), f"{program} takes the default or gives up")
        check(process.out.text().count("Enter the") <= 2, f"{program} asks for ever")


@case("a message of the day that is too long is refused")
def motd():
    path = scratch("long")
    path.write_bytes(b"x" * 20000)
    refused("host", ["--plain", "--port", "auto", "--motd", str(path)], "long")


run()
