"""Reports for CI systems: each by the rules of who reads it, with hostile text in every place."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Fix
from iaclint.engine.api import FileError, Report
from iaclint.model.intent import Applicability, Impact
from iaclint.reporters import gitlab_sast, renderer, sarif
from iaclint.reporters.markdown import within
from iaclint.rules.rule import INFO, MEDIUM
from iaclint.source import Source, Span
from tests.reporters.reports import OPEN, SECRET, SOURCE, finding, fix, full_report

EVIL = "</script><img src=x>\n::error::x ##vso[task.complete]]]> & \"' | @all `x`"


def rendered(name: str, report: Report) -> str:
    return renderer(name)(report, color=False, width=80)


def data(name: str, report: Report) -> Any:
    return json.loads(rendered(name, report))


def evil_report() -> Report:
    source = Source('a";]b<c>&|`@x`.tf', b"x\ny\n")
    return Report(
        [finding(OPEN, "x", EVIL, source=source)],
        errors=[FileError("e<>;]", EVIL)],
        sources={source.path: source},
        paths={source.path},
        owners={source.path: ("@team/<b>",)},
    )


def many(count: int) -> Report:
    lines = b"".join(b"x%d\n" % number for number in range(count))
    source = Source("main.tf", lines)
    rules = (replace(OPEN, severity=MEDIUM), OPEN)
    found = [finding(rules[number % 2], f"x{number}\n".strip(), source=source) for number in range(count)]
    for number, one in enumerate(found):
        one.identity = (one.rule.name, "", "", str(number))
    return Report(found, files=1, sources={"main.tf": source})


# --- GitHub -----------------------------------------------------------------------------------


def test_github_shows_ten_of_a_kind_the_worst_first_and_says_so() -> None:
    lines = rendered("github", many(30)).splitlines()
    commands = [line for line in lines if line.startswith("::")]

    assert [line.split(" ")[0] for line in commands] == ["::error"] * 10 + ["::warning"] * 10
    assert lines[20] == (
        "30 findings (15 high, 15 medium); GitHub shows 10 annotations of a kind for a step, "
        "so these 10 stand only here:"
    )
    assert len(lines) == 31
    assert all(line.startswith("- main.tf:") for line in lines[21:])


def test_github_lines_hold_no_command_of_the_older_kind() -> None:
    report = many(12)
    for one in report.findings:
        one.message = "##[add-mask]x"

    assert "##[" not in rendered("github", report)


def test_sarif_leaves_out_the_least_severe_beyond_what_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 15)
    run = data("sarif", many(30))["runs"][0]

    assert [one["level"] for one in run["results"]] == ["error"] * 15
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"].startswith("15 findings of the lowest severity are left out")


def test_sarif_that_is_too_large_drops_the_repairs_and_keeps_the_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    before = data("sarif", full_report())["runs"][0]["results"]
    monkeypatch.setattr(sarif, "MOST_BYTES", 100)
    after = data("sarif", full_report())["runs"][0]["results"]

    assert any("fixes" in one for one in before)
    assert not any("fixes" in one for one in after)
    assert [one["ruleId"] for one in after] == [one["ruleId"] for one in before]


def test_sarif_marks_the_first_line_of_a_longer_place() -> None:
    source = Source("main.tf", b"x\ny\n")
    region = data("sarif", Report([finding(OPEN, "x\ny", source=source)]))["runs"][0]["results"][0]["locations"][0][
        "physicalLocation"
    ]["region"]

    assert region == {"startLine": 1, "startColumn": 1}


# --- GitLab -----------------------------------------------------------------------------------


def test_gitlab_entries_have_what_code_quality_needs_and_fingerprints_of_their_own() -> None:
    report = full_report()
    entries = data("gitlab", report)

    assert len(entries) == len(report.findings) + len(report.errors)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert len(set(fingerprints)) == len(fingerprints)


def test_gitlab_sast_has_what_its_schema_requires() -> None:
    report = gitlab_sast.as_data(full_report(), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))

    assert report["scan"]["start_time"] == report["scan"]["end_time"] == "2026-01-02T03:04:05"
    assert report["scan"]["type"] == "sast"
    for one in report["vulnerabilities"]:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one["id"])
        assert one["severity"] in ("Info", "Unknown", "Low", "Medium", "High", "Critical")
        assert one["identifiers"][0]["type"] == "iaclint_rule"
        assert one["location"]["start_line"] <= one["location"]["end_line"]


def test_gitlab_sast_takes_its_time_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")

    assert data("gitlab-sast", Report())["scan"]["start_time"] == "1970-01-01T00:00:00"


# --- Azure ------------------------------------------------------------------------------------


def test_azure_commands_cannot_be_broken_out_of() -> None:
    lines = rendered("azure", evil_report()).splitlines()

    assert len(lines) == 2
    for line in lines:
        assert line.startswith("##vso[task.logissue type=error;sourcepath=")
        assert line.count("##vso[") == 1
        properties = line.removeprefix("##vso[task.logissue ").split("]")[0]
        assert all("=" in one for one in properties.split(";"))
    assert 'sourcepath=a"%3B%5Db<c>&|`@x`.tf;linenumber=1;columnnumber=1;code=open-port]' in lines[0]


# --- XML --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
@pytest.mark.parametrize("report", [full_report(), evil_report(), Report(files=1, paths={"a.tf"})])
def test_xml_is_well_formed_whatever_stands_in_it(name: str, report: Report) -> None:
    ElementTree.fromstring(rendered(name, report))


def test_junit_counts_add_up() -> None:
    report = full_report()
    report.paths = {"main.tf", "clean.tf"}
    root = ElementTree.fromstring(rendered("junit", report))
    suites = root.findall("testsuite")

    assert [one.get("name") for one in suites] == ["a\\x1b]0;b\\nc.tf", "clean.tf", "main.tf"]
    assert [suite.get("failures") for suite in suites] == ["0", "0", "5"]
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"), ("tests", "")):
        for suite in suites:
            found = suite.findall("testcase" + (f"/{tag}" if tag else ""))
            assert int(suite.get(count, "-1")) == len(found)
        assert int(root.get(count, "-1")) == sum(int(suite.get(count, "-1")) for suite in suites)


def test_checkstyle_names_rule_and_place() -> None:
    root = ElementTree.fromstring(rendered("checkstyle", evil_report()))
    first = root.findall("file")[0]

    assert first.get("name") == 'a";]b<c>&|`@x`.tf'
    assert first[0].attrib == {
        "line": "1",
        "column": "1",
        "severity": "error",
        "message": EVIL.replace("\n", "\\n") + "; name the networks that may reach it",
        "source": "iaclint.open-port",
    }


# --- rdjson and SonarQube ---------------------------------------------------------------------


def test_rdjson_columns_count_bytes_and_the_suggestion_is_the_whole_repair() -> None:
    one = data("rdjson", full_report())["diagnostics"][1]

    assert one["location"]["range"]["start"] == {"line": 2, "column": 2}
    assert one["location"]["range"]["end"] == {"line": 2, "column": 20}
    assert one["suggestions"] == [
        {"range": {"start": {"line": 2, "column": 12}, "end": {"line": 2, "column": 20}}, "text": '"no"'}
    ]
    line = SOURCE.data.split(b"\n")[1]
    assert line[11:19] == '"日本"'.encode()


def test_rdjson_suggests_no_half_of_a_repair_and_nothing_near_a_secret() -> None:
    away = Fix("x", Applicability.SAFE, Impact.NONE, (*fix().edits, Edit("other.tf", Span(0, 0), "y")))
    near = Fix("x", Applicability.SAFE, Impact.NONE, (Edit("main.tf", SOURCE.line_span(3), "  password = var.x"),))
    report = Report([finding(OPEN, "both", fixes=(away,)), finding(SECRET, '"hunter2-hunter2"', fixes=(near,))])
    report.sources = {"main.tf": SOURCE, "other.tf": Source("other.tf", b"")}

    assert not any("suggestions" in one for one in data("rdjson", report)["diagnostics"])


def test_sonarqube_ranges_are_never_empty() -> None:
    empty = finding(OPEN, "both")
    empty.span, empty.end = Span(empty.span.start, empty.span.start), empty.start
    issues = data("sonarqube", Report([empty, finding(OPEN, "both")]))["issues"]

    assert issues[0]["primaryLocation"]["textRange"] == {"startLine": 4}
    assert issues[1]["primaryLocation"]["textRange"] == {
        "startLine": 4, "endLine": 4, "startColumn": 2, "endColumn": 6,
    }  # fmt: skip


# --- Markdown and HTML ------------------------------------------------------------------------


def test_markdown_holds_a_row_a_finding_whatever_stands_in_it() -> None:
    text = rendered("markdown", evil_report())
    rows = [line for line in text.splitlines() if line.startswith("| high")]

    assert len(rows) == 1
    assert rows[0].count("|") == 6
    for special in ("<img", "@all", "@team", "](", "`"):
        assert special not in text


def test_markdown_keeps_to_its_room_and_counts_what_is_left_out() -> None:
    report = many(400)
    text = within(report, 5000)
    rows = [line for line in text.splitlines() if line.startswith(("| high", "| medium"))]

    assert len(text.encode()) <= 5000
    assert f"{400 - len(rows)} findings of lower severity left out" in text
    assert all(row.startswith("| high") for row in rows)


class Loaded(HTMLParser):
    """Collects every address a page links to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "style", "onload")]


def test_html_page_is_self_contained_and_nothing_breaks_out() -> None:
    page = rendered("html", evil_report())

    assert page.count("<script>") == page.count("</script>") == 1
    assert "<img" not in page
    assert "{{" not in page
    loaded = Loaded()
    loaded.feed(page)
    assert loaded.addresses == ["https://example.org/ports"]


def test_html_shows_before_and_after_and_masks_secrets() -> None:
    page = rendered("html", full_report())

    assert "<del>    pörts  = &quot;日本&quot; # wide</del>\n<ins>    pörts  = &quot;no&quot; # wide</ins>" in page
    assert "hunter" not in page
    assert "****" in page


def test_html_filters_offer_what_there_is() -> None:
    report = full_report()
    report.owners = {"main.tf": ("@ops", "@dev")}
    report.findings.append(finding(replace(OPEN, severity=INFO), "bad"))
    page = rendered("html", report)

    assert 'data-filter="severity"><option value="">all</option><option>high</option><option>low</option>' in page
    assert 'data-filter="owner"><option value="">all</option><option>@dev</option><option>@ops</option>' in page
