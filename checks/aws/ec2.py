"""EC2 instances, launch templates and launch configurations: disks, metadata service, monitoring."""

from iaclint.checks.aws._modules import AUTOSCALING, INSTANCE, before
from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    OK,
    UNSAFE,
    VIOLATED,
    be_at_most,
    be_present,
    be_true,
    bind,
    equal,
    every,
    exists,
    has,
    in_ansible,
    in_terraform,
    lacks,
    match,
    opposite,
    requirement,
    set_to,
    some,
    where,
)

DISKS = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html"
METADATA = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html"
MONITORING = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html"
THROUGHPUT = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-optimized.html"

# a launch template may say what the instance itself leaves out
TEMPLATED = has("launch_template")
# a task that only starts, stops or tags existing instances says nothing about how they were made
CREATES = every(some(has("image_id"), has("image")), opposite(where("state", "absent")))
GONE = where("state", "absent")
ENCRYPTED_BY_DEFAULT = exists("aws_ebs_encryption_by_default", where("enabled", be_true, when_missing=True))
HIDDEN = where("metadata_options.http_endpoint", "disabled")
OWN_DISK = every(lacks("snapshot_id"), lacks("no_device"), lacks("virtual_name"))
OWN_VOLUME = every(lacks("snapshot"), lacks("no_device"), lacks("ephemeral"))

INSTANCES = "aws_instance|aws_spot_instance_request"
CONFIGURATIONS = f"{INSTANCES}|aws_launch_configuration"
OWN_EBS = every(has("ebs"), lacks("ebs.snapshot_id"), lacks("no_device"))

