"""Putting files together into Projects, and reading them.

PATHs choose what is reported; the Project around them is read regardless: the other files of a
Terraform folder, the variables and roles of an Ansible project.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iaclint.engine.discovery import Candidate
from iaclint.model.block import Document
from iaclint.model.project import Project
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.engine.modules import Library, Store
    from iaclint.evaluate.terraform_inputs import Inputs
    from iaclint.model.builds import Build

Read = Callable[[str], bytes]

_TERRAFORM = ("terraform", "tfvars", "tfjson", "tfvarsjson")
_ALONE = {
    "dockerfile": "dockerfile", "plan": "plan", "terragrunt": "terragrunt", "hcl": "terragrunt", "tftest": "tftest",
    "tftestjson": "tftest",
}  # fmt: skip
"""The kinds of files that are a Group of their own, with its language."""


@dataclass(slots=True)
class Group:
    """Files that are read together.

    language  "terraform", "ansible" or "dockerfile"; "terragrunt", "tftest" and "plan" for single files of Terraform's
    root      the folder as shown
    members   those to be reported on
    context   those only read
    reached   the Groups of modules it may call, directly or not
    included  the Terragrunt files of the run, which a Terragrunt file may include
    """

    language: str
    root: str
    members: list[Candidate] = field(default_factory=list)
    context: list[Candidate] = field(default_factory=list)
    reached: list[Group] = field(default_factory=list)
    included: list[Candidate] = field(default_factory=list)


def group(candidates: Iterable[Candidate], max_size: int) -> list[Group]:
    """The Projects these files belong to, in order, with the files around them up to a size in bytes."""
    groups: dict[tuple[str, str], Group] = {}
    roots: dict[str, str] = {}
    for candidate in candidates:
        folder = os.path.dirname(candidate.path)
        if candidate.kind in _TERRAFORM:
            key = ("terraform", folder)
        elif candidate.kind in _ALONE:
            key = (_ALONE[candidate.kind], candidate.path)
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
    known = {member.absolute for member in one.members}
    shown = os.path.dirname(one.members[0].path)
    return [
        candidate._replace(path=os.path.join(shown, os.path.basename(candidate.absolute)))
        for candidate in terraform_files(os.path.dirname(one.members[0].absolute), max_size)
        if candidate.absolute not in known
    ]


def terraform_files(folder: str, max_size: int) -> list[Candidate]:
    """The files of a Terraform folder up to a size in bytes, in order of their names."""
    from iaclint.engine.filenames import kind_of, superseded

    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    shown = os.path.relpath(folder).replace(os.sep, "/")
    shown = folder if shown.startswith("../") or shown == ".." else "" if shown == "." else shown
    found = []
    passed_over = superseded(names)
    for name in names:
        absolute = os.path.join(folder, name)
        kind = kind_of(name)
        if kind in _TERRAFORM and name not in passed_over and is_readable(absolute, max_size):
            found.append(Candidate(os.path.join(shown, name), absolute, False, kind))
    return found


def is_readable(path: str, max_size: int) -> bool:
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
            if absolute not in known and name.endswith((".yml", ".yaml")) and is_readable(absolute, max_size):
                known.add(absolute)
                shown = os.path.relpath(absolute).replace(os.sep, "/")
                found.append(Candidate(absolute if shown.startswith("../") else shown, absolute, False, "yaml"))
    return found


def parse(source: Source, kind: str) -> Document | None:
    """One file as a Document; None when it is none of ours (YAML that is not Ansible)."""
    if kind == "dockerfile":
        from iaclint.parsers.dockerfile import parse as parse_dockerfile

        return parse_dockerfile(source)
    if kind in ("terragrunt", "hcl"):
        from iaclint.parsers.hcl.terragrunt import parse as parse_terragrunt

        return parse_terragrunt(source)
    if kind in ("tftest", "tftestjson"):
        kind = "tfjson" if kind == "tftestjson" else "terraform"
        document = parse(source, kind)
        if document is not None:
            # read for its syntax: what a test sets up is meant to go away
            document.kind, document.platforms = "test", {"terraform"}
        return document
    if kind in _TERRAFORM:
        purpose = "tfvars" if kind.startswith("tfvars") else "module"
        if kind.endswith("json"):
            from iaclint.parsers.hcl import parse_json

            return parse_json(source, purpose)
        from iaclint.parsers.hcl import parse as parse_hcl

        return parse_hcl(source, purpose)
    from iaclint.parsers.ansible import parse as parse_ansible

    return parse_ansible(source, "config" if kind == "cfg" else "inventory" if kind == "inventory" else None)


def not_text(data: bytes) -> str | None:
    """Why bytes are no text to be read, or None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16: only UTF-8 is read"
    return "is not text: it holds NUL bytes" if b"\0" in data[:8192] else None


