"""`data "aws_iam_policy_document"` evaluates to its statements, merged as the provider merges them."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.aspects.policies import policy_statements
from iaclint.aspects.policy_statements import contents
from iaclint.model import Project
from iaclint.model.aspects import PolicyStatement
from tests.evaluate.trees import project_in

READ = '  statement {\n    sid       = "%s"\n    actions   = ["%s"]\n    resources = ["*"]\n  }\n'
JSON = '{"Statement": [{"Sid": "%s", "Effect": "Allow", "Action": "%s", "Resource": "*"}]}'
DYNAMIC = '  dynamic "statement" {\n    for_each = %s\n    content {\n      actions = [statement.value]\n    }\n  }\n'
UNKNOWN = 'variable "u" {}\n'


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def data(name: str, body: str) -> str:
    return f'data "aws_iam_policy_document" "{name}" {{\n{body}}}\n'


def bucket_policy(expression: str, meta: str = "") -> str:
    return f'resource "aws_s3_bucket_policy" "p" {{\n  bucket = "b"\n  policy = {expression}\n{meta}}}\n'


def actions(statements: list[PolicyStatement]) -> list[str]:
    return [action.text or "?" for one in statements for action in (*one.actions, *one.not_actions)]


def said(project: Project) -> tuple[list[str], bool]:
    """The actions of the statements of the one bucket policy, and whether these are all."""
    (policy,) = project.blocks("aws_s3_bucket_policy", "resource")
    content = contents(policy, project)
    return actions(content.statements), content.is_complete


# --- merging -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (READ % ("", "own:A"), ["own:A"]),
        (READ % ("a", "own:A") + READ % ("b", "own:B"), ["own:A", "own:B"]),
        ("  source_policy_documents = [data.aws_iam_policy_document.other.json]\n" + READ % ("", "own:A"),
         ["other:A", "own:A"]),
        ("  source_policy_documents = [data.aws_iam_policy_document.other.json]\n" + READ % ("x", "own:A"), ["own:A"]),
        ("  override_policy_documents = [data.aws_iam_policy_document.other.json]\n" + READ % ("x", "own:A"),
         ["other:A"]),
        ("  override_policy_documents = [data.aws_iam_policy_document.other.json]\n" + READ % ("y", "own:A"),
         ["own:A", "other:A"]),
        ("  source_json = data.aws_iam_policy_document.other.json\n" + READ % ("y", "own:A"), ["other:A", "own:A"]),
        ("  override_json = data.aws_iam_policy_document.other.json\n" + READ % ("x", "own:A"), ["other:A"]),
        ("  source_policy_documents = [local.text, local.encoded, local.nothing]\n", ["text:A", "encoded:A"]),
        ("  override_policy_documents = [local.text, local.later]\n" + READ % ("t", "own:A"), ["later:A"]),
        ("  source_policy_documents = []\n" + READ % ("", "own:A"), ["own:A"]),
        ("  source_policy_documents = null\n" + READ % ("", "own:A"), ["own:A"]),
        ("  source_policy_documents = [for one in [data.aws_iam_policy_document.other.json] : one]\n", ["other:A"]),
        ("  source_policy_documents = data.aws_iam_policy_document.each[*].json\n", ["each:0", "each:1"]),
        ("  source_policy_documents = [data.aws_iam_policy_document.merged.json]\n", ["other:A", "merged:A"]),
        (DYNAMIC % '["d:A", "d:B"]', ["d:A", "d:B"]),
        (DYNAMIC % "[]", []),
        ('  statement {\n    not_actions = ["n:A"]\n  }\n', ["n:A"]),
    ],
)  # fmt: skip
def test_documents_are_merged_as_the_provider_does(tmp_path: Path, body: str, expected: list[str]) -> None:
    others = f"""
