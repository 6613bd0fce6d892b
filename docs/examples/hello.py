#!/usr/bin/env python3
"""A Clint client in sixty lines: python3 hello.py HOST PORT NAME TEXT...

Joins, says each TEXT when the host has stored the one before, shows what is said meanwhile, and leaves; on a host
without encryption. This is the first half of docs/PROTOCOL.md; clint.py, beside it, knows more."""
import os, socket, struct, sys

GREET, HELLO, JOIN, WELCOME, SAY, POST, GAP, PING, PONG, GOODBYE = range(1, 11)
REFUSED, ACCOUNT, NOT_STORED = 0x13, 0x14, 0x80
ENDS = {GOODBYE: ("the host says goodbye", "Bs"), REFUSED: ("not said", "Qs"), NOT_STORED: ("not stored", "Qs"),
        ACCOUNT: ("this name needs its password", "s")}
MESSAGE, SHOWN = 1, {1: "{}: {}", 2: "* {} joined", 3: "* {} left"}  # kinds of post

def string(text):
    return struct.pack(">I", len(text.encode())) + text.encode()

def send(sock, kind, body):
    sock.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

def receive(stream):  # the next packet: its type and its body
    size = int.from_bytes(stream.read(4), "big")
    packet = stream.read(size) if 0 < size <= 65536 else b""
    if not packet or len(packet) < size:
        sys.exit("connection lost, or this is not a Clint host without encryption")
    return packet[0], packet[1:]

def take(form, body):  # the first fields of a body: letters as in struct, and s for a string
    for letter in form:
        size = 4 + struct.unpack_from(">I", body)[0] if letter == "s" else struct.calcsize(">" + letter)
        yield shown(body[4:size]) if letter == "s" else struct.unpack_from(">" + letter, body)[0]
        body = body[size:]

def shown(octets):  # whatever could act on a terminal or reorder text becomes visible
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):04x}}}" for c in octets.decode(errors="replace"))

def talk(host, port, name, *texts):
    sock = socket.create_connection((host, int(port)), 45)  # seconds; a host is never silent for so long
    stream, session, said = sock.makefile("rb"), None, 0
    send(sock, GREET, b"clint" + struct.pack(">HI", 1, 0))  # version 1, no capabilities
    while True:
        kind, body = receive(stream)
        if kind in ENDS:
            sys.exit(ENDS[kind][0] + ": " + " ".join(map(str, take(ENDS[kind][1], body))))
        elif kind == HELLO:  # a key for coming back, the name, no old posts, no cursors
            send(sock, JOIN, os.urandom(16) + string(name) + struct.pack(">IH", 0, 0))
        elif kind == PING:
            send(sock, PONG, body)
        elif kind == WELCOME:
            name, session = take("sQ", body)
        elif kind == POST:
            room, seq, sender, by, message, time_ms, what, text = take("sQsQQQBs", body)
            print(SHOWN.get(what, "* {}").format(sender, text), flush=True)
        if kind == WELCOME or kind == POST and by == session and message:  # the host has stored what was said last
            if said == len(texts):
                return send(sock, GOODBYE, b"\1" + string(""))
            said += 1
            send(sock, SAY, string("lobby") + struct.pack(">QB", said, MESSAGE) + string(texts[said - 1]))

sys.exit(talk(*sys.argv[1:]) if len(sys.argv) > 4 else __doc__)
