"""Reports for programs: JSON by its contract, SARIF as code scanning takes it, GitHub's commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Fix
from iaclint.engine.api import FileError, Report
from iaclint.model.intent import Applicability, Impact
from iaclint.reporters import FORMATS, renderer
from iaclint.source import Source, Span
from tests.reporters.reports import NEEDY, OPEN, SOURCE, finding, fix, full_report
from tests.running import inside


def rendered(name: str, report: Report) -> str:
    return renderer(name)(report, color=False, width=80)


def data(name: str, report: Report) -> Any:
    return json.loads(rendered(name, report))


@pytest.mark.parametrize("name", FORMATS)
def test_same_report_gives_the_same_text(name: str) -> None:
    assert rendered(name, full_report()) == rendered(name, full_report())


@pytest.mark.parametrize("name", FORMATS)
def test_no_secret_and_no_escape_sequence_in_any_format(name: str) -> None:
    text = rendered(name, full_report())

    assert "hunter" not in text
    assert "\x1b" not in text


POSITION = {"line": int, "column": int, "offset": int}
EDIT = {"path": str, "start": POSITION, "end": POSITION, "text": str}
FIX = {"title": str, "applicability": str, "impact": str, "edits": [EDIT]}
FINDING = {
    "rule": str, "aliases": [str], "controls": [str], "severity": str, "confidence": str, "message": str,
    "path": str, "language": str, "resource": str, "instances": [str], "start": POSITION, "end": POSITION,
    "related": [{"path": str, "start": POSITION, "end": POSITION, "message": str}],
    "fingerprint": str, "fix": (FIX, None), "fixes": [FIX],
}  # fmt: skip
CONTRACT = {
    "version": int, "findings": [FINDING], "suppressed": [FINDING], "errors": [{"path": str, "message": str}],
    "summary": {"files": int, "findings": int, "suppressed": int},
}  # fmt: skip


def assert_shape(value: Any, shape: Any, where: str, extra: frozenset[str] = frozenset()) -> None:
    if isinstance(shape, tuple):
        if value is not None:
            assert_shape(value, shape[0], where, extra)
    elif isinstance(shape, dict):
        assert list(value)[: len(shape)] == list(shape), where
        assert set(value) - set(shape) <= extra, where
        for name, one in shape.items():
            assert_shape(value[name], one, f"{where}.{name}", extra)
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for one in value:
            assert_shape(one, shape[0], f"{where}[]", extra)
    else:
        assert type(value) is shape, where


def test_json_has_the_shape_of_its_contract_in_that_order() -> None:
    assert_shape(data("json", full_report()), CONTRACT, "report", frozenset({"suppression", "needs"}))


def test_json_columns_count_code_points_and_offsets_bytes() -> None:
    one = data("json", full_report())["findings"][1]

    assert one["start"] == {"line": 2, "column": 2, "offset": 20}
    assert one["end"] == {"line": 2, "column": 15, "offset": 38}
    assert one["fix"]["edits"][0]["start"] == {"line": 2, "column": 11, "offset": 30}


def test_json_fix_is_the_preferred_one_that_needs_nothing() -> None:
    report = Report([finding(OPEN, "both", fixes=(NEEDY, fix())), finding(OPEN, "both", fixes=(NEEDY,))])
    report.sources["main.tf"] = SOURCE
    first, second = data("json", report)["findings"]

    assert first["fix"] == first["fixes"][1]
    assert second["fix"] is None
    assert second["fixes"][0]["impact"] == "needs-value"
    assert second["fixes"][0]["needs"] == [{"name": "log-bucket", "hint": "where the logs go"}]


def test_json_suppressed_say_by_what() -> None:
    first, second = data("json", full_report())["suppressed"]

    assert first["suppression"] == {
        "kind": "comment", "names": ["all"], "until": "2027-01-31", "reason": "meant so", "line": 1,
    }  # fmt: skip
    assert second["suppression"] == {"kind": "configuration"}


def test_edit_of_a_file_without_finding_is_placed_by_reading_it(tmp_path: Path) -> None:
    (tmp_path / "other.tf").write_text("one\ntwo\n")
    away = Fix("x", Applicability.UNSAFE, Impact.NONE, (Edit("other.tf", Span(4, 7), "y"),))
    gone = Fix("x", Applicability.UNSAFE, Impact.NONE, (Edit("gone.tf", Span(4, 7), "y"),))
    report = Report([finding(OPEN, "both", fixes=(away, gone))], sources={"main.tf": SOURCE})

    with inside(tmp_path):
        fixes = data("json", report)["findings"][0]["fixes"]

    assert [one["edits"][0]["start"] for one in fixes] == [{"line": 2, "column": 1, "offset": 4}]


def test_sarif_is_what_code_scanning_asks_for() -> None:
    log = data("sarif", full_report())
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    ports = run["results"][1]

    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["open-port", "plaintext-secret"]
    assert rules[0]["properties"]["security-severity"] == "8.0"
    assert "external/cwe/cwe-284" in rules[0]["properties"]["tags"]
    assert rules[0]["help"]["text"] and rules[0]["help"]["markdown"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"] == {"uri": "main.tf", "uriBaseId": "%SRCROOT%"}
        assert location["region"]["startLine"] >= 1
    assert ports["level"] == "error"
    assert ports["fixes"][0]["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "main.tf", "uriBaseId": "%SRCROOT%"},
            "replacements": [
                {
                    "deletedRegion": {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 15},
                    "insertedContent": {"text": '"no"'},
                }
            ],
        }
    ]
    assert [one["suppressions"][0]["kind"] for one in run["results"][5:]] == ["inSource", "external"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_uris_are_escaped_and_absolute_ones_are_files() -> None:
    names = ["a b/ü#%.tf", "/abs/a.tf", "caf\udce9.tf"]
    report = Report([finding(OPEN, "x", source=Source(name, b"x\n")) for name in names])
    results = data("sarif", report)["runs"][0]["results"]

    assert [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results] == [
        "a%20b/%C3%BC%23%25.tf",
        "file:///abs/a.tf",
        "caf%E9.tf",
    ]


def test_github_commands_hold_one_line_each_and_nothing_breaks_out() -> None:
    source = Source("a,b:c%.tf", b"x\ny\n")
    evil = finding(OPEN, "x", "50%\n::error::x\r", source=source)
    report = Report([evil, finding(OPEN, "x\ny", source=source)], errors=[FileError("a\nb", "is gone")])
    lines = rendered("github", report).splitlines()

    file, cure = "a%2Cb%3Ac%25.tf", "name the networks that may reach it"
    assert lines == [
        "::error file=a\\nb,title=not checked::a\\nb: is gone",
        f"::error file={file},line=1,endLine=1,col=1,endColumn=1,title=open-port::50%25\\n::error::x\\r (high); {cure}",
        f"::error file={file},line=1,endLine=2,title=open-port::it is wrong (high); {cure}",
    ]


def test_empty_reports_are_complete() -> None:
    assert data("json", Report(files=2)) == {
        "version": 1, "findings": [], "suppressed": [], "errors": [],
        "summary": {"files": 2, "findings": 0, "suppressed": 0},
    }  # fmt: skip
    assert data("sarif", Report())["runs"][0]["results"] == []
    assert rendered("github", Report()) == ""
