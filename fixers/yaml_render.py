"""New YAML text in a file's own habits: quotes, words for booleans, indentation of lists."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iaclint.parsers.yaml_scalars import implicit_tag

if TYPE_CHECKING:
    from iaclint.parsers.yaml import YamlFile, YamlNode

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""What is written: a step's new value with supplied values and expressions filled in."""

_BOOLEANS = {"true": 0, "false": 0, "True": 1, "False": 1, "yes": 2, "no": 2, "Yes": 3, "No": 3}
_SPELLED = (("true", "false"), ("True", "False"), ("yes", "no"), ("Yes", "No"))
_MODE = re.compile(r"0?o?[0-7]{3,4}")
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9a-fA-FxobeE_:.+-]*")
_CONTROL = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Habits:
    """How a file writes things.

    booleans          the words for true and false
    quote             the quote it prefers
    sequence_indent   blanks a list's dashes stand deeper than their key: 0 or the file's step
    step              blanks a nested mapping stands deeper than its key
    newline           between lines
    """

    booleans: tuple[str, str]
    quote: str
    sequence_indent: int
    step: int
    newline: str


def habits_of(file: YamlFile) -> Habits:
    """What a file does mostly; `true`, double quotes and two blanks where it does not say."""
    booleans: Counter[int] = Counter()
    quotes: Counter[str] = Counter()
    sequences: Counter[int] = Counter()
    steps: Counter[int] = Counter()
    for node in file.nodes():
        if node.kind == "scalar":
            if node.style in ("'", '"'):
                quotes[node.style] += 1
            elif not node.style and node.value in _BOOLEANS:
                booleans[_BOOLEANS[node.value]] += 1
        elif node.kind == "mapping" and node.style == "block":
            _count_indents(file, node, sequences, steps)
    spelled = max(range(4), key=lambda index: (booleans[index], -index))
    step = steps.most_common(1)[0][0] if steps else 2
    sequence = max((step, 0), key=lambda indent: sequences[1 if indent else 0])
    return Habits(
        _SPELLED[spelled], "'" if quotes["'"] > quotes['"'] else '"', sequence, step, file.source.newline
    )


def _count_indents(file: YamlFile, node: YamlNode, sequences: Counter[int], steps: Counter[int]) -> None:
    source = file.source
    for key, value in node.pairs:
        if value.style != "block" or source.line_number(key.span.start) == source.line_number(value.content_span.start):
            continue
        deeper = source.position(value.content_span.start).column - source.position(key.span.start).column
        if value.kind == "sequence":
            sequences[1 if deeper > 0 else 0] += 1
        elif value.kind == "mapping" and 0 < deeper <= 8:
            steps[deeper] += 1


def scalar(new: str | int | float | bool | None, habits: Habits, style: str = "", in_flow: bool = False) -> str:
    """A scalar on one line; a string keeps the quote style given and is quoted where it must be."""
    if isinstance(new, bool):
        return habits.booleans[0 if new else 1]
    if new is None:
        return "null"
    if not isinstance(new, str):
        return str(new)
    if _CONTROL.search(new):
        return _double(new)
    if style not in ("'", '"'):
        if not _needs_quotes(new, in_flow):
            return new
        style = habits.quote
        if style == '"' and ('"' in new or "\\" in new):
            style = "'"
        elif style == "'" and "'" in new and '"' not in new and "\\" not in new:
            style = '"'
    return _double(new) if style == '"' else "'" + new.replace("'", "''") + "'"


def _double(text: str) -> str:
    written = []
    for character in text:
        if character in _ESCAPES:
            written.append(_ESCAPES[character])
        elif _CONTROL.match(character):
            code = ord(character)
            short = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
            written.append(short if code < 0x10000 else f"\\U{code:08x}")
        else:
            written.append(character)
    return '"' + "".join(written) + '"'


def _needs_quotes(text: str, in_flow: bool) -> bool:
    if not text or text != text.strip() or implicit_tag(text) != "str" or _MODE.fullmatch(text):
        return True
    # numbers and words that another version of YAML would read differently
    if _NUMBER_LIKE.fullmatch(text) and implicit_tag(text.replace("o", "")) != "str":
        return True
    if text.lower() in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"):
        return True
    if text[0] in ",[]{}#&*!|>'\"%@`" or (text[0] in "-?:" and text[1:2] in ("", " ")):
        return True
    if text.startswith(("---", "...")) or "{{" in text or "{%" in text:
        return True
    if ": " in text or " #" in text or text.endswith(":"):
        return True
    return in_flow and (bool(set(text) & set(",[]{}")) or ":" in text or text[0] in "-?")


def flow(new: Plain, habits: Habits, style: str = "") -> str:
    """A value in flow style, on one line."""
    if isinstance(new, dict):
        pairs = [f"{key_text(key, habits, style)}: {flow(one, habits, style)}" for key, one in new.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(new, list):
        return "[" + ", ".join(flow(one, habits, style) for one in new) + "]"
    return scalar(new, habits, style, in_flow=True)


def key_text(name: str, habits: Habits, style: str = "") -> str:
    """A mapping's key; quoted where its siblings are (as in JSON) or where it must be."""
    return scalar(name, habits, style, in_flow=True)


def entry(name: str, new: Plain, indent: int, habits: Habits) -> list[str]:
    """The lines of `key: value` in block style; the first one without its indentation."""
    head = scalar(name, habits) + ":"
    if isinstance(new, dict) and new:
        return [head, *mapping(new, indent + habits.step, habits)]
    if isinstance(new, list) and new:
        return [head, *sequence(new, indent + habits.sequence_indent, habits)]
    return [f"{head} {_inline(new, habits)}"]


def mapping(new: dict[str, Plain], indent: int, habits: Habits) -> list[str]:
    """The indented lines of a block mapping."""
    lines: list[str] = []
    for name, one in new.items():
        first, *rest = entry(name, one, indent, habits)
        lines += [" " * indent + first, *rest]
    return lines


def sequence(new: list[Plain], indent: int, habits: Habits) -> list[str]:
    """The indented lines of a block sequence."""
    return [line for one in new for line in element(one, indent, habits)]


def element(new: Plain, indent: int, habits: Habits, style: str = "", gap: int = 1) -> list[str]:
    """The indented lines of one `- element`."""
    dash = " " * indent + "-" + " " * gap
    if isinstance(new, dict) and new:
        first, *rest = mapping(new, len(dash), habits)
        return [dash + first.lstrip(" "), *rest]
    if isinstance(new, list | dict):
        return [dash + flow(new, habits)]
    return [dash + scalar(new, habits, style)]


def _inline(new: Plain, habits: Habits) -> str:
    return flow(new, habits) if isinstance(new, list | dict) else scalar(new, habits)
