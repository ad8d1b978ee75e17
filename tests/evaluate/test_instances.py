"""Instances of resources, data sources and calls: how many there are, their keys, and what each says."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.evaluate.terraform_instances import MAX_INSTANCES, index_text
from tests.evaluate.trees import addresses, at, instances, plain, project_in


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are found from the working folder."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("count = 2", ["t.t[0]", "t.t[1]"]),
        ('count = "2"', ["t.t[0]", "t.t[1]"]),
        ("count = 0", []),
        ("count = null", []),
        ("count = var.on ? 1 : 0", ["t.t[0]"]),
        ("count = var.off ? 1 : 0", []),
        ("count = var.unknown", ["t.t"]),
        ("count = -1", ["t.t"]),
        ("count = 1.5", ["t.t"]),
        ("count = length(local.names)", ["t.t[0]", "t.t[1]"]),
        ("for_each = toset(local.names)", ['t.t["a"]', 't.t["b"]']),
        ("for_each = { for name in local.names : upper(name) => name }", ['t.t["A"]', 't.t["B"]']),
        ("for_each = { for name in local.names : name => 1 if name != \"a\" }", ['t.t["b"]']),
        ('for_each = { "a\\"b" = 1, "c\\\\d" = 2, "é" = 3 }', ['t.t["a\\"b"]', 't.t["c\\\\d"]', 't.t["é"]']),
        ("for_each = {}", []),
        ("for_each = var.off ? { a = 1 } : {}", []),
        ("for_each = var.unknown", ["t.t"]),
        ("for_each = { (var.unknown) = 1 }", ["t.t"]),
        ("for_each = toset([var.unknown])", ["t.t"]),
        ("for_each = { a = var.unknown }", ['t.t["a"]']),
        ("", ["t.t"]),
    ],
)
def test_there_are_as_many_instances_as_terraform_makes(tmp_path: Path, meta: str, expected: list[str]) -> None:
    each = "count.index" if meta.startswith("count") else "each.key" if meta else "1"
    project = project_in(tmp_path, {"main.tf": f"""
        variable "unknown" {{}}
        variable "on" {{
          default = true
        }}
        variable "off" {{
          default = false
        }}
        locals {{
          names = ["a", "b"]
        }}
        resource "t" "t" {{
          {meta}
          x = {each}
        }}
    """})  # fmt: skip

    assert addresses(project) == expected


@pytest.mark.parametrize("meta", ["count = var.unknown", "for_each = var.unknown", "for_each = toset([var.unknown])"])
def test_where_the_number_is_unknown_one_symbolic_block_stands_for_all(tmp_path: Path, meta: str) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        variable "unknown" {{}}
        resource "t" "t" {{
          {meta}
          x = each.value
          i = count.index
          y = "same"
        }}
    """})  # fmt: skip

    (block,) = instances(project)
    assert block.is_symbolic
    assert [plain(block.get(name)) for name in "xiy"] == ["?", "?", "same"]


def test_instances_that_cannot_differ_are_one_block_that_stands_for_all(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "t" "t" {
          count = 3
          x     = "same"
        }
        resource "u" "u" {
          x = t.t[2].x
          y = t.t[*].id
        }
    """})  # fmt: skip

    (block,) = project.blocks("t", "resource")
    assert not block.is_symbolic
    assert block.instance_address == "t.t"
    assert plain(at(project, "u.u")) == "same"


def test_very_many_instances_are_one_block_of_which_nothing_is_guessed(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        resource "t" "t" {{
          count = {MAX_INSTANCES + 1}
          x     = count.index
        }}
        resource "t" "large" {{
          count = 1000000000000
          x     = count.index
        }}
        resource "t" "full" {{
          count = {MAX_INSTANCES}
          x     = count.index
        }}
    """})  # fmt: skip

    found = addresses(project)
    assert len(found) == MAX_INSTANCES + 2
    assert plain(at(project, "t.t")) == "?"
    assert plain(at(project, "t.full[99]")) == 99