requirement(
    "aws-ec2-disk-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Disk of an instance is not encrypted at rest",
    why="Whoever obtains a snapshot or the disk itself reads everything on it; encryption costs nothing and no speed.",
    terraform=(
        bind(f"{CONFIGURATIONS}|{INSTANCE}|{AUTOSCALING}: encrypted", each="root_block_device"),
        bind(f"{CONFIGURATIONS}|{INSTANCE}|{AUTOSCALING}: encrypted", each="ebs_block_device", where=OWN_DISK),
        bind(f"{INSTANCE}: encrypted", each="ebs_volumes.*", where=OWN_DISK),
        bind(
            f"aws_launch_template|{AUTOSCALING}: ebs.encrypted", each="block_device_mappings", when_parent_missing=VIOLATED,
            where=OWN_EBS,
        ),
    ),
    ansible=(
        bind("amazon.aws.ec2|community.aws.autoscaling_launch_config: encrypted", each="volumes", where=OWN_VOLUME, unless=GONE),
        bind("amazon.aws.ec2_instance: ebs.encrypted", each="volumes", unless=GONE, where=OWN_EBS),
        bind("amazon.aws.ec2_launch_template: ebs.encrypted", each="block_device_mappings", unless=GONE, where=OWN_EBS),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=ENCRYPTED_BY_DEFAULT,
    fix=set_to(True),
    confidence="medium",
    fix_safety="Changing the encryption of a disk replaces the instance: its data has to be copied through a snapshot.",
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_AWS_8", type=("aws_instance", "aws_launch_configuration")),
        in_terraform("AVD-AWS-0131", type=("aws_instance", "aws_launch_template")),
        in_terraform("AVD-AWS-0008", "AC_AWS_0167", type="aws_launch_configuration"),
        in_terraform("KICS:4de9de27-254e-424f-bd70-4c1e95790838", type=("aws_launch_configuration", "module:*")),
        in_ansible("KICS:66477506-6abb-49ed-803d-3fa174cd5f6a", type="community.aws.autoscaling_launch_config"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-ec2-root-disk-unstated",
    severity=MEDIUM,
    cwe=311,
    confidence="medium",
    title="Nothing says that the root disk of an instance is encrypted",
    why="The disk is then as its image is, and images of AWS are not encrypted: a snapshot or the disk itself can be read.",
    terraform=(
        f"{CONFIGURATIONS}: root_block_device",
        bind(f"{INSTANCE}: root_block_device", when=before(6), fix=set_to([{"encrypted": True}])),
    ),
    must=be_present,
    message="nothing says that the root disk is encrypted",
    unless=some(TEMPLATED, ENCRYPTED_BY_DEFAULT),
    fix=set_to({"encrypted": True}),
    fix_safety="Changing the encryption of a disk replaces the instance: its data has to be copied through a snapshot.",
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_AWS_8", type=("aws_instance", "aws_launch_configuration")),
        in_terraform("AVD-AWS-0131", type="aws_instance"),
        in_terraform("AVD-AWS-0008", "AC_AWS_0167", type="aws_launch_configuration"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-ec2-imdsv1-enabled",
    severity=HIGH,
    cwe=918,
    title="Instance metadata can be read without a session token",
    why="One request forged through a web application on the machine returns the credentials of its role; version 2 of "
    "the metadata service asks for a token that such a request cannot obtain.",
    terraform=(
        f"{CONFIGURATIONS}|aws_launch_template: metadata_options.http_tokens",
        # since release 6 (of autoscaling: 9) the modules ask for version 2 themselves
        bind(f"{INSTANCE}: metadata_options.http_tokens", when=some(has("metadata_options.http_tokens"), before(6))),
        bind(
            f"{AUTOSCALING}: metadata_options.http_tokens", when=some(has("metadata_options.http_tokens"), before(9)),
            unless=some(has("launch_template_id"), where("create_launch_template", False), HIDDEN),
        ),
    ),
    ansible=(
        bind("amazon.aws.ec2_instance: metadata_options.http_tokens", when=CREATES),
        bind("amazon.aws.ec2_launch_template: metadata_options.http_tokens", when=has("image_id")),
    ),
    must=equal("required"),
    when_missing=VIOLATED,
    unless=some(HIDDEN, TEMPLATED, exists("aws_ec2_instance_metadata_defaults", where("http_tokens", "required"))),
    fix=set_to("required", at_most=UNSAFE, note="software that knows only version 1 no longer finds its credentials"),
    references=(METADATA,),
    aliases=(
        in_terraform("CKV_AWS_79", "KICS:f1g2h3i4-j5k6-7lmn-8opq-9012rstuvwxy"),
        in_terraform("AVD-AWS-0028", "AC_AWS_0479", type="aws_instance"),
        in_terraform("AVD-AWS-0130", type=("aws_launch_template", "aws_launch_configuration")),
        in_terraform("AC_AWS_0487", type="aws_launch_configuration"),
    ),
    tags=("identity",),
)

requirement(
    "aws-ec2-metadata-hops",
    severity=LOW,
    cwe=918,
    title="Answers of the metadata service travel further than to the instance",
    why="Containers on the machine, and whatever it forwards for, reach the credentials of its role over the network.",
    terraform=(
        f"{CONFIGURATIONS}|aws_launch_template|{INSTANCE}|{AUTOSCALING}: metadata_options.http_put_response_hop_limit",
        "aws_ec2_instance_metadata_defaults: http_put_response_hop_limit",
    ),
    ansible=bind(
        "amazon.aws.ec2_instance|amazon.aws.ec2_launch_template: metadata_options.http_put_response_hop_limit", unless=GONE
    ),
    must=be_at_most(1),
    unless=HIDDEN,
    fix=set_to(1, at_most=UNSAFE, note="containers that use the role of the machine no longer find its credentials"),
    default=False,
    references=(METADATA,),
    aliases=(
        in_terraform("CKV_AWS_341", type=("aws_launch_template", "aws_launch_configuration", "module:*")),
    ),
    tags=("identity", "hygiene"),
)

requirement(
    "aws-ec2-monitoring-disabled",
    severity=LOW,
    cwe=778,
    title="Detailed monitoring of an instance is off",
    why="Metrics arrive only every five minutes, so a short attack or overload leaves hardly a trace.",
    terraform=(
        f"{INSTANCES}|{INSTANCE}: monitoring",
        bind("aws_launch_template: monitoring.enabled"),
        bind(f"aws_launch_configuration|{AUTOSCALING}: enable_monitoring", when_missing=OK),
    ),
    ansible=bind("amazon.aws.ec2_instance: detailed_monitoring", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=TEMPLATED,
    fix=set_to(True),
    default=False,
    references=(MONITORING,),
    aliases=(
        in_terraform("CKV_AWS_126", "KICS:23b70e32-032e-4fa6-ba5c-82f56b9980e6", type=("aws_instance", "module:*")),
        in_terraform("AC_AWS_0480", type="aws_instance"),
        in_terraform("AC_AWS_0490", type="aws_launch_configuration"),
    ),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-ec2-not-ebs-optimized",
    severity=LOW,
    cwe=400,
    title="Instance shares its bandwidth between disks and network",
    why="Traffic of the network slows the disks down; current instance types ignore the setting and are always optimized.",
    terraform=f"{INSTANCES}|{INSTANCE}: ebs_optimized",
    ansible=(
        bind("amazon.aws.ec2_instance: ebs_optimized", when=CREATES),
        bind("amazon.aws.ec2: ebs_optimized", when=every(has("image"), opposite(GONE))),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=some(TEMPLATED, where("instance_type", match(r"(?:t3a?|t4g|[a-z-]+[5-9][a-z0-9-]*)\..*"))),
    fix=set_to(True),
    default=False,
    references=(THROUGHPUT,),
    aliases=(
        in_terraform("CKV_AWS_135", "KICS:60224630-175a-472a-9e23-133827040766", "AC_AWS_0449"),
        in_ansible("KICS:338b6cab-961d-4998-bb49-e5b6a11c9a5c"),
        in_ansible("CKV_AWS_135", type="amazon.aws.ec2_instance"),
    ),
    tags=("availability", "hygiene"),
)
