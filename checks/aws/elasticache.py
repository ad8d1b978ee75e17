"""ElastiCache: Redis, Valkey and Memcached."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    be_at_least,
    be_present,
    be_true,
    bind,
    has,
    in_terraform,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

AT_REST = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html"
IN_TRANSIT = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html"
AUTH = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html"
BACKUPS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html"

# Valkey is always encrypted, and members of a global group follow their primary
SETTLED = some(where("engine", "valkey"), has("global_replication_group_id"))

requirement(
    "aws-elasticache-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Cache is not encrypted at rest",
    why="Sessions and tokens in the cache are written to disk and to backups in the clear.",
    terraform="aws_elasticache_replication_group: at_rest_encryption_enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=SETTLED,
    fix=set_to(True),
    references=(AT_REST,),
    aliases=(
        in_terraform("CKV_AWS_29", "AVD-AWS-0045", "AC_AWS_0466", "KICS:76976de7-c7b1-4f64-a94f-90c1345914c2"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-elasticache-plaintext",
    severity=HIGH,
    cwe=319,
    title="Cache is spoken to in plain text",
    why="Whoever listens on the network reads sessions, tokens and the cache's password.",
    terraform=(
        "aws_elasticache_replication_group: transit_encryption_enabled",
        bind("aws_elasticache_cluster: transit_encryption_enabled", when_missing="ok"),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=SETTLED,
    fix=set_to(True, at_most=UNSAFE, note="clients must speak TLS"),
    references=(IN_TRANSIT,),
    aliases=(
        in_terraform(
            "CKV_AWS_30", "AVD-AWS-0051", "AC_AWS_0467", "KICS:1afbb3fa-cf6c-4a3d-b730-95e9f4df343e",
            type="aws_elasticache_replication_group",
        ),
    ),
    tags=("encryption", "network"),
)

requirement(
    "aws-elasticache-without-authentication",
    severity=MEDIUM,
    cwe=306,
    title="Cache asks nobody for a password",
    why="Every process that reaches its port reads and changes whatever is in it.",
    terraform="aws_elasticache_replication_group: auth_token",
    must=be_present,
    unless=some(has("user_group_ids"), has("global_replication_group_id")),
    fix=set_path(
        "user_group_ids", [Needed("elasticache-user-group", "ID of an ElastiCache user group")], at_most=UNSAFE,
        note="clients must log in, and encryption in transit has to be on",
    ),
    references=(AUTH,),
    aliases=(in_terraform("CKV_AWS_31"),),
    tags=("identity",),
)

requirement(
    "aws-elasticache-without-backups",
    severity=LOW,
    cwe=1188,
    title="Redis cache keeps no snapshots",
    why="What is stored nowhere else is gone with the node.",
    terraform=(
        bind("aws_elasticache_cluster: snapshot_retention_limit", when=where("engine", "redis")),
        bind("aws_elasticache_replication_group: snapshot_retention_limit"),
    ),
    must=be_at_least(1),
    when_missing=VIOLATED,
    unless=has("global_replication_group_id"),
    fix=set_to(7),
    default=False,
    references=(BACKUPS,),
    aliases=(
        in_terraform(
            "CKV_AWS_134", "AVD-AWS-0050", "KICS:8fdb08a0-a868-4fdf-9c27-ccab0237f1ab", type="aws_elasticache_cluster"
        ),
    ),
    tags=("availability", "hygiene"),
)
