#!/usr/bin/env python3
"""Operators: at the console and with an account; what they decide holds, outlives the host, and is written down."""

import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from chat import Clint, Host, addressable, case, check, eventually, run, scratch, told
from wire import POST, REFUSED, RawClient, goodbye, greet, join

ORDER, NOT_ALLOWED = 0x60, 8


def joined(host, name, *flags, **options):
    return Clint(host, "--name", name, *flags, **options).connected()


@case("the console shows somebody out: the others see why, and clint leaves with exit code 5")
def kick():
    host = Host()
    alice, bob = joined(host, "alice"), joined(host, "bob")
    told(host, "/kick bob too loud", r"^\* bob was shown out$")
    bob.expect_exit(5)
    bob.err.wait_for("the host ended this session: shown out by an operator: too loud")
    alice.out.wait_for(r"^\* bob was shown out \(by the host: too loud\)$")
    alice.out.wait_for(r"^\* bob left \(shown out by an operator\)$")
    told(host, "/kick bob", r"^! there is no bob here - /who lists who is$")
    told(host, "/kick", r"^! whom\? - /kick bob spam$")
    told(host, "/rename", r"^! whom\? - /rename bob robert$")
    joined(host, "bob")  # shown out is not kept out
    told(host, "/nonsense", r"^! there is no /nonsense here - did you mean /\w+\? /help lists what there is$")
    told(host, "/kcik bob", r"^! there is no /kcik here - did you mean /kick\? /help lists what there is$")
    told(host, "/relaod", r"^! there is no /relaod here - did you mean /reload\? ")
    told(host, "/register bob", r"^! this host has no accounts - start it with ")
    told(host, "/help", r"^\* /ban NAME\|ip=ADDRESS \[TIME\] \[WHY\]")


@case("a ban keeps a name or an address out, for a time, across a restart; the others are not disturbed")
def ban():
    folder = scratch("bans")
    host = Host("--data", folder)
    alice, bob = joined(host, "alice"), joined(host, "bob")
    told(host, "/ban bob 2h spam", r"^\* bob is banned for 2 h$")
    alice.out.wait_for(r"^\* bob is banned for 2 h \(by the host: spam\)$")
    bob.expect_exit(5)
    for name in ("bob", "BOB", "b0b"):
        again = Clint(host, "--name", name)
        again.expect_exit(5)
    again = Clint(host, "--name", "bob")
    again.expect_exit(5)
    again.err.wait_for(r"the host does not let us in: banned by an operator: for (2 h|119 min): spam")
    alice.send("/nick bob")
    alice.err.wait_for("^! bob is banned here - ")
    with RawClient(host, source="127.0.0.77") as stranger:
        stranger.log_in("stranger")
        told(host, "/ban ip=127.0.0.77 1h30m spam", r"^\* 127.0.0.77 is banned for (90|89) min$")
        alice.out.wait_for(r"^\* stranger was shown out \(by the host: spam\)$")
        stranger.wait_end()
        check(stranger.farewell.why == "banned", f"shown out with {stranger.farewell}")
    # Whoever is banned has no other name either; who is at the same address may come under that one.
    with RawClient(host) as dave:
        dave.log_in("dave")
        told(host, "/ban dave", r"^\* dave is banned$")
        dave.wait_end()
        with RawClient(host) as again:
            again.send(greet(), join("david", dave.key))
            again.wait_end()
            check(again.farewell.why == "banned", f"shown out with {again.farewell}")
        with RawClient(host) as other:
            other.log_in("david")
    told(host, "/unban dave", r"^\* dave is banned no more$")
    told(host, "/bans", r"^\* 2 banned$")
    alice.send("/quit")
    alice.expect_exit(1)
    host.stop()
    host = Host("--data", folder)
    told(host, "/bans", r"^\*   bob for .*, by server: spam$")
    Clint(host, "--name", "bob").expect_exit(5)
    told(host, "/unban bob", r"^\* bob is banned no more$")
    joined(host, "bob")
    told(host, "/ban bob-2", r"^\* bob-2 is banned$")
    with RawClient(host) as other:
        other.log_in("bob")
        check(other.name == "bob-3", f"somebody who had done nothing was called {other.name}")
    told(host, "/unban bob-2", r"^\* bob-2 is banned no more$")
    begin = time.monotonic()
    told(host, "/ban carol 2s", r"^\* carol is banned for [12] s$")

    def let_in():
        with RawClient(host) as carol:
            carol.send(greet(), join("carol"))
            return carol.wait_end_or_welcome()
    eventually(let_in, "the end of carol's ban")
    check(time.monotonic() - begin >= 2, "carol is let in although she is banned")
    told(host, "/unban carol", r"^! carol is not on that list - /bans shows it$")
    told(host, "/ban", r"^! whom\?")
    told(host, "/ban erin 1h30x spam", r'^! "1h30x" is not a time such as .*1h30m.* - nothing was done')
    told(host, "/mute erin 10 minutes", r'^! "10" is not a time')
    told(host, "/ban erin 2x", r'^! "2x" is not a time')
    for term in ("2H", "2h30", "10yrs", "1.5h", "-2h", "+2h"):
        told(host, f"/ban erin {term}", rf'^! "{re.escape(term)}" is not a time')
    told(host, " /ban erin", r"^! not said:  /ban erin - a command has no blank before it")
    told(host, "\f/bans", r"^! not said: .*/bans - a command has no blank before it")
    told(host, "/ban spam ip=127.0.0.77", r'^! "ip=127.0.0.77" is no reason - nothing was done; ')
    told(host, "/mute spam 2h 127.0.0.77 at night", r'^! "127.0.0.77" is no reason - nothing was done; ')
    told(host, "/mute 192.0.2.7 spam", r"^! 192.0.2.7 is an address, and /mute takes a name - /ban ip=192.0.2.7 ")
    told(host, "/mute ip=fe80::1", r"^! fe80::1 is an address, ")
    told(host, "/ban erin 2nd time", r"^\* erin is banned$")
    told(host, "/bans", r"^\*   erin, by server: 2nd time$")
    told(host, "/unban ip=127.0.0.77", r"^\* 127.0.0.77 is banned no more$")
    audit = (folder / "audit.log").read_text(encoding="utf-8")
    check(re.search(r"^\S+ server /ban bob 2h spam: done$", audit, re.MULTILINE), f"the audit log has {audit!r}")
    check((folder / "audit.log").stat().st_mode & 0o777 == 0o600, "others can read the audit log")


