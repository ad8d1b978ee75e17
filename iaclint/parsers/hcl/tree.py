"""The tree-sitter tree of a Terraform file: how it is made, its leaves, its syntax errors."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from tree_sitter import Language, Node, Parser, Tree

from iaclint.model.block import Problem
from iaclint.parsers import directives
from iaclint.source import Span

Parts = list[tuple[Span, Tree]]
"""The trees of a file's regions, in order: one where the file is sound."""

UNREADABLE = "invalid syntax: cannot read this part"
_MAX_PROBLEMS = 50
_ENDS = {"block_end": "`}`", "object_end": "`}`", "tuple_end": "`]`", "quoted_template_end": "the closing quote"}
_INTEGER_EXPONENT = re.compile(rb"(?<![\w.])(\d+)[eE][+-]?(?=\d)")
_HEREDOC_MARKER = re.compile(rb"<<-?([^\s\x00-\x1f\"<>]+)(?=\r?\n)")


@cache
def _language() -> Language:
    import tree_sitter_hcl

    return Language(tree_sitter_hcl.language())


@cache
def _parser() -> Parser:
    return Parser(_language())


def read(data: bytes) -> Tree:
    """The tree of these bytes; offsets are theirs, but take text from `data`, never from a node."""
    tree = _parser().parse(data)
    if tree.root_node.has_error:
        readable = _without_gaps_of_the_grammar(data)
        if readable != data:
            return _parser().parse(readable)
    return tree


def read_in_parts(data: bytes) -> Parts:
    """The trees of a file's top-level regions, each with its bytes; one of the whole file where nothing is damaged."""
    whole = read(data)
    if not whole.root_node.has_error:
        return [(Span(0, len(data)), whole)]
    from iaclint.parsers.hcl.regions import regions

    parts = regions(data)
    if len(parts) == 1:
        return [(parts[0], whole)]
    readable = _without_gaps_of_the_grammar(data)
    return [(part, _parser_of(part).parse(readable)) for part in parts]


def _parser_of(part: Span) -> Parser:
    from tree_sitter import Range

    # offsets stay those of the file; rows and columns are not looked at
    return Parser(_language(), included_ranges=[Range((0, 0), (0, 0), part.start, part.end)])


def node_at(parts: Parts, start: int, end: int) -> Node | None:
    """The smallest node around these bytes."""
    index = bisect_right(parts, start, key=lambda part: part[0].start) - 1
    return parts[index][1].root_node.descendant_for_byte_range(start, end) if index >= 0 else None


def _without_gaps_of_the_grammar(data: bytes) -> bytes:
    # terraform accepts 1e10, NUL and heredoc markers that are not ASCII; the grammar does not.
    # Replaced by bytes of the same number, so that every offset stays what it is.
    if b"\0" in data:
        data = data.replace(b"\0", b"_")
    data = _INTEGER_EXPONENT.sub(lambda match: match[1] + b"0" * (len(match[0]) - len(match[1])), data)
    for marker in {match[1] for match in _HEREDOC_MARKER.finditer(data)}:
        if not marker.isascii():
            data = data.replace(marker, re.sub(rb"[\x80-\xff]", b"_", marker))
    return data


def problems(parts: Parts, data: bytes) -> list[Problem]:
    """One Problem for each outermost region that could not be read, in file order."""
    found: list[Problem] = []
    for part, tree in parts:
        if len(found) < _MAX_PROBLEMS and tree.root_node.has_error:
            found.extend(_placed(problem, part, data) for problem in _problems(tree.root_node))
    return found[:_MAX_PROBLEMS]


def _placed(problem: Problem, part: Span, data: bytes) -> Problem:
    start, end = problem.span
    if start == end:
        # what is missing at the end is missing behind the last thing written, however many newlines follow
        start = end = max(part.start, len(data[:start].rstrip()))
    else:
        line_end = data.find(b"\n", start, end)
        end = line_end if line_end > start else end
    return Problem(Span(start, end), problem.message)


def _problems(root: Node) -> list[Problem]:
    found: list[Problem] = []
    stack = [root]
    while stack and len(found) < _MAX_PROBLEMS:
        node = stack.pop()
        if node.is_missing:
            found.append(Problem(Span(node.start_byte, node.end_byte), f"invalid syntax: {_expected(node)} is missing"))
        elif node.is_error and (node.parent is not None or not any(map(_is_structure, node.named_children))):
            found.append(Problem(Span(node.start_byte, node.end_byte), UNREADABLE))
        elif node.is_error:
            found.append(Problem(_loose_part(node), UNREADABLE))
            stack.extend(child for child in reversed(node.children) if child.has_error and not child.is_error)
        elif node.has_error:
            stack.extend(child for child in reversed(node.children) if child.has_error)
    return found


def _is_structure(node: Node) -> bool:
    return node.type in ("block", "attribute", "body")


def _loose_part(root: Node) -> Span:
    # where nothing could be closed the whole file is one error: name what stands outside the parts that could
    for child in root.children:
        if not _is_structure(child) and child.type != "comment":
            return Span(child.start_byte, child.end_byte)
    return Span(root.start_byte, root.end_byte)


def _expected(node: Node) -> str:
    return _ENDS.get(node.type) or (node.type.replace("_", " ") if node.is_named else f"`{node.type}`")


def leaves(parts: Parts | None, data: bytes) -> Iterator[bytes]:
    """The bytes of all leaves and of the gaps between them, in order."""
    position = 0
    for start, end in (span for _, tree in parts or () for span in _leaf_spans(tree)):
        if start > position:
            yield data[position:start]
            position = start
        if end > position:
            yield data[position:end]
            position = end
    if position < len(data):
        yield data[position:]


def _leaf_spans(tree: Tree) -> Iterator[tuple[int, int]]:
    cursor = tree.walk()
    while True:
        if cursor.goto_first_child():
            continue
        node = cursor.node
        if node is not None:
            yield node.start_byte, node.end_byte
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def comments(parts: Parts, data: bytes) -> list[Span]:
    """The spans of comments that speak to a linter."""
    found: list[Span] = []
    end = 0
    for position in directives.places(data):
        if position < end:
            continue
        node = node_at(parts, position, position + 1)
        if node is not None and node.type == "comment":
            found.append(Span(node.start_byte, node.end_byte))
            end = node.end_byte
    return found
