"""Step Functions: what is noted of the runs of a state machine."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    OK,
    UNSAFE,
    VIOLATED,
    Needed,
    be_one_of,
    be_true,
    bind,
    in_terraform,
    requirement,
    set_path,
    set_to,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg/"
MACHINE = "aws_sfn_state_machine"
MODULE = "module:terraform-aws-modules/step-functions/aws"
LOGGING = "logging_configuration"

requirement(
    "aws-step-functions-untraced",
    severity=LOW,
    cwe=778,
    title="Runs of the state machine are not traced",
    why="Without a trace it is hard to tell which service that it called went wrong, or was not meant to be called.",
    terraform=f"{MACHINE}: tracing_configuration.enabled",
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "concepts-xray-tracing.html",),
    aliases=(in_terraform("CKV_AWS_284"),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-step-functions-not-logged",
    severity=LOW,
    cwe=778,
    title="Runs of the state machine are not logged",
    why="Why a run failed, or that it did what it was not meant to, cannot be told once its history has expired.",
    terraform=(
        bind(
            f"{MACHINE}: {LOGGING}.level",
            fix=together(
                "log runs that fail", set_to("ERROR"), set_path(f"{LOGGING}.include_execution_data", True),
                set_path(f"{LOGGING}.log_destination", Needed("state-machine-log-group", "ARN of a log group with `:*` behind it")),
            ),
        ),
        bind(f"{MODULE}: {LOGGING}.level"),
    ),
    must=be_one_of("ALL", "ERROR", "FATAL"),
    when_missing=VIOLATED,
    fix=set_path(LOGGING, {"level": "ERROR", "include_execution_data": True}),
    references=(GUIDE + "cw-logs.html",),
    aliases=(in_terraform("CKV_AWS_285", type=MACHINE),),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-step-functions-log-without-data",
    severity=LOW,
    cwe=778,
    title="Logs of the state machine leave out what it worked on",
    why="Which record was changed, and to what, cannot be told afterwards.",
    terraform=f"{MACHINE}|{MODULE}: {LOGGING}.include_execution_data",
    must=be_true,
    when_missing=VIOLATED,
    when_parent_missing=OK,
    unless=where(f"{LOGGING}.level", "OFF"),
    fix=set_to(True, at_most=UNSAFE, note="secrets that pass through the machine then stand in the logs"),
    references=(GUIDE + "cw-logs.html",),
    aliases=(in_terraform("CKV_AWS_285", type=MACHINE),),
    tags=("logging", "hygiene"),
    default=False,
)
