"""Unified diffs that `git apply` takes."""

from __future__ import annotations


def unified_diff(path: str, before: bytes, after: bytes) -> str:
    """The change of one file as a unified diff with `a/` and `b/` prefixes; "" where nothing changed."""
    import difflib

    if before == after:
        return ""
    old = _lines(before)
    new = _lines(after)
    lines: list[str] = []
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="\n"):
        lines.append(line)
        if not line.endswith("\n"):
            lines.append("\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(data: bytes) -> list[str]:
    # only LF ends a line for git; splitlines() would break at form feeds and lone CRs too
    text = data.decode("utf-8", "surrogateescape")
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
