"""Names in expressions: `var.x`, `local.x`, `aws_s3_bucket.b.id`, `each.value`, bound names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, compute, follow
from iaclint.evaluate.terraform_values import Invalid, references_of, seen
from iaclint.model.value import Value
from iaclint.parsers.hcl.literals import unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.source import Span

_MAX_INSTANCES = 20
_WITHOUT_ADDRESS = frozenset({"path", "terraform", "self"})


def resolve(name: str, nodes: list[Node], scope: Scope) -> Value:
    """The loose Value of a name with its attributes and indices."""
    steps, span = nodes[1:], scope.span(nodes[0], nodes[-1])
    bound = scope.bindings.get(name)
    if bound is not None:
        return follow(bound, steps, scope, span) if steps else seen(bound, scope.document, span)
    if not steps:
        return scope.unknown(span)
    if name in ("each", "count"):
        return _instance(name, steps, scope, span)
    words = [name, *_names(steps, scope)]
    if name in ("var", "local"):
        if steps[0].type != "get_attr":
            return scope.unknown(span)
        address = ".".join(words[:2])
        raw = scope.module.variable(words[1]) if name == "var" else scope.module.local(words[1])
        if raw is None:
            return scope.unknown(span, _indices(steps, scope, (address,)))
        return follow(raw, steps[1:], scope, span, (address,))
    if name in _WITHOUT_ADDRESS or len(words) < 2:
        return scope.unknown(span, _indices(steps, scope, ()))
    if name == "module":
        return scope.unknown(span, _indices(steps, scope, (".".join(words[:3]),)))
    address = ".".join(words)
    return _attribute(words, steps, scope, span, _indices(steps, scope, (address,)))


def _names(steps: list[Node], scope: Scope) -> list[str]:
    # the attributes of an address: indices and splats left out
    found: list[str] = []
    for step in steps:
        if step.type == "get_attr":
            found.append(scope.text(step)[1:].strip())
        elif step.type == "splat" and step.children:
            found.extend(_names(step.children[0].children, scope))
    return found


def _indices(steps: list[Node], scope: Scope, references: tuple[str, ...]) -> tuple[str, ...]:
    # what stands in the brackets is mentioned too
    for step in steps:
        if step.type == "index" and step.children:
            for child in step.children[0].named_children:
                if unwrapped(child).type not in ("numeric_lit", "string_lit"):
                    references = references_of(compute(child, scope), first=references)
    return references


def _attribute(words: list[str], steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...]) -> Value:
    """What a resource's or data source's argument says, if it is written there with a known value."""
    kind, skipped = ("data", 2) if words[0] == "data" else ("resource", 1)
    unknown = scope.unknown(span, references)
    own = words[1:] if kind == "data" else words
    if len(own) < 3 or any(step.type != "get_attr" for step in steps[:skipped]):
        return unknown
    rest = steps[skipped:]
    if rest and rest[0].type == "index":
        rest = rest[1:]
    block = scope.module.resource(kind, own[0], own[1])
    if block is None or not rest or rest[0].type != "get_attr":
        return unknown
    argument = block.arguments.get(own[2])
    if argument is None:
        return unknown
    raw = argument.value
    found = follow(raw, rest[1:], scope, span, references)
    # null and what is not written is for the provider to fill in
    return unknown if found.is_missing or isinstance(found, Invalid) else found


def _instance(name: str, steps: list[Node], scope: Scope, span: Span) -> Value:
    """`each.key`, `each.value`, `count.index`: known where all instances agree."""
    block = scope.block
    while block is not None and block.parent is not None:
        block = block.parent
    if block is None or steps[0].type != "get_attr":
        return scope.unknown(span)
    which = scope.text(steps[0])[1:].strip()
    if name == "count":
        count = block.get("count")
        if which == "index" and count.number == 1:
            return scope.new("number", 0, span, count.references)
        return scope.unknown(span, count.references)
    collection = block.get("for_each")
    unknown = scope.unknown(span, collection.references)
    size = len(collection.items) or len(collection.entries)
    if which not in ("key", "value") or not 0 < size <= _MAX_INSTANCES or "*unknown*" in collection.entries:
        return unknown
    if collection.kind == "list" or which == "key":
        keys = collection.items if collection.kind == "list" else []
        if size > 1:
            return unknown
        raw = keys[0] if keys else scope.new("string", next(iter(collection.entries)), collection.span)
        return follow(raw, steps[1:], scope, span, collection.references)
    found = [follow(one, steps[1:], scope, span, collection.references) for one in collection.entries.values()]
    first = found[0]
    if size == 1:
        return first
    agree = all(one.kind == first.kind and one.data == first.data for one in found)
    if not agree or first.kind in ("list", "map", "unknown"):
        return scope.unknown(span, references_of(found))
    return first
