"""Elastic Container Service: clusters and services."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Append, Set
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    INFO,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Intent,
    be_at_least,
    be_false,
    be_filled,
    be_true,
    bind,
    contain,
    differ,
    equal,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    not_,
    requirement,
    rule,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
CLUSTER = "aws_ecs_cluster"
SERVICE = "aws_ecs_service"
SERVICES = "module:terraform-aws-modules/ecs/aws//modules/service"
MODULE = "module:terraform-aws-modules/ecs/aws"
CLUSTERS = "module:terraform-aws-modules/ecs/aws//modules/cluster"
ANSIBLE = "community.aws.ecs_service"
GONE = where("state", "absent")
EXEC = "configuration.execute_command_configuration"

without_insights = rule(
    "aws-ecs-cluster-without-insights",
    severity=LOW,
    cwe=778,
    title="Cluster keeps no metrics of its tasks",
    why="Tasks that restart again and again, or use up their machine, go unnoticed.",
    references=(GUIDE + "cloudwatch-container-insights.html",),
    aliases=(
        in_terraform("CKV_AWS_65", "AVD-AWS-0034", "KICS:97cb0688-369a-4d26-b1f7-86c4c91231bc", type=CLUSTER),
    ),
    tags=("logging", "container", "hygiene"),
    default=False,
)


@without_insights.check(terraform=f"{CLUSTER}|{MODULE}|{CLUSTERS}")
def insights(cluster: Block, project: Project) -> Iterator[Finding]:
    """A `setting` that turns them off; for a resource also the lack of one."""
    is_resource = cluster.kind == "resource"
    settings = [one for path in _SETTINGS for one in elements(cluster, path)]
    for one in settings:
        if one.at("name").is_("containerInsights"):
            value = one.at("value")
            if value.is_not(("enabled", "enhanced")):
                yield Finding(value, "container insights are switched off", (Intent('set `value` to "enabled"', (Set(value, "enabled"),)),))
            return
        if one.at("name").is_unknown or (isinstance(one, Value) and one.is_unknown):
            return
    if is_resource and all(block.body_span is not None for block in cluster.children("setting")):
        step = Append(cluster, {"name": "containerInsights", "value": "enabled"}, "setting")
        yield Finding(cluster, "container insights are not switched on", (Intent("switch on container insights", (step,)),))


_SETTINGS = ("setting", "cluster_settings", "cluster_setting")

requirement(
    "aws-ecs-exec-not-logged",
    severity=LOW,
    cwe=778,
    title="Commands run in the cluster's containers are not logged",
    why="Whoever may open a shell in a container leaves no record of what he did there.",
    terraform=(
        f"{CLUSTER}: {EXEC}.logging",
        f"{CLUSTERS}: {EXEC}.logging",
        f"{CLUSTERS}|{MODULE}: cluster_configuration.execute_command_configuration.logging",
    ),
    must=differ("NONE"),
    fix=set_to("DEFAULT"),
    references=(GUIDE + "ecs-exec.html",),
    aliases=(in_terraform("CKV_AWS_223", "CKV_AWS_224", type=CLUSTER),),
    tags=("logging", "container"),
)

requirement(
    "aws-ecs-exec-unencrypted",
    severity=LOW,
    cwe=311,
    title="Sessions in the cluster's containers are not encrypted with a key of your own",
    why="With a key of your own, what is typed and shown is encrypted once more, and only who may use the key can open a session.",
    terraform=f"{CLUSTER}: {EXEC}.kms_key_id",
    must=be_filled,
    when=has(EXEC),
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "ecs-exec.html",),
    aliases=(in_terraform("CKV_AWS_224"),),
    tags=("encryption", "container"),
    default=False,
)

LOG_ENCRYPTED = "log_configuration.cloud_watch_encryption_enabled"

requirement(
    "aws-ecs-exec-log-unencrypted",
    severity=LOW,
    cwe=311,
    title="Logs of the sessions in the cluster's containers are not encrypted",
    why="They hold whatever was typed and shown, passwords included.",
    terraform=(
        bind(f"{CLUSTER}: {EXEC}.{LOG_ENCRYPTED}", when=has(f"{EXEC}.log_configuration.cloud_watch_log_group_name")),
        bind(
            f"{CLUSTER}: {EXEC}.log_configuration.s3_bucket_encryption_enabled",
            when=has(f"{EXEC}.log_configuration.s3_bucket_name"),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "ecs-exec.html",),
    aliases=(in_terraform("CKV_AWS_224"),),
    tags=("encryption", "logging"),
    default=False,
)

requirement(
    "aws-ecs-service-public-ip",
    severity=MEDIUM,
    cwe=668,
    title="Tasks of the service are given public IP addresses",
    why="With an address of its own a task can be reached from the Internet as soon as one security group is too wide.",
    terraform=(
        f"{SERVICE}: network_configuration.assign_public_ip",
        f"{SERVICES}: assign_public_ip",
        f"{MODULE}: services.*.assign_public_ip",
    ),
    ansible=bind(f"{ANSIBLE}: network_configuration.assign_public_ip", unless=GONE),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="tasks then need a NAT gateway or VPC endpoints to fetch their image"),
    references=(GUIDE + "fargate-task-networking.html",),
    aliases=(in_terraform("CKV_AWS_333", type=SERVICE),),
    tags=("network", "container"),
    default=False,
)

requirement(
    "aws-ecs-service-outdated-platform",
    severity=LOW,
    cwe=1104,
    title="Service stays on one version of the Fargate platform",
    why="Fixes of the kernel and the container runtime come with new versions, which it then does not get.",
    terraform=(f"{SERVICE}|{SERVICES}: platform_version", f"{MODULE}: services.*.platform_version"),
    ansible=bind(f"{ANSIBLE}: platform_version", unless=GONE),
    must=equal("LATEST"),
    fix=set_to("LATEST"),
    references=(GUIDE + "platform-fargate.html",),
    aliases=(in_terraform("CKV_AWS_332", type=SERVICE),),
    tags=("supply-chain", "container"),
    default=False,
)

requirement(
    "aws-ecs-service-administrator",
    severity=MEDIUM,
    cwe=250,
    title="Service is given an administrator's role",
    why="A service needs its role to register tasks with a load balancer; with more, whoever changes the service gets more.",
    terraform=f"{SERVICE}: iam_role",
    ansible=bind(f"{ANSIBLE}: role", unless=GONE),
    must=not_(match(r"(?i).*admin.*"), "a role for load balancing only"),
    confidence="low",
    fix=need("ecs-service-role", "role that may only register tasks with load balancers", at_most=UNSAFE),
    references=(GUIDE + "using-service-linked-roles.html",),
    aliases=(
        in_terraform("AC_AWS_0087", "KICS:3206240f-2e87-4e58-8d24-3e19e7c83d7c"),
        in_ansible("KICS:7db727c1-1720-468e-b80e-06697f71e09e"),
    ),
    tags=("identity", "container"),
    default=False,
)

requirement(
    "aws-ecs-service-without-tasks",
    severity=INFO,
    cwe=1164,
    title="Service runs no task",
    why="It is down, or is left over and should be removed together with its rights.",
    terraform=f"{SERVICE}|{SERVICES}: desired_count",
    ansible=bind(f"{ANSIBLE}: desired_count", unless=GONE),
    must=differ(0),
    unless=some(
        where("scheduling_strategy", "DAEMON"), where("lifecycle.ignore_changes", contain("desired_count")),
        where("autoscaling_min_capacity", be_at_least(1)),
    ),
    fix=set_to(1, at_most=UNSAFE, note="it goes into service"),
    references=(GUIDE + "service_definition_parameters.html",),
    aliases=(
        in_terraform("KICS:91f16d09-689e-4926-aca7-155157f634ed"),
        in_ansible("KICS:f5c45127-1d28-4b49-a692-0b97da1c3a84"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)
