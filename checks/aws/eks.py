"""Elastic Kubernetes Service: who reaches the API, what is encrypted and logged."""

from __future__ import annotations

from iaclint.checks.aws._modules import before, module
from iaclint.rules import (
    CRITICAL,
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Needed,
    append_items,
    be_false,
    be_filled,
    be_present,
    be_true,
    bind,
    contain,
    contain_none,
    every,
    has,
    in_terraform,
    lacks,
    match,
    need,
    not_,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)
from iaclint.rules.repairs import Repair

ENDPOINT = "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html"
ENCRYPTION = "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html"
LOGGING = "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"
NODES = "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html"
VERSIONS = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"
# the module's inputs lost the prefix `cluster_` with release 21
MODULE = module("eks")
NOT_MADE = where("create", be_false)
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")

requirement(
    "aws-eks-endpoint-open",
    severity=HIGH,
    cwe=284,
    title="Kubernetes API of a cluster is open to the whole Internet",
    why="One leaked token or one fault in the API server, and everybody can use it from anywhere.",
    terraform=(
        bind(
            "aws_eks_cluster: vpc_config.public_access_cidrs", when_missing=VIOLATED,
            unless=where("vpc_config.endpoint_public_access", be_false),
        ),
        bind(
            f"{MODULE}: cluster_endpoint_public_access_cidrs", when_missing=VIOLATED, unless=NOT_MADE,
            when=some(where("cluster_endpoint_public_access", be_true), every(lacks("cluster_endpoint_public_access"), before(19))),
        ),
        bind(
            f"{MODULE}: endpoint_public_access_cidrs", when_missing=VIOLATED, unless=NOT_MADE,
            when=where("endpoint_public_access", be_true),
        ),
    ),
    must=contain_none("0.0.0.0/0", "::/0"),
    fix=set_to(
        [Needed("trusted-cidr", "CIDR of the network that may connect")], at_most=UNSAFE,
        note="the new range decides who still gets in",
    ),
    references=(ENDPOINT,),
    aliases=(in_terraform("CKV_AWS_38", "AVD-AWS-0041", "KICS:61cf9883-1752-4768-b18c-0d57f2737709"),),
    tags=("network",),
)


def _private_alone(private: str) -> Repair:
    return together(
        "use the private endpoint alone",
        set_to(False),
        set_path(private, True),
        at_most=UNSAFE,
        note="the API can then be reached from inside the VPC only",
    )


requirement(
    "aws-eks-endpoint-public",
    severity=LOW,
    cwe=668,
    title="Kubernetes API of a cluster has a public endpoint",
    why="A private endpoint can be reached from the VPC alone, whatever happens to lists of addresses.",
    terraform=(
        bind(
            "aws_eks_cluster: vpc_config.endpoint_public_access", when_missing=VIOLATED,
            fix=_private_alone("vpc_config.endpoint_private_access"),
        ),
        bind(
            f"{MODULE}: cluster_endpoint_public_access", unless=NOT_MADE, when_missing=VIOLATED,
            when=some(has("cluster_endpoint_public_access"), before(19)),
            fix=_private_alone("cluster_endpoint_private_access"),
        ),
        bind(f"{MODULE}: endpoint_public_access", unless=NOT_MADE, fix=_private_alone("endpoint_private_access")),
    ),
    must=be_false,
    default=False,
    references=(ENDPOINT,),
    aliases=(in_terraform("CKV_AWS_39", "AVD-AWS-0040", "KICS:42f4b905-3736-4213-bfe9-c0660518cda8"),),
    tags=("network",),
)

requirement(
    "aws-eks-secrets-unencrypted",
    severity=LOW,
    cwe=311,
    title="Kubernetes secrets are not encrypted with a key of your own",
    why="With a key of your own, reading a secret takes a permission you grant, and every use of the key is logged.",
    terraform=(
        "aws_eks_cluster: encryption_config.provider.key_arn",
        bind(
            f"{MODULE}: cluster_encryption_config", must=be_filled, fix=(), unless=NOT_MADE,
            when=some(has("cluster_encryption_config"), before(19)),
        ),
    ),
    must=be_present,
    fix=set_path(
        "encryption_config",
        {"provider": {"key_arn": Needed("kms-key", "ARN of a KMS key")}, "resources": ["secrets"]},
        at_most=UNSAFE, note="it cannot be switched off again",
    ),
    references=(ENCRYPTION,),
    aliases=(in_terraform("CKV_AWS_58", "AVD-AWS-0039", "KICS:63ebcb19-2739-4d3f-aa5c-e8bbb9b85281"),),
    tags=("encryption",),
)

