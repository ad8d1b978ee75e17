"""EC2 instances in the network: public addresses, security groups, subnets, elastic addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects import aspects_of
from iaclint.aspects.mentions import mentioning
from iaclint.checks.aws._modules import AUTOSCALING, INSTANCE
from iaclint.model.aspects import NetworkRule
from iaclint.model.block import Block, Node
from iaclint.model.intent import Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    be_false,
    bind,
    every,
    has,
    in_ansible,
    in_terraform,
    lacks,
    opposite,
    related,
    requirement,
    rule,
    set_to,
    some,
    where,
)

ADDRESSES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html"
ELASTIC = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html"
GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html"
RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
DEFAULT_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"
INSTANCES = "aws_instance|aws_spot_instance_request"
EC2, EC2_INSTANCE = "amazon.aws.ec2", "amazon.aws.ec2_instance"
TEMPLATED = has("launch_template")
GONE = where("state", "absent")
CREATES = every(some(has("image_id"), has("image")), opposite(GONE))
NO_ADDRESS = "whoever connects to the public address no longer gets through"

requirement(
    "aws-ec2-public-ip",
    severity=MEDIUM,
    cwe=668,
    title="Instance is given a public IP address",
    why="With an address of its own the machine can be reached from the Internet as soon as one firewall rule is too wide.",
    terraform=(
        f"{INSTANCES}|aws_launch_configuration|{INSTANCE}|{AUTOSCALING}: associate_public_ip_address",
        f"aws_launch_template|{AUTOSCALING}: network_interfaces.associate_public_ip_address",
    ),
    ansible=(
        bind(f"{EC2}|community.aws.autoscaling_launch_config: assign_public_ip", unless=GONE),
        bind(f"{EC2_INSTANCE}: network.assign_public_ip", unless=GONE),
        bind(f"{EC2_INSTANCE}: network_interfaces.assign_public_ip", unless=GONE),
        bind("amazon.aws.ec2_launch_template: network_interfaces.associate_public_ip_address", unless=GONE),
    ),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note=NO_ADDRESS),
    default=False,
    references=(ADDRESSES,),
    aliases=(
        in_terraform("CKV_AWS_88", type=("aws_instance", "aws_launch_template", "module:*")),
        in_terraform("KICS:5a2486aa-facf-477d-a5c1-b010789459ce", type=("aws_instance", "module:*")),
        in_terraform("CKV_AWS_389", "AVD-AWS-0009", type="aws_launch_configuration"),
        in_ansible("KICS:a8b0c58b-cd25-4b53-9ad0-55bca0be0bc1"),
        in_ansible("CKV_AWS_88", type=EC2_INSTANCE),
    ),
    tags=("network",),
)


def _subnet_gives_none(element: Node, project: Project) -> Truth:
    """Whether the subnet is one of this Project's that hands out no public addresses."""
    subnet = project.follow(element.at("subnet_id"))
    if subnet is None or subnet.type != "aws_subnet":
        return False
    switch = subnet.get("map_public_ip_on_launch")
    return None if switch.is_unknown else switch.is_missing or switch.is_(False)


requirement(
    "aws-ec2-public-ip-undecided",
    severity=LOW,
    cwe=1188,
    title="Whether an instance gets a public IP address is left to its subnet",
    why="A setting elsewhere, or a move to another subnet, puts the machine on the Internet without anybody meaning it.",
    terraform=f"{INSTANCES}|{INSTANCE}: associate_public_ip_address",
    must=be_false,
    when=lacks("associate_public_ip_address"),
    when_missing=VIOLATED,
    unless=some(
        TEMPLATED, has("network_interface"), has("primary_network_interface"),
        related("private subnet", _subnet_gives_none),
    ),
    message="the subnet decides whether the instance gets a public address",
    fix=set_to(False, at_most=UNSAFE, note=NO_ADDRESS),
    default=False,
    references=(ADDRESSES,),
    aliases=(in_terraform("KICS:5a2486aa-facf-477d-a5c1-b010789459ce", type=("aws_instance", "module:*")),),
    tags=("network", "hygiene"),
)  # fmt: skip

# --- the default security group ------------------------------------------------------

default_group = rule(
    "aws-ec2-default-security-group",
    severity=LOW,
    cwe=284,
    title="Instance is in the default security group",
    why="The members of that group all reach each other on every port, and whatever names no group joins it.",
    default=False,
    references=(GROUPS,),
    remedy="Make a group for what the instance does, and name that.",
    aliases=(
        in_terraform("KICS:a31a5a29-718a-4ff4-8001-a69e5e4d029e", "AC_AWS_0153", named=False),
        in_terraform("KICS:f1adc521-f79a-4d71-b55b-a68294687432", named=True),
        in_ansible("KICS:8d03993b-8384-419b-a681-d1f55149397c", named=True),
    ),
    tags=("network", "hygiene"),
)
GROUP = Needed("security-group", "id of a security group made for the instance")


