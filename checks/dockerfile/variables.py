"""Variables of a build that are not what they look like: never declared, out of scope, or set too late."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.shell import commands
from iaclint.aspects.stages import Stage, stages
from iaclint.checks.dockerfile._image import stage_of
from iaclint.model.block import Block, Document
from iaclint.model.intent import InsertInstruction, Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, UNSAFE, Finding, in_dockerfile, rule

CHECKS = "https://docs.docker.com/reference/build-checks/"
SCOPE = "https://docs.docker.com/build/building/variables/#scoping"

undeclared_base_argument = rule(
    "undeclared-base-argument",
    severity=LOW,
    cwe=457,
    title="FROM uses a variable that nothing declares",
    why="It is always empty, whatever the build is given: the build fails, or takes an image of that name from Docker Hub instead of the registry meant.",
    references=(CHECKS + "undefined-arg-in-from/", SCOPE),
    aliases=(in_dockerfile("buildkit:UndefinedArgInFrom"),),
    remedy="declare it with ARG before the first FROM",
    tags=("container",),
)

base_without_default = rule(
    "base-without-default",
    severity=INFO,
    cwe=1188,
    title="The base image is named by an argument without a default",
    why="A build that is not told fails, and nobody who reads the file (a scanner, a program that updates images) knows what it is built on.",
    default=False,
    references=(CHECKS + "invalid-default-arg-in-from/",),
    aliases=(in_dockerfile("buildkit:InvalidDefaultArgInFrom"),),
    tags=("hygiene",),
)

argument_out_of_scope = rule(
    "argument-out-of-scope",
    severity=LOW,
    cwe=457,
    title="A stage uses an argument that is declared outside of it",
    why="An ARG before the first FROM holds for FROM lines alone: in the stage the variable is empty, so a version or checksum is not what it says above.",
    references=(SCOPE, CHECKS + "undefined-var/"),
    aliases=(in_dockerfile("buildkit:UndefinedVar"),),
    fix_safety="The variable then has the value that is declared above, instead of none.",
    tags=("container",),
)

env_used_where_set = rule(
    "env-used-where-set",
    severity=LOW,
    cwe=457,
    title="An ENV uses a variable that the same ENV sets",
    why="Variables are replaced before any is set: the one that is used still has the value from before, or none.",
    default=False,
    references=("https://docs.docker.com/reference/dockerfile/#environment-replacement",),
    aliases=(in_dockerfile("DL3044"),),
    remedy="set it in an ENV of its own, above",
    tags=("hygiene",),
)

_PREDEFINED = frozenset({
    "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE", "BUILDPLATFORM", "BUILDOS", "BUILDARCH",
    "BUILDVARIANT",
})  # fmt: skip
_USE = re.compile(r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<operator>:?[-+?]|[#%/])?)")


def _uses(text: str, escape: str) -> Iterator[tuple[str, bool]]:
    """The variables a text expands, and whether it says what to take where one is not set."""
    for match in _USE.finditer(text):
        before = len(text[: match.start()]) - len(text[: match.start()].rstrip(escape))
        if before % 2 == 0:
            yield match["plain"] or match["braced"], (match["operator"] or "").endswith(("-", "+", "?"))


def _declared_above(document: Document) -> dict[str, Block]:
    """The ARGs before the first FROM."""
    found: dict[str, Block] = {}
    for block in document.blocks:
        if block.kind == "stage":
            break
        if block.type == "ARG":
            found.update(dict.fromkeys(block.get("pairs").entries, block))
    return found


@undeclared_base_argument.check(dockerfile="FROM")
def nowhere_declared(block: Block, project: Project) -> Iterator[Finding]:
    """A variable in FROM without ARG before the first FROM; one that is declared in a stage does not count."""
    declared = _declared_above(block.document)
    for name in ("image", "--platform"):
        value = block.get(name)
        if value.is_missing:
            continue
        for variable, has_default in _uses(block.document.source.slice(value.span), block.node.escape):
            if variable not in declared and variable not in _PREDEFINED and not has_default:
                yield Finding(value, f"{variable} is declared nowhere before the first FROM")
                break


@base_without_default.check(dockerfile="FROM")
def no_default(block: Block, project: Project) -> Iterator[Finding]:
    """`ARG TAG` without default, used in an image's name."""
    declared = _declared_above(block.document)
    image = block.get("image")
    if image.is_missing or not image.is_unknown:
        return
    for variable, has_default in _uses(block.document.source.slice(image.span), block.node.escape):
        argument = declared[variable].get("pairs").entries.get(variable) if variable in declared else None
        if argument is not None and argument.name_span == argument.span and not has_default:
            needed = Needed(f"default:{variable}", f"default of the build argument {variable}")
            intents = (Intent("give it a default", (Set(argument, needed),), UNSAFE),)
            yield Finding(image, f"{variable} has no default", intents, also=((argument, "declared here"),))
            return


