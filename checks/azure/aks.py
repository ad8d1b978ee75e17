"""Azure Kubernetes Service."""

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
    be_false,
    be_filled,
    be_one_of,
    be_true,
    bind,
    in_ansible,
    in_terraform,
    requirement,
    set_path,
    set_to,
    some,
    where,
)

DOCS = "https://learn.microsoft.com/azure/aks/"
RBAC = DOCS + "concepts-identity"
API_SERVER = DOCS + "api-server-authorized-ip-ranges"
POLICIES = DOCS + "use-network-policies"
ACCOUNTS = DOCS + "manage-local-accounts-managed-azure-ad"
DASHBOARD = DOCS + "kubernetes-dashboard"

CLUSTER = "azurerm_kubernetes_cluster"
ANSIBLE = "azure.azcollection.azure_rm_aks"
REMOVED = where("state", "absent")
RANGES = some(
    where("api_server_access_profile.authorized_ip_ranges", be_filled),
    where("api_server_authorized_ip_ranges", be_filled),
)


def _policy(value: Value, element: Node, project: Project) -> Intent | None:
    """Calico, where a network profile exists: which plugin a new one should name only the user knows."""
    if len(value.path) > 1:
        return None
    return set_to("calico", at_most=UNSAFE, note="older clusters are replaced")(value, element, project)


requirement(
    "azure-aks-rbac-disabled",
    severity=HIGH,
    cwe=285,
    title="Cluster runs without access control",
    why="Every user and every pod's service account may do everything in the cluster, reading all secrets included.",
    terraform=(f"{CLUSTER}: role_based_access_control_enabled", f"{CLUSTER}: role_based_access_control.enabled"),
    ansible=bind(f"{ANSIBLE}: enable_rbac", when_missing=VIOLATED),
    must=be_true,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="users and pods need roles afterwards"),
    references=(RBAC,),
    aliases=(
        in_terraform("CKV_AZURE_5", "AVD-AZU-0042", "KICS:86f92117-eed8-4614-9c6c-b26da20ff37f"),
        in_ansible("KICS:149fa56c-4404-4f90-9e25-d34b676d5b39"),
    ),
    tags=("identity",),
)

requirement(
    "azure-aks-public-api-server",
    severity=MEDIUM,
    cwe=284,
    title="Control plane is open to the whole Internet",
    why="A leaked credential or a fault of the API server is enough to take the cluster over, from anywhere.",
    terraform=f"{CLUSTER}: private_cluster_enabled",
    ansible=f"{ANSIBLE}: api_server_access_profile.enable_private_cluster",
    must=be_true,
    when_missing=VIOLATED,
    unless=some(REMOVED, RANGES),
    fix=(
        set_path(
            "api_server_access_profile.authorized_ip_ranges",
            [Needed("trusted-cidr", "CIDR of the network that may connect")],
            at_most=UNSAFE,
            note="the new range decides who still gets in",
        ),
        set_to(True, at_most=UNSAFE, note="the API is reachable from the virtual network only"),
    ),
    references=(API_SERVER,),
    aliases=(
        in_terraform("CKV_AZURE_6", "CKV_AZURE_115", "AVD-AZU-0041", "AVD-AZU-0065"),
        in_terraform("KICS:599318f2-6653-4569-9e21-041d06c63a89"),
    ),
    tags=("network",),
)

requirement(
    "azure-aks-without-network-policy",
    severity=MEDIUM,
    cwe=923,
    title="Cluster enforces no network policies",
    why="Every pod reaches every other one: a single pod that is broken into opens the way to all of them.",
    terraform=f"{CLUSTER}: network_profile.network_policy",
    ansible=f"{ANSIBLE}: network_profile.network_policy",
    must=be_one_of("azure", "calico", "cilium"),
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=_policy,
    references=(POLICIES,),
    aliases=(
        in_terraform("CKV_AZURE_7", "AVD-AZU-0043", "AC_AZURE_0158", "KICS:f5342045-b935-402d-adf1-8dbbd09c0eef"),
        in_ansible("KICS:8c3bedf1-c570-4c3b-b414-d068cd39a00c"),
    ),
    tags=("network",),
)

requirement(
    "azure-aks-local-accounts",
    severity=LOW,
    cwe=287,
    title="Cluster keeps its local administrator account",
    why="Its credentials bypass Microsoft Entra ID: they name nobody in the logs and stay valid when people leave.",
    terraform=f"{CLUSTER}: local_account_disabled",
    ansible=f"{ANSIBLE}: disable_local_accounts",
    must=be_true,
    when_missing=VIOLATED,
    unless=REMOVED,
    fix=set_to(True, at_most=UNSAFE, note="needs Microsoft Entra integration of the cluster"),
    references=(ACCOUNTS,),
    aliases=(in_terraform("CKV_AZURE_141"),),
    tags=("identity",),
    default=False,
)

requirement(
    "azure-aks-dashboard",
    severity=MEDIUM,
    cwe=749,
    title="Dashboard of Kubernetes is installed",
    why="The old dashboard runs with wide rights, so reaching it is often as good as administering the cluster.",
    terraform=f"{CLUSTER}: addon_profile.kube_dashboard.enabled",
    must=be_false,
    fix=set_to(False),
    references=(DASHBOARD,),
    aliases=(in_terraform("CKV_AZURE_8", "AC_AZURE_0161", "KICS:61c3cb8b-0715-47e4-b788-86dde40dd2db"),),
    tags=("network",),
)
