"""A Dockerfile cut into its physical pieces and logical instructions, by BuildKit's rules.

Offsets are bytes of the file. Lines end with LF (a CR before it belongs to the line end); a lone CR
is a blank, as for BuildKit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from iaclint.model.block import Problem
from iaclint.source import BOM, Span

_NOWHERE = Span(0, 0)
BLANKS = b" \t\v\f\r"
_DIRECTIVE = re.compile(rb"#[ \t\v\f\r]*([a-zA-Z][a-zA-Z0-9]*)[ \t\v\f\r]*=[ \t\v\f\r]*(?=[^ \t\v\f\r])(.*)", re.DOTALL)
_DIRECTIVES = frozenset({b"syntax", b"escape", b"check"})


class Piece(NamedTuple):
    """Whole lines of one kind: "bom", "directive", "comment", "blank" or "instruction"."""

    kind: str
    span: Span


class Logical:
    """A continued line as BuildKit joins it, with the way back to the file's bytes."""

    __slots__ = ("_inner", "_outer", "chunks", "text")

    def __init__(self, chunks: list[tuple[int, bytes]]) -> None:
        self.chunks = chunks
        self.text = b"".join(chunk for _, chunk in chunks)
        self._inner: list[int] = []
        self._outer: list[int] = []
        at = 0
        for offset, chunk in chunks:
            if chunk or not self._inner:
                self._inner.append(at)
                self._outer.append(offset)
            at += len(chunk)

    def offset(self, index: int) -> int:
        """The file's byte offset of an index of the text."""
        place = bisect_right(self._inner, index) - 1
        return self._outer[place] + index - self._inner[place]

    def span(self, start: int, end: int) -> Span:
        """The file's bytes of a range of the text; an empty range stands behind the byte before it."""
        if start < end:
            return Span(self.offset(start), self.offset(end - 1) + 1)
        at = self.offset(start - 1) + 1 if start else self.offset(0)
        return Span(at, at)

    @property
    def gaps(self) -> list[Span]:
        """From each continuation character to the content that goes on."""
        found = []
        for (offset, chunk), (following, _) in zip(self.chunks, self.chunks[1:], strict=False):
            found.append(Span(offset + len(chunk), following))
        return found


@dataclass(slots=True)
class Heredoc:
    """A here-document of an instruction.

    name    the terminator, quotes removed
    word    where `<<EOF` stands
    body    its lines, the last newline included
    end     the terminator's line without newline; empty at the end of the file when there is none
    expand  whether variables in it are expanded (its name is not quoted)
    strip   whether leading tabs are taken off (`<<-`)
    """

    name: str
    word: Span
    expand: bool
    strip: bool
    body: Span = _NOWHERE
    end: Span = _NOWHERE
    is_terminated: bool = True


@dataclass(slots=True)
class Statement:
    """An instruction's lines.

    command_end  where its last line before any here-document ends, newline left out
    end          where its last line ends, newline left out
    notes        comment lines within it
    is_dangling  whether its last line asks for another that never comes
    """

    logical: Logical
    escape: str
    command_end: int
    end: int
    notes: list[Span]
    is_dangling: bool
    heredocs: list[Heredoc] = field(default_factory=list)


@dataclass(slots=True)
class Script:
    """The file in pieces that together are its bytes, and its instructions in order."""

    pieces: list[Piece]
    statements: list[Statement]
    comments: list[Span]
    problems: list[Problem]
    escape: str = "\\"
    directives: dict[str, str] = field(default_factory=dict)


