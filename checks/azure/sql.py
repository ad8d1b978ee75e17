"""Databases: SQL Server, PostgreSQL, MySQL, MariaDB, and the firewalls before them and before Redis."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Intent,
    Needed,
    any_of,
    be_at_least,
    be_false,
    be_one_of,
    be_true,
    bind,
    equal,
    has,
    in_ansible,
    in_terraform,
    requirement,
    rule,
    set_to,
    where,
)

DOCS = "https://learn.microsoft.com/azure/"
NETWORK = DOCS + "azure-sql/database/connectivity-settings"
FIREWALL = DOCS + "azure-sql/database/firewall-configure"
TLS = DOCS + "postgresql/flexible-server/security-tls"
AUDIT = DOCS + "azure-sql/database/auditing-overview"
LOGGING = DOCS + "postgresql/flexible-server/concepts-logging"
BACKUP = DOCS + "postgresql/flexible-server/concepts-backup-restore"
THREATS = DOCS + "azure-sql/database/threat-detection-overview"

ANSIBLE = "azure.azcollection.azure_rm_"
REMOVED = where("state", "absent")
MSSQL, POSTGRESQL = "azurerm_mssql_server", "azurerm_postgresql_server"
MYSQL, MARIADB = "azurerm_mysql_server", "azurerm_mariadb_server"
FLEXIBLE_POSTGRESQL, FLEXIBLE_MYSQL = "azurerm_postgresql_flexible_server", "azurerm_mysql_flexible_server"

requirement(
    "azure-database-public-network",
    severity=MEDIUM,
    cwe=284,
    title="Database server can be reached over the public network",
    why="Only the firewall's list stands between the Internet and the login; a private endpoint leaves nothing to reach.",
    terraform=(
        f"{MSSQL}|{POSTGRESQL}|{MYSQL}|{MARIADB}|{FLEXIBLE_POSTGRESQL}: public_network_access_enabled",
        bind(
            f"{FLEXIBLE_MYSQL}: public_network_access",
            must=equal("Disabled"),
            fix=set_to("Disabled", at_most=UNSAFE, note="only private networks get in afterwards"),
        ),
    ),
    must=be_false,
    when_missing=VIOLATED,
    unless=has("delegated_subnet_id"),
    fix=set_to(False, at_most=UNSAFE, note="only private endpoints get in afterwards"),
    references=(NETWORK,),
    aliases=(
        in_terraform("AVD-AZU-0022"),
        in_terraform("CKV_AZURE_113", "KICS:ade36cf4-329f-4830-a83d-9db72c800507", type=MSSQL),
        in_terraform("CKV_AZURE_68", "KICS:c7f8e9a1-b2c3-d4e5-f6a7-8901b2c3d4e5", type=POSTGRESQL),
        in_terraform("CKV_AZURE_53", "KICS:f118890b-2468-42b1-9ce9-af35146b425b", type=MYSQL),
        in_terraform("CKV_AZURE_48", "KICS:7f0a8696-7159-4337-ad0d-8a3ab4a78195", type=MARIADB),
    ),
    tags=("network",),
)

requirement(
    "azure-database-plain-connections",
    severity=HIGH,
    cwe=319,
    title="Database server accepts unencrypted connections",
    why="Whoever sits on the network path reads the queries, the data and what is needed to log in.",
    terraform=(
        f"{POSTGRESQL}|{MYSQL}|{MARIADB}: ssl_enforcement_enabled",
        bind(
            "azurerm_postgresql_flexible_server_configuration|azurerm_mysql_flexible_server_configuration: value",
            must=be_one_of("on", "true", "1", ignore_case=True),
            when=where("name", "require_secure_transport"),
            fix=set_to("ON", at_most=UNSAFE, note="clients without TLS lose access"),
        ),
    ),
    ansible=bind(f"{ANSIBLE}postgresqlserver|{ANSIBLE}mysqlserver: enforce_ssl", when_missing=VIOLATED),
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="clients without TLS lose access"),
    references=(TLS,),
    aliases=(
        in_terraform("AVD-AZU-0020"),
        in_terraform("CKV_AZURE_29", "AC_AZURE_0408", type=POSTGRESQL),
        in_terraform("KICS:0437633b-daa6-4bbc-8526-c0d2443b946e", type=POSTGRESQL),
        in_terraform("KICS:93f9tyjk-e5f6-7890-ab12-cd34ef567890", type=POSTGRESQL),
        in_terraform("CKV_AZURE_28", "AC_AZURE_0131", type=MYSQL),
        in_terraform("KICS:73e42469-3a86-4f39-ad78-098f325b4e9f", type=MYSQL),
        in_terraform("KICS:c3f2e1d0-b9a8-7c6d-5e4f-3210fedcba98", type=MYSQL),
        in_terraform("CKV_AZURE_47", type=MARIADB),
        in_ansible("KICS:961ce567-a16d-4d7d-9027-f0ec2628a555", type=f"{ANSIBLE}postgresqlserver"),
        in_ansible("KICS:2a901825-0f3b-4655-a0fe-e0470e50f8e6", type=f"{ANSIBLE}mysqlserver"),
    ),
    tags=("encryption",),
)

requirement(
    "azure-database-old-tls",
    severity=MEDIUM,
    cwe=326,
    title="Database server accepts TLS versions with known weaknesses",
    why="TLS 1.0 and 1.1 let an attacker on the network path weaken or read connections of clients that allow them.",
    terraform=(
        f"{POSTGRESQL}|{MYSQL}|{MARIADB}: ssl_minimal_tls_version_enforced",
        bind(
            f"{MSSQL}: minimum_tls_version",
            must=be_one_of("1.2", "1.3"),
            fix=set_to("1.2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
        ),
    ),
    must=be_one_of("TLS1_2", "TLS1_3"),
    fix=set_to("TLS1_2", at_most=UNSAFE, note="clients without TLS 1.2 lose access"),
    references=(TLS,),
    aliases=(
        in_terraform("AVD-AZU-0026"),
        in_terraform("CKV_AZURE_52", type=MSSQL),
        in_terraform("CKV_AZURE_147", type=POSTGRESQL),
        in_terraform("CKV_AZURE_54", "KICS:c2a1d4e6-f789-4b0c-9e12-3456789abcde", type=MYSQL),
        in_terraform("CKV2_AZURE_37", "KICS:8f0e6b2d-3c9a-4f1e-8d2a-7b6c5d4e3f21", type=MARIADB),
    ),
    tags=("encryption",),
)

requirement(
    "azure-database-without-geo-backup",
    severity=LOW,
    cwe=693,
    title="Database's backups stay in its own region",
    why="When the region is lost, the backups are lost with the database.",
    terraform=(f"{POSTGRESQL}|{MYSQL}|{MARIADB}|{FLEXIBLE_POSTGRESQL}|{FLEXIBLE_MYSQL}: geo_redundant_backup_enabled"),
    ansible=f"{ANSIBLE}postgresqlserver: geo_redundant_backup",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True),
    references=(BACKUP,),
    aliases=(
        in_terraform("CKV_AZURE_102", "AC_AZURE_0407", type=POSTGRESQL),
        in_terraform("KICS:8b042c30-e441-453f-b162-7696982ebc58", type=POSTGRESQL),
        in_terraform("CKV_AZURE_94", type=(MYSQL, FLEXIBLE_MYSQL)),
        in_terraform("CKV_AZURE_136", type=FLEXIBLE_POSTGRESQL),
        in_terraform("CKV_AZURE_129", "KICS:0a70d5f3-1ecd-4c8e-9292-928fc9a8c4f1", type=MARIADB),
    ),
    tags=("hygiene", "availability"),
    default=False,
)

requirement(
    "azure-database-threat-detection-disabled",
    severity=LOW,
    cwe=778,
    title="Threat detection of a database is switched off",
    why="Injection attempts and logins from odd places go unnoticed until the data turns up somewhere.",
    terraform=(
        bind(f"{POSTGRESQL}|{MYSQL}: threat_detection_policy.enabled", must=be_true, fix=set_to(True)),
        "azurerm_mssql_server_security_alert_policy: state",
        "azurerm_sql_database: threat_detection_policy.state",
    ),
    must=equal("Enabled"),
    fix=set_to("Enabled"),
    references=(THREATS,),
    aliases=(
        in_terraform("CKV_AZURE_128", "KICS:c407c3cf-c409-4b29-b590-db5f4138d332", type=POSTGRESQL),
        in_terraform("CKV_AZURE_127", type=MYSQL),
        in_terraform("CKV2_AZURE_13", type="azurerm_mssql_server_security_alert_policy"),
        in_terraform("AC_AZURE_0383", "KICS:83a229ba-483e-47c6-8db7-dc96969bce5a", type="azurerm_sql_database"),
    ),
    tags=("logging",),
)

requirement(
    "azure-sql-audit-short-retention",
    severity=LOW,
    cwe=778,
    title="Audit log of a SQL server is kept for less than 90 days",
    why="A break-in is often noticed only after months, when the log that would explain it is already deleted.",
    terraform=(
        (
            f"{MSSQL}|azurerm_mssql_database|azurerm_sql_server|azurerm_sql_database"
            ": extended_auditing_policy.retention_in_days"
        ),
        (
            "azurerm_mssql_server_extended_auditing_policy|azurerm_mssql_database_extended_auditing_policy"
            ": retention_in_days"
        ),
    ),
    must=any_of(equal(0), be_at_least(90)),
    fix=set_to(90),
    references=(AUDIT,),
    aliases=(
        in_terraform("CKV_AZURE_24", "AVD-AZU-0025"),
        in_terraform("AC_AZURE_0137", "KICS:9c301481-e6ec-44f7-8a49-8ec63e2969ea", type="azurerm_mssql_*"),
        in_terraform("AC_AZURE_0375", "KICS:59acb56b-2b10-4c2c-ba38-f2223c3f5cfc", type="azurerm_sql_*"),
    ),
    tags=("logging",),
)

postgresql_logging = rule(
    "azure-postgresql-logging-disabled",
    severity=LOW,
    cwe=778,
    title="PostgreSQL server parameter for logs or throttling is off",
    why="What the server did, or who was connected and for how long, cannot be told afterwards; where it is throttling "
    "that is off, guessing passwords is not slowed down.",
    references=(LOGGING,),
    aliases=(
        in_terraform("CKV_AZURE_30", "AVD-AZU-0024", parameter="log_checkpoints"),
        in_terraform("KICS:3790d386-be81-4dcf-9850-eaa7df6c10d9", parameter="log_checkpoints"),
        in_terraform("CKV_AZURE_31", "AVD-AZU-0019", parameter="log_connections"),
        in_terraform("KICS:c640d783-10c5-4071-b6c1-23507300d333", parameter="log_connections"),
        in_terraform("KICS:07f7134f-9f37-476e-8664-670c218e4702", parameter="log_disconnections"),
        in_terraform("KICS:16e0879a-c4ae-4ff8-a67d-a2eed5d67b8f", parameter="log_duration"),
        in_terraform("KICS:ffb02aca-0d12-475e-b77c-a726f7aeff4b", parameter="log_retention"),
        in_terraform("CKV_AZURE_32", "AVD-AZU-0021", parameter="connection_throttling"),
        in_terraform("KICS:2b3c671f-1b76-4741-8789-ed1fe0785dc4", parameter="connection_throttling"),
        in_ansible("KICS:7ab33ac0-e4a3-418f-a673-50da4e34df21", parameter="log_checkpoints"),
        in_ansible("KICS:7b47138f-ec0e-47dc-8516-e7728fe3cc17", parameter="log_connections"),
        in_ansible("KICS:054d07b5-941b-4c28-8eef-18989dc62323", parameter="log_disconnections"),
        in_ansible("KICS:729ebb15-8060-40f7-9017-cb72676a5487", parameter="log_duration"),
        in_ansible("KICS:0461b4fd-21ef-4687-929e-484ee4796785", parameter="log_retention"),
        in_ansible("KICS:a9becca7-892a-4af7-b9e1-44bf20a4cd9a", parameter="connection_throttling"),
    ),
    tags=("logging",),
)

_MEANS = {
    "log_checkpoints": "checkpoints, and with them stalls and crashes, leave no record",
    "log_connections": "nobody can say who tried to connect",
    "log_disconnections": "nobody can say when a session ended or how long it was",
    "log_duration": "nobody can say how long a statement ran",
    "log_retention": "logs are not kept for an investigation",
    "connection_throttling": "guessing passwords is not slowed down",
    "connection_throttle.enable": "guessing passwords is not slowed down",
}
"""What it means that a parameter is off."""


@postgresql_logging.check(
    terraform="azurerm_postgresql_configuration|azurerm_postgresql_flexible_server_configuration",
    ansible=f"{ANSIBLE}postgresqlconfiguration",
)
def parameter_off(block: Block, project: Project) -> Iterator[Finding]:
    """A server parameter that logs or throttles, set to off."""
    name, value = (block.get("name").text or "").lower(), block.get("value")
    if block.get("state").is_("absent"):
        return
    if name not in _MEANS or (value.text or "").lower() not in ("off", "false", "0"):
        return
    parameter = "connection_throttling" if name.startswith("connection") else name
    intent = Intent("set `value` to on", (Set(value, "on"),))
    yield Finding(value, f"`{name}` of a PostgreSQL server is off: {_MEANS[name]}", (intent,), {"parameter": parameter})


FIREWALL_RULES = "|".join(
    f"azurerm_{one}_firewall_rule"
    for one in ("sql", "mssql", "mysql", "mysql_flexible_server", "postgresql", "postgresql_flexible_server", "mariadb")
)
ANSIBLE_RULES = "|".join(
    f"{ANSIBLE}{one}firewallrule" for one in ("sql", "mysql", "postgresql", "mariadb", "rediscache")
)
REDIS, REDIS_ANSIBLE = "azurerm_redis_firewall_rule", f"{ANSIBLE}rediscachefirewallrule"
SQL_ANSIBLE = f"{ANSIBLE}sqlfirewallrule"

wide_firewall = rule(
    "azure-database-wide-firewall",
    severity=HIGH,
    cwe=284,
    title="Firewall of a database or cache lets a large public range in",
    why="Thousands of strangers' machines, or all of the Internet, may try passwords and exploits against the data.",
    references=(FIREWALL,),
    aliases=(
        in_terraform("CKV_AZURE_11", "AVD-AZU-0029", type="azurerm_*sql*_firewall_rule", scope="internet"),
        in_terraform("CKV_AZURE_11", "AVD-AZU-0029", type="azurerm_mariadb_firewall_rule", scope="internet"),
        in_terraform("KICS:25c0ea09-f1c5-4380-b055-3b83863f2bb8", type="azurerm_sql_firewall_rule", scope="internet"),
        in_terraform("KICS:d7ba74da-2da0-4d4b-83c8-2fd72a3f6c28", type="azurerm_sql_firewall_rule"),
        in_terraform("KICS:a829b715-cf75-4e92-b645-54c9b739edfb", type=REDIS),
        in_terraform("KICS:5089d055-53ff-421b-9482-a5267bdce629", type=REDIS),
        in_terraform("KICS:fd8da341-6760-4450-b26c-9f6d8850575e", type=REDIS, scope="internet"),
        in_ansible("KICS:f4e9ff70-0f3b-4c50-a713-26cbe7ec4039", type=SQL_ANSIBLE, scope="internet"),
        in_ansible("KICS:3f23c96c-f9f5-488d-9b17-605b8da5842f", type=SQL_ANSIBLE),
        in_ansible("KICS:69f72007-502e-457b-bd2d-5012e31ac049", type=REDIS_ANSIBLE),
        in_ansible("KICS:0632d0db-9190-450a-8bb3-c283bffea445", type=REDIS_ANSIBLE),
        in_ansible("KICS:0d0c12b9-edce-4510-9065-13f6a758750c", type=REDIS_ANSIBLE, scope="internet"),
    ),
    tags=("network",),
)

MANY = 256
"""More addresses than any one office or gateway has."""


@wide_firewall.check(terraform=f"{FIREWALL_RULES}|{REDIS}", ansible=ANSIBLE_RULES)
def wide_range(block: Block, project: Project) -> Iterator[Finding]:
    """A rule from a first to a last address with too many public ones between them."""
    if block.get("state").is_("absent"):
        return
    suffix = "" if block.type == REDIS else "_address"
    first, last = block.get(f"start_ip{suffix}"), block.get(f"end_ip{suffix}")
    try:
        low, high = ipaddress.IPv4Address(first.text or ""), ipaddress.IPv4Address(last.text or "")
    except ValueError:
        return
    count = int(high) - int(low) + 1
    if count <= MANY or (low.is_private and high.is_private and int(low) >> 24 == int(high) >> 24):
        return
    steps = (
        Set(first, Needed("trusted-first-ip", "first address that may connect")),
        Set(last, Needed("trusted-last-ip", "last address that may connect")),
    )
    intent = Intent("allow only a trusted range", steps, UNSAFE, None, "the new range decides who still gets in")
    whole = int(low) <= 1 << 24 and count >= 1 << 31
    what = "the whole Internet" if whole else f"{count} addresses"
    message = f"firewall lets {what} in ({low} to {high})"
    yield Finding(first, message, (intent,), {"scope": "internet" if whole else "wide"}, ((last, "ends here"),))
