"""Auto Scaling groups: tags, health checks, load balancers, what their instances are started from."""

from __future__ import annotations

from iaclint.checks.aws._modules import AUTOSCALING, before
from iaclint.rules import (
    LOW,
    UNSAFE,
    VIOLATED,
    Needed,
    be_absent,
    be_filled,
    bind,
    companion,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    opposite,
    remove_it,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)

TAGS = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html"
BALANCERS = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-load-balancer.html"
HEALTH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html"
TEMPLATES = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-templates.html"
GROUP = "amazon.aws.autoscaling_group"
GONE = where("state", "absent")
# a task that only changes or removes a group says nothing about how it was made
MAKES = every(some(has("launch_config_name"), has("launch_template")), opposite(GONE))


TEMPLATE = Needed("launch-template", "id of the launch template its instances are started from")
TARGET_GROUP = Needed("target-group", "ARN of the target group its instances join")

requirement(
    "aws-autoscaling-group-without-tags",
    severity=LOW,
    cwe=1059,
    title="Auto Scaling group gives its instances no tags",
    why="Nobody can tell whose machines they are, what they cost, and which rules that go by tags hold for them.",
    terraform=(
        bind("aws_autoscaling_group: tag", unless=has("tags")),
        bind(f"{AUTOSCALING}: tags", unless=some(has("tag"), has("tags_as_map"), has("autoscaling_group_tags"))),
    ),
    ansible=bind(f"{GROUP}: tags", when=MAKES),
    must=be_filled,
    message="the instances of the group get no tags",
    default=False,
    references=(TAGS,),
    remedy="Add a `tag` with `propagate_at_launch = true`.",
    aliases=(in_terraform("CKV_AWS_153", "KICS:ba48df05-eaa1-4d64-905e-4a4b051e7587")),
    tags=("hygiene",),
)

# an attachment of its own may join the group to a balancer
ATTACHED = companion(
    "aws_autoscaling_attachment|aws_autoscaling_traffic_source_attachment", by="autoscaling_group_name",
    identities=("name",),
)
BALANCED = some(
    where("load_balancers", be_filled), where("target_group_arns", be_filled), has("traffic_source"), ATTACHED
)

requirement(
    "aws-autoscaling-group-without-balancer",
    severity=LOW,
    cwe=693,
    title="No load balancer stands before the Auto Scaling group",
    why="Traffic is not spread over its instances, and one that no longer answers keeps getting requests.",
    terraform=(
        bind("aws_autoscaling_group: target_group_arns", unless=BALANCED, at="load_balancers"),
        bind(
            f"{AUTOSCALING}: target_group_arns", when=before(8), at="load_balancers",
            unless=some(where("load_balancers", be_filled), where("create_asg", False)),
        ),
    ),
    ansible=bind(
        f"{GROUP}: target_group_arns", when=MAKES, unless=where("load_balancers", be_filled), at="load_balancers",
    ),
    must=be_filled,
    message="no load balancer stands before the group",
    fix=set_path("target_group_arns", [TARGET_GROUP]),
    default=False,
    references=(BALANCERS,),
    aliases=(
        in_terraform("KICS:8e94dced-9bcc-4203-8eb7-7e41202b2505"),
        in_ansible("KICS:050f085f-a8db-4072-9010-2cca235cc02f"),
    ),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-autoscaling-group-without-balancer-health",
    severity=LOW,
    cwe=693,
    title="Instances behind a load balancer are replaced only when the machine fails",
    why="An instance that runs but no longer answers is kept for ever: only the load balancer knows that it is broken.",
    terraform=(
        bind("aws_autoscaling_group: health_check_type", when=BALANCED),
        bind(f"{AUTOSCALING}: health_check_type", when=some(where("load_balancers", be_filled), where("target_group_arns", be_filled))),
    ),
    ansible=bind(
        f"{GROUP}: health_check_type",
        when=every(MAKES, some(where("load_balancers", be_filled), where("target_group_arns", be_filled))),
    ),
    must=equal("ELB"),
    when_missing=VIOLATED,
    fix=set_to("ELB", at_most=UNSAFE, note="instances that fail the balancer's check are replaced"),
    default=False,
    references=(HEALTH,),
    aliases=(in_terraform("CKV2_AWS_15")),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-autoscaling-group-from-launch-configuration",
    severity=LOW,
    cwe=1104,
    title="Auto Scaling group is started from a launch configuration",
    why="Launch configurations get no new features, such as most of those that protect the metadata service.",
    terraform=bind(
        "aws_autoscaling_group: launch_configuration", fix=together(
            "start it from a launch template", remove_it(),
            set_path("launch_template", {"id": TEMPLATE, "version": "$Latest"}), at_most=UNSAFE,
            note="new instances are started from the template",
        ),
    ),
    ansible=bind(
        f"{GROUP}: launch_config_name", unless=GONE,
        fix=together(
            "start it from a launch template", remove_it(), set_path("launch_template", {"launch_template_id": TEMPLATE}),
            at_most=UNSAFE, note="new instances are started from the template",
        ),
    ),
    must=be_absent,
    message="the group is started from a launch configuration",
    default=False,
    references=(TEMPLATES,),
    aliases=(in_terraform("CKV_AWS_315")),
    tags=("hygiene",),
)
