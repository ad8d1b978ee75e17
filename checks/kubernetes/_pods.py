"""Where a pod and its containers stand in every workload, in Terraform and in manifests given to Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iaclint.model.block import Block, Node
from iaclint.model.paths import elements
from iaclint.model.value import Value
from iaclint.rules import Condition, bind, differ, every, in_terraform, where
from iaclint.rules.predicates import be_one_of
from iaclint.rules.requirement import Binding
from iaclint.rules.rule import Alias

PODS = ("kubernetes_pod", "kubernetes_pod_v1")
SERVERS = (
    "kubernetes_deployment",
    "kubernetes_deployment_v1",
    "kubernetes_daemonset",
    "kubernetes_daemon_set_v1",
    "kubernetes_stateful_set",
    "kubernetes_stateful_set_v1",
    "kubernetes_replication_controller",
    "kubernetes_replication_controller_v1",
)
JOBS = ("kubernetes_job", "kubernetes_job_v1")
CRON_JOBS = ("kubernetes_cron_job", "kubernetes_cron_job_v1")
WORKLOADS = (*PODS, *SERVERS, *JOBS, *CRON_JOBS)
POLICIES = "kubernetes_pod_security_policy|kubernetes_pod_security_policy_v1beta1"
MODULE = "kubernetes.core.k8s"
MANIFEST = "resource_definition"

_LONG_RUNNING = (("|".join(PODS), "spec"), ("|".join(SERVERS), "spec.template.spec"))
_ROOTS = (
    *_LONG_RUNNING,
    ("|".join(JOBS), "spec.template.spec"),
    ("|".join(CRON_JOBS), "spec.job_template.spec.template.spec"),
)
_SERVER_KINDS = ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController")
_LONG_RUNNING_KINDS = ((("Pod",), "spec"), (_SERVER_KINDS, "spec.template.spec"))
_KINDS = (
    (("Pod",), "spec"),
    ((*_SERVER_KINDS, "Job"), "spec.template.spec"),
    (("CronJob",), "spec.jobTemplate.spec.template.spec"),
)
_SPELLED = {
    "container": "containers",
    "init_container": "initContainers",
    "volume": "volumes",
    "volume_mount": "volumeMounts",
    "port": "ports",
    "sysctl": "sysctls",
    "subject": "subjects",
    "rule": "rules",
    "host_pid": "hostPID",
    "host_ipc": "hostIPC",
    "external_ips": "externalIPs",
}
"""What a manifest spells otherwise than the provider's snake_case turned into camelCase."""

TERRAFORM_KEYS = "|".join(WORKLOADS)


def spelled(path: str) -> str:
    """A path of the Terraform provider as a manifest spells it."""
    return ".".join(_SPELLED.get(name) or _camel(name) for name in path.split("."))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def applies(*kinds: str) -> Condition:
    """A k8s task that writes a manifest of one of these kinds."""
    return every(where("state", differ("absent"), when_missing=True), where(f"{MANIFEST}.kind", be_one_of(*kinds)))


def pods(path: str, **differences: Any) -> tuple[Binding, ...]:
    """Bindings of a path below each pod's `spec`."""
    return tuple(bind(f"{keys}: {path}", each=root, **differences) for keys, root in _ROOTS)


def pods_in_ansible(path: str, **differences: Any) -> tuple[Binding, ...]:
    """The same for manifests."""
    return tuple(
        bind(f"{MODULE}: {spelled(path)}", each=f"{MANIFEST}.{root}", when=applies(*kinds), **differences)
        for kinds, root in _KINDS
    )


def containers(path: str, *, servers: bool = False, **differences: Any) -> tuple[Binding, ...]:
    """Bindings of a path below each container and init container; `servers`: only those that keep running."""
    names = ("container",) if servers else ("container", "init_container")
    return tuple(
        bind(f"{keys}: {path}", each=f"{root}.{name}", **differences)
        for keys, root in (_LONG_RUNNING if servers else _ROOTS)
        for name in names
    )


def containers_in_ansible(path: str, *, servers: bool = False, **differences: Any) -> tuple[Binding, ...]:
    """The same for manifests."""
    names = ("containers",) if servers else ("containers", "initContainers")
    return tuple(
        bind(f"{MODULE}: {spelled(path)}", each=f"{MANIFEST}.{root}.{name}", when=applies(*kinds), **differences)
        for kinds, root in (_LONG_RUNNING_KINDS if servers else _KINDS)
        for name in names
    )


def in_manifest(path: str, *kinds: str, each: str = "", **differences: Any) -> Binding:
    """A binding of a path (below each element) of manifests of these kinds."""
    below = f"{MANIFEST}.{spelled(each)}" if each else MANIFEST
    return bind(f"{MODULE}: {spelled(path)}", each=below, when=applies(*kinds), **differences)


def in_pods(*ids: str) -> tuple[Alias, ...]:
    """Aliases that hold for workloads in Terraform."""
    return in_terraform(*ids, type=WORKLOADS)


def in_policies(*ids: str) -> tuple[Alias, ...]:
    """Aliases that hold for pod security policies."""
    return in_terraform(*ids, type=tuple(POLICIES.split("|")))


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod's `spec`, in either spelling."""

    element: Node
    is_manifest: bool

    def at(self, element: Node, path: str) -> Value:
        """The Value at a path, given in the Terraform provider's spelling."""
        return element.at(spelled(path) if self.is_manifest else path)

    def containers(self) -> Iterator[Node]:
        """Its containers and init containers."""
        for name in ("container", "init_container"):
            yield from elements(self.element, spelled(name) if self.is_manifest else name)


def pod_specs(block: Block) -> Iterator[Pod]:
    """The pods a workload or a k8s task describes."""
    if block.language == "terraform":
        for keys, root in _ROOTS:
            if block.type in keys.split("|"):
                yield from (Pod(element, False) for element in elements(block, root))
        return
    if block.get("state").is_("absent"):
        return
    for manifest in elements(block, MANIFEST):
        for kinds, root in _KINDS:
            if manifest.at("kind").is_(kinds):
                yield from (Pod(element, True) for element in elements(manifest, root))
