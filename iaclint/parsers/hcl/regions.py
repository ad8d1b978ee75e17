"""The top-level regions of a damaged Terraform file: each is read by itself, so that a fault costs only its own.

They are found without a grammar, by the lines that begin a top-level block; a line in a heredoc or comment
begins none.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from iaclint.source import Span

_TOKEN = re.compile(
    rb"""(?P<start>^(?:resource|data|ephemeral)[ \t]+(?:"|\w[\w-]*[ \t]+["\w][\w-]*"?[ \t]*\{)
        |^(?:module|variable|provider|output|check)[ \t]+(?:"|\w[\w-]*[ \t]*\{)
        |^(?:locals|terraform|moved|import|removed)[ \t]*\{)
    |(?:\#|//)[^\n]*
    |"(?:\\.|[^"\\\n])*"?
    |(?P<comment>/\*)
    |<<-?(?P<marker>[^\s"<>]+)[ \t\r]*$""",
    re.MULTILINE | re.VERBOSE,
)
_LONE_WORD = re.compile(rb"^[ \t]*([^\s\"<>]+)[ \t\r]*$", re.MULTILINE)


def regions(data: bytes) -> list[Span]:
    """The spans from one beginning of a top-level block to the next, in order; together they are the whole file."""
    starts = [0, *(start for start in _starts(data) if start > 0)]
    return [Span(start, end) for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def _starts(data: bytes) -> list[int]:
    found: list[int] = []
    ends: dict[bytes, list[int]] | None = None
    is_closed = True
    position = 0
    while (match := _TOKEN.search(data, position)) is not None:
        position = match.end()
        if match["start"] is not None:
            found.append(match.start())
            if match["start"].endswith(b'"'):
                # the quote begins a label
                position -= 1
        elif match["comment"] is not None and is_closed:
            end = data.find(b"*/", position)
            # what is never closed is a fault of its own region
            is_closed = end >= 0
            position = end + 2 if is_closed else position
        elif match["marker"] is not None:
            ends = _lone_words(data) if ends is None else ends
            places = ends.get(match["marker"], [])
            index = bisect_left(places, position + 1)
            position = places[index] if index < len(places) else position
    return found


def _lone_words(data: bytes) -> dict[bytes, list[int]]:
    """Where each word that stands alone on a line ends: a heredoc may end there."""
    found: dict[bytes, list[int]] = {}
    for match in _LONE_WORD.finditer(data):
        found.setdefault(match[1], []).append(match.end())
    return found
