"""RDS and Aurora: how databases are encrypted, who reaches them and who may delete them.

How they are kept and watched stands in `rds_operations`.
"""

from __future__ import annotations

from iaclint.checks.aws._modules import before, module
from iaclint.checks.aws._registry import version_below
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    be_false,
    be_filled,
    be_none_of,
    be_true,
    bind,
    contain_none,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    match,
    need,
    not_,
    opposite,
    remove_it,
    remove_items,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
ENCRYPTION = GUIDE + "Overview.Encryption.html"
IN_VPC = GUIDE + "USER_VPC.WorkingWithRDSInstanceinaVPC.html"

RDS, AURORA = module("rds"), module("rds-aurora")
CLOUDPOSSE, CLOUDPOSSE_CLUSTER = "module:cloudposse/rds/aws", "module:cloudposse/rds-cluster/aws"
INSTANCES = "aws_db_instance|aws_rds_cluster_instance"
CALLS = f"{RDS}|{AURORA}|{CLOUDPOSSE}|{CLOUDPOSSE_CLUSTER}"
# what an alias for one type holds for: that resource, and the modules that make it
INSTANCE = ("aws_db_instance", RDS, CLOUDPOSSE)
CLUSTER = ("aws_rds_cluster", AURORA, CLOUDPOSSE_CLUSTER)

NOT_MADE = some(
    where("create", False), where("create_db_instance", False), where("create_cluster", False), where("enabled", False)
)
# what is restored or replicated takes over the encryption and the settings of its source
DERIVED = some(
    has("replicate_source_db"), has("snapshot_identifier"), has("restore_to_point_in_time"),
    has("replication_source_identifier"), has("global_cluster_identifier"), where("engine_mode", "serverless"), NOT_MADE,
)
# a task without an engine changes a database that exists
CREATES = every(
    has("engine"), opposite(where("state", "absent")), lacks("creation_source"), lacks("source_db_instance_identifier"),
    lacks("db_snapshot_identifier"), lacks("db_cluster_identifier"), lacks("snapshot_identifier"),
    lacks("source_db_cluster_identifier"), lacks("replication_source_identifier"),
)
# the module's cluster is named by db_cluster_identifier itself
CREATES_CLUSTER = every(
    has("engine"), opposite(where("state", "absent")), lacks("creation_source"), lacks("snapshot_identifier"),
    lacks("source_db_cluster_identifier"), lacks("replication_source_identifier"), lacks("global_cluster_identifier"),
)
GONE = where("state", "absent")

