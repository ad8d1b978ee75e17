"""Tags: what a resource says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.facts.ansible import parameters
from iaclint.facts.terraform import schema
from iaclint.model.block import Block
from iaclint.model.intent import New, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import INFO, Finding, Intent, Needed, in_ansible, in_terraform, rule

TAGGING = "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html"
OWNER: dict[str, New] = {"Owner": Needed("owner-tag", "team that owns the resource")}

untagged = rule(
    "aws-resource-untagged",
    severity=INFO,
    cwe=1059,
    title="Resource has no tags",
    why="Whom to ask when it is attacked, and whether it is still needed, cannot be told from it.",
    references=(TAGGING,),
    aliases=(
        in_terraform("KICS:e38a8e0a-b88b-4902-b3fe-b0fcb17d5c10"),
        in_ansible("KICS:265d9725-2fb8-42a2-bc57-3279c5db82d5", type="amazon.aws.lambda"),
    ),
    tags=("hygiene",),
    default=False,
)


@untagged.check(terraform="aws_*")
def without_tags(resource: Block, project: Project) -> Iterator[Finding]:
    """No tags where the provider allows some, and none that the provider gives to all."""
    facts = schema(resource.type) if resource.kind == "resource" else None
    row = facts.row("tags") if facts is not None else None
    tags = resource.get("tags")
    if row is None or row.value_type != "map(string)" or row.presence == "computed" or _are_given(tags):
        return
    if any(provider.kind == "provider" and provider.children("default_tags") for provider in project.blocks("aws")):
        return
    yield Finding(tags, "the resource has no tags", (Intent("tag it", (Set(tags, OWNER),)),))


@untagged.check(ansible="amazon.aws.*|community.aws.*")
def module_without_tags(module: Block, project: Project) -> Iterator[Finding]:
    """No tags where the module has a parameter for them."""
    known = parameters(module.type)
    tags = module.get("tags")
    is_reading = module.type.endswith(("_info", "_facts")) or module.get("state").is_("absent")
    if known is not None and "tags" in known and known["tags"].type == "dict" and not is_reading and not _are_given(tags):
        yield Finding(tags, "the resource has no tags", (Intent("tag it", (Set(tags, OWNER),)),))


def _are_given(tags: Value) -> bool:
    return tags.is_unknown or bool(tags.entries)
