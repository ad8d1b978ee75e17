"""From text to verdict: what is found, on which line, when the value has to be worked out first.

Each case is a tree of files. Where the rule must report, the line holds the word BAD in a comment; a tree without
it must pass. Lines of heredocs cannot hold comments: they are counted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.evaluate.trees import write
from tests.running import lint

ACL = "aws-s3-bucket-publicly-readable"
SSH = "open-admin-port"
EBS = "aws-ebs-volume-unencrypted"
RDS = "aws-rds-public"
ADMIN = "wildcard-admin-policy"


class Case(NamedTuple):
    """A tree of files and the rule that is asked about it; `at` are lines that cannot be marked in their file."""

    name: str
    rule: str
    files: dict[str, str]
    at: tuple[str, ...] = ()


def acl(name: str, expression: str, *others: str, bad: bool, **named: str) -> Case:
    """A case of one file in which a bucket's ACL is an expression."""
    mark = "  # BAD" if bad else ""
    text = f'resource "aws_s3_bucket_acl" "b" {{\n  bucket = "b"\n  acl    = {expression}{mark}\n}}\n'
    files = {path.replace("__", "."): content for path, content in named.items()}
    return Case(name, ACL, {"main.tf": text + "\n".join(others), **files})


def volume(name: str, expression: str, *others: str, bad: bool, **named: str) -> Case:
    """A case of one file in which a volume's encryption is an expression."""
    mark = "  # BAD" if bad else ""
    text = f'resource "aws_ebs_volume" "v" {{\n  size      = 1\n  encrypted = {expression}{mark}\n}}\n'
    files = {path.replace("__", "."): content for path, content in named.items()}
    return Case(name, EBS, {"main.tf": text + "\n".join(others), **files})


