"""Terraform's `yamlencode` and `yamldecode`."""

from __future__ import annotations

import itertools
import re
from typing import Any

from iaclint.evaluate.terraform_functions import Call, plain, structural
from iaclint.evaluate.terraform_values import (
    MAX_TEXT,
    UNKNOWN_KEY,
    Invalid,
    Mistake,
    Rough,
    Unknowable,
    fails,
    in_order,
    text_of,
)
from iaclint.model.value import Value

_MAX_DEPTH = 60
_MAX_NODES = 20_000
_SIMPLE_KEY = 100
_WIDTH = 75
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n", "\0": "\\0", "\x1b": "\\e"}

# --- writing --------------------------------------------------------------------------------------


@structural("any?")
def yamlencode(call: Call, value: Value) -> Value | None:
    if fails(value):
        raise Mistake
    if value.is_unknown:
        raise Unknowable
    lines = _lines(value, 0)
    if any(len(line) > _WIDTH and " " in line.strip("- ") for line in lines):
        # long ones are folded
        raise Unknowable
    if lines[0][:1] == "|":
        lines = [lines[0], *(f"  {line}" if line else line for line in lines[1:])]
    elif value.kind not in ("list", "map", "string"):
        lines.append("...")
    return call.new("string", "\n".join(lines) + "\n")


def _lines(value: Value, depth: int) -> list[str]:
    """The lines of a node, those after the first indented below it."""
    if depth > _MAX_DEPTH:
        raise Unknowable
    if value.kind == "list" and value.items:
        found: list[str] = []
        for item in in_order(value):
            first, *rest = _lines(item, depth + 1)
            found += [f"- {first}", *(f"  {line}" if line else line for line in rest)]
        return found
    if value.kind == "map" and value.entries:
        return _mapping(value, depth)
    return _scalar(value)


def _mapping(value: Value, depth: int) -> list[str]:
    if UNKNOWN_KEY in value.entries:
        raise Unknowable
    found: list[str] = []
    for key, item in sorted(value.entries.items()):
        if len(key.encode()) > _SIMPLE_KEY or "\n" in key:
            raise Unknowable
        name = _quoted(key)
        lines = _lines(item, depth + 1)
        if item.kind == "list" and item.items:
            found += [f"{name}:", *lines]
        elif item.kind == "map" and item.entries:
            found += [f"{name}:", *(f"  {line}" if line else line for line in lines)]
        else:
            first, *rest = lines
            found += [f"{name}: {first}", *(f"  {line}" if line else line for line in rest)]
    return found


def _scalar(value: Value) -> list[str]:
    if value.kind == "missing":
        return ["null"]
    if value.kind in ("list", "map"):
        return ["[]" if value.kind == "list" else "{}"]
    if value.kind == "unknown":
        raise Mistake if isinstance(value, Invalid) else Unknowable
    if value.kind == "string" and not isinstance(value, Rough):
        text = str(value.data)
        return _block(text) if "\n" in text else [_quoted(text)]
    if isinstance(value, Rough):
        raise Unknowable
    return [text_of(value) or ""]


def _block(text: str) -> list[str]:
    lines = text.split("\n")
    if (
        any(line != line.rstrip() or not line.isprintable() for line in lines)
        or text[0] in " \n"
        or any(before == "" and line.startswith(" ") for before, line in itertools.pairwise(lines))
        or not text.isascii()
    ):
        # written with escapes, or with a hint how deep it is indented
        raise Unknowable
    if text.endswith("\n\n"):
        return ["|+", *lines[:-1]]
    if text.endswith("\n"):
        return ["|", *lines[:-1]]
    return ["|-", *lines]


def _quoted(text: str) -> str:
    found: list[str] = []
    for character in text:
        code = ord(character)
        if character in _ESCAPES:
            found.append(_ESCAPES[character])
        elif 0x20 <= code < 0x7F or (0xA0 < code < 0x2000) or (0x3000 <= code < 0xD800):
            found.append(character)
        else:
            raise Unknowable
    return f'"{"".join(found)}"'


# --- reading --------------------------------------------------------------------------------------

_WORDS: dict[str, object] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
}
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_IN_DOUBT = re.compile(r"\d{4}-|0[xo]|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)$|\.\d.*[pP]|\.(?:inf|nan)", re.A)


@plain("string")
def yamldecode(text: str) -> object:
    if len(text) > MAX_TEXT // 4 or "\t" in text or "\ufeff" in text:
        raise Unknowable
    reader = _Reader(text)
    return reader.document()


class _Reader:
    """Builds Python's data from the parser's events."""

    def __init__(self, text: str) -> None:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.yaml = yaml
        self.events = iter(yaml.parse(text, Loader=loader))
        self.anchors: dict[str, tuple[object, int]] = {}
        self.left = _MAX_NODES

    def document(self) -> object:
        """The only document there is."""
        try:
            found = self._all()
        except self.yaml.YAMLError:
            raise Unknowable from None
        return found

    def _all(self) -> object:
        yaml = self.yaml
        next(self.events)
        if not isinstance(next(self.events), yaml.DocumentStartEvent):
            raise Mistake
        found = self.node(next(self.events), 0)
        next(self.events)
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise Mistake
        return found

    def node(self, event: Any, depth: int) -> object:
        yaml = self.yaml
        self.left -= 1
        if self.left < 0 or depth > _MAX_DEPTH:
            raise Unknowable
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event.anchor)
        before = self.left
        if isinstance(event, yaml.ScalarEvent):
            found = _resolved(event)
        elif event.tag is not None:
            raise Unknowable
        elif isinstance(event, yaml.SequenceStartEvent):
            items: list[object] = []
            found = items
            while not isinstance(following := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(following, depth + 1))
        else:
            found = self.mapping(depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (found, before - self.left + 1)
        return found

    def alias(self, anchor: str) -> object:
        found, size = self.anchors.get(anchor, (None, -1))
        if size < 0:
            raise Mistake
        self.left -= size
        return found

    def mapping(self, depth: int) -> dict[str, object]:
        yaml = self.yaml
        found: dict[str, object] = {}
        while not isinstance(following := next(self.events), yaml.MappingEndEvent):
            if not isinstance(following, yaml.ScalarEvent):
                raise Mistake if not isinstance(following, yaml.AliasEvent) else Unknowable
            if following.anchor is not None:
                raise Unknowable
            if following.value == "<<" and not following.style and following.tag is None:
                self.merge(found, self.node(next(self.events), depth + 1))
                continue
            key = _key(_resolved(following))
            found[key] = self.node(next(self.events), depth + 1)
        return found

    def merge(self, found: dict[str, object], merged: object) -> None:
        for one in merged if isinstance(merged, list) else [merged]:
            if not isinstance(one, dict):
                raise Mistake
            found.update(one)


def _key(data: object) -> str:
    if data is None:
        raise Mistake
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int | float):
        from iaclint.evaluate.terraform_numbers import text_of as number_text

        return number_text(data)
    return str(data)


def _resolved(event: Any) -> object:
    text: str = event.value
    if event.tag is not None:
        if event.tag == "tag:yaml.org,2002:str":
            return text
        raise Unknowable
    if event.style in ("'", '"'):
        return text
    found = _plain(text)
    if event.style in ("|", ">") and not isinstance(found, str):
        # a block is read like a plain scalar, and then made a string again
        raise Unknowable
    return found


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _IN_DOUBT.match(text):
        raise Unknowable
    if _NUMBER.fullmatch(text):
        from iaclint.evaluate.terraform_numbers import parse

        return parse(text)
    return text
