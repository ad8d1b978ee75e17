"""Intents on Terraform files as Edits: every other byte stays as it is.

The steps of one Fix are collected first and written then, so that two of them may fill one new block and
neighbouring lines are aligned once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from iaclint.edits.fix import Draft, Withheld
from iaclint.facts.terraform import Row, Schema, schema
from iaclint.fixers import hcl_remove, hcl_text
from iaclint.fixers.hcl_changes import Changes
from iaclint.fixers.hcl_embedded import (
    append_in_text,
    insert_in_text,
    is_in_text,
    is_json,
    replace_in_heredoc,
    replace_text,
    set_in_json,
)
from iaclint.fixers.hcl_facts import (
    META,
    argument_row,
    check_allowed,
    check_new_resource,
    check_room,
    impact_of,
    known_row,
    schema_of,
    stands_as_block,
)  # fmt: skip
from iaclint.fixers.hcl_proof import prove
from iaclint.fixers.hcl_syntax import (
    Place,
    block_of_value,
    expression_at,
    is_literal,
    is_top,
    labels_of,
    members_of,
    name_of,
    node_of,
    place_of,
    plain_of,
    root_of,
    text_of,
    unwrapped,
)  # fmt: skip
from iaclint.model.block import Block, Document
from iaclint.model.intent import Append, Expression, Impact, Needed, New, NewBlock, Remove, ReplaceText, Set, Step
from iaclint.model.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node


def carry_out(step: Step, draft: Draft) -> None:
    """Write one step into the Draft; raises Withheld in any doubt, Unsupplied where a value is lacking."""
    carry_out_all((step,), draft)


def carry_out_all(steps: Sequence[Step], draft: Draft) -> None:
    """Write several steps into the Draft as one change; raises Withheld in any doubt."""
    changes = Changes(draft)
    for step in steps:
        _VERBS.get(type(step), _no_verb)(step, changes)
    changes.write()


def _no_verb(step: Any, changes: Changes) -> None:
    raise Withheld(f"{type(step).__name__} means nothing in a Terraform file")


def supplied(new: New, draft: Draft, row: Row | None = None) -> Any:
    """A new value with what the configuration supplies filled in, typed as Facts want it."""
    if isinstance(new, Needed):
        text = draft.supply(new)
        kind = row.value_type if row is not None else ""
        if kind in ("int", "float") and text.lstrip("-").isdigit():
            return int(text)
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        return [text] if kind.startswith(("list(", "set(")) else text
    if isinstance(new, list):
        return [supplied(one, draft) for one in new]
    if isinstance(new, dict):
        return {name: supplied(one, draft) for name, one in new.items()}
    return new


# --- set --------------------------------------------------------------------------------------------------------


def _set(step: Set, changes: Changes) -> None:
    target = step.target
    if is_json(target.document) or (target.origin is not None and is_json(target.source_value.document)):
        set_in_json(target, supplied(step.new, changes.draft), changes.draft)
    elif target.is_unknown and not step.over_expression:
        raise Withheld("an expression stands there whose value is not known")
    elif target.is_missing and target.name_span is None:
        _create(target, step.new, changes)
    else:
        _replace(target, step.new, changes, step.over_expression)


def _replace(target: Value, new: New, changes: Changes, over_expression: bool = False) -> None:
    source, document = target.source_value, target.source_value.document
    node = expression_at(root_of(document.source.data), source.span)
    if node is None:
        replace_in_heredoc(target, supplied(new, changes.draft), changes)
        return
    facts, names, place = _what_facts_say(target)
    row = argument_row(facts, names) if facts is not None else None
    # within a call such as jsonencode the facts describe the call, not what stands in it
    is_within = place.opaque is not None and place.opaque.byte_range != place.node.byte_range
    # the facts describe the whole list: a new element is not itself made a list
    is_element = isinstance(target.holder, Value) and target.holder.kind == "list"
    data = supplied(new, changes.draft, None if is_element else row)
    data = hcl_text.shaped(data, None if is_within else facts, ".".join(names))
    if hcl_text.is_blocks(data):
        raise Withheld("a block cannot be written as a value")
    if row is not None:
        check_allowed(row, data)
    inner = unwrapped(node)
    if target.is_missing:
        if text_of(inner) != "null":
            raise Withheld("what stands there is no literal")
    elif over_expression and target.origin is None:
        pass  # what the expression refers to is the fault
    elif not is_literal(node):
        raise Withheld("an expression stands there")
    elif target.kind not in ("list", "map") and _is_computed(target):
        raise Withheld("the value is made from another one")
    changes.draft.at_origin = changes.draft.at_origin or target.origin is not None
    changes.draft.impact(*impact_of(place, names, data, False))
    before = None if target.is_missing or target.is_unknown else plain_of(source)
    changes.replace(document, node, before, data, is_secret=row is not None and row.sensitive)


def _is_computed(value: Value) -> bool:
    """Whether it is made from what is written, rather than that itself or what a variable's type makes of it."""
    while value.origin is not None:
        before = value.origin
        if before.data != value.data and (before.span != value.span or before.document is not value.document):
            return True
        value = before
    return False


