"""Putting files together into Projects, and reading them.

PATHs choose what is reported; the Project around them is read regardless: the other files of a
Terraform folder, the variables and roles of an Ansible project.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from iaclint.engine.discovery import Candidate
from iaclint.model.block import Document
from iaclint.model.project import Project
from iaclint.source import Source

Read = Callable[[str], bytes]

_TERRAFORM = ("terraform", "tfvars", "tfjson", "tfvarsjson")


@dataclass(slots=True)
class Group:
    """Files that are read together.

    language  "terraform", "ansible" or "dockerfile"
    root      the folder as shown
    members   those to be reported on
    context   those only read
    """

    language: str
    root: str
    members: list[Candidate] = field(default_factory=list)
    context: list[Candidate] = field(default_factory=list)


def group(candidates: Iterable[Candidate], max_size: int) -> list[Group]:
    """The Projects these files belong to, in order, with the files around them up to a size in bytes."""
    groups: dict[tuple[str, str], Group] = {}
    roots: dict[str, str] = {}
    for candidate in candidates:
        folder = os.path.dirname(candidate.path)
        if candidate.kind in _TERRAFORM:
            key = ("terraform", folder)
        elif candidate.kind == "dockerfile":
            key = ("dockerfile", candidate.path)
        else:
            folder = os.path.dirname(candidate.absolute)
            if folder not in roots:
                from iaclint.parsers.ansible import project_root

                roots[folder] = project_root(candidate.absolute)
            key = ("ansible", roots[folder])
        one = groups.get(key)
        if one is None:
            one = groups[key] = Group(*key)
        one.members.append(candidate)
    for one in groups.values():
        if one.language == "terraform":
            one.context = _terraform_context(one, max_size)
        elif one.language == "ansible":
            one.context = _ansible_context(one, max_size)
    return list(groups.values())


def _terraform_context(one: Group, max_size: int) -> list[Candidate]:
    from iaclint.engine.filenames import kind_of

    folder = os.path.dirname(one.members[0].absolute)
    known = {member.absolute for member in one.members}
    found = []
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    for name in names:
        absolute = os.path.join(folder, name)
        kind = kind_of(name)
        if kind in _TERRAFORM and absolute not in known and _is_readable(absolute, max_size):
            found.append(Candidate(os.path.join(os.path.dirname(one.members[0].path), name), absolute, False, kind))
    return found


def _is_readable(path: str, max_size: int) -> bool:
    """Whether it is a plain file (or a link to one) of a size that may be read."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= max_size


def _ansible_context(one: Group, max_size: int) -> list[Candidate]:
    """Variable files that Ansible would read whatever playbook is run, for members near them."""
    known = {member.absolute for member in one.members}
    folders: dict[str, None] = {}
    for member in one.members:
        folder = os.path.dirname(member.absolute)
        folders.setdefault(os.path.join(folder, "group_vars"))
        if os.path.basename(folder) in ("tasks", "handlers", "vars", "defaults"):
            role = os.path.dirname(folder)
            folders.setdefault(os.path.join(role, "defaults"))
            folders.setdefault(os.path.join(role, "vars"))
    folders.setdefault(os.path.join(one.root, "group_vars"))
    found = []
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            absolute = os.path.join(folder, name)
            if absolute not in known and name.endswith((".yml", ".yaml")) and _is_readable(absolute, max_size):
                known.add(absolute)
                shown = os.path.relpath(absolute).replace(os.sep, "/")
                found.append(Candidate(absolute if shown.startswith("../") else shown, absolute, False, "yaml"))
    return found


def parse(source: Source, kind: str) -> Document | None:
    """One file as a Document; None when it is none of ours (YAML that is not Ansible)."""
    if kind == "dockerfile":
        from iaclint.parsers.dockerfile import parse as parse_dockerfile

        return parse_dockerfile(source)
    if kind in _TERRAFORM:
        purpose = "tfvars" if kind.startswith("tfvars") else "module"
        if kind.endswith("json"):
            from iaclint.parsers.hcl import parse_json

            return parse_json(source, purpose)
        from iaclint.parsers.hcl import parse as parse_hcl

        return parse_hcl(source, purpose)
    from iaclint.parsers.ansible import parse as parse_ansible

    return parse_ansible(source, "config" if kind == "cfg" else "inventory" if kind == "inventory" else None)


def _not_text(data: bytes) -> str | None:
    """Why bytes are no text to be read, or None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16: only UTF-8 is read"
    return "is not text: it holds NUL bytes" if b"\0" in data[:8192] else None


def build(one: Group, documents: Iterable[Document]) -> Project:
    """The Project, ready to be evaluated."""
    project = Project(one.root, documents)
    if one.language == "terraform":
        from iaclint.evaluate.terraform import prepare as prepare_terraform

        prepare_terraform(project)
    elif one.language == "dockerfile":
        from iaclint.evaluate.dockerfile import prepare as prepare_dockerfile

        prepare_dockerfile(project)
    else:
        from iaclint.evaluate.ansible import prepare as prepare_ansible

        prepare_ansible(project)
    return project


@dataclass(slots=True)
class Reading:
    """A Group as read: its Project, which Documents to report on, and what could not be read."""

    project: Project
    reported: list[Document]
    errors: list[tuple[str, str]]


def read_group(one: Group, read: Read, overlay: Mapping[str, bytes]) -> Reading:
    """Parse a Group's files; `overlay` gives newer bytes for some paths (as shown)."""
    documents: list[Document] = []
    reported: list[Document] = []
    errors: list[tuple[str, str]] = []
    for candidate, is_member in [*((one_, True) for one_ in one.members), *((one_, False) for one_ in one.context)]:
        data = overlay.get(candidate.path)
        if data is None:
            try:
                data = read(candidate.absolute)
            except OSError as error:
                if is_member:
                    errors.append((candidate.path, f"cannot be read: {error.strerror or error}"))
                continue
        reason = _not_text(data)
        if reason is not None:
            if is_member:
                errors.append((candidate.path, reason))
            continue
        document = parse(Source(candidate.path, data), candidate.kind)
        if document is None:
            continue
        documents.append(document)
        if is_member:
            reported.append(document)
    documents.sort(key=lambda document: document.path)
    return Reading(build(one, documents), reported, errors)
