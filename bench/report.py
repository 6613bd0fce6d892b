"""Turns the figures of one run into text: the machine, the table with ratios, the goals."""

import datetime
import os
import pathlib
import platform
import re
import statistics

# column, figure, how it is written; the bracket is clint's figure divided by this server's, see ratio()
COLUMNS = [
    ("log-ins/s", "logins_per_s", lambda v: f"{v:,.0f}"),
    ("KiB/client", "memory_kib", lambda v: f"{v:.1f}"),
    ("p50 ms", "p50_ms", lambda v: f"{v:.2f}"),
    ("p99 ms", "p99_ms", lambda v: f"{v:.2f}"),
    ("p99.9 ms", "p999_ms", lambda v: f"{v:.2f}"),
    ("CPU us/delivery", "cpu_us", lambda v: f"{v:.2f}"),
    ("deliveries/s at saturation", "deliveries_per_s", lambda v: f"{v / 1e6:.2f} M"),
    ("CPU us there", "saturation_cpu_us", lambda v: f"{v:.3f}"),
]
PEERS = ["nats-server", "ngircd", "mosquitto"]


def machine(build):
    model = "processor unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M)
    return (f"{os.cpu_count()} cores ({model}), {platform.system()} {platform.release()}, "
            f"{kind[1] if kind and kind[1] else 'no build type'}, {datetime.date.today()}")


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ratio(figures, ours, theirs, key):
    """Of two servers' figures: the median of the rounds' ratios, since the machine changes between rounds by more than
    most servers differ. None: there is no round with both."""
    rounds = zip(*(figures.get(server, {}).get("rounds", []) for server in (ours, theirs)))
    of = [a[key] / b[key] for a, b in rounds if a and b and a[key] > 0 and b[key] > 0]
    return statistics.median(of) if of else None


def side_by_side(figures, readers):
    rows = []
    for tls in (False, True):
        for (name, of_tls), f in [(k, v) for k, v in figures.items() if isinstance(k, tuple)]:
            if of_tls != tls:
                continue
            few = f" ({f['clients']:,.0f} readers)" if f["clients"] != readers else ""
            row = ["TLS" if tls else "plain", f"**{name}**" if name.startswith("clint") else name + few]
            for _, key, write in COLUMNS:
                if name == "floor" and key == "memory_kib":  # it keeps next to nothing: no comparison
                    row.append("-")
                else:
                    beside = None if name.startswith("clint") or few else ratio(figures, ("clint", tls), (name, tls), key)
                    row.append(write(f[key]) + (f" ({beside:.2f})" if beside else ""))
            rows.append(row)
    return table(["", "server", *(c for c, _, _ in COLUMNS)], rows) if rows else ""


def many_rooms(figures):
    """What each server reaches in rooms of ten, and beside its own one room."""
    rows, apart = [], figures.get("rooms apart", {})
    ours, ours_apart = figures["rooms"].get("clint", {}).get("deliveries_per_s"), apart.get("clint", {}).get("rooms")

    def beside(name, rate, clints):
        if not rate:
            return "-"
        return f"{rate / 1e6:.2f} M" + (f" ({clints / rate:.2f})" if clints and name != "clint" else "")

    for name, f in figures["rooms"].items():
        here, one = f["deliveries_per_s"], figures.get((name, False), {}).get("deliveries_per_s")
        there = apart.get(name, {})
        rows.append([f"**{name}**" if name == "clint" else name, beside(name, here, ours), f"{here / one:.2f} x" if one else "-",
                     f"{f['saturation_cpu_us']:.3f}", beside(name, there.get("rooms"), ours_apart),
                     f"{there['rooms'] / there['one']:.2f} x" if there else "-"])
    return table(["server", "deliveries/s at saturation", "of its one room", "CPU us there", "with a core of its own",
                  "of its one room so"], rows)


