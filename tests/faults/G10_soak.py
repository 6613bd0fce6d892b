#!/usr/bin/env python3
"""G10: for long, people talk in rooms, enter and leave them, change their names, are cut off, killed, and come back.

Pass: in every room each line that was taken is stored once, in its sender's order; whoever is in a room sees all of it
in order, cuts or not, and the same as the others; nothing is refused. Descriptors and threads are as before; memory grows
by 1 MiB an hour at most, once each room's log and the caches are full (full length only).
"""

import json
import random
import re
import resource
import sys
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import FULL, SANITIZED, SLACK, Clint, Failed, amount, case, check, eventually, run, scratch
from proxy import Proxy
from stored import KeptHost, posts_in
from wire import RawClient

PEOPLE = amount(64, 6 if SANITIZED else 12)
SECONDS = amount(3600, 10)
SECONDS_OF_RESTARTS = amount(600, 10)
RATE = 0.2 if FULL else 5.0  # what each of them does a second
REPLACED = 0.1 if FULL else PEOPLE / 60  # of them all, a second
ROOMS = [f"room{n}" for n in range(6)]
LOCKED_ROOMS = ["vault0", "vault1"]  # with a password of their own, where the host has one
PASSWORD, ROOM_PASSWORD = "tea and biscuits", "open sesame"
UNANSWERED = re.compile("the connection was lost before the host answered|what was said earlier in #.* did not come")
SEEN_ALIKE = "room", "seq", "event", "sender", "text"  # of a post, whoever sees it
FULL_LOG, PIECE = 10_000, 3_500  # posts
GRACE = amount(30, 5)  # seconds in which one may come back; until then a place is held
WARM_UP = 500  # seconds at full length: the caches, of SQLite and of the allocator, take half an hour to fill at its pace
BEGAN = time.monotonic()


def haste():
    """By how much all of it goes faster now."""
    return 5 if FULL and time.monotonic() - BEGAN < WARM_UP else 1


class Seen:
    """What all of them saw, under one number each."""

    def __init__(self):
        self._lock, self._posts = threading.Lock(), {}

    def compare(self, who, post):
        told = tuple(post.get(field) for field in SEEN_ALIKE)
        with self._lock:
            known = self._posts.setdefault(told[:2], told)
        check(known == told, f"{who} saw {told}, somebody else {known}")

    def compare_stored(self, stored):
        """With the database: nothing was seen that is not there."""
        for place, told in self._posts.items():
            post = stored.get(place)
            check(post, f"{told} was seen, and is not stored")
            sealed = place[0] in LOCKED_ROOMS
            alike = post["kind"] in (told[2], "sealed") and (sealed or told[4] is None or post["text"] == told[4])
            check(alike, f"{told} was seen, stored is {post}")


