"""Terraform expressions: from tree-sitter nodes to Values.

What is computed here is loose (see `terraform_values`); `evaluate` settles it at its argument.
All parts of an expression are computed, also those a condition rules out, for the references they mention.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from iaclint.evaluate import terraform_operators as operators
from iaclint.evaluate.terraform_module import Deferred
from iaclint.evaluate.terraform_values import (
    UNKNOWN_KEY,
    Broken,
    Invalid,
    InvalidResult,
    Mistake,
    Unknowable,
    Whole,
    bounded,
    fails,
    mark_broken,
    member,
    normal,
    references_of,
    seen,
    settle,
    text_of,
)
from iaclint.model.value import Value
from iaclint.parsers.hcl.dynamic import Instance
from iaclint.parsers.hcl.literals import plain_key, scalar, unwrapped
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.evaluate.terraform_module import Module
    from iaclint.evaluate.terraform_type_constraints import Type
    from iaclint.model.block import Argument, Block, Document

MAX_DEPTH = 80


class Scope:
    """Where an expression stands and what its names mean.

    data      the bytes the nodes' offsets are of; `base` must be added for offsets of the file
    bindings  names bound around it: of a `for`, of a dynamic block's iterator
    block     the Block it belongs to
    """

    __slots__ = ("base", "bindings", "block", "data", "document", "module")

    def __init__(self, module: Module, document: Document, block: Block | None, bindings: dict[str, Value]) -> None:
        self.module, self.document, self.block, self.bindings = module, document, block, bindings
        self.data, self.base = document.source.data, 0

    def with_bindings(self, bindings: dict[str, Value]) -> Scope:
        """The same place with more names."""
        scope = Scope(self.module, self.document, self.block, {**self.bindings, **bindings})
        scope.data, scope.base = self.data, self.base
        return scope

    def span(self, first: Node, last: Node | None = None) -> Span:
        """The file's bytes from one node to another."""
        return Span(first.start_byte + self.base, (last or first).end_byte + self.base)

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def new(self, kind: str, data: object, span: Span, references: tuple[str, ...] = ()) -> Value:
        """A loose Value standing here; unknown where it would be too large."""
        if kind == "string":
            data = normal(str(data))
        if data is not None and not bounded(kind, data):
            kind, data = "unknown", None
        return Value(kind, data, self.document, span, references=references)

    def unknown(self, span: Span, references: tuple[str, ...] = ()) -> Value:
        """A loose unknown Value standing here."""
        return Value("unknown", None, self.document, span, references=references)

    def invalid(self, span: Span, references: tuple[str, ...] = (), *, type: Type | None = None) -> Value:
        """A loose Value of an expression that fails; `type` is what its operator gives nevertheless."""
        if type is None:
            return Invalid("unknown", None, self.document, span, references=references)
        return InvalidResult("unknown", None, self.document, span, references=references, type=type)


def scope_of(module: Module, block: Block) -> Scope:
    """The Scope of a Block's arguments, with the iterators of the dynamic blocks around it."""
    bindings: dict[str, Value] = {}
    around: Block | None = block
    while around is not None:
        if isinstance(around, Instance):
            bindings = {**around.bindings, **bindings}
        around = around.parent
    return Scope(module, block.document, block, bindings)


def evaluate(module: Module, argument: Argument) -> Value:
    """The Value of an argument, at its place."""
    node: Any = argument.expression
    scope = scope_of(module, argument.block)
    if not hasattr(node, "start_byte"):
        from iaclint.evaluate.terraform_json import evaluate_json

        value = evaluate_json(node, scope)
    else:
        value = compute(node, scope)
    return settle(
        value, name=argument.name, name_span=argument.name_span, holder=argument.block, steps=module.steps
    )  # fmt: skip


def compute(node: Node, scope: Scope) -> Value:
    """The loose Value of an expression; unknown where it is too deep or took too many steps."""
    state = scope.module.state
    state.steps[0] -= 1
    if state.depth >= MAX_DEPTH or state.steps[0] < 0:
        if len(state.nested) > 1 and state.steps[0] >= 0:
            raise Deferred(state.nested[1:])
        return scope.unknown(scope.span(node))
    state.depth += 1
    try:
        return _compute(node, scope)
    finally:
        state.depth -= 1


