"""Walking a Project: every check sees the Blocks, Aspects and Documents it asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from iaclint.aspects import Extract
from iaclint.engine.registry import Dispatch, Selection
from iaclint.model.block import Block, Document
from iaclint.model.finding import Finding, Related, block_of, place_of
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules.rule import Check, Rule, block_key

Failure = Callable[[Rule, Document, Exception], None]
"""Told when a check crashes; the run goes on without it."""


def check_project(
    project: Project,
    reported: Iterable[Document],
    dispatch_for: Callable[[str], Dispatch],
    selection: Selection,
    failed: Failure,
) -> list[Finding]:
    """All findings in the Documents to be reported, in order, each once."""
    wanted = list(reported)
    paths = {document.path for document in wanted}
    findings: list[Finding] = []
    for document in wanted:
        for rule, check, subject in _subjects(document, dispatch_for(document.language), failed):
            try:
                for finding in check.run(subject, project):
                    _settle(finding, rule)
                    if finding.path in paths and selection.keeps(rule, finding.aliases):
                        findings.append(finding)
            except Exception as error:  # the one place where our own fault is caught
                failed(rule, document, error)
    return _number(findings)


def _subjects(document: Document, dispatch: Dispatch, failed: Failure) -> Iterator[tuple[Rule, Check, object]]:
    for rule, check in dispatch.documents:
        yield rule, check, document
    extractors = _extractors(document.language, dispatch)
    # rules subscribe to top-level blocks in Terraform; opening the nested ones would cost time for nothing
    for block in _existing(document) if document.language == "terraform" else document.walk():
        for rule, check in dispatch.wanting(block_key(block)):
            yield rule, check, block
        for aspect, types, extract in extractors:
            if types is not None and block.type not in types:
                continue
            try:
                subjects = list(extract(block))
            except Exception as error:
                failed(dispatch.aspects[aspect][0][0], document, error)
                continue
            for subject in subjects:
                for rule, check in dispatch.aspects[aspect]:
                    yield rule, check, subject


def _existing(document: Document) -> Iterator[Block]:
    """The top-level Blocks but for those with no instance (`count = 0`)."""
    from iaclint.evaluate.terraform import is_absent

    return (block for block in document.blocks if not is_absent(block))


def _extractors(language: str, dispatch: Dispatch) -> list[tuple[type, frozenset[str] | None, Extract]]:
    from iaclint.aspects import extractor

    found = []
    for aspect in dispatch.aspects:
        extract = extractor(aspect, language)
        if extract is not None:
            found.append((aspect, *extract))
    return found


def _settle(finding: Finding, rule: Rule) -> None:
    """Fill in the plain data reporters see."""
    document, span = place_of(finding.place)
    source = document.source
    block = block_of(finding.place)
    finding.rule = rule
    finding.path = document.path
    finding.language = document.language
    finding.span = span
    finding.start = source.position(span.start)
    finding.end = source.position(span.end)
    finding.resource = block.address if block is not None else ""
    facets: dict[str, object] = {"language": document.language}
    if block is not None:
        addressable = block
        while not addressable.is_addressable and addressable.kind != "module" and addressable.parent is not None:
            addressable = addressable.parent
        facets["type"] = addressable.type
        facets["kind"] = addressable.kind
    facets.update(finding.facets)
    finding.facets = facets
    finding.aliases = tuple(dict.fromkeys(one.id for one in rule.aliases if one.holds(facets)))
    finding.repairs = tuple(
        (intent.title, tuple((one.name, one.hint) for one in intent.needed())) for intent in finding.intents
    )
    related = []
    for place, message in finding.also:
        other, where = place_of(place)
        related.append(
            Related(other.path, other.source.position(where.start), other.source.position(where.end), message)
        )
    if isinstance(finding.place, Value) and finding.place.origin is not None:
        value = finding.place.source_value
        other, where = place_of(value)
        if (other.path, where) != (finding.path, span):
            start, end = other.source.position(where.start), other.source.position(where.end)
            related.append(Related(other.path, start, end, "the value is written here"))
    finding.related = tuple(related)


def _number(findings: list[Finding]) -> list[Finding]:
    """Sort, drop what several checks of a rule say of one place, and give fingerprints."""
    unique: dict[tuple[str, str, int, int], Finding] = {}
    for finding in sorted(findings, key=Finding.sort_key):
        key = (finding.rule.name, finding.path, finding.span.start, finding.span.end)
        first = unique.setdefault(key, finding)
        if first is not finding:
            first.aliases = tuple(dict.fromkeys((*first.aliases, *finding.aliases)))
    ordinals: Counter[tuple[str, str, str]] = Counter()
    for finding in unique.values():
        path = finding.place.argument_path if isinstance(finding.place, Value) else ""
        identity = (finding.rule.name, finding.resource, path)
        ordinals[identity] += 1
        finding.identity = (*identity, str(ordinals[identity]))
    return list(unique.values())
