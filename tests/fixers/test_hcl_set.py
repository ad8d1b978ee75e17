"""Setting arguments in Terraform files: what is replaced, where new lines go, how they are aligned."""

from __future__ import annotations

from textwrap import dedent

import pytest

from iaclint.edits.fix import Fix
from iaclint.model.intent import Expression, Needed, New, Set
from tests.fixers.hcl_runs import check, fix_of, fixed, setting, withheld


def test_a_literal_is_replaced_and_its_comment_kept() -> None:
    check(
        """
        resource "aws_ebs_volume" "data" {
          encrypted = false # for now
        }
        """,
        """
        resource "aws_ebs_volume" "data" {
          encrypted = true # for now
        }
        """,
        setting("encrypted", True),
    )


def test_comments_stay_aligned_when_a_value_changes_its_width() -> None:
    check(
        """
        resource "aws_ebs_volume" "data" {
          encrypted = false # for now
          size      = 10    # GB
        }
        """,
        """
        resource "aws_ebs_volume" "data" {
          encrypted = true # for now
          size      = 10   # GB
        }
        """,
        setting("encrypted", True),
    )


def test_comments_that_were_not_aligned_are_left_alone() -> None:
    check(
        """
        resource "aws_ebs_volume" "data" {
          encrypted = false   # for now
          size      = 10 # GB
        }
        """,
        """
        resource "aws_ebs_volume" "data" {
          encrypted = true   # for now
          size      = 10 # GB
        }
        """,
        setting("encrypted", True),
    )


def test_an_explicit_null_is_replaced() -> None:
    check(
        """
        resource "aws_ebs_volume" "data" {
          encrypted = null /* why */
        }
        """,
        """
        resource "aws_ebs_volume" "data" {
          encrypted = true /* why */
        }
        """,
        setting("encrypted", True),
    )


def test_a_longer_name_realigns_its_group_and_no_other() -> None:
    check(
        """
        resource "aws_instance" "web" {
          instance_type = "t3.micro"
          monitoring    = true

          ami = "x"
          # a comment parts groups
          key_name = "k"
        }
        """,
        """
        resource "aws_instance" "web" {
          instance_type = "t3.micro"
          monitoring    = true

          ami = "x"
          # a comment parts groups
          key_name                    = "k"
          associate_public_ip_address = false
        }
        """,
        setting("associate_public_ip_address", False),
    )


def test_a_group_that_was_not_aligned_is_not_touched() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami = "x"
          instance_type = "t3.micro"
        }
        """,
        """
        resource "aws_instance" "web" {
          ami = "x"
          instance_type = "t3.micro"
          associate_public_ip_address = false
        }
        """,
        setting("associate_public_ip_address", False),
    )


def test_a_value_over_several_lines_parts_groups() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami = "x"
          tags = {
            Name = "web"
          }
        }
        """,
        """
        resource "aws_instance" "web" {
          ami = "x"
          tags = {
            Name = "web"
          }
          monitoring = true
        }
        """,
        setting("monitoring", True),
    )


def test_a_heredoc_is_one_line_of_its_group() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami       = "x"
          user_data = <<-EOT
            #!/bin/sh
            a = 1
          EOT
        }
        """,
        """
        resource "aws_instance" "web" {
          ami           = "x"
          user_data     = <<-EOT
            #!/bin/sh
            a = 1
          EOT
          ebs_optimized = true
        }
        """,
        setting("ebs_optimized", True),
    )


def test_a_new_argument_goes_before_the_nested_blocks() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami = "x" # latest

          root_block_device {
            volume_size = 8
          }

          tags = {}
        }
        """,
        """
        resource "aws_instance" "web" {
          ami        = "x" # latest
          monitoring = true

          root_block_device {
            volume_size = 8
          }

          tags = {}
        }
        """,
        setting("monitoring", True),
    )


def test_a_body_of_blocks_only_gets_its_argument_first() -> None:
    check(
        """
        resource "aws_instance" "web" {
          # the disk
          root_block_device {
            volume_size = 8
          }
        }
        """,
        """
        resource "aws_instance" "web" {
          monitoring = true

          # the disk
          root_block_device {
            volume_size = 8
          }
        }
        """,
        setting("monitoring", True),
    )


