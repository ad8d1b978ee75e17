"""Which other blocks mention a resource."""

from __future__ import annotations

from iaclint.aspects.mentions import mentioning
from tests.aspects.reading import terraform

EIP = 'resource "aws_eip" "a" {\n  tags = { self = "aws_eip.a" }\n}\n'


def users(text: str, *names: str) -> list[str]:
    document = terraform(EIP + text)
    assert document.project is not None
    return mentioning(document.blocks[0], document.project, names)


def test_a_block_does_not_mention_itself() -> None:
    assert users("") == []


def test_references_count_wherever_they_stand() -> None:
    assert users('output "o" {\n  value = try(aws_eip.a[0].id, null)\n}\n') == ["output"]
    assert users('locals {\n  x = [for one in aws_eip.a : one.id]\n}\n') == ["locals"]
    assert users('locals {\n  x = resource.aws_eip.a.id\n}\n') == ["locals"]
    assert users('locals {\n  x = "arn:${aws_eip.a.id}"\n}\n') == ["locals"]


def test_a_longer_name_is_another_resource() -> None:
    assert users('locals {\n  x = aws_eip.ab.id\n  y = data.aws_eip.a\n}\n') == []


def test_a_name_counts_when_it_is_quoted() -> None:
    assert users('locals {\n  x = ["web"]\n}\n', "web") == ["locals"]
    assert users('locals {\n  x = "webs"\n}\n', "web") == []
