"""Relational databases: instances, clusters and snapshots of RDS and Aurora."""

from iaclint.model.block import Block, Node
from iaclint.model.intent import Impact, Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_at_least,
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
    opposite,
    remove_it,
    remove_items,
    requirement,
    set_to,
    some,
    where,
)

ENCRYPTION = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html"
PUBLIC = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html"
BACKUPS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html"
DELETION = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html"
UPGRADES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html"
MULTI_AZ = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html"
IAM_LOGIN = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html"
INSIGHTS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html"
LOGS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.html"
CERTIFICATES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL-certificate-rotation.html"
SNAPSHOTS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html"

# what is restored or replicated takes over the encryption and the settings of its source
DERIVED = some(
    has("replicate_source_db"), has("snapshot_identifier"), has("restore_to_point_in_time"),
    has("replication_source_identifier"), has("global_cluster_identifier"), where("engine_mode", "serverless"),
)
# a task without an engine changes a database that exists
CREATES = every(
    has("engine"), opposite(where("state", "absent")), lacks("creation_source"), lacks("source_db_instance_identifier"),
    lacks("db_snapshot_identifier"), lacks("db_cluster_identifier"), lacks("snapshot_identifier"),
    lacks("source_db_cluster_identifier"), lacks("replication_source_identifier"),
)
GONE = where("state", "absent")
INSTANCES = "aws_db_instance|aws_rds_cluster_instance"

