#!/usr/bin/env python3
"""C7: 100 lines are pasted, with a line feed at the end, and with the mark of a paste's end in the middle.

Pass: nothing is sent before Enter; the inner mark does nothing, wherever a read of 4,096 octets ends; what is sent is
one message.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, amount, case, check, on_linux, run
from typist import Typist

BEGIN, END = "\x1b[200~", "\x1b[201~"
READ = 4096  # octets that clint takes at once


@case("100 lines: asked about, sent as one after a yes; nothing after a no")
def hundred():
    on_linux()
    host = Host()
    alice, bob = Typist(host), Clint(host, "--name", "bob").connected()
    text = "".join(f"row {n}\n" for n in range(100))
    alice.clint.write(BEGIN + text + END)
    alice.clint.out.wait_for("Paste 10[01] lines")
    alice.clint.write("y")
    alice.clint.write("and this\r")
    bob.out.wait_for("^alice: row 0$")
    bob.out.wait_for("^  row 99and this$")
    check(bob.out.count("^alice: ") == 1, "it was sent in pieces, or without Enter")
    alice.expect("")
    mark = alice.clint.out.mark()
    alice.clint.write(BEGIN + text + END)
    alice.clint.out.wait_for("Paste 10[01] lines", since=mark)
    alice.clint.write("n")
    alice.clint.write("done\r")
    bob.out.wait_for("^alice: done$")
    check(bob.out.count("row 50") == 1, "it was sent though the answer was no")


@case("the mark of the end within a paste")
def inner_mark():
    on_linux()
    host = Host()
    alice, bob = Typist(host), Clint(host, "--name", "bob").connected()
    alice.clint.write(BEGIN + "rm -rf" + END + "\r/quit\r" + END)
    alice.clint.out.wait_for("/quit")
    alice.clint.write("\r")
    bob.out.wait_for("^alice: rm -rf\n  /quit$")
    check(bob.out.count("rm") == 1 and alice.clint.alive, "what stood behind the inner mark was typed")


@case("the same in pastes that come in many reads, the mark where a read ends; Enter right behind a paste counts")
def inner_mark_in_pieces():
    on_linux()
    host = Host("--rate", "off")
    alice, bob = Typist(host), Clint(host, "--name", "bob").connected()
    sizes = (3000, 8000, 20000)
    places = [20, *range(READ - 8, READ + 9, amount(1, 4))]
    for number, (size, place) in enumerate((size, place) for size in sizes for place in places):
        head = "x" * (place - len(BEGIN) - len(END))
        mark = alice.clint.out.mark()
        alice.clint.write(BEGIN + head + END + "\r/me was typed\r" + "y" * size + END)
        alice.clint.out.wait_for("Paste 3 lines", since=mark)
        alice.clint.write("n")
        alice.clint.write(f"{BEGIN}done {number}{END}\r")
        bob.out.wait_for(f"^alice: done {number}$")
        alice.clint.out.wait_for(rf"done {number}\b", since=mark)  # her last question is read, too
    check(bob.out.count("was typed|xxx|yyy") == 0, "what stood behind the inner mark was typed")


if __name__ == "__main__":
    run()
