"""The JSON of a plan with byte offsets where they are wanted, at the speed of the library's own scanner.

A plan may have tens of megabytes, and little of it is judged. So only the way to the resources is walked here;
everything else is left to `json`. It is given the bytes as Latin-1, one character each: its offsets are those of the
file, and `true_text` gives the text back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

MAX_MODULES = 60
"""How deep modules may be nested."""

_KEY = re.compile(r'[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_NEXT = re.compile(r"[ \t\r\n]*([,}\]])[ \t\r\n]*")
_ENTRY = re.compile(
    r'[ \t\r\n]*(?:(\})|[,{][ \t\r\n]*(?:\}|("[^"\\]*(?:\\.[^"\\]*)*")[ \t\r\n]*:[ \t\r\n]*))', re.DOTALL
)
_BLANK = re.compile(r"[ \t\r\n]*")

Parsed = tuple[Any, int]
Parser = Callable[["Reader", int], Parsed]


class Fault(Exception):
    """A plan that cannot be read: where, and why."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


class Member(NamedTuple):
    """One entry of an object: its name and the bytes of its key and value, quotes included; `data` as Python's own."""

    name: str
    key_start: int
    key_end: int
    start: int
    end: int
    data: Any


Members = dict[str, Member]


class Change(NamedTuple):
    """What a plan is to do with a resource instance, and the masks of what is not known or not to be shown."""

    address: str
    actions: Any
    unknown: Any
    sensitive: Any


class Reader:
    """A plan's text. All offsets are those of the file's bytes."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        from json import JSONDecoder

        self.text = data.decode("latin-1")
        self.is_ascii = data.isascii()
        self.start = start
        # not in the library's documentation, but what `raw_decode` has always called
        self._scan: Callable[[str, int], Parsed] = JSONDecoder().scan_once  # type: ignore[attr-defined]
        self._depth = 0

    def read(self) -> Members:
        """The top of the plan. Raises Fault."""
        at = _blank(self.text, self.start)
        if self.text[at : at + 1] != "{":
            raise Fault(at, "a plan in JSON is an object")
        root: Members
        root, end = self.object(at, _ROOT, keep=frozenset(_ROOT))
        if _blank(self.text, end) != len(self.text):
            raise Fault(_blank(self.text, end), "invalid JSON: text after the end")
        return root

    def members(self, start: int) -> Members:
        """The entries of the object at an offset, each as Python's own data. It has been read before: it is JSON."""
        found: Members = {}
        text, scan, next_entry = self.text, self._scan, _ENTRY.match
        if text[start : start + 1] != "{":
            return found
        position = start
        while True:
            match = next_entry(text, position)
            if match is None:
                raise Fault(position, _CANNOT)
            written = match[2]
            if written is None:
                return found
            at = match.end()
            data, position = scan(text, at)
            name = written[1:-1]
            if "\\" in name or not name.isascii():
                name = self.true_text(scan(text, match.start(2))[0])
            found[name] = Member(name, match.start(2), match.end(2), at, position, data)

    def true_text(self, text: str) -> str:
        """What a text that was read means: its bytes are UTF-8."""
        if self.is_ascii or text.isascii():
            return text
        try:
            return text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text  # written as escapes

    # --- parsers: given an offset, they return what stands there and where it ends ------------

    def plain(self, at: int) -> Parsed:
        """A value as Python's own data."""
        try:
            return self._scan(self.text, at)
        except StopIteration as stop:
            raise Fault(stop.value if isinstance(stop.value, int) else at, _CANNOT) from None
        except RecursionError:
            raise Fault(at, "nested too deeply to be read") from None
        except ValueError as error:
            where = getattr(error, "pos", None)
            raise Fault(where if where is not None else at, _CANNOT if where is not None else _NUMBER) from None

    def object(self, at: int, inner: Mapping[str, Parser], keep: frozenset[str] | None = None) -> Parsed:
        """An object's Members; `inner` reads some of its entries, the scanner the others. Of others, only `keep`."""
        text = self.text
        if text[at : at + 1] != "{":
            return {}, self.plain(at)[1]
        found: Members = {}
        position = _blank(text, at + 1)
        if text[position : position + 1] == "}":
            return found, position + 1
        while True:
            match = _KEY.match(text, position)
            if match is None:
                raise Fault(_blank(text, position), _CANNOT)
            start = match.end()
            written = match[1][1:-1]
            name = written if "\\" not in written else self.plain(match.start(1))[0]
            data, end = inner[name](self, start) if name in inner else self.plain(start)
            if keep is None or name in keep:
                found[name] = Member(self.true_text(name), match.start(1), match.end(1), start, end, data)
            position, is_end = self._after(end, "}")
            if is_end:
                return found, position

    def array(self, at: int, parser: Parser) -> Parsed:
        """An array whose elements are read by a parser, each as a Member without a name."""
        text = self.text
        if text[at : at + 1] != "[":
            return [], self.plain(at)[1]
        found: list[Member] = []
        position = _blank(text, at + 1)
        if text[position : position + 1] == "]":
            return found, position + 1
        while True:
            start = position
            data, end = parser(self, start)
            found.append(Member("", start, start, start, end, data))
            position, is_end = self._after(end, "]")
            if is_end:
                return found, position

    def _after(self, end: int, bracket: str) -> tuple[int, bool]:
        match = _NEXT.match(self.text, end)
        if match is None or match[1] not in (",", bracket):
            raise Fault(_blank(self.text, end), _CANNOT)
        return (match.end(), False) if match[1] == "," else (match.start(1) + 1, True)

    def module(self, at: int) -> Parsed:
        """A module of `planned_values` or of a state, with the modules it calls."""
        if self._depth >= MAX_MODULES:
            raise Fault(at, "modules are nested too deeply to be read")
        self._depth += 1
        try:
            return self.object(at, _MODULE, keep=frozenset({"address", *_MODULE}))
        finally:
            self._depth -= 1


_CANNOT = "invalid JSON: cannot read on from here"
_NUMBER = "holds a number that is too long to be read"


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match is not None else at


def _nothing(reader: Reader, at: int) -> Parsed:
    # read past, not kept
    return None, reader.plain(at)[1]


def _resource(reader: Reader, at: int) -> Parsed:
    return reader.object(at, {"values": _nothing})


def _change(reader: Reader, at: int) -> Parsed:
    """The address of a change, its actions and masks; the values before and after are dropped at once."""
    data, end = reader.plain(at)
    change = data.get("change") if isinstance(data, dict) and "deposed" not in data else None
    if not isinstance(change, dict):
        return None, end
    return Change(
        reader.true_text(str(data.get("address"))), change.get("actions"), change.get("after_unknown"),
        change.get("after_sensitive"),
    ), end  # fmt: skip


_MODULE: dict[str, Parser] = {
    "resources": lambda reader, at: reader.array(at, _resource),
    "child_modules": lambda reader, at: reader.array(at, Reader.module),
}
_VALUES: dict[str, Parser] = {"root_module": Reader.module, "outputs": _nothing}
_ROOT: dict[str, Parser] = {
    "format_version": Reader.plain,
    "planned_values": lambda reader, at: reader.object(at, _VALUES),
    "prior_state": lambda reader, at: reader.object(at, {"values": lambda one, where: one.object(where, _VALUES)}),
    "resource_changes": lambda reader, at: reader.array(at, _change),
    "configuration": Reader.plain,
    "variables": Reader.plain,
}

__all__ = ["Change", "Fault", "Member", "Members", "Reader"]
