"""Who something runs as: USER in Dockerfiles, become_user in Ansible, run_as_user in pods."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.aspects import Identity
from iaclint.model.block import Block

TYPES: dict[str, frozenset[str] | None] = {
    "dockerfile": frozenset({"USER"}),
    "ansible": frozenset({"play", "task", "block"}),
}


def identities(block: Block) -> Iterator[Identity]:
    """The identities a Block sets."""
    if block.kind == "instruction":
        value = block.get("user")
        # `user:group`: the group says nothing about privilege
        text = value.text.partition(":")[0] if value.text is not None else None
        if text is None and value.parts and value.parts[0] and ":" in value.parts[0]:
            text = value.parts[0].partition(":")[0]
        yield Identity(block, value, text)
        return
    for name in ("become_user", "remote_user"):
        value = block.get(name)
        if not value.is_missing:
            yield Identity(block, value, value.text, name)
