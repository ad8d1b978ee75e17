"""CloudFormation: what keeps stacks from being changed or removed unseen."""

from __future__ import annotations

from iaclint.rules import (
    INFO,
    LOW,
    VIOLATED,
    Needed,
    be_false,
    be_filled,
    be_true,
    bind,
    every,
    in_ansible,
    in_terraform,
    lacks,
    need,
    requirement,
    set_to,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
STACK = "aws_cloudformation_stack"
INSTANCES = "aws_cloudformation_stack_set_instance|aws_cloudformation_stack_instances"
ANSIBLE = "amazon.aws.cloudformation"
SETS = "community.aws.cloudformation_stack_set"
GONE = where("state", "absent")
TOPIC = Needed("stack-topic", "ARN of an SNS topic")

requirement(
    "aws-cloudformation-unannounced",
    severity=LOW,
    cwe=778,
    title="Nobody is told of changes of the stack",
    why="A change that was not meant to be, or that failed halfway, goes unnoticed.",
    terraform=f"{STACK}: notification_arns",
    ansible=bind(f"{ANSIBLE}: notification_arns", unless=GONE, fix=set_to(TOPIC)),
    must=be_filled,
    fix=set_to([TOPIC]),
    references=(GUIDE + "cfn-console-add-tags.html",),
    aliases=(
        in_terraform("CKV_AWS_124", "AC_AWS_0021", "KICS:b72d0026-f649-4c91-a9ea-15d8f681ac09"),
        in_ansible("KICS:d39761d7-94ab-45b0-ab5e-27c44e381d58"),
    ),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-cloudformation-without-stack-policy",
    severity=LOW,
    cwe=732,
    title="No policy protects the stack's resources from updates",
    why="A change of the template may replace or remove a database as easily as anything else.",
    terraform=bind(
        f"{STACK}: policy_body", when=lacks("policy_url"), fix=need("stack-policy", "stack policy as JSON"),
    ),
    ansible=bind(
        f"{ANSIBLE}: stack_policy", when=every(lacks("stack_policy_body"), lacks("stack_policy_on_update_body")), unless=GONE,
        fix=need("stack-policy-file", "path of a file with the stack policy"),
    ),
    must=be_filled,
    references=(GUIDE + "protect-stack-resources.html",),
    aliases=(
        in_terraform("AC_AWS_0445", "KICS:2f01fb2d-828a-499d-b98e-b83747305052"),
        in_ansible("KICS:ffe0fd52-7a8b-4a5c-8fc7-49844418e6c9"),
    ),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-cloudformation-without-template",
    severity=INFO,
    cwe=1164,
    title="Stack has no template",
    why="It cannot be made; what was to be protected or logged by it is not there.",
    terraform=bind(f"{STACK}|aws_cloudformation_stack_set: template_body", when=lacks("template_url")),
    ansible=bind(f"{ANSIBLE}|{SETS}: template", when=every(lacks("template_url"), lacks("template_body")), unless=GONE),
    must=be_filled,
    remedy="Give `template_body` or `template_url`.",
    references=(GUIDE + "template-guide.html",),
    aliases=(
        in_terraform("KICS:91bea7b8-0c31-4863-adc9-93f6177266c4"),
        in_ansible("KICS:32d31f1f-0f83-4721-b7ec-1e6948c60145"),
    ),
    tags=("hygiene",),
    default=False,
)

requirement(
    "aws-cloudformation-stack-set-purges",
    severity=LOW,
    cwe=404,
    title="Stacks go when they leave the stack set",
    why="Taking an account out of the set by mistake removes all its stack made there, data included.",
    terraform=f"{INSTANCES}: retain_stack",
    ansible=bind(f"{SETS}: purge_stacks", must=be_false, fix=set_to(False)),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "stacksets-concepts.html",),
    aliases=(
        in_terraform("KICS:6e0e2f68-3fd9-4cd8-a5e4-e2213ef0df97", "AC_AWS_0022", type="aws_cloudformation_stack_set_instance"),
        in_ansible("KICS:17d5ba1d-7667-4729-b1a6-b11fde3db7f7"),
    ),
    tags=("availability", "hygiene"),
    default=False,
)

requirement(
    "aws-cloudformation-unprotected",
    severity=LOW,
    cwe=404,
    title="Stack can be deleted by one wrong command",
    why="With it goes everything it made, databases included.",
    ansible=bind(f"{ANSIBLE}: termination_protection", unless=GONE),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "using-cfn-protect-stacks.html",),
    tags=("availability", "hygiene"),
    default=False,
)
