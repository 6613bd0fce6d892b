"""Texts that want to act on a terminal, and how clint has to show them: net_utils.hpp, is_clean_text() and printable(),
in Python and independent of them."""

import unicodedata
from pathlib import Path

from output import BIDI


def payloads():
    """Those of payloads.txt, in octets."""
    path = Path(__file__).resolve().parent / "payloads.txt"
    for line in path.read_text(encoding="ascii").splitlines()[1:]:
        times, text = line.split(" ", 1)
        yield text.encode("ascii").decode("unicode_escape").encode("latin-1") * int(times)


def is_control(character):
    return ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0


def is_forbidden(character):
    return is_control(character) or character in BIDI or 0xE0000 <= ord(character) < 0xE0080


def is_invisible(character):
    return character in "\u200b\ufeff\u00ad\u180e\ufff9\ufffa\ufffb" or 0x2060 <= ord(character) < 0x2070


def is_clean(octets):
    try:
        return not any(is_forbidden(character) and character not in "\n\t" for character in octets.decode())
    except UnicodeDecodeError:
        return False


def visible(octets):
    """What acts, reorders, is invisible or no UTF-8 by its number; at most 8 marks on a letter."""
    shown, marks = "", 0
    for character in octets.decode("utf-8", "surrogateescape"):
        mark = unicodedata.category(character) in ("Mn", "Me") or character in "\u200c\u200d"
        marks = marks + 1 if mark else 0
        if 0xDC80 <= ord(character) <= 0xDCFF or ord(character) < 0x80 and is_control(character) and character != "\t":
            shown += f"\\x{ord(character) & 0xFF:02x}"
        elif character == "\t":
            shown += "    "
        elif is_forbidden(character) or is_invisible(character):
            shown += f"\\u{{{ord(character):04x}}}"
        elif marks <= 8:
            shown += character
    return shown
