#!/usr/bin/env python3
"""Measures the host, the floor and other chat servers side by side, and prints one table with ratios.

    python3 bench/run.py --build build                 the whole (some minutes)
    python3 bench/run.py --build build --write FILE    and put it into FILE between its markers
    python3 bench/run.py --build build --smoke         tiny, for CI: no thresholds on time, but no delivery may be lost
"""
import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen")


class Bench:
    def __init__(self, args, folder):
        self.args = args
        self.folder = pathlib.Path(folder)
        self.build = pathlib.Path(args.build).resolve()
        self.fanout = self.build / "bench" / "bench_fanout"
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", self.key, "-out", self.cert],
                       check=True, capture_output=True)
        os.chmod(self.key, 0o600)

    # ---- servers: each gives (command, port, protocol) ----

    def host(self, tls=False, more=()):
        port = free_port()
        mode = ["--tls", "--cert", str(self.cert), "--key", str(self.key)] if tls else ["--plain"]
        return [str(self.build / "host"), "--bind", "127.0.0.1", "--port", str(port), "--quiet", "--rate", "off",
                "--log-level", "off", *mode, *more], port, "clint"

    def floor(self, tls=False):
        port = free_port()
        return [str(self.build / "bench" / "bench_floor"), str(port), *([self.cert, self.key] if tls else [])], port, "echo"

    def nats(self, tls=False):
        port = free_port()
        return ["nats-server", "-a", "127.0.0.1", "-p", str(port)], port, "nats"

    def ngircd(self, tls=False):
        port = free_port()
        own = free_port() if tls else port
        config = self.folder / f"ngircd{port}.conf"
        ssl = f"[SSL]\nCertFile = {self.cert}\nKeyFile = {self.key}\nPorts = {port}\n" if tls else ""
        config.write_text("[Global]\nName = irc.bench.test\nInfo = bench\nListen = 127.0.0.1\n"
                          f"Ports = {own}\nMotdPhrase = bench\n[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\n"
                          "MaxPenaltyTime = 0\nMaxJoins = 0\n[Options]\nPAM = no\nDNS = no\nIdent = no\n" + ssl)
        return ["ngircd", "-n", "-f", str(config)], port, "irc"

    def mosquitto(self, tls=False):
        port = free_port()
        config = self.folder / f"mosquitto{port}.conf"
        ssl = f"certfile {self.cert}\nkeyfile {self.key}\n" if tls else ""
        config.write_text(f"listener {port} 127.0.0.1\n{ssl}allow_anonymous true\nmax_queued_messages 0\n"
                          "set_tcp_nodelay true\nlog_type none\npersistence false\nuser root\n")
        return ["mosquitto", "-c", str(config)], port, "mqtt"

    def ncat(self, tls=False):
        port = free_port()
        return ["ncat", "--chat", "-m", "2000", "-l", "127.0.0.1", str(port)], port, "line"

    @contextlib.contextmanager
    def running(self, command):
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def measure(self, server, tls=False, **options):
        """One server, one run of the load generator; its figures, or None with a line on stderr."""
        command, port, protocol = server
        if not shutil.which(str(command[0])):
            print(f"skipped: {command[0]} is not installed", file=sys.stderr)
            return None
        flags = [word for key, value in options.items() for word in (f"--{key}", str(value))]
        with self.running(command) as process:
            wait_for_port(port, process)
            run = subprocess.run([str(self.fanout), protocol, str(port), str(process.pid), *(["--tls"] if tls else []), *flags],
                                 capture_output=True, text=True, timeout=400)
        if run.returncode != 0:
            print(f"failed: {pathlib.Path(str(command[0])).name} {'tls ' if tls else ''}{flags}: "
                  f"{run.stderr.strip() or run.stdout.strip()}", file=sys.stderr)
            if protocol == "clint":
                raise SystemExit(1)
            return None
        return json.loads(run.stdout)


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else "-"


def table(rows, columns):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def figures(name, f, floor):
    if f is None:
        return None
    per = lambda key: ratio(f.get(key), floor.get(key))
    return [name, f"{f['logins_per_s']:,.0f}", f"{f['memory_kib']:.1f}", f"{f['p50_ms']:.2f} ({per('p50_ms')})",
            f"{f['p99_ms']:.2f} ({per('p99_ms')})", f"{f['cpu_us']:.2f} ({per('cpu_us')})",
            f"{f['deliveries_per_s'] / 1e6:.2f} M ({per('deliveries_per_s')})"]


COLUMNS = ["server", "log-ins/s", "KiB/client", "p50 ms", "p99 ms", "CPU us/delivery", "deliveries/s"]


def verdict(reached):
    return "reached" if reached else "missed"


