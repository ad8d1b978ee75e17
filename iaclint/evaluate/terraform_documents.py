"""What stands within strings: JSON documents (policies) and scripts, with the way back to the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from iaclint.evaluate.terraform_expressions import Scope, compute, scope_of
from iaclint.evaluate.terraform_templates import interpolated
from iaclint.evaluate.terraform_values import MAX_TEXT, settle
from iaclint.model.value import Value
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.hcl import template, tree
from iaclint.parsers.hcl.json import Mentions, value_of
from iaclint.parsers.hcl.json_tree import GAP, JsonNode, read
from iaclint.parsers.hcl.literals import unwrapped
from iaclint.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from iaclint.evaluate.terraform_module import Module

MAX_ORIGINS = 20
STRINGS = frozenset({"string_lit", "quoted_template", "heredoc_template"})
_SAME_TEXT = frozenset({"sensitive", "nonsensitive", "trimspace", "chomp"})
_ENCODED = _SAME_TEXT | {"base64encode", "base64gzip", "textencodebase64"}


def writers(value: Value) -> list[Value]:
    """The Value and its origins, nearest first."""
    found = [value]
    while found[-1].origin is not None and len(found) < MAX_ORIGINS:
        found.append(found[-1].origin)
    return found


def expression_of(value: Value, module: Module) -> tuple[Node, Scope] | None:
    """The node that was written for a Value, and its Scope; None where it has none of its own."""
    document, block = value.document, value.block
    module = document.module or module
    scope = scope_of(module, block) if block is not None else Scope(module, document, None, {})
    scope.document = document
    scope.data = document.source.data
    start, end = value.span
    if document.tree is not None:
        node = tree.node_at(document.tree, start, end)
        if node is None or (node.start_byte, node.end_byte) != (start, end):
            return None
        while node.type != "expression" and node.parent is not None and (
            (node.parent.start_byte, node.parent.end_byte) == (start, end)
        ):  # fmt: skip
            node = node.parent
        return unwrapped(node), scope
    return _expression_in_json(value, scope)


def _expression_in_json(value: Value, scope: Scope) -> tuple[Node, Scope] | None:
    from iaclint.evaluate.terraform_json import mini_scope

    start, end = value.span
    if end - start < 2 or scope.data[start : start + 1] != b'"':
        return None
    inner = mini_scope(JsonNode("string", start, end, scope.data[start:end]), scope)
    if inner is None:
        return None
    root = tree.read(inner.data).root_node
    node = root.descendant_for_byte_range(2, len(inner.data))
    if root.has_error or node is None or node.end_byte != len(inner.data):
        return None
    return unwrapped(node), inner


def _argument_of(node: Node, scope: Scope, functions: frozenset[str]) -> tuple[str, Node] | None:
    if node.type != "function_call":
        return None
    name = next((scope.text(child) for child in node.children if child.type == "identifier"), "")
    for child in node.children:
        if child.type == "function_arguments" and name in functions:
            for one in child.children:
                if one.type == "expression":
                    return name, unwrapped(one)
    return None


def _inner_node(node: Node, scope: Scope, functions: frozenset[str]) -> tuple[str, Node]:
    """Through parentheses, lone interpolations and the given functions; the last function's name."""
    last = ""
    for _ in range(20):
        found = _argument_of(node, scope, functions)
        if found is not None:
            last, node = found
            if last == "jsonencode":
                break
            continue
        if node.type == "quoted_template" and len(node.children) == 3:
            hole = node.children[1]
            for child in hole.children if hole.type == "template_interpolation" else ():
                if child.type == "expression":
                    node = unwrapped(child)
                    break
            else:
                break
            continue
        inner = [child for child in node.children if child.is_named and child.type != "comment"]
        if node.type == "expression" and len(inner) == 1 and node.children[0].type == "(":
            node = unwrapped(inner[0])
            continue
        break
    return last, node


# --- JSON documents -------------------------------------------------------------


def document_of(value: Value, module: Module) -> Value | None:
    """The map or list that a string, a template or a call of jsonencode holds; None where it holds none."""
    if value.kind in ("list", "map"):
        return value
    if value.kind not in ("string", "unknown"):
        return None
    cached = module.read_documents.get(id(value))
    if cached is None or cached[0] is not value:
        cached = module.read_documents[id(value)] = (value, _document_of(value, module))
    return cached[1]


def _document_of(value: Value, module: Module) -> Value | None:
    for writer in writers(value):
        found = expression_of(writer, module)
        if found is None:
            continue
        node, scope = found
        name, inner = _inner_node(node, scope, _SAME_TEXT | {"jsonencode"})
        if name == "jsonencode":
            result = settle(compute(inner, scope), holder=value, steps=[MAX_TEXT])
            return result if result.kind in ("list", "map") else None
        if inner.type in STRINGS:
            return _read_template(inner, scope, value)
    text = value.text
    if value.kind == "string" and text is not None:
        span = value.span
        return _read(text.encode("utf-8", "surrogateescape"), value, value, lambda start, end: span)
    return None


