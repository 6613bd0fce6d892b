#!/usr/bin/env python3
"""Accounts: a name that needs its own password, on a host with TLS; nobody else gets it."""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import pake
from chat import SLACK, Clint, Host, SecureHost, addressable, case, check, eventually, run, scratch, told, unused_port
from faults import failed_log_ins
from member import Member, verifier_of
from proxy import Proxy
from wire import (ACCOUNT, CONFIRM, GOODBYE, HELLO, PROOF, SHARE, WELCOME, RawClient, frame, fresh_address, goodbye,
                  greet, join, number)

ROOM = "tea and biscuits"
MINE = "hunter two two"
KEY_OF, WRITE, REGISTER, PASSWD = 0x25, 0x26, 0x40, 0x41
OK, NOT_HERE = 0, 5


def tls_host(*flags, **options):
    return Host("--kdf", "small", *flags, mode="--tls", **options)


def member(host, name, *flags, account=None, **options):
    room = isinstance(host, SecureHost)  # else a host with TLS alone, for which no key of a password is made
    env = ({"CLINT_PASSWORD": ROOM} if room else {}) | ({"CLINT_ACCOUNT_PASSWORD": account} if account else {})
    words = [*([] if room else ["--tls-insecure"]), *(["--name", name] if name else []), "--kdf", "small", *flags]
    return Clint(host, *words, env=env, **options)


def joined(host, name, *flags, **options):
    clint = member(host, name, *flags, **options)
    clint.out.wait_for("^Connected to ")
    if not isinstance(host, SecureHost):  # else it has said so when it was in
        clint.err.wait_for(r"^\* you are \S+")
    return clint


def type_new(clint, password=MINE):
    """Wants an account, and types the password twice, when asked."""
    mark = clint.out.mark()
    clint.send("/register")
    clint.out.wait_for("^New password for your account: ", since=mark)
    clint.send(password)
    clint.out.wait_for("Once more: ", since=mark)
    clint.send(password)


def register(clint, password=MINE):
    type_new(clint, password)
    clint.out.wait_for(r"^\* your name is yours")


def change(clint, old, new):
    """Types the old password, and the new one twice."""
    mark = clint.out.mark()
    clint.send("/passwd")
    for question, password in (("^Password of your account: ", old), ("New password for your account: ", new), ("Once more: ", new)):
        clint.out.wait_for(question, since=mark)
        clint.send(password)


@case("the question for an account's password stands in a line of its own, and nothing moves behind it")
def still_prompt():
    host = SecureHost(ROOM)
    register(joined(host, "alice"))
    other = Clint(host, "--name", "alice", "--kdf", "small", tty=True, env={"CLINT_PASSWORD": ROOM})
    other.out.wait_for(r"\nPassword of the account alice: ")
    time.sleep(0.4 * SLACK)  # two dots and more
    check(other.out.text().endswith("Password of the account alice: "), repr(other.out.text()[-80:]))


@case("a registered name lets in whoever knows its password, also after a restart, and nobody else")
def register_and_return():
    folder = scratch("accounts")
    host = SecureHost(ROOM, "--data", folder, port=unused_port())
    alice, bob = joined(host, "alice"), joined(host, "bob")
    register(alice)
    told(alice, "/register", "^New password")
    alice.send("x")
    alice.send("y")
    alice.err.wait_for("^! the two are not the same: nothing was changed - give the command again$")
    bob.send("/nick alice")
    bob.err.wait_for(r"^! alice is an account's name - /login alice if it is yours$")
    bob.send("/whois alice")
    bob.out.wait_for(r"^\* alice: .*, with an account$")
    alice.quits(host, 1)
    for name, code in (("alice", 2), ("Alice", 5)):  # no password to ask for; a name that looks like it
        stranger = member(host, name)
        stranger.close_input()
        stranger.expect_exit(code)
    wrong = member(host, "alice", account="not hers")
    wrong.expect_exit(3)
    wrong.err.wait_for("wrong password for the account whose name you want")
    alice = joined(host, "alice", account=MINE)
    alice.send("me again")
    bob.out.wait_for("^alice: me again$")
    second = member(host, "alice", account=MINE)
    second.expect_exit(5)
    second.err.wait_for("alice is here already")
    host.send("/op alice 2h")
    host.out.wait_for(r"^\* alice is an operator for 2 h$")
    port = host.port
    stored = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    check(MINE.encode() not in stored, "the account's password is in the folder")
    host.stop()
    host = SecureHost(ROOM, "--data", folder, port=port)
    alice.err.wait_for("back after")
    alice.send("and after a restart")
    bob.out.wait_for("^alice: and after a restart$")
    alice.send("/op")
    alice.out.wait_for(r"^\*   alice for (2 h|1\d\d min), by server$")


