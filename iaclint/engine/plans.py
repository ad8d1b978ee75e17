"""Checking a plan: its resources are judged, and what is wrong is shown where it is written, if the source is at hand.

The source is the Terraform folder that the plan lies in, or the one above where its own has no Terraform files. A
finding stands at the argument of the source, with the plan as a related place, and can be repaired there; the plan
itself is never edited. What is not in the source, or says otherwise there by now, stands in the plan.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from iaclint.engine.checking import Checked, read_file
from iaclint.engine.discovery import Candidate
from iaclint.engine.projects import Group, not_text, read_group, terraform_files
from iaclint.engine.registry import load_for
from iaclint.engine.walk import check_project, number, settle
from iaclint.model.block import Argument, Block, Document
from iaclint.model.finding import Finding, Place, block_of
from iaclint.model.intent import NewBlock
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.plan import read
from iaclint.parsers.plan.trace import Trace, Traced
from iaclint.source import Source

if TYPE_CHECKING:
    from iaclint.engine.checking import Checker
    from iaclint.parsers.plan.document import Plan
    from iaclint.rules.rule import Rule

_OF_THE_FILE = "syntax-error"
_SECRET = "secret"


def check(
    checker: Checker,
    group: Group,
    overlay: Mapping[str, bytes],
    *,
    want_fixes: bool = False,
    edited: Mapping[str, bytes] | None = None,
) -> Checked:
    """Check the plan of a Group of language "plan".

    edited   the bytes that files of the source had when this run began, of those that it has changed since
    """
    (candidate,) = group.members
    checked = Checked()
    plan = _read_plan(candidate, overlay, checked)
    if plan is None:
        return checked
    source = _Written(checker, candidate, overlay)
    before = source.before(overlay, edited or {})
    plan.origin = source.trace.origin
    load_for(plan.root.platforms)
    findings = check_project(
        Project(group.root, plan.documents), plan.documents, {candidate.path, *source.documents}, checker._dispatch,
        checker.selection, _failure(checked),
    )  # fmt: skip
    judged = list(_judged(findings, source, before))
    used = {finding.path for finding in judged} & source.documents.keys()
    documents = [document for document in source.all_documents if document.path in used]
    kept, checked.suppressed = checker._suppress(number(judged), [plan.root, *documents])
    checked.findings = kept
    checked.files = {candidate.path}
    checked.data = {candidate.path: plan.source.data}
    if candidate.path not in overlay:
        # from standard input only what comes from there may be changed
        checked.data.update({path: source.documents[path].source.data for path in used})
    else:
        for finding in kept:
            finding.is_open_to_repair = False
    # for whoever writes the fixes
    group.context = [Candidate(path, os.path.abspath(path), False, "terraform") for path in sorted(source.documents)]
    noted = {finding.path for finding in kept} | {finding.path for finding, _ in checked.suppressed}
    noted |= {one.path for finding in kept for one in finding.related}
    checked.sources = {path: source.documents[path].source for path in noted & source.documents.keys()}
    if candidate.path in noted:
        from iaclint.engine.plan_secrets import without_secrets

        checked.sources[candidate.path] = without_secrets(plan)
    if want_fixes:
        for finding in checked.findings:
            finding.fixes = checker.fixes_of(finding)
    return checked


def _read_plan(candidate: Candidate, overlay: Mapping[str, bytes], checked: Checked) -> Plan | None:
    data = overlay.get(candidate.path)
    try:
        data = read_file(candidate.absolute) if data is None else data
    except OSError as error:
        checked.errors.append((candidate.path, f"cannot be read: {error.strerror or error}"))
        return None
    reason = not_text(data)
    if reason is not None:
        checked.errors.append((candidate.path, reason))
        return None
    return read(Source(candidate.path, data))


def _failure(checked: Checked) -> Callable[[Rule, Document, Exception], None]:
    crashed: set[tuple[str, str]] = set()

    def failed(rule: Rule, document: Document, error: Exception) -> None:
        if (rule.name, document.path) not in crashed:
            crashed.add((rule.name, document.path))
            if os.environ.get("IACLINT_DEBUG"):
                raise error
            # the text of an exception may quote the file, so only its kind is told
            checked.errors.append((document.path, f"rule {rule.name} crashed: {type(error).__name__}"))

    return failed


# --- the source ---------------------------------------------------------------------


class _Written:
    """The source of a plan, as far as it is at hand.

    documents   path -> one Document of each file, modules included
    """

    def __init__(self, checker: Checker, candidate: Candidate, overlay: Mapping[str, bytes]) -> None:
        self._checker, self._files = checker, _source_files(candidate, checker.config.max_file_size)
        self.all_documents = self._read(overlay)
        self.documents: dict[str, Document] = {}
        for document in self.all_documents:
            self.documents.setdefault(document.path, document)
        self.trace = _trace(self.all_documents)

    def _read(self, overlay: Mapping[str, bytes]) -> list[Document]:
        if not self._files:
            return []
        root = os.path.dirname(self._files[0].path)
        group = Group("terraform", root, members=list(self._files))
        one = self._checker
        reading = read_group(group, read_file, overlay, one.config.max_file_size, one._store, one.inputs)
        return reading.project.all_documents

    def before(self, overlay: Mapping[str, bytes], edited: Mapping[str, bytes]) -> Before | None:
        """The source as it was when the run began; None where it has not changed since."""
        old: dict[str, bytes] = {}
        for path, document in self.documents.items():
            data = edited.get(path)
            if data is None and path in overlay:
                try:
                    data = read_file(os.path.abspath(path))
                except OSError:
                    continue
            if data is not None and data != document.source.data:
                old[path] = data
        return Before(self._read({**overlay, **old})) if old else None


class Before:
    """The source before it was changed."""

    def __init__(self, documents: list[Document]) -> None:
        self.trace = _trace(documents)
        self.count = _counted(documents)


def _trace(documents: list[Document]) -> Trace:
    from iaclint.evaluate.terraform import document_value

    return Trace(documents, document_value)


def _counted(documents: Iterable[Document]) -> dict[str, int]:
    found: dict[str, int] = {}
    for document in documents:
        for block in document.blocks:
            if block.kind == "resource":
                found[block.type] = found.get(block.type, 0) + 1
    return found


def _source_files(candidate: Candidate, max_size: int) -> list[Candidate]:
    folder = os.path.dirname(candidate.absolute)
    for one in (folder, os.path.dirname(folder)):
        files = terraform_files(one, max_size)
        if any(file.kind in ("terraform", "tfjson") for file in files):
            return files
    return []


# --- findings -----------------------------------------------------------------------


def _judged(findings: Iterable[Finding], source: _Written, before: Before | None) -> Iterator[Finding]:
    counts = _counted(source.all_documents) if before is not None else {}
    for finding in findings:
        if not _is_about_resources(finding):
            continue
        if before is not None and _is_overtaken(finding, source.trace, before, counts):
            continue
        traced = _traced(finding.place, source.trace)
        if traced is None:
            yield _in_plan(finding)
        elif traced.contradicts:
            yield _in_plan(finding, traced)
        else:
            yield _in_source(finding, traced, source.trace)


def _is_about_resources(finding: Finding) -> bool:
    """Whether it is about what a plan is judged for.

    Text is not searched: the same token would be found wherever the plan repeats it. And a secret counts only where
    the configuration writes it down; that it stands in the plan is how plans are.
    """
    place = finding.place
    if isinstance(place, tuple) and isinstance(place[0], Document):
        return finding.rule.name == _OF_THE_FILE
    if _SECRET in finding.rule.tags:
        return isinstance(place, Value) and _is_written_down(place)
    return True


def _is_written_down(value: Value) -> bool:
    from iaclint.parsers.plan.blocks import Field
    from iaclint.parsers.plan.configuration import is_constant

    while isinstance(value.holder, Value):
        value = value.holder
    argument = value.holder.arguments.get(value.name) if isinstance(value.holder, Block) else None
    return argument is not None and isinstance(argument.expression, Field) and is_constant(argument.expression.written)


def _traced(place: Place, trace: Trace) -> Traced | None:
    if isinstance(place, Value | Block | Argument):
        return trace.node(place)
    block = block_of(place)
    found = trace.node(block) if block is not None else None
    return found._replace(is_exact=False) if found is not None else None


def _in_plan(finding: Finding, said: Traced | None = None) -> Finding:
    """A finding that stays in the plan: what is written for it (if anything) says otherwise."""
    if said is not None:
        finding.also = (*finding.also, (said.node, "the source says otherwise: the plan is older, or it is ignored"))
    settle(finding, finding.rule)
    block = block_of(finding.place)
    if block is not None:
        finding.resource, finding.instances = block.instance_address, ()
    finding.intents, finding.is_open_to_repair = (), False
    return finding


def _in_source(finding: Finding, traced: Traced, trace: Trace) -> Finding:
    block = block_of(finding.place)
    address = block.instance_address if block is not None else ""
    is_repeated = address.endswith("]") or "]." in address
    intents = [trace.intent(intent, is_repeated) for intent in finding.intents] if traced.is_exact else []
    moved = Finding(
        traced.node, finding.message, tuple(one for one in intents if one is not None), finding.facets,
        (*((_moved(place, trace), text) for place, text in finding.also), (finding.place, "this is what is planned")),
    )  # fmt: skip
    settle(moved, finding.rule)
    moved.instances = (address,) if block is not None and address != block.address else ()
    if not moved.intents:
        # what could be done is told, but by nobody done
        moved.repairs, moved.is_open_to_repair = finding.repairs, False
    return moved


def _moved(place: Place, trace: Trace) -> Place:
    traced = _traced(place, trace)
    return place if traced is None else traced.node


def _is_overtaken(finding: Finding, now: Trace, before: Before, counts: Mapping[str, int]) -> bool:
    """Whether the run has changed what the finding is about, so that the plan says nothing of it any more."""
    for intent in finding.intents:
        for step in intent.steps:
            if isinstance(step, NewBlock) and counts.get(step.type, 0) > before.count.get(step.type, 0):
                return True
    return _text_at(finding.place, now) != _text_at(finding.place, before.trace)


def _text_at(place: Place, trace: Trace) -> str | None:
    traced = _traced(place, trace)
    if traced is None:
        return None
    node = traced.node
    if isinstance(node, Value) and node.is_missing and node.name_span is None:
        return ""
    return node.document.source.slice(node.span)


__all__ = ["check"]
