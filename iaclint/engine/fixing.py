"""Repairing: choose Fixes, prove them, carry them out to a fixpoint, and account for every finding.

Each pass takes the Fixes that do not overlap, has the second reader of their language confirm each,
applies them in memory, reads and walks the Project again, and accepts them only when their findings
are gone and no finding as severe has come instead. What fails is split until the culprits are found;
those are withheld and the rest applied. Files are written once, at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from iaclint.edits.edit import Edit, EditConflict, apply
from iaclint.edits.fix import Fix
from iaclint.model.finding import Finding
from iaclint.model.intent import Applicability

if TYPE_CHECKING:
    from iaclint.engine.checking import Checked, Checker
    from iaclint.engine.projects import Group

PASSES = 40
"""Bound on passes over one Project. Many arguments missing from one block are inserted at one place, so they
take a pass each."""


@dataclass(slots=True)
class Account:
    """What became of each finding; the five lists add up to all findings there were."""

    fixed: list[tuple[Finding, str]] = field(default_factory=list)
    not_fixable: list[tuple[Finding, str]] = field(default_factory=list)
    needs_value: list[tuple[Finding, str]] = field(default_factory=list)
    withheld: list[tuple[Finding, str]] = field(default_factory=list)
    left_by_level: list[tuple[Finding, str]] = field(default_factory=list)
    _counted: dict[tuple[str, ...], tuple[str, Finding]] = field(default_factory=dict, repr=False)

    def add(self, other: Account, unwritten: Iterable[str] = ()) -> None:
        """Take over another account; fixes of files that could not be written count as withheld."""
        lost = set(unwritten)
        for finding, reason in other.fixed:
            if finding.path in lost:
                self._count("withheld", finding, "the file could not be written")
            else:
                self._count("fixed", finding, reason)
        for kind in ("not_fixable", "needs_value", "withheld", "left_by_level"):
            for finding, reason in getattr(other, kind):
                self._count(kind, finding, reason)

    def _count(self, kind: str, finding: Finding, reason: str) -> None:
        """Note what became of a finding; one that two Projects have (a shared module, a plan) counts once."""
        key = (finding.path, *finding.identity)
        before = self._counted.get(key)
        if before is not None:
            if kind != "fixed" or before[0] == "fixed":
                return
            old: list[tuple[Finding, str]] = getattr(self, before[0])
            old[:] = [one for one in old if one[0] is not before[1]]
        self._counted[key] = kind, finding
        getattr(self, kind).append((finding, reason))


@dataclass(slots=True)
class Outcome:
    """What fixing one Project gave: the texts before and after, and the account."""

    before: Checked
    final: Checked
    overlay: dict[str, bytes]
    account: Account

    @property
    def changed(self) -> dict[str, tuple[bytes, bytes]]:
        """path -> (before, after) of each file that changed."""
        return {
            path: (self.before.data[path], data)
            for path, data in self.overlay.items()
            if path in self.before.data and data != self.before.data[path]
        }

    def after(self, path: str, otherwise: bytes) -> bytes:
        """A file's text after fixing."""
        return self.overlay.get(path, otherwise)


@dataclass(slots=True)
class _Candidate:
    finding: Finding
    fix: Fix


def fix_group(group: Group, checker: Checker, overlay: Mapping[str, bytes], *, unsafe: bool) -> Outcome:
    """Repair what may be repaired in one Project, in memory."""
    before = current = checker.check(group, overlay)
    texts = dict(overlay)
    withheld: dict[tuple[str, ...], str] = {}
    for _ in range(PASSES):
        candidates = _choose(current, checker, unsafe, withheld)
        if not candidates:
            break
        # also when none of them holds: others wanted the same places
        _, current = _attempt(candidates, current, group, checker, texts, withheld)
    account = _account(before, current, checker, unsafe, withheld)
    return Outcome(before, current, texts, account)


def _choose(
    current: Checked, checker: Checker, unsafe: bool, withheld: Mapping[tuple[str, ...], str]
) -> list[_Candidate]:
    """The Fixes to try in this pass: allowed by level, complete, and not overlapping each other."""
    chosen: list[_Candidate] = []
    taken: list[Edit] = []
    for finding in current.findings:
        if finding.identity in withheld or not finding.intents:
            continue
        fix, _ = pick(finding, checker, unsafe)
        if fix is None or any(edit.path not in current.data for edit in fix.edits):
            continue
        if any(_collide(edit, other) for edit in fix.edits for other in taken):
            continue
        chosen.append(_Candidate(finding, fix))
        taken += fix.edits
    return chosen


def _collide(edit: Edit, other: Edit) -> bool:
    return edit.path == other.path and edit.span.overlaps(other.span)


def pick(finding: Finding, checker: Checker, unsafe: bool) -> tuple[Fix | None, tuple[str, str]]:
    """The Fix to apply, or None and why not: a list of Account by name, and the reason."""
    if not finding.intents:
        return None, ("not_fixable", finding.rule.remedy or "no repair is known that holds everywhere")
    allowed = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    reasons: list[tuple[str, str]] = []
    for intent in finding.intents:
        fix = checker.make_fix(intent)
        if isinstance(fix, str):
            reasons.append(("withheld", fix))
        elif fix.needs:
            reasons.append(("needs_value", ", ".join(f"{one.name} ({one.hint})" for one in fix.needs)))
        elif fix.applicability in allowed:
            return fix, ("fixed", fix.title)
        else:
            reasons.append(("left_by_level", f"{fix.applicability.value}: {fix.title}"))
    order = ("left_by_level", "needs_value", "withheld")
    return None, min(reasons, key=lambda reason: order.index(reason[0]))


