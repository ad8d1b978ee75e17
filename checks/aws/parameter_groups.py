"""Parameter groups of RDS, DocumentDB and Redshift: TLS, and what the engine itself logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.model.block import Block, Node
from iaclint.model.intent import Append, Applicability, Intent, Set
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.rules import LOW, MEDIUM, SAFE, UNSAFE, Finding, in_terraform, rule

RDS_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
DOCDB_GUIDE = "https://docs.aws.amazon.com/documentdb/latest/developerguide/"
RDS_GROUPS = "aws_db_parameter_group|aws_rds_cluster_parameter_group"

FORCES_TLS = {"postgres": "rds.force_ssl", "sqlserver": "rds.force_ssl", "mysql": "require_secure_transport"}
FORCES_TLS["mariadb"] = FORCES_TLS["mysql"]
OFF = re.compile(r"0|off|false|disabled|none", re.I)
_FAMILY = re.compile(r"(?:aurora-)?(postgres|mysql|mariadb|sqlserver)(?:ql)?(?:-\w+-)?(\d+)(?:\.(\d+))?.*")


def _parameters(group: Block) -> dict[str, Node] | None:
    """The parameters of a group by name; None where some of them cannot be read."""
    found: dict[str, Node] = {}
    for element in elements(group, "parameter"):
        name = element.at("name").text
        if name is None or (isinstance(element, Block) and element.is_symbolic):
            return None
        found[name] = element
    return found


def _family(group: Block) -> tuple[str, int] | None:
    """Engine and major release a group is for."""
    found = _FAMILY.fullmatch(group.get("family").text or "")
    return None if found is None else (found[1], int(found[2]))


def _set(parameter: Node, new: str, level: Applicability = SAFE, note: str = "") -> Intent:
    return Intent(f'set `{parameter.at("name").text}` to "{new}"', (Set(parameter.at("value"), new),), level, None, note)


def _add(group: Block, name: str, new: str, level: Applicability = SAFE, note: str = "") -> Intent:
    step = Append(group, {"name": name, "value": new}, "parameter")
    return Intent(f'add the parameter `{name}` with "{new}"', (step,), level, None, note)


CUT_OFF = "clients that do not speak TLS are cut off"

tls_off = rule(
    "aws-rds-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Parameter group allows connections to the database without TLS",
    why="Whoever listens on the way reads the data, and with MySQL whatever lets him guess the password.",
    references=(RDS_GUIDE + "UsingWithRDS.SSL.html",),
    aliases=(in_terraform("CKV2_AWS_69"),),
    tags=("encryption", "network"),
)

tls_unset = rule(
    "aws-rds-tls-not-enforced",
    severity=LOW,
    cwe=319,
    title="Parameter group leaves it to clients whether they use TLS",
    why="A program that is set up wrongly sends data, and the way to its password, readable for all on the way.",
    references=(RDS_GUIDE + "UsingWithRDS.SSL.html",),
    aliases=(in_terraform("CKV2_AWS_69"),),
    tags=("encryption", "network", "hygiene"),
    default=False,
)


@tls_off.check(terraform=RDS_GROUPS)
def tls_switched_off(group: Block, project: Project) -> Iterator[Finding]:
    """The parameter that demands TLS, set to off."""
    for element in elements(group, "parameter"):
        name, value = element.at("name").text, element.at("value")
        if name in FORCES_TLS.values() and value.text is not None and OFF.fullmatch(value.text):
            message = f"parameter group allows connections without TLS: `{name}` is {value.text}"
            yield Finding(value, message, (_set(element, "1", UNSAFE, CUT_OFF),))


@tls_unset.check(terraform=RDS_GROUPS)
def tls_not_asked_for(group: Block, project: Project) -> Iterator[Finding]:
    """No such parameter, and an engine that does not demand TLS by itself."""
    family, parameters = _family(group), _parameters(group)
    # PostgreSQL demands it from release 15 on (Aurora's from 17), MariaDB from 11.8
    if family is None or parameters is None or (family[0] == "postgres" and family[1] >= 15) or family == ("mariadb", 11):
        return
    name = FORCES_TLS[family[0]]
    if name not in parameters:
        message = f"parameter group leaves it to clients whether they use TLS: `{name}` is not set"
        yield Finding(group, message, (_add(group, name, "1", UNSAFE, CUT_OFF),))


query_log = rule(
    "aws-rds-postgres-without-query-log",
    severity=LOW,
    cwe=778,
    title="PostgreSQL does not log the statements it runs",
    why="After a leak nobody can tell which data was read or changed, and by whom.",
    references=(RDS_GUIDE + "USER_LogAccess.Concepts.PostgreSQL.Query_Logging.html",),
    aliases=(
        in_terraform("CKV2_AWS_30", type=("aws_db_parameter_group", "aws_db_instance")),
        in_terraform("CKV2_AWS_27", type=("aws_rds_cluster_parameter_group", "aws_rds_cluster")),
    ),
    remedy="Give it a parameter group with `log_statement` or `log_min_duration_statement`.",
    tags=("logging", "hygiene"),
    default=False,
)


@query_log.check(terraform=RDS_GROUPS)
def no_query_log(group: Block, project: Project) -> Iterator[Finding]:
    """A group of PostgreSQL that switches neither kind of statement log on."""
    family, parameters = _family(group), _parameters(group)
    if family is None or family[0] != "postgres" or parameters is None:
        return
    statement = parameters.get("log_statement")
    if statement is None:
        if "log_min_duration_statement" not in parameters:
            message = "PostgreSQL does not log the statements it runs: `log_statement` is not set"
            yield Finding(group, message, (_add(group, "log_statement", "ddl"),))
    elif statement.at("value").is_("none") and "log_min_duration_statement" not in parameters:
        message = 'PostgreSQL does not log the statements it runs: `log_statement` is "none"'
        yield Finding(statement.at("value"), message, (_set(statement, "ddl"),))


@query_log.check(terraform="aws_db_instance|aws_rds_cluster")
def default_group(database: Block, project: Project) -> Iterator[Finding]:
    """A PostgreSQL database with the group of its engine, which logs no statements."""
    engine = "postgres" if database.type == "aws_db_instance" else "aurora-postgresql"
    name = "parameter_group_name" if database.type == "aws_db_instance" else "db_cluster_parameter_group_name"
    group = database.get(name)
    if database.get("engine").is_(engine) and database.get("replicate_source_db").is_missing:
        text = group.text or ""
        if group.is_missing or text.startswith("default."):
            yield Finding(group, f"PostgreSQL does not log the statements it runs: `{name}` names no group that says so")


docdb_tls = rule(
    "aws-docdb-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="DocumentDB cluster speaks without TLS",
    why="Whoever listens on the network reads every document and may replay what he sees.",
    references=(DOCDB_GUIDE + "security.encryption.ssl.html",),
    aliases=(in_terraform("CKV_AWS_90"),),
    tags=("encryption", "network"),
)


@docdb_tls.check(terraform="aws_docdb_cluster_parameter_group")
def docdb_tls_off(group: Block, project: Project) -> Iterator[Finding]:
    """The parameter `tls`, which is on by default, set to disabled."""
    for element in elements(group, "parameter"):
        value = element.at("value")
        if element.at("name").is_("tls") and value.is_("disabled"):
            note = "clients must speak TLS and know Amazon's authority"
            yield Finding(value, 'DocumentDB cluster speaks without TLS: `tls` is "disabled"', (_set(element, "enabled", UNSAFE, note),))


docdb_audit = rule(
    "aws-docdb-audit-disabled",
    severity=LOW,
    cwe=778,
    title="DocumentDB cluster does not record who does what",
    why="Logins and changes leave no trace, so a stolen password is noticed late or never.",
    references=(DOCDB_GUIDE + "event-auditing.html",),
    aliases=(in_terraform("CKV_AWS_104"),),
    tags=("logging", "hygiene"),
    default=False,
)


@docdb_audit.check(terraform="aws_docdb_cluster_parameter_group")
def docdb_unaudited(group: Block, project: Project) -> Iterator[Finding]:
    """The parameter `audit_logs` off, or not there: it is off by default."""
    parameters = _parameters(group)
    if parameters is None:
        return
    audit = parameters.get("audit_logs")
    if audit is None:
        message = "DocumentDB cluster does not record who does what: `audit_logs` is not set"
        yield Finding(group, message, (_add(group, "audit_logs", "enabled"),))
    elif audit.at("value").is_(["disabled", "none"]):
        message = "DocumentDB cluster does not record who does what: `audit_logs` is off"
        yield Finding(audit.at("value"), message, (_set(audit, "enabled"),))


redshift_tls = rule(
    "aws-redshift-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Redshift cluster accepts connections without TLS",
    why="Whoever listens on the way reads queries, results and what he needs to guess the password.",
    references=("https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html",),
    aliases=(in_terraform("CKV_AWS_105"),),
    tags=("encryption", "network"),
)


@redshift_tls.check(terraform="aws_redshift_parameter_group")
def redshift_tls_not_required(group: Block, project: Project) -> Iterator[Finding]:
    """The parameter `require_ssl` off, or not there in a family where it is off by default."""
    parameters = _parameters(group)
    if parameters is None:
        return
    required = parameters.get("require_ssl")
    if required is None:
        if group.get("family").is_("redshift-1.0"):
            message = "Redshift cluster accepts connections without TLS: `require_ssl` is not set"
            yield Finding(group, message, (_add(group, "require_ssl", "true", UNSAFE, CUT_OFF),))
    elif required.at("value").text is not None and OFF.fullmatch(required.at("value").text or ""):
        message = "Redshift cluster accepts connections without TLS: `require_ssl` is false"
        yield Finding(required.at("value"), message, (_set(required, "true", UNSAFE, CUT_OFF),))
