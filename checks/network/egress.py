"""Firewall rules that let everything out, in every cloud."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.network._services import port_facets
from iaclint.checks.network.ingress import AZURE, EC2_ANSIBLE, GOOGLE, narrow
from iaclint.model.aspects import NetworkRule
from iaclint.model.project import Project
from iaclint.rules import LOW, Finding, in_ansible, in_terraform, rule

GROUPS = (
    "aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_egress_rule", "aws_default_security_group",
    "module:*",
)

unrestricted_egress = rule(
    "unrestricted-egress",
    severity=LOW,
    cwe=284,
    title="Everything may be sent to the whole Internet",
    why="Malware fetches its tools and sends what it found to its master; most services need a few destinations only.",
    default=False,
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",),
    aliases=(
        in_terraform("AVD-AWS-0104", type=GROUPS),
        in_terraform("CKV_AWS_382", type=GROUPS, ports="all"),
        in_ansible("KICS:0956aedf-6a7a-478b-ab56-63e2b19923ad", type=EC2_ANSIBLE),
        in_terraform("AVD-AZU-0051", type=AZURE),
        in_terraform("AVD-GCP-0035", type=GOOGLE),
    ),
    tags=("network", "hygiene"),
)


@unrestricted_egress.check(aspect=NetworkRule)
def egress(network: NetworkRule, project: Project) -> Iterator[Finding]:
    """A rule that lets traffic out to every address; a network ACL also carries the answers of servers."""
    if network.direction != "egress" or network.allows is not True or network.stateless:
        return
    low, high = network.from_port, network.to_port
    if network.protocol is None or low is None or high is None:
        return
    everything = low <= 1 and high >= 65535
    what = "everything" if everything else f"port {low}" if low == high else f"ports {low} to {high}"
    for destination in network.open_sources():
        facets = {**port_facets(network), **({"ports": "all"} if everything else {})}
        yield Finding(destination, f"{what} may be sent to {destination.text}", narrow(destination), facets)