@pytest.mark.parametrize("body", ["{}", "{ }", "{\n}"])
def test_an_empty_body_is_opened_up(body: str) -> None:
    check(
        f'resource "aws_ebs_volume" "data" {body}\n',
        'resource "aws_ebs_volume" "data" {\n  size      = 5\n  encrypted = true\n}\n',
        setting("size", 5),
        setting("encrypted", True),
    )


def test_a_one_line_block_is_opened_up() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami = "x"
          root_block_device { volume_size = 8 } # disk
        }
        """,
        """
        resource "aws_instance" "web" {
          ami = "x"
          root_block_device {
            volume_size = 8
            encrypted   = true
          } # disk
        }
        """,
        setting("root_block_device.encrypted", True),
    )


def test_siblings_give_the_indentation() -> None:
    check(
        """
        resource "aws_ebs_volume" "data" {
            size = 5
        }
        resource "x" "y" {
        \tz = 1
        }
        """,
        """
        resource "aws_ebs_volume" "data" {
            size      = 5
            encrypted = true
        }
        resource "x" "y" {
        \tz = 1
        }
        """,
        setting("encrypted", True),
    )


def test_a_missing_block_is_written_with_all_that_goes_into_it() -> None:
    check(
        """
        resource "aws_instance" "web" {
          ami = "x"
          # the end
        }
        """,
        """
        resource "aws_instance" "web" {
          ami        = "x"
          monitoring = true

          metadata_options {
            http_tokens   = "required"
            http_endpoint = "enabled"
          }
          # the end
        }
        """,
        setting("metadata_options.http_tokens", "required"),
        setting("monitoring", True),
        setting("metadata_options.http_endpoint", "enabled"),
    )


def test_blocks_within_blocks_are_written_deep() -> None:
    check(
        """
        resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
          bucket = "b"
        }
        """,
        """
        resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
          bucket = "b"

          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm = "aws:kms"
            }
          }
        }
        """,
        setting("rule.apply_server_side_encryption_by_default.sse_algorithm", "aws:kms"),
    )


def test_only_the_block_meant_is_changed() -> None:
    check(
        """
        resource "kubernetes_pod" "p" {
          spec {
            container {
              name = "a"
            }
            container {
              name = "b"
            }
          }
        }
        """,
        """
        resource "kubernetes_pod" "p" {
          spec {
            container {
              name = "a"
            }
            container {
              name = "b"

              security_context {
                privileged = false
              }
            }
          }
        }
        """,
        lambda block: Set(list(block.each("spec.container.security_context.privileged"))[1], False),
    )


def test_the_content_of_a_dynamic_block_is_a_block() -> None:
    check(
        """
        resource "aws_instance" "web" {
          dynamic "ebs_block_device" {
            for_each = var.disks
            content {
              device_name = ebs_block_device.value
            }
          }
        }
        """,
        """
        resource "aws_instance" "web" {
          dynamic "ebs_block_device" {
            for_each = var.disks
            content {
              device_name = ebs_block_device.value
              encrypted   = true
            }
          }
        }
        """,
        setting("ebs_block_device.encrypted", True),
    )


@pytest.mark.parametrize(("before", "after"), [
    ("{ a = 1 }", '{ a = 1, Name = "n" }'),
    ("{ a : 1 }", '{ a : 1, Name : "n" }'),
    ('{ "a" = 1, }', '{ "a" = 1, "Name" = "n", }'),
    ("{}", '{\n    Name = "n"\n  }'),
    ("{\n    a = 1\n  }", '{\n    a    = 1\n    Name = "n"\n  }'),
    ("{\n    a = 1, # x\n  }", '{\n    a    = 1, # x\n    Name = "n",\n  }'),
    ("{\n    a = 1,\n    b = 2\n  }", '{\n    a    = 1,\n    b    = 2,\n    Name = "n"\n  }'),
    ("{\n    a : 1\n  }", '{\n    a : 1\n    Name : "n"\n  }'),
])  # fmt: skip
def test_a_map_gets_its_entry_in_its_own_style(before: str, after: str) -> None:
    text = 'resource "aws_instance" "web" {{\n  tags = {}\n}}\n'

    check(text.format(before), text.format(after), setting("tags.Name", "n"))


@pytest.mark.parametrize(("new", "text"), [
    (True, "true"), (0, "0"), (1.5, "1.5"), (-3, "-3"), (None, "null"),
    ('a "b" ${c} %{d} \\ \n\t', '"a \\"b\\" $${c} %%{d} \\\\ \\n\\t"'), ("é", '"é"'),
    (["a", 1], '["a", 1]'), ([], "[]"), ({"a-b": 1, "c d": []}, '{\n    a-b   = 1\n    "c d" = []\n  }'),
    (Expression("aws_x.y.id"), "aws_x.y.id"),
    ([{"a": 1}], "[\n    {\n      a = 1\n    },\n  ]"),
])  # fmt: skip
def test_values_are_spelled_as_the_language_needs_it(new: New, text: str) -> None:
    # of a type that no table has, so that any value goes
    check('resource "x_y" "z" {\n  a = "old"\n}\n', f'resource "x_y" "z" {{\n  a = {text}\n}}\n', setting("a", new))


def test_a_map_for_a_text_is_written_as_json() -> None:
    after = fixed('resource "aws_iam_policy" "p" {\n  name = "p"\n}\n', setting("policy", {"Version": "2012-10-17"}))

    assert 'policy = jsonencode({ Version = "2012-10-17" })' in after


def test_a_value_written_elsewhere_is_repaired_there() -> None:
    text = dedent("""
        resource "aws_db_instance" "db" {
          publicly_accessible = var.public
        }

        variable "public" {
          type    = bool
          default = true # while testing
        }
    """)

    assert fixed(text, setting("publicly_accessible", False)) == text.replace("default = true", "default = false")
    fix = fix_of(text, setting("publicly_accessible", False))
    assert isinstance(fix, Fix)
    assert fix.applicability.value == "unsafe"
    assert fix.effects[0][1].text == "variable.public.default: true -> false"


@pytest.mark.parametrize("expression", [
    "var.unknown", "!false", '"${var.x}"', 'tobool("true")', "(true)", "data.a.b.c",
])  # fmt: skip
def test_an_expression_is_somebodys_intention(expression: str) -> None:
    withheld(f'resource "aws_db_instance" "db" {{\n  publicly_accessible = {expression}\n}}\n',
             setting("publicly_accessible", False))  # fmt: skip


@pytest.mark.parametrize(("type", "path", "new", "reason"), [
    ("aws_instance", "no_such_argument", True, "does not know `no_such_argument`"),
    ("aws_instance", "metadata_options.no_such", True, "does not know `metadata_options.no_such`"),
    ("aws_instance", "metadata_options.http_tokens", "must", "must be one of optional, required"),
    ("aws_instance", "arn", "x", "computed"),
    ("aws_instance", "root_block_device", "x", "is a block"),
    ("aws_security_group", "ingress.from_port", 1, "argument of type set(object)"),
    ("azurerm_storage_account", "network_rules.bypass", ["None"], "also needs `default_action`"),
    ("x_y", "block.argument", 1, "not known whether `block` is a block"),
    ("x_y", "block", {"argument": 1}, "not known whether `block` is a block"),
])  # fmt: skip
def test_what_the_provider_would_refuse_is_withheld(type: str, path: str, new: New, reason: str) -> None:
    assert reason in withheld(f'resource "{type}" "r" {{\n  a = 1\n}}\n', setting(path, new))


def test_arguments_that_exclude_each_other_are_not_put_together() -> None:
    text = 'resource "aws_instance" "r" {\n  ipv6_address_count = 1\n}\n'

    assert "conflicts with" in withheld(text, setting("ipv6_addresses", ["::1"]))
    assert "ipv6_addresses" in fixed(text.replace("= 1", "= null"), setting("ipv6_addresses", ["::1"]))


@pytest.mark.parametrize("text", [
    'resource "aws_instance" "r" { /* c */ ami = 1 }\n',
    'resource "aws_instance" "r" { ami = 1\n}\n',
    'resource "aws_instance" "r" {\n  ami = 1 /* over\n  lines */\n}\n',
    'resource "aws_instance" "r" {\n  ami = \n}\n',
    'resource "aws_instance" "r" {\r  ami = 1\r}\r',
])  # fmt: skip
def test_what_is_written_oddly_is_left_alone(text: str) -> None:
    withheld(text, setting("monitoring", True))


def test_two_steps_that_contradict_each_other_are_withheld() -> None:
    text = 'resource "aws_instance" "r" {\n  ami = "x"\n}\n'

    withheld(text, setting("monitoring", True), setting("monitoring", False))
    withheld(text, setting("ami", "a"), setting("ami", "b"))


def test_a_value_nobody_can_know_is_asked_for() -> None:
    text = 'resource "aws_ebs_volume" "v" {\n  size = 1\n}\n'
    making = setting("kms_key_id", Needed("kms-key", "the key's ARN", prefix="arn:"))

    fix = fix_of(text, making)

    assert isinstance(fix, Fix)
    assert (fix.edits, fix.applicability.value, fix.impact.value) == ((), "manual", "needs-value")
    assert [needed.name for needed in fix.needs] == ["kms-key"]
    assert 'kms_key_id = "arn:k"' in fixed(text, making, values={"kms-key": "k"})


def test_a_supplied_value_has_the_type_the_provider_wants() -> None:
    text = 'resource "aws_db_instance" "d" {\n  name = "d"\n}\n'

    after = fixed(text, setting("backup_retention_period", Needed("days", "days")), values={"days": "7"})

    assert "backup_retention_period = 7\n" in after


def test_a_secret_does_not_stand_in_the_effect() -> None:
    text = 'resource "aws_db_instance" "d" {\n  password = "hunter2"\n}\n'

    fix = fix_of(text, setting("password", Expression("var.p")))

    assert isinstance(fix, Fix)
    assert [effect.text for _, effect in fix.effects] == ["aws_db_instance.d.password: ... -> var.p"]


def test_effects_say_what_changes() -> None:
    fix = fix_of('resource "aws_instance" "d" {\n  ami = 1\n}\n', setting("metadata_options.http_tokens", "required"))

    assert isinstance(fix, Fix)
    effect = fix.effects[0][1]
    assert effect.path == (("resource", "aws_instance", "d"), "metadata_options", 0)
    assert effect.text == 'aws_instance.d.metadata_options.http_tokens: unset -> "required"'


def test_a_map_among_aligned_neighbours_stays_on_one_line() -> None:
    text = (
        'resource "aws_instance" "a" {\n'
        '  ami           = "ami-1"\n'
        '  instance_type = "t3.small"\n'
        '  tags          = {}\n}\n'
    )

    after = fixed(text, setting("tags.owner", "shop"))

    assert '  tags          = { owner = "shop" }\n' in after


OTHER = 'resource "example_app" "other" {\n  site {\n    tls = "1.2"\n  }\n}\n'
UNKNOWN = 'resource "example_app" "app" {\n  name = "x"\n}\n\n'


def test_a_type_without_schema_gets_an_argument_in_a_block_that_stands_there() -> None:
    check(
        """
        resource "example_app" "app" {
          site {
            tls = "1.2"
          }
        }
        """,
        """
        resource "example_app" "app" {
          site {
            tls = "1.2"
            ftp = "off"
          }
        }
        """,
        setting("site.ftp", "off"),
    )


def test_what_another_resource_of_the_type_writes_as_a_block_is_one() -> None:
    new = UNKNOWN.replace('"x"\n', '"x"\n\n  site {\n    ftp = "off"\n  }\n')

    assert fixed(UNKNOWN + OTHER, setting("site.ftp", "off")) == new + OTHER
    fix = fix_of(UNKNOWN + OTHER, setting("site.ftp", "off"))
    assert isinstance(fix, Fix) and fix.applicability.name == "UNSAFE"


@pytest.mark.parametrize(
    "other", ["", OTHER.replace("example_app", "example_thing"), OTHER.replace("site {", "site = {"),
              OTHER + OTHER.replace("other", "third").replace("site {", "site = {")],
)  # fmt: skip
def test_without_schema_and_example_it_is_not_known_what_is_a_block(other: str) -> None:
    assert "it is not known whether `site` is a block" in withheld(UNKNOWN + other, setting("site.ftp", "off"))
