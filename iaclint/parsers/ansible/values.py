"""From what is written to Values: YAML nodes, and pieces of text such as `k=v`.

What a template stands for is decided by a `Render`, so the parser and the evaluator share this way.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iaclint.model.block import Argument, Block, Document
from iaclint.model.value import Value
from iaclint.parsers.yaml import YamlNode, merged_pairs
from iaclint.source import Span

MAX_DEPTH = 60
MAX_NODES = 50_000
"""Values built for one argument; aliases could make them countless."""

Render = Callable[[str, Value], Value]
"""Given a text with `{{`, and the unknown Value made for it: that Value, or a better one."""


class Piece(Argument):
    """An argument that is a stretch of text rather than a YAML node: `k=v`, a line of an INI file.

    text        what it says, quotes taken off
    value_span  the bytes of the value, quotes included
    """

    __slots__ = ("text", "value_span")

    def __init__(self, block: Block, name: str, name_span: Span, value_span: Span, text: str) -> None:
        super().__init__(block, name, name_span, Span(min(name_span.start, value_span.start), value_span.end))
        self.text = text
        self.value_span = value_span


def evaluate(argument: Argument) -> Value:
    """An argument's Value with templates unknown."""
    return value_of_argument(argument, as_unknown)


def as_unknown(text: str, unknown: Value) -> Value:
    """The Render that knows no variable."""
    return unknown


def value_of_argument(argument: Argument, render: Render) -> Value:
    """An argument's Value."""
    block = argument.block
    if isinstance(argument, Piece):
        value = Value(
            "string", argument.text, block.document, argument.value_span,
            name=argument.name, name_span=argument.name_span, holder=block,
        )  # fmt: skip
        return _templated(argument.text, value, render)
    node = argument.expression
    if not isinstance(node, YamlNode):
        return Value(
            "unknown", None, block.document, argument.span,
            name=argument.name, name_span=argument.name_span, holder=block,
        )  # fmt: skip
    return value_of(node, block.document, block, argument.name, argument.name_span, render)


def value_of(
    node: YamlNode,
    document: Document,
    holder: Block | Value | None,
    name: str = "",
    name_span: Span | None = None,
    render: Render = as_unknown,
) -> Value:
    """The Value a YAML node writes."""
    return _build(node, document, holder, name, name_span, render, 0, [MAX_NODES])


def _build(
    node: YamlNode,
    document: Document,
    holder: Block | Value | None,
    name: str,
    name_span: Span | None,
    render: Render,
    depth: int,
    budget: list[int],
) -> Value:
    value = Value("unknown", None, document, node.span, name=name, name_span=name_span, holder=holder)
    node = node.resolved()
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0 or node.kind == "alias" or node.is_cut:
        return value
    if node.tag.startswith("!") and node.kind == "scalar":
        value.references = (node.tag,)
    elif node.kind == "scalar":
        return _scalar(node, value, render)
    elif node.kind == "sequence":
        value.kind = "list"
        value.data = [
            _build(item, document, value, "", None, render, depth + 1, budget) for item in node.items
        ]
    else:
        pairs = merged_pairs(node)
        if any(key.resolved().kind != "scalar" for key, _ in pairs):
            # `{{ x }}` without quotes is a mapping to YAML
            return value
        entries: dict[str, Value] = {}
        value.kind, value.data = "map", entries
        for key, below in pairs:
            text = key.resolved().value
            if "{{" in text:
                text = "*unknown*"
            entries[text] = _build(below, document, value, text, key.span, render, depth + 1, budget)
    return value


def _scalar(node: YamlNode, value: Value, render: Render) -> Value:
    data = node.plain()
    if data is None:
        value.kind = "missing"
    elif isinstance(data, bool):
        value.kind, value.data = "bool", data
    elif isinstance(data, int | float):
        value.kind, value.data = "number", data
    else:
        value.kind, value.data = "string", str(data)
        return _templated(str(data), value, render)
    return value


_MARKER = re.compile(r"\{\{|\{%|\{#")
_CLOSE = {"{{": "}}", "{%": "%}", "{#": "#}"}


def _templated(text: str, value: Value, render: Render) -> Value:
    if "{" not in text or not _MARKER.search(text):
        return value
    pieces = split_template(text)
    value.kind, value.data = "unknown", None
    value.parts = tuple(one if isinstance(one, str) else None for one in pieces)
    names: list[str] = []
    for one in pieces:
        if not isinstance(one, str):
            names.extend(root_names(one[1]))
    value.references = tuple(dict.fromkeys(names))
    return render(text, value)


def split_template(text: str) -> list[str | tuple[str, str]]:
    """The literal pieces of a template, and (opening mark, what stands inside) of the others, in order."""
    found: list[str | tuple[str, str]] = []
    at = 0
    while True:
        match = _MARKER.search(text, at)
        if match is None:
            break
        end = _closing(text, match.end(), _CLOSE[match[0]])
        if match.start() > at:
            found.append(text[at : match.start()])
        inner = text[match.end() : end if end >= 0 else len(text)]
        found.append((match[0], inner.strip("-+") if match[0] != "{{" else inner.removeprefix("-").removesuffix("-")))
        at = end + 2 if end >= 0 else len(text)
    if at < len(text):
        found.append(text[at:])
    return found


_QUOTED = r"""'(?:[^'\\]|\\.)*+(?:'|\Z)|"(?:[^"\\]|\\.)*+(?:"|\Z)|"""
_ENDS = {"}}": re.compile(_QUOTED + r"(\}\})", re.S), "%}": re.compile(_QUOTED + r"(%\})", re.S)}


def _closing(text: str, at: int, closer: str) -> int:
    """Where the closing mark stands, quoted text passed over; -1 where there is none."""
    ends = _ENDS.get(closer)
    if ends is None:
        return text.find(closer, at)
    for match in ends.finditer(text, at):
        if match[1] is not None:
            return match.start()
    return -1


_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|[A-Za-z_]\w*|\d[\w.]*|[^\s\w]""", re.S)
_WORDS = frozenset({
    "and", "or", "not", "in", "is", "if", "else", "elif", "for", "endfor",
    "endif", "set", "true", "false", "none", "True", "False", "None",
    "defined", "undefined", "omit", "recursive", "block", "endblock", "macro", "endmacro", "raw", "endraw",
})  # fmt: skip


def root_names(expression: str) -> list[str]:
    """The variables a Jinja expression mentions: `a.b[c] | default(d)` mentions a, c and d."""
    names: list[str] = []
    tokens = _TOKEN.findall(expression)
    for index, token in enumerate(tokens):
        if not (token[0].isalpha() or token[0] == "_") or token in _WORDS:
            continue
        before = tokens[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        is_keyword = after == "=" and tokens[index + 2 : index + 3] != ["="]
        if before not in (".", "|", "is") and after != "(" and not is_keyword:
            names.append(token)
    return names
