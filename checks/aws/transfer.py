"""Transfer Family: how files come in, and from where."""

from __future__ import annotations

from iaclint.rules import (
    HIGH,
    LOW,
    UNSAFE,
    VIOLATED,
    Needed,
    contain_none,
    differ,
    in_terraform,
    match,
    not_,
    remove_items,
    requirement,
    set_path,
    set_to,
    together,
)

GUIDE = "https://docs.aws.amazon.com/transfer/latest/userguide/"
SERVER = "aws_transfer_server"
# these still allow SHA-1 or outdated exchanges of keys, or were experiments
OUTDATED = (
    r"TransferSecurityPolicy-(?:(?:Restricted-)?20(?:18-11|20-06)|2022-03|2023-05|FIPS-20(?:20-06|23-05)"
    r"|PQ-SSH-(?:FIPS-)?Experimental-2023-04)"
)

requirement(
    "aws-transfer-plain-ftp",
    severity=HIGH,
    cwe=319,
    title="Server takes files over plain FTP",
    why="Passwords and files can be read and changed by anybody on the way.",
    terraform=f"{SERVER}: protocols",
    must=contain_none("FTP"),
    fix=remove_items("FTP", at_most=UNSAFE, note="clients that know FTP only are locked out"),
    remedy="Use SFTP or FTPS.",
    references=(GUIDE + "create-server-ftp.html",),
    aliases=(in_terraform("CKV_AWS_357"),),
    tags=("network", "encryption"),
)

requirement(
    "aws-transfer-public",
    severity=LOW,
    cwe=668,
    title="Server for files has a public endpoint",
    why="Everybody may try out passwords and keys; an endpoint in a VPC can be given security groups.",
    terraform=f"{SERVER}: endpoint_type",
    must=differ("PUBLIC"),
    when_missing=VIOLATED,
    fix=together(
        "place the endpoint in a VPC", set_to("VPC"),
        set_path(
            "endpoint_details",
            {"vpc_id": Needed("vpc", "ID of the VPC"), "subnet_ids": [Needed("private-subnet", "ID of a private subnet")]},
        ),
        at_most=UNSAFE, note="clients outside of the VPC are locked out",
    ),
    references=(GUIDE + "create-server-in-vpc.html",),
    aliases=(in_terraform("CKV_AWS_164"),),
    tags=("network",),
    default=False,
)

requirement(
    "aws-transfer-outdated-ciphers",
    severity=LOW,
    cwe=327,
    title="Server for files accepts outdated algorithms",
    why="Policies of earlier years allow SHA-1 and weak ways to exchange keys.",
    terraform=f"{SERVER}: security_policy_name",
    must=not_(match(OUTDATED), "a policy of 2024 or later"),
    when_missing=VIOLATED,
    fix=set_to("TransferSecurityPolicy-2024-01", at_most=UNSAFE, note="old clients are locked out"),
    references=(GUIDE + "security-policies.html",),
    aliases=(in_terraform("CKV_AWS_380"),),
    tags=("encryption", "network"),
)
