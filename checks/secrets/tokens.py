"""Tokens that their own format gives away, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.checks.secrets._formats import found
from iaclint.model.block import Document
from iaclint.model.project import Project
from iaclint.rules import CRITICAL, MEDIUM, Finding, rule
from iaclint.source import Span

leaked_token = rule(
    "leaked-token",
    severity=CRITICAL,
    cwe=798,
    title="An access token or private key stands in the code",
    why="Its format shows what it opens; automated scanners find such tokens within minutes of a push and use them.",
    references=(
        "https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns",
    ),
    aliases=("KICS:487f4be7-3fd9-4506-a07a-eae252180c08",),
    remedy="revoke it at its issuer, keep the new one in a vault, and refer to that",
    tags=("secret",),
)

exposed_api_key = rule(
    "exposed-api-key",
    severity=MEDIUM,
    cwe=798,
    title="A Google API key stands in the code",
    why="Some are made to be public (those of browsers, maps and mobile apps); but one that is not restricted to its "
    "APIs and callers lets everybody use the project's quota, at its cost.",
    references=("https://cloud.google.com/docs/authentication/api-keys-best-practices",),
    aliases=("KICS:487f4be7-3fd9-4506-a07a-eae252180c08",),
    confidence="medium",
    remedy="restrict it to the APIs and callers it is for; if it is not meant to be public, replace it and keep it in a vault",
    tags=("secret",),
)

_KEPT = "credentials by format"
_GOOGLE = re.compile(rb"(?<![\w-])AIza[\w-]{35}(?![\w-])", re.ASCII)


@leaked_token.check(documents=True)
def tokens(document: Document, project: Project) -> Iterator[Finding]:
    """Every token in the file's text; what is made up for an example is left alone."""
    if _KEPT not in document.kept:
        # a module's text is the same for all who call it
        document.kept[_KEPT] = tuple(found(document.source.data))
    for start, end, what in document.kept[_KEPT]:
        article = "an" if what[0] in "AEIOaeio" or what.startswith(("npm", "NVIDIA", "xAI")) else "a"
        yield Finding((document, Span(start, end)), f"this is {article} {what}")


@exposed_api_key.check(documents=True)
def google_keys(document: Document, project: Project) -> Iterator[Finding]:
    """Every Google API key in the file's text; documentation's own example keys are left alone."""
    data = document.source.data
    for match in _GOOGLE.finditer(data) if b"AIza" in data else ():
        if b"EXAMPLE" not in match.group().upper():
            yield Finding((document, Span(*match.span())), "this is a Google API key")
