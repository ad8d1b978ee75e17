"""What stands in front of databases: proxies, subnets, and the security groups of the time before VPCs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from iaclint.checks.aws._modules import module
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Remove, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    be_false,
    be_true,
    bind,
    in_ansible,
    in_terraform,
    requirement,
    rule,
    set_to,
)

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
PROXY = GUIDE + "rds-proxy-setup.html"
GROUPS = GUIDE + "Overview.RDSSecurityGroups.html"
CLASSIC_END = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-migrate.html"

requirement(
    "aws-rds-proxy-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="Database proxy accepts connections without TLS",
    why="Whoever listens on the way reads the data, and the passwords where no IAM token is used.",
    terraform=(
        "aws_db_proxy: require_tls",
        bind(f"{module('rds-proxy')}: require_tls", when_missing=OK),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="clients that do not speak TLS are cut off"),
    references=(PROXY,),
    tags=("encryption", "network"),
)

requirement(
    "aws-rds-proxy-debug-logging",
    severity=LOW,
    cwe=532,
    title="Database proxy logs the text of statements",
    why="Statements hold data, and sometimes passwords, which many more people can read in the logs than in the database.",
    terraform=f"aws_db_proxy|{module('rds-proxy')}: debug_logging",
    must=be_false,
    fix=set_to(False),
    references=(PROXY,),
    tags=("logging", "secret"),
)

CLASSIC = "aws_db_security_group|aws_redshift_security_group|aws_elasticache_security_group"

classic_group = rule(
    "aws-classic-security-group",
    severity=MEDIUM,
    cwe=477,
    title="Security group belongs to EC2-Classic, which no longer exists",
    why="Nothing can be protected by it, and no current release of the provider knows it: what it was to close may be open.",
    remedy="Write its rules into an `aws_security_group` and name that in `vpc_security_group_ids`.",
    references=(CLASSIC_END,),
    aliases=(
        in_terraform("CKV_AWS_198", "aws-rds-no-classic-resources", type="aws_db_security_group"),
        in_terraform("CKV_AWS_196", type="aws_elasticache_security_group"),
        in_terraform("AVD-AWS-0085", type="aws_redshift_security_group"),
    ),
    tags=("network",),
)


@classic_group.check(terraform=CLASSIC)
def of_classic(group: Block, project: Project) -> Iterator[Finding]:
    """Any of them: there is no right one."""
    yield Finding(group, f"`{group.type}` belongs to EC2-Classic, which no longer exists")


open_group = rule(
    "aws-rds-security-group-open",
    severity=HIGH,
    cwe=284,
    title="Security group of a database lets in everybody",
    why="Databases are scanned for around the clock; one weak password or one unpatched fault gives all data away.",
    references=(GROUPS,),
    aliases=(
        in_terraform("KICS:f0d8781f-99bf-4958-9917-d39283b168a0", "KICS:1e0ef61b-ad85-4518-a3d3-85eaad164885"),
        in_terraform("KICS:4f615f3e-fb9c-4fad-8b70-2e9f781806ce", "AC_AWS_0065", "AC_AWS_0066", "AC_AWS_0067"),
    ),
    tags=("network",),
)

wide_group = rule(
    "aws-rds-security-group-wide",
    severity=LOW,
    cwe=284,
    title="Security group of a database lets in a large or public range of addresses",
    why="Every machine in the range may try passwords and exploits; few of them need the database.",
    references=(GROUPS,),
    aliases=(
        in_terraform("KICS:4f615f3e-fb9c-4fad-8b70-2e9f781806ce", "AC_AWS_0065", large=True),
        in_terraform("AC_AWS_0067", public=True),
    ),
    tags=("network",),
    default=False,
)

CIDR = Needed("trusted-cidr", "address range of those who need it")


def _ranges(group: Block) -> Iterator[tuple[Value, IPv4Network | IPv6Network]]:
    for value in group.each("ingress.cidr"):
        try:
            yield value, ip_network(value.text or "", strict=False)
        except ValueError:
            continue


def _narrow(value: Value) -> tuple[Intent, ...]:
    note = "clients from elsewhere are cut off"
    name = Intent("let in those who need it only", (Set(value, CIDR),), UNSAFE, None, note)
    holder = value.holder
    if not isinstance(holder, Block):
        return (name,)
    return (name, Intent("remove the rule", (Remove(holder),), UNSAFE, None, note))


@open_group.check(terraform="aws_db_security_group")
def everybody(group: Block, project: Project) -> Iterator[Finding]:
    """An ingress rule for all addresses there are."""
    for value, network in _ranges(group):
        if network.prefixlen == 0:
            yield Finding(value, f"security group of a database lets in everybody: {network}", _narrow(value))


@wide_group.check(terraform="aws_db_security_group")
def many(group: Block, project: Project) -> Iterator[Finding]:
    """More than 256 addresses, or such as stand on the Internet."""
    for value, network in _ranges(group):
        large = network.num_addresses > 256 and network.prefixlen > 0
        public = network.prefixlen > 0 and network.num_addresses > 1 and not network.is_private
        if large or public:
            message = f"security group of a database lets in {'a large' if large else 'a public'} range: {network}"
            yield Finding(value, message, _narrow(value), {"large": large, "public": public})


in_public_subnet = rule(
    "aws-rds-in-public-subnet",
    severity=LOW,
    cwe=668,
    title="Database stands in a subnet that is open to the Internet",
    why="There only one setting and one security group lie between it and the Internet; a private subnet stands behind both.",
    remedy="Give the subnet group private subnets: no public addresses, no route to an Internet gateway.",
    references=(GUIDE + "USER_VPC.WorkingWithRDSInstanceinaVPC.html",),
    aliases=(
        in_terraform("KICS:2f737336-b18a-4602-8ea0-b200312e1ac1", type="aws_db_instance"),
        in_ansible("KICS:16732649-4ff6-4cd2-8746-e72c13fae4b8"),
    ),
    tags=("network",),
    default=False,
)


@in_public_subnet.check(terraform="aws_db_instance|aws_rds_cluster")
def public_subnets(database: Block, project: Project) -> Iterator[Finding]:
    """A subnet group's subnet that hands out public addresses, or routes to an Internet gateway."""
    named = database.get("db_subnet_group_name")
    group = project.follow(named)
    if group is None and named.text:
        groups = project.blocks("aws_db_subnet_group", "resource")
        group = next((one for one in groups if one.get("name").is_(named.text)), None)
    if group is None or group.type != "aws_db_subnet_group":
        return
    ids = group.get("subnet_ids")
    for value in (ids, *ids.items):
        subnet = project.follow(value)
        if subnet is not None and subnet.type == "aws_subnet" and _is_public(subnet, project):
            message = f"database stands in a subnet that is open to the Internet: {subnet.address}"
            yield Finding(named, message, also=((subnet, "this subnet"),))
            return