VARIABLE = 'variable "v" {}\n'
FUNCTIONS = [
    acl("element goes round", 'element(["private", "public-read"], 3)', bad=True),
    acl("element goes round to the first", 'element(["private", "public-read"], 2)', bad=False),
    acl("a prefix is taken away once", 'trimprefix("public-public-read", "public-")', bad=True),
    acl("a prefix that is not there", 'trimprefix("private", "public-")', bad=False),
    volume("all are true", "!alltrue([true, true])", bad=True),
    volume("not all are true", "!alltrue([true, false])", bad=False),
    acl("lookup finds", 'lookup({ dev = "public-read" }, "dev", "private")', bad=True),
    acl("lookup falls back", 'lookup({ dev = "public-read" }, "prod", "private")', bad=False),
    acl("try takes the first that works", 'try({}.none, "public-read")', bad=True),
    acl("try takes what is there", 'try({ a = "private" }.a, "public-read")', bad=False),
    acl("coalesce passes null and empty", 'coalesce(null, "", "public-read")', bad=True),
    acl("a reference in the text alone", 'lower("PUBLIC-READ")', bad=True),
    acl("a word in another's name", '"private" == "public-read" ? "public-read" : "private"', bad=False),
    acl("merge lets the last win", 'merge({ a = "private" }, { a = "public-read" }).a', bad=True),
    acl("merge lets the last win over a fault", 'merge({ a = "public-read" }, { a = "private" }).a', bad=False),
    acl("join makes the word", 'join("-", ["public", "read"])', bad=True),
    acl("one function nobody knows", 'provider::x::f("public-read")', bad=False),
]
VARIABLES = [
    acl("a default", "var.v", 'variable "v" {\n  default = "public-read"\n}\n', bad=True),
    acl("no default", "var.v", VARIABLE, bad=False),
    acl("tfvars win over a default", "var.v", 'variable "v" {\n  default = "public-read"\n}\n', bad=False,
        terraform__tfvars='v = "private"\n'),
    acl("tfvars bring the fault", "var.v", VARIABLE, bad=True, terraform__tfvars='v = "public-read"\n'),
    acl("auto.tfvars win over tfvars", "var.v", VARIABLE, bad=True, terraform__tfvars='v = "private"\n',
        x__auto__tfvars='v = "public-read"\n'),
    acl("other tfvars are for other runs", "var.v", VARIABLE, bad=False, prod__tfvars='v = "public-read"\n'),
    acl("tfvars in JSON", "var.v", VARIABLE, bad=True, terraform__tfvars__json='{"v": "public-read"}'),
    volume("a word becomes a bool", "var.v", 'variable "v" {\n  type = bool\n  default = "false"\n}\n', bad=True),
    volume("a word that is true", "var.v", 'variable "v" {\n  type = bool\n  default = "true"\n}\n', bad=False),
    volume("an optional attribute's default", "var.v.e",
           'variable "v" {\n  type = object({ e = optional(bool, false) })\n  default = {}\n}\n', bad=True),
    volume("an optional attribute that is given", "var.v.e",
           'variable "v" {\n  type = object({ e = optional(bool, false) })\n  default = { e = true }\n}\n', bad=False),
    acl("null takes the default where it must not be null", "var.v",
        'variable "v" {\n  default  = "private"\n  nullable = false\n}\n', bad=False,
        terraform__tfvars="v = null\n"),
]  # fmt: skip
EXPRESSIONS = [
    acl("locals in any order", "local.a",
        'locals {\n  a = local.b\n}\nlocals {\n  c = "public-read"\n  b = local.c\n}\n', bad=True),
    acl("a local in another file", "local.a", bad=True, z__tf='locals {\n  a = "public-read"\n}\n'),
    acl("a condition that holds", 'true ? "public-read" : "private"', bad=True),
    acl("a condition that does not", 'var.v ? "public-read" : "private"', 'variable "v" {\n  default = false\n}\n',
        bad=False),
    acl("a condition nobody knows", 'var.v ? "public-read" : "private"', VARIABLE, bad=False),
    acl("both branches are the same fault", 'var.v ? "public-read" : "public-read"', VARIABLE, bad=True),
    acl("an element of a for expression", '[for x in ["PRIVATE", "PUBLIC-READ"] : lower(x)][1]', bad=True),
    acl("an element of a filtered for", '[for x in ["public-read", "private"] : x if x != "public-read"][0]',
        bad=False),
    acl("a map made by for", '{ for k, v in { a = "public-read" } : upper(k) => v }["A"]', bad=True),
    acl("a template", '"${var.v}-read"', 'variable "v" {\n  default = "public"\n}\n', bad=True),
    acl("a template with a gap", '"${var.v}-read"', VARIABLE, bad=False),
    acl("a directive", '"%{ if true }public-read%{ else }private%{ endif }"', bad=True),
    acl("an unknown data source", "data.aws_ssm_parameter.p.value",
        'data "aws_ssm_parameter" "p" {\n  name = "public-read"\n}\n', bad=False),
    acl("another resource's argument", "aws_s3_bucket_acl.other.acl",
        'resource "aws_s3_bucket_acl" "other" {\n  bucket = "o"\n  acl = "public-read" # BAD\n}\n', bad=True),
    acl("another resource's computed attribute", "aws_s3_bucket_acl.other.id",
        'resource "aws_s3_bucket_acl" "other" {\n  bucket = "o"\n  acl = "private"\n}\n', bad=False),
    acl("locals that need themselves", "local.a", "locals {\n  a = local.b\n  b = local.a\n}\n", bad=False),
]  # fmt: skip


def policy(name: str, text: str, *at: str, **named: str) -> Case:
    files = {path.replace("__", "."): content for path, content in named.items()}
    return Case(name, ADMIN, {"main.tf": text, **files}, at)


