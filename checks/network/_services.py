"""What answers at well-known ports, and which of it nobody should reach from afar."""

from __future__ import annotations

from iaclint.model.aspects import NetworkRule

ADMIN_TCP = {
    22: "SSH", 23: "Telnet", 135: "RPC", 137: "NetBIOS", 138: "NetBIOS", 139: "NetBIOS", 445: "SMB", 512: "rexec",
    513: "rlogin", 2375: "Docker", 2376: "Docker", 3389: "RDP", 4505: "Salt", 4506: "Salt", 5900: "VNC", 5985: "WinRM",
    5986: "WinRM", 8140: "Puppet", 10250: "the kubelet",
}  # fmt: skip
ADMIN_UDP = {137: "NetBIOS", 138: "NetBIOS", 139: "NetBIOS", 161: "SNMP", 623: "IPMI"}

DATA_TCP = {
    1433: "SQL Server", 1434: "SQL Server", 1521: "Oracle", 1522: "Oracle", 2049: "NFS", 2181: "ZooKeeper",
    2379: "etcd", 2380: "etcd", 2382: "SQL Server Analysis Services", 2383: "SQL Server Analysis Services",
    2483: "Oracle", 2484: "Oracle", 3306: "MySQL", 5432: "PostgreSQL", 5439: "Redshift", 5984: "CouchDB",
    6379: "Redis", 7000: "Cassandra", 7001: "Cassandra", 7474: "Neo4j", 8020: "HDFS",
    9042: "Cassandra", 9092: "Kafka", 9160: "Cassandra", 9200: "Elasticsearch", 9300: "Elasticsearch",
    11211: "Memcached", 11214: "Memcached", 11215: "Memcached", 27017: "MongoDB", 27018: "MongoDB", 27019: "MongoDB",
    50070: "HDFS", 61620: "OpsCenter", 61621: "OpsCenter",
}  # fmt: skip
DATA_UDP = {1434: "SQL Server", 11211: "Memcached", 11214: "Memcached", 11215: "Memcached"}

OTHER = {
    20: "FTP", 21: "FTP", 25: "SMTP", 53: "DNS", 110: "POP3", 389: "LDAP", 636: "LDAPS", 3000: "", 3020: "CIFS",
    8000: "", 8080: "", 9000: "", 9090: "",
}  # fmt: skip
"""Ports with a name of their own at a peer which are neither of these; some are used for many things."""

PUBLIC = {80, 443}
WATCHED = frozenset({*ADMIN_TCP, *ADMIN_UDP, *DATA_TCP, *DATA_UDP, *OTHER, *PUBLIC})


def services(network: NetworkRule, tcp: dict[int, str], udp: dict[int, str]) -> dict[int, str]:
    """The services of two tables that a rule certainly lets through: port to name."""
    tables = {"tcp": (tcp,), "udp": (udp,), "all": (tcp, udp)}.get(network.protocol or "", ())
    low, high = network.from_port, network.to_port
    if low is not None and low == high and low not in WATCHED:
        return {}  # most rules are about one port that nobody watches
    return {port: name for table in tables for port, name in table.items() if network.covers(port)}


def sensitive_services(network: NetworkRule) -> dict[int, str]:
    """All services a rule lets through that are not meant for strangers."""
    admin, data = services(network, ADMIN_TCP, ADMIN_UDP), services(network, DATA_TCP, DATA_UDP)
    return {**admin, **data, **services(network, OTHER, OTHER)}


def port_facets(network: NetworkRule) -> dict[str, object]:
    """What conditional aliases ask about a rule: ports, protocol, and the kind of firewall."""
    low, high = network.from_port or 0, network.to_port or 0
    ports: set[object] = {port for port in WATCHED if network.covers(port)}
    beyond = low != high or low not in WATCHED
    return {
        "port": frozenset({low, *ports}),
        "protocol": network.protocol,
        "ranged": low != high,
        "stateless": network.stateless,
        "unknown": beyond and any(port not in WATCHED for port in range(low, min(high, low + 1000) + 1)),
    }
