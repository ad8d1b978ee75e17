"""Names in expressions: `var.x`, `local.x`, `aws_s3_bucket.b.id`, `module.m.out`, `each.value`, bound names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, compute, follow, step_key
from iaclint.evaluate.terraform_instances import index_text, is_repeated
from iaclint.evaluate.terraform_values import Invalid, references_of, seen
from iaclint.model.block import Block
from iaclint.model.value import Reference, Value
from iaclint.parsers.hcl.literals import unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from iaclint.evaluate.terraform_module import Module
    from iaclint.source import Span

_ANY = "[*]"


def resolve(name: str, nodes: list[Node], scope: Scope) -> Value:
    """The loose Value of a name with its attributes and indices."""
    steps, span = nodes[1:], scope.span(nodes[0], nodes[-1])
    bound = scope.bindings.get(name)
    if bound is not None:
        return follow(bound, steps, scope, span) if steps else seen(bound, scope.document, span)
    if not steps:
        return scope.unknown(span)
    resolver = _RESOLVERS.get(name)
    if resolver is not None:
        return resolver(steps, scope, span)
    return _resource("resource", name, steps, scope, span)


def _variable(steps: list[Node], scope: Scope, span: Span) -> Value:
    return _named("var", steps, scope, span, scope.module.variable)


def _local(steps: list[Node], scope: Scope, span: Span) -> Value:
    return _named("local", steps, scope, span, scope.module.local)


def _named(
    kind: str, steps: list[Node], scope: Scope, span: Span, find: Callable[[str], Value | None]
) -> Value:
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    name = _attribute_name(steps[0], scope)
    reference = scope.module.reference(f"{kind}.{name}")
    raw = find(name)
    if raw is None:
        return scope.unknown(span, _indices(steps, scope, (reference,)))
    return follow(raw, steps[1:], scope, span, (reference,))


def _path(steps: list[Node], scope: Scope, span: Span) -> Value:
    which = _attribute_name(steps[0], scope) if steps[0].type == "get_attr" else ""
    if len(steps) == 1 and which in ("module", "root"):
        return scope.new("string", scope.module.written if which == "module" else ".", span)
    return scope.unknown(span)


def _instance(steps: list[Node], scope: Scope, span: Span) -> Value:
    """`each.x` and `count.x` where the instance is not known."""
    block = scope.block
    while block is not None and block.parent is not None:
        block = block.parent
    if block is None:
        return scope.unknown(span)
    return scope.unknown(span, references_of(block.get("count"), block.get("for_each")))


def _self(steps: list[Node], scope: Scope, span: Span) -> Value:
    block = scope.block
    while block is not None and block.parent is not None:
        block = block.parent
    if block is None or block.kind not in ("resource", "data") or steps[0].type != "get_attr":
        return scope.unknown(span)
    address = ".".join([block.address, *_names(steps, scope)])
    references: tuple[str, ...] = (scope.module.reference(address, block.instance),)
    return _argument(block, steps, scope, span, _indices(steps, scope, references))


def _unknowable(steps: list[Node], scope: Scope, span: Span) -> Value:
    return scope.unknown(span, _indices(steps, scope, ()))


def _data(steps: list[Node], scope: Scope, span: Span) -> Value:
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    return _resource("data", _attribute_name(steps[0], scope), steps[1:], scope, span)


# --- resources --------------------------------------------------------------------


def _resource(kind: str, type: str, steps: list[Node], scope: Scope, span: Span) -> Value:
    """A resource, or what its argument says if it is written there with a known value."""
    if not steps or steps[0].type != "get_attr":
        return scope.unknown(span)
    name, rest = _attribute_name(steps[0], scope), steps[1:]
    module = scope.module
    block = module.resource(kind, type, name)
    words = [*(("data",) if kind == "data" else ()), type, name, *_names(rest, scope)]
    address = ".".join(words)
    if block is None or not is_repeated(block):
        if rest and rest[0].type == "index":
            # written as if it had instances: what it has then is not known
            rest = rest[1:]
        references = _indices(steps, scope, (scope.module.reference(address),))
        return _argument(block, rest, scope, span, references) if block is not None else scope.unknown(span, references)
    instances = module.instances(block)
    if not rest:
        return _whole(block, instances, scope.module.reference(address), scope, span)
    if rest[0].type == "index":
        key = step_key(rest[0], scope)
        index = _index(key)
        references = _indices(steps, scope, (scope.module.reference(address, index or _ANY),))
        chosen = _chosen(instances, index)
        return _argument(chosen, rest[1:], scope, span, references) if chosen else scope.unknown(span, references)
    if rest[0].type == "splat":
        return _splat(instances, address, rest, scope, span)
    return scope.unknown(span, _indices(steps, scope, (scope.module.reference(address, _ANY),)))


def _index(key: Value | None) -> str | None:
    if key is None or not key.is_known or key.text is None:
        return None
    number = key.number if key.kind == "number" else None
    return index_text(number if isinstance(number, int) else key.text)


def _chosen(instances: list[Block], index: str | None) -> Block | None:
    if index is None:
        return None
    for one in instances:
        # a Block without key stands for all instances
        if one.instance == index or (not one.instance and not one.is_symbolic):
            return one
    return None


def _argument(block: Block, steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...]) -> Value:
    unknown = scope.unknown(span, references)
    if not steps or steps[0].type != "get_attr":
        return unknown
    argument = block.arguments.get(_attribute_name(steps[0], scope))
    if argument is None:
        return unknown
    found = follow(argument.value, steps[1:], scope, span, references)
    # null and what is not written is for the provider to fill in
    return unknown if found.is_missing or isinstance(found, Invalid) else found


def _splat(instances: list[Block], address: str, rest: list[Node], scope: Scope, span: Span) -> Value:
    whole = scope.module.reference(address, _ANY)
    if any(not one.instance for one in instances):
        return scope.unknown(span, (whole,))
    steps = [child for child in rest[0].children[0].children if child.type in ("get_attr", "index", "splat")]
    items = [
        _argument(one, steps, scope, span, (scope.module.reference(address, one.instance),))
        for one in instances
    ]
    result = scope.new("list", items, span, references_of(items, first=(whole,)))
    return follow(result, rest[1:], scope, span, (whole,)) if rest[1:] else result


def _whole(block: Block, instances: list[Block], reference: Reference, scope: Scope, span: Span) -> Value:
    """All instances of a resource or module as one collection: the keys are known, what they hold is not."""
    if any(not one.instance for one in instances):
        return scope.unknown(span, (reference,))
    items = [
        scope.unknown(span, (scope.module.reference(str(reference), one.instance),)) for one in instances
    ]
    if "count" in block.arguments:
        return scope.new("list", items, span, (reference,))
    keys = [getattr(one, "bindings", {})["each"].entries["key"].text for one in instances]
    return scope.new("map", dict(zip(keys, items, strict=True)), span, (reference,))


# --- modules ----------------------------------------------------------------------


def _module(steps: list[Node], scope: Scope, span: Span) -> Value:
    """What an output of a called module says, where the module is at hand."""
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    name, rest, own = _attribute_name(steps[0], scope), steps[1:], scope.module
    names = _names(rest, scope)
    address = ".".join(["module", name, *names[:1]])
    reference = scope.module.reference(address)
    unknown = scope.unknown(span, _indices(steps, scope, (reference,)))
    called, call = own.called(name), own.call_of(name)
    if called is None or call is None or not rest:
        return unknown
    if not is_repeated(call):
        return _output(called[0], rest, scope, span, reference) if called else unknown
    if rest[0].type == "index":
        index = _index(step_key(rest[0], scope))
        for one in called:
            assert one.call is not None
            if index is not None and (one.call.instance == index or not one.call.instance) and not one.call.is_symbolic:
                return _output(one, rest[1:], scope, span, reference)
        return unknown
    if rest[0].type == "splat" and all(one.call is not None and one.call.instance for one in called):
        inner = [child for child in rest[0].children[0].children if child.type in ("get_attr", "index", "splat")]
        items = [_output(one, inner, scope, span, reference) for one in called]
        result = scope.new("list", items, span, references_of(items, first=(reference,)))
        return follow(result, rest[1:], scope, span, (reference,)) if rest[1:] else result
    return unknown


def _output(module: Module, steps: list[Node], scope: Scope, span: Span, reference: Reference) -> Value:
    references = _indices(steps, scope, (reference,))
    if not steps or steps[0].type != "get_attr":
        return scope.unknown(span, references)
    raw = module.output(_attribute_name(steps[0], scope))
    return follow(raw, steps[1:], scope, span, references) if raw is not None else scope.unknown(span, references)


# --- how they are written -----------------------------------------------------------


def _attribute_name(step: Node, scope: Scope) -> str:
    return scope.text(step)[1:].strip()


def _names(steps: list[Node], scope: Scope) -> list[str]:
    # the attributes of an address: indices and splats left out
    found: list[str] = []
    for step in steps:
        if step.type == "get_attr":
            found.append(_attribute_name(step, scope))
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


_RESOLVERS: dict[str, Callable[[list[Node], Scope, Span], Value]] = {
    "var": _variable,
    "local": _local,
    "module": _module,
    "data": _data,
    "path": _path,
    "each": _instance,
    "count": _instance,
    "self": _self,
    "terraform": _unknowable,
}
