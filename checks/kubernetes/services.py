"""Services, ingresses and network policies: who can reach the pods."""

from __future__ import annotations

from iaclint.checks.kubernetes._pods import MANIFEST, in_manifest
from iaclint.model.block import Node
from iaclint.model.paths import elements
from iaclint.model.value import Truth
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    be_absent,
    be_filled,
    be_none_of,
    be_present,
    bind,
    differ,
    in_terraform,
    need,
    need_path,
    opposite,
    related,
    remove_it,
    requirement,
    set_to,
    where,
)

SERVICE = "https://kubernetes.io/docs/concepts/services-networking/service/"
INGRESS = "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls"
POLICY = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"

_SERVICES = "kubernetes_service|kubernetes_service_v1"
_INGRESSES = "kubernetes_ingress|kubernetes_ingress_v1"
_POLICIES = "kubernetes_network_policy|kubernetes_network_policy_v1"


def _has_annotation(words: tuple[str, ...], element: Node) -> Truth:
    """Whether some annotation's name holds one of the words; names with dots are no path."""
    answer: Truth = False
    for holder in ("metadata", f"{MANIFEST}.metadata"):
        for metadata in elements(element, holder):
            annotations = metadata.at("annotations")
            if annotations.is_unknown or "*unknown*" in annotations.entries:
                answer = None
            if any(word in name for name in annotations.entries for word in words):
                return True
    return answer


_INTERNAL = related(
    "internal load balancer",
    lambda element, project: _has_annotation(("internal", "load-balancer-type", "load-balancer-scheme"), element),
)
_CERTIFICATE = related(
    "certificate kept elsewhere",
    lambda element, project: _has_annotation(
        ("certificate", "cert-manager", "pre-shared-cert", "ssl-cert", "tls-acme", "router.tls", "appgw-ssl"), element
    ),
)

requirement(
    "kubernetes-node-port-service",
    severity=LOW,
    cwe=668,
    title="Service opens a port on every node",
    why="The port answers on all addresses of all nodes, past the ingress with its TLS, limits and logs.",
    terraform=f"{_SERVICES}: spec.type",
    ansible=in_manifest("type", "Service", each="spec"),
    must=differ("NodePort"),
    default=False,
    fix=set_to("ClusterIP", at_most=UNSAFE, note="clients outside the cluster are cut off: give them an ingress"),
    references=(SERVICE,),
    aliases=(in_terraform("KICS:5c281bf8-d9bb-47f2-b909-3f6bb11874ad"), "AC_K8S_0111"),
    tags=("network", "hygiene"),
)

requirement(
    "kubernetes-public-load-balancer",
    severity=LOW,
    cwe=668,
    title="Service asks for a load balancer that anybody may reach",
    why="Without source ranges or an internal address the cloud opens it to the whole Internet.",
    terraform=bind(
        f"{_SERVICES}: type",
        each="spec",
        where=opposite(where("load_balancer_source_ranges", be_filled)),
        unless=_INTERNAL,
    ),
    ansible=in_manifest(
        "type",
        "Service",
        each="spec",
        where=opposite(where("loadBalancerSourceRanges", be_filled)),
        unless=_INTERNAL,
        fix=(),
    ),
    must=differ("LoadBalancer"),
    default=False,
    fix=need_path("load_balancer_source_ranges", "client-cidrs", "networks the clients are in", at_most=UNSAFE),
    references=(SERVICE + "#loadbalancer",),
    aliases=(in_terraform("KICS:2a52567c-abb8-4651-a038-52fa27c77aed"),),
    tags=("network", "hygiene"),
)

requirement(
    "kubernetes-service-external-ips",
    severity=MEDIUM,
    cwe=441,
    title="Service claims addresses outside the cluster",
    why="Nodes send traffic for these addresses to its pods: whoever may create such a service can divert what others send "
    "there.",
    terraform=f"{_SERVICES}: spec.external_ips",
    ansible=in_manifest("external_ips", "Service", each="spec"),
    must=be_absent,
    fix=remove_it(at_most=UNSAFE, note="who uses these addresses is cut off: use a load balancer"),
    references=(SERVICE + "#external-ips",),
    aliases=("AVD-KSV-0108",),
    tags=("network",),
)

requirement(
    "kubernetes-ingress-without-tls",
    severity=MEDIUM,
    cwe=319,
    title="Ingress does not offer TLS",
    why="Passwords, cookies and content cross the network in plain text, to be read and changed by anybody on the way.",
    terraform=bind(f"{_INGRESSES}: tls", each="spec", unless=_CERTIFICATE),
    ansible=in_manifest("tls", "Ingress", each="spec", unless=_CERTIFICATE),
    must=be_present,
    references=(INGRESS,),
    aliases=("AC_K8S_0002",),
    remedy="add a tls block with the name of the secret that holds the certificate",
    tags=("network", "encryption"),
)

requirement(
    "kubernetes-network-policy-open-ingress",
    severity=MEDIUM,
    cwe=284,
    title="Network policy lets any address in",
    why="The policy selects the pods and then admits everybody: it reads like a protection and is none.",
    terraform=bind(f"{_POLICIES}: cidr", each="spec.ingress.from.ip_block", where=opposite(where("except", be_filled))),
    ansible=in_manifest("cidr", "NetworkPolicy", each="spec.ingress.from.ip_block"),
    must=be_none_of("0.0.0.0/0", "::/0"),
    fix=need("client-cidr", "network the clients are in", at_most=UNSAFE),
    references=(POLICY,),
    aliases=("AVD-KUBE-0001",),
    tags=("network",),
)

requirement(
    "kubernetes-network-policy-open-egress",
    severity=LOW,
    cwe=284,
    title="Network policy lets pods reach any address",
    why="A pod that is broken into can send out what it finds and fetch what it lacks.",
    terraform=bind(f"{_POLICIES}: cidr", each="spec.egress.to.ip_block", where=opposite(where("except", be_filled))),
    ansible=in_manifest("cidr", "NetworkPolicy", each="spec.egress.to.ip_block"),
    must=be_none_of("0.0.0.0/0", "::/0"),
    default=False,
    fix=need("server-cidr", "network the pods have to reach", at_most=UNSAFE),
    references=(POLICY,),
    aliases=("AVD-KUBE-0002",),
    tags=("network",),
)
