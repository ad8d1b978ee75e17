"""SageMaker and Bedrock: what notebooks, models and agents reach, and who may change them."""

from __future__ import annotations

from iaclint.model.block import Node
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    Intent,
    Needed,
    be_filled,
    be_true,
    equal,
    in_terraform,
    requirement,
    set_path,
    set_to,
    together,
)

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
NOTEBOOK = "aws_sagemaker_notebook_instance"
QUALITY = "aws_sagemaker_data_quality_job_definition"

SUBNET = Needed("private-subnet", "ID of a private subnet")
GROUP = Needed("notebook-security-group", "ID of a security group for the notebook")


def _inside_vpc(value: Value, element: Node, project: Project) -> Intent | None:
    note = "it reaches the Internet through a NAT gateway only"
    if not element.at("subnet_id").is_missing:
        return set_to("Disabled", at_most=UNSAFE, note=note)(value, element, project)
    return together(
        "place it in a subnet without direct access", set_to("Disabled"), set_path("subnet_id", SUBNET),
        set_path("security_groups", [GROUP]), at_most=UNSAFE, note=note,
    )(value, element, project)


requirement(
    "aws-sagemaker-notebook-on-internet",
    severity=MEDIUM,
    cwe=668,
    title="Notebook has direct access to the Internet",
    why="Code in it, or a package it installs, can send the data it works on anywhere, past the VPC's own rules.",
    terraform=f"{NOTEBOOK}: direct_internet_access",
    must=equal("Disabled"),
    when_missing=VIOLATED,
    fix=_inside_vpc,
    references=(GUIDE + "appendix-notebook-and-internet-access.html",),
    aliases=(in_terraform("CKV_AWS_122", "KICS:f3g4h5i6-j7k8-9lmn-0opq-12345abcdefg"),),
    tags=("network",),
)

requirement(
    "aws-sagemaker-notebook-outside-vpc",
    severity=LOW,
    cwe=668,
    title="Notebook does not run in a network of yours",
    why="What it may connect to cannot be limited by security groups, nor seen in flow logs.",
    terraform=f"{NOTEBOOK}: subnet_id",
    must=be_filled,
    fix=together(
        "place it in a subnet", set_to(SUBNET), set_path("security_groups", [GROUP]), at_most=UNSAFE,
    ),
    references=(GUIDE + "appendix-notebook-and-internet-access.html",),
    aliases=(in_terraform("CKV_AWS_306"),),
    tags=("network", "hygiene"),
    default=False,
)

requirement(
    "aws-sagemaker-notebook-root",
    severity=LOW,
    cwe=250,
    title="Users of the notebook are root on its machine",
    why="They can read what others left there and change what is meant to watch them.",
    terraform=f"{NOTEBOOK}: root_access",
    must=equal("Disabled"),
    when_missing=VIOLATED,
    fix=set_to("Disabled", at_most=UNSAFE, note="users can no longer install packages of the system"),
    references=(GUIDE + "nbi-root-access.html",),
    aliases=(in_terraform("CKV_AWS_307"),),
    tags=("identity",),
    default=False,
)

requirement(
    "aws-sagemaker-notebook-imdsv1",
    severity=MEDIUM,
    cwe=918,
    title="Notebook answers the first version of the instance metadata service",
    why="Code that is made to fetch an address of an attacker's choice hands out the notebook's credentials.",
    terraform=f"{NOTEBOOK}: instance_metadata_service_configuration.minimum_instance_metadata_service_version",
    must=equal(2),
    when_missing=VIOLATED,
    fix=set_to("2"),
    references=(GUIDE + "nbi-imds.html",),
    aliases=(in_terraform("CKV_AWS_371"),),
    tags=("identity",),
)

requirement(
    "aws-sagemaker-model-on-network",
    severity=LOW,
    cwe=668,
    title="Containers of the model may connect to the network",
    why="A model that was tampered with can send out what it is asked and what it answers.",
    terraform="aws_sagemaker_model: enable_network_isolation",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True, at_most=UNSAFE, note="a container that fetches something when it starts no longer can"),
    references=(GUIDE + "mkt-algo-model-internet-free.html",),
    aliases=(in_terraform("CKV_AWS_370"),),
    tags=("network",),
    default=False,
)

requirement(
    "aws-sagemaker-job-plaintext",
    severity=LOW,
    cwe=319,
    title="Machines of the monitoring job talk to each other without encryption",
    why="Whoever can listen in the network reads the data that is analysed.",
    terraform=f"{QUALITY}: network_config.enable_inter_container_traffic_encryption",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "train-encrypt.html",),
    aliases=(in_terraform("CKV_AWS_369"),),
    tags=("encryption", "network"),
    default=False,
)

requirement(
    "aws-bedrock-agent-without-guardrail",
    severity=LOW,
    cwe=1426,
    title="No guardrail filters what the agent is asked and answers",
    why="Prompts that make it act for a stranger, and answers that give away data, pass unseen.",
    terraform="aws_bedrockagent_agent: guardrail_configuration",
    must=be_filled,
    fix=set_to(
        [{"guardrail_identifier": Needed("bedrock-guardrail", "ID of a guardrail"),
          "guardrail_version": Needed("bedrock-guardrail-version", "version of the guardrail")}]
    ),
    references=("https://docs.aws.amazon.com/bedrock/latest/userguide/agents-guardrail.html",),
    aliases=(in_terraform("CKV_AWS_383"),),
    tags=("identity", "hygiene"),
    default=False,
)
