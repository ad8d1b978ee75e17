"""Expressions in Terraform's JSON syntax: strings there are templates."""

from __future__ import annotations

from iaclint.evaluate.terraform_expressions import Scope, compute
from iaclint.evaluate.terraform_values import references_of, settle
from iaclint.model.value import Value
from iaclint.parsers.hcl import tree
from iaclint.parsers.hcl.json import value_of
from iaclint.parsers.hcl.json_tree import JsonNode

_PREFIX = b"x="
_LITERAL = frozenset({"variable"})


def evaluate_json(node: JsonNode, scope: Scope) -> Value:
    """The loose Value of a JSON tree that stands for an expression."""

    def templated(string: JsonNode, unknown: Value) -> Value:
        return _template(string, unknown, scope)

    around = scope.block
    is_literal = scope.document.kind == "tfvars" or (around is not None and around.kind in _LITERAL)
    value = value_of(node, scope.document, templated, embedded=is_literal)
    _gather_references(value)
    return value


def mini_scope(string: JsonNode, scope: Scope) -> Scope | None:
    """The Scope for the template within a JSON string, or None where its escapes hide the offsets."""
    if b"\\" in string.raw:
        return None
    inner = scope.with_bindings({})
    inner.data = _PREFIX + b'"' + string.raw + b'"'
    inner.base = string.start - len(_PREFIX)
    return inner


def _template(string: JsonNode, unknown: Value, scope: Scope) -> Value:
    inner = mini_scope(string, scope)
    if inner is None:
        return unknown
    root = tree.read(inner.data).root_node
    if root.has_error:
        return unknown
    node = root.descendant_for_byte_range(len(_PREFIX), len(inner.data))
    while node is not None and node.type != "expression":
        node = node.parent
    if node is None:
        return unknown
    value = compute(node, inner)
    return settle(value, holder=scope.block, steps=scope.module.steps) if scope.block is not None else value


def _gather_references(value: Value) -> None:
    for below in [*value.items, *value.entries.values()]:
        if below.origin is None:
            _gather_references(below)
    if value.origin is None and value.kind in ("list", "map"):
        value.references = references_of(value.items, value.entries.values(), first=value.references)
