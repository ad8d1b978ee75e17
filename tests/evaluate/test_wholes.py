"""Resources and modules as objects: what is written in them is known, the rest is somebody's attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.model import Value
from iaclint.model.value import Reference
from tests.evaluate.trees import addresses, at, plain, project_in

_MAIN = """
    variable "n" {{}}
    resource "t" "two" {{
      count = 2
      x     = "c${{count.index}}"
    }}
    resource "t" "same" {{
      count = 2
      x     = "s"
    }}
    resource "t" "each" {{
      for_each = {{ a = 1, b = 2 }}
      x        = "e${{each.key}}"
      list     = [each.value]
    }}
    resource "t" "unknown" {{
      count = var.n
      x     = "u"
    }}
    resource "t" "none" {{
      count = 0
      x     = "n"
    }}
    resource "t" "one" {{
      x = "1"
      b {{
        a = "first"
        c {{
          d = "deep"
        }}
      }}
      dynamic "many" {{
        for_each = ["p", "q"]
        content {{
          a = many.value
        }}
      }}
      dynamic "some" {{
        for_each = var.n
        content {{
          a = "s"
        }}
      }}
      dynamic "empty" {{
        for_each = []
        content {{
          a = "e"
        }}
      }}
    }}
    module "two" {{
      count  = 2
      source = "./m"
      x      = "m${{count.index}}"
    }}
    module "each" {{
      for_each = toset(["k", "l"])
      source   = "./m"
      x        = each.value
    }}
    module "far" {{
      for_each = toset(["k"])
      source   = "example/far/t"
    }}
    module "one" {{
      source = "./m"
      x      = "m"
    }}
    module "taken" {{
      source = "./taken"
      object = t.each["a"]
      module = module.one
    }}
    resource "u" "u" {{
      x = {expression}
    }}
"""
_MODULES = {
    "m/main.tf": 'variable "x" {}\noutput "out" {\n  value = var.x\n}\noutput "secret" {\n  value     = var.x\n'
    '  sensitive = true\n}\nresource "t" "t" {\n  x = var.x\n}\noutput "t" {\n  value = t.t\n}\n',
    "taken/main.tf": 'variable "object" {\n  type = object({ x = string, id = string, y = optional(string, "d") })\n}\n'
    'variable "module" {}\noutput "x" {\n  value = var.object.x\n}\noutput "id" {\n  value = var.object.id\n}\n'
    'output "y" {\n  value = var.object.y\n}\noutput "out" {\n  value = var.module.out\n}\n',
}


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are found from the working folder."""
    monkeypatch.chdir(tmp_path)


def value_of(tmp_path: Path, expression: str) -> Value:
    """The Value of an expression beside the resources and modules above."""
    project = project_in(tmp_path, {"main.tf": _MAIN.format(expression=expression), **_MODULES})
    return at(project, "u.u")


