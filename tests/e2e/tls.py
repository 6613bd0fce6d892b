#!/usr/bin/env python3
"""TLS without a password: whom clint trusts, and what it says when it does not."""

import calendar
import errno
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import LINUX, Clint, Host, SecureHost, Skip, case, check, eventually, fresh_home, run, scratch, unused_port
from raw_host import authority_and_certificate, certificate
from wire import RawClient, tls_context


def fingerprint_of(host):
    return host.out.wait_for(r"^Fingerprint: (SHA256:\S+)").group(1)


def said(program, pattern):
    """On stdout or stderr."""
    eventually(lambda: re.search(pattern, program.out.text() + program.err.text(), re.IGNORECASE),
               f"{program.name} says {pattern!r}")


def pin(host, home):
    """Has clint ask on a terminal and answers yes."""
    clint = Clint(host, "--name", "pinner", tty=True, home=home)
    clint.out.wait_for(re.escape(fingerprint_of(host)))
    clint.out.wait_for(r"\?|yes|y/n")
    clint.send("yes")
    clint.out.wait_for("Connected to")
    host.out.wait_for("^pinner joined")
    clint.send("/quit")
    clint.expect_exit(0)


@case("an unknown host is refused where nobody can be asked, and the fingerprint is shown")
def unknown_without_terminal():
    host = Host(mode="--tls")
    host.out.wait_for("^Security mode: TLS, no password")
    clint = Clint(host)
    check(clint.exit_code() != 0, "clint connected to a host it cannot know")
    said(clint, re.escape(fingerprint_of(host)))
    clint.err.wait_for("^clint: error: ")
    clint.err.wait_for("^clint: hint: ")
    check(host.out.count("joined from") == 0, "clint logged in")


@case("on a terminal it asks, showing the fingerprint, and remembers a yes")
def asks_and_pins():
    host, home = Host(mode="--tls"), fresh_home()
    pin(host, home)
    host.out.wait_for("joined from")
    check(host.out.count("^Connection from ") == 1, "who looked at the fingerprint first shows as two")
    again = Clint(host, "--name", "again", home=home).connected()
    again.send("no question this time")
    host.out.wait_for("^again: no question this time$")
    pins = [path for path in home.rglob("known_hosts")]
    check(len(pins) == 1, f"pins are in {pins}")
    check(pins[0].stat().st_mode & 0o077 == 0, "others may read the pins")
    line = pins[0].read_text(encoding="utf-8").strip()
    form = rf"\[127\.0\.0\.1\]:{host.port} SHA256:\S+ (-|[0-9a-f]{{32}}) secure"
    check(re.fullmatch(form, line), f"the pin is {line!r}")


@case("a no is a no")
def asks_and_is_denied():
    host, home = Host(mode="--tls"), fresh_home()
    clint = Clint(host, "--yes", tty=True, home=home)  # which says yes to other questions
    clint.out.wait_for("SHA256:")
    clint.out.wait_for(r"\?|yes|y/n")
    clint.send("no")
    check(clint.exit_code() != 0, "clint went on after a no")
    Clint(host, "--yes", home=home).expect_exit(4)  # there is nobody to ask
    check(host.out.count("joined from") == 0, "clint logged in")
    check(not list(home.rglob("known_hosts")), "the key is pinned")


@case("--tls-insecure skips the check and says so")
def insecure():
    host = Host(mode="--tls")
    clint = Clint(host, "--tls-insecure").connected()
    said(clint, "not (verified|checked)|unverified|insecure|without check")
    clint.send("hello")
    host.out.wait_for("^clint1: hello$")


@case("--cert trusts this certificate and no other")
def given_certificate():
    (cert, key), (other, _) = certificate("right"), certificate("wrong")
    host = Host("--cert", cert, "--key", key, mode="--tls")
    clint = Clint(host, "--cert", cert).connected()
    clint.send("trusted")
    host.out.wait_for("^clint1: trusted$")
    check(Clint(host, "--cert", other).exit_code() != 0, "another certificate was trusted")
    absent = Clint(host, "--cert", scratch("absent.pem"))
    absent.expect_exit(2)
    absent.err.wait_for("absent.pem")
    key.chmod(0o644)
    open_key = Host("--cert", cert, "--key", key, mode="--tls", wait=False)
    check(open_key.exit_code() != 0, "a key that everyone can read was used")
    open_key.err.wait_for("right.key")


