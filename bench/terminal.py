#!/usr/bin/env python3
"""What clint takes on a terminal: from its start to the prompt, for 10,000 lines of backlog, and while nothing happens.

    python3 bench/terminal.py build
"""

import fcntl
import os
import pathlib
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

PROMPT = b"[#lobby] "


def _take_terminal():
    """In the child: the terminal on its standard input is its own."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def start(command, home):
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=_take_terminal,
                               env=os.environ | {"TERM": "xterm-256color", "CLINT_HOME": home, "LC_ALL": "C.UTF-8"})
    os.close(theirs)
    return process, ours


def read_until(terminal, what, octets=b"", seconds=30):
    """What the terminal was sent, after `octets`, with `what` in it."""
    while what not in octets[-4096:]:
        ready, _, _ = select.select([terminal], [], [], seconds)
        if not ready:
            raise SystemExit(f"no {what!r} in {octets[-200:]!r}")
        octets += os.read(terminal, 1 << 16)
    return octets


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end(process, terminal):
    process.send_signal(signal.SIGTERM)
    process.wait(10)
    os.close(terminal)


def say_lines(port, count):
    """Says numbered lines and waits until the last one has come back."""
    def frame(kind, body):
        return struct.pack(">IB", len(body) + 1, kind) + body

    def field(text):
        return struct.pack(">I", len(text)) + text
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(frame(1, b"clint" + struct.pack(">HI", 1, 0)) + frame(3, os.urandom(16) + field(b"bob") + struct.pack(">IH", 0, 0)))
        sock.sendall(b"".join(frame(5, field(b"lobby") + struct.pack(">QB", n, 1) + field(b"line %d " % n + b"x" * 60))
                              for n in range(1, count + 1)))
        last, tail = b"line %d " % count, b""
        while last not in tail:
            tail = tail[-100:] + sock.recv(1 << 16)


def measure(build, lines=10_000, idle=20, starts=9):
    """Milliseconds from start to prompt (median) and for a backlog of so many lines, percent of a core when idle."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "host.txt"
        with open(output, "w", encoding="utf-8") as out:
            host = subprocess.Popen([build / "host", "--bind", "127.0.0.1", "--port", "auto", "--plain", "--quiet", "--rate", "off",
                                     "--data", f"{folder}/den", "--max-backlog", str(lines), "--log-level", "off"], stdin=subprocess.DEVNULL, stdout=out)
        try:
            while "Security mode" not in output.read_text(encoding="utf-8"):
                time.sleep(0.02)
            place = output.read_text(encoding="utf-8").split("Listening on ")[1].split("...")[0]
            port = int(place.rpartition(":")[2])
            times = []
            for _ in range(starts):
                begin = time.monotonic()
                clint, terminal = start([build / "clint", place, "--name", "alice"], folder)
                read_until(terminal, PROMPT)
                times.append(1000 * (time.monotonic() - begin))
                end(clint, terminal)
            say_lines(port, lines)
            begin = time.monotonic()
            clint, terminal = start([build / "clint", place, "--name", "alice", "--backlog", str(lines)], folder)
            last = b"line %d " % lines
            shown = read_until(terminal, last)
            backlog = 1000 * (time.monotonic() - begin)
            read_until(terminal, PROMPT, shown.rpartition(last)[2])  # it may have come with the line
            time.sleep(min(idle, 1))
            before = cpu_seconds(clint)
            time.sleep(idle)
            used = cpu_seconds(clint) - before
            end(clint, terminal)
        finally:
            host.terminate()
            host.wait(10)
    return {"start_ms": statistics.median(times), "lines": lines, "backlog_ms": backlog, "idle_cpu_percent": 100 * used / idle}


def main():
    seen = measure(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve())
    print(f"start to prompt             {seen['start_ms']:6.1f} ms   (goal: 50)")
    print(f"{seen['lines']:,} lines of backlog    {seen['backlog_ms']:6.0f} ms   (goal: 1,000)")
    print(f"CPU while nothing happens   {seen['idle_cpu_percent']:6.2f} %    (goal: 0.1)")


if __name__ == "__main__":
    main()
