"""Walking a Project: every check sees the Blocks, Aspects and Documents it asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator

from iaclint.aspects import Extract
from iaclint.engine.registry import Dispatch, Selection
from iaclint.model.block import Block, Document
from iaclint.model.finding import Finding, Place, Related, block_of, place_of
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules.rule import Check, Rule, block_key
from iaclint.source import Span

MAX_RELATED = 12
"""How many other places a finding may name."""

Failure = Callable[[Rule, Document, Exception], None]
"""Told when a check crashes; the run goes on without it."""


def check_project(
    project: Project,
    walked: Iterable[Document],
    paths: Container[str],
    dispatch_for: Callable[[str], Dispatch],
    selection: Selection,
    failed: Failure,
) -> list[Finding]:
    """All findings in these Documents that stand in files of these paths; `number` puts them in order."""
    findings: list[Finding] = []
    for document in walked:
        for rule, check, subject in _subjects(document, dispatch_for(document.language), failed):
            try:
                for finding in check.run(subject, project):
                    settle(finding, rule)
                    if finding.path in paths and selection.keeps(rule, finding.aliases):
                        findings.append(finding)
            except Exception as error:  # the one place where our own fault is caught
                failed(rule, document, error)
    return findings


def _subjects(document: Document, dispatch: Dispatch, failed: Failure) -> Iterator[tuple[Rule, Check, object]]:
    for rule, check in dispatch.documents:
        yield rule, check, document
    if document.kind == "test":
        return
    extractors = _extractors(document.language, dispatch)
    # rules subscribe to top-level blocks in Terraform; opening the nested ones would cost time for nothing
    for written in document.blocks if document.language == "terraform" else document.walk():
        checks = dispatch.wanting(block_key(written))
        wanted = [one for one in extractors if one[1] is None or written.type in one[1]]
        if not checks and not wanted:
            continue
        # how many instances there are costs an evaluation: not for what only might be of interest
        is_certain = bool(checks) or any(types is not None for _, types, _ in wanted)
        first = None if is_certain else _extracted(written, wanted, dispatch, failed)
        if first is not None and not any(subjects for _, subjects in first):
            continue
        for block in document.instances(written):
            for rule, check in checks:
                yield rule, check, block
            is_same = first is not None and block is written
            for aspect, subjects in first if is_same and first else _extracted(block, wanted, dispatch, failed):
                for subject in subjects:
                    for rule, check in dispatch.aspects[aspect]:
                        yield rule, check, subject


def _extracted(
    block: Block, wanted: list[tuple[type, frozenset[str] | None, Extract]], dispatch: Dispatch, failed: Failure
) -> list[tuple[type, list[object]]]:
    """What each extractor finds in a Block."""
    found: list[tuple[type, list[object]]] = []
    for aspect, _, extract in wanted:
        try:
            found.append((aspect, list(extract(block))))
        except Exception as error:
            failed(dispatch.aspects[aspect][0][0], block.document, error)
    return found


def _extractors(language: str, dispatch: Dispatch) -> list[tuple[type, frozenset[str] | None, Extract]]:
    from iaclint.aspects import extractor

    found = []
    for aspect in dispatch.aspects:
        extract = extractor(aspect, language)
        if extract is not None:
            found.append((aspect, *extract))
    return found


def settle(finding: Finding, rule: Rule) -> None:
    """Fill in the plain data reporters see."""
    block = block_of(finding.place)
    finding.rule = rule
    _locate(finding, block)
    finding.language = (block.document if block is not None else place_of(finding.place)[0]).language
    facets: dict[str, object] = {"language": finding.language}
    if block is not None:
        addressable = block
        while not addressable.is_addressable and addressable.kind != "module" and addressable.parent is not None:
            addressable = addressable.parent
        # a call of a registry module is told by its source, as when it was found
        facets["type"] = block_key(addressable) if addressable.kind == "module" else addressable.type
        facets["kind"] = addressable.kind
    facets.update(finding.facets)
    finding.facets = facets
    code = [str(facets["code"])] if rule.codes and "code" in facets else []
    finding.aliases = tuple(dict.fromkeys([*code, *(one.id for one in rule.aliases if one.holds(facets))]))
    finding.repairs = tuple(
        (intent.title, tuple((one.name, one.hint) for one in intent.needed())) for intent in finding.intents
    )
    document = place_of(finding.place)[0]
    if document.language == "terraform" and document.module is not None and document.module.root.given:
        from iaclint.engine.concealment import conceal

        conceal(finding)


def _locate(finding: Finding, block: Block | None) -> None:
    """Where it is shown: at its place, or at the call of the module when the value is written there."""
    document, span = place_of(finding.place)
    call = _call_argument(finding.place)
    related = [_related(place, message) for place, message in finding.also]
    if block is not None:
        instance = block.instance_address
        if instance != block.address:
            finding.instances = (instance,)
    if call is not None and block is not None:
        finding.used_at = (document.path, span)
        finding.resource = block.full_address
        related.append(_related((document, span), f"this is where {block.full_address} uses it"))
        document, span = place_of(call)
    else:
        finding.resource = block.address if block is not None else ""
        related += [_related(one, f"module.{one.name} is called here") for one in _calls(document)]
    source = document.source
    finding.path, finding.span = document.path, span
    finding.start, finding.end = source.position(span.start), source.position(span.end)
    if isinstance(finding.place, Value) and finding.place.origin is not None:
        related += _way(finding.place, {(document.path, span), *([finding.used_at] if finding.used_at else [])})
    finding.related = tuple(related)


def _way(place: Value, told: set[tuple[str, Span]]) -> Iterator[Related]:
    """The places a Value came through, to where it is written."""
    trail = place.trail
    for value in trail:
        document, where = place_of(value)
        is_last = value is trail[-1]
        if (document.path, where) in told or document.kind == "input":
            continue
        if not is_last and not isinstance(value.holder, Block):
            continue  # a part of an expression is told by the whole of it
        told.add((document.path, where))
        yield _related(value, "the value is written here" if is_last else f"passed on here by `{value.name}`")


def _related(place: Place, message: str) -> Related:
    document, span = place_of(place)
    return Related(document.path, document.source.position(span.start), document.source.position(span.end), message)


def _call_argument(place: Place) -> Value | None:
    """The part of a module call's arguments that a Value within the module comes from; the outermost one."""
    if not isinstance(place, Value) or place.origin is None:
        return None
    found = None
    for value in place.trail:
        block = value.block
        if block is not None and block.kind in ("module", "terragrunt") and block.language == "terraform":
            is_own = block.document.module is place.document.module
            found = found if is_own else value
    return found


