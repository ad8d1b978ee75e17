"""Sensitive ports open to ranges that are not the whole Internet, yet wider than they need be."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.network._services import sensitive_services
from iaclint.checks.network._terrascan import private_ports, public_ports
from iaclint.checks.network.ingress import AWS_GROUPS, AZURE, EC2_ANSIBLE, REFERENCES, finding_of, is_open, is_wide
from iaclint.model.aspects import NetworkRule, is_whole_internet
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import LOW, MEDIUM, Finding, in_ansible, in_terraform, rule

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

public_range = rule(
    "sensitive-port-open-to-public-range",
    severity=MEDIUM,
    cwe=284,
    title="A sensitive port is open to a public network",
    why="Everybody who has, or gets, an address of that network may try the service; offices and providers hand theirs on.",
    default=False,
    references=REFERENCES,
    remedy="Allow single addresses, a VPN or a bastion.",
    aliases=(
        in_terraform("KICS:e35c16a2-d54e-419d-8546-a804d8e024d0", type=AWS_GROUPS, stateless=False, small=True),
        public_ports(type=AWS_GROUPS, stateless=False),
        in_terraform("KICS:e9dee01f-2505-4df2-b9bf-7804d1fd9082", type=AZURE, small=True),
        in_ansible("KICS:ea0ed1c7-9aef-4464-b7c7-94c762da3640", type=EC2_ANSIBLE),
    ),
    tags=("network",),
)

private_range = rule(
    "sensitive-port-open-to-private-range",
    severity=LOW,
    cwe=284,
    title="A sensitive port is open to a very wide private network",
    why="Whoever has taken over one machine of the company can go on from there to this one.",
    default=False,
    references=REFERENCES,
    remedy="Allow the security group or the subnet of those who need the port.",
    aliases=(
        in_terraform("KICS:92fe237e-074c-4262-81a4-2077acb928c1", type=AWS_GROUPS, stateless=False),
        private_ports(type=AWS_GROUPS, stateless=False),
        in_terraform("KICS:c6c7b33d-d7f6-4ab8-8c82-ca0431ecdb7e", type=AZURE),
        in_ansible("KICS:ea0ed1c7-9aef-4464-b7c7-94c762da3640", type=EC2_ANSIBLE),
    ),
    tags=("network", "hygiene"),
)


@public_range.check(aspect=NetworkRule)
def public(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A public range of several addresses."""
    for source, width, is_private in _ranges(network):
        if not is_private and width > 1:
            yield from _finding(network, source, width)


@private_range.check(aspect=NetworkRule)
def private(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A private range of 65,536 addresses or more."""
    for source, width, is_private in _ranges(network):
        if is_private and width >= 1 << 16:
            yield from _finding(network, source, width)


def _finding(network: NetworkRule, source: Value, width: int) -> Iterator[Finding]:
    covered = sensitive_services(network)
    if not covered:
        return
    port, name = next(iter(covered.items()))
    named = f"{name} (port {port})" if name else f"port {port}"
    yield finding_of(network, source, "every port" if is_wide(network) else named, small=width <= 256)


def _ranges(network: NetworkRule) -> Iterator[tuple[Value, int, bool]]:
    """Each source that is a range of addresses, how many it has, and whether they are private."""
    if not is_open(network) or network.stateless:
        return
    for source in network.sources:
        text = source.text
        if text is None or "/" not in text or is_whole_internet(text):
            continue
        import ipaddress

        try:
            found = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        if not (found.is_loopback or found.is_link_local or found.is_multicast):
            yield source, found.num_addresses, _is_private(found.version, int(found.network_address), found.prefixlen)


def _is_private(version: int, first: int, length: int) -> bool:
    import ipaddress

    for text in PRIVATE:
        known = ipaddress.ip_network(text)
        if known.version == version and length >= known.prefixlen:
            shift = known.max_prefixlen - known.prefixlen
            if first >> shift == int(known.network_address) >> shift:
                return True
    return False
