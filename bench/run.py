#!/usr/bin/env python3
"""Measures the host, the floor and other chat servers side by side, and prints one table with ratios, then the goals.

    python3 bench/run.py --build build                 the whole (about ten minutes)
    python3 bench/run.py --build build --write FILE    and put it into FILE between its markers
    python3 bench/run.py --build build --quick         fewer clients, one round: for trying things out
    python3 bench/run.py --build build --smoke         tiny, for CI: no thresholds on time, but no delivery may be lost
    python3 bench/run.py --build build --only clint,floor,plain
"""

import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

import history
import report
import terminal
from servers import Servers, Unusable, start_on

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MEASURES = ["plain", "tls", "sealing", "handshakes", "stalled", "idle", "many", "rooms", "history", "terminal"]
OURS = ["floor", "clint", "clint --secure", "clint --data"]
ROOMS = ["floor", "clint", "nats-server", "mosquitto"]  # ten thousand log-ins take ngircd two minutes
TEXT = 100                                      # octets said at a time
SEALED = 16 + 24 + -(-(13 + TEXT) // 64) * 64 + 16  # as many in a sealed body: docs/PROTOCOL.md, section 12

# clients, seconds of latency, of saturation, of settling, of silence, rounds, clients of the largest run, posts of a room,
# lines for a terminal, seconds of its rest
WHOLE = dict(clients=1000, secs=5, most=3, settle=1, silence=16, rounds=3, many=10_000, posts=1_000_000, lines=10_000, rest=20)
QUICK = dict(clients=300, secs=2, most=1, settle=0.5, silence=3, rounds=1, many=2000, posts=100_000, lines=10_000, rest=10)
SMOKE = dict(clients=50, secs=0.5, most=0.2, settle=0.1, silence=0.3, rounds=1, many=100, posts=2000, lines=500, rest=0.3)


class Wrong(Exception):
    """The host or the floor failed, or lost a message: there is nothing to compare."""


class Bench:
    def __init__(self, servers, size, only):
        self.servers = servers
        self.size = size
        self.only = only
        self.fanout = servers.build / "bench" / "bench_fanout"
        self.given_up = set()  # (server, tls) that could not be measured

    def wants(self, measure):
        chosen = self.only & set(MEASURES)
        return not chosen or measure in chosen

    def names(self, tls):
        chosen = self.only & set(Servers.PROTOCOLS)
        return [n for n in OURS + Servers.PEERS
                if (not chosen or n in chosen) and n not in (Servers.PLAIN_ONLY if tls else Servers.TLS_ONLY)]

    def load(self, name, tls=False, cores=(None, None), **options):
        """One server, started for one run of the load generator: its figures, or None with a line on stderr. cores: of
        the load and of the server, if each has one of its own."""
        if (name, tls) in self.given_up:
            return None
        what = f"{name}{', TLS' if tls else ''}"
        print(f"... {what} {' '.join(f'{k}={v}' for k, v in options.items())}{'' if cores == (None, None) else ' apart'}",
              file=sys.stderr, flush=True)
        try:
            with self.servers.running(name, tls, options.get("rooms", 1), cores[1]) as (process, port):
                command = [self.fanout, Servers.PROTOCOLS[name], port, process.pid, *(["--tls"] if tls else [])]
                command += [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
                run = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300,
                                     preexec_fn=start_on(cores[0]))
            if run.returncode != 0:
                raise Unusable(run.stderr.strip() or f"deliveries are missing: {run.stdout.strip()}")
            return json.loads(run.stdout)
        except (Unusable, subprocess.TimeoutExpired) as why:
            if name in OURS:
                raise Wrong(f"{what}: {why}") from None
            print(f"skipped: {what}: {why}", file=sys.stderr)
            self.given_up.add((name, tls))
            return None

    def rounds(self, runs):
        """Every run once, then every run again, so that a slow minute of the machine hits all alike, every second time
        the other way round; medians, and with the key "rounds" what each round gave (None: nothing).

        runs: key -> function that gives figures or None."""
        seen = {key: [] for key in runs}
        for number in range(self.size["rounds"]):
            for key in list(runs)[::-1 if number % 2 else 1]:
                seen[key].append(runs[key]())
        some = {key: [figures for figures in of if figures] for key, of in seen.items()}
        return {key: {figure: statistics.median(f[figure] for f in of) for figure in of[0]} | {"rounds": seen[key]}
                for key, of in some.items() if of}

    def room(self, name, tls, size=TEXT):
        """The main measure: everybody in one room."""
        s = self.size
        clients = min(s["clients"], 500) if name == "ncat --chat" else s["clients"]  # it uses select(2)
        figures = self.load(name, tls, clients=clients, size=size, secs=s["secs"], most_secs=s["most"], settle=s["settle"])
        if name == "floor":  # its log-in is a connection and a line there and back, by clients alone in their rooms
            alone = self.load(name, tls, clients=clients, rooms=clients, secs=0, most_secs=0, settle=s["settle"])
            figures["logins_per_s"] = alone["logins_per_s"]
        return figures

    def rooms(self, tls):
        """The main measure of every server; what is sealed is longer by 84 octets, so it is measured at both lengths."""
        runs = {}
        for name in self.names(tls):
            runs[name, tls] = lambda name=name: self.room(name, tls)
            if name == "clint --secure":
                runs["clint --secure, sealed", tls] = lambda: self.room("clint --secure", tls, SEALED)
        return self.rounds(runs)

    def many_rooms(self, **where):
        """Rooms of ten, as many messages under way for each reader as in the one room: server -> figures."""
        s, found = self.size, {}
        for name in self.names(False):
            if name in ROOMS:
                found[name] = self.load(name, clients=s["many"], rooms=s["many"] // 10, window=64,
                                        secs=0, most_secs=s["most"], settle=s["settle"], **where)
        return {name: figures for name, figures in found.items() if figures}

    def rooms_apart(self):
        """The same with a core for the load and one for the server, as on two machines; its one room there, too."""
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            return {}
        s, where = self.size, {"cores": (cores[0], cores[1])}
        one = {name: self.load(name, clients=s["clients"], secs=0, most_secs=s["most"], settle=s["settle"], **where)
               for name in self.names(False) if name in ROOMS}
        return {name: {"rooms": rooms["deliveries_per_s"], "one": one[name]["deliveries_per_s"]}
                for name, rooms in self.many_rooms(**where).items() if one[name]}

    def clint(self, tls=False, **options):
        return self.load("clint", tls, settle=self.size["settle"], **options)

    def measure(self):
        """All figures: (server, tls) -> those of the room; a word -> those of a measure of the host's own."""
        s, few, all_ = self.size, min(self.size["clients"], 500), {}
        for tls in (False, True):
            if self.wants("tls" if tls else "plain"):
                all_ |= self.rooms(tls)
        if self.wants("sealing"):
            run = subprocess.run([self.servers.build / "bench" / "bench_sealing"], capture_output=True, text=True, check=True)
            all_["sealing"] = json.loads(run.stdout)
        if self.wants("rooms"):
            all_["rooms"] = self.many_rooms()
            all_["rooms apart"] = self.rooms_apart()
        if "clint" not in self.names(False):
            return all_
        if self.wants("handshakes"):
            all_ |= self.rounds({"handshakes": lambda: self.clint(True, clients=0, handshakes=s["most"])})
        if self.wants("stalled"):
            # Long messages, so that the buffers between host and stalled reader are full within a second.
            large = dict(clients=few, size=4000, secs=s["secs"] + 1, most_secs=0)
            all_ |= self.rounds({f"stalled {n}": (lambda n=n: self.clint(stalled=n, **large))
                                 for n in (0, 1, min(100, s["clients"]))})
        if self.wants("idle"):
            all_["idle"] = self.clint(clients=s["clients"], silence=s["silence"], idle=s["clients"] * 4, secs=0, most_secs=0)
        if self.wants("many"):
            all_["many"] = self.clint(clients=s["many"], rate=5, secs=s["secs"], most_secs=s["most"])
        if self.wants("history"):
            print(f"... a room with {s['posts']:,} posts", file=sys.stderr, flush=True)
            all_["history"] = history.measure(self.servers, s["posts"])
        if self.wants("terminal"):
            print("... clint on a terminal", file=sys.stderr, flush=True)
            all_["terminal"] = terminal.measure(self.servers.build, s["lines"], s["rest"])
        return all_


def leave(*_):
    sys.exit(130)  # by exception, so that every server is ended


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="folder with the programs")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--smoke", action="store_const", const=SMOKE, dest="size", help="tiny, for CI")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="size", help="smaller, one round")
    parser.add_argument("--only", default="", metavar="WORDS",
                        help=f"some of: {', '.join([*Servers.PROTOCOLS, *MEASURES])} (with commas)")
    parser.add_argument("--rounds", type=int, help="runs of each server, of which the median is shown")
    parser.add_argument("--write", metavar="FILE", help="put the result into this file, between its markers")
    args = parser.parse_args()
    size = dict(args.size or WHOLE)
    if args.rounds:
        size["rounds"] = args.rounds
    only = {word.strip() for word in args.only.split(",") if word.strip()}
    if only - set(Servers.PROTOCOLS) - set(MEASURES):
        parser.error(f"--only does not know {', '.join(sorted(only - set(Servers.PROTOCOLS) - set(MEASURES)))}")
    page = pathlib.Path(args.write) if args.write else None
    if page and not re.search(f"{BEGIN}.*{END}", page.read_text(), re.S):
        parser.error(f"{page} has no markers {BEGIN} and {END}")
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)

    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(args.build, folder)
        try:
            figures = Bench(servers, size, only).measure()
        except Wrong as why:
            sys.exit(f"bench: {why}")
    text = report.text(figures, size, servers.build)
    print(text)
    if page:
        written = re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n{text}{END}", page.read_text(), flags=re.S)
        page.write_text(written)


if __name__ == "__main__":
    main()
