"""What does not belong in a cluster, or not where it is put."""

from __future__ import annotations

from iaclint.checks.kubernetes._pods import MODULE, WORKLOADS, applies, containers, containers_in_ansible, in_pods
from iaclint.rules import HIGH, LOW, VIOLATED, bind, differ, in_terraform, match, need, not_, requirement

requirement(
    "kubernetes-tiller",
    severity=HIGH,
    cwe=306,
    title="Tiller, the server of Helm 2, is deployed",
    why="It does for any pod of the cluster, without asking who it is, whatever its usually unlimited account may do; it "
    "has had no security updates since 2020.",
    terraform=containers("image"),
    ansible=containers_in_ansible("image"),
    must=not_(match(r"(?:.*/)?tiller(?:-image|-deploy)?(?:[:@].*)?"), "another image"),
    references=("https://helm.sh/blog/helm-v2-deprecation-timeline/",),
    aliases=(in_pods("CKV_K8S_34", "KICS:ca2fba76-c1a7-4afd-be67-5249f861cb0e"), "AVD-KSV-0102", "AC_K8S_0071"),
    remedy="move to Helm 3, which needs no server",
    tags=("supply-chain",),
)

_OTHERS = (
    "config_map",
    "ingress",
    "network_policy",
    "persistent_volume_claim",
    "role",
    "role_binding",
    "secret",
    "service",
    "service_account",
)
_NAMESPACED = "|".join((*WORKLOADS, *(f"kubernetes_{kind}{version}" for kind in _OTHERS for version in ("", "_v1"))))

requirement(
    "kubernetes-default-namespace",
    severity=LOW,
    cwe=1188,
    title="Object stands in the default namespace",
    why="Quotas, network policies and roles are given per namespace: what shares one with everything else cannot be fenced "
    "off.",
    terraform=f"{_NAMESPACED}: metadata.namespace",
    ansible=bind(
        f"{MODULE}: metadata.namespace",
        each="resource_definition",
        when=applies("Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob", "Pod"),
        when_missing="ok",
    ),
    must=differ("default"),
    when_missing=VIOLATED,
    default=False,
    fix=need("namespace", "namespace of this application"),
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",),
    aliases=(in_terraform("CKV_K8S_21", "KICS:abcb818b-5af7-4d72-aba9-6dd84956b451"), "AVD-KSV-0110", "AC_K8S_0086"),
    tags=("hygiene",),
)
