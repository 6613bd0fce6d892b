#!/usr/bin/env python3
"""clint for scripts: --send, --wait, --json, --exec, and the examples in docs/examples."""

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import (BUILD, SLACK, Clint, Host, Program, SecureHost, addressable, case, check, eventually, run, scratch, told,
                  unused_port)
from proxy import Proxy
from wire import RawClient

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
PATH = {"PATH": f"{BUILD}:{os.environ['PATH']}"}


def objects(clint):
    ended, text = clint.out.ended, clint.out.text()
    if not ended:
        text = text.rpartition("\n")[0]  # the rest of the last line may be on its way
    lines = [line for line in text.splitlines() if line]
    check(all(line.isascii() and line.isprintable() for line in lines), "something else than plain ASCII was written")
    return [json.loads(line) for line in lines]


def wait_object(clint, **wanted):
    found = []

    def there():
        found[:] = [each for each in objects(clint) if wanted.items() <= each.items()]
        return found
    eventually(there, f"an object with {wanted}")
    return found[0]


@case("--send says one line and leaves when it is stored, whatever it begins with; nothing is read from standard input")
def send():
    host = Host()
    listener = Clint(host, "--name", "listener").connected()
    for text in ("build done", "/quit", "", "x" * 20000):
        mark, good = host.out.mark(), 0 < len(text) < 1000
        Clint(host, "--name", "ci", "--send", text).expect_exit(0 if good else 2)
        if good:
            host.wait_left("ci", mark)
    ops = Clint(host, "--name", "member", "--room", "ops").connected()
    ops.err.wait_for("you are in #ops")
    Clint(host, "--name", "ci", "--room", "ops", "--send", "in the room").expect_exit(0)
    ops.out.wait_for(r"^\[#ops\] ci: in the room$")
    eventually(lambda: listener.out.count(r"^\* ci left") == 3, "the end of the third")
    listener.out.wait_for("^ci: /quit$")
    check(listener.out.count("^ci: ") == 2, "something else was said")
    Clint(host, "--send", "x", "--exec", "true").expect_exit(2)
    twice = Clint(host, "--send", "one", "--send", "two")
    twice.expect_exit(2)
    check("--send says one line" in twice.err.text(), twice.err.text())


@case("--quiet says nothing of itself, neither here nor of rooms; what people say and errors stay")
def quiet():
    motd = scratch("motd")
    motd.write_text("Be kind.\n", encoding="utf-8")
    host = Host("--motd", motd, port=unused_port())
    listener = Clint(host, "--name", "listener", "--quiet", "--room", "ops")
    listener.out.wait_for(r"^\* Be kind\.$")
    listener.out.wait_for(r"^\[#ops\] \* listener joined")
    loud = Clint(host, "--name", "ci", "--room", "ops", "--send", "done")
    loud.expect_exit(0)
    loud.err.wait_for("not encrypted")
    host.wait_left("ci")
    hushed = Clint(host, "--name", "ci", "--room", "ops", "--quiet", "--send", "done, too")
    hushed.expect_exit(0)
    check(hushed.err.text() == "" and "Connected" not in hushed.out.text(), f"{hushed.err.text()} {hushed.out.text()}")
    listener.out.wait_for(r"^\[#ops\] ci: done, too$")
    listener.send("/nick listener-2")
    listener.send("/msg nobody psst")
    listener.err.wait_for("^! .*\n")
    check(re.fullmatch(r"(! .*\n)+", listener.err.text()), f"besides errors there is {listener.err.text()!r}")
    host.stop()
    gone = Clint(host.port, "--quiet", "--timeout", "1", "--send", "x")
    gone.expect_exit(1)
    gone.err.wait_for("^clint: error: ")