POLICIES = [
    policy("a heredoc with the fault interpolated", """
        variable "action" {
          default = "*"
        }
        resource "aws_iam_policy" "p" {
          policy = <<-EOF
            {
              "Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Action": "${var.action}", "Resource": "*"}]
            }
          EOF
        }
    """, "main.tf:8"),
    policy("a heredoc with something harmless interpolated", """
        variable "action" {
          default = "s3:GetObject"
        }
        resource "aws_iam_policy" "p" {
          policy = <<-EOF
            {
              "Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Action": "${var.action}", "Resource": "*"}]
            }
          EOF
        }
    """),
    policy("a heredoc with something unknown interpolated", """
        variable "action" {}
        resource "aws_iam_policy" "p" {
          policy = <<-EOF
            {"Statement": [{"Effect": "Allow", "Action": "${var.action}", "Resource": "*"}]}
          EOF
        }
    """),
    policy("jsonencode of merged objects", """
        locals {
          base = { Effect = "Allow", Action = "s3:Get*", Resource = "*" }
        }
        resource "aws_iam_policy" "p" {
          policy = jsonencode({
            Version   = "2012-10-17"
            Statement = [merge(local.base, { Action = "*" })] # BAD
          })
        }
    """),
    policy("jsonencode of merged objects, mended by the last", """
        locals {
          base = { Effect = "Allow", Action = "*", Resource = "*" }
        }
        resource "aws_iam_policy" "p" {
          policy = jsonencode({
            Version   = "2012-10-17"
            Statement = [merge(local.base, { Effect = "Deny" })]
          })
        }
    """),
    policy("a policy document as data source", """
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["*"] # BAD
            resources = ["*"]
          }
        }
        resource "aws_iam_policy" "p" {
          policy = data.aws_iam_policy_document.d.json
        }
    """),
    policy("a policy document whose statements come from a map", """
        variable "grants" {
          default = {
            read = { actions = ["s3:GetObject"], on = ["arn:aws:s3:::b/*"] }
            all  = { actions = ["*"], on = ["*"] }
          }
        }
        data "aws_iam_policy_document" "d" {
          dynamic "statement" {
            for_each = var.grants
            content {
              sid       = statement.key
              actions   = statement.value.actions # BAD
              resources = statement.value["on"]
            }
          }
        }
    """),
    policy("a policy document that denies", """
        data "aws_iam_policy_document" "d" {
          statement {
            effect    = var.effect
            actions   = ["*"]
            resources = ["*"]
          }
        }
        variable "effect" {
          default = "Deny"
        }
    """),
    policy("a template file with the fault in its arguments", """
        resource "aws_iam_policy" "p" {
          policy = templatefile("${path.module}/p.json.tftpl", { actions = ["*"] }) # BAD
        }
    """, p__json__tftpl="""
        {"Statement": [{"Effect": "Allow", "Action": ${jsonencode(actions)}, "Resource": "*"}]}
    """),
    policy("a template file without fault", """
        resource "aws_iam_policy" "p" {
          policy = templatefile("${path.module}/p.json.tftpl", { actions = ["s3:GetObject"] })
        }
    """, p__json__tftpl="""
        {"Statement": [{"Effect": "Allow", "Action": ${jsonencode(actions)}, "Resource": "*"}]}
    """),
]  # fmt: skip

