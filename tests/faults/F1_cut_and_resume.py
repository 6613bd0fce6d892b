#!/usr/bin/env python3
"""F1: connections are reset after a random number of octets, again and again.

Pass: nothing is lost or there twice, the order is kept; who is cut off tries again within 2 s, and is back as soon as
that has worked; a line of one's own, shown as not said yet, is shown as said once.
"""

import random
import re
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import amount, case, check, eventually, run, scratch
from faults import time_mark
from listening import reset, shut
from proxy import Proxy
from stored import KeptHost, Talker, check_history
from typist import Typist

CLIENTS = 32
CUTS = amount(100, 40)


class Scissors(Proxy):
    """From the moment it may: resets each connection after a random number of octets, CUTS times in all."""

    def __init__(self, port, seed):
        self.dice, self.lock, self.cuts = random.Random(seed), threading.Lock(), 0
        self.may = False
        super().__init__(port)

    def _carry(self, source, target, answers):
        with self.lock:
            left = self.dice.randrange(200, 12_000 if answers else 3_000)
        try:
            while data := source.recv(65536):
                if self.may and len(data) > left and self.cuts < CUTS:
                    with self.lock:
                        self.cuts += 1
                    target.sendall(data[:left])
                    reset(source, target)
                    return
                left -= len(data) if self.may else 0
                target.sendall(data)
        except OSError:
            pass
        shut(source, target)


def check_prompt(clint):
    """It was back as soon as its attempts allowed, and the first came within 2 s."""
    waits = []
    told = re.findall(r" - trying again in (.*) s$|^\* back after (\S+ \S+)", clint.err.text(), re.MULTILINE)
    for wait, away in told:
        if wait:
            waits.append(float(wait))
            continue
        away = float(away.rstrip(",").removesuffix(" s"))
        check(waits and waits[0] <= 2, f"{clint.name} waited {waits} s")
        allowed = sum(waits) + len(waits) * time_mark(0.5)
        check(away <= allowed, f"{clint.name} was back after {away} s, with waits of {waits} s")
        waits = []


@case(f"{CUTS} cuts at random octets, {CLIENTS} clints talk on: nothing lost, nothing twice, order kept")
def cuts():
    seed = random.randrange(1 << 30)
    print(f"  seed {seed}")
    host = KeptHost(scratch("den"), "--durability", "process")
    proxy = Scissors(host.port, seed)
    talkers = [Talker(proxy.port, f"talker{n}", 10) for n in range(CLIENTS)]
    for talker in talkers:
        talker.clint.connected()
    proxy.may = True  # a clint that never got in does not come back
    eventually(lambda: proxy.cuts >= CUTS, "all cuts", 110)
    time.sleep(1)
    for talker in talkers:
        talker.stop_talking()
    for talker in talkers:
        talker.finish()
    for talker in talkers:
        check_prompt(talker.clint)
    back = sum(talker.clint.err.count("^\\* back after") for talker in talkers)
    check(back >= CUTS // 3, f"only {back} came back: the cuts hit nothing")
    host.stop()
    said = check_history(host.folder, talkers)
    print(f"  {len(said)} lines, {proxy.cuts} cuts, {back} times back")


@case("a line that is not said yet is shown so, and once as said when there is a connection again")
def echo():
    host = KeptHost(scratch("echo"))
    proxy = Proxy(host.port)
    alice = Typist(proxy.port)
    lines = [f"line {n}" for n in range(amount(20, 4))]

    def shown(line):
        """Whether as said, for each time that it is shown: then it has a time in front."""
        rows = [row for row in alice.look().rows() if row.endswith(f"alice: {line}")]
        return [not row.startswith("alice: ") for row in rows]
    for line in lines:
        proxy.flowing.clear()
        alice.clint.send(line)
        eventually(lambda: shown(line) == [False], "it is shown, and not as said")
        proxy.cut()
        proxy.flowing.set()
        eventually(lambda: shown(line) == [True], "it is said")
    alice.settle()
    check(all(shown(line) == [True] for line in lines), f"the screen shows {alice.look().rows()}")
    host.stop()
    alice.clint.kill()


if __name__ == "__main__":
    run()
