"""`ansible.cfg`, and the same settings where variables state them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.ansible import is_ini_inventory
from iaclint.model.block import Block
from iaclint.model.intent import Intent, ReplaceText, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    be_absent,
    be_false,
    be_true,
    bind,
    has,
    in_ansible,
    requirement,
    rule,
    set_path,
    set_to,
    where,
)

SETTINGS = "https://docs.ansible.com/ansible/latest/reference_appendices/config.html"
BECOME = "https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_privilege_escalation.html"

requirement(
    "ansible-unsafe-lookups",
    severity=HIGH,
    cwe=94,
    title="What lookups return is read as a template",
    why="Text that a lookup brings from a file, a web page or a secret store can then hold Jinja, which the control "
    "node evaluates: whoever writes that text runs code there.",
    ansible="config: defaults.allow_unsafe_lookups",
    must=be_false,
    fix=set_to(False),
    references=(f"{SETTINGS}#default-allow-unsafe-lookups",),
    aliases=in_ansible("KICS:86b97bb4-85c9-462d-8635-cbc057c5c8c5"),
)

requirement(
    "ansible-no-log-off-everywhere",
    severity=LOW,
    cwe=532,
    title="Ansible logs the details of every task that does not forbid it",
    why="With `no_log = True` nothing of a task's arguments is logged; without it each task that handles a secret has to "
    "say so itself, and the one that was forgotten shows it.",
    ansible="config: defaults.no_log",
    when=has("defaults"),
    must=be_true,
    when_missing=VIOLATED,
    message="tasks that do not say `no_log` themselves are logged with their arguments",
    fix=set_to(True, at_most=UNSAFE, note="the output of all tasks is hidden then, also when they fail"),
    references=(f"{SETTINGS}#default-no-log",),
    aliases=in_ansible("KICS:c6473dae-8477-4119-88b7-b909b435ce7b"),
    tags=("logging",),
    default=False,
)

requirement(
    "ansible-config-become-user-ignored",
    severity=LOW,
    cwe=250,
    title="ansible.cfg names a become_user, but does not become",
    why="Tasks that do not say `become` themselves run as the login user, not as the user named here.",
    ansible=(
        bind(
            "config: defaults.become_user",
            unless=where("defaults.become", be_true),
            fix=set_path("defaults.become", True, at_most=UNSAFE),
        ),
        bind(
            "config: privilege_escalation.become_user",
            when=where("privilege_escalation.become", be_false),
            fix=set_path("privilege_escalation.become", True, at_most=UNSAFE),
        ),
    ),
    must=be_absent,
    message="`{path}` is ignored: become is not set",
    references=(BECOME,),
    aliases=in_ansible("KICS:404908b6-4954-4611-98f0-e8ceacdabcb1"),
    tags=("identity",),
    default=False,
)

requirement(
    "ansible-arguments-displayed",
    severity=LOW,
    cwe=532,
    title="Arguments of every task are shown in its heading",
    why="Secrets handed on as `k=v`, or not marked as such, then stand in the output of each run.",
    ansible="config: defaults.display_args_to_stdout",
    must=be_false,
    fix=set_to(False),
    references=(f"{SETTINGS}#display-args-to-stdout",),
    tags=("logging",),
)

host_key_unchecked = rule(
    "ansible-host-key-unchecked",
    severity=MEDIUM,
    cwe=322,
    title="Ansible connects to hosts without checking their keys",
    why="Somebody who poses as the host is believed and is sent everything the play holds: secrets, passwords for "
    "sudo, the agent's keys.",
    references=(f"{SETTINGS}#host-key-checking",),
    tags=("network",),
    fix_safety="Hosts whose key is not in known_hosts are then refused: collect the keys first, with ssh-keyscan over a "
    "network you trust.",
)
_UNCHECKED = re.compile(r"StrictHostKeyChecking[ =](?:no|off)\b|UserKnownHostsFile[ =]/dev/null", re.IGNORECASE)
_VARIABLES = ("ansible_host_key_checking", "ansible_ssh_host_key_checking")
_ARGUMENTS = ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args")
_NOTE = "hosts that are not in known_hosts are then refused"


@host_key_unchecked.check(ansible="config")
def unchecked_everywhere(config: Block, project: Project) -> Iterator[Finding]:
    for section in config.blocks:
        if section.type in ("defaults", "paramiko_connection", "persistent_connection", "ssh_connection"):
            yield from _switched_off(section.get("host_key_checking"))
            for name in ("ssh_args", "ssh_common_args", "ssh_extra_args"):
                yield from _by_argument(section.get(name))


@host_key_unchecked.check(ansible="vars|block|play|task|handler")
def unchecked_by_variable(block: Block, project: Project) -> Iterator[Finding]:
    for value in variables(block, _VARIABLES):
        yield from _switched_off(value)
    for value in variables(block, _ARGUMENTS):
        yield from _by_argument(value)
    for value in block.get("environment").entries.values() if block.kind in ("play", "task", "handler") else ():
        if value.name == "ANSIBLE_HOST_KEY_CHECKING":
            yield from _switched_off(value)


def _switched_off(value: Value) -> Iterator[Finding]:
    if value.is_(False):
        intent = Intent(f"set `{value.name}` to true", (Set(value, True),), UNSAFE, None, _NOTE)
        intents = () if is_ini_inventory(value.document) else (intent,)
        yield Finding(value, "whoever answers is taken for the host: its key is not checked", intents)


def _by_argument(value: Value) -> Iterator[Finding]:
    found = _UNCHECKED.findall(value.known_text)
    if not found:
        return
    intents: tuple[Intent, ...] = ()
    if not is_ini_inventory(value.document) and len(found) == 1 and found[0][-3:].lower() in ("=no", " no"):
        step = ReplaceText(value, found[0], found[0][:-2] + "accept-new")
        intents = (Intent("refuse a host whose key has changed", (step,), UNSAFE, None, "a changed key is refused"),)
    yield Finding(value, "ssh is told to take any host key", intents)


def variables(block: Block, names: tuple[str, ...]) -> Iterator[Value]:
    """The Values a Block gives to variables of these names: a vars file, an inventory's group or host, `vars:`."""
    if block.kind in ("play", "task", "handler"):
        entries = block.get("vars").entries if "vars" in block.arguments else {}
        yield from (entries[name] for name in names if name in entries)
    elif block.kind == "vars" or block.type in ("group", "host"):
        yield from (block.get(name) for name in names if name in block.arguments)