@default_group.check(terraform=INSTANCES)
def instance_without_group(instance: Block, project: Project) -> Iterator[Finding]:
    """An instance that names no group, here or where its network interface is made."""
    groups = instance.get("vpc_security_group_ids")
    others = ("security_groups", "network_interface", "primary_network_interface", "launch_template")
    if not groups.is_missing and (groups.kind != "list" or groups.items):
        return
    if any(not instance.at(name).is_missing for name in others):
        return
    if project.companions(instance, "aws_network_interface_sg_attachment", "network_interface_id")[1] is False:
        intent = Intent("name a group of its own", (Set(groups, [GROUP]),), UNSAFE, None, "connections may break")
        yield Finding(groups, "the instance names no security group, so it is in the default one", (intent,), {"named": False})


@default_group.check(terraform=f"{INSTANCES}|aws_launch_configuration|aws_launch_template|{INSTANCE}")
def instance_in_default_group(instance: Block, project: Project) -> Iterator[Finding]:
    """An instance that names the default group."""
    for name in ("vpc_security_group_ids", "security_groups", "network_interfaces.security_groups"):
        for value in instance.each(name):
            yield from _default_groups(value, project)


@default_group.check(ansible=f"{EC2}|{EC2_INSTANCE}|community.aws.autoscaling_launch_config|amazon.aws.ec2_launch_template")
def created_in_default_group(instance: Block, project: Project) -> Iterator[Finding]:
    """The same in a task."""
    if instance.get("state").is_("absent"):
        return
    for name in ("group", "group_id", "security_group", "security_groups"):
        yield from _default_groups(instance.get(name), project)


def _default_groups(value: Value, project: Project) -> Iterator[Finding]:
    for item in value.items if value.kind == "list" else [value]:
        if _is_default_group(item, project):
            intent = Intent("use a group of its own", (Set(item, GROUP),), UNSAFE, None, "connections may break")
            yield Finding(item, "the instance is in the default security group", (intent,), {"named": True})


def _is_default_group(value: Value, project: Project) -> bool:
    if value.is_("default"):
        return True
    if any(re.match(r"aws_default_security_group\.|.*\.default_security_group_id$", one) for one in value.references):
        return True
    group = project.follow(value)
    if group is not None:
        return group.type == "aws_security_group" and group.get("name").is_("default")
    # a group of that name which is not made here is the one AWS has made
    return any(one.startswith("aws_security_group.default.") for one in value.references)


# --- the default VPC -----------------------------------------------------------------

default_vpc = rule(
    "aws-ec2-in-default-vpc",
    severity=LOW,
    cwe=1188,
    title="Instance is in the default VPC",
    why="Its subnets are public and its settings were made for trying things out, not for keeping machines apart.",
    default=False,
    references=(DEFAULT_VPC,),
    remedy="Make a VPC and a subnet for it, and name that subnet.",
    aliases=(
        in_terraform("KICS:7e4a6e76-568d-43ef-8c4e-36dea481bff1", named=True),
        in_ansible("KICS:8833f180-96f1-46f4-9147-849aafa56029", named=True),
        in_ansible("KICS:61d1a2d0-4db8-405a-913d-5d2ce49dff6f", named=False),
    ),
    tags=("network", "hygiene"),
)
SUBNET = Needed("subnet", "id of the subnet the instance belongs to")
_DEFAULT_SUBNET = "nothing names a subnet, so the instance is in the default VPC"
_MOVED = "the instance is made anew in the subnet"
_REGISTERED = re.compile(rb"\{\{\s*(\w+)\b")


@default_vpc.check(terraform=INSTANCES)
def instance_in_default_vpc(instance: Block, project: Project) -> Iterator[Finding]:
    """An instance in a subnet of the default VPC, or one that names no subnet."""
    value = instance.get("subnet_id")
    elsewhere = ("network_interface", "primary_network_interface", "launch_template", "availability_zone_id")
    if value.is_missing:
        if all(instance.at(name).is_missing for name in elsewhere):
            yield Finding(instance, _DEFAULT_SUBNET, _elsewhere(value), {"named": False})
        return
    subnet = project.follow(value)
    by_itself = any(one.startswith("aws_default_subnet.") for one in value.references)
    if by_itself or (subnet is not None and subnet.type == "aws_subnet" and _is_default_vpc(subnet.get("vpc_id"), project)):
        yield Finding(value, "the subnet belongs to the default VPC", _elsewhere(value), {"named": True})


