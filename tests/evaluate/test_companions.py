"""What belongs to a resource: in every way its argument may name it, and in none that names another."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.model import Block, Project
from iaclint.model.value import Truth
from tests.evaluate.trees import project_in, write
from tests.running import lint

BUCKET, VERSIONING = "aws_s3_bucket", "aws_s3_bucket_versioning"


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def truths(
    project: Project,
    subject: str = BUCKET,
    type: str = VERSIONING,
    by: str = "bucket",
    names: tuple[str, ...] = ("bucket",),
) -> dict[str, Truth]:
    """Whether each subject has a companion, by its address without the type."""
    return {
        _short(block, subject): project.companions(block, type, by, names)[1]
        for block in project.blocks(subject, "resource")
    }


def _short(block: Block, subject: str) -> str:
    return block.instance_address.replace(f"{subject}.", "")


def block(type: str, name: str, body: str) -> str:
    return f'resource "{type}" "{name}" {{\n{body}\n}}\n'


def versioning(expression: str, meta: str = "") -> str:
    return block(VERSIONING, "v", f"  bucket = {expression}\n  {meta}")


# --- every companion of a bucket --------------------------------------------------------------------------------

EIGHT = [
    "aws_s3_bucket_public_access_block", "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_logging", "aws_s3_bucket_policy",
    "aws_s3_bucket_acl", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_lifecycle_configuration",
]  # fmt: skip

TWO = """
variable "b" {
  default = "logs"
}
variable "u" {}
variable "w" {}
locals {
  id   = aws_s3_bucket.b.id
  name = "logs"
  pick = { b = aws_s3_bucket.b, o = aws_s3_bucket.o }
}
resource "aws_s3_bucket" "b" {
  bucket = local.name
}
resource "aws_s3_bucket" "o" {
  bucket = "other"
}
data "aws_s3_bucket" "same" {
  bucket = "logs"
}
data "aws_s3_bucket" "by_reference" {
  bucket = aws_s3_bucket.b.id
}
data "aws_s3_bucket" "far" {
  bucket = "far"
}
data "aws_s3_bucket" "unknown" {
  bucket = var.u
}
resource "aws_s3_bucket_request_payment_configuration" "p" {
  bucket = aws_s3_bucket.b.id
  payer  = "Requester"
}
"""

OF_B = [
    "aws_s3_bucket.b.id", "aws_s3_bucket.b.bucket", "resource.aws_s3_bucket.b.id", '"${aws_s3_bucket.b.id}"',
    "local.id", 'split(":::", aws_s3_bucket.b.arn)[1]', '"logs"', "local.name", "var.b", 'join("", ["lo", "gs"])',
    'local.pick["b"].bucket', "true ? aws_s3_bucket.b.id : aws_s3_bucket.o.id",
    "false ? aws_s3_bucket.o.bucket : aws_s3_bucket.b.bucket", 'try(aws_s3_bucket.b.id, "")',
    "one([aws_s3_bucket.b.id])", "element([aws_s3_bucket.o.id, aws_s3_bucket.b.id], 1)",
    "[aws_s3_bucket.b.id, aws_s3_bucket.o.id][0]", "coalesce(null, aws_s3_bucket.b.bucket, aws_s3_bucket.o.bucket)",
    "data.aws_s3_bucket.same.id", "data.aws_s3_bucket.same.bucket", "data.aws_s3_bucket.by_reference.id",
    "aws_s3_bucket_request_payment_configuration.p.id", "aws_s3_bucket_request_payment_configuration.p.bucket",
]  # fmt: skip


@pytest.mark.parametrize("type", EIGHT)
def test_every_spelling_names_the_bucket_and_no_other(tmp_path: Path, type: str) -> None:
    for number, expression in enumerate(OF_B):
        companion = block(type, "c", f"  bucket = {expression}")
        project = project_in(tmp_path, {f"{number}/main.tf": TWO + companion}, str(number))

        assert truths(project, type=type) == {"b": True, "o": False}, expression


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"another"', {"b": False, "o": False}), ('"logs-2"', {"b": False, "o": False}),
        ("data.aws_s3_bucket.far.id", {"b": False, "o": False}),
        ("data.aws_s3_bucket.far.bucket", {"b": False, "o": False}),
        ('"${var.u}-x"', {"b": False, "o": False}), ('"a-${var.u}"', {"b": False, "o": False}),
        # what may be either
        ("var.u", {"b": None, "o": None}), ('"lo${var.u}"', {"b": None, "o": False}),
        ("data.aws_s3_bucket.unknown.id", {"b": None, "o": None}), ("module.remote.id", {"b": None, "o": None}),
        ("var.u ? aws_s3_bucket.b.id : aws_s3_bucket.o.id", {"b": True, "o": True}),
        # of an object among others only what is written can be told apart
        ("local.pick.b.id", {"b": True, "o": True}),
        ("coalesce(var.u, aws_s3_bucket.b.id)", {"b": True, "o": None}),
        ('var.u == "" ? aws_s3_bucket.b.id : var.w', {"b": True, "o": None}),
        ("try(var.u.id, aws_s3_bucket.b.id)", {"b": True, "o": None}),
    ],
)  # fmt: skip
def test_what_may_be_another_is_told_from_what_is(tmp_path: Path, expression: str, expected: dict[str, Truth]) -> None:
    project = project_in(tmp_path, {"main.tf": TWO + versioning(expression)})

    assert truths(project) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("aws_ebs_volume.v.arn", False), ("aws_ebs_volume.v[var.u].arn", False), ("aws_efs_file_system.e.arn", True),
        ("coalesce(aws_ebs_volume.v.arn, var.u)", None), ("aws_ebs_volume.v.other", None),
        ("aws_efs_mount_target.m.id", None), ("data.aws_ebs_volume.v.arn", None),
    ],
)  # fmt: skip
def test_what_another_service_has_is_no_name_of_this_one(tmp_path: Path, expression: str, expected: Truth) -> None:
    text = 'variable "u" {}\n' + block("aws_efs_file_system", "e", "") + block("aws_backup_selection", "s", f"""
  resources = [{expression}]
