"""Firewall rules that calls of AWS registry modules state: security groups, VPCs, and groups within other modules."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.module_calls import major_releases, module_source
from iaclint.model.aspects import NetworkRule
from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.value import Value

PREFIX = "terraform-aws-modules/"
_ALL_PORTS = (0, 65535)
_NUMBERS = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}

# rules the security group module knows by a name that does not end in `-PORT-PROTOCOL`: first port, last port
NAMED = {
    "all-all": (0, 65535), "all-tcp": (0, 65535), "all-udp": (0, 65535),
    "cassandra-clients-tcp": (9042, 9042), "cassandra-thrift-clients-tcp": (9160, 9160),
    "consul-tcp": (8300, 8300), "consul-webui-http-tcp": (8500, 8500), "docker-swarm-mngmt-tcp": (2377, 2377),
    "dns-tcp": (53, 53), "dns-udp": (53, 53), "elasticsearch-java-tcp": (9300, 9300),
    "elasticsearch-rest-tcp": (9200, 9200), "etcd-client-tcp": (2379, 2379), "etcd-peer-tcp": (2380, 2380),
    "grafana-tcp": (3000, 3000), "kafka-broker-tcp": (9092, 9092), "kafka-broker-tls-tcp": (9094, 9094),
    "kibana-tcp": (5601, 5601), "kubernetes-api-tcp": (6443, 6443), "ldap-tcp": (389, 389), "ldaps-tcp": (636, 636),
    "logstash-tcp": (5044, 5044), "memcached-tcp": (11211, 11211), "minio-tcp": (9000, 9000),
    "mssql-analytics-tcp": (2383, 2383), "mssql-tcp": (1433, 1433), "mssql-udp": (1434, 1434),
    "mysql-tcp": (3306, 3306),
    "nfs-tcp": (2049, 2049), "ntp-udp": (123, 123), "openvpn-https-tcp": (443, 443), "openvpn-tcp": (943, 943),
    "openvpn-udp": (1194, 1194), "oracle-db-tcp": (1521, 1521), "postgresql-tcp": (5432, 5432),
    "prometheus-http-tcp": (9090, 9090), "puppet-tcp": (8140, 8140), "puppetdb-tcp": (8081, 8081),
    "rdp-tcp": (3389, 3389), "rdp-udp": (3389, 3389), "redis-tcp": (6379, 6379), "redshift-tcp": (5439, 5439),
    "saltstack-tcp": (4505, 4506), "smtp-tcp": (25, 25), "solr-tcp": (8983, 8987), "splunk-splunkd-tcp": (8089, 8089),
    "splunk-web-tcp": (8000, 8000), "squid-proxy-tcp": (3128, 3128), "ssh-tcp": (22, 22), "vault-tcp": (8200, 8200),
    "web-jmx-tcp": (1099, 1099), "winrm-http-tcp": (5985, 5985), "winrm-https-tcp": (5986, 5986),
    "zookeeper-2181-tcp": (2181, 2181), "zookeeper-2888-tcp": (2888, 2888),
}  # fmt: skip

# what each submodule opens to `ingress_cidr_blocks` by itself
SUBMODULES = {
    "elasticsearch": ("elasticsearch-rest-tcp", "elasticsearch-java-tcp"), "etcd": ("etcd-client-tcp", "etcd-peer-tcp"),
    "cassandra": ("cassandra-clients-tcp", "cassandra-thrift-clients-tcp"),
    "consul": ("consul-tcp", "consul-webui-http-tcp"),
    "docker-swarm": ("docker-swarm-mngmt-tcp",), "grafana": ("grafana-tcp",), "http-80": ("http-80-tcp",),
    "http-8080": ("http-8080-tcp",), "https-443": ("https-443-tcp",), "https-8443": ("https-8443-tcp",),
    "kafka": ("kafka-broker-tcp", "kafka-broker-tls-tcp"), "kibana": ("kibana-tcp",),
    "kubernetes-api": ("kubernetes-api-tcp",), "ldap": ("ldap-tcp",), "ldaps": ("ldaps-tcp",),
    "logstash": ("logstash-tcp",),
    "memcached": ("memcached-tcp",), "minio": ("minio-tcp",), "mongodb": ("mongodb-27017-tcp", "mongodb-27018-tcp"),
    "mssql": ("mssql-tcp", "mssql-udp", "mssql-analytics-tcp"), "mysql": ("mysql-tcp",), "nfs": ("nfs-tcp",),
    "oracle-db": ("oracle-db-tcp",), "postgresql": ("postgresql-tcp",), "prometheus": ("prometheus-http-tcp",),
    "puppet": ("puppet-tcp", "puppetdb-tcp"),
    "rabbitmq": ("rabbitmq-5671-tcp", "rabbitmq-5672-tcp", "rabbitmq-15672-tcp"),
    "rdp": ("rdp-tcp", "rdp-udp"), "redis": ("redis-tcp",), "redshift": ("redshift-tcp",), "smtp": ("smtp-tcp",),
    "solr": ("solr-tcp",), "splunk": ("splunk-splunkd-tcp", "splunk-web-tcp"), "squid": ("squid-proxy-tcp",),
    "ssh": ("ssh-tcp",), "vault": ("vault-tcp",),
    "web": ("http-80-tcp", "http-8080-tcp", "https-443-tcp", "web-jmx-tcp"),
    "winrm": ("winrm-http-tcp", "winrm-https-tcp"), "zookeeper": ("zookeeper-2181-tcp", "zookeeper-2888-tcp"),
}  # fmt: skip


def module_rules(block: Block) -> Iterator[NetworkRule]:
    """The firewall rules the arguments of a module call state."""
    source = module_source(block)
    if source is None or not source[0].startswith(PREFIX):
        return
    address, below = source
    if address == PREFIX + "security-group/aws":
        yield from _security_group(block, SUBMODULES.get(below.removeprefix("modules/"), ()))
    elif below:
        return
    elif address == PREFIX + "vpc/aws":
        yield from _vpc(block)
    else:
        yield from _rules_of_own_group(block)


def named_rule(name: str | None) -> tuple[str, int, int] | None:
    """Protocol, first and last port of a rule the security group module knows by name."""
    if name is None:
        return None
    words = name.split("-")
    protocol = words[-1]
    if name in NAMED:
        return "all" if protocol == "all" else protocol, *NAMED[name]
    if len(words) >= 3 and protocol in ("tcp", "udp") and words[-2].isdigit():
        return protocol, int(words[-2]), int(words[-2])
    return None


def _security_group(block: Block, own: tuple[str, ...]) -> Iterator[NetworkRule]:
    for direction in ("ingress", "egress"):
        shared = _cidrs(block, f"{direction}_cidr_blocks", f"{direction}_ipv6_cidr_blocks")
        names = [(value.text, value) for value in _items(block.get(f"{direction}_rules"))]
        if direction == "ingress":
            names += [(name, block.get("source")) for name in own]
        for name, place in names:
            known = named_rule(name)
            if known is not None:
                yield NetworkRule(block, place, direction, *known, shared, [place])
        for kind in ("cidr_blocks", "ipv6_cidr_blocks"):
            for element in elements(block, f"{direction}_with_{kind}"):
                yield from _with_cidrs(block, element, direction, kind, shared)


def _with_cidrs(block: Block, element: Node, direction: str, kind: str, shared: list[Value]) -> Iterator[NetworkRule]:
    if isinstance(element, Value) and element.kind != "map":
        return
    own = element.at(kind)
    sources = [one for one in shared if (":" in (one.text or "")) == ("ipv6" in kind)] if own.is_missing else [own]
    name = element.at("rule")
    known = named_rule(name.text) if not name.is_missing else None
    first, last, protocol = element.at("from_port"), element.at("to_port"), element.at("protocol")
    if known is not None and first.is_missing:
        yield NetworkRule(block, element, direction, *known, sources, [name])
    elif name.is_missing or not first.is_missing:
        kind_of = _protocol(protocol) if not protocol.is_missing else known[0] if known else None
        yield _ported(block, element, direction, kind_of, first, last, sources)


def _vpc(block: Block) -> Iterator[NetworkRule]:
    releases = major_releases(block)
    by_default = releases is not None and releases[0] >= 4
    for name, managed, separate in (
        ("default_security_group", "manage_default_security_group", False),
        ("default_network_acl", "manage_default_network_acl", True),
    ):
        switch = block.get(managed)
        if not (switch.is_(True) or (switch.is_missing and by_default)):
            continue
        for direction in ("ingress", "egress"):
            for element in elements(block, f"{name}_{direction}"):
                yield from _of_vpc(block, element, direction, separate, "action")
    for tier in ("public", "private", "database", "intra", "outpost", "redshift", "elasticache"):
        if not block.get(f"{tier}_dedicated_network_acl").is_(True):
            continue
        for side, direction in (("inbound", "ingress"), ("outbound", "egress")):
            for element in elements(block, f"{tier}_{side}_acl_rules"):
                yield from _of_vpc(block, element, direction, True, "rule_action")


def _of_vpc(block: Block, element: Node, direction: str, stateless: bool, action: str) -> Iterator[NetworkRule]:
    if isinstance(element, Value) and element.kind != "map":
        return
    paths = ("cidr_block", "ipv6_cidr_block") if stateless else ("cidr_blocks", "ipv6_cidr_blocks")
    protocol = element.at("protocol")
    # in this module a rule without protocol and ports is about everything
    kind = "all" if protocol.is_missing else _protocol(protocol)
    first, last = element.at("from_port"), element.at("to_port")
    rule = _ported(block, element, direction, kind, first, last, _cidrs(element, *paths))
    rule.stateless = stateless
    if stateless:
        text = element.at(action).text
        rule.allows = None if text is None else text.lower() == "allow"
    yield rule


def _rules_of_own_group(block: Block) -> Iterator[NetworkRule]:
    """Modules such as alb, ec2-instance and eks make a group of their own from maps of rules."""
    for direction in ("ingress", "egress"):
        for value in block.each(f"security_group_{direction}_rules.*"):
            if value.kind != "map":
                continue
            protocol = value.at("ip_protocol")
            kind = "tcp" if protocol.is_missing else _protocol(protocol)
            first, last = value.at("from_port"), value.at("to_port")
            sources = _cidrs(value, "cidr_ipv4", "cidr_ipv6")
            yield _ported(block, value, direction, kind, first, first if last.is_missing else last, sources)


def _ported(
    block: Block, element: Node, direction: str, kind: str | None, first: Value, last: Value, sources: list[Value]
) -> NetworkRule:
    low, high = first.number, last.number
    ports: tuple[int | None, int | None] = (None if low is None else int(low), None if high is None else int(high))
    if kind == "all" or ports == (-1, -1):
        ports = _ALL_PORTS
    return NetworkRule(block, element, direction, kind, *ports, sources, [first, last])


def _protocol(value: Value) -> str | None:
    text = value.text
    return None if text is None else _NUMBERS.get(text.lower(), text.lower())


def _items(value: Value) -> list[Value]:
    return value.items if value.kind == "list" else []


def _cidrs(node: Node, *paths: str) -> list[Value]:
    found: list[Value] = []
    for path in paths:
        for value in node.each(path):
            if value.kind == "list":
                found.extend(value.items)
            elif not value.is_missing:
                found.append(value)
    return found
