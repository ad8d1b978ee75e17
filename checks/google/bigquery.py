"""BigQuery."""

from __future__ import annotations

from iaclint.model.block import Node
from iaclint.model.intent import Remove
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, UNSAFE, Intent, be_none_of, in_ansible, in_terraform, requirement, where

SHARING = "https://cloud.google.com/bigquery/docs/dataset-access-controls"


def _without(value: Value, element: Node, project: Project) -> Intent | None:
    """The grant taken away whole: without its grantee it is not valid."""
    return Intent("remove this grant", (Remove(element),), UNSAFE, None, "readers that rely on it lose access")


requirement(
    "google-bigquery-dataset-public",
    severity=HIGH,
    cwe=732,
    title="Dataset of BigQuery is open to everybody with a Google account",
    why="Anybody reads the tables, without being asked and without belonging to the organization.",
    terraform=("google_bigquery_dataset: special_group", "google_bigquery_dataset: iam_member"),
    ansible="google.cloud.gcp_bigquery_dataset: special_group",
    each="access",
    must=be_none_of("allAuthenticatedUsers", "allUsers"),
    unless=where("state", "absent"),
    fix=_without,
    references=(SHARING,),
    aliases=(
        in_terraform("CKV_GCP_15", "AVD-GCP-0046", "AC_GCP_0230", "KICS:e576ce44-dd03-4022-a8c0-3906acca2ab4"),
        in_ansible("KICS:2263b286-2fe9-4747-a0ae-8b4768a2bbd2"),
    ),
    tags=("identity",),
)
