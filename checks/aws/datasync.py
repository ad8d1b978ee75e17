"""DataSync: how data gets from one store to another."""

from __future__ import annotations

from iaclint.model.value import Value
from iaclint.rules import CRITICAL, MEDIUM, UNSAFE, Predicate, differ, in_terraform, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/datasync/latest/userguide/"


def _not_written_out(value: Value) -> bool:
    return not (value.kind == "string" and value.text)


requirement(
    "aws-datasync-secret-in-code",
    severity=CRITICAL,
    cwe=798,
    title="Secret key of an object store is written into the code",
    why="Everybody who sees the repository, its history or a copy of it may read and change what the key opens.",
    terraform="aws_datasync_location_object_storage: secret_key",
    must=Predicate(_not_written_out, "taken from a variable or a secret store"),
    message="secret key of an object store is written into the code",
    references=(GUIDE + "create-object-location.html",),
    remedy="Take it from a sensitive variable or a secret store, and replace the key: it has been seen.",
    aliases=(in_terraform("CKV_AWS_295"),),
    tags=("secret",),
)

requirement(
    "aws-datasync-plaintext",
    severity=MEDIUM,
    cwe=319,
    title="DataSync copies data over an unencrypted connection",
    why="Whoever listens on the way reads all files, and the keys they are fetched with.",
    terraform="aws_datasync_location_object_storage: server_protocol",
    must=differ("HTTP"),
    fix=set_to("HTTPS", at_most=UNSAFE, note="the store must speak HTTPS, perhaps on another port"),
    references=(GUIDE + "create-object-location.html",),
    tags=("encryption", "network"),
)
