"""Drives the real programs, host and clint, for the scripts in tests/e2e and tests/faults.

A script declares cases and ends with run():

    @case("a line reaches the other one")
    def talk():
        host = Host()
        alice, bob = Clint(host, "--name", "alice"), Clint(host, "--name", "bob")
        bob.out.wait_for("^bob joined|Connected")
        alice.send("hello")
        bob.out.wait_for("^alice: hello$")

    run()

Every program that a case started is ended when the case ends: hosts by SIGINT, which has to give exit code 0, the rest
by its process id. Should the script itself die, the kernel ends them. Exit codes: 0 passed, 1 failed, 77 none failed
and one at least was skipped: what did not run is not to look like what passed.
Only the Python standard library (3.11) is used.
"""

import atexit
import ctypes
import fcntl
import os
import random
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from pathlib import Path

# Scripts import all of it from here.
from checks import (FULL, LINUX, PATIENCE, SANITIZED, SLACK, THREAD_SANITIZED, Failed, Skip, amount, check, eventually,
                    on_linux)
from output import Output

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CLINT_BUILD_DIR", ROOT / "build"))
OF_THE_USER = ("CLINT_", "XDG_", "COLORTERM", "KONSOLE_", "TERM_PROGRAM", "TMUX", "VTE_", "WT_")  # variables tests do without

_libc = ctypes.CDLL(None, use_errno=True)
_programs = []  # of the running case
_noted = set()
_cases = []
_held_ports = []


def scratch(name):
    """A path in this script's own folder, which is removed at the end."""
    return _scratch / name


_scratch = Path(tempfile.mkdtemp(prefix="clint-test-"))
atexit.register(shutil.rmtree, _scratch, True)
_serial = iter(range(1, 1 << 30))


def fresh_home():
    """An empty settings folder; a clint that is given it again finds its pins."""
    home = scratch(f"home{next(_serial)}")
    home.mkdir()
    return home


def _note(line):
    """Says once that something is not checked here."""
    if line not in _noted:
        print(f"  ({line})", flush=True)
        _noted.add(line)


def unused_port():
    """A port nobody listens on, and that the system gives to nobody who asks for any: it stays free meanwhile. For what
    is started again where it was, too: a port that the system chose may be somebody else's until then."""
    while True:
        port = random.randrange(12_000, 32_000)
        probe = socket.socket()
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        if LINUX:  # held for this script: who allows that it is used again may, and no other script finds it unused
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _held_ports.append(probe)
        else:
            probe.close()
        return port


