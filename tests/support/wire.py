"""The protocol (docs/PROTOCOL.md) in Python: packets, and a raw client that may misbehave."""

import itertools
import os
import select
import socket
import ssl
import struct
import time
from types import SimpleNamespace

import chat
import pake

GREET, HELLO, JOIN, WELCOME, SAY, POST, GAP, PING, PONG, GOODBYE, SHARE, PROOF, CONFIRM = range(1, 14)
NOT_STORED, HISTORY, PAST = range(0x80, 0x83)
MESSAGE, JOINED, LEFT, CROWD, NOTICE = range(1, 6)  # kinds of post
ACTION, SEALED, TOPIC, RENAME = range(6, 10)
REQUEST, ANSWER, LETTER, REFUSED, ACCOUNT, NAME_WANTED = range(0x10, 0x16)
SECURE = 2  # hello's mode
GOODBYES = ("", "left", "host_stopping", "connection_lost", "silent", "stalled", "idle", "replaced", "malformed",
            "too_large", "unknown_type", "out_of_state", "bad_text", "bad_name", "version", "log_in_deadline",
            "frame_deadline", "tls_failed", "full", "busy", "too_many", "not_clint", "needs_tls",
            "wrong_password", "guesses", "kicked", "banned", "closed", "account")

_addresses = itertools.count(1)


def fresh_address():
    """A loopback address that no other client of this script had: penalties go by address."""
    if not chat.LINUX:
        return "127.0.0.1"
    n = next(_addresses)
    return f"127.{100 + n // 62500}.{n // 250 % 250}.{n % 250 + 1}"


# ---- Packets -------------------------------------------------------------------------------------------------------


def frame(kind, body=b""):
    return struct.pack(">IB", len(body) + 1, kind) + body


def field(value):
    octets = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(octets)) + octets


def greet(version=1, capabilities=0, magic=b"clint"):
    return frame(GREET, magic + struct.pack(">HI", version, capabilities))


def hello(mode=0, host_id=b"h" * 16, version=1, capabilities=0):
    return frame(HELLO, struct.pack(">HIB", version, capabilities, mode) + host_id + struct.pack(">II", 65536, 16384))


def hello_secure(n=1 << 15, r=8, p=1, salt=b"s" * 16, verifier_id=b"v" * 16):
    fixed = struct.pack(">HIB", 1, 0, SECURE) + b"h" * 16 + struct.pack(">II", 65536, 16384)
    return frame(HELLO, fixed + verifier_id + field(salt) + struct.pack(">III", n, r, p))


def join(name="", key=None, backlog=0, cursors=()):
    body = (key or os.urandom(16)) + field(name) + struct.pack(">IH", backlog, len(cursors))
    return frame(JOIN, body + b"".join(field(room) + struct.pack(">Q", after) for room, after in cursors))


def welcome(name="alice", session=1, last_message=0, members=1, motd=""):
    return frame(WELCOME, field(name) + struct.pack(">QQI", session, last_message, members) + field(motd))


def say(message, body, room="lobby", kind=MESSAGE):
    return frame(SAY, field(room) + struct.pack(">QB", message, kind) + field(body))


def number(value):
    """A number as an argument of a request."""
    return struct.pack(">Q", value)


def request(ident, verb, *args):
    return frame(REQUEST, struct.pack(">IBB", ident, verb, len(args)) + b"".join(field(arg) for arg in args))


def answer(ident, result=0, text="", rows=()):
    body = struct.pack(">IB", ident, result) + field(text) + struct.pack(">IH", 0, len(rows))
    return frame(ANSWER, body + b"".join(bytes([len(row)]) + b"".join(map(field, row)) for row in rows))


def post(seq, body, sender="bob", session=2, message=0, kind=MESSAGE, room="lobby", time_ms=0):
    return frame(POST, field(room) + struct.pack(">Q", seq) + field(sender) +
                 struct.pack(">QQQB", session, message, time_ms, kind) + field(body))


def history(before=0, count=50, since_ms=0, room="lobby"):
    return frame(HISTORY, field(room) + struct.pack(">QQI", before, since_ms, count))


def ping(token=1, kind=PING):
    return frame(kind, struct.pack(">Q", token))


def goodbye(why=1, text=""):
    return frame(GOODBYE, struct.pack(">B", why) + field(text))


class _Reader:
    def __init__(self, data):
        self.data = data

    def take(self, form):
        values = struct.unpack_from(form, self.data)
        self.data = self.data[struct.calcsize(form):]
        return values[0] if len(values) == 1 else values

    def field(self):
        size = self.take(">I")
        chat.check(size <= len(self.data), "a packet of the host is cut short")
        value, self.data = self.data[:size], self.data[size:]
        return value


