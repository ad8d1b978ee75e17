"""Instructions that are deprecated, have no effect, or do something else than they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import dumps
from posixpath import normpath

from iaclint.aspects.stages import stages
from iaclint.checks.dockerfile._image import earlier, ships
from iaclint.model.block import Block
from iaclint.model.intent import InsertInstruction, Intent, Needed, Remove, ReplaceInstruction, Set
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, MEDIUM, Finding, in_dockerfile, rule

DOCS = "https://docs.docker.com/reference/dockerfile/"

maintainer_instruction = rule(
    "maintainer-instruction",
    severity=INFO,
    cwe=477,
    title="MAINTAINER is deprecated",
    why="Nothing reads it any more, so nobody finds whom to tell of a vulnerability; a label is found by every tool.",
    default=False,
    references=(DOCS + "#maintainer-deprecated",),
    aliases=(in_dockerfile("DL4000", "buildkit:MaintainerDeprecated", "CKV_DOCKER_6", "AVD-DS-0022", "KICS:99614418-f82b-4852-a9ae-5051402b741c"),),
    tags=("hygiene",),
)

relative_workdir = rule(
    "relative-workdir",
    severity=LOW,
    cwe=665,
    title="A working directory is relative",
    why="Where it is depends on the base image: files land elsewhere, with other permissions, when that changes.",
    default=False,
    references=(DOCS + "#workdir",),
    aliases=(
        in_dockerfile(
            "DL3000", "buildkit:WorkdirRelativePath", "CKV_DOCKER_10", "AVD-DS-0009", "AC_DOCKER_0013", "KICS:6b376af8-cfe8-49ab-a08d-f32de23661a4"
        ),
    ),
    tags=("hygiene",),
)

system_workdir = rule(
    "system-workdir",
    severity=MEDIUM,
    cwe=710,
    title="The working directory is one of the system's own",
    why="What is copied or written there goes among the system's files and may replace them.",
    references=(DOCS + "#workdir",),
    aliases=(in_dockerfile("AVD-DS-0030"),),
    tags=("container",),
)

repeated_cmd = rule(
    "repeated-cmd",
    severity=LOW,
    cwe=1041,
    title="A CMD has no effect, as another follows",
    why="Only the last CMD counts: whoever reads or reviews the first is misled about what is run.",
    references=(DOCS + "#cmd",),
    aliases=(in_dockerfile("DL4003", "buildkit:MultipleInstructionsDisallowed", "AVD-DS-0016", "AC_DOCKER_0053", "KICS:41c195f4-fc31-4a5c-8a1b-90605538d49f"),),
    tags=("container",),
)

repeated_entrypoint = rule(
    "repeated-entrypoint",
    severity=LOW,
    cwe=1041,
    title="An ENTRYPOINT has no effect, as another follows",
    why="Only the last ENTRYPOINT counts: whoever reads or reviews the first is misled about what is run.",
    references=(DOCS + "#entrypoint",),
    aliases=(in_dockerfile("DL4004", "buildkit:MultipleInstructionsDisallowed", "AVD-DS-0007", "KICS:6938958b-3f1a-451c-909b-baeee14bdc97"),),
    tags=("container",),
)

repeated_healthcheck = rule(
    "repeated-healthcheck",
    severity=LOW,
    cwe=1041,
    title="A HEALTHCHECK has no effect, as another follows",
    why="Only the last HEALTHCHECK counts: what the first looks at is not looked at.",
    references=(DOCS + "#healthcheck",),
    aliases=(in_dockerfile("DL3012", "buildkit:MultipleInstructionsDisallowed", "AVD-DS-0023"),),
    tags=("container", "availability"),
)

missing_healthcheck = rule(
    "missing-healthcheck",
    severity=INFO,
    cwe=693,
    title="The image says nothing about how to check its health",
    why="A process that hangs looks alive to Docker and Swarm, and is not replaced. Kubernetes has probes of its own.",
    default=False,
    references=(DOCS + "#healthcheck",),
    aliases=(
        in_dockerfile(
            "DL3057", "CKV_DOCKER_2", "AVD-DS-0026", "AC_DOCKER_0047", "KICS:b03a748a-542d-44f4-bb86-9199ab4fd2d5"
        ),
    ),
    tags=("hygiene", "availability"),
)

repeated_layers = rule(
    "repeated-layers",
    severity=INFO,
    cwe=710,
    title="Several instructions in a row could be one",
    why="Each is a layer of its own: what one writes and the next removes stays in the image all the same.",
    default=False,
    references=("https://docs.docker.com/build/building/best-practices/#run",),
    aliases=(
        in_dockerfile("DL3059", type="RUN"), in_dockerfile("KICS:0008c003-79aa-42d8-95b8-1c2fe37dbfe6"),
    ),
    tags=("hygiene",),
)


@maintainer_instruction.check(dockerfile="MAINTAINER")
def deprecated(block: Block, project: Project) -> Iterator[Finding]:
    """MAINTAINER becomes LABEL maintainer, quoted as a label has to be."""
    text = block.get("name").text
    if text is None:
        return
    name = text.strip().strip('"')
    intents: tuple[Intent, ...] = ()
    if name and name.isprintable() and not any(mark in name for mark in '"\\$`'):
        step = ReplaceInstruction(block, "LABEL", f'maintainer="{name}"')
        intents = (Intent("write a LABEL", (step,)),)
    yield Finding(block, "MAINTAINER is deprecated", intents)


@relative_workdir.check(dockerfile="WORKDIR")
def depends_on_base(block: Block, project: Project) -> Iterator[Finding]:
    """A path that begins with neither a slash, a drive, nor what is unknown."""
    path = block.get("path")
    text = path.text
    if text is None or text.startswith(("/", "\\", "$", "%")) or re.match(r"[A-Za-z]:", text) or not text:
        return
    folder = _folder_before(block)
    intents: tuple[Intent, ...] = ()
    if folder is not None and path.origin is None and re.fullmatch(r"[\w./-]+", text):
        whole = normpath(f"{folder}/{text}")
        intents = (Intent(f"write {whole}", (Set(path, whole),)),)
    yield Finding(path, f"{text} is taken from the working directory before it", intents)


def _folder_before(block: Block) -> str | None:
    """The absolute working directory at an instruction; None where it is not known."""
    found: str | None = None
    # the stages built on come last from `earlier`, but count first
    instructions = sorted(earlier(block, "WORKDIR"), key=lambda one: one.span.start)
    for one in instructions:
        text = one.get("path").text
        if text is not None and text.startswith("/"):
            found = text.rstrip("/")
        elif text is None or found is None:
            found = None
        else:
            found = normpath(f"{found}/{text}")
    return found


_SYSTEM = frozenset(("bin", "boot", "dev", "etc", "lib", "lib64", "proc", "sbin", "sys", "usr", "usr/bin", "usr/sbin"))


@system_workdir.check(dockerfile="WORKDIR")
def among_system_files(block: Block, project: Project) -> Iterator[Finding]:
    """A folder of the system itself into which something is copied; those below /usr, /etc and so on are fine."""
    path = block.get("path")
    if path.text is None or not path.text.startswith("/") or normpath(path.text).strip("/") not in _SYSTEM:
        return
    copy = _copy_into(block)
    if copy is not None:
        also = ((copy, "this is copied into it"),)
        yield Finding(path, f"files are copied into {path.text}, which belongs to the system", also=also)


def _copy_into(workdir: Block) -> Block | None:
    """The first COPY or ADD to a relative place right in the working directory, before another WORKDIR."""
    for one in workdir.parent.blocks if workdir.parent is not None else ():
        if one.span.start <= workdir.span.start:
            continue
        if one.type == "WORKDIR":
            return None
        place = one.get("destination").text if one.type in ("COPY", "ADD") else None
        if place and "/" not in normpath(place):
            return one
    return None


def _repeated(block: Block) -> Iterator[Finding]:
    """All but the last of a keyword in a stage that reaches the final image."""
    parent = block.parent
    if parent is None or parent.kind != "stage" or not ships(block):
        return
    later = [one for one in parent.blocks if one.type == block.type and one.span.start > block.span.start]
    if later:
        also = ((later[-1], "this one counts"),)
        intents = (Intent(f"remove the earlier {block.type}", (Remove(block),)),)
        yield Finding(block, f"a later {block.type} replaces this one", intents, also=also)


@repeated_cmd.check(dockerfile="CMD")
def earlier_cmd(block: Block, project: Project) -> Iterator[Finding]:
    """A CMD before another."""
    yield from _repeated(block)


@repeated_entrypoint.check(dockerfile="ENTRYPOINT")
def earlier_entrypoint(block: Block, project: Project) -> Iterator[Finding]:
    """An ENTRYPOINT before another."""
    yield from _repeated(block)


@repeated_healthcheck.check(dockerfile="HEALTHCHECK")
def earlier_healthcheck(block: Block, project: Project) -> Iterator[Finding]:
    """A HEALTHCHECK before another."""
    yield from _repeated(block)


@missing_healthcheck.check(dockerfile="stage")
def no_healthcheck(block: Block, project: Project) -> Iterator[Finding]:
    """No HEALTHCHECK in the final stage and those it builds on."""
    found = stages(block.document)
    final = found[-1] if found else None
    if final is None or final.block is not block or any(any(one.instructions("HEALTHCHECK")) for one in final.lineage()):
        return
    needed = Needed("healthcheck-command", "command that fails when the service does", "HEALTHCHECK CMD ")
    last = block.blocks[-1]
    step = InsertInstruction(last, needed, before=last.type in ("CMD", "ENTRYPOINT"))
    yield Finding(block, "there is no HEALTHCHECK", (Intent("add a HEALTHCHECK", (step,)),))


@repeated_layers.check(dockerfile="stage")
def instructions_in_a_row(block: Block, project: Project) -> Iterator[Finding]:
    """RUNs in a row; COPYs or ADDs in a row, with the same flags and to the same folder."""
    if not block.blocks or not ships(block.blocks[0]):
        return
    first: Block | None = None
    count, key = 0, ""
    for one in (*block.blocks, None):
        own = _layer_key(one) if one is not None else ""
        if own and own == key:
            count += 1
            continue
        if first is not None and count > 1:
            yield Finding(first, f"{count} {first.type} instructions in a row")
        first, count, key = one, 1, own


def _layer_key(block: Block) -> str:
    flags = [f"{name}={block.document.source.slice(argument.value.span)}" for name, argument in block.arguments.items()
             if name.startswith("--")]
    if block.type == "RUN":
        return "RUN " + " ".join(flags) if not block.node.heredocs else ""
    if block.type in ("COPY", "ADD"):
        return dumps([block.type, *flags, block.get("destination").text]) if block.get("destination").text else ""
    return ""