requirement(
    "aws-rds-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Database is not encrypted at rest",
    why="Whoever obtains a snapshot, a backup or a replica reads all its data; it cannot be encrypted later in place.",
    terraform=(
        "aws_db_instance|aws_rds_cluster: storage_encrypted",
        f"{CLOUDPOSSE_CLUSTER}: storage_encrypted",
        bind(f"{RDS}|{AURORA}|{CLOUDPOSSE}: storage_encrypted", when_missing=OK),
        bind(f"{RDS}: storage_encrypted", when=every(lacks("storage_encrypted"), before(4))),
        bind(f"{CLOUDPOSSE}: storage_encrypted", when=every(lacks("storage_encrypted"), version_below("0.31.0"))),
        bind(
            "aws_rds_global_cluster: storage_encrypted", unless=has("source_db_cluster_identifier"),
            message="global database is not encrypted at rest: `storage_encrypted` is not true",
        ),
    ),
    ansible=(
        bind("amazon.aws.rds_instance: storage_encrypted", when=CREATES),
        bind("amazon.aws.rds_cluster: storage_encrypted", when=CREATES_CLUSTER),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=DERIVED,
    fix=set_to(True),
    fix_safety="Changing the encryption replaces the database: restore an encrypted copy of a snapshot instead.",
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_16", "AVD-AWS-0080", "AC_AWS_0058", type=INSTANCE),
        in_terraform("KICS:08bd0760-8752-44e1-9779-7bb369b2b4e4", type=INSTANCE),
        in_terraform("CKV_AWS_96", "AVD-AWS-0079", "AC_AWS_0186", type=CLUSTER),
        in_terraform(
            "KICS:3199c26c-7871-4cb3-99c2-10a59244ce7f", "KICS:1a690d1d-0ae7-49fa-b2db-b75ae0dd1d3e",
            "KICS:656880aa-1388-488f-a6d4-8f73c23149b2", type=CLUSTER,
        ),
        in_terraform("CKV_AWS_140", type="aws_rds_global_cluster"),
        in_ansible("KICS:7dfb316c-a6c2-454d-b8a2-97f147b0c0ff", type="amazon.aws.rds_instance"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-rds-without-own-key",
    severity=LOW,
    cwe=311,
    title="Database is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and snapshots under it cannot be given to other accounts.",
    terraform=(
        "aws_db_instance|aws_rds_cluster: kms_key_id",
        f"{CALLS}: kms_key_id",
        bind("aws_db_instance_automated_backups_replication: kms_key_id", unless=NOT_MADE),
        bind("aws_db_snapshot_copy|aws_rds_cluster_snapshot_copy: kms_key_id", unless=NOT_MADE),
        bind("aws_rds_cluster_activity_stream: kms_key_id", must=not_(match("alias/aws/.*")), unless=NOT_MADE),
    ),
    ansible=(
        bind("amazon.aws.rds_instance: kms_key_id", when=CREATES),
        bind("amazon.aws.rds_cluster: kms_key_id", when=CREATES_CLUSTER),
    ),
    must=be_filled,
    unless=DERIVED,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(ENCRYPTION,),
    aliases=(
        in_terraform("CKV_AWS_327", type=CLUSTER),
        in_terraform("CKV_AWS_245", type="aws_db_instance_automated_backups_replication"),
        in_terraform("CKV_AWS_246", type="aws_rds_cluster_activity_stream"),
        in_terraform("CKV_AWS_266", type="aws_db_snapshot_copy"),
    ),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-rds-snapshot-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Snapshot of a database cluster is said to be unencrypted",
    why="A snapshot is encrypted as its cluster is: whoever it is given to reads all data of a cluster in the clear.",
    terraform="aws_db_cluster_snapshot|aws_neptune_cluster_snapshot|aws_docdb_cluster_snapshot: storage_encrypted",
    must=be_true,
    references=(ENCRYPTION,),
    remedy="Encrypt the cluster, and leave `storage_encrypted` out: a snapshot takes it over from its cluster.",
    aliases=(
        in_terraform("CKV_AWS_146", type="aws_db_cluster_snapshot"),
        in_terraform("CKV_AWS_279", "KICS:g3l20gd0k-e5f6-7890-ab12-cd34ef567890", type="aws_neptune_cluster_snapshot"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-rds-public",
    severity=HIGH,
    cwe=668,
    title="Database has a public address",
    why="Everybody on the Internet may try passwords and exploits against it as soon as its security group lets them in.",
    terraform=(
        f"{INSTANCES}|aws_rds_shard_group: publicly_accessible",
        f"{CALLS}: publicly_accessible",
        f"{AURORA}: instances.*.publicly_accessible",
    ),
    ansible=bind("amazon.aws.rds_instance: publicly_accessible", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(IN_VPC,),
    aliases=(
        in_terraform("CKV_AWS_17", "AVD-AWS-0180", "aws-rds-no-public-db-access"),
        in_terraform("KICS:35113e6f-2c6b-414d-beec-7a9482d3b2d1", "AC_AWS_0054", type=INSTANCE),
        in_ansible("KICS:c09e3ca5-f08a-4717-9c87-3919c5e6d209"),
    ),
    tags=("network",),
)

requirement(
    "aws-rds-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="Database can be deleted by a single call",
    why="One wrong apply, script or stolen key removes it; with the protection it takes two deliberate steps.",
    terraform=(
        "aws_db_instance|aws_rds_cluster: deletion_protection",
        bind(f"{CALLS}: deletion_protection", unless=some(has("replicate_source_db"), NOT_MADE)),
    ),
    ansible=(
        bind("amazon.aws.rds_instance: deletion_protection", when=CREATES),
        bind("amazon.aws.rds_cluster: deletion_protection", when=CREATES_CLUSTER),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=has("replicate_source_db"),
    fix=set_to(True),
    references=(GUIDE + "USER_DeleteInstance.html",),
    aliases=(
        in_terraform("CKV_AWS_293", "AVD-AWS-0177", type=INSTANCE),
        in_terraform("CKV_AWS_139", "AVD-AWS-0343", type=CLUSTER),
    ),
    tags=("availability",),
)

KNOWS_IAM = some(
    where("engine", match(r"mysql|postgres|aurora-mysql|aurora-postgresql")),
    every(where("engine", "mariadb"), lacks("engine_version")),
    every(where("engine", "mariadb"), where("engine_version", match(r"10\.(?:[6-9]|1\d).*|1[1-9].*"))),
)

requirement(
    "aws-rds-iam-login-disabled",
    severity=LOW,
    cwe=287,
    title="Database accepts passwords only, no IAM identities",
    why="Passwords are shared and live for years; IAM hands out tokens that expire after a quarter of an hour.",
    terraform=f"aws_db_instance|aws_rds_cluster|{CALLS}: iam_database_authentication_enabled",
    ansible=bind(
        "amazon.aws.rds_instance|amazon.aws.rds_cluster: enable_iam_database_authentication",
        when=every(KNOWS_IAM, opposite(GONE)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    when=KNOWS_IAM,
    unless=NOT_MADE,
    fix=set_to(True),
    default=False,
    references=(GUIDE + "UsingWithRDS.IAMDBAuth.html",),
    aliases=(
        in_terraform("CKV_AWS_161", "AVD-AWS-0176", "AC_AWS_0053", type=INSTANCE),
        in_terraform("KICS:88fd05e0-ac0e-43d2-ba6d-fc0ba60ae1a6", type=INSTANCE),
        in_terraform("CKV_AWS_162", type=CLUSTER),
        in_ansible("KICS:0ed012a4-9199-43d2-b9e4-9bd049a48aa4", type="amazon.aws.rds_instance"),
    ),
    tags=("identity", "hygiene"),
)

requirement(
    "aws-rds-outdated-certificate",
    severity=MEDIUM,
    cwe=295,
    title="Database presents a certificate of an expired authority",
    why="Clients that verify it can no longer connect, and the usual way out is to switch verification off.",
    terraform=(
        f"{INSTANCES}|aws_docdb_cluster_instance|{RDS}|{CLOUDPOSSE}: ca_cert_identifier",
        f"{AURORA}|{CLOUDPOSSE_CLUSTER}: ca_cert_identifier",
    ),
    ansible=bind("amazon.aws.rds_instance: ca_certificate_identifier", unless=GONE),
    must=be_none_of("rds-ca-2010", "rds-ca-2015", "rds-ca-2019"),
    fix=set_to("rds-ca-rsa2048-g1", at_most=UNSAFE, note="clients need the new authority's certificate first"),
    references=(GUIDE + "UsingWithRDS.SSL-certificate-rotation.html",),
    aliases=(
        in_terraform("CKV_AWS_211", "AC_AWS_0057", "KICS:9f40c07e-699e-4410-8856-3ba0f2e3a2dd", type=INSTANCE),
        in_ansible("KICS:5eccd62d-8b4d-46d3-83ea-1879f3cbd3ce"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-rds-snapshot-public",
    severity=CRITICAL,
    cwe=732,
    title="Database snapshot is shared with every AWS account",
    why="Anybody with an AWS account can restore it and read all its data.",
    terraform=(
        "aws_db_snapshot|aws_db_snapshot_copy|aws_db_cluster_snapshot|aws_rds_cluster_snapshot_copy: shared_accounts"
    ),
    must=contain_none("all"),
    fix=(
        remove_items("all", at_most=UNSAFE, note="accounts that are not named lose it"),
        remove_it(at_most=UNSAFE, note="other accounts lose it"),
    ),
    references=(GUIDE + "USER_ShareSnapshot.html",),
    aliases=(in_terraform("CKV_AWS_302", "KICS:f0d8781f-1991-4958-9917-d39283b168a0", type="aws_db_snapshot"),),
    tags=("identity",),
)

# fixed in PostgreSQL 13.3, 12.7, 11.12 and 10.17 of RDS; earlier series are no longer mended at all
READS_FILES = r"13\.[12]|12\.[2-6]|11\.(?:\d|1[01])|10\.(?:\d|1[0-6])|9\.[0-5](?:\..*)?|9\.6\.(?:\d|1\d|2[01])"

requirement(
    "aws-rds-postgres-reads-files",
    severity=MEDIUM,
    cwe=1104,
    title="This release of PostgreSQL lets its users read files of the server",
    why="Through the extension log_fdw a database user reads files of the host, among them credentials of the service.",
    terraform=(
        bind(f"aws_db_instance|aws_rds_cluster|{CALLS}: engine_version", when=where("engine", "postgres")),
        bind(
            f"{INSTANCES}|aws_rds_cluster|{CALLS}: engine_version", must=not_(match(r"10\.1[123]|11\.[678]")),
            when=where("engine", "aurora-postgresql"),
        ),
    ),
    ansible=(
        bind("amazon.aws.rds_instance|amazon.aws.rds_cluster: engine_version", when=where("engine", "postgres")),
        bind(
            "amazon.aws.rds_instance|amazon.aws.rds_cluster: engine_version", must=not_(match(r"10\.1[123]|11\.[678]")),
            when=where("engine", "aurora-postgresql"),
        ),
    ),
    must=not_(match(READS_FILES), wanted="a release in which it is mended"),
    fix=need("postgres-version", "supported version of PostgreSQL", at_most=UNSAFE),
    references=(
        "https://aws.amazon.com/security/security-bulletins/AWS-2022-004/",
        "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
    ),
    aliases=(
        in_terraform("CKV_AWS_250", type=(*INSTANCE, *CLUSTER)),
        in_terraform("CKV_AWS_388", type="aws_db_instance"),
    ),
    tags=("supply-chain",),
)
