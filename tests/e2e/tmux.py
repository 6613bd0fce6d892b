#!/usr/bin/env python3
"""clint within tmux, which has its own mind about what goes into the scrollback and when a paste is written."""

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, Clint, Failed, Host, Program, Skip, case, check, eventually, fresh_home, on_linux, run
from typist import PROMPT


class Pane:
    """A tmux of its own, whose one pane runs a clint."""

    def __init__(self, host):
        on_linux()
        if not shutil.which("tmux"):
            raise Skip("needs tmux")
        home = fresh_home()
        place = ["-S", str(home / "tmux"), "-f", "/dev/null"]
        self._words = ["tmux", "-N", *place]  # without a server it fails, instead of starting a second one
        self.server = Program(["tmux", *place, "-D"], name="tmux", home=home)  # no daemon: it ends with the case
        eventually(lambda: self._run("start-server").returncode == 0, "tmux")
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", str(BUILD / "clint"), host.address, "--name", "alice")
        self.wait_for(lambda rows: PROMPT.rstrip() in rows and any("* alice joined" in row for row in rows))

    def _run(self, *words, **options):
        return subprocess.run([*self._words, *words], capture_output=True, text=True, timeout=30, check=False, **options)

    def tmux(self, *words, **options):
        done = self._run(*words, **options)
        check(done.returncode == 0, f"tmux {words[0]}: {done.stderr}")
        return done.stdout

    def keys(self, text, *named):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", *named)

    def screen(self):
        return self.tmux("capture-pane", "-p").splitlines()

    def scrollback(self):
        return self.tmux("capture-pane", "-p", "-S", "-", "-E", "-1").splitlines()

    def wait_for(self, condition):
        try:
            eventually(lambda: condition(self.screen()), "the pane")
        except Failed:
            check(False, f"the pane shows {self.screen()}")


@case("/clear and Ctrl-L: the scrollback keeps what was said, and no line of what was typed")
def cleared():
    host = Host()
    pane = Pane(host)
    for number, (text, *named) in enumerate((("/clear", "Enter"), ("", "C-l"))):
        pane.keys(text, *named)
        pane.wait_for(lambda rows: [row for row in rows if row] == [PROMPT.rstrip()])
        for line in ("one", "two"):
            pane.keys(f"{line} {number}", "Enter")
            host.out.wait_for(f"^alice: {line} {number}$")
        pane.wait_for(lambda rows, n=number: rows[0].endswith(f"alice: one {n}") and rows[1].endswith(f"alice: two {n}")
                      and rows[2] == PROMPT.rstrip())
    kept = [row for row in pane.scrollback() if row]
    check(any(row.endswith("alice: two 0") for row in kept), f"what was said is not in the scrollback: {kept}")
    check(not any(row.startswith(PROMPT.rstrip()) or row.startswith("alice: ") for row in kept), f"the scrollback has {kept}")


@case("a paste with the mark of an end in it, of more than one write")
def pasted():
    host = Host()
    pane = Pane(host)
    bob = Clint(host, "--name", "bob").connected()
    pane.tmux("load-buffer", "-", input="x\x1b[201~\r/me was typed\r" + "y" * 5000)
    for number in range(6):
        pane.tmux("paste-buffer", "-p", "-r")
        pane.wait_for(lambda rows: any("Paste 3 lines" in row for row in rows))
        pane.keys("n")
        pane.keys(f"done {number}", "Enter")
        bob.out.wait_for(f"^alice: done {number}$")
    check(bob.out.count("was typed|yyy") == 0, "what stood behind the inner mark was typed")


run()
