"""The verbs of YAML: how steps change an Ansible file, by edits of spans.

Whatever is not one of the known shapes raises Withheld: the finding then stands without a fix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from iaclint.edits.fix import Draft, Withheld
from iaclint.fixers.yaml_embedded import edit_scalar, insert_in_text, scalar_around, stands_in_text
from iaclint.fixers.yaml_impact import impact_of
from iaclint.fixers.yaml_keys import NewKeys
from iaclint.fixers.yaml_places import (
    check_no_comment,
    check_unshared,
    column,
    file_of,
    line_end,
    node_of_block,
    node_of_value,
    path_of,
    value_of_key,
)
from iaclint.fixers.yaml_proof import effect_of_scalar_edits, prove
from iaclint.fixers.yaml_removal import removal
from iaclint.fixers.yaml_render import Plain, element, habits_of, scalar
from iaclint.fixers.yaml_writing import appended, gap_of, has_blank_lines, replacement
from iaclint.model.block import Argument, Block, Document
from iaclint.model.intent import Append, Expression, Needed, New, NewBlock, Remove, ReplaceText, Set, Step
from iaclint.model.value import Value
from iaclint.parsers.yaml import YamlNode, embedded_text
from iaclint.source import Span

_RAW_TEXT = frozenset({"cmd", "_raw_params", "free_form"})
_FREE_FORM_SAFE = re.compile(r"[^\s'\"=\\{}]+")


def carry_out(step: Step, draft: Draft) -> None:
    """Write a step's Edits and Effects into the draft; Withheld or Unsupplied where that cannot be done."""
    carry_out_all((step,), draft)


def carry_out_all(steps: Sequence[Step], draft: Draft) -> None:
    """Write several steps as one change: new keys of one mapping go in together, beside those that stay."""
    keys = NewKeys(
        {id(node) for step in steps if isinstance(step, Remove) and (node := _removed_node(step)) is not None}
    )
    removals = [step for step in steps if isinstance(step, Remove)]
    for step in [one for one in steps if not isinstance(one, Remove)] + removals:
        _carry_out(step, draft, keys)
        draft.impact(*impact_of(step))
    keys.write(draft)


def _carry_out(step: Step, draft: Draft, keys: NewKeys) -> None:
    if isinstance(step, Set):
        _set(step, draft, keys)
    elif isinstance(step, Remove):
        _remove(step.target, draft, keys)
    elif isinstance(step, Append):
        _append(step, draft, keys)
    elif isinstance(step, ReplaceText):
        _replace_text(step, draft)
    elif isinstance(step, NewBlock):
        _new_task(step, draft)
    else:
        raise Withheld(f"{type(step).__name__} is no change of YAML")


def _removed_node(step: Remove) -> YamlNode | None:
    target = step.target
    if isinstance(target, Block):
        return target.node if isinstance(target.node, YamlNode) else None
    return _written_node(target) if target.origin is None else None


def _supplied(new: New, draft: Draft) -> Plain:
    if isinstance(new, Needed):
        return draft.supply(new)
    if isinstance(new, Expression):
        return "{{ " + new.text + " }}"
    if isinstance(new, dict):
        return {key: _supplied(value, draft) for key, value in new.items()}
    if isinstance(new, list):
        return [_supplied(value, draft) for value in new]
    return new


def _label(value: Value | Block, before: str, after: str) -> str:
    block = value if isinstance(value, Block) else value.block
    address = block.address if block is not None else ""
    path = value.argument_path if isinstance(value, Value) else value.type
    return f"{'.'.join(part for part in (address, path) if part)}: {before} -> {after}"


def _shown(plain: object) -> str:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return "null" if plain is None else str(plain)


# --- setting ------------------------------------------------------------------------


def _set(step: Set, draft: Draft, keys: NewKeys) -> None:
    new = _supplied(step.new, draft)
    target = step.target
    if target.is_missing and target.name_span is None:
        _create(target, new, draft, keys)
        return
    if target.origin is not None:
        target = target.source_value
        draft.at_origin = True
    node = _written_node(target)
    if node is not None:
        _overwrite(target.document, node, new, draft, _label(target, _before(target), _shown(new)))
    else:
        _overwrite_free_form(target, new, draft)


def _before(value: Value) -> str:
    return "unset" if value.is_missing else value.document.source.slice(value.span)[:60]


def _written_node(value: Value) -> YamlNode | None:
    if value.name_span is not None:
        node = value_of_key(value.document, value.name_span)
        if node is not None:
            return node
    return None if value.is_missing else node_of_value(value)


