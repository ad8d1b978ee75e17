"""The HTML page in a real browser, where one is installed: its own script runs under its own policy."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from iaclint.reporters import renderer
from tests.reporters.reports import full_report

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), "")


@pytest.mark.skipif(not BROWSER, reason="needs Chromium")
def test_page_counts_and_filters(tmp_path: Path) -> None:
    page = renderer("html")(full_report(), color=False, width=80)
    # a user's choice, made by a script of the test's own, which the page's policy must be told to allow
    choose = (
        'const s = document.querySelector("[data-filter=severity]"); s.value = "low"; '
        's.dispatchEvent(new Event("input", {bubbles: true}));'
    )
    foreign = page.replace("</body>", f"<script>{choose}</script></body>")
    allowed = re.sub(r"script-src 'sha256-[^']+'", "script-src 'unsafe-inline'", foreign)

    assert "5 of 5 shown" in dump(tmp_path, page)
    assert "5 of 5 shown" in dump(tmp_path, foreign), "a script that is not the page's own must not run"
    assert "1 of 5 shown" in dump(tmp_path, allowed)


def dump(folder: Path, page: str) -> str:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run([*words, profile, path.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout
