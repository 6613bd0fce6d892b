#!/usr/bin/env python3
"""I3: somebody in the middle ends TLS on both sides with a key of his own and relays the log-in.

Pass: it fails on the client before it has confirmed anything ("wrong password, or this is not your host"), costs one
guess, is not tried again; and nothing that the middleman has seen lets him check a list of passwords.
"""

import hmac
import itertools
import socket
import ssl
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, SecureHost, case, check, eventually, fresh_home, run
from listening import Listening, shut
from member import Member, exporter, keeping_keys, log_in_context
from raw_host import certificate, tls_server_context
from wire import CONFIRM, HELLO, JOIN, PROOF, SHARE, decode, frame, fresh_address, take_frames, tls_context
import pake

PASSWORD = "correct horse battery"


class Middleman(Listening):
    """Relays whole frames between two TLS connections of its own, and writes all of them down."""

    def __init__(self, port):
        self._target = port
        self._to_client, self._to_host = keeping_keys(tls_server_context("middleman")), keeping_keys(tls_context())
        self._certificate = ssl.PEM_cert_to_DER_cert(certificate("middleman")[0].read_text(encoding="ascii"))
        self.connections = self.ended = 0  # ended: with the client
        self.seen = []  # (from the client?, type, body)
        self.channels = []  # exporter and certificate of each leg
        super().__init__()

    def _take(self, connection):
        self.connections += 1
        try:
            near = self._to_client.wrap_socket(connection, server_side=True)
            far = self._to_host.wrap_socket(socket.create_connection(("127.0.0.1", self._target)),
                                            server_hostname="127.0.0.1")
        except (OSError, ssl.SSLError):
            self.ended += 1
            return
        self.channels += [(exporter(near, self._to_client), self._certificate),
                          (exporter(far, self._to_host), far.getpeercert(True))]
        for source, target, from_client in ((near, far, True), (far, near, False)):
            threading.Thread(target=self._relay, args=(source, target, from_client), daemon=True).start()

    def _relay(self, source, target, from_client):
        buffer = bytearray()
        try:
            while data := source.recv(65536):
                buffer += data
                for octets in take_frames(buffer):
                    self.seen.append((from_client, octets[4], octets[5:]))
                    target.sendall(octets)
        except (OSError, ssl.SSLError):
            pass
        self.ended += from_client
        shut(source, target)

    def body(self, kind):
        return next(body for _, one, body in self.seen if one == kind)


def consistent(password, hello, share_p, share_v, confirm_v, channels):
    """Whether anything that can be computed from the transcript and this password fits the host's proof. Who is in the
    middle knows all that the runs of both legs are bound to, and neither x nor y; what he can do is take the masks away
    and try what is left in place of Z and V. hello is a body; channels: exporter and certificate of each leg."""
    asked = decode(HELLO, hello)
    names = tuple(f"{side}:{asked.verifier_id.hex()}".encode() for side in ("room", "host"))
    w0, w1, _ = pake.derive(password.encode(), asked.salt, asked.n, asked.r, asked.p, *names)
    x_g = pake.add(pake.point(share_p), pake.minus(pake.times(w0, pake.M)))
    y_g = pake.add(pake.point(share_v), pake.minus(pake.times(w0, pake.N)))
    w1_g = pake.times(w1, pake.G)
    candidates = [x_g, y_g, w1_g, pake.add(x_g, y_g), pake.times(w1, x_g), pake.times(w1, y_g), pake.point(share_p),
                  pake.point(share_v)]
    contexts = [log_in_context(b"room", *channel, frame(HELLO, hello), asked.salt, asked.n, asked.r, asked.p)
                for channel in channels]
    return any(hmac.compare_digest(confirm_v, pake.conclude(context, *names, share_p, share_v, z, v, w0)[1])
               for context in contexts for z, v in itertools.product(candidates, repeat=2))


@case("a real clint, a real host, and a real middleman")
def in_the_middle():
    host, home = SecureHost(PASSWORD), fresh_home()
    middle = Middleman(host.port)
    clint = Clint(middle.port, "--name", "alice", "--tls-insecure", home=home, env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(3)
    clint.err.wait_for("^clint: error: wrong password, or this is not your host")
    eventually(lambda: middle.ended == 1, "the end of what the client says")
    types = [kind for _, kind, _ in middle.seen]
    check(JOIN in types and SHARE in types and PROOF in types, f"the log-in did not get that far: {types}")
    check(CONFIRM not in types, "the client confirmed")
    check(middle.connections == 1, "the client tried again")
    check(host.out.count("joined") == 0, "the middleman got in")
    check(not (home / "known_hosts").exists(), "the client took the middleman's key for the host's")

    def failed():
        host.send("/stats")
        return host.out.count("log-ins: 0 good, 1 failed") > 0
    eventually(failed, "one guess is counted")
    check(len(middle.channels) == 2 and middle.channels[0] != middle.channels[1], "not two channels")
    proof = middle.body(PROOF)
    for guess in ("password", PASSWORD):
        check(not consistent(guess, middle.body(HELLO), middle.body(SHARE), proof[:65], proof[65:], middle.channels),
              f"the transcript tells that the password is {guess!r}")


@case("the same check finds the password in the log-in of a client whose x is known: it can fail")
def the_check_bites():
    host = SecureHost(PASSWORD)
    with Member(host, PASSWORD, fresh_address()) as careless:
        careless.x = 1
        careless.log_in("careless")  # the host takes it: what the run is bound to is what the check takes it for
        seen = (careless.hello_frame[5:], careless.share, careless.proof.point, careless.proof.confirm)
        of_others = [(b"e" * 32, careless.channel[1]), (careless.channel[0], b"another certificate")]
    check(consistent(PASSWORD, *seen, [careless.channel]), "the check cannot find anything")
    check(not consistent("wrong horse battery", *seen, [careless.channel]), "the check takes any password")
    check(not consistent(PASSWORD, *seen, of_others), "a run is not bound to its channel")


@case("a host that was met before: its key is asked for first, and nothing is said to the middleman")
def met_before():
    cert, key = certificate("real")  # the host's own, kept over restarts
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
    eventually(lambda: middle.ended == 1, "the end of what the client says")
    check(middle.connections == 1, "the client tried again")
    check(not middle.seen, f"{middle.seen} was said")


run()
