"""Labels: their names, and what the well-known ones and those of the configuration's schema have to hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from iaclint.aspects.stages import final_stage
from iaclint.model.block import Block
from iaclint.model.intent import Append, Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import INFO, UNSAFE, Finding, in_dockerfile, rule

DOCS = "https://docs.docker.com/engine/manage-resources/labels/"
OCI = "https://github.com/opencontainers/image-spec/blob/main/annotations.md"

invalid_label_key = rule(
    "invalid-label-key",
    severity=INFO,
    cwe=1099,
    title="A label's name is not of the form that Docker asks for",
    why="Names in capitals or with other signs are written differently by everybody and not found; those of Docker's own name spaces may change what its tools do.",
    default=False,
    references=(DOCS + "#key-format-recommendations",),
    aliases=(in_dockerfile("DL3048"),),
    tags=("hygiene",),
)

missing_label = rule(
    "missing-label",
    severity=INFO,
    cwe=1059,
    title="A label that the configuration asks for is missing",
    why="Who looks for images by this label does not find this one.",
    default=False,
    references=(DOCS,),
    aliases=(in_dockerfile("DL3049"),),
    tags=("hygiene",),
)

unknown_label = rule(
    "unknown-label",
    severity=INFO,
    cwe=1099,
    title="A label is none of those the configuration names",
    why="It is a slip of the pen, or says something in public that nobody has agreed to.",
    default=False,
    references=(DOCS,),
    aliases=(in_dockerfile("DL3050"),),
    tags=("hygiene",),
)

empty_label = rule(
    "empty-label",
    severity=INFO,
    cwe=1059,
    title="A label says nothing",
    why="Whoever relies on it (to find the source, the licence or whom to tell of a fault) is left without.",
    default=False,
    references=(OCI,),
    aliases=(in_dockerfile("DL3051"),),
    tags=("hygiene",),
)

malformed_label = rule(
    "malformed-label",
    severity=INFO,
    cwe=1286,
    title="A label does not hold what it is for",
    why="Programs that read it (scanners, registries, licence reports) pass it over or stop.",
    default=False,
    references=(OCI,),
    aliases=(
        in_dockerfile("DL3052", holds="url"),
        in_dockerfile("DL3053", holds="rfc3339"),
        in_dockerfile("DL3054", holds="spdx"),
        in_dockerfile("DL3055", holds="hash"),
        in_dockerfile("DL3056", holds="semver"),
        in_dockerfile("DL3058", holds="email"),
    ),
    tags=("hygiene",),
)

_KEY = re.compile(r"[a-z](?:[a-z0-9]|[.-](?=[a-z0-9]))*")
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")
_DOCKERS_OWN = ("com.docker.extension.", "com.docker.desktop.extension.", "com.docker.image.")
"""What authors of extensions and base images are to set themselves."""

_PREFIX = "org.opencontainers.image."
_WELL_KNOWN = {
    f"{_PREFIX}created": "rfc3339",
    f"{_PREFIX}url": "url",
    f"{_PREFIX}documentation": "url",
    f"{_PREFIX}source": "url",
    f"{_PREFIX}licenses": "spdx",
}

_DATE = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s/]+(?:/\S*)?|mailto:\S+@\S+", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{7}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_SEMVER = re.compile(
    r"(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})\.(?:0|[1-9]\d{0,9})(?:-[0-9A-Za-z-]{1,60}(?:\.[0-9A-Za-z-]{1,60}){0,9})?"
    r"(?:\+[0-9A-Za-z-]{1,60}(?:\.[0-9A-Za-z-]{1,60}){0,9})?"
)
_EMAIL = re.compile(r"[^\s@<>\"(),:;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63}){1,10}")
_LICENCE = re.compile(r"(?:LicenseRef-|DocumentRef-)?[A-Za-z0-9][A-Za-z0-9.-]{0,80}\+?(?::LicenseRef-[A-Za-z0-9.-]{1,60})?")
_NO_LICENCES = {
    "apache": "Apache-2.0", "apache2": "Apache-2.0", "apache-2": "Apache-2.0", "apachev2": "Apache-2.0", "asl2.0": "Apache-2.0",
    "apache2.0": "Apache-2.0", "gpl": "", "gplv2": "", "gplv3": "", "gpl2": "", "gpl3": "", "lgpl": "", "agpl": "", "agplv3": "",
    "bsd": "", "bsd3": "BSD-3-Clause", "mitlicense": "MIT", "mpl": "", "mpl2": "MPL-2.0", "mplv2": "MPL-2.0", "mpl2.0": "MPL-2.0",
}  # fmt: skip
"""What people write for a licence and SPDX does not know, with what they certainly mean."""


def _is_spdx(text: str) -> bool:
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    wants_name, depth = True, 0
    for word in words:
        if word in ("(", ")"):
            depth += 1 if word == "(" else -1
            if depth < 0 or wants_name is (word == ")"):
                return False
        elif wants_name:
            if not _LICENCE.fullmatch(word) or word.lower() in _NO_LICENCES:
                return False
            wants_name = False
        elif word in ("AND", "OR", "WITH"):
            wants_name = True
        else:
            return False
    return bool(words) and not wants_name and depth == 0


_HOLDS: dict[str, tuple[Callable[[str], object], str]] = {
    "url": (_URL.fullmatch, "an address"),
    "rfc3339": (_DATE.fullmatch, "a time after RFC 3339"),
    "spdx": (_is_spdx, "a licence as SPDX calls it"),
    "hash": (_HASH.fullmatch, "the hash of a commit"),
    "semver": (_SEMVER.fullmatch, "a semantic version"),
    "email": (_EMAIL.fullmatch, "a mail address"),
}


def _labels(block: Block) -> Iterator[tuple[str, Value]]:
    for name, value in block.get("pairs").entries.items():
        # a name with a variable in it is read without
        if "$" not in block.document.source.slice(value.name_span or value.span):
            yield name, value


@invalid_label_key.check(dockerfile="LABEL")
def key(block: Block, project: Project) -> Iterator[Finding]:
    """Lower-case letters, digits, single periods and hyphens; no name space of Docker's."""
    for name, value in _labels(block):
        if name.startswith(_RESERVED) and not name.startswith(_DOCKERS_OWN):
            yield Finding(value, f"label {name} is in a name space of Docker's own")
        elif not _KEY.fullmatch(name):
            yield Finding(value, f"label {name} is not lower-case words with periods or hyphens between")