requirement(
    "aws-rds-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Database is not encrypted at rest",
    why="Whoever obtains a snapshot, a backup or a replica reads all its data; it cannot be encrypted later in place.",
    terraform="aws_db_instance|aws_rds_cluster: storage_encrypted",
    ansible=bind("amazon.aws.rds_instance|amazon.aws.rds_cluster: storage_encrypted", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=DERIVED,
    fix=set_to(True),
    fix_safety="Changing the encryption replaces the database: restore an encrypted copy of a snapshot instead.",
    references=(ENCRYPTION,),
    aliases=(
        in_terraform(
            "CKV_AWS_16", "AVD-AWS-0080", "AC_AWS_0058", "KICS:08bd0760-8752-44e1-9779-7bb369b2b4e4", type="aws_db_instance"
        ),
        in_terraform(
            "CKV_AWS_96", "AVD-AWS-0079", "AC_AWS_0186", "KICS:3199c26c-7871-4cb3-99c2-10a59244ce7f",
            "KICS:1a690d1d-0ae7-49fa-b2db-b75ae0dd1d3e", "KICS:656880aa-1388-488f-a6d4-8f73c23149b2", type="aws_rds_cluster",
        ),
        in_ansible("KICS:7dfb316c-a6c2-454d-b8a2-97f147b0c0ff", type="amazon.aws.rds_instance"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-rds-public",
    severity=HIGH,
    cwe=668,
    title="Database has a public address",
    why="Everybody on the Internet may try passwords and exploits against it as soon as its security group lets them in.",
    terraform=f"{INSTANCES}: publicly_accessible",
    ansible=bind("amazon.aws.rds_instance: publicly_accessible", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(PUBLIC,),
    aliases=(
        in_terraform("CKV_AWS_17", "AVD-AWS-0180"),
        in_terraform("KICS:35113e6f-2c6b-414d-beec-7a9482d3b2d1", "AC_AWS_0054", type="aws_db_instance"),
        in_ansible("KICS:c09e3ca5-f08a-4717-9c87-3919c5e6d209"),
    ),
    tags=("network",),
)

requirement(
    "aws-rds-backup-disabled",
    severity=MEDIUM,
    cwe=1188,
    title="Database keeps no automatic backups",
    why="After a mistake, a fault or an attack there is no earlier state to return to.",
    terraform=bind("aws_db_instance: backup_retention_period", when_missing=VIOLATED),
    ansible=bind("amazon.aws.rds_instance: backup_retention_period", unless=GONE),
    must=be_at_least(1),
    # Aurora's cluster does the backups of its instances
    unless=some(DERIVED, where("engine", match("aurora.*"))),
    fix=set_to(7, at_most=UNSAFE, impact=Impact.DOWNTIME, note="a database without backups is restarted to begin them"),
    references=(BACKUPS,),
    aliases=(
        in_terraform("CKV_AWS_133", "AVD-AWS-0077", "AC_AWS_0052", "KICS:1dc73fb4-5b51-430c-8c5f-25dcf9090b02"),
        in_ansible("KICS:e69890e6-fce5-461d-98ad-cb98318dfc96"),
    ),
    tags=("availability",),
)

requirement(
    "aws-rds-short-backup-retention",
    severity=LOW,
    cwe=1188,
    title="Database cluster keeps its backups for a single day",
    why="Damage that is noticed after the weekend can no longer be undone.",
    terraform="aws_rds_cluster: backup_retention_period",
    ansible=bind("amazon.aws.rds_cluster: backup_retention_period", when=CREATES),
    must=be_at_least(2),
    when_missing=VIOLATED,
    unless=DERIVED,
    fix=set_to(7),
    default=False,
    references=(BACKUPS,),
    aliases=(
        in_terraform("CKV_AWS_133", "AVD-AWS-0077", "AC_AWS_0495", "KICS:e542bd46-58c4-4e0f-a52a-1fb4f9548e02"),
    ),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-rds-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="Database can be deleted by a single call",
    why="One wrong apply, script or stolen key removes it; with the protection it takes two deliberate steps.",
    terraform="aws_db_instance|aws_rds_cluster: deletion_protection",
    ansible=bind("amazon.aws.rds_instance|amazon.aws.rds_cluster: deletion_protection", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=has("replicate_source_db"),
    fix=set_to(True),
    references=(DELETION,),
    aliases=(
        in_terraform("CKV_AWS_293", "AVD-AWS-0177", type="aws_db_instance"),
        in_terraform("CKV_AWS_139", "AVD-AWS-0343", type="aws_rds_cluster"),
    ),
    tags=("availability",),
)

requirement(
    "aws-rds-minor-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Database does not take minor upgrades by itself",
    why="Security fixes of the database engine wait until somebody remembers to install them.",
    terraform=f"{INSTANCES}: auto_minor_version_upgrade",
    ansible=bind("amazon.aws.rds_instance: auto_minor_version_upgrade", unless=GONE),
    must=be_true,
    fix=set_to(True),
    references=(UPGRADES,),
    aliases=(
        in_terraform("CKV_AWS_226"),
        in_terraform("KICS:3b6d777b-76e3-4133-80a3-0d6f667ade7f", "AC_AWS_0056", type="aws_db_instance"),
        in_ansible("KICS:857f8808-e96a-4ba8-a9b7-f2d4ec6cad94"),
    ),
    tags=("supply-chain",),
)

requirement(
    "aws-rds-single-zone",
    severity=LOW,
    cwe=1188,
    title="Database runs in a single availability zone",
    why="When that zone fails, so does the database.",
    terraform="aws_db_instance: multi_az",
    ansible=bind("amazon.aws.rds_instance: multi_az", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=some(has("replicate_source_db"), where("engine", match("aurora.*"))),
    fix=set_to(True, at_most=UNSAFE, note="a second, standby instance is paid for"),
    default=False,
    references=(MULTI_AZ,),
    aliases=(in_terraform("CKV_AWS_157"),),
    tags=("availability", "hygiene"),
)

KNOWS_IAM = some(
    where("engine", match(r"mysql|postgres|aurora-mysql|aurora-postgresql")),
    every(where("engine", "mariadb"), where("engine_version", match(r"10\.(?:[6-9]|1\d).*|1[1-9].*"))),
)

requirement(
    "aws-rds-iam-login-disabled",
    severity=LOW,
    cwe=287,
    title="Database accepts passwords only, no IAM identities",
    why="Passwords are shared and live for years; IAM hands out tokens that expire after a quarter of an hour.",
    terraform="aws_db_instance|aws_rds_cluster: iam_database_authentication_enabled",
    ansible=bind(
        "amazon.aws.rds_instance|amazon.aws.rds_cluster: enable_iam_database_authentication",
        when=every(KNOWS_IAM, opposite(GONE)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    when=KNOWS_IAM,
    fix=set_to(True),
    default=False,
    references=(IAM_LOGIN,),
    aliases=(
        in_terraform(
            "CKV_AWS_161", "AVD-AWS-0176", "AC_AWS_0053", "KICS:88fd05e0-ac0e-43d2-ba6d-fc0ba60ae1a6", type="aws_db_instance"
        ),
        in_terraform("CKV_AWS_162", type="aws_rds_cluster"),
        in_ansible("KICS:0ed012a4-9199-43d2-b9e4-9bd049a48aa4", type="amazon.aws.rds_instance"),
    ),
    tags=("identity", "hygiene"),
)

requirement(
    "aws-rds-performance-insights-disabled",
    severity=LOW,
    cwe=778,
    title="Database keeps no record of its load",
    why="Without it there is no telling afterwards which statements slowed the database down.",
    terraform=f"{INSTANCES}: performance_insights_enabled",
    ansible=bind("amazon.aws.rds_instance: enable_performance_insights", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="the smallest instance classes do not offer it"),
    default=False,
    references=(INSIGHTS,),
    aliases=(in_terraform("CKV_AWS_353", "AVD-AWS-0133"),),
    tags=("logging", "hygiene"),
)


ENGINE_LOGS = {
    "mysql": ["error", "slowquery"], "mariadb": ["error", "slowquery"], "postgres": ["postgresql", "upgrade"],
    "aurora-mysql": ["error", "slowquery"], "aurora-postgresql": ["postgresql"],
}


def _logs_of_engine(value: Value, element: Node, project: Project) -> Intent | None:
    """The logs every database of the engine writes without further options."""
    engine = element.at("engine").text if isinstance(element, Block) else None
    names = ENGINE_LOGS.get(engine or "")
    if names is None:
        return None
    shown = ", ".join(f"`{one}`" for one in names)
    return Intent(f"set `{value.name}` to {shown}", (Set(value, list(names)),))


requirement(
    "aws-rds-without-logs",
    severity=LOW,
    cwe=778,
    title="Database sends its logs nowhere",
    why="The logs stay on the instance for a few days and are gone with it, and with them any trace of an attack.",
    terraform="aws_db_instance|aws_rds_cluster: enabled_cloudwatch_logs_exports",
    ansible=bind("amazon.aws.rds_instance|amazon.aws.rds_cluster: enable_cloudwatch_logs_exports", when=CREATES),
    must=be_filled,
    fix=_logs_of_engine,
    default=False,
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_AWS_129", "AC_AWS_0454", "KICS:8d7f7b8c-6c7c-40f8-baa6-62006c6c7b56", type="aws_db_instance"),
        in_terraform("CKV_AWS_324", type="aws_rds_cluster"),
    ),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-rds-outdated-certificate",
    severity=MEDIUM,
    cwe=295,
    title="Database presents a certificate of an expired authority",
    why="Clients that verify it can no longer connect, and the usual way out is to switch verification off.",
    terraform=f"{INSTANCES}: ca_cert_identifier",
    ansible=bind("amazon.aws.rds_instance: ca_certificate_identifier", unless=GONE),
    must=be_none_of("rds-ca-2010", "rds-ca-2015", "rds-ca-2019"),
    fix=set_to("rds-ca-rsa2048-g1", at_most=UNSAFE, note="clients need the new authority's certificate first"),
    references=(CERTIFICATES,),
    aliases=(
        in_terraform("CKV_AWS_211", "KICS:9f40c07e-699e-4410-8856-3ba0f2e3a2dd", type="aws_db_instance"),
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
    terraform="aws_db_snapshot|aws_db_snapshot_copy|aws_db_cluster_snapshot: shared_accounts",
    must=contain_none("all"),
    fix=(
        remove_items("all", at_most=UNSAFE, note="accounts that are not named lose it"),
        remove_it(at_most=UNSAFE, note="other accounts lose it"),
    ),
    references=(SNAPSHOTS,),
    aliases=(
        in_terraform("CKV_AWS_302", "KICS:f0d8781f-1991-4958-9917-d39283b168a0", type="aws_db_snapshot"),
    ),
    tags=("identity",),
)
