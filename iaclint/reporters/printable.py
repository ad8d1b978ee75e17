"""Text that comes from files and their names, made harmless for a terminal and measured in its cells."""

from __future__ import annotations

import re

_STYLES = {
    "critical": "1;35", "high": "1;31", "medium": "33", "low": "36", "info": "2", "bold": "1", "dim": "2", "good": "32",
}  # fmt: skip
_ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def printable(text: str) -> str:
    """The text with control, format and undecodable characters written as escapes."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else escaped(one) for one in text)


def escaped(character: str) -> str:
    """A character as its escape; a byte that is no UTF-8 as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character in "\t\n\r":
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cells(text: str) -> int:
    """How many cells of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def shorten(text: str, width: int) -> str:
    """The text, cut to a width."""
    if cells(text) <= width:
        return text
    taken, used = [], 0
    for one in text:
        used += cells(one)
        if used > width - 1:
            break
        taken.append(one)
    return "".join(taken).rstrip() + "…"


def wrap(text: str, width: int, indent: str) -> str:
    """The text in lines of a width, those below the first indented. Words longer than a line stay whole."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        wider = f"{line} {word}" if line else word
        if line and cells(wider) > width - (len(indent) if lines else 0):
            lines.append(line)
            line = word
        else:
            line = wider
    return f"\n{indent}".join([*lines, line])


def paint(text: str, style: str, color: bool) -> str:
    """The text in a style, when colours are wanted."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color and text else text
