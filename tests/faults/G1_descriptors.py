#!/usr/bin/env python3
"""G1: no descriptors left (64 of them, 200 connects), and every errno that accept knows.

Pass: the host takes at most 5 % of a core meanwhile, some of those who wait are told that it is busy, its log and its
database are still written, it accepts within 2 s after relief, and no errno ends its accepting.
"""

import socket
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import SANITIZED, SLACK, Failed, amount, case, check, eventually, run, scratch
from stored import posts_in
from faults import Baseline, attack, attacked_host, check_short, fault_shim
from wire import RawClient, decode, fresh_address, greet, join, wait_readable


def enters(host, within):
    begin = time.monotonic()
    while True:
        try:
            with RawClient(host) as good:
                good.log_in()
                return time.monotonic() - begin
        except (Failed, OSError, TimeoutError):
            check(time.monotonic() - begin < within, f"nobody gets in within {within} s")
            time.sleep(0.1)


class Effort:
    """What a host takes of a core from here on."""

    def __init__(self, host):
        self._host, self._cpu, self._begin = host, host.cpu_seconds(), time.monotonic()

    def share(self):
        return (self._host.cpu_seconds() - self._cpu) / (time.monotonic() - self._begin)


def one_is_told_busy(waiting):
    told = [one.recv(4096) for one in wait_readable(waiting, 0)]
    return any(data and decode(data[4], data[5:]).why == "busy" for data in told)


@case("64 descriptors, 200 connects")
def descriptors():
    log, den, begin = scratch("host.log"), scratch("den"), time.monotonic()
    host = attacked_host("--log-file", log, "--data", den, nofile=64)
    host.out.wait_for(r"^Room for 32 clints: the limit of open files is 64 \(ulimit -n\)$")
    enters(host, 2 * SLACK)
    member = RawClient(host)
    member.log_in("member")
    time.sleep(0.2)
    baseline = Baseline(host)
    held = []
    for _ in range(200):
        one = socket.socket()
        one.bind((fresh_address(), 0))
        one.settimeout(2)
        try:
            one.connect(("127.0.0.1", host.port))
            held.append(one)
        except OSError:
            one.close()
    eventually(lambda: one_is_told_busy(held), "for one of them there is no descriptor", 5 * SLACK)
    member.say("said meanwhile")
    member.wait_post("said meanwhile")
    effort, size = Effort(host), log.stat().st_size
    time.sleep(3)
    cpu = effort.share()
    check(host.fds() <= 64, "more descriptors than there are")
    for one in held:
        one.close()
    back = enters(host, 2 * SLACK)
    print(f"  {100 * cpu:.1f} % of a core, accepts {back:.2f} s after relief")
    check(SANITIZED or cpu <= 0.05, f"{100 * cpu:.0f} % of a core")
    baseline.settled()
    eventually(lambda: log.stat().st_size > size, "the log is still written")
    logged = log.read_text(encoding="utf-8").splitlines()
    check(any("goodbye busy" in line and "no descriptor for it" in line for line in logged), "the log says not why")
    check_short(logged, begin)
    member.close()
    host.kill()
    check("said meanwhile" in [post["text"] for post in posts_in(den) if post["kind"] == "message"], "it is not stored")


@case("every errno of accept(2)")
def errnos():
    names = ("EMFILE,ENFILE,ENOMEM,ENOBUFS,ECONNABORTED,EPROTO,EPERM,EINTR,EAGAIN,ENETDOWN,ENOPROTOOPT,EHOSTDOWN,"
             "ENONET,EHOSTUNREACH,EOPNOTSUPP,ENETUNREACH,EINVAL,EIO")
    acting, repeat = scratch("acting"), amount(5, 1)
    host = attacked_host(env=fault_shim(ACCEPT=names, ACCEPT_REPEAT=repeat, WHILE=acting))
    with attack(host):
        acting.touch()
        enters(host, 2 * repeat * len(names.split(",")) * SLACK)  # it waits for a second after most of them
        for _ in range(9):
            enters(host, 1 * SLACK)
        acting.unlink()
        print(f"  one more got in after {enters(host, 2 * SLACK):.2f} s")


@case("an accept that fails for as long as somebody waits")
def endless():
    for errno in ("EMFILE", "ENOBUFS"):
        acting = scratch("acting")
        acting.touch()
        host = attacked_host(env=fault_shim(ACCEPT=errno, ACCEPT_REPEAT=1 << 40, WHILE=acting))
        log = host.err.mark()
        with RawClient(host) as waiting:
            waiting.send(greet(), join())
            effort = Effort(host)
            time.sleep(3)
            cpu = effort.share()
            acting.unlink()
            begin = time.monotonic()
            check(waiting.wait_end_or_welcome(), f"{errno}: who waited was sent away")
            took = time.monotonic() - begin
        print(f"  {errno}: {100 * cpu:.1f} % of a core, accepts {took:.2f} s after relief")
        check(SANITIZED or cpu <= 0.05, f"{errno}: {100 * cpu:.0f} % of a core")
        check(took <= 2 * SLACK, f"{errno}: accepts {took:.1f} s after relief")
        host.check_log(log)


run()
