#!/usr/bin/env python3
"""B8: fifty clients want one name at the same instant, again and again. (One account: tests/e2e/accounts.py.)

Pass: exactly one gets it each time, the others numbered ones.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, amount, case, check, on_linux, run
from wire import GOODBYE, HELLO, WELCOME, RawClient, frame, greet, join

CLIENTS = 50
ROUNDS = amount(200, 15)


@case(f"{ROUNDS} rounds of {CLIENTS}")
def rounds():
    on_linux()
    host = Host("--quiet")
    for round_ in range(ROUNDS):
        clients = [RawClient(host) for _ in range(CLIENTS)]
        for client in clients:
            client.send(greet())
            client.expect(HELLO)
        for client in clients:  # all are known to the host now: what is left is the name
            client.send(join(f"alice{round_}", client.key))
        names = sorted(client.expect(WELCOME).name for client in clients)
        wanted = sorted([f"alice{round_}"] + [f"alice{round_}-{n}" for n in range(2, CLIENTS + 1)])
        check(names == wanted, f"round {round_}: {names}")
        for client in clients:
            client.send(frame(GOODBYE, b"\x01\0\0\0\0"))
        for client in clients:
            client.wait_end()
            client.close()


if __name__ == "__main__":
    run()
