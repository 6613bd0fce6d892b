#!/usr/bin/env python3
"""The port of a host with a password, as scanners see it: TLS 1.3 and nothing else, strong suites, no ticket."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import PATIENCE, Host, SecureHost, Skip, case, check, run
from proxy import Proxy
from wire import tls_context


def scanner(name):
    path = shutil.which(name)
    if not path:
        raise Skip(f"{name} is not installed")
    return path


def scanned_host():
    host = SecureHost("correct horse battery")
    return host, Proxy(host.port, spread=True)


def output_of(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=4 * PATIENCE, check=False,
                          stdin=subprocess.DEVNULL)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


@case("sslscan: TLS 1.3 alone, no compression, no weak suite")
def with_sslscan():
    program = scanner("sslscan")
    _, door = scanned_host()
    told = output_of(program, "--no-colour", f"127.0.0.1:{door.port}")
    for old in ("SSLv2", "SSLv3", r"TLSv1\.0", r"TLSv1\.1", r"TLSv1\.2"):
        check(re.search(rf"^{old} +disabled", told, re.MULTILINE), f"{old} is not disabled:\n{told}")
    check(re.search(r"^TLSv1\.3 +enabled", told, re.MULTILINE), f"no TLS 1.3:\n{told}")
    suites = re.findall(r"^(?:Preferred|Accepted) +(\S+) +\d+ bits +(\S+)", told, re.MULTILINE)
    check({version for version, _ in suites} == {"TLSv1.3"}, f"suites: {suites}")
    wanted = {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"}
    check({suite for _, suite in suites} == wanted, f"suites: {suites}")
    check("Compression enabled" not in told, "compression")
    check("vulnerable to heartbleed" not in told.replace("not vulnerable to heartbleed", ""), "heartbleed")


@case("testssl.sh: the same, in its words")
def with_testssl():
    program = shutil.which("testssl.sh") or scanner("testssl")
    _, door = scanned_host()
    told = output_of(program, "--quiet", "--color", "0", "--warnings", "off", "-p", "-s", f"127.0.0.1:{door.port}")
    for old in ("SSLv2", "SSLv3", "TLS 1", r"TLS 1\.1", r"TLS 1\.2"):
        check(re.search(rf"^ *{old} +not offered", told, re.MULTILINE), f"{old} is offered:\n{told}")
    check(re.search(r"^ *TLS 1\.3 +offered \(OK\)", told, re.MULTILINE), f"no TLS 1.3:\n{told}")
    check(re.search(r"Forward Secrecy strong encryption.*offered \(OK\)|Strong encryption.*offered \(OK\)", told),
          f"nothing strong is offered:\n{told}")
    check(not re.search(r"NOT ok", told), f"something is not ok:\n{told}")


@case("openssl s_client: the three suites and two groups are taken, and no other that OpenSSL has")
def suites_and_groups():
    program = scanner("openssl")
    if not output_of(program, "version").startswith("OpenSSL 3"):
        raise Skip("the openssl program here is another one")
    _, door = scanned_host()

    def taken(*flags):
        told = output_of(program, "s_client", "-connect", f"127.0.0.1:{door.port}", "-tls1_3", "-alpn", "clint/1", *flags)
        return "Cipher is TLS_" in told

    for suite in ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"):
        check(taken("-ciphersuites", suite), f"{suite} is refused")
    for suite in ("TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"):
        check(not taken("-ciphersuites", suite), f"{suite} is taken")
    for group in ("X25519", "P-256"):
        check(taken("-groups", group), f"{group} is refused")
    for group in ("P-384", "P-521", "X448", *(f"ffdhe{bits}" for bits in (2048, 3072, 4096, 6144, 8192))):
        check(not taken("-groups", group), f"{group} is taken")


@case("no session ticket is issued, ALPN is selected, and its absence ends the connection")
def tickets_and_alpn():
    host = Host(mode="--tls")
    plain = socket.create_connection(("127.0.0.1", host.port))
    with tls_context().wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        check(connection.version() == "TLSv1.3", connection.version())
        check(connection.selected_alpn_protocol() == "clint/1", "no ALPN was selected")
        connection.settimeout(0.5)
        try:
            connection.recv(1)
        except (TimeoutError, ssl.SSLError):
            pass
        check(connection.session is None or not connection.session.has_ticket, "a ticket was issued")
    for alpn in (None, "h2"):
        plain = socket.create_connection(("127.0.0.1", host.port))
        plain.settimeout(PATIENCE)
        try:
            with tls_context(alpn=alpn).wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                check(connection.recv(1) == b"", f"the host went on with ALPN {alpn}")
        except (ssl.SSLError, ConnectionError):
            pass  # an alert is as good
    host.err.wait_for("goodbye tls_failed")


run()
