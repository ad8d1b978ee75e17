"""Texts inside texts: parts of strings, JSON in a heredoc, and whole files in JSON syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers import hcl_text
from iaclint.fixers.hcl_facts import impact_of
from iaclint.fixers.hcl_syntax import expression_at, gaps_of, place_of, root_of
from iaclint.model.block import Document
from iaclint.model.intent import Expression, Impact
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.fixers.hcl_changes import Changes
    from iaclint.model.value import Value


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