def _state(folder):
    """The letter that /proc gives for a process or thread; none when it has just ended."""
    try:
        return Path(folder, "stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _waits_in(folder):
    """Where in the kernel a process or thread waits, as far as one may know; none while it runs."""
    state = _state(folder)
    if state == "R":
        return None
    try:
        return state + Path(folder, "wchan").read_text()
    except OSError:
        return state


def wait_asleep(pid):
    """Under ThreadSanitizer: until the program's main thread waits in poll(2), or for a while in something else. A signal
    that comes right before a thread does, after its last system call, is kept by the sanitizer until that wait is over
    (GCC 12, clang 14); a lock waited for is no such wait: the next poll may come right after it."""
    if not (LINUX and THREAD_SANITIZED):
        return
    place, since = None, time.monotonic()
    until = since + SLACK
    while True:
        here, now = _waits_in(f"/proc/{pid}"), time.monotonic()
        if here != place:
            place, since = here, now
        if here and ("poll" in here or now > since + 0.05):
            return
        if now > until:
            _note(f"a signal came although a main thread had not waited for {SLACK:.0f} s")
            return
        time.sleep(0.001)


# ---- Programs ------------------------------------------------------------------------------------------------------


def _keys(program):
    """Environment in which what is derived from a password is derived once for all the programs that a script starts by
    itself: a third of the tests' time is scrypt's otherwise. env={"LD_PRELOAD": None}: not for this program."""
    shim = BUILD / "tests" / "libclint_keys.so"
    if Path(program).parent != BUILD or not shim.exists():
        return {}
    kept = scratch("keys")
    kept.mkdir(exist_ok=True)
    return {"LD_PRELOAD": str(shim), "CLINT_TEST_KEYS": str(kept)}


class Program:
    """A running program of this build, or any other. `tty` gives it a pseudo-terminal as its three descriptors.
    `group`: it starts others, which are killed with it."""

    def __init__(self, argv, *, name=None, env=None, tty=False, stdin=True, nofile=None, home=None, size=(40, 120),
                 group=False):
        self.argv = [str(word) for word in argv]
        self.name = name or Path(self.argv[0]).name
        self.killed = False
        self._group = group
        self.home = home or fresh_home()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(OF_THE_USER)}
        environment |= {"CLINT_HOME": str(self.home), "HOME": str(self.home)}
        environment |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | _keys(self.argv[0]) | (env or {})
        environment = {name: value for name, value in environment.items() if value is not None}  # None takes one away
        if SANITIZED and "LD_PRELOAD" in environment:
            options = environment.get("ASAN_OPTIONS")
            environment["ASAN_OPTIONS"] = ":".join(filter(None, [options, "verify_asan_link_order=0"]))
        parent = os.getpid()

        def prepare():
            if LINUX:
                _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
                if os.getppid() != parent:
                    os._exit(127)
            if tty:
                os.setsid()
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            elif group:  # a session is a group, too
                os.setpgid(0, 0)
            if nofile:
                resource.setrlimit(resource.RLIMIT_NOFILE, (nofile, nofile))

        self._tty = None
        if tty:
            self._tty, inner = os.openpty()
            fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            self._process = subprocess.Popen(self.argv, stdin=inner, stdout=inner, stderr=inner, env=environment,
                                             preexec_fn=prepare)
            os.close(inner)
            self.out = self.err = Output(os.dup(self._tty), f"{self.name} (terminal)")
        else:
            self._process = subprocess.Popen(self.argv, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                                             preexec_fn=prepare)
            self.out = Output(os.dup(self._process.stdout.fileno()), f"{self.name} (stdout)")
            self.err = Output(os.dup(self._process.stderr.fileno()), f"{self.name} (stderr)")
            self._process.stdout.close()
            self._process.stderr.close()
        self.pid = self._process.pid
        _programs.append(self)

    def write(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        if self._tty is not None:
            os.write(self._tty, data)
        else:
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def send(self, line):
        self.write(line + ("\r" if self._tty is not None else "\n"))

    def close_input(self):
        self._process.stdin.close()

    def signal(self, number):
        if self._process.poll() is None:
            if number not in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL, signal.SIGWINCH):
                wait_asleep(self.pid)
            self._process.send_signal(number)

    @property
    def alive(self):
        return self._process.poll() is None

    def exit_code(self, timeout=None):
        """Waits for the end. A program that a signal ended gives minus its number."""
        timeout = PATIENCE if timeout is None else timeout
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} still runs after {timeout:.1f} s") from None
        for output in {self.out, self.err}:
            eventually(lambda o=output: o.ended, f"the end of {output.name}")
        return code

    def expect_exit(self, code, timeout=None):
        got = self.exit_code(timeout)
        check(got == code, f"{self.name}: exit code {got}, not {code}")

    def kill(self):
        """kill -9, and what that leaves behind is no failure."""
        self.killed = True
        if self.alive and self._group:
            os.killpg(self.pid, signal.SIGKILL)
        elif self.alive:
            self._process.kill()
        self._process.wait()

    def end(self):
        """At the end of a case, after its checks."""
        if self.alive:
            self.kill()

    def release(self):
        if self.alive:
            self.kill()
        if self._process.stdin:
            try:
                self._process.stdin.close()
            except OSError:
                pass
        if self._tty is not None:
            os.close(self._tty)
            self._tty = None

    def check_sound(self):
        """No sanitizer report, no death by a signal that nobody sent."""
        text = self.out.text() + self.err.text()
        if self.killed:  # it had no time to join its threads
            text = text.partition("WARNING: ThreadSanitizer: thread leak")[0]
        report = re.search(r"(AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:|terminate called).*", text)
        check(not report, f"{self.name}: {report and report.group(0)}")
        code = self._process.poll()
        check(self.killed or code is None or code >= 0, f"{self.name} died of signal {-(code or 0)}")

    # What the kernel says about the process.

    def _status(self, field):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            return int(next(line for line in status if line.startswith(field + ":")).split()[1])

    def rss_kib(self):
        return self._status("VmRSS")

    def threads(self):
        return self._status("Threads")

    def sleeps(self):
        """Whether none of its threads has anything to do, as far as the kernel knows."""
        return self._all_threads("S")

    def halt(self):
        """Sends SIGSTOP and waits until no thread of it runs: the kernel stops one after the other."""
        self.signal(signal.SIGSTOP)
        eventually(lambda: self._all_threads("T"), f"{self.name} stands still")

    def _all_threads(self, state):
        return all(_state(task) == state for task in Path(f"/proc/{self.pid}/task").glob("*"))

    def fds(self):
        """Open descriptors. 0, and a line that says so, where the kernel does not tell this user: of a process that
        forbids core dumps only root may know."""
        try:
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        except PermissionError:
            _note(f"descriptors of {self.name} are not counted: this user may not")
            return 0

    def environment(self):
        """The octets of its environment; none, and a line that says so, where the kernel does not tell this user."""
        try:
            return Path(f"/proc/{self.pid}/environ").read_bytes()
        except (FileNotFoundError, PermissionError):
            _note(f"the environment of {self.name} is not looked at: this user may not, or there is no /proc")
            return b""

    def command_line(self):
        """Its arguments as others on this machine see them, in octets."""
        if LINUX:
            return Path(f"/proc/{self.pid}/cmdline").read_bytes()
        return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(self.pid)], check=True, capture_output=True).stdout

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Host(Program):
    """A host on a port that the system chose, unless `port` is given."""

    def __init__(self, *flags, port="auto", mode="--plain", wait=True, grace=0, **options):
        words = [BUILD / "host", "--port", port, mode, "--log-level", "info", "--grace", grace, *flags]
        super().__init__(words, name="host", **options)
        self.port = None
        self.tls = mode != "--plain"
        if wait:
            self.ready()

    def ready(self):
        self.port = int(self.out.wait_for(r"^Listening on \S+:(\d+)\.\.\.").group(1))
        self.out.wait_for(r"^Security mode: ")
        return self

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def stop(self, number=signal.SIGINT, within=2):
        """Ctrl-C; exit code 0 has to come within that many seconds."""
        self.signal(number)
        self.expect_exit(0, within * SLACK + 0.5)

    def end(self):
        if self.alive:
            self.stop()

    def wait_goodbye(self, why, address, since=0):
        """The log's line about the end of the connection from that address; `why` is a regular expression."""
        self.err.wait_for(rf"goodbye ({why}) {re.escape(address)}:\d+", since=since)

    def wait_left(self, name, since=0):
        """Until the name is free again. Its clint ends before, where this host takes more than a second for its goodbye."""
        self.out.wait_for(rf"^{re.escape(name)} left\b", since=since)

    def check_printable(self, since=0):
        self.err.check_printable(since)
        self.out.check_printable()

    def check_log(self, since=0, lines=200):
        self.check_printable(since)
        count = len(self.err.lines(since))
        check(count <= lines, f"the host logged {count} lines, more than {lines}")

    def _queues(self, state):
        """The kernel's queues (unsent, unread) of this host's sockets in that state."""
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table, encoding="ascii") as rows:
                for row in list(rows)[1:]:
                    fields = row.split()
                    if fields[3] == state and int(fields[1].rpartition(":")[2], 16) == self.port:
                        yield tuple(int(queue, 16) for queue in fields[4].split(":"))

    def accept_queue(self):
        """Connections that wait to be accepted."""
        return sum(unread for _, unread in self._queues("0A"))

    def send_queues(self):
        """Octets that the kernel holds for each client."""
        return [unsent for unsent, _ in self._queues("01")]

    def not_read(self):
        """Octets that the kernel has taken for each client of this machine and that it has not read, by its address."""
        with open("/proc/net/tcp", encoding="ascii") as rows:
            for row in list(rows)[1:]:
                _, own, peer, _, queues = row.split()[:5]
                if int(peer.rpartition(":")[2], 16) == self.port:
                    ip, port = own.split(":")
                    yield f"{socket.inet_ntoa(bytes.fromhex(ip)[::-1])}:{int(port, 16)}", int(queues.partition(":")[2], 16)