requirement(
    "aws-eks-logging-disabled",
    severity=MEDIUM,
    cwe=778,
    title="Cluster writes no control plane logs",
    why="Nobody can tell afterwards who did what through the Kubernetes API.",
    terraform=(
        "aws_eks_cluster: enabled_cluster_log_types",
        # left out, later releases choose some by themselves
        bind(f"{MODULE}: cluster_enabled_log_types", when=some(has("cluster_enabled_log_types"), before(18)), unless=NOT_MADE),
        bind(f"{MODULE}: enabled_log_types", when=has("enabled_log_types"), unless=NOT_MADE),
    ),
    must=be_filled,
    fix=append_items(*LOGS),
    references=(LOGGING,),
    aliases=(
        in_terraform(
            "CKV_AWS_37", "AVD-AWS-0038", "AC_AWS_0465", "KICS:37304d3f-f852-40b8-ae3f-725e87a7cedf",
            "KICS:66f130d9-b81d-4e8e-9b08-da74b9c891df",
        ),
    ),
    tags=("logging",),
)

requirement(
    "aws-eks-logging-incomplete",
    severity=LOW,
    cwe=778,
    title="Cluster writes only some of its control plane logs",
    why="An investigation needs the requests (api, audit), the logins (authenticator) and what the cluster did by itself.",
    terraform="aws_eks_cluster: enabled_cluster_log_types",
    must=contain(*LOGS),
    when=where("enabled_cluster_log_types", be_filled),
    fix=append_items(*LOGS),
    default=False,
    references=(LOGGING,),
    aliases=(in_terraform("CKV_AWS_37", "AVD-AWS-0038", "KICS:66f130d9-b81d-4e8e-9b08-da74b9c891df"),),
    tags=("logging", "hygiene"),
)

SSH_GROUP = Needed("ssh-security-group", "ID of the security group that may connect by SSH")

requirement(
    "aws-eks-node-ssh-open",
    severity=CRITICAL,
    cwe=284,
    title="Nodes can be reached by SSH from the whole Internet",
    why="With a key and without security groups, EKS opens port 22 of every node to all addresses.",
    terraform="aws_eks_node_group: remote_access.source_security_group_ids",
    ansible=bind(
        "community.aws.eks_nodegroup: remote_access.source_sg", unless=where("state", "absent"),
        fix=set_path("remote_access.source_sg", [SSH_GROUP], at_most=UNSAFE, note="only members of the group can connect afterwards"),
    ),
    must=be_filled,
    when=has("remote_access.ec2_ssh_key"),
    fix=set_path(
        "remote_access.source_security_group_ids",
        [SSH_GROUP], at_most=UNSAFE,
        note="only members of the group can connect afterwards",
    ),
    references=(NODES,),
    aliases=(in_terraform("CKV_AWS_100", "KICS:ba40ace1-a047-483c-8a8d-bc2d3a67a82d"),),
    tags=("network",),
)

requirement(
    "aws-eks-unsupported-version",
    severity=MEDIUM,
    cwe=1104,
    title="Cluster runs a version of Kubernetes that is no longer supported",
    why="Holes found in it since then stay open, until AWS moves the cluster to another version at a time of its choice.",
    terraform=("aws_eks_cluster: version", f"{MODULE}: cluster_version", f"{MODULE}: kubernetes_version"),
    ansible=bind("community.aws.eks_cluster: version", unless=where("state", "absent")),
    # extended support of 1.29 ended in March 2026
    must=not_(match(r"1\.(?:1?[0-9]|2[0-9])"), "1.30 or later"),
    fix=need("kubernetes-version", "supported version of Kubernetes", at_most=UNSAFE, note="a cluster is moved by one version at a time"),
    references=(VERSIONS,),
    aliases=(in_terraform("CKV_AWS_339", type="aws_eks_cluster"),),
    tags=("supply-chain",),
)
