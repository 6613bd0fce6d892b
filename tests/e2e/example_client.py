"""The clients of docs/examples, written from docs/PROTOCOL.md alone, talk to the real host."""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import wire
from chat import ROOT, SLACK, Clint, Host, Program, SecureHost, case, check, run, scratch
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
    alice.expect_exit(0, 30 * SLACK)
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


@case("rooms: in, said there, topic, action, who is there, which there are, out; then lines go to the lobby again")
def rooms():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    bob.send("/join ops")
    bob.err.wait_for("you are in #ops")
    alice = example(host.port, "alice", "/join #ops", "hello ops", "/topic tea at four", "/me waves", "//text", "/who",
                    "/join lobby", "hello all", "/join ops", "/rooms", "/leave", "bye all")
    alice.expect_exit(0)
    for line in ("alice: hello ops", r"\* alice set the topic: tea at four", r"\* alice waves", "alice: /text"):
        alice.out.wait_for(rf"^\[#ops\] {line}$")
        bob.out.wait_for(rf"^\[#ops\] {line}$")
    for line in (r"you are in #ops \(2 here\)", "in #ops: alice, bob", "#lobby: 2 here", "#ops: 2 here  tea at four",
                 "you left #ops"):
        alice.out.wait_for(rf"^\* {line}$")
    bob.out.wait_for("^alice: hello all$")
    bob.out.wait_for("^alice: bye all$")
    bob.out.wait_for(r"^\[#ops\] \* alice left")


@case("new names are seen, once whatever rooms are shared, and one's own is taken")
def renames():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    bob.send("/join ops")
    bob.err.wait_for("you are in #ops")
    alice = example(host.port, "alice")
    alice.send("/join ops")
    alice.out.wait_for("you are in #ops")
    bob.send("/nick robert")
    bob.send("done")
    alice.out.wait_for(r"^\[#ops\] robert: done$")
    alice.out.wait_for(r"^\* bob is now robert$")
    alice.send("/nick carol")
    alice.out.wait_for(r"^\* you are carol$")
    alice.send("hello")
    bob.out.wait_for(r"^\[#ops\] carol: hello$")
    alice.close_input()
    alice.expect_exit(0)
    check(alice.out.count(r"^\* bob is now robert$") == 1, "one event, one line")


@case("history, page by page, without what is shown already; a host that keeps nothing says so")
def history():
    host = Host("--data", scratch("data"))
    bob = wire.RawClient(host)
    bob.log_in("bob")
    for i in range(30):
        bob.say(f"line {i}")
    bob.wait_post("line 29")
    alice = example(host.port, "alice")
    alice.out.wait_for("^bob: line 29$")
    alice.out.wait_for(r"^\* alice joined$")
    alice.send("/history 5")
    alice.send("/history")
    alice.close_input()
    alice.expect_exit(0)
    lines = [line for line in alice.out.lines() if "alice" not in line]
    page = lines.index("* 5 earlier posts of #lobby")
    first = int(lines[0].split()[-1])  # of the last ten posts
    check(lines[:page] == [f"bob: line {i}" for i in range(first, 30)], f"first the last posts: {lines}")
    check(lines[page + 1:page + 6] == [f"bob: line {i}" for i in range(first - 5, first)], f"then those before: {lines}")
    check(lines[page + 7:] == ["* bob joined"] + [f"bob: line {i}" for i in range(first - 5)], f"then the rest: {lines}")
    without = example(Host().port, "alice", "/history")
    without.expect_exit(1)
    without.err.wait_for("^! this host keeps nothing$")


@case("whatever has a password is refused by a clear line: a host, a room, a name")
def passwords():
    host = SecureHost("correct horse battery")
    locked_out = example(host.port, "alice", "hello", tls=True)
    locked_out.expect_exit(1)
    locked_out.err.wait_for("^this host: it has a password, .*: use clint$")

    host = Host(mode="--tls")
    bob = Clint(host, "--name", "bob", "--tls-insecure").connected()
    bob.send("/join ops --password")
    bob.send("correct horse battery")
    bob.send("correct horse battery")
    bob.err.wait_for("you are in #ops")
    alice = example(host.port, "alice", "/join ops", "hello", tls=True)
    alice.expect_exit(1)
    alice.err.wait_for("^not in the room: it has a password, .*: use clint$")
    bob.out.wait_for("^alice left$|^\\* alice left")
    check("hello" not in bob.out.text(), "what was for a room went to the lobby")

    raw = RawHost(script=lambda connection: connection.sendall(
        wire.frame(wire.ACCOUNT, wire.field("alice") + b"v" * 16 + wire.field(b"s" * 16) + wire.number(0) + b"\0" * 4)))
    known = example(raw.port, "alice", "hello")
    known.expect_exit(1)
    known.err.wait_for("^this name: it has a password, .*: use clint$")
    raw.close()