class SecureHost(Host):
    """A host with a password, given to it in a variable. The key derivation is the small one."""

    def __init__(self, password, *flags, **options):
        environment = {"CLINT_PASSWORD": password} | options.pop("env", {})
        super().__init__("--kdf", "small", *flags, mode="--secure", env=environment, **options)


class Clint(Program):
    """A clint that talks to a Host, a port on 127.0.0.1, or (None) to nobody that it is told of."""

    def __init__(self, to, *flags, **options):
        where = [] if to is None else [to.address if isinstance(to, Host) else f"127.0.0.1:{to}"]
        name = next((flags[i + 1] for i, flag in enumerate(flags) if flag == "--name"), "clint")
        super().__init__([BUILD / "clint", *where, *flags], name=name, **options)

    def connected(self, timeout=None):
        """Waits until it is logged in."""
        self.out.wait_for(r"^Connected to ", timeout)
        self.err.wait_for(r"^\* you are \S+", timeout)
        return self

    def quits(self, host, code=0):
        """Leaves by /quit; and its name is free again."""
        mark = host.out.mark()
        self.send("/quit")
        self.expect_exit(code)
        host.wait_left(self.name, mark)


def told(program, line, pattern):
    """Gives a program this line, and waits for what it answers on standard output."""
    mark = program.out.mark()
    program.send(line)
    program.out.wait_for(pattern, since=mark)


