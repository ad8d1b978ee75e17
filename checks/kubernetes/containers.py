"""Containers: what the security context lets a process do."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.checks.kubernetes._pods import (
    MODULE,
    POLICIES,
    TERRAFORM_KEYS,
    Pod,
    containers,
    containers_in_ansible,
    in_pods,
    in_policies,
    pod_specs,
)
from iaclint.model.block import Block, Node
from iaclint.model.intent import Intent, Needed, Set
from iaclint.model.project import Project
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    any_of,
    append_items,
    be_absent,
    be_false,
    be_one_of,
    be_present,
    be_true,
    bind,
    contain_any,
    contain_none,
    each_item,
    equal,
    every,
    match,
    not_,
    opposite,
    remove_it,
    remove_items,
    requirement,
    rule,
    set_to,
    where,
)

CONTEXT = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"
STANDARDS = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

requirement(
    "kubernetes-privileged-container",
    severity=HIGH,
    cwe=250,
    title="Container is privileged",
    why="A privileged container has every capability and every device of its node: whoever breaks into it owns the node "
    "and all pods on it.",
    terraform=(*containers("security_context.privileged"), bind(f"{POLICIES}: spec.privileged")),
    ansible=containers_in_ansible("security_context.privileged"),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="what needs the node's devices stops working"),
    references=(CONTEXT, STANDARDS),
    aliases=(
        in_pods("CKV_K8S_16", "KICS:87065ef8-de9b-40d8-9753-f4a4303e27a4"),
        in_policies("CKV_K8S_2", "KICS:a6a4d4fc-4e8f-47d1-969f-e9d4a084f3b9"),
        "AVD-KSV-0017",
        "AC_K8S_0046",
    ),
    tags=("container",),
)

_MAY_NOT_ESCALATE = every(
    # the API refuses "no escalation" for these, and each is a finding of its own
    opposite(where("security_context.privileged", be_true)),
    opposite(where("security_context.capabilities.add", contain_any("SYS_ADMIN", "CAP_SYS_ADMIN"))),
)
_MAY_NOT_ESCALATE_IN_MANIFEST = every(
    opposite(where("securityContext.privileged", be_true)),
    opposite(where("securityContext.capabilities.add", contain_any("SYS_ADMIN", "CAP_SYS_ADMIN"))),
)

requirement(
    "kubernetes-privilege-escalation",
    severity=MEDIUM,
    cwe=269,
    title="Container lets its processes gain privileges",
    why="A setuid program in the image is enough to turn a foothold as an ordinary user into root within the container, "
    "the usual first step out of it.",
    terraform=(
        *containers("security_context.allow_privilege_escalation", where=_MAY_NOT_ESCALATE),
        bind(f"{POLICIES}: spec.allow_privilege_escalation", when_missing="ok"),
    ),
    ansible=containers_in_ansible("security_context.allow_privilege_escalation", where=_MAY_NOT_ESCALATE_IN_MANIFEST),
    must=be_false,
    when_missing=VIOLATED,
    fix=set_to(False, at_most=UNSAFE, note="sudo and other setuid programs stop working in the container"),
    references=(CONTEXT, STANDARDS),
    aliases=(
        in_pods("CKV_K8S_20", "KICS:c878abb4-cca5-4724-92b9-289be68bd47c"),
        in_policies("CKV_K8S_5", "KICS:2bff9906-4e9b-4f71-9346-8ebedfdf43ef"),
        "AVD-KSV-0001",
        "AC_K8S_0085",
    ),
    tags=("container",),
)

runs_as_root = rule(
    "kubernetes-container-runs-as-root",
    severity=MEDIUM,
    cwe=250,
    title="Container may run as root",
    why="Root in a container is root on the node as soon as a kernel fault, a mounted host path or a wrong runtime setting "
    "lets it out.",
    references=(CONTEXT, STANDARDS),
    aliases=("AVD-KSV-0012", "AC_K8S_0087"),
    fix_safety="An image whose user is root does not start any more; ports below 1024 and files owned by root may fail.",
    tags=("container",),
)


@runs_as_root.check(terraform=TERRAFORM_KEYS, ansible=MODULE)
def root_container(block: Block, project: Project) -> Iterator[Finding]:
    """Neither the container nor its pod says that it runs as somebody else; the container's word counts first."""
    for pod in pod_specs(block):
        for container in pod.containers():
            yield from _root(pod, container)