def identities(value: Value) -> set[tuple[str, str]]:
    """The address and key of all References of a Value."""
    return {(str(one), one.key) for one in value.references if isinstance(one, Reference)}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("values(t.each)[*].x", ["ea", "eb"]),
        ("{ for k, one in t.each : k => one.x }", {"a": "ea", "b": "eb"}),
        ("{ for k, one in t.each : k => one.id }", {"a": "?", "b": "?"}),
        ("[for one in t.two : one.x]", ["c0", "c1"]),
        ("t.two[*].x", ["c0", "c1"]), ("t.two.*.x", ["c0", "c1"]), ("t.same[*].x", ["s", "s"]), ("t.same.*.x[1]", "s"),
        ("length(t.same)", 2), ("length(t.same[*].id)", 2), ("t.unknown[*].x", "?"), ("length(t.unknown)", "?"),
        ("t.two[*].id", ["?", "?"]), ("one(t.none[*].x)", None), ('t.two[1]["x"]', "c1"), ("t.two.0.x", "c0"),
        ("element(t.two, 3).x", "c1"), ("flatten([t.two, t.two[*]])[3].x", "c1"), ("concat(t.none, t.two)[0].x", "c0"),
        ('lookup(t.each, "b", null).x', "eb"), ('merge(t.each, { c = { x = 1 } })["a"].x', "ea"),
        ("[for k in keys(t.each) : t.each[k].list[0]]", [1, 2]), ("values(t.each)[*].list[0]", [1, 2]),
        ("flatten(values(t.each)[*].list)", [1, 2]), ("{ for k, one in t.each : one.x => k }", {"ea": "a", "eb": "b"}),
        ("t.one != null", True), ("t.one == null", False), ("t.one == t.one", "?"),
        # a schema may make a string of a number
        ('t.each["a"].list[0] == 1', "?"), ('t.each["a"].x == "ea"', True), ('t.each["a"].x == "eb"', False),
        ('"n${t.each["a"].list[0]}"', "n1"), ('t.each["a"].list[0] + 1', 2), ("slice(var.n, 0, 1) == [1]", "?"),
        ("length(slice(var.n, 0, 2))", 2), ("try(slice(1, 0, 2), 3)", 3), ("length(t.one)", "?"),
        ("try(t.two[0], null).x", "c0"), ("try(t.none[0], t.two[1]).x", "c1"), ("can(t.two[0])", True),
        ("can(t.none[0])", False), ("(true ? t.two[0] : null).x", "c0"), ("(true ? t.two[0] : { x = 1 }).x", "?"),
        ("(true ? null : t.two[0])", None), ("t.each[*].x", "?"), ("try(t.each[*].x, 1)", 1),
        ('t.each[*]["a"].x', ["ea"]), ("t.one[*].x", ["1"]), ("module.one[*].out", ["m"]),
        ("{ for k, m in module.each : k => m.out }", {"k": "k", "l": "l"}), ("module.two[*].out", ["m0", "m1"]),
        ("values(module.each)[*].out", ["k", "l"]), ("values(module.each)[*].t.x", ["k", "l"]),
        ("{ for k, m in module.far : k => m.out }", {"k": "?"}), ("keys(module.far)", ["k"]),
        ("module.one != null", True), ("module.one.none", "?"), ("module.one.t.x", "m"), ('module.one["out"]', "m"),
        ("module.taken.x", "ea"), ("module.taken.id", "?"), ("module.taken.y", "?"), ("module.taken.out", "m"),
        ("keys(t.one)", "?"), ("[for k, v in t.one : k]", "?"), ("merge(t.one, { x = 2 }).x", 2), ("t.one", "?"),
    ],
)  # fmt: skip
def test_an_object_is_known_where_it_is_written(tmp_path: Path, expression: str, expected: object) -> None:
    assert plain(value_of(tmp_path, expression)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("t.one.b[0].a", "first"), ("t.one.b.0.a", "first"), ('t.one.b[0]["a"]', "first"),
        ("t.one.b[0].c[0].d", "deep"),
        ("t.one.b[1].a", "?"), ("t.one.b[0].none", "?"), ("t.one.b[0].c", "?"), ("t.one.b[*].a", ["first"]),
        ("one(t.one.b[*].a)", "first"), ("t.one.b[*].c[0].d", ["deep"]), ("t.one.b.*.a[0]", "first"),
        ("t.one.many[1].a", "q"), ("t.one.many[*].a", "?"), ("t.one.some[0].a", "?"), ("t.one.empty[0].a", "?"),
        ("t.one.b.a", "first"), ("t.one.many.a", "?"), ("length(t.one.b)", "?"), ("t.one.b[var.n].a", "?"),
        ("[for one in t.one.b : one.a]", "?"), ("upper(t.one.b[0].a)", "FIRST"),
        # of a set there is no first, and `try` hides that it is a mistake
        ('try(t.one.b[0].a, "none")', "?"), ('try(upper(t.one.b[0].c[0].d), "none")', "?"), ("can(t.one.b.a)", "?"),
        ('try(t.one.b[*].a, "none")', "?"), ('try(t.one.x, "none")', "1"), ('try(t.one.b[0]["a"], "none")', "?"),
        ("[for one in [t.one] : one.b[0].a]", ["first"]), ("try([for one in [t.one] : one.b[0].a], 1)", "?"),
    ],
)  # fmt: skip
def test_nested_blocks_are_known_by_their_index(tmp_path: Path, expression: str, expected: object) -> None:
    assert plain(value_of(tmp_path, expression)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('try(aws_instance.i.root_block_device[0].encrypted, "none")', True),
        ('try(aws_instance.i.root_block_device.encrypted, "none")', "?"), ("aws_instance.i.ebs_block_device[*].a", "?"),
        ('try(aws_instance.i.ebs_block_device[0].encrypted, "none")', "?"), ("aws_lb.l.access_logs[1].bucket", "?"),
        ("aws_lb_listener.l.default_action[*].type", ["forward", "redirect"]),
        ("try(aws_lb_listener.l.default_action[1].type, 1)", "redirect"),
        ("aws_lb_listener.l.default_action.type", "?"),
    ],
)  # fmt: skip
def test_the_schema_tells_whether_nested_blocks_are_a_list(
    tmp_path: Path, expression: str, expected: object
) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        resource "aws_instance" "i" {{
          root_block_device {{
            encrypted = true
          }}
          ebs_block_device {{
            encrypted = true
            a         = 1
          }}
          ebs_block_device {{
            encrypted = false
            a         = 1
          }}
        }}
        resource "aws_lb" "l" {{
          access_logs {{
            bucket = "b"
          }}
        }}
        resource "aws_lb_listener" "l" {{
          default_action {{
            type = "forward"
          }}
          default_action {{
            type = "redirect"
          }}
        }}
        resource "u" "u" {{
          x = {expression}
        }}
    """})  # fmt: skip

    assert plain(at(project, "u.u")) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("values(t.each)[0].id", {("t.each.id", '["a"]')}), ("t.two[1].id", {("t.two.id", "[1]")}),
        ("element(t.two, 1).id", {("t.two.id", "[1]")}), ("t.one.id", {("t.one.id", "")}),
        ("one([t.one]).b[0].id", {("t.one.b.id", "")}), ("module.one.t.id", {("t.t.id", "")}),
        ("module.taken.id", {("t.each.id", '["a"]')}), ("values(module.far)[0].out", {("module.far.out", "")}),
    ],
)  # fmt: skip
def test_what_is_unknown_is_known_by_whose_it_is(
    tmp_path: Path, expression: str, expected: set[tuple[str, str]]
) -> None:
    value = value_of(tmp_path, expression)

    assert value.is_unknown and expected <= identities(value)


def test_instances_may_be_those_of_another_resource(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "t" "a" {
          for_each = { k = "v", l = "w" }
          x        = each.value
        }
        resource "u" "b" {
          for_each = t.a
          x        = each.value.x
          id       = each.value.id
          key      = each.key
        }
        resource "u" "c" {
          for_each = module.m
          x        = each.value.out
        }
        module "m" {
          for_each = u.b
          source   = "./m"
          x        = each.value.x
        }
    """, **_MODULES})  # fmt: skip

    assert {'u.b["k"]', 'u.b["l"]', 'u.c["k"]', 'u.c["l"]'} <= set(addresses(project))
    assert [plain(at(project, 'u.b["l"]', name)) for name in ("x", "id", "key")] == ["w", "?", "l"]
    assert ("t.a.id", '["l"]') in identities(at(project, 'u.b["l"]', "id"))
    assert plain(at(project, 'u.c["l"]')) == "w"


