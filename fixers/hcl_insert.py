"""Where new arguments, blocks, entries and elements go in a Terraform file, and with which blanks around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers import hcl_text
from iaclint.fixers.hcl_syntax import (
    braces_of,
    elem_key,
    elem_value,
    is_blank_or_comment,
    is_first_on_line,
    members_of,
    rest_of_line,
    text_of,
)  # fmt: skip
from iaclint.model.block import Document
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node


def write(draft: Draft, document: Document, start: int, end: int, text: str) -> None:
    """Add an Edit, its newlines spelled as the file's."""
    if "\n" in text:
        if document.source.newline == "\r":
            raise Withheld("the file's lines end with a lone carriage return")
        text = text.replace("\r\n", "\n").replace("\n", document.source.newline)
    draft.edit(document, start, end, text)


def into_block(draft: Draft, document: Document, block: Node, entries: dict[str, Any]) -> None:
    """Write arguments and nested blocks into a block's body."""
    source = document.source
    opening, closing = braces_of(block)
    base = source.indent_at(block.start_byte)
    members = members_of(block)
    if opening.start_point[0] == closing.start_point[0]:
        if not is_first_on_line(source, block.start_byte):
            raise Withheld("the block does not begin its line")
        _open_up(draft, document, block, members, hcl_text.body_lines(entries.items(), base + "  "), base)
        return
    if not is_blank_or_comment(rest_of_line(source, opening.end_byte)[0]):
        raise Withheld("the block's first argument stands on its first line")
    indent = _indent_of(source, members, base + "  ")
    blocks = [one for one in members if one.type == "block"]
    arguments = {name: data for name, data in entries.items() if not hcl_text.is_blocks(data)}
    nested = {name: data for name, data in entries.items() if hcl_text.is_blocks(data)}
    last = _last_argument(members)
    if arguments and not nested:
        text = hcl_text.body_lines(arguments.items(), indent)
        if last is None and blocks:
            text += "\n"
        at = _line_after(source, (last or opening).end_byte)
        write(draft, document, at, at, text)
        return
    if arguments and members and last is not members[-1]:
        into_block(draft, document, block, arguments)
        arguments = {}
    text = hcl_text.body_lines({**arguments, **nested}.items(), indent)
    if members and not arguments:
        text = "\n" + text
    at = _line_after(source, (members[-1] if members else opening).end_byte)
    write(draft, document, at, at, text)


def _open_up(draft: Draft, document: Document, block: Node, members: list[Node], lines: str, base: str) -> None:
    opening, closing = braces_of(block)
    if any(child.type == "comment" for child in block.children) or len(members) > 1:
        raise Withheld("the block is written on one line in a way that cannot be opened up")
    if not members:
        write(draft, document, opening.end_byte, closing.start_byte, f"\n{lines}{base}")
        return
    if members[0].type != "attribute":
        raise Withheld("the block holds another on the same line")
    write(draft, document, opening.end_byte, members[0].start_byte, f"\n{base}  ")
    gap = "\n" if _begins_with_block(lines) else ""
    write(draft, document, members[0].end_byte, closing.start_byte, f"\n{gap}{lines}{base}")


def _begins_with_block(lines: str) -> bool:
    first = lines.split("\n", 1)[0]
    return first.endswith(("{", "{}")) and " = " not in first


def _last_argument(members: list[Node]) -> Node | None:
    """The argument new ones go after: the last before the nested blocks, or the last of all."""
    before: Node | None = None
    for one in members:
        if one.type == "block":
            break
        before = one
    return before or next((one for one in reversed(members) if one.type == "attribute"), None)


def _indent_of(source: Source, members: list[Node], otherwise: str) -> str:
    for one in members:
        if is_first_on_line(source, one.start_byte):
            return source.indent_at(one.start_byte)
    return otherwise


def _line_after(source: Source, offset: int) -> int:
    rest, after = rest_of_line(source, offset)
    if not is_blank_or_comment(rest):
        raise Withheld("something else stands on the same line")
    return after


def after_block(draft: Draft, document: Document, block: Node, text: str) -> None:
    """Write a top-level block behind another one, a blank line between."""
    source = document.source
    rest, after = rest_of_line(source, block.end_byte)
    if not is_blank_or_comment(rest):
        raise Withheld("something else stands on the line of the block's end")
    end = source.line_span(source.line_number(block.end_byte)).end
    following = source.slice(source.line_span(source.line_number(after))) if after < len(source.data) else ""
    write(draft, document, end, end, f"\n\n{text.rstrip()}" + ("\n" if following.strip() else ""))


