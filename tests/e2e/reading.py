#!/usr/bin/env python3
"""Reading along at a terminal: what is told apart, what calls its user, what is found again and kept."""

import re
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import (BUILD, LINUX, SLACK, Clint, Host, addressable, case, check, eventually, fresh_home, on_linux, run,
                  scratch)
from proxy import Proxy
from screen import Screen
from stored import KeptHost
from wire import JOIN, RawClient

FOCUS_IN, FOCUS_OUT = "\x1b[I", "\x1b[O"


def at_terminal(host, *flags, **options):
    clint = Clint(host, "--name", "alice", *flags, tty=True, **options)
    clint.out.wait_for(r"\* alice joined \(\d+ here\)[\s\S]*\[#lobby\]")  # the host may tell it some time after the prompt
    return clint


def look_away(clint):
    """And the clint knows it, when the letter that was typed then is shown."""
    clint.write(FOCUS_OUT + "z")
    eventually(lambda: octets(clint).endswith(b"z"), "the typed letter")
    clint.write("\x15")


def octets(clint, since=0):
    return bytes(clint.out.raw)[since:]


def bells_after(clint, bob, text):
    """How many bells the terminal had when `bob` has said this."""
    bob.say(text)
    eventually(lambda: text.encode() in octets(clint), "the line")
    return octets(clint).count(b"\a")


@case("named or written to while looking elsewhere: the bell, once each; not while looking, not for others' words")
def bell():
    host = Host()
    alice = at_terminal(host)
    with RawClient(host) as bob:
        bob.log_in("bob")
        bob.say("alice, are you there?")
        eventually(lambda: b"are you there?" in octets(alice), "the line")
        check(b"\a" not in octets(alice), "a bell while nobody is known to look elsewhere")
        alice.write(FOCUS_OUT + "z")
        eventually(lambda: b"z" in octets(alice).rsplit(b"there?", 1)[1], "the typed letter")
        bob.say("nothing to see")
        bob.say("hey alice")
        eventually(lambda: octets(alice).count(b"\a") == 1, "the bell")
        check(octets(alice).count(b"---- new ----") == 1, "where the reading stopped is marked once")
        mark = len(octets(alice))
        alice.write(FOCUS_IN)
        alice.write("x")
        eventually(lambda: octets(alice, mark).count(b"x") > 0, "the typed letter")
        bob.say("alice again")
        eventually(lambda: b"alice again" in octets(alice, mark) or b"again" in octets(alice, mark), "the line")
        check(b"\a" not in octets(alice, mark), "a bell while looking")


@case("--notify desktop tells the terminal, harmlessly; with notify off nothing calls; the picture stays whole")
def desktop():
    host = Host()
    alice = at_terminal(host, "--notify", "desktop")
    carol = Clint(host, "--name", "carol").connected()
    addressable(alice)
    with RawClient(host) as bob:
        bob.log_in("bob")
        look_away(alice)
        bob.say("alice: ;\\; 31m")
        carol.send("/msg alice psst")
        eventually(lambda: octets(alice).count(b"\x1b]777;notify;") == 2, "two notifications")
        check(b"\x1b]777;notify;bob;names you in #lobby\a" in octets(alice), "what the first says")
        check(b"\x1b]777;notify;carol;a private message\a" in octets(alice), "what the second says, and no word of it")
        alice.write("/set notify off\r")
        eventually(lambda: b"* notify = off" in octets(alice), "the answer")
        bob.say("alice?")
        eventually(lambda: b"alice?" in octets(alice), "the line")
        check(octets(alice).count(b"\x1b]777;") == 2, "a notification though they are off")
    screen = Screen(40, 120)
    screen.feed(re.sub(rb"\x1b\](?:9|777);[^\a\x1b]*\a", b"", octets(alice)))


