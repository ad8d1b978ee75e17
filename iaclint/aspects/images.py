"""Container images named in Dockerfiles, Terraform and Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from iaclint.model.aspects import ImageReference
from iaclint.model.block import Block
from iaclint.model.value import Value

_WORKLOADS = (
    "cron_job",
    "cron_job_v1",
    "daemonset",
    "daemon_set_v1",
    "deployment",
    "deployment_v1",
    "job",
    "job_v1",
    "pod",
    "pod_v1",
    "replication_controller",
    "replication_controller_v1",
    "stateful_set",
    "stateful_set_v1",
)
_POD = ("container.image", "init_container.image")

PATHS: dict[str, tuple[str, ...]] = {
    "azurerm_container_group": ("container.image", "init_container.image"),
    "azurerm_container_app": ("template.container.image", "template.init_container.image"),
    "docker_image": ("name",),
    "google_cloud_run_service": ("template.spec.containers.image",),
    "google_cloud_run_v2_service": ("template.containers.image",),
    "google_cloud_run_v2_job": ("template.template.containers.image",),
    "community.docker.docker_container": ("image",),
    "community.docker.docker_swarm_service": ("image",),
    "containers.podman.podman_container": ("image",),
    **{
        f"kubernetes_{kind}": tuple(
            f"{root}.{path}"
            for root in (
                ("spec",) if kind.startswith("pod") else ("spec.template.spec", "spec.job_template.spec.template.spec")
            )
            for path in _POD
        )
        for kind in _WORKLOADS
    },
}
"""Where a resource or module names an image that is run."""

TYPES: dict[str, frozenset[str] | None] = {
    "terraform": frozenset(name for name in PATHS if "." not in name),
    "ansible": frozenset(name for name in PATHS if "." in name),
    "dockerfile": frozenset({"FROM", "COPY", "RUN", "ADD"}),
}


class ImageName(NamedTuple):
    """The parts of an image reference as written; None where a part is not there."""

    image: str
    tag: str | None
    digest: str | None


def split_image(text: str) -> ImageName:
    """`registry:5000/name:tag@sha256:...` in its parts; a colon before a slash belongs to a port."""
    rest, at, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    return ImageName(f"{head}{slash}{name}", tag if colon else None, digest if at else None)


def image_references(block: Block) -> Iterator[ImageReference]:
    """The images a Block names. Stages of the same Dockerfile and `scratch` are no images."""
    if block.kind == "instruction":
        yield from _dockerfile(block)
    elif block.kind in ("resource", "module"):
        for path in PATHS[block.type]:
            for value in block.each(path):
                if not value.is_missing:
                    yield reference(block, value, "run")


def _dockerfile(block: Block) -> Iterator[ImageReference]:
    stages = _stage_names(block)
    if block.type == "FROM":
        value = block.get("image")
        if not value.is_missing and (value.text or "").lower() not in stages and value.text != "scratch":
            yield reference(block, value, "base")
    elif block.type in ("COPY", "ADD") and "--from" in block.arguments:
        value = block.get("--from")
        text = value.text
        # a number or the name of a stage (or of a named build context, which looks the same without a tag)
        if (
            text is not None
            and not text.isdigit()
            and text.lower() not in stages
            and any(mark in text for mark in ":/@")
        ):
            yield reference(block, value, "copy")


def _stage_names(block: Block) -> set[str]:
    """The names of the stages before this instruction, in lower case."""
    own = block.up("stage")
    names: set[str] = set()
    for stage in block.document.blocks:
        if stage is own:
            break
        if stage.kind == "stage":
            names.add(stage.name.lower())
    return names


def reference(block: Block, value: Value, role: str) -> ImageReference:
    """A Value read as an image reference; parts that hold a gap are "" (unknown)."""
    if value.text is not None:
        name = split_image(value.text)
        return ImageReference(block, value, value.text, name.image, name.tag, name.digest, role)
    if value.parts:
        # a gap reads as a control character, so the parts around it can still be told apart
        name = split_image("".join("\0" if part is None else part for part in value.parts))
        if "\0" not in name.image or name.tag is not None or name.digest is not None:
            image = None if "\0" in name.image else name.image
            tag = "" if name.tag is not None and "\0" in name.tag else name.tag
            digest = "" if name.digest is not None and "\0" in name.digest else name.digest
            # a gap at the very end of the name may bring a tag along
            if name.tag is None and name.digest is None and name.image.endswith("\0"):
                tag = digest = ""
            return ImageReference(block, value, None, image, tag, digest, role)
    return ImageReference(block, value, None, None, "", "", role)
