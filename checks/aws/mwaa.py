"""Managed Workflows for Apache Airflow: who reaches its web server, and what is noted."""

from __future__ import annotations

from iaclint.rules import LOW, MEDIUM, UNSAFE, VIOLATED, be_true, differ, in_terraform, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/mwaa/latest/userguide/"
AIRFLOW = "aws_mwaa_environment"

requirement(
    "aws-airflow-public",
    severity=MEDIUM,
    cwe=668,
    title="Web server of Airflow is open to the Internet",
    why="Whoever obtains a token, or finds a hole in Airflow, runs code with the rights of its workflows.",
    terraform=f"{AIRFLOW}: webserver_access_mode",
    must=differ("PUBLIC_ONLY"),
    fix=set_to("PRIVATE_ONLY", at_most=UNSAFE, note="it can then be reached from inside the VPC only"),
    references=(GUIDE + "configuring-networking.html",),
    aliases=(in_terraform("CKV2_AWS_66"),),
    tags=("network",),
)

requirement(
    "aws-airflow-not-logged",
    severity=LOW,
    cwe=778,
    title="Part of Airflow writes no logs",
    why="What workflows did, and who started them, cannot be told afterwards.",
    terraform=tuple(
        f"{AIRFLOW}: logging_configuration.{part}_logs.enabled" for part in ("scheduler", "worker", "webserver")
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "monitoring-airflow.html",),
    aliases=(
        in_terraform("CKV_AWS_242", path="logging_configuration.scheduler_logs.enabled"),
        in_terraform("CKV_AWS_243", path="logging_configuration.worker_logs.enabled"),
        in_terraform("CKV_AWS_244", path="logging_configuration.webserver_logs.enabled"),
    ),
    tags=("logging",),
    default=False,
)