@case("who is muted reads along, is told why at each line, and may speak when the time is over")
def mute():
    host = Host()
    alice, bob = joined(host, "alice"), joined(host, "bob")
    addressable(alice)
    told(host, "/mute bob 1h flooding", r"^\* bob may say nothing for (60|59) min$")
    for clint in (alice, bob):
        clint.out.wait_for(r"^\* bob may say nothing for (60|59) min \(by the host: flooding\)$")
    bob.send("hello?")
    bob.err.wait_for(r"^! not sent: an operator has muted you for \d+ min: flooding$")
    bob.send("/nick robert")
    bob.err.wait_for("^! an operator has muted you")
    bob.send("/msg alice psst")
    bob.err.wait_for(r"^! not sent to alice: an operator has muted you")
    alice.send("go on")
    bob.out.wait_for("^alice: go on$")
    told(host, "/mute bob 1s", r"^\* bob may say nothing for 1 s$")
    time.sleep(1.1)
    bob.send("thank you")
    alice.out.wait_for("^bob: thank you$")
    check("hello?" not in alice.out.text(), "a muted one was heard")
    told(host, "/mute bob", r"^\* bob may say nothing$")
    told(host, "/mute", r"^\*   bob, by server$")
    told(host, "/unmute bob", r"^\* bob may speak again$")
    with RawClient(host) as carol:
        carol.log_in("carol")
        told(host, "/mute carol", r"^\* carol may say nothing$")
        carol.send(goodbye())
        carol.wait_end()
        with RawClient(host) as again:
            again.log_in("caroline", key=carol.key)
            again.say("it is me")
            packet = again.read()
            while packet.type != REFUSED:
                check(packet.type == POST and packet.body != b"it is me", f"the host sent {packet}")
                packet = again.read()
            told(host, "/unmute caroline", r"^\* caroline may speak again$")
            again.say("thank you")
            alice.out.wait_for("^caroline: thank you$")
    bob.out.wait_for(r"^\* bob may speak again \(by the host\)$")
    host.out.wait_for("^caroline: thank you$")
    check("by the host" not in host.out.text(), "the console says twice what it did")
    script = Clint(host, "--name", "script")
    script.connected()
    told(host, "/mute script", r"^\* script may say nothing$")
    script.send("build done")
    script.close_input()
    script.expect_exit(1)


@case("an operator renames somebody who is muted: the mute goes along, also one from before a restart")
def rename_muted():
    folder = scratch("rename")
    host = Host("--data", folder)
    told(host, "/mute bob", r"^\* bob may say nothing$")
    host.stop()
    host = Host("--data", folder)
    alice, bob = joined(host, "alice"), joined(host, "bob")
    told(host, "/ban spammer", r"^\* spammer is banned$")
    told(host, "/rename bob spammer", r"^! spammer is banned here - choose another one, or /unban it$")
    told(host, "/rename bob robert", r"^\* bob was told to be robert; ")
    bob.out.wait_for(r"^\* you are now robert$")
    alice.out.wait_for(r"^\* bob is now robert$")
    bob.send("free at last")
    bob.err.wait_for("^! not sent: an operator has muted you$")
    bob.send("/nick bobby")
    bob.err.wait_for("^! an operator has muted you$")
    told(host, "/rename robert bert", r"^\* robert was told to be bert; ")
    bob.out.wait_for(r"^\* you are now bert$")
    mark = bob.err.mark()
    bob.send("or now")
    bob.err.wait_for("^! not sent: an operator has muted you$", since=mark)
    told(host, "/unmute bert", r"^\* bert may speak again$")
    bob.send("thank you")
    alice.out.wait_for("^bert: thank you$")
    check(alice.out.count(": (free at last|or now)$") == 0, "a muted one was heard")


@case("who has lost the connection is not renamed, and the operator hears so")
def rename_held():
    host = Host(grace=60)
    bob = joined(host, "bob")
    bob.kill()

    def refused():
        mark = host.out.mark()
        host.send("/rename bob robert")
        answer = host.out.wait_for(r"^. bob (was told to be robert|has lost the connection - try again in a moment$)", since=mark)
        return answer.group().startswith("! bob has lost")
    eventually(refused, "that bob has lost the connection is known")


@case("whoever may give no orders cannot fill the audit log with them, nor keep others out of it; what is missing is counted")
def refused_orders():
    folder = scratch("refused")
    host = Host("--data", folder)
    alice = joined(host, "alice")
    told(host, "/op alice", r"^\* alice is an operator")
    with RawClient(host) as mallory:
        mallory.log_in("mallory")
        for n in range(30):
            answer = mallory.ask(ORDER, "kick", "alice")
            check(answer.result == NOT_ALLOWED, f"the host answered {answer}")
        alice.send("/kick carol")
        alice.err.wait_for("there is no carol here")
        check(mallory.ask(ORDER, "ban", "alice").result == NOT_ALLOWED, "mallory may ban")
    with RawClient(host, source="127.0.0.77") as trudy:
        trudy.log_in("trudy")
        check(trudy.ask(ORDER, "ban", "carol").result == NOT_ALLOWED, "trudy may ban")
        for n in range(25):
            trudy.ask(ORDER, "kick", "alice")
    host.stop()
    audit = (folder / "audit.log").read_text(encoding="utf-8")
    lines = re.findall(r"^\S+ mallory /kick alice: refused, /kick is for operators", audit, re.MULTILINE)
    check(len(lines) == 20, f"{len(lines)} lines of one who is no operator")
    check(re.search(r"^\S+ orders of people who may give none: 10 more, refused\n\S+ alice /kick carol: refused, ",
                    audit, re.MULTILINE), f"the audit log has {audit!r}")
    check(re.search(r"1 more, refused\n\S+ trudy /ban carol: refused, ", audit), f"of trudy it has {audit!r}")
    check(re.search(r"^\S+ orders of people who may give none: 6 more, refused\n\Z", audit, re.MULTILINE),
          f"the audit log ends with {audit[-300:]!r}")


