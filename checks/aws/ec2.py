"""EC2 instances, launch templates and launch configurations: disks, metadata service, addresses."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_false,
    be_filled,
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
ADDRESSES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html"
MONITORING = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html"
THROUGHPUT = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-optimized.html"
GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html"

# a launch template may say what the instance itself leaves out
TEMPLATED = has("launch_template")
# a task that only starts, stops or tags existing instances says nothing about how they were made
CREATES = every(some(has("image_id"), has("image")), opposite(where("state", "absent")))
GONE = where("state", "absent")
ENCRYPTED_BY_DEFAULT = exists("aws_ebs_encryption_by_default", where("enabled", be_true, when_missing=True))
OWN_DISK = every(lacks("snapshot_id"), lacks("no_device"), lacks("virtual_name"))
OWN_VOLUME = every(lacks("snapshot"), lacks("no_device"), lacks("ephemeral"))

requirement(
    "aws-ec2-disk-unencrypted",
    severity=HIGH,
    cwe=311,
    title="Disk of an instance is not encrypted at rest",
    why="Whoever obtains a snapshot or the disk itself reads everything on it; encryption costs nothing and no speed.",
    terraform=(
        bind("aws_instance|aws_launch_configuration: root_block_device.encrypted"),
        bind("aws_instance|aws_launch_configuration: encrypted", each="ebs_block_device", where=OWN_DISK),
        bind(
            "aws_launch_template: ebs.encrypted", each="block_device_mappings", when_parent_missing=VIOLATED,
            where=every(has("ebs"), lacks("ebs.snapshot_id"), lacks("no_device")),
        ),
    ),
    ansible=(
        bind("amazon.aws.ec2|community.aws.autoscaling_launch_config: encrypted", each="volumes", where=OWN_VOLUME, unless=GONE),
        bind(
            "amazon.aws.ec2_instance: ebs.encrypted", each="volumes", unless=GONE,
            where=every(has("ebs"), lacks("ebs.snapshot_id"), lacks("no_device")),
        ),
        bind(
            "amazon.aws.ec2_launch_template: ebs.encrypted", each="block_device_mappings", unless=GONE,
            where=every(has("ebs"), lacks("ebs.snapshot_id"), lacks("no_device")),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=some(TEMPLATED, ENCRYPTED_BY_DEFAULT),
    fix=set_to(True),
    confidence="medium",
    fix_safety="Changing the encryption of a disk replaces the instance: its data has to be copied through a snapshot.",
    references=(DISKS,),
    aliases=(
        in_terraform("CKV_AWS_8", type=("aws_instance", "aws_launch_configuration")),
        in_terraform("AVD-AWS-0131", type=("aws_instance", "aws_launch_template")),
        in_terraform("AVD-AWS-0008", "KICS:4de9de27-254e-424f-bd70-4c1e95790838", "AC_AWS_0167", type="aws_launch_configuration"),
        in_ansible("KICS:66477506-6abb-49ed-803d-3fa174cd5f6a", type="community.aws.autoscaling_launch_config"),
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
    terraform="aws_instance|aws_launch_template|aws_launch_configuration: metadata_options.http_tokens",
    ansible=(
        bind("amazon.aws.ec2_instance: metadata_options.http_tokens", when=CREATES),
        bind("amazon.aws.ec2_launch_template: metadata_options.http_tokens", when=has("image_id")),
    ),
    must=equal("required"),
    when_missing=VIOLATED,
    unless=some(
        where("metadata_options.http_endpoint", "disabled"),
        TEMPLATED,
        exists("aws_ec2_instance_metadata_defaults", where("http_tokens", "required")),
    ),
    fix=set_to("required", at_most=UNSAFE, note="software that knows only version 1 no longer finds its credentials"),
    references=(METADATA,),
    aliases=(
        in_terraform("CKV_AWS_79", "KICS:f1g2h3i4-j5k6-7lmn-8opq-9012rstuvwxy"),
        in_terraform("AVD-AWS-0028", "AC_AWS_0479", type="aws_instance"),
        in_terraform("AVD-AWS-0130", type=("aws_launch_template", "aws_launch_configuration")),
    ),
    tags=("identity",),
)

requirement(
    "aws-ec2-public-ip",
    severity=MEDIUM,
    cwe=668,
    title="Instance is given a public IP address",
    why="With an address of its own the machine can be reached from the Internet as soon as one firewall rule is too wide.",
    terraform=(
        "aws_instance|aws_launch_configuration: associate_public_ip_address",
        "aws_launch_template: network_interfaces.associate_public_ip_address",
    ),
    ansible=(
        bind("amazon.aws.ec2|community.aws.autoscaling_launch_config: assign_public_ip", unless=GONE),
        bind("amazon.aws.ec2_instance: network.assign_public_ip", unless=GONE),
        bind("amazon.aws.ec2_instance: network_interfaces.assign_public_ip", unless=GONE),
        bind("amazon.aws.ec2_launch_template: network_interfaces.associate_public_ip_address", unless=GONE),
    ),
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="whoever connects to the public address no longer gets through"),
    default=False,
    references=(ADDRESSES,),
    aliases=(
        in_terraform("CKV_AWS_88", type=("aws_instance", "aws_launch_template")),
        in_terraform("KICS:5a2486aa-facf-477d-a5c1-b010789459ce", type="aws_instance"),
        in_terraform("CKV_AWS_389", "AVD-AWS-0009", type="aws_launch_configuration"),
        in_ansible("KICS:a8b0c58b-cd25-4b53-9ad0-55bca0be0bc1"),
        in_ansible("CKV_AWS_88", type="amazon.aws.ec2_instance"),
    ),
    tags=("network",),
)

requirement(
    "aws-ec2-monitoring-disabled",
    severity=LOW,
    cwe=778,
    title="Detailed monitoring of an instance is off",
    why="Metrics arrive only every five minutes, so a short attack or overload leaves hardly a trace.",
    terraform=("aws_instance: monitoring", bind("aws_launch_template: monitoring.enabled")),
    ansible=bind("amazon.aws.ec2_instance: detailed_monitoring", when=CREATES),
    must=be_true,
    when_missing=VIOLATED,
    unless=TEMPLATED,
    fix=set_to(True),
    default=False,
    references=(MONITORING,),
    aliases=(in_terraform("CKV_AWS_126", "KICS:23b70e32-032e-4fa6-ba5c-82f56b9980e6", type="aws_instance"),),
    tags=("logging", "hygiene"),
)

requirement(
    "aws-ec2-not-ebs-optimized",
    severity=LOW,
    cwe=400,
    title="Instance shares its bandwidth between disks and network",
    why="Traffic of the network slows the disks down; current instance types ignore the setting and are always optimized.",
    terraform="aws_instance: ebs_optimized",
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
        in_terraform("CKV_AWS_135", "KICS:60224630-175a-472a-9e23-133827040766"),
        in_ansible("KICS:338b6cab-961d-4998-bb49-e5b6a11c9a5c"),
        in_ansible("CKV_AWS_135", type="amazon.aws.ec2_instance"),
    ),
    tags=("availability", "hygiene"),
)

requirement(
    "aws-ec2-default-security-group",
    severity=LOW,
    cwe=284,
    title="Instance names no security group of its own",
    why="It joins the default group of its VPC, whose members all reach each other on every port.",
    terraform="aws_instance: vpc_security_group_ids",
    must=be_filled,
    unless=some(
        TEMPLATED, has("security_groups"), has("network_interface"), has("primary_network_interface"),
        exists("aws_network_interface_sg_attachment"),
    ),
    default=False,
    references=(GROUPS,),
    remedy="Name the groups in `vpc_security_group_ids`.",
    aliases=(in_terraform("KICS:a31a5a29-718a-4ff4-8001-a69e5e4d029e", "AC_AWS_0153"),),
    tags=("network", "hygiene"),
)
