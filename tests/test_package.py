"""What is built carries what is needed: the rules, their fixtures for `iaclint rule`, the facts, the type marker."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

import iaclint
from tests.running import ROOT

APACHE_2 = "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645"
"""Of the words of https://www.apache.org/licenses/LICENSE-2.0.txt, one blank between them."""


def tracked(folder: str, suffix: str) -> set[str]:
    """Files of a folder, as they stand in the checkout."""
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(f"*{suffix}") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheel and sdist, built without network."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)],
        cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )
    return folder


def test_wheel_holds_one_name_with_rules_fixers_facts_and_examples(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"iaclint"}
    assert {f"iaclint/{name}" for name in tracked("checks", ".py") | tracked("fixers", ".py")} <= names
    assert {name.replace("fixtures/rules", "iaclint/_examples", 1) for name in tracked("fixtures/rules", "")} <= names
    assert tracked("iaclint/facts", ".dat") <= names
    assert "iaclint/py.typed" in names


def test_rules_of_the_wheel_work_without_the_checkout(built: Path, tmp_path: Path) -> None:
    """The wheel, unpacked elsewhere, lists the same rules as the checkout."""
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = "import iaclint.engine.api as api, iaclint; print(iaclint.__file__, *api.load_all_rules(), sep='\\n')"

    def listed(root: Path) -> list[str]:
        code = f"import sys; sys.path.insert(0, {str(root)!r}); {program}"
        run = subprocess.run(
            [sys.executable, "-P", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        origin, *rules = run.stdout.splitlines()
        assert Path(origin).is_relative_to(root)
        return rules

    assert listed(tmp_path)
    assert listed(tmp_path) == listed(ROOT)


def test_sdist_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "--directory", str(tmp_path / "again")],
        cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )
    (first,), (second,) = built.glob("*.whl"), (tmp_path / "again").glob("*.whl")

    def contents(wheel: Path) -> dict[str, int]:
        return {one.filename: one.CRC for one in zipfile.ZipFile(wheel).infolist() if "/RECORD" not in one.filename}

    assert contents(second) == contents(first)


def test_version_is_in_the_changelog() -> None:
    assert f"## {iaclint.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_license_is_the_plain_apache_text() -> None:
    """Nothing added, nothing taken away, so that tools recognise it."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    words = " ".join(text.split())
    assert sha256(words.encode()).hexdigest() == APACHE_2


def test_documentation_names_no_place_of_one_machine() -> None:
    """What is published speaks of the product, not of where it was written."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}

    assert texts
    assert [page for page, text in texts.items() if "/work/" in text or "/home/" in text] == []