def build(
    one: Group,
    documents: Iterable[Document],
    library: Library | None = None,
    given: Inputs | None = None,
    builds: tuple[Build, ...] = (),
) -> Project:
    """The Project, ready to be evaluated; `given` are Terraform's variables from outside, `builds` a Dockerfile's."""
    project = Project(one.root, documents)
    folder = os.path.dirname(one.members[0].absolute) if one.members else ""
    if one.language == "terragrunt":
        from iaclint.evaluate.terragrunt import prepare as prepare_terragrunt

        prepare_terragrunt(project.documents, folder, library)
    elif one.language == "terraform":
        from iaclint.evaluate.terraform import prepare as prepare_terraform

        prepare_terraform(project, folder=folder, library=library, given=given)
    elif one.language == "dockerfile":
        from iaclint.evaluate.dockerfile import prepare as prepare_dockerfile

        project.builds = builds
        prepare_dockerfile(project)
    elif one.language == "ansible":
        from iaclint.evaluate.ansible import prepare as prepare_ansible

        prepare_ansible(project)
    return project


@dataclass(slots=True)
class Reading:
    """A Group as read: its Project, which Documents to walk, and what could not be read.

    reported  the Documents of the Group's own members
    called    Documents of called modules, one of each file for each call that may matter
    paths     the files that findings may stand in
    reached   folders of the modules that were opened
    beside    Documents that values come from and that are walked by themselves
    missing   the sources of called modules that are not at hand
    """

    project: Project
    reported: list[Document]
    errors: list[tuple[str, str]]
    called: list[Document] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    beside: list[Document] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)


def read_group(
    one: Group,
    read: Read,
    overlay: Mapping[str, bytes],
    max_size: int = 2_000_000,
    store: Store | None = None,
    given: Inputs | None = None,
) -> Reading:
    """Parse a Group's files; `overlay` gives newer bytes for some paths (as shown)."""
    texts, errors = _texts(one, read, overlay)
    keeps = store is not None and store.keeps_roots and one.language == "terraform"
    doubtful = _doubtful(store.roots.get(one.root)) if keeps and store is not None else set()
    documents = _kept_or_read(one, texts, store) if keeps and store is not None else []
    if not keeps:
        parsed = [parse(Source(candidate.path, data), candidate.kind) for candidate, data in texts]
        documents = [document for document in parsed if document is not None]
    members = {member.path for member in one.members}
    reported = [document for document in documents if document.path in members]
    documents.sort(key=lambda document: document.path)
    paths = {document.path for document in reported}
    if one.language not in ("terraform", "terragrunt") or not one.members:
        builds = _builds(one, documents, store) if one.language == "dockerfile" else ()
        return Reading(build(one, documents, builds=builds), reported, errors, paths=paths)
    from iaclint.engine.modules import Library, Store

    library = Library(one, read, overlay, max_size, store or Store())
    project = build(one, documents, library, given)
    if doubtful:
        # what was found out when the Values taken over were evaluated
        documents[0].module.state.doubtful |= doubtful
    paths.update(member.path for below in one.reached for member in below.members)
    beside: list[Document] = []
    if one.language == "terragrunt":
        paths.update(file.path for file in one.included)
        called, beside = _deployed(project, documents, library, given)
    else:
        called = _called(documents, paths, bool(one.reached))
        if _has_override(reported):
            # what an override file says stands in the Blocks of the others
            called = [*(document for document in documents if document.path not in paths), *called]
    module = called[0].module if one.language == "terragrunt" and called else documents[0].module if documents else None
    missing = module.state.missing if module is not None else set()
    return Reading(project, reported, [*errors, *library.errors], called, paths, library.reached, beside, missing)


def _texts(
    one: Group, read: Read, overlay: Mapping[str, bytes]
) -> tuple[list[tuple[Candidate, bytes]], list[tuple[str, str]]]:
    """The bytes of a Group's files, and which of its members could not be read, with why."""
    texts: list[tuple[Candidate, bytes]] = []
    errors: list[tuple[str, str]] = []
    for candidate, is_member in [*((one_, True) for one_ in one.members), *((one_, False) for one_ in one.context)]:
        data = overlay.get(candidate.path)
        reason = None
        if data is None:
            try:
                data = read(candidate.absolute)
            except OSError as error:
                reason = f"cannot be read: {error.strerror or error}"
        if data is not None:
            reason = not_text(data)
        if reason is None and data is not None:
            texts.append((candidate, data))
        elif is_member:
            errors.append((candidate.path, reason or ""))
    return texts, errors


