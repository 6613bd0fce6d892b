#!/usr/bin/env python3
"""A Clint client in sixty lines: python3 hello.py HOST PORT NAME TEXT...

Joins a host without encryption, says each TEXT when the one before is stored, shows what others say meanwhile, and
leaves: the first half of docs/PROTOCOL.md. clint.py, beside it, knows more."""
import os, socket, struct, sys

GREET, HELLO, JOIN, WELCOME, SAY, POST, GAP, PING, PONG, GOODBYE = range(1, 11)
ENDS = {GOODBYE: ("goodbye", "Bs"), 0x13: ("not said", "Qs"), 0x14: ("name taken", "s"), 0x80: ("not stored", "Qs")}
MESSAGE, SHOWN = 1, {1: "{0}: {1}", 2: "* {0} joined", 3: "* {0} left", 5: "* {1}", 6: "* {0} {1}"}  # kinds of post

def string(text):
    return struct.pack(">I", len(text.encode())) + text.encode()

def packets(stream):  # their types and bodies, until the host closes
    while len(head := stream.read(5)) == 5:
        size, kind = struct.unpack(">IB", head)
        if not 0 < size <= 65536:
            sys.exit("this is not a Clint host without encryption")
        yield kind, stream.read(size - 1)

def take(form, body):  # the first fields of a body: letters as in struct, and s for a string
    for letter in form:
        size = 4 + struct.unpack_from(">I", body)[0] if letter == "s" else struct.calcsize(">" + letter)
        yield shown(body[4:size]) if letter == "s" else struct.unpack_from(">" + letter, body)[0]
        body = body[size:]

def shown(octets):  # whatever could act on a terminal or reorder text becomes visible
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):04x}}}" for c in octets.decode(errors="replace"))

def talk(sock, name, texts):
    def send(kind, body):
        sock.sendall(struct.pack(">IB", len(body) + 1, kind) + body)
    session, said = None, 0
    send(GREET, b"clint" + struct.pack(">HI", 1, 0))  # version 1, no capabilities
    for kind, body in packets(sock.makefile("rb")):
        if kind in ENDS:
            sys.exit(ENDS[kind][0] + ": " + " ".join(map(str, take(ENDS[kind][1], body))))
        elif kind == HELLO and body[6] == 0:  # not encrypted; a key for coming back, no old posts, no cursors
            send(JOIN, os.urandom(16) + string(name) + struct.pack(">IH", 0, 0))
        elif kind == PING:
            send(PONG, body)
        elif kind == WELCOME:
            name, session = take("sQ", body)
        elif kind == POST:
            room, seq, sender, by, message, time_ms, what, text = take("sQsQQQBs", body)
            if what in SHOWN:
                print(SHOWN[what].format(sender, text), flush=True)
        elif kind == HELLO or 0x15 < kind < 0x80:
            sys.exit(f"the host misbehaves: it sent the type {kind}")
        if kind == WELCOME or kind == POST and by == session and message:  # the host has stored what was said last
            said += 1
            if said <= len(texts):
                send(SAY, string("lobby") + struct.pack(">QB", said, MESSAGE) + string(texts[said - 1]))
            else:
                send(GOODBYE, b"\1" + string(""))  # to which it closes
    sys.exit(None if said > len(texts) else "connection lost, or this is not a Clint host without encryption")

sys.excepthook = lambda kind, error, where: print(error, file=sys.stderr)  # such as: connection refused
talk(socket.create_connection(sys.argv[1:3], 45), sys.argv[3], sys.argv[4:]) if len(sys.argv) > 4 else sys.exit(__doc__)