def _elsewhere(subnet: Value) -> tuple[Intent, ...]:
    return (Intent("name its subnet", (Set(subnet, SUBNET),), UNSAFE, None, _MOVED),)


def _is_default_vpc(value: Value, project: Project) -> bool:
    if any(one.startswith("aws_default_vpc.") for one in value.references):
        return True
    vpc = project.follow(value)
    if vpc is not None:
        return vpc.kind == "data" and vpc.get("default").is_(True)
    # a VPC of that name which is not made here is the one AWS has made
    return any(one.startswith("aws_vpc.default.") for one in value.references)


@default_vpc.check(ansible=f"{EC2}|{EC2_INSTANCE}")
def created_in_default_vpc(instance: Block, project: Project) -> Iterator[Finding]:
    """A task that starts an instance without naming a subnet, or in one made in a VPC called default."""
    if CREATES(instance, project) is not True:
        return
    value = instance.get("vpc_subnet_id")
    if value.is_missing:
        others = ("network.subnet_id", "network.interfaces", "network_interfaces", "network_interfaces_ids", "launch_template")
        if all(instance.at(name).is_missing for name in others):
            yield Finding(instance, _DEFAULT_SUBNET, _elsewhere(value), {"named": False})
        return
    names = {one.decode() for one in _REGISTERED.findall(_written(value))}
    for subnet in project.blocks("amazon.aws.ec2_vpc_subnet"):
        task = subnet.parent
        if task is not None and task.get("register").text in names and b"default" in _written(subnet.get("vpc_id")):
            yield Finding(value, "the subnet belongs to the default VPC", _elsewhere(value), {"named": True})


def _written(value: Value) -> bytes:
    return b"" if value.is_missing else value.document.source.data[value.span.start : value.span.end]


# --- what can be reached, and what is not used ---------------------------------------

reachable = rule(
    "aws-ec2-group-open-to-everybody",
    severity=MEDIUM,
    cwe=284,
    title="Instance is in a security group that is open to the whole Internet",
    why="Once the machine has a public address, everybody may try whatever listens at the open ports.",
    default=False,
    references=(RULES,),
    remedy="Narrow the group, or put a load balancer before the instance.",
    aliases=(
        in_terraform("AC_AWS_0478", type="aws_instance"),
        in_terraform("AC_AWS_0489", type="aws_launch_configuration"),
    ),
    tags=("network",),
)
_RULES_OF = {"aws_security_group_rule": "security_group_id", "aws_vpc_security_group_ingress_rule": "security_group_id"}


@reachable.check(terraform=f"{INSTANCES}|aws_launch_configuration|aws_launch_template")
def in_open_group(instance: Block, project: Project) -> Iterator[Finding]:
    """A group of this Project among those of an instance, one of whose rules lets everybody in."""
    for name in ("vpc_security_group_ids", "security_groups"):
        for item in instance.get(name).items:
            group = project.follow(item)
            if group is None or group.type != "aws_security_group":
                continue
            for opened in _open_rules(group, project):
                also = ((opened, "everybody is let in here"),)
                yield Finding(item, f"{group.address} is open to {opened.text}", (), {}, also)
                break


def _open_rules(group: Block, project: Project) -> Iterator[Value]:
    blocks = [group]
    for type, by in _RULES_OF.items():
        blocks += project.companions(group, type, by)[0]
    for block in blocks:
        for network in aspects_of(block, NetworkRule):
            if isinstance(network, NetworkRule) and network.direction == "ingress":
                yield from network.open_sources()


unused_address = rule(
    "aws-eip-unused",
    severity=LOW,
    cwe=1164,
    title="Elastic IP address is attached to nothing",
    why="It costs money, and names that point at it may be forgotten when it is given back and goes to somebody else.",
    default=False,
    references=(ELASTIC,),
    remedy="Attach the address, or give it back.",
    aliases=(in_terraform("CKV2_AWS_19"),),
    tags=("hygiene",),
)


@unused_address.check(terraform="aws_eip")
def address_nobody_uses(address: Block, project: Project) -> Iterator[Finding]:
    """An address that names nothing, and that no other block mentions."""
    named = any(not address.get(name).is_missing for name in ("instance", "network_interface", "associate_with_private_ip"))
    if not named and not mentioning(address, project):
        intent = Intent("attach it to an instance", (Set(address.get("instance"), Needed("instance", "id of the instance")),))
        yield Finding(address, "nothing uses the address", (intent,))
