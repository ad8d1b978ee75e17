"""Redshift clusters."""

from iaclint.model.block import Node
from iaclint.model.project import Project
from iaclint.model.value import Truth
from iaclint.rules import (
    HIGH,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    add_companion,
    be_false,
    be_true,
    bind,
    companion,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
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

ENCRYPTION = "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html"
NETWORK = "https://docs.aws.amazon.com/redshift/latest/mgmt/rs-ra-publicly-accessible.html"
AUDIT = "https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html"

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

requirement(
    "aws-redshift-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Redshift cluster is not encrypted at rest",
    why="Whoever obtains a snapshot or a disk reads the whole warehouse.",
    terraform=(
        "aws_redshift_cluster: encrypted",
        bind("aws_redshift_cluster: encrypted", when_missing=VIOLATED, when=every(OLD_PROVIDER, opposite(has("encrypted")))),
    ),
    ansible=bind("community.aws.redshift: encrypted", when_missing=VIOLATED, when=CREATES),
    must=be_true,
    unless=RESTORED,
    fix=set_to(True),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_64", "AVD-AWS-0084", "AC_AWS_0198", "KICS:cfdcabb0-fc06-427c-865b-c59f13e898ce"),
        in_ansible("KICS:6a647814-def5-4b85-88f5-897c19f509cd"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-redshift-public",
    severity=HIGH,
    cwe=668,
    title="Redshift cluster has a public address",
    why="Everybody on the Internet may try passwords and exploits against the warehouse.",
    terraform=(
        "aws_redshift_cluster: publicly_accessible",
        bind(
            "aws_redshift_cluster: publicly_accessible", when_missing=VIOLATED,
            when=every(OLD_PROVIDER, opposite(has("publicly_accessible"))),
        ),
        "aws_redshiftserverless_workgroup: publicly_accessible",
    ),
    ansible=bind("community.aws.redshift: publicly_accessible", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(NETWORK,),
    aliases=(
        in_terraform("CKV_AWS_87", "AC_AWS_0199", "KICS:af173fde-95ea-4584-b904-bb3923ac4bda", type="aws_redshift_cluster"),
        in_ansible("KICS:5c6b727b-1382-4629-8ba9-abd1365e5610"),
    ),
    tags=("network",),
)

requirement(
    "aws-redshift-without-audit-log",
    severity=MEDIUM,
    cwe=778,
    title="Redshift cluster writes no audit log",
    why="Nobody can tell afterwards who logged in and what they read.",
    terraform=(
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
    references=(AUDIT,),
    aliases=(in_terraform("CKV_AWS_71", "AC_AWS_0200", "KICS:15ffbacc-fa42-4f6f-a57d-2feac7365caa"),),
    tags=("logging",),
)