def decode(kind, body):
    """A packet, as a namespace. Text fields are str, a message's or a post's body stays bytes."""
    r = _Reader(body)
    packet = SimpleNamespace(type=kind)
    if kind == HELLO:
        packet.version, packet.capabilities, packet.mode = r.take(">HIB")
        packet.host_id = r.take("16s")
        packet.frame_bytes, packet.message_bytes = r.take(">II")
        if packet.mode == SECURE:
            packet.verifier_id, packet.salt = r.take("16s"), r.field()
            packet.n, packet.r, packet.p = r.take(">III")
    elif kind == WELCOME:
        packet.name = r.field().decode()
        packet.session, packet.last_message, packet.members = r.take(">QQI")
        packet.motd = r.field().decode()
    elif kind == NOT_STORED:
        packet.message, packet.text = r.take(">Q"), r.field().decode()
    elif kind == ANSWER:
        packet.id, packet.result = r.take(">IB")
        packet.text = r.field().decode()
        packet.left_out, rows = r.take(">IH")
        packet.rows = [[r.field() for _ in range(r.take(">B"))] for _ in range(rows)]
    elif kind == REFUSED:
        packet.message, packet.text = r.take(">Q"), r.field().decode()
    elif kind == ACCOUNT:
        packet.name, packet.verifier_id, packet.salt = r.field().decode(), r.take("16s"), r.field()
        packet.n, packet.r, packet.p = r.take(">III")
    elif kind == NAME_WANTED:
        packet.name = r.field().decode()
    elif kind == LETTER:
        packet.sender = r.field().decode()
        packet.session, packet.message, packet.time_ms = r.take(">QQQ")
        packet.key, packet.body = r.field(), r.field()
    elif kind == REQUEST:
        packet.id, packet.verb, args = r.take(">IBB")
        packet.args = [r.field() for _ in range(args)]
    elif kind == HISTORY:
        packet.room = r.field().decode()
        packet.before, packet.since_ms, packet.count = r.take(">QQI")
    elif kind == SAY:
        packet.room = r.field().decode()
        packet.message, packet.kind = r.take(">QB")
        packet.body = r.field()
    elif kind == PAST:
        packet.room = r.field().decode()
        packet.posts = [decode(POST, r.field()) for _ in range(r.take(">H"))]
    elif kind == POST:
        packet.room, packet.seq, packet.sender = r.field().decode(), r.take(">Q"), r.field().decode()
        packet.session, packet.message, packet.time_ms, packet.kind = r.take(">QQQB")
        packet.body = r.field()
        packet.text = packet.body.decode() if packet.kind in (MESSAGE, NOTICE, ACTION, RENAME) else ""
        told = packet.kind in (JOINED, LEFT, CROWD)
        packet.members = struct.unpack_from(">I", packet.body)[0] if told else 0
        if packet.kind == LEFT:
            packet.why = GOODBYES[packet.body[4]]
    elif kind == GAP:
        packet.room = r.field().decode()
        packet.first, packet.last = r.take(">QQ")
    elif kind == PROOF:
        packet.point, packet.confirm = r.take("65s"), r.take("32s")
    elif kind in (PING, PONG):
        packet.token = r.take(">Q")
    elif kind == GOODBYE:
        packet.why = GOODBYES[r.take(">B")]
        packet.text = r.field().decode()
    else:
        raise chat.Failed(f"the host sent a packet of type {kind:#x}")
    chat.check(not r.data, f"a packet of type {kind:#x} has {len(r.data)} bytes too many")
    return packet


def take_frames(buffer):
    """Takes the whole frames from the front of a bytearray, and gives the octets of each."""
    while len(buffer) >= 4 and len(buffer) >= (size := 4 + struct.unpack_from(">I", buffer)[0]):
        octets = bytes(buffer[:size])
        del buffer[:size]
        yield octets


def packets_from(connection):
    """What a client sends, until the connection ends."""
    buffer = bytearray()
    while data := connection.recv(65536):
        buffer += data
        for octets in take_frames(buffer):
            yield decode(octets[4], octets[5:])


# ---- A client ------------------------------------------------------------------------------------------------------


