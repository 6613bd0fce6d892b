#!/usr/bin/env python3
"""C8: clint between files and pipes, with nobody to read or nothing to write to.

Pass: no escape sequence where standard output is no terminal, nor on one that cannot; an exit code that says when
something failed.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SLACK, Clint, Host, case, check, fresh_home, run, scratch


def shell(line, stdout=subprocess.PIPE, **env):
    home = str(fresh_home())
    return subprocess.run(["sh", "-c", line], stdout=stdout, stderr=subprocess.PIPE, timeout=60 * SLACK, check=False,
                          env={"PATH": "/usr/bin:/bin", "CLINT_HOME": home, "HOME": home, "CLINT": str(BUILD / "clint")} | env)


@case("a file in, a file out: all lines arrive, exit code 0, no escape sequence even with a terminal's variables")
def files():
    host = Host("--rate", "off")
    lines, out = scratch("lines"), scratch("out")
    lines.write_text("".join(f"line {n}\n" for n in range(300)), encoding="utf-8")
    ran = shell(f'"$CLINT" {host.address} --name file < {lines} > {out}', TERM="xterm-256color", COLORTERM="truecolor")
    check(ran.returncode == 0, f"exit code {ran.returncode}: {ran.stderr}")
    said = [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith("file: ")]
    check(said == [f"file: line {n}" for n in range(300)], "lines are missing")
    check(b"\x1b" not in out.read_bytes() + ran.stderr, "an escape sequence in a file")


@case("standard output closed, or its reader gone; standard input closed")
def closed():
    host = Host()
    ran = shell(f'printf "x\\n" | "$CLINT" {host.address} --name a >&-')
    check(ran.returncode == 1 and b"\x1b" not in ran.stderr, f"closed output: {ran}")
    ran = shell('"$CLINT" --version >&-; echo "code $?" >&2; "$CLINT" --help >/dev/full; echo "code $?" >&2')
    check(ran.stderr.count(b"code 1") == 2, f"what was asked for was not written: {ran}")
    reader, writer = os.pipe()
    os.close(reader)
    ran = shell(f'(sleep 0.3; printf "x\\n"; sleep 0.5) | "$CLINT" {host.address} --name b', stdout=writer)
    os.close(writer)
    check(ran.returncode == 1, f"a reader that went away: {ran.stderr}")
    ran = shell(f'"$CLINT" {host.address} --name c <&-')
    check(ran.returncode == 0, f"closed input: {ran}")
    ran = shell('printf "x\\n" | "$CLINT" 127.0.0.1:1 --timeout 1')
    check(ran.returncode == 1, f"no host: {ran}")


@case("a terminal that cannot, and NO_COLOR: no escape sequence, no colour")
def plain():
    host = Host()
    bob = Clint(host, "--name", "bob").connected()
    dumb = Clint(host, "--name", "dumb", "--links", "always", tty=True, env={"TERM": "dumb"})
    dumb.out.wait_for("you are dumb")
    colourless = Clint(host, "--name", "grey", tty=True, env={"NO_COLOR": "1"})
    colourless.out.wait_for("#lobby")
    bob.send("hello **all** http://clint.example/")
    for clint in (dumb, colourless):
        clint.out.wait_for(r"bob: hello \*\*all\*\*")
    check(b"\x1b" not in bytes(dumb.out.raw), "an escape sequence on a dumb terminal")
    check(b"\x1b[3" not in bytes(colourless.out.raw) and b"\x1b[1m" not in bytes(colourless.out.raw), "a colour in spite of NO_COLOR")


if __name__ == "__main__":
    run()
