"""Ways between networks: routes, peerings, gateways, endpoints, VPN."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.checks.aws._modules import VPC
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    Finding,
    Needed,
    be_absent,
    be_false,
    be_true,
    bind,
    contain_none,
    differ,
    has,
    in_terraform,
    match,
    need,
    need_path,
    not_,
    remove_it,
    remove_items,
    requirement,
    rule,
    set_to,
    some,
    together,
    where,
)

PEERING = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html"
NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-comparison.html"
TRANSIT = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"
SERVICES = "https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"
NAMES = "https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html"
TUNNELS = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
GONE = where("state", "absent")
TABLES = "aws_route_table|aws_default_route_table"

NARROW = not_(match(r".*/0"), "the range of the other network")
PEERED = has("vpc_peering_connection_id")

requirement(
    "aws-vpc-peering-route-to-everywhere",
    severity=MEDIUM,
    cwe=284,
    title="All traffic is sent over a VPC peering",
    why="The other network sees everything that leaves this one, and answers for every address; a peering needs the "
    "ranges of its two sides only.",
    terraform=(
        bind("aws_route: destination_cidr_block", when=PEERED),
        bind("aws_route: destination_ipv6_cidr_block", when=PEERED),
        bind(f"{TABLES}: cidr_block", each="route", where=PEERED),
        bind(f"{TABLES}: ipv6_cidr_block", each="route", where=PEERED),
    ),
    ansible=bind("amazon.aws.ec2_vpc_route_table: dest", each="routes", where=PEERED, unless=GONE),
    must=NARROW,
    fix=need("peer-cidr", "CIDR of the network on the other side", at_most=UNSAFE, note="other destinations lose their route"),
    references=(PEERING,),
    aliases=(in_terraform("CKV2_AWS_44", "KICS:b3a41501-f712-4c4f-81e5-db9a7dc0e34e"),),
    tags=("network",),
)

EVERYWHERE = some(where("destination_cidr_block", "0.0.0.0/0"), where("destination_ipv6_cidr_block", "::/0"))
_NAT_GATEWAY = ("nat-gateway", "id of a NAT gateway")

requirement(
    "aws-default-route-through-instance",
    severity=LOW,
    cwe=1059,
    title="The way to the Internet leads through an instance",
    why="One machine that has to be patched and can fail carries all traffic of the subnet; a NAT gateway is kept by AWS.",
    terraform=(
        bind("aws_route: instance_id", when=EVERYWHERE, fix=together(
            "send it through a NAT gateway", remove_it(), need_path("nat_gateway_id", *_NAT_GATEWAY), at_most=UNSAFE,
        )),
        bind(f"{TABLES}: instance_id", each="route", where=where("cidr_block", "0.0.0.0/0"), fix=together(
            "send it through a NAT gateway", remove_it(), need_path("nat_gateway_id", *_NAT_GATEWAY), at_most=UNSAFE,
        )),
    ),
    ansible=bind(
        "amazon.aws.ec2_vpc_route_table: instance_id", each="routes", where=where("dest", "0.0.0.0/0"), unless=GONE,
        fix=together(
            "send it through a NAT gateway", remove_it(), need_path("gateway_id", *_NAT_GATEWAY), at_most=UNSAFE,
        ),
    ),
    must=be_absent,
    message="the way to the Internet leads through an instance",
    default=False,
    references=(NAT,),
    aliases=(in_terraform("CKV2_AWS_35"),),
    tags=("availability", "hygiene"),
)  # fmt: skip

requirement(
    "aws-transit-gateway-auto-accept",
    severity=MEDIUM,
    cwe=284,
    title="Transit gateway lets every network join that asks",
    why="Whoever controls an account the gateway is shared with attaches a network of their own and reaches all the others.",
    terraform=bind("aws_ec2_transit_gateway: auto_accept_shared_attachments", must=differ("enable"), fix=set_to("disable")),
    ansible=bind("amazon.aws.ec2_transit_gateway: auto_attach", must=be_false, unless=GONE, fix=set_to(False)),
    must=be_false,
    references=(TRANSIT,),
    aliases=(in_terraform("CKV_AWS_331"),),
    tags=("network",),
)

requirement(
    "aws-vpc-endpoint-service-auto-accept",
    severity=MEDIUM,
    cwe=284,
    title="Endpoint service lets everybody connect who may see it",
    why="A connection into the network is made without anybody having looked at who asks for it.",
    terraform="aws_vpc_endpoint_service: acceptance_required",
    must=be_true,
    fix=set_to(True, at_most=UNSAFE, note="new connections wait until somebody accepts them"),
    references=(SERVICES,),
    aliases=(in_terraform("CKV_AWS_123"),),
    tags=("network",),
)

requirement(
    "aws-vpn-weak-ike",
    severity=MEDIUM,
    cwe=327,
    title="VPN tunnel may be negotiated with IKE version 1",
    why="The first version of the protocol gives identities away and is open to attacks on weak pre-shared keys.",
    terraform=("aws_vpn_connection: tunnel1_ike_versions", "aws_vpn_connection: tunnel2_ike_versions"),
    must=contain_none("ikev1"),
    fix=remove_items("ikev1", at_most=UNSAFE, note="the other side has to speak version 2"),
    references=(TUNNELS,),
    tags=("encryption", "network"),
)

unrouted = rule(
    "aws-gateway-endpoint-without-route",
    severity=LOW,
    cwe=1164,
    title="Gateway endpoint is in no route table",
    why="Traffic to the service still goes over the Internet, while the endpoint and its policy look as if it did not.",
    references=(ENDPOINTS,),
    aliases=(in_terraform("KICS:0bc534c5-13d1-4353-a7fe-b8665d5c1d7d", service="dynamodb", associated=False),),
    tags=("network",),
)
_TABLE = Needed("route-table", "id of the route table of the subnets that use it")
_GATEWAY_SERVICE = re.compile(r"\.(s3|dynamodb)$")


@unrouted.check(terraform="aws_vpc_endpoint")
def endpoint_without_table(endpoint: Block, project: Project) -> Iterator[Finding]:
    """An endpoint of S3 or DynamoDB that neither names a route table nor is named by an association."""
    service, kind = endpoint.get("service_name"), endpoint.get("vpc_endpoint_type")
    found = _GATEWAY_SERVICE.search(service.parts[-1] or "" if service.parts else service.text or "")
    if found is None or not (kind.is_missing or kind.is_("Gateway")):
        return
    tables = endpoint.get("route_table_ids")
    if not tables.is_missing and (tables.kind != "list" or tables.items):
        return
    _, associated = project.companions(endpoint, "aws_vpc_endpoint_route_table_association", "vpc_endpoint_id")
    if associated is not False:
        return
    intent = Intent("name its route table", (Set(tables, [_TABLE]),), UNSAFE, None, "traffic to the service takes the new way")
    facets = {"service": found[1], "associated": bool(project.blocks("aws_route_table_association", "resource"))}
    yield Finding(endpoint, "no route table leads to the endpoint", (intent,), facets)


unresolved = rule(
    "aws-vpc-without-dns-support",
    severity=LOW,
    cwe=1188,
    title="Names of endpoints cannot be resolved in the VPC",
    why="Without its DNS server the names of AWS services lead past the private endpoints, out over the Internet, or nowhere.",
    references=(NAMES,),
    aliases=(
        in_terraform("KICS:e9b7acf9-9ba0-4837-a744-31e7df1e434d", service="sqs"),
        in_terraform("KICS:e9b7acf9-9ba0-4837-a744-31e7df1e434d", type="module:*"),
    ),
    tags=("network",),
)
_SERVICE = re.compile(r"\.([a-z0-9-]+)$")


@unresolved.check(terraform="aws_vpc_endpoint")
def endpoint_nobody_finds(endpoint: Block, project: Project) -> Iterator[Finding]:
    """An interface endpoint with a private name, in a VPC whose DNS server is off."""
    kind, network = endpoint.get("vpc_endpoint_type"), endpoint.get("vpc_id")
    vpc = project.follow(network)
    if vpc is None or vpc.type != "aws_vpc" or not vpc.get("enable_dns_support").is_(False):
        return
    if kind.is_("Interface") or endpoint.get("private_dns_enabled").is_(True):
        switch = vpc.get("enable_dns_support")
        service = endpoint.get("service_name")
        name = _SERVICE.search(service.parts[-1] or "" if service.parts else service.text or "")
        intent = Intent("switch the DNS server of the VPC on", (Set(switch, True),))
        facets = {"service": name[1] if name else ""}
        yield Finding(network, "the VPC of the endpoint has no DNS server", (intent,), facets, ((switch, "it is off here"),))


@unresolved.check(terraform=VPC)
def module_without_dns(call: Block, project: Project) -> Iterator[Finding]:
    """A call of the VPC module that switches the DNS server off."""
    switch = call.get("enable_dns_support")
    if switch.is_(False):
        yield Finding(switch, "the VPC has no DNS server", (Intent("switch the DNS server on", (Set(switch, True),)),))
