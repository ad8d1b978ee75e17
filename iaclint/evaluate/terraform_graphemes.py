"""What people see as one character: how Terraform counts the characters of a string."""

from __future__ import annotations

from iaclint.evaluate.terraform_values import Unknowable

_PLAIN = (
    (0x20, 0x7E), (0xA0, 0xA8), (0xAA, 0xAC), (0xAF, 0x2FF), (0x370, 0x482), (0x48A, 0x58F), (0x1E00, 0x1FFF),
    (0x2010, 0x2027), (0x2030, 0x203B), (0x203D, 0x2048), (0x2070, 0x20CF), (0x2100, 0x2121),
    (0x2190, 0x2BFF), (0x3001, 0x3029), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF01, 0xFF9D), (0x1F300, 0x1F3FA), (0x1F400, 0x1F5FF), (0x1F600, 0x1F64F),
    (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF),
)  # fmt: skip
"""Characters that stand alone, whatever is around them, unless a mark of `_MARKS` follows."""
_MARKS = ((0x300, 0x36F), (0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF))


def graphemes(text: str) -> list[str]:
    """The text cut into what is seen as one character each; raises Unknowable where that takes more than this knows."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    found: list[str] = []
    for character in text:
        code = ord(character)
        if character == "\n" and found and found[-1] == "\r":
            found[-1] += character
        elif code < 0x20 or code == 0x7F or _within(code, _PLAIN):
            found.append(character)
        elif _within(code, _MARKS) and found and ord(found[-1][-1]) >= 0x20:
            found[-1] += character
        else:
            raise Unknowable
    return found


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
