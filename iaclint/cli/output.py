"""Writing to the terminal: bytes as they are, colour where it is wanted, nothing when nobody reads any more."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def write(text: str) -> None:
    """Write to standard output; characters no UTF-8 can hold become escapes, which JSON reads back."""
    write_bytes(text.encode("utf-8", "backslashreplace"))


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output; a reader that has gone away (`| head`) is no fault."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes standard output once more at its end, and would complain then
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def note(text: str) -> None:
    """Write a line to standard error."""
    try:
        sys.stderr.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
        sys.stderr.flush()
    except (BrokenPipeError, UnicodeEncodeError):
        return


def complain(text: str) -> None:
    """Say what is wrong with the command, in one line on standard error."""
    from iaclint.reporters.printable import printable

    note(f"iaclint: {printable(text)}")


def wants_color(stream: TextIO) -> bool:
    """Whether to colour: on a terminal unless NO_COLOR is set; anywhere when FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """The terminal's width, or 120 where there is none; COLUMNS wins."""
    from shutil import get_terminal_size

    fallback = (120, 24)
    if not stream.isatty() and not os.environ.get("COLUMNS"):
        return fallback[0]
    return max(40, get_terminal_size(fallback).columns)