locals {{
  text    = <<-EOT
    {JSON % ("t", "text:A")}
  EOT
  encoded = jsonencode({{ Statement = {{ Sid = "e", Effect = "Allow", Action = "encoded:A", Resource = "*" }} }})
  later   = "{(JSON % ("t", "later:A")).replace('"', chr(92) + '"')}"
  nothing = ""
}}
"""
    others += data("other", READ % ("x", "other:A"))
    others += data("each", "  count = 2\n" + READ % ("", "each:${count.index}"))
    others += data(
        "merged", "  source_policy_documents = [data.aws_iam_policy_document.other.json]\n" + READ % ("", "merged:A")
    )
    policy = bucket_policy("data.aws_iam_policy_document.d.json")
    project = project_in(tmp_path, {"main.tf": others + data("d", body) + policy})

    assert said(project) == (expected, True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("  source_policy_documents = [var.u]\n" + READ % ("a", "own:A"), ["own:A"]),
        ("  source_policy_documents = var.u\n" + READ % ("a", "own:A"), ["own:A"]),
        ("  source_json = var.u\n" + READ % ("a", "own:A"), ["own:A"]),
        # what has a name may be replaced by what is not known
        ("  override_policy_documents = [var.u]\n" + READ % ("a", "own:A"), []),
        ("  override_json = var.u\n" + READ % ("a", "own:A") + READ % ("", "own:B"), ["own:B"]),
        ("  override_policy_documents = [local.odd]\n" + READ % ("a", "own:A"), ["odd:A"]),
        ("  source_policy_documents = [data.http.x.body]\n" + READ % ("", "own:A"), ["own:A"]),
        ("  source_policy_documents = [jsonencode({ Statement = [var.u] })]\n", []),
        ("  source_policy_documents = [jsonencode({ Statement = var.u })]\n", []),
        ('  dynamic "statement" {\n    for_each = var.u\n    content {\n      actions = ["d:A"]\n    }\n  }\n',
         ["d:A"]),
        ("  source_policy_documents = [data.aws_iam_policy_document.d.json]\n" + READ % ("", "own:A"), None),
    ],
)  # fmt: skip
def test_a_part_that_is_not_known_leaves_the_whole_open(
    tmp_path: Path, body: str, expected: list[str] | None
) -> None:
    odd = 'locals {\n  odd = jsonencode({ Statement = [{ Sid = var.u, Effect = "Allow", Action = "odd:A" }] })\n}\n'
    policy = bucket_policy("data.aws_iam_policy_document.d.json")
    project = project_in(tmp_path, {"main.tf": UNKNOWN + odd + data("d", body) + policy})

    found, is_complete = said(project)
    assert not is_complete
    assert expected is None or found == expected


# --- what a policy is --------------------------------------------------------------------------------------------

TWO = UNKNOWN + data("a", READ % ("", "a:A")) + data("b", READ % ("", "b:A")) + data(
    "k", '  for_each = toset(["x", "y"])\n' + READ % ("", "${each.key}:A")
)  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("data.aws_iam_policy_document.a.json", (["a:A"], True)),
        ("data.aws_iam_policy_document.a.minified_json", (["a:A"], True)),
        ('"${data.aws_iam_policy_document.a.json}"', (["a:A"], True)),
        ("local.p", (["b:A"], True)), ("true ? local.p : data.aws_iam_policy_document.a.json", (["b:A"], True)),
        ('data.aws_iam_policy_document.k["y"].json', (["y:A"], True)),
        ('try(data.aws_iam_policy_document.k["x"].json, "")', (["x:A"], True)),
        ("one([data.aws_iam_policy_document.a.json])", (["a:A"], True)),
        ("coalesce(null, data.aws_iam_policy_document.a.json)", (["a:A"], True)),
        ("module.m.json", (["m:in"], True)), ("module.m.given", (["a:A"], True)),
        # it may be one or the other, or made into something else
        ("var.u ? data.aws_iam_policy_document.a.json : data.aws_iam_policy_document.b.json", ([], False)),
        ('replace(data.aws_iam_policy_document.a.json, "a:A", "c:C")', ([], False)),
        ('"${data.aws_iam_policy_document.a.json} "', ([], False)),
        ("var.u", ([], False)), ("data.aws_iam_policy.x.policy", ([], False)),
    ],
)  # fmt: skip
def test_a_policy_is_the_document_it_refers_to(
    tmp_path: Path, expression: str, expected: tuple[list[str], bool]
) -> None:
    root = """
locals {
  p = data.aws_iam_policy_document.b.json
}
module "m" {
  source = "./m"
  action = "in"
  policy = data.aws_iam_policy_document.a.json
}
"""
    called = 'variable "action" {}\nvariable "policy" {}\n' + data("d", READ % ("", "m:${var.action}")) + """
