#!/usr/bin/env python3
"""Row E3 of the fault table: kill -9 of the host under load, again and again. Also E5: with it goes a clint each time,
and another one comes in its place."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, amount, case, check, run, scratch
from faults import time_mark
from stored import KeptHost, Talker, check_history

SEED = random.randrange(1 << 30)
READY = time_mark(1)  # seconds until it listens again
BACK = time_mark(5)  # and until all are back
TALKERS = 10 if SANITIZED else 20


def all_back(talking, marks):
    """Waits until each was back after a kill; the seconds that took."""
    begin = time.monotonic()
    for talker, mark in zip(talking, marks):
        talker.clint.err.wait_for(r"^\* back after ", BACK, mark)
    took = time.monotonic() - begin
    check(took <= BACK, f"the clints were back after {took:.1f} s only")
    return took


def rounds(count, talkers, durability):
    print(f"  seed {SEED}")
    dice = random.Random(SEED)
    folder = scratch(f"den-{durability}")
    host = KeptHost(folder, "--durability", durability)
    talking = [Talker(host.port, f"talker{n}", 20) for n in range(talkers)]
    killed = []
    latest = 0
    for talker in talking:
        talker.clint.connected()
    for n in range(count):
        time.sleep(dice.uniform(0, amount(2, 1)))
        killed.append(talking.pop(dice.randrange(len(talking))))
        marks = [talker.clint.err.mark() for talker in talking]
        for victim in dice.sample([host, killed[-1]], 2):
            victim.kill()
        took = host.start()
        check(took <= READY, f"the host was ready after {took:.1f} s only")
        newcomer = Talker(host.port, f"talker{talkers + n}", 20)
        latest = max(latest, all_back(talking, marks))
        newcomer.clint.connected()
        talking.append(newcomer)
    for talker in talking:
        talker.stop_talking()
    for talker in talking:
        talker.finish()
    host.stop()
    said = check_history(folder, talking, killed)
    print(f"  {len(said)} lines, {count} kills, all back within {latest:.1f} s")
    check(len(said) >= 10 * count, "too little was said for the kills to hit anything")


@case("SIGKILL at random moments: every acknowledged line is there once, in one order; numbers without holes")
def power():
    rounds(amount(100, 3), TALKERS, "power")


@case("the same with --durability process: a crash of the host is no power cut")
def process():
    rounds(amount(100, 2), TALKERS, "process")


run()