@case("closed: nobody new, who is here stays; a list of those who may come")
def closing():
    host = Host()
    alice = joined(host, "alice")
    told(host, "/close", r"^\* nobody new is let in")
    late = Clint(host, "--name", "late")
    late.expect_exit(5)
    late.err.wait_for("the host does not let us in: nobody new is let in")
    alice.send("still here")
    alice.out.wait_for("^alice: still here$")
    told(host, "/open", r"^\* newcomers are let in again$")
    joined(host, "late")
    told(host, "/allowlist add dave", r"^\* dave is on the list$")
    told(host, "/allowlist on", r"^\* only names on the list")
    joined(host, "dave")
    Clint(host, "--name", "erin").expect_exit(5)
    Clint(host).expect_exit(5)
    told(host, "/allowlist import 1h", r"^\* 0 names more are on the list$")
    told(host, "/allowlist import", r"^\* 2 names more are on the list$")  # alice and late
    told(host, "/allowlist import", r"^\* 0 names more are on the list$")
    told(host, "/allowlist", r"^\*   alice, by server$")
    told(host, "/allowlist import 1x", r"^! /allowlist import takes ")
    told(host, "/allowlist off", r"^\* everybody may come again$")
    joined(host, "erin")


@case("an operator in the chat; whoever is none is refused, and both are written down")
def in_chat():
    host = Host()
    alice, bob = joined(host, "alice"), joined(host, "bob")
    bob.send("/kick alice")
    bob.err.wait_for(r"^! /kick is for operators")
    told(host, "/op alice 1x", r"^! /op NAME, or for how long: /op alice 1h30m$")
    told(host, "/op alice 500ms", r"^\* alice is an operator for 1 s, or until leaving$")
    time.sleep(0.5)
    alice.send("/stats")
    alice.err.wait_for(r"^! /stats is for operators")
    told(host, "/op alice", r"^\* alice is an operator until leaving$")
    told(host, "/op", r"^\* 0 with an account may be operators$")
    host.out.wait_for(r"^\*   alice, until leaving$")
    alice.out.wait_for(r"^\* alice is an operator until leaving \(by the host\)$")
    alice.send("/mute bob 3h noise")
    bob.out.wait_for(r"^\* bob may say nothing for 3 h \(by alice: noise\)$")
    alice.send("/unmute bob")
    bob.out.wait_for(r"^\* bob may speak again \(by alice\)$")
    alice.out.wait_for(r"^\* bob may speak again \(by alice\)$")
    bob.send("/whois alice")
    bob.out.wait_for(r"^\* alice: .*, operator$")
    check("127.0.0.1" not in bob.out.text().split("alice: here")[1], "an address was shown to somebody who is no operator")
    alice.send("/whois bob")
    alice.out.wait_for(r"^\* bob: .*, 127\.0\.0\.1:\d+$")
    check(alice.out.count(r"bob may speak") == 1, "who did it is told twice")
    alice.send("/rename bob robert")
    bob.out.wait_for(r"^\* an operator wants you to be called robert$")
    alice.out.wait_for(r"^\* bob is now robert$")
    bob.send("as you like")
    alice.out.wait_for("^robert: as you like$")
    alice.send("/kick robert bye")
    bob.expect_exit(5)
    host.out.wait_for(r"^\* alice: /kick robert bye$")
    host.err.wait_for(r"audit: bob /kick alice: refused, ")
    host.err.wait_for(r"audit: alice /kick robert bye: done$")
    alice.out.wait_for(r"^\* robert left ")
    alice.send("/stats")
    alice.out.wait_for(r"^\* 1 clint of at most \d+, \d+ logging in, 1 room, ")
    told(host, "/deop alice", r"^\* alice is no operator any more$")
    alice.out.wait_for(r"^\* alice is no operator any more \(by the host\)$")
    mark = alice.err.mark()
    alice.send("/stats")
    alice.err.wait_for(r"^! /stats is for operators", since=mark)


@case("/shutdown tells everybody, waits, and stops as Ctrl-C does")
def shutdown():
    host = Host()
    alice = joined(host, "alice")
    told(host, "/shutdown soon", r"^! /shutdown, or in how many seconds")
    told(host, "/shutdown cancel", r"^! the host was not about to stop$")
    told(host, "/shutdown 1h", r"^\* the host stops in 3600 s$")
    told(host, "/shutdown cancel", r"^\* the host does not stop$")
    alice.out.wait_for(r"^\* the host does not stop$")
    told(host, "/shutdown cancel", r"^! the host was not about to stop$")
    alice.send("/join tea")
    alice.err.wait_for(r"^\* you are in #tea ")
    told(host, "/rooms", r"^\* #tea: 1$")
    host.send("/shutdown 1")
    alice.out.wait_for(r"^\* the host stops in 1 s$")
    host.expect_exit(0)
    check(host.out.count(r"^\* the host stops in 1 s$") == 1, "the console says it once")


if __name__ == "__main__":
    run()