def _root(pod: Pod, container: Node) -> Iterator[Finding]:
    user = pod.at(container, "security_context.run_as_user")
    if user.is_missing:
        user = pod.at(pod.element, "security_context.run_as_user")
    own = pod.at(container, "security_context.run_as_non_root")
    forbidden = own if not own.is_missing else pod.at(pod.element, "security_context.run_as_non_root")
    if forbidden.is_unknown or forbidden.is_(True):
        return
    note = "an image whose user is root does not start any more"
    if user.is_(0):
        needed = Needed("user-id", "id of a user other than root")
        yield Finding(user, "container runs as user 0", (Intent("run as another user", (Set(user, needed),), UNSAFE),))
    elif user.is_missing:
        step = Set(own if own.is_missing else forbidden, True)
        intent = Intent("refuse to run as root", (step,), UNSAFE, None, note)
        said = "is false" if forbidden.is_known else "is not set"
        name = "runAsNonRoot" if pod.is_manifest else "run_as_non_root"
        yield Finding(
            forbidden if forbidden.is_known else own, f"container may run as root: `{name}` {said}", (intent,)
        )


requirement(
    "kubernetes-policy-admits-root",
    severity=MEDIUM,
    cwe=250,
    title="Pod security policy admits containers that run as root",
    why="A policy is the last place where a container that runs as root could be turned away.",
    terraform=f"{POLICIES}: spec.run_as_user.rule",
    must=be_one_of("MustRunAsNonRoot", "MustRunAs"),
    fix=set_to("MustRunAsNonRoot", at_most=UNSAFE, note="pods that run as root are refused"),
    references=("https://kubernetes.io/docs/concepts/security/pod-security-policy/",),
    aliases=(in_policies("CKV_K8S_6", "KICS:4c415497-7410-4559-90e8-f2c8ac64ee38"),),
    tags=("container",),
)

requirement(
    "kubernetes-writable-root-filesystem",
    severity=LOW,
    cwe=732,
    title="Container may write to its root filesystem",
    why="An intruder can replace programs and leave tools behind; a read-only root leaves only the volumes meant for data.",
    terraform=containers("security_context.read_only_root_filesystem"),
    ansible=containers_in_ansible("security_context.read_only_root_filesystem"),
    must=be_true,
    when_missing=VIOLATED,
    default=False,
    fix=set_to(True, at_most=UNSAFE, note="a program that writes outside its volumes fails"),
    references=(CONTEXT,),
    aliases=(in_pods("CKV_K8S_22", "KICS:d532566b-8d9d-4f3b-80bd-361fe802f9c2"), "AVD-KSV-0014", "AC_K8S_0078"),
    tags=("container",),
)

_DANGEROUS = (
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_BOOT",
    "NET_ADMIN",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
)
_ORDINARY = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
"""What a container runtime grants anyway: the baseline standard lets these be named."""
_DANGEROUS_SPELLINGS = (*_DANGEROUS, *(f"CAP_{name}" for name in _DANGEROUS), "all", "*")

