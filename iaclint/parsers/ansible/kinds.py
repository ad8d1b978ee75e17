"""Which files are Ansible's, and what they are in it: by their path first, then by what they hold."""

from __future__ import annotations

import re

from iaclint.facts import ansible as facts
from iaclint.parsers.ansible.keywords import IMPORT_PLAYBOOK, PLAY, TASK_LISTS, is_task_keyword
from iaclint.parsers.yaml import YamlFile, YamlNode

VAULT_MARK = b"$ANSIBLE_VAULT;"

_NEVER_FOLDERS = frozenset(
    {".git", ".github", ".gitlab", ".gitlab-ci", ".circleci", ".tekton", "node_modules", "templates", "changelogs",
     ".azuredevops", ".azure-pipelines", ".tox", ".venv"}
)  # fmt: skip
_NEVER_NAMES = frozenset({
    "galaxy", "molecule", "docker-compose", "compose", "mkdocs", ".pre-commit-config", ".yamllint",
    ".ansible-lint", ".gitlab-ci", ".travis", "azure-pipelines", "cloudbuild", "appveyor", "dependabot",
    "renovate", "codecov", ".codecov", "values", "chart", "kustomization",
})  # fmt: skip
_META_NAMES = frozenset({"main", "runtime", "argument_specs", "execution-environment"})
_INVENTORY_NAMES = frozenset({"hosts", "inventory"})
_GROUP_FOLDERS = ("group_vars", "host_vars")


def is_candidate(path: str) -> bool:
    """Whether a file of this path may be Ansible's at all; costs no reading."""
    folders, stem, extension = _split(path)
    if f"{stem}{extension}" in ("ansible.cfg", ".ansible.cfg"):
        return True
    if _NEVER_FOLDERS.intersection(folders):
        return False
    if extension in (".yml", ".yaml"):
        return not (
            stem.lower() in _NEVER_NAMES
            or stem.startswith("docker-compose")
            or (stem in _META_NAMES and folders[-1:] == ["meta"])
        )
    if any(one in folders for one in _GROUP_FOLDERS):
        return extension == ""
    return extension in ("", ".ini") and _is_inventory_path(folders, stem)


_FIRST_LINE = re.compile(rb"^(?!---|%|\.\.\.)[ \t]*([^\s#])", re.MULTILINE)


def may_be_ours(path: str, data: bytes) -> bool:
    """Whether reading the YAML is worth it, told by the path and the first line that says anything.

    A map is Ansible's only in certain places, so most other YAML of a repository is never parsed.
    """
    first = _FIRST_LINE.search(data)
    if first is None or first[1] in (b"-", b"[", b"{"):
        return True
    folders, stem, _ = _split(path)
    return (
        stem in ("requirements", "vars")
        or any(one in folders for one in _GROUP_FOLDERS)
        or _is_inventory_path(folders, stem)
        or folders[-1:] in (["vars"], ["defaults"])
        or folders[-2:] in (["defaults", "main"], ["vars", "main"])
    )


def classify(path: str, head: YamlFile | None) -> str | None:
    """A file's kind, or None where it is not Ansible's. `head` is its YAML; None for a file that is not YAML."""
    if not is_candidate(path):
        return None
    folders, stem, extension = _split(path)
    if extension == ".cfg":
        return "config"
    if extension == ".ini" or (extension == "" and not any(one in folders for one in _GROUP_FOLDERS)):
        return "inventory"
    if head is None:
        return None
    root = head.documents[0] if head.documents else None
    if root is None:
        return None if head.problems else _kind_of_empty(folders)
    if root.kind == "sequence":
        return _kind_of_list(folders, stem, root)
    return _kind_of_mapping(folders, stem, root) if root.kind == "mapping" else None


def kind_of_vault(path: str) -> str | None:
    """The kind of an encrypted file: its content cannot be asked."""
    return "vars" if is_candidate(path) else None


