"""Container images that may be another one tomorrow: no tag, a moving tag, no digest."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.built_images import images_built
from iaclint.model.aspects import ImageReference
from iaclint.model.intent import Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.rules import LOW, MEDIUM, UNSAFE, Finding, alias, in_dockerfile, in_terraform, rule

PODS = ("kubernetes_pod", "kubernetes_pod_v1", "kubernetes_deployment", "kubernetes_deployment_v1")
WORKLOADS = "kubernetes_*"
TAGS = "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"
KUBERNETES = "https://kubernetes.io/docs/concepts/containers/images/#image-names"

unpinned_image = rule(
    "unpinned-image",
    severity=MEDIUM,
    cwe=1357,
    title="An image is named without a tag",
    why="Without a tag `latest` is taken: the next build or start may bring another version, wanted or malicious, "
    "and nobody can tell which one ran before.",
    references=(TAGS, KUBERNETES),
    aliases=(
        in_dockerfile("DL3006", "CKV_DOCKER_7", "AVD-DS-0001", "KICS:9efb0b2d-89c9-41a3-91ca-dcc0aec911fd", type="FROM"),
        in_terraform("CKV_K8S_14", type=PODS),
    ),
    tags=("supply-chain", "container"),
)

latest_image = rule(
    "latest-image",
    severity=MEDIUM,
    cwe=1357,
    title="An image is taken by the tag latest",
    why="The tag moves: the next build or start may bring another version, wanted or malicious, and there is no way "
    "back to the one that worked.",
    references=(TAGS, KUBERNETES),
    aliases=(
        in_dockerfile(
            "DL3007", "CKV_DOCKER_7", "AVD-DS-0001", "AC_DOCKER_0041", "KICS:f45ea400-6bbe-4501-9fc7-1c3d75c32067",
            type="FROM",
        ),
        in_terraform("CKV_K8S_14", type=PODS),
        in_terraform("AC_K8S_0068", "KICS:e76cca7c-c3f9-4fc9-884c-b2831168ebd8", type=WORKLOADS),
    ),
    tags=("supply-chain", "container"),
)

undigested_image = rule(
    "undigested-image",
    severity=LOW,
    cwe=494,
    title="An image is named without a digest",
    why="Whoever can push to the registry can put another image behind the same tag; only a digest says what is run.",
    default=False,
    references=(TAGS, KUBERNETES),
    aliases=(
        in_terraform("CKV_K8S_43", type=PODS),
        alias("AC_K8S_0069", language="terraform", type=WORKLOADS),
        alias("KICS:228c4c19-feeb-4c18-848c-800ac70fdfb7", language="terraform", type=WORKLOADS),
    ),
    tags=("supply-chain", "container"),
)


def _is_written_whole(image: ImageReference) -> bool:
    """Whether the reference stands in one piece, so that another can be written in its place."""
    value = image.value.source_value
    return value.kind == "string" and value.document.source.slice(value.span).strip("\"'") == image.text


def _write(image: ImageReference, title: str, what: str, hint: str, prefix: str) -> tuple[Intent, ...]:
    if not _is_written_whole(image):
        return ()
    # a digest belongs to one tag, a tag to an image
    name = image.text if what == "digest" else image.image
    needed = Needed(f"{what}:{name}", hint, prefix)
    return (Intent(title, (Set(image.value, needed),), UNSAFE, None, "another version may behave in another way"),)


def _is_built_here(image: ImageReference, project: Project) -> bool:
    """Whether the project builds the image itself: its tag is moved by nobody else."""
    if image.block.language == "dockerfile":
        return False
    if any(one.type == "build" for one in image.block.blocks):
        return True
    return image.block.language == "ansible" and images_built(project).hold(image)


@unpinned_image.check(aspect=ImageReference)
def without_tag(image: ImageReference, project: Project) -> Iterator[Finding]:
    """Neither tag nor digest; a gap that may bring one along is none of ours."""
    if image.text and image.image and image.tag is None and image.digest is None and not _is_built_here(image, project):
        intents = _write(image, "name a version", "tag", f"tag of {image.image}", f"{image.image}:")
        yield Finding(image.value, f"image {image.image} has no tag", intents)


@latest_image.check(aspect=ImageReference)
def tag_latest(image: ImageReference, project: Project) -> Iterator[Finding]:
    """The tag `latest` itself; others may be moved too, but are not made for it."""
    if image.tag == "latest" and image.digest is None and not _is_built_here(image, project):
        name = image.image or "the image"
        intents = _write(image, "name a version", "tag", f"tag of {name}", f"{image.image}:") if image.image else ()
        yield Finding(image.value, f"{name} is taken by the moving tag latest", intents)


@undigested_image.check(aspect=ImageReference)
def without_digest(image: ImageReference, project: Project) -> Iterator[Finding]:
    """No digest, with a tag or without."""
    if image.text and image.image and image.digest is None and image.tag != "" and not _is_built_here(image, project):
        intents = _write(image, "name its digest", "digest", f"digest of {image.text}", f"{image.text}@")
        yield Finding(image.value, f"image {image.text} has no digest", intents)