requirement(
    "kubernetes-dangerous-capability",
    severity=HIGH,
    cwe=250,
    title="Container gets a capability that opens its node",
    why="Capabilities such as SYS_ADMIN, SYS_PTRACE or SYS_MODULE are well-trodden ways out of a container: with one of "
    "them root inside is soon root on the node.",
    terraform=(*containers("security_context.capabilities.add"), bind(f"{POLICIES}: spec.allowed_capabilities")),
    ansible=containers_in_ansible("security_context.capabilities.add"),
    must=contain_none(*_DANGEROUS_SPELLINGS),
    fix=(
        remove_items(*_DANGEROUS_SPELLINGS, at_most=UNSAFE, note="what needs the capability stops working"),
        remove_it(at_most=UNSAFE, note="what needs the capability stops working"),
    ),
    references=(CONTEXT, "https://man7.org/linux/man-pages/man7/capabilities.7.html"),
    aliases=(in_pods("CKV_K8S_39", "KICS:3f55386d-75cd-4e9a-ac47-167b26c04724"), "AVD-KSV-0005", "AC_K8S_0075"),
    tags=("container",),
)

requirement(
    "kubernetes-added-capability",
    severity=LOW,
    cwe=250,
    title="Container gets a capability beyond the usual ones",
    why="Each capability added is one more privileged part of the kernel that an intruder in the container can reach.",
    terraform=containers("security_context.capabilities.add"),
    ansible=containers_in_ansible("security_context.capabilities.add"),
    must=each_item(be_one_of(*_ORDINARY, *(f"CAP_{name}" for name in _ORDINARY), *_DANGEROUS_SPELLINGS)),
    references=(CONTEXT, STANDARDS),
    aliases=(in_pods("CKV_K8S_25", "KICS:fe771ff7-ba15-4f8f-ad7a-8aa232b49a28"), "AVD-KSV-0022"),
    tags=("container",),
)

requirement(
    "kubernetes-policy-admits-capabilities",
    severity=MEDIUM,
    cwe=250,
    title="Pod security policy admits added capabilities",
    why="Every pod under the policy may ask for them, also one that an intruder creates.",
    terraform=f"{POLICIES}: spec.allowed_capabilities",
    must=each_item(match(r"(?!)", "none")),
    fix=remove_it(at_most=UNSAFE, note="pods that ask for these capabilities are refused"),
    references=("https://kubernetes.io/docs/concepts/security/pod-security-policy/",),
    aliases=(in_policies("CKV_K8S_24", "KICS:48388bd2-7201-4dcc-b56d-e8a9efa58fad"),),
    tags=("container",),
)

requirement(
    "kubernetes-capabilities-not-dropped",
    severity=LOW,
    cwe=250,
    title="Container keeps the default capabilities",
    why="The runtime grants over a dozen capabilities, among them forging packets and changing any file's owner; hardly a "
    "program needs one.",
    terraform=containers("security_context.capabilities.drop"),
    ansible=containers_in_ansible("security_context.capabilities.drop"),
    must=contain_any("ALL", "all"),
    when_missing=VIOLATED,
    fix=append_items("ALL", at_most=UNSAFE, note="add back with `add` what the program needs"),
    references=(CONTEXT, STANDARDS),
    aliases=(in_pods("CKV_K8S_37", "KICS:21cef75f-289f-470e-8038-c7cee0664164"), "AVD-KSV-0003", "AVD-KSV-0106"),
    tags=("container",),
)

requirement(
    "kubernetes-net-raw-not-dropped",
    severity=LOW,
    cwe=250,
    title="Container may forge network packets",
    why="With NET_RAW an intruder can pose as another pod on the same network, by answering ARP and DNS in its place.",
    terraform=(*containers("security_context.capabilities.drop"), bind(f"{POLICIES}: spec.required_drop_capabilities")),
    ansible=containers_in_ansible("security_context.capabilities.drop"),
    must=contain_any("ALL", "all", "NET_RAW", "CAP_NET_RAW"),
    when_missing=VIOLATED,
    default=False,
    fix=append_items("NET_RAW", at_most=UNSAFE, note="ping and packet capture stop working in the container"),
    references=(CONTEXT,),
    aliases=(
        in_pods("CKV_K8S_28", "KICS:e5587d53-a673-4a6b-b3f2-ba07ec274def"),
        in_policies("CKV_K8S_7", "KICS:9aa32890-ac1a-45ee-81ca-5164e2098556"),
        "AC_K8S_0048",
    ),
    tags=("container", "network"),
)