@case("--wait leaves with 0 when the pattern was said, after a question too; with 1 when it cannot come any more")
def wait():
    host = Host()
    listener = Clint(host, "--name", "listener").connected()
    waiting = Clint(host, "--name", "ci", "--send", "is it ready?", "--wait", r"^(bob|alice): (yes|no)\b")
    listener.out.wait_for(r"^ci: is it ready\?$")
    with RawClient(host) as bob:
        bob.log_in("bob")
        bob.say("ready yes")
        bob.say("yes, it is")
        waiting.expect_exit(0)
        seconds = round(1.6 * SLACK)  # within which it is logged in, too
        timed = Clint(host, "--name", "timed", "--wait", "never", "--timeout", seconds)
        timed.expect_exit(1)
        check(f"error: nobody said what --wait looks for within {seconds} s" in timed.err.text(), timed.err.text())
        waiting = Clint(host, "--name", "ci", "--wait", "never")
        waiting.close_input()
        waiting.connected()
        bob.say("(((((((((((((((((((((((((((((!")
    host.stop()
    Clint(host, "--wait", "(").expect_exit(2)
    waiting.err.wait_for("trying again")
    check(waiting.alive, "it did not wait for the host to come back")
    slow = Host()
    waiting = Clint(slow, "--name", "ci", "--wait", "(a+)+$").connected()
    with RawClient(slow) as raw:
        raw.log_in("raw")
        raw.say("a" * 5000 + "b")  # takes for ever, if one lets it
        raw.say("aaa")
        waiting.expect_exit(0, 20 * SLACK)


@case("--json: objects out, objects in; hostile text stays text; bad lines are named and disturb nothing")
def json_mode():
    host = Host()
    clint = Clint(host, "--name", "script", "--json")
    check(wait_object(clint, event="logged_in")["name"] == "script", "the name")
    bob = Clint(host, "--name", "bob").connected()
    addressable(bob)
    wait_object(clint, event="join", sender="bob")
    for wish in ({"text": "hello"}, {"command": "/join ops"}, {"room": "#ops", "text": "in ops"},
                 {"room": "lobby", "text": "in the lobby"}, {"to": "bob", "text": "between us"}):
        clint.send(json.dumps(wish))
    bob.out.wait_for("^script: hello$")
    bob.out.wait_for("^script: in the lobby$")
    bob.out.wait_for(r"^\[script -> you\] between us$")
    wait_object(clint, event="room_entered", room="ops")
    check(wait_object(clint, event="message", room="ops", text="in ops")["own"], "whose it is")
    wait_object(clint, event="private", own=True, to="bob", text="between us")
    wait_object(clint, event="stored", message=1)
    for bad in ("hello", "[]", "{", '{"text":1}', '{"txt":"x"}', '{"text":""}', '{"to":"bob"}', '{"command":"ls"}',
                '{"room":"ops","to":"bob","text":"x"}', "[" * 5000, '{"room":"nowhere","text":"x"}', '{"to":"a b","text":"x"}',
                '{"command":"/nonsense"}'):
        mark = clint.err.mark()
        clint.send(bad)
        clint.err.wait_for("^!", since=mark)
    bob.send("naïve \u202e text " + "".join(chr(c) for c in (0x7f, 0x9b, 0x1b)))
    bob.send("\U0001f600")
    wait_object(clint, event="message", sender="bob", text="\U0001f600")
    clint.send(json.dumps({"command": "/who"}))
    wait_object(clint, event="line", text="* 1 in #ops: script")
    wait_object(clint, event="error", text="not sent: you are not in #nowhere - {\"command\":\"/join nowhere\"} enters it")
    clint.close_input()
    clint.expect_exit(1)  # not all was done
    quiet = Clint(host, "--name", "quiet", "--json", "--no-echo")
    wait_object(quiet, event="logged_in")
    quiet.send('{"text":"not for me"}')
    wait_object(quiet, event="stored", message=1)
    check(not any(each.get("text") == "not for me" for each in objects(quiet)), "its own message was shown")


