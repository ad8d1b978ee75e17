"""`ansible.cfg` and inventories in INI form, by lines of our own: values with exact spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iaclint.model.block import Block, Document, Problem
from iaclint.parsers import directives
from iaclint.parsers.ansible.freeform import unquote, words
from iaclint.parsers.ansible.values import Piece
from iaclint.source import Source, Span


class _Line(NamedTuple):
    start: int
    end: int
    text: bytes
    """Without blanks at its end."""


def _lines(source: Source) -> Iterator[_Line]:
    for number in range(1, len(source.line_starts) + 1):
        start, end = source.line_span(number)
        start = max(start, min(source.start, end))
        text = source.data[start:end].rstrip()
        yield _Line(start, start + len(text), text)


def _comments(document: Document) -> None:
    if any(True for _ in directives.places(document.source.data)):
        for line in _lines(document.source):
            at = re.search(rb"(?:^|[ \t])[#;]", line.text)
            if at and directives.is_one(line.text, at.start(), len(line.text)):
                document.comments.append(Span(line.start + at.end() - 1, line.end))


_SECTION = re.compile(rb"\s*\[([^\]\r\n]+)\]")
_OPTION = re.compile(rb"([^\s=:#;\[][^=:]*?)[ \t]*[=:][ \t]*")


def _root(document: Document, kind: str) -> Block:
    source = document.source
    end = len(source.data.rstrip())
    first = source.line_span(1)
    root = Block(
        document, kind, kind, span=Span(min(source.start, end), end),
        header_span=Span(min(source.start, first.end), first.end), node=source,
    )  # fmt: skip
    document.blocks.append(root)
    return root


def _section(parent: Block, line: _Line, type: str, name: str) -> Block:
    span = Span(line.start, line.end)
    block = Block(parent.document, "block", type, span=span, header_span=span, name=name, parent=parent)
    parent.blocks.append(block)
    return block


def read_config(document: Document) -> None:
    """Read `ansible.cfg`: a Block per section, an argument per option; a repeated section is one Block."""
    root = _root(document, "config")
    sections: dict[str, Block] = {}
    section: Block | None = None
    option: Piece | None = None
    for line in _lines(document.source):
        if not line.text.strip() or line.text.lstrip()[:1] in (b"#", b";"):
            continue
        header = _SECTION.match(line.text)
        if option is not None and section is not None and line.text[:1] in (b" ", b"\t"):
            _continue(section, option, line)
        elif header:
            name = header[1].decode("utf-8", "replace").strip()
            section = sections.get(name) or _section(root, line, name, name)
            sections[name], option = section, None
            section.span = Span(section.span.start, line.end)
        else:
            option = _option(section, line)
            if option is None:
                document.problems.append(Problem(Span(line.start, line.end), "neither a section nor an option"))
    _comments(document)


def _option(section: Block | None, line: _Line) -> Piece | None:
    match = _OPTION.match(line.text)
    if section is None or match is None:
        return None
    value = re.split(rb"[ \t];", line.text[match.end() :], maxsplit=1)[0].rstrip()
    start = line.start + match.end()
    name = match[1].decode("utf-8", "replace")
    piece = Piece(
        section, name, Span(line.start, line.start + match.end(1)), Span(start, start + len(value)),
        value.decode("utf-8", "replace"),
    )  # fmt: skip
    section.arguments[name] = piece
    section.span = Span(section.span.start, line.end)
    return piece


def _continue(section: Block, option: Piece, line: _Line) -> None:
    text = re.split(rb"[ \t];", line.text, maxsplit=1)[0].rstrip()
    option.text += "\n" + text.decode("utf-8", "replace").strip()
    option.value_span = Span(option.value_span.start, line.start + len(text))
    option.span = Span(option.span.start, option.value_span.end)
    section.span = Span(section.span.start, line.end)


# --- inventories -----------------------------------------------------------------------


def is_inventory(source: Source) -> bool:
    """Whether a text reads as an INI inventory; an `/etc/hosts`, a script or prose does not."""
    if source.data.startswith(b"#!") or b"\0" in source.data:
        return False
    form = "hosts"
    for line in _lines(source):
        text = _uncommented(line.text).strip()
        if not text:
            continue
        header = _SECTION.match(text)
        if header:
            form = header[1].rpartition(b":")[2].decode("utf-8", "replace") if b":" in header[1] else "hosts"
            if form not in ("hosts", "vars", "children"):
                return False
        elif form == "hosts" and any(word.equals < 0 for word in list(words(text))[1:]):
            return False
    return True


def read_inventory(document: Document) -> None:
    """Read an INI inventory: a Block per section (type `group`), in it one per host line."""
    root = _root(document, "inventory")
    section, form = root, "hosts"
    for line in _lines(document.source):
        text = _uncommented(line.text)
        if not text.strip():
            continue
        header = _SECTION.match(text)
        if header:
            name, _, form = header[1].decode("utf-8", "replace").strip().partition(":")
            section, form = _section(root, line, "group", name), form or "hosts"
            continue
        if section is not root:
            section.span = Span(section.span.start, line.end)
        if form == "vars":
            _variable(section, line, text)
        elif form == "hosts":
            _host(section, line, text)
    _comments(document)


def _uncommented(text: bytes) -> bytes:
    if text.lstrip()[:1] in (b"#", b";"):
        return b""
    if b"#" not in text:
        return text
    for word in words(text):
        if text[word.start : word.start + 1] == b"#":
            return text[: word.start].rstrip()
    return text


def _variable(section: Block, line: _Line, text: bytes) -> None:
    match = re.match(rb"\s*([^\s=]+)\s*=\s*", text)
    if match is None:
        return
    name = match[1].decode("utf-8", "replace")
    said = text[match.end() :]
    section.arguments[name] = Piece(
        section, name, Span(line.start + match.start(1), line.start + match.end(1)),
        Span(line.start + match.end(), line.start + len(text)), unquote(said).decode("utf-8", "replace"),
    )  # fmt: skip


def _host(section: Block, line: _Line, text: bytes) -> None:
    found = list(words(text))
    name = found[0]
    host = Block(
        section.document, "block", "host", span=Span(line.start + name.start, line.start + len(text)),
        header_span=Span(line.start + name.start, line.start + name.end),
        name=text[name.start : name.end].decode("utf-8", "replace"), parent=section,
    )  # fmt: skip
    section.blocks.append(host)
    for word in found[1:]:
        if word.equals >= 0:
            key = text[word.start : word.equals].decode("utf-8", "replace")
            host.arguments[key] = Piece(
                host, key, Span(line.start + word.start, line.start + word.equals),
                Span(line.start + word.equals + 1, line.start + word.end),
                unquote(text[word.equals + 1 : word.end]).decode("utf-8", "replace"),
            )  # fmt: skip