@case("what the host refuses is said and shows in the exit code; what it could not store it gets again")
def refused():
    frames = []

    def script(connection):
        packets = wire.packets_from(connection)
        connection.sendall(wire.welcome("alice", session=1))
        for packet in packets:
            frames.append(packet)
            if len(frames) == 1:
                connection.sendall(wire.frame(wire.NOT_STORED, wire.number(1) + wire.field("disk full")))
            elif len(frames) == 2:
                connection.sendall(wire.frame(wire.REFUSED, wire.number(1) + wire.field("muted")))
            else:
                return

    host = RawHost(script=script)
    alice = example(host.port, "alice", "hello")
    alice.expect_exit(1)
    alice.out.wait_for(r"^\* not stored yet, trying again: disk full$")
    alice.err.wait_for("^! muted$")
    check(frames[0] == frames[1], f"the same message again: {frames}")
    host.close()
    wrong = example(Host().port, "alice", "/join", "/dance", "/topic " + "x" * 1025, "/leave", "hello")
    wrong.expect_exit(1)
    for line in ("commands are /join", "not said: it is too long", "everybody is in #lobby"):
        wrong.err.wait_for(f"^! {line}")
    wrong.out.wait_for("^alice: hello$")


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


@case("it takes the name that an operator wants it to have, and skips what it need not know, but nothing else")
def packets():
    asked = []

    def script(connection):
        packets = wire.packets_from(connection)
        wanted = wire.frame(wire.NAME_WANTED, wire.field("robert"))
        connection.sendall(wire.welcome() + wire.frame(0xee, b"new") + wanted)
        asked.append(next(packets))
        connection.sendall(wire.answer(1, rows=[["robert"]]) + wire.frame(0x7f))
        connection.recv(1)

    host = RawHost(script=script)
    alice = example(host.port, "alice")
    alice.expect_exit(1)
    alice.out.wait_for(r"^\* you are robert$")
    alice.err.wait_for("misbehaves: it sent the unknown type 127")
    check(asked[0].args == [b"robert"], f"it asks for it: {asked}")
    host.close()


@case("a host that breaks the protocol is left")
def broken():
    cut_short, left_over = wire.frame(wire.POST, b"\0\0\0\5lob"), wire.frame(wire.GAP, wire.field("lobby") + b"\0" * 17)
    unasked = wire.answer(7) + wire.frame(wire.PAST, wire.field("lobby") + b"\0\0") + wire.goodbye(2)
    for octets, why in ((b"\0\0\0\0", "not Clint"), (b"\xff\xff\xff\xff\x06", "not Clint"),
                        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Clint"), (cut_short, "too short"),
                        (left_over, "too long"), (unasked, "goodbye 2")):
        host = RawHost(after=octets)
        alice = example(host.port, "alice")
        alice.expect_exit(1)
        alice.err.wait_for(why)
        host.close()


def smallest(port, name, *texts):
    return Program([sys.executable, "-B", ROOT / "docs/examples/hello.py", "127.0.0.1", port, name, *texts], name=name)


@case("the one in sixty lines joins, talks, shows what others say, and leaves")
def sixty_lines():
    lines = (ROOT / "docs/examples/hello.py").read_text(encoding="utf-8").splitlines()
    check(len(lines) <= 60 and max(map(len, lines)) <= 120, f"{len(lines)} lines, the longest of {max(map(len, lines))}")
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    alice = smallest(host.port, "alice", "hello everyone", "Привет")
    alice.expect_exit(0)
    bob.out.wait_for(r"alice joined\n(.*\n)?alice: hello everyone\nalice: Привет$")
    bob.out.wait_for(r"alice left$")
    alice.out.wait_for(r"^\* alice joined\nalice: hello everyone\nalice: Привет$")


@case("it says why it cannot")
def sixty_lines_refused():
    secure = smallest(Host(mode="--tls").port, "alice", "hello")
    secure.expect_exit(1)
    secure.err.wait_for("not a Clint host without encryption$")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        refused = smallest(nobody.getsockname()[1], "alice", "hello")
        refused.expect_exit(1)
        refused.err.wait_for(r"^\[Errno \d+\] Connection refused$")
    reserved = smallest(Host().port, "server", "hello")
    reserved.expect_exit(1)
    reserved.err.wait_for("^goodbye: 13 ")
    nasty = "\x1b[2J\x9b2J".encode() + b"\xff"
    for octets, why in ((wire.post(1, nasty, sender="b\x1bob") + wire.goodbye(2, "bye\x1b[0m"), "goodbye: 2 "),
                        (wire.frame(wire.PING, b"12345678") + wire.goodbye(8), "goodbye: 8 "),
                        (wire.frame(wire.REFUSED, wire.number(1) + wire.field("muted")), "not said: 1 muted"),
                        (wire.frame(wire.NOT_STORED, wire.number(1) + wire.field("disk full")), "not stored: 1 disk full"),
                        (wire.frame(wire.ACCOUNT, wire.field("alice")), "^name taken: alice"),
                        (wire.frame(0x7f), "misbehaves: it sent the type 127"),
                        (b"\xff\xff\xff\xff\x06", "not a Clint host")):
        host = RawHost(after=octets)
        alice = smallest(host.port, "alice", "hello")
        alice.expect_exit(1)
        alice.err.wait_for(why)
        alice.out.check_printable()
        alice.err.check_printable()
        host.close()


run()
