"""Where a report goes: standard output in one format, files in others, and the summary of a CI job."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from iaclint.cli.misuse import Misuse, one_of
from iaclint.cli.output import complain
from iaclint.reporters import FORMATS, renderer

if TYPE_CHECKING:
    from iaclint.engine.api import Report

_BY_SUFFIX = {
    ".sarif": "sarif", ".sarif.json": "sarif", ".html": "html", ".htm": "html", ".md": "markdown", ".json": "json",
    ".txt": "text", "checkstyle.xml": "checkstyle", "checkstyle-result.xml": "checkstyle", ".xml": "junit",
    "gl-code-quality-report.json": "gitlab", "gl-sast-report.json": "gitlab-sast", ".rdjson": "rdjson",
    ".rdjson.json": "rdjson",
}  # fmt: skip
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_SUMMARY_SIZE = 1_000_000
"""Bytes; GitHub refuses a summary above 1 MiB, and other steps of the job may write to it."""


class Output(NamedTuple):
    """A file to be written, and its format."""

    path: str
    format: str


def outputs(words: Sequence[str]) -> list[Output]:
    """What `--output [FORMAT=]FILE` asks for; without a format the file's name says it. Raises Misuse."""
    found = []
    for word in words:
        name, equals, path = word.partition("=")
        if equals and name in FORMATS:
            found.append(Output(path, name))
        elif equals and not any(one in name for one in "./\\"):
            one_of("--output", name, FORMATS)
        else:
            found.append(Output(word, _by_name(word)))
    for one in found:
        if not one.path:
            raise Misuse("--output takes [FORMAT=]FILE, and the file is missing")
        folder = os.path.dirname(one.path) or "."
        if not os.path.isdir(folder):
            raise Misuse(f"--output {one.path}: there is no folder {folder!r}")
        if os.path.isdir(one.path):
            raise Misuse(f"--output {one.path}: is a folder")
    return found


def _by_name(path: str) -> str:
    name = os.path.basename(path).lower()
    fitting = [suffix for suffix in _BY_SUFFIX if name.endswith(suffix)]
    if not fitting:
        raise Misuse(f"--output {path}: its name does not tell the format: write FORMAT={path}, FORMAT being one of "
                     f"{', '.join(FORMATS)}")  # fmt: skip
    return _BY_SUFFIX[max(fitting, key=len)]


def usual_format(environment: Mapping[str, str]) -> str:
    """The format where none is asked for: the annotations of a CI that is recognised, else text."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    if environment.get("TF_BUILD", "").lower() == "true":
        return "azure"
    return "text"


def write_files(report: Report, wanted: Sequence[Output]) -> bool:
    """Write the report to each file, or say why not; returns whether all of them were written."""
    done = [_write(one.path, renderer(one.format)(report, color=False, width=120)) for one in wanted]
    return all(done)


def _write(path: str, text: str) -> bool:
    try:
        replace_file(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        complain(f"--output {path}: cannot be written: {error.strerror or error}")
        return False
    return True


def replace_file(path: str, data: bytes) -> None:
    """Write a file whole or not at all; what a link points to, and a pipe as it is. Raises OSError."""
    if os.path.lexists(path) and not os.path.isfile(path):  # a pipe, or /dev/stderr
        with open(path, "wb") as file:
            file.write(data)
        return
    beside = f"{path}.{os.getpid()}.tmp"
    try:
        with open(beside, "xb") as file:
            file.write(data)
        os.replace(beside, os.path.realpath(path))
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def write_step_summary(report: Report, environment: Mapping[str, str]) -> None:
    """Add the findings to the summary of a GitHub job, where there is one; a failure costs nothing else."""
    path = environment.get(STEP_SUMMARY)
    if not path or not os.path.isfile(path):
        return
    from iaclint.reporters.markdown import within

    try:
        room = _SUMMARY_SIZE - os.path.getsize(path)
        if room > 10_000:
            with open(path, "ab") as file:
                file.write(within(report, room).encode("utf-8", "backslashreplace"))
    except OSError as error:
        complain(f"the summary of the job cannot be written: {error.strerror or error}")
