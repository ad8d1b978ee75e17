"""Every rule over its fixtures: what it reports, what its fixes leave, and what holds for any rule.

A case is a file directly in `fixtures/rules/NAME/`, or a sub-folder of it that is one Project. Beside
it stand `X.out` (exactly what is printed; absent: nothing) and `X.fixed` (the file after all fixes;
absent: unchanged). `pytest --snapshot-update` writes both; review the diff.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from iaclint.source import Source
from tests.fixture_cases import RULES, Case, all_cases, orphans
from tests.running import lint, print_findings, values_of

if TYPE_CHECKING:
    from iaclint.engine.api import Report
    from iaclint.model.finding import Finding
    from iaclint.rules.rule import Rule

CASES = all_cases()
ALIAS = re.compile(
    r"CKV\d?_[A-Z0-9]+_\d+|AVD-[A-Z]+-\d{4}|KICS:[0-9a-z]{8,9}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}|DL\d{4}|SC\d{4}"
    r"|(?:CIS|NIST|PCI|tfsec|trivy|terrascan|ansible-lint|hadolint|buildkit)[:-].+|[A-Z]{2,}-\d{4}|AC_[A-Z0-9]+_\d{4,5}"
    r"|[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\[[a-z0-9-]+\])?"
)


@cache
def rules() -> dict[str, Rule]:
    from iaclint.engine.api import load_all_rules

    return load_all_rules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fixture(case: Case, tmp_path: Path, update: bool) -> None:
    """The case prints and becomes what stands beside it, and keeps every promise made of any rule."""
    Runs(case, tmp_path).check_all(update)


class Runs:
    """One case, run in every way that has to come out the same."""

    def __init__(self, case: Case, tmp_path: Path) -> None:
        self.case = case
        self.tmp_path = tmp_path
        self.select = (case.rule, "syntax-error")
        self.values = values_of(case.path.parent)
        self.plain = case.copy_to(tmp_path / "plain")
        self.report = self.lint(self.plain)

    def lint(self, folder: Path, *, fix: bool = False) -> Report:
        return lint(folder, select=self.select, fix=fix, values=self.values)

    def check_all(self, update: bool) -> None:
        self.check_printed(update)
        self.check_fixed(update)
        self.check_layout("crlf", lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        self.check_layout("no_final_newline", lambda data: data.rstrip(b"\r\n"))
        self.check_deeper()
        self.check_suppressed()

    def check_printed(self, update: bool) -> None:
        assert not self.report.errors, f"nothing may go wrong: {self.report.errors}"
        printed = print_findings(self.report.findings, with_path=self.case.is_project)
        if update:
            write_or_remove(self.case.out, printed.encode() or None)
        assert printed == self.case.expected_out, "what is printed differs from the .out file"

    def check_fixed(self, update: bool) -> None:
        folder = self.case.copy_to(self.tmp_path / "fixed")
        self.fixing = self.lint(folder, fix=True)
        spans = fixed_spans(self.report)
        for name, file in self.case.inputs():
            before, after = file.read_bytes(), (folder / name).read_bytes()
            expected = self.case.fixed(name)
            if update:
                write_or_remove(expected, after if after != before else None)
            wanted = expected.read_bytes() if expected.is_file() else before
            assert after.decode("utf-8", "surrogateescape") == wanted.decode("utf-8", "surrogateescape"), (
                f"{name} after fixing differs from {expected.name if expected.is_file() else 'the input'}"
            )
            assert_outside_is_same(name, before, after, spans.get(name, []))
        self.check_nothing_left(folder)

    def check_nothing_left(self, folder: Path) -> None:
        """A fixed finding is gone, no syntax error appeared, and fixing again changes nothing."""
        texts = {name: (folder / name).read_bytes() for name, _ in self.case.inputs()}
        first, again = self.fixing, self.lint(folder, fix=True)
        withheld = {finding.fingerprint for finding, _ in first.account.withheld} if first.account else set()
        assert {name: (folder / name).read_bytes() for name in texts} == texts, "a second fix changed something"
        assert count(again, "syntax-error") <= count(self.report, "syntax-error"), "fixing broke the syntax"
        fixable = [f for f in self.report.findings if is_fixable(f) and f.fingerprint not in withheld]
        assert len(again.findings) <= len(self.report.findings) - len(fixable), "a finding with a fix outlived it"
        left = [f for f in again.findings if is_fixable(f) and f.fingerprint not in withheld]
        assert not left, f"fixing does not converge: {print_findings(left)}"

    def check_layout(self, name: str, change: object) -> None:
        """Other line ends change neither the findings nor their lines and columns."""
        assert callable(change)
        folder = self.case.copy_to(self.tmp_path / name)
        for path, _ in self.case.inputs():
            (folder / path).write_bytes(change((folder / path).read_bytes()))
        assert places(self.lint(folder)) == places(self.report), f"findings differ: {name}"

    def check_deeper(self) -> None:
        """Where a Project lies does not matter."""
        self.case.copy_to(self.tmp_path / "deeper" / "services" / "one")
        report = self.lint(self.tmp_path / "deeper")
        assert places(report, "services/one/") == places(self.report), "findings differ one level deeper"

    def check_suppressed(self) -> None:
        """A comment before the block (or before the finding's own line) silences each finding."""
        folder = self.case.copy_to(self.tmp_path / "suppressed")
        own = [finding for finding in self.report.findings if finding.rule.name == self.case.rule]
        own = [finding for finding in own if not finding.path.endswith(".json")]
        if not own:
            return
        left = own
        for where in (block_line, own_line):
            comment_above(folder, left, where, self.case.rule)
            report = self.lint(folder)
            still = Counter(finding.fingerprint for finding in report.findings if finding.rule.name == self.case.rule)
            left = [finding for finding in left if still[finding.fingerprint] > 0]
            if not left:
                break
        assert not left, f"no comment silences {[str(f.start.line) + ': ' + f.message for f in left]}"
        assert len(report.suppressed) >= len(own), "a silenced finding is counted as suppressed"
        assert count(report, "syntax-error") <= count(self.report, "syntax-error")


def write_or_remove(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(data)


def count(report: Report, rule: str) -> int:
    return sum(finding.rule.name == rule for finding in report.findings)


def is_fixable(finding: Finding) -> bool:
    """Whether `--unsafe-fixes` repairs it."""
    return any(fix.is_complete and fix.applicability.value != "manual" for fix in finding.fixes)


def places(report: Report, prefix: str = "") -> list[tuple[str, int, int, str, str]]:
    """What is found where, whatever the bytes before it."""
    return [
        (f.path.removeprefix(prefix), f.start.line, f.start.column, f.rule.name, f.message) for f in report.findings
    ]


def fixed_spans(report: Report) -> dict[str, list[tuple[int, int]]]:
    """The bytes that any Fix offered may change, by path."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for finding in report.findings:
        for fix in finding.fixes:
            for edit in fix.edits:
                spans.setdefault(edit.path, []).append((edit.span.start, edit.span.end))
    return spans


def assert_outside_is_same(name: str, before: bytes, after: bytes, spans: list[tuple[int, int]]) -> None:
    """Everything between the edits' spans stands in the fixed file too, in order."""
    at, written = 0, 0
    for start, end in [*sorted(spans), (len(before), len(before))]:
        kept = before[at : max(at, start)]
        found = after.find(kept, written)
        assert found >= 0, f"{name}: bytes {at} to {start} lie outside every edit and changed"
        written = found + len(kept)
        at = max(at, end)


def block_line(finding: Finding) -> int:
    """The line the task, instruction or top-level block of a finding begins on."""
    from iaclint.model.finding import block_of, place_of

    block = block_of(finding.place)
    while block is not None and not block.is_addressable and block.parent is not None:
        block = block.parent
    if block is None or block.document.path != finding.path:
        return own_line(finding)
    source = place_of(finding.place)[0].source
    return source.line_number(block.span.start)


def own_line(finding: Finding) -> int:
    return finding.start.line


def comment_above(folder: Path, findings: list[Finding], where: object, rule: str) -> None:
    """Write a suppression on a line of its own above each place."""
    assert callable(where)
    for path, group in groupby(sorted(findings, key=lambda finding: finding.path), key=lambda finding: finding.path):
        data = (folder / path).read_bytes()
        source = Source(path, data)
        lines = data.splitlines(keepends=True)
        for number in sorted({where(finding) for finding in group}, reverse=True):
            indent = source.indent_at(source.line_span(number).start)
            lines.insert(number - 1, f"{indent}# iaclint: ignore[{rule}] because it is meant so\n".encode())
        (folder / path).write_bytes(b"".join(lines))


def test_every_rule_has_fixtures_and_every_fixture_a_rule() -> None:
    named = {folder.name for folder in RULES.iterdir() if folder.is_dir()}

    assert named - set(rules()) == set(), "fixtures without a rule"
    assert set(rules()) - named - {"syntax-error", *of_programs()} == set(), "rules without fixtures"


def test_no_expectation_stands_alone() -> None:
    assert orphans() == []


def test_every_rule_is_seen_to_report_and_to_keep_silent() -> None:
    hits: Counter[str] = Counter()
    misses: Counter[str] = Counter()
    for case in CASES:
        hits[case.rule] += f" {case.rule} " in case.expected_out
        misses[case.rule] += case.near_misses()

    seen = [name for name in rules() if name not in ("syntax-error", *of_programs())]
    assert [name for name in seen if not hits[name]] == [], "rules never seen to report"
    assert [name for name in seen if not misses[name]] == [], "rules without near miss"


def of_programs() -> list[str]:
    """The rules whose findings another program makes, which need not be installed: they have tests of their own."""
    return [name for name, rule in rules().items() if rule.codes]


def test_rules_say_why_and_where_to_read_on() -> None:
    wrong = []
    for rule in rules().values():
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule.name):
            wrong.append(f"{rule.name}: not a name in lower case with hyphens")
        if not rule.title or rule.title.endswith("."):
            wrong.append(f"{rule.name}: the title is empty or ends with a full stop")
        if len(rule.why) < 30 or not rule.why.rstrip().endswith((".", "`")):
            wrong.append(f"{rule.name}: why is no sentence")
        if rule.cwe is None and rule.name != "syntax-error":
            wrong.append(f"{rule.name}: no CWE")
        if rule.cwe is not None and not 1 <= rule.cwe <= 1500:
            wrong.append(f"{rule.name}: CWE {rule.cwe}")
        if rule.confidence not in ("high", "medium", "low"):
            wrong.append(f"{rule.name}: confidence {rule.confidence}")
        wrong += [f"{rule.name}: reference {one}" for one in rule.references if not one.startswith("https://")]
        wrong += [f"{rule.name}: tag {one}" for one in rule.tags if not re.fullmatch(r"[a-z0-9.-]+", one)]

    assert wrong == []


def test_aliases_look_like_the_ids_of_peers() -> None:
    pairs = [(rule.name, alias) for rule in rules().values() for alias in rule.all_aliases()]
    wrong = [f"{name}: {alias}" for name, alias in pairs if not ALIAS.fullmatch(alias)]

    assert wrong == []


def test_no_alias_is_a_rule_of_another_name() -> None:
    """Selecting by a peer's id must not be taken for selecting one of ours."""
    names = set(rules())

    assert [(r.name, a) for r in rules().values() for a in r.all_aliases() if a in names - {r.name}] == []
