"""YAML as a small tree with exact spans, on top of libyaml's event stream.

The tree keeps what a repair needs and what loaders throw away: quotes, styles, aliases, duplicate
keys. Nothing is expanded, so a file with an alias bomb costs what its bytes cost. Anchors are
known once their node is complete, so the tree with aliases followed has no cycles.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from iaclint.model.block import Problem
from iaclint.parsers import directives
from iaclint.parsers.yaml_scalars import construct, implicit_tag
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.model.block import Document
    from iaclint.parsers.embedded import EmbeddedText

MAX_DEPTH = 200
"""Collections within collections; what is nested deeper is a Problem."""

_PROPERTY = re.compile(rb"(?:&[^\s,\[\]{}]+|!<[^>\s]*>|![^\s,\[\]{}]*)(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*")
_HEADER_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)?")
_COLON = re.compile(rb"[ \t]*:")
_BLANKS = re.compile(rb"[ \t]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class YamlNode:
    """A node as written.

    kind          "scalar", "mapping", "sequence" or "alias"
    span          its bytes: a scalar's with quotes or indicator, tag and anchor; a flow collection's
                  with brackets; a block collection's from its first to its last content. Of an
                  empty value: an empty span right after the colon or dash
    content_span  the same without tag and anchor; a quoted scalar's without the quotes, a block
                  scalar's lines after its header, without trailing blank lines
    value         a scalar's text after unquoting and folding; an alias's anchor name
    style         of a scalar "" (plain), "'", '"', "|", ">"; of a collection "flow" or "block"
    tag           the explicit tag as libyaml resolves it (`!vault`, `tag:yaml.org,2002:str`) or ""
    anchor        its anchor's name or ""
    pairs         a mapping's (key, value) in file order, duplicates kept
    items         a sequence's elements
    target        the node an alias stands for
    is_cut        whether a syntax error ended this collection early: what it lacks is unknown
    """

    __slots__ = (
        "anchor", "content_span", "is_cut", "items", "kind", "pairs", "span", "style", "tag", "target", "value",
    )

    def __init__(self, kind: str, span: Span, *, value: str = "", style: str = "", tag: str = "", anchor: str = ""):
        self.kind = kind
        self.span = span
        self.content_span = span
        self.value = value
        self.style = style
        self.tag = tag
        self.anchor = anchor
        self.pairs: list[tuple[YamlNode, YamlNode]] = []
        self.items: list[YamlNode] = []
        self.target: YamlNode | None = None
        self.is_cut = False

    def __repr__(self) -> str:
        return f"<YamlNode {self.kind} {self.value!r} {self.span.start}-{self.span.end}>"

    def get(self, key: str) -> YamlNode | None:
        """The value of a mapping's key, the last one of duplicates; aliases and merges are not followed."""
        for name, value in reversed(self.pairs):
            if name.kind == "scalar" and name.value == key:
                return value
        return None

    def resolved(self) -> YamlNode:
        """The node an alias stands for, or this one; an undefined alias stays itself."""
        node = self
        for _ in range(MAX_DEPTH):
            if node.target is None:
                break
            node = node.target
        return node

    def plain(self) -> object:
        """A scalar as YAML 1.1 reads it: None, bool, int, float or str. Timestamps stay text."""
        tag = self.tag
        if not tag:
            if self.style:
                return self.value
            tag = implicit_tag(self.value)
        return construct(tag, self.value)

    def children(self) -> Iterator[YamlNode]:
        """Keys and values, or elements, in file order."""
        for key, value in self.pairs:
            yield key
            yield value
        yield from self.items

    def walk(self) -> Iterator[YamlNode]:
        """This node and all below it in file order; aliases are not followed."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(list(node.children())))


@dataclass
class YamlFile:
    """A file of YAML documents.

    documents   the root node of each document, None for an empty one
    problems    syntax errors; what was read before them is kept
    comments    spans of the comments that hold the marker asked for
    duplicates  (later key, first key) of keys that stand twice in one mapping
    """

    source: Source
    documents: list[YamlNode | None] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    comments: list[Span] = field(default_factory=list)
    duplicates: list[tuple[YamlNode, YamlNode]] = field(default_factory=list)

    @cached_property
    def parents(self) -> dict[int, tuple[YamlNode, int]]:
        """By `id` of a node: what holds it, and the index of its pair or element (keys are not in it)."""
        found: dict[int, tuple[YamlNode, int]] = {}
        for node in self.nodes():
            for index, (_, value) in enumerate(node.pairs):
                found[id(value)] = (node, index)
            for index, item in enumerate(node.items):
                found[id(item)] = (node, index)
        return found

    def nodes(self) -> Iterator[YamlNode]:
        """All nodes of all documents in file order."""
        for root in self.documents:
            if root is not None:
                yield from root.walk()


def parse(source: Source, comments_with: re.Pattern[bytes] | None = None) -> YamlFile:
    """Read a file; errors become Problems. Never raises. Kept are the comments that hold such words; by itself those
    that speak to a linter."""
    file = YamlFile(source)
    wrong = source.invalid_utf8_at
    if wrong is not None:
        file.problems.append(Problem(Span(wrong, wrong + 1), "not UTF-8"))
    _Reader(file).read()
    file.duplicates.sort(key=lambda pair: pair[0].span)
    if comments_with is not None:
        file.comments = comments(file, (match.start() for match in comments_with.finditer(source.data)))
    else:
        file.comments = comments(file, directives.places(source.data))
    return file


def merged_pairs(node: YamlNode) -> list[tuple[YamlNode, YamlNode]]:
    """A mapping's own pairs, then those its `<<` keys bring in and that it does not override."""
    found: list[tuple[YamlNode, YamlNode]] = []
    seen_keys: set[object] = set()
    seen_nodes: set[int] = set()
    stack = [node.resolved()]
    while stack:
        mapping = stack.pop()
        if id(mapping) in seen_nodes:
            continue
        seen_nodes.add(id(mapping))
        if mapping.kind == "sequence":
            stack.extend(item.resolved() for item in reversed(mapping.items))
            continue
        own = [pair for pair in mapping.pairs if not _is_merge(pair[0])]
        found.extend(pair for pair in own if _identity(pair[0]) not in seen_keys)
        seen_keys.update(_identity(key) for key, _ in own)
        stack.extend(value.resolved() for key, value in mapping.pairs if _is_merge(key))
    return found


