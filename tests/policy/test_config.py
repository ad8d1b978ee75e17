"""Configuration: where it is found, what it may say, and what is said of mistakes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from iaclint.policy.config import KEYS, Config, ConfigError, load
from tests.running import inside


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    assert load(str(tmp_path)) == Config()


def test_every_key_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "iaclint.toml",
        """
        select = ["all"]
        ignore = ["CKV_AWS_18", "aws-s3-*"]
        extend-select = ["open-web-port"]
        severity = "High"
        exclude = ["vendor/"]
        max-file-size = 1000
        jobs = 0
        baseline = "known.json"
        respect-gitignore = false
        trusted-registries = ["docker.io"]
        strict-labels = true
        hadolint = false
        shellcheck = false
        var-files = ["prod.tfvars"]
        [label-schema]
        maintainer = "text"
        [values]
        log-bucket = "logs"
        [per-file-ignores]
        "tests/" = ["secret"]
        [severity-overrides]
        open-port = "critical"
        [ignore-addresses]
        open-port = ["aws_security_group.lab*"]
        """,
    )
    config = load(str(tmp_path))

    assert config == Config(
        select=("all",), ignore=("CKV_AWS_18", "aws-s3-*"), extend_select=("open-web-port",), severity="high",
        exclude=("vendor/",), max_file_size=1000, jobs=0, respect_gitignore=False, values={"log-bucket": "logs"},
        per_file_ignores={"tests/": ("secret",)}, severity_overrides={"open-port": "critical"},
        ignore_addresses={"open-port": ("aws_security_group.lab*",)}, origin=str(path), root=str(tmp_path),
        var_files=("prod.tfvars",), trusted_registries=("docker.io",), strict_labels=True, hadolint=False,
        shellcheck=False, label_schema={"maintainer": "text"}, baseline="known.json", given=frozenset(KEYS),
    )  # fmt: skip


def test_nearest_file_counts_and_pyproject_only_with_our_table(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.iaclint]\njobs = 3\n")
    write(tmp_path / "one" / "pyproject.toml", "[tool.other]\njobs = 4\n")
    (tmp_path / "one" / "two").mkdir()
    file = write(tmp_path / "one" / "two" / "main.tf", "")

    assert load(str(file)).jobs == 3
    write(tmp_path / "one" / "iaclint.toml", "jobs = 5\n")
    assert load(str(file)).jobs == 5


def test_search_ends_at_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "iaclint.toml", "jobs = 3\n")
    (tmp_path / "repository" / ".git").mkdir(parents=True)

    assert load(str(tmp_path / "repository")).jobs == 1


def test_broken_pyproject_of_somebody_else_is_theirs(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "pyproject.toml", "not toml [[")

    assert load(str(tmp_path)) == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "there is no key 'selct'; did you mean select?"),
        ("select = 'all'", "select must be a list of strings"),
        ("select = [1]", "select must be a list of strings"),
        ("severity = 'hihg'", "must be one of info, low, medium, high, critical, not 'hihg'; did you mean high?"),
        ("jobs = -1", "jobs must be a whole number, 0 or more"),
        ("jobs = true", "jobs must be a whole number, 0 or more"),
        ("max-file-size = 0", "max-file-size must be a number of bytes above 0"),
        ("respect-gitignore = 1", "respect-gitignore must be true or false"),
        ("values = {a = 1}", "values must be a table of strings"),
        ("per-file-ignores = {a = 'b'}", "per-file-ignores must be a table of lists of strings"),
        ("severity-overrides = {a = 'x'}", "severity-overrides must be one of"),
        ("jobs = ", "is no valid TOML"),
    ],
)
def test_mistakes_are_named_in_one_line(text: str, message: str, tmp_path: Path) -> None:
    write(tmp_path / "iaclint.toml", text)

    with inside(tmp_path), pytest.raises(ConfigError) as caught:
        load(".")

    assert str(caught.value).startswith("iaclint.toml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configuration file"):
        load(".", str(tmp_path / "gone.toml"))


def test_named_file_may_have_either_layout(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.toml", "jobs = 2\n")
    nested = write(tmp_path / "b.toml", "[tool.iaclint]\njobs = 3\n")

    assert load(".", str(plain)).jobs == 2
    assert load(".", str(nested)).jobs == 3


def test_per_file_ignores_are_relative_to_the_file_that_states_them(tmp_path: Path) -> None:
    config = Config(root=str(tmp_path), per_file_ignores={"lab/": ("open-*", "CKV_1", "secret"), "*.tfvars": ("all",)})
    (tmp_path / "deep").mkdir()

    with inside(tmp_path / "deep"):
        assert config.ignores("../lab/main.tf", "open-port", "")
        assert config.ignores("../lab/main.tf", "other", "", ("CKV_1",))
        assert config.ignores(str(tmp_path / "lab" / "x" / "main.tf"), "other", "", ("secret",))
        assert config.ignores("x.tfvars", "anything", "")
        assert not config.ignores("../lab/main.tf", "other", "")
        assert not config.ignores("../laboratory/main.tf", "open-port", "")
        assert not config.ignores("/elsewhere/x.tfvars", "anything", "")


def test_addresses_are_ignored_by_glob_for_the_rule_alone() -> None:
    config = Config(ignore_addresses={"open-port": ("aws_security_group.lab*",)})

    assert config.ignores("a.tf.json", "open-port", "aws_security_group.lab1")
    assert not config.ignores("a.tf.json", "open-port", "aws_security_group.production")
    assert not config.ignores("a.tf.json", "other", "aws_security_group.lab1")


def test_configuration_travels_to_other_processes() -> None:
    config = Config(per_file_ignores={"lab/": ("x",)})
    config.ignores("lab/a.tf", "x", "")

    assert pickle.loads(pickle.dumps(config)) == config