def _what_facts_say(target: Value) -> tuple[Schema | None, tuple[str, ...], Place]:
    """The schema and path of a written Value, at its own place (not its origin's)."""
    node = expression_at(root_of(target.document.source.data), target.span)
    if node is None:
        raise Withheld("the value could not be found in the file")
    place = place_of(node)
    return schema_of(place), place.names, place


def _create(target: Value, new: New, changes: Changes) -> None:
    holder, names = target.holder, target.path
    if holder is None or not names:
        raise Withheld("there is no place to write it")
    if isinstance(holder, Value) and is_in_text(holder):
        inside: Any = supplied(new, changes.draft)
        for name in reversed(names[1:]):
            inside = {name: inside}
        insert_in_text(holder, names[0], inside, changes)
        return
    document, node = _container_of(holder, changes.draft)
    node, names = _entered(node, names)
    place = place_of(node)
    facts = schema_of(place)
    prefix = place.names
    row = argument_row(facts, (*prefix, *names)) if facts is not None else None
    data: Any = supplied(new, changes.draft, row)
    for name in reversed(names[1:]):
        data = {name: data}
    # a call of a module takes arguments only, so whatever has names is an object there
    if node.type == "block" and not place.is_block("module"):
        for count in range(1, len(names)):
            _check_way(place, facts, (*prefix, *names[:count]))
        data = _as_written(place, facts, (*prefix, names[0]), data)
    else:
        data = hcl_text.shaped(data, facts, ".".join((*prefix, names[0])))
    changes.insert(document, node, names[0], data)


def _is_lifecycle(place: Place, names: tuple[str, ...]) -> bool:
    return names == ("lifecycle",) and (place.is_block("resource") or place.is_block("data"))


def _check_way(place: Place, facts: Schema | None, names: tuple[str, ...]) -> None:
    """Raise Withheld where it is not certain that a name is a block or map in which others can be written."""
    path = ".".join(names)
    if _is_lifecycle(place, names) or (facts is None and stands_as_block(place, names)):
        return
    row = known_row(place, facts, names) if facts is not None else None
    if row is None:
        raise Withheld(f"it is not known whether `{path}` is a block")
    if row.path == path and not row.is_block and not row.value_type.startswith(("object", "map(")):
        raise Withheld(f"`{path}` is an argument of type {row.value_type}")


def _as_written(place: Place, facts: Schema | None, names: tuple[str, ...], data: Any) -> Any:
    """Data of a name in a block: nested blocks where Facts say so; Withheld where that is not known."""
    if _is_lifecycle(place, names) and isinstance(data, dict):
        return [hcl_text.block_data(data, None, "")]
    if facts is None and isinstance(data, dict) and stands_as_block(place, names):
        return [hcl_text.block_data(data, None, "")]
    if facts is not None and names[0] not in META:
        known_row(place, facts, names)
    return hcl_text.block_data({names[-1]: data}, facts, ".".join(names[:-1]))[names[-1]]


def _entered(node: Node, names: tuple[str, ...]) -> tuple[Node, tuple[str, ...]]:
    """Go down into nested blocks that stand there once; Withheld where the name itself is written."""
    while node.type == "block":
        found = [one for one in members_of(node) if name_of(one) == names[0]]
        dynamic = [one for one in members_of(node) if name_of(one) == "dynamic" and labels_of(one)[:1] == names[:1]]
        if dynamic or len(found) > 1:
            raise Withheld(f"`{names[0]}` stands there more than once")
        if not found:
            break
        if found[0].type == "attribute" or len(names) == 1:
            raise Withheld(f"`{names[0]}` is already written")
        node, names = found[0], names[1:]
    return node, names


def _container_of(holder: Block | Value, draft: Draft) -> tuple[Document, Node]:
    """The block or object node new names go into."""
    if isinstance(holder, Block):
        if is_json(holder.document):
            raise Withheld("nothing is inserted into JSON files")
        if holder.kind == "tfvars":
            raise Withheld("nothing is added to variable files")
        return holder.document, node_of(holder)
    source = holder.source_value
    if is_json(source.document):
        raise Withheld("nothing is inserted into JSON files")
    if holder.kind != "map":
        raise Withheld("nothing stands there that could be added to")
    node = expression_at(root_of(source.document.source.data), source.span)
    if node is None:
        return source.document, block_of_value(holder)
    if unwrapped(node).type != "object":
        raise Withheld("the map is made by an expression")
    draft.at_origin = draft.at_origin or holder.origin is not None
    return source.document, unwrapped(node)


# --- append -----------------------------------------------------------------------------------------------------


