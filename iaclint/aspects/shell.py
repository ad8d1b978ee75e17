"""Shell commands: RUN and its like, Ansible's command modules, Terraform's provisioners and start scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.value import Value

_DOCKERFILE = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_ANSIBLE = frozenset({
    "ansible.builtin.shell", "ansible.builtin.command", "ansible.builtin.raw", "ansible.builtin.script",
})
_START_SCRIPTS = ("user_data", "custom_data", "metadata_startup_script")
_SHEBANG = re.compile(rb"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:/\S*/)?(?:sh|bash|ash|dash|zsh|ksh)(?:\s|$)")

TYPES: dict[str, frozenset[str] | None] = {"dockerfile": _DOCKERFILE, "ansible": _ANSIBLE, "terraform": None}


def commands(block: Block) -> list[ShellCommand]:
    """All shell commands a Block states, in source order; computed once per Project."""
    project = block.document.project
    if project is None:
        return _read(block)
    # the Block is kept beside its commands so that its id() is not given away again
    return project.memo(("shell commands", id(block)), lambda: (block, _read(block)))[1]


def _read(block: Block) -> list[ShellCommand]:
    types = TYPES.get(block.language, frozenset())
    if types is not None and block.type not in types:
        return []
    return list(_READERS[block.language](block))


# --- Dockerfile ---------------------------------------------------------------------


def _dockerfile(block: Block) -> Iterator[ShellCommand]:
    from iaclint.parsers.dockerfile import exec_words, shell_text
    from iaclint.parsers.shell import parse
    from iaclint.parsers.shell_exec import exec_command

    values = exec_words(block)
    if values:
        command = exec_command(block, values)
        if command is not None:
            yield command
    text = shell_text(block)
    if text is not None:
        yield from parse(text, block)


# --- Ansible ------------------------------------------------------------------------


def _ansible(block: Block) -> Iterator[ShellCommand]:
    from iaclint.parsers.ansible.script import script
    from iaclint.parsers.shell import parse
    from iaclint.parsers.shell_exec import exec_command, split_command

    if block.get("argv").kind == "list":
        command = exec_command(block, block.get("argv").items)
        if command is not None:
            yield command
    text = script(block) if _runs_shell(block) else None
    if text is None:
        return
    if block.type in ("ansible.builtin.command", "ansible.builtin.script"):
        # these start a program, no shell: `|` and `&&` are words like any other
        command = split_command(text, block)
        if command is not None:
            yield command
    else:
        yield from parse(text, block)


def _runs_shell(block: Block) -> bool:
    from iaclint.parsers.shell_wrappers import SHELLS

    executable = block.get("executable")
    if executable.is_missing or block.type == "ansible.builtin.command":
        return True
    return executable.text is not None and executable.text.rsplit("/", 1)[-1] in SHELLS


# --- Terraform ----------------------------------------------------------------------


def _terraform(block: Block) -> Iterator[ShellCommand]:
    if block.kind != "resource":
        return
    # opening the nested blocks costs more than this look at the text; a plan is large and says nothing of them
    if block.document.kind != "plan" and b"provisioner" in block.document.source.data:
        for child in block.children("provisioner"):
            yield from _provisioner(child)
    for name in _START_SCRIPTS:
        if name in block.arguments:
            yield from _terraform_script(block, block.get(name), shebang=True)


def _provisioner(block: Block) -> Iterator[ShellCommand]:
    labels = (block.name, *block.labels)
    if "local-exec" in labels and _interpreted_by_shell(block.get("interpreter")):
        yield from _terraform_script(block, block.get("command"))
    elif "remote-exec" in labels:
        for item in block.get("inline").items:
            yield from _terraform_script(block, item)


def _interpreted_by_shell(interpreter: Value) -> bool:
    from iaclint.parsers.shell_wrappers import SHELLS

    if interpreter.is_missing:
        return True
    first = interpreter.items[0].text if interpreter.items else None
    return first is not None and first.rsplit("/", 1)[-1] in SHELLS


def _terraform_script(block: Block, value: Value, shebang: bool = False) -> Iterator[ShellCommand]:
    from iaclint.evaluate.terraform import embedded_text
    from iaclint.parsers.shell import parse

    if value.is_missing:
        return
    text = embedded_text(value)
    if text is not None and (not shebang or _SHEBANG.match(text.text)):
        yield from parse(text, block)


_READERS = {"dockerfile": _dockerfile, "ansible": _ansible, "terraform": _terraform}
