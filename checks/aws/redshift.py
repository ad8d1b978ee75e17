"""Redshift: clusters, and the serverless kind. Whether TLS is demanded is set by `parameter_groups`."""

from __future__ import annotations

from iaclint.checks.aws._modules import before, module
from iaclint.model.block import Node
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import (
    HIGH,
    INFO,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    add_companion,
    all_of,
    be_at_least,
    be_false,
    be_filled,
    be_none_of,
    be_true,
    bind,
    companion,
    differ,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    match,
    need,
    opposite,
    related,
    requirement,
    set_path,
    set_to,
    some,
    subject,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/redshift/latest/mgmt/"
ENCRYPTION = GUIDE + "working-with-db-encryption.html"
MODULE = module("redshift")
CLUSTER = ("aws_redshift_cluster", MODULE)
ANSIBLE = "community.aws.redshift"

_BEFORE_6 = match(r"\s*(?:~>|=)?\s*[0-5](?:\.\d+)*\s*|.*<\s*=?\s*[0-5]\..*|.*<\s*[0-6](?:\.0)*\s*")


def _is_before_6(element: Node, project: Project) -> Truth:
    """Whether the Project asks for a provider before version 6, whose defaults were the wrong ones."""
    return any(
        _BEFORE_6(value) is True
        for block in project.blocks("terraform", "terraform")
        for value in (block.at("required_providers.aws.version"), block.at("required_providers.aws"))
    )


OLD_PROVIDER = related("AWS provider before 6", _is_before_6)
RESTORED = some(has("snapshot_identifier"), has("snapshot_arn"))
LOG_BUCKET = Needed("log-bucket", "name of the bucket that takes the logs")
CREATES = where("command", "create")
GONE = where("command", "delete")
NOT_MADE = where("create", False)

requirement(
    "aws-redshift-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Redshift cluster is not encrypted at rest",
    why="Whoever obtains a snapshot or a disk reads the whole warehouse.",
    terraform=(
        f"aws_redshift_cluster|{MODULE}: encrypted",
        bind("aws_redshift_cluster: encrypted", when_missing=VIOLATED, when=every(OLD_PROVIDER, opposite(has("encrypted")))),
        bind(f"{MODULE}: encrypted", when_missing=VIOLATED, when=every(lacks("encrypted"), before(4))),
    ),
    ansible=bind(f"{ANSIBLE}: encrypted", when_missing=VIOLATED, when=CREATES),
    must=be_true,
    unless=some(RESTORED, NOT_MADE),
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_64", "AVD-AWS-0084", "AC_AWS_0198", "KICS:cfdcabb0-fc06-427c-865b-c59f13e898ce"),
        in_ansible("KICS:6a647814-def5-4b85-88f5-897c19f509cd"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-redshift-without-own-key",
    severity=LOW,
    cwe=311,
    title="Redshift is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and snapshots under it cannot be given to other accounts.",
    terraform=(
        bind("aws_redshift_cluster: kms_key_id", unless=RESTORED),
        bind(f"{MODULE}: kms_key_arn", unless=some(RESTORED, NOT_MADE, before(4))),
        "aws_redshift_snapshot_copy_grant: kms_key_id",
        bind("aws_redshiftserverless_namespace: kms_key_id", must=all_of(be_filled, differ("AWS_OWNED_KMS_KEY"))),
    ),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_142", type=CLUSTER),
        in_terraform("CKV_AWS_281", type="aws_redshift_snapshot_copy_grant"),
        in_terraform("CKV_AWS_282", type="aws_redshiftserverless_namespace"),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-redshift-public",
    severity=HIGH,
    cwe=668,
    title="Redshift cluster has a public address",
    why="Everybody on the Internet may try passwords and exploits against the warehouse.",
    terraform=(
        f"aws_redshift_cluster|{MODULE}: publicly_accessible",
        bind(
            "aws_redshift_cluster: publicly_accessible", when_missing=VIOLATED,
            when=every(OLD_PROVIDER, opposite(has("publicly_accessible"))),
        ),
        "aws_redshiftserverless_workgroup: publicly_accessible",
    ),
    ansible=bind(f"{ANSIBLE}: publicly_accessible", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(GUIDE + "rs-ra-publicly-accessible.html",),
    aliases=(
        in_terraform("CKV_AWS_87", "AC_AWS_0199", "KICS:af173fde-95ea-4584-b904-bb3923ac4bda", type=CLUSTER),
        in_ansible("KICS:5c6b727b-1382-4629-8ba9-abd1365e5610"),
    ),
    tags=("network",),
)

requirement(
    "aws-redshift-in-default-vpc",
    severity=LOW,
    cwe=668,
    title="Redshift cluster stands in the default VPC",
    why="Its subnets lead to the Internet, and whatever is started without much thought stands beside the warehouse.",
    terraform="aws_redshift_cluster: cluster_subnet_group_name",
    ansible=bind(f"{ANSIBLE}: cluster_subnet_group_name", when=CREATES),
    must=be_filled,
    # who names security groups has thought about where it stands
    unless=some(RESTORED, has("vpc_security_group_ids")),
    fix=need("redshift-subnet-group", "name of a Redshift subnet group", at_most=UNSAFE, note="the cluster is made anew"),
    references=(GUIDE + "managing-clusters-vpc.html",),
    aliases=(in_terraform("CKV_AWS_154", "AVD-AWS-0127", "KICS:0a494a6a-ebe2-48a0-9d77-cf9d5125e1b3"),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-redshift-routed-over-internet",
    severity=LOW,
    cwe=668,
    title="Redshift loads and unloads data past your VPC",
    why="Endpoints, firewalls and flow logs of the VPC see nothing of what COPY and UNLOAD carry in and out.",
    terraform=(
        f"aws_redshift_cluster|{MODULE}: enhanced_vpc_routing",
        "aws_redshiftserverless_workgroup: enhanced_vpc_routing",
    ),
    ansible=bind(f"{ANSIBLE}: enhanced_vpc_routing", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=NOT_MADE,
    fix=set_to(True, at_most=UNSAFE, note="without a route to S3, loading and unloading fail"),
    references=(GUIDE + "enhanced-vpc-routing.html",),
    aliases=(in_terraform("CKV_AWS_321", type=CLUSTER),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-redshift-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Redshift cluster does not take upgrades by itself",
    why="Security fixes of the engine wait until somebody remembers to install them.",
    terraform=f"aws_redshift_cluster|{MODULE}: allow_version_upgrade",
    ansible=bind(f"{ANSIBLE}: allow_version_upgrade", unless=GONE),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "rs-cluster-versions.html",),
    aliases=(in_terraform("CKV_AWS_141"),),
    tags=("supply-chain",),
)

requirement(
    "aws-redshift-without-snapshots",
    severity=MEDIUM,
    cwe=1188,
    title="Redshift cluster keeps no automatic snapshots",
    why="After a mistake, a fault or an attack there is no earlier state to return to.",
    terraform=(
        f"aws_redshift_cluster|{MODULE}: automated_snapshot_retention_period",
        # before its fourth release the module made none unless told so
        bind(
            f"{MODULE}: automated_snapshot_retention_period", when_missing=VIOLATED,
            when=every(lacks("automated_snapshot_retention_period"), before(4)),
        ),
    ),
    ansible=bind(f"{ANSIBLE}: automated_snapshot_retention_period", unless=GONE),
    must=be_at_least(1),
    # nodes of type RA3 cannot do without
    unless=some(where("node_type", match("ra3.*")), NOT_MADE),
    fix=set_to(7),
    references=(GUIDE + "working-with-snapshots.html",),
    aliases=(in_terraform("CKV_AWS_343"),),
    tags=("availability",),
)

requirement(
    "aws-redshift-default-database",
    severity=INFO,
    cwe=1188,
    title="Redshift cluster uses the database name it comes with",
    why="Scripts that try stolen passwords begin with the name everybody has.",
    terraform="aws_redshift_cluster: database_name",
    must=all_of(be_filled, differ("dev")),
    unless=RESTORED,
    fix=need("redshift-database", "name of the first database", at_most=UNSAFE, note="only a new cluster gets it"),
    references=(GUIDE + "managing-clusters-console.html",),
    aliases=(in_terraform("CKV_AWS_320"),),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-redshift-default-admin",
    severity=LOW,
    cwe=1392,
    title="Redshift's administrator has a name that everybody guesses",
    why="Half of what an attacker must find out is known; on a public cluster that is the half he tries first.",
    terraform=f"aws_redshift_cluster|{MODULE}: master_username",
    ansible=bind(f"{ANSIBLE}: username", when=CREATES),
    must=be_none_of("awsuser", "administrator", "admin"),
    unless=NOT_MADE,
    fix=need("redshift-admin", "name of the administrator", at_most=UNSAFE, note="the cluster is made anew"),
    references=(GUIDE + "managing-clusters-console.html",),
    aliases=(in_terraform("CKV_AWS_391", type=CLUSTER),),
    tags=("identity", "hygiene"),
    default=False,
)

requirement(
    "aws-redshift-without-audit-log",
    severity=LOW,
    cwe=778,
    title="Redshift cluster writes no audit log",
    why="Nobody can tell afterwards who logged in and what they read.",
    terraform=(
        bind(f"{MODULE}: enable_logging", when=before(4), unless=some(NOT_MADE, has("logging")), fix=()),
        bind(
            "aws_redshift_cluster: logging.enable", when=opposite(has("logging")),
            fix=add_companion(
                "aws_redshift_logging",
                {"cluster_identifier": subject("id"), "log_destination_type": "s3", "bucket_name": LOG_BUCKET},
            ),
        ),
        bind("aws_redshift_cluster: logging.enable", when=has("logging.bucket_name"), fix=set_to(True)),
        bind(
            "aws_redshift_cluster: logging.enable", when=every(has("logging"), opposite(has("logging.bucket_name"))),
            fix=together("write the audit log", set_to(True), set_path("logging.bucket_name", LOG_BUCKET)),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=companion("aws_redshift_logging", by="cluster_identifier", identities=("cluster_identifier",)),
    references=(GUIDE + "db-auditing.html",),
    aliases=(in_terraform("CKV_AWS_71", "AC_AWS_0200", "KICS:15ffbacc-fa42-4f6f-a57d-2feac7365caa"),),
    tags=("logging",),
)