def split(data: bytes) -> Script:
    """Cut a Dockerfile's bytes; never fails."""
    script = Script([], [], [], [])
    at = 0
    if data.startswith(BOM):
        at = len(BOM)
        script.pieces.append(Piece("bom", Span(0, at)))
    directives_over = False
    while at < len(data):
        following = line_end(data, at)
        content = data[at:following].rstrip(b"\r\n")
        stripped = content.lstrip(BLANKS)
        if not directives_over:
            directives_over = not _read_directive(stripped, Span(at, at + len(content)), script)
            if not directives_over:
                script.pieces.append(Piece("directive", Span(at, following)))
                at = following
                continue
        if not stripped:
            script.pieces.append(Piece("blank", Span(at, following)))
        elif stripped.startswith(b"#"):
            script.comments.append(Span(at + len(content) - len(stripped), at + len(content)))
            script.pieces.append(Piece("comment", Span(at, following)))
        else:
            following = _read_statement(data, at, script)
            script.pieces.append(Piece("instruction", Span(at, following)))
        at = following
    return script


def line_end(data: bytes, at: int) -> int:
    """Where the line of this byte ends, its newline included."""
    return data.find(b"\n", at) + 1 or len(data)


def _read_directive(stripped: bytes, span: Span, script: Script) -> bool:
    match = _DIRECTIVE.match(stripped)
    name = match[1].lower() if match else b""
    if match is None or name not in _DIRECTIVES:
        return False
    key, value = name.decode(), match[2].rstrip(BLANKS).decode("utf-8", "surrogateescape")
    if key in script.directives:
        script.problems.append(Problem(span, f"the parser directive {key} is given twice"))
    elif key == "escape" and value not in ("\\", "`"):
        script.problems.append(Problem(span, "the escape character must be a backslash or a backtick"))
    elif key == "escape":
        script.escape = value
    script.directives.setdefault(key, value)
    return True


def _continues(content: bytes, escape: bytes) -> bytes | None:
    """The content before a continuation character that ends it, or None where none does."""
    bare = content.rstrip(b" \t")
    if bare.endswith(escape) and not bare.endswith(escape * 2):
        return bare[:-1]
    return None


def _read_statement(data: bytes, at: int, script: Script) -> int:
    escape = script.escape.encode()
    following = line_end(data, at)
    content = data[at:following].rstrip(b"\r\n")
    start = at + len(content) - len(content.lstrip(BLANKS))
    content = content.lstrip(BLANKS)
    before = _continues(content, escape)
    chunks = [(start, content if before is None else before)]
    notes: list[Span] = []
    end = start + len(content)
    while before is not None and following < len(data):
        at, following = following, line_end(data, following)
        content = data[at:following].rstrip(b"\r\n")
        end = at + len(content)
        stripped = content.lstrip(BLANKS)
        if stripped.startswith(b"#"):
            notes.append(Span(end - len(stripped), end))
        elif stripped:
            before = _continues(content, escape)
            chunks.append((at, content if before is None else before))
    script.comments.extend(notes)
    statement = Statement(Logical(chunks), script.escape, end, end, notes, before is not None)
    script.statements.append(statement)
    return _read_heredocs(data, following, statement, script)


def _read_heredocs(data: bytes, at: int, statement: Statement, script: Script) -> int:
    if b"<<" not in statement.logical.text:
        return at
    from iaclint.parsers.dockerfile.heredocs import heredocs_of

    for heredoc in heredocs_of(statement.logical, statement.escape):
        terminator = heredoc.name.encode("utf-8", "surrogateescape")
        start, heredoc.is_terminated = at, False
        while at < len(data) and not heredoc.is_terminated:
            following = line_end(data, at)
            line = data[at:following].rstrip(b"\r\n")
            if (line.lstrip(b"\t") if heredoc.strip else line) == terminator:
                heredoc.is_terminated = True
                heredoc.body, heredoc.end = Span(start, at), Span(at, at + len(line))
            statement.end = at + len(line)
            at = following
        if not heredoc.is_terminated:
            heredoc.body, heredoc.end = Span(start, at), Span(at, at)
            script.problems.append(Problem(heredoc.word, f"the here-document {heredoc.name} is not terminated"))
        statement.heredocs.append(heredoc)
    return at


__all__ = ["BLANKS", "Heredoc", "Logical", "Piece", "Script", "Statement", "line_end", "split"]