@missing_label.check(dockerfile="stage")
def required(block: Block, project: Project) -> Iterator[Finding]:
    """A label of the schema that neither the final stage nor one it builds on sets."""
    final = final_stage(block.document)
    schema = project.settings.label_schema
    if final is None or final.block is not block or not schema:
        return
    present = {name for stage in final.lineage() for one in stage.instructions("LABEL") for name in one.get("pairs").entries}
    for name in schema:
        if name not in present:
            step = Append(block, Needed(f"label:{name}", f"value of the label {name}", f'{name}="', '"'), "LABEL")
            yield Finding(block, f"label {name} is missing", (Intent(f"add label {name}", (step,)),))


@unknown_label.check(dockerfile="LABEL")
def superfluous(block: Block, project: Project) -> Iterator[Finding]:
    """A label that a strict schema does not name."""
    if project.settings.strict_labels and project.settings.label_schema:
        for name, value in _labels(block):
            if name not in project.settings.label_schema:
                yield Finding(value, f"label {name} is not one of those asked for")


@empty_label.check(dockerfile="LABEL")
def says_nothing(block: Block, project: Project) -> Iterator[Finding]:
    """A label of the schema or of the OCI's that is certainly empty."""
    for name, value in _labels(block):
        known = name in project.settings.label_schema or name.startswith(_PREFIX)
        if known and value.text is not None and not value.text.strip():
            needed = Needed(f"label:{name}", f"value of the label {name}")
            yield Finding(value, f"label {name} is empty", (Intent("say what it is for", (Set(value, needed),), UNSAFE),))


@malformed_label.check(dockerfile="LABEL")
def wrong_content(block: Block, project: Project) -> Iterator[Finding]:
    """What is known of a label's value is not of its kind."""
    for name, value in _labels(block):
        kind = project.settings.label_schema.get(name) or _WELL_KNOWN.get(name, "")
        if kind not in _HOLDS or not value.text or not value.text.strip():
            continue
        accepts, what = _HOLDS[kind]
        if accepts(value.text):
            continue
        meant = _NO_LICENCES.get(value.text.lower().replace(" ", "")) if kind == "spdx" else None
        intents = (Intent(f"write {meant}", (Set(value, meant),)),) if meant and value.origin is None else ()
        yield Finding(value, f"label {name} is not {what}", intents, {"holds": kind})
