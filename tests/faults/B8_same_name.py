#!/usr/bin/env python3
"""B8: fifty clients want one name at the same instant, again and again, or have all shown that they know one account's
password.

Pass: exactly one gets the name each time, the others numbered ones; exactly one is let into the account.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Host, amount, case, check, eventually, on_linux, run
from faults import stats
from member import Member, verifier_of
from wire import ACCOUNT, CONFIRM, GOODBYE, HELLO, PROOF, SHARE, WELCOME, RawClient, frame, goodbye, greet, join

CLIENTS = 50
ROUNDS = amount(200, 15)
ACCOUNT_ROUNDS = amount(200, 3)
PASSWORD = "hunter two two"
REGISTER = 0x40


@case(f"{ROUNDS} rounds of {CLIENTS} that claim a name")
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
            client.send(goodbye())
        for client in clients:
            client.wait_end()
            client.close()


@case(f"{ACCOUNT_ROUNDS} rounds of {CLIENTS} that log in to an account")
def account():
    on_linux()
    host = Host("--quiet", "--kdf", "small", mode="--tls")
    with Member(host, None) as alice:
        alice.log_in("alice")
        check(alice.ask(REGISTER, verifier_of("alice", PASSWORD)).result == 0, "not registered")
        alice.send(goodbye())
        alice.wait_end()

    for round_ in range(ACCOUNT_ROUNDS):
        # Else there are too many strangers for some.
        eventually(lambda: stats(host, r"(\d+) logging in") == 0, "the losers are gone")
        clients = [Member(host, None) for _ in range(CLIENTS)]
        for client in clients:
            client.x = 1  # what can be made once for all
            client.send(greet(), join("alice", client.key))
            client.hello = client.expect(HELLO)
        runs = [client.account_run(client.expect(ACCOUNT), PASSWORD, client.session_id) for client in clients]
        for client, proof in zip(clients, runs):
            client.send(frame(SHARE, proof.share))
        for client, proof in zip(clients, runs):
            packet = client.expect(PROOF)
            check(proof.confirm(packet.point, packet.confirm) is not None, "the host does not know the password")
        for client, proof in zip(clients, runs):  # what is left is the account
            client.send(frame(CONFIRM, proof.ours))
        last = [client.read() for client in clients]
        winners = [client for client, packet in zip(clients, last) if packet.type == WELCOME and packet.name == "alice"]
        losers = [packet for packet in last if packet.type == GOODBYE and "is here already" in packet.text]
        check((len(winners), len(losers)) == (1, CLIENTS - 1), f"round {round_}: {last}")
        winners[0].send(goodbye())
        for client in clients:
            client.wait_end()
            client.close()


if __name__ == "__main__":
    run()
