"""What keeps a container from starving its node, and tells whether it works."""

from __future__ import annotations

from iaclint.checks.kubernetes._pods import containers, containers_in_ansible, in_pods
from iaclint.rules import LOW, MEDIUM, Predicate, be_present, equal, match, need, opposite, requirement, set_to, where

RESOURCES = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"
PROBES = "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/"
IMAGES = "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy"

requirement(
    "kubernetes-memory-limit-missing",
    severity=MEDIUM,
    cwe=770,
    title="Container has no memory limit",
    why="A leak or a hostile request lets it eat the node's memory until the kernel kills its neighbours.",
    terraform=containers("resources.limits.memory"),
    ansible=containers_in_ansible("resources.limits.memory"),
    must=be_present,
    fix=need("memory-limit", "memory the container may use at most, such as 256Mi"),
    references=(RESOURCES,),
    aliases=(
        in_pods("CKV_K8S_12", "KICS:fd097ed0-7fe6-4f58-8b71-fef9f0820a21", "KICS:60af03ff-a421-45c8-b214-6741035476fa"),
        "AVD-KSV-0018",
        "AC_K8S_0100",
    ),
    tags=("container", "availability"),
)

requirement(
    "kubernetes-cpu-limit-missing",
    severity=LOW,
    cwe=770,
    title="Container has no CPU limit",
    why="A busy or hijacked container can slow down everything else on its node.",
    terraform=containers("resources.limits.cpu"),
    ansible=containers_in_ansible("resources.limits.cpu"),
    must=be_present,
    default=False,
    fix=need("cpu-limit", "CPU the container may use at most, such as 500m"),
    references=(RESOURCES,),
    aliases=(
        in_pods("CKV_K8S_11", "KICS:5f4735ce-b9ba-4d95-a089-a37a767b716f", "KICS:60af03ff-a421-45c8-b214-6741035476fa"),
        "AVD-KSV-0011",
        "AC_K8S_0098",
    ),
    tags=("container", "availability"),
)

requirement(
    "kubernetes-memory-request-missing",
    severity=LOW,
    cwe=770,
    title="Container does not say how much memory it needs",
    why="The scheduler may put it on a node that is already full, where it is the first to be evicted.",
    terraform=containers("resources.requests.memory"),
    ansible=containers_in_ansible("resources.requests.memory"),
    must=be_present,
    default=False,
    fix=need("memory-request", "memory the container needs, such as 128Mi"),
    references=(RESOURCES,),
    aliases=(in_pods("CKV_K8S_13", "KICS:21719347-d02b-497d-bda4-04a03c8e5b61"), "AVD-KSV-0016", "AC_K8S_0099"),
    tags=("container", "hygiene"),
)

requirement(
    "kubernetes-cpu-request-missing",
    severity=LOW,
    cwe=770,
    title="Container does not say how much CPU it needs",
    why="The scheduler may put it on a node that has no time left for it.",
    terraform=containers("resources.requests.cpu"),
    ansible=containers_in_ansible("resources.requests.cpu"),
    must=be_present,
    default=False,
    fix=need("cpu-request", "CPU the container needs, such as 100m"),
    references=(RESOURCES,),
    aliases=(in_pods("CKV_K8S_10", "KICS:577ac19c-6a77-46d7-9f14-e049cdd15ec2"), "AVD-KSV-0015", "AC_K8S_0097"),
    tags=("container", "hygiene"),
)

requirement(
    "kubernetes-liveness-probe-missing",
    severity=LOW,
    cwe=754,
    title="Container has no liveness probe",
    why="A process that hangs is not restarted until somebody notices.",
    terraform=containers("liveness_probe", servers=True),
    ansible=containers_in_ansible("liveness_probe", servers=True),
    must=be_present,
    default=False,
    remedy="add a liveness_probe that asks the program itself",
    references=(PROBES,),
    aliases=(in_pods("CKV_K8S_8", "KICS:5b6d53dd-3ba3-4269-b4d7-f82e880e43c3"), "AC_K8S_0070"),
    tags=("availability", "hygiene"),
)

requirement(
    "kubernetes-readiness-probe-missing",
    severity=LOW,
    cwe=754,
    title="Container has no readiness probe",
    why="Requests are sent to it before it can answer them, and while it no longer can.",
    terraform=containers("readiness_probe", servers=True),
    ansible=containers_in_ansible("readiness_probe", servers=True),
    must=be_present,
    default=False,
    remedy="add a readiness_probe that asks the program itself",
    references=(PROBES,),
    aliases=(in_pods("CKV_K8S_9", "KICS:8657197e-3f87-4694-892b-8144701d83c1"), "AC_K8S_0072"),
    tags=("availability", "hygiene"),
)

_BY_DIGEST: Predicate = match(r"[^@]*@sha256:.*", "pinned by digest")

requirement(
    "kubernetes-image-not-pulled",
    severity=LOW,
    cwe=494,
    title="Container starts from whatever image its node has kept",
    why="The tag may mean another image by now: the node runs the old one, and a pod without the registry's credentials "
    "may use an image somebody else pulled.",
    terraform=containers("image_pull_policy", where=opposite(where("image", _BY_DIGEST))),
    ansible=containers_in_ansible("image_pull_policy", where=opposite(where("image", _BY_DIGEST))),
    must=equal("Always"),
    default=False,
    fix=set_to("Always"),
    references=(IMAGES,),
    aliases=(in_pods("CKV_K8S_15", "KICS:aa737abf-6b1d-4aba-95aa-5c160bd7f96e"), "AC_K8S_0021"),
    tags=("supply-chain", "hygiene"),
)
