#!/usr/bin/env python3
"""H1: the host is killed and started again, and all its clients come back at once.

Pass: all are back within 10 s, with the name that they had; the host is idle again within 15 s; nobody is
penalised. The clients wait as clint does: 0 to 2 s first, then up to twice as long. What some of them say is there
once, in one order (the checker of the fault table).
"""

import asyncio
import os
import random
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, amount, case, check, eventually, on_linux, run, scratch
from faults import time_mark
from stored import KeptHost, check_history
from wire import GAP, GOODBYE, GOODBYES, MESSAGE, PING, PONG, POST, WELCOME, decode, frame, greet, join, say

CLIENTS = amount(1000, 250)
SPEAKERS = 10
LINES = 5  # that each of them says whenever it has come in


class Member:
    """One client that comes back for ever."""

    def __init__(self, number):
        self.name, self.key = f"member{number}", os.urandom(16)
        self.address = f"127.90.{number // 250}.{number % 250 + 1}"
        self.sessions, self.back_at, self.refused = set(), 0.0, []
        self.inside = False
        self.speaks = number < SPEAKERS
        self.said, self.invoked, self.last_seq = 0, [], 0
        self._seen, self._acknowledged = [], {}

    def seen(self):
        return list(self._seen)

    def acknowledged(self):
        return dict(self._acknowledged)

    def speak(self, writer, last_stored):
        """First again what may not have been stored, then something new."""
        for _ in range(LINES):
            self.said += 1
            self.invoked.append(time.monotonic())
        for n in range(last_stored + 1, self.said + 1):
            writer.write(say(n, f"{self.name} {n}"))

    def hear(self, post):
        self.last_seq = post.seq
        if post.kind == MESSAGE:
            self._seen.append(post.text)
            if post.sender == self.name:
                self._acknowledged.setdefault(post.text, time.monotonic())

    async def live(self, port):
        wait = 0.0
        while True:
            try:
                await self.visit(port)
                wait = 0.0
            except (OSError, asyncio.IncompleteReadError):
                pass
            self.inside = False
            wait = min(30.0, 2 * wait) if wait else 2.0
            await asyncio.sleep(random.uniform(0, wait))

    async def visit(self, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(self.address, 0))
        try:
            cursors = [("lobby", self.last_seq)] if self.last_seq else ()
            writer.write(greet() + join(self.name, self.key, cursors=cursors))
            while True:
                size, kind = struct.unpack(">IB", await reader.readexactly(5))
                body = await reader.readexactly(size - 1)
                if kind == WELCOME:
                    welcome = decode(kind, body)
                    self.sessions.add((welcome.name, welcome.session))
                    self.back_at, self.inside = time.monotonic(), True
                    if self.speaks:
                        self.speak(writer, welcome.last_message)
                elif kind == POST and self.speaks:
                    self.hear(decode(kind, body))
                elif kind == GAP and self.speaks:
                    self.refused.append("gap")
                elif kind == PING:
                    writer.write(frame(PONG, body))
                elif kind == GOODBYE:
                    self.refused.append(GOODBYES[body[0]])
                    return
        finally:
            writer.close()


async def herd(host):
    members = [Member(n) for n in range(CLIENTS)]
    tasks = [asyncio.create_task(each.live(host.port)) for each in members]

    async def all_inside(within):
        begin = time.monotonic()
        while not all(each.inside for each in members):
            out = [each for each in members if not each.inside]
            check(time.monotonic() - begin < within, f"{len(out)} are not back after {within:.0f} s: {out[0].refused[-3:]}")
            await asyncio.sleep(0.05)
    await all_inside(30 * SLACK)
    await asyncio.sleep(0.5)
    host.kill()
    await asyncio.sleep(0.2)
    for each in members:
        each.inside = False
        each.refused.clear()
    host.start()  # in this thread: the host is to end with it
    begin = time.monotonic()
    await all_inside(30 * SLACK)
    took = max(each.back_at for each in members) - begin
    print(f"  all {CLIENTS} back after {took:.1f} s")
    check(took <= time_mark(10), f"the last one was back after {took:.1f} s")
    for each in members:
        check({name for name, _ in each.sessions} == {each.name}, f"{each.name} was {each.sessions}")
        check(set(each.refused) <= {"busy"}, f"{each.name} was refused: {each.refused}")
    speakers = [each for each in members if each.speaks]
    begin = time.monotonic()
    while any(len(each.acknowledged()) < each.said for each in speakers):
        check(time.monotonic() - begin < 10 * SLACK, "something that was said did not come back")
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return speakers


@case(f"{CLIENTS} clients after a kill")
def thundering():
    on_linux()
    host = KeptHost(scratch("den"), "--durability", "process")
    speakers = asyncio.run(herd(host))
    said = check_history(host.folder, speakers)
    check(len(said) == 2 * LINES * SPEAKERS, f"{len(said)} lines are stored")

    def idle():
        before = host.program.cpu_seconds()
        time.sleep(1)
        return host.program.cpu_seconds() - before < 0.1 * SLACK
    eventually(idle, "the host is idle again", 15 * SLACK)


if __name__ == "__main__":
    run()
