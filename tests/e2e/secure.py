#!/usr/bin/env python3
"""Secure mode: a password is all that people share."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import (BUILD, LINUX, PATIENCE, SLACK, Clint, Host, Program, SecureHost, Skip, case, check, eventually,
                  fresh_home, run, scratch, told, unused_port)
from member import Member
from raw_host import TlsRawHost
from wire import MESSAGE, PROOF, SEALED, SHARE, frame, hello_secure
import pake

PASSWORD = "correct horse battery"
WRONG = "wrong password, or this is not your host"


def password_file(text=PASSWORD, name="password"):
    path = scratch(name)
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def member(host, name, *flags, password=PASSWORD, **options):
    env = {"CLINT_PASSWORD": password} | options.pop("env", {})
    return Clint(host, "--name", name, *flags, env=env, **options)


def the_transcript(tty):
    host = Program([BUILD / "host", "--port", "auto"], name="host", tty=tty)
    host.out.wait_for(r"Encrypt the communication\? \[y/N\]: ")
    host.send("y")
    host.out.wait_for("Set password: ")
    host.send(PASSWORD)
    port = host.out.wait_for(r"Listening on 127\.0\.0\.1:(\d+)\.\.\. \(Ctrl-C to stop\)").group(1)
    host.out.wait_for("^Security mode: ENCRYPTED")

    clint = Program([BUILD / "clint", f"127.0.0.1:{port}"], name="clint", tty=tty)
    clint.out.wait_for("Enter password: ")
    clint.send(PASSWORD)
    clint.out.wait_for("^Authenticated as clint1")
    clint.out.wait_for(rf"^Connected to 127\.0\.0\.1:{port}")
    text = clint.out.text()
    check(text.index("Authenticated as clint1") < text.index("Connected to"), "connected before it was authenticated")
    clint.send("hello everyone")
    host.out.wait_for("^clint1: hello everyone")
    host.send("welcome in")
    clint.out.wait_for("server: welcome in")
    for program in (host, clint):
        check(PASSWORD not in program.out.text() + program.err.text(), f"{program.name} shows the password")
    clint.send("exit")
    clint.expect_exit(0)
    host.signal(2)
    host.expect_exit(0)
    check(host.out.count("^Connection from ") == 1, "one person shows as two")


@case("the transcript with a password, on pipes")
def on_pipes():
    the_transcript(tty=False)


@case("the transcript with a password, on terminals: it is not echoed")
def on_terminals():
    the_transcript(tty=True)


@case("while the keys are made of the password, something moves on the terminal")
def the_wait_moves():
    def script(connection):  # twice the usual work; what answers the share is there before, so nothing else is waited for
        connection.sendall(hello_secure(n=1 << 17, p=2) + frame(PROOF, pake.octets(pake.G) + b"v" * 32))
    def moves():
        host = TlsRawHost(script)
        clint = Clint(host.port, "--name", "alice", tty=True, env={"CLINT_PASSWORD": PASSWORD, "LD_PRELOAD": None})
        clint.expect_exit(3, 2 * PATIENCE)
        eventually(lambda: host.ended == 1, "the end of the connection")
        check(SHARE in host.types(), "no keys were made")
        host.close()
        return re.search(r"^checking password \.\.+$", clint.out.text(), re.M)
    check(any(moves() for _ in range(5)), "not even two dots, each time")


@case("an empty answer makes a random password, shown once, and it works")
def random_password():
    host = Program([BUILD / "host", "--port", "auto", "--secure"], name="host")
    host.out.wait_for("Set password: ")
    host.send("")
    password = host.out.wait_for(r"^The password is ([a-z2-7]{16}) ").group(1)
    host.port = int(host.out.wait_for(r"^Listening on \S+:(\d+)\.\.\.").group(1))
    with_it = member(host.port, "alice", password=password)
    with_it.out.wait_for("^Authenticated as alice")
    check(host.out.count(password) == 1, "the password was shown again")


def nothing_left(program):
    """What a password was given with says nothing of it any more."""
    for what, octets in (("arguments", program.command_line()), ("environment", program.environment())):
        check(PASSWORD.encode() not in octets, f"the password stands in the {what} of {program.name}")


@case("passwords from a flag, a file and standard input; a flag leaves no trace in the argument list")
def sources():
    host = SecureHost(PASSWORD)
    given = [Clint(host, "--name", "flag", "--password", PASSWORD),
             Clint(host, "--name", "joined", f"--password={PASSWORD}"), member(host, "variable")]
    for program in given:
        program.out.wait_for(f"^Authenticated as {program.name}")
        nothing_left(program)
        program.err.wait_for(r"^\* encrypted; ")  # behind the warning
        warned = "clint: warning: on the command line others of this machine can see a password" in program.err.text()
        check(warned == (program.name != "variable"), f"{program.name}: {program.err.text()}")
    nothing_left(host)  # in a variable
    Clint(host, "--name", "file", "--password-file", password_file()).out.wait_for("^Authenticated as file")
    by_stdin = Clint(host, "--name", "stdin", "--password-file", "-")
    by_stdin.send(PASSWORD)
    by_stdin.out.wait_for("^Authenticated as stdin")
    by_stdin.send("and the rest is talk")
    host.out.wait_for("^stdin: and the rest is talk")


@case("a host's password from a flag, a file and standard input; the flag leaves no trace in its argument list either")
def host_sources():
    ways = (("--password", PASSWORD), (f"--password={PASSWORD}",), ("--password-file", password_file()),
            ("--password-file", "-"))
    hosts = [Host("--kdf", "small", *way, mode="--secure", wait=False) for way in ways]
    hosts[-1].send(PASSWORD)
    for host in hosts:
        host.ready()
        nothing_left(host)
    members = [member(host, "alice") for host in hosts[1:]]
    for one in members:
        one.out.wait_for("^Authenticated as alice")
    hosts[-1].send("and the rest is talk")
    members[-1].out.wait_for("^server: and the rest is talk")


@case("blanks at the ends of a password belong to it, however it is given")
def blanks():
    padded = f"  {PASSWORD} "
    typed = Host("--kdf", "small", mode="--secure", wait=False)
    typed.out.wait_for("Set password: ")
    typed.send(padded)
    path = password_file(padded, "padded")
    hosts = (typed.ready(), Host("--kdf", "small", "--password-file", path, mode="--secure"), SecureHost(padded))
    given = [member(host, "variable", password=padded) for host in hosts]
    given.append(Clint(hosts[0], "--name", "file", "--password-file", path))
    given.append(Clint(hosts[0], "--name", "asked", tty=True))
    given[-1].out.wait_for("Enter password: ")
    given[-1].send(padded)
    for one in given:
        one.out.wait_for(f"^Authenticated as {one.name}")
    member(hosts[0], "trimmed").expect_exit(3)


@case("a wrong password is one clear line and exit code 3, and nothing is tried again")
def wrong_password():
    host, home = SecureHost(PASSWORD), fresh_home()
    clint = member(host, "mallory", password="wrong horse battery", home=home)
    clint.expect_exit(3)
    check(clint.err.count("^clint: error: " + WRONG) == 1, clint.err.text())
    clint.err.wait_for("^clint: hint: ")
    host.err.wait_for("goodbye (connection_lost|left)")
    told(host, "/who", r"^\* 0 here:$")  # behind all that was to be told of it
    check(host.out.count("^Connection from") == 1, "it tried again")
    check(host.out.count("joined") == 0, "it got in")
    known = home / "known_hosts"
    check(not known.exists(), "a host that has proven nothing is known now")
    member(host, "alice", home=home).out.wait_for("^Connected")
    eventually(lambda: known.exists() and f"[127.0.0.1]:{host.port} " in known.read_text(encoding="utf-8"), "its pin")


@case("a plain host never asks; a password given to it is refused unless --plain is said")
def plain_host():
    host = Host()
    clint = Clint(host, "--name", "alice").connected()
    check("password" not in clint.out.text() + clint.err.text(), "it spoke of a password")
    refused = member(host, "bob")
    refused.expect_exit(4)
    refused.err.wait_for("^clint: error: .*does not encrypt, and a password was given")
    refused.err.wait_for("^clint: hint: .*--plain")
    allowed = member(host, "carol", "--plain").connected()
    allowed.err.wait_for(r"^\* not encrypted: anyone on this network can read along")
    tls_only = Host(mode="--tls")
    member(tls_only, "dave").expect_exit(4)


@case("messages are sealed on the wire: what a member is sent has no word of the text in it")
def sealed_on_the_wire():
    host = SecureHost(PASSWORD)
    alice = member(host, "alice")
    secret = "unmistakable syllables nowhere"  # short words stand in random octets by chance
    with Member(host, PASSWORD) as bob:
        bob.log_in("bob")
        alice.out.wait_for("^Connected")
        alice.send(secret)
        post = bob.wait_post(lambda post: post.sender == "alice" and post.kind in (MESSAGE, SEALED))
        check(post.kind == SEALED, f"a post of kind {post.kind}")
        # key id, nonce, the text padded to a whole step, tag
        check(post.body[:16] == pake.expand(bob.room_key, b"clint v1 key id", 16), "sealed with another key")
        check(len(post.body) == 16 + 24 + 64 + 16, f"{len(post.body)} octets")
        check(not any(word.encode() in post.body for word in secret.split()), "words can be read")
        alice.send(secret)
        again = bob.wait_post(lambda post: post.sender == "alice" and post.kind == SEALED)
        check(again.body[16:] != post.body[16:] and again.body[16:40] != post.body[16:40], "sealed twice the same way")
    host.out.wait_for("^alice: " + secret)  # it was given the password, so it is not blind
    host.out.wait_for("^This host knows the password")


@case("a host that is restarted with the same password is a new one, and clint comes back")
def restarted():
    host = SecureHost(PASSWORD, port=unused_port())
    alice = member(host, "alice", env={"LD_PRELOAD": None})  # her keys take the time that keys take
    alice.out.wait_for("^Connected")
    port = host.port
    host.stop()
    alice.err.wait_for("trying again")
    alice.send("said while it was away")
    again = SecureHost(PASSWORD, port=port)
    alice.err.wait_for(r"^\* back after", 20 * SLACK)
    again.out.wait_for("^alice: said while it was away")


@case("a host that comes back with another password ends the talk with exit code 3")
def restarted_with_another():
    host = SecureHost(PASSWORD, port=unused_port())
    alice = member(host, "alice")
    alice.out.wait_for("^Connected")
    port = host.port
    host.stop()
    SecureHost("another password", port=port)
    alice.expect_exit(3, 30 * SLACK)
    alice.err.wait_for("^clint: error: " + WRONG)


@case("a host met with a password that then says it needs none, or is plain, is refused")
def downgrade():
    host, home = SecureHost(PASSWORD, port=unused_port()), fresh_home()
    member(host, "alice", home=home).out.wait_for("^Connected")
    port = host.port
    host.stop()
    plain = Host(port=port)
    clint = Clint(port, "--name", "alice", home=home)
    clint.expect_exit(4)
    clint.err.wait_for("^clint: error: .*does not encrypt, but it did when it was trusted")
    plain.stop()
    Host(port=port, mode="--tls")
    clint = Clint(port, "--name", "alice", home=home)
    clint.expect_exit(4)
    clint.err.wait_for("^clint: error: .*asks for no password, but it did when it was trusted")
    forget = Program([BUILD / "clint", "--forget", f"127.0.0.1:{port}"], name="clint", home=home)
    forget.expect_exit(0)


@case("a host whose key lasts cannot do without the password either, whatever is not checked")
def downgrade_of_a_lasting_key():
    folder, home = scratch("lasting"), fresh_home()
    host = SecureHost(PASSWORD, "--data", folder, port=unused_port())
    member(host, "alice", home=home).out.wait_for("^Connected")
    port = host.port
    host.stop()
    Host("--data", folder, port=port, mode="--tls")
    for flags in ((), ("--tls-insecure",)):
        clint = Clint(port, "--name", "alice", *flags, home=home)
        clint.expect_exit(4)
        clint.err.wait_for("^clint: error: .*asks for no password, but it did when it was trusted")


@case("no core files: of either program, in any mode, and before a password is asked for")
def no_core_files():
    if not LINUX:
        raise Skip("no /proc here")
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        raise Skip("nothing may leave a core file here")
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    asked = Program([BUILD / "host", "--port", "auto", "--secure"], name="host", tty=True)
    asked.out.wait_for("Set password: ")
    plain, tls = Host(), Host(mode="--tls")
    for program in (asked, plain, tls, Clint(plain).connected()):
        limits = Path(f"/proc/{program.pid}/limits").read_text(encoding="utf-8")
        check(re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), f"{program.name} may leave a core file")


@case("no other process of its user may look into either program")
def closed_to_others():
    if not LINUX:
        raise Skip("no /proc here")
    # What may not be looked into belongs to root in /proc; so does all that root starts.
    user = os.getuid() or 65534
    other = [] if os.getuid() else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    if subprocess.run([*other, "test", "-x", BUILD / "host"], check=False).returncode != 0:
        raise Skip("another user may not start the programs here")

    def owner(ready, *words):
        program = Program([*other, *words], env={"CLINT_HOME": None, "HOME": "/nowhere"})
        program.out.wait_for(ready)
        return os.stat(f"/proc/{program.pid}/environ").st_uid, program

    check(owner("^up", "sh", "-c", "echo up; read line")[0] == user, "nobody may look into anything: this says nothing")
    uid, host = owner(r"^Security mode", BUILD / "host", "--plain", "--port", "auto")
    check(uid != user, "others can look into the host")
    port = host.out.wait_for(r"^Listening on \S+:(\d+)\.\.\.").group(1)
    check(owner("^Connected", BUILD / "clint", f"127.0.0.1:{port}")[0] != user, "others can look into clint")


@case("no password at the end of input: it says how to give one")
def no_password():
    host = SecureHost(PASSWORD)
    clint = Clint(host, stdin=False)
    clint.expect_exit(2)
    clint.err.wait_for("^clint: error: the host asks for a password")
    clint.err.wait_for("^clint: hint: .*--password-file")
    for flags in (["--send", "x"], ["--exec", f"echo {PASSWORD}"]):  # what standard input has is not for the question
        clint = Clint(host, *flags)
        clint.expect_exit(2)
        clint.err.wait_for("^clint: hint: .*--password-file FILE or the variable CLINT_PASSWORD")


@case("passwords that cannot be are refused where they are given")
def impossible_passwords():
    for text in ("bell\x07", "x" * 2000):
        host = Program([BUILD / "host", "--port", "auto", "--secure", "--password-file", password_file(text)])
        host.expect_exit(2)
        host.err.wait_for("^host: error: ")


@case("a short password is accepted with one line of warning")
def short_password():
    host = SecureHost("tiny")
    host.stop()
    check(host.err.count("short") + host.out.count("short") == 1, "no warning, or more than one")


@case("ps, logs and error texts hold no secret")
def no_leaks():
    log, wrong, words = scratch("host.log"), "wrong horse battery", "the cake is in the tin"
    flags = ("--log-file", log, "--log-level", "debug", "--quiet", "--data", scratch("data"))
    host = Host("--kdf", "small", "--password", PASSWORD, *flags, mode="--secure")
    alice = Clint(host, "--name", "alice", "--password", PASSWORD)
    mallory = Clint(host, "--name", "mallory", "--password", wrong)
    bad_file = Clint(host, "--name", "eve", "--password-file", password_file(wrong + "\x07", "bad"))
    alice.out.wait_for("^Connected")
    alice.send(words)
    alice.out.wait_for(words)
    listed = host.command_line() + alice.command_line()
    mallory.expect_exit(3)
    bad_file.expect_exit(2)
    alice.send("/quit")
    alice.expect_exit(0)
    host.stop()
    told = listed + log.read_bytes() + b"".join(bytes(program.out.raw) + bytes(program.err.raw)
                                                for program in (host, mallory, bad_file))
    told += bytes(alice.err.raw)
    check(b" alice" in told and b" goodbye " in told, "this search finds nothing")
    for secret in (PASSWORD, wrong, words):
        check(secret.encode() not in told, f"{secret!r} can be read")
    check(PASSWORD.encode() not in alice.out.raw, "the client shows its password")


run()