class Wanderer:
    """A clint that does something at random, again and again; and what it has to see and to have said."""

    def __init__(self, port, tag, seen, dice, password):
        self.tag, self._seen, self._dice = tag, seen, dice
        # Each connection from another address: one that is cut while it proves the password counts as a wrong guess of it.
        self.proxy = Proxy(port, spread=bool(password))
        self._all_rooms = ROOMS + LOCKED_ROOMS if password else ROOMS
        secret = ["--kdf", "small"] if password else []
        self.clint = Clint(self.proxy.port, "--json", "--name", tag, *secret, env={"CLINT_PASSWORD": password})
        self.said = Counter()      # lines, by room
        self.own = Counter()       # of which it got back so many
        self.rooms = {"lobby"}     # it may talk there
        self.waits_for = None      # an event and its room
        self.last = {}             # the number of the last post, by room
        self.faults = []
        self.unanswered = 0        # 1: a command's answer was lost with the connection, which is its exit code then
        self._read, self._names = 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wander, daemon=True)
        self.ended = False

    def begin(self):
        eventually(lambda: self.take() or "lobby" in self.last, f"{self.tag} is there")
        self._thread.start()

    def wish(self, **wish):
        self.clint.send(json.dumps(wish))

    def take(self):
        """Looks at what came since the last time."""
        raw = self.clint.out.raw
        end = raw.rfind(b"\n", self._read) + 1
        if end <= self._read:
            return
        lines, self._read = bytes(raw[self._read:end]).split(b"\n")[:-1], end
        for line in lines:
            self._took(json.loads(line))

    def _took(self, event):
        kind, room = event["event"], event.get("room")
        if kind == "error" and UNANSWERED.match(event["text"]):
            self.unanswered = 1
        elif kind in ("error", "not_sent", "gap", "room_refused"):
            self.faults.append(event)
        if event.get("seal", "none") not in ("good", "none") or kind == "room_left" and event["why"]:
            self.faults.append(event)
        if (kind, room) == self.waits_for:
            self.waits_for = None
            if kind == "room_entered":
                self.rooms.add(room)
                self.last.pop(room, None)
        if "seq" not in event:
            return
        self._seen.compare(self.tag, event)
        if event.get("past"):
            return
        if room in self.last:
            check(event["seq"] == self.last[room] + 1, f"{self.tag}: after {self.last[room]} of {room} comes {event}")
        self.last[room] = event["seq"]
        if kind == "message" and event["own"]:
            self.own[room] = max(self.own[room], int(event["text"].split()[2]))

    def _wander(self):
        try:
            while not self._over.wait(self._dice.uniform(0, 2 / (RATE * haste()))):
                self.take()
                self._act()
        except Exception as error:  # told by rest()
            self.faults.append(repr(error))
        self.ended = True

    def _act(self):
        act, (room,) = self._dice.random(), self._dice.sample(self._all_rooms, 1)
        elsewhere = sorted(self.rooms - {"lobby"})
        if act < 0.6:
            room = self._dice.choice(sorted(self.rooms))
            self.said[room] += 1
            self.wish(room=room, text=f"{self.tag} {room} {self.said[room]}")
        elif self.waits_for:
            return
        elif act < 0.75 and room not in self.rooms:
            self.waits_for = "room_entered", room
            locked = room in LOCKED_ROOMS
            self.wish(command=f"/join {room}" + " --password" * locked)
            if locked:
                self.clint.send(ROOM_PASSWORD)
        elif act < 0.85 and elsewhere:
            room = self._dice.choice(elsewhere)
            self.rooms.remove(room)
            self.waits_for = "room_left", room
            self.wish(command=f"/leave {room}")
        elif act < 0.88:
            self._names += 1
            self.wish(command=f"/nick {self.tag}n{self._names}")
        elif act < 0.91:
            self.wish(command=self._dice.choice(["/who", "/rooms", "/history 20", "/status busy", "/status online"]))
        elif act < 0.93 and elsewhere:
            self.wish(command=f"/topic {self.tag} was here")
        else:
            self.proxy.cut()

    def rest(self):
        """Does nothing any more. Its faults are told, if there are any."""
        self._over.set()
        if self._thread.ident:
            self._thread.join(60 * SLACK)
            check(not self._thread.is_alive(), f"{self.tag} reads no more")
        self.take()
        check(not self.faults, f"{self.tag}: {self.faults[:3]}")

    def leave(self, killed=False):
        self.rest()
        if killed:
            self.clint.kill()
            self.clint.close_input()
        else:
            self.clint.close_input()
            code = self.clint.exit_code(60 * SLACK)
            self.take()
            check(code == self.unanswered and not self.faults, f"{self.tag}: exit code {code}, {self.faults[:3]}")
        self.proxy.close()
        self.clint.check_sound()
        self.clint.out.raw.clear()  # an hour of it is a gigabyte


def check_stored(folder, crowd, password):
    left, killed, seen = crowd.left, crowd.killed, crowd.seen
    posts = posts_in(folder, password)
    stored = {(post["room"], post["seq"]): post for post in posts}
    numbers, lines = {}, {}
    sealed = Counter()  # lines that only the room's members can read
    for post in posts:
        numbers.setdefault(post["room"], []).append(post["seq"])
        if post["kind"] == "sealed":
            sealed[post["room"]] += 1
        elif post["kind"] == "message" and post["text"].startswith("w"):
            tag, room, n = post["text"].split()
            check(room == post["room"], f"{post} stands in another room")
            lines.setdefault((tag, room), []).append(int(n))
    for room, seqs in numbers.items():
        check(seqs == list(range(1, len(seqs) + 1)), f"the numbers of {room} have holes, or one is used twice")
    for room in LOCKED_ROOMS:
        at_least = sum(one.said[room] for one in left) + sum(one.own[room] for one in killed)
        at_most = sum(one.said[room] for one in left + killed)
        check(at_least <= sealed[room] <= at_most, f"{room}: {at_least} to {at_most} lines were said, {sealed[room]} are stored")
    for one in left + killed:
        for room, count in one.said.items():
            if room in LOCKED_ROOMS:
                continue
            got = lines.pop((one.tag, room), [])
            check(got == list(range(1, len(got) + 1)), f"{one.tag} in {room}: stored are {got}, not each once and in order")
            check(len(got) <= count and (one in killed or len(got) == count), f"{one.tag} in {room}: said {count}, stored are {len(got)}")
            check(len(got) >= one.own[room], f"{one.tag} in {room}: {one.own[room]} came back to it, stored are {len(got)}")
    check(not lines, f"nobody said {list(lines)[:3]}")
    seen.compare_stored(stored)
    return len(posts)


