"""Suppressions that suppress nothing. The engine finds them, once everything else has been judged."""

from collections.abc import Iterator

from iaclint.model.block import Document
from iaclint.model.project import Project
from iaclint.rules import LOW, Finding, rule

unused_suppression = rule(
    "unused-suppression",
    severity=LOW,
    title="Suppression comment silences nothing",
    why="Whoever reads it believes that there is a fault; and when one comes back, nobody will hear of it.",
    references=("https://cwe.mitre.org/data/definitions/1116.html",),
    cwe=1116,
    tags=("hygiene",),
    default=False,
    remedy="take the comment away, or correct the name of the rule",
)

expired_suppression = rule(
    "expired-suppression",
    severity=LOW,
    title="Suppression comment has expired",
    why="The day is over until which the fault was to be tolerated: it shows again, and somebody decides anew.",
    references=("https://cwe.mitre.org/data/definitions/1116.html",),
    cwe=1116,
    remedy="repair the fault and take the comment away, or decide on another date",
)


@unused_suppression.check(documents=True)
@expired_suppression.check(documents=True)
def nothing(document: Document, project: Project) -> Iterator[Finding]:
    """Nothing a document could tell by itself."""
    yield from ()
