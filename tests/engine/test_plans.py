"""Plans end to end: found, judged, shown where the source is, repaired there, and never a secret told."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from iaclint.engine.api import Options, Report, run
from iaclint.engine.discovery import discover
from iaclint.policy.config import Config
from tests.planned import Json, const, plan, refs, resource
from tests.running import FIXTURES, inside, lint, loud_crashes
from tests.test_end_to_end import STYLES, iaclint

SHOP = FIXTURES / "projects" / "plan"
PASSWORD = "correct-horse-battery"
ENCRYPTED = "aws-ebs-volume-unencrypted"
VOLUME = 'resource "aws_ebs_volume" "v" {\n  availability_zone = "a"\n  size = 8\n%s}\n'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the example to write to."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def volume(encrypted: bool | None = False, address: str = "aws_ebs_volume.v", written: Json | None = None) -> Json:
    return resource(
        address, {"size": 8, "encrypted": encrypted}, written={"size": const(8)} if written is None else written
    )


def places(report: Report) -> list[str]:
    return [f"{one.path}:{one.start.line} {one.rule.name}" for one in report.findings]


def found(folder: Path, *paths: str) -> list[tuple[str, str]]:
    with inside(folder):
        files, errors = discover(list(paths), Config())
    return [(one.path, one.kind) for one in files] + [(one.path, one.message) for one in errors]


# --- finding them ------------------------------------------------------------------------------


def test_in_a_folder_plans_are_told_by_their_name_and_beginning(tmp_path: Path) -> None:
    data = plan(volume())
    for name in ("plan.json", "tfplan.json", "prod-PLAN-2.json", "out.json"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "meal-plan.json").write_text('{"monday": "soup"}')
    (tmp_path / "plan.tfstate").write_bytes(data)

    assert found(tmp_path) == [("plan.json", "plan"), ("prod-PLAN-2.json", "plan"), ("tfplan.json", "plan")]


def test_a_named_file_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "out.json").write_bytes(plan(volume()))
    (tmp_path / "other.json").write_text("{}")

    assert found(tmp_path, "out.json") == [("out.json", "plan")]
    assert found(tmp_path, "other.json") == [
        ("other.json", "is no plan of Terraform in JSON, and has no name of a Terraform, Ansible or Dockerfile")
    ]


def test_terraforms_own_json_stays_what_it_is(tmp_path: Path) -> None:
    for name in ("plan.tf.json", "plan.tfvars.json"):
        (tmp_path / name).write_text("{}")

    assert {kind for _, kind in found(tmp_path)} == {"tfjson", "tfvarsjson"}


def test_plans_may_be_larger_than_other_files(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(volume()) + b" " * 5000)
    with inside(tmp_path):
        assert discover([], Config(max_file_size=1000))[1] == []
        assert "limit of 2000 bytes" in discover([], Config(max_file_size=100))[1][0].message


def test_a_plan_in_utf_16_is_named(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(volume()).decode().encode("utf-16"))

    assert [one.message for one in lint(tmp_path).errors] == ["is UTF-16: only UTF-8 is read"]


# --- judging ---------------------------------------------------------------------------------------


def test_without_source_findings_stand_in_the_plan_with_the_full_address(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(volume(address='module.m["a"].aws_ebs_volume.v[0]')))
    report = lint(tmp_path, select=[ENCRYPTED])
    (finding,) = report.findings

    assert (finding.path, finding.resource) == ("plan.json", 'module.m["a"].aws_ebs_volume.v[0]')
    assert (tmp_path / "plan.json").read_bytes()[finding.span.start : finding.span.end] == b'"encrypted":false'


def test_a_plan_is_never_edited(tmp_path: Path) -> None:
    data = plan(volume())
    (tmp_path / "plan.json").write_bytes(data)
    report = lint(tmp_path, select=[ENCRYPTED], fix=True)

    assert (tmp_path / "plan.json").read_bytes() == data
    assert len(report.findings) == 1
    assert report.findings[0].fixes == ()


def test_with_source_beside_findings_stand_in_the_source(shop: Path) -> None:
    report = lint(shop, "plan.json")

    assert places(report) == [
        "main.tf:18 aws-rds-deletion-protection-disabled",
        "main.tf:18 aws-rds-unencrypted",
        "main.tf:25 aws-rds-public",
        "main.tf:39 open-admin-port",
        "main.tf:51 aws-s3-bucket-access-not-logged",
        "main.tf:51 aws-s3-bucket-not-versioned",
        "main.tf:66 wildcard-admin-policy",
        "main.tf:81 aws-ebs-volume-unencrypted",
    ]
    assert all("plan.json" in {one.path for one in finding.related} for finding in report.findings)
    assert report.findings[-1].instances == (
        'module.store["a"].aws_ebs_volume.this',
        'module.store["b"].aws_ebs_volume.this',
    )


def test_what_source_and_plan_say_alike_is_said_once(shop: Path) -> None:
    assert places(lint(shop)) == places(lint(shop, "plan.json"))


def test_the_source_alone_knows_less(shop: Path) -> None:
    (shop / "plan.json").unlink()

    assert not {"aws-rds-public", "open-admin-port", ENCRYPTED} & {one.rule.name for one in lint(shop).findings}


def test_the_source_may_be_in_the_folder_above(shop: Path) -> None:
    (shop / "plans").mkdir()
    (shop / "plan.json").rename(shop / "plans" / "plan.json")

    assert "main.tf:25 aws-rds-public" in places(lint(shop, "plans"))


def test_where_the_source_says_otherwise_the_finding_stands_in_the_plan(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME % "  encrypted = true\n")
    (tmp_path / "plan.json").write_bytes(plan(volume(written={"encrypted": const(False)})))
    (finding,) = lint(tmp_path, select=[ENCRYPTED]).findings

    assert finding.path == "plan.json"
    assert finding.fixes == ()
    assert [(one.path, one.start.line) for one in finding.related] == [("main.tf", 4)]


def test_a_comment_in_the_source_silences_what_the_plan_says_there(tmp_path: Path) -> None:
    comment = f"  # iaclint: ignore[{ENCRYPTED}]\n"
    (tmp_path / "main.tf").write_text(VOLUME % (comment + "  encrypted = var.e\n"))
    (tmp_path / "plan.json").write_bytes(plan(volume(written={"encrypted": refs("var.e")})))
    report = lint(tmp_path, "plan.json", select=[ENCRYPTED])

    assert (report.findings, len(report.suppressed)) == ([], 1)


def test_standard_input_may_be_a_plan(tmp_path: Path) -> None:
    options = Options([], Config(), select=(ENCRYPTED,), stdin_name="out.json", stdin_data=plan(volume()))
    with inside(tmp_path), loud_crashes():
        report = run(options)

    assert [one.path for one in report.findings] == ["out.json"]


def test_repairs_from_standard_input_change_no_file(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME % "")
    options = Options(
        [], Config(), select=(ENCRYPTED,), stdin_name="plan.json", stdin_data=plan(volume()), fix=True,
        unsafe_fixes=True,
    )  # fmt: skip
    with inside(tmp_path), loud_crashes():
        report = run(options)

    assert (len(report.findings), report.fixed_text) == (1, options.stdin_data)
    assert (tmp_path / "main.tf").read_text() == VOLUME % ""


def test_a_policy_in_a_plan_is_judged_within_its_string(tmp_path: Path) -> None:
    text = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    (tmp_path / "plan.json").write_bytes(plan(resource("aws_iam_policy.p", {"policy": text})))
    (finding,) = lint(tmp_path, select=["wildcard-admin-policy"]).findings

    assert (tmp_path / "plan.json").read_bytes()[finding.span.start : finding.span.end] == b'\\"Action\\": \\"*\\"'


def test_a_policy_in_the_source_is_where_the_finding_stands(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    (tmp_path / "main.tf").write_text(
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Statement = [{\n      Effect = "Allow"\n'
        '      Action = var.actions\n      Resource = "*"\n    }]\n  })\n}\n'
    )
    planned = resource("aws_iam_policy.p", {"policy": json.dumps({"Statement": [statement]})}, written={"policy": {}})
    (tmp_path / "plan.json").write_bytes(plan(planned))

    assert places(lint(tmp_path, select=["wildcard-admin-policy"])) == ["main.tf:5 wildcard-admin-policy"]


# --- repairing -------------------------------------------------------------------------------------


def test_repairs_are_written_to_the_source(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME % "")
    data = plan(volume())
    (tmp_path / "plan.json").write_bytes(data)
    report = lint(tmp_path, "plan.json", select=[ENCRYPTED], fix=True)

    assert "encrypted" in (tmp_path / "main.tf").read_text()
    assert (tmp_path / "plan.json").read_bytes() == data
    assert report.findings == []


def test_repairing_a_folder_leaves_no_finding_of_the_plan_it_has_outrun(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME % "  encrypted = false\n")
    (tmp_path / "plan.json").write_bytes(plan(volume(written={"encrypted": const(False)})))

    assert lint(tmp_path, select=[ENCRYPTED], fix=True).findings == []


def test_a_companion_that_was_added_answers_the_plan(shop: Path) -> None:
    report = lint(shop, "plan.json", select=["aws-s3-bucket-not-versioned"], fix=True)

    assert "aws_s3_bucket_versioning" in (shop / "main.tf").read_text()
    assert report.findings == []


# --- secrets ---------------------------------------------------------------------------------------


def test_secrets_of_a_plan_are_in_no_output(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    whole = json.loads((shop / "plan.json").read_bytes())
    (tmp_path / "alone" / "plan.json").write_text(json.dumps(whole, separators=(",", ":")))
    for folder in (shop, tmp_path / "alone"):
        for style in STYLES:
            ran = iaclint("check", ".", "--output-format", style, cwd=folder)
            assert PASSWORD not in ran.stdout + ran.stderr, style
        ran = iaclint("check", ".", "--diff", "--unsafe-fixes", cwd=folder)
        assert PASSWORD not in ran.stdout + ran.stderr


def test_a_neighbour_on_the_same_line_is_masked(tmp_path: Path) -> None:
    values = {"availability_zone": "zone-secret", "encrypted": False, "db_password": "hunter2-hunter2", "size": 8}
    one = resource("aws_ebs_volume.v", values, sensitive={"availability_zone": True})
    (tmp_path / "plan.json").write_bytes(plan(one))
    ran = iaclint("check", ".", "--select", ENCRYPTED, cwd=tmp_path)

    assert '"encrypted":false' in ran.stdout
    assert "zone-secret" not in ran.stdout
    assert "hunter2" not in ran.stdout


def test_a_password_counts_only_where_the_configuration_writes_it(tmp_path: Path) -> None:
    def planned(written: Json | None) -> bytes:
        return plan(resource("aws_db_instance.d", {"password": "kVeT9-rumba-41"}, written=written))

    (tmp_path / "plan.json").write_bytes(planned({"password": const("kVeT9-rumba-41")}))
    assert len(lint(tmp_path, select=["plaintext-secret"]).findings) == 1
    for written in ({"password": refs("var.password")}, {}, None):
        (tmp_path / "plan.json").write_bytes(planned(written))
        assert lint(tmp_path, select=["plaintext-secret"]).findings == []


def test_tokens_in_a_plan_are_not_searched_for(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(resource("acme_x.y", {"key": "AKIAQ2W3E4R5T6Y7U7I5"})))

    assert lint(tmp_path, select=["leaked-token"]).findings == []


# --- bombs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bomb", [b"[" * 200_000, b'{"a":' * 200_000, b"9" * 100_000])
def test_a_bomb_gives_one_message(tmp_path: Path, bomb: bytes) -> None:
    (tmp_path / "plan.json").write_bytes(b'{"format_version":"1.2","planned_values":{},"variables":' + bomb)
    report = lint(tmp_path)

    assert [one.rule.name for one in report.findings] == ["syntax-error"]


def test_a_large_plan_is_read_in_linear_time(tmp_path: Path) -> None:
    many = [resource(f"aws_ebs_volume.v{number}", {"encrypted": False, "size": 8}) for number in range(2000)]
    (tmp_path / "plan.json").write_bytes(plan(*many))
    start = time.perf_counter()
    report = lint(tmp_path, select=[ENCRYPTED])

    assert len(report.findings) == 2000
    assert time.perf_counter() - start < 20


# --- what it adds up to --------------------------------------------------------------------------------


def test_what_stands_in_the_plan_alone_is_not_counted_as_repairable(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(volume()))
    assert "can be repaired" not in iaclint("check", ".", "--select", ENCRYPTED, cwd=tmp_path).stdout

    (tmp_path / "main.tf").write_text(VOLUME % "")
    ran = iaclint("check", "plan.json", "--select", ENCRYPTED, cwd=tmp_path)
    assert "1 finding can be repaired" in ran.stdout and "main.tf:" in ran.stdout
    data = (tmp_path / "plan.json").read_text()
    piped = iaclint("check", "--stdin-filename", "plan.json", "-", "--select", ENCRYPTED, cwd=tmp_path, stdin=data)
    assert "main.tf:" in piped.stdout and "can be repaired" not in piped.stdout


@pytest.mark.parametrize("option", ["--diff", "--fix"])
def test_what_the_source_and_its_plan_both_have_counts_once(tmp_path: Path, option: str) -> None:
    text = VOLUME % "  encrypted = false\n"
    (tmp_path / "main.tf").write_text(text)
    (tmp_path / "plan.json").write_bytes(plan(volume(written={"encrypted": const(False)})))
    ran = iaclint("check", ".", "--select", ENCRYPTED, option, cwd=tmp_path)
    fixed = iaclint("check", ".", "--select", ENCRYPTED, option, "--unsafe-fixes", cwd=tmp_path)

    assert "0 of 1 finding: 1 left by level." in ran.stdout + ran.stderr
    assert "1 of 1 finding." in fixed.stdout + fixed.stderr


def test_standard_input_takes_plans_of_the_size_that_files_may_have(tmp_path: Path) -> None:
    (tmp_path / "iaclint.toml").write_text("max-file-size = 1000\n")
    data = plan(volume()).decode() + " " * 1000
    arguments = ("check", "--select", ENCRYPTED, "--stdin-filename")

    assert iaclint(*arguments, "plan.json", "-", cwd=tmp_path, stdin=data).returncode == 1
    assert "limit of 1000 bytes" in iaclint(*arguments, "main.tf", "-", cwd=tmp_path, stdin=data).stderr
    assert "limit of 20000 bytes" in iaclint(*arguments, "p.json", "-", cwd=tmp_path, stdin=data + " " * 20000).stderr


def test_an_instance_of_the_plan_is_found_by_its_key(tmp_path: Path) -> None:
    from iaclint.model import Project
    from iaclint.model.value import Reference
    from iaclint.parsers.plan import read
    from iaclint.source import Source

    addresses = [
        'aws_ebs_volume.v["a"]', 'aws_ebs_volume.v["b"]', 'module.m[0].aws_ebs_volume.v["a"]', "aws_ebs_volume.one",
    ]  # fmt: skip
    read_plan = read(Source("plan.json", plan(*(volume(address=one) for one in addresses))))
    project = Project("", read_plan.documents)

    def at(module: str, key: str, name: str = "v") -> str | None:
        found = project.resource(Reference.to(f"aws_ebs_volume.{name}.id", module, key))
        return found.instance_address if found is not None else None

    assert at("", '["a"]') == addresses[0] and at("", '["b"]') == addresses[1]
    assert at("module.m[0]", '["a"]') == addresses[2]
    assert at("", '["gone"]') is None and at("", "", "one") == addresses[3]


def test_findings_of_instances_and_module_instances_stand_at_their_source(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text('variable "e" {}\n' + VOLUME % "  encrypted = var.e\n")
    (tmp_path / "main.tf").write_text(
        'resource "aws_ebs_volume" "n" {\n  count             = 2\n  availability_zone = "a"\n'
        "  encrypted         = var.list[count.index]\n}\n"
        'resource "aws_ebs_volume" "k" {\n  for_each          = { a = false, b = true }\n  availability_zone = "a"\n'
        "  encrypted         = each.value\n}\n"
        'module "m" {\n  source   = "./m"\n  for_each = toset(["x", "y"])\n  e        = each.key == "y"\n}\n'
        'variable "list" {}\n'
    )
    refers = {"encrypted": refs("each.value")}
    (tmp_path / "plan.json").write_bytes(plan(
        *(volume(one == 1, f"aws_ebs_volume.n[{one}]", refers) for one in (0, 1)),
        *(volume(one == "b", f'aws_ebs_volume.k["{one}"]', refers) for one in "ab"),
        *(volume(one == "y", f'module.m["{one}"].aws_ebs_volume.v', refers) for one in "xy"),
    ))  # fmt: skip
    report = lint(tmp_path, "plan.json", select=[ENCRYPTED])
    told = {(one.path, one.start.line): one.instances for one in report.findings}

    assert told == {
        ("main.tf", 4): ("aws_ebs_volume.n[0]",), ("main.tf", 9): ('aws_ebs_volume.k["a"]',),
        ("main.tf", 14): ('module.m["x"].aws_ebs_volume.v',),
    }  # fmt: skip
