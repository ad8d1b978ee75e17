"""Comments that speak to a linter, ours or another, found before anything is read into them.

Parsers keep only these: a file may hold thousands of comments, and a search over the bytes costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NEEDLES = (b"iaclint:", b":skip", b":ignore:", b"kics-scan", b"hadolint", b"noqa")
_DIRECTIVE = re.compile(
    rb"iaclint:|(?:checkov|bridgecrew|cortex):skip|(?:trivy|tfsec):ignore:|kics-scan|hadolint[ \t]|\bnoqa\b"
)


def places(data: bytes) -> Iterator[int]:
    """Where bytes look like the beginning of such words, in order; most files have none."""
    if any(needle in data for needle in _NEEDLES):
        for match in _DIRECTIVE.finditer(data):
            yield match.start()


def is_one(data: bytes, start: int, end: int) -> bool:
    """Whether a comment holds such words."""
    return _DIRECTIVE.search(data, start, end) is not None
