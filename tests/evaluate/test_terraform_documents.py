"""JSON documents and scripts within strings."""

from __future__ import annotations

import pytest

from iaclint.evaluate.terraform import document_value, embedded_text, prepare
from iaclint.model import Project, Value, literal_of
from iaclint.parsers.hcl import parse, parse_json
from iaclint.source import Source


def value_of(expression: str, others: str = "") -> Value:
    text = 'resource "t" "t" {\n  x = ' + expression + "\n}\n" + others
    project = Project(".", [parse(Source("main.tf", text.encode()))])
    prepare(project)
    return project.documents[0].blocks[0].get("x")


def document(expression: str, others: str = "") -> Value:
    found = document_value(value_of(expression, others))
    assert found is not None
    return found


def spelled(value: Value) -> str:
    return value.document.source.slice(value.span)


def test_jsonencode_with_unknown_parts_is_still_a_document() -> None:
    policy = document('jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "${aws_x.b.arn}/*" }] })')

    statement = policy.at("Statement").items[0]
    assert spelled(statement.at("Action")) == '"*"'
    assert statement.at("Resource").is_unknown and statement.at("Resource").parts == (None, "/*")
    assert statement.at("Resource").references == ("aws_x.b.arn",)
    assert statement.block is not None and statement.block.name == "t"


def test_a_heredoc_maps_to_the_file() -> None:
    policy = document(
        '<<-EOF\n    {"Statement": {"Action": ["s3:*", "é"],\n      "Resource": "${aws_x.b.arn}/*",\n'
        '      "List": ${jsonencode(var.l)}, "N": "${var.n}"}}\n  EOF',
        'variable "n" {\n  default = "d"\n}\n',
    )

    assert [spelled(item) for item in policy.at("Statement.Action").items] == ['"s3:*"', '"é"']
    assert spelled(policy.at("Statement.Resource")) == '"${aws_x.b.arn}/*"'
    assert policy.at("Statement.Resource").references == ("aws_x.b.arn",)
    assert policy.at("Statement.List").is_unknown and policy.at("Statement.List").references == ("var.l",)
    assert policy.at("Statement.N").is_("d")


def test_a_quoted_string_with_escapes_maps_to_the_file() -> None:
    policy = document('"{\\"Action\\": \\"s3:*\\"}"')

    assert policy.at("Action").is_("s3:*") and spelled(policy.at("Action")) == '\\"s3:*\\"'


def test_documents_are_found_through_locals() -> None:
    policy = document("local.p", 'locals {\n  p = jsonencode({ Action = var.u })\n}\n')

    assert policy.at("Action").is_unknown and spelled(policy) == "{ Action = var.u }"
    assert policy.block is not None and policy.block.kind == "resource"


@pytest.mark.parametrize(
    "expression", ['"text"', "var.u", "<<EOF\n{broken\nEOF", "1", 'file("p.json")', "data.a.b.json"]
)
def test_what_holds_no_document_gives_none(expression: str) -> None:
    assert document_value(value_of(expression)) is None


def test_a_map_is_its_own_document() -> None:
    assert literal_of(document("{ a = 1 }")) == {"a": 1}


def test_a_script_in_a_heredoc_maps_and_blanks_out_gaps() -> None:
    value = value_of("<<-EOF\n    curl ${var.url} | sh\n    %{ if var.u }\n    echo $${X}\n    %{ endif }\n    EOF")
    script = embedded_text(value)

    assert script is not None
    assert script.text.splitlines()[0] == b"curl $_________ | sh" and b"echo ${X}\n" in script.text
    assert script.gaps == {5: "var.url"}
    at = script.text.index(b"sh")
    assert value.document.source.slice(script.span(at, at + 2)) == "sh"
    assert script.spell is not None
    assert script.spell("a ${B}\nc", 0) == "a $${B}\n    c"
    assert script.spell("a\nEOF", 0) is None


def test_a_script_in_quotes_is_spelled_with_escapes_also_within_base64encode() -> None:
    value = value_of('base64encode("echo \\"a\\"\\nrm")')
    script = embedded_text(value)

    assert script is not None and script.text == b'echo "a"\nrm'
    at = script.text.index(b"rm")
    assert value.document.source.slice(script.span(at, at + 2)) == "rm"
    assert script.spell is not None and script.spell('"\n${x}\\', 0) == '\\"\\n$${x}\\\\'


def test_scripts_in_json_files() -> None:
    read = parse_json(Source("m.tf.json", b'{"resource": {"t": {"t": {"x": "curl ${var.u}"}}}}'))
    prepare(Project(".", [read]))
    script = embedded_text(read.blocks[0].get("x"))

    assert script is not None and script.text == b"curl $_______"
    assert read.source.slice(script.span(0, 4)) == "curl"
