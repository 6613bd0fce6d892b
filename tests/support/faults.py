"""What the scripts in tests/faults have in common: bystanders, a baseline to come back to, and the preload shim.

Common rules of every row: while something happens to the host, its bystanders lose nothing; afterwards descriptors,
threads and memory are as before; the log stays short and printable; no program ends that should not.
"""

import json
import re
import threading
import time
from contextlib import contextmanager
from datetime import datetime

from chat import (BUILD, FULL, SANITIZED, SLACK, THREAD_SANITIZED, Clint, Host, Program, Skip, check, eventually, on_linux,
                  wait_asleep)


def time_mark(seconds):
    """A row's mark: `make faults` runs one row at a time and holds it to that; `make test` runs several tests for each
    core, where a few samples say more of the neighbours than of the program."""
    return seconds * (1 if FULL else 20) * SLACK


class Swarm(Program):
    """tests/support/swarm.cpp: many raw clients in one process. Its last line is a JSON object with what it saw."""

    def __init__(self, host, mode, *flags, ready=True, **options):
        words = [BUILD / "tests" / "clint_swarm", mode, "--port", host.port, *(["--tls"] if host.tls else []), *flags]
        super().__init__(words, name=f"swarm {mode}", **options)
        if ready:
            self.out.wait_for("^ready$", 30 * SLACK)

    def result(self, timeout=None, expect=0):
        """Waits for its end. Exit code 0 says: nothing lost, doubled, out of order or invalid."""
        code = self.exit_code(timeout)
        lines = self.out.lines()
        check(lines and lines[-1].startswith("{"), f"{self.name} gave no result (exit code {code})")
        result = json.loads(lines[-1])
        check(code == expect, f"{self.name}: exit code {code}: {lines[-1]}")
        return result


class Bystanders:
    """16 idle and 16 chatting clients on a host while something happens to it. At the end: nothing lost, doubled or
    out of order, and p99 of delivery within the mark, plus what the machine itself made the swarm's clock late."""

    def __init__(self, host, p99_ms=100, idle=16, chatting=16, name="by"):
        self.p99_ms = p99_ms
        self.swarm = Swarm(host, "bystanders", "--idle", idle, "--chatting", chatting, "--from", "127.64.0.1",
                           "--name-prefix", name)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.finish()

    def finish(self):
        self.swarm.close_input()
        result = self.swarm.result(30 * SLACK)
        check(result["sent"] > 0, "the bystanders said nothing")
        mark = 1000 * time_mark(self.p99_ms / 1000) + 2 * result["late_p99_ms"]
        check(result["p99_ms"] <= mark, f"the bystanders waited: {result}, mark {mark:.0f} ms")
        return result