@case("/login makes somebody who is here the account, a wrong password leaves it who it was; /logout goes back")
def login():
    host = SecureHost(ROOM, grace=30)
    alice, bob = joined(host, "alice"), joined(host, "bob")
    register(alice)
    alice.send("/logout")
    alice.out.wait_for(r"^\* you are now clint1$")
    bob.out.wait_for(r"^\* alice is now clint1$")
    bob.send("/join ops")
    bob.out.wait_for("ops")

    def log_in(password):
        told(bob, "/login alice", "^Password of the account alice: ")
        bob.send(password)
    log_in("wrong")
    bob.err.wait_for(r"^! you are bob, not alice: wrong password$")
    bob.send("/room lobby still bob")
    alice.out.wait_for("^bob: still bob$")
    log_in(MINE)
    alice.out.wait_for(r"^\* bob is now alice$")
    bob.err.wait_for(r"^\* you are now alice$")
    bob.send("/room lobby now alice")
    alice.out.wait_for("^alice: now alice$")
    check("bob left" not in alice.out.text(), "logging in was shown as leaving")
    bob.send("/login nobody")
    bob.out.wait_for("^Password of the account nobody: ")
    bob.send("of nobody")
    bob.err.wait_for(r"^! no account is called nobody - you are alice$")
    log_in(MINE)
    bob.err.wait_for(r"^! you are logged in as alice already - nothing was changed$")
    change(bob, MINE, "another one")  # which needs the one of alice
    bob.out.wait_for(r"^\* your account has the new password$")
    alice.send("/logout")
    alice.err.wait_for("^! you are not logged in to an account - /login NAME does that$")


@case("whoever lost the connection, and comes back by another clint, gets the account at once")
def elsewhere():
    host = tls_host(grace=30)
    alice, bob = joined(host, "alice"), joined(host, "bob")
    register(alice)
    addressable(alice)
    with RawClient(host) as raw:
        raw.log_in("raw")
        _, session, _ = raw.ask(KEY_OF, "alice").rows[0]
        alice.kill()
        eventually(lambda: "lost the connection" in raw.ask(WRITE, "alice", session, number(1), b"x").text, "the loss")
    again = joined(host, "alice", account=MINE)
    again.send("from the other machine")
    bob.out.wait_for("^alice: from the other machine$")


@case("an operator's /register and /unregister NAME are about that name, not about the operator's own account")
def of_somebody_else():
    host = tls_host()
    chief, bob = joined(host, "chief"), joined(host, "bob")
    register(chief)
    told(host, "/op chief", r"^\* chief is an operator$")
    told(bob, "/unregister bob", "^Password of your account: ")
    bob.send("of none")
    bob.err.wait_for("^! you are not logged in to an account")
    chief.send("/register carol")
    password = chief.out.wait_for(r"^\* carol has an account with the password (\S+) - pass it on").group(1)
    joined(host, "carol", account=password).quits(host)
    chief.send("/unregister carol")
    bob.out.wait_for(r"^\* carol has no account any more \(by chief\)$")
    joined(host, "carol").quits(host)
    chief.send("/whois chief")
    chief.out.wait_for(r"^\* chief: .*operator, with an account$")


