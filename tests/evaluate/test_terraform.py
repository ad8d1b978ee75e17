"""What arguments of a Terraform module say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iaclint.evaluate.terraform import is_absent, prepare
from iaclint.model import Block, Project, Value, literal_of
from iaclint.parsers.hcl import parse, parse_json
from iaclint.source import Source


def project(*files: str, **named: str) -> Project:
    documents = [parse(Source(f"f{index}.tf", text.encode())) for index, text in enumerate(files)]
    for name, text in named.items():
        path = name.replace("__", ".")
        kind = "tfvars" if "tfvars" in path else "module"
        read = parse_json if path.endswith(".json") else parse
        documents.append(read(Source(path, text.encode()), kind))
    result = Project(".", documents)
    prepare(result)
    return result


def resource(*files: str, **named: str) -> Block:
    return next(block for block in project(*files, **named).walk("resource"))


def value_of(expression: str, *others: str, **named: str) -> Value:
    block = resource('resource "t" "t" {\n  x = ' + expression + "\n}\n", *others, **named)
    return block.get("x")


def spelled(value: Value) -> str:
    return value.document.source.slice(value.span)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"a\\n\\"\\u00e9$${b}%%{c}"', 'a\n"é${b}%{c}'),
        ("<<EOF\n  a\\n\n b\nEOF", "  a\\n\n b\n"),
        ("<<-EOF\n    a\n      b\n\n    c\n    EOF", "a\n  b\n\nc\n"),
        ("<<-EOF\r\n    a\r\n      b\r\n    EOF", "a\r\n  b\r\n"),
        ("-1 + 2 * 3", 5), ("7 / 2", 3.5), ("6 / 2", 3), ("-7 % 3", -1), ("1 / 0", None),
        ("1 < 2 && !(2 <= 1)", True), ('"1" == 1', False), ("[1] == [1]", True), ("null == null", True),
        ("var.u && false", False), ("var.u || true", True), ("var.u && true", None), ("var.u == 1", None),
        ('true ? "a" : "b"', "a"), ('var.u ? "a" : "a"', "a"), ('var.u ? "a" : "b"', None),
        ('"a-${1 + 1}-${true}"', "a-2-true"), ('"${[1, 2]}"', [1, 2]), ('"x ${~ 1 ~} y"', "x1y"),
        ('"%{ if true }y%{ else }n%{ endif }"', "y"), ('"%{ for a in [1, 2] }<${a}>%{ endfor }"', "<1><2>"),
        ("[for v in [1, 2, 3] : v * 2 if v > 1]", [4, 6]), ("{ for k, v in { a = 1 } : upper(k) => v }", {"A": 1}),
        ("{ for v in [1, 2] : \"k\" => v... }", {"k": [1, 2]}), ("[for i, v in [\"a\"] : i]", [0]),
        ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]), ("[[1, 2]][0][1]", 2), ('{ a = { b = 1 } }["a"].b', 1),
        ("[1].0", 1), ("{ a = 1, (\"b\") = 2, \"c\" : 3 }", {"a": 1, "b": 2, "c": 3}),
        ('merge({ a = 1 }, { a = 2, b = 3 })', {"a": 2, "b": 3}), ("concat([1], [2])", [1, 2]),
        ('try({ a = 1 }.b, "d")', "d"), ("try(var.u.b, 1)", None), ("can({}.a)", False), ("can(var.u)", None),
        ('lookup({ a = 1 }, "b", 2)', 2), ("length([1, var.u])", 2), ('join(",", ["a", "b"])', "a,b"),
        ('split(",", "a,b")', ["a", "b"]), ('format("%s-%d", "a", 1)', "a-1"), ('toset(["b", "a", "b"])', ["a", "b"]),
        ('coalesce(null, "", "x")', "x"), ("flatten([[1], [[2]]])", [1, 2]), ('compact(["", "a"])', ["a"]),
        ("keys({ b = 1, a = 2 })", ["a", "b"]), ("values({ b = 1, a = 2 })", [2, 1]), ("distinct([1, 1])", [1]),
        ("contains([1, var.u], 1)", True), ("contains([1, var.u], 2)", None), ("element([1, 2], 3)", 2),
        ('jsonencode({ b = [1, null], a = "x<y" })', '{"a":"x\\u003cy","b":[1,null]}'),
        ('jsondecode("{\\"a\\": [1]}")', {"a": [1]}), ("concat([1, 2]...)", None), ("max([1, 3]...)", 3),
        ('replace("aXa", "a", "b")', "bXb"), ("file(\"x\")", None),
    ],
)  # fmt: skip
def test_an_expression_means(expression: str, expected: object) -> None:
    value = value_of(expression)

    assert value.is_unknown if expected is None else literal_of(value) == expected


def test_items_have_their_own_spans_names_and_holders() -> None:
    value = value_of('{ a = ["0.0.0.0/0"], "b" = "é" }')

    a, b = value.entries.values()
    assert (spelled(a.items[0]), spelled(b)) == ('"0.0.0.0/0"', '"é"')
    assert b.name_span is not None and b.document.source.slice(b.name_span) == '"b"'
    assert a.items[0].block is value.block and a.items[0].argument_path == "x.a"


def test_null_is_missing_but_written() -> None:
    value = value_of("null")

    assert value.is_missing and value.is_written


def test_a_default_stands_at_the_place_of_use_with_its_origin() -> None:
    value = value_of("local.l.a[0]", 'variable "v" {\n  default = "d"\n}\nlocals {\n  l = { a = [var.v] }\n}\n')

    assert value.is_("d") and spelled(value) == "local.l.a[0]" and value.name == "x"
    assert spelled(value.source_value) == '"d"'
    assert value.source_value.block is not None and value.source_value.block.name == "v"
    assert value.references == ("local.l", "var.v")


def test_a_list_from_elsewhere_has_items_that_stand_here() -> None:
    value = value_of("var.v", 'variable "v" {\n  default = ["d"]\n}\n')

    (item,) = value.items
    assert item.holder is value and item.block is value.block
    assert spelled(item) == "var.v" and spelled(item.source_value) == '"d"'


def test_the_chosen_branch_is_the_origin() -> None:
    value = value_of('true ? "a" : var.u')

    assert spelled(value) == 'true ? "a" : var.u' and spelled(value.source_value) == '"a"'
    assert value.references == ("var.u",)
    assert value.source_value.block is value.block


def test_tfvars_win_over_defaults_in_terraforms_order() -> None:
    variable = 'variable "v" {\n  default = 0\n}\n'
    files = {"terraform__tfvars": "v = 1\n", "b__auto__tfvars": "v = 3\n", "a__auto__tfvars": "v = 2\n"}

    assert value_of("var.v", variable).is_(0)
    assert value_of("var.v", variable, x__tfvars="v = 9\n").is_(0)
    assert value_of("var.v", variable, terraform__tfvars="v = 1\n").is_(1)
    assert value_of("var.v", variable, **files).is_(3)
    assert value_of("var.v", variable, **files, c__auto__tfvars__json='{"v": 4}').is_(4)


def test_optional_attributes_take_the_default_of_their_type() -> None:
    variable = 'variable "v" {\n  type = object({ a = optional(bool, true) })\n  default = {}\n}\n'

    assert value_of("var.v.a", variable).is_(True)
    assert value_of("try(var.v.a, false)", variable).is_(True)


def test_cycles_are_unknown() -> None:
    assert value_of("local.a", "locals {\n  a = local.b\n  b = local.a\n}\n").is_unknown
    assert value_of("t.t.x").is_unknown


def test_a_long_chain_of_locals_is_followed() -> None:
    chain = "".join(f"  l{index} = local.l{index + 1}\n" for index in range(2000))

    assert value_of("local.l0", "locals {\n" + chain + "  l2000 = 7\n}\n").is_(7)


@pytest.mark.parametrize(
    "step", ["[local.l{0}, local.l{0}]", '"${{local.l{0}}}${{local.l{0}}}"', "local.l{0} * local.l{0}"]
)
def test_doubling_locals_do_not_explode(step: str) -> None:
    chain = "".join(f"  l{index} = {step.format(index + 1)}\n" for index in range(60))

    assert value_of("local.l0", "locals {\n" + chain + '  l60 = "99999"\n}\n').name == "x"


def test_written_attributes_of_resources_are_known_and_computed_ones_are_not() -> None:
    other = 'resource "aws_x" "o" {\n  name = "n"\n  z = null\n}\n'

    known, computed = value_of("aws_x.o.name", other), value_of("aws_x.o[0].arn", other)
    assert known.is_("n") and known.references == ("aws_x.o.name",)
    assert computed.is_unknown and computed.references == ("aws_x.o.arn",)
    assert value_of("aws_x.o.z", other).is_unknown


@pytest.mark.parametrize(
    ("expression", "references"),
    [
        ("module.m.out.x", ("module.m.out",)),
        ("data.aws_x.y.json", ("data.aws_x.y.json",)),
        ('aws_x.y[var.i].id', ("aws_x.y.id", "var.i")),
        ("aws_x.y[*].id", ("aws_x.y.id",)),
        ('"${aws_x.y.arn}/*"', ("aws_x.y.arn",)),
        ("[for k in var.l : aws_x.y[k].id]", ("var.l", "aws_x.y.id")),
        ("f(aws_x.y.id, path.module, each.key)", ("aws_x.y.id",)),
    ],
)
def test_references_have_no_indices(expression: str, references: tuple[str, ...]) -> None:
    value = value_of(expression)

    assert value.is_unknown and value.references == references


def test_a_template_with_a_gap_keeps_its_parts() -> None:
    value = value_of('"a${local.p}-${1}"', 'locals {\n  p = "b${var.u}c"\n}\n')

    assert value.is_unknown and value.parts == ("ab", None, "c-1")


def test_a_dynamic_block_binds_its_iterator() -> None:
    block = resource(
        'resource "t" "t" {\n  dynamic "ingress" {\n    for_each = var.rules\n    iterator = it\n    content {\n'
        '      port = it.value.port\n      name = it.key\n    }\n  }\n}\n',
        'variable "rules" {\n  default = { a = { port = 22 }, b = { port = 80 } }\n}\n',
    )

    assert [nested.get("port").data for nested in block.blocks] == [22, 80]
    assert [nested.get("name").data for nested in block.blocks] == ["a", "b"]
    assert spelled(block.blocks[0].get("port").source_value) == "22"


@pytest.mark.parametrize(
    ("meta", "absent", "symbolic"),
    [
        ("count = 0", True, False),
        ("count = var.off ? 1 : 0", True, False),
        ("count = 2", False, False),
        ("count = var.u", False, True),
        ("for_each = {}", True, False),
        ("for_each = toset([])", True, False),
        ("for_each = var.u", False, True),
        ("", False, False),
    ],
)
def test_blocks_without_instances_are_absent(meta: str, absent: bool, symbolic: bool) -> None:
    block = resource('resource "t" "t" {\n  ' + meta + '\n}\nvariable "off" {\n  default = false\n}\n')

    assert is_absent(block) is absent and block.is_symbolic is symbolic


def test_each_instance_of_for_each_knows_its_own_element() -> None:
    block = resource(
        'resource "t" "t" {\n  for_each = { a = { p = 1, q = 1 }, b = { p = 1, q = 2 } }\n'
        "  p = each.value.p\n  q = each.value.q\n}\n"
    )
    a, b = block.document.instances(block)
    assert (a.instance, b.instance) == ('["a"]', '["b"]')
    assert a.get("q").is_(1) and b.get("q").is_(2) and b.get("p").is_(1)
    assert block.get("p").is_unknown


def test_strings_of_json_files_are_templates() -> None:
    block = resource(
        m__tf__json='{"resource": {"t": {"t": {"x": "a-${var.v}", "y": "${var.l}", "z": "\\"${var.v}"}}}}',
        v__tf='variable "v" {\n  default = "b"\n}\nvariable "l" {\n  default = ["c"]\n}\n',
    )

    assert block.get("x").is_("a-b") and block.get("y").items[0].is_("c") and block.get("z").is_('"b')
    assert block.get("x").references == ("var.v",)


def test_a_default_in_a_json_file_is_no_template() -> None:
    assert value_of("var.v", m__tf__json='{"variable": {"v": {"default": "${x}"}}}').is_("${x}")


FRAGMENTS = st.sampled_from(
    ["var.v", "local.a", "each.value", "[", "]", "(", ")", '"', "${", "}", "{", "a = ", ",", "1", "?", ":", "for k in ",
     "...", ".*", "[*]", ".x", "[0]", "try(", "merge(", "null", "&&", "==", "-", "%{ if ", "<<-E\n", "\nE\n", " "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_no_expression_raises(expression: str) -> None:
    result = project(
        'resource "t" "t" {\n  x = ' + expression + "\n}\n",
        'locals {\n  a = { x = [1, { x = null }] }\n}\nvariable "v" {\n  default = [{ x = "y" }]\n}\n',
    )

    for block in result.walk():
        for argument in block.arguments.values():
            assert isinstance(argument.value, Value)
