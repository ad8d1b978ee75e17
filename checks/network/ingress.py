"""Ports open to the Internet, in every cloud's firewall, in Terraform and Ansible alike."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.network._services import (
    ADMIN_TCP,
    ADMIN_UDP,
    DATA_TCP,
    DATA_UDP,
    OTHER,
    PUBLIC,
    port_facets,
    services,
)
from iaclint.checks.network._terrascan import open_ports
from iaclint.model.aspects import NetworkRule
from iaclint.model.finding import Place
from iaclint.model.intent import Intent, Needed, ReplaceText, Set, Step
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import CRITICAL, LOW, MEDIUM, UNSAFE, Alias, Finding, in_ansible, in_terraform, rule

AWS_GROUPS = (
    "aws_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_default_security_group",
    "module:*",
)
AWS_ACLS = ("aws_network_acl", "aws_network_acl_rule", "aws_default_network_acl", "module:*")
AZURE = ("azurerm_network_security_rule", "azurerm_network_security_group")
GOOGLE = ("google_compute_firewall",)
EC2_ANSIBLE = "amazon.aws.ec2_security_group"
AZURE_ANSIBLE = "azure.azcollection.azure_rm_securitygroup"
GOOGLE_ANSIBLE = "google.cloud.gcp_compute_firewall"
ALICLOUD = "alicloud_security_group_rule"


def in_groups(*ids: str, **when: object) -> tuple[Alias, ...]:
    """Ids that hold for a rule of a security group of AWS in Terraform."""
    return in_terraform(*ids, type=AWS_GROUPS, stateless=False, **when)


def in_acls(*ids: str, **when: object) -> tuple[Alias, ...]:
    """Ids that hold for a rule of a network ACL of AWS in Terraform."""
    return in_terraform(*ids, type=AWS_ACLS, stateless=True, **when)


# ids that hold whatever the port: a group with any open source, one whose range is wider than a port, one port by name
ANY_PORT = (
    in_groups("AVD-AWS-0107", "KICS:4728cd65-a20c-49da-8b31-9c08b423e4db", "AC_AWS_0276"),
    in_groups("AC_AWS_0275", ranged=True),
    in_groups("CKV_AWS_24", "KICS:65905cec-d691-4320-b320-2000436cb696", port=22),
    in_groups("CKV_AWS_25", "KICS:151187cb-0efc-481c-babd-ad24e3c9bc22", port=3389),
    in_groups("CKV_AWS_260", "KICS:ffac8a12-322e-42c1-b9b9-81ff85c39ef7", port=80),
    in_groups("KICS:54c417bf-c762-48b9-9d31-b3d87047e3f0", port=2383),
    in_groups("KICS:381c3f2a-ef6f-4eff-99f7-b169cda3422c"),
    in_groups("KICS:590d878b-abdc-428f-895a-e2b68a0e1998", unknown=True),
    open_ports(type=AWS_GROUPS, stateless=False),
    in_acls("AVD-AWS-0105"),
    in_acls("CKV_AWS_229", port=21),
    in_acls("CKV_AWS_230", port=20),
    in_acls("CKV_AWS_231", "KICS:a20be318-cac7-457b-911d-04cc6e812c25", port=3389),
    in_acls("CKV_AWS_232", "KICS:3af7f2fd-06e6-4dab-b996-2912bea19ba4", port=22),
    in_ansible(
        "KICS:5330b503-3319-44ff-9b1c-00ee873f728a", "KICS:0956aedf-6a7a-478b-ab56-63e2b19923ad",
        "KICS:ea6bc7a6-d696-4dcf-a788-17fa03c17c81", "KICS:83c5fa4c-e098-48fc-84ee-0a537287ddd2",
        "KICS:ea0ed1c7-9aef-4464-b7c7-94c762da3640", type=EC2_ANSIBLE,
    ),
    in_ansible("KICS:71ea648a-d31a-4b5a-a589-5674243f1c33", type=EC2_ANSIBLE, ranged=True),
    in_ansible("KICS:57ced4b9-6ba4-487b-8843-b65562b90c77", type=EC2_ANSIBLE, port=22),
    in_ansible("KICS:eda7301d-1f3e-47cf-8d4e-976debc64341", type=EC2_ANSIBLE, port=3389),
    in_ansible("KICS:a14ad534-acbe-4a8e-9404-2f7e1045646e", type=EC2_ANSIBLE, port=80),
    in_ansible("KICS:7af1c447-c014-4f05-bd8b-ebe3a15734ac", type=EC2_ANSIBLE, port=2383),
    in_ansible("KICS:722b0f24-5a64-4cca-aa96-cfc26b7e3a5b", type=EC2_ANSIBLE, unknown=True),
    in_terraform("KICS:2ae9d554-23fb-4065-bfd1-fe43d5f7c419", type=ALICLOUD),
    in_terraform("KICS:e6f61c37-106b-449f-a5bb-81bfcaceb8b4", type=GOOGLE, ranged=True),
    in_ansible("KICS:7289eebd-a477-4064-8ad4-3c044bd70b00", type=GOOGLE_ANSIBLE, ranged=True),
)  # fmt: skip

REFERENCES = (
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    "https://cloud.google.com/firewall/docs/firewalls",
)

open_admin_port = rule(
    "open-admin-port",
    severity=CRITICAL,
    cwe=284,
    title="Remote administration is open to the whole Internet",
    why="Every address on the Internet may try passwords, stolen keys and new exploits against the way into the machine.",
    references=REFERENCES,
    aliases=(
        *ANY_PORT,
        in_terraform("CKV_AZURE_10", "AVD-AZU-0050", type=AZURE, port=22),
        in_terraform("CKV_AZURE_9", "AVD-AZU-0048", "KICS:efbf6449-5ec5-4cfe-8f15-acc51e0d787c", type=AZURE, port=3389),
        in_terraform("CKV_GCP_2", "KICS:c4dcdcdf-10dd-4bf4-b4a0-8f6239e6aaa0", type=GOOGLE, port=22),
        in_terraform("CKV_GCP_3", "KICS:678fd659-96f2-454a-a2a0-c2571f83a4a3", type=GOOGLE, port=3389),
        in_terraform("KICS:594c198b-4d79-41b8-9b36-fde13348b619", type=AZURE),
        in_terraform("AVD-GCP-0027", type=GOOGLE),
        in_ansible("KICS:0ac9abbc-6d7a-41cf-af23-2e57ddb3dbfc", type=AZURE_ANSIBLE),
        in_ansible("KICS:75418eb9-39ec-465f-913c-6f2b6a80dc77", type=GOOGLE_ANSIBLE, port=3389),
        in_ansible("KICS:b2fbf1df-76dd-4d78-a6c0-e538f4a9b016", type=GOOGLE_ANSIBLE, port=22),
    ),
    tags=("network",),
)

open_database_port = rule(
    "open-database-port",
    severity=CRITICAL,
    cwe=284,
    title="A data store is open to the whole Internet",
    why="Data stores are scanned for around the clock; one default password or one unpatched fault gives all data away.",
    references=REFERENCES,
    aliases=(
        *ANY_PORT,
        in_terraform("KICS:594c198b-4d79-41b8-9b36-fde13348b619", type=AZURE),
        in_terraform("AVD-GCP-0027", type=GOOGLE),
        in_ansible("KICS:0ac9abbc-6d7a-41cf-af23-2e57ddb3dbfc", type=AZURE_ANSIBLE),
    ),
    tags=("network",),
)

open_all_ports = rule(
    "open-all-ports",
    severity=CRITICAL,
    cwe=284,
    title="All ports are open to the whole Internet",
    why="Whatever listens on the machine, now or later, can be reached by everybody: there is no firewall any more.",
    references=REFERENCES,
    aliases=(
        *ANY_PORT,
        in_groups("CKV_AWS_277", "AC_AWS_0231"),
        in_terraform("KICS:9a4ef195-74b9-4c58-b8ed-2b2fe4353a75", type="aws_default_security_group"),
        in_terraform("KICS:22ef1d26-80f8-4a6c-8c15-f35aab3cac78", "AVD-GCP-0027", type=GOOGLE, ports="all"),
        in_terraform("KICS:60587dbd-6b67-432e-90f7-a8cf1892d968", type=ALICLOUD),
        in_terraform("AVD-AZU-0047", type=AZURE),
        in_ansible("KICS:3602d273-3290-47b2-80fa-720162b1a8af", type=GOOGLE_ANSIBLE),
    ),
    tags=("network",),
)

open_acl = rule(
    "open-network-acl",
    severity=MEDIUM,
    cwe=284,
    title="A network ACL lets everybody in on every port",
    why="Security groups alone then keep strangers out: one that is too wide is enough to be reached.",
    default=False,
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",),
    aliases=(*ANY_PORT, in_acls("AVD-AWS-0102", "CKV_AWS_352")),
    tags=("network",),
)

open_acl_port = rule(
    "open-port-in-network-acl",
    severity=MEDIUM,
    cwe=284,
    title="A network ACL lets everybody in to remote administration or a data store",
    why="Nobody outside has business there. Security groups may still keep strangers out, but one that is too wide is "
    "then enough to be reached.",
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",),
    aliases=ANY_PORT,
    tags=("network",),
)

open_port = rule(
    "open-port",
    severity=MEDIUM,
    cwe=284,
    title="A port is open to the whole Internet",
    why="A service that is not meant for the public is one exploit away from everybody when its port is.",
    references=REFERENCES,
    aliases=(
        *ANY_PORT,
        in_terraform("AVD-AZU-0047", type=AZURE),
        in_terraform("AVD-GCP-0027", type=GOOGLE),
        in_terraform(
            "KICS:d3f8e9c1-7a2b-4d5f-90e2-123456789abc", "CKV_GCP_75", "CKV_GCP_77", type=GOOGLE, port=(20, 21)
        ),
        in_terraform("KICS:dd706080-b7a8-47dc-81fb-3e8184430ec0", type=ALICLOUD, well_known=False),
    ),
    tags=("network",),
)

open_web_port = rule(
    "open-web-port",
    severity=LOW,
    cwe=319,
    title="Plain HTTP is open to the whole Internet",
    why="What is served on port 80 is not encrypted; it may be meant, for a redirect to HTTPS or a load balancer in front.",
    default=False,
    references=REFERENCES,
    aliases=(
        *ANY_PORT,
        in_terraform("CKV_GCP_106", type=GOOGLE, port=80),
        in_terraform("CKV_AZURE_160", type=AZURE, port=80),
    ),
    tags=("network",),
)

IPV4_RANGE = Needed("trusted-cidr", "CIDR of the network that may connect")
IPV6_RANGE = Needed("trusted-ipv6-cidr", "IPv6 CIDR of the network that may connect")
NARROW = "the new range decides who still gets in"


def narrow(source: Value) -> tuple[Intent, ...]:
    """Another range in place of the open one: only the user knows which."""
    text = source.text or ""
    # some modules take several ranges in one text
    words = [word.strip() for word in text.split(",")]
    open_one = next((word for word in words if word.endswith("/0")), text)
    needed = IPV6_RANGE if ":" in open_one else IPV4_RANGE
    step: Step = Set(source, needed) if len(words) == 1 else ReplaceText(source, open_one, needed)
    return (Intent("allow only a trusted range", (step,), UNSAFE, None, NARROW),)


def finding_of(network: NetworkRule, source: Value, what: str, **facets: object) -> Finding:
    """The finding that a source is open, with what conditional aliases ask about."""
    also: tuple[tuple[Place, str], ...] = tuple(
        (port, "the port is set here") for port in network.ports[:1] if not port.is_missing
    )
    verb = "are" if what.startswith("ports ") else "is"
    message = f"{what} {verb} open to {source.text}"
    return Finding(source, message, narrow(source), {**port_facets(network), **facets}, also)


def is_open(network: NetworkRule) -> bool:
    """Whether a rule certainly lets somebody in."""
    return network.direction == "ingress" and network.allows is True and not _is_return_traffic(network)


def _is_return_traffic(network: NetworkRule) -> bool:
    """Whether a network ACL, which keeps no state, lets the answers to its own requests in."""
    low, high = network.from_port, network.to_port
    return network.stateless and low is not None and high is not None and low >= 1024 and high >= 60999


def is_wide(network: NetworkRule) -> bool:
    """Whether a rule is about every port."""
    low, high = network.from_port, network.to_port
    return low is not None and high is not None and low <= 1 and high >= 65535


@open_admin_port.check(aspect=NetworkRule)
def admin_port(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule that covers a port of remote administration, but is narrower than everything."""
    if not network.stateless:
        yield from _named_port(network, services(network, ADMIN_TCP, ADMIN_UDP))


