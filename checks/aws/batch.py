"""Batch: what the containers of jobs may do."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.container_definitions import container_definitions, json_maps
from iaclint.model.block import Block
from iaclint.model.intent import Set
from iaclint.model.project import Project
from iaclint.rules import HIGH, UNSAFE, Finding, Intent, in_ansible, in_terraform, rule

REFERENCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html"
MODULE = "module:terraform-aws-modules/batch/aws"
ANSIBLE = "community.aws.batch_job_definition"
TERRAFORM = "aws_batch_job_definition"

privileged_job = rule(
    "aws-batch-container-privileged",
    severity=HIGH,
    cwe=250,
    title="Container of a job is privileged",
    why="It has every right of root on its machine: whoever breaks into it owns the machine and all jobs on it.",
    references=(REFERENCE,),
    aliases=(
        in_terraform("CKV_AWS_210", "KICS:66cd88ac-9ddf-424a-b77e-e55e17630bee", type=TERRAFORM),
        in_ansible("KICS:defe5b18-978d-4722-9325-4d1975d3699f"),
    ),
    tags=("container",),
)


@privileged_job.check(terraform=f"{TERRAFORM}|{MODULE}", ansible=ANSIBLE)
def privileged(job: Block, project: Project) -> Iterator[Finding]:
    """In the JSON of `container_properties`, or in the parameter of the same name."""
    if job.get("state").is_("absent"):
        return
    values = [container.at("privileged") for container in container_definitions(job)]
    if job.kind == "module" and job.language == "ansible":
        values = [job.get("privileged")]
    elif job.kind == "module":
        for text in job.each("job_definitions.*.container_properties"):
            values += [document.at("privileged") for document in json_maps(text)]
    for value in values:
        if value.is_(True):
            step = Set(value, False)
            note = "a job that manages its machine no longer can"
            yield Finding(value, "the container is privileged", (Intent("set `privileged` to false", (step,), UNSAFE, None, note),))
