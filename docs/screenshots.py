#!/usr/bin/env python3
"""Makes the pictures of the README from the real programs in a real terminal (tmux):

    python3 docs/screenshots.py build

writes docs/images/chat.svg, private.svg and narrow.svg. Needs tmux.
"""

import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
CELL, LINE, MARGIN = 8.4, 18, 14
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
GROUND, INK = "#1b1d23", "#d8dae0"
BASIC = ["#000000", "#cc5555", "#55aa55", "#cdaa4a", "#5580cc", "#b06ab0", "#45aab0", "#cccccc"]


class Terminal:
    """tmux sessions on a socket of their own."""

    def __init__(self, folder):
        self.socket = str(folder / "tmux")
        self.folder = folder

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True, check=True,
                              env=os.environ | {"LC_ALL": "C.UTF-8"}).stdout

    def start(self, name, command, columns, rows, **variables):
        home = self.folder / name
        home.mkdir()
        setting = [word for key, value in ({"CLINT_HOME": str(home), "TERM": "tmux-256color"} | variables).items()
                   for word in ("-e", f"{key}={value}")]
        self.tmux("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows), *setting, command)

    def type(self, name, text):
        self.tmux("send-keys", "-t", name, "-l", text)
        self.tmux("send-keys", "-t", name, "Enter")

    def press(self, name, text):
        self.tmux("send-keys", "-t", name, "-l", text)

    def screen(self, name, attributes=False):
        return self.tmux("capture-pane", "-p", "-t", name, *(["-e"] if attributes else []))

    def wait(self, name, pattern):
        until = time.monotonic() + 15
        while not re.search(pattern, self.screen(name)):
            if time.monotonic() > until:
                raise SystemExit(f"{name} does not show {pattern!r}:\n{self.screen(name)}")
            time.sleep(0.05)

    def end(self):
        self.tmux("kill-server")


def colour_of(number):
    if number < 8:
        return BASIC[number]
    if number < 16:
        return BASIC[number - 8]
    if number < 232:
        number -= 16
        steps = [0, 95, 135, 175, 215, 255]
        return "#%02x%02x%02x" % (steps[number // 36], steps[number // 6 % 6], steps[number % 6])
    grey = 8 + 10 * (number - 232)
    return f"#{grey:02x}{grey:02x}{grey:02x}"


class Style:
    def __init__(self):
        self.fill, self.bold, self.dim, self.italic, self.underline, self.swap = INK, False, False, False, False, False

    def take(self, words):
        numbers = [int(word or 0) for word in words.split(";")]
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.__init__()
            elif number in (1, 2, 3, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "swap"}[number], True)
            elif number == 22:
                self.bold = self.dim = False
            elif number in (23, 24, 27):
                setattr(self, {23: "italic", 24: "underline", 27: "swap"}[number], False)
            elif 30 <= number <= 37:
                self.fill = BASIC[number - 30]
            elif number == 39:
                self.fill = INK
            elif number == 38 and numbers[:1] == [5]:
                self.fill = colour_of(numbers[1])
                numbers = numbers[2:]

    def attributes(self):
        text = f' fill="{GROUND if self.swap else self.fill}"'
        text += ' font-weight="bold"' * self.bold + ' opacity="0.6"' * self.dim
        return text + ' font-style="italic"' * self.italic + ' text-decoration="underline"' * self.underline


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def svg(captured, columns, title):
    lines = captured.rstrip("\n").split("\n")
    while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
        lines.pop()
    wide, high = columns * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}" '
             f'role="img" aria-label="{html.escape(title)}">',
             f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
             f'<g font-family="{html.escape(FONT)}" font-size="14" xml:space="preserve">']
    style = Style()
    for row, line in enumerate(lines):
        column, y = 0, MARGIN + LINE * row + 13
        for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
            if piece.startswith("\x1b"):
                style.take(piece[2:-1])
                continue
            if not piece:
                continue
            x, long = MARGIN + CELL * column, width(piece) * CELL
            if style.swap:
                parts.append(f'<rect x="{x:.1f}" y="{y - 13}" width="{long:.1f}" height="{LINE}" fill="{style.fill}"/>')
            parts.append(f'<text x="{x:.1f}" y="{y}" textLength="{long:.1f}"{style.attributes()}>{html.escape(piece)}</text>')
            column += width(piece)
    return "\n".join(parts + ["</g>", "</svg>"]) + "\n"


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(pathlib.Path(folder))
        try:
            secret = {"CLINT_PASSWORD": "tea and biscuits"}
            terminal.start("host", f"{build}/host --port auto --secure --kdf small --bind 127.0.0.1", 80, 24, **secret)
            terminal.wait("host", "Listening")
            place = re.search(r"Listening on (\S+?)\.\.\.", terminal.screen("host")).group(1)
            for name, columns, rows in (("alice", 84, 18), ("bob", 84, 18), ("carol", 38, 20)):
                terminal.start(name, f"{build}/clint {place} --name {name}", columns, rows, **secret)
                terminal.wait(name, r"\[#lobby\]")
            for name, text in (("bob", "morning! the build is green again :tada:"), ("alice", "what was it?"),
                               ("bob", "a **missing fence**: `std::atomic<bool>` read without acquire"),
                               ("carol", "write-up: https://wiki.example/fence-42")):
                terminal.type(name, text)
                terminal.wait("alice", re.escape(re.sub(r"[:*`].*", "", text)))
            terminal.type("bob", "alice: can you review it?")
            terminal.wait("alice", "can you review")
            terminal.press("alice", "give me ten minutes")
            terminal.wait("alice", "ten minutes")
            shots = {"chat": ("alice", 84, "a chat on a host with a password")}
            (HERE / "images").mkdir(exist_ok=True)
            (HERE / "images" / "chat.svg").write_text(svg(terminal.screen("alice", True), 84, shots["chat"][2]), encoding="utf-8")
            terminal.type("alice", "")
            terminal.wait("bob", "ten minutes")
            terminal.type("bob", "/msg alice between us: lunch at one?")
            terminal.wait("alice", "lunch at one")
            terminal.type("alice", "/verify bob")
            terminal.wait("alice", "safety number")
            terminal.type("alice", "/query bob")
            terminal.wait("alice", r"\[@bob sealed\]")
            terminal.press("alice", "with pleasure")
            terminal.wait("alice", "with pleasure")
            (HERE / "images" / "private.svg").write_text(svg(terminal.screen("alice", True), 84, "a private message"), encoding="utf-8")
            terminal.press("carol", "what is half typed stays whole while others talk")
            terminal.wait("carol", "others talk")
            (HERE / "images" / "narrow.svg").write_text(svg(terminal.screen("carol", True), 38, "a narrow window"), encoding="utf-8")
        finally:
            terminal.end()


if __name__ == "__main__":
    main()
