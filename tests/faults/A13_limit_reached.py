#!/usr/bin/env python3
"""A13: max_clients are logged in, then 50 more come.

Pass: each is refused after TLS with "full" within 1 s, and told when to try again; one leaves, and the next one enters
within 1 s. One place more is kept for an operator.
"""

import re
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, SLACK, Clint, Failed, case, check, run
from faults import attack, attacked_host
from wire import RawClient, greet, join


def refused(host):
    begin = time.monotonic()
    with RawClient(host) as late:
        late.send(greet(), join())
        why = late.wait_end()
    check(why == "full", f"the goodbye was {why!r}")
    check(time.monotonic() - begin <= 1 * SLACK, f"refused after {time.monotonic() - begin:.1f} s")
    return late.farewell.text


@case("50 more than the host takes, over TLS")
def fifty_more():
    host = attacked_host("--max-clients", "40", "--operator", "chief", "--operator", "deputy", mode="--tls")
    passwords = {}
    for name in ("chief", "deputy"):
        host.send(f"/register {name}")
        passwords[name] = host.out.wait_for(rf"^\* {name} has an account with the password (\S+) - ").group(1)

    def operator(name):
        return Clint(host, "--name", name, "--tls-insecure", env={"CLINT_ACCOUNT_PASSWORD": passwords[name]})

    with attack(host):  # its bystanders take 32 places
        guests = [RawClient(host) for _ in range(8)]
        for guest in guests:
            guest.log_in()
        texts = {refused(host) for _ in range(50)}
        check(all(re.fullmatch(r"the server is full \(40 clints\), retry in \d+ s", text) for text in texts), f"{texts}")
        chief = operator("chief")
        chief.out.wait_for("^Connected to ")
        chief.send("/stats")
        chief.out.wait_for(r"^\* 41 clints of at most 40")
        deputy = operator("deputy")
        deputy.expect_exit(5, PATIENCE)
        deputy.err.wait_for(r"the server is full \(40 clints\), retry in \d+ s")
        refused(host)
        chief.send("/quit")
        chief.expect_exit(0)
        for guest in guests:
            guest.close()
            begin = time.monotonic()
            while True:
                try:
                    with RawClient(host) as following:
                        following.log_in()
                    break
                except Failed:
                    check(time.monotonic() - begin < 1 * SLACK, "nobody entered within 1 s after one had left")


run()
