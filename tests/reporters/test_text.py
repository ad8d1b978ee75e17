"""The report for people: code frames, notes, and what it all adds up to; and nothing that harms a terminal."""

from __future__ import annotations

import re

import pytest

from iaclint.engine.api import Report
from iaclint.reporters.frame import frame
from iaclint.reporters.printable import cells, printable, shorten, wrap
from iaclint.reporters.secrets import Secrets
from iaclint.reporters.text import render
from iaclint.source import Source, Span
from tests.reporters.reports import OPEN, SECRET, SOURCE, finding, fixed_report, full_report, place

EXPECTED = """\
main.tf:1:1: high open-port it is wrong
  |
1 | resource "x" "y" {
  | ^^^^^^^^^^^^^^^^
  = why: Whoever finds it walks in.
  = help: name a bucket (needs a value: log-bucket: where the logs go)
  = also: stands for 2 instances: x.y[0], x.y[1]

main.tf:2:2: high open-port it is wrong
  |
2 |     pörts  = "日本" # wide
  |     ^^^^^^^^^^^^^^^
  = why: Whoever finds it walks in.
  = help: say `no` (safe fix, changes in place)
  = also: other.tf:1:1: the value is written here

main.tf:3:3: low plaintext-secret it is wrong
  |
3 |   password = ****
  |   ^^^^^^^^^^^^^^^
  = why: It is in the history for good.
  = help: say `no` (unsafe fix, changes in place)

main.tf:4:3: high open-port it is wrong
  |
4 |   both = **** + 1
  |   ^^^^
  = why: Whoever finds it walks in.
  = help: name the networks that may reach it

main.tf:5:9: high open-port a name with \\x1b[2J in it
  |
5 |   bad = "\\x1b[31m\\u202e"
  |         ^^^^^^^^^^^^^^^^
  = why: Whoever finds it walks in.
  = help: name the networks that may reach it

a\\x1b]0;b\\nc.tf: not checked: is not a regular file
Checked 3 files: 5 findings (4 high, 1 low).
2 findings suppressed.
Not everything could be checked: 1 problem, named above.
2 findings can be repaired: --diff shows how, --fix applies what is safe, --unsafe-fixes the rest.
"""


def test_report_reads_like_this() -> None:
    assert render(full_report(), color=False, width=100) == EXPECTED


def test_colours_change_nothing_but_the_colours() -> None:
    colored = render(full_report(), color=True, width=100)

    assert "\x1b[" in colored
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == EXPECTED


def test_nothing_found_is_said() -> None:
    assert render(Report(files=1), color=False, width=80) == "Checked 1 file: no findings.\n"


def test_account_of_fixing_names_what_is_left_and_adds_up() -> None:
    text = render(fixed_report(), color=False, width=100)

    assert "main.tf:1:1: open-port: needs a value: log-bucket (where the logs go)\n" in text
    assert "main.tf:1:1: open-port: fix withheld: the finding remains after the change\n" in text
    assert "Fixed 2 of 6 findings: 1 no fix, 1 need a value, 1 withheld, 1 left by level.\n" in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_lines_fit_the_terminal(width: int) -> None:
    text = "x" * 50 + ' target = "' + "y" * 500 + '"\n'
    source = Source("main.tf", text.encode())
    one = finding(OPEN, "target", source=source)
    lines = render(Report([one], sources={"main.tf": source}), color=False, width=width).splitlines()

    assert max(map(cells, lines[1:4])) <= width
    assert "target" in lines[2]
    assert lines[2].index("target") == lines[3].index("^^^^^^")
    assert lines[2].count("…") == 2


def mark_of(text: str, at: str) -> tuple[str, str]:
    source = Source("f", text.encode())
    _, code, marks = frame(source, place(at, source), [], width=100, style="high", color=False)
    return code, marks


