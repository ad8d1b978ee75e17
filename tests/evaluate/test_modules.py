"""What called modules say: each call with its own arguments, files and instances."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from iaclint.model.value import Reference
from tests.evaluate.trees import addresses, at, instances, plain, project_in, spelled, write

SHARED = {
    "m/main.tf": """
        variable "x" {}
        resource "t" "t" {
          x = var.x
        }
        output "x" {
          value = var.x
        }
        output "id" {
          value = t.t.id
        }
    """,
}
"""A module that hands its argument on."""


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are found from the working folder; a repository ends there."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


# --- calls --------------------------------------------------------------------------


def test_each_call_is_evaluated_with_its_own_arguments(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "a" {
          source = "./m"
          x      = "a"
        }
        module "b" {
          source = "./m"
          x      = "b"
        }
    """})  # fmt: skip

    assert plain(at(project, "module.a.t.t")) == "a"
    assert plain(at(project, "module.b.t.t")) == "b"


def test_arguments_reach_modules_two_calls_deep_and_outputs_come_back(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "outer" {
          source = "./outer"
          given  = "deep"
        }
        resource "t" "back" {
          x = module.outer.back
        }
    """, "outer/main.tf": """
        variable "given" {}
        module "inner" {
          source = "../m"
          x      = "${var.given}er"
        }
        output "back" {
          value = upper(module.inner.x)
        }
    """})  # fmt: skip

    assert plain(at(project, "module.outer.module.inner.t.t")) == "deeper"
    assert plain(at(project, "t.back")) == "DEEPER"


def test_for_each_over_a_map_of_objects_gives_an_instance_for_each_key(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "n" {
          for_each = { a = { v = 1 }, "b c" = { v = 2 } }
          source   = "./m"
          x        = each.value.v
        }
        resource "t" "all" {
          x = [for k, one in module.n : k]
          y = module.n["b c"].x
          z = module.n["none"].x
          v = values(module.n)[*].x
        }
    """})  # fmt: skip

    assert addresses(project) == ['module.n["a"].t.t', 'module.n["b c"].t.t', "t.all"]
    assert plain(at(project, 'module.n["b c"].t.t')) == 2
    assert plain(at(project, "t.all", "y")) == 2
    assert plain(at(project, "t.all", "z")) == "?"
    assert plain(at(project, "t.all")) in ("?", ["a", "b c"])
    assert plain(at(project, "t.all", "v")) in ("?", [1, 2])


def test_count_gives_numbered_instances_that_outputs_are_taken_from_by_index_and_splat(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "n" {
          count  = 2
          source = "./m"
          x      = "x${count.index}"
        }
        resource "t" "all" {
          x = module.n[*].x
          y = module.n[1].x
          z = module.n.*.x
          o = module.n[2].x
        }
    """})  # fmt: skip

    assert addresses(project) == ["module.n[0].t.t", "module.n[1].t.t", "t.all"]
    assert plain(at(project, "t.all")) == ["x0", "x1"]
    assert plain(at(project, "t.all", "y")) == "x1"
    assert plain(at(project, "t.all", "z")) == ["x0", "x1"]
    assert plain(at(project, "t.all", "o")) == "?"


@pytest.mark.parametrize("none", ["count = 0", "count = var.n", "for_each = {}", "for_each = toset([])"])
def test_a_module_that_is_not_called_has_no_resources(tmp_path: Path, none: str) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": f"""
        variable "n" {{
          default = 0
        }}
        module "n" {{
          source = "./m"
          {none}
          x = 1
        }}
        resource "t" "all" {{
          x = module.n[*].x
          y = one(module.n[*].x)
        }}
    """})  # fmt: skip

    assert addresses(project) == ["t.all"]


def test_a_module_called_unknown_many_times_is_evaluated_once_with_what_all_share(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        variable "n" {}
        module "n" {
          source   = "./m"
          for_each = var.n
          x        = each.value
          y        = "same"
        }
    """, "m/main.tf": """
        variable "x" {}
        variable "y" {}
        resource "t" "t" {
          x = var.x
          y = var.y
        }
    """})  # fmt: skip

    assert addresses(project) == ["module.n.t.t"]
    assert plain(at(project, "module.n.t.t")) == "?"
    assert plain(at(project, "module.n.t.t", "y")) == "same"


