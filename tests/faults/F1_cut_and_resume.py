#!/usr/bin/env python3
"""Row F1 of the fault table: connections are reset after a random number of octets, again and again."""

import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import amount, case, check, eventually, run, scratch
from listening import reset, shut
from proxy import Proxy
from stored import KeptHost, Talker, check_history

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
    back = sum(talker.clint.err.count("^\\* back after") for talker in talkers)
    check(back >= CUTS // 3, f"only {back} came back: the cuts hit nothing")
    host.stop()
    said = check_history(host.folder, talkers)
    print(f"  {len(said)} lines, {proxy.cuts} cuts, {back} times back")


run()
