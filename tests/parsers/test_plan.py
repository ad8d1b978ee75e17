"""Plans in JSON: what is a plan, its resources as Blocks, what is missing and what unknown, who refers to whom."""

from __future__ import annotations

import json

import pytest

from iaclint.model.block import Argument, Block, Document
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.parsers.plan import looks_like_plan, parse, read
from iaclint.parsers.plan.embedded import document_value, embedded_text
from iaclint.source import Source
from tests.planned import Json, const, plan, refs, resource
from tests.running import FIXTURES

SAMPLE = FIXTURES / "projects" / "plan" / "plan.json"


def blocks(data: bytes) -> dict[str, Block]:
    """The Blocks of a plan by their full address."""
    found = read(Source("plan.json", data))
    assert found.root.problems == []
    return {block.instance_address: block for document in found.documents for block in document.blocks}


def only(data: bytes) -> Block:
    (block,) = blocks(data).values()
    return block


def written_at(value: Value) -> str:
    return value.document.source.slice(value.span)


# --- telling a plan ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"format_version":"1.2","terraform_version":"1.9.8","planned_values":{}}',
        '{"format_version": "0.1",\n "terraform_version": "0.12.0",\n "variables": {"x": {"value": 1}},',
        '\ufeff{"format_version":"1.0","resource_changes":[]}',
        '{\n  "applyable": true,\n  "configuration": {\n    "provider_config": {"aws": {}}',
        '{"format_version":"1.2","variables":{"a":{"value":{"values":1}}},"planned_values":{}}',
    ],
)
def test_a_plan_is_told_by_its_beginning(text: str) -> None:
    assert looks_like_plan(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"version":4,"terraform_version":"1.9.8","serial":3,"lineage":"x","resources":[]}',
        '{"format_version":"1.0","terraform_version":"1.9.8","values":{"root_module":{}}}',
        '{"format_version":"1.0","provider_schemas":{}}',
        '{"name":"planner","version":"1.0","dependencies":{}}',
        '{"@level":"info","@message":"Terraform 1.9.8","terraform":"1.9.8"}',
        "planned_values:",
    ],
)
def test_states_and_other_json_are_no_plans(text: str) -> None:
    assert not looks_like_plan(text.encode())


def test_a_plan_in_utf_16_is_told_so_that_it_can_be_named() -> None:
    assert looks_like_plan('{"format_version":"1.2","planned_values":{}}'.encode("utf-16"))


# --- resources as Blocks ---------------------------------------------------------------------


def test_every_planned_resource_is_a_block_with_its_full_address() -> None:
    found = blocks(SAMPLE.read_bytes())

    assert list(found) == [
        "aws_db_instance.orders",
        "aws_iam_policy.deploy",
        "aws_s3_bucket.logs",
        "aws_s3_bucket_public_access_block.logs",
        "aws_security_group.web",
        "data.aws_iam_policy_document.deploy",
        'module.store["a"].aws_ebs_volume.this',
        'module.store["b"].aws_ebs_volume.this',
    ]
    volume = found['module.store["b"].aws_ebs_volume.this']
    assert (volume.document.module_path, volume.document.module_instance) == ("module.store", 'module.store["b"]')
    assert volume.document.source is found["aws_s3_bucket.logs"].document.source


def test_the_root_document_is_the_plan_with_the_platforms_of_all_modules() -> None:
    document = parse(Source("plan.json", SAMPLE.read_bytes()))

    assert (document.language, document.kind, document.platforms) == ("terraform", "plan", {"terraform", "aws"})


def test_what_is_deleted_or_forgotten_is_absent() -> None:
    gone = [resource(f"aws_ebs_volume.{one}", {"size": 1}, actions=(one,)) for one in ("delete", "forget")]
    kept = resource("aws_ebs_volume.kept", {"size": 1}, actions=("delete", "create"))

    assert list(blocks(plan(*gone, kept))) == ["aws_ebs_volume.kept"]


@pytest.mark.parametrize("key", ["[0]", '["a"]', '["a.b"]', '["module.x"]', '["é\\"]"]'])
def test_instance_keys_are_told_from_the_name(key: str) -> None:
    block = only(plan(resource(f"aws_ebs_volume.v{key}", {"size": 1})))

    assert (block.name, block.instance) == ("v", key)


