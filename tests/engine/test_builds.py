"""Compose and Bake files say how a Dockerfile is built: its arguments and its targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.aspects.stages import stages, target_stages
from iaclint.engine.builds import BuildFiles
from iaclint.engine.discovery import discover
from iaclint.engine.projects import group, read_group
from iaclint.model.block import Document
from iaclint.policy.config import Config
from tests.running import inside

DOCKERFILE = "ARG BASE\nARG TAG=1\nFROM ${BASE}:${TAG} AS dev\nFROM dev AS test\nFROM scratch\n"


def read(folder: Path, **files: str) -> Document:
    """The Dockerfile of a folder with these files beside it."""
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_", ".")).write_text(text)
    with inside(folder):
        candidates, _ = discover(["Dockerfile"], Config())
        (one,) = group(candidates, 1_000_000)
        return read_group(one, lambda path: Path(path).read_bytes(), {}).reported[0]


def image(document: Document) -> str | None:
    return stages(document)[0].image.text


COMPOSE = "services:\n  a:\n    build:\n      context: .\n      target: {target}\n      args:\n        BASE: {base}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (COMPOSE.format(target="dev", base="debian"), "debian:1"),
        ("services:\n  a:\n    build:\n      args: [BASE=alpine, TAG=3]\n", "alpine:3"),
        (COMPOSE.format(target="dev", base="${BASE}"), None),
        (COMPOSE.format(target="dev", base=""), None),
        ("services:\n  a:\n    build: .\n", None),
        ("services:\n  a:\n    build:\n      dockerfile: Other\n      args: {BASE: debian}\n", None),
        ("services:\n  a:\n    build:\n      dockerfile_inline: FROM x\n      args: {BASE: debian}\n", None),
        ("services: [", None),
        ("- build", None),
    ],
)
def test_compose_gives_arguments(text: str, found: str | None, tmp_path: Path) -> None:
    assert image(read(tmp_path, compose_yaml=text)) == found


def test_several_values_are_none(tmp_path: Path) -> None:
    first, second = COMPOSE.format(target="dev", base="debian"), COMPOSE.format(target="dev", base="alpine")
    (tmp_path / "docker-compose.override.yml").write_text(second)

    assert image(read(tmp_path, compose_yaml=first)) is None
    (tmp_path / "docker-compose.override.yml").write_text(first)
    assert image(read(tmp_path)) == "debian:1"


def test_a_default_that_only_some_builds_replace_is_not_known(tmp_path: Path) -> None:
    text = "services:\n  a:\n    build: {args: {BASE: a, TAG: 2}}\n  b:\n    build: {args: {BASE: a}}\n"

    assert image(read(tmp_path, compose_yaml=text)) is None


BAKE = """
variable "V" { default = "9" }
target "common" { args = { BASE = "debian", TAG = "0" } }
target "app" {
  inherits = ["common"]
  target   = "test"
  args     = { TAG = "12" }
}
target "other" {
  context = "https://example.org/repository.git"
  args    = { BASE = "alpine" }
}
"""


def test_bake_gives_arguments_and_targets(tmp_path: Path) -> None:
    builds = BuildFiles()
    read(tmp_path, docker__bake_hcl=BAKE)

    assert [(one.target, one.arguments) for one in builds.builds_of(str(tmp_path / "Dockerfile"))] == [
        ("", {"BASE": "debian", "TAG": "0"}),
        ("test", {"BASE": "debian", "TAG": "12"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'target "a" { inherits = ["a"] }', 'target "a" { inherits = ["gone"] }', "target {",
        'target "a" { args = [1] }',
        'target "a" { inherits = [V] }',
    ],
)
def test_odd_bake_files_do_no_harm(text: str, tmp_path: Path) -> None:
    assert image(read(tmp_path, docker__bake_hcl=text)) is None


def test_targets_are_reachable_beside_the_last_stage(tmp_path: Path) -> None:
    document = read(tmp_path)
    assert [one.is_reachable for one in stages(document)] == [False, False, True]

    document = read(tmp_path, compose_yaml=COMPOSE.format(target="dev", base="debian"))
    assert [one.name for one in target_stages(document)] == ["dev", "2"]
    assert [one.is_reachable for one in stages(document)] == [True, False, True]


def test_files_above_the_repository_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build: {context: x, args: {BASE: debian}}\n")
    (tmp_path / "x").mkdir()

    assert image(read(tmp_path / "x")) is None
