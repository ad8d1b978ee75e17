"""Managed Streaming for Kafka: clusters, and the connectors that talk to them."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.aws._modules import module
from iaclint.model.block import Block
from iaclint.model.intent import Intent, New, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    be_false,
    be_none_of,
    be_true,
    bind,
    differ,
    equal,
    in_terraform,
    need,
    opposite,
    requirement,
    rule,
    set_to,
    where,
)

GUIDE = "https://docs.aws.amazon.com/msk/latest/developerguide/"
MODULE, CLOUDPOSSE = module("msk-kafka-cluster"), "module:cloudposse/msk-apache-kafka-cluster/aws"
ANSIBLE = "community.aws.msk_cluster"
CREATES = opposite(where("state", "absent"))
IN_TRANSIT = "encryption_info.encryption_in_transit"
KEY = "encryption_info.encryption_at_rest_kms_key_arn"

requirement(
    "aws-msk-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Kafka cluster is spoken to in plain text",
    why="Whoever listens on the network reads every message and may send forged ones.",
    terraform=(
        f"aws_msk_cluster: {IN_TRANSIT}.client_broker",
        f"{MODULE}: encryption_in_transit_client_broker",
        f"{CLOUDPOSSE}: client_broker",
        bind(f"aws_msk_cluster: {IN_TRANSIT}.in_cluster", must=be_true, fix=set_to(True)),
        bind(f"{MODULE}: encryption_in_transit_in_cluster", must=be_true, fix=set_to(True)),
        bind(f"{CLOUDPOSSE}: encryption_in_cluster", must=be_true, fix=set_to(True)),
        bind(
            "aws_mskconnect_connector: kafka_cluster_encryption_in_transit.encryption_type", must=equal("TLS"),
            when_missing=VIOLATED, when_parent_missing=OK, fix=set_to("TLS"),
            message="connector talks to Kafka in plain text: `{path}` is not TLS",
        ),
    ),
    ansible=(
        bind(f"{ANSIBLE}: encryption.in_transit.client_broker", when=CREATES),
        bind(f"{ANSIBLE}: encryption.in_transit.in_cluster", must=be_true, when=CREATES, fix=set_to(True)),
    ),
    must=be_none_of("PLAINTEXT", "TLS_PLAINTEXT"),
    fix=set_to("TLS", at_most=UNSAFE, note="clients that do not speak TLS are cut off"),
    references=(GUIDE + "msk-encryption.html",),
    aliases=(
        in_terraform("CKV_AWS_81", "AVD-AWS-0073", "KICS:6db52fa6-d4da-4608-908a-89f0c59e743e", type=("aws_msk_cluster", MODULE)),
    ),
    tags=("encryption", "network"),
)

own_key = rule(
    "aws-msk-without-own-key",
    severity=LOW,
    cwe=311,
    title="Kafka cluster is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further and cannot be withdrawn.",
    references=(GUIDE + "msk-encryption.html",),
    aliases=(
        in_terraform("AVD-AWS-0179"),
        in_terraform("KICS:6db52fa6-d4da-4608-908a-89f0c59e743e", nothing_said=True),
    ),
    tags=("encryption",),
    default=False,
)
_name_key = need("kms-key", "ARN of a KMS key")


@own_key.check(terraform=f"aws_msk_cluster|{MODULE}|{CLOUDPOSSE}", ansible=ANSIBLE)
def no_own_key(cluster: Block, project: Project) -> Iterator[Finding]:
    """No key is named for what lies on the brokers' disks."""
    path = KEY if cluster.type == "aws_msk_cluster" else "encryption_at_rest_kms_key_arn"
    path = "encryption.kms_key_id" if cluster.language == "ansible" else path
    key = cluster.at(path)
    if cluster.get("state").is_("absent") or cluster.get("create").is_(False) or not (key.is_missing or key.is_("")):
        return
    intent = _name_key(key, cluster, project)
    nothing_said = cluster.type == "aws_msk_cluster" and cluster.at("encryption_info").is_missing
    message = f"Kafka cluster is not encrypted with a key of your own: `{path}` is not set"
    yield Finding(key, message, (intent,) if intent else (), {"nothing_said": nothing_said})


