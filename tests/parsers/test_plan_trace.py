"""From a plan back to its source: resource by address, argument by name, elements by what they hold."""

from __future__ import annotations

from iaclint.model.block import Block, Document
from iaclint.model.intent import Append, Applicability, Intent, NewBlock, Remove, ReplaceText, Set
from iaclint.model.value import Value
from iaclint.parsers.hcl import parse as parse_hcl
from iaclint.parsers.plan import read
from iaclint.parsers.plan.document import Plan
from iaclint.parsers.plan.trace import Trace, Traced
from iaclint.source import Source
from tests.planned import Json, plan, resource

GROUP = """
resource "aws_security_group" "g" {
  ingress {
    from_port   = 22
    cidr_blocks = var.admins
  }
  ingress {
    from_port   = 443
    cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"]
  }
}
"""


def source(text: str, module: str = "") -> Document:
    document = parse_hcl(Source("main.tf", text.encode()))
    document.module_path = document.module_instance = module
    return document


def traced(text: str, planned: Json, *more: Document) -> tuple[Trace, Block]:
    found = read(Source("plan.json", plan(planned)))
    (block,) = [block for document in found.documents for block in document.blocks]
    return Trace([source(text), *more]), block


def volume(text: str, values: Json) -> tuple[Trace, Block]:
    return traced(f'resource "aws_ebs_volume" "v" {{\n{text}\n}}\n', resource("aws_ebs_volume.v", values))


def text_of(found: Traced | None) -> str:
    assert found is not None
    node = found.node
    return node.document.source.slice(node.span if isinstance(node, Value) else node.header_span)


def test_an_argument_is_found_where_it_is_written() -> None:
    trace, block = volume("encrypted = var.e\n size = 8", {"encrypted": False, "size": 8})

    assert text_of(trace.node(block.get("encrypted"))) == "var.e"
    assert text_of(trace.node(block)) == 'resource "aws_ebs_volume" "v"'


def test_what_the_source_leaves_out_is_missing_there() -> None:
    trace, block = volume("size = 8", {"encrypted": False, "size": 8})
    for value in (block.get("encrypted"), block.get("kms_key_id")):
        found = trace.node(value)

        assert found is not None
        assert isinstance(found.node, Value)
        assert (found.is_exact, found.node.is_missing, found.contradicts) == (True, True, False)
        assert found.node.document.path == "main.tf"


def test_a_resource_that_the_source_does_not_have_is_not_traced() -> None:
    trace, block = traced('resource "aws_ebs_volume" "other" {}', resource("aws_ebs_volume.v", {"size": 1}))

    assert trace.node(block.get("size")) is None


def test_a_literal_that_is_not_what_is_planned_contradicts() -> None:
    trace, block = volume("encrypted = true\n size = 8\n type = var.t", {"encrypted": False, "size": 8, "type": "gp2"})
    found = {name: trace.node(block.get(name)) for name in ("encrypted", "size", "type")}

    assert {name: one.contradicts for name, one in found.items() if one} == {
        "encrypted": True,
        "size": False,
        "type": False,
    }


def test_values_that_providers_store_in_another_spelling_do_not_contradict() -> None:
    trace, block = volume(
        'size = "8"\n type = "GP2 "\n encrypted = "true"', {"size": 8, "type": "gp2", "encrypted": True}
    )

    assert not any((found := trace.node(block.get(name))) and found.contradicts for name in block.arguments)


