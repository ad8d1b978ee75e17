"""Images from registries that nobody has vouched for."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from iaclint.aspects.built_images import images_built
from iaclint.model.aspects import ImageReference
from iaclint.model.project import Project
from iaclint.rules import MEDIUM, Finding, in_dockerfile, rule

DOCKER_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com", "registry.hub.docker.com"})

untrusted_registry = rule(
    "untrusted-registry",
    severity=MEDIUM,
    cwe=829,
    title="An image comes from a registry that is not trusted",
    why="What stands in a registry was checked by whoever runs it; the configuration names those whose word counts here.",
    references=("https://csrc.nist.gov/pubs/sp/800/190/final", "https://docs.docker.com/build/building/best-practices/"),
    aliases=(in_dockerfile("DL3026", type="FROM"),),
    remedy="take the image from a registry that `trusted-registries` of the configuration names, or add this one",
    tags=("supply-chain", "container"),
)


@untrusted_registry.check(aspect=ImageReference)
def elsewhere(image: ImageReference, project: Project) -> Iterator[Finding]:
    """Silent unless the configuration names registries."""
    trusted = project.settings.trusted_registries
    if not trusted or not image.image or images_built(project).hold(image):
        return
    registry = registry_of(image.image)
    if not any(_matches(registry, one.lower()) for one in trusted):
        yield Finding(image.value, f"{registry} is none of the trusted registries")


def registry_of(image: str) -> str:
    """The registry an image name means: its first part where that looks like a host, else Docker Hub."""
    first, slash, _ = image.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return first.lower() if is_host else "docker.io"


def _matches(registry: str, trusted: str) -> bool:
    if registry in DOCKER_HUB and trusted in DOCKER_HUB:
        return True
    return fnmatch.fnmatchcase(registry, trusted)
