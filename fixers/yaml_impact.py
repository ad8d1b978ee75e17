"""What changing a module's parameter does to what the module manages already.

Terraform's provider schemas say which arguments replace a resource; Ansible's modules have no such table, and
Terraform's cannot stand in for it: the parameters have other names, and a module that cannot change a setting
neither replaces the resource nor fails, as a rule, but silently leaves it as it is (`encrypted` of a volume,
`encrypt` of a file system). So nothing is known of the parameters of modules that manage a cloud's resources, and
what is not known is not safe. Modules of other collections describe a state which they bring about on every run, and
so do keywords of tasks and plays.
"""

from __future__ import annotations

from iaclint.model.block import Block
from iaclint.model.intent import Impact, NewBlock, Step
from iaclint.model.value import Value

_CLOUDS = ("amazon.aws.", "community.aws.", "azure.azcollection.", "google.cloud.")


def impact_of(step: Step) -> tuple[Impact, bool]:
    """What a step on an Ansible file does, and whether that is known."""
    if isinstance(step, NewBlock):
        return Impact.IN_PLACE, True
    return Impact.IN_PLACE, not _module_of(step).startswith(_CLOUDS)


def _module_of(step: Step) -> str:
    """The module whose call a step changes; empty where it changes something else."""
    node = getattr(step, "target", None)
    while isinstance(node, Value):
        node = node.holder
    while isinstance(node, Block) and node.kind == "block":
        node = node.parent
    return node.type if isinstance(node, Block) and node.kind == "module" else ""
