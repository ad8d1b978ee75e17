"""One instruction as a Block: its keyword, flags and arguments under their own names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.parsers.dockerfile.expansion import Piece, read_word
from iaclint.parsers.dockerfile.lines import Heredoc, Logical, Statement
from iaclint.parsers.dockerfile.values import Written
from iaclint.parsers.dockerfile.words import (
    Head,
    Range,
    is_json_of_others,
    json_strings,
    json_text,
    quoted_words,
    read_head,
    spaced_words,
    trimmed,
)
from iaclint.source import Span

REPEATABLE = frozenset({"--mount", "--exclude", "--device"})
"""Flags that may be given several times: their argument is a list always."""

_MAY_BE_EMPTY = frozenset({"CMD", "ENTRYPOINT"})


@dataclass(slots=True, eq=False)
class Instruction:
    """What the shell parser and the fixers need of an instruction (`Block.node`).

    keyword       as written
    keyword_span  its bytes
    body_span     what follows keyword and flags, up to the end of the last line before here-documents
    flags         the flags in order, repeated ones too
    heredocs      the here-documents it announces
    is_exec       whether its body is a JSON array of strings (after CMD for HEALTHCHECK)
    escape        the escape character
    dialect       what a shell form is written in: "posix", "bash", "powershell", "cmd", or "unknown"
    body          the body as a range of the logical text; `command` the part a shell or exec form holds
    nesting       0, or 1 for the instruction of an ONBUILD
    variables     what ENV and ARG give the variables its script mentions, as far as known
    """

    statement: Statement
    keyword: str
    keyword_span: Span
    body_span: Span
    body: Range
    command: Range
    flags: list[Written] = field(default_factory=list)
    is_exec: bool = False
    dialect: str = "posix"
    nesting: int = 0
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def logical(self) -> Logical:
        """The joined line with its way back to the file."""
        return self.statement.logical

    @property
    def escape(self) -> str:
        """The escape character."""
        return self.statement.escape

    @property
    def heredocs(self) -> list[Heredoc]:
        """The here-documents, in order."""
        return self.statement.heredocs

    @property
    def notes(self) -> list[Span]:
        """Comment lines within the instruction."""
        return self.statement.notes

    @property
    def is_dangling(self) -> bool:
        """Whether its last line asks for another that never comes."""
        return self.statement.is_dangling


def build(document: Document, statement: Statement, start: int = 0, parent: Block | None = None) -> Block:
    """The Block of a statement, or of the part of an ONBUILD from `start` on; appends the Document's problems."""
    logical = statement.logical
    head = read_head(logical.text, start)
    keyword_span = logical.span(*head.keyword_range)
    first_offset, first_chunk = logical.chunks[0]
    first_end = first_offset + len(first_chunk.rstrip())
    span = Span(keyword_span.start, max(statement.end, keyword_span.end))
    body_span = logical.span(*head.body)
    node = Instruction(statement, head.keyword, keyword_span, body_span, head.body, head.body)
    block = Block(
        document, "instruction", head.keyword.upper(), span=span,
        header_span=Span(span.start, max(first_end, keyword_span.end)), parent=parent, node=node,
    )
    builder = _Builder(block, node, head)
    builder.add_flags()
    keyword = block.type
    if keyword not in _READERS:
        builder.problem(keyword_span, f"unknown instruction {_shown(keyword)}" if keyword else "empty instruction")
    elif head.body.start == head.body.end and keyword not in _MAY_BE_EMPTY:
        builder.problem(keyword_span, f"{keyword} lacks its arguments")
    else:
        _READERS[keyword](builder)
    return block


def _shown(keyword: str) -> str:
    return keyword.encode("ascii", "replace").decode()[:40]


