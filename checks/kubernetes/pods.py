"""Pods: what they share with their node, mount from it, and know of the cluster."""

from __future__ import annotations

from iaclint.checks.kubernetes._pods import (
    POLICIES,
    containers,
    containers_in_ansible,
    in_manifest,
    in_pods,
    in_policies,
    pods,
    pods_in_ansible,
)
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_absent,
    be_false,
    be_filled,
    be_one_of,
    bind,
    differ,
    in_terraform,
    match,
    need,
    not_,
    opposite,
    requirement,
    set_to,
    where,
)

STANDARDS = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
HOST_PATH = "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"
ACCOUNTS = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
SECRETS = "https://kubernetes.io/docs/concepts/security/secrets-good-practices/"
SYSCTLS = "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/"

requirement(
    "kubernetes-host-network",
    severity=MEDIUM,
    cwe=668,
    title="Pod uses its node's network",
    why="It can reach what listens on the node's loopback address, the kubelet and the cloud's metadata service among it, "
    "read its neighbours' traffic, and no network policy holds it.",
    terraform=(*pods("host_network"), bind(f"{POLICIES}: spec.host_network")),
    ansible=pods_in_ansible("host_network"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="the pod gets an address of its own; its ports need a Service"),
    references=(STANDARDS,),
    aliases=(
        in_pods("CKV_K8S_19", "KICS:ac1564a3-c324-4747-9fa1-9dfc234dace0"),
        in_policies("CKV_K8S_4", "KICS:4950837c-0ce5-4e42-9bee-a25eae73740b"),
        "AVD-KSV-0009",
        "AC_K8S_0084",
    ),
    tags=("container", "network"),
)

requirement(
    "kubernetes-host-pid",
    severity=HIGH,
    cwe=668,
    title="Pod sees its node's processes",
    why="It can read the environment and memory maps of every process of the node, other pods' secrets included, and as "
    "root enter them.",
    terraform=(*pods("host_pid"), bind(f"{POLICIES}: spec.host_pid")),
    ansible=pods_in_ansible("host_pid"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="what watches the node's processes stops working"),
    references=(STANDARDS,),
    aliases=(
        in_pods("CKV_K8S_17", "KICS:587d5d82-70cf-449b-9817-f60f9bccb88c"),
        in_policies("CKV_K8S_1"),
        "AVD-KSV-0010",
        "AC_K8S_0082",
    ),
    tags=("container",),
)

requirement(
    "kubernetes-host-ipc",
    severity=MEDIUM,
    cwe=668,
    title="Pod shares its node's inter-process communication",
    why="It can read and change the shared memory of every program of the node and of other such pods.",
    terraform=(*pods("host_ipc"), bind(f"{POLICIES}: spec.host_ipc")),
    ansible=pods_in_ansible("host_ipc"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="what shares memory with the node's programs stops working"),
    references=(STANDARDS,),
    aliases=(
        in_pods("CKV_K8S_18", "KICS:e94d3121-c2d1-4e34-a295-139bfeb73ea3"),
        in_policies("CKV_K8S_3", "KICS:51bed0ac-a8ae-407a-895e-90c6cb0610ce"),
        "AVD-KSV-0008",
        "AC_K8S_0083",
    ),
    tags=("container",),
)

requirement(
    "kubernetes-shared-processes",
    severity=LOW,
    cwe=668,
    title="Containers of a pod see each other's processes",
    why="A container that is broken into can read the files and the environment of the others, a sidecar's key included.",
    terraform=pods("share_process_namespace"),
    ansible=pods_in_ansible("share_process_namespace"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="a container that signals another one's processes stops working"),
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",),
    tags=("container",),
)

_SOCKET = r"(?:/var)?/run/(?:docker|containerd/containerd|crio/crio|dockershim)\.sock/*"
_SENSITIVE = (
    r"/+|/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var)/*|/(?:etc/kubernetes|root)(?:/.*)?"
    r"|/var/(?:run|lib)/*|/var/lib/(?:docker|containerd|kubelet|etcd)/*|/usr/(?:bin|sbin|local)/*"
    r"|/etc/(?:passwd|shadow|sudoers|sudoers\.d|cron[.a-z]*|ssh|systemd|pki)(?:/.*)?"
)
_VOLUME = "kubernetes_persistent_volume|kubernetes_persistent_volume_v1"

requirement(
    "kubernetes-container-runtime-socket",
    severity=CRITICAL,
    cwe=668,
    title="Pod can command its node's container runtime",
    why="Whoever reaches the socket starts a privileged container with the node's disk mounted: it is root on the node.",
    terraform=(*pods("volume.host_path.path"), bind(f"{_VOLUME}: spec.persistent_volume_source.host_path.path")),
    ansible=(*pods_in_ansible("volume.host_path.path"), in_manifest("host_path.path", "PersistentVolume", each="spec")),
    must=not_(match(_SOCKET), "another path"),
    references=(HOST_PATH, "https://docs.docker.com/engine/security/#docker-daemon-attack-surface"),
    aliases=(in_pods("CKV_K8S_27", "KICS:4e203a65-c8d8-49a2-b749-b124d43c9dc1"), "AVD-KSV-0006", "AC_K8S_0088"),
    remedy="build images with a tool that needs no daemon; watch containers through the Kubernetes API",
    tags=("container",),
)