def test_each_and_count_are_what_the_instance_is(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        locals {
          sizes = [10, 20]
          rules = { web = { port = 80, cidrs = ["a"] }, ssh = { port = 22, cidrs = ["b", "c"] } }
        }
        resource "t" "counted" {
          count = length(local.sizes)
          x     = "${count.index}:${local.sizes[count.index]}"
        }
        resource "t" "mapped" {
          for_each = local.rules
          x        = "${each.key}:${each.value.port}:${each.value["cidrs"][0]}"
          nested {
            y = each.value.cidrs
          }
          dynamic "inner" {
            for_each = each.value.cidrs
            content {
              z = "${each.key}-${inner.value}"
            }
          }
        }
        resource "t" "set" {
          for_each = toset(["k"])
          x        = "${each.key}=${each.value}"
        }
    """})  # fmt: skip

    assert plain(at(project, "t.counted[1]")) == "1:20"
    assert plain(at(project, 't.mapped["ssh"]')) == "ssh:22:b"
    assert plain(at(project, 't.mapped["ssh"]', "nested.y")) == ["b", "c"]
    ssh = next(one for one in instances(project) if one.instance == '["ssh"]')
    assert [plain(one) for one in ssh.each("inner.z")] == ["ssh-b", "ssh-c"]
    assert plain(at(project, 't.set["k"]')) == "k=k"


@pytest.mark.parametrize(
    ("collection", "expected"),
    [
        ('toset(["p", "q"])', ["p", "q"]), ('["p", "q"]', [0, 1]), ('tolist(["p", "q"])', [0, 1]),
        ("{ p = 1, q = 2 }", ["p", "q"]), ('toset(["p", var.n])', ["?"]), ("u.other.list", ["?", "?"]),
        ("[var.n]", [0]), ("var.n", ["?"]), ("u.other[*].list[0]", [0]),
    ],
)  # fmt: skip
def test_the_key_of_a_dynamic_block_is_that_of_its_element(
    tmp_path: Path, collection: str, expected: list[object]
) -> None:
    """Whether what another resource is given becomes a list or a set, only its schema tells."""
    project = project_in(tmp_path, {"main.tf": f"""
        variable "n" {{}}
        resource "u" "other" {{
          list = ["b", "a"]
        }}
        resource "t" "t" {{
          dynamic "inner" {{
            for_each = {collection}
            content {{
              key = inner.key
            }}
          }}
        }}
    """})  # fmt: skip
    (block,) = (one for one in instances(project) if one.type == "t")

    assert [plain(one.get("key")) for one in block.children("inner")] == expected


def test_a_data_source_has_instances_too(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        data "d" "d" {
          for_each = toset(["a", "b"])
          x        = each.key
        }
        resource "t" "t" {
          x = data.d.d["b"].x
          y = data.d.d["b"].computed
        }
    """})  # fmt: skip

    assert plain(at(project, "t.t")) == "b"
    assert plain(at(project, "t.t", "y")) == "?"


