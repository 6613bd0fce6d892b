#!/usr/bin/env python3
"""Row E3 of the fault table once more, with a network that is cut instead of a clint: the cable between the host and
twenty clints is pulled again and again, and the host killed meanwhile."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SANITIZED, Program, amount, case, check, run, scratch
from stored import Cable, KeptHost, Talker, check_history

SEED = random.randrange(1 << 30)


@case("the cable is out for up to 3 s: every line is there once, in one order; numbers without holes")
def cuts():
    print(f"  seed {SEED}")
    dice = random.Random(SEED)
    cable = Cable()
    folder = scratch("den")
    host = KeptHost(folder)
    talking = []
    for name in (f"talker{n}" for n in range(10 if SANITIZED else 20)):
        words = [*cable.far, BUILD / "clint", f"{cable.HERE}:{host.port}", "--name", name]
        talking.append(Talker(host.port, name, 20, Program(words, name=name)))
        talking[-1].clint.out.wait_for("^Connected to ")  # so many at once from one address are not let in
    count = amount(100, 5)
    for n in range(count):
        time.sleep(dice.uniform(0, 1))
        cable.pull()
        time.sleep(dice.uniform(0, 3))
        if n % 3 == 1:
            host.kill()
            host.start()
        cable.plug_in()
    for talker in talking:
        talker.stop_talking()
    for talker in talking:
        talker.finish()
    host.stop()
    said = check_history(folder, talking)
    print(f"  {len(said)} lines, {count} cuts")
    check(len(said) >= 10 * count, "too little was said for the cuts to hit anything")


run()