def test_modules_that_call_themselves_or_each_other_end(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        module "a" {
          source = "./a"
          x      = "start"
        }
    """, "a/main.tf": """
        variable "x" {}
        module "b" {
          source = "../b"
          x      = var.x
        }
        module "self" {
          source = "./"
          x      = "again"
        }
        resource "t" "t" {
          x = module.b.x
          y = module.self.x
        }
        output "x" {
          value = module.b.x
        }
    """, "b/main.tf": """
        variable "x" {}
        module "a" {
          source = "../a"
          x      = var.x
        }
        resource "t" "t" {
          x = var.x
        }
        output "x" {
          value = module.a.x
        }
    """})  # fmt: skip

    assert addresses(project) == ["module.a.module.b.t.t", "module.a.t.t"]
    assert plain(at(project, "module.a.module.b.t.t")) == "start"
    assert plain(at(project, "module.a.t.t")) == "?"
    assert plain(at(project, "module.a.t.t", "y")) == "?"


def test_calls_deeper_than_the_bound_are_left_unknown(tmp_path: Path) -> None:
    files = {"main.tf": 'module "m" {\n  source = "./d0"\n  x      = 7\n}\n'}
    for depth in range(40):
        files[f"d{depth}/main.tf"] = (
            'variable "x" {}\nresource "t" "t" {\n  x = var.x\n}\n'
            f'module "m" {{\n  source = "../d{depth + 1}"\n  x      = var.x\n}}\n'
        )
    project = project_in(tmp_path, files)

    found = addresses(project)
    assert 20 <= len(found) < 40
    assert all(plain(at(project, address)) == 7 for address in found)


def test_two_arguments_of_modules_may_need_each_others_outputs(tmp_path: Path) -> None:
    """Terraform orders variables and outputs, not whole modules."""
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "a" {
          source = "./two"
          x      = "first"
          y      = module.b.x
        }
        module "b" {
          source = "./two"
          x      = module.a.x
          y      = "last"
        }
        resource "t" "t" {
          x = "${module.a.y}-${module.b.y}"
        }
    """, "two/main.tf": """
        variable "x" {}
        variable "y" {}
        output "x" {
          value = var.x
        }
        output "y" {
          value = var.y
        }
    """})  # fmt: skip

    assert plain(at(project, "t.t")) == "first-last"


# --- outputs -----------------------------------------------------------------------


def test_an_output_keeps_what_is_known_of_maps_and_lists_and_where_it_is_written(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        module "m" {
          source = "./m"
        }
        resource "t" "t" {
          x = module.m.all["k"].list[1]
          y = module.m.all["k"].id
          z = module.m.none
        }
    """, "m/main.tf": """
        resource "t" "t" {}
        output "all" {
          value = { k = { list = ["a", "b"], id = t.t.id } }
        }
    """})  # fmt: skip

    value = at(project, "t.t")
    assert plain(value) == "b"
    assert spelled(value.source_value) == '"b"'
    assert value.source_value.document.path == "m/main.tf"
    assert plain(at(project, "t.t", "y")) == "?"
    assert plain(at(project, "t.t", "z")) == "?"


@pytest.mark.parametrize(
    ("marked", "is_sensitive"), [("sensitive = true", True), ("sensitive = false", False), ("", False)]
)
def test_sensitive_outputs_pass_the_mark_on(tmp_path: Path, marked: str, is_sensitive: bool) -> None:
    project = project_in(tmp_path, {"main.tf": """
        module "m" {
          source = "./m"
        }
        resource "t" "t" {
          x = "<${module.m.x}>"
        }
    """, "m/main.tf": f"""
        output "x" {{
          value = "word"
          {marked}
        }}
    """})  # fmt: skip

    value = at(project, "t.t")
    assert plain(value) == "<word>"
    assert value.is_sensitive is is_sensitive


# --- inputs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "argument", "expected"),
    [
        ('default = "d"', "", "d"),
        ('default = "d"', 'x = "a"', "a"),
        ('default = "d"', "x = null", None),
        ('default = "d"\n  nullable = true', "x = null", None),
        ('default = "d"\n  nullable = false', "x = null", "d"),
        ('default = "d"\n  nullable = false', "x = t.other.id", "?"),
        ("default = null", "", None),
        ("", "", "?"),
        ("", "x = 1", 1),
        ("type = string", "x = 1", "1"),
        ("type = bool", 'x = "true"', True),
        ("type = object({ a = string, b = optional(bool, true) })", 'x = { a = 1 }', {"a": "1", "b": True}),
        ('default = "d"', "x = var.unknown", "?"),
    ],
)  # fmt: skip
def test_a_variable_takes_the_argument_of_its_call_or_its_default(
    tmp_path: Path, variable: str, argument: str, expected: object
) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        variable "unknown" {{}}
        module "m" {{
          source = "./m"
          {argument}
        }}
    """, "m/main.tf": f'variable "x" {{\n  {variable}\n}}\nresource "t" "t" {{\n  x = [var.x]\n}}\n'})  # fmt: skip

    assert plain(at(project, "module.m.t.t")) == [expected]