requirement(
    "kubernetes-sensitive-host-path",
    severity=HIGH,
    cwe=668,
    title="Pod mounts a system folder of its node",
    why="It can read the node's keys and credentials there, and where the mount is writable plant a program the node runs "
    "as root.",
    terraform=(*pods("volume.host_path.path"), bind(f"{_VOLUME}: spec.persistent_volume_source.host_path.path")),
    ansible=(*pods_in_ansible("volume.host_path.path"), in_manifest("host_path.path", "PersistentVolume", each="spec")),
    must=not_(match(_SENSITIVE), "another path"),
    references=(HOST_PATH, STANDARDS),
    aliases=(
        in_pods("KICS:a737be28-37d8-4bff-aa6d-1be8aa0a0015"),
        in_terraform("KICS:a737be28-37d8-4bff-aa6d-1be8aa0a0015", type=tuple(_VOLUME.split("|"))),
        "AVD-KSV-0121",
    ),
    remedy="mount the one file or folder the program needs, or use a volume that is no host path",
    tags=("container",),
)

requirement(
    "kubernetes-host-path",
    severity=LOW,
    cwe=668,
    title="Pod mounts a folder of its node",
    why="Files outlive the pod there, are shared with whatever else runs on the node, and tie the pod to it.",
    terraform=pods("volume.host_path"),
    ansible=pods_in_ansible("volume.host_path"),
    must=be_absent,
    default=False,
    references=(HOST_PATH, STANDARDS),
    aliases=(in_pods("KICS:86a947ea-f577-4efb-a8b0-5fc00257d521"), "AVD-KSV-0023", "AC_K8S_0076"),
    remedy="use a volume of the cluster: empty_dir, persistent_volume_claim, config_map",
    tags=("container",),
)

requirement(
    "kubernetes-service-account-token-mounted",
    severity=LOW,
    cwe=522,
    title="Pod gets a token of the cluster's API it has not asked for",
    why="Whoever breaks into the pod speaks to the API as its namespace's default account, with all rights that one has "
    "been given meanwhile.",
    # a pod with an account of its own has it because it speaks to the API
    terraform=pods("automount_service_account_token", where=opposite(where("service_account_name", differ("default")))),
    ansible=pods_in_ansible(
        "automount_service_account_token", where=opposite(where("serviceAccountName", differ("default")))
    ),
    must=be_false,
    when_missing=VIOLATED,
    fix=set_to(False, at_most=UNSAFE, note="a program that calls the cluster's API fails"),
    references=(ACCOUNTS,),
    aliases=(in_pods("CKV_K8S_38", "KICS:a9a13d4f-f17a-491b-b074-f54bffffcb4a"), "AVD-KSV-0036", "AC_K8S_0045"),
    tags=("identity",),
)

requirement(
    "kubernetes-default-service-account",
    severity=LOW,
    cwe=250,
    title="Pod runs under its namespace's default account",
    why="All pods without an account share this one: a right given for the sake of one of them is given to all.",
    terraform=pods("service_account_name", where=opposite(where("automount_service_account_token", False))),
    ansible=pods_in_ansible("service_account_name", where=opposite(where("automountServiceAccountToken", False))),
    must=differ("default"),
    when_missing=VIOLATED,
    default=False,
    fix=need("service-account", "name of a service account for this workload alone"),
    references=(ACCOUNTS,),
    aliases=(in_pods("KICS:24b132df-5cc7-4823-8029-f898e1c50b72"),),
    tags=("identity", "hygiene"),
)

requirement(
    "kubernetes-secret-in-environment",
    severity=LOW,
    cwe=526,
    title="Secret is handed over in an environment variable",
    why="Variables are inherited by every child process and end up in crash reports and debug pages; a file does not.",
    terraform=(*containers("env.value_from.secret_key_ref"), *containers("env_from.secret_ref")),
    ansible=(*containers_in_ansible("env.value_from.secret_key_ref"), *containers_in_ansible("env_from.secret_ref")),
    must=be_absent,
    default=False,
    references=(SECRETS,),
    aliases=(in_pods("CKV_K8S_35", "KICS:6d8f1a10-b6cd-48f0-b960-f7c535d5cdb8"), "AC_K8S_0051"),
    remedy="mount the secret as a file",
    tags=("hygiene",),
)

_SAFE_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
)

requirement(
    "kubernetes-unsafe-sysctl",
    severity=HIGH,
    cwe=732,
    title="Pod changes a kernel setting that may harm its node",
    why="Settings outside the safe set are not confined to the pod: they can starve or weaken everything on its node.",
    terraform=(
        *pods("security_context.sysctl.name"),
        bind(f"{POLICIES}: spec.allowed_unsafe_sysctls", must=not_(be_filled, "absent")),
    ),
    ansible=pods_in_ansible("security_context.sysctl.name"),
    must=be_one_of(*_SAFE_SYSCTLS),
    references=(SYSCTLS,),
    aliases=(
        in_pods("KICS:a9174d31-d526-4ad9-ace4-ce7ddbf52e03"),
        in_policies("KICS:a9174d31-d526-4ad9-ace4-ce7ddbf52e03"),
        "AVD-KSV-0026",
        "AC_K8S_0074",
    ),
    remedy="set it on nodes that are kept for this workload",
    tags=("container",),
)
