"""A host with a password that says and does whatever a test wants, to real clints that have logged in to it."""

import os
import queue
import struct

import chat
import pake
from chat import BUILD, Clint, Program, check, scratch
from listening import Listening
from wire import JOIN, POST, REQUEST, SAY, SEALED, answer, field, frame, number, take_frames, welcome


def _verifier_file(password):
    """What a host needs to admit by this password (docs/PROTOCOL.md, section 12), as cheap as a member may take it."""
    ident, salt, n, r, p = os.urandom(16).hex(), os.urandom(16), 1 << 15, 8, 1
    names = (f"{side}:{ident}".encode() for side in ("room", "host"))
    w0, w1, _ = pake.derive(password.encode(), salt, n, r, p, *names)
    values = {"id": ident, "n": n, "r": r, "p": p, "salt": salt.hex(), "w0": w0.to_bytes(32, "big").hex(),
              "l": pake.octets(pake.times(w1, pake.G)).hex()}
    path = scratch(f"verifier-{ident}")
    path.write_text("clint verifier 1\n" + "".join(f"{name} {value}\n" for name, value in values.items()), "utf-8")
    return path


class Door(Listening):
    """Lets members in (tests/support/door.cpp); each is a Member then, in the order in which they come."""

    def __init__(self, password):
        self.password = password
        self._members = queue.Queue()
        door = BUILD / "tests" / "clint_door"
        if not door.exists():
            raise chat.Skip("the door is not built here")
        super().__init__()
        self._program = Program([door, _verifier_file(password), self.port])  # which brings its members here
        self.port = int(self._program.out.wait_for(r"port (\d+)").group(1))

    def _take(self, connection):
        self._members.put(Member(connection))

    def let_in(self, name, session, *flags, **options):
        """A real clint, which has become a member of this name with this session."""
        env = {"CLINT_PASSWORD": self.password} | options.pop("env", {})
        clint = Clint(self.port, "--name", name, *flags, env=env, **options)
        member = self._members.get(timeout=chat.PATIENCE)
        check(member.wait_for(JOIN)[20:].startswith(name.encode()), f"{name} has come first")
        member.name, member.session = name, session
        member.send(welcome(name, session))
        return clint, member

    def close(self):
        super().close()
        self._program.close_input()
        self._program.expect_exit(0)


class Member:
    """What has come through the door, and the way back."""

    def __init__(self, connection):
        self._connection = connection
        self._connection.settimeout(chat.PATIENCE)
        self._buffer = bytearray()
        self.seq = {}
        self.name, self.session = "", 0

    def send(self, octets):
        self._connection.sendall(octets)

    def wait_for(self, kind):
        """The body of the next packet of this type; what comes before it is passed over."""
        while True:
            for octets in take_frames(self._buffer):
                if octets[4] == kind:
                    return octets[5:]
            data = self._connection.recv(65536)
            check(data, "the clint went away")
            self._buffer += data

    def said(self):
        """The next thing it says: room, message id, kind, body."""
        body = self.wait_for(SAY)
        size = struct.unpack_from(">I", body)[0]
        room, body = body[4:4 + size].decode(), body[4 + size:]
        message, kind = struct.unpack_from(">QB", body)
        return room, message, kind, body[13:]

    def enters(self, room):
        """Answers the request to enter that comes next."""
        body = self.wait_for(REQUEST)
        while body[4] != 1 or field(room) not in body:
            body = self.wait_for(REQUEST)
        self.send(answer(struct.unpack_from(">I", body)[0], rows=[[room, number(0), number(1), b""]]))

    def post(self, sender, session, message, body, *, room="lobby", kind=SEALED, time_ms):
        """A post, under the next number of its room."""
        self.seq[room] = self.seq.get(room, 0) + 1
        self.send(frame(POST, field(room) + struct.pack(">Q", self.seq[room]) + field(sender) +
                        struct.pack(">QQQB", session, message, time_ms, kind) + field(body)))