def _compute(node: Node, scope: Scope) -> Value:
    whole = node
    while True:
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            return handler(node, scope)
        children = node.children
        if len(children) != 1:
            break
        node = children[0]
    if node.type in ("expression", "binary_operation", "unary_operation"):
        nodes = [child for child in children if child.type != "comment"]
        if nodes and not any(child.type == "ERROR" for child in nodes):
            return term(nodes, scope)
    return scope.unknown(scope.span(whole))


def term(nodes: list[Node], scope: Scope) -> Value:
    """The Value of an operand: a name, literal, call or parenthesis with indices, attributes and splats."""
    first = nodes[0]
    if first.type == "variable_expr":
        from iaclint.evaluate.terraform_references import resolve

        return resolve(scope.text(first), nodes, scope)
    if first.type == "(" and len(nodes) >= 3:
        value, rest = compute(nodes[1], scope), nodes[3:]
        if not rest:
            value.span = scope.span(first, nodes[-1])
            return value
    else:
        value, rest = compute(first, scope), nodes[1:]
    return follow(value, rest, scope, scope.span(first, nodes[-1])) if rest else value


def follow(value: Value, steps: list[Node], scope: Scope, span: Span, references: tuple[str, ...] = ()) -> Value:
    """What the attributes, indices and splats lead to from a Value, standing at the span."""
    raw, mentioned = value, references_of(value, first=references)
    if isinstance(value, Broken) and value.holder is None and value.origin is None:
        return scope.invalid(span, mentioned)
    for index, node in enumerate(steps):
        if isinstance(raw, Whole) and node.type != "splat":
            from iaclint.evaluate.terraform_subjects import part

            return part(raw.subject, steps[index:], scope, span, mentioned)
        if node.type == "splat":
            from iaclint.evaluate.terraform_splats import splat

            return splat(raw, node, steps[index + 1 :], scope, span, mentioned)
        key = step_key(node, scope)
        if key is None:
            return scope.unknown(span, mentioned)
        if key.references:
            mentioned = references_of(key, first=mentioned)
        found = member(raw, key)
        if found is None:
            return scope.invalid(span, mentioned)
        raw = found
    return seen(raw, scope.document, span, mentioned)


def step_key(node: Node, scope: Scope) -> Value | None:
    """The key of an attribute or index; None where the node is neither."""
    if node.type == "get_attr":
        return scope.new("string", scope.text(node)[1:].strip(), scope.span(node))
    if node.type == "index" and node.children:
        inner = node.children[0]
        if inner.type == "legacy_index":
            digits = scope.text(inner)[1:].strip()
            return scope.new("number", int(digits), scope.span(node)) if digits.isdecimal() else None
        for child in inner.children:
            if child.type == "expression":
                return compute(child, scope)
    return None


def _scalar(node: Node, scope: Scope) -> Value:
    if node.type == "numeric_lit":
        return _number(node, scope)
    found = scalar(node, scope.data)
    if found is None or found[0] == "string":
        return _template(node, scope)
    return scope.new(found[0], found[1], scope.span(node))


def _number(node: Node, scope: Scope) -> Value:
    text = scope.text(node)
    if text.isdecimal() and len(text) < 19:
        return Value("number", int(text), scope.document, scope.span(node))
    from iaclint.evaluate.terraform_numbers import parse

    try:
        return scope.new("number", parse(text), scope.span(node))
    except Unknowable:
        return scope.unknown(scope.span(node))


def _template(node: Node, scope: Scope) -> Value:
    from iaclint.evaluate.terraform_templates import compute_template

    return compute_template(node, scope)


def _tuple(node: Node, scope: Scope) -> Value:
    result = scope.new("list", None, scope.span(node))
    items = [compute(child, scope) for child in node.named_children if child.type == "expression"]
    result.data = [settle(item, holder=result, steps=scope.module.steps) for item in items]
    result.references = references_of(items)
    mark_broken(result)
    return result


