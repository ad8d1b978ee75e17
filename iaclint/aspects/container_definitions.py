"""The containers of a task or job definition, in every spelling: JSON text, jsonencode, maps, module inputs."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.module_calls import is_call_of
from iaclint.model.block import Block
from iaclint.model.value import Value

ECS_MODULES = ("terraform-aws-modules/ecs/aws", "terraform-aws-modules/ecs/aws//modules/service")
_INPUTS = ("container_definitions.*", "services.*.container_definitions.*")
_DOCUMENTS = {"aws_ecs_task_definition": "container_definitions", "aws_batch_job_definition": "container_properties"}


def container_definitions(block: Block) -> Iterator[Value]:
    """The definitions of a Block's containers, as map Values; none where they cannot be read."""
    if block.type in _DOCUMENTS and block.kind == "resource":
        yield from json_maps(block.get(_DOCUMENTS[block.type]))
    elif block.type == "community.aws.ecs_taskdefinition":
        yield from json_maps(block.get("containers"))
    elif is_call_of(block, *ECS_MODULES):
        for path in _INPUTS:
            for value in block.each(path):
                yield from json_maps(value)


def json_maps(value: Value) -> Iterator[Value]:
    """The objects of a JSON text, a list or a map."""
    document: Value | None = value
    if value.kind in ("string", "unknown") and value.document.language == "terraform":
        from iaclint.evaluate.terraform import document_value

        document = document_value(value)
    if document is not None:
        for one in document.items if document.kind == "list" else [document]:
            if one.kind == "map":
                yield one


def environment(container: Value) -> Iterator[tuple[str, Value]]:
    """The environment variables that a definition writes out, by name."""
    for one in container.at("environment").items:
        name = one.at("name").text
        if name is not None:
            yield name, one.at("value")


__all__ = ["ECS_MODULES", "container_definitions", "environment", "json_maps"]