def _overwrite(document: Document, node: YamlNode, new: Plain, draft: Draft, text: str) -> None:
    file = file_of(document)
    check_unshared(file, node)
    if node.tag or (node.anchor and node.style in ("|", ">")):
        raise Withheld("the value carries a tag or anchor")
    path = path_of(file, node)
    start, written = replacement(file, node, new)
    check_no_comment(file, Span(start, node.span.end))
    draft.edit(document, start, node.span.end, written)
    draft.effect(document, path, "set", node.plain() if node.kind == "scalar" else None, new, text)


def _create(target: Value, new: Plain, draft: Draft, keys: NewKeys) -> None:
    holder = target.holder
    if holder is None or not target.path:
        raise Withheld("it is not known where the value belongs")
    for name in reversed(target.path[1:]):
        new = {name: new}
    name = target.path[0]
    document = target.document
    if isinstance(holder, Value) and stands_in_text(holder):
        insert_in_text(holder, name, new, draft)
        return
    if isinstance(holder, Block):
        node: YamlNode | None = node_of_block(holder)
    else:
        node = _written_node(holder)
    if node is None:
        raise Withheld("the place of the value in the file is not known")
    text = _label(target, "unset", _shown(new))
    if node.kind == "scalar" and node.span.start < node.span.end and node.plain() is not None:
        if not isinstance(holder, Block) or len(target.path) > 1 or isinstance(new, list | dict):
            raise Withheld("the arguments are written in free form")
        _append_free_form(holder, node, name, new, draft)
    elif node.kind == "scalar":
        _overwrite(document, node, {name: new}, draft, text)
    elif node.kind == "mapping":
        keys.add(document, node, name, new, text)
    else:
        raise Withheld("the holder is no mapping")


# --- free form: `apt: name=x state=present` -----------------------------------------


def _append_free_form(block: Block, node: YamlNode, name: str, new: Plain, draft: Draft) -> None:
    if any(argument in _RAW_TEXT for argument in block.arguments):
        raise Withheld("the command is written in free form")
    text = node.value
    if "{%" in text or "{#" in text or text.count("{{") != text.count("}}") or re.search(r"\{\{[^}]*\}\}\s*\Z", text):
        raise Withheld("the arguments are written in free form with Jinja")
    if "=" not in text:
        raise Withheld("the arguments are written in free form")
    written = f" {name}={_free_form_value(new, block.document)}"
    edit_scalar(block.document, node, Span(node.content_span.end, node.content_span.end), written, draft)


def _overwrite_free_form(value: Value, new: Plain, draft: Draft) -> None:
    node = scalar_around(value)
    if isinstance(new, list | dict) or value.name in _RAW_TEXT:
        raise Withheld("the arguments are written in free form")
    edit_scalar(value.document, node, value.span, _free_form_value(new, value.document), draft)


def _free_form_value(new: Plain, document: Document) -> str:
    text = new if isinstance(new, str) else scalar(cast("bool | int | float | None", new), habits_of(file_of(document)))
    if _FREE_FORM_SAFE.fullmatch(text):
        return text
    for quote in ("'", '"'):
        if quote not in text and "\\" not in text and "\n" not in text:
            return quote + text + quote
    raise Withheld("the value cannot be written in free form")


def _replace_text(step: ReplaceText, draft: Draft) -> None:
    new = draft.supply(step.new) if isinstance(step.new, Needed) else step.new
    value = step.target
    if value.origin is not None:
        value = value.source_value
        draft.at_origin = True
    node = _written_node(value) or scalar_around(value)
    if node.kind != "scalar":
        raise Withheld("the value is no text")
    embedded = embedded_text(node, value.document, jinja=False)
    if embedded is None or not step.old:
        raise Withheld("the text is written in an unusual way")
    old = step.old.encode("utf-8", "surrogateescape")
    before, changed, written = _difference(step.old, new)
    spans = []
    at = embedded.text.find(old)
    while at >= 0:
        span = embedded.span(at, at + len(old))
        if node.span.covers(value.span) and (value.span.covers(span) or not value.span.overlaps(node.content_span)):
            spans.append(embedded.span(at + before, at + before + changed))
        at = embedded.text.find(old, at + len(old))
    if len(spans) != 1:
        raise Withheld("the text to replace stands there more than once" if spans else "the text is not found")
    edit_scalar(value.document, node, spans[0], written, draft)


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """What differs: the bytes of `old` before it, its bytes in `old`, and its text in `new`."""
    start, end = 0, 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    size = len(old[start : len(old) - end].encode("utf-8", "surrogateescape"))
    return len(old[:start].encode("utf-8", "surrogateescape")), size, new[start : len(new) - end]