def pieces(file: YamlFile) -> Iterator[bytes]:
    """The bytes of the file again: each scalar and alias, and what stands between them."""
    at, data = 0, file.source.data
    for node in file.nodes():
        if node.kind in ("scalar", "alias"):
            yield data[at : node.span.start]
            yield data[node.span.start : node.span.end]
            at = node.span.end
    yield data[at:]


def embedded_text(node: YamlNode, document: Document, jinja: bool = True) -> EmbeddedText | None:
    """A scalar's text mapped back to the file, for a script within it; None where that cannot be done.

    With `jinja` each `{{ ... }}`, `{% ... %}` and `{# ... #}` becomes a `$____` of the same length,
    recorded in `gaps`. `spell` of the result gives None for text that cannot stand in the scalar.
    """
    from iaclint.parsers.yaml_text import embed

    return embed(node, document, jinja)


# --- building the tree --------------------------------------------------------------


class _Reader:
    # turns events into nodes; `open` holds the collections not yet ended with a mapping's waiting key

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.source = file.source
        self.data = file.source.data
        self.length = len(self.source.text)
        # marks are asked for several times a scalar, so the common case is one addition
        self.ascii_start = self.source.start if self.source.is_ascii else -1
        self.open: list[tuple[YamlNode, list[YamlNode]]] = []
        self.anchors: dict[str, YamlNode] = {}
        self.root: YamlNode | None = None
        self.in_document = False

    def read(self) -> None:
        import yaml

        text = self.source.text
        if self.source.invalid_utf8_at is not None:
            text = _SURROGATE.sub("\ufffd", text)
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(text, Loader=loader):
                if not self.take(type(event).__name__, event):
                    break
        except (yaml.YAMLError, ValueError) as error:
            self.problem(self.place(error), f"invalid YAML: {_first_line(error)}")
        if self.in_document:
            self.close_all()

    def take(self, name: str, event: Any) -> bool:
        """Handle one event; false to stop."""
        if name == "ScalarEvent":
            self.add(self.scalar(event))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self.open) >= MAX_DEPTH:
                self.problem(self.span(event).start, f"nested more than {MAX_DEPTH} levels deep")
                return False
            node = YamlNode(
                "mapping" if name == "MappingStartEvent" else "sequence",
                self.span(event),
                style="flow" if event.flow_style else "block",
                tag=event.tag or "",
                anchor=event.anchor or "",
            )
            self.anchors.pop(node.anchor, None)
            self.open.append((node, []))
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            node, _ = self.open.pop()
            self.end(node, self.span(event).end)
            self.add(node)
        elif name == "AliasEvent":
            self.add(self.alias(event))
        elif name == "DocumentStartEvent":
            self.root, self.in_document = None, True
            self.anchors.clear()
        elif name == "DocumentEndEvent":
            self.close_document()
        return True

    def span(self, event: Any) -> Span:
        return Span(self.offset(event.start_mark), self.offset(event.end_mark))

    def offset(self, mark: Any) -> int:
        index = min(mark.index, self.length)
        return self.ascii_start + index if self.ascii_start >= 0 else self.source.byte_offset(index)

    def place(self, error: Any) -> int:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is not None:
            return self.offset(mark)
        position = getattr(error, "position", None)
        return self.source.start + position if isinstance(position, int) else self.source.start

    def problem(self, offset: int, message: str) -> None:
        offset = max(0, min(offset, len(self.data)))
        self.file.problems.append(Problem(Span(offset, min(offset + 1, len(self.data))), message))

    def scalar(self, event: Any) -> YamlNode:
        span = self.span(event)
        node = YamlNode(
            "scalar", span, value=event.value, style=event.style or "", tag=event.tag or "", anchor=event.anchor or ""
        )
        start = self.after_properties(node, span)
        if node.style in ("'", '"'):
            node.content_span = Span(start + 1, span.end - 1)
        elif node.style in ("|", ">"):
            self.trim_block_scalar(node, start)
        elif span.start == span.end:
            node.span = node.content_span = self.empty_place(span.start)
        else:
            node.content_span = Span(min(start, span.end), span.end)
        return node

    def after_properties(self, node: YamlNode, span: Span) -> int:
        at = span.start
        for _ in range((1 if node.tag else 0) + (1 if node.anchor else 0)):
            match = _PROPERTY.match(self.data, at)
            at = match.end() if match else at
        return at

    def trim_block_scalar(self, node: YamlNode, header: int) -> None:
        match = _HEADER_LINE.match(self.data, header)
        first = match.end() if match else header
        end = max(first, node.span.end)
        last = first + len(self.data[first:end].rstrip(b" \t\r\n"))
        if last == first:
            # no content: the header itself is what there is
            line = self.source.line_span(self.source.line_number(header))
            node.span = Span(node.span.start, max(header + 1, min(line.end, end)))
            node.content_span = Span(first, first) if first <= end else Span(node.span.end, node.span.end)
            return
        # blanks behind the last word belong to its line
        line_end = _BLANKS.match(self.data, last, end)
        last = line_end.end() if line_end else last
        node.content_span = Span(first, last)
        keeps = b"+" in self.data[header : header + 4].split(b"#")[0].split(b"\n")[0]
        if keeps:
            # with `|+` trailing blank lines are content: only the last newline is not
            last = max(last, end - (2 if self.data[:end].endswith(b"\r\n") else 1))
        node.span = Span(node.span.start, last)

    def empty_place(self, at: int) -> Span:
        if self.open and self.open[-1][1]:
            key = self.open[-1][1][0]
            # in `{key: }` and `? key` libyaml puts the value at the next token
            if self.data[at - 1 : at] != b":":
                colon = _COLON.match(self.data, key.span.end, at)
                at = colon.end() if colon else key.span.end
        return Span(at, at)

    def alias(self, event: Any) -> YamlNode:
        node = YamlNode("alias", self.span(event), value=event.anchor)
        node.target = self.anchors.get(event.anchor)
        if node.target is None:
            self.problem(node.span.start, f"invalid YAML: undefined alias *{event.anchor}")
        return node

    def add(self, node: YamlNode) -> None:
        if node.anchor:
            self.anchors[node.anchor] = node
        if not self.open:
            self.root = node
            return
        parent, waiting = self.open[-1]
        if parent.kind == "sequence":
            parent.items.append(node)
        elif waiting:
            parent.pairs.append((waiting.pop(), node))
        else:
            waiting.append(node)

    def end(self, node: YamlNode, end: int) -> None:
        """Set the span of a collection that ends (for libyaml) at this byte."""
        start = self.after_properties(node, node.span)
        has_brackets = node.style == "flow" and self.data[start : start + 1] in (b"{", b"[")
        last = node.pairs[-1][1].span.end if node.pairs else node.items[-1].span.end if node.items else start
        first = next(node.children(), None)
        if not has_brackets:
            end = max(last, start)
            if first is not None and first.span.start >= node.span.start:
                start = self.first_content(node, first)
        node.span = Span(node.span.start, max(end, node.span.start))
        node.content_span = Span(start, max(end, start))
        if node.kind == "mapping":
            self.note_duplicates(node)

    def first_content(self, node: YamlNode, first: YamlNode) -> int:
        if node.kind == "mapping" or node.style == "flow":
            return first.span.start
        dash = self.data.rfind(b"-", node.span.start, first.span.start)
        return max(node.span.start, dash) if not (node.tag or node.anchor) else dash

    def note_duplicates(self, node: YamlNode) -> None:
        seen: dict[object, YamlNode] = {}
        for key, _ in node.pairs:
            if not _is_merge(key):
                first = seen.setdefault(_identity(key), key)
                if first is not key:
                    self.file.duplicates.append((key, first))

    def close_all(self) -> None:
        while self.open:
            node, _ = self.open.pop()
            last = node.pairs[-1][1] if node.pairs else node.items[-1] if node.items else None
            node.is_cut = True
            self.end(node, last.span.end if last is not None else node.span.end)
            if last is not None or not self.open:
                self.add(node)
        self.close_document()

    def close_document(self) -> None:
        root = self.root
        if root is not None and root.kind == "scalar" and root.span.start == root.span.end:
            root = None
        self.file.documents.append(root)
        self.in_document = False


