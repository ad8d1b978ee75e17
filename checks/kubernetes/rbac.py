"""Role-based access control: what roles allow, and to whom they are given."""

from __future__ import annotations

from iaclint.checks.kubernetes._pods import in_manifest
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Condition,
    be_none_of,
    bind,
    contain_any,
    contain_none,
    differ,
    every,
    in_terraform,
    lacks,
    need,
    remove_items,
    requirement,
    set_to,
    where,
)

GOOD_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
REFERENCE = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"

ROLES = "kubernetes_role|kubernetes_role_v1|kubernetes_cluster_role|kubernetes_cluster_role_v1"
BINDINGS = "kubernetes_role_binding|kubernetes_role_binding_v1|kubernetes_cluster_role_binding|kubernetes_cluster_role_binding_v1"
ROLE_KINDS = ("Role", "ClusterRole")
BINDING_KINDS = ("RoleBinding", "ClusterRoleBinding")


def _grants(resources: tuple[str, ...], verbs: tuple[str, ...]) -> Condition:
    return every(
        where("verbs", contain_any(*verbs)),
        where("resources", contain_any(*resources)),
        lacks("resource_names"),
        lacks("resourceNames"),
    )


requirement(
    "kubernetes-wildcard-permission",
    severity=HIGH,
    cwe=269,
    title="Role allows everything there is and will be",
    why="A wildcard takes in secrets, the verbs that escalate, and every resource that is added to the cluster later.",
    terraform=(bind(f"{ROLES}: verbs", each="rule"), bind(f"{ROLES}: resources", each="rule")),
    ansible=(in_manifest("verbs", *ROLE_KINDS, each="rule"), in_manifest("resources", *ROLE_KINDS, each="rule")),
    must=contain_none("*"),
    references=(GOOD_PRACTICES,),
    aliases=(in_terraform("CKV_K8S_49"), "AVD-KSV-0044", "AVD-KSV-0045", "AVD-KSV-0046", "AVD-KSV-0112"),
    remedy="name the verbs and the resources the account needs",
    tags=("identity",),
)

requirement(
    "kubernetes-role-reads-secrets",
    severity=MEDIUM,
    cwe=522,
    title="Role may read every secret",
    why="Secrets hold the tokens and passwords of other accounts: who reads them all has all their rights.",
    terraform=bind(f"{ROLES}: resources", each="rule", where=_grants(("secrets",), ("get", "list", "watch", "*"))),
    ansible=in_manifest(
        "resources", *ROLE_KINDS, each="rule", where=_grants(("secrets",), ("get", "list", "watch", "*"))
    ),
    must=contain_none("secrets"),
    fix=remove_items("secrets", at_most=UNSAFE, note="the account can no longer read them; name those it needs"),
    references=(GOOD_PRACTICES,),
    aliases=(
        in_terraform("KICS:826abb30-3cd5-4e0b-a93b-67729b4f7e63", "KICS:07fc3413-e572-42f7-9877-5c8fc6fccfb5"),
        "AVD-KSV-0041",
        "AVD-KSV-0113",
    ),
    remedy="name the secrets it needs in resource_names, with the verb get alone",
    tags=("identity",),
)

requirement(
    "kubernetes-role-creates-pods",
    severity=MEDIUM,
    cwe=269,
    title="Role may create pods",
    why="A pod can mount any secret and run under any account of its namespace: creating one is as good as having all "
    "their rights.",
    terraform=bind(f"{ROLES}: verbs", each="rule", where=where("resources", contain_any("pods", "*"))),
    ansible=in_manifest("verbs", *ROLE_KINDS, each="rule", where=where("resources", contain_any("pods", "*"))),
    must=contain_none("create", "*"),
    default=False,
    references=(GOOD_PRACTICES,),
    aliases=(in_terraform("KICS:522d4a64-4dc9-44bd-9240-7d8a0d5cb5ba"), "AVD-KSV-0048"),
    remedy="let a controller create pods from a deployment that is reviewed",
    tags=("identity",),
)

requirement(
    "kubernetes-role-opens-shell",
    severity=MEDIUM,
    cwe=269,
    title="Role may run commands in other pods",
    why="A command in a pod sees its secrets and acts under its account, and leaves little trace.",
    terraform=bind(
        f"{ROLES}: resources", each="rule", where=_grants(("pods/exec", "pods/attach"), ("create", "get", "*"))
    ),
    ansible=in_manifest(
        "resources", *ROLE_KINDS, each="rule", where=_grants(("pods/exec", "pods/attach"), ("create", "get", "*"))
    ),
    must=contain_none("pods/exec", "pods/attach"),
    default=False,
    fix=remove_items("pods/exec", "pods/attach", at_most=UNSAFE, note="the account can no longer open a shell"),
    references=(GOOD_PRACTICES,),
    aliases=("AVD-KSV-0053", "AVD-KSV-0054"),
    tags=("identity",),
)