def _object(node: Node, scope: Scope) -> Value:
    result = scope.new("map", None, scope.span(node))
    entries: dict[str, Value] = {}
    references: list[Value] = []
    has_bad_key = False
    for element in node.named_children:
        key, expression = element.child_by_field_name("key"), element.child_by_field_name("val")
        if key is None or expression is None:
            if element.type == "ERROR":
                entries.setdefault(UNKNOWN_KEY, scope.unknown(scope.span(element)))
            continue
        name = _literal_key(key, scope)
        if name is None:
            computed = compute(key, scope)
            references.append(computed)
            name = text_of(computed)
            has_bad_key = has_bad_key or fails(computed) or (name is None and not computed.is_unknown)
        item = settle(
            compute(expression, scope), name=name or "", name_span=scope.span(key), holder=result,
            steps=scope.module.steps,
        )  # fmt: skip
        references.append(item)
        if name is None:
            # what stands before it may be replaced: see `member`
            entries.pop(UNKNOWN_KEY, None)
        entries[name if name is not None else UNKNOWN_KEY] = item
    result.data = entries
    result.references = references_of(references)
    if has_bad_key:
        return scope.invalid(result.span, result.references)
    mark_broken(result)
    return result


def _literal_key(key: Node, scope: Scope) -> str | None:
    node = unwrapped(key)
    if node.type == "null_lit":
        return "null"
    if node.type == "numeric_lit":
        return None
    name = plain_key(key, scope.data)
    return None if name is None else normal(name)


def _operation(node: Node, scope: Scope) -> Value:
    inner = node.children[0]
    children = [child for child in inner.children if child.type != "comment"]
    span = scope.span(node)
    if inner.type == "unary_operation" and len(children) > 1:
        operator, value = children[0].type, term(children[1:], scope)
        return _result(operator, lambda: operators.unary(operator, value), span, value.references, scope)
    at = next((index for index, child in enumerate(children) if index and child.type in _OPERATORS), None)
    if inner.type != "binary_operation" or at is None or at + 1 >= len(children):
        return scope.unknown(span)
    left, right = term(children[:at], scope), term(children[at + 1 :], scope)
    operator = children[at].type
    references = references_of(left, right)
    return _result(operator, lambda: operators.binary(operator, left, right), span, references, scope)


def _result(
    operator: str, operation: Callable[[], object], span: Span, references: tuple[str, ...], scope: Scope
) -> Value:
    try:
        data = operation()
    except Mistake:
        from iaclint.evaluate.terraform_conversions import BOOL, NUMBER

        return scope.invalid(span, references, type=NUMBER if operator in _ARITHMETIC else BOOL)
    except Unknowable:
        data = None
    kind = "unknown" if data is None else "bool" if isinstance(data, bool) else "number"
    return scope.new(kind, data, span, references)


def _conditional(node: Node, scope: Scope) -> Value:
    from iaclint.evaluate.terraform_conditionals import compute_conditional

    return compute_conditional(node, scope)


def _call(node: Node, scope: Scope) -> Value:
    from iaclint.evaluate.terraform_functions import call

    name, arguments, is_expanded = "", [], False
    for child in node.children:
        if child.type == "identifier":
            name = scope.text(child)
        elif child.type == "function_arguments":
            for one in child.children:
                if one.type == "expression":
                    arguments.append(compute(one, scope))
                elif one.type == "ellipsis":
                    is_expanded = True
                elif one.type == "ERROR":
                    name = ""
    if name.removeprefix("core::") == "templatestring" and not _is_reference(node):
        return scope.invalid(scope.span(node), references_of(arguments))
    return call(name, arguments, is_expanded, scope, scope.span(node))


def _is_reference(call: Node) -> bool:
    # what a template is rendered from must be named, not written
    for child in call.children:
        if child.type == "function_arguments":
            for one in child.children:
                if one.type == "expression":
                    return bool(one.children) and one.children[0].type == "variable_expr"
    return False


def _for(node: Node, scope: Scope) -> Value:
    from iaclint.evaluate.terraform_for import compute_for

    return compute_for(node, scope)


_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
_OPERATORS = _ARITHMETIC | {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}
_HANDLERS: dict[str, Callable[[Node, Scope], Value]] = {
    "numeric_lit": _scalar,
    "bool_lit": _scalar,
    "null_lit": _scalar,
    "string_lit": _scalar,
    "quoted_template": _template,
    "heredoc_template": _template,
    "tuple": _tuple,
    "object": _object,
    "operation": _operation,
    "conditional": _conditional,
    "function_call": _call,
    "for_expr": _for,
    "variable_expr": lambda node, scope: term([node], scope),
}
