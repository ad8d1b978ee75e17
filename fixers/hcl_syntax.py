"""Places in a Terraform file, found in the syntax tree: blocks, expressions, and the paths that lead to them.

The tree is made from the file's bytes here, so all offsets are the file's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Withheld
from iaclint.model.block import Block
from iaclint.model.value import Value, literal_of
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_TRANSPARENT = frozenset(
    {"expression", "collection_value", "tuple", "object", "object_elem", "attribute", "body", "block", "config_file"}
)
_WRAPPERS = ("expression", "literal_value", "collection_value", "template_expr")


@lru_cache(maxsize=1)
def _language() -> Any:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Language(tree_sitter_hcl.language())


@lru_cache(maxsize=16)
def root_of(data: bytes) -> Node:
    """The root of the tree of these bytes."""
    import tree_sitter

    return tree_sitter.Parser(_language()).parse(data).root_node


def text_of(node: Node) -> str:
    """The bytes of a node as text."""
    return (node.text or b"").decode("utf-8", "surrogateescape")


def expression_at(root: Node, span: Span) -> Node | None:
    """The largest expression of exactly this span, or None."""
    node = root.descendant_for_byte_range(span.start, span.end)
    found = None
    while node is not None and node.start_byte == span.start and node.end_byte == span.end:
        if node.type == "expression":
            found = node
        node = node.parent
    return found


def block_at(root: Node, offset: int) -> Node | None:
    """The innermost block around a byte."""
    node = root.descendant_for_byte_range(offset, offset + 1)
    while node is not None and node.type != "block":
        node = node.parent
    return node


def node_of(block: Block) -> Node:
    """A Block's own node (of a `dynamic` block its content); raises Withheld where there is none."""
    root = root_of(block.document.source.data)
    offset = block.span.start if block.body_span is None else block.body_span.start - 1
    node = block_at(root, offset)
    if node is None or node.has_error:
        raise Withheld("the block could not be read in full")
    return node


def block_of_value(value: Value) -> Node:
    """The nested block that a map Value stands for (`iaclint.model.paths` makes such Values)."""
    node = root_of(value.document.source.data).descendant_for_byte_range(value.span.start, value.span.end)
    while node is not None and node.type != "block":
        node = node.parent
    if node is None or node.start_byte != value.span.start or node.has_error:
        raise Withheld("the value could not be found in the file")
    return content_of(node)


def content_of(node: Node) -> Node:
    """The content of a `dynamic` block; any other block itself."""
    if name_of(node) != "dynamic":
        return node
    contents = [one for one in members_of(node) if name_of(one) == "content"]
    if len(contents) != 1:
        raise Withheld("the dynamic block has no content")
    return contents[0]


def unwrapped(node: Node) -> Node:
    """What an expression consists of, when it is one literal, list or object; else the node itself."""
    while node.type in _WRAPPERS and node.named_child_count == 1:
        inner = node.named_children[0]
        if inner.start_byte != node.start_byte or inner.end_byte != node.end_byte:
            break
        node = inner
    return node


def is_literal(node: Node) -> bool:
    """Whether an expression is written out: no reference, call, operation or interpolation in it."""
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type in ("expression", "collection_value", "tuple", "object"):
            if any(child.type == "(" for child in one.children):
                return False
            marks = ("_start", "_end", "comment")
            stack.extend(child for child in one.named_children if not child.type.endswith(marks))
        elif one.type == "object_elem":
            stack.append(elem_value(one))
        elif one.type == "operation":
            if not text_of(one).lstrip("-").replace(".", "", 1).isdigit():
                return False
        elif one.type == "template_expr":
            if has_gaps(one):
                return False
        elif one.type != "literal_value":
            return False
    return True


def has_gaps(node: Node) -> bool:
    """Whether a string has interpolations or directives."""
    return any(True for _ in gaps_of(node))


def gaps_of(node: Node) -> Iterator[Node]:
    """The interpolations and directives of a string, outermost ones."""
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type in ("template_interpolation", "template_directive", "template_if", "template_for"):
            yield one
        else:
            stack.extend(one.named_children)


def elem_key(elem: Node) -> Node:
    """The key expression of an object's element."""
    return elem.named_children[0]


def elem_value(elem: Node) -> Node:
    """The value expression of an object's element."""
    return [child for child in elem.named_children if child.type == "expression"][-1]


def key_text(elem: Node) -> str:
    """The key of an object's element as the second reader has it, without quotes."""
    text = text_of(elem_key(elem))
    if text.startswith("("):
        return "${" + text + "}"
    return text[1:-1] if text[:1] == '"' else text


def name_of(node: Node) -> str:
    """The name of an attribute, or the type of a block."""
    return text_of(node.children[0])


def labels_of(block: Node) -> tuple[str, ...]:
    """The labels of a block, without quotes."""
    words = [child for child in block.children[1:] if child.type in ("string_lit", "identifier")]
    return tuple(text_of(word).strip('"') for word in words)


def braces_of(block: Node) -> tuple[Node, Node]:
    """The opening and the closing brace of a block."""
    start = next((child for child in block.children if child.type == "block_start"), None)
    end = next((child for child in block.children if child.type == "block_end"), None)
    if start is None or end is None:
        raise Withheld("the block could not be read in full")
    return start, end


