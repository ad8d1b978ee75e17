"""OpenSearch and Elasticsearch domains. Who gets at them stands in `opensearch_access`."""

from __future__ import annotations

from iaclint.checks.aws._modules import module
from iaclint.model.block import Block, Node
from iaclint.model.intent import Append, Intent
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Condition,
    Needed,
    be_absent,
    be_at_least,
    be_filled,
    be_none_of,
    be_present,
    be_true,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    opposite,
    related,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)
from iaclint.rules.repairs import Repair

GUIDE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/"
ENCRYPTION = GUIDE + "encryption-at-rest.html"
HTTPS = GUIDE + "infrastructure-security.html"

MODULE, CLOUDPOSSE = module("opensearch"), "module:cloudposse/elasticsearch/aws"
DOMAINS = "aws_opensearch_domain|aws_elasticsearch_domain"
ANSIBLE = "community.aws.opensearch"
ELASTICS = ("aws_elasticsearch_domain", CLOUDPOSSE)
# a task without a cluster changes a domain that exists
CREATES = every(has("cluster_config"), opposite(where("state", "absent")))

NOT_MADE = some(where("create", False), where("enabled", False))
# one node has nobody to talk to
ALONE = where("cluster_config.instance_count", 1)
# Elasticsearch before 6.0 cannot encrypt what nodes say: it has to be upgraded first
OLD = some(
    where("elasticsearch_version", match(r"[1-5]\.\d+")), where("engine_version", match(r"Elasticsearch_[1-5]\.\d+"))
)


def _unless_old(repair: Repair) -> Repair:
    def repair_new(value: Value, element: Node, project: Project) -> Intent | None:
        return None if OLD(element, project) else repair(value, element, project)

    return repair_new


requirement(
    "aws-opensearch-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Search domain is not encrypted at rest",
    why="Indices, logs and snapshots lie on the disks in the clear.",
    terraform=(
        f"{DOMAINS}: encrypt_at_rest.enabled",
        bind(f"{MODULE}: encrypt_at_rest.enabled", when_missing=OK),
        bind(f"{CLOUDPOSSE}: encrypt_at_rest_enabled", when_missing=OK),
    ),
    ansible=bind(f"{ANSIBLE}: encryption_at_rest_options.enabled", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_5", "AVD-AWS-0048"),
        in_terraform("AC_AWS_0112", "KICS:24e16922-4330-4e9d-be8a-caa90299466a", type=ELASTICS),
        in_terraform("aws-elastic-search-enable-domain-encryption", type=ELASTICS),
    ),
    tags=("encryption",),
)