def test_blocks_are_told_by_what_they_say_whatever_their_order() -> None:
    https = {"from_port": 443, "cidr_blocks": ["10.0.0.0/8", "192.168.0.0/16"]}
    ssh = {"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    trace, block = traced(GROUP, resource("aws_security_group.g", {"ingress": [https, ssh]}))

    assert [text_of(trace.node(child.get("cidr_blocks"))) for child in block.children("ingress")] == [
        '["10.0.0.0/8", "192.168.0.0/16"]',
        "var.admins",
    ]


def test_blocks_that_cannot_be_told_lead_to_the_resource() -> None:
    text = 'resource "aws_security_group" "g" {\n ingress { x = var.a }\n ingress { x = var.b }\n}'
    rules = [{"from_port": 1}, {"from_port": 2}, {"from_port": 3}]
    trace, block = traced(text, resource("aws_security_group.g", {"ingress": rules}))
    found = trace.node(block.children("ingress")[2].get("from_port"))

    assert found is not None
    assert not found.is_exact
    assert text_of(found) == 'resource "aws_security_group" "g"'


def test_blocks_written_as_an_argument_are_found_in_it() -> None:
    text = 'resource "aws_security_group" "g" {\n ingress = [{ from_port = 22 }, { from_port = 80 }]\n}'
    trace, block = traced(text, resource("aws_security_group.g", {"ingress": [{"from_port": 80}, {"from_port": 22}]}))

    assert [text_of(trace.node(child.get("from_port"))) for child in block.children("ingress")] == ["80", "22"]


def test_elements_of_a_list_are_found_by_their_text() -> None:
    https = {"from_port": 443, "cidr_blocks": ["192.168.0.0/16", "10.0.0.0/8"]}
    trace, block = traced(GROUP, resource("aws_security_group.g", {"ingress": [https]}))
    first = block.at("ingress.cidr_blocks").items[0]

    assert text_of(trace.node(first)) == '"192.168.0.0/16"'


def test_below_an_expression_only_the_expression_is_known() -> None:
    ssh = {"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    trace, block = traced(GROUP, resource("aws_security_group.g", {"ingress": [ssh]}))
    found = trace.node(block.at("ingress.cidr_blocks").items[0])

    assert found is not None
    assert not found.is_exact
    assert text_of(found) == "var.admins"


def test_resources_of_a_module_are_found_in_the_module() -> None:
    text = 'resource "aws_ebs_volume" "v" {\n  size = 8\n}\n'
    inner = resource('module.m["a"].aws_ebs_volume.v', {"size": 9})
    trace, block = traced(text, inner, source(text.replace("8", "9"), "module.m"))

    assert text_of(trace.node(block.get("size"))) == "9"


def test_the_origin_of_a_planned_value_is_the_value_of_the_source() -> None:
    found = read(Source("plan.json", plan(resource("aws_ebs_volume.v", {"size": 8, "encrypted": False}))))
    trace = Trace([source('resource "aws_ebs_volume" "v" {\n  size = 8\n  encrypted = true\n}\n')])
    found.origin = trace.origin
    (block,) = found.root.blocks

    assert block.get("size").source_value.document.path == "main.tf"
    assert block.get("encrypted").origin is None


# --- repairs ----------------------------------------------------------------------------------


def repaired(trace: Trace, *steps: object, is_repeated: bool = False) -> Intent | None:
    return trace.intent(Intent("repair", steps), is_repeated)  # type: ignore[arg-type]


def test_a_repair_is_carried_out_in_the_source() -> None:
    trace, block = volume("size = 8", {"size": 8, "encrypted": False})
    intent = repaired(trace, Set(block.get("encrypted"), True))

    assert intent is not None
    (step,) = intent.steps
    assert isinstance(step, Set)
    assert (step.target.document.path, step.target.path, step.new) == ("main.tf", ("encrypted",), True)
    assert intent.at_most is Applicability.SAFE


def test_an_expression_is_never_safely_replaced() -> None:
    trace, block = volume("encrypted = var.e", {"encrypted": False})
    intent = repaired(trace, Set(block.get("encrypted"), True))

    assert intent is not None
    assert intent.at_most is Applicability.UNSAFE


def test_there_is_no_repair_without_an_exact_place() -> None:
    ssh = {"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    trace, block = traced(GROUP, resource("aws_security_group.g", {"ingress": [ssh]}))
    cidrs = block.at("ingress.cidr_blocks")

    assert repaired(trace, Remove(cidrs.items[0])) is None
    assert repaired(trace, Append(cidrs, "10.0.0.0/8")) is None
    assert repaired(trace, ReplaceText(cidrs.items[0], "0.0.0.0/0", "10.0.0.0/8")) is None


def test_a_companion_is_written_beside_a_lone_resource_only() -> None:
    trace, block = volume("size = 8", {"size": 8})
    step = NewBlock(block, "aws_ebs_snapshot", "v", {})
    intent = repaired(trace, step)

    assert intent is not None
    assert isinstance(intent.steps[0], NewBlock)
    assert intent.steps[0].after.document.path == "main.tf"
    assert repaired(trace, step, is_repeated=True) is None
    counted, one = volume("count = var.n", {"size": 8})
    assert repaired(counted, NewBlock(one, "aws_ebs_snapshot", "v", {})) is None


def test_a_plan_that_is_out_of_date_repairs_nothing() -> None:
    trace, block = volume("encrypted = true", {"encrypted": False})

    assert repaired(trace, Set(block.get("encrypted"), True)) is None


def test_a_plan_without_source_has_no_trace() -> None:
    found: Plan = read(Source("plan.json", plan(resource("aws_ebs_volume.v", {"size": 8}))))
    (block,) = found.root.blocks

    assert Trace([]).node(block.get("size")) is None
    assert repaired(Trace([]), Set(block.get("size"), 9)) is None