def test_tfvars_of_a_called_module_are_not_its_arguments(tmp_path: Path) -> None:
    """Terraform reads variable files for the root module only."""
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "m" {
          source = "./m"
        }
    """, "m/terraform.tfvars": 'x = "no"\n', "terraform.tfvars": 'x = "no"\n'})  # fmt: skip

    assert plain(at(project, "module.m.t.t")) == "?"


# --- where modules come from ---------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "./missing", "../outside", "./m\\u0000", "m", "", "hashicorp/consul/aws",
        "git::https://example.com/m.git", "github.com/o/r", "/etc",
    ],
)  # fmt: skip
def test_a_module_that_is_not_at_hand_is_unknown(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    project = project_in(tmp_path, {
        "root/m/main.tf": 'output "x" {\n  value = 1\n}\n',
        "root/main.tf": f"""
            module "m" {{
              source = "{source}"
            }}
            resource "t" "t" {{
              x = module.m.x
            }}
        """,
    }, "root")  # fmt: skip

    assert addresses(project) == ["t.t"]
    assert plain(at(project, "t.t")) == "?"


def fetched(folder: Path, *entries: tuple[str, str]) -> None:
    modules = [{"Key": "", "Source": "", "Dir": "."}]
    modules += [{"Key": key, "Source": "registry.terraform.io/o/n/p", "Dir": where} for key, where in entries]
    write(folder, {".terraform/modules/modules.json": json.dumps({"Modules": modules})})


REMOTE = """
    module "net" {
      source  = "o/n/p"
      version = "1.0.0"
      x       = "given"
    }
    resource "t" "t" {
      x = module.net.x
    }
