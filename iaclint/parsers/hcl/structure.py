"""The structural walk: bodies, attributes and blocks of a Terraform file as Blocks and Arguments.

Expressions are not looked at; their nodes are kept for the evaluator.
"""

from __future__ import annotations

from tree_sitter import Node

from iaclint.model.block import Argument, Block, Document, Problem
from iaclint.model.module_sources import module_source_of
from iaclint.parsers.hcl import dynamic, tree
from iaclint.parsers.hcl.literals import evaluate_literal
from iaclint.source import Source, Span

PLATFORMS = {
    "aws": "aws", "awscc": "aws", "azurerm": "azurerm", "azuread": "azurerm", "azapi": "azurerm",
    "google": "google", "google-beta": "google", "kubernetes": "kubernetes", "helm": "kubernetes",
}  # fmt: skip
_TYPED = frozenset({"resource", "data", "ephemeral"})
_NAMED = frozenset({"variable", "output", "module", "check"})


def parse(source: Source, kind: str = "module") -> Document:
    """Read a file in native syntax; a tfvars file becomes one Block of kind and type `tfvars`."""
    document = Document(source, "terraform", kind)
    whole = Span(0, len(source.data))
    parts = [(whole, tree.read(source.data))] if kind == "tfvars" else tree.read_in_parts(source.data)
    document.tree = parts
    document.evaluate = evaluate_literal
    document.problems = tree.problems(parts, source.data)
    everything = Span(source.start, len(source.data))
    holder = Block(
        document, "tfvars", "tfvars", span=everything, header_span=Span(source.start, source.start),
        body_span=everything, node=parts[0][1].root_node,
    )  # fmt: skip
    for _, part in parts:
        fill(holder, part.root_node)
    top = holder._blocks
    if kind == "tfvars":
        document.blocks = [holder]
    else:
        for argument in holder.arguments.values() if not document.problems else ():
            _add_problem(document, argument.name_span, f"argument `{argument.name}` stands outside of any block")
        for block in top:
            block.parent = None
        document.blocks = top
        document.platforms |= platforms(top)
    document.comments = tree.comments(parts, source.data)
    document.problems.sort()
    return document


def platforms(blocks: list[Block]) -> set[str]:
    """The rule packages that the types of resources, data sources and providers, and registry modules call for."""
    found = set()
    for block in blocks:
        if block.kind in _TYPED or block.kind == "provider":
            prefix = block.type.split("_", 1)[0]
            found.add(PLATFORMS.get(prefix, prefix))
        elif block.kind == "module":
            # an address of the registry ends with the provider the module is for
            address = module_source_of(_literal(block, "source")).address
            words = address.split("/")
            if len(words) in (3, 4) and ":" not in address:
                found.add(PLATFORMS.get(words[-1], ""))
    found.discard("")
    return found


def _literal(block: Block, name: str) -> str:
    # not kept by the argument: once all files are read its value may be known where no literal stands
    argument = block.arguments.get(name)
    return (block.document.evaluate(argument).text or "") if argument is not None else ""


def fill(top: Block, body: Node) -> list[Block]:
    """Read a body's arguments and blocks into a Block, and all below; return its direct blocks."""
    document = top.document
    data = document.source.data
    stack: list[tuple[Block, Node]] = [(top, body)]
    while stack:
        holder, node = stack.pop()
        arguments, blocks = holder.arguments, holder._blocks
        nodes = node.children
        if node.type != "body" or node.has_error:
            nodes = _flattened(nodes)
        previous_end = -1
        for child in nodes:
            kind = child.type
            if kind == "attribute":
                argument = _argument(holder, child, data)
                if argument is None:
                    continue
                name, start = argument.name, argument.span.start
                if name in arguments:
                    _add_problem(document, argument.name_span, f"argument `{name}` is set twice")
                elif previous_end >= 0 and data.find(b"\n", previous_end, start) < 0:
                    _add_problem(document, argument.name_span, f"argument `{name}` must start on a new line")
                arguments[name] = argument
                previous_end = argument.span.end
            elif kind == "block":
                block, inner = _block(holder, child, data)
                blocks.append(block)
                if inner is not None:
                    stack.append((block, inner))
                if block.type == "dynamic" and block.kind == "block" and block.labels:
                    holder.expand = dynamic.expand
                previous_end = -1
    return top._blocks


def _add_problem(document: Document, span: Span, message: str) -> None:
    problem = Problem(span, message)
    # the content of a dynamic block is read once for each instance
    if len(document.problems) < 100 and problem not in document.problems:
        document.problems.append(problem)


def _flattened(nodes: list[Node]) -> list[Node]:
    # around a syntax error the parts that could be read stand in ERROR nodes, maybe without a body
    found: list[Node] = []
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        if node.type in ("body", "ERROR"):
            stack.extend(reversed(node.children))
        else:
            found.append(node)
    return found


def _argument(holder: Block, node: Node, data: bytes) -> Argument | None:
    children = node.children
    if len(children) != 3:
        children = [child for child in children if child.type != "comment"]
        if len(children) != 3:
            return None
    name, _, expression = children
    if name.type != "identifier":
        return None
    start, name_end = name.start_byte, name.end_byte
    return Argument(
        holder,
        data[start:name_end].decode("utf-8", "replace"),
        Span(start, name_end),
        Span(start, expression.end_byte),
        expression,
    )


def _block(holder: Block, node: Node, data: bytes) -> tuple[Block, Node | None]:
    words: list[str] = []
    start, end = node.start_byte, node.end_byte
    header_end = body_start = start
    body_end = end
    inner: Node | None = None
    for child in node.children:
        kind = child.type
        if kind == "identifier":
            header_end = child.end_byte
            words.append(data[child.start_byte : header_end].decode("utf-8", "replace"))
        elif kind == "string_lit":
            header_end = child.end_byte
            words.append(data[child.start_byte + 1 : header_end - 1].decode("utf-8", "replace"))
        elif kind == "block_start":
            body_start = child.end_byte
        elif kind == "body":
            inner = child
        elif kind == "block_end" and not child.is_missing:
            body_end = child.start_byte
    block = block_of(
        holder, words, Span(start, end), Span(start, header_end), Span(max(body_start, header_end), body_end), node
    )
    return block, inner


def block_of(
    holder: Block, words: list[str], span: Span, header_span: Span, body_span: Span | None, node: object
) -> Block:
    """A Block from its keyword and labels, named as the model wants it."""
    keyword, labels = (words[0], tuple(words[1:])) if words else ("", ())
    kind, type, name = "block", keyword, labels[0] if labels else ""
    if holder.kind == "tfvars":
        kind = keyword
        if keyword in _TYPED:
            type, name = labels[0] if labels else "", labels[1] if len(labels) > 1 else ""
        elif keyword == "provider":
            type, name = labels[0] if labels else "", ""
        elif keyword not in _NAMED:
            name = labels[0] if labels else ""
    return Block(
        holder.document, kind, type, span=span, header_span=header_span, name=name, labels=labels,
        body_span=body_span, parent=holder, node=node,
    )  # fmt: skip
