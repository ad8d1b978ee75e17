"""JSON documents that stand in an argument: as text, in a heredoc, or encoded from an object."""

from __future__ import annotations

from iaclint.model.value import Value


def json_document(value: Value) -> Value | None:
    """The document as a map or list Value with places of its own; None when it cannot be read."""
    if value.kind in ("map", "list"):
        return value
    if value.is_missing or value.document.language != "terraform":
        return None
    from iaclint.evaluate.terraform import document_value

    document = document_value(value)
    return document if document is not None and document.kind in ("map", "list") else None


__all__ = ["json_document"]
