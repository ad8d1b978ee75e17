"""Timestream, also for InfluxDB."""

from __future__ import annotations

from iaclint.rules import HIGH, LOW, UNSAFE, be_false, be_filled, in_terraform, need, requirement, set_to

GUIDE = "https://docs.aws.amazon.com/timestream/latest/developerguide/"

requirement(
    "aws-timestream-without-own-key",
    severity=LOW,
    cwe=311,
    title="Database of Timestream is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further and cannot be withdrawn.",
    terraform="aws_timestreamwrite_database: kms_key_id",
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "EncryptionAtRest.html",),
    aliases=(in_terraform("CKV_AWS_160"),),
    tags=("encryption",),
    default=False,
)

requirement(
    "aws-timestream-public",
    severity=HIGH,
    cwe=668,
    title="Database of Timestream for InfluxDB has a public address",
    why="Everybody on the Internet may try passwords, tokens and exploits against it.",
    terraform="aws_timestreaminfluxdb_db_instance|aws_timestreaminfluxdb_db_cluster: publicly_accessible",
    must=be_false,
    fix=set_to(False, at_most=UNSAFE, note="the instance is made anew, and clients outside the VPC are cut off"),
    references=(GUIDE + "timestream-for-influx-getting-started-creating-db-instance.html",),
    tags=("network",),
)
