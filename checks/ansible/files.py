"""The modes tasks give to files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.facts.ansible import parameters
from iaclint.model.aspects import FilePermission
from iaclint.model.block import Block
from iaclint.model.finding import Finding
from iaclint.model.intent import Intent, ReplaceText, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, INFO, LOW, MEDIUM, UNSAFE, in_ansible, rule

FILE = "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/file_module.html"

mode_without_zero = rule(
    "ansible-mode-not-octal",
    severity=MEDIUM,
    cwe=732,
    title="Mode is read as a decimal number",
    why="YAML reads an unquoted number without a leading zero as decimal: `mode: 644` becomes 1204 octal, permissions "
    "nobody meant, often open to write or not readable by the service.",
    references=(FILE,),
    aliases=in_ansible("ansible-lint:risky-octal"),
)

_OCTAL = re.compile(r"[0-7]{3,4}")
_DECIMAL_ON_PURPOSE = frozenset({511})
"""0777 in decimal, which would also make sense as octal."""


@mode_without_zero.check(ansible="*.*")
def decimal_mode(module: Block, project: Project) -> Iterator[Finding]:
    if module.kind != "module":
        return
    for name in ("mode", "directory_mode"):
        value = module.at(name)
        if value.kind != "number" or value.origin is not None or not isinstance(value.data, int):
            continue
        known = (parameters(module.type) or {}).get(name)
        written = value.document.source.slice(value.span)
        if known is None or known.type not in ("raw", "str") or not _means_octal(written, value.data):
            continue
        intent = Intent(f'write it as "0{written}"', (Set(value, f"0{written}"),))
        yield Finding(value, f"`{name}: {written}` is the decimal of octal {value.data:o}", (intent,))


def _means_octal(written: str, number: int) -> bool:
    """Whether the digits make sense as a mode: nobody has rights that the owner lacks."""
    if not _OCTAL.fullmatch(written) or written.startswith("0") or number in _DECIMAL_ON_PURPOSE:
        return False
    owner, group, others = (int(digit) for digit in written[-3:])
    return not (group | others) & ~owner


mode_unset = rule(
    "ansible-file-mode-unset",
    severity=LOW,
    cwe=732,
    title="File is created with whatever mode the umask leaves",
    why="The mode then depends on the umask of the connection: on some hosts everybody can read the file, or change it.",
    confidence="medium",
    references=(FILE,),
    aliases=in_ansible("KICS:88841d5c-d22d-4b7e-a6a0-89ca50e44b9f", "ansible-lint:risky-file-permissions"),
    default=False,
    fix_safety="Existing files get this mode, too: 0644 for files and 0755 for folders, what the usual umask leaves.",
)

_CREATING = (
    "ansible.builtin.copy|ansible.builtin.template|ansible.builtin.file|ansible.builtin.get_url"
    "|ansible.builtin.assemble|community.general.archive"
)
_EDITING = {
    "ansible.builtin.lineinfile": False,
    "ansible.builtin.blockinfile": False,
    "community.general.ini_file": True,
    "community.general.htpasswd": True,
}
"""Modules that create a file when told to, and whether they do untold."""
_PRESERVING = frozenset({"ansible.builtin.copy", "ansible.builtin.template"})


@mode_unset.check(ansible=_CREATING + "|ansible.builtin.replace|" + "|".join(_EDITING))
def unpredictable_mode(module: Block, project: Project) -> Iterator[Finding]:
    mode = module.at("mode")
    if module.is_symbolic or not module.arguments:
        return
    if mode.is_("preserve") and module.type not in _PRESERVING:
        yield Finding(mode, f"`preserve` is no mode {module.type.rsplit('.', 1)[-1]} knows")
        return
    if not mode.is_missing or not _creates(module):
        return
    wanted = "0755" if module.at("state").is_("directory") else "0644"
    note = f"existing files get mode {wanted}, too"
    yield Finding(
        module,
        "no `mode`: the file gets what the umask leaves",
        (Intent(f'set `mode` to "{wanted}"', (Set(mode, wanted),), UNSAFE, None, note),),
    )


def _creates(module: Block) -> bool:
    """Whether the call certainly may create something."""
    if module.type == "ansible.builtin.replace":
        return False
    if module.type in _EDITING:
        create = module.at("create")
        return create.is_(True) or (create.is_missing and _EDITING[module.type] and not module.at("state").is_("absent"))
    if module.type == "ansible.builtin.file":
        # without `state` it changes what is there; a recursive call needs a mode for files and one for folders
        return module.at("state").is_(("directory", "touch")) and module.at("recurse").boolean is not True
    return not module.at("state").is_(("absent", "link"))


key_readable = rule(
    "ansible-private-key-readable",
    severity=HIGH,
    cwe=732,
    title="Private key can be read by every user of the host",
    why="Any account, such as that of a web application broken into, can take the key and pose as its owner.",
    references=("https://man.openbsd.org/ssh-keygen.1",),
    tags=("secret",),
    fix_safety="A service that reads the key as another user then needs to own it: set `owner` as well.",
)

_KEY = re.compile(
    r"(?:.*[-_.])?(?:id_(?:rsa|dsa|ecdsa|ed25519)|priv(?:ate)?[-_.]?key.*|privkey.*|ssh_host_[a-z0-9]+_key|key\.pem)"
    r"|.+\.key",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_NAME = 255
_PUBLIC = re.compile(r"\.pub\Z|public|gpg|keyring|apt|rpm|yum|\.asc\Z|trusted|release|archive|repo", re.IGNORECASE)
_WRITERS = frozenset({
    "ansible.builtin.copy", "ansible.builtin.template", "ansible.builtin.file", "community.crypto.openssl_privatekey",
    "ansible.builtin.assemble",
})  # fmt: skip


@key_readable.check(aspect=FilePermission, language="ansible")
def readable_key(permission: FilePermission, project: Project) -> Iterator[Finding]:
    place, block = permission.place, permission.block
    if not isinstance(place, Value) or block.type not in _WRITERS or place.name != "mode":
        return
    if permission.mode is None or not permission.mode & 0o006 or block.at("state").is_(("absent", "directory", "link")):
        return
    path = block.at("path") if "path" in block.arguments else block.at("dest")
    text = path.text if path.text is not None else (path.parts or ("",))[-1] or ""
    name = text.rsplit("/", 1)[-1]
    if len(name) > _LONGEST_NAME or not _KEY.fullmatch(name) or _PUBLIC.search(path.known_text):
        return
    intent = Intent(
        'set `mode` to "0600"', (Set(place, "0600"),), UNSAFE, None, "only the owner can read the key afterwards"
    )
    yield Finding(place, f"every user of the host can read this private key: mode {permission.text}", (intent,))


relative_path = rule(
    "ansible-relative-source-path",
    severity=INFO,
    cwe=23,
    title="Source path climbs out of the role's own folder",
    why="Ansible looks for templates and files by itself; a path that climbs is resolved against another folder when "
    "the task is included from elsewhere, and another file is put on the host.",
    references=("https://docs.ansible.com/ansible/latest/playbook_guide/playbook_pathing.html",),
    aliases=in_ansible("KICS:8d22ae91-6ac1-459f-95be-d37bd373f244", "ansible-lint:no-relative-paths"),
    tags=("hygiene",),
    default=False,
)

_OWN_FOLDERS = {
    "ansible.builtin.copy": "../files/",
    "ansible.windows.win_copy": "../files/",
    "ansible.builtin.template": "../templates/",
    "ansible.windows.win_template": "../templates/",
}


@relative_path.check(ansible="|".join(_OWN_FOLDERS))
def climbing_path(module: Block, project: Project) -> Iterator[Finding]:
    source, prefix = module.at("src"), _OWN_FOLDERS[module.type]
    text = source.text if source.text is not None else (source.parts or ("",))[0] or ""
    if not text.startswith(prefix) or module.at("remote_src").is_(True):
        return
    # in a playbook the path is looked up from the playbook's folder, where there may be no such sub-folder
    in_role = module.document.kind in ("tasks", "handlers") and text.count(prefix) == 1
    intents = (Intent(f"leave `{prefix}` to Ansible", (ReplaceText(source, prefix, ""),)),) if in_role else ()
    yield Finding(source, f"`{prefix}` is resolved against the folder the task is run from", intents)
