"""What a policy says as a whole: of JSON text, of `data "aws_iam_policy_document"`, and of what those are merged from.

A statement of a document that is merged in later takes the place of an earlier one with the same `sid`. Where such a
document cannot be read, it is not known which statements remain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iaclint.aspects.policies import from_data_source, policy_document, statements_of
from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block, Node
from iaclint.model.companions import written_for
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value

DOCUMENT = "aws_iam_policy_document"
SOURCES = ("source_json", "source_policy_documents")
OVERRIDES = ("override_json", "override_policy_documents")
_PREFIX = f"data.{DOCUMENT}."
_MAX_DEPTH = 50
_MAX_STATEMENTS = 2_000
_CALL = re.compile(r"([\w:]+)\s*\(")
_CHOOSING = frozenset({"join", "one", "try", "element", "concat", "coalesce", "coalescelist", "compact", "flatten",
                       "sensitive", "nonsensitive", "trimspace", "chomp", "tolist", "toset", "lookup"})  # fmt: skip


class PolicyContent(NamedTuple):
    """The statements of a policy that are known to be there; `is_complete`: there are no others."""

    statements: list[PolicyStatement]
    is_complete: bool


_UNKNOWN = PolicyContent([], False)


def content_of(value: Value, block: Block, role: str, project: Project | None) -> PolicyContent:
    """What the policy says that a Value of a Block holds: JSON, an encoded object, or a data source's document."""
    return _content(value, block, role, project, 0)


def content_of_document(source: Block, project: Project | None) -> PolicyContent:
    """What a data source's document says, with all it is merged from."""
    return _merged(source, project, 0)


def own_statements(source: Block, project: Project | None) -> list[PolicyStatement]:
    """The statements that are written for a data source: those of other ones it is merged from have their own place."""
    found = _merged(source, project, 0).statements
    return [one for one in found if one.block is source]


def document_named(value: Value, project: Project) -> Block | None:
    """The data source whose document a Value is; None where it may be another policy, or is made from several."""
    if value.document.language != "terraform" or not value.references:
        return None
    if value.document.kind == "plan":
        found = project.follow(value)
        return found if found is not None and found.kind == "data" and found.type == DOCUMENT else None
    if not value.is_unknown:
        return None
    node = written_for(value, _PREFIX, project.resource)
    typed = [one for one in node.references if one.startswith(_PREFIX)]
    if not typed or any(one.split(".")[:3] != typed[0].split(".")[:3] for one in typed):
        return None
    # what is made of a document by other functions is another document
    if node.parts is not None or not set(_CALL.findall(node.document.source.slice(node.span))) <= _CHOOSING:
        return None
    return project.resource(typed[0])


def _content(value: Value, block: Block, role: str, project: Project | None, depth: int) -> PolicyContent:
    if value.is_missing or value.is_("") or depth > _MAX_DEPTH:
        return PolicyContent([], depth <= _MAX_DEPTH)
    document = policy_document(value)
    if document is not None:
        return PolicyContent(list(statements_of(block, document, role)), _is_complete(document))
    source = document_named(value, project) if project is not None else None
    if source is None:
        return _UNKNOWN
    return _merged(source, project, depth + 1)


def _is_complete(document: Value) -> bool:
    if "*unknown*" in document.entries:
        return False
    return all(isinstance(one, Block) or one.kind == "map" for one in elements(document, "Statement"))


def _merged(source: Block, project: Project | None, depth: int) -> PolicyContent:
    if project is None:
        return _merge(source, None, depth)
    told: dict[int, PolicyContent] = project.memo("policy documents", dict)
    found = told.get(id(source))
    if found is None:
        # one that is merged from itself
        told[id(source)] = _UNKNOWN
        found = told[id(source)] = _merge(source, project, depth)
    return found


def _merge(source: Block, project: Project | None, depth: int) -> PolicyContent:
    parts = [
        *(_content(value, source, "", project, depth + 1) for value in _values(source, SOURCES)),
        _written(source),
        *(_content(value, source, "", project, depth + 1) for value in _values(source, OVERRIDES)),
    ]
    if len(parts) == 1:
        return parts[0]
    merged: list[PolicyStatement] = []
    is_complete = True
    for part in parts:
        named = [(one, sid_of(one)) for one in part.statements]
        replaced: set[str | None] = {sid for _, sid in named if sid}
        is_open = not part.is_complete or any(sid is None for _, sid in named)
        kept = [one for one in merged if not _may_go(one, replaced, is_open)]
        is_complete = is_complete and part.is_complete and not (is_open and len(kept) < len(merged))
        is_complete = is_complete and len(kept) + len(part.statements) <= _MAX_STATEMENTS
        merged = [*kept, *part.statements][:_MAX_STATEMENTS]
    return PolicyContent(merged, is_complete)


def _may_go(statement: PolicyStatement, replaced: set[str | None], is_open: bool) -> bool:
    """Whether a statement is, or may be, replaced by a later one."""
    sid = sid_of(statement)
    return sid in replaced or (sid != "" and is_open) or (sid is None and bool(replaced))


def sid_of(statement: PolicyStatement) -> str | None:
    """The statement's name, "" where it has none, None where it is not known."""
    element: Node = statement.element
    sid = element.at("sid" if isinstance(element, Block) or "sid" in element.entries else "Sid")
    return "" if sid.is_missing else sid.text


def _values(source: Block, names: tuple[str, ...]) -> Iterator[Value]:
    for name in names:
        value = source.get(name)
        if value.kind == "list":
            yield from value.items
        elif not value.is_missing:
            yield value


def _written(source: Block) -> PolicyContent:
    found = list(elements(source, "statement"))
    is_complete = not any(one.is_symbolic if isinstance(one, Block) else one.kind != "map" for one in found)
    return PolicyContent([from_data_source(source, one) for one in found], is_complete)


__all__ = [
    "DOCUMENT",
    "OVERRIDES",
    "SOURCES",
    "PolicyContent",
    "content_of",
    "content_of_document",
    "document_named",
    "own_statements",
    "sid_of",
]
