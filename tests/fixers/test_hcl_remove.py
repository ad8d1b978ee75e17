"""Taking things out of Terraform files, and replacing parts of texts."""

from __future__ import annotations

import pytest

from iaclint.evaluate.terraform import document_value
from iaclint.model import Block, Value
from iaclint.model.intent import New, Remove, ReplaceText, Set
from tests.fixers.hcl_runs import Making, fixed, withheld


def removing(path: str, *indices: int) -> list[Making]:
    if not indices:
        return [lambda block: Remove(block.at(path))]

    def item(index: int) -> Making:
        return lambda block: Remove(block.at(path).items[index])

    return [item(index) for index in indices]


def body(text: str) -> str:
    return f'resource "aws_instance" "r" {{\n{text}}}\n'


@pytest.mark.parametrize(("before", "after"), [
    ("  ami = 1\n  monitoring = false # c\n  b = 1\n", "  ami = 1\n  b = 1\n"),
    ("  monitoring = false\n", ""),
    ("  ami        = 1\n  monitoring = false\n", "  ami = 1\n"),
    ("  ami = 1\n\n  monitoring = false\n\n  b = 1\n", "  ami = 1\n\n  b = 1\n"),
    ("  ami = 1\n\n  monitoring = false\n", "  ami = 1\n"),
    ("  # kept\n  monitoring = false\n", "  # kept\n"),
])  # fmt: skip
def test_an_argument_goes_with_its_line_and_its_group_stays_aligned(before: str, after: str) -> None:
    for newline in ("\n", "\r\n"):
        text = body(before).replace("\n", newline)

        assert fixed(text, *removing("monitoring")) == body(after).replace("\n", newline)


def test_an_argument_over_several_lines_goes_whole() -> None:
    text = body("  user_data = <<-EOT\n    x\n  EOT\n  tags = {\n    a = 1\n  }\n")

    assert fixed(text, *removing("user_data"), *removing("tags")) == body("")


def test_the_only_argument_of_a_one_line_block_leaves_it_empty() -> None:
    text = body("  root_block_device { encrypted = false }\n")

    assert fixed(text, *removing("root_block_device.encrypted")) == body("  root_block_device {}\n")


def test_a_nested_block_goes_with_the_blank_line_before_it() -> None:
    text = body("  ami = 1\n\n  root_block_device {\n    encrypted = false\n  }\n\n  ebs_optimized = true\n")

    assert fixed(text, lambda block: Remove(block.blocks[0])) == body("  ami = 1\n\n  ebs_optimized = true\n")


def test_one_of_several_blocks_goes() -> None:
    blocks = [f'  ebs_block_device {{\n    device_name = "{name}"\n  }}\n' for name in "abc"]

    after = fixed(body("".join(blocks)), lambda block: Remove(block.blocks[0]), lambda block: Remove(block.blocks[2]))

    assert after == body(blocks[1])


@pytest.mark.parametrize(("before", "indices", "after"), [
    ('["a", "b", "c"]', (1,), '["a", "c"]'),
    ('["a", "b", "c"]', (0, 1), '["c"]'),
    ('["a", "b", "c"]', (1, 2), '["a"]'),
    ('["a", "b", "c"]', (0, 2), '["b"]'),
    ('["a", "b",]', (1,), '["a",]'),
    ('["a"]', (0,), "[]"),
    ('[\n    "a", # x\n    "b", # y\n  ]', (0,), '[\n    "b", # y\n  ]'),
    ('[\n    "a",\n    "b",\n  ]', (1,), '[\n    "a",\n  ]'),
    ('[\n    "a",\n    "b"\n  ]', (1,), '[\n    "a"\n  ]'),
    ('[\n    "a",\n    "b",\n    "c"\n  ]', (1, 2), '[\n    "a"\n  ]'),
    ('["a",\n    "b",\n  "c"]', (1,), '["a",\n  "c"]'),
])  # fmt: skip
def test_an_element_goes_with_its_comma(before: str, indices: tuple[int, ...], after: str) -> None:
    assert fixed(body(f"  x = {before}\n"), *removing("x", *indices)) == body(f"  x = {after}\n")


def test_a_comment_between_elements_is_never_lost() -> None:
    withheld(body('  x = ["a", /* why */ "b"]\n'), *removing("x", 0))


