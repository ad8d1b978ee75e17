"""Privileges given away by shell commands and file modes."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.aspects import FilePermission, ShellCommand, Word
from iaclint.model.finding import Place
from iaclint.model.intent import Intent, ReplaceWord, Set, Step
from iaclint.model.project import Project
from iaclint.rules import HIGH, LOW, MEDIUM, UNSAFE, Finding, in_ansible, in_dockerfile, rule

world_writable_file = rule(
    "world-writable-file",
    severity=HIGH,
    cwe=732,
    title="A file may be changed by every user",
    why="Any account on the machine, a compromised service included, can replace what others read, trust or run.",
    references=("https://cwe.mitre.org/data/definitions/732.html",),
    aliases=(in_ansible("ansible-lint:risky-octal"),),
    fix_safety="A service that writes through this permission loses it.",
    tags=("identity",),
)


@world_writable_file.check(aspect=FilePermission)
def writable_by_all(permission: FilePermission, project: Project) -> Iterator[Finding]:
    """Mode bits or a symbolic mode that let others write; a sticky directory such as /tmp is fine."""
    mode = permission.mode
    if mode is not None:
        if not mode & 0o002 or mode & 0o1000:
            return
        narrow = mode & ~0o022
        wanted = permission.text.replace(f"{mode & 0o777:03o}", f"{narrow & 0o777:03o}")
    elif "o+w" in permission.adds.split(","):
        wanted = ""
    else:
        return
    intents: tuple[Intent, ...] = ()
    if mode is not None and wanted != permission.text:
        intents = _give(permission, wanted)
    yield Finding(_place(permission), f"mode {permission.text} lets every user write", intents)


def _place(permission: FilePermission) -> Place:
    return (permission.block, permission.place) if isinstance(permission.place, Word) else permission.place


def _give(permission: FilePermission, mode: str) -> tuple[Intent, ...]:
    place = permission.place
    if isinstance(place, Word):
        if place.text is None or place.raw.count(permission.text) != 1:
            return ()
        step: Step = ReplaceWord(place, place.raw.replace(permission.text, mode))
    else:
        step = Set(place, mode)
    return (Intent(f"give it mode {mode}", (step,), UNSAFE, None, "others lose the right to write"),)


setuid_file = rule(
    "setuid-file",
    severity=MEDIUM,
    cwe=250,
    title="A program is made to run with its owner's rights",
    why="A fault in a setuid or setgid program hands its owner's rights, often root's, to whoever runs it.",
    references=("https://man7.org/linux/man-pages/man2/chmod.2.html",),
    remedy="give the one capability it needs with setcap, or run it as a service",
    tags=("identity",),
)


@setuid_file.check(aspect=FilePermission)
def setuid(permission: FilePermission, project: Project) -> Iterator[Finding]:
    """chmod u+s, 4755 and the like; a setgid directory, which inherits its group, is not meant."""
    adds = permission.adds.split(",")
    if (permission.mode is not None and permission.mode & 0o4000) or "u+s" in adds:
        yield Finding(_place(permission), f"mode {permission.text} sets the setuid bit")


sudo_command = rule(
    "sudo-in-image",
    severity=LOW,
    cwe=250,
    title="sudo is used while an image is built",
    why="The build already runs as root or as the USER chosen; sudo has no terminal, hides which rights are needed, and "
    "leaves a way to become root in the image.",
    references=("https://docs.docker.com/build/building/best-practices/#user",),
    aliases=(
        in_dockerfile(
            "DL3004", "KICS:8ada6e80-0ade-439e-b176-0b28f6bce35a", "AVD-DS-0010", "CKV2_DOCKER_1", "AC_DOCKER_0007"
        ),
    ),
    fix_safety="The command then runs as the USER of that point, which may not be root.",
    tags=("container",),
)


@sudo_command.check(aspect=ShellCommand, language="dockerfile")
def sudo(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """`RUN sudo ...`."""
    if "sudo" in command.wrappers or (command.name == "sudo" and not _only_asks(command)):
        word = next((one for one in command.wrapper_words if one.text == "sudo"), command.name_word)
        yield Finding((command.block, word), "sudo is used in a build step")


sudo_in_task = rule(
    "sudo-in-task",
    severity=LOW,
    cwe=250,
    title="A task calls sudo itself instead of becoming another user",
    why="Ansible's own `become` asks for passwords, is logged, and can be limited per task; sudo in a command can hang "
    "for a password nobody types.",
    references=("https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_privilege_escalation.html",),
    remedy="remove sudo from the command and set `become: true` on the task",
    tags=("identity",),
)


@sudo_in_task.check(aspect=ShellCommand, language="ansible")
def sudo_task(command: ShellCommand, project: Project) -> Iterator[Finding]:
    """A shell or command task that begins with sudo."""
    if "sudo" in command.wrappers or (command.name == "sudo" and command.words and not _only_asks(command)):
        word = next((one for one in command.wrapper_words if one.text == "sudo"), command.name_word)
        yield Finding((command.block, word), "the command calls sudo")


def _only_asks(command: ShellCommand) -> bool:
    """Whether sudo is asked about itself and runs nothing."""
    return command.flag("-V", "--version", "-h", "--help", "-l", "--list", "-v", "--validate", "-k", "-K") is not None