@open_database_port.check(aspect=NetworkRule)
def database_port(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule that covers the port of a data store, and none of remote administration."""
    if not network.stateless and not services(network, ADMIN_TCP, ADMIN_UDP):
        yield from _named_port(network, services(network, DATA_TCP, DATA_UDP))


@open_acl_port.check(aspect=NetworkRule)
def acl_port(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule of a network ACL that covers either; behind it a security group decides as well."""
    if network.stateless:
        admin = services(network, ADMIN_TCP, ADMIN_UDP)
        yield from _named_port(network, admin or services(network, DATA_TCP, DATA_UDP))


def _named_port(network: NetworkRule, covered: dict[int, str]) -> Iterator[Finding]:
    if covered and is_open(network) and not is_wide(network):
        port, name = next(iter(covered.items()))
        for source in network.open_sources():
            yield finding_of(network, source, f"{name} (port {port})")


@open_all_ports.check(aspect=NetworkRule)
def all_ports(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule over every port of a security group."""
    if not network.stateless:
        yield from _every_port(network)


@open_acl.check(aspect=NetworkRule)
def every_port_of_acl(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule over every port of a network ACL, which is what AWS gives an ACL by itself."""
    if network.stateless:
        yield from _every_port(network)


def _every_port(network: NetworkRule) -> Iterator[Finding]:
    if is_open(network) and is_wide(network) and network.protocol in ("tcp", "udp", "all"):
        what = "every protocol and port" if network.protocol == "all" else f"every {network.protocol.upper()} port"
        for source in network.open_sources():
            yield finding_of(network, source, what, ports="all")


@open_port.check(aspect=NetworkRule)
def other_port(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule over ports that are neither the web's nor covered by a stricter rule."""
    low, high = network.from_port, network.to_port
    if (
        not is_open(network)
        or is_wide(network)
        or low is None
        or high is None
        or network.protocol not in ("tcp", "udp", "all")
    ):
        return
    if services(network, ADMIN_TCP, ADMIN_UDP) or services(network, DATA_TCP, DATA_UDP):
        return
    if all(port in PUBLIC for port in range(low, min(high, low + 500) + 1)):
        return
    name = OTHER.get(low, "") if low == high else ""
    shown = f"{name} (port {low})" if name else f"port {low}" if low == high else f"ports {low} to {high}"
    for source in network.open_sources():
        yield finding_of(network, source, shown, well_known=low < 1024 and high < 1024)


@open_web_port.check(aspect=NetworkRule)
def web_port(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule that opens port 80, alone or among others."""
    if is_open(network) and network.covers(80) and not is_wide(network) and network.protocol in ("tcp", "all"):
        for source in network.open_sources():
            yield finding_of(network, source, "HTTP (port 80)")