def best_of(bench, count, make, **options):
    """The run with the median CPU figure: one run on a shared machine says little."""
    runs = [r for r in (bench.measure(make(), **options) for _ in range(count)) if r]
    return sorted(runs, key=lambda r: r.get("cpu_us", 0))[len(runs) // 2] if runs else None


def whole(bench, args):
    n, secs = args.clients, args.secs
    text = []
    plain_peers = {"nats-server": bench.nats, "ngircd": bench.ngircd, "mosquitto": bench.mosquitto}
    usual = dict(clients=n, secs=secs, messages=args.messages)
    slow = dict(usual, messages=max(20, args.messages // 20))
    floor = best_of(bench, args.repeat, bench.floor, **usual)
    clint = best_of(bench, args.repeat, bench.host, **usual)
    peers = {name: bench.measure(make(), **(slow if name == "mosquitto" else usual)) for name, make in plain_peers.items()}
    few = dict(usual, clients=min(n, 500))
    peers["ncat --chat (500)"] = bench.measure(bench.ncat(), **few)
    rows = [figures("floor", floor, floor), figures("**clint**", clint, floor)]
    rows += [figures(name, f, floor) for name, f in peers.items() if f]
    text += [f"Plain TCP, {n:,} readers, 100-byte messages; latency and CPU at 20 messages/s; in brackets the ratio to the floor.",
             "", table(rows, COLUMNS), ""]

    tls_floor = best_of(bench, args.repeat, lambda: bench.floor(True), tls=True, **usual)
    tls_clint = best_of(bench, args.repeat, lambda: bench.host(True), tls=True, **usual)
    tls_peers = {"ngircd": bench.measure(bench.ngircd(True), tls=True, **slow),
                 "mosquitto": bench.measure(bench.mosquitto(True), tls=True, **slow)}
    rows = [figures("floor", tls_floor, tls_floor), figures("**clint**", tls_clint, tls_floor)]
    rows += [figures(name, f, tls_floor) for name, f in tls_peers.items() if f]
    text += ["The same over TLS 1.3.", "", table(rows, COLUMNS), ""]

    large = dict(clients=min(n, 500), size=4000, secs=max(secs, 8), messages=0)
    without = bench.measure(bench.host(), **large)
    with_100 = bench.measure(bench.host(), stalled=min(100, n), **large)
    many = bench.measure(bench.host(), clients=args.many, secs=secs, messages=max(20, args.messages // 50))

    tls_peer = max((f["deliveries_per_s"] for f in tls_peers.values() if f), default=None)
    goals = []

    def goal(what, wanted, value, reached):
        goals.append([what, wanted, value, verdict(reached)])

    cpu = clint["cpu_us"] / floor["cpu_us"]
    goal("CPU per delivery, plain", "<= 1.25 x floor", f"{cpu:.2f} x", cpu <= 1.25)
    p50, p99 = clint["p50_ms"] / floor["p50_ms"], clint["p99_ms"] / floor["p99_ms"]
    goal("p50 latency", "<= 1.0 x floor", f"{p50:.2f} x", p50 <= 1.0)
    goal("p99 latency", "<= 1.3 x floor", f"{p99:.2f} x", p99 <= 1.3)
    full = clint["deliveries_per_s"] / floor["deliveries_per_s"]
    goal("deliveries/s, plain", ">= 0.8 x floor", f"{full:.2f} x", full >= 0.8)
    if peers.get("nats-server"):
        nats = clint["deliveries_per_s"] / peers["nats-server"]["deliveries_per_s"]
        goal("deliveries/s, plain", ">= 6 x nats-server", f"{nats:.1f} x", nats >= 6)
    if tls_peer:
        tls = tls_clint["deliveries_per_s"] / tls_peer
        goal("deliveries/s, TLS", ">= 10 x the best TLS peer", f"{tls:.1f} x", tls >= 10)
    goal("memory per client, plain", "<= 16 KiB", f"{clint['memory_kib']:.1f} KiB", clint["memory_kib"] <= 16)
    goal("memory per client, TLS", "<= 24 KiB", f"{tls_clint['memory_kib']:.1f} KiB", tls_clint["memory_kib"] <= 24)
    logins = max((f["logins_per_s"] for name, f in peers.items() if f and name in plain_peers), default=None)
    if logins:
        faster = clint["logins_per_s"] / logins
        goal("log-ins/s, plain", ">= 3 x the best peer", f"{faster:.1f} x", faster >= 3)
    stalled = with_100["p99_ms"] / without["p99_ms"]
    goal("100 stalled readers: others' p99", "<= 1.2 x of none", f"{stalled:.2f} x", stalled <= 1.2)
    goal(f"{args.many:,} clients on one host", "every message delivered",
         f"{many['latency_lost'] + many['saturation_lost']} lost, {many['memory_kib']:.1f} KiB each, p99 {many['p99_ms']:.0f} ms",
         many["latency_lost"] + many["saturation_lost"] == 0)
    text += ["Goals (DESIGN section 9) of this run.", "", table(goals, ["measure", "goal", "this run", ""]), ""]
    return "\n".join(text)


def smoke(bench):
    small = dict(clients=50, secs=1, messages=200)
    for tls in (False, True):
        for name, make in (("floor", bench.floor), ("clint", bench.host)):
            f = bench.measure(make(tls), tls=tls, **small)
            if f is None:
                raise SystemExit(1)
            print(f"{name} {'tls' if tls else 'plain'}: {json.dumps(f)}")
    f = bench.measure(bench.host(), stalled=5, **small)
    print(f"clint with 5 stalled readers: {json.dumps(f)}")


def main():
    parser = argparse.ArgumentParser(description="Measures the host, the floor and other chat servers side by side.")
    parser.add_argument("--build", default="build", help="folder with the programs")
    parser.add_argument("--smoke", action="store_true", help="tiny, for CI")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10000, help="clients of the largest run")
    parser.add_argument("--secs", type=float, default=5)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--repeat", type=int, default=3, help="runs of floor and clint, of which the median is shown")
    parser.add_argument("--write", help="put the tables into this file, between its markers")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args, folder)
        if args.smoke:
            smoke(bench)
            return
        text = whole(bench, args)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, {datetime.date.today()}"
    text = f"Measured on {machine}.\n\n{text}"
    print(text)
    if args.write:
        path = pathlib.Path(args.write)
        page = path.read_text()
        page = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: f"{BEGIN}\n{text}{END}", page, flags=re.S)
        path.write_text(page)


if __name__ == "__main__":
    main()