def _is_public(subnet: Block, project: Project) -> bool:
    if subnet.get("map_public_ip_on_launch").is_(True):
        return True
    if subnet.get("cidr_block").is_("0.0.0.0/0") or subnet.get("ipv6_cidr_block").is_("::/0"):
        return True
    tables, _ = project.companions(subnet, "aws_route_table_association", "subnet_id")
    return any(_leads_outside(project.follow(one.get("route_table_id")), project) for one in tables)


def _leads_outside(table: Block | None, project: Project) -> bool:
    if table is None or table.type != "aws_route_table":
        return False
    routes, _ = project.companions(table, "aws_route", "route_table_id")
    gateways: list[Value] = [*table.each("route.gateway_id"), *(one.get("gateway_id") for one in routes)]
    found = [project.follow(value) for value in gateways]
    return any(one is not None and one.type == "aws_internet_gateway" for one in found)


REGISTERED = re.compile(r"\{\{\s*(\w+)\.")


@in_public_subnet.check(ansible="amazon.aws.rds_instance")
def public_subnets_of_tasks(database: Block, project: Project) -> Iterator[Finding]:
    """A subnet group that a task makes from subnets which other tasks make, and register."""
    named = database.get("db_subnet_group_name")
    for group in project.blocks("amazon.aws.rds_subnet_group", "module") if named.text else ():
        if not group.get("name").is_(named.text):
            continue
        subnets = group.get("subnets")
        words = {REGISTERED.search(_written(value)) for value in (subnets, *subnets.items)}
        registers = {found[1] for found in words if found is not None}
        for subnet in project.blocks("amazon.aws.ec2_vpc_subnet", "module"):
            task = subnet.parent
            if task is None or task.get("register").text not in registers:
                continue
            if subnet.get("map_public").is_(True) or subnet.get("cidr").is_("0.0.0.0/0") or subnet.get("ipv6_cidr").is_("::/0"):
                message = f"database stands in a subnet that is open to the Internet: {task.get('register').text}"
                yield Finding(named, message, also=((subnet, "this subnet"),))
                return


def _written(value: Value) -> str:
    return value.document.source.slice(value.span)
