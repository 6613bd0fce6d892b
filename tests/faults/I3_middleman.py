#!/usr/bin/env python3
"""I3: somebody in the middle ends TLS on both sides with a key of his own and relays the log-in.

Pass: it fails on the client before it has confirmed anything ("wrong password, or this is not your host"), costs one
guess, is not tried again; and nothing that the middleman has seen lets him check a list of passwords.
"""

import hmac
import itertools
import socket
import ssl
import struct
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, SecureHost, case, check, eventually, fresh_home, run
from wire import CONFIRM, HELLO, JOIN, PROOF, SHARE, tls_context, tls_server_context
import pake

PASSWORD = "correct horse battery"


class Middleman:
    """Relays whole frames between two TLS connections of its own, and writes all of them down."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.seen = []  # (from the client?, type, body)
        self.certificates = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        context = tls_server_context("middleman")
        while True:
            client, _ = self._listener.accept()
            self.connections += 1
            try:
                near = context.wrap_socket(client, server_side=True)
                far = tls_context().wrap_socket(socket.create_connection(("127.0.0.1", self._target)),
                                                server_hostname="127.0.0.1")
            except (OSError, ssl.SSLError):
                continue
            self.certificates.append(far.getpeercert(True))
            for source, target, ours in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._relay, args=(source, target, ours), daemon=True).start()

    def _relay(self, source, target, from_client):
        buffer = b""
        try:
            while data := source.recv(65536):
                buffer += data
                while len(buffer) >= 4 and len(buffer) >= 4 + struct.unpack_from(">I", buffer)[0]:
                    size = 4 + struct.unpack_from(">I", buffer)[0]
                    self.seen.append((from_client, buffer[4], buffer[5:size]))
                    target.sendall(buffer[:size])
                    buffer = buffer[size:]
        except (OSError, ssl.SSLError):
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def body(self, kind):
        return next(body for _, one, body in self.seen if one == kind)


def consistent(password, seen):
    """Whether anything that can be computed from the transcript and this password fits the host's proof. Who is in the
    middle knows neither x nor y; what he can do is take the masks away and try what is left in place of Z and V."""
    hello, share_p, proof = seen.body(HELLO), seen.body(SHARE), seen.body(PROOF)
    share_v, confirm_v = proof[:65], proof[65:]
    # version, capabilities, mode, host id, two limits: 31 octets; then the verifier's id, salt, n, r, p
    verifier_id, rest = hello[31:47], hello[47:]
    salt = rest[4:4 + struct.unpack_from(">I", rest)[0]]
    n, r, p = struct.unpack_from(">III", rest, 4 + len(salt))
    names = (b"room:" + verifier_id.hex().encode(), b"host:" + verifier_id.hex().encode())
    w0, w1, _ = pake.derive(password.encode(), salt, n, r, p, *names)
    x_g = pake.add(pake.point(share_p), pake.minus(pake.times(w0, pake.M)))
    y_g = pake.add(pake.point(share_v), pake.minus(pake.times(w0, pake.N)))
    w1_g = pake.times(w1, pake.G)
    candidates = [x_g, y_g, w1_g, pake.add(x_g, y_g), pake.times(w1, x_g), pake.times(w1, y_g), pake.point(share_p),
                  pake.point(share_v)]
    contexts = [b"", b"clint v1"]
    return any(hmac.compare_digest(confirm_v, pake.confirmations(context, *names, share_p, share_v, z, v, w0)[1])
               for context in contexts for z, v in itertools.product(candidates, repeat=2))


@case("a real clint, a real host, and a real middleman")
def in_the_middle():
    host = SecureHost(PASSWORD)
    middle = Middleman(host.port)
    clint = Clint(middle.port, "--name", "alice", "--tls-insecure", env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(3)
    clint.err.wait_for("^clint: error: wrong password, or this is not your host")
    types = [kind for _, kind, _ in middle.seen]
    check(JOIN in types and SHARE in types and PROOF in types, f"the log-in did not get that far: {types}")
    check(CONFIRM not in types, "the client confirmed")
    check(middle.connections == 1, "the client tried again")
    check(host.out.count("joined") == 0, "the middleman got in")
    host.send("/stats")
    host.out.wait_for("log-ins: 0 good, 1 failed")
    for guess in ("password", "wrong horse battery", PASSWORD):
        check(not consistent(guess, middle), f"the transcript tells that the password is {guess!r}")


@case("the same check finds the password where there is no channel to bind to: it can fail")
def the_check_bites():
    # A client that used no fresh x: then Z and V can be computed, and a list of passwords can be checked.
    names, salt = (b"room:" + b"00" * 16, b"host:" + b"00" * 16), b"s" * 16

    class Seen:
        @staticmethod
        def body(kind):
            w0, w1, _ = pake.derive(PASSWORD.encode(), salt, 1 << 15, 8, 1, *names)
            prover, verifier = (side(w0, w1, b"", *names) for side in (pake.Prover, pake.Verifier))
            prover._x = verifier._y = 1
            prover.share = pake.octets(pake.add(pake.G, pake.times(w0, pake.M)))
            verifier.share = pake.octets(pake.add(pake.G, pake.times(w0, pake.N)))
            if kind == HELLO:
                return b"\0" * 47 + struct.pack(">I", 16) + salt + struct.pack(">III", 1 << 15, 8, 1)
            return prover.share if kind == SHARE else verifier.share + verifier.confirm(prover.share)[1]

    check(consistent(PASSWORD, Seen), "the check cannot find anything")
    check(not consistent("wrong horse battery", Seen), "the check takes any password")


@case("a host that was met before: its key is asked for first, and nothing is said to the middleman")
def met_before():
    from wire import certificate  # the host's own, kept over restarts
    cert, key = certificate("real")
    host, home = SecureHost(PASSWORD, "--cert", cert, "--key", key), fresh_home()
    alice = Clint(host, "--name", "alice", home=home, env={"CLINT_PASSWORD": PASSWORD})
    alice.out.wait_for("^Connected")
    alice.send("/quit")
    alice.expect_exit(0)
    middle = Middleman(host.port)
    pins = home / "known_hosts"
    pins.write_text(pins.read_text(encoding="utf-8").replace(f":{host.port} ", f":{middle.port} "), encoding="utf-8")
    clint = Clint(middle.port, "--name", "alice", home=home, env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(4)
    eventually(lambda: middle.connections == 1, "one connection")
    check(not middle.seen, f"{middle.seen} was said")


run()
