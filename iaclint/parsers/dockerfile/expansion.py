"""Words with variables: `$VAR`, `${VAR:-default}`, quotes and escapes, as BuildKit's word expansion reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from iaclint.model.value import Value

_MAX_DEPTH = 20
_MAX_TEXT = 65536
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_SPECIAL = "@*#?-$!0"


@dataclass(frozen=True, slots=True)
class Variable:
    """An expansion: operator "", ":-", ":+", "-", "+", or "?" for one whose result is never known."""

    name: str
    operator: str = ""
    word: tuple[Piece, ...] = ()


Piece = Union[str, Variable]  # noqa: UP007 - the alias refers to itself through Variable


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for at a place.

    reference  "ARG NAME" or "ENV NAME"
    value      its Value, known or not; None when nothing is known of it
    is_unset   whether it is certainly not set
    """

    reference: str
    value: Value | None = None
    is_unset: bool = False


Lookup = Callable[[str], Binding]


def nothing_known(name: str) -> Binding:
    """The Lookup of a place where any variable may have been set elsewhere."""
    return Binding(f"ENV {name}")


def read_word(text: str, escape: str) -> tuple[Piece, ...] | None:
    """The pieces of a word, quotes and escapes resolved; None where it is malformed."""
    if not any(mark in text for mark in ("$", "'", '"', escape)):
        return (text,)
    reader = _Reader(text, escape)
    pieces = reader.read("", 0)
    return None if pieces is None or reader.at < len(text) else tuple(pieces)


class _Reader:
    """A position in a word; every method returns None where the word is malformed."""

    def __init__(self, text: str, escape: str) -> None:
        self.text = text
        self.escape = escape
        self.at = 0

    def read(self, stop: str, depth: int) -> list[Piece] | None:
        """Pieces up to a stop character (left unread) or the end."""
        pieces: list[Piece] = []
        text, plain = self.text, self.at
        while self.at < len(text) and text[self.at] != stop:
            char = text[self.at]
            if char not in ("'", '"', "$", self.escape):
                self.at += 1
                continue
            pieces.append(text[plain : self.at])
            if char == "'":
                closing = text.find("'", self.at + 1)
                if closing < 0:
                    return None
                pieces.append(text[self.at + 1 : closing])
                self.at = closing + 1
            elif char == '"':
                if not self._double_quoted(pieces, depth):
                    return None
            elif char == "$":
                if not self._dollar(pieces, depth):
                    return None
            else:
                pieces.append(text[self.at + 1 : self.at + 2])
                self.at += 2
            plain = self.at
        pieces.append(text[plain : self.at])
        return pieces

    def _double_quoted(self, pieces: list[Piece], depth: int) -> bool:
        text = self.text
        self.at += 1
        while self.at < len(text) and text[self.at] != '"':
            char = text[self.at]
            if char == "$":
                if not self._dollar(pieces, depth):
                    return False
            elif char == self.escape and text[self.at + 1 : self.at + 2] in ('"', "$", self.escape):
                pieces.append(text[self.at + 1])
                self.at += 2
            else:
                pieces.append(char)
                self.at += 1
        self.at += 1
        return self.at <= len(text)

    def _name(self) -> str:
        start, text = self.at, self.text
        if start < len(text) and (text[start].isdigit() or text[start] in _SPECIAL):
            self.at += 1
        else:
            match = _NAME.match(text, start)
            self.at = match.end() if match else start
        return text[start : self.at]

    def _dollar(self, pieces: list[Piece], depth: int) -> bool:
        text = self.text
        self.at += 1
        if text[self.at : self.at + 1] != "{":
            name = self._name()
            pieces.append(Variable(name) if name else "$")
            return True
        self.at += 1
        name = self._name()
        if not name or depth >= _MAX_DEPTH:
            return False
        operator = ""
        if text[self.at : self.at + 1] == ":":
            operator, self.at = ":", self.at + 1
        if text[self.at : self.at + 1] == "}" and not operator:
            pieces.append(Variable(name))
            self.at += 1
            return True
        operator += text[self.at : self.at + 1]
        self.at += 1
        word = self.read("}", depth + 1)
        if word is None or text[self.at : self.at + 1] != "}":
            return False
        self.at += 1
        known = operator in (":-", ":+", "-", "+")
        pieces.append(Variable(name, operator if known else "?", tuple(word)))
        return True


@dataclass(slots=True)
class Expansion:
    """A word with its variables replaced.

    parts       known texts, None for each unknown gap
    references  the variables it mentions
    whole       the Value of the variable that is the whole word
    """

    parts: list[str | None]
    references: list[str]
    whole: Value | None = None

    @property
    def text(self) -> str | None:
        """The text when all of it is known."""
        texts = [part for part in self.parts if part is not None]
        return "".join(texts) if len(texts) == len(self.parts) else None


def expand(pieces: tuple[Piece, ...], lookup: Lookup) -> Expansion:
    """Replace the variables of a word; one that is too long becomes unknown."""
    expansion = Expansion([], [])
    _expand_into(pieces, lookup, expansion)
    meaningful = [piece for piece in pieces if piece != ""]
    if len(meaningful) == 1 and isinstance(meaningful[0], Variable) and not meaningful[0].operator:
        expansion.whole = lookup(meaningful[0].name).value
    expansion.parts = _merged(expansion.parts)
    expansion.references = list(dict.fromkeys(expansion.references))
    if sum(len(part or " ") for part in expansion.parts) > _MAX_TEXT:
        expansion.parts = [None]
    return expansion


def _expand_into(pieces: tuple[Piece, ...], lookup: Lookup, expansion: Expansion) -> None:
    # `Variable.word` nests at most _MAX_DEPTH deep: the reader saw to it
    for piece in pieces:
        if isinstance(piece, str):
            expansion.parts.append(piece)
            continue
        binding = lookup(piece.name)
        expansion.references.append(binding.reference)
        value = binding.value
        known = value.text if value is not None else "" if binding.is_unset else None
        if known is None:
            gaps = value.parts if value is not None and not piece.operator else None
            expansion.parts.extend(gaps or (None,))
            if piece.operator:
                _expand_into(piece.word, lookup, Expansion([], expansion.references))
        elif not piece.operator:
            expansion.parts.append(known)
        elif piece.operator == "?":
            expansion.parts.append(None)
        else:
            is_set = not binding.is_unset and (known != "" or not piece.operator.startswith(":"))
            if piece.operator.endswith("-"):
                if is_set:
                    expansion.parts.append(known)
                else:
                    _expand_into(piece.word, lookup, expansion)
            elif is_set:
                _expand_into(piece.word, lookup, expansion)


def _merged(parts: list[str | None]) -> list[str | None]:
    merged: list[str | None] = []
    for part in parts:
        if part is None:
            if not merged or merged[-1] is not None:
                merged.append(None)
        elif part and merged and merged[-1] is not None:
            merged[-1] += part
        elif part:
            merged.append(part)
    return merged


__all__ = ["Binding", "Expansion", "Lookup", "Piece", "Variable", "expand", "nothing_known", "read_word"]
