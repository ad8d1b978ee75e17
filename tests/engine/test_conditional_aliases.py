"""When a peer's id holds for a finding."""

from __future__ import annotations

import pytest

from iaclint.parsers.hcl import parse
from iaclint.rules import alias
from iaclint.source import Source


@pytest.mark.parametrize(
    ("facets", "holds"),
    [
        ({"port": 22}, True),
        ({"port": 23}, False),
        ({"port": frozenset({22, 3389})}, True),
        ({"port": frozenset({80})}, False),
        ({"port": frozenset()}, False),
        ({}, False),
    ],
)
def test_of_a_frozenset_any_element_counts(facets: dict[str, object], holds: bool) -> None:
    assert alias("X", port=22).holds(facets) is holds


@pytest.mark.parametrize(
    ("source", "platforms"),
    [
        ("terraform-aws-modules/vpc/aws", {"terraform", "aws"}),
        ("registry.terraform.io/terraform-aws-modules/vpc/aws", {"terraform", "aws"}),
        ("Azure/aks/azurerm//modules/x", {"terraform", "azurerm"}),
        ("./aws", {"terraform"}),
        ("git::https://example.org/aws", {"terraform"}),
    ],
)
def test_a_call_of_a_registry_module_asks_for_the_rules_of_its_provider(source: str, platforms: set[str]) -> None:
    document = parse(Source("main.tf", f'module "a" {{\n  source = "{source}"\n}}\n'.encode()))

    assert document.platforms == platforms
