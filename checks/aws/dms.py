"""Database Migration Service: replication instances and the endpoints they copy between."""

from __future__ import annotations

from iaclint.checks.aws._modules import module
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_false,
    be_filled,
    be_true,
    bind,
    differ,
    every,
    in_terraform,
    match,
    need,
    opposite,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/dms/latest/userguide/"
MODULE = module("dms")
CREATES = opposite(where("state", "absent"))

requirement(
    "aws-dms-public",
    severity=HIGH,
    cwe=668,
    title="Replication instance has a public address",
    why="It holds the passwords of the databases it copies between, and can be attacked from everywhere.",
    terraform=(
        "aws_dms_replication_instance: publicly_accessible",
        f"{MODULE}: repl_instance_publicly_accessible",
    ),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="databases outside the VPC can no longer be reached by it"),
    references=(GUIDE + "CHAP_ReplicationInstance.PublicPrivate.html",),
    aliases=(in_terraform("CKV_AWS_89", "KICS:030d3b18-1821-45b4-9e08-50efbe7becbb"),),
    tags=("network",),
)

requirement(
    "aws-dms-minor-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Replication instance does not take minor upgrades by itself",
    why="Security fixes of the engine wait until somebody remembers to install them.",
    # AWS's own default is to take them
    terraform=(
        "aws_dms_replication_instance: auto_minor_version_upgrade",
        f"{MODULE}: repl_instance_auto_minor_version_upgrade",
    ),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "CHAP_ReplicationInstance.html",),
    aliases=(in_terraform("CKV_AWS_222"),),
    tags=("supply-chain",),
)

requirement(
    "aws-dms-without-own-key",
    severity=LOW,
    cwe=311,
    title="Migration is not encrypted with a key of your own",
    why="What is copied, and the passwords of both ends, lie under a key that cannot be restricted further or withdrawn.",
    terraform=(
        "aws_dms_replication_instance|aws_dms_s3_endpoint|aws_dms_endpoint: kms_key_arn",
        bind("aws_dms_replication_config: compute_config.kms_key_id"),
        f"{MODULE}: repl_instance_kms_key_arn",
    ),
    ansible=bind("community.aws.dms_endpoint: kmskeyid", when=CREATES),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "CHAP_Security.html",),
    aliases=(
        in_terraform("CKV_AWS_212", type=("aws_dms_replication_instance", MODULE)),
        in_terraform("CKV_AWS_296", type="aws_dms_endpoint"),
        in_terraform("CKV_AWS_298", type="aws_dms_s3_endpoint"),
    ),
    tags=("encryption",),
    default=False,
)

SPEAKS_TLS = match(r"mysql|mariadb|postgres|aurora.*|oracle|sqlserver|babelfish|sybase|db2.*|mongodb|docdb|azure-sql-managed-instance")
ENGINE = some(
    where("engine_name", SPEAKS_TLS),
    # Azure's database is reached with TLS as a source, by itself
    every(where("engine_name", "azuredb"), where("endpoint_type", "target")),
)

requirement(
    "aws-dms-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Migration talks to a database without TLS",
    why="Whole databases cross the network readable for everybody on the way, and may be changed there.",
    terraform="aws_dms_endpoint: ssl_mode",
    ansible=bind(
        "community.aws.dms_endpoint: sslmode", when=every(CREATES, where("enginename", SPEAKS_TLS)), when_missing=VIOLATED
    ),
    must=differ("none"),
    when_missing=VIOLATED,
    when=ENGINE,
    fix=set_to("require", at_most=UNSAFE, note="the database must speak TLS; `verify-full` also checks who it is"),
    references=(GUIDE + "CHAP_Security.SSL.html",),
    aliases=(in_terraform("CKV2_AWS_49", "KICS:e6f7g8h9-i0j1-4klm-56no-7890pqrstu12"),),
    tags=("encryption", "network"),
)
