"""Hosts that say whatever a test wants, and certificates for them."""

import itertools
import shutil
import socket
import ssl
import struct
import subprocess
import threading

import chat
from listening import Listening
from wire import hello, take_frames, welcome

_certificates = itertools.count(1)


def certificate(name="host", newkey="ed25519"):
    """A self-signed certificate for 127.0.0.1 and its key, made by the openssl program."""
    cert, key = chat.scratch(f"{name}.pem"), chat.scratch(f"{name}.key")
    if not cert.exists():
        program = shutil.which("openssl")
        if not program:
            raise chat.Skip("no openssl program to make a certificate")
        subprocess.run([program, "req", "-x509", "-newkey", newkey, "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True,
                       capture_output=True)
        key.chmod(0o600)
    return cert, key


def _signed(authority, authority_key, days, *extensions):
    which = next(_certificates)
    cert, key, wanted, wishes = (chat.scratch(f"signed{which}.{kind}") for kind in ("pem", "key", "csr", "ext"))
    wishes.write_text("".join(f"{line}\n" for line in extensions), encoding="ascii")
    run = {"check": True, "capture_output": True}
    subprocess.run(["openssl", "req", "-new", "-newkey", "ed25519", "-nodes", "-subj", f"/CN=den {which}", "-keyout", key,
                    "-out", wanted], **run)
    subprocess.run(["openssl", "x509", "-req", "-in", wanted, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
                    "-days", str(days), "-extfile", wishes, "-out", cert], **run)
    key.chmod(0o600)
    return cert, key


def authority_and_certificate(days=2, names="IP:127.0.0.1", usage="serverAuth", newkey="ed25519", between=False):
    """An authority's certificate, and one for these names and this extended key usage with its key that the authority
    has signed. newkey: the authority's kind of key. between: one between them has signed, which comes with it."""
    authority, authority_key = signer, signer_key = certificate(f"authority-{newkey.replace(':', '')}", newkey)
    if between:
        signer, signer_key = _signed(authority, authority_key, days, "basicConstraints=critical,CA:TRUE")
    cert, key = _signed(signer, signer_key, days, f"subjectAltName={names}", f"extendedKeyUsage={usage}")
    if between:
        cert.write_text(cert.read_text(encoding="ascii") + signer.read_text(encoding="ascii"), encoding="ascii")
    return authority, cert, key


def tls_server_context(name="host", alpn="clint/1", version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(name))
    if version:
        context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


class RawHost(Listening):
    """A host made of what a test wants to say: answers the log-in of each client, then sends what it was given."""

    def __init__(self, after=b"", name="alice", motd="", script=None, keeps=False, version=1, turns_away=0):
        self._hello = hello(capabilities=int(keeps), version=version)  # keeps: it says that it has a history
        self._after, self._name, self._motd, self._script = after, name, motd, script
        self._turns_away = turns_away  # so many connections, the first ones, are closed at once
        self.received = bytearray()
        self.connections = 0
        super().__init__()

    def _take(self, connection):
        if self._turns_away > 0:
            self._turns_away -= 1
            connection.close()
            return
        threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    @staticmethod
    def _read_frames(connection, data, count):
        """Reads until that many whole frames are in `data`."""
        while True:
            at = 0
            for _ in range(count):
                at += 4 + struct.unpack_from(">I", data, at)[0] if len(data) >= at + 4 else len(data) + 1
            if len(data) >= at:
                return
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError("the client went away")
            data += piece

    def _talk(self, connection):
        try:
            with connection:
                connection.settimeout(chat.PATIENCE)
                first = connection.recv(1, socket.MSG_PEEK)
                if first == b"\x16":  # a TLS ClientHello: this host is plain
                    connection.recv(65536)
                    connection.sendall(self._hello)
                    return
                self.connections += 1
                first = bytearray()
                self._read_frames(connection, first, 1)
                connection.sendall(self._hello)
                self._read_frames(connection, first, 2)
                if self._script:
                    self._script(connection)
                    return
                connection.sendall(welcome(self._name, motd=self._motd))
                connection.sendall(self._after)
                while data := connection.recv(65536):
                    self.received += data  # what the client said after the log-in
        except OSError:
            pass


class TlsRawHost(Listening):
    """A host over TLS made of what a test wants to say: script(self) is run for each connection, after the TLS handshake
    and the client's greet. Keeps every frame that a client sends."""

    def __init__(self, script, context=None):
        self._script = script
        self._context = context or tls_server_context()
        self.connections = self.ended = 0
        self.frames = []
        self.octets = bytearray()  # whatever came, after TLS
        self._connection = None
        super().__init__()

    def types(self):
        return [kind for kind, _ in self.frames]

    def sendall(self, data):
        self._connection.sendall(data)

    def wait_for(self, kind):
        """The body of the next frame of this type."""
        while True:
            self._pump()
            for one, body in self.frames:
                if one == kind:
                    return body

    def _pump(self):
        data = self._connection.recv(65536)
        if not data:
            raise ConnectionError("the client went away")
        self.octets += data
        self._buffer += data
        self.frames += [(octets[4], octets[5:]) for octets in take_frames(self._buffer)]

    def _take(self, connection):
        self.connections += 1
        self._buffer = bytearray()
        try:
            connection.settimeout(chat.PATIENCE)
            self._connection = self._context.wrap_socket(connection, server_side=True)
            with self._connection:
                self._pump()  # greet
                self._script(self)
                while True:
                    self._pump()
        except (OSError, ssl.SSLError):
            connection.close()
        self.ended += 1
