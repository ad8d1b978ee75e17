"""Shell commands: RUN and its like, Ansible's command modules, Terraform's provisioners and start scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.value import Value

if TYPE_CHECKING:
    from iaclint.parsers.embedded import EmbeddedText

_DOCKERFILE = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
_ANSIBLE = frozenset({
    "ansible.builtin.shell", "ansible.builtin.command", "ansible.builtin.raw", "ansible.builtin.script",
})
_START_SCRIPTS = (
    "user_data", "user_data_base64", "custom_data", "metadata_startup_script", "startup_script", "cloud_init",
)
_METADATA = ("startup-script", "user-data")
_PARTS = frozenset({"cloudinit_config", "template_cloudinit_config"})
_MACHINES = {
    "amazon.aws.ec2_instance": "user_data",
    "amazon.aws.ec2_launch_template": "user_data",
    "community.aws.ec2_launch_template": "user_data",
    "community.aws.autoscaling_launch_config": "user_data",
    "azure.azcollection.azure_rm_virtualmachine": "custom_data",
    "azure.azcollection.azure_rm_virtualmachinescaleset": "custom_data",
    "openstack.cloud.server": "userdata",
    "community.digitalocean.digital_ocean_droplet": "user_data",
    "hetzner.hcloud.server": "user_data",
}
"""Ansible's modules that start a machine, and the parameter that says what it runs first."""

TYPES: dict[str, frozenset[str] | None] = {
    "dockerfile": _DOCKERFILE, "ansible": _ANSIBLE | frozenset(_MACHINES), "terraform": None,
}  # fmt: skip


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


def windows_commands(block: Block) -> list[ShellCommand]:
    """The commands of an instruction that PowerShell or cmd reads. Rules about POSIX shells do not see them."""
    if block.language != "dockerfile" or block.type not in _DOCKERFILE:
        return []
    from iaclint.parsers.dockerfile import windows_text

    text = windows_text(block)
    if text is None:
        return []
    from iaclint.parsers.powershell import parse as parse_powershell

    return parse_powershell(text, block)


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
        yield from parse(text, block, block.node.variables)


# --- Ansible ------------------------------------------------------------------------


def _ansible(block: Block) -> Iterator[ShellCommand]:
    from iaclint.parsers.ansible.script import script
    from iaclint.parsers.shell import parse
    from iaclint.parsers.shell_exec import exec_command, split_command

    if block.type in _MACHINES:
        start = _machine_text(block)
        if start is not None:
            from iaclint.aspects.cloud_init import start_commands

            yield from start_commands(start, block)
        return
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


def _machine_text(block: Block) -> EmbeddedText | None:
    from iaclint.parsers.yaml import YamlNode, embedded_text

    argument = block.arguments.get(_MACHINES[block.type])
    node = argument.expression if argument is not None else None
    return embedded_text(node, block.document) if isinstance(node, YamlNode) else None


def _runs_shell(block: Block) -> bool:
    from iaclint.parsers.shell_wrappers import SHELLS

    executable = block.get("executable")
    if executable.is_missing or block.type == "ansible.builtin.command":
        return True
    return executable.text is not None and executable.text.rsplit("/", 1)[-1] in SHELLS


# --- Terraform ----------------------------------------------------------------------


def _terraform(block: Block) -> Iterator[ShellCommand]:
    if block.kind != "resource" and block.type not in _PARTS:
        return
    # opening the nested blocks costs more than this look at the text; a plan is large and says nothing of them
    if block.document.kind != "plan" and b"provisioner" in block.document.source.data:
        for child in block.children("provisioner"):
            yield from _provisioner(child)
    for text in start_texts(block):
        from iaclint.aspects.cloud_init import start_commands

        yield from start_commands(text, block)


def start_texts(block: Block) -> Iterator[EmbeddedText]:
    """What the machines of a block run when they first start, as far as it is written in the file."""
    if block.language == "ansible":
        text = _machine_text(block) if block.type in _MACHINES else None
        if text is not None:
            yield text
        return
    for value in _start_values(block) if block.language == "terraform" else ():
        if not value.is_missing:
            from iaclint.evaluate.terraform import embedded_text

            text = embedded_text(value)
            if text is not None:
                yield text


def _start_values(block: Block) -> Iterator[Value]:
    if block.type in _PARTS:
        for part in block.children("part"):
            yield part.get("content")
        return
    for name in _START_SCRIPTS:
        if name in block.arguments:
            yield block.get(name)
    if "metadata" in block.arguments and block.type.startswith("google_compute_"):
        entries = block.get("metadata").entries
        yield from (entries[name] for name in _METADATA if name in entries)
    if block.type in ("azurerm_virtual_machine", "azurerm_virtual_machine_scale_set"):
        yield from block.each("os_profile.custom_data")


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


def _terraform_script(block: Block, value: Value) -> Iterator[ShellCommand]:
    from iaclint.evaluate.terraform import embedded_text
    from iaclint.parsers.shell import parse

    if value.is_missing:
        return
    text = embedded_text(value)
    if text is not None:
        yield from parse(text, block)


_READERS = {"dockerfile": _dockerfile, "ansible": _ansible, "terraform": _terraform}
