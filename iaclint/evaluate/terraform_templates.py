"""Strings with interpolations and directives: their text, or their known parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate import terraform_operators as operators
from iaclint.evaluate.terraform_expressions import Scope, compute
from iaclint.evaluate.terraform_for import bind, bound, cannot_be_walked, elements, unknown_round
from iaclint.evaluate.terraform_values import MAX_TEXT, Mistake, fails, normal, text_of
from iaclint.model.value import Value
from iaclint.parsers.hcl import template
from iaclint.parsers.hcl.template import Piece, Style

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.source import Span

Part = str | None
MAX_NESTING = 30


class Text:
    """What a template amounts to so far: known parts, None for each gap, what it mentions, whether it fails."""

    __slots__ = ("is_invalid", "parts", "references", "size")

    def __init__(self) -> None:
        self.is_invalid = False
        self.parts: list[Part] = []
        self.references: dict[str, None] = {}
        self.size = 0

    def add(self, part: Part) -> None:
        """Add text, or a gap."""
        if part is None or self.size > MAX_TEXT:
            if not self.parts or self.parts[-1] is not None:
                self.parts.append(None)
            return
        self.size += len(part)
        self.parts.append(part)

    def mention(self, references: tuple[str, ...]) -> None:
        """Add references."""
        self.references.update(dict.fromkeys(references))

    def merged(self) -> tuple[Part, ...]:
        """The parts with neighbouring texts joined."""
        found: list[Part] = []
        texts: list[str] = []
        for part in [*self.parts, None]:
            if part is not None:
                texts.append(part)
                continue
            if texts:
                found.append("".join(texts))
                texts = []
            found.append(None)
        return tuple(found[:-1])


def interpolated(node: Node, scope: Scope) -> Value:
    """The Value within `${...}`."""
    for child in node.children:
        if child.type == "expression":
            return compute(child, scope)
    return scope.unknown(scope.span(node))


def compute_template(node: Node, scope: Scope) -> Value:
    """The loose Value of a quoted string or heredoc; a lone interpolation is the Value within."""
    pieces = template.read(node, scope.data)
    span = scope.span(node)
    if len(pieces) == 1 and pieces[0].node is not None and node.type == "quoted_template":
        hole = pieces[0].node
        if hole.type == "template_interpolation":
            value = interpolated(hole, scope)
            value.span = span
            return value
    return text_value(pieces, scope, template.style_of(node, scope.data), span)


def text_value(pieces: list[Piece], scope: Scope, style: Style, span: Span) -> Value:
    """The loose string that pieces amount to; with its known parts where it has gaps."""
    text = Text()
    _add(text, pieces, scope, style, 0)
    parts, references = text.merged(), tuple(text.references)
    if text.is_invalid:
        from iaclint.evaluate.terraform_conversions import STRING

        return scope.invalid(span, references, type=STRING)
    if None in parts:
        result = scope.unknown(span, references)
        result.parts = parts
        return result
    return scope.new("string", normal("".join(part for part in parts if part is not None)), span, references)


def _add(text: Text, pieces: list[Piece], scope: Scope, style: Style, nesting: int) -> None:
    run: list[bytes] = []
    for piece in pieces:
        if piece.text is not None:
            run.append(piece.text)
            continue
        if run:
            text.add(b"".join(run).decode("utf-8", "surrogateescape"))
            run = []
        if piece.node is None:
            continue
        if scope.data[piece.start - 1 : piece.start] == scope.data[piece.start : piece.start + 1]:
            # of `$$${` the last two are the escape
            text.add(None)
        elif piece.node.type == "template_interpolation":
            value = interpolated(piece.node, scope)
            text.mention(value.references)
            if fails(value) or value.kind in ("missing", "list", "map"):
                text.is_invalid = True
            if value.is_unknown and value.parts:
                for part in value.parts:
                    text.add(part)
            else:
                text.add(text_of(value))
        else:
            _add_directive(text, piece.node, scope, style, nesting)
    if run:
        text.add(b"".join(run).decode("utf-8", "surrogateescape"))


def _add_directive(text: Text, node: Node, scope: Scope, style: Style, nesting: int) -> None:
    inner = node.children[0] if node.children else node
    if nesting >= MAX_NESTING or inner.type not in ("template_if", "template_for"):
        text.add(None)
        return
    sections = _sections(inner, scope.data, style)
    if inner.type == "template_if":
        condition = interpolated(inner.children[0], scope)
        text.mention(condition.references)
        try:
            truth = operators.condition(condition)
        except Mistake:
            truth, text.is_invalid = None, True
        for index, pieces in enumerate(sections):
            branch = Text()
            _add(branch, pieces, scope, style, nesting + 1)
            text.mention(tuple(branch.references))
            if truth is (index == 0):
                text.is_invalid = text.is_invalid or branch.is_invalid
                for part in branch.parts:
                    text.add(part)
        if truth is None:
            text.add(None)
        return
    names, collection = bind(inner.children[0], scope)
    text.mention(collection.references)
    text.is_invalid = text.is_invalid or cannot_be_walked(collection)
    pairs = elements(collection, scope)
    rounds = [bound(names, key, item, scope) for key, item in pairs or ()]
    if pairs is None:
        text.add(None)
        rounds = [unknown_round(names, collection, scope)]
    for one in rounds:
        if scope.module.steps[0] < 0:
            text.add(None)
            break
        branch = Text()
        _add(branch, sections[0] if sections else [], one, style, nesting + 1)
        text.mention(tuple(branch.references))
        if pairs is not None:
            text.is_invalid = text.is_invalid or branch.is_invalid
            for part in branch.parts:
                text.add(part)


def _sections(inner: Node, data: bytes, style: Style) -> list[list[Piece]]:
    """The pieces between a directive's markers: before and after `else`."""
    found: list[list[Piece]] = []
    opening: Node | None = None
    holes: list[Node] = []
    for child in inner.children:
        if child.type in template.MARKERS:
            if opening is not None:
                found.append(template.between(
                    data, opening.end_byte, child.start_byte, holes, style,
                    trim=data[opening.end_byte - 2 : opening.end_byte - 1] == b"~",
                    trim_end=data[child.start_byte + 2 : child.start_byte + 3] == b"~",
                ))  # fmt: skip
            opening, holes = child, []
        elif child.type in template.HOLES:
            holes.append(child)
    return found