""")
    project = project_in(tmp_path, {"main.tf": text})

    assert truths(project, "aws_efs_file_system", "aws_backup_selection", "resources.*", ()) == {"e": expected}


# --- names that are not known ------------------------------------------------------------------------------------

UNKNOWN_NAMES = """
variable "p" {}
resource "aws_s3_bucket" "b" {
  bucket = "${var.p}-logs"
}
resource "aws_s3_bucket" "o" {
  bucket = "${var.p}-data"
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"${var.p}-logs"', {"b": True, "o": False}), ("aws_s3_bucket.b.bucket", {"b": True, "o": False}),
        ("aws_s3_bucket.b.id", {"b": True, "o": False}), ('"${var.p}-more"', {"b": False, "o": False}),
        ('"prod-data"', {"b": False, "o": None}), ('"prod"', {"b": False, "o": False}),
    ],
)  # fmt: skip
def test_names_that_are_not_known_are_compared_by_what_is(
    tmp_path: Path, expression: str, expected: dict[str, Truth]
) -> None:
    project = project_in(tmp_path, {"main.tf": UNKNOWN_NAMES + versioning(expression)})

    assert truths(project) == expected


def test_the_name_of_another_resource_is_not_this_ones(tmp_path: Path) -> None:
    known = block(BUCKET, "k", '  bucket = "prod-data"')
    project = project_in(tmp_path, {"main.tf": UNKNOWN_NAMES + known + versioning('"prod-data"')})

    assert truths(project) == {"b": False, "o": False, "k": True}


