"""The proof of a Terraform fix: a second reader must see the declared effects, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from iaclint.edits.fix import Effect
from iaclint.fixers.hcl import prove
from iaclint.fixers.hcl_proof import _by_hcl2, _by_tree
from iaclint.model.intent import Expression

TOP = ("resource", "x_y", "z")
BEFORE = 'resource "x_y" "z" {\n  a = false # c\n  l = [1, 2]\n  b {\n    c = "d"\n  }\n}\n\nlocals {\n  q = 1\n}\n'


def effect(path: tuple[Any, ...], action: str, after: Any = None, before: Any = None) -> Effect:
    return Effect((TOP, *path), action, before, after, "")


@pytest.mark.parametrize(("old", "new", "effects"), [
    ("false", "true", [effect(("a",), "set", True)]),
    ("[1, 2]", "[1, 2]\n  n = \"t\"", [effect(("n",), "insert", "t")]),
    ("[1, 2]", "[2]", [effect(("l", 0), "remove")]),
    ("[1, 2]", "[]", [effect(("l", 0), "remove"), effect(("l", 1), "remove")]),
    ("[1, 2]", "[1, 2, 3]", [effect(("l", 2), "insert", 3)]),
    ('  b {\n    c = "d"\n  }\n', "", [effect(("b", 0), "remove")]),
    ('"d"', '"e"', [effect(("b", 0, "c"), "set", "e")]),
    ('"d"', 'f( x.y,{ a = 1 })', [effect(("b", 0, "c"), "set", Expression("f(x.y, { a = 1 })"))]),
    ("  b {", "  b {\n    e = 1\n  }\n  b {", [effect(("b", 0), "insert", {"e": 1, "__is_block__": True})]),
])  # fmt: skip
def test_a_change_that_is_as_declared_is_proved(old: str, new: str, effects: list[Effect]) -> None:
    assert prove(BEFORE.encode(), BEFORE.replace(old, new, 1).encode(), effects) is None


SET_A = [effect(("a",), "set", True)]


@pytest.mark.parametrize(("old", "new"), [
    ("false", "false"),
    ("false", '"true"'),
    ("false", "True"),
    ("a = false", "a = true\n  n = 1"),
    ("[1, 2]", "[1]"),
    ("false # c", "true"),
    ("q = 1", "q = 2"),
    ("locals {\n  q = 1\n}\n", ""),
    ("q = 1\n}\n", "q = 1\n}\nlocals {}\n"),
    ("a = false", "a = true }"),
    ("a = false", "a = true\n  a = true"),
    ('c = "d"', ""),
    ("  b {", "  b2 {"),
])  # fmt: skip
def test_a_change_that_is_not_as_declared_is_refused(old: str, new: str) -> None:
    after = BEFORE.replace("false", "true", 1) if old not in ("false", "a = false", "false # c") else BEFORE

    assert prove(BEFORE.encode(), after.replace(old, new, 1).encode(), SET_A) is not None


@pytest.mark.parametrize("effects", [
    [effect(("n",), "set", True)],
    [effect(("a",), "insert", True)],
    [effect(("n",), "remove")],
    [effect(("l", 7), "set", 1)],
    [effect(("a", "b", "c"), "set", 1)],
    [Effect((("resource", "no", "such"), "a"), "set", None, True, "")],
    [],
])  # fmt: skip
def test_effects_that_do_not_fit_the_file_are_refused(effects: list[Effect]) -> None:
    assert prove(BEFORE.encode(), BEFORE.replace("false", "true").encode(), effects) is not None


@pytest.mark.parametrize("odd", [
    "h = <<EOF\n  x\nEOF \n",
    "v = /* why */ 1\n",
    't = "${ \n 1 }"\n',
])  # fmt: skip
def test_where_the_second_reader_fails_the_tree_decides(odd: str) -> None:
    before = f'resource "x_y" "z" {{\n  a = false\n  {odd}  b = 2\n}}\n'

    assert prove(before.encode(), before.replace("false", "true").encode(), SET_A) is None
    assert prove(before.encode(), before.replace("b = 2", "b = 3").encode(), SET_A) is not None


def test_both_readers_read_alike() -> None:
    text = """resource "x_y" "z" {
      s = "a \\"b\\" $${c} \\n"
      t = "a ${var.x}"
      n = -1
      f = 1.5
      u = null
      l = [true, "x", var.y, f(1)]
      m = { a = 1, "b c" = "d" }
      e {}
      e {
        provisioner "local-exec" {
          command = "x"
        }
      }
    }
    """

    assert _by_hcl2(text) == _by_tree(text)


def test_a_repeated_block_is_told_by_its_place() -> None:
    before = b"locals {\n  a = 1\n}\nlocals {\n  a = 1\n}\n"
    after = b"locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n"

    assert prove(before, after, [Effect((("locals", 1), "a"), "set", 1, 2, "")]) is None
    assert prove(before, after, [Effect((("locals",), "a"), "set", 1, 2, "")]) is not None


def test_a_variable_file_is_proved_by_its_names() -> None:
    effects = [Effect((("a",),), "set", False, True, "")]

    assert prove(b"a = false\nb = 1\n", b"a = true\nb = 1\n", effects) is None
    assert prove(b"a = false\nb = 1\n", b"a = true\nb = 2\n", effects) is not None


def test_json_is_compared_as_json() -> None:
    before = b'{"resource": {"x": {"y": {"a": false, "b": [1]}}}}'
    effects = [Effect(("resource.x.y.a",), "set", False, True, "")]

    assert prove(before, before.replace(b"false", b"true"), effects) is None
    assert prove(before, before.replace(b"false", b"1"), effects) is not None
    assert prove(before, before.replace(b"[1]", b"[1, 2]"), effects) is not None
    assert prove(before, b"{", effects) is not None


@pytest.mark.parametrize("text", [b"", b"}", b"a = [" * 300, b"\xff\xfe", b"{" * 5000])
def test_no_bytes_make_the_proof_crash(text: bytes) -> None:
    assert prove(text, text + b"x", SET_A) is not None
