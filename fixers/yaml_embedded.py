"""Changes within a scalar of a YAML file: a part of its text, and entries of a JSON document in it."""

from __future__ import annotations

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers.yaml_places import check_unshared, file_of
from iaclint.fixers.yaml_proof import effect_of_scalar_edits
from iaclint.fixers.yaml_render import Plain
from iaclint.model.block import Document
from iaclint.model.value import Value
from iaclint.parsers.yaml import YamlNode, embedded_text
from iaclint.source import Span


def scalar_around(value: Value) -> YamlNode:
    if value.span.start == value.span.end:
        raise Withheld("the place of the value in the file is not known")
    for node in file_of(value.document).nodes():
        if node.kind == "scalar" and node.content_span.covers(value.span):
            return node
    raise Withheld("the place of the value in the file is not known")


def edit_scalar(document: Document, node: YamlNode, span: Span, text: str, draft: Draft) -> None:
    """Replace a part of a scalar by text as the value means it."""
    file = file_of(document)
    check_unshared(file, node)
    if node.tag:
        raise Withheld("the value carries a tag")
    embedded = embedded_text(node, document, jinja=False)
    written = embedded.spell(text, span.start) if embedded is not None else None
    if written is None:
        raise Withheld("the text cannot be written in this scalar")
    draft.edits.append(Edit(document.path, span, written))
    effect = effect_of_scalar_edits(document, node, draft.edits)
    draft.effects[:] = [one for one in draft.effects if one[0] is not document or one[1].path != effect.path]
    draft.effects.append((document, effect))


def stands_in_text(value: Value) -> bool:
    """Whether a map is a JSON object within a scalar, rather than a mapping of the file."""
    data, (start, end) = value.document.source.data, value.span
    if (
        value.kind != "map"
        or data[start : start + 1] != b"{"
        or data[end - 1 : end] != b"}"
        or value.origin is not None
    ):
        return False
    return any(
        node.kind == "scalar" and node.content_span.covers(value.span) for node in file_of(value.document).nodes()
    )


def insert_in_text(holder: Value, name: str, new: Plain, draft: Draft) -> None:
    """Write a new entry at the end of a JSON object in a scalar, on the line of its last one."""
    import json

    data, (start, end) = holder.document.source.data, holder.span
    if name in holder.entries:
        raise Withheld(f"{name} is written already")
    inside = data[start + 1 : end - 1].rstrip()
    at = start + 1 + len(inside)
    text = f"{json.dumps(name)}: {json.dumps(new, ensure_ascii=False)}"
    edit_scalar(holder.document, scalar_around(holder), Span(at, at), f", {text}" if inside.strip() else text, draft)
