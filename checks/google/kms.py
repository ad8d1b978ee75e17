"""Key Management Service."""

from __future__ import annotations

import re

from iaclint.model.value import Truth, Value
from iaclint.rules import (
    MEDIUM,
    VIOLATED,
    Predicate,
    differ,
    in_ansible,
    in_terraform,
    requirement,
    set_to,
    some,
    where,
)

ROTATION = "https://cloud.google.com/kms/docs/key-rotation"
QUARTER = 90 * 24 * 3600
"""90 days in seconds."""


def _is_short(value: Value) -> Truth:
    found = re.fullmatch(r"(\d{1,12})(\.\d{1,9})?s", value.text or "")
    return int(found.group(1)) <= QUARTER if found else None


requirement(
    "google-kms-key-not-rotated",
    severity=MEDIUM,
    cwe=320,
    title="Encryption key is not rotated every 90 days",
    why="The longer one key serves, the more data is lost with it when it leaks.",
    terraform="google_kms_crypto_key: rotation_period",
    ansible="google.cloud.gcp_kms_crypto_key: rotation_period",
    must=Predicate(_is_short, "at most 7776000s"),
    when_missing=VIOLATED,
    unless=some(where("state", "absent"), where("purpose", differ("ENCRYPT_DECRYPT"))),
    fix=set_to("7776000s"),
    references=(ROTATION,),
    aliases=(
        in_terraform("CKV_GCP_43", "AVD-GCP-0065", "AC_GCP_0011", "KICS:d8c57c4e-bf6f-4e32-a2bf-8643532de77b"),
        in_ansible("KICS:f9b7086b-deb8-4034-9330-d7fd38f1b8de"),
    ),
    tags=("encryption",),
)
