"""DocumentDB. Its TLS and auditing are set by parameter groups: see `parameter_groups`."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.rules import (
    HIGH,
    LOW,
    OK,
    VIOLATED,
    Finding,
    append_items,
    be_at_least,
    be_true,
    bind,
    contain_any,
    has,
    in_terraform,
    need,
    requirement,
    rule,
    set_to,
    some,
)

GUIDE = "https://docs.aws.amazon.com/documentdb/latest/developerguide/"
CLOUDPOSSE = "module:cloudposse/documentdb-cluster/aws"
CLUSTERS = ("aws_docdb_cluster", CLOUDPOSSE)

# what is restored or replicated takes over the settings of its source
DERIVED = some(has("snapshot_identifier"), has("restore_to_point_in_time"), has("global_cluster_identifier"))

requirement(
    "aws-docdb-unencrypted",
    severity=HIGH,
    cwe=311,
    title="DocumentDB cluster is not encrypted at rest",
    why="Whoever obtains a snapshot or a disk reads every document; it cannot be encrypted later in place.",
    terraform=(
        "aws_docdb_cluster: storage_encrypted",
        bind("aws_docdb_global_cluster: storage_encrypted", unless=has("source_db_cluster_identifier")),
        bind(f"{CLOUDPOSSE}: storage_encrypted", when_missing=OK),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=DERIVED,
    fix=set_to(True),
    fix_safety="Changing the encryption replaces the cluster: restore an encrypted copy of a snapshot instead.",
    references=(GUIDE + "encryption-at-rest.html",),
    aliases=(
        in_terraform("CKV_AWS_74", "AVD-AWS-0021", "AC_AWS_0455", type=CLUSTERS),
        in_terraform("KICS:bc1f9009-84a0-490f-ae09-3e0ea6d74ad6", type=CLUSTERS),
        in_terraform("CKV_AWS_292", type="aws_docdb_global_cluster"),
    ),
    tags=("encryption",),
)

own_key = rule(
    "aws-docdb-without-own-key",
    severity=LOW,
    cwe=311,
    title="DocumentDB cluster is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and snapshots under it cannot be given to other accounts.",
    references=(GUIDE + "encryption-at-rest.html",),
    aliases=(
        in_terraform("CKV_AWS_182", "AVD-AWS-0022"),
        in_terraform("KICS:4766d3ea-241c-4ee6-93ff-c380c996bd1a", "AC_AWS_0455", key="missing"),
        in_terraform("KICS:2134641d-30a4-4b16-8ffc-2cd4c4ffd15d", key="of AWS"),
    ),
    tags=("encryption",),
    default=False,
)
_name_key = need("kms-key", "ARN of a KMS key")


@own_key.check(terraform=f"aws_docdb_cluster|{CLOUDPOSSE}")
def no_own_key(cluster: Block, project: Project) -> Iterator[Finding]:
    """No key, or the alias of the one that AWS manages, also by way of a data source."""
    key = cluster.get("kms_key_id")
    if DERIVED(cluster, project) is not False:
        return
    source = project.follow(key)
    name = source.get("key_id") if source is not None and source.type == "aws_kms_key" and source.kind == "data" else key
    managed = (name.text or "").rpartition(":")[2].startswith("alias/aws/")
    if not (key.is_missing or key.is_("") or managed):
        return
    intent = _name_key(key, cluster, project)
    said = "`kms_key_id` is not set" if key.is_missing else "`kms_key_id` names the one that AWS manages"
    message = f"DocumentDB cluster is not encrypted with a key of your own: {said}"
    yield Finding(key, message, (intent,) if intent else (), {"key": "of AWS" if managed else "missing"})


requirement(
    "aws-docdb-without-logs",
    severity=LOW,
    cwe=778,
    title="DocumentDB cluster sends its logs nowhere",
    why="Neither who changed what nor which operations were slow can be looked up afterwards.",
    terraform=f"aws_docdb_cluster|{CLOUDPOSSE}: enabled_cloudwatch_logs_exports",
    must=contain_any("audit", "profiler"),
    when_missing=VIOLATED,
    fix=append_items("audit", "profiler", note="what is logged is chosen by the parameters `audit_logs` and `profiler`"),
    references=(GUIDE + "event-auditing.html",),
    aliases=(in_terraform("CKV_AWS_85", "AVD-AWS-0020", "AC_AWS_0456", "KICS:56f6a008-1b14-4af4-b9b2-ab7cf7e27641"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-docdb-deletion-protection-disabled",
    severity=LOW,
    cwe=693,
    title="DocumentDB cluster can be deleted by a single call",
    why="One wrong apply, script or stolen key removes it; with the protection it takes two deliberate steps.",
    terraform=f"aws_docdb_cluster|aws_docdb_global_cluster|{CLOUDPOSSE}: deletion_protection",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "db-cluster-delete.html",),
    tags=("availability",),
)

requirement(
    "aws-docdb-short-backup-retention",
    severity=LOW,
    cwe=1188,
    title="DocumentDB cluster keeps its backups for less than a week",
    why="Damage that is noticed after some days can no longer be undone.",
    terraform="aws_docdb_cluster: backup_retention_period",
    must=be_at_least(7),
    when_missing=VIOLATED,
    fix=set_to(7),
    references=(GUIDE + "backup_restore.html",),
    aliases=(in_terraform("CKV_AWS_360"),),
    tags=("availability", "hygiene"),
    default=False,
)
