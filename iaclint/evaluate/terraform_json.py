"""Expressions in Terraform's JSON syntax: strings there are templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, compute
from iaclint.evaluate.terraform_values import references_of, settle
from iaclint.model.value import Value
from iaclint.parsers.hcl import tree
from iaclint.parsers.hcl.json import value_of
from iaclint.parsers.hcl.json_tree import JsonNode
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

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


class EscapedScope(Scope):
    """The Scope of a template that is written with escapes: all of it stands where the JSON string does."""

    __slots__ = ("whole",)
    whole: Span

    def with_bindings(self, bindings: dict[str, Value]) -> Scope:
        """The same place with more names."""
        scope = EscapedScope(self.module, self.document, self.block, {**self.bindings, **bindings})
        scope.data, scope.base, scope.whole = self.data, self.base, self.whole
        return scope

    def span(self, first: Node, last: Node | None = None) -> Span:
        """The bytes of the JSON string."""
        return self.whole


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
        return _escaped_template(string, unknown, scope)
    root = tree.read(inner.data).root_node
    if root.has_error:
        return unknown
    node = root.descendant_for_byte_range(len(_PREFIX), len(inner.data))
    while node is not None and node.type != "expression":
        node = node.parent
    if node is None:
        return unknown
    return _settled(compute(node, inner), scope)


def _settled(value: Value, scope: Scope) -> Value:
    return settle(value, holder=scope.block, steps=scope.module.steps) if scope.block is not None else value


def _escaped_template(string: JsonNode, unknown: Value, scope: Scope) -> Value:
    """The Value of a template whose text is not what stands in the file, byte for byte."""
    from iaclint.evaluate.terraform_template_files import Unreadable, pieces_of
    from iaclint.evaluate.terraform_templates import interpolated, text_value
    from iaclint.parsers.hcl.template import Style

    inner = EscapedScope(scope.module, scope.document, scope.block, scope.bindings)
    inner.whole = Span(string.start, string.end)
    try:
        inner.data, _, pieces = pieces_of(string.text)
    except Unreadable:
        return unknown
    if len(pieces) == 1 and pieces[0].node is not None and pieces[0].node.type == "template_interpolation":
        return _settled(interpolated(pieces[0].node, inner), scope)
    return _settled(text_value(pieces, inner, Style(True, {}), inner.whole), scope)


def _gather_references(value: Value) -> None:
    for below in [*value.items, *value.entries.values()]:
        if below.origin is None:
            _gather_references(below)
    if value.origin is None and value.kind in ("list", "map"):
        value.references = references_of(value.items, value.entries.values(), first=value.references)
