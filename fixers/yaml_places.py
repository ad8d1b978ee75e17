"""Places in a YAML file: the node a Value stands for, its path, its lines and its indentation."""

from __future__ import annotations

import re
from typing import Any

from iaclint.edits.fix import Withheld
from iaclint.model.block import Block, Document
from iaclint.model.value import Value
from iaclint.parsers.yaml import YamlFile, YamlNode, comments
from iaclint.source import Span

_REST_OF_LINE = re.compile(rb"[ \t]*(?:[ \t]#[^\r\n]*)?(?=\r|\n|\Z)")


def file_of(document: Document) -> YamlFile:
    """The tree of a Document."""
    if not isinstance(document.tree, YamlFile):
        raise Withheld("the file was not read as YAML")
    return document.tree


def node_of_block(block: Block) -> YamlNode:
    """The mapping (or free-form scalar) that holds a Block's arguments."""
    if not isinstance(block.node, YamlNode):
        raise Withheld("the place of this block in the file is not known")
    if block.node.kind == "alias":
        raise Withheld("its arguments stand behind an alias")
    return block.node


def node_of_value(value: Value) -> YamlNode | None:
    """The node whose span is a Value's; None for a part of a scalar (a free-form argument)."""
    file = file_of(value.document)
    span = value.span
    for node in file.nodes():
        if node.span == span or (node.content_span == span and span.start < span.end):
            return node
    return None


def value_of_key(document: Document, name_span: Span) -> YamlNode | None:
    """The value node of the key that stands at a span."""
    for node in file_of(document).nodes():
        for key, below in node.pairs:
            if name_span in (key.span, key.content_span):
                return below
    return None


def check_unshared(file: YamlFile, node: YamlNode) -> None:
    """Raise Withheld where a change here would change another place through an alias, or is unsafe to make."""
    aliased = {one.value for one in file.nodes() if one.kind == "alias"}
    at: YamlNode | None = node
    while at is not None:
        if at.kind == "alias":
            raise Withheld("the value stands behind an alias")
        if at.is_cut:
            raise Withheld("a syntax error is near")
        if at.anchor and at.anchor in aliased:
            raise Withheld(f"the place is used elsewhere through *{at.anchor}")
        above = file.parents.get(id(at))
        at = above[0] if above is not None else None


def path_of(file: YamlFile, node: YamlNode) -> tuple[Any, ...]:
    """The number of the document, then keys and indices down to a node."""
    path: list[Any] = []
    at = node
    while (above := file.parents.get(id(at))) is not None:
        parent, index = above
        if parent.kind == "mapping":
            key = parent.pairs[index][0]
            if key.kind != "scalar":
                raise Withheld("a key on the way is no scalar")
            path.append(key.plain())
        else:
            path.append(index)
        at = parent
    for index, root in enumerate(file.documents):
        if root is at:
            return (index, *reversed(path))
    raise Withheld("the place is not in the file's tree")


def is_in_flow(file: YamlFile, node: YamlNode) -> bool:
    """Whether a node stands within (or is) a flow collection."""
    at: YamlNode | None = node
    while at is not None:
        if at.style == "flow":
            return True
        above = file.parents.get(id(at))
        at = above[0] if above is not None else None
    return False


def line_end(file: YamlFile, offset: int) -> int:
    """The end of the line (its newline left out) a value ends in; only a comment may follow the value."""
    match = _REST_OF_LINE.match(file.source.data, offset)
    if match is None:
        raise Withheld("something else follows on the line")
    return match.end()


def has_line_comment(file: YamlFile, offset: int) -> bool:
    """Whether a comment follows a value on its line."""
    match = _REST_OF_LINE.match(file.source.data, offset)
    return match is not None and b"#" in match[0]


def line_start(file: YamlFile, offset: int) -> int:
    """The start of a byte's line, behind a byte-order mark."""
    source = file.source
    return max(source.line_starts[source.line_number(offset) - 1], source.start if offset >= source.start else 0)


def prefix(file: YamlFile, offset: int) -> str:
    """What stands on the line before a byte."""
    return file.source.slice(Span(line_start(file, offset), offset))


def column(file: YamlFile, node: YamlNode) -> int:
    """The blanks before a block mapping's keys or a block sequence's dashes."""
    places = [node.content_span.start]
    if node.kind == "mapping":
        places = [key.span.start for key, _ in node.pairs]
    for place in places:
        before = prefix(file, place)
        if not before.strip(" "):
            return len(before)
    before = prefix(file, places[0]) if places else "?"
    if before.strip(" -"):
        raise Withheld("the indentation is not clear")
    return len(before)


def check_no_comment(file: YamlFile, span: Span) -> None:
    """Raise Withheld where a comment would be lost with this span."""
    if b"#" in file.source.data[span.start : span.end]:
        for comment in comments(file):
            if span.start <= comment.start < span.end:
                raise Withheld("a comment would be lost")


def after_colon(file: YamlFile, key: YamlNode, node: YamlNode) -> int:
    """The place right behind the colon between a key and its value."""
    if node.anchor:
        raise Withheld("the value carries an anchor")
    between = file.source.data[key.span.end : node.span.start]
    match = re.match(rb"[ \t]*:", between)
    if match is None:
        raise Withheld("the key's colon is not where it usually stands")
    return key.span.end + match.end()