def test_values_stand_where_the_json_has_them() -> None:
    block = only(plan(resource("aws_ebs_volume.v", {"tags": {"ä": "ö", "b": "c"}, "size": 10, "type": "gp\u20033"})))

    assert written_at(block.get("size")) == "10"
    assert written_at(block.at("tags.b")) == '"c"'
    assert block.at("tags.ä").data == "ö"
    assert block.document.source.slice(block.header_span) == '"address":"aws_ebs_volume.v"'


def test_escapes_in_names_and_values_are_resolved() -> None:
    data = plan(resource("aws_ebs_volume.v", {"tags": {"a<b": "x<y"}})).replace(b"<", b"\\u003c")

    assert only(data).at("tags").entries["a<b"].data == "x<y"


def test_what_the_schema_calls_blocks_are_blocks_and_maps_are_maps() -> None:
    block = only(
        plan(resource("aws_instance.i", {
            "root_block_device": [{"encrypted": False}], "ebs_block_device": [], "tags": {"a": "b"},
            "vpc_security_group_ids": ["sg-1"],
        }))
    )  # fmt: skip

    assert [child.type for child in block.blocks] == ["root_block_device"]
    assert block.at("root_block_device.encrypted").is_(False)
    assert block.at("ebs_block_device.encrypted").is_missing
    assert set(block.arguments) == {"tags", "vpc_security_group_ids"}