no_seccomp = rule(
    "kubernetes-seccomp-missing",
    severity=LOW,
    cwe=693,
    title="Container may make any system call",
    why="Without a seccomp profile the rarely used parts of the kernel, where most ways out of a container are found, stay "
    "within reach.",
    references=("https://kubernetes.io/docs/tutorials/security/seccomp/", STANDARDS),
    aliases=(in_pods("KICS:455f2e0c-686d-4fcb-8b5f-3f953f12c43c"), "AVD-KSV-0030", "AVD-KSV-0104", "AC_K8S_0080"),
    default=False,
    fix_safety="A program that makes an unusual system call fails.",
    tags=("container",),
)


@no_seccomp.check(terraform=TERRAFORM_KEYS, ansible=MODULE)
def any_system_call(block: Block, project: Project) -> Iterator[Finding]:
    """No profile at the container nor its pod, or one that allows everything."""
    for pod in pod_specs(block):
        general = pod.at(pod.element, "security_context.seccomp_profile.type")
        values = [pod.at(one, "security_context.seccomp_profile.type") for one in pod.containers()]
        wrong = [one for one in values if one.is_("Unconfined")]
        if general.is_("Unconfined") or (general.is_missing and any(one.is_missing for one in values)):
            wrong.append(general)
        for value in wrong:
            said = "is not set" if value.is_missing else "is Unconfined"
            intent = Intent("use the runtime's own profile", (Set(value, "RuntimeDefault"),), UNSAFE)
            yield Finding(value, f"container may make any system call: its seccomp profile {said}", (intent,))


requirement(
    "kubernetes-unmasked-proc",
    severity=HIGH,
    cwe=1188,
    title="Container sees the whole of /proc",
    why="The masked parts of /proc hold the kernel's memory and switches; unmasked, they are a way out of the container.",
    terraform=bind(
        f"{POLICIES}: spec.allowed_proc_mount_types",
        must=contain_none("Unmasked"),
        fix=remove_it(at_most=UNSAFE, note="pods that ask for it are refused"),
    ),
    ansible=containers_in_ansible("security_context.proc_mount"),
    must=not_(equal("Unmasked"), "Default"),
    fix=set_to("Default", at_most=UNSAFE, note="what runs containers inside this one stops working"),
    references=(STANDARDS,),
    aliases=(in_policies("KICS:0ad60203-c050-4115-83b6-b94bde92541d"), "AVD-KSV-0027", "AC_K8S_0077"),
    tags=("container",),
)

requirement(
    "kubernetes-host-port",
    severity=MEDIUM,
    cwe=668,
    title="Container takes a port of its node",
    why="The port is open on the node's own address, past every service and most network policies.",
    terraform=containers("port.host_port"),
    ansible=containers_in_ansible("port.host_port"),
    must=any_of(be_absent, equal(0)),
    fix=remove_it(at_most=UNSAFE, note="whoever connects to the node's port is cut off: use a Service"),
    references=(STANDARDS, "https://kubernetes.io/docs/concepts/configuration/overview/"),
    aliases=(in_pods("CKV_K8S_26"), "AVD-KSV-0024"),
    tags=("container", "network"),
)

requirement(
    "kubernetes-security-context-missing",
    severity=LOW,
    cwe=1188,
    title="Container has no security context",
    why="Nobody has decided what its processes may do, so they may do whatever the runtime allows by default.",
    terraform=containers("security_context"),
    ansible=containers_in_ansible("security_context"),
    must=be_present,
    default=False,
    references=(CONTEXT,),
    aliases=(
        in_pods("CKV_K8S_29", "CKV_K8S_30", "KICS:ad69e38a-d92e-4357-a8da-f2f29d545883"),
        "AVD-KSV-0118",
        "AC_K8S_0064",
    ),
    remedy="add a security_context with allow_privilege_escalation, run_as_non_root and capabilities",
    tags=("container", "hygiene"),
)
