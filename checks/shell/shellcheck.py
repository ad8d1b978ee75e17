"""What ShellCheck says of scripts, where it is installed."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.shellcheck import Remark, remarks
from iaclint.model.aspects import Word
from iaclint.model.block import Document
from iaclint.model.intent import Intent, RewriteScript
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, UNSAFE, Finding, rule

WIKI = "https://www.shellcheck.net/wiki/"
CODES = r"SC[123]\d{3}"

shellcheck = rule(
    "shellcheck",
    severity=LOW,
    cwe=670,
    title="ShellCheck warns of a shell script",
    why="The script does something else than it seems to, for some input or in some shell; where it deletes, downloads or "
    "sets permissions that is a fault like any other.",
    references=(WIKI,),
    codes=CODES,
    fix_safety="A script may rely on what ShellCheck takes for a mistake, such as the splitting of an unquoted variable.",
    tags=("shellcheck",),
)

shellcheck_style = rule(
    "shellcheck-style",
    severity=INFO,
    cwe=1078,
    title="ShellCheck has a remark on a shell script",
    why="Nothing is wrong yet; the script is easier to get wrong with the next change, or with input nobody thought of.",
    references=(WIKI,),
    codes=CODES,
    default=False,
    fix_safety="A script may rely on what ShellCheck takes for a mistake, such as the splitting of an unquoted variable.",
    tags=("shellcheck", "hygiene"),
)


@shellcheck.check(documents=True)
def faults(document: Document, project: Project) -> Iterator[Finding]:
    """Errors and warnings."""
    yield from _findings(document, project, ("error", "warning"))


@shellcheck_style.check(documents=True)
def style(document: Document, project: Project) -> Iterator[Finding]:
    """Info and style."""
    yield from _findings(document, project, ("info", "style"))


def _findings(document: Document, project: Project, levels: tuple[str, ...]) -> Iterator[Finding]:
    for remark in remarks(document, project):
        if remark.level in levels:
            message = (remark.message[:1].lower() + remark.message[1:]).rstrip(". ")
            place = (remark.block, Word(None, "", remark.span))
            yield Finding(place, f"{remark.code}: {message}", _cure(remark), {"code": remark.code})


def _cure(remark: Remark) -> tuple[Intent, ...]:
    if not remark.changes:
        return ()
    step = RewriteScript(remark.block, remark.script, remark.changes)
    return (Intent(f"write it as {remark.code} advises", (step,), UNSAFE),)
