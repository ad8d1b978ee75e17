"""MemoryDB."""

from __future__ import annotations

from iaclint.rules import LOW, MEDIUM, UNSAFE, be_filled, be_true, differ, has, in_terraform, need, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/memorydb/latest/devguide/"

requirement(
    "aws-memorydb-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="MemoryDB cluster is spoken to in plain text",
    why="Whoever listens on the network reads all data, and without TLS there are no users either.",
    terraform="aws_memorydb_cluster: tls_enabled",
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="clients must speak TLS"),
    references=(GUIDE + "in-transit-encryption.html",),
    aliases=(in_terraform("CKV_AWS_202"),),
    tags=("encryption", "network"),
)

requirement(
    "aws-memorydb-without-authentication",
    severity=MEDIUM,
    cwe=306,
    title="MemoryDB cluster asks nobody for a password",
    why="The list open-access lets every process that reaches the port do everything.",
    terraform="aws_memorydb_cluster: acl_name",
    must=differ("open-access"),
    fix=need("memorydb-acl", "name of an access control list", at_most=UNSAFE, note="clients must log in"),
    references=(GUIDE + "clusters.acls.html",),
    tags=("identity",),
)

requirement(
    "aws-memorydb-without-own-key",
    severity=LOW,
    cwe=311,
    title="MemoryDB cluster is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted or withdrawn, and its use leaves no trace in your logs.",
    terraform="aws_memorydb_cluster|aws_memorydb_snapshot: kms_key_arn",
    must=be_filled,
    unless=has("multi_region_cluster_name"),
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "at-rest-encryption.html",),
    aliases=(
        in_terraform("CKV_AWS_201", type="aws_memorydb_cluster"),
        in_terraform("CKV_AWS_278", type="aws_memorydb_snapshot"),
    ),
    tags=("encryption",),
    default=False,
)