requirement(
    "aws-opensearch-plaintext-between-nodes",
    severity=MEDIUM,
    cwe=319,
    title="Nodes of a search domain talk to each other in plain text",
    why="Whoever listens on the network between them reads every document.",
    terraform=(
        f"{DOMAINS}: node_to_node_encryption.enabled",
        bind(f"{MODULE}: node_to_node_encryption.enabled", when_missing=OK),
        bind(f"{CLOUDPOSSE}: node_to_node_encryption_enabled", unless=some(NOT_MADE, where("instance_count", 1))),
    ),
    ansible=bind(f"{ANSIBLE}: node_to_node_encryption_options.enabled", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=ALONE,
    fix=_unless_old(set_to(True)),
    references=(GUIDE + "ntn.html",),
    remedy="Elasticsearch before 6.0 cannot do it: upgrade the domain first.",
    aliases=(
        in_terraform("CKV_AWS_6", "AVD-AWS-0043"),
        in_terraform("AC_AWS_0468", "KICS:967eb3e6-26fc-497d-8895-6428beb6e8e2", type=ELASTICS),
        in_terraform("aws-elastic-search-enable-in-transit-encryption", type=ELASTICS),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-opensearch-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Search domain accepts plain HTTP",
    why="Documents and passwords can be read by everybody on the way.",
    terraform=(
        f"{DOMAINS}|{MODULE}: domain_endpoint_options.enforce_https",
        f"{CLOUDPOSSE}: domain_endpoint_options_enforce_https",
    ),
    ansible=bind(f"{ANSIBLE}: domain_endpoint_options.enforce_https", when=CREATES, when_missing=VIOLATED),
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="clients that speak plain HTTP are cut off"),
    references=(HTTPS,),
    aliases=(
        in_terraform("CKV_AWS_83", "AVD-AWS-0046"),
        in_terraform("KICS:2e9e0729-66d5-4148-9d39-5e6fb4bf2a4e", "aws-elastic-search-enforce-https", type=ELASTICS),
        in_ansible("KICS:d6c2d06f-43c1-488a-9ba1-8d75b40fc62d"),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-opensearch-weak-tls",
    severity=MEDIUM,
    cwe=326,
    title="Search domain accepts outdated versions of TLS",
    why="TLS 1.0 and 1.1 have known faults and are refused by browsers and auditors alike.",
    terraform=(
        f"{DOMAINS}|{MODULE}: domain_endpoint_options.tls_security_policy",
        f"{CLOUDPOSSE}: domain_endpoint_options_tls_security_policy",
    ),
    ansible=f"{ANSIBLE}: domain_endpoint_options.tls_security_policy",
    must=be_none_of("Policy-Min-TLS-1-0-2019-07"),
    fix=set_to("Policy-Min-TLS-1-2-2019-07", at_most=UNSAFE, note="clients that know only TLS 1.0 or 1.1 are cut off"),
    references=(HTTPS,),
    aliases=(
        in_terraform("CKV_AWS_228", "AVD-AWS-0126"),
        in_terraform("aws-elastic-search-use-secure-tls-policy", type=ELASTICS),
    ),
    tags=("encryption",),
)

requirement(
    "aws-opensearch-outside-vpc",
    severity=MEDIUM,
    cwe=668,
    title="Search domain has a public endpoint",
    why="Only its access policy stands between the Internet and the data.",
    terraform=f"{DOMAINS}: vpc_options",
    ansible=bind(f"{ANSIBLE}: vpc_options", when=CREATES),
    must=be_present,
    default=False,
    references=(GUIDE + "vpc.html",),
    remedy="Name subnets and security groups in `vpc_options`; the domain is replaced.",
    aliases=(in_terraform("CKV_AWS_137"),),
    tags=("network",),
)

requirement(
    "aws-opensearch-without-own-key",
    severity=LOW,
    cwe=311,
    title="Search domain is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further and cannot be withdrawn.",
    terraform=(
        f"{DOMAINS}: encrypt_at_rest.kms_key_id",
        bind(f"{CLOUDPOSSE}: encrypt_at_rest_kms_key_id", unless=NOT_MADE, fix=need("kms-key", "ARN of a KMS key")),
    ),
    ansible=bind(
        f"{ANSIBLE}: encryption_at_rest_options.kms_key_id", when=CREATES,
        fix=together(
            "use a key of your own", need("kms-key", "ARN of a KMS key"), set_path("encryption_at_rest_options.enabled", True)
        ),
    ),
    must=be_filled,
    fix=together("use a key of your own", need("kms-key", "ARN of a KMS key"), set_path("encrypt_at_rest.enabled", True)),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_247"),
        in_terraform("AC_AWS_0111", "KICS:7af2f4a3-00d9-47f3-8d15-ca0888f4e5b2", type=ELASTICS),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-opensearch-without-dedicated-masters",
    severity=LOW,
    cwe=1188,
    title="Search domain has fewer than three dedicated master nodes",
    why="Under load the nodes that hold data lose sight of each other, and the cluster stops taking requests.",
    terraform=(
        bind(
            f"{DOMAINS}: cluster_config.dedicated_master_enabled", when_missing=VIOLATED,
            fix=together(
                "add three dedicated masters", set_to(True), set_path("cluster_config.dedicated_master_count", 3),
                at_most=UNSAFE, note="three more nodes are paid for",
            ),
        ),
        bind(
            f"{DOMAINS}: cluster_config.dedicated_master_count", must=be_at_least(3), when_missing=VIOLATED,
            when=where("cluster_config.dedicated_master_enabled", True), fix=set_to(3),
        ),
        f"{MODULE}: cluster_config.dedicated_master_enabled",
    ),
    ansible=bind(f"{ANSIBLE}: cluster_config.dedicated_master", when=CREATES, when_missing=VIOLATED),
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="three more nodes are paid for"),
    references=(GUIDE + "managedomains-dedicatedmasternodes.html",),
    aliases=(in_terraform("CKV2_AWS_59", "CKV_AWS_318"),),
    tags=("availability", "hygiene"),
    default=False,
)

LOGS = GUIDE + "createdomain-configure-slow-logs.html"
LOG_GROUP = Needed("log-group-arn", "ARN of a CloudWatch log group")


def _publish(kind: str) -> Repair:
    """One more log, in a block of its own."""

    def repair(value: Value, element: Node, project: Project) -> Intent | None:
        options = {"cloudwatch_log_group_arn": LOG_GROUP, "log_type": kind}
        if not isinstance(element, Block):
            return None
        return Intent(f"publish the log `{kind}`", (Append(element, options, "log_publishing_options"),))

    return repair


requirement(
    "aws-opensearch-without-logs",
    severity=LOW,
    cwe=778,
    title="Search domain publishes no logs",
    why="Slow and failing requests, and who made them, cannot be looked up afterwards.",
    terraform=(
        f"{DOMAINS}: log_publishing_options",
        bind(f"{DOMAINS}: log_publishing_options.enabled", must=be_true, fix=set_to(True)),
    ),
    must=be_present,
    fix=set_path(
        "log_publishing_options", {"cloudwatch_log_group_arn": LOG_GROUP, "log_type": "INDEX_SLOW_LOGS"}
    ),
    default=False,
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_AWS_84", "AVD-AWS-0042"),
        in_terraform("KICS:acb6b4e2-a086-4f35-aefd-4db6ea51ada2", "AC_AWS_0105", type=ELASTICS),
        in_terraform("aws-elastic-search-enable-domain-logging", type=ELASTICS),
    ),
    tags=("logging", "hygiene"),
)

