"""Commands that do nothing of use in a build, or have an instruction of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.shell import commands
from iaclint.checks.dockerfile._image import happens_before, run_commands, ships, stage_of
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import AddWord, Intent, ReplaceInstruction
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, UNSAFE, Finding, in_dockerfile, rule

PRACTICES = "https://docs.docker.com/build/building/best-practices/"

cd_instead_of_workdir = rule(
    "cd-instead-of-workdir",
    severity=INFO,
    cwe=710,
    title="The directory is changed with cd instead of WORKDIR",
    why="It holds for this instruction only: the next one runs in the old directory, on other files than meant.",
    default=False,
    references=(PRACTICES + "#workdir",),
    aliases=(in_dockerfile("DL3003", "AVD-DS-0013", "AC_DOCKER_0018", "KICS:f4a6bcd3-e231-4acf-993c-aa027be50d2e"),),
    tags=("hygiene",),
)

wget_and_curl = rule(
    "wget-and-curl",
    severity=INFO,
    cwe=1041,
    title="Both wget and curl are used",
    why="Each is one more program in the image that needs updates, and that an intruder finds useful.",
    default=False,
    references=(PRACTICES,),
    aliases=(in_dockerfile("DL4001", "AVD-DS-0014", "KICS:fc775e75-fcfb-4c98-b2f2-910c5858b359"),),
    tags=("hygiene",),
)

useless_command = rule(
    "useless-command",
    severity=INFO,
    cwe=710,
    title="A command makes no sense in a build",
    why="Nobody is there to use it, and no process outlives the instruction: it does nothing, or stops the build.",
    default=False,
    references=("https://docs.docker.com/reference/dockerfile/#run",),
    aliases=(in_dockerfile("DL3001", "KICS:9b6b0f38-92a2-41f9-b881-3a1083d99f1b"),),
    tags=("hygiene",),
)

large_user_id = rule(
    "large-user-id",
    severity=INFO,
    cwe=400,
    title="A user with a large id is created without -l",
    why="useradd writes log files as long as the id is large, and the image grows by gigabytes.",
    default=False,
    references=(PRACTICES + "#user",),
    aliases=(in_dockerfile("DL3046"),),
    tags=("hygiene",),
)

wget_progress = rule(
    "wget-progress",
    severity=INFO,
    cwe=779,
    title="wget shows its progress in the build's log",
    why="A line for every few kilobytes hides what matters in the log.",
    default=False,
    references=("https://www.gnu.org/software/wget/manual/wget.html#Download-Options",),
    aliases=(in_dockerfile("DL3047"),),
    tags=("hygiene",),
)

replaced_shell = rule(
    "replaced-shell",
    severity=LOW,
    cwe=710,
    title="The system's shell is replaced by a link",
    why="Every script of the distribution then runs in a shell it was not written for; SHELL changes only the build's.",
    default=False,
    references=("https://docs.docker.com/reference/dockerfile/#shell",),
    aliases=(in_dockerfile("DL4005", "AC_DOCKER_0020", "KICS:8a301064-c291-4b20-adcb-403fe7fd95fd"),),
    tags=("hygiene",),
)

_USELESS = frozenset((
    "ssh", "vim", "vi", "nano", "shutdown", "reboot", "service", "ps", "free", "top", "htop", "kill", "mount", "ifconfig",
))
_SAME_SHELL = ("", "if", "loop")
_PLAIN = re.compile(r"[\w./-]+")


@cd_instead_of_workdir.check(dockerfile="RUN")
def changes_directory(block: Block, project: Project) -> Iterator[Finding]:
    """`cd` at the top of a RUN; within parentheses it is over at once."""
    found = run_commands(block)
    for command in found:
        if command.name != "cd" or command.context not in _SAME_SHELL or command.wrappers:
            continue
        intents: tuple[Intent, ...] = ()
        place = command.words[0].text if len(command.words) == 1 else None
        if len(found) == 1 and not command.context and place is not None and place.startswith("/") and _PLAIN.fullmatch(place):
            step = ReplaceInstruction(block, "WORKDIR", place)
            note = "what follows really runs in that directory then"
            intents = (Intent("use WORKDIR", (step,), UNSAFE, None, note),)
        what = "has no effect, as nothing follows" if len(found) == 1 else "is forgotten behind this instruction"
        yield Finding(command, f"cd {what}", intents)
        return


@wget_and_curl.check(dockerfile="RUN")
def both_used(block: Block, project: Project) -> Iterator[Finding]:
    """The one of the two that was not used first in the stage."""
    first = _first_tool(block)
    if first is None or not ships(block):
        return
    for command in run_commands(block):
        if command.name in ("wget", "curl") and command.name != first.name:
            yield Finding(command, f"{command.name} is used beside {first.name}", also=((first, "used here"),))
            return


def _first_tool(block: Block) -> ShellCommand | None:
    stage = stage_of(block)
    for run in stage.instructions("RUN") if stage is not None else ():
        for command in commands(run):
            if command.name in ("wget", "curl"):
                return command
    return None


@useless_command.check(dockerfile="RUN")
def without_use(block: Block, project: Project) -> Iterator[Finding]:
    """Interactive programs, and what asks for running processes."""
    found = run_commands(block)
    for command in found:
        # a service that is started, or a process that is killed, for what follows in the same instruction is fine
        if command.name in ("service", "kill", "ps") and len(found) > 1:
            continue
        if command.name in _USELESS and not any(word.text in ("--version", "-V", "--help") for word in command.words):
            yield Finding(command, f"{command.name} makes no sense in a build")


@large_user_id.check(dockerfile="RUN")
def large_id(block: Block, project: Project) -> Iterator[Finding]:
    """useradd with an id of six digits and more."""
    for command in run_commands(block):
        if command.name != "useradd" or command.flag("-l", "--no-log-init") is not None:
            continue
        word = command.option("-u", "--uid")
        number = (word.known.rpartition("=")[2] if word is not None else "") or ""
        if number.isdecimal() and int(number[:9]) > 99999:
            step = AddWord(command, "-l", command.name_word)
            yield Finding(command, f"user id {number} without -l", (Intent("add -l", (step,)),))


_QUIET = ("-q", "--quiet", "-nv", "--no-verbose", "--progress", "-o", "--output-file", "-a", "--append-output")


@wget_progress.check(dockerfile="RUN")
def shows_progress(block: Block, project: Project) -> Iterator[Finding]:
    """wget of GNU without an option that makes it quieter; that of busybox has none."""
    for command in run_commands(block):
        if command.name != "wget" or any(word.text is None and not word.known for word in command.words):
            continue
        if any(word.text and re.match(r"-[a-zA-Z]*q", word.text) and word.text[1] != "-" for word in command.words):
            continue
        if command.flag(*_QUIET) is None and command.operands() and not _is_busybox(block):
            step = AddWord(command, "--progress=dot:giga", command.name_word)
            yield Finding(command, "wget shows its progress", (Intent("show less", (step,)),))


def _is_busybox(block: Block) -> bool:
    stage = stage_of(block)
    if stage is None:
        return True
    *_, root = stage.lineage()
    image = (root.image.text or root.image.known_text or "").lower()
    return (
        not image or "alpine" in image or "busybox" in image or _uses_apk(block)
        or happens_before(block, "apk", _uses_apk)
    )


def _uses_apk(run: Block) -> bool:
    return any(command.name == "apk" for command in run_commands(run))


@replaced_shell.check(dockerfile="RUN")
def links_shell(block: Block, project: Project) -> Iterator[Finding]:
    """`ln -s /bin/bash /bin/sh`, in whatever spelling."""
    found = run_commands(block)
    for command in found:
        operands = command.operands() if command.name == "ln" else []
        if len(operands) < 2 or operands[-1].text not in ("/bin/sh", "/usr/bin/sh"):
            continue
        shell = operands[-2].text or ""
        path = shell if shell.startswith("/") else f"/bin/{shell}"
        intents: tuple[Intent, ...] = ()
        if len(found) == 1 and re.fullmatch(r"/(?:usr/)?bin/(?:bash|zsh|ash|dash)", path):
            step = ReplaceInstruction(block, "SHELL", f'["{path}", "-c"]')
            note = "programs in the container that call /bin/sh get the distribution's shell again"
            intents = (Intent("use SHELL", (step,), UNSAFE, None, note),)
        yield Finding(command, "/bin/sh is replaced by another shell", intents)