def _split(path: str) -> tuple[list[str], str, str]:
    folders = path.replace("\\", "/").split("/")
    name = folders.pop()
    stem, dot, extension = name.rpartition(".")
    return ([one for one in folders if one not in ("", ".")], stem, f".{extension}") if dot and stem else (
        [one for one in folders if one not in ("", ".")], name, "")  # fmt: skip


def _is_inventory_path(folders: list[str], stem: str) -> bool:
    if folders[-1:] in (["files"], ["etc"]):
        return False
    return stem in _INVENTORY_NAMES or any(one.startswith("inventor") for one in folders)


def _kind_of_empty(folders: list[str]) -> str | None:
    if any(one in folders for one in _GROUP_FOLDERS):
        return "vars"
    if "roles" not in folders:
        return None
    return {"tasks": "tasks", "handlers": "handlers", "vars": "vars", "defaults": "vars"}.get(folders[-1])


def _kind_of_list(folders: list[str], stem: str, root: YamlNode) -> str | None:
    items = [item.resolved() for item in root.items]
    if stem == "requirements":
        return "requirements" if all(item.kind in ("mapping", "scalar") for item in items) else None
    if any(item.kind != "mapping" for item in items):
        return None
    keys = [_keys(item) for item in items]
    if keys and all("hosts" in one or one & IMPORT_PLAYBOOK or _is_play_without_hosts(one) for one in keys):
        return "playbook"
    if "handlers" in folders or "tasks" in folders:
        if "files" in folders[-1:] or (keys and any("apiVersion" in one for one in keys)):
            return None
        return "handlers" if "handlers" in folders else "tasks"
    if items and any("hosts" in one for one in keys) and all("hosts" in one or "include" in one for one in keys):
        return "playbook"
    if items and all(map(_is_task, keys)):
        return "handlers" if stem == "handlers" else "tasks"
    return None


def _is_play_without_hosts(keys: set[str]) -> bool:
    """Whether keys are a play's of which `hosts` was forgotten, or left to whoever copies it."""
    return "tasks" in keys and keys <= PLAY.union(TASK_LISTS)


def _keys(node: YamlNode) -> set[str]:
    return {key.value for key, _ in node.pairs if key.kind == "scalar"}


def _is_task(keys: set[str]) -> bool:
    """Whether keys are a task's for certain: a module, and nothing that is neither it nor a keyword."""
    others = [key for key in keys if not is_task_keyword(key) and key != "<<"]
    if not others:
        return bool(keys & {"block", "action", "local_action"})
    return len(others) == 1 and (facts.is_module(others[0]) or others[0].count(".") == 2)


def _kind_of_mapping(folders: list[str], stem: str, root: YamlNode) -> str | None:
    keys = _keys(root)
    if {"apiVersion", "kind"} <= keys:
        return None
    if any(one in folders for one in _GROUP_FOLDERS):
        return "vars"
    if stem == "requirements":
        lists = [root.get(name) for name in ("roles", "collections")]
        return "requirements" if any(one is not None and one.resolved().kind == "sequence" for one in lists) else None
    if _is_inventory_path(folders, stem) and _is_inventory(root):
        return "inventory"
    if "services" in keys and keys <= {"services", "version", "volumes", "networks", "name", "configs", "secrets"}:
        return None
    if folders[-1:] in (["vars"], ["defaults"]) or folders[-2:] in (["defaults", "main"], ["vars", "main"]):
        return "vars"
    return "vars" if stem == "vars" and "services" not in keys else None


_PLUGIN = re.compile(r"[\w.]+\Z")


def _is_inventory(root: YamlNode) -> bool:
    plugin = root.get("plugin")
    if plugin is not None and plugin.kind == "scalar" and _PLUGIN.match(plugin.value):
        return True
    groups = [value.resolved() for _, value in root.pairs]
    return bool(groups) and all(
        (group.kind == "scalar" and not group.value)
        or (group.kind == "mapping" and _keys(group) <= {"hosts", "children", "vars"})
        for group in groups
    )