"""


def test_a_fetched_module_is_found_through_the_manifest(tmp_path: Path) -> None:
    fetched(tmp_path, ("net", ".terraform/modules/net"), ("net.inner", ".terraform/modules/net/inner"))
    project = project_in(tmp_path, {
        "main.tf": REMOTE,
        ".terraform/modules/net/main.tf": """
            variable "x" {}
            module "inner" {
              source = "o/inner/p"
              x      = var.x
            }
            output "x" {
              value = module.inner.x
            }
        """,
        ".terraform/modules/net/inner/main.tf": SHARED["m/main.tf"],
    })  # fmt: skip

    assert plain(at(project, "module.net.module.inner.t.t")) == "given"
    assert plain(at(project, "t.t")) == "given"


@pytest.mark.parametrize("where", ["../outside", "../root/../outside", "{outside}", ".", "", "link", "..\\outside"])
def test_a_manifest_does_not_lead_out_of_the_repository(tmp_path: Path, where: str) -> None:
    outside = tmp_path / "outside"
    write(outside, {"main.tf": 'output "x" {\n  value = "stolen"\n}\n'})
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / "link").symlink_to(outside)
    fetched(root, ("net", where.format(outside=outside)))
    project = project_in(tmp_path, {"root/main.tf": REMOTE}, "root")

    assert plain(at(project, "t.t")) == "?"


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", '{"Modules": null}', '{"Modules": [null, 1, {"Key": 1}]}', '{"Modules": {"Key": "net"}}',
        '{"Modules": [{"Key": "net", "Dir": null}]}', '{"Modules": [{"Key": "net", "Dir": "a\\u0000b"}]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_no_harm(tmp_path: Path, text: str) -> None:
    write(tmp_path, {".terraform/modules/modules.json": text})
    project = project_in(tmp_path, {"main.tf": REMOTE})

    assert plain(at(project, "t.t")) == "?"


def test_a_module_folder_that_links_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"away/main.tf": 'output "x" {\n  value = "stolen"\n}\n'})
    repository = tmp_path / "root"
    (repository / ".git").mkdir(parents=True)
    (repository / "m").symlink_to(tmp_path / "away")
    project = project_in(tmp_path, {"root/main.tf": """
        module "m" {
          source = "./m"
        }
        resource "t" "t" {
          x = module.m.x
        }
    """}, "root")  # fmt: skip

    assert plain(at(project, "t.t")) == "?"


# --- files -------------------------------------------------------------------------


def test_path_module_is_the_folder_of_the_module_and_path_root_that_of_the_root(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        module "m" {
          source = "./mods/m"
        }
        resource "t" "t" {
          x = file("${path.module}/a.txt")
        }
    """, "a.txt": "of the root", "mods/m/a.txt": "of the module", "mods/m/t.tftpl": "<${who}>", "mods/m/main.tf": """
        resource "t" "t" {
          x = file("${path.module}/a.txt")
          y = file("${path.root}/a.txt")
          z = templatefile("${path.module}/t.tftpl", { who = "you" })
          n = file("a.txt")
        }
    """})  # fmt: skip

    assert plain(at(project, "t.t")) == "of the root"
    assert plain(at(project, "module.m.t.t")) == "of the module"
    assert plain(at(project, "module.m.t.t", "y")) == "of the root"
    assert plain(at(project, "module.m.t.t", "z")) == "<you>"
    assert plain(at(project, "module.m.t.t", "n")) == "of the root"


@pytest.mark.parametrize(
    "how", ["../secret.txt", "{absolute}", "link.txt", "/etc/hostname", "in/../../secret.txt", "missing", "a\\u0000"]
)
def test_file_does_not_read_outside_of_the_repository(tmp_path: Path, how: str) -> None:
    (tmp_path / "secret.txt").write_text("stolen")
    repository = tmp_path / "root"
    (repository / ".git").mkdir(parents=True)
    (repository / "link.txt").symlink_to(tmp_path / "secret.txt")
    path = how.format(absolute=tmp_path / "secret.txt")
    project = project_in(tmp_path, {"root/main.tf": f"""
        resource "t" "t" {{
          x = file("{path}")
          y = templatefile("{path}", {{}})
          z = filebase64("{path}")
        }}
    """}, "root")  # fmt: skip

    assert [plain(at(project, "t.t", name)) for name in "xyz"] == ["?", "?", "?"]


def test_file_reads_neighbours_within_the_repository_but_no_pipes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    project = project_in(tmp_path, {"near.txt": "near", "root/main.tf": """
        resource "t" "t" {
          x = file("../near.txt")
          y = file("../pipe")
        }
    """}, "root")  # fmt: skip

    assert plain(at(project, "t.t")) == "near"
    assert plain(at(project, "t.t", "y")) == "?"


# --- references ----------------------------------------------------------------------

BUCKETS = {
    "main.tf": """
        module "m" {
          source   = "./m"
          for_each = toset(["a", "b"])
          name     = each.key
        }
        resource "aws_s3_bucket" "b" {
          bucket = "root"
        }
        resource "aws_s3_bucket_acl" "b" {
          bucket = aws_s3_bucket.b.id
        }
    """,
    "m/main.tf": """
        variable "name" {}
        resource "aws_s3_bucket" "b" {
          for_each = toset(["x", "y"])
          bucket   = "${var.name}-${each.key}"
        }
        resource "aws_s3_bucket_acl" "b" {
          for_each = toset(["x", "y"])
          bucket   = aws_s3_bucket.b[each.key].id
        }
        resource "aws_s3_bucket_logging" "b" {
          bucket = aws_s3_bucket.b["x"].id
        }
    """,
}


