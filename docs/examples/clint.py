#!/usr/bin/env python3
"""A Clint client: python3 clint.py [--tls-insecure] HOST PORT NAME [TEXT...]

Says each TEXT, or each line of standard input, in the room entered last, shows what others say, waits until the host
has stored its own words and answered what it asked, and leaves. What begins with / is a command; //text says "/text":
/join ROOM, /leave, /topic TEXT, /me ACTION, /nick NAME, /rooms, /who [ROOM], /history [COUNT], /quit

It is docs/PROTOCOL.md in Python's standard library, which has no TLS exporter, no AES and no X25519: so it knows no
passwords (SPAKE2+), no sealed messages and no private ones (HPKE), and nobody checks for whom --tls-insecure encrypts;
without that, anyone on the network can read along. After a cut it does not connect again."""
import collections, os, select, socket, ssl, struct, sys, threading, time

GREET, HELLO, JOIN, WELCOME, SAY, POST, GAP, PING, PONG, GOODBYE = range(1, 11)
REQUEST, ANSWER, LETTER, REFUSED, ACCOUNT, NAME_WANTED = range(0x10, 0x16)
NOT_STORED, HISTORY, PAST = range(0x80, 0x83)
MESSAGE, JOINED, LEFT, CROWD, NOTICE, ACTION, SEALED, TOPIC, RENAME = range(1, 10)  # kinds of post
ENTER, LEAVE, ROOMS, WHO, NICK = 0x01, 0x02, 0x03, 0x20, 0x22  # verbs of a request
OK, PROOF_WANTED = 0, 6  # results of an answer
SHOWN = {MESSAGE: "{0}: {1}", JOINED: "* {0} joined", LEFT: "* {0} left", NOTICE: "* {1}", ACTION: "* {0} {1}",
         TOPIC: "* {0} set the topic: {1}", RENAME: "* {0} is now {1}"}
NO_PASSWORDS = "it has a password, for which this client is too simple: use clint"

def string(octets):
    return struct.pack(">I", len(octets)) + octets

def number(octets):
    return int.from_bytes(octets, "big")

def take(form, octets):
    """A body's fields, all of them: letters as in struct, s for a string or byte field, * for whatever is left."""
    fields, at = [], 0
    for letter in form:
        size = len(octets) - at if letter == "*" else struct.calcsize(">" + letter.replace("s", "I"))
        field, at = octets[at:at + size], at + size
        if letter == "s":
            field, at = octets[at:at + number(field)], at + number(field)
        fields.append(field if letter in "s*" else number(field))
    if at != len(octets):
        sys.exit("the host misbehaves: a packet is too short or too long")
    return fields

def shown(octets):
    """Whatever could act on a terminal or reorder text becomes visible."""
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):04x}}}" for c in octets.decode(errors="replace"))

def frames(sock):
    """Whole frames as (type, body), and (0, b"") ten times a second; ends when nothing was heard for 45 s."""
    buffer, heard = b"", time.monotonic()
    while time.monotonic() - heard < 45:
        if select.select([sock], [], [], 0.1)[0]:
            heard, data = time.monotonic(), sock.recv(65536)
            if not data:
                return
            buffer += data
        while len(buffer) >= 4:
            size = number(buffer[:4])
            if not 0 < size <= 65536:
                sys.exit("this is not Clint, or it speaks TLS only: try --tls-insecure")
            if len(buffer) < 4 + size:
                break
            yield buffer[4], buffer[5:4 + size]
            buffer = buffer[4 + size:]
        yield 0, b""

