"""Statements of access policies in every spelling: JSON in a heredoc, jsonencode, data source, YAML map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iaclint.model.aspects import PolicyStatement
from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.value import Value
from iaclint.source import Source, Span

if TYPE_CHECKING:
    from iaclint.parsers.embedded import EmbeddedText
    from iaclint.parsers.yaml import YamlNode

_IDENTITY, _RESOURCE, _TRUST = "identity", "resource", "trust"

DOCUMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_iam_policy": (("policy", _IDENTITY),),
    "aws_iam_role_policy": (("policy", _IDENTITY),),
    "aws_iam_user_policy": (("policy", _IDENTITY),),
    "aws_iam_group_policy": (("policy", _IDENTITY),),
    "aws_ssoadmin_permission_set_inline_policy": (("inline_policy", _IDENTITY),),
    "aws_iam_role": (("assume_role_policy", _TRUST), ("inline_policy.policy", _IDENTITY)),
    "aws_s3_bucket": (("policy", _RESOURCE),),
    "aws_s3_bucket_policy": (("policy", _RESOURCE),),
    "aws_s3_access_point": (("policy", _RESOURCE),),
    "aws_sqs_queue": (("policy", _RESOURCE),),
    "aws_sqs_queue_policy": (("policy", _RESOURCE),),
    "aws_sns_topic": (("policy", _RESOURCE),),
    "aws_sns_topic_policy": (("policy", _RESOURCE),),
    "aws_kms_key": (("policy", _RESOURCE),),
    "aws_kms_key_policy": (("policy", _RESOURCE),),
    "aws_kms_external_key": (("policy", _RESOURCE),),
    "aws_ecr_repository_policy": (("policy", _RESOURCE),),
    "aws_ecr_registry_policy": (("policy", _RESOURCE),),
    "aws_ecrpublic_repository_policy": (("policy", _RESOURCE),),
    "aws_secretsmanager_secret": (("policy", _RESOURCE),),
    "aws_secretsmanager_secret_policy": (("policy", _RESOURCE),),
    "aws_elasticsearch_domain": (("access_policies", _RESOURCE),),
    "aws_elasticsearch_domain_policy": (("access_policies", _RESOURCE),),
    "aws_opensearch_domain": (("access_policies", _RESOURCE),),
    "aws_opensearch_domain_policy": (("access_policies", _RESOURCE),),
    "aws_efs_file_system_policy": (("policy", _RESOURCE),),
    "aws_glacier_vault": (("access_policy", _RESOURCE),),
    "aws_backup_vault_policy": (("policy", _RESOURCE),),
    "aws_glue_resource_policy": (("policy", _RESOURCE),),
    "aws_api_gateway_rest_api": (("policy", _RESOURCE),),
    "aws_api_gateway_rest_api_policy": (("policy", _RESOURCE),),
    "aws_vpc_endpoint": (("policy", _RESOURCE),),
    "aws_media_store_container_policy": (("policy", _RESOURCE),),
    "aws_cloudwatch_event_bus_policy": (("policy", _RESOURCE),),
    "aws_cloudwatch_log_destination_policy": (("access_policy", _RESOURCE),),
    "aws_cloudwatch_log_resource_policy": (("policy_document", _RESOURCE),),
    "aws_glacier_vault_lock": (("policy", _RESOURCE),),
    "aws_ses_identity_policy": (("policy", _RESOURCE),),
    "aws_sesv2_email_identity_policy": (("policy", _RESOURCE),),
    "aws_s3control_access_point_policy": (("policy", _RESOURCE),),
    "aws_s3control_bucket_policy": (("policy", _RESOURCE),),
    "aws_s3control_multi_region_access_point_policy": (("details.policy", _RESOURCE),),
    "aws_s3tables_table_bucket_policy": (("resource_policy", _RESOURCE),),
    "aws_dynamodb_resource_policy": (("policy", _RESOURCE),),
    "aws_kinesis_resource_policy": (("policy", _RESOURCE),),
    "aws_codeartifact_domain_permissions_policy": (("policy_document", _RESOURCE),),
    "aws_codeartifact_repository_permissions_policy": (("policy_document", _RESOURCE),),
    "aws_codebuild_resource_policy": (("policy", _RESOURCE),),
    "aws_acmpca_policy": (("policy", _RESOURCE),),
    "aws_sagemaker_model_package_group_policy": (("resource_policy", _RESOURCE),),
    "aws_schemas_registry_policy": (("policy", _RESOURCE),),
    "aws_msk_cluster_policy": (("policy", _RESOURCE),),
    "aws_redshift_resource_policy": (("policy", _RESOURCE),),
    "aws_organizations_resource_policy": (("content", _RESOURCE),),
    "amazon.aws.iam_managed_policy": (("policy", _IDENTITY),),
    "amazon.aws.iam_policy": (("policy_json", _IDENTITY),),
    "amazon.aws.iam_role": (("assume_role_policy_document", _TRUST),),
    "amazon.aws.s3_bucket": (("policy", _RESOURCE),),
    "community.aws.sqs_queue": (("policy", _RESOURCE),),
    "community.aws.sns_topic": (("policy", _RESOURCE),),
    "amazon.aws.kms_key": (("policy", _RESOURCE),),
    "community.aws.ecs_ecr": (("policy", _RESOURCE),),
    "community.aws.secretsmanager_secret": (("resource_policy", _RESOURCE),),
    "community.aws.ses_identity_policy": (("policy", _RESOURCE),),
}
"""Which argument of a type holds a policy document, and what the policy is attached to."""

TYPES: dict[str, frozenset[str] | None] = {
    "terraform": frozenset({name for name in DOCUMENTS if "." not in name} | {"aws_iam_policy_document"}),
    "ansible": frozenset(name for name in DOCUMENTS if "." in name),
}


def policy_statements(block: Block) -> Iterator[PolicyStatement]:
    """The statements of every policy document a Block holds."""
    if block.type == "aws_iam_policy_document":
        if block.kind == "data":
            from iaclint.aspects.policy_documents import own_statements

            yield from own_statements(block, block.document.project)
        return
    for path, role in DOCUMENTS.get(block.type, ()):
        for value in block.each(path):
            document = policy_document(value)
            if document is not None:
                yield from statements_of(block, document, role)


def policy_document(value: Value) -> Value | None:
    """The policy as a map Value, from JSON text, an encoded object or a YAML map; None when unreadable."""
    if value.kind == "map":
        return value
    if value.is_missing:
        return None
    if value.document.language == "terraform":
        from iaclint.evaluate.terraform import document_value

        document = document_value(value)
        return document if document is not None and document.kind == "map" else None
    if value.document.language == "ansible" and value.kind == "string":
        return _json_in_yaml(value)
    return None


def _json_in_yaml(value: Value) -> Value | None:
    """The JSON document in a YAML scalar, each Value with its place in the file."""
    from iaclint.parsers.yaml import YamlNode, embedded_text, parse

    block = value.holder
    argument = block.arguments.get(value.name) if isinstance(block, Block) else None
    node = argument.expression if argument is not None else None
    if not isinstance(node, YamlNode) or not str(value.data).lstrip().startswith("{"):
        return None
    inner = embedded_text(node, value.document)
    if inner is None:
        return None
    # JSON is YAML in flow style, and the YAML reader knows where each scalar stands
    read = parse(Source(value.document.path, inner.text))
    if read.problems or len(read.documents) != 1 or read.documents[0] is None:
        return None
    return _mapped(read.documents[0], inner, value, 0)


def _mapped(node: YamlNode, inner: EmbeddedText, holder: Value, depth: int) -> Value:
    def place(span: Span) -> Span:
        return inner.span(span.start, span.end)

    def unknown() -> Value:
        return Value("unknown", None, holder.document, place(node.span), holder=holder)

    if depth > 50:
        return unknown()
    if node.kind == "mapping":
        entries: dict[str, Value] = {}
        result = Value("map", entries, holder.document, place(node.span), holder=holder)
        for key, below in node.pairs:
            one = _mapped(below, inner, result, depth + 1)
            one.name, one.name_span = key.value, place(key.span)
            entries[key.value] = one
        return result
    if node.kind == "sequence":
        items: list[Value] = []
        result = Value("list", items, holder.document, place(node.span), holder=holder)
        items.extend(_mapped(item, inner, result, depth + 1) for item in node.items)
        return result
    if node.kind != "scalar" or any(node.span.start <= gap < node.span.end for gap in inner.gaps):
        return unknown()
    plain = node.plain()
    kind = "bool" if isinstance(plain, bool) else "number" if isinstance(plain, int | float) else "string"
    if plain is None:
        return Value("missing", None, holder.document, place(node.span), holder=holder)
    return Value(kind, plain, holder.document, place(node.span), holder=holder)


def statements_of(block: Block, document: Value, role: str) -> Iterator[PolicyStatement]:
    """The statements of a policy document."""
    for element in elements(document, "Statement"):
        if isinstance(element, Value) and element.kind == "map":
            yield _from_map(block, element, role)


def _list(element: Node, name: str) -> list[Value]:
    value = element.at(name)
    if value.is_missing:
        return []
    return value.items if value.kind == "list" else [value]


def _from_map(block: Block, element: Value, role: str) -> PolicyStatement:
    effect = element.at("Effect")
    condition = element.at("Condition")
    conditions: list[tuple[str, str, Value]] | None = []
    if condition.is_unknown or "*unknown*" in condition.entries or "*unknown*" in element.entries:
        conditions = None
    else:
        conditions = [
            (operator, key, value)
            for operator, tests in condition.entries.items()
            for key, value in (tests.entries.items() if tests.kind == "map" else [("", tests)])
        ]
    return PolicyStatement(
        block,
        element,
        role,
        effect.text,
        _list(element, "Action"),
        _list(element, "NotAction"),
        _list(element, "Resource"),
        _list(element, "NotResource"),
        _principals(element.at("Principal")),
        _principals(element.at("NotPrincipal")),
        conditions,
    )


def _principals(value: Value) -> list[tuple[str, Value]]:
    if value.is_missing:
        return []
    if value.kind == "map":
        return [
            (kind, one)
            for kind, given in value.entries.items()
            for one in (given.items if given.kind == "list" else [given])
        ]
    return [("*" if value.text == "*" else "", value)]


def from_data_source(block: Block, element: Node) -> PolicyStatement:
    """A `statement` of a data source's document."""
    effect = element.at("effect")
    # a condition block that may be there (dynamic over something unknown) makes the conditions unknown
    tests = list(elements(element, "condition"))
    unknown = any(isinstance(test, Block) and test.is_symbolic for test in tests)
    conditions = [(test.at("test").text or "", test.at("variable").text or "", test.at("values")) for test in tests]

    def people(name: str) -> list[tuple[str, Value]]:
        return [
            (one.at("type").text or "", identifier)
            for one in elements(element, name)
            for identifier in _list(one, "identifiers")
        ]

    return PolicyStatement(
        block,
        element,
        "",
        "Allow" if effect.is_missing else effect.text,
        _list(element, "actions"),
        _list(element, "not_actions"),
        _list(element, "resources"),
        _list(element, "not_resources"),
        people("principals"),
        people("not_principals"),
        None if unknown else conditions,
    )
