#!/usr/bin/env python3
"""A11: what is no honest run of SPAKE2+.

Pass: bad points, the identity, shares of other sizes, a confirmation before the share and a second one all end the
connection, count as failures where they are answered, and tell nothing. A client refuses scrypt parameters out of range
without spending memory on them.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, ROOT, SANITIZED, Clint, Program, SecureHost, Skip, case, check, eventually, run
from faults import Members, attack, failed_log_ins
from raw_host import TlsRawHost
from wire import CONFIRM, GOODBYE, HELLO, PROOF, SHARE, RawClient, frame, fresh_address, goodbye, greet, hello_secure, join
import pake

PASSWORD = "correct horse battery"


def said_to(host, *packets):
    """The goodbye after these packets, and whether a proof was given."""
    with RawClient(host) as mallory:
        mallory.send(greet(), join("mallory"))
        mallory.expect(HELLO)
        mallory.send(*packets)
        proof = False
        while (packet := mallory.read()) is not None:
            proof |= packet.type == PROOF
        return (mallory.farewell.why if mallory.farewell else ""), proof


@case("shares that are no points of the curve")
def bad_points():
    host = SecureHost(PASSWORD)
    with attack(host, bystanders=Members(host, PASSWORD)):
        vectors = json.loads((ROOT / "tests/vectors/p256_points_wycheproof.json").read_text())["points"]
        bad = [bytes.fromhex(v["point"]) for v in vectors if not v["accept_strict_uncompressed"]]
        good = [bytes.fromhex(v["point"]) for v in vectors if v["accept_strict_uncompressed"]]
        check(bad and good, "no vectors")
        for point in bad + [b"", b"\0", b"\0" * 65, b"\x04" + b"\0" * 64, b"\4" + b"\xff" * 64, pake.octets(pake.G)[:64],
                            pake.octets(pake.G) + b"\0"]:
            why, proof = said_to(host, frame(SHARE, point))
            check((why, proof) == ("malformed", False), f"{point.hex()}: {why}, proof {proof}")
        for point in good[:3]:
            check(said_to(host, frame(SHARE, point), frame(CONFIRM, b"c" * 32)) == ("wrong_password", True), "a good point")


@case("whatever comes in place of a share is a guess that failed")
def counted():
    host = SecureHost(PASSWORD)
    with attack(host, bystanders=Members(host, PASSWORD)):
        good = pake.octets(pake.G)
        for n, (what, packets) in enumerate((("a refused point", [frame(SHARE, b"\x04" + b"\1" * 64)]),
                                             ("64 octets", [frame(SHARE, good[:64])]),
                                             ("66 octets", [frame(SHARE, good + b"\0")]),
                                             ("a confirmation first", [frame(CONFIRM, b"c" * 32), frame(SHARE, good)]),
                                             ("a wrong confirmation", [frame(SHARE, good), frame(CONFIRM, b"c" * 32)]),
                                             ("two shares", [frame(SHARE, good), frame(SHARE, good)]))):
            said_to(host, *packets)
            check(failed_log_ins(host) == n + 1, f"{what}: {failed_log_ins(host)} failures were counted, not {n + 1}")
        with RawClient(host) as curious:  # looks whether a password is needed, and leaves
            curious.send(greet(), join("curious"))
            curious.expect(HELLO)
            curious.send(goodbye())
            curious.wait_end()
        check(failed_log_ins(host) == n + 1, "a question is no guess")
        source = fresh_address()
        for share in (good[:64], good, good):
            begin = time.monotonic()
            with RawClient(host, source=source) as mallory:
                mallory.guess(share=share)
                mallory.send(frame(CONFIRM, b"c" * 32))
                mallory.wait_end()
        with RawClient(host, source=source) as mallory:
            answer = mallory.guess()
            refused = answer.type == GOODBYE and answer.why == "guesses"
            check(refused or time.monotonic() - begin > 5, "a share that is none was free")  # for 5 s it has to wait


@case("the host's own share and proof reflected, confirmations out of order, two shares")
def out_of_order():
    host = SecureHost(PASSWORD)
    with attack(host, bystanders=Members(host, PASSWORD)):
        share = frame(SHARE, pake.octets(pake.G))
        check(said_to(host, frame(CONFIRM, b"c" * 32)) == ("out_of_state", False), "a confirmation first")
        check(said_to(host, share, share) == ("out_of_state", True), "two shares")
        check(said_to(host, frame(PROOF, b"p" * 97)) == ("out_of_state", False), "a proof")
        check(said_to(host, frame(0x05, b"")) == ("out_of_state", False), "a message")
        with RawClient(host) as mallory:
            proof = mallory.guess()
            mallory.send(frame(CONFIRM, proof.confirm))
            check(mallory.wait_end() == "wrong_password", "its own confirmation was taken")
        with RawClient(host) as mallory:
            mallory.guess()
            mallory.send(frame(CONFIRM, b"c" * 32), frame(CONFIRM, b"d" * 32))
            check(mallory.wait_end() == "wrong_password", "a second confirmation")
            host.wait_goodbye("wrong_password", mallory.source)
        log = host.err.text() + host.out.text()
        check("c" * 32 not in log and (b"c" * 32).hex() not in log, "a confirmation was logged")


@case("a host that orders a costly or a weak key derivation is left at once")
def parameters():
    for what in ({"n": 1 << 14}, {"n": 1 << 19}, {"n": (1 << 17) + 1}, {"n": 0}, {"r": 1}, {"r": 1 << 20}, {"p": 0},
                 {"p": 5}, {"p": 1 << 30}, {"salt": b"s" * 15}, {"salt": b"s" * 33}, {"salt": b""}):
        host = TlsRawHost(lambda connection, what=what: connection.sendall(hello_secure(**what)))
        clint = Clint(host.port, env={"CLINT_PASSWORD": PASSWORD})
        clint.expect_exit(1)
        clint.err.wait_for("^clint: error: host misbehaves: .*derived")
        eventually(lambda h=host: h.ended == 1, "the end of the connection")
        check(SHARE not in host.types(), "the client answered")
        host.close()


@case("good parameters from a host that then proves nothing: wrong password, and nothing more is said")
def no_proof():
    def script(connection):
        connection.sendall(hello_secure())
        connection.sendall(frame(PROOF, pake.octets(pake.G) + b"v" * 32))

    host = TlsRawHost(script)
    clint = Clint(host.port, env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(3)
    clint.err.wait_for("^clint: error: wrong password, or this is not your host")
    eventually(lambda: host.ended == 1, "the end of the connection")
    check(CONFIRM not in host.types() and SHARE in host.types(), f"{host.types()}")
    check(host.connections == 1, "the client tried again")
    host.close()


@case("a share that is reflected, or no point, makes the client leave without a confirmation")
def reflected():
    for answer in (lambda share: share, lambda share: b"\x06" + share[1:], lambda share: b"\0" * 65):
        def script(connection, answer=answer):
            connection.sendall(hello_secure())
            share = connection.wait_for(SHARE)
            connection.sendall(frame(PROOF, answer(share) + b"v" * 32))

        host = TlsRawHost(script)
        Clint(host.port, env={"CLINT_PASSWORD": PASSWORD}).expect_exit(3)
        eventually(lambda h=host: h.ended == 1, "the end of the connection")
        check(CONFIRM not in host.types(), "the client confirmed")
        host.close()


@case("a client spends no memory on parameters that it refuses")
def memory():
    if SANITIZED:
        raise Skip("sanitizers reserve terabytes of address space")
    # 2^19 * 8 * 128 octets are half a gibibyte: with less than that it could only fail, not refuse.
    host = TlsRawHost(lambda connection: connection.sendall(hello_secure(n=1 << 19)))
    clint = Program(["bash", "-c", f"ulimit -v 300000; exec {BUILD / 'clint'} 127.0.0.1:{host.port}"],
                    env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(1)
    clint.err.wait_for("^clint: error: host misbehaves: .*derived")
    host.close()


run()
