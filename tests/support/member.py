"""A raw client that knows the password, and what its log-in is bound to: docs/PROTOCOL.md, section 12, in plain Python,
beside src/crypto and src/client and independent of them."""

import hashlib
import hmac
import itertools
import struct

from chat import check, scratch
from wire import (ACCOUNT, CONFIRM, HELLO, PROOF, SECURE, SHARE, WELCOME, RawClient, frame, greet, join, tls_context)
import pake

SUITE = b"P256-SHA256-HKDF-SHA256-HMAC-SHA256"

_serial = itertools.count(1)


def keeping_keys(context):
    """Makes an ssl.SSLContext write down its secrets, for exporter(); gives the context."""
    context.keylog_filename = str(scratch(f"keys{next(_serial)}"))
    return context


def _expand_label(secret, label, context, size, digest):
    """HKDF-Expand-Label of RFC 8446, section 7.1, for at most one block."""
    name = b"tls13 " + label
    info = struct.pack(">HB", size, len(name)) + name + bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\1", digest)[:size]


def exporter(tls, context):
    """The channel binding of RFC 9266 of the last connection that was made with the context (see keeping_keys)."""
    digest = tls.cipher()[0].rpartition("_")[2].lower()
    with open(context.keylog_filename, encoding="ascii") as lines:
        secret = bytes.fromhex([line.split()[2] for line in lines if line.startswith("EXPORTER_SECRET ")][-1])
    nothing = hashlib.new(digest).digest()
    derived = _expand_label(secret, b"EXPORTER-Channel-Binding", nothing, len(nothing), digest)
    return _expand_label(derived, b"exporter", nothing, 32, digest)


def log_in_context(purpose, exported, certificate, hello, salt, n, r, p, *session_id):
    """Context of a run; the certificate in DER, hello as the whole frame. session_id: an account's only, of the run with
    the host's own password, or b""."""
    fields = (b"clint v1", purpose, SUITE, exported, hashlib.sha256(certificate).digest(), hashlib.sha256(hello).digest(),
              salt, struct.pack(">III", n, r, p), *session_id)
    return b"".join(struct.pack("<Q", len(one)) + one for one in fields)


def verifier_of(name, password):
    """What a clint gives the host to make an account of this name."""
    ident, salt, n, r, p = "33" * 16, b"\x44" * 16, 1 << 15, 8, 1
    w0, w1, _ = pake.derive(password.encode(), salt, n, r, p, f"user:{name}".encode(), f"host:{ident}".encode())
    return "".join(f"{word} {value}\n" for word, value in (
        ("clint verifier", 1), ("id", ident), ("n", n), ("r", r), ("p", p), ("salt", salt.hex()), ("w0", f"{w0:064x}"),
        ("l", pake.octets(pake.times(w1, pake.G)).hex())))


class Member(RawClient):
    """Logs in over TLS, with a password where the host has one; sends and reads sealed bodies as octets."""

    def __init__(self, host, password, source=None):
        context = keeping_keys(tls_context())
        super().__init__(host, source=source, tls=True, context=context)
        self._password = password and password.encode()
        self.channel = exporter(self.socket, context), self.socket.getpeercert(True)
        self.x = None  # a test's own in place of a random one
        self.room_key = None
        self.session_id = b""  # of the run with the host's password

    def begin(self, name="", backlog=0, key=None, cursors=()):
        """Up to the proof that it knows the room's password; what comes then is not read."""
        self.key = key or self.key
        self.send(greet(), join(name, self.key, backlog, cursors))
        self.hello = self.expect(HELLO)
        if self.hello.mode == SECURE:
            names = tuple(f"{side}:{self.hello.verifier_id.hex()}".encode() for side in ("room", "host"))
            run, self.room_key = self._run(b"room", self.hello, names, self._password)
            check(self._prove(run), "the host's proof does not fit the password")
            self.session_id = run.session_id

    def log_in(self, name="", backlog=0, key=None, cursors=()):
        self.begin(name, backlog, key, cursors)
        packet = self.expect(WELCOME)
        self.name, self.session, self.messages = packet.name, packet.session, packet.last_message
        return packet

    def prove_account(self, password, *session_id):
        """The log-in to the account whose name was asked for, bound to this session id, or to none. Whether the host's
        proof fits; a confirmation is sent all the same."""
        return self._prove(self.account_run(self.expect(ACCOUNT), password, *session_id))

    def account_run(self, wanted, password, *session_id):
        """The run of the log-in that the host has asked for by this packet."""
        names = f"user:{wanted.name}".encode(), f"host:{wanted.verifier_id.hex()}".encode()
        return self._run(b"account", wanted, names, password.encode(), *session_id)[0]

    def _run(self, purpose, wanted, names, password, *session_id):
        """A run of SPAKE2+ as the host has asked for it, and the key that this password makes of a room."""
        w0, w1, key = pake.derive(password, wanted.salt, wanted.n, wanted.r, wanted.p, *names)
        context = log_in_context(purpose, *self.channel, self.hello_frame, wanted.salt, wanted.n, wanted.r, wanted.p,
                                 *session_id)
        return pake.Prover(w0, w1, context, *names, self.x), key

    def _prove(self, run):
        self.share = run.share
        self.send(frame(SHARE, self.share))
        self.proof = self.expect(PROOF)
        fits = run.confirm(self.proof.point, self.proof.confirm) is not None
        self.send(frame(CONFIRM, run.ours))
        return fits
