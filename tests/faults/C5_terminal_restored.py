#!/usr/bin/env python3
"""C5: clint ends, crashes, is stopped and goes on, its window changes 1,000 times, its host is killed.

Pass: the terminal's attributes are as before, pastes are not marked any more, the shell's prompt begins a line. The
same where a password is asked for and not shown, by either program.
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
from chat import (BUILD, SANITIZED, SLACK, THREAD_SANITIZED, Clint, Host, Program, SecureHost, case, check, eventually,
                  on_linux, run, wait_asleep)
from screen import Screen
from typist import PROMPT, Typist, attributes, attributes_of_a_new_terminal, check_restored, is_raw


# A sanitizer would make an exit code of its own out of the crash that is asked for here.
CRASHES = {tool: "handle_segv=0:handle_abort=0:handle_sigfpe=0" for tool in ("ASAN_OPTIONS", "TSAN_OPTIONS")} if SANITIZED else {}

# What ends a program, and its exit code then.
SIGNALS = {"SIGTERM": 143, "SIGINT": 130, "SIGHUP": 143} | {
    name: -getattr(signal, name)
    for name in ("SIGSEGV", "SIGABRT", "SIGFPE", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU")}


def end_by(program, what):
    if what.startswith("SIG"):
        program.signal(getattr(signal, what))
    else:
        wait_asleep(program.pid)
        program.write(what)


def check_end(program, what, code):
    got = program.exit_code(5 * SLACK)
    check(got == code, f"after {what!r} the exit code is {got}, not {code}")
    check_restored(program, repr(what))
    program.killed = program.killed or code < 0


@case("the terminal is as before after every kind of exit")
def restored():
    on_linux()
    endings = {"/quit\r": 0, "exit\r": 0, "\x04": 0, "\x03\x03": 130} | SIGNALS
    host = Host()
    for number, (what, code) in enumerate(endings.items()):
        clint = Clint(host, "--name", f"alice{number}", tty=True, env=CRASHES)
        clint.out.wait_for(re.escape(PROMPT.rstrip()))
        eventually(lambda c=clint: is_raw(c), "raw mode")
        if what.startswith("SIG"):
            clint.out.wait_for(f"alice{number} joined")  # the last thing that is drawn by itself
            clint.write("half a line")
            clint.out.wait_for("half a line")  # a crash in the middle of a drawing can leave anything
        end_by(clint, what)
        check_end(clint, what, code)


PASSWORD = "a good password"


def is_unseen(terminal):
    return not attributes(terminal)[3] & termios.ECHO


@case("the same where a password is asked for: by clint, and by a host")
def restored_at_password():
    on_linux()
    door = SecureHost(PASSWORD)
    questions = {
        "Enter password: ": lambda: Clint(door, "--name", "alice", "--kdf", "small", tty=True, env=CRASHES),
        "Set password: ": lambda: Program([BUILD / "host", "--port", "auto", "--secure"], tty=True, env=CRASHES),
    }
    for question, start in questions.items():
        for what, code in ({"\x03": 130, "\x04": 2, "\x1c": -signal.SIGQUIT} | SIGNALS).items():
            program = start()
            program.out.wait_for(question)
            check(is_unseen(program._tty), f"what is typed at {question!r} is shown")
            end_by(program, what)
            check_end(program, what, code)


@case("Ctrl-Z at such a question shows again what is typed; after fg it is asked again, and what is typed is not shown")
def suspended_at_password():
    on_linux()
    door = SecureHost(PASSWORD)
    programs = {
        "Enter password: ": (f"{BUILD / 'clint'} {door.address} --name alice --kdf small", r"\[#lobby\]"),
        "Set password: ": (f"{BUILD / 'host'} --port auto --secure --kdf small", "^Listening on"),
    }
    for question, (command, after) in programs.items():
        shell = Program(["sh", "-i"], name="sh", tty=True, env={"PS1": "$ "})
        shell.send(command)
        shell.out.wait_for(question)
        for number, stop in enumerate((lambda s=shell: s.write(b"\x1a"), lambda s=shell: os.kill(child_of(s), signal.SIGTSTP))):
            eventually(lambda s=shell: is_unseen(s._tty), "no echo")
            mark = shell.out.mark()
            wait_asleep(child_of(shell))
            shell.write("never to be seen")
            stop()
            eventually(lambda s=shell: not is_unseen(s._tty), "the echo")
            shell.write(f"echo shell $((40 + {number}))\n")
            shell.out.wait_for(rf"^(\$ )?shell 4{number}", since=mark)
            check(shell.out.count("never", since=mark) == 0, "the shell has what was typed of the password")
            mark = shell.out.mark()
            shell.write("fg\n")
            shell.out.wait_for(question, since=mark)
            take_kept_continue(shell, question)
        eventually(lambda s=shell: is_unseen(s._tty), "no echo")
        shell.write(PASSWORD + "\n")
        shell.out.wait_for(after, since=mark)
        check(shell.out.count(PASSWORD) == 0, "the password was shown")
        wait_asleep(child_of(shell))
        os.kill(child_of(shell), signal.SIGTERM)
        eventually(lambda s=shell: not children_of(s), "its end")


def take_kept_continue(shell, question):
    """Under ThreadSanitizer, see wait_asleep(): it may have kept the SIGCONT, too, whose handler drops what is typed
    until then and asks again. It runs with that of another one."""
    if THREAD_SANITIZED:
        wait_asleep(child_of(shell))
        mark = shell.out.mark()
        os.kill(child_of(shell), signal.SIGCONT)
        shell.out.wait_for(question, since=mark)
        wait_asleep(child_of(shell))


def children_of(shell):
    with open(f"/proc/{shell.pid}/task/{shell.pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


def child_of(shell):
    return children_of(shell)[0]


@case("Ctrl-Z and a stop from elsewhere give the terminal back; after fg what was typed is there again")
def suspended():
    on_linux()
    host = Host()
    shell = Program(["sh", "-i"], name="sh", tty=True, env={"PS1": "$ "})
    shell.send(f"{BUILD / 'clint'} {host.address} --name alice")
    shell.out.wait_for(re.escape(PROMPT.rstrip()))
    clint = child_of(shell)
    shell.write("half a li")
    for number, stop in enumerate((lambda: shell.write(b"\x1a"), lambda: os.kill(clint, signal.SIGTSTP),
                                   lambda: os.kill(clint, signal.SIGSTOP))):
        eventually(lambda: not attributes(shell._tty)[3] & termios.ICANON, "raw mode")
        shell.out.wait_for("half a li$")
        wait_asleep(clint)
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
