"""Go's regular expressions, read into a program: what patterns in Terraform are made of.

What this does not know raises Unknowable, what Go refuses Mistake.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from iaclint.evaluate.terraform_values import Mistake, Unknowable

MAX_PROGRAM = 600
MAX_WORK = 400_000
"""Instructions of the program times characters of the text."""
_MAX_REPEAT = 1000
_MAX_DEPTH = 40

Ranges = tuple[tuple[int, int], ...]
_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_POSIX: dict[str, Ranges] = {
    "alnum": ((48, 57), (65, 90), (97, 122)), "alpha": ((65, 90), (97, 122)), "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)), "cntrl": ((0, 31), (127, 127)), "digit": _DIGIT, "graph": ((33, 126),),
    "lower": ((97, 122),), "print": ((32, 126),), "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)), "upper": ((65, 90),), "word": _WORD, "xdigit": ((48, 57), (65, 70), (97, 102)),
}  # fmt: skip
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_LAST = 0x10FFFF


class Pattern(NamedTuple):
    """A pattern ready to be matched.

    program  instructions: ("set", ranges), ("split", first, second), ("jump", to), ("save", slot), ("at", what),
             ("match",)
    names    the groups in order, "" for one without name
    ignores  whether letters are matched in either case
    """

    program: tuple[tuple[object, ...], ...]
    names: tuple[str, ...]
    ignores: bool


@lru_cache(maxsize=64)
def read(pattern: str) -> Pattern:
    """The pattern of Go's syntax; raises Mistake and Unknowable."""
    reader = _Reader(pattern)
    node = reader.alternatives(0)
    if reader.at < len(pattern):
        raise Mistake
    if reader.ignores and not pattern.isascii():
        raise Unknowable
    program: list[tuple[object, ...]] = [("save", 0)]
    _emit(node, program)
    program += [("save", 1), ("match",)]
    return Pattern(tuple(program), tuple(reader.names), reader.ignores)


# --- reading --------------------------------------------------------------------------

Node = tuple[object, ...]


