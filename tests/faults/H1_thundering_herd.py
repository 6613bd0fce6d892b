#!/usr/bin/env python3
"""H1: the host is killed and started again, and all its clients come back at once.

Pass: all are back within 10 s, with the name that they had; at most 100 log in at the same time; the host is idle again
within 15 s; nobody is penalised. The clients wait as clint does, 0 to 2 s first, then up to twice as long, and have the
keys of the password, whose making would measure this machine. What some clints say beside them is there once, in one
order (the checker of the fault table).
"""

import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SLACK, Clint, Program, amount, case, check, eventually, on_linux, run, scratch
from faults import time_mark
from stored import KeptHost, Talker, check_history

CLIENTS = amount(1000, 250)
TALKERS = 5
PASSWORD = "tea and biscuits"


def wait_all_in(herd, since=0):
    """What has happened until all are in, and when they were."""
    line = herd.out.wait_for(r"^\{.*\}$", 60 * SLACK, since=since)
    return json.loads(line.group()), herd.out.came_at(since + line.end())


def all_back(host, herd, talkers):
    """Kills the host, starts it again and waits until all are back. The most that were seen logging in at once."""
    marks = [talker.clint.err.mark() for talker in talkers]
    host.kill()
    herd.send("gone")
    mark = herd.out.mark()
    host.start()
    begin, asked = time.monotonic(), 0
    while not herd.out.count(r"^\{.*\}$", since=mark):
        check(time.monotonic() - begin < 60 * SLACK, "they are not back")
        host.program.send("/stats")
        asked += 1
        time.sleep(0.02)
    told, at = wait_all_in(herd, mark)
    for talker, since in zip(talkers, marks):
        talker.clint.err.wait_for(r"^\* back after ", since=since)
    took = at - begin
    host.program.send("/stats")
    eventually(lambda: host.program.out.count(r"^\*.* log-ins: .*$") > asked, "the answer to the last /stats")
    at_once = max(map(int, re.findall(r"(\d+) logging in", host.program.out.text())))
    print(f"  all {CLIENTS} back after {took:.1f} s, up to {at_once} logging in; {told}")
    check(took <= time_mark(10), f"the last one was back after {took:.1f} s")
    check(at_once <= 100, f"{at_once} were logging in at the same time")
    check(told["renamed"] == 0 and not told["told"], f"they were sent away, or got other names: {told}")
    goodbyes = re.findall("goodbyes: (.*)$", host.program.out.text(), re.M)[-1]
    check("busy" in goodbyes or not told["turned_away"], f"turned away, but for {goodbyes}")
    check(not re.search("too_many|guesses|wrong|deadline", goodbyes), f"somebody was penalised: {goodbyes}")
    log_ins = re.findall(r"^\*.* log-ins: (.*)$", host.program.out.text(), re.M)[-1]
    check(", 0 failed, 0 refused" in log_ins, f"log-ins: {log_ins}")
    return at_once


@case(f"{CLIENTS} clients that know the password, after a kill")
def thundering():
    on_linux()
    env = {"CLINT_PASSWORD": PASSWORD}
    host = KeptHost(scratch("den"), "--durability", "process", "--count-loopback", password=PASSWORD)
    talkers = [Talker(host.port, name, 5, Clint(host.port, "--name", name, env=env))
               for name in (f"talker{n}" for n in range(TALKERS))]
    for talker in talkers:
        talker.clint.out.wait_for("^Connected to ")
    herd = Program([BUILD / "tests" / "clint_herd", host.port, CLIENTS], env=env)
    wait_all_in(herd)
    # All may have come between two looks of ours, when something else has the core.
    check(any(all_back(host, herd, talkers) for _ in range(3)), "nobody was seen logging in")
    for talker in talkers:
        talker.stop_talking()
    for talker in talkers:
        talker.finish()

    def idle():
        before = host.program.cpu_seconds()
        time.sleep(1)
        return host.program.cpu_seconds() - before < 0.1 * SLACK
    eventually(idle, "the host is idle again", 15 * SLACK)
    herd.close_input()
    herd.expect_exit(0)
    host.stop()
    check_history(host.folder, talkers, password=PASSWORD)


if __name__ == "__main__":
    run()
