"""Whoever comes from hadolint keeps what is settled: comments and `.hadolint.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.cli.check import exit_code
from iaclint.engine.api import Options, Report, run
from iaclint.policy.config import Config, ConfigError
from iaclint.policy.hadolint import find, read
from tests.running import inside, loud_crashes

TEXT = "FROM debian:latest\nADD one /x\nADD two /y\nRUN sudo make\nUSER nobody\n"


def check(folder: Path, text: str = TEXT, settings: str = "", config: Config | None = None) -> Report:
    from iaclint.engine.api import load_all_rules

    wanted = {"DL3007", "DL3020", "DL3004"}
    chosen = tuple(name for name, rule in load_all_rules().items() if wanted & {*rule.all_aliases()})
    (folder / "Dockerfile").write_text(text)
    if settings:
        (folder / ".hadolint.yaml").write_text(settings)
    config = config or Config(extend_select=chosen)
    with inside(folder), loud_crashes():
        return run(Options(["."], config))


def ids(report: Report) -> list[str]:
    """The ids of hadolint's among the three that these files are about."""
    return sorted(one for f in report.findings for one in f.aliases if one in ("DL3007", "DL3020", "DL3004"))


def test_without_anything_settled_all_is_reported(tmp_path: Path) -> None:
    assert ids(check(tmp_path)) == ["DL3004", "DL3007", "DL3020", "DL3020"]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# hadolint ignore=DL3020", ["DL3004", "DL3007", "DL3020"]),
        ("#hadolint  ignore = DL3000 , DL3020", ["DL3004", "DL3007", "DL3020"]),
        ("# hadolint ignore=DL3020 since it is small", ["DL3004", "DL3007", "DL3020"]),
        ("# hadolint ignore=DL3007", ["DL3004", "DL3007", "DL3020", "DL3020"]),
        ("# hadolint global ignore=DL3020,DL3004", ["DL3007"]),
        ("# about hadolint ignore=DL3020", ["DL3004", "DL3007", "DL3020", "DL3020"]),
    ],
)
def test_comments_silence_the_next_instruction_or_the_file(comment: str, left: list[str], tmp_path: Path) -> None:
    assert ids(check(tmp_path, TEXT.replace("ADD one", f"{comment}\nADD one"))) == left


def test_comment_of_a_peer_is_known_as_such(tmp_path: Path) -> None:
    report = check(tmp_path, "# hadolint ignore=DL3007\n" + TEXT)

    ((_, by),) = report.suppressed
    assert by is not None
    assert (by.peer, by.names, by.line) == ("hadolint", ("DL3007",), 1)


def test_comment_names_the_shell_of_the_image(tmp_path: Path) -> None:
    posix = 'SHELL ["bash", "-c"]\nRUN sudo make\nFROM any\nRUN sudo x\n'
    text = "FROM any\n# hadolint shell=powershell\nRUN sudo make\n" + posix

    assert [one.start.line for one in check(tmp_path, text).findings if "DL3004" in one.aliases] == [5, 7]


def test_ignored_ids_are_left_out_unless_our_configuration_names_them(tmp_path: Path) -> None:
    assert "DL3007" in ids(check(tmp_path, settings="ignored: [DL3020]", config=Config()))
    assert "DL3007" not in ids(check(tmp_path, settings="ignored: [DL3007]", config=Config()))
    wanted = Config(extend_select=("DL3020", "DL3004"))

    assert "DL3020" in ids(check(tmp_path, settings="ignored: [DL3020, DL3007]", config=wanted))
    assert "DL3007" not in ids(check(tmp_path, settings="ignored: [DL3020, DL3007]", config=wanted))


def test_override_gives_severities_and_turns_rules_on(tmp_path: Path) -> None:
    report = check(tmp_path, settings="override:\n  style: [DL3007]\n  error: [DL3020]\n", config=Config())
    found = {one: str(f.rule.severity) for f in report.findings for one in f.aliases}

    assert (found["DL3007"], found["DL3020"]) == ("info", "high")


def test_our_severity_wins_over_an_override(tmp_path: Path) -> None:
    config = Config(severity_overrides={"latest-image": "critical"})
    report = check(tmp_path, settings="override:\n  style: [DL3007]\n", config=config)

    assert {str(f.rule.severity) for f in report.findings if "DL3007" in f.aliases} == {"critical"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [("", 1), ("no-fail: true", 0), ("failure-threshold: error", 0), ("failure-threshold: warning", 1)],
)
def test_what_fails_a_run(settings: str, code: int, tmp_path: Path) -> None:
    report = check(tmp_path, "FROM debian:latest\nUSER nobody\n", settings, Config(select=("latest-image",)))

    assert exit_code(report, "low", with_peers=True) == code
    assert exit_code(report, "low") == 1


def test_comments_do_not_count_where_they_are_switched_off(tmp_path: Path) -> None:
    text = TEXT.replace("ADD one", "# hadolint ignore=DL3020\nADD one")

    assert ids(check(tmp_path, text, "disable-ignore-pragma: true")).count("DL3020") == 2


def test_nearest_file_holds_up_to_the_repository(tmp_path: Path) -> None:
    below = tmp_path / "repository" / "image"
    below.mkdir(parents=True)
    (tmp_path / ".hadolint.yaml").write_text("ignored: []\n")

    assert find(str(below)) == str(tmp_path / ".hadolint.yaml")
    (tmp_path / "repository" / ".git").mkdir()
    assert find(str(below)) is None
    (tmp_path / "repository" / ".hadolint.yml").write_text("ignored: []\n")
    assert find(str(below)) == str(tmp_path / "repository" / ".hadolint.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is no valid YAML"),
        ("- a", "must hold a map"),
        ("ignored: DL3007", "ignored must be a list of strings"),
        ("override: [a]", "override must be a map"),
        ("failure-threshold: bad", "failure-threshold must be one of error, warning, info, style, not 'bad'"),
        ("no-fail: maybe", "no-fail must be true or false"),
        ("label-schema: {a: 1}", "label-schema must be a map of strings"),
    ],
)
def test_mistakes_are_told_and_the_file_is_checked_all_the_same(text: str, message: str, tmp_path: Path) -> None:
    report = check(tmp_path, settings=text)

    assert [one.message for one in report.errors] == [f"its .hadolint.yaml {message}"]
    assert ids(report).count("DL3020") == 2
    with pytest.raises(ConfigError, match=message.split(",")[0]):
        read(str(tmp_path / ".hadolint.yaml"))


def test_every_other_key_is_taken_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / ".hadolint.yaml"
    path.write_text("format: tty\nlabel-schema: {a: semver}\nstrict-labels: true\ntrustedRegistries: [x]\nfoo: 1\n")
    settings = read(str(path))

    assert (settings.label_schema, settings.strict_labels) == ({"a": "semver"}, True)
    assert settings.trusted_registries == ("x",)
