"""How instructions are spelled: what BuildKit's own checks look at, and pragmas of other tools."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from iaclint.model.block import Block, Document
from iaclint.model.intent import DropEmptyLines, Intent, Remove, ReplaceInstruction, Set, SetApart
from iaclint.model.project import Project
from iaclint.rules import INFO, Finding, in_dockerfile, rule
from iaclint.source import Span

CHECKS = "https://docs.docker.com/reference/build-checks/"

stage_name_case = rule(
    "stage-name-case",
    severity=INFO,
    cwe=1099,
    title="A stage's name has capital letters",
    why="Instructions are upper-case and names are not: a name in capitals reads like one, and refers to the same stage in any case.",
    default=False,
    references=(CHECKS + "stage-name-casing/",),
    aliases=(in_dockerfile("buildkit:StageNameCasing"),),
    tags=("hygiene",),
)

as_keyword_case = rule(
    "as-keyword-case",
    severity=INFO,
    cwe=1099,
    title="AS and FROM are written in different case",
    why="A file that mixes both reads as if the difference meant something.",
    default=False,
    references=(CHECKS + "from-as-casing/",),
    aliases=(in_dockerfile("buildkit:FromAsCasing"),),
    tags=("hygiene",),
)

empty_continuation = rule(
    "empty-continuation",
    severity=INFO,
    cwe=1078,
    title="An instruction goes on behind an empty line",
    why="Whoever reads it takes what follows for something new. BuildKit announces that it will refuse such files.",
    default=False,
    references=(CHECKS + "no-empty-continuation/",),
    aliases=(in_dockerfile("buildkit:NoEmptyContinuation"),),
    tags=("hygiene",),
)

instruction_case = rule(
    "instruction-case",
    severity=INFO,
    cwe=1099,
    title="A file's instructions are in upper and lower case",
    why="A keyword in the other case is easily taken for a part of the instruction above it.",
    default=False,
    references=(CHECKS + "consistent-instruction-casing/",),
    aliases=(in_dockerfile("buildkit:ConsistentInstructionCasing"),),
    tags=("hygiene",),
)

pair_without_equals = rule(
    "pair-without-equals",
    severity=INFO,
    cwe=477,
    title="A variable or label is set without `=`",
    why="The old form takes the whole rest of the line as the value: a second variable there is not set, and nobody says so.",
    default=False,
    references=(CHECKS + "legacy-key-value-format/",),
    aliases=(in_dockerfile("buildkit:LegacyKeyValueFormat"),),
    tags=("hygiene",),
)

redundant_platform = rule(
    "redundant-platform",
    severity=INFO,
    cwe=1164,
    title="A base image is asked for the platform it is taken for anyway",
    why="It looks as if something were chosen. What is meant is mostly $BUILDPLATFORM, for a stage that only builds.",
    default=False,
    references=(CHECKS + "redundant-target-platform/",),
    aliases=(in_dockerfile("DL3065", "buildkit:RedundantTargetPlatform"),),
    tags=("hygiene",),
)

misplaced_comment = rule(
    "misplaced-comment",
    severity=INFO,
    cwe=1116,
    title="A comment is taken for the description of a stage or argument",
    why="`docker build --call=targets` and `--call=outline` show it to users if it begins with the name, and pass it over if it does not.",
    default=False,
    references=(CHECKS + "invalid-definition-description/",),
    aliases=(in_dockerfile("buildkit:InvalidDefinitionDescription"),),
    tags=("hygiene",),
)

hadolint_pragma = rule(
    "hadolint-pragma",
    severity=INFO,
    cwe=1127,
    title="A finding is silenced in the file",
    why="What is silenced beside the code is decided by whoever writes the code, and is not seen in one place.",
    default=False,
    references=("https://github.com/hadolint/hadolint/wiki/DL1001",),
    aliases=(in_dockerfile("DL1001"),),
    remedy="silence it in the configuration, where all exceptions stand together",
    tags=("hygiene",),
)


@stage_name_case.check(dockerfile="FROM")
def capital_name(block: Block, project: Project) -> Iterator[Finding]:
    """Names are the same to BuildKit in any case, so only this place need change."""
    name = block.get("as")
    if name.text and name.text != name.text.lower():
        intents = (Intent("write it in lower case", (Set(name, name.text.lower()),)),)
        yield Finding(name, f"stage {name.text} has capital letters", intents)


@as_keyword_case.check(dockerfile="FROM")
def other_case(block: Block, project: Project) -> Iterator[Finding]:
    """`FROM x as y` and `from x AS y`; a keyword in mixed case belongs to neither."""
    name, image = block.get("as"), block.get("image")
    keyword = block.node.keyword
    if name.is_missing or not (keyword.isupper() or keyword.islower()):
        return
    between = block.document.source.slice(Span(image.span.end, name.span.start))
    match = re.search(r"(?<=\s)as(?=\s)", between, re.IGNORECASE)
    if match is None or (match[0].isupper() if keyword.isupper() else match[0].islower()):
        return
    wanted = "AS" if keyword.isupper() else "as"
    intents: tuple[Intent, ...] = ()
    text = block.document.source.slice(Span(block.node.keyword_span.end, block.span.end))
    at = text.rfind(between) + match.start()
    if "\n" not in text and text.count(between) == 1:
        step = ReplaceInstruction(block, None, (text[:at] + wanted + text[at + 2 :]).strip())
        intents = (Intent(f"write {wanted}", (step,)),)
    yield Finding(block, f"{match[0]} stands behind {keyword}", intents)


@empty_continuation.check(dockerfile="*")
def goes_on(block: Block, project: Project) -> Iterator[Finding]:
    """An empty line within an instruction; in a here-document it means what it says."""
    if block.kind != "instruction" or block.node.nesting:
        return
    source = block.document.source
    for gap in block.node.logical.gaps:
        if re.search(r"\n[ \t]*\r?\n", source.slice(gap)):
            intents = (Intent("take out the empty lines", (DropEmptyLines(block),)),)
            yield Finding(block, f"{block.type} goes on behind an empty line", intents)
            return


@instruction_case.check(documents=True, language="dockerfile")
def mixed_case(document: Document, project: Project) -> Iterator[Finding]:
    """The keywords in the case that fewer of the file have; upper case where both are as many."""
    blocks = [block for block in document.walk() if block.kind == "instruction" and block.node.keyword]
    counts = Counter("lower" if block.node.keyword.islower() else "upper" for block in blocks if block.node.keyword)
    is_lower = counts["lower"] > counts["upper"]
    for block in blocks:
        keyword = block.node.keyword
        wanted = keyword.lower() if is_lower else keyword.upper()
        if keyword != wanted and block.node.keyword_span is not None:
            intents = (Intent(f"write {wanted}", (ReplaceInstruction(block, wanted),)),) if not block.node.nesting else ()
            yield Finding(block, f"{keyword} is not in {'lower' if is_lower else 'upper'} case as the others are", intents)


@pair_without_equals.check(dockerfile="ENV|LABEL")
def old_form(block: Block, project: Project) -> Iterator[Finding]:
    """`ENV name value`; the value is everything behind the name."""
    entries = block.get("pairs").entries
    if len(entries) != 1:
        return
    ((name, value),) = entries.items()
    source = block.document.source
    if value.name_span is None or source.data[value.name_span.end : value.name_span.end + 1] == b"=":
        return
    written = _quoted(source.slice(value.span))
    intents: tuple[Intent, ...] = ()
    if written is not None and re.fullmatch(r"[\w.-]+", name):
        intents = (Intent("write it with =", (ReplaceInstruction(block, None, f"{name}={written}"),)),)
    yield Finding(block, f"{name} is set without =", intents)


def _quoted(raw: str) -> str | None:
    """The value as the form with = needs it, to say the same; None where that is not certain."""
    if not raw.isprintable() or "\\" in raw or "`" in raw:
        return None
    if not any(char.isspace() for char in raw):
        return raw if "'" not in raw and '"' not in raw else raw if _is_one_quotation(raw) else None
    if _is_one_quotation(raw):
        return raw
    return None if "'" in raw or '"' in raw else f'"{raw}"'


def _is_one_quotation(raw: str) -> bool:
    return len(raw) > 1 and raw[0] in "'\"" and raw.count(raw[0]) == 2 and raw[-1] == raw[0]


@redundant_platform.check(dockerfile="FROM")
def target_platform(block: Block, project: Project) -> Iterator[Finding]:
    """`--platform=$TARGETPLATFORM`."""
    platform = block.get("--platform")
    if platform.is_missing:
        return
    if block.document.source.slice(platform.span).strip("\"'") in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
        intents = (Intent("leave the platform out", (Remove(platform),)),)
        yield Finding(platform, "every base image is taken for $TARGETPLATFORM", intents)


@misplaced_comment.check(dockerfile="FROM|ARG")
def no_description(block: Block, project: Project) -> Iterator[Finding]:
    """A comment right above FROM ... AS or ARG that does not begin with the name."""
    names = [block.get("as").text] if block.type == "FROM" else list(block.get("pairs").entries)
    if not names or names[0] is None or block.node.nesting:
        return
    words = _comment_above(block).lstrip("#").split()
    if not words or words[0].lower() in [(name or "").lower() for name in names]:
        return
    intents = (Intent("set the comment apart", (SetApart(block),)),)
    yield Finding(block, f"the comment above does not begin with {names[0]}", intents)


_NO_COMMENT = re.compile(r"#\s*(?:(?:syntax|escape|check)\s*=|[\w-]+\s*[:=]|hadolint\s)")


def _comment_above(block: Block) -> str:
    """The comment line right above an instruction; lines that speak to programs are passed over."""
    source = block.document.source
    start = source.data.rfind(b"\n", 0, block.span.start) + 1
    while start > 0:
        above = source.data.rfind(b"\n", 0, start - 1) + 1
        line = source.slice(Span(above, start)).strip()
        if not _NO_COMMENT.match(line):
            return line if line.startswith("#") else ""
        start = above
    return ""


_PRAGMA = re.compile(rb"^[ \t]*#[ \t]*hadolint[ \t]+(?:global[ \t]+)?ignore[ \t]*=.*$", re.MULTILINE)


@hadolint_pragma.check(documents=True, language="dockerfile")
def pragma(document: Document, project: Project) -> Iterator[Finding]:
    """`# hadolint ignore=DL3008` on a line of its own; it stands for the instruction that follows."""
    blocks = [block for block in document.walk() if block.kind == "instruction" and not block.node.nesting]
    for match in _PRAGMA.finditer(document.source.data):
        block = next((one for one in blocks if one.span.end > match.end()), None)
        # in a here-document it is no comment of the Dockerfile
        if block is not None and block.span.start > match.start():
            yield Finding(block, "hadolint is told to ignore something here")