class Goals:
    """The goals of docs/PERFORMANCE.md, as far as this run has the figures for them."""

    def __init__(self, figures):
        self.figures = figures
        self.rows = []

    def of(self, server, tls, key):
        return self.figures.get((server, tls), {}).get(key)

    def beside_the_best(self, what, wanted, tls, key, names, limit):
        """The best peer is the one beside which we look worst."""
        ratios = (ratio(self.figures, ("clint", tls), (name, tls), key) for name in names)
        self.add(what, wanted, min((r for r in ratios if r), default=None), limit, False, "x")

    def add(self, what, wanted, value, limit, at_most, unit):
        if value is None:
            self.rows.append([what, wanted, "not measured", ""])
        else:
            reached = value <= limit if at_most else value >= limit
            self.rows.append([what, wanted, f"{value:.2f} {unit}", "reached" if reached else "**missed**"])

    def ratio(self, what, wanted, a, b, limit, at_most=False):
        self.add(what, wanted, a / b if a and b else None, limit, at_most, "x")

    def beside(self, what, wanted, ours, theirs, key, limit, at_most=False):
        self.add(what, wanted, ratio(self.figures, ours, theirs, key), limit, at_most, "x")

    def all(self):
        plain, tls, f = False, True, self.figures
        ours = ("clint", plain)
        for what, key, limit in (("CPU per delivery", "cpu_us", 1.25), ("p50 latency", "p50_ms", 1.0),
                                 ("p99 latency", "p99_ms", 1.3)):
            self.beside(f"{what}, plain", f"<= {limit} x floor", ours, ("floor", plain), key, limit, at_most=True)
        rate = "deliveries_per_s"
        self.beside("deliveries/s, plain", ">= 0.8 x floor", ours, ("floor", plain), rate, 0.8)
        self.beside("deliveries/s, plain", ">= 6 x nats-server", ours, ("nats-server", plain), rate, 6)
        self.beside_the_best("deliveries/s, TLS", ">= 10 x the better of ngircd and mosquitto", tls, rate,
                             ["ngircd", "mosquitto"], 10)
        self.add("memory per client, plain", "<= 16 KiB", self.of("clint", plain, "memory_kib"), 16, True, "KiB")
        self.add("memory per client, TLS", "<= 24 KiB", self.of("clint", tls, "memory_kib"), 24, True, "KiB")
        self.beside_the_best("log-ins/s, plain", ">= 3 x the best peer", plain, "logins_per_s", PEERS, 3)
        self.ratio("log-ins/s, TLS", ">= 0.5 x bare handshakes with the same host", self.of("clint", tls, "logins_per_s"),
                   f.get("handshakes", {}).get("handshakes_per_s"), 0.5)
        secure = "clint --secure"
        self.ratio("log-ins/s with a password", ">= 0.5 x bare handshakes", self.of(secure, tls, "logins_per_s"),
                   f.get("handshakes", {}).get("handshakes_per_s"), 0.5)
        for server, how in ((secure, "with a password"), (f"{secure}, sealed", "with a password, each as long as when sealed")):
            self.beside(f"deliveries/s {how}", ">= 0.95 x TLS without", (server, tls), ("clint", tls), rate, 0.95)
            self.beside(f"CPU per delivery {how}", "<= 1.05 x TLS without", (server, tls), ("clint", tls), "cpu_us", 1.05,
                        at_most=True)
        self.add("short messages that a member opens on one core", ">= 200,000 a second",
                 f.get("sealing", {}).get("opens_per_s", 0) / 1000 or None, 200, False, "thousand a second")
        for key in [k for k in f if isinstance(k, str) and re.fullmatch(r"stalled [1-9]\d*", k)]:
            n = int(key.split()[1])
            self.beside(f"{n} stalled reader{'s' * (n > 1)}: others' p99", "<= 1.2 x of none", key, "stalled 0", "p99_ms", 1.2,
                        at_most=True)
        if "idle" in f:
            idle = f["idle"]
            added = (idle["idle_cpu_percent"] - idle["silent_cpu_percent"]) / idle["idle_clients"] * 1000
            self.add(f"CPU that {idle['idle_clients']:,} idle clients add", "flat: <= 1 % of a core per 1,000", added, 1,
                     True, "%")
        if "many" in f:
            many = f["many"]  # a lost delivery has ended the run before
            self.rows.append([f"{many['clients']:,} clients on one host", "every message delivered",
                              f"all {many['latency_deliveries'] + many['saturation_deliveries']:,} deliveries; "
                              f"{many['memory_kib']:.1f} KiB each, p99 {many['p99_ms']:.0f} ms at 5 msg/s", "reached"])
        data = "clint --data"
        self.beside("deliveries/s with --data", ">= 0.7 x without", (data, plain), ours, rate, 0.7)
        if self.of(data, plain, "p50_ms") and self.of("clint", plain, "p50_ms"):
            self.add("latency that --data adds, p50", "<= 5 ms and one fsync",
                     self.of(data, plain, "p50_ms") - self.of("clint", plain, "p50_ms"), 5 + f.get("history", {}).get("fsync_ms", 0),
                     True, "ms")
        if "history" in f:
            past = f["history"]
            self.add(f"joining a room with {past['posts']:,} posts, its last 50", "<= 50 ms", past["join_ms"], 50, True, "ms")
            self.add("memory that they take", "none: <= 16 MiB", past["memory_mib"], 16, True, "MiB")
        rooms = f.get("rooms", {}).get("clint", {})
        self.ratio(f"deliveries/s, {rooms.get('clients', 10_000) // 10:,} rooms of 10", ">= 0.5 x one room",
                   rooms.get(rate), self.of("clint", plain, rate), 0.5)
        if "terminal" in f:
            seen = f["terminal"]
            self.add("clint on a terminal: start to prompt", "<= 50 ms", seen["start_ms"], 50, True, "ms")
            self.add(f"clint on a terminal: {seen['lines']:,} lines of backlog", "<= 1,000 ms", seen["backlog_ms"], 1000, True, "ms")
            self.add("clint on a terminal: CPU while nothing happens", "<= 0.1 %", seen["idle_cpu_percent"], 0.1, True, "%")
        return table(["measure", "goal", "this run", ""], self.rows)


def text(figures, size, build):
    parts = [f"Measured on {machine(build)}."]
    room = side_by_side(figures, size["clients"])
    if room:
        parts += [f"One room of {size['clients']:,} readers, 100 bytes of text; latency and CPU at 20 messages a second; medians of "
                  f"{size['rounds']}. In brackets: clint's figure divided by this server's, the median of the rounds' ratios.", room]
    if figures.get("rooms"):
        parts += [f"Rooms of ten, {size['many']:,} clients in all, plain; once.", many_rooms(figures)]
    parts += ["Goals:", Goals(figures).all()]
    return "\n\n".join(parts) + "\n"