@argument_out_of_scope.check(dockerfile="stage")
def not_in_scope(block: Block, project: Project) -> Iterator[Finding]:
    """The first use of each such argument in a stage where neither ARG nor ENV declares it again before."""
    above = _declared_above(block.document)
    stage = next((one for one in stages(block.document) if one.block is block), None)
    if not above or stage is None:
        return
    known = _environment(stage.base)
    for instruction in block.blocks[1:]:
        for name in _used(instruction):
            if name in above and name not in known:
                known.add(name)
                step = InsertInstruction(block.blocks[0], f"ARG {name}")
                note = "the variable then has the value that is declared above, instead of none"
                intents = (Intent(f"declare {name} in the stage", (step,), UNSAFE, None, note),)
                also = ((above[name], "declared here, for FROM alone"),)
                yield Finding(instruction, f"{name} is not declared in this stage", intents, also=also)
        if instruction.type in ("ARG", "ENV"):
            known.update(instruction.get("pairs").entries)


def _environment(stage: Stage | None) -> set[str]:
    """What the stages built on set for good."""
    found: set[str] = set()
    while stage is not None:
        for instruction in stage.instructions("ENV", "ARG"):
            found.update(instruction.get("pairs").entries)
        stage = stage.base
    return found


_EXPANDED = frozenset({"ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})


def _used(instruction: Block) -> Iterator[str]:
    """The variables an instruction needs from outside; those a script sets itself are its own business."""
    source = instruction.document.source
    if instruction.type in _EXPANDED:
        for name, has_default in _uses(source.slice(instruction.span), instruction.node.escape):
            if not has_default:
                yield name
    elif instruction.type == "RUN":
        text: str | None = None
        for command in commands(instruction):
            words = [command.name_word, *command.words, *command.assignments.values()]
            for name in dict.fromkeys(name for word in words for name in word.variables):
                text = source.slice(instruction.span) if text is None else text
                if not _is_set_in(name, text):
                    yield name


def _is_set_in(name: str, text: str) -> bool:
    """Whether a script may set the variable, or says what to take where it is not set."""
    pattern = rf"\b{name}\+?=|\b(?:read|for|export|local|declare|getopts|printf -v)\b[^\n;&|]*\b{name}\b|\$\{{{name}:?[-+?=]"
    return re.search(pattern, text) is not None or bool(re.search(r"(?:^|[\s;&|])(?:\.|source|eval)\s", text))


@env_used_where_set.check(dockerfile="ENV")
def used_where_set(block: Block, project: Project) -> Iterator[Finding]:
    """A variable that another pair of the same ENV sets; one that is made longer by itself is fine."""
    entries = block.get("pairs").entries
    if len(entries) < 2:
        return
    stage = stage_of(block)
    for name, value in entries.items():
        for variable, _ in _uses(block.document.source.slice(value.span), block.node.escape):
            if variable in entries and variable != name and stage is not None:
                yield Finding(value, f"{name} uses {variable}, which this ENV only sets", also=((entries[variable], "set here"),))
                break