# --- removing -----------------------------------------------------------------------


def _remove(target: Value | Block, draft: Draft, keys: NewKeys) -> None:
    document = target.document
    file = file_of(document)
    if isinstance(target, Block):
        if target.kind in ("module", "play", "vars"):
            raise Withheld(f"a {target.kind} is not taken away")
        node: YamlNode | None = node_of_block(target)
    else:
        if target.origin is not None:
            raise Withheld("the value is written elsewhere")
        node = _written_node(target)
    if node is None:
        _remove_free_form(cast(Value, target), draft)
        return
    check_unshared(file, node)
    above = file.parents.get(id(node))
    if above is None:
        raise Withheld("the whole document would go")
    parent, index = above
    if not keys.replaces(parent):
        span, text = removal(file, parent, index)
        draft.edit(document, span.start, span.end, text)
    before = node.plain() if node.kind == "scalar" else None
    draft.effect(document, path_of(file, node), "remove", before, None, _label(target, "set", "unset"))


def _remove_free_form(value: Value, draft: Draft) -> None:
    argument = value.holder.arguments.get(value.name) if isinstance(value.holder, Block) else None
    node = scalar_around(value)
    if not isinstance(argument, Argument) or value.name in _RAW_TEXT or not node.content_span.covers(argument.span):
        raise Withheld("the arguments are written in free form")
    data, (start, end) = value.document.source.data, argument.span
    while start > node.content_span.start and data[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    if start == node.content_span.start:
        while end < node.content_span.end and data[end : end + 1] in (b" ", b"\t"):
            end += 1
    if (start, end) == tuple(node.content_span):
        raise Withheld("no arguments would remain")
    edit_scalar(value.document, node, Span(start, end), "", draft)


# --- adding -------------------------------------------------------------------------


def _append(step: Append, draft: Draft, keys: NewKeys) -> None:
    new = _supplied(step.new, draft)
    target = step.target
    document = target.document
    if isinstance(target, Block):
        holder = node_of_block(target)
        node = holder.get(step.name)
        if node is None and holder.kind == "mapping" and step.name:
            keys.add(document, holder, step.name, [new], _label(target, "unset", _shown([new])))
            return
    elif target.is_missing and target.name_span is None:
        _create(target, [new], draft, keys)
        return
    else:
        if target.origin is not None:
            target = target.source_value
            document = target.document
            draft.at_origin = True
        node = _written_node(target)
    if node is not None and node.kind == "scalar" and node.plain() is None:
        _overwrite(document, node, [new], draft, _label(target, "unset", _shown([new])))
        return
    if node is None or node.kind != "sequence":
        raise Withheld("the list is not written as a YAML list")
    file = file_of(document)
    check_unshared(file, node)
    at, written = appended(file, node, new)
    draft.edit(document, at, at, written)
    path = (*path_of(file, node), len(node.items))
    draft.effect(document, path, "insert", None, new, _label(target, "element added", _shown(new)))


def _new_task(step: NewBlock, draft: Draft) -> None:
    if step.kind not in ("task", "handler"):
        raise Withheld(f"a new {step.kind} is no change of YAML")
    block: Block | None = step.after
    while block is not None and block.kind not in ("task", "handler"):
        block = block.parent
    if block is None:
        raise Withheld("there is no task to put it after")
    document, node = block.document, node_of_block(block)
    file = file_of(document)
    check_unshared(file, node)
    parent, index = file.parents.get(id(node), (node, 0))
    if parent.kind != "sequence" or parent.style != "block":
        raise Withheld("the task does not stand in a block list")
    habits = habits_of(file)
    arguments = {name: _supplied(value, draft) for name, value in step.arguments.items()}
    task: dict[str, Plain] = {"name": step.name} if step.name else {}
    task[step.type] = cast(Plain, arguments) if arguments else None
    at = line_end(file, node.span.end)
    lines = element(task, column(file, parent), habits, gap=gap_of(file, parent))
    if not arguments:
        lines[-1] = lines[-1].removesuffix(" null")
    separator = habits.newline * (2 if has_blank_lines(file, parent, index) else 1)
    draft.edit(document, at, at, separator + habits.newline.join(lines))
    path = (*path_of(file, parent), index + 1)
    draft.effect(document, path, "insert", None, task, f"{block.address}: new task: {step.name or step.type}")


__all__ = ["carry_out", "carry_out_all", "effect_of_scalar_edits", "prove"]
