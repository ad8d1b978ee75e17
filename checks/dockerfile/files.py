"""What is put into the image with COPY and ADD."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from posixpath import normpath

from iaclint.checks.dockerfile._image import earlier, later, run_commands, ships, stage_of
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.intent import AddInstructionFlag, Intent, Needed, ReplaceInstruction, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import INFO, LOW, MEDIUM, Finding, in_dockerfile, rule

DOCS = "https://docs.docker.com/reference/dockerfile/"

added_local_file = rule(
    "added-local-file",
    severity=LOW,
    cwe=610,
    title="ADD is used where COPY does",
    why="ADD unpacks archives and fetches addresses: another file or name in the context, and something else happens.",
    references=("https://docs.docker.com/build/building/best-practices/#add-or-copy",),
    aliases=(
        in_dockerfile(
            "DL3020", "CKV_DOCKER_4", "AVD-DS-0005", "AC_DOCKER_0032", "KICS:9513a694-aa0d-41d8-be61-3271e056f36b"
        ),
    ),
    tags=("container",),
)

unchecked_add = rule(
    "unchecked-add",
    severity=MEDIUM,
    cwe=494,
    title="A file is added from the network without a checksum",
    why="If the server or the file on it is tampered with, the image contains it and nothing notices.",
    references=(DOCS + "#add---checksum",),
    aliases=(in_dockerfile("AC_DOCKER_0035", "KICS:4b410d24-1cbe-4430-a632-62c9a931cf1c"),),
    tags=("supply-chain",),
)

copy_into_file = rule(
    "copy-into-file",
    severity=LOW,
    cwe=628,
    title="Several files are copied to what is not written as a folder",
    why="With several sources the destination has to end with a slash; otherwise the build fails.",
    references=(DOCS + "#copy",),
    aliases=(in_dockerfile("DL3021", "AVD-DS-0011", "KICS:6db6e0c2-32a3-4a2e-93b5-72c35f4119db"),),
    tags=("container",),
)

whole_context_copied = rule(
    "whole-context-copied",
    severity=INFO,
    cwe=200,
    title="Everything is copied into the image, and nothing says what to leave out",
    why="Without a .dockerignore the repository's history, local settings and credentials get into the image.",
    default=False,
    references=("https://docs.docker.com/build/concepts/context/#dockerignore-files",),
    remedy="add a .dockerignore with .git, .env and whatever the image does not need",
    tags=("container",),
)

copy_to_unknown_folder = rule(
    "copy-to-unknown-folder",
    severity=INFO,
    cwe=665,
    title="Files are copied to a relative path, and no WORKDIR says to where",
    why="Where they land depends on the base image: they end up elsewhere when that changes.",
    default=False,
    references=(DOCS + "#copy",),
    aliases=(in_dockerfile("DL3045"),),
    tags=("hygiene",),
)

copied_filesystem = rule(
    "copied-filesystem",
    severity=LOW,
    cwe=200,
    title="The whole file system of another stage is copied",
    why="Tools, caches and credentials of the build come along, and overwrite the system's own files.",
    default=False,
    references=("https://docs.docker.com/build/building/multi-stage/",),
    aliases=(in_dockerfile("DL3067"),),
    tags=("container",),
)

copied_archive = rule(
    "copied-archive",
    severity=INFO,
    cwe=1176,
    title="An archive is copied into the image to be unpacked there",
    why="The archive stays in its layer, even when it is deleted after that. ADD unpacks a local one without a trace of it.",
    default=False,
    references=("https://docs.docker.com/build/building/best-practices/#add-or-copy",),
    aliases=(in_dockerfile("DL3010"),),
    remedy="ADD the archive to the folder it is unpacked to, and drop the command",
    tags=("hygiene",),
)

copied_ignored_file = rule(
    "copied-ignored-file",
    severity=LOW,
    cwe=703,
    title="A file is copied that .dockerignore leaves out",
    why="The builder never gets it: the build fails, or goes on without what was meant to be in the image.",
    default=False,
    references=("https://docs.docker.com/reference/build-checks/copy-ignored-file/",),
    aliases=(in_dockerfile("buildkit:CopyIgnoredFile"),),
    remedy="take it out of .dockerignore (`!name` makes an exception), or do not copy it",
    tags=("hygiene",),
)

_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|tlz|lzma|gz|bz2|xz|zst|Z)$|\.tar\.", re.IGNORECASE)
_REMOTE = re.compile(r"(?:https?|ftps?|git|ssh)://|git@", re.IGNORECASE)
_COPY_FLAGS = frozenset(("--chown", "--chmod", "--link", "--exclude"))


@added_local_file.check(dockerfile="ADD")
def local_file(block: Block, project: Project) -> Iterator[Finding]:
    """ADD all of whose sources are certainly local and no archives."""
    sources = block.get("sources").items
    if not sources or not all(_is_plain_file(source) for source in sources):
        return
    flags = {name for name in block.arguments if name.startswith("--")}
    intents: tuple[Intent, ...] = ()
    if flags <= _COPY_FLAGS:
        intents = (Intent("use COPY", (ReplaceInstruction(block, "COPY"),)),)
    yield Finding(block, "ADD of local files", intents)


def _is_plain_file(source: Value) -> bool:
    text = source.text or ""
    # behind a wildcard at the end there may be an archive
    return bool(text) and not _ARCHIVE.search(text) and not _REMOTE.match(text) and not text.endswith(("*", "?"))


@unchecked_add.check(dockerfile="ADD")
def from_network(block: Block, project: Project) -> Iterator[Finding]:
    """ADD of an address without --checksum; a repository is pinned by its commit."""
    if "--checksum" in block.arguments:
        return
    sources = block.get("sources").items
    for source in sources:
        start = source.text if source.text is not None else (source.parts[0] if source.parts else None)
        if start is None or not start.lower().startswith(("http://", "https://", "ftp://")):
            continue
        if re.search(r"\.git(?:#|$)", source.known_text):
            continue
        intents: tuple[Intent, ...] = ()
        if len(sources) == 1 and start.lower().startswith("http"):
            needed = Needed(f"checksum:{source.text or source.known_text}", "sha256:... of the file", "--checksum=")
            intents = (Intent("compare it with a checksum", (AddInstructionFlag(block, needed),)),)
        yield Finding(source, "ADD fetches a file that nothing is compared with", intents)


@copy_into_file.check(dockerfile="COPY|ADD")
def no_folder(block: Block, project: Project) -> Iterator[Finding]:
    """More than one source, and a destination that is known not to be written as a folder."""
    destination = block.get("destination")
    text = destination.text
    if len(block.get("sources").items) + len(block.node.heredocs) < 2 or text is None:
        return
    if text.endswith(("/", "\\")) or text.rsplit("/", 1)[-1] in (".", ".."):
        return
    intents: tuple[Intent, ...] = ()
    if destination.origin is None and "$" not in block.document.source.slice(destination.span):
        intents = (Intent("write it as a folder", (Set(destination, text + "/"),)),)
    yield Finding(destination, f"several files are copied to {text}", intents)


@whole_context_copied.check(dockerfile="COPY|ADD")
def whole_context(block: Block, project: Project) -> Iterator[Finding]:
    """COPY of the context itself, where no .dockerignore stands beside the Dockerfile or above it."""
    if "--from" in block.arguments or not ships(block):
        return
    for source in block.get("sources").items:
        if source.text in (".", "./", "/", "*", "./*") and not _has_dockerignore(block.document.path):
            yield Finding(source, "the whole context is copied, without a .dockerignore")


def _has_dockerignore(path: str) -> bool:
    # the context is often a folder above; that of the working directory is as far as can be told
    if os.path.exists(f"{path}.dockerignore"):
        return True
    folder = os.path.dirname(path)
    while True:
        if os.path.exists(os.path.join(folder, ".dockerignore")):
            return True
        above = os.path.dirname(folder)
        if above == folder or not folder:
            return False
        folder = above


@copy_to_unknown_folder.check(dockerfile="COPY")
def relative_destination(block: Block, project: Project) -> Iterator[Finding]:
    """A destination that is no absolute path, before any WORKDIR."""
    destination = block.get("destination")
    text = destination.text
    if not text or text.startswith(("/", "\\", "$", "%")) or re.match(r"[A-Za-z]:", text):
        return
    if block.parent is not None and block.parent.kind == "stage" and not any(earlier(block, "WORKDIR")):
        yield Finding(destination, f"where {text} is, the base image decides")


@copied_filesystem.check(dockerfile="COPY")
def whole_filesystem(block: Block, project: Project) -> Iterator[Finding]:
    """COPY --from of `/`, into anything but an empty image."""
    stage = stage_of(block)
    if stage is None or "--from" not in block.arguments or not ships(block):
        return
    *_, root = stage.lineage()
    for source in block.get("sources").items:
        if source.text in ("/", "/*", "/.") and root.image.text not in (None, "scratch"):
            yield Finding(source, "the whole file system is copied")


_TAR = re.compile(r".*\.(?:tar|tar\.(?:gz|bz2|xz|zst|lz|lzma|Z)|tgz|tbz2?|txz|tzst|tlz)", re.IGNORECASE)


@copied_archive.check(dockerfile="COPY")
def unpacked_later(block: Block, project: Project) -> Iterator[Finding]:
    """COPY of a local tar archive by its name, and a later tar in the stage that unpacks a file of that name."""
    if "--from" in block.arguments or not ships(block):
        return
    for source in block.get("sources").items:
        name = (source.text or "").rsplit("/", 1)[-1]
        if not _TAR.fullmatch(name) or "*" in name:
            continue
        for run in later(block, "RUN"):
            command = next((one for one in run_commands(run) if _unpacks(one, name, block.get("destination").text or "")), None)
            if command is not None:
                yield Finding(source, f"{name} is copied, then unpacked", also=((command, "here"),))
                break


def _unpacks(command: ShellCommand, name: str, destination: str) -> bool:
    if command.name != "tar" or command.flag("-c", "-t", "--create", "--list") is not None:
        return False
    first = command.words[0].known if command.words else ""
    is_extracting = command.flag("-x", "--extract", "--get") is not None or bool(re.fullmatch(r"-?[a-z]*x[a-z]*", first))
    # COPY a.tar.gz /tmp/b.tar.gz gives it another name
    names = {name, destination.rsplit("/", 1)[-1]} if _TAR.fullmatch(destination) else {name}
    return is_extracting and any(word.known.rpartition("=")[2].rsplit("/", 1)[-1] in names for word in command.words)


@copied_ignored_file.check(dockerfile="COPY|ADD")
def ignored(block: Block, project: Project) -> Iterator[Finding]:
    """A source by its plain name that the .dockerignore beside the Dockerfile leaves out."""
    if "--from" in block.arguments:
        return
    patterns = project.memo(("dockerignore", block.document.path), lambda: _patterns(block.document.path))
    for source in block.get("sources").items if patterns else ():
        text = source.text or ""
        if not text or _REMOTE.match(text) or any(mark in text for mark in "*?[<"):
            continue
        path = normpath(text.lstrip("/"))
        if path not in (".", "") and not path.startswith("..") and _is_ignored(path, patterns):
            yield Finding(source, f"{path} is left out by .dockerignore")


def _patterns(path: str) -> list[tuple[bool, re.Pattern[str]]]:
    """What .dockerignore says, in order: whether a line is an exception, and what it means."""
    file = os.path.join(os.path.dirname(path), ".dockerignore")
    # `NAME.dockerignore` holds in its place, for a context that may be any folder
    if os.path.exists(f"{path}.dockerignore") or not os.path.isfile(file):
        return []
    try:
        with open(file, encoding="utf-8-sig", errors="replace") as opened:
            lines = opened.read(65536).splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        is_exception = text.startswith("!")
        text = normpath(text.lstrip("!").strip()).lstrip("/")
        if text != ".":
            found.append((is_exception, re.compile(_as_regex(text))))
    return found


def _as_regex(pattern: str) -> str:
    """A pattern of .dockerignore; one that names a folder means all below it."""
    found, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            found, at = found + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            found, at = found + ".*", at + 2
        else:
            found += {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at]))
            at += 1
    return rf"{found}(?:/.*)?"


def _is_ignored(path: str, patterns: list[tuple[bool, re.Pattern[str]]]) -> bool:
    found = False
    for is_exception, pattern in patterns:
        if is_exception:
            # an exception below a folder brings a part of it back
            if pattern.fullmatch(path) or pattern.pattern.startswith(re.escape(path) + "/"):
                found = False
        elif pattern.fullmatch(path):
            found = True
    return found
