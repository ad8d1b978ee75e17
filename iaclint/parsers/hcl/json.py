"""Terraform's JSON syntax: `.tf.json` and `.tfvars.json` as the same Blocks as the native syntax gives.

JSON does not tell blocks from arguments. What Terraform itself defines (`lifecycle`, `provisioner` ...) is
read as Blocks, everything of a provider as arguments with maps and lists, which paths treat alike. A name that
occurs twice in an object stands for two blocks. `"//"` is a comment.
"""

from __future__ import annotations

from collections.abc import Callable

from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.model.value import Value
from iaclint.parsers.hcl import dynamic
from iaclint.parsers.hcl.json_tree import JsonNode, read
from iaclint.parsers.hcl.literals import evaluate_literal, number
from iaclint.parsers.hcl.structure import block_of, platforms
from iaclint.source import Source, Span

LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "provider": 1, "variable": 1, "output": 1, "module": 1, "check": 1}
_REMARK = "//"
_MANAGED = {"lifecycle": 0, "connection": 0, "provisioner": 1}
_NESTED: dict[str, dict[str, int]] = {
    "resource": _MANAGED, "data": {"lifecycle": 0}, "ephemeral": {"lifecycle": 0}, "removed": _MANAGED,
    "terraform": {"required_providers": 0, "backend": 1, "cloud": 0, "provider_meta": 1},
    "variable": {"validation": 0}, "output": {"precondition": 0}, "check": {"data": 2, "assert": 0},
    "lifecycle": {"precondition": 0, "postcondition": 0}, "provisioner": {"connection": 0}, "cloud": {"workspaces": 0},
}  # fmt: skip
"""Blocks that Terraform defines within others, with the number of their labels."""
_DYNAMIC = frozenset({"resource", "data", "ephemeral", "provider", "provisioner", "content"})
"""Blocks whose nested ones may be dynamic."""

Templates = Callable[[JsonNode, Value], Value]
"""Evaluates a JSON string with an interpolation; given the unknown Value that stands for it."""
Spans = Callable[[int, int], Span]
"""The file's bytes for a range of the JSON text."""
Mentions = Callable[[JsonNode], tuple[str, ...]]
"""The references of the interpolations within a string or gap."""


def parse_json(source: Source, kind: str = "module") -> Document:
    """Read a file in JSON syntax; a tfvars file becomes one Block of kind and type `tfvars`."""
    document = Document(source, "terraform", kind)
    document.evaluate = evaluate_literal
    root, fault = read(source.data, source.start)
    if fault is not None:
        document.problems.append(Problem(Span(fault.offset, min(fault.offset + 1, len(source.data))), fault.message))
    elif root is not None and root.kind not in ("object", "array"):
        document.problems.append(Problem(Span(root.start, root.end), "a Terraform file in JSON is an object"))
    everything = Span(source.start, len(source.data))
    top = Block(
        document, "tfvars", "tfvars", span=everything, header_span=Span(source.start, source.start),
        body_span=everything, node=root,
    )  # fmt: skip
    for body in _objects(root) if root is not None else ():
        if kind == "tfvars":
            _fill(top, body)
            continue
        for key, node in body.pairs:
            if key.text == _REMARK:
                continue
            _add_blocks(top, [key], node, LABELS.get(key.text, 0))
            if not _is_body(node) and node.data != b"null":
                span = Span(key.start, key.end)
                document.problems.append(Problem(span, f"`{key.text}` must be an object, or an array of objects"))
    if kind == "tfvars":
        document.blocks = [top]
        return document
    document.blocks = top._blocks
    for block in document.blocks:
        block.parent = None
    document.platforms |= platforms(document.blocks)
    return document


def _objects(node: JsonNode) -> list[JsonNode]:
    return [node] if node.kind == "object" else [one for one in node.elements if one.kind == "object"]


def _is_body(node: JsonNode) -> bool:
    """Whether it may be what one or several blocks hold."""
    return node.kind == "object" or (node.kind == "array" and all(one.kind == "object" for one in node.elements))


def _add_blocks(holder: Block, keys: list[JsonNode], node: JsonNode, labels: int) -> None:
    for body in _objects(node):
        if labels:
            for key, inner in body.pairs:
                if key.text != _REMARK:
                    _add_blocks(holder, [*keys, key], inner, labels - 1)
            continue
        key = keys[-1]
        block = block_of(
            holder, [one.text for one in keys], Span(key.start, body.end), Span(key.start, key.end),
            Span(body.start + 1, max(body.start + 1, body.end - 1)), body,
        )  # fmt: skip
        _fill(block, body)
        holder._blocks.append(block)


def _fill(block: Block, body: JsonNode) -> None:
    keyword = block.type if block.kind == "block" else block.kind
    nested = _NESTED.get(keyword, {})
    for key, node in body.pairs:
        name = key.text
        if name == _REMARK:
            continue
        if name in nested and _objects(node):
            _add_blocks(block, [key], node, nested[name])
        elif name == "dynamic" and keyword in _DYNAMIC and _objects(node):
            _add_dynamic(block, key, node)
        else:
            _add_argument(block, key, node)


