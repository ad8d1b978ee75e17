"""Google Kubernetes Engine: clusters and node pools."""

from __future__ import annotations

from iaclint.model.block import Node
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Intent,
    Needed,
    any_of,
    be_absent,
    be_false,
    be_none_of,
    be_present,
    be_true,
    bind,
    differ,
    equal,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://cloud.google.com/kubernetes-engine/docs/"
HARDENING = DOCS + "how-to/hardening-your-cluster"
POLICIES = DOCS + "how-to/network-policy"
NETWORKS = DOCS + "how-to/authorized-networks"
PRIVATE = DOCS + "concepts/network-isolation"
UPGRADES = DOCS + "how-to/node-auto-upgrades"
REPAIR = DOCS + "how-to/node-auto-repair"
IMAGES = DOCS + "concepts/node-images"
SHIELDED = DOCS + "how-to/shielded-gke-nodes"
LOGS = DOCS + "concepts/about-logs"

CLUSTER, POOL = "google_container_cluster", "google_container_node_pool"
ANSIBLE, ANSIBLE_POOL = "google.cloud.gcp_container_cluster", "google.cloud.gcp_container_node_pool"
REMOVED = where("state", "absent")
AUTOPILOT = where("enable_autopilot", be_true)
PRIVATE_ONLY = where("private_cluster_config.enable_private_endpoint", be_true)

requirement(
    "google-gke-legacy-authorization",
    severity=HIGH,
    cwe=285,
    title="Cluster uses the old attribute-based authorization",
    why="It gives every service account in the cluster wide fixed rights, whatever its roles say.",
    terraform=f"{CLUSTER}: enable_legacy_abac",
    ansible=f"{ANSIBLE}: legacy_abac.enabled",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="users and pods need roles afterwards"),
    references=(HARDENING,),
    aliases=(
        in_terraform("CKV_GCP_7", "AVD-GCP-0062", "AC_GCP_0028", "KICS:5baa92d2-d8ee-4c75-88a4-52d9d8bb8067"),
        in_ansible("KICS:300a9964-b086-41f7-9378-b6de3ba1c32b"),
    ),
    tags=("identity",),
)

requirement(
    "google-gke-basic-authentication",
    severity=HIGH,
    cwe=287,
    title="Cluster accepts a fixed user name and password",
    why="The pair administers the cluster, stands in files and states, and is taken back from nobody who leaves.",
    terraform=f"{CLUSTER}: master_auth.username",
    ansible=f"{ANSIBLE}: master_auth.username",
    must=any_of(be_absent, equal("")),
    unless=REMOVED,
    fix=set_path("master_auth.username", "", at_most=UNSAFE, note="clients that log in with it lose access"),
    references=(HARDENING,),
    aliases=(in_terraform("AVD-GCP-0064", "AC_GCP_0027"), in_ansible("KICS:344bf8ab-9308-462b-a6b2-697432e40ba1")),
    tags=("identity",),
)

requirement(
    "google-gke-client-certificate",
    severity=MEDIUM,
    cwe=287,
    title="Cluster issues a client certificate",
    why="The certificate stands in state files and cannot be withdrawn as long as the cluster lives.",
    terraform=f"{CLUSTER}: master_auth.client_certificate_config.issue_client_certificate",
    ansible=f"{ANSIBLE}: master_auth.client_certificate_config.issue_client_certificate",
    must=be_false,
    unless=REMOVED,
    fix=set_to(False, at_most=UNSAFE, note="clients that use the certificate lose access"),
    references=(HARDENING,),
    aliases=(in_terraform("CKV_GCP_13", "AVD-GCP-0064", "AC_GCP_0024", "KICS:73fb21a1-b19a-45b1-b648-b47b1678681e"),),
    tags=("identity",),
)

requirement(
    "google-gke-without-network-policy",
    severity=MEDIUM,
    cwe=923,
    title="Cluster enforces no network policies",
    why="Every pod reaches every other one: a single pod that is broken into opens the way to all of them.",
    terraform=f"{CLUSTER}: network_policy.enabled",
    ansible=f"{ANSIBLE}: network_policy.enabled",
    must=be_true,
    when_missing=VIOLATED,
    unless=some(REMOVED, AUTOPILOT, where("datapath_provider", "ADVANCED_DATAPATH")),
    fix=set_to(True, at_most=UNSAFE, note="nodes are created anew"),
    references=(POLICIES,),
    aliases=(
        in_terraform("CKV_GCP_12", "AVD-GCP-0056", "AC_GCP_0293", "KICS:11e7550e-c4b6-472e-adff-c698f157cdd7"),
        in_ansible("KICS:98e04ca0-34f5-4c74-8fec-d2e611ce2790"),
    ),
    tags=("network",),
)