class Members:
    """Bystanders on a host with a password, where the swarm cannot be: four clints, each of which says a number every
    tenth of a second. At the end: nothing lost, doubled or out of order, and p99 of delivery within the mark."""

    def __init__(self, host, password, p99_ms=100, count=4):
        self.p99_ms = p99_ms
        self.people = [Clint(host, "--name", f"by{n}", env={"CLINT_PASSWORD": password}) for n in range(count)]
        for one in self.people:
            one.out.wait_for("^Connected to ")
        self.said = []  # when each number was
        self._over = threading.Event()
        self._talk = threading.Thread(target=self._talking, daemon=True)
        self._talk.start()

    def _talking(self):
        while not self.said or not self._over.wait(0.1):
            self.said.append(time.monotonic())
            for one in self.people:
                try:
                    one.send(f"number {len(self.said)}")
                except (OSError, ValueError):  # the case has failed, and ends its programs
                    return

    def finish(self):
        self._over.set()
        self._talk.join()
        delays = []
        for reader in self.people:
            heard = {one.name: [] for one in self.people}
            for one in self.people:
                reader.out.wait_for(f"^{one.name}: number {len(self.said)}$")
            place = 0
            for line in bytes(reader.out.raw).splitlines(keepends=True):
                name, _, number = line.decode().partition(": number ")
                if name in heard:
                    heard[name].append(int(number))
                    delays.append(reader.out.came_at(place) - self.said[int(number) - 1])
                place += len(line)
            check(all(each == list(range(1, len(self.said) + 1)) for each in heard.values()),
                  f"{reader.name} heard numbers not once each, in order")
        late = sorted(delays)[len(delays) * 99 // 100]
        check(late <= time_mark(self.p99_ms / 1000), f"the bystanders waited {late:.3f} s")
        for one in self.people:
            one.kill()


class Baseline:
    """RSS, descriptors and threads of a host before something happens to it."""

    def __init__(self, host):
        self.host = host
        self.rss, self.fds, self.threads = host.rss_kib(), host.fds(), host.threads()

    def growth_mib(self):
        return (self.host.rss_kib() - self.rss) / 1024

    def check_growth(self, mib):
        grown = self.growth_mib()
        check(SANITIZED or grown <= mib, f"the host grew by {grown:.1f} MiB, more than {mib}")

    def settled(self, mib=8, within=30):
        host = self.host
        eventually(lambda: host.fds() <= self.fds and host.threads() <= self.threads,
                   f"back to {self.fds} descriptors and {self.threads} threads", within * SLACK)
        eventually(lambda: SANITIZED or self.growth_mib() <= mib, f"back to {self.rss} KiB and {mib} MiB", within)


class Stalled:
    """How long a host waits for clients that have stopped reading; look() has to be called all the while."""

    def __init__(self, host):
        self.host, self._log = host, host.err.mark()
        self._queues, self._taken = {}, {}

    def look(self):
        for client, queue in self.host.not_read():
            if queue > self._queues.get(client, -1):
                self._taken[client] = time.time()
            self._queues[client] = queue

    def count(self):
        return self.host.err.count("goodbye stalled", self._log)

    def waits(self):
        """By name: seconds from the last octet that the kernel took for a client to the host's goodbye."""
        lines = re.findall(r"^(\S+) info goodbye stalled (\S+) (\S+)", self.host.err.text(self._log), re.MULTILINE)
        return {name: datetime.fromisoformat(at).timestamp() - self._taken[client] for at, client, name in lines}


def attacked_host(*flags, **options):
    """A host as the rows want it: silent, and with the limits per address in force on loopback, too."""
    on_linux()
    return Host("--quiet", "--count-loopback", *flags, **options)


@contextmanager
def attack(host, p99_ms=100, mib=8, bystanders=True):
    """The common rules around the attack in its body. Gives the baseline taken before it."""
    begin, log = time.monotonic(), host.err.mark()
    others = Bystanders(host, p99_ms) if bystanders is True else bystanders
    baseline = Baseline(host)
    yield baseline
    baseline.settled(mib)
    host.check_printable(log)
    check_short(host.err.lines(log), begin)
    if others:
        others.finish()


def second_signal_ends(waits, number):
    """waits() starts a host that a stalled reader keeps for a second after a signal, and gives it with what to do between
    two. The second one ends it at once, with 130; of ten hosts one at least has to be gone before the first one alone
    would have ended it: the others may have waited for this machine."""
    for _ in range(10):
        host, between = waits()
        wait_asleep(host.pid)
        begin = time.monotonic()
        host.signal(number)
        between()
        second = time.monotonic()
        host.signal(number)
        eventually(lambda h=host: not h.alive, "the end of the host")
        gone = time.monotonic()
        code = host.exit_code()
        if gone - begin < 0.9:
            check(code == 130, f"exit code {code}, not 130")
            print(f"  gone {gone - begin:.2f} s after the first signal, {gone - second:.2f} s after the second")
            return
        print(f"  not counted: {second - begin:.2f} s between the signals, gone after {gone - begin:.2f} s with {code}")
    check(False, "a second passed between two signals, or the second one did nothing, each time")


def check_short(log, begin):
    """These lines since then are what the journal may write: 100 goodbyes and 5 a second, each of these with a line that
    says how many were left out; and 50 others, however long it lasts."""
    seconds = time.monotonic() - begin
    left_out = sum("goodbyes were only counted" in line for line in log)
    goodbyes = sum(" info goodbye " in line for line in log)
    others = len(log) - left_out - goodbyes
    check(goodbyes <= 100 + 5 * seconds, f"{goodbyes} goodbyes were logged in {seconds:.0f} s")
    check(left_out <= 1 + 5 * seconds, f"{left_out} lines about goodbyes that were only counted, in {seconds:.0f} s")
    check(others <= 50, f"the host logged {others} lines besides goodbyes")


def stats(host, pattern):
    """The number that the pattern finds in what /stats says now; always the same line of it in one case."""
    mark = host.out.mark()
    host.send("/stats")
    return int(host.out.wait_for(pattern, since=mark).group(1))


def failed_log_ins(host):
    """How many /stats counts: wrong passwords, and whoever left with a proof that can be checked."""
    return stats(host, r"log-ins: \d+ good, (\d+) failed")


def fault_shim(**settings):
    """Environment that loads tests/support/fault_shim.cpp into a program; settings as its head says."""
    on_linux()
    shim = BUILD / "tests" / "libclint_fault.so"
    if not shim.exists():
        raise Skip("the fault shim is not built here")
    if THREAD_SANITIZED and settings.get("THREAD"):
        raise Skip("ThreadSanitizer has its own pthread_create, which the shim cannot fail")
    wanted = {f"CLINT_FAULT_{name}": str(value) for name, value in settings.items()}
    return {"LD_PRELOAD": str(shim)} | wanted