@case("passwords that a script has behind a command are said nowhere, whatever becomes of the command")
def behind_a_command():
    host = tls_host()
    watch = joined(host, "watch")
    script_errors = {}
    for n, lines in enumerate((["/passwd", "", MINE, MINE], ["/register", "x" * 2000, MINE], ["/login", MINE],
                                     ["/login no name", MINE], ["/register watch", MINE, MINE], ["/unregister watch", MINE],
                                     ["/join lobby --password", MINE])):
        script = joined(host, f"script{n}")
        script.send(f"before {n}")
        script.write("".join(line + "\n" for line in [*lines, "and on"]))
        script.expect_exit(1)
        check(script.err.count("^clint: error: what follows in the input is not read: it may be a password$") == 1,
              f"{lines}: {script.err.text()!r}")
        script_errors[lines[0]] = script.err.text()
        watch.out.wait_for(f"before {n}$")
    told(watch, "/who", r"^\* .*watch")  # behind all that was said
    check(MINE not in watch.out.text() and "and on" not in watch.out.text(), "a password was said")
    check("which account? /login alice" in script_errors["/login"], script_errors["/login"])
    chief = joined(host, "chief")
    told(host, "/op chief", r"^\* chief is an operator")
    chief.send("/unregister nobody")  # refused as an order, by an operator: it has no passwords behind it
    chief.send("and on")
    watch.out.wait_for("^chief: and on$")


@case("an operator for a time makes nobody one for longer, and takes it from nobody who is one for longer")
def for_a_time():
    host = tls_host("--operator", "boss")
    chief, bob, carol = joined(host, "chief"), joined(host, "bob"), joined(host, "carol")
    for clint in (chief, bob):
        register(clint)
    for order in ("/op chief", "/op bob 1h", "/op carol"):
        told(host, order, "is an operator")
    mark = bob.out.mark()
    bob.send("/op bob")
    bob.out.wait_for(r"^\* bob is an operator for (1 h|60 min) \(by bob\)$", since=mark)
    dave = joined(host, "dave")
    bob.send("/op dave 1d")
    bob.out.wait_for(r"^\* dave is an operator for (1 h|60 min), or until leaving \(by bob\)$", since=mark)
    for clint, order, whom in ((bob, "/deop chief", "chief"), (bob, "/op chief 1s", "chief"), (bob, "/op carol 1s", "carol"),
                               (bob, "/deop carol", "carol"), (bob, "/kick carol", "carol"), (bob, "/ban chief", "chief"),
                               (carol, "/deop chief", "chief"), (carol, "/op bob", "bob"), (carol, "/kick bob", "bob"),
                               (carol, "/ban ip=127.0.0.1", "(chief|bob)")):
        mark = clint.err.mark()
        clint.send(order)
        clint.err.wait_for(f"^! {whom} is an operator for longer than you are", since=mark)
    erin = joined(host, "erin")
    register(erin)
    carol.send("/op erin")
    carol.err.wait_for("^! you are an operator until you leave, and erin would be one for longer")
    boss = joined(host, "boss")  # by name alone
    told(host, "/op boss 1h", "boss is an operator for")
    for whom in ("chief", "bob"):
        boss.send(f"/deop {whom}")
        boss.err.wait_for(f"^! {whom} is an operator for longer than you are")
    boss.quits(host, 1)
    bob.send("/register boss")
    bob.err.wait_for("^! boss is an operator's name - the host's console makes that account$")
    mark = carol.err.mark()
    carol.send("/unregister bob")
    carol.err.wait_for("^! bob is an operator for longer than you are", since=mark)
    chief.send("/deop bob")
    chief.out.wait_for(r"^\* bob is no operator any more \(by chief\)$")


@case("at a terminal no password is seen, neither while it is set nor while it is asked for")
def at_a_terminal():
    host = tls_host()
    alice = member(host, "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")
    alice.write("/register\r")
    alice.out.wait_for("New password for your account: ")
    alice.write("not this one\x03")
    alice.out.wait_for(r"! no password was given, and nothing was done")
    mark = alice.out.mark()
    alice.write("/register\r")
    alice.out.wait_for("New password for your account: ", since=mark)
    alice.write(MINE + "\r")
    alice.out.wait_for("Once more: ")
    alice.write(MINE + "\r")
    alice.out.wait_for(r"\* your name is yours")
    alice.write("/passwd bob\r")
    alice.out.wait_for("! /passwd is for your own account, and asks for the passwords")
    alice.write("\x1b[A")  # not in the lines that were typed before, either
    alice.write("\x15")
    alice.quits(host)
    mark = host.out.mark()
    again = member(host, "alice", tty=True)
    again.out.wait_for("Password of the account alice: ")
    again.write(MINE + "\r")
    again.out.wait_for(r"\[#lobby\]")
    host.out.wait_for("^alice joined", since=mark)
    told(host, "/who", r"^\* 1 here: alice$")  # behind all that was to be told of her connections
    check(host.out.count("^Connection from ", since=mark) == 1, "who was asked for a password shows as two")
    check(MINE not in alice.out.text() + again.out.text(), "the password was shown")