requirement(
    "aws-msk-public",
    severity=HIGH,
    cwe=668,
    title="Kafka brokers have public addresses",
    why="Everybody on the Internet may try passwords and exploits against them.",
    terraform=(
        "aws_msk_cluster: broker_node_group_info.connectivity_info.public_access.type",
        f"{MODULE}: broker_node_connectivity_info.public_access.type",
        bind(f"{CLOUDPOSSE}: public_access_enabled", must=be_false, fix=set_to(False, at_most=UNSAFE)),
    ),
    must=differ("SERVICE_PROVIDED_EIPS"),
    fix=set_to("DISABLED", at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(GUIDE + "public-access.html",),
    aliases=(in_terraform("CKV_AWS_291", "KICS:54378d69-dd7c-4b08-a43e-80d563396857", type=("aws_msk_cluster", MODULE)),),
    tags=("network",),
)

requirement(
    "aws-msk-without-authentication",
    severity=MEDIUM,
    cwe=306,
    title="Kafka cluster lets in clients that do not say who they are",
    why="Every process that reaches the brokers reads and writes all topics, whatever else is set up for the others.",
    terraform=f"aws_msk_cluster|{MODULE}: client_authentication.unauthenticated",
    ansible=bind(f"{ANSIBLE}: authentication.unauthenticated", when=CREATES),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients must authenticate, in a way that has to be set up"),
    references=(GUIDE + "kafka_apis_iam.html",),
    tags=("identity",),
)

without_logs = rule(
    "aws-msk-without-logs",
    severity=LOW,
    cwe=778,
    title="Kafka brokers send their logs nowhere",
    why="Failed logins and faults of the brokers cannot be looked up afterwards.",
    references=(GUIDE + "msk-logging.html",),
    aliases=(in_terraform("CKV_AWS_80", "AVD-AWS-0074", "KICS:2f56b7ab-7fba-4e93-82f0-247e5ddeb239"),),
    tags=("logging", "hygiene"),
    default=False,
)
GROUP = Needed("msk-log-group", "name of the log group for broker logs")


@without_logs.check(terraform=f"aws_msk_cluster|{MODULE}|{CLOUDPOSSE}")
def no_logs(cluster: Block, project: Project) -> Iterator[Finding]:
    """None of the three ways logs can go is switched on."""
    nested = cluster.type == "aws_msk_cluster"
    names = ("cloudwatch_logs", "firehose", "s3") if nested else ("cloudwatch_logs", "firehose_logs", "s3_logs")
    way = "logging_info.broker_logs.{}.enabled" if nested else "{}_enabled"
    switches = [cluster.at(way.format(name)) for name in names]
    # an express broker keeps none, and what cannot be read may be on
    if cluster.get("create").is_(False) or any(not (one.is_missing or one.is_(False)) for one in switches):
        return
    off = next((one for one in switches if one.is_written or _is_there(one)), None)
    cloudwatch = switches[0]
    added: New = {"enabled": True, "log_group": GROUP}
    if off is not None:
        intent = Intent(f"set `{off.argument_path}` to true", (Set(off, True),))
    elif nested:
        target = cluster.at("logging_info.broker_logs.cloudwatch_logs")
        intent = Intent("send them to CloudWatch", (Set(target, added),))
    else:
        intent = Intent(f"set `{cloudwatch.name}` to true", (Set(cloudwatch, True),))
    message = "Kafka brokers send their logs nowhere: " + (
        f"`{off.argument_path}` is not true" if off is not None else "no kind of log is switched on"
    )
    yield Finding(off if off is not None else cluster, message, (intent,))


def _is_there(switch: Value) -> bool:
    """Whether the block that should hold the missing switch stands there."""
    return switch.is_missing and len(switch.path) == 1 and isinstance(switch.holder, Block) and switch.holder.kind == "block"
