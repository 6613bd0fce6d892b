"""A small terminal: what clint sends becomes the picture that a user would see.

It knows exactly the sequences that clint may emit and fails at any other: so it is the allowlist, too. Like most
terminals of today it breaks lines anew when its width changes. One that knows links (OSC 8) takes them as clint makes
them alone: the address is that of the text, http or https, and the link ends before the line does.
"""

import re
import unicodedata
import urllib.parse

from chat import Failed

ALLOWED = re.compile(
    rb"\x1b\[(?:(\d*)([ABCJK])|(H)|(2J)|(\?2004[hl]|\?1004[hl])|((?:0|1|2|3|4|7|22|23|24|27|39|38;5;\d{1,3}|3[0-7])"
    rb"(?:;(?:1|2|3|4|7))*)m)")

# Of RFC 3986, section 2, but for the semicolon.
ADDRESS = rb"https?://(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,=-]|%[0-9A-Fa-f]{2}){1,1993}"
LINK = re.compile(rb"\x1b\]8;;(" + ADDRESS + rb"|)\x1b\\")
BEGINNING = re.compile(rb"\x1b(?:\[[?0-9;]{0,14})?")  # of a sequence, whose rest may come
BEGINNING_OF_LINK = re.compile(rb"\x1b\](?:8(?:;(?:;(?:[!-:<-~]{0,2000}\x1b?)?)?)?)?")


def address_of(text):
    """The address that clint gives to a link with this text."""
    text = re.sub("%(?![0-9A-Fa-f]{2})", "%25", text)
    return urllib.parse.quote(text, safe="-._~:/?#[]@!$&'()*+,=%").encode()


def columns(character):
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, rows, width, links=False):
        self.height, self.width = rows, width
        self.lines = [[]]      # cells of each row, the scrollback included; a wide character has an empty second cell
        self.wrapped = [False]  # the row goes on in the next one
        self.row = self.column = 0
        self.full = False      # the last column was written: the next character begins a new row
        self.paste_mode = False
        self.rest = b""
        self.knows_links = links
        self.links = []        # the texts of those that are over
        self.link = None       # the address of the one that is being written,
        self.link_text = ""    # and its text

    @property
    def top(self):
        return max(0, len(self.lines) - self.height)

    def feed(self, octets):
        data = self.rest + octets
        at = 0
        while at < len(data):
            first = data[at]
            if first == 0x1B:
                match = ALLOWED.match(data, at)
                link = LINK.match(data, at) if self.knows_links else None
                if link:
                    self._hyperlink(link.group(1))
                elif match:
                    if self.link and not match.group(6):
                        raise Failed(f"{match.group()!r} within a link")
                    self._sequence(match)
                elif BEGINNING.fullmatch(data, at) or self.knows_links and BEGINNING_OF_LINK.fullmatch(data, at):
                    break
                else:
                    raise Failed(f"not a sequence of clint: {data[at:at + 16]!r}")
                at = (link or match).end()
            elif first in (0x0D, 0x0A):
                if self.link:
                    raise Failed(f"the link {self.link!r} goes on in another line")
                self.full = False
                if first == 0x0D:
                    self.column = 0
                else:
                    self._down()
                at += 1
            elif first < 0x20 or first == 0x7F:
                raise Failed(f"the control character {first:#x} reached the terminal")
            else:
                size = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
                if at + size > len(data):
                    break
                character = data[at:at + size].decode()
                if 0x80 <= ord(character) < 0xA0:
                    raise Failed(f"the control character {character!r} reached the terminal")
                self._put(character)
                at += size
        self.rest = data[at:]

    def _down(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])
            self.wrapped.append(False)

    def _hyperlink(self, address):
        if bool(address) == bool(self.link):
            raise Failed(f"a link within a link, or the end of none: {address!r}")
        if self.link:
            if self.link != address_of(self.link_text):
                raise Failed(f"the link {self.link_text!r} leads to {self.link!r}")
            self.links.append(self.link_text)
        self.link, self.link_text = address, ""

    def _put(self, character):
        if self.link:
            self.link_text += character
        size = columns(character)
        cells = self.lines[self.row]
        if size == 0:
            place = self.column - (0 if self.full else 1)
            while place > 0 and place < len(cells) and cells[place] == "":
                place -= 1
            if 0 <= place < len(cells):
                cells[place] += character
            return
        if self.full or self.column + size > self.width:
            self.wrapped[self.row] = True
            self._down()
            self.column, self.full = 0, False
            cells = self.lines[self.row]
        while len(cells) < self.column:
            cells.append(" ")
        cells[self.column:self.column + size] = [character] + [""] * (size - 1)
        self.column += size
        if self.column >= self.width:
            self.column, self.full = self.width - 1, True

    def _sequence(self, match):
        count, letter = match.group(1), match.group(2)
        self.full = self.full and match.group(6) is not None
        if match.group(3):
            self.row, self.column = self.top, 0
        elif match.group(4):
            for row in range(self.top, len(self.lines)):
                self.lines[row], self.wrapped[row] = [], False
        elif match.group(5):
            if match.group(5).startswith(b"?2004"):
                self.paste_mode = match.group(5).endswith(b"h")
        elif letter == b"A":
            self.row = max(self.top, self.row - int(count or 1))
        elif letter == b"B":
            self.row = min(len(self.lines) - 1, self.row + int(count or 1))
        elif letter == b"C":
            self.column = min(self.width - 1, self.column + int(count or 1))
        elif letter in (b"J", b"K"):
            del self.lines[self.row][self.column:]
            self.wrapped[self.row] = False
            if letter == b"J":
                del self.lines[self.row + 1:], self.wrapped[self.row + 1:]

    def resize(self, rows, width):
        """Joins what was wrapped and breaks it anew; the cursor stays with its character."""
        lines, wrapped, at = [], [], 0
        place = None
        while at < len(self.lines):
            cells, cursor = [], None
            while True:
                if at == self.row:
                    cursor = len(cells) + self.column
                cells += self.lines[at]
                at += 1
                if not self.wrapped[at - 1] or at == len(self.lines):
                    break
            pieces, piece = [], []
            for cell in cells:
                if cell == "":
                    piece.append(cell)
                    continue
                if len(piece) + columns(cell[0]) > width:
                    pieces.append(piece)
                    piece = []
                piece.append(cell)
            pieces.append(piece)
            if cursor is not None:
                row = min(cursor // width, len(pieces) - 1) if cursor < len(cells) else len(pieces) - 1
                before = sum(len(p) for p in pieces[:row])
                if cursor - before >= width:  # behind the end: in a row of its own
                    pieces.append([])
                    before += len(pieces[row])
                    row += 1
                place = (len(lines) + row, min(cursor - before, width - 1))
            lines += pieces
            wrapped += [True] * (len(pieces) - 1) + [False]
        self.height, self.width = rows, width
        self.lines, self.wrapped, self.full = lines, wrapped, False
        self.row, self.column = place

    def text(self, row):
        return "".join(self.lines[row]).rstrip(" ")

    def rows(self):
        """All rows ever, the scrollback included."""
        return [self.text(row) for row in range(len(self.lines))]

    def whole_lines(self):
        """The same with what was wrapped in one piece."""
        joined, text = [], ""
        for row, cells in enumerate(self.lines):
            text += "".join(cells)
            if not self.wrapped[row]:
                joined.append(text.rstrip(" "))
                text = ""
        return joined
