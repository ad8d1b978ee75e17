"""Firewall rules, wherever a platform states them, as NetworkRules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iaclint.model.aspects import NetworkRule
from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.value import Value

_PROTOCOLS = {"-1": "all", "all": "all", "*": "all", "any": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_ALL_PORTS = (0, 65535)


def network_rules(block: Block) -> Iterator[NetworkRule]:
    """The firewall rules a resource or module states."""
    extract = _EXTRACTORS.get(block.type)
    if extract is not None and block.kind in ("resource", "module"):
        yield from extract(block)
    elif block.type == "module" and block.language == "terraform":
        from iaclint.aspects.network_modules import module_rules

        yield from module_rules(block)


def _known(values: Iterator[Value]) -> list[Value]:
    """The values at a path, lists opened; missing ones left out."""
    found: list[Value] = []
    for value in values:
        if value.kind == "list":
            found.extend(value.items)
        elif not value.is_missing:
            found.append(value)
    return found


def _protocol(value: Value) -> str | None:
    if value.is_missing:
        return "all"
    text = value.text
    return None if text is None else _PROTOCOLS.get(text.lower(), text.lower())


def _port(value: Value) -> int | None:
    number = value.number
    return None if number is None else int(number)


def _aws_rule(block: Block, element: Node, direction: str, cidrs: tuple[str, ...], protocol: str) -> NetworkRule:
    kind = _protocol(element.at(protocol))
    first, last = element.at("from_port"), element.at("to_port")
    low, high = _port(first), _port(last)
    # the EC2 API ignores ports when the protocol is "all"; -1 means all of them
    if kind == "all" or (low == -1 and high == -1) or (first.is_missing and last.is_missing):
        low, high = _ALL_PORTS
    sources = [value for path in cidrs for value in _known(element.each(path))]
    return NetworkRule(block, element, direction, kind, low, high, sources, [first, last])


def _aws_group(block: Block) -> Iterator[NetworkRule]:
    for direction in ("ingress", "egress"):
        for element in elements(block, direction):
            yield _aws_rule(block, element, direction, ("cidr_blocks", "ipv6_cidr_blocks"), "protocol")


def _aws_group_rule(block: Block) -> Iterator[NetworkRule]:
    direction = block.get("type").text
    if direction in ("ingress", "egress"):
        yield _aws_rule(block, block, direction, ("cidr_blocks", "ipv6_cidr_blocks"), "protocol")


def _aws_vpc_rule(block: Block) -> Iterator[NetworkRule]:
    direction = "egress" if "egress" in block.type else "ingress"
    yield _aws_rule(block, block, direction, ("cidr_ipv4", "cidr_ipv6"), "ip_protocol")


def _aws_acl_element(block: Block, element: Node, direction: str, action: Value) -> NetworkRule:
    rule = _aws_rule(block, element, direction, ("cidr_block", "ipv6_cidr_block"), "protocol")
    text = action.text
    rule.allows = None if text is None else text.lower() == "allow"
    rule.stateless = True
    return rule


def _aws_acl(block: Block) -> Iterator[NetworkRule]:
    for direction in ("ingress", "egress"):
        for element in elements(block, direction):
            yield _aws_acl_element(block, element, direction, element.at("action"))


def _aws_acl_rule(block: Block) -> Iterator[NetworkRule]:
    egress = block.get("egress")
    if egress.is_unknown:
        return
    direction = "egress" if egress.boolean else "ingress"
    yield _aws_acl_element(block, block, direction, block.get("rule_action"))


def port_range(text: str | None) -> tuple[int | None, int | None]:
    """The ports a text such as "22", "20-25" or "*" means; (None, None) when it cannot be told."""
    if text is None:
        return None, None
    word = text.strip()
    if word in ("*", "all", "any"):
        return _ALL_PORTS
    low, dash, high = word.partition("-")
    if low.strip().isdigit() and (not dash or high.strip().isdigit()):
        return int(low), int(high) if dash else int(low)
    return None, None


def _azure_element(block: Block, element: Node, names: dict[str, str]) -> Iterator[NetworkRule]:
    direction, access = element.at("direction").text, element.at(names["access"]).text
    if direction is None:
        return
    protocol = _protocol(element.at("protocol"))
    sources = _known(element.each(names["source"]))
    if names["sources"]:
        sources += _known(element.each(names["sources"]))
    ports = _known(element.each(names["port"]))
    if names["ports"]:
        ports += _known(element.each(names["ports"]))
    for port in ports:
        low, high = port_range(port.text)
        allows = None if access is None else access.lower() == "allow"
        side = "ingress" if direction.lower() == "inbound" else "egress"
        yield NetworkRule(block, element, side, protocol, low, high, sources, [port], allows)


_AZURE_TERRAFORM = {
    "access": "access",
    "source": "source_address_prefix",
    "sources": "source_address_prefixes",
    "port": "destination_port_range",
    "ports": "destination_port_ranges",
}
_AZURE_ANSIBLE = {
    "access": "access",
    "source": "source_address_prefix",
    "sources": "",
    "port": "destination_port_range",
    "ports": "",
}


def _azure_group(block: Block) -> Iterator[NetworkRule]:
    for element in elements(block, "security_rule"):
        yield from _azure_element(block, element, _AZURE_TERRAFORM)


def _azure_rule(block: Block) -> Iterator[NetworkRule]:
    yield from _azure_element(block, block, _AZURE_TERRAFORM)


def _azure_ansible(block: Block) -> Iterator[NetworkRule]:
    for element in elements(block, "rules"):
        yield from _azure_element(block, element, _AZURE_ANSIBLE)


def _google(block: Block, allowed: str, denied: str, protocol: str) -> Iterator[NetworkRule]:
    if block.get("disabled").boolean:
        return
    direction = block.get("direction")
    if direction.is_unknown:
        return
    side = "egress" if (direction.text or "").upper() == "EGRESS" else "ingress"
    sources = _known(block.each("source_ranges" if side == "ingress" else "destination_ranges"))
    for name, allows in ((allowed, True), (denied, False)):
        for element in elements(block, name):
            kind = _protocol(element.at(protocol))
            ports = _known(element.each("ports"))
            if not ports:
                low, high = _ALL_PORTS if element.at("ports").is_missing else (None, None)
                yield NetworkRule(block, element, side, kind, low, high, sources, [], allows)
            for port in ports:
                low, high = port_range(port.text)
                yield NetworkRule(block, element, side, kind, low, high, sources, [port], allows)


def _google_terraform(block: Block) -> Iterator[NetworkRule]:
    yield from _google(block, "allow", "deny", "protocol")


def _google_ansible(block: Block) -> Iterator[NetworkRule]:
    yield from _google(block, "allowed", "denied", "ip_protocol")


def _ec2_ansible(block: Block) -> Iterator[NetworkRule]:
    for direction, name in (("ingress", "rules"), ("egress", "rules_egress")):
        for element in elements(block, name):
            sources = _known(element.each("cidr_ip")) + _known(element.each("cidr_ipv6"))
            protocol = element.at("proto")
            kind = "tcp" if protocol.is_missing else _protocol(protocol)
            ports = _known(element.each("ports"))
            if ports:
                for port in ports:
                    low, high = port_range(port.text)
                    yield NetworkRule(block, element, direction, kind, low, high, sources, [port])
                continue
            first, last = element.at("from_port"), element.at("to_port")
            low, high = _port(first), _port(last)
            if kind == "all" or (low == -1 and high == -1):
                low, high = _ALL_PORTS
            yield NetworkRule(block, element, direction, kind, low, high, sources, [first, last])


def _acl_ansible(block: Block) -> Iterator[NetworkRule]:
    """Each rule is a list: number, protocol, action, CIDR, ICMP type, ICMP code, first and last port."""
    for direction in ("ingress", "egress"):
        for element in elements(block, direction):
            if not isinstance(element, Value) or len(element.items) < 4:
                continue
            _, protocol, action, cidr, *rest = element.items
            kind = _protocol(protocol)
            first, last = rest[2:4] if len(rest) >= 4 else (None, None)
            low = high = None
            if kind == "all" or first is None or last is None:
                low, high = _ALL_PORTS
            else:
                low, high = _port(first), _port(last)
            allows = None if action.text is None else action.text.lower() == "allow"
            ports = [one for one in (first, last) if one is not None]
            yield NetworkRule(block, element, direction, kind, low, high, [cidr], ports, allows, stateless=True)


def _alicloud_rule(block: Block) -> Iterator[NetworkRule]:
    direction, ports = block.get("type").text, block.get("port_range")
    if direction is None:
        return
    low, high = (None, None) if ports.text is None else port_range(ports.text.replace("/", "-").removeprefix("-1--1"))
    if ports.is_missing or ports.text == "-1/-1":
        low, high = _ALL_PORTS
    policy = block.get("policy")
    allows = True if policy.is_missing else None if policy.text is None else policy.text == "accept"
    sources = _known(block.each("cidr_ip")) + _known(block.each("ipv6_cidr_ip"))
    yield NetworkRule(block, block, direction, _protocol(block.get("ip_protocol")), low, high, sources, [ports], allows)


_EXTRACTORS: dict[str, Callable[[Block], Iterator[NetworkRule]]] = {
    "aws_security_group": _aws_group,
    "aws_default_security_group": _aws_group,
    "aws_security_group_rule": _aws_group_rule,
    "aws_vpc_security_group_ingress_rule": _aws_vpc_rule,
    "aws_vpc_security_group_egress_rule": _aws_vpc_rule,
    "aws_network_acl": _aws_acl,
    "aws_default_network_acl": _aws_acl,
    "aws_network_acl_rule": _aws_acl_rule,
    "azurerm_network_security_group": _azure_group,
    "azurerm_network_security_rule": _azure_rule,
    "google_compute_firewall": _google_terraform,
    "alicloud_security_group_rule": _alicloud_rule,
    "amazon.aws.ec2_security_group": _ec2_ansible,
    "amazon.aws.ec2_group": _ec2_ansible,
    "amazon.aws.ec2_vpc_nacl": _acl_ansible,
    "azure.azcollection.azure_rm_securitygroup": _azure_ansible,
    "google.cloud.gcp_compute_firewall": _google_ansible,
}

TYPES: dict[str, frozenset[str] | None] = {
    "terraform": frozenset({"module", *(name for name in _EXTRACTORS if "." not in name)}),
    "ansible": frozenset(name for name in _EXTRACTORS if "." in name),
}