readable_tmpfiles = rule(
    "ansible-world-readable-tmpfiles",
    severity=MEDIUM,
    cwe=732,
    title="Temporary files with task arguments may be read by every user of the host",
    why="When a task becomes an unprivileged user, the module and its arguments, secrets included, lie in a file that "
    "any account on the host can read.",
    references=(f"{BECOME}#risks-of-becoming-an-unprivileged-user",),
    fix_safety="Becoming an unprivileged user then needs ACLs (the package acl) or pipelining.",
)


@readable_tmpfiles.check(ansible="config")
def readable_everywhere(config: Block, project: Project) -> Iterator[Finding]:
    for section in config.children("defaults"):
        yield from _readable(section.get("allow_world_readable_tmpfiles"))


@readable_tmpfiles.check(ansible="vars|block|play|task|handler")
def readable_by_variable(block: Block, project: Project) -> Iterator[Finding]:
    for value in variables(block, ("ansible_shell_allow_world_readable_temp",)):
        yield from _readable(value)


def _readable(value: Value) -> Iterator[Finding]:
    if value.is_(True):
        note = "becoming an unprivileged user then needs ACLs or pipelining"
        intent = Intent(f"set `{value.name}` to false", (Set(value, False),), UNSAFE, None, note)
        yield Finding(value, "files with the arguments of tasks may be left readable by everybody", (intent,))
