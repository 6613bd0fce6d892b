"""What the scripts about `host --data` share: a host that is started again on its folder and port, clints that say
numbered lines, and the checker of the fault table."""

import atexit
import ctypes
import json
import os
import random
import shutil
import subprocess
import threading
import time

from chat import BUILD, SLACK, Clint, Host, Program, SecureHost, Skip, check, eventually, on_linux, scratch, unused_port


class KeptHost:
    """A host with a folder, which can be killed and started again where its clints find it."""

    def __init__(self, folder, *flags, password=None):
        self.folder, self.flags, self.port = folder, flags, unused_port()
        self._password = password
        self.program = None
        self.start()

    def start(self):
        """Gives the seconds until it listened."""
        begin = time.monotonic()
        flags = "--quiet", "--rate", "off", "--data", self.folder, *self.flags
        if self._password:
            self.program = SecureHost(self._password, *flags, port=self.port)
        else:
            self.program = Host(*flags, port=self.port)
        return time.monotonic() - begin

    def kill(self):
        self.program.kill()

    def stop(self):
        self.program.stop(within=5)


def tool(flag, folder, expect=0, password=None):
    """host --check or --export: its output."""
    program = Program([BUILD / "host", flag, folder], stdin=False, env={"CLINT_PASSWORD": password})
    program.expect_exit(expect, 60 * SLACK)
    return program


def posts_in(folder, password=None):
    """The posts of the lobby, in order, after `host --check` has found nothing wrong."""
    tool("--check", folder)
    return [json.loads(line) for line in tool("--export", folder, password=password).out.lines()]


class Talker:
    """A clint that says numbered lines, at about `rate` a second, until it is told to stop."""

    def __init__(self, port, name, rate, clint=None):
        self.name, self.said = name, 0
        self.invoked = []  # when it said its lines
        self.clint = clint or Clint(port, "--name", name)
        self._period, self._stop = 1 / rate, threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._random = random.Random(name)
        self._thread.start()

    def _talk(self):
        try:
            while not self._stop.wait(self._random.uniform(0, 2 * self._period)):
                self.invoked.append(time.monotonic())
                self.clint.send(f"{self.name} {self.said + 1}")
                self.said += 1
        except OSError:
            pass  # it was killed

    def kill(self):
        self.clint.kill()
        self._stop.set()
        self._thread.join()

    def stop_talking(self):
        self._stop.set()
        self._thread.join()

    def finish(self):
        """Exit code 0 says: every line was acknowledged."""
        self.clint.close_input()
        self.clint.expect_exit(0, 60 * SLACK)

    def seen(self):
        """The lines of all talkers that it showed, in order."""
        lines = (line.partition(": ")[2] for line in self.clint.out.lines())
        return [line for line in lines if line.rpartition(" ")[2].isdigit() and line.startswith("talker")]

    def acknowledged(self):
        """Its own lines that came back to it, and when."""
        lines, at = {}, 0
        for shown in bytes(self.clint.out.raw).split(b"\n")[:-1]:
            line = shown.partition(b": ")[2].decode("utf-8", "replace")
            if line.startswith(self.name + " ") and line not in lines:
                lines[line] = self.clint.out.came_at(at + len(shown))
            at += len(shown) + 1
        return lines


def check_order(place, talkers):
    """Nothing is stale: what was acknowledged before somebody began to say a line has its place before that line's."""
    invoked = sorted((when, f"{talker.name} {n}") for talker in talkers for n, when in enumerate(talker.invoked, 1))
    acknowledged = sorted((when, line) for talker in talkers for line, when in talker.acknowledged().items())
    at, last = 0, (-1, "nothing")
    for when, line in invoked:
        while at < len(acknowledged) and acknowledged[at][0] < when:
            last = max(last, (place[acknowledged[at][1]], acknowledged[at][1]))
            at += 1
        check(place.get(line, last[0] + 1) > last[0], f"{line!r} was said after {last[1]!r} was acknowledged, and stands before it")
    check(at > 0, "nothing was acknowledged before something else was said")


def check_history(folder, finished, killed=(), password=None):
    """Nothing lost, nothing twice, one order that everybody agrees on, numbers without holes, nothing out of thin
    air, nothing stale. For talkers, or whatever has a name and tells what it said, saw and got back."""
    posts = posts_in(folder, password)
    check([post["seq"] for post in posts] == list(range(1, len(posts) + 1)), "the numbers have holes, or one is used twice")
    said = [post["text"] for post in posts if post["kind"] == "message"]
    place = {line: i for i, line in enumerate(said)}
    check(len(place) == len(said), "a line is stored twice")
    for talker in [*finished, *killed]:
        own = [int(line.split()[1]) for line in said if line.split()[0] == talker.name]
        wanted = list(range(1, len(own) + 1))
        check(own == wanted, f"{talker.name}: stored {len(own)} lines, not each once and in order")
        enough = len(own) == talker.said if talker in finished else len(own) <= talker.said + 1
        check(enough, f"{talker.name} said {talker.said} lines, {len(own)} are stored")
        seen = talker.seen()
        check(all(line in place for line in seen), f"{talker.name} saw a line that is not stored")
        if talker in killed and seen:
            seen.pop()  # perhaps not a whole one
        begin = place[seen[0]] if seen else 0
        check(seen == said[begin:begin + len(seen)], f"{talker.name} saw other lines, or another order")
    check_order(place, [*finished, *killed])
    return said


class Cable:
    """A network of its own for this script, and one at the other end of a cable, which can be pulled. Make it before
    any thread exists."""

    HERE = "10.55.0.1"

    def __init__(self):
        on_linux()
        libc = ctypes.CDLL(None, use_errno=True)
        new_network, new_user = 0x40000000, 0x10000000
        if not shutil.which("ip") or libc.unshare(new_network | (0 if os.geteuid() == 0 else new_user)) != 0:
            raise Skip("the system gives no network of one's own")
        self._far = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        atexit.register(self._far.wait)
        atexit.register(self._far.kill)
        eventually(lambda: os.readlink(f"/proc/{self._far.pid}/ns/net") != os.readlink("/proc/self/ns/net"), "a network")
        for words in ("link set lo up", "link add near type veth peer name far", f"link set far netns {self._far.pid}",
                      f"addr add {self.HERE}/24 dev near"):
            self._ip(*words.split())
        for words in ("link set lo up", "addr add 10.55.0.2/24 dev far", "link set far up"):
            subprocess.run([*self.far, "ip", *words.split()], check=True)
        self.plug_in()

    @property
    def far(self):
        """What a command begins with that is to run at the other end."""
        return ["nsenter", f"--target={self._far.pid}", "--net"]

    def pull(self):
        self._ip("link", "set", "near", "down")

    def plug_in(self):
        self._ip("link", "set", "near", "up")

    @staticmethod
    def _ip(*words):
        subprocess.run(["ip", *words], check=True)


def small_disk(megabytes, read_only=False):
    """A tmpfs of its own for this script, or None where the system does not let us. Call it before any thread exists."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_mounts, new_user, private = 0x00020000, 0x10000000, 1 << 18 | 1 << 14
    if libc.unshare(new_mounts | (0 if os.geteuid() == 0 else new_user)) != 0:
        return None
    path = scratch("disk")
    path.mkdir()
    if libc.mount(b"none", b"/", None, private, None) != 0:
        return None
    if libc.mount(b"none", os.fsencode(path), b"tmpfs", int(read_only), f"size={megabytes}m,mode=700".encode()) != 0:
        return None
    atexit.register(libc.umount2, os.fsencode(path), 2)  # MNT_DETACH
    return path