@case("marks become attributes for whoever has colours, emoji signs for all; /raw says it as typed")
def formatting():
    host = Host()
    alice = at_terminal(host, "--color", "always")
    bob = Clint(host, "--name", "bob").connected()
    alice.write("it is **done** :tada: `x:tea:`\r")
    bob.out.wait_for(r"^alice: it is \*\*done\*\* 🎉 `x:tea:`$")
    eventually(lambda: b"\x1b[1mdone\x1b[22m" in octets(alice), "bold")
    alice.write("/raw :tada:\r")
    bob.out.wait_for(r"^alice: :tada:$")
    bob.send("from a pipe :tada:")
    bob.out.wait_for(r"^bob: from a pipe :tada:$")


@case("a link is told to the terminal as one, however it is wrapped, without colours too; not where it would be shown as text")
def links():
    motd, block = scratch("motd"), "https://clint.example/" + "code/" * 20
    motd.write_text("Read https://clint.example/rules first.\n", encoding="utf-8")
    host = Host("--motd", motd)
    knows = at_terminal(host, env={"VTE_VERSION": "6800", "NO_COLOR": "1"}, size=(24, 40))
    console = Clint(host, "--name", "carol", "--links", "always", tty=True, env={"TERM": "linux"})
    never = Clint(host, "--name", "dave", "--links", "never", tty=True, env={"COLORTERM": "truecolor"})
    unknown = Clint(host, "--name", "erin", tty=True)
    link = "https://clint.example/" + "wrapped/" * 12 + "(ä;b)?c=%20#d"
    with RawClient(host) as bob:
        bob.log_in("bob")
        for clint in (console, never, unknown):
            clint.out.wait_for(r"\[#lobby\]")
        bob.say(f"```\ncurl {block}\n```")
        knows.write("/join ops\r")
        knows.out.wait_for(r"\[#ops\]")
        knows.write("/topic see https://clint.example/topic\r")
        knows.out.wait_for("alice set the topic")
        bob.say(f"read {link}, all")
        for clint in (knows, console, never, unknown):
            eventually(lambda c=clint: b", all" in octets(c), "the line")
    screen = Screen(24, 40, links=True)
    screen.feed(octets(knows))
    wanted = ["https://clint.example/" + last for last in ("rules", "code/" * 20, "topic")]
    check(sorted(screen.links) == sorted([*wanted, link]), f"links: {screen.links}")
    check(any(line.endswith(f"bob: read {link}, all") for line in screen.whole_lines()), f"{screen.whole_lines()}")
    check(octets(knows).count(b"\x1b]8;;http") == 4, "one link, begun more than once")
    for clint in (console, never, unknown):
        Screen(40, 120).feed(octets(clint))
        check(b"\x1b]8" not in octets(clint), f"{clint.name} is told of links")


