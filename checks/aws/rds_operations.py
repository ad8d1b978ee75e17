"""RDS and Aurora: how databases are backed up, kept up to date and watched."""

from __future__ import annotations

from iaclint.checks.aws._modules import before, since
from iaclint.checks.aws.rds import (
    AURORA,
    CALLS,
    CLOUDPOSSE,
    CLOUDPOSSE_CLUSTER,
    CLUSTER,
    CREATES,
    CREATES_CLUSTER,
    DERIVED,
    GONE,
    GUIDE,
    INSTANCE,
    INSTANCES,
    NOT_MADE,
    RDS,
)
from iaclint.model.block import Block, Node
from iaclint.model.intent import Impact, Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    INFO,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Needed,
    append_items,
    be_at_least,
    be_filled,
    be_true,
    bind,
    contain,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    match,
    need,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)

BACKUPS = GUIDE + "USER_WorkingWithAutomatedBackups.html"
INSIGHTS = GUIDE + "USER_PerfInsights.html"
LOGS = GUIDE + "USER_LogAccess.html"
AURORA_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"

AN_AURORA = where("engine", match("aurora.*"))

requirement(
    "aws-rds-backup-disabled",
    severity=MEDIUM,
    cwe=1188,
    title="Database keeps no automatic backups",
    why="After a mistake, a fault or an attack there is no earlier state to return to.",
    terraform=(
        bind(f"aws_db_instance|{CLOUDPOSSE}: backup_retention_period", when_missing=VIOLATED),
        f"{RDS}: backup_retention_period",
        # before its third release the module kept them for a day
        bind(
            f"{RDS}: backup_retention_period", when_missing=VIOLATED,
            when=every(lacks("backup_retention_period"), since(3)),
        ),
    ),
    ansible=bind("amazon.aws.rds_instance: backup_retention_period", unless=GONE),
    must=be_at_least(1),
    # Aurora's cluster does the backups of its instances
    unless=some(DERIVED, AN_AURORA),
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
    terraform=(
        "aws_rds_cluster: backup_retention_period",
        bind(f"{AURORA}|{CLOUDPOSSE_CLUSTER}: backup_retention_period", when_missing=OK),
        # earlier releases of the module kept them for a week
        bind(f"{AURORA}: backup_retention_period", when=every(lacks("backup_retention_period"), since(9))),
    ),
    ansible=bind("amazon.aws.rds_cluster: backup_retention_period", when=CREATES_CLUSTER),
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
    "aws-rds-minor-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Database does not take minor upgrades by itself",
    why="Security fixes of the database engine wait until somebody remembers to install them.",
    terraform=(
        f"{INSTANCES}|{CALLS}: auto_minor_version_upgrade",
        f"{AURORA}: instances.*.auto_minor_version_upgrade",
    ),
    ansible=bind("amazon.aws.rds_instance: auto_minor_version_upgrade", unless=GONE),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "USER_UpgradeDBInstance.Upgrading.html",),
    aliases=(
        in_terraform("CKV_AWS_226"),
        in_terraform("KICS:3b6d777b-76e3-4133-80a3-0d6f667ade7f", "AC_AWS_0056", type=INSTANCE),
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
    terraform=f"aws_db_instance|{RDS}|{CLOUDPOSSE}: multi_az",
    ansible=bind("amazon.aws.rds_instance: multi_az", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=some(has("replicate_source_db"), AN_AURORA, NOT_MADE),
    fix=set_to(True, at_most=UNSAFE, note="a second, standby instance is paid for"),
    default=False,
    references=(GUIDE + "Concepts.MultiAZ.html",),
    aliases=(in_terraform("CKV_AWS_157"),),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-rds-performance-insights-disabled",
    severity=LOW,
    cwe=778,
    title="Database keeps no record of its load",
    why="Without it there is no telling afterwards which statements slowed the database down.",
    terraform=(
        f"{INSTANCES}|{RDS}|{CLOUDPOSSE}|{CLOUDPOSSE_CLUSTER}: performance_insights_enabled",
        bind(f"{AURORA}: performance_insights_enabled", when_missing=OK),
    ),
    ansible=bind("amazon.aws.rds_instance: enable_performance_insights", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=NOT_MADE,
    fix=set_to(True, at_most=UNSAFE, note="the smallest instance classes do not offer it"),
    default=False,
    references=(INSIGHTS,),
    aliases=(in_terraform("CKV_AWS_353", "AVD-AWS-0133"),),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-rds-insights-without-own-key",
    severity=INFO,
    cwe=311,
    title="Records of a database's load are not encrypted with a key of your own",
    why="They hold the text of statements, and with it data; a key of your own says who may read them.",
    terraform=(
        f"{INSTANCES}|aws_rds_cluster|{RDS}|{CLOUDPOSSE}|{CLOUDPOSSE_CLUSTER}: performance_insights_kms_key_id",
        bind(
            f"{AURORA}: cluster_performance_insights_kms_key_id", when=where("cluster_performance_insights_enabled", True)
        ),
    ),
    ansible=bind(
        "amazon.aws.rds_instance: performance_insights_kms_key_id", when=where("enable_performance_insights", True)
    ),
    must=be_filled,
    when=where("performance_insights_enabled", True),
    fix=need("kms-key", "ARN of a KMS key"),
    default=False,
    references=(INSIGHTS,),
    aliases=(
        in_terraform("CKV_AWS_354", "AVD-AWS-0078"),
        in_terraform("aws-rds-enable-performance-insights-encryption", type="aws_rds_cluster_instance"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-rds-unmonitored",
    severity=INFO,
    cwe=778,
    title="Metrics of the database's operating system are not recorded",
    why="A process that eats memory or disk beside the database is not seen in the hypervisor's metrics.",
    terraform=(
        f"{INSTANCES}: monitoring_interval",
        bind(
            f"{RDS}|{CLOUDPOSSE}: monitoring_interval", unless=NOT_MADE,
            fix=together(
                "record them every minute", set_to(60),
                set_path("monitoring_role_arn", Needed("monitoring-role", "ARN of a role for enhanced monitoring")),
            ),
        ),
    ),
    ansible=bind("amazon.aws.rds_instance: monitoring_interval", when=CREATES),
    must=be_at_least(1),
    when_missing=VIOLATED,
    fix=together(
        "record them every minute", set_to(60),
        set_path("monitoring_role_arn", Needed("monitoring-role", "ARN of a role for enhanced monitoring")),
    ),
    default=False,
    references=(GUIDE + "USER_Monitoring.OS.html",),
    aliases=(in_terraform("CKV_AWS_118"),),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-rds-tags-not-copied",
    severity=INFO,
    cwe=1059,
    title="Snapshots of the database do not get its tags",
    why="Rules that decide by tags who may use or delete what do not hold for the snapshots.",
    terraform=(
        # the copies of a cluster are the cluster's business
        bind("aws_db_instance: copy_tags_to_snapshot", unless=where("engine", match("aurora.*|neptune|docdb"))),
        "aws_rds_cluster|aws_neptune_cluster: copy_tags_to_snapshot",
        bind(f"{RDS}|{AURORA}|{CLOUDPOSSE}: copy_tags_to_snapshot", when_missing=OK),
        bind(f"{RDS}: copy_tags_to_snapshot", when=every(lacks("copy_tags_to_snapshot"), before(7))),
        bind(f"{AURORA}: copy_tags_to_snapshot", when=every(lacks("copy_tags_to_snapshot"), before(10))),
        f"{CLOUDPOSSE_CLUSTER}: copy_tags_to_snapshot",
    ),
    ansible=(
        bind("amazon.aws.rds_instance: copy_tags_to_snapshot", when=CREATES),
        bind("amazon.aws.rds_cluster: copy_tags_to_snapshot", when=CREATES_CLUSTER),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=NOT_MADE,
    fix=set_to(True),
    default=False,
    references=(GUIDE + "USER_Tagging.html",),
    aliases=(
        in_terraform("CKV2_AWS_60", type=INSTANCE),
        in_terraform("CKV_AWS_313", type=CLUSTER),
        in_terraform("CKV_AWS_362", type="aws_neptune_cluster"),
    ),
    tags=("hygiene",),
)

requirement(
    "aws-rds-backtrack-disabled",
    severity=INFO,
    cwe=1188,
    title="Aurora MySQL cluster cannot be wound back",
    why="A statement that destroys data can be undone in minutes; from a backup it takes a new cluster and hours.",
    terraform=f"aws_rds_cluster|{AURORA}|{CLOUDPOSSE_CLUSTER}: backtrack_window",
    ansible=bind("amazon.aws.rds_cluster: backtrack_window", when=every(CREATES_CLUSTER, where("engine", "aurora-mysql"))),
    must=be_at_least(1),
    when_missing=VIOLATED,
    when=where("engine", match("aurora|aurora-mysql")),
    unless=some(has("global_cluster_identifier"), has("serverlessv2_scaling_configuration"), where("engine_mode", "serverless")),
    fix=set_to(86400, at_most=UNSAFE, note="the change records are paid for, and binary log replication must be off"),
    default=False,
    references=(AURORA_GUIDE + "AuroraMySQL.Managing.Backtrack.html",),
    aliases=(in_terraform("CKV_AWS_326"),),
    tags=("availability", "hygiene"),
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
    terraform=f"aws_db_instance|aws_rds_cluster|{CALLS}: enabled_cloudwatch_logs_exports",
    ansible=(
        bind("amazon.aws.rds_instance: enable_cloudwatch_logs_exports", when=CREATES),
        bind("amazon.aws.rds_cluster: enable_cloudwatch_logs_exports", when=CREATES_CLUSTER),
    ),
    must=be_filled,
    unless=NOT_MADE,
    fix=_logs_of_engine,
    default=False,
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_AWS_129", "AC_AWS_0454", "KICS:8d7f7b8c-6c7c-40f8-baa6-62006c6c7b56", type=INSTANCE),
        in_terraform("CKV_AWS_324", type=CLUSTER),
    ),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-rds-without-audit-log",
    severity=LOW,
    cwe=778,
    title="Aurora MySQL cluster sends no audit log",
    why="Who logged in and which statements he ran cannot be told afterwards.",
    terraform=f"aws_rds_cluster|{AURORA}|{CLOUDPOSSE_CLUSTER}: enabled_cloudwatch_logs_exports",
    ansible=bind(
        "amazon.aws.rds_cluster: enable_cloudwatch_logs_exports",
        when=every(CREATES_CLUSTER, where("engine", match("aurora|aurora-mysql"))),
    ),
    must=contain("audit"),
    when_missing=VIOLATED,
    when=where("engine", match("aurora|aurora-mysql|mysql")),
    fix=append_items("audit", note="auditing itself is switched on by `server_audit_logging` in the parameter group"),
    default=False,
    references=(AURORA_GUIDE + "AuroraMySQL.Auditing.html",),
    aliases=(in_terraform("CKV_AWS_325"),),
    tags=("logging", "hygiene"),
)