@pytest.mark.parametrize(
    ("text", "at", "code", "marks"),
    [
        ("ab\tcd\n", "cd", "1 | ab  cd", "  |     ^^"),
        ("日本x\n", "x", "1 | 日本x", "  |     ^"),
        ("e\u0301x\n", "x", "1 | e\u0301x", "  |  ^"),
        ("\ufeffab\n", "ab", "1 | ab", "  | ^^"),
        ("ab {\n  c\n}\n", "b {\n  c\n}", "1 | ab {", "  |  ^^^"),
        ("a\r\nb\r\n", "b", "2 | b", "  | ^"),
    ],
)
def test_mark_stands_below_the_span(text: str, at: str, code: str, marks: str) -> None:
    assert mark_of(text, at) == (code, marks)


def test_empty_span_has_a_caret_even_at_the_end_of_the_file() -> None:
    assert frame(Source("f", b"ab"), Span(2, 2), [], width=80, style="high", color=False)[1:] == ["1 | ab", "  |   ^"]
    assert frame(Source("f", b"ab"), Span(1, 1), [], width=80, style="high", color=False)[2] == "  |  ^"
    assert frame(Source("f", b""), Span(0, 0), [], width=80, style="high", color=False)[2] == "  | ^"


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    source = Source("f", b'x = "caf\xe9"\n')

    assert frame(source, Span(0, 1), [], width=80, style="high", color=False)[1] == '1 | x = "caf\\xe9"'


def test_file_of_one_endless_line_is_cut() -> None:
    source = Source("f", b"a" * 5_000_000 + b"TARGET" + b"b" * 5_000_000)
    code = frame(source, Span(5_000_000, 5_000_006), [], width=80, style="high", color=False)[1]

    assert "TARGET" in code
    assert cells(code) <= 80


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "kept"),
    [
        ('password = "hunter2"', "password = "),
        ("ENV_NAME=hunter2", "ENV_NAME="),
        ("password: hunter2", "password: "),
        ('"password": "hunter2"', '"password": '),
        ('"hunter2"', ""),
        ("user:hunter2", ""),
        ("aHVudGVyMg==", ""),
        ("https://u:hunter2@h", ""),
        ("-phunter2", ""),
    ],
)
def test_secret_is_masked_but_not_its_name(span: str, kept: str) -> None:
    source = Source("f", span.encode())
    one = finding(SECRET, span, source=source)
    (mask,) = Secrets([one], {"f": source}).within("f", Span(0, len(source.data)))

    assert source.slice(Span(0, mask.start)) == kept
    assert mask.end == len(source.data)


def test_secret_over_several_lines_shows_none_of_them() -> None:
    text = "key = <<EOT\nhunter2\nhunter3\nEOT\nopen = 1\n"
    source = Source("f", text.encode())
    secret = finding(SECRET, "<<EOT\nhunter2\nhunter3\nEOT", source=source)
    others = [finding(OPEN, "hunter2", source=source), finding(OPEN, "hunter3", source=source)]
    report = render(Report([secret, *others], sources={"f": source}), color=False, width=80)

    assert "hunter" not in report


def test_suppressed_secret_is_masked_in_the_frames_of_others() -> None:
    text = render(full_report(), color=False, width=100)

    assert "hunter" not in text


# --- text -----------------------------------------------------------------------------------------


def test_printable_leaves_text_and_escapes_the_rest() -> None:
    assert printable("plain ä 日本") == "plain ä 日本"
    assert printable("\x1b\t\n\x7f\u202e\u2028\udce9\U000e0001") == "\\x1b\\t\\n\\x7f\\u202e\\u2028\\xe9\\U000e0001"


def test_shorten_and_wrap_count_cells() -> None:
    assert shorten("日本語", 6) == "日本語"
    assert shorten("日本語x", 6) == "日本…"
    assert wrap("aa bb cc", 5, "  ") == "aa bb\n  cc"
    assert wrap("aaaaaaaa b", 4, " ") == "aaaaaaaa\n b"


def test_source_of_the_report_is_the_one_in_use() -> None:
    """A guard for the tests above: the text holds what they look for."""
    assert b"hunter2" in SOURCE.data
    assert b"hunter3" in SOURCE.data
