"""The servers that are measured: how each is configured, started and ended."""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

LOOPBACK = "127.0.0.1"
LISTENING = re.compile(r"^Listening on \S+:(\d+)", re.M)
_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_us():
    """In the child: the kernel ends it, should this script die without doing so."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start_on(core):
    """For a child: what it does before it runs. core: the only one that it may use; None: all."""
    def prepare():
        _end_with_us()
        if core is not None:
            os.sched_setaffinity(0, {core})
    return prepare


def free_port():
    with socket.socket() as s:
        s.bind((LOOPBACK, 0))
        return s.getsockname()[1]


class Unusable(Exception):
    """This server cannot be measured here; the text says why."""


class Servers:
    """Starts one server at a time; what they need (configuration, certificate) goes into a temporary folder."""

    PROTOCOLS = {"floor": "echo", "clint": "clint", "clint --secure": "clint-secure",
                 "clint --data": "clint", "nats-server": "nats", "ngircd": "irc", "mosquitto": "mqtt",
                 "ncat --chat": "line"}
    PLAIN_ONLY = {"ncat --chat", "clint --data"}
    TLS_ONLY = {"clint --secure"}
    PEERS = ["nats-server", "ngircd", "mosquitto", "ncat --chat"]

    def __init__(self, build, folder):
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(folder)
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        # One certificate for all, so that all handshakes cost the same signature.
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", self.key, "-out", self.cert],
                       check=True, capture_output=True)
        os.chmod(self.key, 0o600)

    def config(self, text):
        path = self.folder / "server.conf"
        path.write_text(text)
        return str(path)

    def command(self, name, tls, port, rooms):
        """The command line. A port of None: the server chooses one and prints it. The floor has to know of its rooms."""
        cert, key = str(self.cert), str(self.key)
        if name.startswith("clint"):
            certificate = ["--cert", cert, "--key", key]
            mode = ["--tls", *certificate] if tls else ["--plain"]
            if name == "clint --secure":
                mode = ["--secure", "--kdf", "small", *certificate]
            if name == "clint --data":  # power: each commit is synced
                mode += ["--data", tempfile.mkdtemp(dir=self.folder)]
            return [str(self.build / "host"), "--bind", LOOPBACK, "--port", "auto", "--quiet", "--rate", "off",
                    "--log-level", "off", *mode]
        if name == "floor":
            return [str(self.build / "bench" / "bench_floor"), "0", str(rooms), *([cert, key] if tls else [])]
        if name == "nats-server":
            secure = f'tls {{ cert_file: "{cert}", key_file: "{key}", timeout: 30 }}\n' if tls else ""
            return ["nats-server", "-c", self.config(
                f'listen: "{LOOPBACK}:{port}"\nmax_connections: 65536\nping_interval: "1h"\n{secure}')]
        if name == "ngircd":
            ports = f"Ports = {port}\n"
            secure = f"[SSL]\nCertFile = {cert}\nKeyFile = {key}\n{ports}" if tls else ""
            return ["ngircd", "-n", "-f", self.config(
                f"[Global]\nName = irc.bench.test\nInfo = bench\nListen = {LOOPBACK}\nMotdPhrase = bench\n"
                f"{f'Ports = {free_port()}{chr(10)}' if tls else ports}"
                "[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\nMaxJoins = 0\n"
                f"PingTimeout = 3600\n[Options]\nPAM = no\nDNS = no\nIdent = no\n{secure}")]
        if name == "mosquitto":
            secure = f"certfile {cert}\nkeyfile {key}\n" if tls else ""
            return ["mosquitto", "-c", self.config(
                f"listener {port} {LOOPBACK}\n{secure}allow_anonymous true\nmax_queued_messages 0\n"
                "set_tcp_nodelay true\nlog_type none\npersistence false\nuser root\n")]
        return ["ncat", "--chat", "-m", "2000", "-l", LOOPBACK, str(port)]

    @contextlib.contextmanager
    def running(self, name, tls=False, rooms=1, core=None):
        """Gives (process, port) of a server that listens, on all cores or on this one; ends it by its process id."""
        port = None if name == "floor" or name.startswith("clint") else free_port()
        command = self.command(name, tls, port, rooms)
        if not shutil.which(command[0]):
            raise Unusable(f"{command[0]} is not installed")
        output = self.folder / "output.txt"
        with open(output, "w") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                       preexec_fn=start_on(core), env=os.environ | {"CLINT_PASSWORD": "bench"})
        try:
            yield process, self.listening(process, port, output)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def listening(process, port, output):
        until = time.monotonic() + 10
        while time.monotonic() < until and process.poll() is None:
            if port is None:
                printed = LISTENING.search(output.read_text())
                if printed:
                    return int(printed[1])
            else:
                with contextlib.suppress(OSError):
                    socket.create_connection((LOOPBACK, port), 0.2).close()
                    return port
            time.sleep(0.02)
        said = output.read_text().strip().splitlines()
        raise Unusable(f"does not listen: {said[-1] if said else 'it says nothing'}")
