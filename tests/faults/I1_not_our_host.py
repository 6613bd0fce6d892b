#!/usr/bin/env python3
"""I1: something that speaks clear text, TLS 1.2, or TLS without our ALPN sits at the address.

Pass: a clint with a password sends nothing but its ClientHello and ends with a named error; no flag goes on silently.
"""

import socket
import ssl
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, case, check, eventually, run
from wire import RawHost, tls_server_context

PASSWORD = "correct horse battery"


class Listener:
    """Takes one connection after the other, answers, and keeps every octet that came, before and inside TLS."""

    def __init__(self, answer=None, context=None):
        self._answer, self._context = answer, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.clear, self.inside, self.done = bytearray(), bytearray(), 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            try:
                if self._context:
                    with self._context.wrap_socket(connection, server_side=True) as inside:
                        while data := inside.recv(65536):
                            self.inside += data
                else:
                    if self._answer:
                        connection.sendall(self._answer)
                    while data := connection.recv(65536):
                        self.clear += data
            except (OSError, ssl.SSLError):
                pass
            connection.close()
            self.done += 1

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def ends_with_an_error(listener, *flags):
    clint = Clint(listener.port, "--timeout", "3", *flags, env={"CLINT_PASSWORD": PASSWORD})
    code = clint.exit_code()
    check(code in (1, 4), f"exit code {code}")
    clint.err.wait_for("^clint: error: ")
    eventually(lambda: listener.done >= 1, "the end of the connection")
    check(not listener.inside, f"{bytes(listener.inside[:80])!r} was sent inside TLS")
    sent = bytes(listener.clear)
    if sent:
        check(sent[:3] in (b"\x16\x03\x01", b"\x16\x03\x03"), f"{sent[:16]!r} is no ClientHello")
        rest = sent[5 + int.from_bytes(sent[3:5], "big"):]
        check(not rest or rest[:1] == b"\x15", f"{rest[:80]!r} was sent after the ClientHello")
    check(PASSWORD.encode() not in sent, "the password was sent")
    listener.close()


@case("clear text of other kinds")
def clear_text():
    for greeting in (b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 200, None):
        for flags in ((), ("--tls-insecure",)):
            ends_with_an_error(Listener(greeting), *flags)


@case("TLS 1.2")
def old_tls():
    for flags in ((), ("--tls-insecure",)):
        ends_with_an_error(Listener(context=tls_server_context(version=ssl.TLSVersion.TLSv1_2)), *flags)


@case("TLS 1.3 without our ALPN, and with another one")
def other_alpn():
    for alpn in (None, "h2"):
        for flags in ((), ("--tls-insecure",)):
            ends_with_an_error(Listener(context=tls_server_context(alpn=alpn)), *flags)


@case("a plain Clint host: refused, and what --plain means is said")
def plain_host():
    host = RawHost()
    clint = Clint(host.port, env={"CLINT_PASSWORD": PASSWORD})
    clint.expect_exit(4)
    clint.err.wait_for("does not encrypt, and a password was given")
    check(host.connections == 0, "a plain connection was made")
    host.close()


run()