@case("a certificate that an authority signed counts for the names in it: by --cert, and by the system's roots")
def signed_for_another():
    for names, good, bad in (("IP:127.0.0.1", "127.0.0.1", "localhost"), ("DNS:localhost", "localhost", "127.0.0.1"),
                             ("DNS:localhost,IP:127.0.0.2", "localhost", "127.0.0.1")):
        authority, cert, key = authority_and_certificate(names=names)
        host = Host("--cert", cert, "--key", key, mode="--tls")
        roots = {"SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": str(scratch("none"))}
        for flags, env in ((["--cert", authority], {}), ([], roots)):
            clint = Clint(None, f"{good}:{host.port}", *flags, env=env)
            clint.out.wait_for("^Connected to ")
            refused = Clint(None, f"{bad}:{host.port}", *flags, env=env)
            refused.expect_exit(4)
            refused.err.wait_for("^clint: error: ")
            if flags:
                refused.err.wait_for(r"not vouched for by .* \(.*mismatch\)")
        eventually(lambda h=host: h.out.count("joined from") >= 2, "both are in")
        check(host.out.count("joined from") == 2, f"the certificate for {names} was taken for {bad}")


@case("a host known by its certificate alone is refused when it does not encrypt any more")
def plain_after_a_certificate():
    authority, cert, key = authority_and_certificate(names="IP:127.0.0.1")
    roots = {"SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": str(scratch("none"))}
    for flags, env in (([], roots), (["--cert", authority], {})):
        home, port = fresh_home(), unused_port()
        host = Host("--cert", cert, "--key", key, mode="--tls", port=port)
        for _ in range(2):
            clint = Clint(host, *flags, env=env, home=home)
            clint.out.wait_for("^Connected to ")
            clint.close_input()
            clint.expect_exit(0)
        host.stop()
        host = Host(port=port)
        refused = Clint(host, env=env, home=home)
        refused.expect_exit(4)
        refused.err.wait_for("^clint: error: .* does not encrypt, but it did when it was trusted$")
        check(host.out.count("joined from") == 0, "it talks to it all the same")
        Clint(None, "--forget", f"127.0.0.1:{port}", home=home).expect_exit(0)
        Clint(host, env=env, home=home).out.wait_for("^Connected to ")


@case("a chain counts with those between, and not for another use or by an authority whose key is too weak")
def chains():
    for options, good, why in (({"between": True}, True, ""), ({"usage": "clientAuth"}, False, "purpose"),
                               ({"newkey": "rsa:512"}, False, "too weak")):
        authority, cert, key = authority_and_certificate(**options)
        host = Host("--cert", cert, "--key", key, mode="--tls")
        roots = {"SSL_CERT_FILE": str(authority), "SSL_CERT_DIR": str(scratch("none"))}
        for flags, env in ((["--cert", authority], {}), ([], roots)):
            clint = Clint(host, *flags, env=env)
            if good:
                clint.out.wait_for("^Connected to ")
                continue
            clint.expect_exit(4)
            if flags:
                clint.err.wait_for(rf"not vouched for by .* \(.*{why}")
        if not good:
            check(host.out.count("joined from") == 0, f"a certificate was taken: {options}")