output "json" {
  value = data.aws_iam_policy_document.d.json
}
output "given" {
  value = var.policy
}
"""
    project = project_in(tmp_path, {"main.tf": TWO + root + bucket_policy(expression), "m/main.tf": called})

    assert said(project) == expected


def test_each_instance_has_its_own_document(tmp_path: Path) -> None:
    policy = bucket_policy("data.aws_iam_policy_document.k[each.key].json", '  for_each = toset(["x", "y"])\n')
    project = project_in(tmp_path, {"main.tf": TWO + policy})

    found = {
        one.instance: actions(contents(one, project).statements)
        for one in project.blocks("aws_s3_bucket_policy", "resource")
    }
    assert found == {'["x"]': ["x:A"], '["y"]': ["y:A"]}


def test_a_module_that_is_given_a_document_holds_it(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "./m"\n  policy = data.aws_iam_policy_document.a.json\n}\n'
    inner = 'variable "policy" {}\n' + data("d", "  source_policy_documents = [var.policy]\n" + READ % ("", "own:A"))
    project = project_in(tmp_path, {
        "main.tf": TWO + call, "m/main.tf": inner + bucket_policy("data.aws_iam_policy_document.d.json"),
    })  # fmt: skip

    assert said(project) == (["a:A", "own:A"], True)


def test_a_circle_of_documents_ends(tmp_path: Path) -> None:
    circle = data("a", "  source_policy_documents = [data.aws_iam_policy_document.b.json]\n" + READ % ("", "a:A"))
    circle += data("b", "  source_policy_documents = [data.aws_iam_policy_document.a.json]\n" + READ % ("", "b:A"))
    project = project_in(tmp_path, {"main.tf": circle + bucket_policy("data.aws_iam_policy_document.a.json")})

    assert said(project)[1] is False


def test_documents_that_double_at_each_step_end(tmp_path: Path) -> None:
    """Each is merged from the one before, twice: without a bound that were a million statements."""
    text = data("d0", READ % ("", "x:A"))
    for number in range(1, 25):
        before = f"data.aws_iam_policy_document.d{number - 1}.json"
        text += data(f"d{number}", f"  source_policy_documents = [{before}, {before}]\n")
    project = project_in(tmp_path, {"main.tf": text + bucket_policy("data.aws_iam_policy_document.d24.json")})

    assert said(project)[1] is False


# --- what is judged where ----------------------------------------------------------------------------------------


def test_statements_in_text_are_judged_at_the_document_they_are_merged_into(tmp_path: Path) -> None:
    """Another document that is merged in has a place of its own."""
    body = "  source_policy_documents = [local.text, data.aws_iam_policy_document.a.json]\n" + READ % ("", "own:A")
    text = f"locals {{\n  text = <<EOT\n{JSON % ('t', 'text:A')}\nEOT\n}}\n"
    project = project_in(tmp_path, {"main.tf": TWO + text + data("d", body)})

    source = next(one for one in project.blocks("aws_iam_policy_document", "data") if one.name == "d")
    assert actions(list(policy_statements(source))) == ["text:A", "own:A"]


def test_a_statement_that_is_overridden_is_not_judged(tmp_path: Path) -> None:
    body = f'  override_policy_documents = [jsonencode({JSON % ("x", "other:A")})]\n' + READ % ("x", "own:A")
    project = project_in(tmp_path, {"main.tf": data("d", body)})

    (source,) = project.blocks("aws_iam_policy_document", "data")
    assert actions(list(policy_statements(source))) == ["other:A"]


def test_every_part_of_a_statement_is_read(tmp_path: Path) -> None:
    project = project_in(tmp_path, {"main.tf": UNKNOWN + data("d", """
  statement {
    effect        = "Deny"
    not_actions   = ["s3:Get*"]
    not_resources = ["arn:aws:s3:::b"]
    not_principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::123456789012:root", var.u]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    effect = var.u
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    dynamic "condition" {
      for_each = var.u
      content {
        test     = "Bool"
        variable = condition.value
        values   = ["x"]
      }
    }
  }
""")})

    (source,) = project.blocks("aws_iam_policy_document", "data")
    first, second = policy_statements(source)
    assert first.effect == "Deny"
    assert [one.text for one in first.not_actions] == ["s3:Get*"] and first.actions == []
    assert [one.text for one in first.not_resources] == ["arn:aws:s3:::b"]
    assert [(kind, one.text) for kind, one in first.not_principals] == [
        ("AWS", "arn:aws:iam::123456789012:root"), ("AWS", None),
    ]  # fmt: skip
    assert first.conditions is not None
    assert [(test, key) for test, key, _ in first.conditions] == [("Bool", "aws:SecureTransport")]
    assert second.effect is None
    assert [(kind, one.text) for kind, one in second.principals] == [("*", "*")]
    assert second.conditions is None