@case("--json: what a cut or a restart leaves undone is an error event, too; so is an account that there is not")
def undone_by_a_cut():
    host = Host("--data", scratch("cut"))
    proxy = Proxy(host.port)
    clint = Clint(proxy.port, "--name", "script", "--json")
    wait_object(clint, event="logged_in")
    told(clint, '{"command":"/who"}', "in #lobby")
    proxy.swallow_answers = True
    clint.send('{"command":"/history 5"}')
    eventually(lambda: proxy.swallowed > 0, "the answer is on its way")
    proxy.swallow_answers = False
    proxy.cut()
    wait_object(clint, event="error", text="what was said earlier in #lobby did not come - ask for it again")
    clint.close_input()
    clint.expect_exit(1)
    password = {"CLINT_PASSWORD": "tea and biscuits"}
    host = SecureHost("tea and biscuits", port=unused_port())
    clint = Clint(host, "--name", "script", "--json", "--kdf", "small", env=password)
    clint.send('{"command":"/join vault --password"}\nopen sesame')
    wait_object(clint, event="room_entered", room="vault", locked=True)
    other = Clint(host, "--name", "other", "--json", env=password)
    other.send('{"command":"/join vault"}\n{"text":"is no password, and not for the lobby"}')
    wait_object(other, event="error", text="not sent: you are not in #vault - /join vault, or /join lobby")
    other.close_input()
    other.expect_exit(1)
    clint.send('{"command":"/login nobody"}\nsesame')
    # Its first session may be there still, or not any more.
    eventually(lambda: any(re.fullmatch("no account is called nobody - you are (nobody|script)", str(each.get("text")))
                           for each in objects(clint)), "the answer to /login")
    host.stop()
    wait_object(clint, event="lost")
    clint.send('{"room":"vault","text":"lost words"}')
    host = SecureHost("tea and biscuits", port=host.port)
    wait_object(clint, event="error", text="not sent: 1 message for #vault - say it again when you are back there")
    clint.close_input()
    clint.expect_exit(1)


@case("at the end of input clint waits for what it asked: private messages, answers, history, rooms; JSON and plain lines")
def answers():
    host = Host("--data", scratch("den"))
    bob = Clint(host, "--name", "bob", "--room", "ops").connected()
    bob.err.wait_for("you are in #ops")
    addressable(bob)
    script = Clint(host, "--name", "script")
    script.write("one\n/msg bob psst\n/history 5\n/history 5\n/search nothing\n/join ops\ntwo\n/leave\n/verify bob\n/nick script2\n/who\n")
    script.close_input()
    script.expect_exit(0)
    bob.out.wait_for(r"^\[script -> you\] psst$")
    bob.out.wait_for(r"^\[#ops\] script: two$")
    for line in (r"\* nothing more in the history", r"\[#ops\] script: two", r"\* safety number with bob", r"\* you are now script2",
                 r"\* 2 in #lobby: bob, script2"):
        check(script.out.count(f"^{line}"), f"{line!r} is missing")
    check(script.out.count(r"^\* there is nothing earlier|^\* \d+ earlier:") == 2, "history was asked for twice")
    check("you left #ops" in script.err.text() and "not sent" not in script.err.text(), script.err.text())
    host.wait_left("script2")
    script = Clint(host, "--name", "script", "--json")
    script.write('{"to":"bob","text":"in JSON"}\n{"command":"/history 9"}\n{"command":"/who"}\n')
    script.close_input()
    script.expect_exit(0)
    bob.out.wait_for(r"^\[script -> you\] in JSON$")
    check([each for each in objects(script) if each.get("past")], "no history")
    check({"event": "line", "text": "* 2 in #lobby: bob, script"} in objects(script), "no answer")


@case("what could not be done is exit code 1 and a line on standard error, when all the rest was done")
def not_done():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    for wish, error in (("/msg nobody psst", "not sent to nobody: there is no nobody here"), ("/foo", "there is no /foo"),
                        ("/room ops x", "not sent: you are not in #ops"), ("/whois nobody", "there is no nobody here"),
                        ("/join", "which room"), ("/set colour never", "there is no colour; did you mean color?"),
                        ("/join vault --password", "no password was given"), ("/verify nobody", "there is no nobody here")):
        mark = host.out.mark()
        script = Clint(host, "--name", "script")
        script.write(f"before {wish}\n{wish}\n")
        script.close_input()
        script.expect_exit(1)
        check(f"\n! {error}" in script.err.text(), f"{wish}: {script.err.text()!r}")
        check(script.out.count("^! ") == 0, "it stands on standard output, too")
        bob.out.wait_for(f"^script: before {re.escape(wish)}$")
        host.wait_left("script", mark)
    Clint(host, "--name", "script", "--send", "@nobody psst").expect_exit(1)


@case("who is refused is told what to do instead")
def told_what_to_do():
    host = Host()
    Clint(host, "--name", "bob").connected()
    script = Clint(host, "--name", "script")
    script.write("/leave nope\n/query bob\n/history\n/topic tea\n/me waves\n")
    script.close_input()
    script.expect_exit(1)
    for error in ("you are not in #nope - /rooms lists the rooms, /join nope enters it",
                  "rooms have topics, people have not - /query leads back to #lobby",
                  "private messages are kept nowhere - /search WORDS finds what you have seen since you came",
                  "/me is for rooms, not for private messages - /query leads back to #lobby"):
        check(script.err.count(f"^! {re.escape(error)}$") == 1, f"{error}: {script.err.text()!r}")