def test_a_bucket_named_after_another_is_itself(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": """
        resource "aws_s3_bucket" "b" {
          bucket = "${aws_s3_bucket.o.id}-logs"
        }
        resource "aws_s3_bucket" "o" {}
    """.replace("        ", "") + versioning("aws_s3_bucket.b.bucket")})

    assert truths(project) == {"b": True, "o": False}


def test_a_name_that_the_provider_chooses_is_no_literal(tmp_path: Path) -> None:
    bucket = block(BUCKET, "b", '  bucket_prefix = "lo"')
    project = project_in(tmp_path, {"main.tf": bucket + versioning('"logs"')})

    assert truths(project) == {"b": False}


# --- count, for_each ---------------------------------------------------------------------------------------------

COUNTED = block(BUCKET, "b", '  count  = 2\n  bucket = "b${count.index}"')
KEYED = """
locals {
  m = { x = {}, y = {} }
}
resource "aws_s3_bucket" "b" {
  for_each = local.m
  bucket   = "b-${each.key}"
}
"""
PERHAPS = """
variable "u" {}
resource "aws_s3_bucket" "b" {
  count  = var.u ? 1 : 0
  bucket = "b"
}
resource "aws_s3_bucket" "o" {
  bucket = "o"
}
"""
KEYS_UNKNOWN = """
variable "u" {}
resource "aws_s3_bucket" "b" {
  for_each = var.u
  bucket   = each.key
}
resource "aws_s3_bucket" "o" {}
"""
INDICES = {(True, True): {"b[0]": True, "b[1]": True}, (True, False): {"b[0]": True, "b[1]": False}}
KEYS = {(True, True): {'b["x"]': True, 'b["y"]': True}, (True, False): {'b["x"]': True, 'b["y"]': False}}
ONLY_B: dict[str, Truth] = {"b": True, "o": False}


@pytest.mark.parametrize(
    ("buckets", "expression", "meta", "expected"),
    [
        (COUNTED, "aws_s3_bucket.b[count.index].id", "count = 2", INDICES[True, True]),
        (COUNTED, "aws_s3_bucket.b[count.index].id", "count = length(aws_s3_bucket.b)", INDICES[True, True]),
        (COUNTED, "aws_s3_bucket.b[count.index].id", "count = 1", INDICES[True, False]),
        (COUNTED, "aws_s3_bucket.b[0].id", "", INDICES[True, False]),
        (COUNTED, "aws_s3_bucket.b.0.id", "", INDICES[True, False]),
        (COUNTED, '"b0"', "", INDICES[True, False]),
        (COUNTED, "element(aws_s3_bucket.b[*].id, 0)", "", INDICES[True, False]),
        (COUNTED, "element(aws_s3_bucket.b.*.id, 2)", "", INDICES[True, False]),
        (COUNTED, "each.value", "for_each = toset(aws_s3_bucket.b[*].bucket)", INDICES[True, True]),
        (COUNTED, "aws_s3_bucket.b[count.index].id", "count = 0", {"b[0]": False, "b[1]": False}),
        (KEYED, "aws_s3_bucket.b[each.key].id", "for_each = local.m", KEYS[True, True]),
        (KEYED, "aws_s3_bucket.b[each.key].id", "for_each = aws_s3_bucket.b", KEYS[True, True]),
        (KEYED, "each.value.id", "for_each = aws_s3_bucket.b", KEYS[True, True]),
        (KEYED, "each.value.bucket", "for_each = aws_s3_bucket.b", KEYS[True, True]),
        (KEYED, "each.value", "for_each = { for k, v in aws_s3_bucket.b : k => v.id }", KEYS[True, True]),
        (KEYED, "each.value", 'for_each = { for k, v in aws_s3_bucket.b : k => v.id if k == "x" }', KEYS[True, False]),
        (KEYED, "aws_s3_bucket.b[each.key].id", 'for_each = toset(["x"])', KEYS[True, False]),
        (KEYED, 'aws_s3_bucket.b["x"].id', "", KEYS[True, False]),
        (KEYED, '"b-${each.key}"', "for_each = local.m", KEYS[True, True]),
        (PERHAPS, "aws_s3_bucket.b[0].id", "count = var.u ? 1 : 0", ONLY_B),
        (PERHAPS, "aws_s3_bucket.b[count.index].id", "count = var.u ? 1 : 0", ONLY_B),
        (PERHAPS, "one(aws_s3_bucket.b[*].id)", "", ONLY_B),
        (PERHAPS, 'try(aws_s3_bucket.b[0].id, "")', "", ONLY_B),
        (PERHAPS, 'join("", aws_s3_bucket.b[*].id)', "", ONLY_B),
        (PERHAPS, 'element(concat(aws_s3_bucket.b.*.id, [""]), 0)', "", ONLY_B),
        (KEYS_UNKNOWN, "aws_s3_bucket.b[each.key].id", "for_each = var.u", ONLY_B),
        (KEYS_UNKNOWN, "aws_s3_bucket.b[each.key].id", "for_each = { for k, v in var.u : k => v if v.on }", ONLY_B),
        (KEYS_UNKNOWN, "each.value.id", "for_each = aws_s3_bucket.b", ONLY_B),
        (TWO, "each.value", "for_each = { b = aws_s3_bucket.b.id }", ONLY_B),
        (TWO, "each.key", 'for_each = toset(["logs", "x"])', ONLY_B),
        (TWO, "each.value.id", "for_each = { b = aws_s3_bucket.b }", ONLY_B),
        (TWO, "each.value.id", "for_each = local.pick", {"b": True, "o": True}),
        (TWO, "aws_s3_bucket.b.id", "count = var.u ? 1 : 0", ONLY_B),
        (TWO, "aws_s3_bucket.b.id", "count = var.u == null ? 0 : 0", {"b": False, "o": False}),
        (TWO, "aws_s3_bucket.b.id", "for_each = {}", {"b": False, "o": False}),
    ],
)  # fmt: skip
def test_instances_have_their_own(
    tmp_path: Path, buckets: str, expression: str, meta: str, expected: dict[str, Truth]
) -> None:
    project = project_in(tmp_path, {"main.tf": buckets + versioning(expression, meta)})

    assert truths(project) == expected


# --- modules -----------------------------------------------------------------------------------------------------

CALLS = 'module "m" {\n  source   = "./m"\n  for_each = toset(["x", "y"])\n  name     = each.key\n}\n'
CALLED = """
variable "name" {}
resource "aws_s3_bucket" "b" {
  bucket = "b-${var.name}"
}
output "id" {
  value = aws_s3_bucket.b.id
}
output "bucket" {
  value = aws_s3_bucket.b
}
"""
ONE_OF_TWO: dict[str, Truth] = {'module.m["x"].b': True, 'module.m["y"].b': False}
BOTH: dict[str, Truth] = {'module.m["x"].b': True, 'module.m["y"].b': True}


@pytest.mark.parametrize(
    ("outside", "inside", "expected"),
    [
        (versioning('module.m["x"].id'), "", ONE_OF_TWO), (versioning('module.m["x"].bucket.id'), "", ONE_OF_TWO),
        (versioning('module.m["x"].bucket.bucket'), "", ONE_OF_TWO), (versioning('"b-x"'), "", ONE_OF_TWO),
        (versioning("module.m[each.key].id", 'for_each = toset(["x"])'), "", ONE_OF_TWO),
        (versioning("module.m[each.key].id", "for_each = module.m"), "", BOTH),
        (versioning("each.value.id", "for_each = module.m"), "", BOTH),
        ("", versioning("aws_s3_bucket.b.id"), BOTH), ("", versioning('"b-${var.name}"'), BOTH),
        ("", versioning("aws_s3_bucket.b.id", 'count = var.name == "x" ? 1 : 0'), ONE_OF_TWO),
        ("", versioning("aws_s3_bucket.b.id", "count = 0"), {'module.m["x"].b': False, 'module.m["y"].b': False}),
        (versioning('module.m["z"].id'), "", {'module.m["x"].b': None, 'module.m["y"].b': None}),
    ],
)  # fmt: skip
def test_a_module_instance_has_its_own(
    tmp_path: Path, outside: str, inside: str, expected: dict[str, Truth]
) -> None:
    project = project_in(tmp_path, {"main.tf": CALLS + outside, "m/main.tf": CALLED + inside})

    assert truths(project) == expected


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("aws_s3_bucket.b.id", "var.bucket"), ("aws_s3_bucket.b", "var.bucket.id"), ("local.id", "local.inner"),
        ("aws_s3_bucket.b.bucket", "coalesce(var.bucket)"), ('"logs"', "var.bucket"),
        ("aws_s3_bucket.b.id", "var.bucket != null ? var.bucket : var.other"),
    ],
)  # fmt: skip
def test_a_bucket_that_is_given_to_a_module_has_what_the_module_makes(tmp_path: Path, given: str, named: str) -> None:
    project = project_in(tmp_path, {
        "main.tf": TWO + f'module "m" {{\n  source = "./m"\n  bucket = {given}\n}}\n',
        "m/main.tf": 'variable "bucket" {}\nvariable "other" {\n  default = "x"\n}\nlocals {\n  inner = var.bucket\n}\n'
                     + versioning(named),
    })  # fmt: skip

    assert truths(project)["b"] is True
    assert truths(project)["o"] is not True


REMOTE = 'module "r" {\n  source = "%s"\n  %s\n}\n'
GIT, VENDOR = "git::https://example.com/m.git", "terraform-aws-modules/%s/aws"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (REMOTE % (GIT, "bucket = aws_s3_bucket.b.id"), {"b": None, "o": False}),
        (REMOTE % (GIT, "bucket = aws_s3_bucket.b"), {"b": None, "o": False}),
        (REMOTE % (GIT, 'bucket = "logs"'), {"b": None, "o": False}),
        (REMOTE % (GIT, "buckets = [aws_s3_bucket.b.arn]"), {"b": None, "o": False}),
        (REMOTE % (GIT, "count = 0\n  bucket = aws_s3_bucket.b.id"), {"b": False, "o": False}),
        (REMOTE % (GIT, "origin = aws_s3_bucket.b.bucket_regional_domain_name"), {"b": False, "o": False}),
        (REMOTE % (GIT, "environment = { BUCKET = aws_s3_bucket.b.id }"), {"b": False, "o": False}),
        (REMOTE % (VENDOR % "lambda", "s3_bucket = aws_s3_bucket.b.id"), {"b": False, "o": False}),
        (REMOTE % (VENDOR % "x", "bucket = aws_s3_bucket.b.id\n  versioning = true"), {"b": None, "o": False}),
    ],
)  # fmt: skip
def test_a_module_that_is_not_at_hand_may_make_what_is_lacking(
    tmp_path: Path, call: str, expected: dict[str, Truth]
) -> None:
    project = project_in(tmp_path, {"main.tf": TWO + call})

    assert truths(project) == expected


# --- other subjects ----------------------------------------------------------------------------------------------

OTHERS = [
    # subject, its name, companion, argument, attribute, identities
    ("aws_security_group", "name", "aws_security_group_rule", "security_group_id", "id", ()),
    ("aws_security_group", "name", "aws_vpc_security_group_ingress_rule", "security_group_id", "id", ()),
    ("aws_security_group", "name", "aws_vpc_security_group_egress_rule", "security_group_id", "id", ()),
    ("aws_iam_role", "name", "aws_iam_role_policy", "role", "name", ("name",)),
    ("aws_iam_role", "name", "aws_iam_role_policy_attachment", "role", "name", ("name",)),
    ("aws_iam_user", "name", "aws_iam_user_policy_attachment", "user", "name", ("name",)),
    ("aws_iam_group", "name", "aws_iam_group_policy", "group", "name", ("name",)),
    ("aws_iam_group", "name", "aws_iam_policy_attachment", "groups.*", "name", ("name",)),
    ("aws_iam_policy", "name", "aws_iam_role_policy_attachment", "policy_arn", "arn", ()),
    ("aws_vpc", "cidr_block", "aws_flow_log", "vpc_id", "id", ()),
    ("aws_subnet", "cidr_block", "aws_flow_log", "subnet_id", "id", ()),
    ("aws_kms_key", "description", "aws_kms_key_policy", "key_id", "id", ()),
    ("aws_ecr_repository", "name", "aws_ecr_repository_policy", "repository", "name", ("name",)),
    ("aws_ecr_repository", "name", "aws_ecr_lifecycle_policy", "repository", "name", ("name",)),
    ("aws_cloudwatch_log_group", "name", "aws_cloudwatch_log_metric_filter", "log_group_name", "name", ("name",)),
    ("aws_cloudwatch_log_group", "name", "aws_cloudwatch_log_subscription_filter", "log_group_name", "id", ("name",)),
    ("azurerm_key_vault", "name", "azurerm_monitor_diagnostic_setting", "target_resource_id", "id", ()),
    ("azurerm_subnet", "name", "azurerm_subnet_network_security_group_association", "subnet_id", "id", ()),
    ("azurerm_network_interface", "name", "azurerm_network_interface_security_group_association",
     "network_interface_id", "id", ()),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "name", "type", "by", "attribute", "identities"), OTHERS)
def test_other_resources_have_what_names_them(
    tmp_path: Path, subject: str, name: str, type: str, by: str, attribute: str, identities: tuple[str, ...]
) -> None:
    own = f"{subject}.b.{attribute}"
    spellings = [
        own, f'"${{{own}}}"', f"local.x.{attribute}", f"true ? {own} : {subject}.o.{attribute}", f'try({own}, "")',
        f"one({subject}.b[*].{attribute})", "module.pass.out",
    ]  # fmt: skip
    if identities:
        spellings += ['"b"', "var.name", f"data.{subject}.d.{attribute}"]
    two = block(subject, "b", f'  {name} = "b"') + block(subject, "o", f'  {name} = "o"')
    rest = f"""
locals {{
  x = {subject}.b
}}
variable "name" {{
  default = "b"
}}
data "{subject}" "d" {{
  {name} = "b"
}}
module "pass" {{
  source = "./pass"
  in     = {own}
}}
"""
    files = {"pass/main.tf": 'variable "in" {}\noutput "out" {\n  value = var.in\n}\n'}
    for number, spelling in enumerate(spellings):
        argument = f"{by.removesuffix('.*')} = [{spelling}]" if by.endswith(".*") else f"{by} = {spelling}"
        root = {f"{number}/main.tf": two + rest + block(type, "c", f"  {argument}")}
        inner = {f"{number}/{path}": text for path, text in files.items()}
        project = project_in(tmp_path, {**root, **inner}, str(number))

        assert truths(project, subject, type, by, identities) == {"b": True, "o": False}, spelling


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("var.unknown", {"b": None, "o": None}), ("module.remote.id", {"b": None, "o": None}),
        ("data.aws_vpc.found.id", {"b": None, "o": None}), ('"vpc-1234"', {"b": False, "o": False}),
        ("var.unknown == null ? aws_vpc.b.id : var.unknown", {"b": True, "o": None}),
    ],
)  # fmt: skip
def test_what_has_no_name_of_its_own_is_known_by_reference_only(
    tmp_path: Path, named: str, expected: dict[str, Truth]
) -> None:
    vpcs = block("aws_vpc", "b", "") + block("aws_vpc", "o", "")
    rest = 'variable "unknown" {}\ndata "aws_vpc" "found" {\n  default = true\n}\n'
    project = project_in(tmp_path, {"main.tf": vpcs + rest + block("aws_flow_log", "f", f"  vpc_id = {named}")})

    assert truths(project, "aws_vpc", "aws_flow_log", "vpc_id", ()) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (VENDOR % "eks", False), (VENDOR % "security-group", False), (VENDOR % "vpc" + "//modules/flow-log", None),
        ("company/flow-logs/aws", None), (GIT, None),
    ],
)  # fmt: skip
def test_a_vpc_given_to_a_module_may_get_its_flow_log_there(tmp_path: Path, source: str, expected: Truth) -> None:
    vpc = block("aws_vpc", "b", "")
    project = project_in(tmp_path, {"main.tf": vpc + REMOTE % (source, "vpc_id = aws_vpc.b.id")})

    assert truths(project, "aws_vpc", "aws_flow_log", "vpc_id", ()) == {"b": expected}


def test_each_of_many_buckets_has_its_own(tmp_path: Path) -> None:
    """Each bucket finds its own among as many others."""
    text = "".join(
        block(BUCKET, f"b{number}", f'  bucket = "b{number}"')
        + block(VERSIONING, f"v{number}", f"  bucket = aws_s3_bucket.b{number}.id")
        for number in range(300)
    )
    project = project_in(tmp_path, {"main.tf": text})
    buckets = project.blocks(BUCKET, "resource")

    found = [project.companions(one, VERSIONING, "bucket", ("bucket",))[0] for one in buckets]
    assert [one.name.replace("v", "b") for (one,) in found] == [bucket.name for bucket in buckets]


# --- what rules say of it ----------------------------------------------------------------------------------------

LACKING = {
    "aws_s3_bucket_public_access_block": "aws-s3-bucket-without-public-access-block",
    "aws_s3_bucket_versioning": "aws-s3-bucket-not-versioned",
    "aws_s3_bucket_logging": "aws-s3-bucket-access-not-logged",
    "aws_s3_bucket_policy": "aws-s3-bucket-accepts-plain-http",
    "aws_s3_bucket_lifecycle_configuration": "aws-s3-bucket-without-lifecycle",
}
ONE = block(BUCKET, "b", '  bucket = "logs"')


@pytest.mark.parametrize(("type", "rule"), LACKING.items())
@pytest.mark.parametrize(
    "elsewhere",
    [
        'variable "u" {}\nresource "%s" "c" {\n  bucket = var.u\n}\n',
        'data "aws_s3_bucket" "d" {\n}\nresource "%s" "c" {\n  bucket = data.aws_s3_bucket.d.id\n}\n',
        'module "r" {\n  source = "a/b/aws"\n}\nresource "%s" "c" {\n  bucket = module.r.bucket_id\n}\n',
        'module "r" {\n  source = "a/%s/aws"\n  bucket = aws_s3_bucket.b.id\n}\n',
    ],
    ids=["variable", "data source", "output", "handed on"],
)
def test_rules_are_silent_where_it_may_be_elsewhere(tmp_path: Path, type: str, rule: str, elsewhere: str) -> None:
    """Without what may be the companion, the rule does report."""
    write(tmp_path, {"bare/main.tf": ONE, "perhaps/main.tf": ONE + elsewhere % type})

    found = [one.path for one in lint(tmp_path, select=[rule]).findings if one.resource == "aws_s3_bucket.b"]
    assert found == ["bare/main.tf"]


def test_a_flow_log_may_be_made_by_a_module(tmp_path: Path) -> None:
    vpc = block("aws_vpc", "v", '  cidr_block = "10.0.0.0/16"')
    call = 'module "v" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.0.0"\n}\n'
    write(tmp_path, {
        "bare/main.tf": vpc, "other/main.tf": vpc + REMOTE % (VENDOR % "eks", "vpc_id = aws_vpc.v.id"),
        "perhaps/main.tf": vpc + REMOTE % (GIT, "vpc_id = aws_vpc.v.id"),
        "call/main.tf": call, "call_perhaps/main.tf": call + REMOTE % (GIT, "vpc_id = module.v.vpc_id"),
    })  # fmt: skip

    found = [one.path for one in lint(tmp_path, select=["aws-vpc-without-flow-log"]).findings]
    assert found == ["bare/main.tf", "call/main.tf", "other/main.tf"]