def _doubtful(documents: list[Document] | None) -> set[str]:
    module = documents[0].module if documents else None
    return set() if module is None else module.state.doubtful


def _kept_or_read(one: Group, texts: list[tuple[Candidate, bytes]], store: Store) -> list[Document]:
    """A Terraform folder's Documents, those taken over that mean the same as at the last check."""
    from iaclint.engine.reuse import unaffected
    from iaclint.parsers.hcl.overrides import is_override

    before = store.roots.pop(one.root, [])
    if any(is_override(candidate.path) for candidate, _ in texts):
        before = []  # they change Blocks that are written elsewhere
    data_before = {document.path: document.source.data for document in before}
    data_now = {candidate.path: data for candidate, data in texts}
    changed = {path for path in data_before.keys() | data_now.keys() if data_before.get(path) != data_now.get(path)}
    fresh = {candidate.path: _fresh(candidate, data, store) for candidate, data in texts if candidate.path in changed}
    forms = [*before, *(document for document in fresh.values() if document is not None)]
    taken = unaffected(forms, changed) if before else {}
    documents: list[Document] = []
    for candidate, data in texts:
        document = fresh[candidate.path] if candidate.path in fresh else taken.get(candidate.path)
        if document is None and candidate.path not in fresh:
            document = _fresh(candidate, data, store)
        if document is not None:
            documents.append(document)
    store.roots[one.root] = documents
    return documents


def _fresh(candidate: Candidate, data: bytes, store: Store) -> Document | None:
    kept = store.document(candidate.path, candidate.absolute, candidate.kind, data)
    return None if kept is None else kept.copy()


def _builds(one: Group, documents: list[Document], store: Store | None) -> tuple[Build, ...]:
    """How a Dockerfile is built, where that can make a difference to it: it has arguments or several stages."""
    if not documents or not one.members:
        return ()
    document = documents[0]
    stages = sum(block.kind == "stage" for block in document.blocks)
    if stages < 2 and b"ARG" not in document.source.data.upper():
        return ()
    from iaclint.engine.builds import BuildFiles

    if store is None:
        return BuildFiles().builds_of(one.members[0].absolute)
    if store.build_files is None:
        store.build_files = BuildFiles()
    return store.build_files.builds_of(one.members[0].absolute)


def _deployed(
    project: Project, documents: list[Document], library: Library, given: Inputs | None
) -> tuple[list[Document], list[Document]]:
    """The Documents of the module that a Terragrunt file deploys, where it is at hand, and of what it includes."""
    from iaclint.evaluate.terraform import deploy
    from iaclint.evaluate.terragrunt import configuration_of

    configuration = configuration_of(documents[0].module) if documents else None
    found = configuration.unit() if configuration is not None else None
    if configuration is None or found is None or found.source is None:
        return [], []
    opened = library.module(library.root, f"./{found.source}", "")
    if opened is None:
        return [], []
    folder, files = opened
    copies = [document.copy() for document in (*files, *library.variables(folder))]
    deploy(found, project, folder, copies, library, given)
    called = project.called()
    # a file may have been read for several reasons: its Blocks are the same each time
    return called, list({document.path: document for document in configuration.documents_read}.values())


def _called(documents: list[Document], paths: set[str], is_reaching: bool) -> list[Document]:
    """The Documents of called modules that findings may come from: those written in, or called from, reported files."""
    if not documents or documents[0].module is None:
        return []
    if not any(block.kind == "module" for document in documents for block in document.blocks):
        return []
    below = documents[0].module.below(lambda call: is_reaching or call.document.path in paths)
    found: list[Document] = []
    for module in below:
        is_overridden = _has_override(document for document in module.documents if document.path in paths)
        found += (document for document in module.documents if is_overridden or _matters(document, paths))
    return found


def _has_override(documents: Iterable[Document]) -> bool:
    from iaclint.parsers.hcl.overrides import is_override

    return any(is_override(document.path) for document in documents)


def _matters(document: Document, paths: set[str]) -> bool:
    above: Document | None = document
    while above is not None:
        if above.path in paths:
            return True
        above = above.caller.document if above.caller is not None else None
    return False
