#!/usr/bin/env python3
"""I1: something that speaks clear text, TLS 1.2, or TLS without our ALPN sits at the address.

Pass: a clint with a password sends nothing but its ClientHello and ends with a named error; no flag goes on silently.
"""

import socket
import ssl
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, Clint, case, check, eventually, run
from listening import Listening
from raw_host import RawHost, tls_server_context

PASSWORD = "correct horse battery"
CHANGE_CIPHER, ALERT, HANDSHAKE, DATA = range(20, 24)  # types of TLS records
CLIENT_HELLO = 1


class Listener(Listening):
    """Takes one connection after the other, answers, and keeps every octet that came, before and inside TLS."""

    def __init__(self, answer=None, context=None):
        self._answer, self._context = answer, context
        self.clear, self.inside, self.done = [], bytearray(), []  # clear: one for each connection
        super().__init__()

    def _take(self, connection):
        connection.settimeout(PATIENCE)
        source = connection.getpeername()
        self.clear.append(bytearray())
        try:
            if self._context:
                self._speak_tls(connection, self.clear[-1])
            else:
                if self._answer:
                    connection.sendall(self._answer)
                while data := connection.recv(65536):
                    self.clear[-1] += data
        except (OSError, ssl.SSLError):
            pass
        connection.close()
        self.done.append(source)

    def take_all(self):
        """Until every connection that was made by now has been taken, and has ended: one after it has had its turn."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            source = last.getsockname()
            last.shutdown(socket.SHUT_WR)
            eventually(lambda: source in self.done, "the end of the connections")

    def _speak_tls(self, connection, clear):
        came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(came, goes, server_side=True)
        shaken = ended = False
        while True:
            try:
                if shaken:
                    self.inside += tls.read(65536)
                else:
                    tls.do_handshake()
                    shaken = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                ended = True
            connection.sendall(goes.read())
            if ended or not (data := connection.recv(65536)):
                break
            clear += data
            came.write(data)
        while data := connection.recv(65536):  # what it says to our alert
            clear += data


def records(octets):
    """Types and bodies of TLS records; fails at anything else."""
    found = []
    while octets:
        whole = len(octets) >= 5 and len(octets) >= 5 + int.from_bytes(octets[3:5], "big")
        check(whole and octets[0] in (CHANGE_CIPHER, ALERT, HANDSHAKE, DATA) and octets[1] == 3,
              f"{bytes(octets[:80])!r} was sent in clear")
        size = 5 + int.from_bytes(octets[3:5], "big")
        found.append((octets[0], bytes(octets[5:size])))
        octets = octets[size:]
    return found


def ends_with_an_error(listener, *flags, closing=()):
    """closing: types of the records that may follow the ClientHello, one of each."""
    clint = Clint(listener.port, "--timeout", "3", *flags, env={"CLINT_PASSWORD": PASSWORD})
    code = clint.exit_code()
    check(code in (1, 4), f"exit code {code}")
    clint.err.wait_for("^clint: error: ")
    listener.take_all()
    check(not listener.inside, f"{bytes(listener.inside[:80])!r} was sent inside TLS")
    check(any(listener.clear), "nothing came")
    for sent in filter(None, listener.clear):
        (kind, body), *rest = records(sent)
        check(kind == HANDSHAKE and body[0] == CLIENT_HELLO, f"{body[:16]!r} is no ClientHello")
        check([kind for kind, _ in rest] in [list(closing[:n]) for n in range(len(closing) + 1)],
              f"records of the types {[kind for kind, _ in rest]} came after the ClientHello")
        check(sum(len(body) for _, body in rest) < 150, "more than the end of a handshake")
        check(PASSWORD.encode() not in sent, "the password was sent")
    listener.close()


@case("clear text of other kinds")
def clear_text():
    for greeting in (b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 200, None):
        for flags in ((), ("--tls-insecure",)):
            ends_with_an_error(Listener(greeting), *flags, closing=(ALERT,))


@case("TLS 1.2")
def old_tls():
    for flags in ((), ("--tls-insecure",)):
        ends_with_an_error(Listener(context=tls_server_context(version=ssl.TLSVersion.TLSv1_2)), *flags,
                           closing=(ALERT,))


@case("TLS 1.3 without our ALPN, and with another one: the handshake is ended, and the connection")
def other_alpn():
    for alpn in (None, "h2"):
        for flags in ((), ("--tls-insecure",)):
            ends_with_an_error(Listener(context=tls_server_context(alpn=alpn)), *flags,
                               closing=(CHANGE_CIPHER, DATA, DATA))  # Finished, and an alert


@case("a plain Clint host: refused, and what --plain means is said")
def plain_host():
    host = RawHost()
    clint = Clint(host.port, env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(4)
    clint.err.wait_for("does not encrypt, and a password was given")
    check(host.connections == 0, "a plain connection was made")
    host.close()


run()