def test_a_resource_is_the_companion_of_its_own_instance_in_its_own_module_only(tmp_path: Path) -> None:
    project = project_in(tmp_path, BUCKETS)
    acls = {}
    for bucket in project.blocks("aws_s3_bucket", "resource"):
        found, truth = project.companions(bucket, "aws_s3_bucket_acl", "bucket", ("bucket",))
        assert truth is True
        acls[bucket.instance_address] = [one.instance_address for one in found]

    assert acls["aws_s3_bucket.b"] == ["aws_s3_bucket_acl.b"]
    assert acls['module.m["a"].aws_s3_bucket.b["x"]'] == ['module.m["a"].aws_s3_bucket_acl.b["x"]']
    assert acls['module.m["b"].aws_s3_bucket.b["y"]'] == ['module.m["b"].aws_s3_bucket_acl.b["y"]']
    assert len(acls) == 5


def test_one_without_companion_is_told_from_its_sisters(tmp_path: Path) -> None:
    project = project_in(tmp_path, BUCKETS)
    logged = [
        bucket.instance_address
        for bucket in project.blocks("aws_s3_bucket", "resource")
        if project.companions(bucket, "aws_s3_bucket_logging", "bucket", ("bucket",))[1]
    ]

    assert logged == ['module.m["a"].aws_s3_bucket.b["x"]', 'module.m["b"].aws_s3_bucket.b["x"]']


def test_references_lead_to_the_instance_in_the_module_they_are_written_in(tmp_path: Path) -> None:
    project = project_in(tmp_path, BUCKETS)

    value = at(project, 'module.m["b"].aws_s3_bucket_acl.b["y"]', "bucket")
    target = project.follow(value)
    assert target is not None
    assert target.instance_address == 'module.m["b"].aws_s3_bucket.b["y"]'
    (reference, *_) = [one for one in value.references if one.startswith("aws_s3_bucket.b")]
    assert isinstance(reference, Reference)
    assert (str(reference), reference.module, reference.key) == ("aws_s3_bucket.b.id", 'module.m["b"]', '["y"]')
    root = project.resource("aws_s3_bucket.b")
    assert root is not None
    assert root.instance_address == "aws_s3_bucket.b"
    assert project.refers_to(value, target) is True
    assert project.refers_to(value, root, ("bucket",)) is False


def test_a_resource_of_a_called_module_is_reached_through_its_output(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**BUCKETS, "m/out.tf": """
        output "id" {
          value = aws_s3_bucket.b["y"].id
        }
    """, "more.tf": """
        resource "aws_s3_bucket_versioning" "v" {
          bucket = module.m["a"].id
        }
    """})  # fmt: skip

    versioned = [
        bucket.instance_address
        for bucket in project.blocks("aws_s3_bucket", "resource")
        if project.companions(bucket, "aws_s3_bucket_versioning", "bucket", ("bucket",))[1]
    ]
    assert versioned == ['module.m["a"].aws_s3_bucket.b["y"]']


def test_a_resource_given_to_a_module_is_reached_from_within(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "aws_s3_bucket" "b" {
          bucket = "name"
        }
        module "m" {
          source = "./m"
          bucket = aws_s3_bucket.b.id
        }
    """, "m/main.tf": """
        variable "bucket" {}
        resource "aws_s3_bucket_acl" "a" {
          bucket = var.bucket
        }
    """})  # fmt: skip

    (bucket,) = project.blocks("aws_s3_bucket", "resource")
    found, truth = project.companions(bucket, "aws_s3_bucket_acl", "bucket")
    assert truth is True
    assert [one.instance_address for one in found] == ["module.m.aws_s3_bucket_acl.a"]


# --- where it is written -----------------------------------------------------------------


def test_the_trail_names_every_place_a_literal_came_through(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        variable "v" {
          default = "word"
        }
        locals {
          l = { k = var.v }
        }
        module "m" {
          source = "./m"
          x      = local.l.k
        }
    """})  # fmt: skip

    value = at(project, "module.m.t.t")
    kinds = [one.block.kind for one in value.trail if one.block is not None]
    assert plain(value) == "word"
    assert spelled(value.source_value) == '"word"'
    assert list(dict.fromkeys(kinds)) == ["module", "locals", "variable"]
    assert "local.l.k" in [spelled(one) for one in value.trail]


