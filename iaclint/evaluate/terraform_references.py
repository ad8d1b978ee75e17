"""Names in expressions: `var.x`, `local.x`, `aws_s3_bucket.b.id`, `module.m.out`, `each.value`, bound names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, follow, step_key
from iaclint.evaluate.terraform_instances import index_text, is_repeated
from iaclint.evaluate.terraform_splats import splat
from iaclint.evaluate.terraform_subjects import Subject, argument, attribute_name, collection, indices, names, part
from iaclint.evaluate.terraform_values import Unknowable, references_of, seen, text_of
from iaclint.model.block import Block
from iaclint.model.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

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
    name = attribute_name(steps[0], scope)
    reference = scope.module.reference(f"{kind}.{name}")
    raw = find(name)
    if raw is None:
        return scope.unknown(span, indices(steps, scope, (reference,)))
    return follow(raw, steps[1:], scope, span, (reference,))


def _path(steps: list[Node], scope: Scope, span: Span) -> Value:
    which = attribute_name(steps[0], scope) if steps[0].type == "get_attr" else ""
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
    subject = Subject(scope.module, block.address, block.instance, block)
    return part(subject, steps, scope, span)


def _unknowable(steps: list[Node], scope: Scope, span: Span) -> Value:
    return scope.unknown(span, indices(steps, scope, ()))


def _data(steps: list[Node], scope: Scope, span: Span) -> Value:
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    return _resource("data", attribute_name(steps[0], scope), steps[1:], scope, span)


def _explicit(steps: list[Node], scope: Scope, span: Span) -> Value:
    """`resource.aws_s3_bucket.b`, the long way to say it."""
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    return _resource("resource", attribute_name(steps[0], scope), steps[1:], scope, span)


# --- resources --------------------------------------------------------------------


def _resource(kind: str, type: str, steps: list[Node], scope: Scope, span: Span) -> Value:
    """A resource, or what its argument says if it is written there with a known value."""
    if not steps or steps[0].type != "get_attr":
        return scope.unknown(span)
    name, rest = attribute_name(steps[0], scope), steps[1:]
    module = scope.module
    block = module.resource(kind, type, name)
    own = ".".join([*(("data",) if kind == "data" else ()), type, name])
    address = ".".join([own, *names(rest, scope)])
    if block is None or not is_repeated(block):
        if rest and rest[0].type == "index":
            # written as if it had instances: what it has then is not known
            rest = rest[1:]
        references = indices(steps, scope, (module.reference(address),))
        if block is None:
            return scope.unknown(span, references)
        return _of(Subject(module, own, "", block), rest, scope, span, references)
    pairs = module.keyed(block)
    if pairs is None:
        return _of_unknown_number(module.instances(block), own, address, rest, scope, span)
    subjects = [(key, Subject(module, own, index_text(key), one)) for key, one in pairs]
    return _repeated(subjects, block, address, rest, scope, span)


def _of(subject: Subject, rest: list[Node], scope: Scope, span: Span, references: tuple[str, ...]) -> Value:
    if not rest:
        return subject.whole(scope.document, span, references)
    if rest[0].type == "get_attr":
        return argument(subject, attribute_name(rest[0], scope), rest[1:], scope, span, references)
    return part(subject, rest, scope, span, references)


def _repeated(
    subjects: list[tuple[str | int, Subject]], block: Block, address: str, rest: list[Node], scope: Scope, span: Span
) -> Value:
    """Instances of which the keys are known, or what the steps lead to from them."""
    is_count = "count" in block.arguments
    if not rest:
        return collection(subjects, is_count, scope, span, (scope.module.reference(address),))
    if rest[0].type == "index":
        index = _index(step_key(rest[0], scope), block)
        references = indices(rest, scope, (scope.module.reference(address, index or _ANY),))
        if index is None:
            return scope.unknown(span, references)
        chosen = next((one for _, one in subjects if one.key == index), None)
        if chosen is None:
            # one that is none of the keys is a mistake
            return scope.invalid(span, references)
        return _of(chosen, rest[1:], scope, span, references)
    whole = (scope.module.reference(address, _ANY),)
    if rest[0].type == "splat":
        return splat(collection(subjects, is_count, scope, span, whole), rest[0], rest[1:], scope, span, whole)
    return scope.unknown(span, indices(rest, scope, whole))


def _of_unknown_number(
    instances: list[Block], own: str, address: str, rest: list[Node], scope: Scope, span: Span
) -> Value:
    """The same of instances that are too many, or of which the keys are not known."""
    module = scope.module
    if not rest:
        return scope.unknown(span, (module.reference(address),))
    if rest[0].type != "index":
        return scope.unknown(span, indices(rest, scope, (module.reference(address, _ANY),)))
    key = step_key(rest[0], scope)
    text = text_of(key) if key is not None and key.is_known else None
    index = _ANY if key is None or text is None else index_text(key.data if isinstance(key.data, int) else text)
    return scope.unknown(span, indices(rest, scope, (module.reference(address, index),)))


def _index(key: Value | None, block: Block) -> str | None:
    """The instance of a repeated Block that an index means: numbers and their texts are the same to Terraform."""
    if key is None or not key.is_known:
        return None
    if "count" not in block.arguments:
        text = text_of(key)
        return index_text(text) if text is not None else None
    from iaclint.evaluate.terraform_conversions import number_of

    try:
        number = number_of(key)
    except Unknowable:
        return None
    return index_text(number) if isinstance(number, int) else None


# --- modules ----------------------------------------------------------------------


def _module(steps: list[Node], scope: Scope, span: Span) -> Value:
    """What an output of a called module says, where the module is at hand."""
    if steps[0].type != "get_attr":
        return scope.unknown(span)
    name, rest, own = attribute_name(steps[0], scope), steps[1:], scope.module
    address = f"module.{name}"
    reference = own.reference(".".join([address, *names(rest, scope)[:1]]))
    references = indices(steps, scope, (reference,))
    call = own.call_of(name)
    if call is None:
        return scope.unknown(span, references)
    called = own.called(name)
    if not is_repeated(call):
        return part(Subject(own, address, "", None, called[0] if called else None), rest, scope, span, references)
    pairs = own.keyed(call)
    if pairs is None:
        return scope.unknown(span, references)
    by_call = {id(one.call): one for one in called or ()}
    subjects = [(key, Subject(own, address, index_text(key), None, by_call.get(id(one)))) for key, one in pairs]
    is_count = "count" in call.arguments
    if not rest:
        return collection(subjects, is_count, scope, span, references)
    if rest[0].type == "index":
        index = _index(step_key(rest[0], scope), call)
        chosen = next((one for _, one in subjects if one.key == index), None)
        if index is None or chosen is None:
            return scope.unknown(span, references) if index is None else scope.invalid(span, references)
        return part(chosen, rest[1:], scope, span, references)
    if rest[0].type == "splat":
        listed = collection(subjects, is_count, scope, span, references)
        return splat(listed, rest[0], rest[1:], scope, span, references)
    return scope.unknown(span, references)


def _include(steps: list[Node], scope: Scope, span: Span) -> Value:
    """What a file that a Terragrunt file includes shows of itself."""
    from iaclint.evaluate.terragrunt import configuration_of

    configuration = configuration_of(scope.module)
    if configuration is None or steps[0].type != "get_attr":
        return scope.unknown(span)
    bare = configuration.included("")
    include = bare or configuration.included(attribute_name(steps[0], scope))
    found = configuration.exposed(include, span) if include is not None else None
    return follow(found, steps if bare else steps[1:], scope, span) if found is not None else scope.unknown(span)


_RESOLVERS: dict[str, Callable[[list[Node], Scope, Span], Value]] = {
    "var": _variable,
    "local": _local,
    "module": _module,
    "data": _data,
    "resource": _explicit,
    "path": _path,
    "each": _instance,
    "count": _instance,
    "include": _include,
    "self": _self,
    "terraform": _unknowable,
}
