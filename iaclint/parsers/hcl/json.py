"""Terraform's JSON syntax: `.tf.json` and `.tfvars.json` as the same Blocks as the native syntax gives.

JSON does not tell blocks from arguments. What Terraform itself defines (`lifecycle`, `provisioner` ...) is
read as Blocks, everything of a provider as arguments with maps and lists, which paths treat alike.
"""

from __future__ import annotations

from collections.abc import Callable

from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.model.value import Value
from iaclint.parsers.hcl.json_tree import JsonNode, read
from iaclint.parsers.hcl.literals import evaluate_literal, number
from iaclint.parsers.hcl.structure import block_of, platforms
from iaclint.source import Source, Span

LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "provider": 1, "variable": 1, "output": 1, "module": 1, "check": 1}
_NESTED = {"lifecycle": 0, "connection": 0, "required_providers": 0, "provisioner": 1, "backend": 1}

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
            _fill(top, body, {})
        else:
            for key, node in body.pairs:
                if key.text != "//":
                    _add_blocks(top, [key], node, LABELS.get(key.text, 0))
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


def _add_blocks(holder: Block, keys: list[JsonNode], node: JsonNode, labels: int) -> None:
    for body in _objects(node):
        if labels:
            for key, inner in body.pairs:
                if key.text != "//":
                    _add_blocks(holder, [*keys, key], inner, labels - 1)
            continue
        key = keys[-1]
        block = block_of(
            holder, [one.text for one in keys], Span(key.start, body.end), Span(key.start, key.end),
            Span(body.start + 1, max(body.start + 1, body.end - 1)), body,
        )  # fmt: skip
        _fill(block, body, _NESTED)
        holder._blocks.append(block)


def _fill(block: Block, body: JsonNode, nested: dict[str, int]) -> None:
    for key, node in body.pairs:
        name = key.text
        if name == "//":
            continue
        if name in nested and _objects(node):
            _add_blocks(block, [key], node, nested[name])
        elif name == "dynamic" and nested and _objects(node):
            _add_dynamic(block, node)
        else:
            span = Span(key.start, key.end)
            if name in block.arguments:
                block.document.problems.append(Problem(span, f"argument `{name}` is set twice"))
            block.arguments[name] = Argument(block, name, span, Span(key.start, node.end), node)


def _add_dynamic(holder: Block, node: JsonNode) -> None:
    for body in _objects(node):
        for label, one in body.pairs:
            for instance in _objects(one):
                for key, content in instance.pairs:
                    if key.text == "content" and content.kind == "object":
                        _add_blocks(holder, [label], content, 0)
                        holder._blocks[-1].is_symbolic = True


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