@case("another password, and no account any more")
def passwd():
    host = tls_host()
    alice = joined(host, "alice")
    change(alice, MINE, MINE)
    alice.err.wait_for("^! you are not logged in to an account - /register makes one$")
    register(alice)
    change(alice, "not this one", "another one")
    alice.err.wait_for("^! that is not your account's password: nothing was changed$")
    change(alice, MINE, "another one")
    alice.out.wait_for(r"^\* your account has the new password$")
    mark = alice.out.mark()
    alice.send("/register")
    for question in ("^New password for your account: ", "Once more: "):
        alice.out.wait_for(question, since=mark)
        alice.send(MINE)
    alice.err.wait_for("^! alice is registered - /passwd changes the password$")
    change(alice, MINE, "a third one")
    refused = "^! that is not your account's password: nothing was changed$"
    eventually(lambda: alice.err.count(refused) == 2, "what the host refused is not taken for the password")
    for line in ("/register", MINE, MINE, "/unregister", MINE):
        alice.send(line)
    eventually(lambda: alice.err.count(refused) == 3, "nor what it has not answered yet")
    alice.quits(host, 1)
    member(host, "alice", account=MINE).expect_exit(3)
    alice = joined(host, "alice", account="another one")
    for password in ("not this one", "another one"):
        told(alice, "/unregister", "^Password of your account: ")
        alice.send(password)
    eventually(lambda: alice.err.count(refused) == 1, "the account needs its password to go")
    alice.out.wait_for(r"^\* anybody may have your name again$")
    alice.quits(host, 1)
    joined(host, "alice").err.wait_for(r"^\* you are alice$")


def verifier_text(number):
    """As clint makes it for an account; of which password nobody knows."""
    return "".join(f"{word} {value}\n" for word, value in (
        ("clint verifier", 1), ("id", f"{number:032x}"), ("n", 1 << 15), ("r", 8), ("p", 1), ("salt", "22" * 16),
        ("w0", f"{1:064x}"), ("l", pake.octets(pake.G).hex())))


def has_to_wait(host, source):
    with RawClient(host, source) as guesser:
        guesser.send(greet(), join("alice"))
        for kind in (HELLO,) if isinstance(host, SecureHost) else (HELLO, ACCOUNT):
            guesser.expect(kind)
        guesser.send(frame(SHARE, pake.octets(pake.G)))
        packet = guesser.read()
        return packet.type == GOODBYE and packet.why == "guesses"