def fill_logs(host):
    """From then on the rooms together take no more memory, whatever is said: these lines are about as long as those of the
    others. A log gives its memory back in pieces of thousands of posts, each room's at another time."""
    with RawClient(host.program) as raw:
        raw.log_in("filler")
        for n, room in enumerate(["lobby", *ROOMS]):
            check(room == "lobby" or raw.enter(room).result == 0, f"no {room}")
            for _ in range(0, FULL_LOG + n * PIECE // (1 + len(ROOMS)), 100):
                for _ in range(100):
                    raw.say("x" * 20, room)
                raw.catch_up()
            raw.say("full", room)
            raw.wait_post(lambda post, room=room: (post.room, post.text) == (room, "full"))
    host.program.wait_goodbye("connection_lost", raw.source)


def usage(host):
    return host.program.fds(), host.program.threads()


def growth(samples):
    """KiB an hour, by least squares."""
    mean_t, mean_k = (sum(one[i] for one in samples) / len(samples) for i in (0, 1))
    spread = sum((t - mean_t) ** 2 for t, _ in samples)
    return 3600 * sum((t - mean_t) * (k - mean_k) for t, k in samples) / spread


class Crowd:
    """PEOPLE of them, some of whom go, or are killed, and are followed by others."""

    def __init__(self, host, dice, password):
        self.host, self.dice, self.password, self.seen = host, dice, password, Seen()
        self.here, self.left, self.killed = [], [], []
        self._tags = 0
        while len(self.here) < PEOPLE:
            self._one_more()

    def _one_more(self):
        self._tags += 1
        one = Wanderer(self.host.port, f"w{self._tags}", self.seen, random.Random(self.dice.random()), self.password)
        one.begin()
        self.here.append(one)

    def check_well(self):
        for one in self.here:
            if one.faults or one.ended:
                one.rest()
                raise Failed(f"{one.tag} does nothing any more")

    def replace(self):
        one = self.here.pop(self.dice.randrange(len(self.here)))
        killed = self.dice.random() < 0.5
        one.leave(killed)
        (self.killed if killed else self.left).append(one)
        self._one_more()

    def go(self):
        for one in self.here:
            one.rest()
        for room in ["lobby", *ROOMS, *LOCKED_ROOMS]:
            inside = [one for one in self.here if room in one.rooms]
            last = max((one.last.get(room, 0) for one in inside), default=0)
            for one in inside:
                eventually(lambda one=one, room=room, last=last: one.take() or one.last.get(room, 0) >= last,
                           f"{one.tag} sees all of {room}")
        for one in self.here:
            one.leave()
        self.left += self.here
        self.here = []


def wander(host, dice, seconds, each_second, password=None):
    crowd = Crowd(host, dice, password)
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        time.sleep(1)
        if dice.random() < REPLACED * haste():
            crowd.replace()
        crowd.check_well()
        each_second(passed)
    crowd.go()
    return crowd


def finish(host, crowd, seed):
    host.stop()
    count = check_stored(host.folder, crowd, crowd.password)
    lines = sum(sum(one.said.values()) for one in crowd.left + crowd.killed)
    print(f"  seed {seed}: {lines} lines, {count} posts, {len(crowd.left)} left, {len(crowd.killed)} killed")
    check(lines > PEOPLE, "nothing was said")


if FULL:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@case(f"{PEOPLE} people come, go, talk in rooms and are cut off for {SECONDS} s: all agree, nothing is lost, nothing grows")
def soak():
    seed = random.randrange(1 << 30)
    print(f"  seed {seed}")
    host = KeptHost(scratch("den"), "--durability", "process", "--grace", GRACE)
    Clint(host.program, "--send", "first").expect_exit(0)  # what is opened at the first use is open
    before = [min(each) for each in zip(*(usage(host) for _ in range(20) if not time.sleep(0.05)))]
    if FULL:
        fill_logs(host)
    samples = []

    def measure(passed):
        if passed > 600:
            samples.append((passed, host.program.rss_kib()))

    crowd = wander(host, random.Random(seed), SECONDS, measure)
    if samples and not SANITIZED:
        slope = growth(samples)
        print(f"  memory grows by {slope:.0f} KiB an hour")
        check(slope <= 1024, f"memory grows by {slope:.0f} KiB an hour")
    eventually(lambda: all(now <= then for now, then in zip(usage(host), before)), "descriptors and threads are as before",
               GRACE + 10 * SLACK)
    finish(host, crowd, seed)


@case("the same with passwords, of the host and of rooms, while the host is killed and started again: all are back in their rooms")
def with_restarts():
    seed = random.randrange(1 << 30)
    print(f"  seed {seed}")
    dice = random.Random(seed)
    host = KeptHost(scratch("restarted"), password=PASSWORD)

    kills = []

    def perhaps_kill(passed):
        if not kills or dice.random() < (1 / 30 if FULL else 1 / 4):
            kills.append(passed)
            host.kill()
            host.start()

    finish(host, wander(host, dice, SECONDS_OF_RESTARTS, perhaps_kill, PASSWORD), seed)
    print(f"  {len(kills)} kills of the host")


run()
