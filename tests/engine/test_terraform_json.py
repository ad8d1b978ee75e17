"""Terraform's JSON syntax through a whole run: expressions with escapes, dynamic blocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.evaluate.trees import at, plain, project_in, spelled
from tests.running import lint

PORT = "open-admin-port"
VOLUME = "aws-ebs-volume-unencrypted"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def group(ingress: dict[str, Any], **around: Any) -> str:
    body = {"description": "d", "dynamic": {"ingress": ingress}}
    return json.dumps({"resource": {"aws_security_group": {"g": body}}, **around})


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('${lookup(var.a, "b")}', "c"), ('${var.a["b"]}', "c"), ('<"${var.a["b"]}">', '<"c">'),
        ("a\nb\t${var.a.b}", "a\nb\tc"),
        ('C:\\x\\${var.a["b"]}', "C:\\x\\c"), ('${ ["x", var.a["b"]] }', ["x", "c"]),
        ('%{ if var.a["b"] == "c" }y%{ endif }', "y"),
        ('${[for k in ["x"] : "${k}-${var.a["b"]}"]}', ["x-c"]),
        ('$${"x"}', '${"x"}'), ('${var.none["b"]}', "?"), ('"${', "?"),
        ('${"\\n"}', "\n"),
    ],
)  # fmt: skip
def test_a_template_with_escapes_means_what_the_json_text_does(tmp_path: Path, template: str, expected: object) -> None:
    text = json.dumps({"variable": {"a": {"default": {"b": "c"}}}, "resource": {"t": {"t": {"x": template}}}})
    value = at(project_in(tmp_path, {"main.tf.json": text}), "t.t")

    assert plain(value) == expected
    assert spelled(value) == json.dumps(template)


def test_what_such_a_template_mentions_is_known_and_a_fault_is_repaired_where_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(
        '{"variable": {"a": {"default": {"b": false}}},\n'
        ' "resource": {"aws_ebs_volume": {"v": {"availability_zone": "a",\n'
        '  "encrypted": "${lookup(var.a, \\"b\\")}"}}}}'
    )
    (finding,) = lint(tmp_path, select=[VOLUME]).findings
    assert finding.start.line == 3

    assert lint(tmp_path, select=[VOLUME], fix=True).findings == []
    assert '{"b": true}' in (tmp_path / "main.tf.json").read_text()


def test_a_part_of_a_template_with_escapes_is_not_edited(tmp_path: Path) -> None:
    ingress = {"for_each": [1], "content": {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks":
               '${["0.0.0.0/0", "10.0.0.0/8"]}'}}  # fmt: skip
    text = group(ingress)
    (tmp_path / "main.tf.json").write_text(text)
    report = lint(tmp_path, select=[PORT], fix=True, values={"trusted-cidr": "10.1.0.0/16"})

    assert len(report.findings) == 1 and (tmp_path / "main.tf.json").read_text() == text


@pytest.mark.parametrize(
    ("elements", "count"),
    [(["0.0.0.0/0", "10.0.0.0/8"], 1), ([], 0), ("${local.ranges}", 1), ("${var.unknown}", 0)],
)  # fmt: skip
def test_dynamic_blocks_are_judged_by_what_they_make(tmp_path: Path, elements: object, count: int) -> None:
    content = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["${it.value}"]}
    locals_ = {"locals": {"ranges": '${["0.0.0.0/0"]}'}, "variable": {"unknown": {}}}
    text = group({"for_each": elements, "iterator": "it", "content": content}, **locals_)
    (tmp_path / "main.tf.json").write_text(text)
    report = lint(tmp_path, select=[PORT])

    assert not report.errors and len(report.findings) == count


def test_dynamic_blocks_within_dynamic_blocks_are_followed(tmp_path: Path) -> None:
    inner = {"for_each": "${outer.value[\"in\"]}", "content": {"y": "${inner.value}"}}
    text = json.dumps({"resource": {"t": {"t": {"dynamic": {"outer": {
        "for_each": [{"in": ["a", "b"]}], "content": {"x": 1, "dynamic": {"inner": inner}},
    }}}}}})  # fmt: skip
    project = project_in(tmp_path, {"main.tf.json": text})
    (block,) = (one for document in project.documents for one in document.blocks)

    assert [plain(one) for one in block.each("outer.inner.y")] == ["a", "b"]