def addressable(*clints):
    """Waits until the host has what a clint tells it of itself when it comes: its key, without which nobody can write to
    it. The host waits two seconds for that, and not longer."""
    for clint in clints:
        told(clint, "/who", r"\* \d+ in #\S+: ")


# ---- The runner ----------------------------------------------------------------------------------------------------


def case(what):
    def add(function):
        _cases.append((what, function))
        return function
    return add


def _tell():
    for program in _programs:
        code = program._process.poll()
        print(f"  -- {' '.join(program.argv)} ({'runs' if code is None else f'exit code {code}'})")
        for output in dict.fromkeys([program.out, program.err]):
            for line in output.lines()[-12:]:
                print(f"     {output.name}: {line[:300]!r}")


def _run_case(function):
    try:
        function()
        for program in reversed(_programs):
            program.end()
        for program in _programs:
            program.check_sound()
    finally:
        if sys.exc_info()[0] not in (None, Skip):
            _tell()
        for program in _programs:
            program.release()
        _programs.clear()


def run():
    """Runs the cases (those whose function is named on the command line, or all) and ends the script."""
    wanted = sys.argv[1:]
    failures, skipped = 0, []
    for what, function in _cases:
        if wanted and function.__name__ not in wanted:
            continue
        begin = time.monotonic()
        print(f"- {what}", flush=True)
        try:
            _run_case(function)
        except Skip as reason:
            skipped.append(f"{what} ({reason})")
            print(f"  skipped: {reason}", flush=True)
        except Exception as error:  # the script goes on with the next case
            failures += 1
            if not isinstance(error, Failed):
                traceback.print_exc(file=sys.stdout)
            where = traceback.extract_tb(error.__traceback__)
            spot = next((f for f in reversed(where) if "support" not in f.filename), where[-1])
            print(f"  FAILED ({Path(spot.filename).name}:{spot.lineno}): {error}", flush=True)
        else:
            print(f"  ok ({time.monotonic() - begin:.1f} s)", flush=True)
    for one in skipped:
        print(f"SKIPPED: {one}", flush=True)
    sys.exit(1 if failures else 77 if skipped else 0)