class _Reader:
    """Reads a pattern into nested tuples."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.names, self.ignores = text, 0, list[str](), False
        self.flags: frozenset[str] = frozenset()

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def take(self) -> str:
        if self.at >= len(self.text):
            raise Mistake
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise Unknowable
        flags, found = self.flags, [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            found.append(self.sequence(depth))
        self.flags = flags
        return ("or", *found) if len(found) > 1 else found[0]

    def sequence(self, depth: int) -> Node:
        found: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            start = self.at
            atom = self.atom(depth)
            if atom is None:
                if self.peek() in ("*", "+", "?"):
                    # what follows a flag has nothing to repeat
                    raise Mistake
                continue
            found.append(self.repeated(atom, start))
        return ("seq", *found)

    def atom(self, depth: int) -> Node | None:
        character = self.take()
        if character == "(":
            return self.group(depth)
        if character == "[":
            return self.set()
        if character == "\\":
            return self.escape()
        if character == ".":
            return ("set", ((0, _LAST),) if "s" in self.flags else ((0, 9), (11, _LAST)))
        if character == "^":
            return ("at", "line" if "m" in self.flags else "start")
        if character == "$":
            return ("at", "line end" if "m" in self.flags else "end")
        if character in "*+?":
            raise Mistake
        return self.literal(character)

    def literal(self, character: str) -> Node:
        return ("set", self.folded(((ord(character), ord(character)),)))

    def folded(self, ranges: Ranges) -> Ranges:
        if "i" not in self.flags:
            return ranges
        more = []
        for first, last in ranges:
            for low, high, shift in ((65, 90, 32), (97, 122, -32)):
                if first <= high and last >= low:
                    more.append((max(first, low) + shift, min(last, high) + shift))
        return (*ranges, *more)

    def group(self, depth: int) -> Node | None:
        flags = self.flags
        slot = 0
        if self.peek() == "?":
            self.at += 1
            if self.peek(2) == "P<" or (self.peek() == "<" and self.peek(2) not in ("<=", "<!")):
                self.at += 2 if self.peek() == "P" else 1
                slot = self.named()
            else:
                if not self.take_flags():
                    return None
        else:
            self.names.append("")
            slot = len(self.names)
        node = self.alternatives(depth + 1)
        if self.peek() != ")":
            raise Mistake
        self.at += 1
        self.flags = flags
        return ("group", slot, node) if slot else node

    def named(self) -> int:
        end = self.text.find(">", self.at)
        name = self.text[self.at : end] if end >= 0 else ""
        if name in self.names:
            raise Unknowable
        if not name or not name.isascii() or not name.replace("_", "a").isalnum():
            raise Mistake
        self.at = end + 1
        self.names.append(name)
        return len(self.names)

    def take_flags(self) -> bool:
        """Read `i:` or `i)`; whether a group follows."""
        flags, is_on = set(self.flags), True
        while True:
            character = self.take()
            if character == "-" and is_on:
                is_on = False
            elif character in "ims":
                flags.add(character) if is_on else flags.discard(character)
                self.ignores = self.ignores or (character == "i" and is_on)
            elif character == ":" or character == ")":
                self.flags = frozenset(flags)
                return character == ":"
            elif character == "U":
                raise Unknowable
            else:
                # looking ahead or behind
                raise Mistake

    def repeated(self, atom: Node, start: int) -> Node:
        limits = self.limits()
        if limits is None:
            return atom
        if atom[0] == "at":
            raise Unknowable
        is_lazy = self.peek() == "?"
        self.at += is_lazy
        here = self.at
        if self.limits() is not None:
            raise Mistake
        self.at = here
        least, most = limits
        return ("repeat", least, most, is_lazy, atom)

    def limits(self) -> tuple[int, int | None] | None:
        character = self.peek()
        if character and character in "*+?":
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        if character != "{":
            return None
        end = self.text.find("}", self.at)
        inner = self.text[self.at + 1 : end] if end >= 0 else ""
        least, comma, most = inner.partition(",")
        if not _is_count(least) or not (_is_count(most) or most == ""):
            # no repetition but a brace
            return None
        low, high = int(least), int(most) if most else None if comma else int(least)
        if low > _MAX_REPEAT or (high is not None and (high > _MAX_REPEAT or high < low)):
            raise Mistake
        self.at = end + 1
        return low, high

    def escape(self) -> Node:
        character = self.take()
        if character in "Az":
            return ("at", "start" if character == "A" else "end")
        if character in "bB":
            return ("at", "word" if character == "b" else "no word")
        found = self.escaped(character)
        return ("set", self.folded(found))

    def escaped(self, character: str) -> Ranges:
        """The characters that an escape stands for, also within brackets."""
        if character in _PERL:
            return _PERL[character]
        if character.lower() in _PERL:
            return _inverted(_PERL[character.lower()])
        if character in _CONTROLS:
            code = _CONTROLS[character]
            return ((code, code),)
        if character == "x":
            code = self.hexadecimal()
            return ((code, code),)
        if character.isascii() and not character.isalnum():
            return ((ord(character), ord(character)),)
        if character in "pPQE01234567C":
            raise Unknowable
        raise Mistake

    def hexadecimal(self) -> int:
        digits = self.peek(2)
        if digits[:1] == "{":
            end = self.text.find("}", self.at)
            digits = self.text[self.at + 1 : end]
            self.at = end + 1 if end >= 0 else len(self.text) + 1
        else:
            self.at += 2
        if not digits or len(digits) > 6 or any(one not in "0123456789abcdefABCDEF" for one in digits):
            raise Mistake
        return int(digits, 16)

    def set(self) -> Node:
        is_inverted = self.peek() == "^"
        self.at += is_inverted
        ranges: list[tuple[int, int]] = []
        is_first = True
        while self.peek() != "]" or is_first:
            is_first = False
            low, is_class = self.member()
            if self.peek() == "-" and not is_class and self.peek(2) not in ("-]", "-"):
                self.at += 1
                high, is_class = self.member()
                if is_class or low[0][0] > high[0][0]:
                    raise Mistake
                ranges.append((low[0][0], high[0][0]))
            else:
                ranges.extend(low)
        self.at += 1
        found = self.folded(tuple(ranges))
        return ("set", _inverted(found) if is_inverted else found)

    def member(self) -> tuple[Ranges, bool]:
        """One character within brackets, or a class of them; and whether it is a class."""
        if self.peek(2) == "[:":
            end = self.text.find(":]", self.at)
            name = self.text[self.at + 2 : end] if end >= 0 else ""
            known = _POSIX.get(name.removeprefix("^"))
            if known is None:
                raise Unknowable
            self.at = end + 2
            return _inverted(known) if name.startswith("^") else known, True
        character = self.take()
        if character != "\\":
            return ((ord(character), ord(character)),), False
        escaped = self.take()
        return self.escaped(escaped), escaped.lower() in _PERL


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and (text == "0" or text[0] != "0") and len(text) < 9


def _inverted(ranges: Ranges) -> Ranges:
    found, start = [], 0
    for first, last in sorted(ranges):
        if first > start:
            found.append((start, first - 1))
        start = max(start, last + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


# --- the program ----------------------------------------------------------------------


def _emit(node: Node, program: list[tuple[object, ...]]) -> None:
    if len(program) > MAX_PROGRAM:
        raise Unknowable
    kind = node[0]
    if kind in ("set", "at"):
        program.append(node)
    elif kind == "seq":
        for one in node[1:]:
            _emit(one, program)  # type: ignore[arg-type]
    elif kind == "group":
        slot: int = node[1]  # type: ignore[assignment]
        program.append(("save", 2 * slot))
        _emit(node[2], program)  # type: ignore[arg-type]
        program.append(("save", 2 * slot + 1))
    elif kind == "or":
        _emit_alternatives(node[1:], program)  # type: ignore[arg-type]
    else:
        _emit_repeated(node, program)


def _emit_alternatives(nodes: tuple[Node, ...], program: list[tuple[object, ...]]) -> None:
    jumps = []
    for one in nodes[:-1]:
        split = len(program)
        program.append(())
        _emit(one, program)
        jumps.append(len(program))
        program.append(())
        program[split] = ("split", split + 1, len(program))
    _emit(nodes[-1], program)
    for jump in jumps:
        program[jump] = ("jump", len(program))


def _emit_repeated(node: Node, program: list[tuple[object, ...]]) -> None:
    least: int
    most: int | None
    is_lazy: bool
    _, least, most, is_lazy, inner = node  # type: ignore[assignment]
    atom: Node = inner  # type: ignore[assignment]
    if _may_be_empty(atom) and (least, most) not in ((0, 1), (0, None), (1, None), (1, 1)):
        raise Unknowable
    if most is None and least == 0 and _may_be_empty(atom):
        # as Go does it, so that an empty round is not preferred
        _emit(("repeat", 0, 1, is_lazy, ("repeat", 1, None, is_lazy, atom)), program)
        return
    for _ in range(least if most is not None else max(0, least - 1)):
        _emit(atom, program)
    if most is None:
        if least:
            start = len(program)
            _emit(atom, program)
            program.append(_split(start, len(program) + 1, is_lazy))
        else:
            start = len(program)
            program.append(())
            _emit(atom, program)
            program.append(("jump", start))
            program[start] = _split(start + 1, len(program), is_lazy)
        return
    splits = []
    for _ in range(most - least):
        splits.append(len(program))
        program.append(())
        _emit(atom, program)
    for split in splits:
        program[split] = _split(split + 1, len(program), is_lazy)


def _split(first: int, second: int, is_lazy: bool) -> tuple[object, ...]:
    return ("split", second, first) if is_lazy else ("split", first, second)


def _may_be_empty(node: Node) -> bool:
    kind = node[0]
    if kind == "set":
        return False
    if kind == "seq":
        return all(_may_be_empty(one) for one in node[1:])  # type: ignore[arg-type]
    if kind == "or":
        return any(_may_be_empty(one) for one in node[1:])  # type: ignore[arg-type]
    if kind == "group":
        return _may_be_empty(node[2])  # type: ignore[arg-type]
    if kind == "repeat":
        return node[1] == 0 or _may_be_empty(node[4])  # type: ignore[arg-type]
    return True


__all__ = ["MAX_WORK", "Pattern", "Ranges", "read"]