@case("a password from a pipe that was meant to be said is named as such")
def piped_password():
    host = SecureHost("correct horse")
    script = Clint(host, "--name", "script")
    script.write("build done\n")
    script.close_input()
    script.expect_exit(3)
    check(re.search("^clint: hint: the input's first line was taken as the password: --password-file FILE or CLINT_PASSWORD",
                    script.err.text(), re.MULTILINE), script.err.text())
    script = Clint(host, "--name", "script", env={"CLINT_PASSWORD": "correct horse"})
    script.write("build done\n")
    script.close_input()
    script.expect_exit(0)


@case("--send at a terminal waits for the password of its room")
def send_to_locked():
    host = SecureHost("correct horse")
    password = {"CLINT_PASSWORD": "correct horse"}
    maker = Clint(host, "--name", "maker", env=password)
    maker.out.wait_for("^Connected")
    maker.send("/join vault --password")
    maker.send("open sesame")
    maker.err.wait_for(r"^\* you are in #vault")
    alice = Clint(host, "--name", "alice", "--room", "vault", "--send", "to the vault", env=password, tty=True)
    alice.out.wait_for("Password for #vault: ")
    alice.write("open sesame\r")
    maker.out.wait_for(r"^\[#vault\] alice: to the vault$")
    alice.expect_exit(0)


@case("--exec: a program reads and talks; what others say never becomes a command; the two end together")
def execute():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    bot = Clint(host, "--name", "parrot", "--exec", "while read -r line; do case $line in bob:*) echo \"${line#bob: }\";; esac; done")
    bob.out.wait_for(r"^\* parrot joined")
    bob.send("hello bot")
    bob.out.wait_for("^parrot: hello bot$")
    bob.send("//quit")
    bob.out.wait_for("^parrot: /quit$")
    check(bot.alive, "it was made to leave")
    bot.signal(15)
    bot.expect_exit(143)
    heard = scratch("heard")
    bot = Clint(host, "--name", "scribe", "--exec", f"cat >{heard}", tty=True)
    bob.out.wait_for(r"^\* scribe joined")
    bob.send("hey **bold** scribe")
    eventually(lambda: heard.exists() and "bold" in heard.read_text(encoding="utf-8"), "what the bot reads")
    check("bob: hey **bold** scribe\n" in heard.read_text(encoding="utf-8"), f"{heard.read_text(encoding='utf-8')!r}")
    bot.signal(15)
    bot.expect_exit(143)
    ends = Clint(host, "--name", "brief", "--exec", "echo bye; exit 7")
    ends.expect_exit(7)
    bob.out.wait_for("^brief: bye$")
    Clint(host, "--name", "none", "--exec", "exec /nonexistent/program").expect_exit(127)


@case("the examples: a bot that rolls dice, a build that says how it went, a log that is followed")
def examples():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    Clint(host, "--name", "dice", "--json", "--exec", f"python3 {EXAMPLES / 'bot.py'}")
    bob.out.wait_for(r"^\* dice joined")
    bob.send("!roll 1")
    bob.out.wait_for("^dice: bob rolls 1 of 1$")
    bob.send("/msg dice hi")
    bob.out.wait_for(r"^\[dice -> you\] I only roll dice")
    build = Program(["sh", EXAMPLES / "notify_build.sh", host.address, "lobby", "sh", "-c", "exit 3"], name="build", env=PATH)
    build.expect_exit(3)
    bob.out.wait_for(r"^build: sh -c exit 3 on \S+: FAILED with 3 after \d+ s$")
    log = scratch("app.log")
    log.write_text("old ERROR\n", encoding="utf-8")
    Program(["sh", EXAMPLES / "follow_log.sh", host.address, log, "ERROR"], name="log", env=PATH, group=True)
    bob.out.wait_for(r"^\* log joined")

    def heard():
        with log.open("a", encoding="utf-8") as file:
            file.write("fine\nERROR disk\n")
        return bob.out.count("^log: ERROR disk$") > 0
    eventually(heard, "a line of the log")
    check(bob.out.count("^log: fine|^log: old") == 0, "other lines were said")


if __name__ == "__main__":
    run()
