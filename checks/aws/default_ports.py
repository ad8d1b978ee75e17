"""Databases and caches that listen where everybody looks first."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import INFO, UNSAFE, Finding, in_ansible, in_terraform, need, rule

RDS_PORTS = {
    "aurora": 3306, "aurora-mysql": 3306, "mysql": 3306, "mariadb": 3306, "postgres": 5432, "aurora-postgresql": 5432,
    "oracle": 1521, "sqlserver": 1433,
}  # fmt: skip
CACHE_PORTS = {"redis": 6379, "valkey": 6379, "memcached": 11211}

default_port = rule(
    "aws-database-default-port",
    severity=INFO,
    cwe=1188,
    title="Database listens on the port that is known for it",
    why="Scripts that look for open databases try that port first. It is no protection, only less noise.",
    references=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",),
    aliases=(
        in_terraform("KICS:bca7cc4d-b3a4-4345-9461-eb69c68fcd26", type="aws_db_instance", written=True),
        in_terraform("KICS:5d89db57-8b51-4b38-bb76-b9bd42bd40f0", type="aws_elasticache_cluster"),
        in_terraform("KICS:41abc6cc-dde1-4217-83d3-fb5f0cc09d8f", type="aws_redshift_cluster"),
        in_ansible("KICS:2cb674f6-32f9-40be-97f2-62c0dc38f0d5", type="amazon.aws.rds_instance", written=True),
        in_ansible("KICS:7cc6c791-5f68-4816-a564-b9b699f9d26e", type="community.aws.elasticache", written=True),
        in_ansible("KICS:e01de151-a7bd-4db4-b49b-3c4775a5e881", type="community.aws.redshift", written=True),
    ),
    tags=("network", "hygiene"),
    default=False,
)

_choose = need("database-port", "another port", at_most=UNSAFE, note="clients have to be told the new port")


def _judge(block: Block, port: Value, known: int | None, project: Project) -> Iterator[Finding]:
    if known is None or not (port.is_missing or port.is_(known)):
        return
    intent = _choose(port, block, project)
    said = f"`{port.name}` is not set" if port.is_missing else f"`{port.name}` is {known}"
    message = f"database listens on the port that is known for it: {said}"
    yield Finding(port, message, (intent,) if intent else (), {"written": not port.is_missing})


@default_port.check(terraform="aws_db_instance|aws_rds_cluster", ansible="amazon.aws.rds_instance|amazon.aws.rds_cluster")
def relational(block: Block, project: Project) -> Iterator[Finding]:
    """The port of an engine that is named; a copy listens where its source does."""
    engine = block.get("engine").text or ""
    copies = ("replicate_source_db", "snapshot_identifier", "db_snapshot_identifier", "source_db_instance_identifier")
    if block.get("state").is_("absent") or any(block.get(name).is_written for name in copies):
        return
    known = RDS_PORTS.get(engine) or RDS_PORTS.get(engine.partition("-")[0])
    yield from _judge(block, block.get("port"), known, project)


@default_port.check(terraform="aws_elasticache_cluster|aws_elasticache_replication_group", ansible="community.aws.elasticache")
def cache(block: Block, project: Project) -> Iterator[Finding]:
    """The port of a cache's engine; a member of a group listens where the group does."""
    if block.get("state").is_(["absent", "rebooted"]) or block.get("replication_group_id").references:
        return
    engine = block.get("engine")
    default = {"ansible": "memcached", "terraform": "redis"}[block.language]
    if block.type == "aws_elasticache_cluster" and engine.is_missing:
        return
    known = CACHE_PORTS.get(default if engine.is_missing else engine.text or "")
    yield from _judge(block, block.get("cache_port" if block.language == "ansible" else "port"), known, project)


@default_port.check(terraform="aws_redshift_cluster", ansible="community.aws.redshift")
def warehouse(block: Block, project: Project) -> Iterator[Finding]:
    """Redshift's port."""
    if block.language == "ansible" and not block.get("command").is_("create"):
        return
    yield from _judge(block, block.get("port"), 5439, project)
