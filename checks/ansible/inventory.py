"""Inventories: which hosts there are and how Ansible gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from iaclint.aspects.ansible import is_ini_inventory
from iaclint.aspects.credentials import CONNECTION_PASSWORDS, is_default_password
from iaclint.model.block import Block
from iaclint.model.intent import Expression, Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, MEDIUM, UNSAFE, Finding, in_ansible, rule

VAULT = "https://docs.ansible.com/ansible/latest/vault_guide/index.html"

password_written = rule(
    "ansible-connection-password-in-plaintext",
    severity=HIGH,
    cwe=798,
    title="Password for logging in to hosts is written in plain text",
    why="Whoever can read the repository, or any copy of it, can log in to the hosts, often as root.",
    references=(VAULT,),
    aliases=in_ansible("KICS:487f4be7-3fd9-4506-a07a-eae252180c08"),
    tags=("secret",),
    fix_safety="The password is read from the environment of whoever runs the play: it must be set there.",
    remedy="Encrypt it with ansible-vault, or log in with a key. Change the password: others know it.",
)

_PLACEHOLDER = re.compile(
    r"<.*>|\[.*\]|\{.*\}|x{3,}|\*+|\.+|(?:your|my|the|enter|insert|put)[-_ ].*|todo.*|placeholder"
    r"|redacted|none|null",
    re.IGNORECASE,
)


@password_written.check(ansible="vars|block|play|task|handler|ansible.builtin.add_host")
def written_password(block: Block, project: Project) -> Iterator[Finding]:
    for name, value in _variables(block):
        if name in CONNECTION_PASSWORDS and _is_secret(value):
            lookup = Expression(f"lookup('env', '{name.upper()}')")
            intent = Intent(
                f"read it from the environment variable {name.upper()}", (Set(value, lookup),), UNSAFE, None,
                "the variable must be set where the play is run",
            )  # fmt: skip
            what = "is a default password" if is_default_password(value.text or "") else "is written here"
            message = f"`{name}` {what}" + (", known to everybody" if "default" in what else " for everybody to read")
            yield Finding(value, message, () if is_ini_inventory(value.document) else (intent,))


def _variables(block: Block) -> Iterator[tuple[str, Value]]:
    if block.kind in ("play", "task", "handler"):
        yield from (block.get("vars").entries.items() if "vars" in block.arguments else ())
    elif block.kind in ("vars", "module") or block.type in ("group", "host"):
        yield from ((name, argument.value) for name, argument in block.arguments.items() if name in CONNECTION_PASSWORDS)


def _is_secret(value: Value) -> bool:
    text = value.text
    return bool(text) and value.origin is None and text is not None and not _PLACEHOLDER.fullmatch(text)


tower_exposed = rule(
    "ansible-controller-on-public-address",
    severity=MEDIUM,
    cwe=668,
    title="Automation controller has a public address",
    why="The controller holds the keys to every host it manages; reachable from the Internet, each of its faults and "
    "each weak password is an entry to all of them.",
    references=("https://docs.redhat.com/en/documentation/red_hat_ansible_automation_platform",),
    aliases=in_ansible("KICS:1b2bf3ff-31e9-460e-bbfb-45e48f4f20cc"),
    tags=("network",),
    confidence="medium",
    remedy="Give it a private address and reach it through a VPN.",
)


@tower_exposed.check(ansible="block")
def public_controller(host: Block, project: Project) -> Iterator[Finding]:
    group = host.parent
    if host.type != "host" or group is None or group.name not in ("tower", "automationcontroller"):
        return
    address = host.get("ansible_host")
    text = address.text if not address.is_missing else host.name
    if is_public(text):
        yield Finding(address if not address.is_missing else host, f"{text} is a public address")


def is_public(text: str | None) -> bool:
    """Whether the text certainly is an address of the Internet."""
    try:
        return text is not None and ip_address(text).is_global
    except ValueError:
        return False