@case("an account's password is good only after the run with the host's password on the same connection")
def bound():
    vectors = json.loads((ROOT / "tests" / "vectors" / "spake2plus_rfc9383.json").read_text("utf-8"))["vectors"]
    main_key = next(v["K_main"] for v in vectors if v["suite"] == "P256-SHA256-HKDF-SHA256-HMAC-SHA256")
    example = f"{main_key}\nsession_id {pake.session_id(bytes.fromhex(main_key)).hex()}\n"
    check(example in (ROOT / "docs" / "PROTOCOL.md").read_text("utf-8"), "the protocol's example is another")
    for host, room in ((SecureHost(ROOM), ROOM), (Host(mode="--tls"), None)):
        with Member(host, room) as alice:
            alice.log_in("alice")
            check(alice.ask(REGISTER, verifier_of("alice", MINE)).result == OK, "not registered")
            before = alice.session_id
            check(len(before) == (32 if room else 0), f"a session id of {len(before)} octets")
            alice.send(goodbye())
            alice.wait_end()
        source = fresh_address()
        with Member(host, room, source) as alice:
            alice.begin("alice")
            check(alice.session_id != before or not room, "two runs have one session id")
            check(alice.prove_account(MINE, alice.session_id), "the host is bound to something else")
            alice.expect(WELCOME)
            alice.send(goodbye())
            alice.wait_end()
        others = [(before,), (b"",), ()] if room else [(b"\0" * 32,), (b"\0",), ()]
        failed = failed_log_ins(host)
        for other in others:  # another run's, none, not even the field
            begin = time.monotonic()
            with Member(host, room, source) as thief:
                thief.begin("alice")
                check(not thief.prove_account(MINE, *other), f"the host's proof is bound to {other}")
                check(thief.wait_end() == "account", f"the goodbye was {thief.farewell}")
        eventually(lambda h=host, n=failed: failed_log_ins(h) == n + 3, "all three count as guesses")
        # For 5 s after the last one, then for ten after that question, which is a guess, too.
        check(has_to_wait(host, source) or (time.monotonic() - begin > 5 and has_to_wait(host, source)), "three more are free")


@case("B7: after /passwd a client's key alone is no way back into its session, under whatever name")
def old_key():
    host = Host(mode="--tls", grace=30)
    with RawClient(host) as raw:
        raw.log_in("alice")
        check(raw.ask(REGISTER, verifier_text(1)).result == OK, "not registered")
        key = raw.key
        raw.reset()
    with RawClient(host) as alice:
        check(alice.log_in("alice", key=key).name == "alice", "the key is the way back until the password changes")
        check(alice.ask(PASSWD, verifier_text(2)).result == OK, "no other password")
        for name in ("alice", "", "zoe"):
            with RawClient(host) as thief:
                thief.send(greet(), join(name, key))
                thief.expect(HELLO)
                wanted = thief.read()
                check(wanted.type == ACCOUNT and wanted.name == "alice", f"as {name!r} came {wanted}")
                check(wanted.verifier_id == (2).to_bytes(16, "big"), "it is not the new password that is wanted")
                thief.send(goodbye())
        with RawClient(host) as thief:
            thief.send(greet(), join("alice", key))
            thief.expect(HELLO)
            thief.expect(ACCOUNT)
            thief.send(frame(SHARE, pake.octets(pake.G)))
            thief.expect(PROOF)
            thief.send(frame(CONFIRM, b"x" * 32))
            check(thief.wait_end() == "account", f"the goodbye was {thief.farewell}")
        alice.say("still here")
        alice.wait_post("still here")


@case("clint comes back after a cut with the password that it has just set")
def back_after_passwd():
    host = tls_host(grace=30)
    proxy = Proxy(host.port)
    alice, bob = joined(proxy.port, "alice"), joined(host, "bob")
    register(alice)
    change(alice, MINE, "another one")
    alice.out.wait_for(r"^\* your account has the new password$")
    proxy.cut()
    alice.err.wait_for("back after")
    alice.send("me again")
    bob.out.wait_for("^alice: me again$")
    check("alice left" not in bob.out.text(), "a short cut was told as a leave")


@case("a password whose answer is lost is tried on coming back, where the host has taken it")
def unanswered():
    host = tls_host()  # who comes back has to prove the account anew
    proxy = Proxy(host.port)
    alice, bob = joined(proxy.port, "alice"), joined(host, "bob")
    alice.out.wait_for("^\\* bob joined$")
    addressable(alice)  # her key is announced, and the answer to that is not the one to be swallowed

    def come_back():
        mark = alice.err.mark()
        proxy.cut()
        proxy.swallow_answers = False
        alice.err.wait_for("back after", since=mark)
        word = f"back {len(alice.err.text())}"
        alice.send(word)
        for clint in (alice, bob):
            clint.out.wait_for(f"^alice: {word}$")
    for wanted in (lambda: type_new(alice, "the first one"), lambda: change(alice, "the first one", "the second one")):
        proxy.swallow_answers, proxy.swallowed = True, 0
        wanted()
        eventually(lambda: proxy.swallowed > 0, "the host's answer")
        come_back()
    change(alice, "the second one", "the third one")
    alice.out.wait_for(r"^\* your account has the new password$")
    member(host, "alice", account="the second one").expect_exit(3)


