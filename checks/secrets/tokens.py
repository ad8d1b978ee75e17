"""Tokens that their own format gives away, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

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

FORMATS: tuple[tuple[str, bytes, str], ...] = (
    ("an AWS access key id", b"AKIA", r"\bAKIA[A-Z2-7]{16}\b"),
    ("a temporary AWS access key id", b"ASIA", r"\bASIA[A-Z2-7]{16}\b"),
    ("a GitHub token", b"ghp_", r"\bghp_[A-Za-z0-9]{36,255}\b"),
    ("a GitHub OAuth token", b"gho_", r"\bgho_[A-Za-z0-9]{36,255}\b"),
    ("a GitHub app token", b"ghs_", r"\bghs_[A-Za-z0-9]{36,255}\b"),
    ("a GitHub fine-grained token", b"github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    ("a GitLab token", b"glpat-", r"\bglpat-[A-Za-z0-9_-]{20}\b"),
    ("a Slack token", b"xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,72}\b"),
    (
        "a Slack webhook",
        b"hooks.slack.com",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}",
    ),
    ("a Stripe secret key", b"_live_", r"\b[sr]k_live_[A-Za-z0-9]{24,99}\b"),
    ("an npm token", b"npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", b"pypi-AgEI", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    ("a Terraform Cloud token", b".atlasv1.", r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    ("a Vault token", b"hvs.", r"\bhvs\.[A-Za-z0-9_-]{24,}\b"),
    ("a Vault batch token", b"hvb.", r"\bhvb\.[A-Za-z0-9_-]{24,}\b"),
    ("a SendGrid key", b"SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    ("a DigitalOcean token", b"_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("an Azure storage key", b"AccountKey=", r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
    (
        "a private key",
        b"PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\r|\\n|\s)+[ \tA-Za-z0-9+/=\\]{16}",
    ),
)
"""What a token is, a part that every one of its kind has, and its form. A file is scanned for a form only
when that part occurs in it, which a plain search tells at once."""


_GOOGLE = re.compile(rb"(?<![\w-])AIza[\w-]{35}(?![\w-])", re.ASCII)


@leaked_token.check(documents=True)
def tokens(document: Document, project: Project) -> Iterator[Finding]:
    """Every token in the file's text; documentation's own example keys are left alone."""
    data = document.source.data
    for what, hint, form in FORMATS:
        if hint not in data:
            continue
        for match in re.finditer(form.encode(), data):
            if b"EXAMPLE" not in match.group().upper():
                yield Finding((document, Span(*match.span())), f"this is {what}")


@exposed_api_key.check(documents=True)
def google_keys(document: Document, project: Project) -> Iterator[Finding]:
    """Every Google API key in the file's text; documentation's own example keys are left alone."""
    data = document.source.data
    for match in _GOOGLE.finditer(data) if b"AIza" in data else ():
        if b"EXAMPLE" not in match.group().upper():
            yield Finding((document, Span(*match.span())), "this is a Google API key")