def _first_line(error: Exception) -> str:
    text = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return str(text).split("\n", 1)[0]


def _is_merge(key: YamlNode) -> bool:
    return key.kind == "scalar" and key.value == "<<" and not key.style


def _identity(key: YamlNode) -> object:
    # keys are the same when a reader makes the same value of them: 1 and true are not
    if key.kind != "scalar":
        return id(key)
    value = key.plain()
    return type(value), value


# --- comments -----------------------------------------------------------------------


def comments(file: YamlFile, places: Iterable[int] | None = None) -> list[Span]:
    """The comments in which these places lie (by itself all), from `#` to the end of the line.

    A `#` within a scalar is none.
    """
    source, data = file.source, file.source.data
    found: list[Span] = []
    scalars: list[Span] = []
    starts: list[int] | None = None
    end = -1
    for at in (match.start() for match in re.finditer(rb"#", data)) if places is None else places:
        if at < end:
            continue
        if starts is None:
            scalars = sorted(node.content_span for node in file.nodes() if node.kind == "scalar")
            starts = [span.start for span in scalars]
        line = source.line_span(source.line_number(at))
        comment = _comment_start(data, line, scalars, starts, source.start)
        if comment is not None and comment <= at:
            found.append(Span(comment, line.end))
            end = line.end
    return found


def _comment_start(data: bytes, line: Span, scalars: list[Span], starts: list[int], first: int) -> int | None:
    at = data.find(b"#", line.start, line.end)
    while at >= 0:
        index = bisect_right(starts, at) - 1
        inside = index >= 0 and at < scalars[index].end
        if not inside and (at == line.start or data[at - 1] in b" \t" or at == first):
            return at
        after = max(scalars[index].end, at + 1) if inside else at + 1
        at = data.find(b"#", after, line.end) if after < line.end else -1
    return None