SENT = "log_publishing_options.log_type"


def _lacks_logs(*kinds: str) -> Condition:
    """None of these logs is published; unknown where one is that cannot be read."""

    def test(element: Node, project: Project) -> Truth:
        found = [value for value in element.each(SENT) if not value.is_missing]
        if any(value.is_(kinds) for value in found):
            return False
        return None if any(value.is_unknown for value in found) or _is_repeated(element) else True

    return related(f"without {' or '.join(kinds)}", test)


def _is_repeated(element: Node) -> bool:
    return isinstance(element, Block) and any(one.is_symbolic for one in element.blocks if one.type == "log_publishing_options")


requirement(
    "aws-opensearch-without-slow-log",
    severity=LOW,
    cwe=778,
    title="Search domain does not log slow requests",
    why="A request that wears the cluster down, by mistake or on purpose, cannot be found.",
    terraform=DOMAINS + ":",
    must=be_absent,
    when=every(has("log_publishing_options"), _lacks_logs("INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS")),
    message="search domain publishes neither INDEX_SLOW_LOGS nor SEARCH_SLOW_LOGS",
    fix=_publish("SEARCH_SLOW_LOGS"),
    references=(LOGS,),
    aliases=(in_terraform("KICS:e979fcbc-df6c-422d-9458-c33d65e71c45", type=ELASTICS),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-opensearch-without-audit-log",
    severity=LOW,
    cwe=778,
    title="Search domain writes no audit log",
    why="Nobody can tell afterwards who logged in, and which documents he read.",
    terraform=DOMAINS + ":",
    must=be_absent,
    when=_lacks_logs("AUDIT_LOGS"),
    message="search domain writes no audit log: AUDIT_LOGS is not published",
    fix=_publish("AUDIT_LOGS"),
    references=(GUIDE + "audit-logs.html",),
    aliases=(in_terraform("CKV_AWS_317"),),
    tags=("logging", "hygiene"),
    default=False,
)