def elements_of(container: Node) -> list[Node]:
    """The elements of a list (expressions) or of an object (object_elem)."""
    kind = "object_elem" if container.type == "object" else "expression"
    return [child for child in container.children if child.type == kind]


def brackets_of(container: Node) -> tuple[Node, Node]:
    """The opening and the closing bracket of a list or object."""
    return container.children[0], container.children[-1]


def comma_after(element: Node) -> Node | None:
    """The comma behind an element."""
    after = element.next_sibling
    while after is not None and after.type == "comment":
        after = after.next_sibling
    return after if after is not None and after.type == "," else None


def into_list(draft: Draft, document: Document, container: Node, items: list[Any]) -> None:
    """Write further elements behind the last one of a list."""
    texts = [_item_text(document.source, container, item) for item in items]
    _into(draft, document, container, texts)


def _item_text(source: Source, container: Node, item: Any) -> str:
    elements = elements_of(container)
    indent = source.indent_at(elements[-1].start_byte if elements else container.start_byte)
    one_line = container.start_point[0] == container.end_point[0]
    return hcl_text.value(item, indent, one_line=one_line)


def into_object(draft: Draft, document: Document, container: Node, entries: dict[str, Any]) -> None:
    """Write further entries behind the last one of an object, in its style."""
    source, elements = document.source, elements_of(container)
    one_line = container.start_point[0] == container.end_point[0]
    separator, always_quoted = " = ", False
    if elements:
        last = elements[-1]
        separator = source.slice(Span(elem_key(last).end_byte, elem_value(last).start_byte))
        separator = " = " if separator.strip() == "=" else separator
        always_quoted = all(text_of(elem_key(one)).startswith('"') for one in elements)
    opened_up = not elements and _is_own_argument(container)
    indent = source.indent_at(elements[-1].start_byte if elements and not one_line else container.start_byte)
    inner = indent + "  " if opened_up else indent
    inline = one_line and not opened_up
    texts = [
        f"{hcl_text.key(name, always_quoted)}{separator}{hcl_text.value(new, inner, one_line=inline)}"
        for name, new in entries.items()
    ]
    if opened_up:
        opening, closing = brackets_of(container)
        if container.named_child_count > 2:
            raise Withheld("only a comment stands in the map")
        lines = "".join(f"{inner}{text}\n" for text in texts)
        write(draft, document, opening.end_byte, closing.start_byte, f"\n{lines}{indent}")
        return
    _into(draft, document, container, texts, " " if not elements else "")


def _is_own_argument(container: Node) -> bool:
    """Whether it is the whole value of an argument that stands alone.

    Over several lines an argument leaves the group of lines it is aligned with, so one with neighbours stays on one.
    """
    node = container.parent
    while node is not None and node.type in ("collection_value", "expression"):
        node = node.parent
    if node is None or node.type != "attribute":
        return False
    beside = (node.prev_named_sibling, node.next_named_sibling)
    return not any(
        one is not None
        and one.type == "attribute"
        and (one.end_point[0] + 1 == node.start_point[0] or node.end_point[0] + 1 == one.start_point[0])
        for one in beside
    )


def _into(draft: Draft, document: Document, container: Node, texts: list[str], padding: str = "") -> None:
    source, elements = document.source, elements_of(container)
    opening, closing = brackets_of(container)
    if not elements:
        if any(child.type == "comment" for child in container.children):
            raise Withheld("only a comment stands between the brackets")
        write(draft, document, opening.end_byte, closing.start_byte, f"{padding}{', '.join(texts)}{padding}")
        return
    last, comma = elements[-1], comma_after(elements[-1])
    own_line = closing.start_point[0] > last.end_point[0] and is_first_on_line(source, last.start_byte)
    if not own_line:
        at = comma.end_byte if comma is not None else last.end_byte
        joined = "".join(f" {text}," for text in texts) if comma is not None else "".join(f", {text}" for text in texts)
        write(draft, document, at, at, joined)
        return
    # an object's lines need no commas, a list's do
    commas = comma is not None or container.type == "tuple" or any(comma_after(one) for one in elements)
    end = "," if comma is not None else ""
    if comma is not None and comma.start_byte != last.end_byte:
        raise Withheld("the comma stands apart from its element")
    at = _line_after(source, (comma or last).end_byte)
    if commas and comma is None:
        write(draft, document, last.end_byte, last.end_byte, ",")
    indent = source.indent_at(last.start_byte)
    lines = (",\n" if commas else "\n").join(indent + text for text in texts)
    write(draft, document, at, at, f"{lines}{end}\n")
