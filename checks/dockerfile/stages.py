"""Stages of a build: their names, and what is copied between them."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.stages import stages
from iaclint.checks.dockerfile._image import stage_of
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Remove, Set
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, MEDIUM, UNSAFE, Finding, in_dockerfile, rule

STAGES = "https://docs.docker.com/build/building/multi-stage/"

repeated_stage_name = rule(
    "repeated-stage-name",
    severity=MEDIUM,
    cwe=694,
    title="Two stages have the same name",
    why="A name means the latest stage so called: what is built or copied may come from another stage than meant.",
    references=(STAGES, "https://docs.docker.com/reference/build-checks/duplicate-stage-name/"),
    aliases=(
        in_dockerfile("DL3024", "buildkit:DuplicateStageName", "CKV_DOCKER_11", "AVD-DS-0012", "KICS:f2daed12-c802-49cd-afed-fe41d0b82fed"),
    ),
    tags=("container",),
)

reserved_stage_name = rule(
    "reserved-stage-name",
    severity=LOW,
    cwe=694,
    title="A stage has a reserved name",
    why="`scratch` and `context` mean something else to the builder: what is built on or copied from it is not this stage.",
    references=("https://docs.docker.com/reference/build-checks/reserved-stage-name/",),
    aliases=(in_dockerfile("DL3063", "buildkit:ReservedStageName"),),
    tags=("container",),
)

copy_from_own_stage = rule(
    "copy-from-own-stage",
    severity=MEDIUM,
    cwe=706,
    title="A stage copies from itself",
    why="A stage is not finished while it is built: the build fails, or an image of that name from a registry is used.",
    references=("https://docs.docker.com/reference/dockerfile/#copy---from",),
    aliases=(in_dockerfile("DL3023", "AVD-DS-0006", "KICS:cdddb86f-95f6-4fc4-b5a1-483d9afceb2b"),),
    tags=("container",),
)

numbered_stage = rule(
    "numbered-stage",
    severity=INFO,
    cwe=710,
    title="A stage is named by its number",
    why="A stage put in before it makes the number mean another stage, and other files end up in the image.",
    default=False,
    references=(STAGES,),
    aliases=(in_dockerfile("KICS:68a51e22-ae5a-4d48-8e87-b01a323605c9"),),
    tags=("hygiene",),
)

fixed_platform = rule(
    "fixed-platform",
    severity=INFO,
    cwe=695,
    title="A base image is fixed to one platform",
    why="The image is built for that platform wherever it is built, and runs emulated or not at all on others.",
    default=False,
    references=("https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/",),
    aliases=(in_dockerfile("DL3029", "buildkit:FromPlatformFlagConstDisallowed", "AC_DOCKER_0001", "KICS:b16e8501-ef3c-44e1-a543-a093238099c9"),),
    tags=("hygiene",),
)

copy_from_unknown_stage = rule(
    "copy-from-unknown-stage",
    severity=LOW,
    cwe=829,
    title="Files are copied from what no stage is called",
    why="A name that no earlier stage has is an image: it is fetched from Docker Hub, from whoever owns the name there.",
    default=False,
    references=("https://docs.docker.com/reference/dockerfile/#copy---from", STAGES),
    aliases=(in_dockerfile("DL3022"),),
    remedy="name an earlier stage; `FROM image AS name` makes one of an image",
    tags=("supply-chain", "container"),
)


@repeated_stage_name.check(dockerfile="FROM")
def same_name(block: Block, project: Project) -> Iterator[Finding]:
    """A later stage named as an earlier one."""
    name = block.get("as")
    for stage in stages(block.document):
        if stage.block is block.parent:
            return
        earlier = stage.block.blocks[0].get("as")
        if name.text is not None and earlier.text is not None and earlier.text.lower() == name.text.lower():
            also = ((earlier, "the first stage of that name"),)
            yield Finding(name, f"another stage is called {name.text} already", also=also)
            return


@reserved_stage_name.check(dockerfile="FROM")
def reserved_name(block: Block, project: Project) -> Iterator[Finding]:
    """Names that are taken."""
    name = block.get("as")
    if name.text is not None and name.text.lower() in ("scratch", "context"):
        yield Finding(name, f"{name.text} is a reserved name")


@copy_from_own_stage.check(dockerfile="COPY|ADD")
def copies_from_itself(block: Block, project: Project) -> Iterator[Finding]:
    """--from names the stage it stands in, and no earlier one is called so."""
    source, stage = block.get("--from"), stage_of(block)
    if source.text is None or stage is None:
        return
    name = source.text.lower()
    before = [one for one in stages(block.document) if one.index < stage.index]
    has_name = "as" in stage.block.blocks[0].arguments
    if any(one.name.lower() == name for one in before):
        return
    if name == str(stage.index) or (has_name and name == stage.name.lower()):
        yield Finding(source, f"{source.text} is the stage itself")


@copy_from_unknown_stage.check(dockerfile="COPY|ADD")
def from_nowhere(block: Block, project: Project) -> Iterator[Finding]:
    """--from with a known name or number that no earlier stage has; the stage itself is another rule's business."""
    source, stage = block.get("--from"), stage_of(block)
    if not source.text or stage is None:
        return
    name, found = source.text.lower(), stages(block.document)
    named = [one for one in found if "as" in one.block.blocks[0].arguments and one.name.lower() == name]
    if any(one.index <= stage.index for one in named):
        return
    if name.isdecimal():
        if len(name) < 7 and int(name) > stage.index:
            yield Finding(source, f"there is no stage {name} yet")
    elif named:
        yield Finding(source, f"stage {source.text} comes later", also=((named[0].block, "this one"),))
    elif ":" not in name and "@" not in name:
        # with a tag or digest it is an image, and says so
        yield Finding(source, f"no stage is called {source.text}: it is taken for an image")


@numbered_stage.check(dockerfile="COPY|ADD")
def named_by_number(block: Block, project: Project) -> Iterator[Finding]:
    """--from with an index."""
    source, stage = block.get("--from"), stage_of(block)
    if source.text is None or stage is None or not source.text.isdecimal() or len(source.text) > 6:
        return
    index, found = int(source.text), stages(block.document)
    if index >= stage.index:
        return
    name = found[index].name
    intents: tuple[Intent, ...] = ()
    if "as" in found[index].block.blocks[0].arguments and [one.name.lower() for one in found].count(name.lower()) == 1:
        intents = (Intent(f"name the stage {name}", (Set(source, name),)),)
    yield Finding(source, f"stage {index} is named by its number", intents)


@fixed_platform.check(dockerfile="FROM")
def constant_platform(block: Block, project: Project) -> Iterator[Finding]:
    """--platform with a constant; variables such as BUILDPLATFORM are what it is for."""
    platform = block.get("--platform")
    if platform.text is not None and "$" not in block.document.source.slice(platform.span):
        step = Remove(platform)
        note = "the image is then built for the platform of the build"
        yield Finding(
            platform, f"the platform is always {platform.text}",
            (Intent("leave the platform to the build", (step,), UNSAFE, None, note),),
        )
