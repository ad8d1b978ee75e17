"""ElastiCache: Redis, Valkey and Memcached."""

from __future__ import annotations

from iaclint.checks.aws._modules import module
from iaclint.rules import (
    INFO,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Needed,
    be_at_least,
    be_false,
    be_filled,
    be_present,
    be_true,
    bind,
    differ,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    not_,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"
MODULE, CLOUDPOSSE = module("elasticache"), "module:cloudposse/elasticache-redis/aws"
ANSIBLE = "community.aws.elasticache"
GROUP = "aws_elasticache_replication_group"
GROUPS = (GROUP, MODULE, CLOUDPOSSE)

MEMCACHED = where("engine", "memcached")
NOT_MADE = some(where("create", False), where("enabled", False))
# Valkey is always encrypted, and members of a global group follow their primary
SETTLED = some(where("engine", "valkey"), has("global_replication_group_id"), NOT_MADE)
# members of a replication group take over its settings
MEMBER = has("replication_group_id")
# a task that does not make a cache
EXISTS = where("state", match("absent|rebooted"))

requirement(
    "aws-elasticache-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Cache is not encrypted at rest",
    why="Sessions and tokens in the cache are written to disk and to backups in the clear.",
    terraform=(
        f"{GROUP}|{CLOUDPOSSE}: at_rest_encryption_enabled",
        bind(f"{MODULE}: at_rest_encryption_enabled", when_missing=OK, unless=some(SETTLED, MEMCACHED)),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=SETTLED,
    fix=set_to(True),
    references=(GUIDE + "at-rest-encryption.html",),
    aliases=(
        in_terraform("CKV_AWS_29", "AVD-AWS-0045", "AC_AWS_0466", "KICS:76976de7-c7b1-4f64-a94f-90c1345914c2"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-elasticache-without-own-key",
    severity=LOW,
    cwe=311,
    title="Cache is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted or withdrawn, and its use leaves no trace in your logs.",
    terraform=(
        bind(f"{GROUP}|{CLOUDPOSSE}: kms_key_id", unless=some(has("global_replication_group_id"), NOT_MADE)),
        "aws_elasticache_serverless_cache: kms_key_id",
        bind(f"{MODULE}: kms_key_arn", unless=some(has("global_replication_group_id"), NOT_MADE, MEMCACHED)),
    ),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "at-rest-encryption.html",),
    aliases=(in_terraform("CKV_AWS_191", type=GROUPS),),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-elasticache-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Cache is spoken to in plain text",
    why="Whoever listens on the network reads sessions, tokens and the cache's password.",
    terraform=(
        f"{GROUP}: transit_encryption_enabled",
        bind(f"aws_elasticache_cluster|{MODULE}|{CLOUDPOSSE}: transit_encryption_enabled", when_missing=OK),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=SETTLED,
    fix=set_to(True, at_most=UNSAFE, note="clients must speak TLS"),
    references=(GUIDE + "in-transit-encryption.html",),
    aliases=(
        in_terraform(
            "CKV_AWS_30", "AVD-AWS-0051", "AC_AWS_0467", "KICS:1afbb3fa-cf6c-4a3d-b730-95e9f4df343e", type=GROUPS,
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
    terraform=f"{GROUP}: auth_token",
    must=be_present,
    unless=some(has("user_group_ids"), has("global_replication_group_id")),
    fix=set_path(
        "user_group_ids", [Needed("elasticache-user-group", "ID of an ElastiCache user group")], at_most=UNSAFE,
        note="clients must log in, and encryption in transit has to be on",
    ),
    references=(GUIDE + "Clusters.RBAC.html",),
    aliases=(in_terraform("CKV_AWS_31"),),
    tags=("identity",),
)

requirement(
    "aws-elasticache-user-without-password",
    severity=MEDIUM,
    cwe=306,
    title="User of a cache needs no password",
    why="Every process that reaches the cache may act as that user, whatever his access string allows.",
    terraform=(
        bind("aws_elasticache_user: no_password_required", must=be_false),
        "aws_elasticache_user: authentication_mode.type",
    ),
    must=differ("no-password-required"),
    # the default user has to be there; one that may do nothing is a way of switching it off
    unless=where("access_string", match(r"off\b.*")),
    references=(GUIDE + "Clusters.RBAC.html",),
    remedy="Let him log in with IAM (`authentication_mode` of type `iam`) or give him passwords.",
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
        bind(f"{GROUP}|{CLOUDPOSSE}: snapshot_retention_limit"),
        bind(f"{MODULE}: snapshot_retention_limit", unless=some(has("global_replication_group_id"), NOT_MADE, MEMCACHED)),
    ),
    must=be_at_least(1),
    when_missing=VIOLATED,
    unless=some(has("global_replication_group_id"), NOT_MADE),
    fix=set_to(7),
    default=False,
    references=(GUIDE + "backups-automatic.html",),
    aliases=(
        in_terraform("CKV_AWS_134", "AVD-AWS-0050", type="aws_elasticache_cluster"),
        in_terraform("KICS:8fdb08a0-a868-4fdf-9c27-ccab0237f1ab", type="aws_elasticache_cluster"),
    ),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-elasticache-single-zone",
    severity=LOW,
    cwe=1188,
    title="Cache does not survive the failure of an availability zone",
    why="With the zone everything in the cache is gone, and the load falls on the databases behind it.",
    terraform=(
        bind(
            f"{GROUP}: automatic_failover_enabled", must=be_true,
            fix=set_to(True, at_most=UNSAFE, note="it takes at least one replica, which is paid for"),
        ),
        bind(
            f"{CLOUDPOSSE}: automatic_failover_enabled", must=be_true, when_missing=OK,
            fix=set_to(True, at_most=UNSAFE, note="it takes at least one replica, which is paid for"),
        ),
        # nodes of Memcached may stand in several zones
        bind("aws_elasticache_cluster: az_mode", when=every(MEMCACHED, where("num_cache_nodes", match(r"[2-9]|\d\d+")))),
    ),
    must=equal("cross-az"),
    when_missing=VIOLATED,
    unless=some(has("global_replication_group_id"), NOT_MADE),
    fix=set_to("cross-az", at_most=UNSAFE, note="nodes may be placed anew"),
    references=(GUIDE + "AutoFailover.html",),
    aliases=(
        in_terraform("CKV2_AWS_50", type=(GROUP, CLOUDPOSSE)),
        in_terraform("AC_AWS_0104", "KICS:6db03a91-f933-4f13-ab38-a8b87a7de54d", type="aws_elasticache_cluster"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-elasticache-minor-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Cache does not take minor upgrades by itself",
    why="Security fixes of Redis or Valkey wait until somebody remembers to install them.",
    terraform=f"aws_elasticache_cluster|{GROUP}|{MODULE}|{CLOUDPOSSE}: auto_minor_version_upgrade",
    must=be_true,
    unless=MEMCACHED,
    fix=set_to(True),
    references=(GUIDE + "VersionManagement.html",),
    aliases=(in_terraform("CKV_AWS_322", type="aws_elasticache_cluster"),),
    tags=("supply-chain",),
)

requirement(
    "aws-elasticache-in-default-vpc",
    severity=LOW,
    cwe=668,
    title="Cache stands in the subnets of the default VPC",
    why="Those subnets lead to the Internet, and whatever is started without much thought stands beside it.",
    terraform=(
        bind("aws_elasticache_cluster: subnet_group_name", unless=MEMBER),
        bind(f"{GROUP}: subnet_group_name", unless=has("global_replication_group_id")),
    ),
    ansible=bind(f"{ANSIBLE}: cache_subnet_group", unless=EXISTS),
    must=be_filled,
    fix=need("cache-subnet-group", "name of a cache subnet group", at_most=UNSAFE, note="the cache is made anew"),
    references=(GUIDE + "SubnetGroups.html",),
    aliases=(
        in_terraform("CKV_AWS_323", "KICS:8c849af7-a399-46f7-a34c-32d3dc96f1fc", type="aws_elasticache_cluster"),
        in_ansible("KICS:5527dcfc-94f9-4bf6-b7d4-1b78850cf41f"),
    ),
    tags=("network", "hygiene"),
    default=False,
)

# encryption, authentication and compliance programmes begin with 4.0.10; AWS mends nothing before 6 any more
OLD_REDIS = r"[0-3](?:\..*)?|4\.0(?:\.\d)?"

requirement(
    "aws-elasticache-outdated-redis",
    severity=MEDIUM,
    cwe=1104,
    title="Cache runs a release of Redis that is no longer mended",
    why="Known faults stay open, and before 4.0.10 it falls under no compliance programme.",
    terraform=(
        bind("aws_elasticache_cluster: engine_version", when=where("engine", "redis")),
        bind(f"{GROUP}|{CLOUDPOSSE}: engine_version", unless=some(where("engine", "valkey"), NOT_MADE)),
    ),
    ansible=bind(f"{ANSIBLE}: cache_engine_version", when=where("engine", "redis"), unless=EXISTS),
    must=not_(match(OLD_REDIS), wanted="4.0.10 or later"),
    unless=MEMBER,
    fix=need("redis-version", "supported version of Redis", at_most=UNSAFE),
    references=(GUIDE + "engine-versions.html",),
    aliases=(
        in_terraform("AC_AWS_0102", "KICS:254c932d-e3bf-44b2-bc9d-eb5fdb09f8d4", type="aws_elasticache_cluster"),
        in_ansible("KICS:9f34885e-c08f-4d13-a7d1-cf190c5bd268"),
    ),
    tags=("supply-chain",),
)

requirement(
    "aws-elasticache-memcached",
    severity=INFO,
    cwe=1188,
    title="Cache runs Memcached, which knows neither users nor encryption at rest",
    why="Whoever reaches its port reads and changes everything; Redis and Valkey can ask who he is.",
    terraform="aws_elasticache_cluster: engine",
    must=differ("memcached"),
    references=(GUIDE + "SelectEngine.html",),
    remedy="Use Redis or Valkey where its clients can speak that.",
    aliases=(in_terraform("AC_AWS_0103", "KICS:4bd15dd9-8d5e-4008-8532-27eb0c3706d3"),),
    tags=("hygiene",),
    default=False,
)