def _attempt(
    candidates: list[_Candidate],
    current: Checked,
    group: Group,
    checker: Checker,
    texts: dict[str, bytes],
    withheld: dict[tuple[str, ...], str],
) -> tuple[list[_Candidate], Checked]:
    """Prove and apply as many candidates as hold together; updates `texts` and `withheld`."""
    proved = []
    for candidate in candidates:
        reason = _disproof(candidate.fix, current, candidate.finding.language, checker)
        if reason is None:
            proved.append(candidate)
        else:
            withheld[candidate.finding.identity] = reason
    accepted: list[_Candidate] = []
    result = current
    pending = [proved] if proved else []
    while pending:
        batch = pending.pop(0)
        trial = [*accepted, *batch]
        changed = _apply_all(trial, current)
        checked = checker.check(group, {**texts, **changed})
        reason = _regression(trial, current, checked)
        if reason is None:
            accepted, result = trial, checked
        elif len(batch) == 1:
            withheld[batch[0].finding.identity] = reason
        else:
            middle = len(batch) // 2
            pending[:0] = [batch[:middle], batch[middle:]]
    if accepted:
        texts.update(_apply_all(accepted, current))
    return accepted, result


def _apply_all(candidates: Iterable[_Candidate], current: Checked) -> dict[str, bytes]:
    edits: dict[str, list[Edit]] = {}
    for candidate in candidates:
        for edit in candidate.fix.edits:
            edits.setdefault(edit.path, []).append(edit)
    return {path: apply(current.data[path], some) for path, some in edits.items()}


def _disproof(fix: Fix, current: Checked, language: str, checker: Checker) -> str | None:
    """Why the second reader does not confirm the declared effect, or None."""
    edits: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        edits.setdefault(edit.path, []).append(edit)
    for path, some in edits.items():
        before = current.data[path]
        try:
            after = apply(before, some)
        except EditConflict as error:
            return str(error)
        effects = [effect for where, effect in fix.effects if where == path]
        reason = checker.disprove(language, before, after, effects)
        if reason is not None:
            return reason
    return None


def _regression(trial: list[_Candidate], before: Checked, after: Checked) -> str | None:
    """Why the walk does not confirm the Fixes: a finding that stays, or one as severe that is new."""
    expected = Counter((finding.rule.name, finding.path) for finding in before.findings)
    expected.subtract(Counter((one.finding.rule.name, one.finding.path) for one in trial))
    actual = Counter((finding.rule.name, finding.path) for finding in after.findings)
    worst = max(one.finding.rule.severity for one in trial)
    fixed_rules = {one.finding.rule.name for one in trial}
    severities = {finding.rule.name: finding.rule.severity for finding in after.findings}
    for key, count in sorted(actual.items()):
        if count <= expected[key]:
            continue
        name, _ = key
        if name in fixed_rules:
            return "the finding remains after the change"
        if severities[name] >= worst:
            return f"the change would bring a new finding: {name}"
    if len(after.errors) > len(before.errors):
        return "the changed file could not be checked"
    return None


def _account(
    before: Checked, final: Checked, checker: Checker, unsafe: bool, withheld: Mapping[tuple[str, ...], str]
) -> Account:
    account = Account()
    remaining = Counter((finding.rule.name, finding.path, finding.resource) for finding in final.findings)
    for finding in before.findings:
        key = (finding.rule.name, finding.path, finding.resource)
        if remaining[key] > 0:
            remaining[key] -= 1
        else:
            title = finding.intents[0].title if finding.intents else "fixed along with another"
            account.fixed.append((finding, title))
    for finding in final.findings:
        if finding.identity in withheld:
            account.withheld.append((finding, withheld[finding.identity]))
            continue
        _, (kind, reason) = pick(finding, checker, unsafe)
        if kind == "fixed":
            kind, reason = "withheld", "its place is taken by another fix, or it repairs a file outside the paths given"
        cast("list[tuple[Finding, str]]", getattr(account, kind)).append((finding, reason))
    return account


def write(group: Group, outcome: Outcome) -> tuple[dict[str, tuple[bytes, bytes]], list[tuple[str, str]]]:
    """Write the changed files; returns those written, and (path, message) of those that could not be."""
    from iaclint.edits.write import write_atomically

    files = [member for one in (group, *group.reached) for member in (*one.context, *one.members)] + group.included
    absolute = {member.path: member.absolute for member in files}
    written: dict[str, tuple[bytes, bytes]] = {}
    errors: list[tuple[str, str]] = []
    for path, (before, after) in sorted(outcome.changed.items()):
        try:
            write_atomically(absolute[path], before, after)
        except OSError as error:
            errors.append((path, f"not written: {error.strerror or error}"))
            continue
        written[path] = (before, after)
    return written, errors