@case("where all need an account the console makes them; a name without one is not told from one with another password")
def required():
    host = tls_host("--accounts", "required")
    mark = host.out.mark()
    host.send("/register alice")
    password = host.out.wait_for(r"^\* alice has an account with the password (\S+) - ", since=mark).group(1)
    alice = joined(host, "alice", account=password)
    alice.send("/logout")
    alice.err.wait_for("^! nobody is here without an account")
    answers = set()
    for name in ("nobody", "alice"):
        stranger = member(host, name, account="a guess")
        stranger.expect_exit(3)
        answers.add(stranger.err.text().replace(name, "NAME"))
    check(len(answers) == 1, f"the answers differ: {answers}")
    member(host, "").expect_exit(5)


@case("operators named at the start are those who know the account's password")
def operators():
    host = tls_host("--operator", "alice")
    alice, bob = joined(host, "alice"), joined(host, "bob")
    alice.send("/kick bob")
    alice.err.wait_for("^! /kick is for operators")
    alice.send("/register")
    alice.out.wait_for("^New password")
    alice.send(MINE)
    alice.send(MINE)
    alice.err.wait_for("^! alice is an operator's name - ask at the host's console for /register alice$")
    alice.quits(host, 1)
    host.send("/register alice")
    password = host.out.wait_for(r"^\* alice has an account with the password (\S+) - ").group(1)
    alice = joined(host, "alice", account=password)
    alice.send("/kick bob")
    bob.expect_exit(5)
    alice.send("/unregister")
    alice.out.wait_for("^Password of your account: ")
    alice.send(password)
    alice.out.wait_for(r"^\* anybody may have your name again$")
    alice.send("/kick alice")
    alice.err.wait_for("^! /kick is for operators")
    refused = Host("--accounts", "required", wait=False)
    refused.expect_exit(2)


@case("without TLS there are no accounts, and the host says why; nor with --accounts off")
def refused():
    with RawClient(Host()) as raw:
        raw.log_in("raw")
        answer = raw.ask(REGISTER, "x")
        check(answer.result == NOT_HERE and "TLS" in answer.text, f"{answer}")
    host = tls_host("--accounts", "off")
    alice = joined(host, "alice")
    alice.send("/register")
    alice.out.wait_for("^New password")
    alice.send(MINE)
    alice.send(MINE)
    alice.err.wait_for("^! this host has no accounts - ask ")


@case("at a terminal no password is asked for where there is no account for it")
def nothing_to_ask():
    alice = member(tls_host(), "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")

    def expect(line, what):
        mark = alice.out.mark()
        alice.write(line + "\r")
        alice.out.wait_for(what, since=mark)
    none = "! you are not logged in to an account - /register makes one"
    expect("/passwd", none)
    expect("/unregister", none)
    expect("/register", "New password for your account: ")
    expect(MINE, "Once more: ")
    expect(MINE, r"\* your name is yours")
    expect("/passwd", "Password of your account: ")
    expect("\x03", r"\[#lobby\]")
    expect("/logout", r"\* you are now ")
    expect("/passwd", none)
    alice = Clint(Host(), "--name", "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")
    for line in ("/register", "/login bob", "/passwd", "/unregister"):
        expect(line, "! accounts need a host with TLS - ask ")
    check("assword" not in alice.out.text(), "a password was asked for")


@case("five at once want one account, and one gets it; the others are not let in under another name")
def same_name():
    host = tls_host()
    alice = joined(host, "alice")
    register(alice)
    alice.quits(host)
    several = [member(host, "alice", "--backlog", "0", account=MINE) for _ in range(5)]
    eventually(lambda: sum(one.alive for one in several) == 1, "one winner", 60)
    codes = [one.exit_code() for one in several if not one.alive]
    check(codes == [5] * 4, f"exit codes {codes}")
    check(not any("clint1" in one.out.text() for one in several), "a loser was let in under another name")


if __name__ == "__main__":
    run()