requirement(
    "google-gke-public-nodes",
    severity=MEDIUM,
    cwe=284,
    title="Nodes of a Kubernetes cluster have public addresses",
    why="Every node can be reached from the Internet as soon as one firewall rule or node port lets traffic in.",
    terraform=f"{CLUSTER}: private_cluster_config.enable_private_nodes",
    ansible=f"{ANSIBLE}: private_cluster_config.enable_private_nodes",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="nodes then need Cloud NAT to reach the Internet"),
    references=(PRIVATE,),
    aliases=(
        in_terraform("CKV_GCP_64", "CKV_GCP_25", "AVD-GCP-0059", "AC_GCP_0294"),
        in_terraform("KICS:6ccb85d7-0420-4907-9380-50313f80946b"),
        in_ansible("KICS:3b30e3d6-c99b-4318-b38f-b99db74578b5"),
    ),
    tags=("network",),
)

NARROW = [{"cidr_block": Needed("trusted-cidr", "CIDR of the network that may connect")}]


def _authorize(value: Value, element: Node, project: Project) -> Intent | None:
    """A list of networks, where none is written yet."""
    path = "master_authorized_networks_config.cidr_blocks"
    if not element.at("master_authorized_networks_config").is_missing:
        return set_to(True, at_most=UNSAFE)(value, element, project)
    note = "the new range decides who still gets in"
    return set_path(path, NARROW, at_most=UNSAFE, note=note)(value, element, project)


requirement(
    "google-gke-public-control-plane",
    severity=MEDIUM,
    cwe=284,
    title="Control plane is open to the whole Internet",
    why="A leaked credential or a fault of the API server is enough to take the cluster over, from anywhere.",
    terraform=bind(f"{CLUSTER}: master_authorized_networks_config", must=be_present),
    ansible=bind(f"{ANSIBLE}: master_authorized_networks_config.enabled", must=be_true, when_missing=VIOLATED),
    must=be_present,
    unless=some(REMOVED, PRIVATE_ONLY),
    fix=_authorize,
    references=(NETWORKS,),
    aliases=(
        in_terraform("CKV_GCP_20", "AVD-GCP-0061", "AC_GCP_0023"),
        in_ansible("KICS:d43366c5-80b0-45de-bbe8-2338f4ab0a83"),
    ),
    tags=("network",),
)

requirement(
    "google-gke-control-plane-open-range",
    severity=HIGH,
    cwe=284,
    title="List of networks for the Kubernetes API holds the whole Internet",
    why="The list lets everybody in: a leaked credential is enough to take the cluster over, from anywhere.",
    terraform=f"{CLUSTER}: master_authorized_networks_config.cidr_blocks.cidr_block",
    ansible=f"{ANSIBLE}: master_authorized_networks_config.cidr_blocks.cidr_block",
    must=be_none_of("0.0.0.0/0", "::/0"),
    unless=REMOVED,
    fix=need("trusted-cidr", "CIDR of the network that may connect", at_most=UNSAFE),
    references=(NETWORKS,),
    aliases=(in_terraform("CKV_GCP_18", "AVD-GCP-0053", "AC_GCP_0292", "KICS:e2f9b5c7-8d3a-4a5f-93b0-78aeb39d7e09"),),
    tags=("network",),
)

requirement(
    "google-gke-node-repair-disabled",
    severity=LOW,
    cwe=693,
    title="Broken nodes are not repaired",
    why="Nodes that fail stay broken until somebody notices, and the cluster shrinks under its load.",
    terraform=f"{POOL}: management.auto_repair",
    ansible=f"{ANSIBLE_POOL}: management.auto_repair",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True),
    references=(REPAIR,),
    aliases=(
        in_terraform("CKV_GCP_9", "AVD-GCP-0063", "AC_GCP_0015", "KICS:acfdbec6-4a17-471f-b412-169d77553332"),
        in_ansible("KICS:d58c6f24-3763-4269-9f5b-86b2569a003b"),
    ),
    tags=("availability",),
)

requirement(
    "google-gke-node-upgrade-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Nodes are not upgraded by themselves",
    why="They keep known holes of the kernel and of Kubernetes until somebody finds the time.",
    terraform=f"{POOL}: management.auto_upgrade",
    ansible=f"{ANSIBLE_POOL}: management.auto_upgrade",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="nodes are replaced one by one at each upgrade"),
    references=(UPGRADES,),
    aliases=(
        in_terraform("CKV_GCP_10", "AVD-GCP-0058", "AC_GCP_0017", "KICS:b139213e-7d24-49c2-8025-c18faa21ecaa"),
        in_ansible("KICS:d6e10477-2e19-4bcd-b8a8-19c65b89ccdf"),
    ),
    tags=("supply-chain",),
)

