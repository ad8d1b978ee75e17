"""Modes of files, however they are written."""

from __future__ import annotations

import pytest

from iaclint.aspects.permissions import file_permissions
from tests.aspects.reading import instruction, module

Found = tuple[str, int | None, str, str | None]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chmod 777 /x", ("777", 0o777, "", "/x")),
        ("chmod -R 0755 /x /y", ("0755", 0o755, "", None)),
        ("chmod 4755 /x", ("4755", 0o4755, "", "/x")),
        ("chmod +x /x", ("+x", None, "u+x,g+x,o+x", "/x")),
        ("chmod +w /x", ("+w", None, "u+w", "/x")),
        ("chmod a+rw /x", ("a+rw", None, "u+r,g+r,o+r,u+w,g+w,o+w", "/x")),
        ("chmod u+s,o=w /x", ("u+s,o=w", None, "u+s,o+w", "/x")),
        ("chmod g-w,o-rwx /x", ("g-w,o-rwx", None, "", "/x")),
        ("chmod -x /x", ("-x", None, "", "/x")),
        ("chmod u=rw,g=r,o= /x", ("u=rw,g=r,o=", 0o640, "", "/x")),
        ("chmod $MODE /x", ("$MODE", None, "", "/x")),
        ("install -Dm755 a /x", ("755", 0o755, "", "/x")),
        ("install -o root -m 0644 a /x", ("0644", 0o644, "", "/x")),
        ("mkdir -p -m 1777 /x", ("1777", 0o1777, "", "/x")),
        ("mkdir --mode=700 /x", ("700", 0o700, "", "/x")),
    ],
)
def test_commands(text: str, found: Found) -> None:
    permissions = file_permissions(instruction("RUN " + text))

    assert [(one.text, one.mode, one.adds, one.path) for one in permissions] == [found]


@pytest.mark.parametrize("text", ["chmod --reference=a b", "install a b", "mkdir -p /m", "chown 777 x", "chmod"])
def test_commands_without_a_mode(text: str) -> None:
    assert file_permissions(instruction("RUN " + text)) == []


def test_copy_with_chmod() -> None:
    permissions = file_permissions(instruction("COPY --chmod=0777 a /b", "COPY"))

    assert [(one.mode, one.path) for one in permissions] == [(0o777, "/b")]


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("'0644'", (0o644, "")), ("0644", (0o644, "")), ("0o644", (0o644, "")), ("\"777\"", (0o777, "")),
        ("u=rwx,g=rx,o=", (0o750, "")), ("o+w", (None, "o+w")), ("'{{ m }}'", (None, "")), ("644", (644, "")),
    ],
)
def test_the_mode_of_a_module(mode: str, found: tuple[int | None, str]) -> None:
    permissions = file_permissions(module(f"- copy:\n    src: a\n    dest: /b\n    mode: {mode}\n"))

    assert [(one.mode, one.adds) for one in permissions] == [found]


@pytest.mark.parametrize(
    "text", ["- copy:\n    src: a\n    dest: b\n    mode: preserve\n", "- community.general.nmcli:\n    mode: 2\n"]
)
def test_modes_that_are_no_permissions(text: str) -> None:
    assert file_permissions(module(text)) == []