def _append(step: Append, changes: Changes) -> None:
    target = step.target
    if isinstance(target, Block):
        _append_block(target, step, changes)
        return
    source = target.source_value
    if is_json(source.document):
        raise Withheld("nothing is inserted into JSON files")
    if is_in_text(target):
        append_in_text(target, supplied(step.new, changes.draft), changes)
        return
    node = expression_at(root_of(source.document.source.data), source.span)
    if target.kind != "list" or node is None or unwrapped(node).type != "tuple":
        raise Withheld("no list is written there")
    facts, names, place = _what_facts_say(target)
    row = argument_row(facts, names) if facts is not None else None
    data = supplied(step.new, changes.draft)
    if row is not None:
        check_allowed(row, data)
    changes.draft.at_origin = changes.draft.at_origin or target.origin is not None
    changes.draft.impact(*impact_of(place, names, data, False))
    changes.append(source.document, unwrapped(node), data)


def _append_block(block: Block, step: Append, changes: Changes) -> None:
    document, node = _container_of(block, changes.draft)
    place = place_of(node)
    facts = schema_of(place)
    names = (*place.names, step.name)
    data = supplied(step.new, changes.draft)
    siblings = [one for one in members_of(node) if name_of(one) == step.name]
    if not isinstance(data, dict) or not step.name:
        raise Withheld("only a block can be added to a block")
    row = facts.row(".".join(names)) if facts is not None else None
    if row is not None and row.is_block:
        check_room(row, len(siblings) + 1)
    elif not siblings or any(one.type == "attribute" for one in siblings):
        raise Withheld(f"it is not known whether `{'.'.join(names)}` is a block")
    blocks = [hcl_text.block_data(data, facts, ".".join(names))]
    changes.insert(document, node, step.name, blocks)


# --- a new block, part of a text --------------------------------------------------------------------------------


def _new_block(step: NewBlock, changes: Changes) -> None:
    subject, document = step.after, step.after.document
    if is_json(document):
        raise Withheld("nothing is inserted into JSON files")
    node = node_of(subject)
    if not is_top(node):
        raise Withheld("a new block goes behind a block at the top level")
    _check_other_calls(step)
    facts = schema(step.type) if step.kind == "resource" else None
    filled = {
        name: supplied(new, changes.draft, facts.row(name) if facts is not None else None)
        for name, new in step.arguments.items()
    }
    data = hcl_text.block_data(filled, facts, "")
    if facts is None and any(isinstance(one, dict) for one in filled.values()):
        raise Withheld(f"it is not known how the arguments of {step.type} are written")
    if step.kind == "resource":
        check_new_resource(step.type, data)
    name = _free_name(step, document, changes)
    labels = (step.type, name) if step.kind in ("resource", "data") else (name,) if name else (step.type,)
    changes.new_block(document, node, (step.kind, *labels), data)
    # a resource of its own replaces nothing; whether its arguments are known is known of its type
    changes.draft.impact(Impact.IN_PLACE, facts is not None)


def _check_other_calls(step: NewBlock) -> None:
    """A module serves all its calls: what one of them has of its own would be there twice."""
    subject, project = step.after, step.after.document.project
    if project is None or step.kind != "resource" or not subject.document.module_path:
        return
    prefix = f"{subject.address}."
    by = [name for name, new in step.arguments.items() if isinstance(new, Expression) and new.text.startswith(prefix)]
    identities = tuple(name for name in ("bucket", "name") if name in subject.arguments)
    for other in project.blocks(subject.type, subject.kind):
        is_same = other.document.source is subject.document.source and other.span == subject.span
        if is_same and other.document is not subject.document:
            for name in by:
                if project.companions(other, step.type, name, identities)[1] is not False:
                    raise Withheld(f"another call of the module may have its own {step.type}")


def _free_name(step: NewBlock, document: Document, changes: Changes) -> str:
    blocks = document.project.blocks(step.type, step.kind) if document.project is not None else document.blocks
    taken = {block.name for block in blocks if block.type == step.type and block.kind == step.kind}
    taken |= {labels[-1] for labels in changes.new_labels if labels[:2] == (step.kind, step.type)}
    name, number = step.name, 2
    while name in taken:
        name, number = f"{step.name}_{number}", number + 1
    return name


def _replace_text(step: ReplaceText, changes: Changes) -> None:
    new = changes.draft.supply(step.new) if isinstance(step.new, Needed) else step.new
    target = step.target
    if is_json(target.source_value.document):
        if target.text is None or target.text.count(step.old) != 1:
            raise Withheld("the text does not stand there once")
        set_in_json(target, target.text.replace(step.old, new), changes.draft)
        return
    try:
        facts, names, place = _what_facts_say(target)
    except Withheld:
        facts, names, place = None, (), None
    if place is None:
        changes.draft.impact(Impact.IN_PLACE, False)
    else:
        row = argument_row(facts, names) if facts is not None else None
        if row is not None and target.kind == "string":
            check_allowed(row, str(target.data).replace(step.old, new))
        changes.draft.impact(*impact_of(place, names, None, False))
    replace_text(target, step.old, new, changes)


_VERBS: dict[type, Callable[[Any, Changes], None]] = {
    Set: _set, Append: _append, Remove: hcl_remove.carry_out, NewBlock: _new_block, ReplaceText: _replace_text,
}  # fmt: skip

__all__ = ["carry_out", "carry_out_all", "prove"]
