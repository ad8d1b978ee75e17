"""Cloud SQL: who reaches an instance, how, and what it logs and keeps."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Intent,
    be_none_of,
    be_one_of,
    be_true,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    need,
    requirement,
    rule,
    set_to,
    some,
    where,
)

DOCS = "https://cloud.google.com/sql/docs/"
NETWORKS = DOCS + "postgres/authorize-networks"
SSL = DOCS + "postgres/configure-ssl-instance"
BACKUPS = DOCS + "postgres/backup-recovery/backups"
FLAGS = DOCS + "postgres/flags"

INSTANCE, ANSIBLE = "google_sql_database_instance", "google.cloud.gcp_sql_instance"
REMOVED = where("state", "absent")
IP = "settings.ip_configuration"

requirement(
    "google-sql-open-network",
    severity=CRITICAL,
    cwe=284,
    title="Instance of Cloud SQL lets the whole Internet in",
    why="Anybody may try passwords and exploits against the database; one that works gives all data away.",
    terraform=f"{INSTANCE}: {IP}.authorized_networks.value",
    ansible=f"{ANSIBLE}: {IP}.authorized_networks.value",
    must=be_none_of("0.0.0.0/0", "::/0", "0.0.0.0"),
    unless=REMOVED,
    fix=need("trusted-cidr", "CIDR of the network that may connect", at_most=UNSAFE),
    references=(NETWORKS,),
    aliases=(
        in_terraform("CKV_GCP_11", "AVD-GCP-0017", "AC_GCP_0295", "KICS:b187edca-b81e-4fdc-aff4-aab57db45edb"),
        in_ansible("KICS:7d7054c0-3a52-4e9b-b9ff-cbfe16a2378b"),
    ),
    tags=("network",),
)

requirement(
    "google-sql-plain-connections",
    severity=HIGH,
    cwe=319,
    title="Instance of Cloud SQL accepts unencrypted connections",
    why="Whoever sits on the network path reads the queries, the data and what is needed to log in.",
    terraform=(
        bind(
            f"{INSTANCE}: {IP}.ssl_mode",
            must=be_one_of("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
            when=every(has("settings"), lacks(f"{IP}.require_ssl")),
            when_missing=VIOLATED,
            fix=set_to("ENCRYPTED_ONLY", at_most=UNSAFE, note="clients without TLS lose access"),
        ),
        bind(f"{INSTANCE}: {IP}.require_ssl", when=lacks(f"{IP}.ssl_mode")),
    ),
    ansible=bind(f"{ANSIBLE}: {IP}.require_ssl", when=has("settings"), when_missing=VIOLATED),
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="clients without TLS lose access"),
    references=(SSL,),
    aliases=(
        in_terraform("CKV_GCP_6", "AVD-GCP-0015", "AC_GCP_0003", "KICS:02474449-71aa-40a1-87ae-e14497747b00"),
        in_ansible("KICS:d0f7da39-a2d5-4c78-bb85-4b7f338b3cbb"),
    ),
    tags=("encryption",),
)

requirement(
    "google-sql-without-backups",
    severity=MEDIUM,
    cwe=693,
    title="Instance of Cloud SQL is not backed up",
    why="A mistake, a broken disk or ransomware takes the data for good.",
    terraform=f"{INSTANCE}: settings.backup_configuration.enabled",
    ansible=f"{ANSIBLE}: settings.backup_configuration.enabled",
    must=be_true,
    when=has("settings"),
    when_missing=VIOLATED,
    unless=some(REMOVED, has("master_instance_name")),
    fix=set_to(True),
    references=(BACKUPS,),
    aliases=(
        in_terraform("CKV_GCP_14", "AVD-GCP-0024", "AC_GCP_0001", "KICS:cf3c7631-cd1e-42f3-8801-a561214a6e79"),
        in_ansible("KICS:0c82eae2-aca0-401f-93e4-fb37a0f9e5e8"),
    ),
    tags=("availability",),
)

dangerous_flag = rule(
    "google-sql-dangerous-flag",
    severity=MEDIUM,
    cwe=1188,
    title="Instance of Cloud SQL runs with a dangerous option",
    why="Users of one database reach files or other databases that their own rights do not cover.",
    references=(FLAGS,),
    aliases=(
        in_terraform("CKV_GCP_50", "AVD-GCP-0026", flag="local_infile"),
        in_terraform("CKV_GCP_58", "AVD-GCP-0019", flag="cross db ownership chaining"),
        in_terraform("KICS:b2d5f3c9-1e68-47a1-89b4-92f3a6d7e123", flag="cross db ownership chaining"),
        in_terraform("CKV_GCP_59", "AVD-GCP-0023", flag="contained database authentication"),
        in_ansible("KICS:a7b520bb-2509-4fb0-be05-bc38f54c7a4c", flag="local_infile"),
        in_ansible("KICS:9e0c33ed-97f3-4ed6-8be9-bcbf3f65439f", flag="cross db ownership chaining"),
        in_ansible("KICS:6d34aff3-fdd2-460c-8190-756a3b4969e8", flag="contained database authentication"),
    ),
    tags=("identity",),
)

logging_flag = rule(
    "google-sql-logging-disabled",
    severity=LOW,
    cwe=778,
    title="Instance of Cloud SQL does not log what an investigation needs",
    why="Without these records nobody can say afterwards who was connected and what was done.",
    references=(FLAGS,),
    aliases=(
        in_terraform("CKV_GCP_51", "AVD-GCP-0025", flag="log_checkpoints"),
        in_terraform("CKV_GCP_52", "AVD-GCP-0016", flag="log_connections"),
        in_terraform("CKV_GCP_53", "AVD-GCP-0022", flag="log_disconnections"),
        in_terraform("CKV_GCP_54", "AVD-GCP-0020", flag="log_lock_waits"),
        in_terraform("CKV_GCP_56", "AVD-GCP-0014", flag="log_temp_files"),
        in_ansible("KICS:89afe3f0-4681-4ce3-89ed-896cebd4277c", flag="log_checkpoints"),
        in_ansible("KICS:d7a5616f-0a3f-4d43-bc2b-29d1a183e317", flag="log_connections"),
        in_ansible("KICS:d6fae5b6-ada9-46c0-8b36-3108a2a2f77b", flag="log_temp_files"),
    ),
    tags=("logging",),
)

DANGEROUS = ("local_infile", "cross db ownership chaining", "contained database authentication")
LOGGED = ("log_checkpoints", "log_connections", "log_disconnections", "log_lock_waits")


def _flags(block: Block, names: tuple[str, ...], values: tuple[str, ...], new: str) -> Iterator[Finding]:
    if block.get("state").is_("absent"):
        return
    for element in elements(block, "settings.database_flags"):
        name, value = element.at("name").text or "", element.at("value")
        if name in names and (value.text or "").lower() in values:
            intent = Intent(f"set `{name}` to {new}", (Set(value, new),))
            yield Finding(value, f"`{name}` is {(value.text or '').lower()}", (intent,), {"flag": name})


@dangerous_flag.check(terraform=INSTANCE, ansible=ANSIBLE)
def option_on(block: Block, project: Project) -> Iterator[Finding]:
    """An option that lets users out of their database, switched on."""
    yield from _flags(block, DANGEROUS, ("on", "true", "1", "yes"), "off")


@logging_flag.check(terraform=INSTANCE, ansible=ANSIBLE)
def logging_off(block: Block, project: Project) -> Iterator[Finding]:
    """A log switched off; log_temp_files counts in kilobytes: 0 logs all, -1 none."""
    yield from _flags(block, LOGGED, ("off", "false", "0", "no"), "on")
    if not block.get("state").is_("absent"):
        yield from _temporary_files(block)


def _temporary_files(block: Block) -> Iterator[Finding]:
    for element in elements(block, "settings.database_flags"):
        value = element.at("value")
        if element.at("name").is_("log_temp_files") and value.number is not None and value.number != 0:
            intent = Intent("set `log_temp_files` to 0", (Set(value, "0"),))
            message = f"`log_temp_files` is {value.text}: not all temporary files are logged"
            yield Finding(value, message, (intent,), {"flag": "log_temp_files"})
