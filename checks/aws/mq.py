"""Amazon MQ: brokers of ActiveMQ and RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Finding,
    Needed,
    be_false,
    be_one_of,
    be_true,
    bind,
    in_terraform,
    match,
    need,
    not_,
    opposite,
    requirement,
    rule,
    set_path,
    set_to,
    together,
    where,
)
from iaclint.rules.repairs import Repair

GUIDE = "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/"
ANSIBLE = "community.aws.mq_broker"
CREATES = opposite(where("state", match("absent|restarted")))
RABBIT = where("engine_type", be_one_of("RabbitMQ", ignore_case=True))
ACTIVE = where("engine_type", be_one_of("ActiveMQ", ignore_case=True))

requirement(
    "aws-mq-public",
    severity=HIGH,
    cwe=668,
    title="Message broker has a public address",
    why="Everybody on the Internet may try passwords and exploits against the broker and its console.",
    terraform="aws_mq_broker: publicly_accessible",
    ansible=bind(f"{ANSIBLE}: publicly_accessible", when=CREATES),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="clients outside the VPC can no longer connect"),
    references=(GUIDE + "using-amazon-mq-securely.html",),
    aliases=(in_terraform("CKV_AWS_69", "AVD-AWS-0072", "AC_AWS_0175", "KICS:4eb5f791-c861-4afd-9f94-f2a6a3fe49cb"),),
    tags=("network",),
)

requirement(
    "aws-mq-without-logs",
    severity=LOW,
    cwe=778,
    title="Message broker sends its log nowhere",
    why="Faults, failed logins and refused connections cannot be looked up afterwards.",
    terraform="aws_mq_broker: logs.general",
    ansible=bind(f"{ANSIBLE}: enable_general_log", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "security-logging-monitoring.html",),
    aliases=(in_terraform("CKV_AWS_48", "AVD-AWS-0071", "AC_AWS_0174", "KICS:31245f98-a6a9-4182-9fc1-45482b9d030a"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-mq-without-audit-log",
    severity=LOW,
    cwe=778,
    title="Message broker keeps no record of what is done to it",
    why="Who made or removed queues and users through the console cannot be told afterwards.",
    terraform="aws_mq_broker: logs.audit",
    ansible=bind(f"{ANSIBLE}: enable_audit_log", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    # RabbitMQ has no such log
    unless=RABBIT,
    fix=set_to(True),
    references=(GUIDE + "security-logging-monitoring.html",),
    aliases=(in_terraform("CKV_AWS_197", "AVD-AWS-0070", "AC_AWS_0174", "KICS:31245f98-a6a9-4182-9fc1-45482b9d030a"),),
    tags=("logging", "hygiene"),
    default=False,
)

own_key = rule(
    "aws-mq-without-own-key",
    severity=LOW,
    cwe=311,
    title="Message broker is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted or withdrawn, and its use leaves no trace in your logs.",
    references=(GUIDE + "data-protection.html",),
    aliases=(
        in_terraform("CKV_AWS_209"),
        in_terraform("KICS:3db3f534-e3a3-487f-88c7-0a9fbf64b702", nothing_said=True),
    ),
    tags=("encryption",),
    default=False,
)


def _use_key(options: str) -> Repair:
    key = Needed("kms-key", "ARN of a KMS key")
    return together("use a key of your own", set_to(key), set_path(options + "use_aws_owned_key", False))


@own_key.check(terraform="aws_mq_broker", ansible=ANSIBLE)
def no_own_key(broker: Block, project: Project) -> Iterator[Finding]:
    """No key is named for what the broker stores."""
    options = "encryption_options." if broker.language == "terraform" else ""
    key = broker.at(options + "kms_key_id")
    if CREATES(broker, project) is not True or not (key.is_missing or key.is_("")):
        return
    intent = _use_key(options)(key, broker, project)
    message = f"message broker is not encrypted with a key of your own: `{options}kms_key_id` is not set"
    nothing_said = broker.at("encryption_options").is_missing
    yield Finding(key, message, (intent,) if intent else (), {"nothing_said": nothing_said})


requirement(
    "aws-mq-minor-upgrades-disabled",
    severity=MEDIUM,
    cwe=1104,
    title="Message broker does not take minor upgrades by itself",
    why="Security fixes of the broker wait until somebody remembers to install them.",
    terraform="aws_mq_broker: auto_minor_version_upgrade",
    ansible=bind(f"{ANSIBLE}: auto_minor_version_upgrade", when=CREATES, when_missing="ok"),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "upgrading-brokers.html",),
    aliases=(in_terraform("CKV_AWS_207"),),
    tags=("supply-chain",),
    default=False,
)

requirement(
    "aws-mq-outdated-version",
    severity=MEDIUM,
    cwe=1104,
    title="Message broker runs a release that is no longer mended",
    why="Old releases of ActiveMQ can be made to run an attacker's code by a single packet, without logging in.",
    terraform=(
        bind("aws_mq_broker|aws_mq_configuration: engine_version", when=ACTIVE, must=not_(match(r"5\.(?:\d|1[0-6])(?:\..*)?"))),
        bind("aws_mq_broker|aws_mq_configuration: engine_version", when=RABBIT),
    ),
    ansible=(
        bind(f"{ANSIBLE}: engine_version", when=ACTIVE, unless=opposite(CREATES), must=not_(match(r"5\.(?:\d|1[0-6])(?:\..*)?"))),
        bind(f"{ANSIBLE}: engine_version", when=RABBIT, unless=opposite(CREATES)),
    ),
    must=not_(match(r"3\.(?:\d|10)(?:\..*)?"), wanted="a release that is mended"),
    fix=need("mq-version", "supported version of the broker's engine", at_most=UNSAFE),
    references=(
        GUIDE + "activemq-version-management.html", GUIDE + "rabbitmq-version-management.html",
        "https://activemq.apache.org/security-advisories.data/CVE-2023-46604-announcement.txt",
    ),
    aliases=(in_terraform("CKV_AWS_208"),),
    tags=("supply-chain",),
)
