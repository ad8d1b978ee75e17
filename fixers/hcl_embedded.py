"""Texts inside texts: parts of strings, JSON in a heredoc, and whole files in JSON syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers import hcl_text
from iaclint.fixers.hcl_facts import impact_of
from iaclint.fixers.hcl_syntax import expression_at, gaps_of, place_of, root_of
from iaclint.model.block import Document
from iaclint.model.intent import Expression, Impact
from iaclint.model.value import Value
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.fixers.hcl_changes import Changes


def is_json(document: Document) -> bool:
    """Whether a Terraform file is written in JSON syntax."""
    return document.path.endswith(".json")


def set_in_json(target: Value, new: Any, draft: Draft) -> None:
    """Replace a scalar of a file in JSON syntax; raises Withheld for everything else."""
    import json

    source = target.source_value
    if not is_json(source.document) or not source.is_known or source.kind in ("list", "map"):
        raise Withheld("only a value that stands there is changed in JSON files")
    if isinstance(new, Expression | list | dict):
        raise Withheld("only plain values are written into JSON files")
    written = source.document.source.data[source.span.start : source.span.end]
    try:
        before = json.loads(written)
    except ValueError:
        raise Withheld("the value could not be found in the file") from None
    if before != source.data or (isinstance(new, str) and ("${" in new or "%{" in new)):
        raise Withheld("the value is part of a template")
    draft.edit(source.document, source.span.start, source.span.end, json.dumps(new, ensure_ascii=False))
    draft.at_origin = draft.at_origin or target.origin is not None
    draft.impact(Impact.IN_PLACE, False)
    block = source.block
    was = "..." if hcl_text.may_be_secret(source.argument_path) else hcl_text.shown(before)
    told = f"{block.address if block is not None else ''}.{source.argument_path}: {was} -> "
    draft.effect(source.document, (source.argument_path,), "set", before, new, told + hcl_text.shown(new))


def replace_in_heredoc(target: Value, new: Any, changes: Changes) -> None:
    """Replace a JSON scalar within a heredoc."""
    import json

    source = target.source_value
    document = source.document
    node = _heredoc_around(document, source.span)
    if node is None or source.kind in ("list", "map", "unknown", "missing"):
        raise Withheld("the value could not be found in the file")
    written = document.source.data[source.span.start : source.span.end]
    try:
        before = json.loads(written)
    except ValueError:
        raise Withheld("what stands there is no JSON") from None
    if before != source.data or isinstance(new, Expression):
        raise Withheld("what stands there is no JSON")
    text = json.dumps(new, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    place = place_of(node)
    changes.draft.at_origin = changes.draft.at_origin or target.origin is not None
    changes.draft.impact(*impact_of(place, place.names, None, False))
    was = "..." if hcl_text.may_be_secret(source.name) else hcl_text.shown(before)
    changes.rewrite(document, node, source.span, text, f"{source.name or 'element'}: {was} -> {hcl_text.shown(new)}")


def _heredoc_around(document: Document, span: Span) -> Node | None:
    """The expression that is the heredoc around a span, when the span touches no interpolation."""
    inner = root_of(document.source.data).descendant_for_byte_range(span.start, span.end)
    while inner is not None and inner.type != "heredoc_template":
        inner = inner.parent
    if inner is None or any(gap.start_byte < span.end and span.start < gap.end_byte for gap in gaps_of(inner)):
        return None
    return expression_at(root_of(document.source.data), Span(inner.start_byte, inner.end_byte))


# --- entries of a JSON document in a text ---------------------------------------------------------------------------


def is_in_text(value: Value) -> bool:
    """Whether a map or list is JSON within a string or heredoc, rather than an expression of its own."""
    source = value.source_value
    data, (start, end) = source.document.source.data, source.span
    if source.kind not in ("map", "list") or end - start < 2 or is_json(source.document):
        return False
    opening, closing = (b"{", b"}") if source.kind == "map" else (b"[", b"]")
    return data[start : start + 1] == opening and data[end - 1 : end] == closing and _text_at(source) is not None


def insert_in_text(holder: Value, name: str, new: Any, changes: Changes) -> None:
    """Write a new entry at the end of a JSON object that stands in a text."""
    import json

    if name in holder.entries:
        raise Withheld(f"`{name}` is already written")
    _write_in_text(holder, f"{json.dumps(name)}: ", new, changes, f"{name}: unset -> {hcl_text.shown(new)}")


def append_in_text(target: Value, new: Any, changes: Changes) -> None:
    """Write a new element at the end of a JSON list that stands in a text."""
    _write_in_text(target, "", new, changes, f"{target.name or 'list'}: element added: {hcl_text.shown(new)}")


def remove_in_text(target: Value, changes: Changes) -> None:
    """Take an entry out of a JSON object that stands in a text, with the comma that parts it from its neighbour."""
    holder = target.holder
    if not isinstance(holder, Value) or holder.kind != "map" or target.name_span is None:
        raise Withheld("only an entry is taken out of a text")
    document = holder.source_value.document
    data, place = document.source.data, _text_at(holder.source_value)
    start, end = target.name_span.start, target.span.end
    before = data[holder.span.start : start].rstrip()
    after = data[end : holder.span.end]
    if before.endswith(b","):
        start = holder.span.start + len(before) - 1
    elif before == b"{" and after.lstrip().startswith(b","):
        rest = after.lstrip()[1:]
        end += len(after) - len(rest) + len(rest) - len(rest.lstrip())
    else:
        raise Withheld("the entry could not be told from its neighbours")
    if place is None or any(gap.start_byte < end and start < gap.end_byte for gap in gaps_of(place[1])):
        raise Withheld("a template stands there")
    _count_impact(place[0], changes)
    changes.rewrite(document, place[0], Span(start, end), "", f"{target.name}: removed")


def _write_in_text(holder: Value, head: str, new: Any, changes: Changes, told: str) -> None:
    import json

    source = holder.source_value
    document, place = source.document, _text_at(source)
    if place is None or not is_in_text(holder):
        raise Withheld("the value could not be found in the file")
    data, (start, end) = document.source.data, source.span
    inside = data[start + 1 : end - 1]
    at = start + 1 + len(inside.rstrip())
    is_empty, is_one_line = not inside.strip(), b"\n" not in inside[len(inside.rstrip()) :]
    try:
        if is_one_line or place[1].type != "heredoc_template":
            # an object that is empty, or closes on the line of its last entry, goes on along that line
            text = ("" if is_empty else ", ") + head + json.dumps(new, ensure_ascii=False)
        else:
            outer = document.source.indent_at(end - 1)
            inner = document.source.indent_at(at - 1 if is_empty else _first_key(data, start, end))
            step = inner.removeprefix(outer) if inner.startswith(outer) and inner != outer else "  "
            lines = json.dumps(new, ensure_ascii=False, indent=step).split("\n")
            newline = document.source.newline
            text = ("" if is_empty else ",") + newline + f"{outer}{step}{head}" + f"{newline}{outer}{step}".join(lines)
    except TypeError:
        raise Withheld("only plain values are written into a text") from None
    if place[1].type == "heredoc_template":
        text = text.replace("${", "$${").replace("%{", "%%{")
    else:
        text = hcl_text.escaped(text)
    if any(gap.start_byte < at < gap.end_byte for gap in gaps_of(place[1])):
        raise Withheld("a template stands there")
    changes.draft.at_origin = changes.draft.at_origin or holder.origin is not None
    _count_impact(place[0], changes)
    changes.rewrite(document, place[0], Span(at, at), text, told)


def _first_key(data: bytes, start: int, end: int) -> int:
    inside = data[start + 1 : end - 1]
    return start + 1 + len(inside) - len(inside.lstrip())


def _count_impact(node: Node, changes: Changes) -> None:
    place = place_of(node)
    changes.draft.impact(*impact_of(place, place.names, None, False))


def _text_at(source: Value) -> tuple[Node, Node] | None:
    """The expression and the string or heredoc in it that hold a span; templates within the span are left aside."""
    inner = root_of(source.document.source.data).descendant_for_byte_range(source.span.start, source.span.start + 1)
    while inner is not None and inner.type not in ("heredoc_template", "quoted_template", "string_lit"):
        if inner.type in ("template_interpolation", "function_call"):
            return None
        inner = inner.parent
    if inner is None or inner.end_byte < source.span.end:
        return None
    node = expression_at(root_of(source.document.source.data), Span(inner.start_byte, inner.end_byte))
    return None if node is None else (node, inner)


# --- part of a string -----------------------------------------------------------------------------------------------


def replace_text(target: Value, old: str, new: str, changes: Changes) -> None:
    """Replace the one place in a string that says `old`; interpolations are left alone."""
    source = target.source_value
    document = source.document
    node = expression_at(root_of(document.source.data), source.span)
    if node is None or not old:
        raise Withheld("the text could not be found in the file")
    string = node
    while string.named_child_count == 1 and string.type in ("expression", "literal_value", "template_expr"):
        string = string.named_children[0]
    if string.type in ("string_lit", "quoted_template"):
        needle, text = hcl_text.escaped(old), hcl_text.escaped(new)
    elif string.type == "heredoc_template":
        if "\n" in new:
            raise Withheld("the new text has several lines")
        needle, text = (one.replace("${", "$${").replace("%{", "%%{") for one in (old, new))
    else:
        raise Withheld("an expression stands there")
    start = _only_place(document, string, needle.replace("\n", document.source.newline))
    end = start + len(needle.replace("\n", document.source.newline).encode("utf-8", "surrogateescape"))
    place = place_of(node)
    changes.draft.at_origin = changes.draft.at_origin or target.origin is not None
    name = ".".join(place.names)
    was = "..." if hcl_text.may_be_secret(name) else hcl_text.shown(old)
    told = f"{name}: {was} -> {hcl_text.shown(new)}"
    changes.rewrite(document, node, Span(start, end), text, told)


def _only_place(document: Document, string: Node, needle: str) -> int:
    data, wanted = document.source.data, needle.encode("utf-8", "surrogateescape")
    first = string.children[0].end_byte
    if string.type == "heredoc_template":
        first = data.index(b"\n", first) + 1
    edges = [first]
    for gap in sorted(gaps_of(string), key=lambda one: one.start_byte):
        edges += [gap.start_byte, gap.end_byte]
    edges.append(string.children[-1].start_byte)
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        at = data.find(wanted, start, end)
        while at >= 0:
            found.append(at)
            at = data.find(wanted, at + 1, end)
    if len(found) != 1:
        raise Withheld(f"the text stands {len(found)} times in the string")
    return found[0]
