"""Templates that stand outside of the configuration: what `templatefile` and `templatestring` render."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope
from iaclint.evaluate.terraform_templates import interpolated, text_value
from iaclint.evaluate.terraform_values import UNKNOWN_KEY, Mistake, Unknowable, alike, fails
from iaclint.model.value import Value
from iaclint.parsers.hcl import template, tree
from iaclint.parsers.hcl.template import Piece

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.evaluate.terraform_functions import Call

MAX_TEMPLATE = 100_000
_NAME = re.compile(r"[^\W\d][\w-]*")
_TEMPLATES = frozenset({"templatefile", "templatestring"})
_FILES = frozenset({
    "file", "fileexists", "fileset", "filebase64", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
    "filesha256", "filesha512",
})  # fmt: skip


class TemplateScope(Scope):
    """The Scope of a template: only the names it is given mean something.

    refused  the functions that must not be called in it
    """

    __slots__ = ("refused",)
    refused: frozenset[str]

    def with_bindings(self, bindings: dict[str, Value]) -> Scope:
        """The same place with more names."""
        scope = TemplateScope(self.module, self.document, self.block, _Names({**self.bindings, **bindings}, self))
        scope.data, scope.base, scope.refused = self.data, self.base, self.refused
        return scope


class _Names(dict[str, Value]):
    """Names of which all others are errors."""

    def __init__(self, names: dict[str, Value], scope: Scope | None) -> None:
        super().__init__(names)
        self.scope = scope

    def get(self, name: str, default: object = None) -> Value:
        found = super().get(name)
        if found is not None:
            return found
        if UNKNOWN_KEY in self or self.scope is None:
            raise Unknowable
        raise Mistake


def render(text: str, names: Value, call: Call, *, of_file: bool) -> Value:
    """The loose Value of a template with these names; `of_file`: whether it may read files itself."""
    for name in names.entries:
        if name != UNKNOWN_KEY and not _NAME.fullmatch(name):
            raise Mistake
    found = _rendered(_scope(names, call, of_file), text)
    if fails(found) or found.is_missing:
        raise Mistake
    if found.kind in ("list", "map"):
        # its parts stand in another text
        raise Unknowable
    return alike(
        found, found.data, call.scope.document, call.span, parts=found.parts,
        references=tuple(dict.fromkeys((*call.references, *found.references))),
    )  # fmt: skip


def _scope(names: Value, call: Call, of_file: bool) -> TemplateScope:
    own = call.scope
    bindings = _Names(dict(names.entries), own)
    scope = TemplateScope(own.module, own.document, None, bindings)
    scope.refused = _TEMPLATES if of_file else _TEMPLATES | _FILES
    return scope


def _rendered(scope: TemplateScope, text: str) -> Value:
    scope.data, node, pieces = pieces_of(text)
    _check_names(node, scope)
    span = scope.span(node)
    if len(pieces) == 1 and pieces[0].node is not None and pieces[0].node.type == "template_interpolation":
        return interpolated(pieces[0].node, scope)
    return text_value(pieces, scope, template.Style(True, {}), span)


class Unreadable(Unknowable):
    """A template that is not followed: too large, in a form with more than one meaning, or none at all."""


def pieces_of(text: str) -> tuple[bytes, Node, list[Piece]]:
    """A template that stands by itself, read as a heredoc, in which the language is the same. Raises Unreadable.

    Gives the heredoc's bytes, its node and its pieces.
    """
    if len(text) > MAX_TEMPLATE or "\r" in text or "\0" in text:
        # how its lines end is told apart in ways that are not followed here
        raise Unreadable
    marker = "EOT"
    while marker in text:
        marker += "T"
    data = f"x = <<{marker}\n{text}\n{marker}\n".encode("utf-8", "surrogatepass")
    root = tree.read(data).root_node
    node = _heredoc(root) if not root.has_error else None
    if node is None:
        raise Unreadable
    start, end = template.content_range(node, data)
    # but for the newline before the closing marker
    holes = [child for child in node.children if child.type in template.HOLES]
    return data, node, template.between(data, start, end - 1, holes, template.Style(True, {}))


def _heredoc(root: Node) -> Node | None:
    node: Node | None = root
    while node is not None and node.type != "heredoc_template":
        node = next((child for child in node.children if child.is_named and child.type != "identifier"), None)
    return node


def _check_names(node: Node, scope: TemplateScope) -> None:
    """Raise Mistake for a name that nothing stands for, be it where it is never asked for."""
    stack: list[tuple[Node, frozenset[str]]] = [(node, frozenset(scope.bindings))]
    while stack:
        one, known = stack.pop()
        if one.type == "variable_expr" and not _is_key(one):
            name = scope.text(one)
            if name not in known:
                raise Unknowable if UNKNOWN_KEY in known else Mistake
        if one.type in ("for_tuple_expr", "for_object_expr", "template_for"):
            for intro in one.children:
                if intro.type in ("for_intro", "template_for_start"):
                    known |= {scope.text(child) for child in intro.children if child.type == "identifier"}
        stack += [(child, known) for child in one.children]


def _is_key(node: Node) -> bool:
    # a bare word before `=` in an object is no name
    parent = node.parent
    return parent is not None and parent.parent is not None and parent.parent.type == "object_elem" and (
        parent.parent.child_by_field_name("key") == parent
    )  # fmt: skip


