"""Athena: how the results of queries are kept."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    OK,
    VIOLATED,
    be_filled,
    be_true,
    bind,
    has,
    in_terraform,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/athena/latest/ug/"

requirement(
    "aws-athena-results-unencrypted",
    severity=LOW,
    cwe=311,
    title="Nothing says how the results of Athena's queries are to be encrypted",
    why="Results then lie in the bucket as that happens to be set up, next to whatever else it holds, under no key of their own.",
    terraform=(
        bind(
            "aws_athena_workgroup: configuration.result_configuration.encryption_configuration.encryption_option",
            unless=some(
                where("configuration.managed_query_results_configuration.enabled", True), where("state", "DISABLED")
            ),
        ),
        # a database in a workgroup takes over what that says
        bind("aws_athena_database: encryption_configuration.encryption_option", unless=has("workgroup")),
        bind("module:cloudposse/athena/aws: workgroup_encryption_option", when_missing=OK),
    ),
    must=be_filled,
    when_missing=VIOLATED,
    fix=set_to("SSE_S3"),
    references=(GUIDE + "encrypting-query-results-stored-in-s3.html",),
    aliases=(
        in_terraform("AVD-AWS-0006"),
        in_terraform("CKV_AWS_159", "KICS:d364984a-a222-4b5f-a8b0-e23ab19ebff3", type="aws_athena_workgroup"),
        in_terraform("CKV_AWS_77", "AC_AWS_0443", type="aws_athena_database"),
        in_terraform("KICS:b2315cae-b110-4426-81e0-80bb8640cdd3", type="aws_athena_database"),
    ),
    tags=("encryption", "hygiene"),
    default=False,
)

requirement(
    "aws-athena-workgroup-not-enforced",
    severity=MEDIUM,
    cwe=693,
    title="Clients of an Athena workgroup may overrule its settings",
    why="A client may write results to any bucket it chooses, without encryption, whatever the workgroup says.",
    terraform=(
        "aws_athena_workgroup: configuration.enforce_workgroup_configuration",
        "module:cloudposse/athena/aws: enforce_workgroup_configuration",
    ),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "workgroups-settings-override.html",),
    aliases=(in_terraform("CKV_AWS_82", "AVD-AWS-0007"),),
    tags=("encryption",),
)
