"""Base images that nobody repairs any more."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.facts.lifecycles import ended
from iaclint.model.aspects import ImageReference
from iaclint.model.project import Project
from iaclint.rules import MEDIUM, Finding, rule

outdated_base_image = rule(
    "outdated-base-image",
    severity=MEDIUM,
    cwe=1104,
    title="An image is of a version whose support has ended",
    why="Nobody repairs it any more: every fault found since then, and all to come, stay in what is built on it or run.",
    references=("https://endoflife.date/", "https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"),
    remedy="take a version that is still supported",
    tags=("supply-chain", "container"),
)


@outdated_base_image.check(aspect=ImageReference)
def unsupported(image: ImageReference, project: Project) -> Iterator[Finding]:
    """A tag whose version, or whose distribution, stands in the table of ended versions."""
    found = ended(image.image, image.tag) if image.image and image.tag else None
    if found is not None:
        yield Finding(image.value, f"{found.product} {found.version} is not supported since {found.since}")