@case("/search finds what was said, and what the host keeps from before; /log keeps a transcript for its owner alone")
def search():
    host = KeptHost(scratch("search"))
    with RawClient(host.program) as bob:
        bob.log_in("bob")
        for n in range(100):
            bob.say(f"old line {n}" + (" about tea" if n == 3 else ""))
        bob.wait_post(lambda post: post.text == "old line 99")
        alice = at_terminal(host.program, "--backlog", "5")
        bob.say("Tea is ready")
        eventually(lambda: b"Tea is ready" in octets(alice), "the line")
        alice.write("/search tea\r")
        alice.out.wait_for(r"\* 1 message with tea:")
        alice.out.wait_for("bob: Tea is ready")
        alice.out.wait_for(r"\* and earlier:")
        alice.out.wait_for("bob: old line 3 about tea")
        for n in (4, 5):  # what a search has looked through was not shown, and is found by the next one
            alice.write(f'/search "line {n}"\r'.replace('"', ""))
            alice.out.wait_for(rf"\* and earlier:[\s\S]*bob: old line {n}\b")
        alice.write("/history 3\r")
        alice.out.wait_for(r"bob: old line 92[\s\S]*bob: old line 94[\s\S]*\* that was earlier")
        file = scratch("transcript.txt")
        alice.write(f"/log {file}\r")
        alice.out.wait_for("what is said goes to")
        bob.say("for the record 1")
        eventually(lambda: file.exists() and "record 1" in file.read_text(encoding="utf-8"), "the transcript")
        check(re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d bob: for the ", file.read_text(encoding="utf-8"), re.MULTILINE), "its form")
        check(file.stat().st_mode & 0o777 == 0o600, "others can read the transcript")
        alice.write("/log /nonexistent/folder/x\r")
        alice.out.wait_for("! cannot write to /nonexistent/folder/x")
        bob.say("for the record 2")
        eventually(lambda: "record 2" in file.read_text(encoding="utf-8"), "what is said after a slip")
        alice.write("/log off\r")
        alice.out.wait_for(r"\* nothing is written any more")
        alice.write("/log\r")
        alice.out.wait_for("! nothing is written to a file - /log FILE begins that")
        alice.write(f"/log {'x' * 300}\r")
        alice.out.wait_for("! cannot write to xxx")


@case("/search finds by person, room and day, too")
def search_less():
    host = KeptHost(scratch("search_less"))
    with RawClient(host.program) as bob, RawClient(host.program) as carol:
        alice = at_terminal(host.program)
        bob.log_in("bob")
        carol.log_in("carol")
        bob.say("tea from bob")
        carol.say("tea from carol")
        alice.out.wait_for("tea from carol")
        alice.out.wait_for("tea from bob")
        alice.write("/search -user bob -since today tea\r")
        alice.out.wait_for(r"\* 1 message of bob with tea:[\s\S]*bob: tea from bob")
        alice.write("/search -room nowhere tea\r")
        alice.out.wait_for(r"\* 0 messages with tea in #nowhere\b")
        alice.write("/search -since tomorrow tea\r")
        alice.out.wait_for(r"! a day is today, yesterday, 2026-11-21, or a time ago: 2h")


@case("who comes and goes folds into one line, but for who talks; /quiet hides it, --joins all tells each")
def presences():
    host = Host()
    each = Clint(host, "--name", "each", "--joins", "all", tty=True)
    each.out.wait_for(r"\[#lobby\]")
    alice = at_terminal(host, "--backlog", "0")
    crowd = [RawClient(host) for _ in range(4)]
    alice.signal(signal.SIGSTOP)  # she hears of them in one go, however long they take to come
    for client, name in zip(crowd, ("bob", "carol", "dave", "erin")):
        client.log_in(name)
        each.out.wait_for(rf"\* {name} joined \(\d here\)")
    alice.signal(signal.SIGCONT)
    alice.out.wait_for(r"\* bob joined \(3 here\)[\s\S]*\* carol, dave, erin joined \(6 here\)")
    crowd[1].say("I am here")
    alice.out.wait_for("carol: I am here")
    crowd[0].close()
    crowd[1].close()
    alice.out.wait_for(r"\* carol left \(connection lost\)")
    alice.out.wait_for(r"\* bob left")
    alice.write("/quiet\r")
    alice.out.wait_for(r"\* who comes and goes is not shown; /quiet shows it again")
    mark = alice.out.mark()
    crowd[2].close()
    each.out.wait_for(r"\* dave left")
    crowd[3].say("still here")
    alice.out.wait_for("erin: still here", since=mark)
    check("dave left" not in alice.out.text(mark), "told in spite of /quiet")
    crowd[3].close()


@case("after a cut: how much was missed and how much of it names you, a mark, and then what it was")
def missed():
    host = Host()
    proxy = Proxy(host.port)
    alice = Clint(proxy.port, "--name", "alice", tty=True)
    alice.out.wait_for(r"\[#lobby\]")
    with RawClient(host) as bob:
        bob.log_in("bob")
        bob.say("before")
        alice.out.wait_for("bob: before")
        proxy.refuse = True
        proxy.cut()
        alice.out.wait_for("trying again")
        for text in ("one", "alice, two", "three"):
            bob.say(text)
        bob.wait_post("three")

        def hold_back(said):  # all that she missed, until it can come to her with the welcome
            if said[:1] == b"\0" and said[4] == JOIN:  # else it asks for TLS
                proxy.gather = b"three"
        proxy.overhear = hold_back
        proxy.refuse = False
        alice.out.wait_for(r"\* back after [\d.]+ s, 3 missed, 1 mentions you[\s\S]*---- new ----[\s\S]*bob: one[\s\S]*bob: three", 30 * SLACK)
        alice.write("/uptime\r")
        alice.out.wait_for(r"\* connected for [\d.]+ s")
        alice.write("/fingerprint\r")
        alice.out.wait_for(r"\* this connection is not encrypted: there is no key")
    proxy.close()


@case("after a cut the others come back, too, as after a new start of the host: in a few lines, not in one for each")
def all_return():
    host = Host()
    proxy = Proxy(host.port)
    alice = at_terminal(proxy.port)
    names = [f"talker{n}" for n in range(8)]
    talkers = [RawClient(host) for _ in names]
    for name, talker in zip(names, talkers):
        talker.log_in(name)
        talker.say(f"{name} speaks")
    for name in names:
        alice.out.wait_for(f"{name}: {name} speaks")
    proxy.refuse = True
    proxy.cut()
    alice.out.wait_for("trying again")
    for talker in talkers:
        talker.close()
    host.out.wait_for(r"^\+ Total connected clints: \[0\]$")
    proxy.refuse = False
    alice.out.wait_for(r"\* back after ", 30 * SLACK)
    mark = alice.out.mark()
    talkers = [RawClient(host) for _ in names]
    for name, talker in zip(names, talkers):
        talker.log_in(name)
    alice.out.wait_for(r"joined \(9 here\)", since=mark)
    told = alice.out.count(r"joined \(\d here\)", since=mark)
    check(told <= 4, f"the return of eight is told in {told} lines")
    for talker in talkers:
        talker.close()
    proxy.close()


@case("words call like the name, private messages alone do, or everything does, in each room as its user wants")
def calling():
    host = Host()
    alice = at_terminal(host)
    with RawClient(host) as bob:
        bob.log_in("bob")
        alice.write("/notify word add coffee\r")
        alice.out.wait_for(r"\* notify-words = coffee")
        addressable(alice)
        look_away(alice)
        check(bells_after(alice, bob, "more tea?") == 0, "tea calls")
        check(bells_after(alice, bob, "Coffee is ready") == 1, "the word does not call")
        alice.write("/notify all-rooms pm\r")
        alice.out.wait_for(r"\* in #lobby: pm \(the default\); in all other rooms: pm")
        check(bells_after(alice, bob, "alice!") == 1, "the name calls though private messages alone shall")
        alice.write("/notify all\r")
        alice.out.wait_for(r"\* in #lobby: all; in all other rooms: pm")
        check(bells_after(alice, bob, "anything") == 2, "not everything calls")
        carol = Clint(host, "--name", "carol").connected()
        alice.write("/query carol\r")
        alice.out.wait_for(r"\[@carol sealed")
        alice.write("/notify off\r")
        alice.out.wait_for(r"\* in @carol: off; in #lobby: all; in all other rooms: pm")
        carol.send("/msg alice psst")
        alice.out.wait_for("psst")
        check(octets(alice).count(b"\a") == 2, "carol calls, who shall not")
        alice.write("/notify default\r")
        alice.out.wait_for(r"\* in @carol: pm \(the default\); in #lobby: all; in all other rooms: pm")
        carol.send("/msg alice again")
        eventually(lambda: octets(alice).count(b"\a") == 3, "the bell")
        alice.write("/notify loud\r")
        alice.out.wait_for(r"! /notify off, pm, mention, all or default is for this room")
        alice.write("/save\r")
        file = Path(alice.out.wait_for(r"\* saved in (\S+clint\.toml)").group(1))
        check('notify-rooms = "lobby=all"\n' in file.read_text(encoding="utf-8"), "/save keeps no rooms")


@case("--theme, --time-format, --notify-on, --notify-words as flags; --sound plays the file by the player that there is")
def flags():
    host = Host()
    players, played, status = scratch("players"), scratch("played"), scratch("status")
    players.mkdir()
    (players / "aplay").write_text(f"""#!/bin/sh
[ -r /proc/self/status ] && while read -r line; do echo "$line"; done < /proc/self/status > {status}
echo "$#: $1" >> {played}
""", encoding="utf-8")
    (players / "aplay").chmod(0o755)
    dark, light = {75, 79, 114, 141, 147, 173, 179, 180, 203, 209, 215, 222}, {18, 22, 24, 53, 52, 54, 55, 23, 88, 89, 90, 124}
    words = at_terminal(host, "--color", "always", "--theme", "dark", "--time-format", "at %H.%M", "--notify-words", "coffee, tea",
                        "--sound", "/a sound.wav", env={"PATH": str(players)})
    person = Clint(host, "--name", "carol", "--color", "always", "--theme", "light", "--time-format", "", "--notify-on", "pm", tty=True)
    mono = Clint(host, "--name", "dave", "--color", "always", "--theme", "mono", "--notify-on", "all", "--notify", "off", tty=True)
    for clint in (person, mono):
        clint.out.wait_for(r"\[#lobby\]")
    with RawClient(host) as bob:
        bob.log_in("bob")
        for clint in (words, person, mono):
            look_away(clint)
        check(bells_after(words, bob, "milk?") == 0, "milk calls")
        check(bells_after(words, bob, "Tea?") == 1, "a word of --notify-words does not call")
        eventually(lambda: played.exists() and played.read_text(encoding="utf-8") == "1: /a sound.wav\n", "the sound")
        if LINUX:
            masks = dict(re.findall(r"^(Sig\w+):\s*(\w+)", status.read_text(encoding="utf-8"), re.MULTILINE))
            check(int(masks["SigBlk"], 16) == 0, f"the player starts with signals held back: {masks}")
            check(not int(masks["SigIgn"], 16) >> (signal.SIGPIPE - 1) & 1, f"the player ignores SIGPIPE: {masks}")
        check(bells_after(person, bob, "carol!") == 0, "--notify-on pm, and the name calls")
        check(bells_after(mono, bob, "dave!") == 0, "--notify off, and something calls")
        shown = re.search(rb"\x1b\[2mat \d\d\.\d\d \x1b\[0m\x1b\[38;5;(\d+)mbob\x1b\[0m: milk", octets(words))
        check(shown and int(shown.group(1)) in dark, "--time-format or --theme dark")
        shown = re.search(rb"\n\x1b\[38;5;(\d+)mbob\x1b\[0m: milk|[JK]\x1b\[38;5;(\d+)mbob\x1b\[0m: milk", octets(person))
        check(shown and int(shown.group(1) or shown.group(2)) in light, "an empty --time-format or --theme light")
        check(re.search(rb"\x1b\[1mbob\x1b\[0m: milk", octets(mono)), "--theme mono")
        addressable(person)
        bob.ask(0x26, "carol", bob.ask(0x25, "carol").rows[0][1], (1).to_bytes(8, "big"), b"x" * 112)
        eventually(lambda: octets(person).count(b"\a") == 1, "the bell for a private message")


@case("/help, /help COMMAND, /motd, /version, /clear and every second name of a command: each does what it says")
def commands():
    motd = scratch("motd")
    motd.write_text("Be kind.\n", encoding="utf-8")
    host = Host("--motd", motd)
    alice = at_terminal(host)
    bob = Clint(host, "--name", "bob").connected()
    addressable(bob)

    def typed(line, answer):
        mark = alice.out.mark()
        alice.write(line + "\r")
        return alice.out.wait_for(answer, since=mark)
    typed("/help", r"\* talking +/me ACTION [\s\S]*\* rooms +/join [\s\S]*\* operators [\s\S]*/unmute NAME\b[\s\S]*\* Anything else is sent[\s\S]*\* ---- new ---- stands where")
    typed("/help all", r"\* /whois NAME +tells about one person[\s\S]*\* ---- operators ----[\s\S]*\* /unmute NAME ")
    typed("/?", r"\* Anything else is sent")
    typed("/help quit", r"\* /quit \[TEXT\]: says the text.*\(also /exit /q\)[\s\S]*\* for example: /quit see you tomorrow")
    typed("/help /w", r"\* /msg NAME TEXT: ")
    typed("/help whoo", r"\* there is no /whoo - did you mean /who\?")
    typed("/motd", r"\* Be kind\.")
    version = subprocess.run([BUILD / "clint", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    typed("/version", rf"\* clint {re.escape(version)}, protocol 1")
    typed("/w bob psst", r"\[you -> bob\] psst")
    bob.out.wait_for(r"^\[alice -> you\] psst$")
    typed("/users", r"\* 2 in #lobby: ")
    typed("/names", r"\* 2 in #lobby: ")
    typed("/bell", r"\* notify = bell[\s\S]*\* in #lobby: mention[\s\S]*\* notify-words = ")
    typed("/bell off", r"\* in #lobby: off;")
    typed("/lastlog psst", r"\* 1 message with psst:")
    typed("/banned", r"! .*operator")
    typed("/join ops", r"\[#ops\]")
    typed("/room_msg lobby hello from elsewhere", r"\[#lobby\] alice: hello")
    bob.out.wait_for("^alice: hello from elsewhere$")
    typed("/part", r"\* you left #ops")
    typed("/r", "goes to|nobody has written")
    mark = len(octets(alice))
    alice.write("/clear\rx")
    eventually(lambda: b"\x1b[H\x1b[2J" in octets(alice, mark) and octets(alice).endswith(b"x"), "an empty screen")
    screen = Screen(40, 120)
    screen.feed(octets(alice).rpartition(b"\x1b[H\x1b[2J")[2])
    check(screen.rows() == ["[#lobby] x"], f"after /clear there is {screen.rows()}")
    alice.write("\x15/exit see you\r")
    alice.expect_exit(0)
    bob.out.wait_for(r"^\* alice left")


@case("--plain-lines: a terminal gets lines and nothing else")
def plain_lines():
    host = Host()
    alice = Clint(host, "--name", "alice", "--plain-lines", "--links", "always", tty=True)
    alice.out.wait_for("Connected to")
    with RawClient(host) as bob:
        bob.log_in("bob")
        alice.write(":tada:\n")
        bob.wait_post("🎉")
        alice.write("/raw :tada:\n")
        bob.wait_post(":tada:")
        bob.say("hello **alice** http://clint.example/")
        alice.out.wait_for(r"bob: hello \*\*alice\*\* http://clint.example/")
        alice.write("hi\n")
        bob.wait_post("hi")
    check(b"\x1b" not in octets(alice), f"a sequence: {octets(alice)!r}")


@case("started without a place at a terminal it offers where it has been")
def visited():
    on_linux()
    host = Host()
    home = fresh_home()
    alice = Clint(host, "--name", "alice", tty=True, home=home)
    alice.out.wait_for(r"\[#lobby\]")
    alice.quits(host)
    mark = host.out.mark()
    again = Clint(None, tty=True, home=home)
    again.out.wait_for(rf"1  127\.0\.0\.1:{host.port}  as alice")
    again.write("1\r")
    again.out.wait_for(r"\[#lobby\]")
    host.out.wait_for("^alice joined from", since=mark)


if __name__ == "__main__":
    run()
