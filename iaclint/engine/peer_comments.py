"""The comments with which other tools are told to be silent, as far as a comment says which of their checks it means.

    # checkov:skip=CKV_AWS_20:reason      in the block it is about; in a Dockerfile for the file
    # trivy:ignore:AVD-AWS-0107:exp:2027-01-31, # tfsec:ignore:aws-s3-enable-versioning
                                          on its line, or above what it is about
    # kics-scan ignore-line, ignore-block, ignore, disable=ID,ID
    # hadolint ignore=DL3008, # hadolint global ignore=DL3008
    # noqa: rule rule                     ansible-lint's, in the task it is about

A comment of another tool silences only what that tool finds too: findings that bear one of its ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

_CHECKOV = re.compile(
    r"\b(?:checkov|bridgecrew|cortex):skip[ \t]*=[ \t]*(?P<ids>CKV\w+(?:[ \t]*,[ \t]*CKV\w+)*)"
    r"(?:[ \t]*:(?P<reason>[^\r\n]*))?"
)
_AQUA = re.compile(r"\b(?P<tool>trivy|tfsec):ignore:(?P<rest>\S+)")
_KICS = re.compile(
    r"\bkics-scan[ \t]+(?:(?P<verb>ignore(?:-line|-block)?)(?![\w-])|disable[ \t]*=[ \t]*(?P<ids>[\w,\- \t]+))"
)
_HADOLINT = re.compile(
    r"#[ \t]*hadolint[ \t]+(?P<scope>global[ \t]+)?ignore[ \t]*=[ \t]*"
    r"(?P<ids>[A-Z]{2}\d+(?:[ \t]*,[ \t]*[A-Z]{2}\d+)*)(?P<reason>[^\r\n]*)"
)
_NOQA = re.compile(r"#[ \t]*noqa\b(?:[ \t]*:)?(?P<rules>[^#\r\n]*)")
_NOQA_RULE = re.compile(r"[a-z][a-z0-9\-]*(?:\[[^\]]*\])?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HINT = re.compile(r"checkov|bridgecrew|cortex|trivy|tfsec|kics-scan|hadolint|noqa")

HERE, HOLDER, TASK, BELOW, FILE = "here", "holder", "task", "below", "file"
"""What a comment is about: its line or (alone on one) what follows; the block or task around it; what follows; all."""


class PeerComment(NamedTuple):
    """A comment of another tool: whose it is, the aliases or globs it names, and what it is about."""

    tool: str
    names: tuple[str, ...]
    scope: str
    until: date | None = None
    reason: str = ""


def read(text: str, language: str, *, is_first: bool) -> Iterator[PeerComment]:
    """What a comment says to other tools. `is_first`: whether it stands on the file's first line."""
    if _HINT.search(text) is None:
        return
    for match in _CHECKOV.finditer(text):
        scope = FILE if language == "dockerfile" else HOLDER
        yield PeerComment("checkov", _words(match["ids"]), scope, reason=(match["reason"] or "").strip())
    for match in _AQUA.finditer(text):
        yield from _aqua(match["tool"], match["rest"])
    for match in _KICS.finditer(text):
        yield from _kics(match, is_first=is_first)
    hadolint = _HADOLINT.match(text) if language == "dockerfile" else None
    if hadolint is not None:
        scope = FILE if hadolint["scope"] is not None else BELOW
        yield PeerComment("hadolint", _words(hadolint["ids"]), scope, reason=hadolint["reason"].strip())
    noqa = _NOQA.search(text) if language == "ansible" else None
    if noqa is not None:
        rules = _NOQA_RULE.findall(noqa["rules"])
        names = tuple(f"ansible-lint:{name.partition('[')[0]}" for name in rules) or ("ansible-lint:*",)
        yield PeerComment("ansible-lint", names, TASK)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _aqua(tool: str, rest: str) -> Iterator[PeerComment]:
    """`ID`, `ID:exp:2027-01-31`, `ID:ws:production`, `ID[name=value]`."""
    word, _, more = rest.partition(":")
    until = None
    if more.startswith("exp:"):
        try:
            until = date.fromisoformat(more.removeprefix("exp:").partition(":")[0])
        except ValueError:
            return
    elif more:
        return  # for one workspace only: which one it is, is not known here
    if "[" not in word and (names := _aqua_names(word)):
        yield PeerComment(tool, names, HERE, until)


def _aqua_names(word: str) -> tuple[str, ...]:
    if word == "*":
        return ("AVD-*",)
    upper = word.upper()
    if re.fullmatch(r"(?:AVD-)?[A-Z]+-\d{3,5}", upper):
        return (upper if upper.startswith("AVD-") else f"AVD-{upper}",)
    table = aqua_ids()
    if "*" in word:
        from fnmatch import fnmatchcase

        return tuple(sorted({id for name, ids in table.items() if fnmatchcase(name, word.lower()) for id in ids}))
    return table.get(word.lower(), ())


@cache
def aqua_ids() -> dict[str, tuple[str, ...]]:
    """tfsec's and Trivy's names of checks -> the ids that are aliases of our rules."""
    from importlib.resources import files

    found: dict[str, tuple[str, ...]] = {}
    for line in files("iaclint.rules").joinpath("peer_names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, id = line.split("\t")
            found[name] = (*found.get(name, ()), id)
    return found


def _kics(match: re.Match[str], *, is_first: bool) -> Iterator[PeerComment]:
    if match["ids"] is not None:
        names = tuple(f"KICS:{id}" for id in _UUID.findall(match["ids"].lower()))
        if names and is_first:
            yield PeerComment("kics", names, FILE)
    elif match["verb"] == "ignore":
        if is_first:
            yield PeerComment("kics", ("KICS:*",), FILE)
    else:
        yield PeerComment("kics", ("KICS:*",), BELOW)
