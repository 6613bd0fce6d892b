"""A raw client that knows the password, and what its log-in is bound to: docs/PROTOCOL.md, section 12, in plain Python,
beside src/crypto and src/client and independent of them."""

import hashlib
import hmac
import itertools
import struct

from chat import check, scratch
from wire import CONFIRM, HELLO, PROOF, SHARE, WELCOME, RawClient, frame, greet, join, tls_context
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


def log_in_context(purpose, exported, certificate, hello, salt, n, r, p):
    """Context of a run; the certificate in DER, hello as the whole frame."""
    fields = (b"clint v1", purpose, SUITE, exported, hashlib.sha256(certificate).digest(), hashlib.sha256(hello).digest(),
              salt, struct.pack(">III", n, r, p))
    return b"".join(struct.pack("<Q", len(one)) + one for one in fields)


class Member(RawClient):
    """Logs in with a password, over TLS; sends and reads sealed bodies as octets."""

    def __init__(self, host, password, source=None):
        context = keeping_keys(tls_context())
        super().__init__(host, source=source, tls=True, context=context)
        self._password = password.encode()
        self.channel = exporter(self.socket, context), self.socket.getpeercert(True)
        self.x = None  # a test's own in place of a random one
        self.room_key = None

    def begin(self, name="", backlog=0, key=None, cursors=()):
        """Up to the proof that it knows the room's password; what comes then is not read."""
        self.key = key or self.key
        self.send(greet(), join(name, self.key, backlog, cursors))
        self.hello = self.expect(HELLO)
        names = tuple(f"{side}:{self.hello.verifier_id.hex()}".encode() for side in ("room", "host"))
        self.room_key = self.prove(b"room", self.hello, names, self._password)

    def log_in(self, name="", backlog=0, key=None, cursors=()):
        self.begin(name, backlog, key, cursors)
        packet = self.expect(WELCOME)
        self.name, self.session, self.messages = packet.name, packet.session, packet.last_message
        return packet

    def prove(self, purpose, wanted, names, password):
        """One run of SPAKE2+ with what the host has asked for; gives the key that this password makes of a room."""
        w0, w1, key = pake.derive(password, wanted.salt, wanted.n, wanted.r, wanted.p, *names)
        context = log_in_context(purpose, *self.channel, self.hello_frame, wanted.salt, wanted.n, wanted.r, wanted.p)
        run = pake.Prover(w0, w1, context, *names, self.x)
        self.share = run.share
        self.send(frame(SHARE, self.share))
        self.proof = self.expect(PROOF)
        confirmation = run.confirm(self.proof.point, self.proof.confirm)
        check(confirmation is not None, "the host's proof does not fit the password")
        self.send(frame(CONFIRM, confirmation))
        return key
