"""The YAML tree: exact spans, everything kept, nothing raised."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.model.block import Document
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.yaml import YamlFile, YamlNode, embedded_text, merged_pairs, parse, pieces
from iaclint.source import Source, Span


def read(data: bytes) -> YamlFile:
    return parse(Source("x.yml", data))


def root(data: bytes) -> YamlNode:
    node = read(data).documents[0]
    assert node is not None
    return node


def text(data: bytes, span: Span) -> bytes:
    return data[span.start : span.end]


def value(data: bytes, key: str = "a") -> YamlNode:
    node = root(data).get(key)
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("data", "whole", "content", "meaning"),
    [
        (b"a: b c  # x\n", b"b c", b"b c", "b c"),
        (b"a: 'it''s'\n", b"'it''s'", b"it''s", "it's"),
        (b'a: "x\\n" \n', b'"x\\n"', b"x\\n", "x\n"),
        (b"a: |  # x\n  b\n   c\n\n\n# d\n", b"|  # x\n  b\n   c", b"  b\n   c", "b\n c\n"),
        (b"a: |+\n  b\n\n\nc: d\n", b"|+\n  b\n\n", b"  b", "b\n\n\n"),
        (b"a: >-\n  b\n  c\n", b">-\n  b\n  c", b"  b\n  c", "b c"),
        (b"a: |\r\n  b\r\nc: d\r\n", b"|\r\n  b", b"  b", "b\n"),
        (b"a: |\nb: c\n", b"|", b"", ""),
        (b"a: !vault |\n  x\n", b"!vault |\n  x", b"  x", "x\n"),
        (b"a: &n !t  'x'\n", b"&n !t  'x'", b"x", "x"),
        (b"a: b\n  c\n", b"b\n  c", b"b\n  c", "b c"),
        (b"\xef\xbb\xbfa: b\n", b"b", b"b", "b"),
        ("ä: ö\na: ü\n".encode(), "ü".encode(), "ü".encode(), "ü"),
        ("ä: \U0001f600\na: ü # x\n".encode(), "ü".encode(), "ü".encode(), "ü"),
        (b"{a: b}\n", b"b", b"b", "b"),
        (b"a:\tb\n", b"b", b"b", "b"),
    ],
)
def test_a_scalar_knows_its_bytes(data: bytes, whole: bytes, content: bytes, meaning: str) -> None:
    node = value(data)

    assert (text(data, node.span), text(data, node.content_span), node.value) == (whole, content, meaning)


@pytest.mark.parametrize(
    ("data", "whole", "style"),
    [
        (b"a:\n  b: c  # x\n# y\n\nd: e\n", b"b: c", "block"),
        (b"a:\n- b\n# y\n- c: d\nd: e\n", b"- b\n# y\n- c: d", "block"),
        (b"a: [b, {c: d} ]  # x\n", b"[b, {c: d} ]", "flow"),
        (b"a: {}\n", b"{}", "flow"),
        (b"a: &x\n  - b\n", b"&x\n  - b", "block"),
        (b"a:\n  b:\n  # x\nd: e\n", b"b:", "block"),
    ],
)
def test_a_collection_ends_with_its_last_content(data: bytes, whole: bytes, style: str) -> None:
    node = value(data)

    assert (text(data, node.span), node.style) == (whole, style)


@pytest.mark.parametrize(
    ("data", "at"), [(b"a:\n# x\nb: 1\n", 2), (b"a:  # x\n", 2), (b"{a: }", 3), (b"? a\n? b\n", 3), (b"{a, b}", 2)]
)
def test_an_empty_value_stands_right_behind_the_colon(data: bytes, at: int) -> None:
    assert value(data).span == Span(at, at)


def test_a_pair_within_a_flow_list_ends_with_its_value() -> None:
    data = b"a: [b: c  , d]\n"

    assert text(data, value(data).items[0].span) == b"b: c"


def test_aliases_are_kept_and_lead_to_their_node() -> None:
    node = root(b"a: &x {y: 1}\nb: *x\n")
    alias = node.pairs[1][1]

    assert (alias.kind, alias.value, alias.resolved()) == ("alias", "x", node.pairs[0][1])


@pytest.mark.parametrize("data", [b"a: *x\n", b"&x [*x]\n", b"&x a: *x\n---\n- *x\n"])
def test_an_alias_without_a_complete_node_is_a_problem(data: bytes) -> None:
    file = read(data)

    if data.startswith(b"&x a"):
        # the anchor of a key is complete, but does not reach the next document
        assert len(file.problems) == 1
    else:
        assert "undefined alias *x" in file.problems[0].message
    assert all(node.target is None for node in file.nodes() if node.kind == "alias") or data.startswith(b"&x a")


def test_an_alias_bomb_costs_nothing() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    file = read("\n".join(lines).encode())

    assert not file.problems
    assert len(list(file.nodes())) < 600


def test_duplicate_keys_are_kept_and_named() -> None:
    file = read(b"a: 1\n'a': 2\n<<: {}\n<<: {}\nb: {c: 1, d: 2, c: 3}\n1: x\ntrue: y\n")

    assert [(later.span.start, first.span.start) for later, first in file.duplicates] == [(5, 0), (42, 30)]
    node = file.documents[0]
    assert node is not None
    assert node.get("a") is node.pairs[1][1]


def test_merge_keys_give_what_the_mapping_does_not_override() -> None:
    node = root(b"- &x {a: 1, b: 1}\n- &y {<<: *x, b: 2, c: 2}\n- {<<: [*y, *x], c: 3}\n- {'<<': 1}\n")

    merged = [{key.value: below.value for key, below in merged_pairs(item)} for item in node.items]

    assert merged[2] == {"a": "1", "b": "2", "c": "3"}
    assert merged[3] == {"<<": "1"}


def test_merging_along_a_bomb_of_aliases_ends() -> None:
    lines = ["- &a0 {k: v}"] + [f"- &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30)]
    node = root("\n".join(lines).encode())

    assert [key.value for key, _ in merged_pairs(node.items[-1])] == ["k"]


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("", None), ("~", None), ("null", None), ("yes", True), ("Off", False), ("TRUE", True), ("y", "y"),
        ("12", 12), ("0644", 420), ("0o644", "0o644"), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("-1", -1),
        ("1:30", 90), ("1.5", 1.5), ("1e3", "1e3"), ("1.0e+3", 1000.0), (".inf", float("inf")), ("0.0.0.0", "0.0.0.0"),
        ("2020-01-01", "2020-01-01"), ("'12'", "12"), ('"yes"', "yes"), ("!!str 12", "12"), ("!!int '12'", 12),
        ("!vault 12", "12"), ("089", "089"), ("a: b", None),
    ],
)  # fmt: skip
def test_a_scalar_means_what_ansible_reads(written: str, meaning: object) -> None:
    if written == "a: b":
        assert read(f"k: {written}\n".encode()).problems
        return
    plain = value(f"k: {written}\n".encode(), "k").plain()

    assert (plain, type(plain)) == (meaning, type(meaning))


@pytest.mark.parametrize(
    ("data", "message", "keys"),
    [
        (b"a: 1\nb: c: d\n", "invalid YAML: mapping values are not allowed in this context", ["a", "b"]),
        (b"a: 1\nb: [c\nd: e\n", "invalid YAML: did not find expected", ["a", "b"]),
        (b"a: 1\nb: 'c\n", "invalid YAML: found unexpected end of stream", ["a"]),
        (b"a: \x07\n", "invalid YAML: control characters are not allowed", []),
        (b"a: 1\nb: \xff\n", "not UTF-8", ["a", "b"]),
    ],
)
def test_what_stands_before_an_error_is_kept(data: bytes, message: str, keys: list[str]) -> None:
    file = read(data)

    assert file.problems[0].message.startswith(message)
    node = file.documents[0] if file.documents else None
    assert [key.value for key, _ in node.pairs] == keys if node else keys == []


def test_documents_before_an_error_are_whole_and_the_broken_one_says_so() -> None:
    file = read(b"a: 1\n---\nb: {c: 1, d\n")
    first, second = file.documents

    assert first is not None and second is not None
    assert (first.is_cut, second.is_cut) == (False, True)


def test_empty_documents_are_none() -> None:
    assert read(b"---\n---\na: 1\n---\n").documents[0] is None
    assert read(b"# only a comment\n").documents == []


@pytest.mark.parametrize("opening", [b"[", b"{a: ", b"- "])
def test_deep_nesting_is_a_problem(opening: bytes) -> None:
    file = read(opening * 5000)

    assert "nested more than 200 levels deep" in file.problems[0].message


def test_comments_are_told_from_text() -> None:
    data = (
        b"# iaclint: one\na: 'x # iaclint: no'\nb: x#iaclint:no\nc: |  # iaclint: two\n  # iaclint: no\n"
        b"d: e # and iaclint: three\n# other\nf: [g, # iaclint: four\n  h]\n"
    )

    assert [text(data, span) for span in read(data).comments] == [
        b"# iaclint: one", b"# iaclint: two", b"# and iaclint: three", b"# iaclint: four",
    ]  # fmt: skip


NASTY = st.lists(
    st.sampled_from(
        ["a", ": ", ":", "- ", "\n", "  ", "[", "]", "{", "}", ",", "'", '"', "|", ">", "|+\n", "&x ", "*x", "!t ",
         "# ", "\r\n", "\t", "é", "\U0001f600", "? ", "---\n", "...\n", "\\", "{{ x }}", "\u2028", "\ufeff", "\x00"]
    ), max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=60), NASTY.map(str.encode)))
def test_any_bytes_are_read_and_given_back(data: bytes) -> None:
    file = parse(Source("x", data), comments_with=re.compile(b"a"))

    assert b"".join(pieces(file)) == data
    document = document_of(file)
    for node in file.nodes():
        assert 0 <= node.span.start <= node.content_span.start <= node.content_span.end
        assert node.span.end <= len(data)
        embedded_text(node, document)


# --- embedded text ------------------------------------------------------------------


def document_of(file: YamlFile) -> Document:
    document = Document(file.source, "ansible", "tasks")
    document.tree = file
    return document


def embedded(data: bytes, jinja: bool = True) -> EmbeddedText:
    file = read(data)
    node = file.documents[0]
    assert node is not None
    below = node.get("a")
    assert below is not None
    found = embedded_text(below, document_of(file), jinja)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("data", "inner"),
    [
        (b"a: x y # c\n", b"x y"),
        (b"a: 'it''s'\n", b"it's"),
        (b'a: "x \\"y\\" \\u00e4\\\n   z\n  w"\n', 'x "y" äz w'.encode()),
        (b"a: |\n  x\n    y\n\n  z\n", b"x\n  y\n\nz\n"),
        (b"a: |2\n    x\n   y\n", b"  x\n y\n"),
        (b"a: |-\r\n  x\r\n  y\r\n", b"x\ny"),
        (b"a: >\n  x\n  y\n\n  z\n    w\n  v\n", b"x y\nz\n  w\nv\n"),
        (b"a: x\n  y\n\n  z\n", b"x y\nz"),
        ("a: 'ä {{ ö }}'\n".encode(), "ä $________".encode()[:-1]),
    ],
)
def test_embedded_text_is_what_the_scalar_means(data: bytes, inner: bytes) -> None:
    found = embedded(data)

    assert found.text == inner


def test_places_in_embedded_text_lead_back_to_the_file() -> None:
    data = b"a: |\r\n    one\r\n    two 'x'\r\n"
    found = embedded(data)
    at = found.text.index(b"two")

    assert text(data, found.span(at, at + 3)) == b"two"


def test_a_range_takes_in_whole_escapes() -> None:
    data = b"a: 'x ''y'' z'\n"
    found = embedded(data)

    assert text(data, found.span(2, 5)) == b"''y''"


def test_jinja_is_blanked_at_the_same_length_and_named() -> None:
    found = embedded(b"a: |\n  x {{ y['}}'] }}{% if z %} {# c #} {{ open\n")

    assert found.text == b"x $____________$_________ $______ {{ open\n"
    assert found.gaps == {2: "y['}}']", 15: "{% if z %}", 26: "{# c #}"}


def test_raw_text_is_no_jinja() -> None:
    found = embedded(b"a: \"{% raw %}{{ x }}{% endraw %}\"\n")

    assert found.text == b"$________{{ x }}$___________"


def test_jinja_is_kept_when_asked() -> None:
    assert embedded(b"a: 'x {{ y }}'\n", jinja=False).text == b"x {{ y }}"


def test_unbalanced_quotes_in_jinja_take_no_quadratic_time() -> None:
    found = embedded(b"a: |\n  " + b"{{ ' }} " * 50_001 + b"{{ " * 50_000 + b"\n")

    assert found.text.startswith(b"$______")


@pytest.mark.parametrize(
    ("data", "at", "new", "spelled"),
    [
        (b"a: xy\n", 1, " --flag", " --flag"),
        (b"a: xy\n", 1, ": ", None),
        (b"a: xy\n", 1, " #", None),
        (b"a: xy\n", 1, "\n", None),
        (b"a: xy\n", 2, ":", None),
        (b"a: xy\n", 0, "- ", None),
        (b"a: xy\n", 0, "\"", None),
        (b"a: xy\n", 1, ",", ","),
        (b"{a: xy}\n", 1, ",", None),
        (b"a: 'xy'\n", 1, "it's", "it''s"),
        (b"a: 'xy'\n", 1, "\n", None),
        (b'a: "xy"\n', 1, "\"\\\n", '\\"\\\\\\n'),
        (b"a: |\n    xy\n", 1, "b\nc", "b\n    c"),
        (b"a: |\r\n  xy\r\n", 1, "b\n\nc", "b\r\n\r\n  c"),
        (b"a: >\n  xy\n", 1, "b c", "b c"),
        (b"a: >\n  xy\n", 1, "b\nc", None),
        (b"a: 'xy'\n", 1, "\x07", None),
    ],
)
def test_new_text_is_spelled_for_the_style(data: bytes, at: int, new: str, spelled: str | None) -> None:
    found = embedded(data)

    assert found.spell(new, found.offset(at)) == spelled
