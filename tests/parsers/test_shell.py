"""Shell scripts read as ShellCommands: names, words, wrappers, variables, pipelines, spans."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block, Document
from iaclint.parsers.embedded import EmbeddedText
from iaclint.parsers.shell import ScriptParse, parse, parse_has_errors, parse_script
from iaclint.parsers.shell_exec import split_command
from iaclint.source import Source, Span


def embedded(text: str, before: str = "", gaps: dict[int, str] | None = None) -> tuple[EmbeddedText, Block]:
    data = (before + text).encode()
    document = Document(Source("Dockerfile", data), "dockerfile", "dockerfile")
    block = Block(document, "instruction", "RUN", span=Span(0, len(data)), header_span=Span(0, 3))
    start = len(before.encode())
    return EmbeddedText(document, data[start:], [(0, start)], gaps=gaps), block


def script(text: str) -> ScriptParse:
    return parse_script(*embedded(text))


def read(text: str) -> list[ShellCommand]:
    return parse(*embedded(text))


def only(text: str, name: str) -> ShellCommand:
    return next(command for command in read(text) if command.name == name)


def texts(command: ShellCommand) -> list[str | None]:
    return [word.text for word in command.words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x a 'b c' \"d e\"", ["a", "b c", "d e"]),
        (r"x a\ b \'c\' \\", ["a b", "'c'", "\\"]),
        (r'''x "a\$b\"c\\d\e"''', ['a$b"c\\d\\e']),
        ("x \"foo\"bar'baz'", ["foobarbaz"]),
        (r"x $'a\tb\x41\101\''", ["a\tbAA'"]),
        ("x '' \"\"", ["", ""]),
        ('x "  a  b  "', ["  a  b  "]),
        ("x a \\\n  b", ["a", "b"]),
        ("x a\\\nb", ["ab"]),
        ("x --opt=1 -y 42 a=b", ["--opt=1", "-y", "42", "a=b"]),
        ("x ~/a *.b c{1,2}", ["~/a", "*.b", "c{1,2}"]),
        ('x "é\'" ü', ["é'", "ü"]),
    ],
)
def test_quotes_and_escapes_are_taken_off(text: str, words: list[str]) -> None:
    assert texts(read(text)[0]) == words


@pytest.mark.parametrize(
    ("text", "parts", "variables"),
    [
        ("x $A", (None,), ("A",)),
        ('x "http://a/${A}/b"', ("http://a/", None, "/b"), ("A",)),
        ('x "  $a   $b  "', ("  ", None, "   ", None, "  "), ("a", "b")),
        ("x a$(b)c", ("a", None, "c"), ()),
        ("x ${A:-b}", (None,), ("A",)),
        ("x a$((1 + 2))", ("a", None), ()),
    ],
)
def test_what_is_unknown_leaves_a_gap(text: str, parts: tuple[str | None, ...], variables: tuple[str, ...]) -> None:
    word = read(text)[0].words[0]

    assert (word.text, word.parts, word.variables) == (None, parts, variables)


def test_what_the_outer_language_blanked_is_a_gap_in_any_quotes() -> None:
    text = "x $____abc '$____' \"a$____\""
    gaps = {2: "version", 12: "token", 21: "home"}

    words = parse(*embedded(text, gaps=gaps))[0].words

    assert [word.parts for word in words] == [(None, "abc"), (None,), ("a", None)]
    assert [word.variables for word in words] == [("version",), ("token",), ("home",)]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("A=1; use $A", "1"),
        ("A=1 && foo && use $A", "1"),
        ("foo && A=1 && use $A", "1"),
        ("foo && A=1; use $A", None),
        ("foo || A=1 && use $A", None),
        ("export A=1 B=2; use $A", "1"),
        ('A="b c"; use "$A"', "b c"),
        ('A="b c"; use $A', None),
        ("A=; use $A", None),
        ("A=1; B=$A.2; use $B", "1.2"),
        ("A=$(x); use $A", None),
        ("A=1; if x; then A=2; fi; use $A", None),
        ("if x; then A=2; use $A; fi", "2"),
        ("A=1; (A=2); use $A", "1"),
        ("(A=2; use $A)", "2"),
        ("A=1; A=2 | x; use $A", "1"),
        ("A=1; for i in a b; do use $A; A=2; done", None),
        ("A=1; for i in a b; do use $A; done", "1"),
        ("for A in a b; do use $A; done", None),
        ("A=1; f() { A=2; }; f; use $A", None),
        ("A=1; read A; use $A", None),
        ("A=1; unset A; use $A", None),
        ("A=1; . ./env; use $A", None),
        ("A=1; eval x; use $A", None),
        ("A=1; A+=2; use $A", None),
        ("A=1; ((A++)); use $A", None),
        ("A=1 foo; use $A", None),
        ("use $A; A=1", None),
        ("{ A=1; }; use $A", "1"),
        ("if A=1; then use $A; fi", "1"),
    ],
)
def test_a_variable_is_known_where_straight_line_code_carries_it(text: str, known: str | None) -> None:
    assert only(text, "use").words[0].text == known


@pytest.mark.parametrize(
    ("text", "name", "wrappers"),
    [
        ("sudo -E -u bob env X=2 curl a", "curl", ("sudo", "env")),
        ("sudo -nu bob curl a", "curl", ("sudo",)),
        ("sudo X=1 curl a", "curl", ("sudo",)),
        ("timeout -k 5 10s wget a", "wget", ("timeout",)),
        ("nice -n 5 ionice -c2 tar x", "tar", ("nice", "ionice")),
        ("stdbuf -oL /usr/bin/curl a", "curl", ("stdbuf",)),
        ("find . | xargs -0 -I {} rm {}", "rm", ("xargs",)),
        ("exec gosu app server", "server", ("exec", "gosu")),
        ("time -p nohup foo", "foo", ("time", "nohup")),
        ("command -v curl", "command", ()),
        ("exec > log", "exec", ()),
        ("env", "env", ()),
        ("sudo $X", "", ("sudo",)),
        ("$(which curl) a", "", ()),
    ],
)
def test_wrappers_are_taken_off(text: str, name: str, wrappers: tuple[str, ...]) -> None:
    command = read(text)[-1] if "which" not in text else read(text)[0]

    assert (command.name, command.wrappers) == (name, wrappers)


def test_assignments_before_a_command_are_its_own() -> None:
    command = read("A=1 B='x y' sudo C=3 env D=4 foo E=5")[0]

    assert {name: word.text for name, word in command.assignments.items()} == {"A": "1", "B": "x y", "C": "3", "D": "4"}
    assert texts(command) == ["E=5"]


@pytest.mark.parametrize(
    ("text", "pipelines"),
    [
        ("a | b && c", [["a", "b"], ["a", "b"], ["c"]]),
        ("a && b 2>&1 | c", [["a"], ["b", "c"], ["b", "c"]]),
        ("a && b >x && c 2>&1 | d > y", [["a"], ["b"], ["c", "d"], ["c", "d"]]),
        ("(a) | b", [["a", "b"], ["a", "b"]]),
        ("(a; b) | c", [["a"], ["b"], ["c"]]),
        ("a |& b", [["a", "b"], ["a", "b"]]),
        ("! a | b", [["a", "b"], ["a", "b"]]),
        ("if a; then b; fi | c", [["a"], ["b"], ["c"]]),
    ],
)
def test_pipelines_follow_precedence_whatever_the_redirections(text: str, pipelines: list[list[str]]) -> None:
    assert [[member.name for member in command.pipeline] for command in read(text)] == pipelines


def test_commands_come_in_source_order_with_separator_and_context() -> None:
    text = (
        "a && b || c; d &\ne | f\nif g; then h; elif i; then j; else k; fi\n"
        "while l; do m; done\nfor x in $(n); do o; done\ncase $x in y) p;; z) q;; esac\n"
        "r() { s; }\n(t)\n{ u; }\nv $(w `x`)\n[ -f y ]\n"
    )

    found = [(command.name, command.separator, command.context) for command in read(text)]

    assert found == [
        ("a", "", ""), ("b", "&&", ""), ("c", "||", ""), ("d", ";", ""), ("e", "&", ""), ("f", "|", ""),
        ("g", "", "test"), ("h", "", "if"), ("i", "", "test"), ("j", "", "if"), ("k", "", "if"),
        ("l", "", "test"), ("m", "", "loop"), ("n", "", "substitution"), ("o", "", "loop"),
        ("p", "", "if"), ("q", "", "if"), ("s", "", "function"), ("t", "", "subshell"), ("u", "", ""),
        ("v", "newline", ""), ("w", "", "substitution"), ("x", "", "substitution"), ("[", "newline", ""),
    ]


def test_redirections_are_no_words() -> None:
    command = read("a > x b 2>&1 c")[0]

    assert texts(command) == ["b", "c"]
    found = [(redirect.operator, redirect.target.text if redirect.target else None) for redirect in command.redirects]
    assert found == [(">", "x"), ("2>&", "1")]


def test_a_here_string_is_a_redirection() -> None:
    redirect = read("a <<< 'b c'")[0].redirects[0]

    assert redirect.target is not None
    assert (redirect.operator, redirect.target.text) == ("<<<", "b c")


def test_here_documents_hide_their_text_and_show_their_substitutions() -> None:
    commands = read("cat <<EOF > x && foo\nrm -rf $(bar)\nEOF\nnext\n")

    assert [command.name for command in commands] == ["cat", "foo", "bar", "next"]


def test_spans_are_those_of_the_file() -> None:
    text, before = "sudo curl -k \"http://é/$A\" | sh", "RUN \xe9"
    commands = parse(*embedded(text, before))
    source = commands[0].document.source

    assert [source.slice(command.span) for command in commands] == ['sudo curl -k "http://é/$A"', "sh"]
    assert [source.slice(word.span) for word in commands[0].words] == ["-k", '"http://é/$A"']


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("bash -c 'curl a | sh'", ["bash", "curl", "sh"]),
        ('sh -c "curl a | sh"', ["sh", "curl", "sh"]),
        ("bash -euxo pipefail -c 'a && b'", ["bash", "a", "b"]),
        ("sudo su - bob -c 'a'", ["su", "a"]),
        ("bash script.sh -c 'a'", ["bash"]),
        ("bash -c \"a 'b' \\\"c\\\"; d\"", ["bash", "a", "d"]),
        ("bash -c 'a'\"b\"", ["bash"]),
        ("bash -c \"sh -c 'a'\"", ["bash", "sh", "a"]),
    ],
)
def test_scripts_given_to_a_shell_are_read_too(text: str, names: list[str]) -> None:
    assert [command.name for command in read(text)] == names


def test_commands_of_an_inner_script_have_exact_places() -> None:
    text = 'bash -c "curl \\"$U\\" -k | sh"'
    curl = only(text, "curl")

    assert curl.document.source.slice(curl.span) == 'curl \\"$U\\" -k'
    assert [word.parts for word in curl.words] == [(None,), ("-k",)]
    assert curl.words[0].variables == ("U",)
    assert curl.document.source.slice(curl.words[0].span) == '\\"$U\\"'


def test_what_stands_outside_errors_is_given() -> None:
    text = "curl a; ) b; foo"

    assert parse_has_errors(*embedded(text))
    assert "curl" in [command.name for command in read(text)]
    assert not parse_has_errors(*embedded("curl a"))


@pytest.mark.parametrize("text", ["$(" * 3000, "(" * 3000, "if x; then " * 2000, '"$(' * 1500, "bash -c '" * 50, ""])
def test_deep_nesting_neither_fails_nor_hangs(text: str) -> None:
    read(text)


def test_a_command_split_without_a_shell_has_only_words() -> None:
    command = split_command(*embedded("/usr/bin/curl 'a b' \"c\\\"d\" | sh $HOME/x && y"))

    assert command is not None
    assert command.name == "curl"
    assert texts(command) == ["a b", 'c"d', "|", "sh", None, "&&", "y"]
    assert command.words[4].parts == (None, "/x")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab $(){}[]|&;<>'\"`\\\n=-#!", max_size=60))
def test_any_text_is_read_with_words_in_its_bounds(text: str) -> None:
    found = script(text)

    for command in found.commands:
        assert 0 <= command.span.start <= command.span.end <= len(text)
        for word in [command.name_word, *command.words, *command.wrapper_words]:
            assert 0 <= word.span.start <= word.span.end <= len(text)
        assert command in command.pipeline


def test_words_of_real_dockerfiles_are_what_stands_there() -> None:
    from iaclint.aspects.shell import commands
    from iaclint.parsers.dockerfile import parse as parse_dockerfile

    folder = Path(__file__).parents[2] / "fixtures"
    for path in sorted(folder.rglob("Dockerfile*")):
        document = parse_dockerfile(Source(str(path), path.read_bytes()))
        for block in document.walk():
            for command in commands(block):
                if isinstance(command.script, ScriptParse) and "\\" not in command.name_word.raw:
                    assert document.source.slice(command.name_word.span) == command.name_word.raw