def tls_context(alpn="clint/1", version=None):
    """The client's side of TLS without any trust in the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


def client_hello(**options):
    """The first flight of a TLS client, in octets."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = tls_context(**options).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class RawClient:
    """A client on a bare socket. It answers pings while it reads; everything else is said by the test."""

    def __init__(self, host, source=None, tls=None, receive_buffer=None, context=None):
        port, tls = (host.port, host.tls if tls is None else tls) if isinstance(host, chat.Host) else (host, bool(tls))
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.source = source or fresh_address()
        self.socket.bind((self.source, 0))
        self.socket.settimeout(chat.PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = (context or tls_context()).wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.key = os.urandom(16)
        self.hello_frame = b""  # as it came
        self.last_size = 0  # of the packet that was read last, in octets
        self.name = ""
        self.session = self.messages = self.last_seq = self.requests = 0
        self.farewell = None
        self._buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, *packets):
        self.socket.sendall(b"".join(packets))

    def read(self, timeout=None):
        """The next packet but pings, or None at the end of the connection. TimeoutError when none came."""
        until = time.monotonic() + (chat.PATIENCE if timeout is None else timeout)
        while True:
            packet = self._whole_packet()
            if packet and packet.type == PING:
                try:
                    self.send(ping(packet.token, PONG))
                except OSError:
                    pass
            elif packet:
                if packet.type == POST:
                    self.last_seq = packet.seq
                if packet.type == GOODBYE:
                    self.farewell = packet
                return packet
            else:
                left = until - time.monotonic()
                if left <= 0:
                    raise TimeoutError("nothing came from the host")
                self.socket.settimeout(left)
                try:
                    data = self.socket.recv(262144)
                except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                    return None
                if not data:
                    return None
                self._buffer += data

    def _whole_packet(self):
        if len(self._buffer) < 5:
            return None
        size, kind = struct.unpack_from(">IB", self._buffer)
        chat.check(0 < size <= 65536, f"the host declared a frame of {size} bytes")
        if len(self._buffer) < 4 + size:
            return None
        octets = bytes(self._buffer[:4 + size])
        del self._buffer[:4 + size]
        self.last_size = len(octets)
        if kind == HELLO:
            self.hello_frame = octets
        return decode(kind, octets[5:])

    def log_in(self, name="", backlog=0, key=None, cursors=()):
        """Greets and joins; returns the welcome. Fails when the host says goodbye instead."""
        self.key = key or self.key
        self.send(greet(), join(name, self.key, backlog, cursors))
        self.hello = self.expect(HELLO)
        packet = self.expect(WELCOME)
        self.name, self.session, self.messages = packet.name, packet.session, packet.last_message
        return packet

    def guess(self, name="mallory", share=None, timeout=None):
        """One attempt to log in to a host with a password, without knowing it: the proof, or the goodbye."""
        self.send(greet(), join(name, self.key))
        self.hello = self.expect(HELLO)
        self.send(frame(SHARE, share or pake.octets(pake.G)))
        return self.read(timeout)

    def expect(self, kind, timeout=None):
        packet = self.read(timeout)
        chat.check(packet is not None, f"the host closed the connection instead of sending {kind:#x}")
        chat.check(packet.type == kind, f"the host sent {packet} instead of a packet of type {kind:#x}")
        return packet

    def say(self, text, room="lobby", kind=MESSAGE):
        self.messages += 1
        self.send(say(self.messages, text, room, kind))
        return self.messages

    def ask(self, verb, *args, timeout=None):
        """Sends a request and gives its answer; posts that come before it are lost."""
        self.requests += 1
        self.send(request(self.requests, verb, *args))
        while packet := self.read(timeout):
            if packet.type == ANSWER and packet.id == self.requests:
                return packet
        raise chat.Failed("the host closed the connection instead of answering")

    def enter(self, room, after=0, backlog=0):
        return self.ask(1, room, number(after), number(backlog))

    def catch_up(self):
        """Reads what has come by now, which is lost, and answers pings: who stays and never does is shown out."""
        try:
            while self.read(0.001):
                pass
        except TimeoutError:
            pass

    def wait_end_or_welcome(self):
        """After a greeting and a join: True with a welcome, False when the host closed instead."""
        while packet := self.read():
            if packet.type == WELCOME:
                self.name = packet.name
                return True
        return False

    def wait_post(self, wanted, timeout=None):
        """The first post whose text is `wanted`, or for which wanted(post) holds."""
        until = time.monotonic() + (chat.PATIENCE if timeout is None else timeout)
        while True:
            packet = self.read(max(until - time.monotonic(), 0))
            chat.check(packet is not None, f"the connection ended before {wanted!r} came")
            if packet.type == POST and (wanted(packet) if callable(wanted) else packet.text == wanted):
                return packet

    def wait_end(self, timeout=None):
        """Reads until the host closes; returns the name of its goodbye, or '' when it gave none."""
        until = time.monotonic() + (chat.PATIENCE if timeout is None else timeout)
        try:
            while self.read(max(until - time.monotonic(), 0)) is not None:
                pass
        except TimeoutError:
            raise chat.Failed("the host did not close the connection in time") from None
        return self.farewell.why if self.farewell else ""


def wait_readable(sockets, timeout):
    """Those of the sockets that have bytes or an end to read; poll, since there may be more than 1,024."""
    poll = select.poll()
    by_descriptor = {}
    for one in sockets:
        by_descriptor[one.fileno()] = one
        poll.register(one, select.POLLIN)
    return [by_descriptor[descriptor] for descriptor, _ in poll.poll(max(timeout, 0) * 1000)]
