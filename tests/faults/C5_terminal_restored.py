#!/usr/bin/env python3
"""C5: clint ends, crashes, is stopped and goes on, its window changes 1,000 times, its host is killed.

Pass: the terminal's attributes are as before, pastes are not marked any more, the shell's prompt begins a line.
"""

import fcntl
import os
import re
import signal
import struct
import sys
import termios
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SANITIZED, SLACK, Clint, Host, Program, case, check, eventually, on_linux, run
from screen import Screen
from typist import PROMPT, Typist, attributes, attributes_of_a_new_terminal, check_restored, is_raw


@case("the terminal is as before after every kind of exit")
def restored():
    on_linux()
    endings = {
        "/quit": lambda c, h: c.write("/quit\r"),
        "exit": lambda c, h: c.write("exit\r"),
        "Ctrl-D": lambda c, h: c.write(b"\x04"),
        "Ctrl-C twice": lambda c, h: c.write(b"\x03\x03"),
        "SIGTERM": lambda c, h: c.signal(signal.SIGTERM),
        "SIGINT": lambda c, h: c.signal(signal.SIGINT),
        "SIGHUP": lambda c, h: c.signal(signal.SIGHUP),
        "SIGSEGV": lambda c, h: c.signal(signal.SIGSEGV),
        "SIGABRT": lambda c, h: c.signal(signal.SIGABRT),
    }
    codes = {"/quit": 0, "exit": 0, "Ctrl-D": 0, "Ctrl-C twice": 130, "SIGTERM": 143, "SIGINT": 130, "SIGHUP": 143,
             "SIGSEGV": -signal.SIGSEGV, "SIGABRT": -signal.SIGABRT}
    host = Host()
    # A sanitizer would make an exit code of its own out of the crash that is asked for here.
    crashes = {tool: "handle_segv=0:handle_abort=0" for tool in ("ASAN_OPTIONS", "TSAN_OPTIONS")} if SANITIZED else {}
    for number, (name, end) in enumerate(endings.items()):
        clint = Clint(host, "--name", f"alice{number}", tty=True, env=crashes)
        clint.out.wait_for(re.escape(PROMPT.rstrip()))
        eventually(lambda c=clint: is_raw(c), "raw mode")
        if name.startswith("SIG"):
            clint.out.wait_for(f"alice{number} joined")  # the last thing that is drawn by itself
            clint.write("half a line")
            clint.out.wait_for("half a line")  # a crash in the middle of a drawing can leave anything
        end(clint, host)
        code = clint.exit_code(5 * SLACK)
        check(code == codes[name], f"after {name} the exit code is {code}")
        check_restored(clint, name)
        if code < 0:
            clint.killed = True


@case("Ctrl-Z and a stop from elsewhere give the terminal back; after fg what was typed is there again")
def suspended():
    on_linux()
    host = Host()
    shell = Program(["sh", "-i"], name="sh", tty=True, env={"PS1": "$ "})
    shell.send(f"{BUILD / 'clint'} {host.address} --name alice")
    shell.out.wait_for(re.escape(PROMPT.rstrip()))
    with open(f"/proc/{shell.pid}/task/{shell.pid}/children", encoding="ascii") as children:
        clint = int(children.read().split()[0])
    shell.write("half a li")
    for number, stop in enumerate((lambda: shell.write(b"\x1a"), lambda: os.kill(clint, signal.SIGTSTP),
                                   lambda: os.kill(clint, signal.SIGSTOP))):
        eventually(lambda: not attributes(shell._tty)[3] & termios.ICANON, "raw mode")
        shell.out.wait_for("half a li$")
        stop()
        # dash, unlike clint, says nothing to the terminal about modes after SIGSTOP
        if number < 2:
            eventually(lambda: attributes(shell._tty)[3] & termios.ICANON, "the terminal as before")
            check(attributes(shell._tty)[3] & termios.ECHO, "what is typed is not shown")
        shell.write(f"echo shell $((40 + {number}))\n")
        shell.out.wait_for(rf"^(\$ )?shell 4{number}")
        mark = shell.out.mark()
        shell.write("fg\n")
        shell.out.wait_for("half a li$", since=mark)
    shell.write("ne\r")
    host.out.wait_for("^alice: half a line$")


@case("a storm of 1,000 resizes")
def resize_storm():
    on_linux()
    host = Host()
    alice = Typist(host)
    alice.clint.write("still here")
    alice.expect("still here")
    for n in range(1000):
        rows, width = 10 + n % 30, 20 + n % 100
        fcntl.ioctl(alice.clint._tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, width, 0, 0))
        alice.clint.signal(signal.SIGWINCH)
    alice.settle()  # what was drawn for one size and shown in another is nobody's picture
    alice.screen = Screen(24, 80)
    alice.resize(24, 80)
    alice.clint.write(b"\x0c")  # Ctrl-L
    alice.expect("still here")
    check(alice.clint.alive and is_raw(alice.clint), "clint has given the terminal back")
    alice.clint.write(b"\r")
    host.out.wait_for("^alice: still here$")
    alice.expect("")
    alice.clint.write("/quit\r")
    alice.clint.expect_exit(0)
    check(attributes(alice.clint._tty) == attributes_of_a_new_terminal(), "the terminal is not as before")
    check(not alice.look().paste_mode and alice.screen.column == 0, "pastes are still marked, or the line is not ended")


@case("the host is killed: clint says so and tries again, the line being typed stays; then it leaves as ever")
def host_killed():
    on_linux()
    host = Host()
    alice = Clint(host, "--name", "alice", tty=True)
    alice.out.wait_for(re.escape(PROMPT.rstrip()))
    alice.write("half a line")
    alice.out.wait_for("half a line")
    host.kill()
    alice.out.wait_for(r"! connection to \S+ lost")
    check(is_raw(alice), "the terminal was given back while clint still runs")
    alice.write(b"\x03\x03\x03")
    check(alice.exit_code(5 * SLACK) == 130, "the exit code")
    check_restored(alice, "the host's death")


if __name__ == "__main__":
    run()