def test_blocks_that_the_provider_takes_as_attribute_are_blocks_unless_written_as_one() -> None:
    rules = {"ingress": [{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]}
    as_blocks = only(plan(resource("aws_security_group.g", rules, written={})))
    as_list = only(plan(resource("aws_security_group.g", rules, written={"ingress": refs("var.rules")})))

    assert [child.type for child in as_blocks.blocks] == ["ingress"]
    assert list(as_list.arguments) == ["ingress"]
    assert [as_blocks.at("ingress.from_port").data, as_list.at("ingress.from_port").data] == [22, 22]


@pytest.mark.parametrize(
    ("written", "is_block"),
    [(None, True), ({"part": [{"name": const("a")}]}, True), ({"part": refs("local.parts")}, False)],
)
def test_of_an_unknown_type_the_configuration_tells_blocks_or_else_the_shape(
    written: Json | None, is_block: bool
) -> None:
    block = only(plan(resource("acme_thing.t", {"part": [{"name": "a"}], "plain": [1]}, written=written)))

    assert bool(block.children("part")) is is_block
    assert block.at("part.name").data == "a"


def test_nested_blocks_stand_at_different_places() -> None:
    rules = {"ingress": [{"from_port": 22}, {"from_port": 80}]}
    first, second = only(plan(resource("aws_security_group.g", rules))).children("ingress")

    assert first.header_span != second.header_span


# --- missing, unknown, sensitive -------------------------------------------------------------


def test_null_is_missing() -> None:
    block = only(plan(resource("aws_ebs_volume.v", {"encrypted": None, "tags": {"a": None}})))

    assert block.get("encrypted").is_missing
    assert block.at("tags.a").is_missing


def test_what_was_written_and_is_not_known_yet_is_unknown() -> None:
    written = {"kms_key_id": refs("aws_kms_key.k.arn"), "tags": refs("local.tags")}
    block = only(
        plan(
            resource(
                "aws_ebs_volume.v",
                {"tags": {"known": "a"}},
                unknown={"kms_key_id": True, "tags": {"later": True}},
                written=written,
            )
        )
    )

    assert block.get("kms_key_id").is_unknown
    assert block.at("tags.later").is_unknown
    assert block.at("tags.known").data == "a"


def volume(actions: tuple[str, ...] = ("create",), written: Json | None = None) -> Value:
    unknown = {"kms_key_id": True}
    return only(plan(resource("aws_ebs_volume.v", {}, unknown=unknown, actions=actions, written=written))).get(
        "kms_key_id"
    )


def test_what_nobody_wrote_on_a_new_resource_is_missing_as_in_the_source() -> None:
    assert volume(written={}).is_missing
    assert volume(("delete", "create"), written={}).is_missing


def test_what_nobody_wrote_stays_unknown_where_it_may_be_kept_or_nothing_is_known_of_it() -> None:
    assert volume(("update",), written={}).is_unknown
    assert volume(written=None).is_unknown


def test_what_cannot_be_written_is_unknown() -> None:
    block = only(plan(resource("aws_ebs_volume.v", {}, unknown={"arn": True}, written={})))

    assert block.get("arn").is_unknown


def test_the_same_holds_within_blocks_unless_dynamic_may_have_made_them() -> None:
    values, unknown = {"root_block_device": [{"volume_size": 8}]}, {"root_block_device": [{"encrypted": True}]}
    written = only(
        plan(resource("aws_instance.i", values, unknown=unknown, written={"root_block_device": [{"volume_size": {}}]}))
    )
    dynamic = only(plan(resource("aws_instance.i", values, unknown=unknown, written={})))

    assert written.at("root_block_device.encrypted").is_missing
    assert dynamic.at("root_block_device.encrypted").is_unknown


def test_of_a_set_of_blocks_those_are_paired_whose_constants_fit() -> None:
    values = {"ebs_block_device": [{"device_name": "/dev/b"}, {"device_name": "/dev/a"}]}
    unknown = {"ebs_block_device": [{"encrypted": True}, {"encrypted": True}]}
    one = {"device_name": const("/dev/a"), "encrypted": refs("var.e")}
    other = {"device_name": const("/dev/b")}
    block = only(plan(resource("aws_instance.i", values, unknown=unknown, written={"ebs_block_device": [one, other]})))
    kinds = {child.get("device_name").text: child.get("encrypted").kind for child in block.blocks}

    assert kinds == {"/dev/b": "missing", "/dev/a": "unknown"}


def test_blocks_of_which_nothing_is_known_say_nothing_of_what_they_lack() -> None:
    written = {"lifecycle_rule": [{"enabled": refs("var.x")}]}
    block = only(plan(resource("aws_s3_bucket.b", {}, unknown={"lifecycle_rule": True}, written=written)))

    assert block.at("lifecycle_rule.enabled").is_unknown


def test_elements_that_are_not_known_yet_are_unknown() -> None:
    block = only(
        plan(resource("aws_instance.i", {"vpc_security_group_ids": ["sg-1", None]},
                      unknown={"vpc_security_group_ids": [False, True]}))
    )  # fmt: skip

    assert [item.kind for item in block.get("vpc_security_group_ids").items] == ["string", "unknown"]


@pytest.mark.parametrize("sensitive", [{"tags": True}, {"tags": {"a": True}}])
def test_what_is_sensitive_is_marked_with_all_that_holds_it(sensitive: Json) -> None:
    block = only(plan(resource("aws_ebs_volume.v", {"tags": {"a": "secret"}, "size": 1}, sensitive=sensitive)))

    assert block.get("tags").is_sensitive
    assert block.at("tags.a").is_sensitive
    assert not block.get("size").is_sensitive


def test_what_the_provider_fills_in_from_a_companion_is_judged_at_the_companion() -> None:
    rules = {"ingress": [{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}], "name": "g"}
    group = resource("aws_security_group.g", rules, actions=("no-op",), written={"name": const("g")})
    rule = resource(
        "aws_security_group_rule.r", {"from_port": 22}, actions=("no-op",),
        written={"security_group_id": refs("aws_security_group.g.id", "aws_security_group.g")},
    )  # fmt: skip

    assert blocks(plan(group, rule))["aws_security_group.g"].children("ingress") == []
    assert len(blocks(plan(group))["aws_security_group.g"].children("ingress")) == 1


# --- who refers to whom ------------------------------------------------------------------------


def project_of(data: bytes) -> Project:
    found = read(Source("plan.json", data))
    return Project("", found.documents)


def companion_of(data: bytes, name: str = "aws_s3_bucket.b") -> tuple[list[str], bool | None]:
    project = project_of(data)
    subject = next(
        block for document in project.documents for block in document.blocks if block.instance_address == name
    )
    found, truth = project.companions(subject, "aws_s3_bucket_versioning", "bucket")
    return [block.instance_address for block in found], truth


def bucket(address: str, written: Json | None = None, **values: object) -> Json:
    return resource(address, {"bucket": "b", **values}, unknown={"id": True}, written=written or {})


def versioning(address: str, *references: str) -> Json:
    return resource(address, {}, unknown={"bucket": True}, written={"bucket": refs(*references)})


def test_companions_are_found_by_the_references_of_the_configuration() -> None:
    data = plan(
        bucket("aws_s3_bucket.b"),
        bucket("aws_s3_bucket.other"),
        versioning("aws_s3_bucket_versioning.v", "aws_s3_bucket.b.id", "aws_s3_bucket.b"),
    )

    assert companion_of(data) == (["aws_s3_bucket_versioning.v"], True)
    assert companion_of(data, "aws_s3_bucket.other") == ([], False)


def test_a_reference_means_the_instance_of_its_key() -> None:
    data = plan(
        bucket('aws_s3_bucket.b["x"]'),
        bucket('aws_s3_bucket.b["y"]'),
        versioning("aws_s3_bucket_versioning.v", 'aws_s3_bucket.b["x"].id', 'aws_s3_bucket.b["x"]', "aws_s3_bucket.b"),
    )

    assert companion_of(data, 'aws_s3_bucket.b["x"]') == (["aws_s3_bucket_versioning.v"], True)


def test_references_are_followed_into_a_module_through_its_variables() -> None:
    data = plan(
        bucket("aws_s3_bucket.b"),
        versioning("module.v.aws_s3_bucket_versioning.v", "var.bucket"),
        calls={"v": {"expressions": {"bucket": refs("aws_s3_bucket.b.id", "aws_s3_bucket.b")}}},
    )

    assert companion_of(data) == (["module.v.aws_s3_bucket_versioning.v"], True)


def test_references_are_followed_out_of_a_module_through_its_outputs() -> None:
    inner = bucket('module.s["one"].aws_s3_bucket.b')
    outputs = {"id": {"expression": refs("aws_s3_bucket.b.id", "aws_s3_bucket.b")}}
    raw = json.loads(plan(inner, versioning("aws_s3_bucket_versioning.v", 'module.s["one"].id', 'module.s["one"]')))
    raw["configuration"]["root_module"]["module_calls"]["s"]["module"]["outputs"] = outputs

    found = companion_of(json.dumps(raw).encode(), 'module.s["one"].aws_s3_bucket.b')

    assert found == (["aws_s3_bucket_versioning.v"], True)


def test_a_resource_of_the_same_name_in_another_module_is_another() -> None:
    data = plan(
        bucket("aws_s3_bucket.b"),
        bucket("module.m.aws_s3_bucket.b"),
        versioning("module.m.aws_s3_bucket_versioning.v", "aws_s3_bucket.b.id", "aws_s3_bucket.b"),
    )

    assert companion_of(data)[0] == []
    assert companion_of(data, "module.m.aws_s3_bucket.b")[0] == ["module.m.aws_s3_bucket_versioning.v"]


def test_whether_a_local_leads_to_it_is_not_known_before_and_told_by_the_id_afterwards() -> None:
    before = plan(bucket("aws_s3_bucket.b"), versioning("aws_s3_bucket_versioning.v", "local.bucket"))
    after = plan(
        resource("aws_s3_bucket.b", {"bucket": "name-1", "id": "name-1"}, actions=("no-op",), written={}),
        resource("aws_s3_bucket_versioning.v", {"bucket": "name-1", "id": "name-1"}, actions=("no-op",),
                 written={"bucket": refs("local.bucket")}),
    )  # fmt: skip

    assert companion_of(before) == ([], None)
    assert companion_of(after) == (["aws_s3_bucket_versioning.v"], True)


def test_modules_that_refer_to_themselves_do_not_hang() -> None:
    calls = {"a": {"expressions": {"x": refs("module.a.y")}}}
    raw = json.loads(plan(versioning("module.a.aws_s3_bucket_versioning.v", "var.x"), calls=calls))
    outputs = {"y": {"expression": refs("var.x")}}
    raw["configuration"]["root_module"]["module_calls"]["a"]["module"]["outputs"] = outputs

    assert only(json.dumps(raw).encode()).get("bucket").is_unknown


def test_a_policy_from_a_data_source_of_the_plan_is_left_to_it() -> None:
    found = blocks(SAMPLE.read_bytes())

    assert found["aws_iam_policy.deploy"].get("policy").is_unknown
    assert found["data.aws_iam_policy_document.deploy"].at("statement.actions.*").data == "*"


# --- what stands in strings --------------------------------------------------------------------


def test_a_policy_in_a_string_is_read_with_its_places() -> None:
    text = '{"Statement":[{"Sid":"ä\\"q","Action":"s3:Get*","Resource":"${aws:username}"}]}'
    block = only(plan(resource("aws_iam_policy.p", {"policy": text})))
    document = document_value(block.get("policy"))

    assert document is not None
    assert written_at(document.at("Statement.Action")) == '\\"s3:Get*\\"'
    assert document.at("Statement.Sid").data == 'ä"q'
    assert document.at("Statement.Resource").data == "${aws:username}"
    assert document.at("Statement.Action").block is block


def test_a_script_in_a_string_maps_back_to_the_file() -> None:
    block = only(plan(resource("aws_instance.i", {"user_data": '#!/bin/sh\necho "é\t1"\ncurl x | sh\n'})))
    inner = embedded_text(block.get("user_data"))

    assert inner is not None
    at = inner.text.index(b"curl")
    assert block.document.source.slice(inner.span(at, at + 4)) == "curl"
    assert inner.spell("new", 0) is None


# --- whatever else a file may hold ---------------------------------------------------------------


def problems(data: bytes) -> list[str]:
    return [one.message for one in parse(Source("plan.json", data)).problems]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a plan in JSON is an object"),
        (b"[1]", "a plan in JSON is an object"),
        (b'{"planned_values":{"root_module":{"resources":[{"values":', "invalid JSON: cannot read on from here"),
        (b'{"planned_values":{}} x', "invalid JSON: text after the end"),
        (b'{"planned_values":{} "x":1}', "invalid JSON: cannot read on from here"),
        (b'{"variables":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply to be read"),
        (b'{"variables":' + b"9" * 10_000 + b"}", "holds a number that is too long to be read"),
        (b'{"format_version":"2.0","planned_values":{}}', "format version 2 of plans is not known; 0 and 1 are"),
        (
            b'{"planned_values":{"root_module":' + b'{"child_modules":[' * 200 + b"]}" * 200 + b"}}",
            "modules are nested too deeply to be read",
        ),
    ],
)
def test_what_cannot_be_read_gives_one_clear_message(data: bytes, message: str) -> None:
    assert problems(data) == [message]