def _calls(document: Document) -> Iterator[Block]:
    while document.caller is not None:
        yield document.caller
        document = document.caller.document


def number(findings: Iterable[Finding]) -> list[Finding]:
    """Sort, fold what is said of one place several times into one, and give fingerprints."""
    folded = fold(findings)
    identify(folded)
    return folded


def fold(findings: Iterable[Finding]) -> list[Finding]:
    """In order, what is said of one place several times as one."""
    unique: dict[tuple[str, str, int, int], Finding] = {}
    instances: dict[tuple[str, str, int, int], set[str]] = {}
    for finding in sorted(findings, key=Finding.sort_key):
        key = (finding.rule.name, finding.path, finding.span.start, finding.span.end)
        first = unique.setdefault(key, finding)
        if first is not finding:
            if not first.intents and finding.intents:
                first.intents, first.repairs, first.fixes = finding.intents, finding.repairs, finding.fixes
                first.is_open_to_repair = finding.is_open_to_repair
            first.aliases = tuple(dict.fromkeys((*first.aliases, *finding.aliases)))
            instances.setdefault(key, {*first.instances}).update(finding.instances)
            if len(first.related) < MAX_RELATED:
                first.related = tuple(dict.fromkeys((*first.related, *finding.related)))[:MAX_RELATED]
    for key, names in instances.items():
        unique[key].instances = tuple(sorted(names))
    return list(unique.values())


def identify(findings: Iterable[Finding]) -> None:
    """Give each finding its identity: by its number among those of the same rule, address and argument."""
    ordinals: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        if len(finding.identity) != 4:
            path = finding.place.argument_path if isinstance(finding.place, Value) else ""
            finding.identity = (finding.rule.name, finding.resource, path, "")
        identity = finding.identity[:3]
        ordinals[identity] += 1
        finding.identity = (*identity, str(ordinals[identity]))
