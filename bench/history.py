"""A room with a long history: how long it takes to join it, and what it takes in memory."""

import os
import pathlib
import socket
import sqlite3
import statistics
import struct
import subprocess
import tempfile
import time

from servers import LOOPBACK

POST = 6


def _field(text):
    return struct.pack(">I", len(text)) + text


def _frame(kind, body):
    return struct.pack(">IB", len(body) + 1, kind) + body


def _start(servers, folder):
    output = servers.folder / "history.txt"
    with open(output, "w", encoding="utf-8") as out:
        process = subprocess.Popen([servers.build / "host", "--bind", LOOPBACK, "--port", "auto", "--plain", "--quiet", "--log-level",
                                    "off", "--data", folder], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    return process, servers.listening(process, None, output)


def _stop(process):
    process.terminate()
    process.wait(10)


def _rss_mib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def _join(port):
    """Milliseconds from the connection to the last of 50 posts."""
    begin = time.monotonic()
    with socket.create_connection((LOOPBACK, port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(10)
        sock.sendall(_frame(1, b"clint" + struct.pack(">HI", 1, 0)) +
                     _frame(3, os.urandom(16) + _field(b"") + struct.pack(">IH", 50, 0)))
        data, posts = b"", 0
        while posts < 50:
            data += sock.recv(65536)
            while len(data) >= 5 and len(data) >= 4 + struct.unpack_from(">I", data)[0]:
                size = 4 + struct.unpack_from(">I", data)[0]
                posts += data[4] == POST
                data = data[size:]
        return 1000 * (time.monotonic() - begin)


def _fsync_ms(folder):
    times = []
    with open(folder / "probe", "wb") as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            begin = time.monotonic()
            os.fsync(file.fileno())
            times.append(1000 * (time.monotonic() - begin))
    return statistics.median(times)


def measure(servers, posts):
    folder = pathlib.Path(tempfile.mkdtemp(dir=servers.folder))
    process, _ = _start(servers, folder)
    empty = _rss_mib(process)
    _stop(process)
    database = sqlite3.connect(folder / "chat.db")
    database.execute("INSERT INTO rooms(name, last) VALUES('lobby', 0) ON CONFLICT(name) DO NOTHING")
    room, last = database.execute("SELECT id, last FROM rooms WHERE name='lobby'").fetchone()
    now = int(1000 * time.time())
    database.executemany("INSERT INTO posts VALUES(?,?,?,?,?,?,?,?)",
                         ((room, seq, "alice", 1, seq, now, 1, b"x" * 100) for seq in range(last + 1, last + 1 + posts)))
    database.execute("UPDATE rooms SET last=? WHERE id=?", (last + posts, room))
    database.commit()
    database.close()
    process, port = _start(servers, folder)
    try:
        times = [_join(port) for _ in range(9)]
        return {"posts": posts, "join_ms": statistics.median(times), "memory_mib": _rss_mib(process) - empty,
                "fsync_ms": _fsync_ms(folder)}
    finally:
        _stop(process)
