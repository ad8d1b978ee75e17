"""Places that hold a credential, told by the name of the argument, variable or parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from iaclint.aspects.container_definitions import container_definitions, environment
from iaclint.model.aspects import Credential
from iaclint.model.block import Block
from iaclint.model.value import Value

TYPES: dict[str, frozenset[str] | None] = {
    "terraform": None,
    "ansible": None,
    "dockerfile": frozenset({"ENV", "ARG", "LABEL"}),
}

_SECRET = re.compile(
    r"(?:^|_)(?:passw(?:or)?d|passphrase|pwd|secret|secrets|token|api_?key|apikey|access_?key|secret_?key|private_?key"
    r"|auth_?key|encryption_?key|signing_?key|shared_?key|account_?key|client_?secret|credentials?|connection_?string"
    r"|auth_?token|master_?key|pass|psk)(?:_?(?:value|string|text|plain|plaintext|data|hash|base64|b64|\d+))?$"
)
_NOT_SECRET = re.compile(
    r"(?:^|_)(?:public|kms|key_vault|policy|rotation|complexity|reset|generate|random|length|min|max|expir\w*|enabled?"
    r"|disabled?|require[ds]?|use|is|has|no|skip|allow|update|change|store_in|path|file|name|id|arn|url|uri|type|ref)(?:_|$)"
)
_MAPS = frozenset({
    "environment", "environment_variables", "env_vars", "variables", "app_settings", "secret_data",
})  # fmt: skip
_PLACE = re.compile(r"(?:^|_)(?:access_key_id|aws_access_key_id)$")


CONNECTION_PASSWORDS = frozenset({
    "ansible_password", "ansible_pass", "ansible_ssh_pass", "ansible_ssh_password", "ansible_become_pass",
    "ansible_become_password", "ansible_sudo_pass", "ansible_su_pass", "ansible_winrm_password", "ansible_winrm_pass",
    "ansible_httpapi_password", "ansible_httpapi_pass", "ansible_ssh_private_key_passphrase", "ansible_enable_password",
    "ansible_paramiko_password", "ansible_paramiko_pass", "ansible_psrp_password", "ansible_psrp_pass",
    "ansible_aws_ssm_secret_access_key",
})  # fmt: skip
"""The variables Ansible itself takes its passwords for hosts from."""
_DEFAULTS = frozenset({
    "admin", "admin123", "administrator", "changeit", "changeme", "change_me", "change-me", "guest", "letmein", "pass",
    "passwd", "password", "password1", "password123", "qwerty", "raspberry", "root", "secret", "test", "toor", "ubuntu",
    "vagrant", "welcome", "1234", "12345", "123456", "12345678", "123456789",
})  # fmt: skip


def is_default_password(text: str) -> bool:
    """Whether the text is one of the passwords that installations begin with, and attackers try first."""
    return text.strip().lower() in _DEFAULTS


def words_of(name: str) -> str:
    """A name in lower snake case: `dbPassword`, `DB-PASSWORD` and `db.password` read alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


@cache
def names_a_credential(name: str) -> bool:
    """Whether a name says that what it holds is a secret."""
    words = words_of(name)
    return (_SECRET.search(words) is not None and _NOT_SECRET.search(words) is None) or _PLACE.search(words) is not None


def credentials(block: Block) -> Iterator[Credential]:
    """The credential places of a Block, with whatever stands there."""
    if block.language == "terraform":
        yield from _terraform(block)
    elif block.language == "ansible":
        yield from _ansible(block)
    else:
        kind = {"ENV": "environment", "ARG": "build argument", "LABEL": "label"}[block.type]
        for name, value in block.get("pairs").entries.items():
            if names_a_credential(name):
                yield Credential(block, value, name, kind)


def _terraform(block: Block) -> Iterator[Credential]:
    if block.kind == "variable":
        if names_a_credential(block.name):
            yield Credential(block, block.get("default"), block.name, "variable")
        return
    if block.kind not in ("resource", "data", "provider", "module", "locals"):
        return
    yield from _of_containers(block)
    # evaluating dynamic blocks costs more than this look at the names
    if not any(
        one.type == "environment_variable" or any(names_a_credential(name) or name in _MAPS for name in one.arguments)
        for one in block.walk_written()
    ):
        return
    stack = [block]
    while stack:
        one = stack.pop()
        stack.extend(one.blocks)
        for name, argument in one.arguments.items():
            if names_a_credential(name):
                yield Credential(block, argument.value, name, "argument")
            elif name in _MAPS:
                yield from _entries(block, argument.value)
        kind = one.get("type")
        if one.type == "environment_variable" and (kind.is_missing or kind.is_("PLAINTEXT")):
            variable = one.get("name").text
            if variable is not None and names_a_credential(variable):
                yield Credential(block, one.get("value"), variable, "environment")


def _of_containers(block: Block) -> Iterator[Credential]:
    for container in container_definitions(block):
        for name, value in environment(container):
            if names_a_credential(name):
                yield Credential(block, value, name, "environment")


def _entries(block: Block, value: Value) -> Iterator[Credential]:
    for name, entry in value.entries.items():
        if entry.kind == "map":
            yield from _entries(block, entry)
        elif names_a_credential(name):
            yield Credential(block, entry, name, "environment")


def _ansible(block: Block) -> Iterator[Credential]:
    if block.kind in ("module", "vars") or (block.kind == "block" and block.type in ("host", "group")):
        kind = "argument" if block.kind == "module" else "variable"
        for name, argument in block.arguments.items():
            if names_a_credential(name):
                yield Credential(block, argument.value, name, kind)
            elif argument.value.kind == "map" and block.kind != "module":
                yield from _entries(block, argument.value)
    if block.kind == "module":
        yield from _of_containers(block)
    if block.kind in ("play", "task", "handler"):
        for keyword in ("vars", "environment"):
            if keyword in block.arguments:
                yield from _entries(block, block.get(keyword))
