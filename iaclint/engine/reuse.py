"""Documents of a Terraform folder that an edit elsewhere in it does not touch, with all that is known of them.

An editor's session checks the same folder after each keystroke. A file whose text is the same, and that mentions
nothing the edited file declares (nor, over other files, anything that does), means the same as before: its Document is
taken over with the Values it has been evaluated to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iaclint.model.block import Document

_PAIR = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff-]*)\s*\.\s*([A-Za-z_\x80-\xff][\w\x80-\xff-]*)")
_KEY = "mentions"
Name = tuple[str, str]


def unaffected(before: Iterable[Document], paths: set[str]) -> dict[str, Document]:
    """The Documents, by path, that may be taken over when those of some paths change, come or go.

    `before`: all of the folder as they were; those that changed may be there in both forms.
    """
    documents = list(before)
    if any(document.kind.startswith("tfvars") and document.path in paths for document in documents):
        return {}
    changed = {name for document in documents if document.path in paths for name in _declared(document)}
    left = [document for document in documents if document.path not in paths]
    while True:
        touched = [document for document in left if not changed.isdisjoint(_mentioned(document))]
        if not touched:
            return {document.path: document for document in left}
        left = [document for document in left if all(document is not one for one in touched)]
        changed.update(name for document in touched for name in _declared(document))


def _declared(document: Document) -> set[Name]:
    """What other files may call what is declared in a file: by the first two names of a reference."""
    found: set[Name] = set()
    for block in document.blocks:
        if block.kind == "resource":
            found |= {(block.type, block.name), ("resource", block.type)}
        elif block.kind in ("data", "ephemeral"):
            found.add((block.kind, block.type))
        elif block.kind == "variable":
            found.add(("var", block.name))
        elif block.kind == "locals":
            found.update(("local", name) for name in block.arguments)
        elif block.kind == "module":
            found.add(("module", block.name))
        elif block.kind == "check":
            found.update(("data", inner.labels[0]) for inner in block.children("data") if inner.labels)
    return found


def _mentioned(document: Document) -> frozenset[Name]:
    kept: frozenset[Name] | None = document.kept.get(_KEY)
    if kept is None:
        pairs = _PAIR.findall(document.source.data)
        kept = frozenset(
            (first.decode("utf-8", "replace"), second.decode("utf-8", "replace")) for first, second in pairs
        )
        document.kept[_KEY] = kept
    return kept