requirement(
    "google-gke-node-image",
    severity=LOW,
    cwe=1104,
    title="Nodes do not run Container-Optimized OS",
    why="Other images carry more software, so more of it is open to attack and to be kept up to date.",
    terraform=(f"{POOL}|{CLUSTER}: node_config.image_type",),
    ansible=(f"{ANSIBLE_POOL}: config.image_type", f"{ANSIBLE}: node_config.image_type"),
    must=match("(?i)cos.*", wanted="an image of Container-Optimized OS"),
    unless=REMOVED,
    fix=set_to("COS_CONTAINERD", at_most=UNSAFE, note="nodes are created anew; Windows workloads cannot run on them"),
    references=(IMAGES,),
    aliases=(
        in_terraform("CKV_GCP_22", "AC_GCP_0016", "KICS:8a893e46-e267-485a-8690-51f39951de58", type=POOL),
        in_terraform("AVD-GCP-0054"),
        in_ansible("KICS:be41f891-96b1-4b9d-b74f-b922a918c778", type=ANSIBLE_POOL),
    ),
    tags=("hygiene",),
    default=False,
)

requirement(
    "google-gke-shielded-nodes-disabled",
    severity=MEDIUM,
    cwe=693,
    title="Nodes of a Kubernetes cluster are not shielded",
    why="Whoever breaks out of a container can pose as another node and collect its secrets.",
    terraform=f"{CLUSTER}: enable_shielded_nodes",
    ansible=f"{ANSIBLE}: shielded_nodes.enabled",
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="nodes are created anew"),
    references=(SHIELDED,),
    aliases=(in_terraform("CKV_GCP_71", "AVD-GCP-0055", "KICS:579a0727-9c29-4d58-8195-fc5802a8bdb4"),),
    tags=("container",),
)

requirement(
    "google-gke-logging-disabled",
    severity=MEDIUM,
    cwe=778,
    title="Logs of a Kubernetes cluster are not kept",
    why="Nobody can say afterwards what happened in the cluster: the logs go with the pods.",
    terraform=f"{CLUSTER}: logging_service",
    ansible=f"{ANSIBLE}: logging_service",
    must=differ("none"),
    unless=REMOVED,
    fix=set_to("logging.googleapis.com/kubernetes"),
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_GCP_1", "AVD-GCP-0060", "AC_GCP_0030", "KICS:4c7ebcb2-eae2-461e-bc83-456ee2d4f694"),
        in_ansible("KICS:19c9e2a0-fc33-4264-bba1-e3682661e8f7"),
    ),
    tags=("logging",),
)

requirement(
    "google-gke-monitoring-disabled",
    severity=LOW,
    cwe=778,
    title="Cluster is not monitored",
    why="Odd load, such as that of a miner, shows in no graph and raises no alarm.",
    terraform=f"{CLUSTER}: monitoring_service",
    ansible=f"{ANSIBLE}: monitoring_service",
    must=differ("none"),
    unless=REMOVED,
    fix=set_to("monitoring.googleapis.com/kubernetes"),
    references=(LOGS,),
    aliases=(
        in_terraform("CKV_GCP_8", "AVD-GCP-0052", "AC_GCP_0029", "KICS:30e8dfd2-3591-4d19-8d11-79e93106c93d"),
        in_ansible("KICS:20dcd953-a8b8-4892-9026-9afa6d05a525"),
    ),
    tags=("logging",),
)

requirement(
    "google-gke-default-service-account",
    severity=MEDIUM,
    cwe=250,
    title="Nodes run as the default service account of the project",
    why="It is an editor of the project unless somebody took that away, and every pod may borrow it from its node.",
    terraform=f"{CLUSTER}|{POOL}: node_config.service_account",
    ansible=(f"{ANSIBLE}: node_config.service_account", f"{ANSIBLE_POOL}: config.service_account"),
    must=be_present,
    when=some(has("node_config"), has("config")),
    unless=some(REMOVED, AUTOPILOT),
    fix=need("node-service-account", "e-mail of a service account with few rights", at_most=UNSAFE),
    references=(HARDENING,),
    aliases=(
        in_terraform("AVD-GCP-0050"),
        in_terraform("KICS:1c8eef02-17b1-4a3e-b01d-dcc3292d2c38", type=CLUSTER),
        in_ansible("KICS:dc126833-125a-40fb-905a-ce5f2afde240", type=ANSIBLE),
    ),
    tags=("identity",),
)