class _Builder:
    """Fills one Block; indices are of the logical text."""

    def __init__(self, block: Block, node: Instruction, head: Head) -> None:
        self.block = block
        self.node = node
        self.head = head
        self.logical = node.logical
        self.text = node.logical.text

    def problem(self, span: Span, message: str) -> None:
        self.block.document.problems.append(Problem(span, message))

    def slice(self, part: Range) -> str:
        return self.text[part.start : part.end].decode("utf-8", "surrogateescape")

    def span(self, part: Range) -> Span:
        return self.logical.span(part.start, part.end)

    def word(self, part: Range, name: str = "", name_span: Span | None = None) -> Written:
        """A word that is expanded."""
        return Written("string", self.span(part), read_word(self.slice(part), self.node.escape), name, name_span)

    def plain(self, part: Range, name: str = "") -> Written:
        """A text that is taken as it is."""
        return Written("string", self.span(part), (self.slice(part),), name)

    def json(self, part: Range, expanded: bool) -> Written:
        """A JSON string; COPY and VOLUME expand variables in it all the same."""
        text = json_text(self.text[part.start : part.end])
        pieces: tuple[Piece, ...] | None = read_word(text, self.node.escape) if expanded else (text,)
        return Written("string", self.span(part), pieces)

    def listed(self, name: str, items: list[Written], part: Range) -> Written:
        return Written("list", self.span(part), None, name, items=items)

    def add(self, written: Written) -> None:
        """Make it an Argument; a positional one has an empty name span where its value begins."""
        start = written.span.start
        name_span = written.name_span or Span(start, start)
        span = Span(min(name_span.start, start), written.span.end)
        self.block.arguments[written.name] = Argument(self.block, written.name, name_span, span, written)

    def add_flags(self) -> None:
        for flag in self.head.flags:
            name_span = self.span(flag.name_range)
            if flag.value_range is None:
                end = Span(name_span.end, name_span.end)
                written = Written("bool", end, None, flag.name, name_span)
            else:
                written = self.word(flag.value_range, flag.name, name_span)
            self.node.flags.append(written)
            if flag.name not in REPEATABLE:
                self.add(written)
        for name in REPEATABLE:
            items = [written for written in self.node.flags if written.name == name]
            if items:
                span = Span(items[0].span.start, items[-1].span.end)
                self.add(Written("list", span, None, name, items[0].name_span, items))

    # --- one reader a form --------------------------------------------------------

    def from_(self) -> None:
        words = spaced_words(self.text, *self.head.body)
        self.add(self.word(words[0], "image"))
        if len(words) == 3 and self.slice(words[1]).upper() == "AS":
            self.add(self.plain(words[2], "as"))
        elif len(words) > 1:
            self.problem(self.span(words[1]), "FROM takes an image, and AS with a name")

    def user(self) -> None:
        self.add(self.word(self.head.body, "user"))

    def workdir(self) -> None:
        self.add(self.word(self.head.body, "path"))

    def stopsignal(self) -> None:
        self.add(self.word(self.head.body, "signal"))

    def maintainer(self) -> None:
        self.add(self.plain(self.head.body, "name"))

    def expose(self) -> None:
        words = spaced_words(self.text, *self.head.body)
        self.add(self.listed("ports", [self.word(word) for word in words], self.head.body))

    def pairs(self) -> None:
        """ENV and LABEL: `name=value ...`, or the old `name value`."""
        words = quoted_words(self.text, *self.head.body, self.node.escape)
        items: list[Written] = []
        if words and b"=" not in self.text[words[0].start : words[0].end]:
            first = spaced_words(self.text, *self.head.body)[0]
            rest = trimmed(self.text, first.end, self.head.body.end)
            if rest.start == rest.end:
                self.problem(self.block.node.keyword_span, f"{self.block.type} lacks a value")
                return
            items.append(self.word(rest, self.slice(first), self.span(first)))
        else:
            for word in words:
                if b"=" in self.text[word.start : word.end]:
                    items.append(self.pair(word))
                else:
                    self.problem(self.span(word), f"{self.block.type} takes name=value")
        self.add_pairs(items)

    def arg(self) -> None:
        items = []
        for word in quoted_words(self.text, *self.head.body, self.node.escape):
            if b"=" in self.text[word.start : word.end]:
                items.append(self.pair(word))
            else:
                span = self.span(word)
                items.append(Written("unset", span, None, self.slice(word), span))
        self.add_pairs(items)

    def pair(self, word: Range) -> Written:
        equals = self.text.index(b"=", word.start)
        name = Range(word.start, equals)
        pieces = read_word(self.slice(name), self.node.escape) or ()
        plain = "".join(piece for piece in pieces if isinstance(piece, str))
        return self.word(Range(equals + 1, word.end), plain or self.slice(name), self.span(name))

    def add_pairs(self, items: list[Written]) -> None:
        self.add(Written("map", self.span(self.head.body), None, "pairs", items=items))

    def copy(self) -> None:
        body = self.head.body
        strings = json_strings(self.text, *body)
        self.refuse_others(body)
        if strings is not None:
            self.node.is_exec = True
            items = [self.json(string, True) for string in strings]
        else:
            announced = {heredoc.word for heredoc in self.node.heredocs}
            words = spaced_words(self.text, *body)
            items = [self.word(word) for word in words if self.span(word) not in announced]
        if not items or (len(items) < 2 and not self.node.heredocs):
            self.problem(self.node.keyword_span, f"{self.block.type} needs a source and a destination")
            return
        *sources, destination = items
        destination.name = "destination"
        start = sources[0].span.start if sources else destination.span.start
        end = sources[-1].span.end if sources else start
        self.add(Written("list", Span(start, end), None, "sources", items=sources))
        self.add(destination)

    def volume(self) -> None:
        body = self.head.body
        strings = json_strings(self.text, *body)
        self.refuse_others(body)
        if strings is not None:
            self.node.is_exec = True
            items = [self.json(string, True) for string in strings]
        else:
            items = [self.word(word) for word in spaced_words(self.text, *body)]
        self.add(self.listed("paths", items, body))

    def command(self) -> None:
        """RUN, CMD, ENTRYPOINT and SHELL."""
        self.form(self.head.body)

    def healthcheck(self) -> None:
        body = self.head.body
        first = spaced_words(self.text, *body)[0]
        kind = self.slice(first).upper()
        rest = trimmed(self.text, first.end, body.end)
        if kind == "CMD" and rest.start < rest.end:
            self.form(rest)
        elif kind != "NONE" or rest.start < rest.end:
            self.problem(self.span(first), "HEALTHCHECK takes NONE, or CMD with a command")

    def form(self, part: Range) -> None:
        if part.start == part.end:
            return
        self.node.command = part
        strings = json_strings(self.text, *part)
        self.refuse_others(part)
        self.node.is_exec = strings is not None
        start = self.span(part).start
        form = "shell" if strings is None else "exec"
        self.add(Written("string", Span(start, start), (form,), "form"))
        if strings is not None:
            self.add(self.listed("command", [self.json(string, False) for string in strings], part))
        else:
            self.add(self.plain(part, "command"))

    def refuse_others(self, part: Range) -> None:
        if is_json_of_others(self.text, *part):
            self.problem(self.span(part), "a JSON array here may hold strings only")

    def onbuild(self) -> None:
        if self.node.nesting:
            return
        inner = read_head(self.text, self.head.body.start)
        keyword = inner.keyword.upper()
        if keyword in ("ONBUILD", "FROM", "MAINTAINER"):
            self.problem(self.span(inner.keyword_range), f"{keyword} is not allowed in ONBUILD")
            return
        nested = build(self.block.document, self.node.statement, self.head.body.start, self.block)
        nested.node.nesting = 1
        self.block.blocks.append(nested)


_READERS: dict[str, Callable[[_Builder], None]] = {
    "ADD": _Builder.copy, "ARG": _Builder.arg, "CMD": _Builder.command, "COPY": _Builder.copy,
    "ENTRYPOINT": _Builder.command, "ENV": _Builder.pairs, "EXPOSE": _Builder.expose, "FROM": _Builder.from_,
    "HEALTHCHECK": _Builder.healthcheck, "LABEL": _Builder.pairs, "MAINTAINER": _Builder.maintainer,
    "ONBUILD": _Builder.onbuild, "RUN": _Builder.command, "SHELL": _Builder.command,
    "STOPSIGNAL": _Builder.stopsignal, "USER": _Builder.user, "VOLUME": _Builder.volume,
    "WORKDIR": _Builder.workdir,
}  # fmt: skip

KEYWORDS = frozenset(_READERS)

__all__ = ["KEYWORDS", "REPEATABLE", "Instruction", "build"]
