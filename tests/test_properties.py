"""What holds for any bytes: positions go there and back, edits touch nothing else, no input brings the engine down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iaclint.edits.edit import Edit, EditConflict, apply, merge
from iaclint.source import BOM, Source, Span
from tests.running import FIXTURES, lint

LINES = st.text(st.sampled_from("ab \t#={}é€𝄞\n\r\u2028\x0c\ufeff"), max_size=40)
"""Text with characters of one to four bytes, all newlines, and what only looks like one."""
SOURCES = st.builds(lambda bom, text: Source("f", (BOM if bom else b"") + text.encode()), st.booleans(), LINES)
DIRTY = st.binary(max_size=60).map(lambda data: Source("f", data))


def boundaries(source: Source) -> list[int]:
    """Byte offsets at which a code point starts, and the end; those within CRLF left out."""
    offsets = [source.byte_offset(index) for index in range(len(source.text) + 1)]
    return [at for at in offsets if source.data[at - 1 : at + 1] != b"\r\n"]


@given(SOURCES)
def test_position_and_offset_go_there_and_back(source: Source) -> None:
    for offset in boundaries(source):
        position = source.position(offset)

        assert position.offset == offset
        assert source.offset_at(position.line, position.column) == offset


@given(SOURCES)
def test_utf16_columns_go_there_and_back(source: Source) -> None:
    for offset in boundaries(source):
        line, column = source.line_number(offset), source.utf16_column(offset)

        assert source.offset_at_utf16(line, column) == offset


@given(SOURCES)
def test_utf16_columns_count_as_editors_do(source: Source) -> None:
    for offset in boundaries(source):
        line_start = max(source.line_starts[source.line_number(offset) - 1], min(source.start, offset))
        prefix = source.data[line_start:offset].decode()

        assert source.utf16_column(offset) == len(prefix.encode("utf-16-le")) // 2


@given(SOURCES)
def test_lines_and_their_ends_are_the_whole_file(source: Source) -> None:
    pieces = []
    for number, start in enumerate(source.line_starts, 1):
        end = source.line_starts[number] if number < len(source.line_starts) else len(source.data)
        span = source.line_span(number)
        pieces.append(source.data[start:end])

        assert span.start == start
        assert source.data[span.end : end] in (b"", b"\n", b"\r\n", b"\r")
        assert b"\n" not in source.data[span.start : span.end]

    assert b"".join(pieces) == source.data


@given(SOURCES, st.data())
def test_slice_of_a_span_is_its_text(source: Source, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(source.text)))
    last = data.draw(st.integers(first, len(source.text)))

    assert source.slice(Span(source.byte_offset(first), source.byte_offset(last))) == source.text[first:last]


@given(DIRTY)
def test_bytes_that_are_no_utf8_have_positions_too(source: Source) -> None:
    for offset in range(source.start, len(source.data) + 1):
        position = source.position(offset)

        assert 1 <= position.line <= len(source.line_starts)
        assert 1 <= position.column <= offset + 1
    assert source.text.encode("utf-8", "surrogateescape") == source.data[source.start :]


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """Bytes, and Edits of them that do not overlap, in any order."""
    data = draw(st.binary(max_size=80))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    edits = [
        Edit("f", Span(start, end), draw(st.text("xyz\n€", max_size=5)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return data, draw(st.permutations(edits))


@given(edited())
def test_bytes_outside_edits_stay_and_edits_stand_where_they_should(case: tuple[bytes, list[Edit]]) -> None:
    data, edits = case
    try:
        ordered = merge(edits)
    except EditConflict:
        return
    after, at, read = apply(data, edits), 0, 0
    for edit in ordered:
        kept, text = data[read : edit.span.start], edit.text.encode()

        assert after[at : at + len(kept)] == kept
        assert after[at + len(kept) : at + len(kept) + len(text)] == text

        at, read = at + len(kept) + len(text), edit.span.end
    assert after[at:] == data[read:]


@given(edited())
def test_equal_edits_count_once(case: tuple[bytes, list[Edit]]) -> None:
    data, edits = case
    try:
        once = apply(data, edits)
    except EditConflict:
        return

    assert apply(data, [*edits, *edits]) == once


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
def test_edits_that_want_the_same_bytes_are_refused(start: int, length: int, other: int, reach: int) -> None:
    first, second = Span(start, start + length), Span(other, other + reach)
    edits = [Edit("f", first, "a"), Edit("f", second, "b")]
    if first.overlaps(second):
        with pytest.raises(EditConflict):
            merge(edits)
    else:
        assert len(merge(edits)) == 2


# --- the engine ---------------------------------------------------------------------------


def seeds() -> list[Path]:
    """Small real files of every language."""
    folders = (FIXTURES / "projects", FIXTURES / "broken", FIXTURES / "syntax")
    files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    suffixes = (".tf", ".yml", ".dockerfile", ".cfg")
    return [file for file in files if file.suffix in suffixes or file.name == "Dockerfile"]


NOISE = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b"(", b")", b"|", b'"', b"'", b"#", b"`", b"\0", b"\t", b"\n", b"\r\n"),
        *(b"${", b"$(", b"{{ ", b"%}", b"<<EOT\n", b"\\\n", b"- ", b": ", b"&a ", b"*a ", b"!vault |\n"),
        *(b"\xff", b"\xef\xbb\xbf", b"\xf0\x9d\x84\x9e"),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A real file after a few cuts, doublings and insertions of what parsers stumble over."""
    file = draw(st.sampled_from(seeds()))
    data = file.read_bytes()
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        until = draw(st.integers(at, min(len(data), at + 40)))
        change = draw(st.sampled_from(["insert", "cut", "double", "truncate"]))
        if change == "insert":
            data = data[:at] + draw(NOISE) + data[at:]
        elif change == "cut":
            data = data[:at] + data[until:]
        elif change == "double":
            data = data[:until] + data[at:until] + data[until:]
        else:
            data = data[:at]
    return file.name, data


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(mutated())
def test_no_mutation_of_a_file_brings_the_engine_down(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, bytes]
) -> None:
    """Whatever stands in a file: a report comes back, nothing of ours crashes, every place lies in the file."""
    name, data = case
    folder = tmp_path_factory.mktemp("mutated")
    (folder / name).write_bytes(data)
    report = lint(folder)

    assert [error for error in report.errors if "crash" in error.message or "internal" in error.message] == []
    for finding in report.findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(data)
        assert finding.start.line >= 1
        assert finding.message


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(mutated())
def test_fixing_a_mutated_file_never_breaks_it_further(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, bytes]
) -> None:
    name, data = case
    folder = tmp_path_factory.mktemp("mutated")
    (folder / name).write_bytes(data)
    before = sum(finding.rule.name == "syntax-error" for finding in lint(folder).findings)
    lint(folder, fix=True)
    once = (folder / name).read_bytes()
    after = sum(finding.rule.name == "syntax-error" for finding in lint(folder, fix=True).findings)

    assert after <= before
    assert (folder / name).read_bytes() == once