def test_what_is_sensitive_of_a_module_is_so_through_the_object(tmp_path: Path) -> None:
    value = value_of(tmp_path, "[for m in values(module.each) : m.secret][0]")

    assert plain(value) == "k" and value.is_sensitive
    assert not value_of(tmp_path, "[for m in values(module.each) : m.out][0]").is_sensitive


@pytest.mark.parametrize("key", ["count.index", "each.key"])
def test_an_override_alone_may_make_instances_differ(tmp_path: Path, key: str) -> None:
    meta = "count = 2" if key == "count.index" else 'for_each = toset(["a", "b"])'
    project = project_in(tmp_path, {
        "main.tf": f'resource "t" "t" {{\n  {meta}\n  x = 1\n}}\n',
        "override.tf": f'resource "t" "t" {{\n  y = {key}\n}}\n',
    })  # fmt: skip
    nested = project_in(tmp_path, {
        "main.tf": f'resource "t" "t" {{\n  {meta}\n  x = 1\n}}\n',
        "override.tf": f'resource "t" "t" {{\n  b {{\n    y = {key}\n  }}\n}}\n',
    })  # fmt: skip
    names = ["t.t[0]", "t.t[1]"] if key == "count.index" else ['t.t["a"]', 't.t["b"]']

    assert addresses(project) == addresses(nested) == names
    assert plain(at(project, names[1], "y")) == plain(at(nested, names[1], "b.y")) == (
        1 if key == "count.index" else "b"
    )  # fmt: skip
