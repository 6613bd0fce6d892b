#!/usr/bin/env python3
"""What the flags of both programs do."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import (BUILD, LINUX, PATIENCE, ROOT, SLACK, Clint, Host, Program, case, check, eventually, fresh_home, run, scratch,
                  unused_port)
from wire import RawClient


@case("--version and --help of both: stdout, exit code 0, on one screen, examples last")
def version_and_help():
    for program in ("host", "clint"):
        version = Program([BUILD / program, "--version"], stdin=False)
        version.expect_exit(0)
        check(re.search(r"\d+\.\d+\.\d+", version.out.text()), f"{program} --version says {version.out.text()!r}")
        usage = Program([BUILD / program, "--help"], stdin=False)
        usage.expect_exit(0)
        lines = usage.out.lines()
        check(len(lines) <= 50 and max(map(len, lines)) <= 120, f"{program} --help: {len(lines)} lines")
        check(re.search("example", "\n".join(lines[-12:]), re.IGNORECASE), f"{program} --help has no examples last")
        check("  --version             Shows the version" in lines, f"{program} --help has words of CLI11's")
        check(any("CLINT_PASSWORD" in line for line in lines), f"{program} --help does not name the password's variable")
        check(usage.err.text() == "", f"{program} --help wrote to stderr")


@case("an address that is none of this machine's: --bind is what is wrong, not the port")
def bind_elsewhere():
    host = Program([BUILD / "host", "--plain", "--port", "auto", "--bind", "192.0.2.1"], stdin=False)  # RFC 5737
    host.expect_exit(2)
    check("host: hint: --bind takes an address of this machine" in host.err.text(), host.err.text())


@case("a link-local address without its zone: the error names what is missing")
def no_zone():
    host = Program([BUILD / "host", "--plain", "--port", "auto", "--bind", "fe80::1"], stdin=False)
    host.expect_exit(2)
    check("host: hint: name the interface, too, as in --bind fe80::1%eth0" in host.err.text(), host.err.text())
    clint = Clint(None, "[fe80::1]:12345", stdin=False)
    clint.expect_exit(1)
    check("fe80::1 needs a zone, the interface that it is behind: fe80::1%eth0" in clint.err.text(), clint.err.text())


@case("a host's questions on a terminal: Ctrl-D is no answer; a pipe that ends takes the defaults")
def no_answer():
    host = Program([BUILD / "host", "--port", "auto"], name="host", tty=True)
    host.out.wait_for("Encrypt the communication")
    host.write("\x04")
    host.expect_exit(2)
    host.out.wait_for("host: error: the input ended before the question was answered")
    piped = Program([BUILD / "host", "--port", "auto"], name="host", stdin=False)
    piped.out.wait_for("^Security mode: PLAINTEXT")


@case("what answers in another protocol is told apart from a host that is not there")
def wrong_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        clint = Clint(server.getsockname()[1])
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            clint.expect_exit(1)
    check(re.search(r"error: what answers at \S+ does not speak Clint\n.*hint: is it the right port", clint.err.text()),
          clint.err.text())


@case("--motd greets everyone who joins")
def motd():
    path = scratch("motd")
    path.write_text("Welcome to the den.\nBe kind.\n", encoding="utf-8")
    host = Host("--motd", path)
    clint = Clint(host).connected()
    clint.out.wait_for("Welcome to the den.")
    clint.out.wait_for("Be kind.")


@case("--log-file takes what else goes to stderr, and is for the owner alone")
def log_file():
    path = scratch("host.log")
    host = Host("--log-file", path)
    with RawClient(host) as raw:
        raw.log_in("bob")
        raw.send(b"\x00\x00\x00\x01\x7f")
        check(raw.wait_end() == "unknown_type", f"the goodbye was {raw.farewell}")
    line = re.compile(r"goodbye unknown_type 127\.\S+:\d+ bob")
    eventually(lambda: line.search(path.read_text(encoding="utf-8")), "the log has the line")
    check("goodbye" not in host.err.text(), "the log went to stderr, too")
    check(path.stat().st_mode & 0o777 == 0o600, "others can read the log")


@case("a log file that is full becomes FILE.1, and the next one is for the owner alone, too")
def log_rotation():
    path = scratch("rotated.log")
    path.write_bytes(b"x" * 99 + b"\n" + b"an old line, as long as the others\n" * ((10 << 20) // 35 - 4))
    path.chmod(0o600)
    host = Host("--log-file", path)
    for _ in range(4):
        with RawClient(host) as raw:
            raw.log_in("bob")
            raw.send(b"\x00\x00\x00\x01\x7f")
            check(raw.wait_end() == "unknown_type", f"the goodbye was {raw.farewell}")
    old = scratch("rotated.1.log")
    eventually(lambda: old.exists() and path.exists() and "goodbye unknown_type" in path.read_text(encoding="utf-8"), "a new file")
    check(old.stat().st_size > 10_000_000 and path.stat().st_size < 10_000, "the old lines are not in the old file")
    for file in (old, path):
        check(file.stat().st_mode & 0o777 == 0o600, f"{file.name} has mode {file.stat().st_mode & 0o777:o}")


@case("make run without a terminal: a short chat, and what the host saw")
def make_run():
    ran = subprocess.run([ROOT / "tests/support/run.sh", BUILD], capture_output=True, text=True, timeout=30 * SLACK,
                         stdin=subprocess.DEVNULL, check=False, env={"PATH": os.environ["PATH"], "HOME": str(fresh_home())})
    check(ran.returncode == 0 and not ran.stderr.count("error"), f"{ran}")
    said, saw = ran.stdout.split("--- what the host saw:")
    for who in said.split("--- what alice saw:"):  # bob's part, and alice's: each heard the other
        check("alice: hello, is anybody here?" in who and "bob: yes: bob is" in who, said)
    for line in ("alice joined from 127.0.0.1", "alice: hello, is anybody here?", "alice left", "bob: yes: bob is", "bob left"):
        check(line in saw, f"{line!r} is not in {saw}")


@case("make run at a terminal: a host comes up and goes with you, and others join where it says")
def make_run_at_a_terminal():
    program = Program([ROOT / "tests/support/run.sh", BUILD], tty=True, group=True, env={"PORT": str(unused_port())})
    port = program.out.wait_for(r"^Join from another terminal: \S+/clint 127\.0\.0\.1:(\d+)$").group(1)
    program.out.wait_for(r"\[#lobby\]")
    bob = Clint(port, "--name", "bob").connected()
    program.out.wait_for(r"\* bob joined")
    program.send("hello bob")
    bob.out.wait_for("^clint1: hello bob$")
    program.send("exit")
    program.expect_exit(0)
    with socket.socket() as knock:
        check(knock.connect_ex(("127.0.0.1", int(port))) != 0, "the host goes on")


@case("--log-level: info has one line for each goodbye, off has nothing")
def log_level():
    silent = Host("--log-level", "off")
    with RawClient(silent) as raw:
        raw.log_in("bob")
    silent.out.wait_for("^bob left")
    check(silent.err.text() == "", f"a log in spite of off: {silent.err.text()}")
    host = Host("--log-level", "info")
    with RawClient(host) as raw:
        raw.log_in("bob")
    host.wait_goodbye("left|connection_lost", raw.source)
    host.err.wait_for("^.* goodbye .* bob$")
    host.check_log()


@case("--quiet keeps chat off stdout")
def quiet():
    host = Host("--quiet")
    alice, bob = Clint(host, "--name", "alice").connected(), Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    bob.send("psst")
    alice.out.wait_for("^bob: psst$")
    check("psst" not in host.out.text(), "the chat is on the host's stdout")


@case("host --timeout shows out who says nothing for so long, and nobody who talks")
def idle_timeout():
    host = Host("--timeout", "4")
    begin = time.monotonic()
    silent, talker = RawClient(host), RawClient(host)
    silent.log_in("silent")
    talker.log_in("talker")
    while time.monotonic() - begin < PATIENCE and not silent.farewell:
        talker.say("still here")
        try:
            while silent.read(0.3):
                pass
            break
        except TimeoutError:
            pass
    check(silent.wait_end() == "idle", f"the goodbye was {silent.farewell}")
    check(time.monotonic() - begin >= 3.9, "shown out too early")
    talker.say("and I still am")
    talker.wait_post("and I still am")


@case("clint --timeout ends the attempt to connect to a host that does not answer: exit code 1")
def connect_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        clint = Clint(silent.getsockname()[1], "--timeout", "1", stdin=False)
        clint.expect_exit(1, 4 * SLACK)
        check(time.monotonic() - begin >= 0.9, "it did not wait")
        clint.err.wait_for(f"^clint: error: no Clint host answers at 127.0.0.1:{silent.getsockname()[1]}: no answer in time$")
        clint.err.wait_for("^clint: hint: check the address and the port, and that a host is running there$")


@case("--bind listens on that address alone, IPv6 in brackets; without it every address of both kinds is listened on")
def bind():
    host = Host("--bind", "127.0.0.1")
    Clint(host).connected()
    if LINUX:  # elsewhere 127.0.0.2 is nobody's
        refused = Clint(None, f"127.0.0.2:{host.port}")
        refused.expect_exit(1)
    try:
        v6 = Host("--bind", "::1", wait=False)
        v6.port = int(v6.out.wait_for(r"^Listening on \[::1\]:(\d+)\.\.\.").group(1))
    except AssertionError:
        if "::1" in v6.err.text():
            print("  (no IPv6 on this machine)")
            v6.killed = True
            return
        raise
    Clint(None, f"[::1]:{v6.port}").connected()
    Clint(None, "--host", "::1", "--port", str(v6.port)).connected()
    v6.out.wait_for(r"^Connection from \[::1\]:\d+$")
    everywhere = Host()
    for address in ("127.0.0.1", "[::1]"):
        Clint(None, f"{address}:{everywhere.port}").connected()


@case("localhost works, whichever address it has first")
def by_name():
    host = Host()
    clint = Clint(None, f"localhost:{host.port}").connected()
    clint.send("hello")
    host.out.wait_for("^clint1: hello$")


run()
