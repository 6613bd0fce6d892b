#!/usr/bin/env python3
"""F5: the connection ends by FIN without TLS's close_notify, after a whole packet and in the middle of one.

Pass: it is shown as "connection lost", never as somebody's leaving, and half a packet is discarded.
"""

import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SLACK, Clint, case, check, run
from faults import attack, attacked_host
from raw_host import RawHost
from wire import LEFT, RawClient, goodbye, post, say, welcome


def how_it_left(watcher, name):
    return watcher.wait_post(lambda p: p.kind == LEFT and p.sender == name).why


@case("a client over TLS: after a whole packet, in mid-packet, and properly")
def client_over_tls():
    host = attacked_host(mode="--tls")
    with attack(host):
        watcher = RawClient(host)
        watcher.log_in("watcher")
        shown = Clint(host, "--tls-insecure", "--name", "shown").connected()
        for name, last in (("whole", say(1, "whole")), ("half", say(1, "never seen")[:-3])):
            raw = RawClient(host)
            raw.log_in(name)
            raw.send(last)
            socket.socket(fileno=raw.socket.detach()).close()  # FIN without close_notify
            why = how_it_left(watcher, name)
            check(why == "connection_lost", f"{name}: left by {why}")
            shown.out.wait_for(rf"^\* {name} left \(connection lost\)$")
        raw = RawClient(host)
        raw.log_in("polite")
        raw.send(goodbye())
        try:
            raw.socket.unwrap()  # sends close_notify
        except OSError:
            pass  # somebody's message came before the host's own close_notify
        check(how_it_left(watcher, "polite") == "left", "a proper end was taken for a cut")
        shown.out.wait_for(r"^\* polite left$")
        check("never seen" not in shown.out.text(), "half a packet was posted")
        shown.signal(signal.SIGINT)
        shown.exit_code()
        watcher.close()


@case("a plain client in mid-packet")
def plain_client():
    host = attacked_host()
    with attack(host):
        watcher = RawClient(host)
        watcher.log_in("watcher")
        with RawClient(host) as raw:
            raw.log_in("half")
            raw.send(say(1, "never seen")[:-3])
        check(how_it_left(watcher, "half") == "connection_lost", "a cut was taken for a proper end")
        watcher.close()


@case("a host that ends in mid-packet or without a goodbye: clint says connection lost and comes back")
def host_ends():
    for last in (b"", post(1, "never seen")[:-3]):
        def script(connection, last=last):
            connection.sendall(welcome() + post(1, "whole") + last)

        host = RawHost(script=script)
        clint = Clint(host.port, "--name", "alice")
        clint.out.wait_for("^bob: whole$")
        clint.err.wait_for("(?i)lost|reconnect|again")
        clint.signal(signal.SIGINT)
        clint.expect_exit(130, 3 * SLACK)
        check("never seen" not in clint.out.text(), "half a packet was shown")
        check("left" not in clint.err.text().replace("left to send", ""), "a cut was shown as a leaving")
        host.close()


run()
