"""What a call of a registry module says of itself: which module, which releases, which firewall rules."""

from __future__ import annotations

import pytest

from iaclint.aspects.module_calls import major_releases, module_source
from iaclint.aspects.network import network_rules
from iaclint.aspects.network_modules import named_rule
from tests.aspects.reading import terraform

GROUP = "terraform-aws-modules/security-group/aws"


@pytest.mark.parametrize(
    ("version", "releases"),
    [
        ("3.7.0", (3, 3)),
        ("= 3.7.0", (3, 3)),
        ("~> 6.0", (6, 6)),
        ("~> 6.1.2", (6, 6)),
        ("~> 6", (6, None)),
        (">= 4.0", (4, None)),
        (">= 4.0, < 6.0.0", (4, 5)),
        (">= 4.0, < 6.2", (4, 6)),
        ("<= 5.1", (0, 5)),
        ("!= 5.1.0", (0, None)),
        ("v5.0.0", (5, 5)),
        ("latest", None),
        ("", None),
    ],
)
def test_the_releases_a_constraint_allows(version: str, releases: tuple[int, int | None] | None) -> None:
    call = terraform(f'module "a" {{\n  source = "a/b/aws"\n  version = "{version}"\n}}\n').blocks[0]

    assert major_releases(call) == releases


def test_without_a_version_any_release_may_come() -> None:
    assert major_releases(terraform('module "a" {\n  source = "a/b/aws"\n}\n').blocks[0]) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (GROUP, (GROUP, "")),
        ("registry.terraform.io/a/b/aws", ("a/b/aws", "")),
        ("a/b/aws//modules/c", ("a/b/aws", "modules/c")),
    ],
)
def test_a_source_has_an_address_and_a_submodule(source: str, expected: tuple[str, str]) -> None:
    assert module_source(terraform(f'module "a" {{\n  source = "{source}"\n}}\n').blocks[0]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ssh-tcp", ("tcp", 22, 22)),
        ("mongodb-27017-tcp", ("tcp", 27017, 27017)),
        ("ipsec-500-udp", ("udp", 500, 500)),
        ("saltstack-tcp", ("tcp", 4505, 4506)),
        ("all-all", ("all", 0, 65535)),
        ("something-else", None),
        (None, None),
    ],
)
def test_rules_known_by_name(name: str | None, expected: tuple[str, int, int] | None) -> None:
    assert named_rule(name) == expected


def rules_of(body: str, source: str = GROUP) -> list[tuple[str, str | None, int | None, int | None, list[str | None]]]:
    call = terraform(f'module "a" {{\n  source = "{source}"\n{body}\n}}\n').blocks[0]
    return [
        (one.direction, one.protocol, one.from_port, one.to_port, [source.text for source in one.sources])
        for one in network_rules(call)
    ]


def test_a_named_rule_holds_for_the_shared_ranges() -> None:
    found = rules_of('  ingress_cidr_blocks = ["10.0.0.0/8"]\n  ingress_rules = ["ssh-tcp", "unheard-of"]')

    assert found == [("ingress", "tcp", 22, 22, ["10.0.0.0/8"])]


def test_a_rule_with_ranges_of_its_own_leaves_the_shared_ones_aside() -> None:
    found = rules_of(
        '  ingress_cidr_blocks = ["10.0.0.0/8"]\n'
        '  ingress_with_cidr_blocks = [{ from_port = 1, to_port = 2, protocol = "-1", cidr_blocks = "10.1.0.0/16" }]'
    )

    assert found == [("ingress", "all", 0, 65535, ["10.1.0.0/16"])]


def test_a_submodule_opens_its_own_port() -> None:
    found = rules_of('  ingress_cidr_blocks = ["10.0.0.0/8"]', f"{GROUP}//modules/redis")

    assert found == [("ingress", "tcp", 6379, 6379, ["10.0.0.0/8"])]


def test_a_module_of_the_registry_that_is_not_known_states_no_rules() -> None:
    assert rules_of('  ingress_cidr_blocks = ["0.0.0.0/0"]\n  ingress_rules = ["ssh-tcp"]', "someone/else/aws") == []
