"""Terraform's conversions, `try` and `can`, and what has to do with sensitive values."""

from __future__ import annotations

from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_type_constraints import ANY, Type
from iaclint.evaluate.terraform_values import SENSITIVE, UNKNOWN_KEY, Mistake, Secret, Unknowable, Whole, alike, fails
from iaclint.model.value import Value

_TARGETS = {
    "tostring": Type("string"), "tonumber": Type("number"), "tobool": Type("bool"), "tolist": Type("list", ANY),
    "toset": Type("set", ANY), "tomap": Type("map", ANY),
}  # fmt: skip


def _enter(name: str, target: Type) -> None:
    @structural("any?", name=name)
    def convert(call: Call, value: Value) -> Value | None:
        if fails(value):
            raise Mistake
        if value.is_unknown:
            raise Unknowable
        made = call.converted(value, target)
        return call.of(made) if made is value else made


for _name, _target in _TARGETS.items():
    _enter(_name, _target)


# --- what may fail ------------------------------------------------------------------------


@structural("any?*", name="try")
def _try(call: Call, *values: Value) -> Value | None:
    for value in values:
        if fails(value):
            continue
        if not _succeeds(value, call):
            raise Unknowable
        return call.of(value)
    raise Mistake


@structural("any?")
def can(call: Call, value: Value) -> Value | None:
    if fails(value):
        return call.new("bool", False)
    return call.new("bool", True) if _succeeds(value, call) else None


def _succeeds(value: Value, call: Call) -> bool:
    """Whether a Value that does not certainly fail is certain not to: what is not known in it may yet fail.

    Unless the expression only names it: what fails in a variable or local fails there, and the whole run with it.
    """
    doubtful = call.scope.module.state.doubtful
    if doubtful and not doubtful.isdisjoint(value.references):
        # a set has no first block
        return False
    if _is_whole(value):
        return True
    top: object = value.origin if value.is_known else None
    while isinstance(top, Value):
        top = top.holder
    return top is not None


def _is_whole(value: Value) -> bool:
    stack = [value]
    while stack:
        one = stack.pop()
        if (one.is_unknown and not isinstance(one, Whole)) or UNKNOWN_KEY in one.entries:
            return False
        stack += one.items or one.entries.values()
    return True


# --- what must not be shown ---------------------------------------------------------------


@structural("any?")
def sensitive(call: Call, value: Value) -> Value | None:
    if fails(value):
        raise Mistake
    references = (SENSITIVE, *(one for one in call.references if one != SENSITIVE))
    document, span = call.scope.document, call.span
    if value.__class__ is Value and value.kind not in ("list", "map"):
        return Secret(value.kind, value.data, document, span, origin=value, references=references, parts=value.parts)
    return alike(value, _marked(value).data, document, span, origin=value, references=references, parts=value.parts)


def _marked(value: Value) -> Value:
    """Its parts with the mark, so that none of them is taken for the only one that has it."""
    references = value.references if SENSITIVE in value.references else (SENSITIVE, *value.references)
    data = value.data
    if value.kind == "list":
        data = [_marked(item) for item in value.items]
    elif value.kind == "map":
        data = {key: _marked(item) for key, item in value.entries.items()}
    return alike(value, data, value.document, value.span, origin=value, references=references, parts=value.parts)


@structural("any?")
def nonsensitive(call: Call, value: Value) -> Value | None:
    if fails(value):
        raise Mistake
    references = tuple(one for one in call.references if one != SENSITIVE)
    result = call.of(value)
    if isinstance(value, Secret):
        result = Value(value.kind, value.data, result.document, result.span, origin=value, parts=value.parts)
    result.references = references
    return result


@structural("any?")
def issensitive(call: Call, value: Value) -> Value | None:
    """Known where nothing is marked, and where `sensitive` was called for the Value itself."""
    if fails(value):
        raise Mistake
    if isinstance(value, Secret):
        return call.new("bool", True)
    is_marked = SENSITIVE in value.references
    return call.new("bool", False) if not is_marked and not value.is_unknown else None


@structural("any?")
def ephemeralasnull(call: Call, value: Value) -> Value | None:
    if fails(value):
        raise Mistake
    # what is ephemeral bears the same mark
    return call.of(value) if SENSITIVE not in value.references else None


