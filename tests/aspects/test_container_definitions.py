"""Containers of task and job definitions, however they are written."""

from __future__ import annotations

import pytest

from iaclint.aspects.container_definitions import container_definitions, environment
from tests.aspects.reading import module, terraform


def names(text: str) -> list[str | None]:
    """The names of the containers of the first block."""
    return [one.at("name").text for one in container_definitions(terraform(text).blocks[0])]


@pytest.mark.parametrize(
    "written",
    [
        'jsonencode([{ name = "a" }, { name = "b" }])',
        '<<EOF\n[{"name": "a"}, {"name": "b"}]\nEOF\n',
        '"[{\\"name\\": \\"a\\"}, {\\"name\\": \\"b\\"}]"',
    ],
)
def test_a_task_definition_in_every_spelling(written: str) -> None:
    assert names(f'resource "aws_ecs_task_definition" "t" {{\n  container_definitions = {written}\n}}\n') == ["a", "b"]


def test_a_job_definition_is_one_container() -> None:
    text = 'resource "aws_batch_job_definition" "j" {\n  container_properties = jsonencode({ name = "a" })\n}\n'

    assert names(text) == ["a"]


def test_what_cannot_be_read_holds_none() -> None:
    assert names('resource "aws_ecs_task_definition" "t" {\n  container_definitions = var.containers\n}\n') == []


def test_inputs_of_the_registry_module() -> None:
    text = (
        'module "s" {\n  source = "terraform-aws-modules/ecs/aws"\n'
        '  services = { web = { container_definitions = { a = { name = "a" } } } }\n}\n'
    )

    assert names(text) == ["a"]


def test_a_task_of_a_playbook_and_its_environment() -> None:
    task = module(
        "- community.aws.ecs_taskdefinition:\n    containers:\n      - name: a\n        environment:\n"
        "          - {name: HOST, value: b}\n          - {value: nameless}\n"
    )
    (container,) = container_definitions(task)

    assert [(name, value.text) for name, value in environment(container)] == [("HOST", "b")]