@pytest.mark.parametrize(("before", "after"), [
    ("{ a = 1, b = 2 }", "{ b = 2 }"),
    ("{\n    a  = 1\n    bb = 2\n  }", "{\n    bb = 2\n  }"),
    ("{\n    a = 1,\n    b = 2,\n  }", "{\n    b = 2,\n  }"),
    ("{\n    b = 2,\n    a = 1\n  }", "{\n    b = 2\n  }"),
])  # fmt: skip
def test_a_map_entry_goes(before: str, after: str) -> None:
    assert fixed(body(f"  tags = {before}\n"), *removing("tags.a")) == body(f"  tags = {after}\n")


def test_what_the_provider_requires_is_not_removed() -> None:
    text = 'resource "aws_ebs_volume" "v" {\n  availability_zone = "a"\n}\n'

    assert "requires `availability_zone`" in withheld(text, *removing("availability_zone"))


def test_a_dynamic_block_is_not_removed() -> None:
    text = body('  dynamic "root_block_device" {\n    for_each = [1]\n    content {}\n  }\n')

    assert "dynamic" in withheld(text, lambda block: Remove(block.blocks[0]))


# --- parts of texts ---------------------------------------------------------------------------------------------


def replacing(path: str, old: str, new: str) -> Making:
    return lambda block: ReplaceText(block.at(path), old, new)


@pytest.mark.parametrize(("value", "old", "new", "after"), [
    ('"http://${var.h}/x"', "http://", "https://", '"https://${var.h}/x"'),
    ('"say \\"a\\""', '"a"', '"${b}"', '"say \\"$${b}\\""'),
    ("<<EOF\n  wget http://x ${y}\nEOF", "http://", "https://", "<<EOF\n  wget https://x ${y}\nEOF"),
    ("<<-EOF\n  a \"b\" é\n  EOF", '"b"', '"c"', "<<-EOF\n  a \"c\" é\n  EOF"),
])  # fmt: skip
def test_part_of_a_text_is_replaced(value: str, old: str, new: str, after: str) -> None:
    before = body(f"  user_data = {value}\n")

    assert fixed(before, replacing("user_data", old, new)) == body(f"  user_data = {after}\n")


@pytest.mark.parametrize("value", ['"a a"', '"b"', '"${a}"', 'join("", ["a"])', "var.a", '"\\u0061"'])
def test_a_text_that_does_not_stand_there_exactly_once_is_left_alone(value: str) -> None:
    withheld(body(f"  user_data = {value}\n"), replacing("user_data", "a", "c"))


def statement(block: Block) -> Value:
    value = document_value(block.get("policy"))
    assert value is not None
    return value.at("Statement").items[0]


def policy(text: str) -> str:
    return f'resource "aws_iam_policy" "p" {{\n  policy = {text}\n}}\n'


def acting(new: New) -> Making:
    return lambda block: Set(statement(block).at("Action"), new)


def test_a_policy_written_with_jsonencode_is_changed_inside() -> None:
    text = policy('jsonencode({\n    Statement = [{\n      Effect = "Allow"\n      Action = "*"\n    }]\n  })')

    assert fixed(text, acting(["s3:Get*"])) == text.replace('"*"', '["s3:Get*"]')


def test_a_policy_in_a_heredoc_is_changed_inside() -> None:
    text = policy('<<EOF\n{"Statement": [{"Effect": "${var.e}", "Action": "*"}]}\nEOF')

    assert fixed(text, acting("s3:Get*")) == text.replace('"*"', '"s3:Get*"')


def test_a_policy_in_a_quoted_string_is_left_alone() -> None:
    withheld(policy('"{\\"Statement\\": [{\\"Action\\": \\"*\\"}]}"'), acting("s3:Get*"))


def test_a_labelled_block_goes_whole() -> None:
    text = body('  ami = 1\n\n  provisioner "local-exec" {\n    command = "x"\n  }\n')

    assert fixed(text, lambda block: Remove(block.blocks[0])) == body("  ami = 1\n")


def test_a_top_level_block_goes() -> None:
    text = body("  ami = 1\n") + "\nlocals {\n  a = 1\n}\n"

    assert fixed(text, lambda block: Remove(block)).strip() == "locals {\n  a = 1\n}"