def test_other_resources_see_the_arguments_of_instances(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "t" "t" {
          for_each = { a = 1, b = 2 }
          x        = each.value
        }
        resource "t" "c" {
          count = 2
          x     = count.index + 10
        }
        resource "u" "u" {
          one   = t.t["b"].x
          none  = t.t["c"].x
          index = t.c[1].x
          splat = t.c[*].x
          star  = t.c.*.x
          keys  = keys(t.t)
          many  = length(t.c)
          all   = [for one in t.t : one.x]
          each  = { for key, one in t.t : key => one.x }
        }
    """})  # fmt: skip
    found = {name: plain(at(project, "u.u", name)) for name in
             ("one", "none", "index", "splat", "star", "keys", "many")}  # fmt: skip

    assert found == {
        "one": 2, "none": "?", "index": 11, "splat": [10, 11], "star": [10, 11], "keys": ["a", "b"], "many": 2,
    }  # fmt: skip
    assert plain(at(project, "u.u", "all")) in ([1, 2], ["?", "?"], "?")
    assert plain(at(project, "u.u", "each")) in ({"a": 1, "b": 2}, {"a": "?", "b": "?"}, "?")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('try(t.none[0].x, "none")', "none"), ("try(t.none[*].x, 1)", []), ("one(t.none[*].x)", None),
        ('try(t.two[2].x, "none")', "none"), ('try(t.two["1"].x, "none")', 11), ('try(t.two[-1].x, "none")', "none"),
        ('try(t.each["9"].x, "none")', "none"), ('try(t.each[1].x, "none")', "v"), ("can(t.each[2])", False),
        ('try(t.unknown[0].x, "none")', "?"), ('try(t.all[5].x, "none")', "none"), ('try(t.two[var.n].x, "none")', "?"),
        ('try(module.none[0].x, "none")', "none"), ('try(module.two[7].x, "none")', "none"),
        ('try(module.two[0].x, "none")', 0), ('try(module.unknown[0].x, "none")', "?"),
        ("resource.t.two[0].x", 10), ("resource.t.each", {"1": "?"}),
    ],
)  # fmt: skip
def test_an_index_that_no_instance_has_is_a_mistake(tmp_path: Path, expression: str, expected: object) -> None:
    """`try` passes over what is certainly not there, and over nothing else."""
    project = project_in(tmp_path, {"main.tf": f"""
        variable "n" {{}}
        resource "t" "none" {{
          count = 0
          x     = count.index
        }}
        resource "t" "two" {{
          count = 2
          x     = count.index + 10
        }}
        resource "t" "each" {{
          for_each = {{ 1 = "v" }}
          x        = each.value
        }}
        resource "t" "all" {{
          count = 2
          x     = var.n
        }}
        resource "t" "unknown" {{
          count = var.n
          x     = count.index
        }}
        module "none" {{
          count  = 0
          source = "./m"
        }}
        module "two" {{
          count  = 2
          source = "./m"
          x      = count.index
        }}
        module "unknown" {{
          count  = var.n
          source = "./m"
          x      = count.index
        }}
        resource "u" "u" {{
          x = {expression}
        }}
    """, "m/main.tf": 'variable "x" {}\noutput "x" {\n  value = var.x\n}\n'})  # fmt: skip

    assert plain(at(project, "u.u")) == expected


def test_a_resource_that_needs_itself_ends(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "t" "a" {
          count = length(t.a)
          x     = count.index
        }
        resource "t" "b" {
          for_each = t.c
          x        = each.key
        }
        resource "t" "c" {
          for_each = t.b
          x        = each.key
        }
        resource "t" "s" {
          x = self.y
          y = self.x
        }
    """})  # fmt: skip

    assert addresses(project) == ["t.a", "t.b", "t.c", "t.s"]
    assert plain(at(project, "t.s")) == "?"


def test_instances_of_resources_within_instances_of_modules(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        module "m" {
          source = "./m"
          count  = 2
          names  = ["n${count.index}", "z"]
        }
    """, "m/main.tf": """
        variable "names" {
          type = list(string)
        }
        resource "t" "t" {
          for_each = toset(var.names)
          x        = each.value
        }
    """})  # fmt: skip

    assert addresses(project) == [
        'module.m[0].t.t["n0"]', 'module.m[0].t.t["z"]', 'module.m[1].t.t["n1"]', 'module.m[1].t.t["z"]',
    ]  # fmt: skip
    block = next(iter(instances(project)))
    assert block.full_address == "module.m.t.t"
    assert block.address == "t.t"


def test_conditions_that_cannot_be_known_leave_what_is_said_in_place(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        variable "create" {}
        resource "t" "t" {
          count = var.create ? 1 : 0
          x     = "said"
        }
        resource "u" "u" {
          x = t.t[0].x
          y = one(t.t[*].x)
        }
    """})  # fmt: skip

    assert plain(at(project, "t.t")) == "said"
    assert plain(at(project, "u.u")) in ("?", "said")
    assert plain(at(project, "u.u", "y")) == "?"


@pytest.mark.parametrize(
    ("key", "written"), [(0, "[0]"), ("a", '["a"]'), ('q"', '["q\\""]'), ("b\\", '["b\\\\"]'), ("", '[""]')]
)
def test_a_key_is_written_as_terraform_writes_it(key: str | int, written: str) -> None:
    assert index_text(key) == written
