"""Conditionals: which branch is taken, and the type that both have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate import terraform_operators as operators
from iaclint.evaluate.terraform_conversions import converted, type_of, unify
from iaclint.evaluate.terraform_expressions import Scope, compute
from iaclint.evaluate.terraform_unification import DOUBT
from iaclint.evaluate.terraform_values import (
    InvalidResult,
    Mistake,
    Null,
    Unknowable,
    Whole,
    alike,
    fails,
    references_of,
    seen,
)
from iaclint.model.value import Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.source import Span


def compute_conditional(node: Node, scope: Scope) -> Value:
    """The loose Value of a conditional: of the branch that is taken, as one of the type of both."""
    parts = _conditions(node)
    if len(parts) % 2 == 0 or len(parts) < 3:
        return scope.unknown(scope.span(node))
    result = compute(parts[-1], scope)
    for index in range(len(parts) - 3, -1, -2):
        condition, first = compute(parts[index], scope), compute(parts[index + 1], scope)
        result = _either(condition, first, result, scope, scope.span(parts[index], node))
    return result


def _conditions(node: Node) -> list[Node]:
    """Condition and branch in turn, the last branch at the end.

    The grammar takes `a ? b : c ? d : e` for `(a ? b : c) ? d : e`; Terraform for `a ? b : (c ? d : e)`.
    """
    parts = [child for child in node.named_children if child.type == "expression"]
    while parts and len(parts[0].children) == 1 and parts[0].children[0].type == "conditional":
        parts[:1] = [child for child in parts[0].children[0].named_children if child.type == "expression"]
    return parts


def _either(condition: Value, first: Value, second: Value, scope: Scope, span: Span) -> Value:
    references = references_of(condition, first, second)
    try:
        truth = operators.condition(condition)
        chosen, made = _branch(truth, first, second, scope, span)
    except Mistake:
        return scope.invalid(span, references, type=DOUBT)
    except Unknowable:
        return scope.unknown(span, references)
    # the branch is the origin: the place that writes the literal
    if made is chosen:
        result = seen(chosen, scope.document, span, references)
        result.references = references
    else:
        result = alike(made, made.data, scope.document, span, origin=chosen, references=references)
    chosen.holder = result
    return result


def _branch(truth: bool | None, first: Value, second: Value, scope: Scope, span: Span) -> tuple[Value, Value]:
    """The branch that is taken, and what it is after both are made one type."""
    if truth is not None:
        chosen, other = (first, second) if truth else (second, first)
        if fails(chosen):
            raise Mistake
        return chosen, _as_other(chosen, other, scope, span)
    if first.is_unknown and fails(first) and fails(second):
        raise Mistake
    made = _as_other(first, second, scope, span)
    if first.is_known and operators.same(made, _as_other(second, first, scope, span)):
        return first, made
    raise Unknowable


def _as_other(chosen: Value, other: Value, scope: Scope, span: Span) -> Value:
    if isinstance(chosen, Whole) and not (other.is_missing or isinstance(other, Whole)):
        # it may be made another object, or a map
        raise Unknowable
    if chosen.kind == "unknown" or (chosen.kind == other.kind == "string"):
        return chosen
    if isinstance(other, InvalidResult) and other.type is DOUBT:
        # of some type: null has it too, others may not agree
        if chosen.is_missing:
            return Null("missing", None, scope.document, span, element=DOUBT)
        raise Unknowable
    own, its = type_of(chosen), type_of(other)
    if own.kind == "any":
        # null takes the type of the other branch
        return chosen if its.kind == "any" else Null("missing", None, scope.document, span, element=its)
    if its.kind == "any":
        return chosen
    common = unify([own, its])
    if common is None:
        raise Mistake
    return converted(chosen, common, scope.document, span)