@case("the system's roots are read only where nothing else tells who the host is")
def roots_that_are_not_read():
    never = scratch("never")
    os.mkfifo(never)  # reading it waits for a writer, and there is none
    roots = {"SSL_CERT_FILE": str(never), "SSL_CERT_DIR": str(scratch("none"))}
    tls, home = Host(mode="--tls"), scratch("home-pinned")
    pin(tls, home)
    for host, flags, password in ((Host(), [], {}), (SecureHost("tea"), [], {"CLINT_PASSWORD": "tea"}), (tls, [], {}),
                                  (tls, ["--tls-insecure"], {})):
        Clint(host, *flags, home=home, env=roots | password).out.wait_for("^Connected to ")
    stranger = Clint(tls, env=roots)

    def somebody_reads():
        try:
            os.close(os.open(never, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            check(error.errno == errno.ENXIO, f"a pipe without a reader: {error}")
            return False
        return True

    eventually(somebody_reads, "of a host that nothing else tells of, the roots are asked")
    stranger.err.wait_for("^clint: error: ")


@case("a changed key is refused with exit code 4 and both fingerprints; --forget starts anew")
def changed_key():
    host, home = Host(mode="--tls", port=unused_port()), fresh_home()
    pin(host, home)
    old = fingerprint_of(host)
    host.stop()
    host = Host(mode="--tls", port=host.port)
    new = fingerprint_of(host)
    check(old != new, "two hosts with one key")
    clint = Clint(host, home=home)
    clint.expect_exit(4)
    for fingerprint in (old, new):
        clint.err.wait_for(re.escape(fingerprint))
    clint.err.wait_for("^clint: hint: .*--forget")
    check(Clint(host, tty=True, home=home).exit_code() == 4, "on a terminal it can be talked out of it")
    forget = Clint(None, "--forget", f"127.0.0.1:{host.port}", home=home)
    forget.expect_exit(0)
    pin(host, home)


@case("a host known as secure that now says plain is refused")
def downgrade():
    host, home = Host(mode="--tls", port=unused_port()), fresh_home()
    pin(host, home)
    host.stop()
    plain = Host(port=host.port)
    clint = Clint(plain, home=home)
    check(clint.exit_code() in (1, 4), "clint went on in plain text")
    clint.err.wait_for("^clint: error: ")
    check(plain.out.count("joined from") == 0, "clint logged in")


@case("a plain host is used in plain text with one line that says so, and refused under --tls and --cert")
def plain_host():
    host = Host()
    clint = Clint(host).connected()
    host.out.wait_for("joined from")
    said(clint, "not encrypted: anyone on this network can read along")
    refused = Clint(host, "--tls")
    check(refused.exit_code() != 0, "--tls went on in plain text")
    refused.err.wait_for("^clint: error: ")
    check(host.out.count("joined from") == 1, "the refusing clint logged in")


@case("a plain packet at a TLS host gets a TLS alert and no more")
def plain_at_tls():
    host = Host(mode="--tls")
    with RawClient(host, tls=False) as raw:
        raw.send(b"\x00\x00\x00\x0c\x01clint\x00\x01\x00\x00\x00\x00")
        answer = b""
        while data := raw.socket.recv(4096):
            answer += data
        check(answer[:1] == b"\x15" and len(answer) <= 7, f"the host answered {answer!r}")


@case("what is said over TLS arrives")
def talk():
    host = Host(mode="--tls")
    alice = Clint(host, "--tls-insecure", "--name", "alice").connected()
    bob = Clint(host, "--tls-insecure", "--name", "bob").connected()
    alice.out.wait_for(r"^\* bob joined")
    text = "grün, 緑, 🌿 " + "x" * 16000
    bob.send(text)
    alice.out.wait_for("^bob: " + text + "$")


def certificate_of(address, port):
    """What openssl reads in the certificate that the host shows, and when it begins and ends."""
    program = shutil.which("openssl")
    if not program:
        raise Skip("no openssl program to read a certificate")
    with tls_context().wrap_socket(socket.create_connection((address, port))) as connection:
        pem = ssl.DER_cert_to_PEM_cert(connection.getpeercert(True))
    text = subprocess.run([program, "x509", "-noout", "-text"], input=pem, check=True, capture_output=True, text=True).stdout
    times = [re.search(rf"{name} *: (.*) GMT", text).group(1) for name in ("Not Before", "Not After")]
    return text, [calendar.timegm(time.strptime(each, "%b %d %H:%M:%S %Y")) for each in times]


@case("the certificate that a host makes for itself: Ed25519, its own serial, ten years, a server and nothing else, its names")
def own_certificate():
    addresses = ("127.0.0.9" if LINUX else "127.0.0.1", "127.0.0.1")
    hosts = [Host("--bind", address, mode="--tls") for address in addresses]
    begin = time.time()
    serials = set()
    for address, host in zip(addresses, hosts):
        text, (not_before, not_after) = certificate_of(address, host.port)
        check("Version: 3 " in text, text)
        check(re.search(r"Public Key Algorithm: ED25519$", text, re.MULTILINE | re.IGNORECASE), text)
        serial = re.search(r"Serial Number: *\n? *([0-9a-f:]+)", text).group(1)
        check(len(serial.split(":")) == 16, f"serial {serial}")
        serials.add(serial)
        check(begin - 3600 - 60 <= not_before <= begin - 3600 + 5, f"valid from {not_before - begin:.0f} s on")
        check(abs(not_after - begin - 10 * 365 * 86400) <= 60, f"valid for {(not_after - begin) / 86400:.0f} days")
        for name, value in (("Basic Constraints: critical", "CA:FALSE"), ("Key Usage: critical", "Digital Signature"),
                            ("Extended Key Usage: ?", "TLS Web Server Authentication")):
            check(re.search(rf"X509v3 {name}\n +{value}$", text, re.MULTILINE), f"no {value} alone in\n{text}")
        names = re.search(r"X509v3 Subject Alternative Name: *\n +(.*)", text).group(1).split(", ")
        check({"DNS:localhost", "IP Address:127.0.0.1", f"IP Address:{address}"} <= set(names), f"names {names}")
        own = socket.gethostname()
        check(not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", own) or f"DNS:{own}" in names, f"{own} is not in {names}")
    check(len(serials) == 2, "one serial number twice")


run()