def test_an_element_of_a_for_each_map_is_where_an_instance_has_its_value_from(tmp_path: Path) -> None:
    project = project_in(tmp_path, {**SHARED, "main.tf": """
        module "m" {
          source = "./m"
          for_each = {
            a = { x = "good" }
            b = { x = "bad" }
          }
          x = each.value.x
        }
    """})  # fmt: skip

    assert spelled(at(project, 'module.m["b"].t.t').source_value) == '"bad"'


# --- long and wide -------------------------------------------------------------------------


def test_a_value_is_found_through_five_thousand_locals_in_either_order(tmp_path: Path) -> None:
    lines = [f"  l{index} = local.l{index + 1}" for index in range(5_000)]
    up = "locals {\n" + "\n".join(lines) + '\n  l5000 = "end"\n}\n'
    project = project_in(tmp_path, {"main.tf": up + 'resource "t" "t" {\n  x = local.l0\n}\n'})

    assert plain(at(project, "t.t")) == "end"


def test_a_long_chain_of_locals_that_closes_in_itself_is_unknown(tmp_path: Path) -> None:
    lines = [f"  l{index} = local.l{(index + 1) % 3_000}" for index in range(3_000)]
    text = "locals {\n" + "\n".join(lines) + "\n}\n"
    project = project_in(tmp_path, {"main.tf": text + 'resource "t" "t" {\n  x = local.l0\n}\n'})

    assert plain(at(project, "t.t")) == "?"


@pytest.mark.parametrize(
    "text", ["a = local.a", "a = local.b\n  b = local.a", 'a = "${local.b}"\n  b = { k = local.a }', "a = [local.a]"]
)
def test_locals_that_need_themselves_are_unknown(tmp_path: Path, text: str) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        locals {{
          {text}
          fine = 1
        }}
        resource "t" "t" {{
          x = local.a
          y = local.fine
        }}
    """})  # fmt: skip

    assert plain(at(project, "t.t")) in ("?", ["?"], {"k": "?"})
    assert plain(at(project, "t.t", "y")) == 1


def test_a_value_is_found_through_two_thousand_resources(tmp_path: Path) -> None:
    parts = [f'resource "t" "r{index}" {{\n  x = t.r{index + 1}.x\n}}\n' for index in range(2_000)]
    project = project_in(tmp_path, {"main.tf": "".join(parts) + 'resource "t" "r2000" {\n  x = "end"\n}\n'})

    assert plain(at(project, "t.r0")) == "end"
    assert plain(at(project, "t.r1999")) == "end"


def test_a_value_is_found_through_five_hundred_calls_of_one_module(tmp_path: Path) -> None:
    parts = [
        f'module "m{index}" {{\n  source = "./m"\n  x      = module.m{index + 1}.x\n}}\n' for index in range(500)
    ]
    last = 'module "m500" {\n  source = "./m"\n  x      = "end"\n}\n'
    project = project_in(tmp_path, {**SHARED, "main.tf": "".join(parts) + last})

    assert plain(at(project, "module.m0.t.t")) == "end"
    assert sum(1 for _ in instances(project)) == 501


def test_an_expression_with_a_thousand_chains_below_it_is_evaluated_once(tmp_path: Path) -> None:
    """A deep argument that needs many others that are too deep still is known, in time."""
    deep = "".join(f"  d{index} = local.d{index + 1}\n" for index in range(18))
    wide = ", ".join(f"local.w{index}" for index in range(1_000))
    lines = "".join(f"  w{index} = local.v{index}\n  v{index} = {index}\n" for index in range(1_000))
    text = "locals {\n" + deep + f"  d18 = [{wide}]\n" + lines + "}\n"
    project = project_in(tmp_path, {"main.tf": text + 'resource "t" "t" {\n  x = local.d0\n}\n'})

    assert plain(at(project, "t.t")) == [*range(1_000)]
