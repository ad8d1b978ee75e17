"""EMR: clusters, and the security configurations that say how they encrypt."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.json_documents import json_document
from iaclint.aspects.network import network_rules
from iaclint.checks.aws._modules import module
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    Finding,
    be_absent,
    be_filled,
    be_true,
    bind,
    every,
    in_terraform,
    lacks,
    need,
    need_path,
    requirement,
    rule,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/"
OPTIONS = GUIDE + "emr-encryption-enable.html"
MODULE = module("emr")
CONFIGURATION = "aws_emr_security_configuration"

requirement(
    "aws-emr-without-security-configuration",
    severity=LOW,
    cwe=311,
    title="EMR cluster has no security configuration",
    why="Nothing is encrypted then, neither on disks nor on the way between nodes, and nobody has to log in.",
    terraform=(
        "aws_emr_cluster: security_configuration",
        bind(
            f"{MODULE}: security_configuration",
            unless=some(where("create", False), where("create_security_configuration", True)),
        ),
    ),
    must=be_filled,
    fix=need("emr-security-configuration", "name of an EMR security configuration"),
    references=(GUIDE + "emr-security-configurations.html",),
    aliases=(in_terraform("CKV2_AWS_55", type=("aws_emr_cluster", MODULE)),),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-emr-in-default-vpc",
    severity=LOW,
    cwe=668,
    title="EMR cluster stands in the default VPC",
    why="Its subnets lead to the Internet, and whatever is started without much thought stands beside the cluster.",
    terraform=bind(
        "aws_emr_cluster:", must=be_absent,
        when=every(*(lacks(name) for name in ("ec2_attributes.subnet_id", "ec2_attributes.subnet_ids", "subnet_id", "subnet_ids"))),
        message="EMR cluster stands in the default VPC: no subnet is named in `ec2_attributes`",
        fix=need_path("ec2_attributes.subnet_id", "subnet", "ID of a private subnet"),
    ),
    must=be_absent,
    references=(GUIDE + "emr-plan-vpc-subnet.html",),
    aliases=(in_terraform("KICS:2b3c8a6d-9856-43e6-ab1d-d651094f03b4"),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-emr-public-access-allowed",
    severity=MEDIUM,
    cwe=668,
    title="EMR clusters of the region may be opened to the Internet",
    why="A single security group rule then publishes a cluster, whose tools run whatever code they are sent.",
    terraform="aws_emr_block_public_access_configuration: block_public_security_group_rules",
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "emr-block-public-access.html",),
    aliases=(in_terraform("CKV_AWS_390"),),
    tags=("network",),
)

open_group = rule(
    "aws-emr-security-group-open",
    severity=HIGH,
    cwe=284,
    title="Security group of an EMR cluster lets in everybody",
    why="The cluster's tools run whatever code they are sent, most of them without asking for a password.",
    remedy="Let in the addresses of those who use it only, in the security group named here.",
    references=(GUIDE + "emr-security-groups.html",),
    aliases=(in_terraform("CKV2_AWS_7"),),
    tags=("network",),
    # the group's own rule is reported by the rules on open ports
    default=False,
)
GROUPS = (
    "emr_managed_master_security_group", "emr_managed_slave_security_group", "service_access_security_group",
    "additional_master_security_groups", "additional_slave_security_groups",
)  # fmt: skip


@open_group.check(terraform="aws_emr_cluster")
def open_groups(cluster: Block, project: Project) -> Iterator[Finding]:
    """A security group of the cluster with an ingress rule for everybody."""
    for name in GROUPS:
        named = cluster.at(f"ec2_attributes.{name}")
        group = project.follow(named)
        if group is None or group.type != "aws_security_group":
            continue
        for one in network_rules(group):
            sources = one.open_sources() if one.direction == "ingress" and one.allows is True else ()
            for source in sources:
                message = f"security group of an EMR cluster lets in everybody: {group.address}"
                yield Finding(named, message, also=((source, "everybody is let in here"),))
                break


# --- what a security configuration says --------------------------------------------------

at_rest = rule(
    "aws-emr-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Security configuration of EMR leaves data on disks and in S3 unencrypted",
    why="Whoever obtains a disk or reads the bucket reads everything that clusters with this configuration work on.",
    references=(OPTIONS,),
    aliases=(in_terraform("AVD-AWS-0137", "CKV_AWS_349", "CKV_AWS_350"),),
    tags=("encryption",),
)

local_disks = rule(
    "aws-emr-disks-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Security configuration of EMR leaves the disks of nodes unencrypted",
    why="Intermediate results and spilled data of all jobs lie there in plain text.",
    remedy="Add `LocalDiskEncryptionConfiguration` with a KMS key.",
    references=(OPTIONS,),
    aliases=(in_terraform("AVD-AWS-0139", "CKV_AWS_349", disks="local"), in_terraform("CKV_AWS_350", disks=("local", "ebs"))),
    tags=("encryption",),
)

in_transit = rule(
    "aws-emr-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Security configuration of EMR leaves traffic between nodes unencrypted",
    why="Whoever listens on the network reads what jobs exchange, and may change it.",
    remedy="Set `EnableInTransitEncryption` to true and name certificates in `InTransitEncryptionConfiguration`.",
    references=(OPTIONS,),
    aliases=(in_terraform("AVD-AWS-0138", "CKV_AWS_351"),),
    tags=("encryption", "network"),
)

without_kms = rule(
    "aws-emr-without-own-key",
    severity=LOW,
    cwe=311,
    title="Security configuration of EMR encrypts S3 objects without a key of KMS",
    why="Who may read them is then decided by the bucket alone, and no log tells that the key was used.",
    references=(OPTIONS,),
    remedy='Set `EncryptionMode` to "SSE-KMS" and name an `AwsKmsKey`.',
    aliases=(in_terraform("CKV_AWS_171"),),
    tags=("encryption",),
    default=False,
)


def _encryption(configuration: Block) -> Value | None:
    """What the document says on encryption; None where it cannot be read."""
    document = json_document(configuration.get("configuration"))
    found = document.at("EncryptionConfiguration") if document is not None and document.kind == "map" else None
    return found if found is not None and found.kind == "map" else None


@at_rest.check(terraform=CONFIGURATION)
def nothing_at_rest(configuration: Block, project: Project) -> Iterator[Finding]:
    """Encryption at rest switched off."""
    says = _encryption(configuration)
    switch = says.at("EnableAtRestEncryption") if says is not None else None
    if says is not None and switch is not None and switch.is_(False):
        complete = not says.at("AtRestEncryptionConfiguration").is_missing
        intents = (Intent("set `EnableAtRestEncryption` to true", (Set(switch, True),)),) if complete else ()
        message = "security configuration leaves data at rest unencrypted: `EnableAtRestEncryption` is false"
        yield Finding(switch, message, intents)


@local_disks.check(terraform=CONFIGURATION)
def disks(configuration: Block, project: Project) -> Iterator[Finding]:
    """Encryption at rest is on, but not for the nodes' disks, or not for those of EBS among them."""
    says = _encryption(configuration)
    if says is None or not says.at("EnableAtRestEncryption").is_(True):
        return
    rest = says.at("AtRestEncryptionConfiguration")
    local = rest.at("LocalDiskEncryptionConfiguration")
    if rest.is_unknown or local.is_unknown:
        return
    if local.is_missing or local.at("EncryptionKeyProviderType").is_(""):
        where = says.at("EnableAtRestEncryption") if local.is_missing else local.at("EncryptionKeyProviderType")
        message = "disks of nodes are not encrypted: `LocalDiskEncryptionConfiguration` names no key provider"
        yield Finding(where, message, facets={"disks": "local"})
        return
    ebs = local.at("EnableEbsEncryption")
    if ebs.is_(False) or (ebs.is_missing and local.at("EncryptionKeyProviderType").is_("AwsKms")):
        intent = Intent("set `EnableEbsEncryption` to true", (Set(ebs, True),))
        message = "EBS disks of nodes are not encrypted: `EnableEbsEncryption` is not true"
        yield Finding(ebs, message, (intent,), {"disks": "ebs"})


@in_transit.check(terraform=CONFIGURATION)
def nothing_in_transit(configuration: Block, project: Project) -> Iterator[Finding]:
    """Encryption in transit switched off."""
    says = _encryption(configuration)
    switch = says.at("EnableInTransitEncryption") if says is not None else None
    if says is not None and switch is not None and switch.is_(False):
        complete = not says.at("InTransitEncryptionConfiguration").is_missing
        intents = (Intent("set `EnableInTransitEncryption` to true", (Set(switch, True),)),) if complete else ()
        message = "traffic between nodes is not encrypted: `EnableInTransitEncryption` is false"
        yield Finding(switch, message, intents)


@without_kms.check(terraform=CONFIGURATION)
def no_kms(configuration: Block, project: Project) -> Iterator[Finding]:
    """Objects in S3 are encrypted with a key of S3."""
    says = _encryption(configuration)
    if says is None or not says.at("EnableAtRestEncryption").is_(True):
        return
    mode = says.at("AtRestEncryptionConfiguration.S3EncryptionConfiguration.EncryptionMode")
    if mode.is_("SSE-S3"):
        yield Finding(mode, 'S3 objects are encrypted without a key of KMS: `EncryptionMode` is "SSE-S3"')
