#!/usr/bin/env python3
"""A Clint client: python3 clint.py [--tls-insecure] HOST PORT NAME [TEXT...]
Says each TEXT, or each line of standard input, shows what others say, waits until the host has stored its own words, and
leaves. Nothing is encrypted; with --tls-insecure all is, but nobody checks for whom. See docs/PROTOCOL.md."""
import os, queue, select, socket, ssl, struct, sys, threading, time

GREET, HELLO, JOIN, WELCOME, SAY, POST, GAP, PING, PONG, GOODBYE = range(1, 11)

def send(sock, kind, body=b""):
    sock.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

def string(text):
    return struct.pack(">I", len(text.encode())) + text.encode()

def take(form, body):
    """The first fields of a body: letters as in struct, and s for a string or byte field."""
    for letter in form:
        size = 4 + struct.unpack_from(">I", body)[0] if letter == "s" else struct.calcsize(">" + letter)
        yield body[4:size] if letter == "s" else struct.unpack(">" + letter, body[:size])[0]
        body = body[size:]

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
            size = struct.unpack_from(">I", buffer)[0]
            if not 0 < size <= 65536:
                sys.exit("this is not Clint, or it speaks TLS only: try --tls-insecure")
            if len(buffer) < 4 + size:
                break
            yield buffer[4], buffer[5:4 + size]
            buffer = buffer[4 + size:]
        yield 0, b""

def talk(sock, name, lines, secure):
    send(sock, GREET, b"clint" + struct.pack(">HI", 1, 0))
    send(sock, JOIN, os.urandom(16) + string(name) + struct.pack(">IH", 10, 0))  # ten old posts, no cursors
    session, said, stored, leaving = 0, 0, 0, False
    for kind, body in frames(sock):
        if kind == HELLO and body[6] != secure:
            sys.exit("the host misbehaves: it does not know whether it encrypts")
        elif kind == WELCOME:
            name, session = take("sQ", body)
            print("* you are " + shown(name), flush=True)
        elif kind == POST:
            room, seq, sender, by, message, time_ms, what, text = take("sQsQQQBs", body)
            stored = message if by == session and message else stored  # it came back: the host has it
            if what in (2, 3):
                print(f"* {shown(sender)} {'joined' if what == 2 else 'left'}", flush=True)
            elif what == 6:
                print(f"* {shown(sender)} {shown(text)}", flush=True)
            elif what in (1, 5):
                print(f"{shown(sender)}: {shown(text)}", flush=True)
        elif kind == PING:
            send(sock, PONG, body)
        elif kind == GOODBYE:
            sys.exit(f"the host says goodbye {body[0]} {shown(body[5:])}")
        while session and said - stored < 16 and not lines.empty():
            said += 1
            send(sock, SAY, string("lobby") + struct.pack(">QB", said, 1) + string(lines.get()))
        if session and not leaving and not lines.open and lines.empty() and said == stored:
            leaving = True
            send(sock, GOODBYE, b"\1" + string(""))  # the host closes now
    sys.exit(None if leaving else "connection lost")

def read(texts, lines):
    for text in texts or sys.stdin:
        text = "".join(c for c in text if c.isprintable())
        for at in range(0, len(text), 4096):  # so much always fits into a message
            lines.put(text[at:at + 4096])
    lines.open = False

tls = "--tls-insecure" in sys.argv
words = [word for word in sys.argv[1:] if word != "--tls-insecure"]
if len(words) < 3:
    sys.exit(__doc__)
connection = socket.create_connection((words[0], int(words[1])), 10)
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["clint/1"])
    connection = context.wrap_socket(connection)
said_lines = queue.Queue()
said_lines.open = True
threading.Thread(target=read, args=(words[3:], said_lines), daemon=True).start()
talk(connection, words[2], said_lines, tls)