def _add_argument(block: Block, key: JsonNode, node: JsonNode) -> None:
    name, start = key.text, key.start
    before = block.arguments.get(name)
    if before is not None:
        earlier = before.expression
        if isinstance(earlier, JsonNode) and _is_body(earlier) and _is_body(node):
            node = JsonNode("array", earlier.start, node.end, [*_objects(earlier), *_objects(node)])
            key, start = JsonNode("string", *before.name_span, b""), before.span.start
        else:
            problem = Problem(Span(key.start, key.end), f"argument `{name}` is set twice")
            block.document.problems.append(problem)
    block.arguments[name] = Argument(block, name, Span(key.start, key.end), Span(start, node.end), node)


# --- dynamic blocks -----------------------------------------------------------------------------------------


class _Content:
    """The body of a `content`, for `dynamic.expand`, which reads native syntax."""

    __slots__ = ("body",)
    children = ()

    def __init__(self, body: JsonNode) -> None:
        self.body = body


class _Word:
    """A string as the bare word it would be in native syntax."""

    __slots__ = ("end_byte", "start_byte")
    type, children, named_children = "identifier", (), ()

    def __init__(self, string: JsonNode) -> None:
        self.start_byte, self.end_byte = string.start + 1, string.end - 1


def _add_dynamic(holder: Block, key: JsonNode, node: JsonNode) -> None:
    before = len(holder._blocks)
    _add_blocks(holder, [key], node, 1)
    for block in holder._blocks[before:]:
        iterator = block.arguments.get("iterator")
        if iterator is not None and isinstance(iterator.expression, JsonNode):
            iterator.expression = _Word(iterator.expression)
        content = block.arguments.pop("content", None)
        if content is not None and isinstance(content.expression, JsonNode):
            for body in _objects(content.expression)[:1]:
                block._blocks.append(_content(block, content, body))
    holder.expand = _expand


def _content(block: Block, written: Argument, body: JsonNode) -> Block:
    inside = Span(body.start + 1, body.end - 1)
    whole = Span(written.span.start, body.end)
    content = block_of(block, ["content"], whole, written.name_span, inside, _Content(body))
    _fill(content, body)
    return content


def _expand(holder: Block) -> list[Block]:
    found = dynamic.expand(holder)
    for block in found:
        if isinstance(block.node, _Content):
            body = block.node.body
            block.node = body
            if not block.arguments and not block._blocks:
                _fill_content(block, body)
    return found


def _fill_content(block: Block, body: JsonNode) -> None:
    written, block.type = block.type, "content"
    _fill(block, body)
    block.type = written


# --- values -------------------------------------------------------------------------------------------------


def value_of(
    node: JsonNode, document: Document, templates: Templates | None, spans: Spans = Span, embedded: bool = False,
    mentions: Mentions | None = None,
) -> Value:
    """The Value of a JSON tree. Its strings are HCL templates, unless it is `embedded` in a string itself.

    Without `templates` a string with an interpolation is unknown.
    """
    result = _value_of(node, document, templates, spans, embedded, mentions)
    if mentions is not None and node.kind in ("string", "gap"):
        result.references = mentions(node)
    return result


def _value_of(
    node: JsonNode, document: Document, templates: Templates | None, spans: Spans, embedded: bool,
    mentions: Mentions | None,
) -> Value:  # fmt: skip
    span = spans(node.start, node.end)
    if node.kind == "object":
        entries: dict[str, Value] = {}
        result = Value("map", entries, document, span)
        for key, below in node.pairs:
            item = value_of(below, document, templates, spans, embedded, mentions)
            name = key.text if None not in key.parts else "*unknown*"
            item.name, item.name_span, item.holder = name, spans(key.start, key.end), result
            entries[name] = item
        if "dynamic" in entries and not embedded:
            _hide_dynamic(entries, node, result)
        return result
    if node.kind == "array":
        result = Value("list", None, document, span)
        items = [value_of(below, document, templates, spans, embedded, mentions) for below in node.elements]
        for item in items:
            item.holder = result
            if item.is_missing:
                item.name_span = item.span
        result.data = items
        return result
    if node.kind == "string":
        parts = node.parts
        if None in parts:
            return Value("unknown", None, document, span, parts=parts)
        text = node.text
        if not embedded and ("${" in text or "%{" in text):
            unknown = Value("unknown", None, document, span)
            return templates(node, unknown) if templates is not None else unknown
        return Value("string", text, document, span)
    if node.kind == "number":
        return Value("number", number(node.raw), document, span)
    if node.kind == "word":
        if node.raw == b"null":
            return Value("missing", None, document, span)
        return Value("bool", node.raw == b"true", document, span)
    return Value("unknown", None, document, span)


def _hide_dynamic(entries: dict[str, Value], node: JsonNode, holder: Value) -> None:
    """What blocks within an argument's are dynamic is not known: JSON does not tell them from maps."""
    for key, below in node.pairs:
        for body in _objects(below) if key.text == "dynamic" else ():
            for label, _ in body.pairs:
                unknown = Value("unknown", None, holder.document, holder.span, name=label.text, holder=holder)
                entries.setdefault(label.text, unknown)