BUCKET_MODULE = {
    "m/main.tf": """
        variable "acl" {
          type    = string
          default = null
        }
        resource "aws_s3_bucket_acl" "b" {
          bucket = "b"
          acl    = var.acl
        }
        output "acl" {
          value = var.acl
        }
    """,
}
GROUP_MODULE = {
    "m/main.tf": """
        variable "rules" {
          type = map(object({
            port  = number
            cidrs = optional(list(string), ["10.0.0.0/8"])
          }))
          default = {}
        }
        resource "aws_security_group" "g" {
          name        = "g"
          description = "d"
          dynamic "ingress" {
            for_each = var.rules
            iterator = rule
            content {
              description = rule.key
              from_port   = rule.value.port
              to_port     = rule.value.port
              protocol    = "tcp"
              cidr_blocks = rule.value.cidrs
            }
          }
        }
    """,
}
MODULES = [
    Case("an argument of a call", ACL, {**BUCKET_MODULE, "main.tf": """
        module "good" {
          source = "./m"
          acl    = "private"
        }
        module "bad" {
          source = "./m"
          acl    = "public-read" # BAD
        }
    """}),
    Case("a call that takes the safe default", ACL, {**BUCKET_MODULE, "main.tf": """
        module "good" {
          source = "./m"
        }
    """}),
    Case("an argument two calls away", ACL, {**BUCKET_MODULE, "main.tf": """
        module "outer" {
          source = "./outer"
          acl    = "public-read" # BAD
        }
    """, "outer/main.tf": """
        variable "acl" {}
        module "inner" {
          source = "../m"
          acl    = coalesce(var.acl, "private")
        }
    """}),
    Case("a template put together two calls away", ACL, {**BUCKET_MODULE, "main.tf": """
        module "outer" {
          source = "./outer"
          kind   = "public"
        }
    """, "outer/main.tf": """
        variable "kind" {}
        module "inner" {
          source = "../m"
          acl    = "${var.kind}-read" # BAD
        }
    """}),
    Case("an argument two calls away that is harmless", ACL, {**BUCKET_MODULE, "main.tf": """
        module "outer" {
          source = "./outer"
          kind   = "private"
        }
    """, "outer/main.tf": """
        variable "kind" {
          default = "public-read"
        }
        module "inner" {
          source = "../m"
          acl    = var.kind
        }
    """}),
    Case("for_each over a map of objects", ACL, {**BUCKET_MODULE, "main.tf": """
        module "b" {
          source   = "./m"
          for_each = {
            logs = { acl = "private" }
            site = { acl = "public-read" } # BAD
          }
          acl = each.value.acl
        }
    """}),
    Case("for_each over a map of harmless objects", ACL, {**BUCKET_MODULE, "main.tf": """
        locals {
          buckets = { a = { acl = "private" }, b = { acl = null } }
        }
        module "b" {
          source   = "./m"
          for_each = local.buckets
          acl      = each.value.acl
        }
    """}),
    Case("count.index into a list", ACL, {"main.tf": """
        locals {
          acls = ["private", "public-read"]
        }
        resource "aws_s3_bucket_acl" "b" {
          count  = length(local.acls)
          bucket = "b${count.index}"
          acl    = local.acls[count.index] # BAD
        }
    """}),
    Case("count.index never reaches the fault", ACL, {"main.tf": """
        locals {
          acls = ["private", "public-read"]
        }
        resource "aws_s3_bucket_acl" "b" {
          count  = 1
          bucket = "b${count.index}"
          acl    = local.acls[count.index]
        }
    """}),
    Case("a resource that is not made", ACL, {"main.tf": """
        variable "on" {
          default = false
        }
        resource "aws_s3_bucket_acl" "b" {
          count = var.on ? 1 : 0
          acl   = "public-read"
        }
    """}),
    Case("a resource that a call switches on", ACL, {"main.tf": """
        module "m" {
          source = "./m"
          on     = true
        }
    """, "m/main.tf": """
        variable "on" {
          default = false
        }
        resource "aws_s3_bucket_acl" "b" {
          count = var.on ? 1 : 0
          acl   = "public-read" # BAD
        }
    """}),
    Case("an output handed to another module", ACL, {**BUCKET_MODULE, "main.tf": """
        module "names" {
          source = "./names"
        }
        module "b" {
          source = "./m"
          acl    = module.names.acls["web"] # BAD
        }
    """, "names/main.tf": """
        output "acls" {
          value = { web = "public-read", logs = "private" }
        }
    """}),
    Case("the other output handed to another module", ACL, {**BUCKET_MODULE, "main.tf": """
        module "names" {
          source = "./names"
        }
        module "b" {
          source = "./m"
          acl    = module.names.acls["logs"]
        }
    """, "names/main.tf": """
        output "acls" {
          value = { web = "public-read", logs = "private" }
        }
    """}),
    Case("an output of a module that is not at hand", ACL, {**BUCKET_MODULE, "main.tf": """
        module "names" {
          source = "example/names/aws"
          acl    = "public-read"
        }
        module "b" {
          source = "./m"
          acl    = module.names.acl
        }
    """}),
    Case("dynamic blocks over a map of objects of the caller", SSH, {**GROUP_MODULE, "main.tf": """
        module "g" {
          source = "./m"
          rules = {
            web = { port = 443, cidrs = ["0.0.0.0/0"] }
            ssh = { port = 22, cidrs = ["0.0.0.0/0"] } # BAD
          }
        }
    """}),
    Case("dynamic blocks with what optional() fills in", SSH, {**GROUP_MODULE, "main.tf": """
        module "g" {
          source = "./m"
          rules = {
            web = { port = 443, cidrs = ["0.0.0.0/0"] }
            ssh = { port = 22 }
          }
        }
    """}),
    Case("dynamic blocks over what nobody knows", SSH, {**GROUP_MODULE, "main.tf": """
        variable "rules" {}
        module "g" {
          source = "./m"
          rules  = var.rules
        }
    """}),
    Case("dynamic blocks within dynamic blocks", RDS, {"main.tf": """
        variable "all" {
          default = [{ name = "a", rules = [{ public = true }] }]
        }
        resource "aws_db_instance" "d" {
          for_each            = { for one in var.all : one.name => one }
          publicly_accessible = alltrue([for rule in each.value.rules : rule.public]) # BAD
        }
    """}),
]  # fmt: skip
BLOCKS = [
    Case("a nested dynamic block", SSH, {"main.tf": """
        locals {
          groups = { a = { ports = [443, 22] } }
        }
        resource "aws_security_group" "g" {
          for_each    = local.groups
          description = "d"
          dynamic "ingress" {
            for_each = each.value.ports
            content {
              description = "d"
              from_port   = ingress.value
              to_port     = ingress.value
              protocol    = "tcp"
              cidr_blocks = ["0.0.0.0/0"] # BAD
            }
          }
        }
    """}),
    Case("a dynamic block for nothing", SSH, {"main.tf": """
        resource "aws_security_group" "g" {
          description = "d"
          dynamic "ingress" {
            for_each = []
            content {
              description = "d"
              from_port   = 22
              to_port     = 22
              protocol    = "tcp"
              cidr_blocks = ["0.0.0.0/0"]
            }
          }
        }
    """}),
    Case("a dynamic block only where a condition holds", SSH, {"main.tf": """
        variable "debug" {
          type    = bool
          default = false
        }
        resource "aws_security_group" "g" {
          description = "d"
          dynamic "ingress" {
            for_each = var.debug ? [1] : []
            content {
              description = "d"
              from_port   = 22
              to_port     = 22
              protocol    = "tcp"
              cidr_blocks = ["0.0.0.0/0"]
            }
          }
        }
    """}),
    Case("dynamic blocks two deep with iterators", EBS, {"main.tf": """
        locals {
          disks = [{ many = [{ enc = true }, { enc = false }] }]
        }
        resource "aws_ebs_volume" "v" {
          for_each  = { for i, one in flatten(local.disks[*].many) : i => one }
          size      = 1
          encrypted = each.value.enc # BAD
        }
    """}),
]
CASES = [*FUNCTIONS, *VARIABLES, *EXPRESSIONS, *POLICIES, *MODULES, *BLOCKS]


def wanted(files: dict[str, Path], at: tuple[str, ...]) -> list[str]:
    found = set(at)
    for name, path in files.items():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"# BAD\b", line):
                found.add(f"{name}:{number}")
    return sorted(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Case, tmp_path: Path) -> None:
    """The rule reports the marked lines and no others."""
    (tmp_path / ".git").mkdir()
    write(tmp_path, case.files)
    report = lint(tmp_path, select=[case.rule])

    assert not report.errors
    assert sorted({f"{one.path}:{one.start.line}" for one in report.findings}) == wanted(
        {name: tmp_path / name for name in case.files}, case.at
    )


def test_there_are_as_many_trees_to_pass_as_to_report() -> None:
    """The table keeps its balance: false alarms weigh as much as what is missed."""
    bad = [case for case in CASES if case.at or any("# BAD" in text for text in case.files.values())]

    assert len(CASES) >= 40
    assert len(CASES) // 3 < len(bad) < len(CASES) * 2 // 3