@pytest.mark.parametrize("cut", range(0, 20_000, 97))
def test_a_plan_that_breaks_off_anywhere_is_no_crash(cut: int) -> None:
    data = SAMPLE.read_bytes()[:cut]

    assert len(problems(data)) == 1


@pytest.mark.parametrize("wrong", [None, 1, "x", [], {}, [None], [[]], True])
@pytest.mark.parametrize(
    "part",
    [
        ("planned_values",), ("planned_values", "root_module"), ("planned_values", "root_module", "resources"),
        ("planned_values", "root_module", "child_modules"), ("resource_changes",), ("configuration",),
        ("configuration", "root_module"), ("configuration", "root_module", "resources"),
        ("configuration", "root_module", "module_calls"), ("prior_state",), ("prior_state", "values"), ("variables",),
    ],
)  # fmt: skip
def test_parts_of_another_shape_are_passed_over(part: tuple[str, ...], wrong: object) -> None:
    raw = json.loads(SAMPLE.read_bytes())
    holder = raw
    for name in part[:-1]:
        holder = holder[name]
    holder[part[-1]] = wrong
    document = parse(Source("plan.json", json.dumps(raw).encode()))

    assert document.problems == []
    assert all(argument.value is not None for one in _documents(document) for argument in _arguments(one))


@pytest.mark.parametrize("wrong", [None, 1, "x", [], {}, [None], [[]], True, {"aws": True}])
@pytest.mark.parametrize("name", ["actions", "after_unknown", "after_sensitive"])
def test_masks_of_another_shape_are_no_crash(name: str, wrong: object) -> None:
    raw = json.loads(SAMPLE.read_bytes())
    for change in raw["resource_changes"]:
        change["change"][name] = wrong

    document = parse(Source("plan.json", json.dumps(raw).encode()))

    assert all(argument.value is not None for one in _documents(document) for argument in _arguments(one))


def _documents(document: Document) -> list[Document]:
    found: list[Document] = document.tree.documents
    return found


def _arguments(document: Document) -> list[Argument]:
    return [argument for block in document.walk() for argument in block.arguments.values()]


def test_an_argument_nested_too_deeply_is_unknown_and_the_rest_is_read() -> None:
    deep: object = 1
    for _ in range(300):
        deep = [deep]
    block = only(plan(resource("acme_thing.t", {"deep": deep, "size": 3})))

    assert block.get("deep").is_unknown
    assert block.get("size").data == 3