def members_of(block: Node) -> list[Node]:
    """The attributes and nested blocks of a block (or of a file), in order."""
    for child in block.children:
        if child.type == "body":
            return [one for one in child.children if one.type in ("attribute", "block")]
    return []


def dynamic_of(block: Node) -> Node | None:
    """The `dynamic` block whose content this is."""
    around = enclosing_block(block)
    return around if around is not None and name_of(block) == "content" and name_of(around) == "dynamic" else None


def enclosing_block(node: Node) -> Node | None:
    """The next block around a node."""
    one = node.parent
    while one is not None and one.type != "block":
        one = one.parent
    return one


def is_top(block: Node) -> bool:
    """Whether a block or attribute stands at the top level."""
    return enclosing_block(block) is None


def addresses(root: Node) -> Iterator[tuple[tuple[Any, ...], Node]]:
    """The top-level blocks and attributes, each under its name and labels; a repeated one has its ordinal last."""
    seen: dict[tuple[str, ...], int] = {}
    for node in members_of(root):
        plain = (name_of(node), *(labels_of(node) if node.type == "block" else ()))
        count = seen[plain] = seen.get(plain, 0) + 1
        yield (plain if count == 1 else (*plain, count - 1)), node


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands.

    top      the top-level block or attribute around it
    path     as the second reader has it, the address of `top` first
    names    argument and block names below `top`, for Facts: no indices, `dynamic` blocks as their content
    opaque   the outermost expression around it that the second reader sees as one text, or None
    """

    node: Node
    top: Node
    path: tuple[Any, ...]
    names: tuple[str, ...]
    opaque: Node | None

    @property
    def resource(self) -> str:
        """The resource type it belongs to, or ""."""
        return labels_of(self.top)[0] if self.is_block("resource") and labels_of(self.top) else ""

    def is_block(self, kind: str) -> bool:
        """Whether the top-level block is of this kind."""
        return self.top.type == "block" and name_of(self.top) == kind


def place_of(node: Node) -> Place:
    """Where a node stands; the node itself (attribute, block, element) is the last of the path."""
    path: list[Any] = []
    names: list[str] = []
    opaque: Node | None = None
    pending = False
    one: Node | None = node
    top: Node | None = None
    while one is not None:
        parent = one.parent
        if one.type not in _TRANSPARENT or any(child.type == "(" for child in one.children):
            path, names, pending = [], [], True
        if pending and one.type == "expression":
            opaque, pending = one, False
        if one.type == "attribute":
            path.append(name_of(one))
            names.append(name_of(one))
        elif one.type == "object_elem":
            path.append(key_text(one))
            names.append(key_text(one))
        elif one.type == "expression" and parent is not None and parent.type == "tuple":
            path.append([child.id for child in parent.children if child.type == "expression"].index(one.id))
        elif one.type == "block" and not is_top(one):
            _add_block(one, path, names)
        if one.type in ("attribute", "block") and is_top(one):
            top = one
        one = parent
    if top is None:
        raise Withheld("the place could not be found in the file")
    if top.type == "attribute":
        path.pop()
        names.pop()
    root = root_of_node(top)
    address = next((address for address, found in addresses(root) if found.id == top.id), None)
    if address is None:
        raise Withheld("the place could not be found in the file")
    return Place(node, top, (address, *reversed(path)), tuple(reversed(names)), opaque)


def _add_block(block: Node, path: list[Any], names: list[str]) -> None:
    kind, labels = name_of(block), labels_of(block)
    body = block.parent
    siblings = [one for one in (body.children if body else ()) if one.type == "block" and name_of(one) == kind]
    path.extend([*reversed(labels), [one.id for one in siblings].index(block.id), kind])
    if kind == "dynamic":
        names.extend(labels[:1])
    elif dynamic_of(block) is None:
        names.append(kind)


def root_of_node(node: Node) -> Node:
    """The root of the tree a node belongs to."""
    while node.parent is not None:
        node = node.parent
    return node


def rest_of_line(source: Source, offset: int) -> tuple[str, int]:
    """What stands between an offset and the end of its line, and where the next line begins."""
    line = source.line_number(offset)
    end = source.line_span(line).end
    after = source.line_starts[line] if line < len(source.line_starts) else len(source.data)
    return source.slice(Span(offset, end)), after


def is_blank_or_comment(text: str) -> bool:
    """Whether the rest of a line says nothing, or is one comment that ends on it."""
    word = text.strip()
    if not word or word.startswith(("#", "//")):
        return True
    return word.startswith("/*") and word.endswith("*/") and word.count("*/") == 1 and len(word) > 3


def is_first_on_line(source: Source, offset: int) -> bool:
    """Whether only blanks stand before an offset on its line."""
    start = source.line_span(source.line_number(offset)).start
    return not source.slice(Span(max(start, source.start), offset)).strip(" \t")


def plain_of(value: Value) -> Any:
    """The plain data of a Value; None where a part of it is unknown."""
    try:
        return literal_of(value)
    except ValueError:
        return None
