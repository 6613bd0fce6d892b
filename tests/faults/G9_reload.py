#!/usr/bin/env python3
"""G9: SIGHUP with no descriptors left, a broken configuration, a missing key.

Pass: the old configuration stays in force, one line says why, and nothing falls back to a default; a good one is taken
over without disturbing anybody.
"""

import os
import resource
import shutil
import signal
import socket
import ssl
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, SLACK, Clint, Host, Program, SecureHost, Skip, case, check, eventually, fresh_home, on_linux, run, scratch
from raw_host import certificate

STAYS = "! the settings stay as they were: "


def served_certificate(host):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["clint/1"])
    with socket.create_connection(("127.0.0.1", host.port), 10 * SLACK) as plain:
        with context.wrap_socket(plain) as secured:
            return secured.getpeercert(binary_form=True)


def der_of(name):
    return ssl.PEM_cert_to_DER_cert(certificate(name)[0].read_text(encoding="ascii"))


def install(name, cert, key):
    for source, target in zip(certificate(name), (cert, key)):
        shutil.copy(source, target)  # with its mode


class Configured:
    """A host over TLS with a settings file, a certificate, a greeting and a log that a test can change."""

    def __init__(self):
        self.home = fresh_home()
        self.cert, self.key = scratch("live.pem"), scratch("live.key")
        self.motd, self.log = scratch("motd"), scratch("host.log")
        install("first", self.cert, self.key)
        self.motd.write_text("the first greeting\n", encoding="utf-8")
        self.configure()
        self.host = Host("--cert", self.cert, "--key", self.key, mode="--tls", home=self.home)

    def configure(self, text=""):
        lines = f'motd = "{self.motd}"\nlog-file = "{self.log}"\n{text}'
        (self.home / "host.toml").write_text(lines, encoding="utf-8")

    def hang_up(self, answer):
        mark = self.host.out.mark()
        self.host.signal(signal.SIGHUP)
        return self.host.out.wait_for(answer, 10 * SLACK, since=mark)



@case("a new certificate, greeting, rate and log are taken over; who is here stays, under the old terms")
def taken_over():
    on_linux()
    conf = Configured()
    host = conf.host
    alice = Clint(host, "--name", "alice", "--tls-insecure").connected()
    check(served_certificate(host) == der_of("first"), "the first certificate is not served")
    install("second", conf.cert, conf.key)
    conf.motd.write_text("the second greeting\n", encoding="utf-8")
    moved = scratch("host.log.old")
    conf.log.rename(moved)
    conf.configure("max-clients = 7\n")
    conf.hang_up(r"\* the settings were read again; changed: terms of new sessions, the host's key; these need a new"
                 " start: max-clients")
    check(served_certificate(host) == der_of("second"), "the second certificate is not served")
    bob = Clint(host, "--name", "bob", "--tls-insecure").connected()
    bob.out.wait_for("the second greeting")
    alice.send("still here")
    bob.out.wait_for("^alice: still here$")
    bob.close_input()
    bob.expect_exit(0)
    eventually(lambda: conf.log.exists() and "goodbye left" in conf.log.read_text(encoding="utf-8"), "the new log")
    check("goodbye left" not in moved.read_text(encoding="utf-8"), "the moved log is still written")
    host.write("/reload\n")
    host.out.wait_for(r"\* the settings were read again; changed: nothing; these need a new start: max-clients")


@case("a broken file, a missing key, a greeting that is gone: each is named, and all stays as it was")
def refused():
    on_linux()
    conf = Configured()
    host = conf.host
    alice = Clint(host, "--name", "alice", "--tls-insecure").connected()
    conf.motd.write_text("the second greeting\n", encoding="utf-8")

    def stays(answer):
        conf.hang_up(STAYS + answer)
        check(served_certificate(host) == der_of("first"), "another certificate is served")
        bob = Clint(host, "--tls-insecure").connected()
        bob.out.wait_for("the first greeting")
        bob.close_input()
        bob.expect_exit(0)

    conf.configure("rate = \"fast\"\n")
    stays(r"\S+/host\.toml:3: rate: a rate is a whole number")
    conf.configure("certt = 1\n")
    stays(r".*certt is not known; did you mean cert\?")
    conf.configure("[[[\n")
    stays(".*host.toml")
    conf.configure()
    key = conf.key.read_bytes()
    conf.key.unlink()
    stays(".*live.key")
    shutil.copy(certificate("second")[1], conf.key)
    stays("cannot use the key .*live.key: key values mismatch")
    conf.key.write_bytes(key)
    conf.motd.unlink()
    stays(".*motd")
    alice.send("nobody noticed")
    host.out.wait_for("^alice: nobody noticed$")
    conf.motd.write_text("the second greeting\n", encoding="utf-8")
    conf.hang_up(r"\* the settings were read again; changed: terms of new sessions")


@case("no descriptors left: the settings stay, and are read when there are some again")
def no_descriptors():
    on_linux()
    if "undefined" in os.environ.get("CLINT_SANITIZE", ""):
        raise Skip("UBSan needs a descriptor of its own to look at an object's type")
    conf = Configured()
    install("second", conf.cert, conf.key)
    try:
        used = {int(number) for number in os.listdir(f"/proc/{conf.host.pid}/fd")}
    except PermissionError:
        raise Skip("this user may not count the host's descriptors") from None
    before = resource.prlimit(conf.host.pid, resource.RLIMIT_NOFILE)
    first_free = next(number for number in range(before[0]) if number not in used)
    # Strangers who take them all would be sent away after a while, and leave some free.
    resource.prlimit(conf.host.pid, resource.RLIMIT_NOFILE, (first_free, before[1]))
    conf.hang_up(STAYS)
    resource.prlimit(conf.host.pid, resource.RLIMIT_NOFILE, before)
    check(served_certificate(conf.host) == der_of("first"), "another certificate is served")
    conf.hang_up(r"\* the settings were read again; changed: the host's key")
    check(served_certificate(conf.host) == der_of("second"), "the second certificate is not served")


@case("a host with a password reads its settings again, too, and asks for no secret; the log that changes is named")
def with_password():
    host = SecureHost("open sesame")
    host.write("/reload\n")
    host.out.wait_for(r"\* the settings were read again; changed: nothing$")
    clint = Clint(host, env={"CLINT_PASSWORD": "open sesame"})
    clint.out.wait_for("^Connected to ")
    home = fresh_home()
    kept = Host("--data", scratch("den"), home=home)
    (home / "host.toml").write_text(f'keep = "30d"\nlog-file = "{scratch("new.log")}"\nkdf = "small"\n', encoding="utf-8")
    audit = scratch("den") / "audit.log"
    audit.rename(scratch("audit.old"))
    kept.write("/reload\n")
    kept.out.wait_for(r"\* the settings were read again; changed: the log, what is kept; these need a new start: kdf$")
    kept.write("/close\n")
    eventually(lambda: audit.exists() and "server /close : done" in audit.read_text(encoding="utf-8"), "the new audit log")


@case("--check-config says beforehand whether it will do")
def checked():
    cert, key = certificate("first")
    words = [BUILD / "host", "--check-config", "--tls", "--cert", cert, "--key"]
    good = Program([*words, key], stdin=False)
    good.expect_exit(0)
    good.out.wait_for("^the settings can be used$")
    bad = Program([*words, certificate("second")[1]], stdin=False)
    bad.expect_exit(2)
    bad.err.wait_for("^host: error: cannot use the key .*: key values mismatch")


run()
