#!/usr/bin/env python3
"""Row E3 of the fault table: kill -9 of the host under load, again and again. Also E5: clints are killed, too."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, amount, case, check, run, scratch
from faults import time_mark
from stored import KeptHost, Talker, check_history

SEED = random.randrange(1 << 30)
MARK = time_mark(1)  # seconds until it listens again
TALKERS = 10 if SANITIZED else 20


def rounds(count, talkers, durability):
    print(f"  seed {SEED}")
    dice = random.Random(SEED)
    folder = scratch(f"den-{durability}")
    host = KeptHost(folder, "--durability", durability)
    talking = [Talker(host.port, f"talker{n}", 20) for n in range(talkers)]
    killed = []
    for talker in talking:
        talker.clint.connected()
    for n in range(count):
        time.sleep(dice.uniform(0, 2))
        host.kill()
        if n % 3 == 1 and len(talking) > talkers // 2:
            killed.append(talking.pop(dice.randrange(len(talking))))
            killed[-1].kill()
        took = host.start()
        check(took <= MARK, f"the host was ready after {took:.1f} s only")
    for talker in talking:
        talker.stop_talking()
    for talker in talking:
        talker.finish()
    host.stop()
    said = check_history(folder, talking, killed)
    print(f"  {len(said)} lines, {count} kills")
    check(len(said) >= 10 * count, "too little was said for the kills to hit anything")


@case("SIGKILL at random moments: every acknowledged line is there once, in one order; numbers without holes")
def power():
    rounds(amount(100, 5), TALKERS, "power")


@case("the same with --durability process: a crash of the host is no power cut")
def process():
    rounds(amount(100, 3), TALKERS, "process")


run()
