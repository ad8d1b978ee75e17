"""Files that do not parse."""

from collections.abc import Iterator

from iaclint.model.block import Document
from iaclint.model.project import Project
from iaclint.rules import HIGH, Finding, in_dockerfile, rule
from iaclint.source import Span

syntax_error = rule(
    "syntax-error",
    severity=HIGH,
    title="File cannot be read completely",
    why="What is not understood is neither checked nor deployed: a fault in this part stays unseen.",
    references=(
        "https://developer.hashicorp.com/terraform/language/syntax/configuration",
        "https://docs.docker.com/reference/dockerfile/",
        "https://docs.ansible.com/ansible/latest/reference_appendices/YAMLSyntax.html",
    ),
    aliases=(in_dockerfile("DL3043", what="onbuild"), in_dockerfile("DL3061", what="order")),
    remedy="correct the syntax; the rest of the file is checked all the same",
)


@syntax_error.check(documents=True)
def problems(document: Document, project: Project) -> Iterator[Finding]:
    """Every part of the file its parser could not read."""
    wrong = document.source.invalid_utf8_at
    # the reader of YAML stops at such a byte and says so itself
    if wrong is not None and document.language != "ansible":
        yield Finding((document, Span(wrong, wrong + 1)), "the file is not UTF-8 from this byte on")
    for problem in document.problems:
        yield Finding((document, problem.span), problem.message, facets={"what": _what(problem.message)})


def _what(message: str) -> str:
    if message.endswith("is not allowed in ONBUILD"):
        return "onbuild"
    return "order" if message.endswith("stands before the first FROM") else ""
