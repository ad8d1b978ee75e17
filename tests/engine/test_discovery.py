"""Finding files: by name, what git ignores, links, and whatever else a tree may hold."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from iaclint.engine.discovery import NoSuchPath, discover
from iaclint.engine.filenames import explicit_kind, kind_of, superseded
from iaclint.policy.config import Config
from tests.running import inside


def make(root: Path, *names: str, data: bytes = b"x\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def found(root: Path, *paths: str, config: Config | None = None) -> list[str]:
    with inside(root):
        files, errors = discover(list(paths), config or Config())
    assert errors == []
    return [one.path for one in files]


def errors_of(root: Path, *paths: str, config: Config | None = None) -> list[tuple[str, str]]:
    with inside(root):
        return [(one.path, one.message) for one in discover(list(paths), config or Config())[1]]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("main.tf", "terraform"),
        ("main.tofu", "terraform"),
        ("main.tf.json", "tfjson"),
        ("terraform.tfvars", "tfvars"),
        ("x.auto.tfvars.json", "tfvarsjson"),
        ("x.tofu.json", "tfjson"),
        ("x.tftest.hcl", "tftest"),
        ("x.tofutest.hcl", "tftest"),
        ("x.tfmock.hcl", "tftest"),
        ("x.tftest.json", "tftestjson"),
        ("live/terragrunt.hcl", "terragrunt"),
        ("live/terragrunt.stack.hcl", "terragrunt"),
        ("root.hcl", "hcl"),
        (".terraform.lock.hcl", None),
        ("image.pkr.hcl", None),
        (".tflint.hcl", None),
        ("Dockerfile", "dockerfile"),
        ("Dockerfile.dev", "dockerfile"),
        ("Dockerfile-alpine", "dockerfile"),
        ("app.dockerfile", "dockerfile"),
        ("app.Dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Dockerfile.j2", None),
        ("Dockerfile.md", None),
        ("Dockerfile.sh", None),
        ("DockerfileParser", None),
        ("site.yml", "yaml"),
        ("site.yaml", "yaml"),
        ("ansible.cfg", "cfg"),
        ("setup.cfg", None),
        ("hosts", "inventory"),
        ("roles/x/files/hosts", None),
        ("inventory/production", "inventory"),
        ("inventories/prod/web.ini", "inventory"),
        ("inventory/group_vars/all", "yaml"),
        ("group_vars/all", "yaml"),
        ("php.ini", None),
        ("README", None),
        ("package.json", None),
        (".tf", None),
        ("main.tf.bak", None),
    ],
)
def test_names_tell_what_a_file_is(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_named_template_of_a_dockerfile_is_taken_at_its_word() -> None:
    assert explicit_kind("a/Dockerfile.j2") == "dockerfile"
    assert explicit_kind("a/notes.txt") is None


def test_order_is_that_of_the_bytes_of_the_paths(tmp_path: Path) -> None:
    make(tmp_path, "b.tf", "a/z.tf", "a.tf", "Z.tf", "ä.tf", "a-b/x.tf", "README.md")

    assert found(tmp_path) == ["Z.tf", "a-b/x.tf", "a.tf", "a/z.tf", "b.tf", "ä.tf"]
    assert found(tmp_path, "b.tf", "a", ".") == found(tmp_path)


def test_paths_outside_the_working_directory_are_absolute(tmp_path: Path) -> None:
    make(tmp_path, "one/main.tf", "two/.keep")

    assert found(tmp_path / "two", "../one") == [f"{tmp_path}/one/main.tf"]


def test_folders_of_tools_are_not_entered_unless_named(tmp_path: Path) -> None:
    make(tmp_path, ".terraform/modules/x/main.tf", "node_modules/a/Dockerfile", ".venv/a.yml", "a.tf", ".git/a.tf")

    assert found(tmp_path) == ["a.tf"]
    assert found(tmp_path, ".terraform/modules") == [".terraform/modules/x/main.tf"]


def test_gitignore_of_every_level_counts(tmp_path: Path) -> None:
    make(tmp_path, "a.tf", "gen/b.tf", "sub/c.tf", "sub/d.tf", "sub/keep.tf", "sub/deep/e.tf", ".git/HEAD", "local.tf")
    (tmp_path / ".gitignore").write_text("gen/\nkeep.tf\n# comment\n\n")
    (tmp_path / "sub" / ".gitignore").write_text("/d.tf\n!keep.tf\ndeep\n")
    (tmp_path / ".git" / "info").mkdir()
    (tmp_path / ".git" / "info" / "exclude").write_text("local.tf\n")

    assert found(tmp_path) == ["a.tf", "sub/c.tf", "sub/keep.tf"]
    assert found(tmp_path, "sub") == ["sub/c.tf", "sub/keep.tf"]
    assert len(found(tmp_path, config=Config(respect_gitignore=False))) == 7


def test_named_paths_are_taken_though_git_ignores_them(tmp_path: Path) -> None:
    make(tmp_path, "gen/b.tf", "gen/c.tf", ".git/HEAD")
    (tmp_path / ".gitignore").write_text("gen/\n")

    assert found(tmp_path) == []
    assert found(tmp_path, "gen/b.tf") == ["gen/b.tf"]
    assert found(tmp_path, "gen") == ["gen/b.tf", "gen/c.tf"]


def test_gitignore_that_is_no_text_or_holds_nonsense_stops_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.tf", "b.tf")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0!\n[z-a]\n!\n\\\nb.tf\n")

    assert found(tmp_path) == ["a.tf"]


def test_exclude_is_relative_to_the_configuration(tmp_path: Path) -> None:
    make(tmp_path, "a.tf", "vendor/b.tf", "x/vendor/c.tf", "x/d.tf")

    assert found(tmp_path, config=Config(exclude=("/vendor/", "d.tf"), root=str(tmp_path))) == ["a.tf", "x/vendor/c.tf"]
    assert found(tmp_path / "x", config=Config(exclude=("x/vendor",), root=str(tmp_path))) == ["d.tf"]


def test_files_reached_twice_are_checked_once_under_their_own_name(tmp_path: Path) -> None:
    make(tmp_path, "real/main.tf")
    (tmp_path / "also.tf").symlink_to("real/main.tf")
    (tmp_path / "third.tf").symlink_to("real/main.tf")
    (tmp_path / "linked").symlink_to("real", target_is_directory=True)

    assert found(tmp_path) == ["real/main.tf"]
    assert found(tmp_path, "linked", "real") == ["linked/main.tf"]


def test_linked_folders_are_entered_only_when_named(tmp_path: Path) -> None:
    make(tmp_path, "outside/main.tf", "tree/a.tf")
    (tmp_path / "tree" / "link").symlink_to("../outside", target_is_directory=True)

    assert found(tmp_path / "tree") == ["a.tf"]
    assert found(tmp_path / "tree", "link") == ["link/main.tf"]


def test_linked_file_outside_the_tree_is_checked(tmp_path: Path) -> None:
    make(tmp_path, "outside/main.tf", "tree/a.tf")
    (tmp_path / "tree" / "b.tf").symlink_to("../outside/main.tf")

    assert found(tmp_path / "tree") == ["a.tf", "b.tf"]


def test_what_cannot_be_checked_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "circle.tf").symlink_to("circle.tf")
    (tmp_path / "gone.tf").symlink_to("nowhere.tf")
    os.mkfifo(tmp_path / "pipe.tf")
    make(tmp_path, "nul.yml", data=b"a: \0\n")
    make(tmp_path, "big.tf", data=b"#" * 200)

    assert errors_of(tmp_path, config=Config(max_file_size=100)) == [
        ("big.tf", "is larger than the limit of 100 bytes (max-file-size)"),
        ("circle.tf", "is a link that leads in a circle"),
        ("gone.tf", "is a link to nothing"),
        ("nul.yml", "is not text: it holds NUL bytes"),
        ("pipe.tf", "is not a regular file"),
    ]


def test_large_yaml_that_is_clearly_something_else_is_not_ours(tmp_path: Path) -> None:
    make(tmp_path, "crd.yaml", data=b"apiVersion: v1\n" * 20)
    config = Config(max_file_size=100)

    assert errors_of(tmp_path, config=config) == []
    assert len(errors_of(tmp_path, "crd.yaml", config=config)) == 1


@pytest.mark.parametrize("path", ["gone", "gone.tf", "a.tf/b", "nul\0byte"])
def test_named_path_that_is_not_there_is_misuse(path: str, tmp_path: Path) -> None:
    make(tmp_path, "a.tf")

    with inside(tmp_path), pytest.raises(NoSuchPath):
        discover([path], Config())


def test_named_file_that_is_none_of_ours_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt")

    assert errors_of(tmp_path, "notes.txt") == [("notes.txt", "has no name of a Terraform, Ansible or Dockerfile")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_folder_is_named(tmp_path: Path) -> None:
    make(tmp_path, "locked/a.tf", "b.tf")
    (tmp_path / "locked").chmod(0)
    try:
        errors = errors_of(tmp_path)
    finally:
        (tmp_path / "locked").chmod(0o700)

    assert [path for path, _ in errors] == ["locked"]


def test_programs_that_print_an_inventory_are_not_inventories(tmp_path: Path) -> None:
    make(tmp_path, "inventory/dynamic", data=b"#!/usr/bin/env python3\n")
    make(tmp_path, "inventory/hosts", data=b"[web]\n")

    assert found(tmp_path) == ["inventory/hosts"]


def test_ten_thousand_files_are_found_in_no_time(tmp_path: Path) -> None:
    for folder in range(100):
        (tmp_path / f"f{folder}").mkdir()
        for file in range(100):
            (tmp_path / f"f{folder}" / f"{file}.{'tf' if file % 2 else 'txt'}").touch()
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n.terraform\n*.tfstate\n")
    start = time.process_time()

    assert len(found(tmp_path)) == 5000
    assert time.process_time() - start < 2, "ten times the time it takes"


def kinds_of(root: Path, *paths: str) -> dict[str, str]:
    with inside(root):
        return {one.path: one.kind for one in discover(list(paths), Config())[0]}


def test_files_of_hcl_are_terragrunts_by_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "root.hcl").write_text('remote_state {\n  backend = "s3"\n}\n')
    (tmp_path / "policy.hcl").write_text('path "secret" {\n}\n')
    (tmp_path / "empty.hcl").write_text("")
    (tmp_path / "terragrunt.hcl").write_text("")

    assert kinds_of(tmp_path) == {"root.hcl": "terragrunt", "terragrunt.hcl": "terragrunt"}
    assert [path for path, _ in errors_of(tmp_path, "policy.hcl", "root.hcl")] == ["policy.hcl"]


def test_what_opentofu_passes_over_is_read_for_its_syntax_alone(tmp_path: Path) -> None:
    for name in ("a.tf", "a.tofu", "b.tf", "c.tf.json", "c.tofu.json", "d.tofu", "d.tf.json"):
        (tmp_path / name).write_text("")
    passed_over = {"a.tf": "tftest", "c.tf.json": "tftestjson"}

    assert kinds_of(tmp_path) == {
        "a.tofu": "terraform", "b.tf": "terraform", "c.tofu.json": "tfjson", "d.tofu": "terraform",
        "d.tf.json": "tfjson", **passed_over,
    }  # fmt: skip
    assert kinds_of(tmp_path, "a.tf", "c.tf.json") == passed_over
    assert superseded(["a.tf", "a.tofu", "b.tf", "x.tftest.hcl", "x.tofutest.hcl"]) == {"a.tf", "x.tftest.hcl"}