class Chat:
    def __init__(self, sock, secure, name, lines):
        self.sock, self.secure, self.name, self.lines = sock, secure, name, lines
        self.session, self.keeps, self.message_bytes = 0, False, 0  # what the host said
        self.room, self.first = b"lobby", {b"lobby": 0}  # where lines go; of each of our rooms the first seq shown
        self.said, self.waiting, self.again = 0, {}, None  # by id, what is not acknowledged; when to say it again
        self.asked, self.questions = 0, {}  # by id, (verb, room) of what is not answered; id 0: a page of history
        self.leaving = self.failed = False

    def run(self):
        self.send(GREET, b"clint" + struct.pack(">HI", 1, 0))
        for kind, body in frames(self.sock):
            self.hear(kind, body)
            if self.again and time.monotonic() > self.again:
                self.again = None
                for message in self.waiting.values():
                    self.send(SAY, message)
            while self.session and not self.leaving and self.lines and self.may_obey(self.lines[0]):
                self.obey(*self.lines.popleft().partition(" ")[::2])
        sys.exit(self.failed if self.leaving else "connection lost")

    def may_obey(self, line):
        """Nothing is said before the host has answered, and nothing is asked before it has stored what was said."""
        return not self.questions and len(self.waiting) < (16 if line.startswith("/say ") else 1)

    def obey(self, command, rest):
        room = rest.lstrip("#").encode() or self.room
        if command in ("/say", "/me", "/topic") and rest:
            self.say({"/say": MESSAGE, "/me": ACTION, "/topic": TOPIC}[command], rest.encode())
        elif command == "/join" and room in self.first:
            self.room = room
        elif command == "/join":
            self.ask(ENTER, room, struct.pack(">Q", 0), struct.pack(">Q", 10))  # no cursor; ten old posts
        elif command == "/leave":
            self.ask(LEAVE, self.room)
        elif command == "/nick" and rest:
            self.ask(NICK, rest.encode())
        elif command == "/rooms":
            self.ask(ROOMS)
        elif command == "/who":
            self.ask(WHO, room)
        elif command == "/history" and not self.keeps:
            self.complain("this host keeps nothing")
        elif command == "/history" and (rest or "50").isdecimal():
            self.questions[0] = None
            count = min(int(rest or "50"), 200)  # before the first one that was shown, however old
            self.send(HISTORY, string(self.room) + struct.pack(">QQI", self.first[self.room], 0, count))
        elif command == "/quit":
            self.leaving = True
            self.send(GOODBYE, b"\1" + string(b""))  # the host closes now
        else:
            self.complain("commands are " + __doc__.splitlines()[4])

    def send(self, kind, body):
        self.sock.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def say(self, kind, text):
        if len(text) > (1024 if kind == TOPIC else self.message_bytes):
            return self.complain("not said: it is too long")
        self.said += 1
        self.waiting[self.said] = string(self.room) + struct.pack(">QB", self.said, kind) + string(text)
        self.send(SAY, self.waiting[self.said])

    def ask(self, verb, *args):
        self.asked += 1
        self.questions[self.asked] = verb, args[:1]
        self.send(REQUEST, struct.pack(">IBB", self.asked, verb, len(args)) + b"".join(map(string, args)))

    def complain(self, text):
        self.failed = True
        print("! " + text, file=sys.stderr)

    def hear(self, kind, body):
        if kind == HELLO:
            version, capabilities, mode, rest = take("HIB*", body)
            if version != 1 or bool(mode) != self.secure:
                sys.exit("the host misbehaves: another version, or it does not know whether it encrypts")
            if mode == 2:
                sys.exit("this host: " + NO_PASSWORDS)
            self.keeps, self.message_bytes = capabilities & 1, take("QQII", rest)[3]  # QQ: the host's id
            self.send(JOIN, os.urandom(16) + string(self.name) + struct.pack(">IH", 10, 0))  # ten old posts, no cursors
        elif kind == ACCOUNT:
            sys.exit("this name: " + NO_PASSWORDS)
        elif kind == WELCOME:
            name, self.session, *_ = take("sQQIs", body)
            print("* you are " + shown(name))
        elif kind == POST:
            room, seq, _, session, message, _ = take("sQsQQ*", body)
            self.first[room] = self.first.get(room) or seq
            if message and session == self.session:  # it came back: the host has it, and all before it
                self.waiting = {each: say for each, say in self.waiting.items() if each > message}
            self.show(body)
        elif kind == GAP:
            room, first, last = take("sQQ", body)
            print(f"* posts {first} to {last} of #{shown(room)} are gone")
        elif kind == ANSWER:
            self.answered(*take("IBsIH*", body))
        elif kind == PAST:
            room, count, rest = take("sH*", body)
            self.questions.pop(0, None)
            print(f"* {count} earlier posts of #{shown(room)}")
            for i in range(count):
                post, rest = take("s*", rest)
                self.first[room] = self.first[room] if i else take("sQ*", post)[1]
                self.show(post)
        elif kind == REFUSED:
            message, text = take("Qs", body)
            self.waiting.pop(message, None)
            self.complain(shown(text))
        elif kind == NOT_STORED:
            self.again = time.monotonic() + 2
            print("* not stored yet, trying again: " + shown(take("Qs", body)[1]))
        elif kind == NAME_WANTED:
            self.lines.appendleft("/nick " + shown(take("s", body)[0]))
        elif kind == PING:
            self.send(PONG, body)
        elif kind == GOODBYE:
            sys.exit("the host says goodbye {} {}".format(body[0], shown(take("Bs", body)[1])))
        elif kind not in (0, PONG, LETTER) and kind < 0x80:  # a letter can be opened with X25519 only
            sys.exit(f"the host misbehaves: it sent the unknown type {kind}")

    def show(self, post):
        room, _, sender, _, _, _, kind, text = take("sQsQQQBs", post)
        lobby = room == b"lobby"
        if kind in SHOWN and (kind != RENAME or lobby):  # a rename is posted in all their rooms
            print(("" if lobby else f"[#{shown(room)}] ") + SHOWN[kind].format(shown(sender), shown(text)))

    def answered(self, question, result, text, left_out, count, rest):
        rows = []
        for _ in range(count):
            fields, rest = take("B*", rest)
            *row, rest = take("s" * fields + "*", rest)
            rows.append(row)
        verb, about = self.questions.pop(question, (None, ()))
        if verb == ENTER and result != OK:  # what comes next was meant for that room
            sys.exit("not in the room: " + (NO_PASSWORDS if result == PROOF_WANTED else shown(text)))
        elif result != OK:
            self.complain(shown(text))
        elif verb == ENTER:
            self.room, first, members, _ = rows[0]
            self.first[self.room] = number(first)
            print(f"* you are in #{shown(self.room)} ({number(members)} here)")
        elif verb == LEAVE:
            self.first.pop(self.room)
            self.room = b"lobby"
            print("* you left #" + shown(*about))
        elif verb == NICK:
            print("* you are " + shown(rows[0][0]))
        elif verb == WHO:
            print(f"* in #{shown(*about)}: " + ", ".join(shown(row[0]) for row in rows))
        for name, members, locked, topic in rows if verb == ROOMS else ():
            about = take("IBsQsQQQBs", topic)[-1] if topic and not number(locked) else b""  # as it was posted
            print(f"* #{shown(name)}: {number(members)} here  {shown(about)}".rstrip())
        if left_out:
            print(f"* and {left_out} more")

def read(texts, lines):
    for text in texts or sys.stdin:
        text = "".join(c for c in text if c.isprintable())
        if text.startswith("/") and not text.startswith("//"):
            lines.append(text)
        else:
            text = text[text.startswith("//"):]  # 4096 characters fit into a message, whatever they are
            lines.extend("/say " + text[at:at + 4096] for at in range(0, len(text), 4096))
    lines.append("/quit")

words = [word for word in sys.argv[1:] if word != "--tls-insecure"]
if len(words) < 3:
    sys.exit(__doc__)
connection = socket.create_connection((words[0], int(words[1])), 10)
tls = "--tls-insecure" in sys.argv
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["clint/1"])
    connection = context.wrap_socket(connection)
    if connection.selected_alpn_protocol() != "clint/1":
        sys.exit("this is not Clint")
said_lines = collections.deque()
sys.stdin.reconfigure(errors="replace")
sys.stdout.reconfigure(line_buffering=True)
chat = Chat(connection, tls, words[2].encode(), said_lines)
threading.Thread(target=read, args=(words[3:], said_lines), daemon=True).start()
chat.run()
