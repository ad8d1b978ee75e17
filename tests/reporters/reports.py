"""A report made by hand, with everything a reporter has to cope with."""

from __future__ import annotations

from datetime import date
from typing import cast

from iaclint.edits.edit import Edit
from iaclint.edits.fix import Fix
from iaclint.engine.api import FileError, Report
from iaclint.engine.fixing import Account
from iaclint.engine.suppression import Suppression
from iaclint.model.finding import Finding, Related
from iaclint.model.intent import Applicability, Impact, Needed
from iaclint.rules.rule import HIGH, LOW, Rule, alias
from iaclint.source import Source, Span

OPEN = Rule(
    "open-port", HIGH, "A port is open", "Whoever finds it walks in. And more is said here.", cwe=284,
    references=("https://example.org/ports",), aliases=(alias("CKV_AWS_24"),), tags=("network",),
    remedy="name the networks that may reach it",
)  # fmt: skip
SECRET = Rule("plaintext-secret", LOW, "A secret is written down", "It is in the history for good.", tags=("secret",))

TEXT = (
    'resource "x" "y" {\n'
    '\tpörts  = "日本" # wide\n'
    '  password = "hunter2-hunter2"\n'
    '  both = "hunter3" + 1\n'
    '  bad = "\x1b[31m\u202e"\n'
    "}\n"
)
SOURCE = Source("main.tf", TEXT.encode())


def place(text: str, source: Source = SOURCE) -> Span:
    start = source.data.index(text.encode("utf-8", "surrogateescape"))
    return Span(start, start + len(text.encode("utf-8", "surrogateescape")))


def finding(rule: Rule, at: str, message: str = "it is wrong", source: Source = SOURCE, **more: object) -> Finding:
    span = place(at, source)
    one = Finding(None, message)  # type: ignore[arg-type]
    one.rule, one.path, one.language, one.span = rule, source.path, "terraform", span
    one.start, one.end = source.position(span.start), source.position(span.end)
    one.resource, one.identity, one.aliases = "x.y", (rule.name, "x.y", "", "1"), tuple(rule.all_aliases())
    one.repairs = tuple(
        (made.title, tuple((needed.name, needed.hint) for needed in made.needs))
        for made in cast("tuple[Fix, ...]", more.get("fixes", ()))
    )
    for name, value in more.items():
        setattr(one, name, value)
    return one


def fix(applicability: Applicability = Applicability.SAFE, at: str = '"日本"') -> Fix:
    return Fix("say `no`", applicability, Impact.IN_PLACE, (Edit("main.tf", place(at), '"no"'),))


NEEDY = Fix(
    "name a bucket", Applicability.MANUAL, Impact.NEEDS_VALUE, needs=(Needed("log-bucket", "where the logs go"),)
)


def full_report() -> Report:
    """Findings with every kind of fix, a related place, a suppressed one, an error."""
    related = Related("other.tf", SOURCE.position(0), SOURCE.position(5), "the value is written here")
    ports = finding(OPEN, 'pörts  = "日本"', fixes=(fix(), fix(Applicability.UNSAFE)), related=(related,))
    header = finding(OPEN, 'resource "x" "y"', instances=("x.y[0]", "x.y[1]"), fixes=(NEEDY,))
    secret = finding(SECRET, 'password = "hunter2-hunter2"', fixes=(fix(Applicability.UNSAFE),))
    beside = finding(OPEN, "both")
    hidden = finding(SECRET, '"hunter3"')
    evil = finding(OPEN, '"\x1b[31m\u202e"', "a name with \x1b[2J in it")
    by = Suppression("main.tf", ("all",), (), True, date(2027, 1, 31), "meant so", Span(0, 1), 1)
    return Report(
        findings=[header, ports, secret, beside, evil],
        suppressed=[(hidden, by), (finding(OPEN, "bad"), None)],
        errors=[FileError("a\x1b]0;b\nc.tf", "is not a regular file")],
        files=3,
        sources={"main.tf": SOURCE},
    )


def fixed_report() -> Report:
    """What is left after fixing, with the account."""
    report = full_report()
    one = report.findings[0]
    report.account = Account(
        fixed=[(one, "x"), (one, "x")],
        not_fixable=[(one, "no repair is known")],
        needs_value=[(one, "log-bucket (where the logs go)")],
        withheld=[(one, "the finding remains after the change")],
        left_by_level=[(one, "unsafe: say no")],
    )
    return report
