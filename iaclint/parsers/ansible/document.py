"""A file of Ansible's as a Document."""

from __future__ import annotations

from iaclint.model.block import Block, Document
from iaclint.parsers.ansible import ini, kinds
from iaclint.parsers.ansible.tasks import MAX_DEPTH, TaskReader, header_span, yaml_argument
from iaclint.parsers.ansible.values import evaluate
from iaclint.parsers.yaml import YamlNode, merged_pairs
from iaclint.parsers.yaml import parse as parse_yaml
from iaclint.source import Source

MAX_GROUPS = 20_000


def parse(source: Source, kind: str | None = None) -> Document | None:
    """Read a file; None when it is not Ansible's. `kind` settles what it is, if that is known from elsewhere."""
    if kind is None and not kinds.is_candidate(source.path):
        return None
    if source.data[source.start :].startswith(kinds.VAULT_MARK):
        found = kind or kinds.kind_of_vault(source.path)
        return _document(source, "vars") if found else None
    if kind == "config" or (kind is None and source.path.endswith(".cfg")):
        document = _document(source, "config")
        ini.read_config(document)
        return document
    if kind is None and kinds.classify(source.path, None) == "inventory":
        return _inventory(source)
    if kind == "inventory" and not source.path.endswith((".yml", ".yaml", ".json")):
        return _inventory(source)
    return _yaml(source, kind)


def _document(source: Source, kind: str) -> Document:
    document = Document(source, "ansible", kind)
    document.evaluate = evaluate
    return document


def _inventory(source: Source) -> Document | None:
    if not ini.is_inventory(source):
        first = source.data[source.start :].lstrip()[:3]
        # `inventory/hosts` may be YAML without an extension
        return _yaml(source, "inventory") if first == b"---" else None
    document = _document(source, "inventory")
    ini.read_inventory(document)
    return document


def _yaml(source: Source, kind: str | None) -> Document | None:
    if kind is None and not kinds.may_be_ours(source.path, source.data[source.start :]):
        return None
    file = parse_yaml(source)
    kind = kind or kinds.classify(source.path, file)
    if kind is None:
        return None
    document = _document(source, kind)
    document.tree = file
    document.problems = list(file.problems)
    document.comments = list(file.comments)
    root = file.documents[0] if file.documents else None
    if root is not None:
        _read(document, root)
    return document


def _read(document: Document, root: YamlNode) -> None:
    kind = document.kind
    if root.kind == "sequence" and kind == "playbook":
        TaskReader(document).plays(root)
    elif root.kind == "sequence" and kind in ("tasks", "handlers"):
        TaskReader(document).tasks(None, root, "handler" if kind == "handlers" else "task")
    elif kind == "requirements":
        _requirements(document, root)
    elif root.kind == "mapping" and kind == "vars":
        _fill(_block(document, "vars", "vars", root, None), root)
    elif root.kind == "mapping" and kind == "inventory":
        _groups(document, root)


def _block(document: Document, kind: str, type: str, node: YamlNode, parent: Block | None, name: str = "") -> Block:
    block = Block(
        document, kind, type, span=node.span, header_span=header_span(document, node), name=name, parent=parent,
        node=node,
    )  # fmt: skip
    (parent.blocks if parent is not None else document.blocks).append(block)
    return block


def _fill(block: Block, node: YamlNode) -> None:
    for key, value in merged_pairs(node):
        if key.kind == "scalar":
            block.arguments[key.value] = yaml_argument(block, key.value, key, value)


def _requirements(document: Document, root: YamlNode) -> None:
    lists: list[tuple[str, YamlNode]] = [("role", root)]
    if root.kind == "mapping":
        found = ((name, root.get(f"{name}s")) for name in ("role", "collection"))
        lists = [(name, node.resolved()) for name, node in found if node is not None]
    for type, node in lists:
        for item in node.items:
            one = item.resolved()
            if one.kind == "mapping":
                block = _block(document, "requirement", type, one, None)
                _fill(block, one)
                name = one.get("name") or one.get("src") or one.get("role")
                block.name = name.resolved().value if name is not None else ""
            elif one.kind == "scalar" and one.value:
                block = _block(document, "requirement", type, one, None, one.value)
                block.arguments["name"] = yaml_argument(block, "name", one, one)
    document.blocks.sort(key=lambda block: block.span.start)


def _groups(document: Document, root: YamlNode) -> None:
    top = _block(document, "inventory", "inventory", root, None)
    if root.get("plugin") is not None:
        _fill(top, root)
        return
    left = MAX_GROUPS
    stack: list[tuple[Block, str, YamlNode, YamlNode, int]] = [
        (top, "group", key, value, 0) for key, value in reversed(merged_pairs(root))
    ]
    while stack and left > 0:
        parent, type, key, value, depth = stack.pop()
        left -= 1
        if key.kind != "scalar" or depth > MAX_DEPTH:
            continue
        node = value.resolved()
        block = Block(
            document, "block", type, span=yaml_argument(parent, "", key, value).span, header_span=key.span,
            name=key.value, parent=parent, node=node,
        )  # fmt: skip
        parent.blocks.append(block)
        if node.kind != "mapping":
            continue
        if type == "host":
            _fill(block, node)
            continue
        variables = node.get("vars")
        if variables is not None and variables.resolved().kind == "mapping":
            _fill(block, variables.resolved())
        for name, below in (("children", "group"), ("hosts", "host")):
            inner = node.get(name)
            if inner is not None and inner.resolved().kind == "mapping":
                stack.extend((block, below, one, two, depth + 1) for one, two in reversed(merged_pairs(inner)))


