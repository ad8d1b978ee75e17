"""The index by which modules of checks are left out that want none of the Blocks there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iaclint.engine.registry import INDEX, index_text

ROOT = Path(__file__).parents[2] / "checks"


def test_the_index_is_what_the_checks_want(request: pytest.FixtureRequest) -> None:
    wanted = index_text()
    if request.config.getoption("--snapshot-update"):
        (ROOT / INDEX).write_text(wanted, encoding="utf-8")

    assert (ROOT / INDEX).read_text(encoding="utf-8") == wanted


def test_only_the_checks_that_want_the_blocks_are_imported(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_kms_key" "k" {}\n')
    code = (
        "import sys\nsys.argv = ['iaclint', 'check', sys.argv[1], '--exit-zero']\nfrom iaclint.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(name for name in sys.modules if name.startswith('iaclint.checks.aws.')), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())

    assert "iaclint.checks.aws.kms" in imported
    assert "iaclint.checks.aws.redshift" not in imported
    assert "customer managed key" in done.stdout.lower() or "rotat" in done.stdout.lower()
