"""The client of docs/examples, written from docs/PROTOCOL.md alone, talks to the real host."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import wire
from chat import ROOT, Clint, Host, Program, case, check, run
from raw_host import RawHost


def example(port, name, *words, tls=False, **options):
    flags = ["--tls-insecure"] if tls else []
    return Program([sys.executable, "-B", ROOT / "docs/examples/clint.py", *flags, "127.0.0.1", port, name, *words],
                   name=f"example {name}", **options)


@case("it joins, says its words, has them acknowledged and leaves")
def words():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    alice = example(host.port, "alice", "hello everyone", "how are you?")
    alice.expect_exit(0)
    bob.out.wait_for(r"^alice: hello everyone\nalice: how are you\?$")
    bob.out.wait_for(r"alice joined$")
    bob.out.wait_for(r"alice left$")
    check(bob.out.count(r"^alice: ") == 2, "each word is said once")
    alice.out.wait_for(r"^\* you are alice$")
    alice.out.wait_for(r"^alice: hello everyone\nalice: how are you\?$")


@case("from a pipe it says each line and stays as long as the pipe is open")
def lines():
    host = Host()
    alice = example(host.port, "alice")
    alice.out.wait_for("you are alice")
    bob = Clint(host, "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined$")
    for i in range(150):  # more than may wait for their acknowledgement at once
        alice.send(f"line {i} Привет \x1b[2J")
    bob.send("good morning")
    alice.out.wait_for(r"^bob: good morning$")
    alice.close_input()
    alice.expect_exit(0, 30)
    bob.out.wait_for(r"alice left$")
    said = [line for line in bob.out.lines() if line.startswith("alice: ")]
    check(said == [f"alice: line {i} Привет [2J" for i in range(150)], f"all of it, once, in order: {said[-3:]}")


@case("a line of 40 KB arrives in pieces")
def long_line():
    host = Host()
    bob = wire.RawClient(host)
    bob.log_in("bob")
    text = "Привет " * 5000
    example(host.port, "alice", text).expect_exit(0)
    got = ""
    while len(got) < len(text):
        got += bob.wait_post(lambda post: post.kind == wire.MESSAGE).text
    check(got == text, "the same text, in order")


@case("it speaks TLS")
def over_tls():
    host = Host(mode="--tls")
    bob = Clint(host, "--name", "bob", "--tls-insecure").connected()
    alice = example(host.port, "alice", "hello", tls=True)
    alice.expect_exit(0)
    bob.out.wait_for(r"^alice: hello$")
    bob.out.wait_for(r"alice left$")


@case("it tells a host that speaks TLS only, and a full one, from a good one")
def refusals():
    host = Host("--max-clients", "1", mode="--tls")
    plain = example(host.port, "alice", "hello")
    plain.expect_exit(1)
    plain.err.wait_for("TLS")
    bob = wire.RawClient(host)
    bob.log_in("bob")
    late = example(host.port, "alice", "hello", tls=True)
    late.expect_exit(1)
    late.err.wait_for("goodbye 18 .*full")


@case("what a malicious host sends cannot act on the terminal")
def hostile():
    nasty = "\x1b[2J\x9b2J\u202e\x07".encode() + b"\xff\x9b"
    host = RawHost(after=wire.post(1, nasty, sender="b\x1bob") + wire.goodbye(2, "bye\x1b[0m"), name="a\x1b[2Jb")
    alice = example(host.port, "alice", "hello")
    alice.expect_exit(1)
    alice.out.wait_for(r"^b\\u\{001b\}ob: \\u\{001b\}\[2J\\u\{009b\}2J\\u\{202e\}\\u\{0007\}")
    alice.out.check_printable()
    alice.err.check_printable()
    host.close()


@case("a host that breaks the protocol is left")
def broken():
    for octets in (b"\0\0\0\0", b"\xff\xff\xff\xff\x06", b"HTTP/1.1 400 Bad Request\r\n\r\n"):
        host = RawHost(after=octets)
        alice = example(host.port, "alice")
        alice.expect_exit(1)
        alice.err.wait_for("not Clint")
        host.close()


run()
