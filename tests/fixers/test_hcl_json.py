"""Terraform files in JSON syntax: only plain values that stand there are changed."""

from __future__ import annotations

import pytest

from iaclint.edits.edit import apply
from iaclint.edits.fix import Fix
from iaclint.evaluate.terraform import prepare
from iaclint.fixers import make_fix, prove
from iaclint.model import Project
from iaclint.model.intent import Append, Intent, New, Remove, Set
from iaclint.parsers.hcl import parse_json
from iaclint.source import Source

TEXT = (
    '{"resource": {"aws_ebs_volume": {"v": {"encrypted": false, "size": 1, '
    '"tags": {"a": "b"}, "type": "${var.x}"}}}}\n'
)


def volume(text: str = TEXT):  # type: ignore[no-untyped-def]
    project = Project(".", [parse_json(Source("main.tf.json", text.encode()))])
    prepare(project)
    return project.documents[0].blocks[0]


@pytest.mark.parametrize(("path", "new", "old", "text"), [
    ("encrypted", True, "false", "true"), ("size", 20, "1", "20"), ("tags.a", 'c"é', '"b"', '"c\\"é"'),
])  # fmt: skip
def test_a_value_that_stands_there_is_replaced(path: str, new: New, old: str, text: str) -> None:
    fix = make_fix(Intent("t", (Set(volume().at(path), new),)), {})

    assert isinstance(fix, Fix), fix
    after = apply(TEXT.encode(), fix.edits)
    assert after.decode() == TEXT.replace(old, text, 1)
    assert prove("terraform", TEXT.encode(), after, [effect for _, effect in fix.effects]) is None


@pytest.mark.parametrize("path", ["no_such", "tags.z", "tags", "type"])
def test_nothing_else_is_changed(path: str) -> None:
    assert isinstance(make_fix(Intent("t", (Set(volume().at(path), "x"),)), {}), str)


def test_nothing_is_added_or_removed() -> None:
    block = volume()

    assert isinstance(make_fix(Intent("t", (Remove(block.at("size")),)), {}), str)
    assert isinstance(make_fix(Intent("t", (Append(block, {"a": 1}, "b"),)), {}), str)