def _read_template(node: Node, scope: Scope, value: Value) -> Value | None:
    text, runs = bytearray(), _Runs()
    mentioned: list[tuple[int, tuple[str, ...]]] = []
    for piece in template.read(node, scope.data):
        part = piece.text
        if part is None:
            inner = piece.node
            is_interpolation = inner is not None and inner.type == "template_interpolation"
            known = None
            if inner is not None and is_interpolation:
                within = interpolated(inner, scope)
                known = within.text
                mentioned.append((len(text), within.references))
            part = GAP if known is None else known.encode("utf-8", "surrogateescape")
        elif GAP in part:
            return None
        runs.add(len(text), piece.start + scope.base, piece.end + scope.base, piece.is_verbatim)
        text += part
        if len(text) > MAX_TEXT:
            return None
    stand_in = Value("unknown", None, scope.document, value.span)

    def mentions(json: JsonNode) -> tuple[str, ...]:
        found = (names for offset, names in mentioned if json.start <= offset < json.end)
        return tuple(dict.fromkeys(name for names in found for name in names))

    return _read(bytes(text), value, stand_in, runs.span, mentions if mentioned else None)


def _read(
    text: bytes, holder: Value, place: Value, spans: Callable[[int, int], Span], mentions: Mentions | None = None
) -> Value | None:
    if text.lstrip()[:1] not in (b"{", b"["):
        return None
    root, fault = read(text)
    if root is None or fault is not None:
        return None
    result = value_of(root, place.document, None, spans, embedded=True, mentions=mentions)
    result.holder = holder
    return result


class _Runs:
    """Where the bytes of a text are written: runs that are verbatim, and others that stand as a whole."""

    __slots__ = ("_inner", "_runs")

    def __init__(self) -> None:
        self._inner: list[int] = []
        self._runs: list[tuple[int, int, bool]] = []

    def add(self, inner: int, start: int, end: int, is_verbatim: bool) -> None:
        self._inner.append(inner)
        self._runs.append((start, end, is_verbatim))

    def span(self, start: int, end: int) -> Span:
        first, last = self._at(start), self._at(max(start, end - 1))
        return Span(first[0], last[1])

    def _at(self, offset: int) -> tuple[int, int]:
        # the bytes that one byte of the text is written with
        index = bisect_right(self._inner, offset) - 1
        start, end, is_verbatim = self._runs[index]
        if not is_verbatim:
            return start, end
        at = start + offset - self._inner[index]
        return at, at + 1


# --- scripts --------------------------------------------------------------------


def script_of(value: Value, module: Module) -> EmbeddedText | None:
    """The text of a string or heredoc where it is written, also within base64encode and the like."""
    for writer in writers(value) if value.kind in ("string", "unknown") else ():
        found = expression_of(writer, module)
        if found is not None:
            node, scope = found
            _, inner = _inner_node(node, scope, frozenset(_ENCODED))
            if inner.type in STRINGS:
                return _embedded(inner, scope)
    return None


def _embedded(node: Node, scope: Scope) -> EmbeddedText:
    data = scope.data
    text, starts, gaps = bytearray(), list[tuple[int, int]](), dict[int, str]()
    for piece in template.read(node, data, flat=True):
        part = piece.text
        if part is None:
            written = data[piece.start : piece.end]
            if piece.node is not None and piece.node.type == "template_interpolation":
                gaps[len(text)] = written.decode("utf-8", "replace")[2:-1].strip("~ \t\r\n")
                part = b"$" + b"_" * (len(written) - 1)
            else:
                part = b" " * len(written)
        starts.append((len(text), piece.start + scope.base))
        text += part
    if not starts:
        at = template.content_range(node, data)[0] if node.type == "heredoc_template" else node.start_byte + 1
        starts.append((0, at + scope.base))
    spell: Callable[[str, int], str | None] = _spell_json if scope.document.tree is None else _spell_quoted
    if node.type == "heredoc_template":
        spell = _heredoc_speller(node, scope)
    return EmbeddedText(scope.document, bytes(text), starts, spell, gaps)


def _without_templates(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _spell_quoted(text: str, offset: int) -> str | None:
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, written)
    return _without_templates(text)


def _spell_json(text: str, offset: int) -> str | None:
    import json

    return json.dumps(_without_templates(text), ensure_ascii=False)[1:-1]


def _heredoc_speller(node: Node, scope: Scope) -> Callable[[str, int], str | None]:
    markers = [scope.text(child) for child in node.children if child.type == "heredoc_identifier"]
    indent = _indent(node, scope.data)
    newline = "\r\n" if b"\r\n" in scope.data[node.start_byte : node.end_byte] else "\n"

    def spell(text: str, offset: int) -> str | None:
        if any(line.strip() in markers for line in text.split("\n")):
            # that line would end the heredoc
            return None
        return _without_templates(text).replace("\n", newline + indent)

    return spell


def _indent(node: Node, data: bytes) -> str:
    width = template.indentation(node, data)
    start, _ = template.content_range(node, data)
    return data[start : start + width].decode("ascii", "replace") if width else ""
