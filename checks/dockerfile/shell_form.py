"""What runs in a shell, and how the shell takes a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.shell import commands
from iaclint.aspects.stages import Stage
from iaclint.checks.dockerfile._image import earlier, ships, stage_of
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import InsertInstruction, Intent, Set
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, UNSAFE, Finding, in_dockerfile, rule
from iaclint.source import Span

DOCS = "https://docs.docker.com/reference/dockerfile/"

shell_form_command = rule(
    "shell-form-command",
    severity=INFO,
    cwe=710,
    title="The container's program is started by a shell",
    why="The shell takes the signals, so the program is killed instead of stopped, and arguments from outside are "
    "not passed on.",
    default=False,
    references=(DOCS + "#shell-and-exec-form", "https://docs.docker.com/reference/build-checks/json-args-recommended/"),
    aliases=(in_dockerfile("DL3025", "buildkit:JSONArgsRecommended", "KICS:b86987e1-6397-4619-81d5-8807f2387c79"),),
    tags=("hygiene", "availability"),
)

missing_pipefail = rule(
    "missing-pipefail",
    severity=LOW,
    cwe=754,
    title="A failure within a pipe goes unnoticed",
    why="The shell looks at the last command only: a download or a check that fails before it leaves a broken image.",
    default=False,
    references=(DOCS + "#shell", "https://docs.docker.com/build/building/best-practices/#using-pipes"),
    aliases=(in_dockerfile("DL4006", "KICS:efbf148a-67e9-42d2-ac47-02fa1c0d0b22"),),
    tags=("hygiene",),
)

_NEAR = 200
_CONTINUED = re.compile(r"\\\r?\n")
_ASSIGNMENT = re.compile(r"(?:[;&|{]|\b(?:then|do|else|RUN))\s*[A-Za-z_]\w*=[\"']?\$\(\s*$", re.IGNORECASE)
_ASSIGNED = re.compile(r"\s*\)[\"']?\s*(?:;|&&|\|\||$)")
_BUILTINS = frozenset(
    (".", "source", "cd", "export", "eval", "exec", "set", "ulimit", "umask", "alias", "trap", "wait", "read", ":", "unset")
)
_SHELL_SYNTAX = re.compile(r"[$`*?\[\]{}~;&|<>()\\#!\n]")


@shell_form_command.check(dockerfile="CMD|ENTRYPOINT")
def in_a_shell(block: Block, project: Project) -> Iterator[Finding]:
    """CMD or ENTRYPOINT in shell form, of the final image."""
    if block.get("form").text != "shell" or not ships(block):
        return
    words = _plain_words(block)
    intents: tuple[Intent, ...] = ()
    if words:
        note = "no shell is there any more; arguments given to the container are passed on"
        step = Set(block.get("command"), list(words))
        intents = (Intent("write it as a list of words", (step,), UNSAFE, None, note),)
    yield Finding(block, f"{block.type} is run by a shell", intents)


def _plain_words(block: Block) -> list[str]:
    """The words of a command that needs no shell; none where it is more than that."""
    found = commands(block)
    if len(found) != 1 or _SHELL_SYNTAX.search(block.get("command").text or "$"):
        return []
    (command,) = found
    words = [*command.wrapper_words, command.name_word, *command.words]
    if command.assignments or command.redirects or any(word.text is None for word in words):
        return []
    texts = [word.text or "" for word in words]
    if texts[0] == "exec":
        texts = texts[1:]
    return [] if not texts or texts[0] in _BUILTINS else texts


@missing_pipefail.check(dockerfile="RUN")
def pipe_without_pipefail(block: Block, project: Project) -> Iterator[Finding]:
    """A pipe in a shell form, where neither SHELL nor the script itself sets pipefail."""
    command = _first_pipe(block)
    if command is None:
        return
    first = block
    stage = stage_of(block)
    if stage is not None and block.parent is stage.block:
        # one SHELL serves all, so each finding offers the same one
        shells = [one for one in stage.instructions("SHELL") if one.span.start < block.span.start]
        first = _first_behind(shells[-1] if shells else None, stage, project)
    intents: tuple[Intent, ...] = ()
    shell = _shell_with_pipefail(stage)
    if shell is not None and first.parent is not None and first.parent.kind == "stage":
        note = "a command that fails within a pipe, as grep without a match, now fails the build"
        intents = (Intent("set pipefail", (InsertInstruction(first, shell, before=True),), UNSAFE, None, note),)
    yield Finding(command, "a failure before the last command of the pipe goes unnoticed", intents)


def _first_behind(shell: Block | None, stage: Stage, project: Project) -> Block:
    """The first RUN with such a pipe that a SHELL (or the lack of one) holds for."""

    def look() -> Block:
        after = shell.span.end if shell is not None else 0
        return next(one for one in stage.instructions("RUN") if one.span.start >= after and _first_pipe(one) is not None)

    return project.memo(("first pipe", id(shell or stage.block)), look)


def _first_pipe(block: Block) -> ShellCommand | None:
    if block.get("form").text != "shell" or _shell_sets_pipefail(block):
        return None
    for command in commands(block):
        if command.name == "set" and any(word.text == "pipefail" for word in command.words):
            return None
        is_pipe = len(command.pipeline) > 1 and command is command.pipeline[0]
        if not is_pipe or command.context == "test" or (command.context == "substitution" and not _is_assigned(command)):
            continue
        # `yes | install`, `echo y | install`: what comes first cannot fail, or is meant to be cut off
        if any(one.name not in ("yes", "echo", "printf", "true", "cat") for one in command.pipeline[:-1]):
            return command
    return None


def _is_assigned(command: ShellCommand) -> bool:
    """Whether a pipe makes the value of `NAME=$(...)` alone: only there does its failure become the statement's."""
    last, source = command.pipeline[-1], command.document.source
    before = source.slice(Span(command.block.span.start, command.span.start))[-_NEAR:]
    behind = source.slice(Span(last.span.end, min(last.span.end + _NEAR, command.block.span.end)))
    before, behind = _CONTINUED.sub(" ", before), _CONTINUED.sub(" ", behind)
    return _ASSIGNMENT.search(before) is not None and _ASSIGNED.match(behind) is not None


def _shell_sets_pipefail(block: Block) -> bool:
    shells = sorted(earlier(block, "SHELL"), key=lambda one: one.span.start)
    return bool(shells) and any("pipefail" in item.known_text for item in shells[-1].get("command").items)


def _shell_with_pipefail(stage: Stage | None) -> str | None:
    """The SHELL instruction for the base image; None where the image is not known."""
    if stage is None:
        return None
    *_, root = stage.lineage()
    image = (root.image.text or "").lower()
    if not image or "busybox" in image or image == "scratch":
        return None
    if "alpine" in image:
        return 'SHELL ["/bin/ash", "-o", "pipefail", "-c"]'
    return 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]'