requirement(
    "kubernetes-role-escalates",
    severity=HIGH,
    cwe=269,
    title="Role may take on other rights than its own",
    why="The verbs escalate, bind and impersonate lift the rule that nobody gives away more than he has: whoever holds one "
    "can become the cluster's administrator.",
    terraform=bind(f"{ROLES}: verbs", each="rule", where=lacks("resource_names")),
    ansible=in_manifest("verbs", *ROLE_KINDS, each="rule", where=lacks("resourceNames")),
    must=contain_none("escalate", "bind", "impersonate"),
    fix=remove_items("escalate", "bind", "impersonate", at_most=UNSAFE, note="the account can no longer do so"),
    references=(GOOD_PRACTICES,),
    tags=("identity",),
)

requirement(
    "kubernetes-cluster-admin-binding",
    severity=HIGH,
    cwe=250,
    title="Somebody is made the cluster's administrator",
    why="cluster-admin may do anything to everything; one stolen token of this subject is the whole cluster.",
    terraform=f"{BINDINGS}: role_ref.name",
    ansible=in_manifest("name", *BINDING_KINDS, each="role_ref"),
    must=differ("cluster-admin"),
    fix=need("role-name", "name of a role with the rights the subject needs", at_most=UNSAFE),
    references=(GOOD_PRACTICES, REFERENCE + "#user-facing-roles"),
    aliases=(in_terraform("KICS:17172bc2-56fb-4f17-916f-a014147706cd"), "AVD-KSV-0111"),
    tags=("identity",),
)

_PUBLIC_ROLES = where(
    "role_ref.name",
    contain_any(
        "system:public-info-viewer", "system:discovery", "system:basic-user", "system:service-account-issuer-discovery"
    ),
)

requirement(
    "kubernetes-anonymous-binding",
    severity=CRITICAL,
    cwe=306,
    title="Rights are given to whoever asks",
    why="The API accepts requests of these subjects without any credential, or with that of anybody at all.",
    terraform=bind(f"{BINDINGS}: name", each="subject", unless=_PUBLIC_ROLES),
    ansible=in_manifest("name", *BINDING_KINDS, each="subject"),
    must=be_none_of("system:anonymous", "system:unauthenticated", "system:authenticated"),
    references=(GOOD_PRACTICES,),
    aliases=("AVD-KSV-0122",),
    remedy="bind the role to the users, groups or service accounts that need it",
    tags=("identity",),
)

requirement(
    "kubernetes-default-account-binding",
    severity=MEDIUM,
    cwe=250,
    title="Rights are given to a namespace's default account",
    why="Every pod of the namespace that names no account of its own gets them.",
    terraform=bind(f"{BINDINGS}: name", each="subject", where=where("kind", "ServiceAccount")),
    ansible=in_manifest("name", *BINDING_KINDS, each="subject", where=where("kind", "ServiceAccount")),
    must=differ("default"),
    fix=need("service-account", "name of a service account for this purpose alone", at_most=UNSAFE),
    references=(GOOD_PRACTICES,),
    aliases=(in_terraform("CKV_K8S_42", "KICS:3360c01e-c8c0-4812-96a2-a6329b9b7f9f"), "AC_K8S_0113"),
    tags=("identity",),
)

requirement(
    "kubernetes-default-account-token",
    severity=LOW,
    cwe=250,
    title="Default service account hands its token to every pod",
    why="Pods that never speak to the cluster's API carry a credential for it, for an intruder to find.",
    terraform=(
        bind(
            "kubernetes_service_account|kubernetes_service_account_v1: automount_service_account_token",
            when=where("metadata.name", "default"),
        ),
        "kubernetes_default_service_account|kubernetes_default_service_account_v1: automount_service_account_token",
    ),
    must=differ(True),
    when_missing=VIOLATED,
    fix=set_to(False, at_most=UNSAFE, note="pods that use the default account lose their token"),
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",),
    aliases=(in_terraform("CKV_K8S_41", "KICS:737a0dd9-0aaa-4145-8118-f01778262b8a"),),
    tags=("identity",),
)
