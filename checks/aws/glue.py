"""Glue: the data catalogue, and what jobs and crawlers write."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    Needed,
    be_filled,
    be_one_of,
    be_true,
    bind,
    differ,
    in_terraform,
    need,
    requirement,
    set_path,
    set_to,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/glue/latest/dg/"
CATALOG = "aws_glue_data_catalog_encryption_settings"
AT_REST = "data_catalog_encryption_settings.encryption_at_rest"
PASSWORDS = "data_catalog_encryption_settings.connection_password_encryption"
SECURITY = "aws_glue_security_configuration"
KEY = Needed("kms-key", "ARN of a KMS key")

requirement(
    "aws-glue-catalog-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Glue's data catalogue is not encrypted",
    why="It tells what data there is and where, and its connections hold the passwords of databases.",
    terraform=(
        bind(
            f"{CATALOG}: {AT_REST}.catalog_encryption_mode", must=be_one_of("SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"),
            fix=set_to("SSE-KMS"),
        ),
        f"{CATALOG}: {PASSWORDS}.return_connection_password_encrypted",
        # without a key the passwords cannot be encrypted at all
        bind(
            f"{CATALOG}: {PASSWORDS}.aws_kms_key_id", must=be_filled,
            when=where(f"{PASSWORDS}.return_connection_password_encrypted", True), fix=set_to(KEY),
            message="passwords of connections are not encrypted: `{path}` names no key",
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "encrypt-glue-data-catalog.html", GUIDE + "encrypt-connection-passwords.html"),
    aliases=(in_terraform("CKV_AWS_94", "KICS:01d50b14-e933-4c99-b314-6d08cd37ad35"),),
    tags=("encryption",),
)

requirement(
    "aws-glue-catalog-without-own-key",
    severity=LOW,
    cwe=311,
    title="Glue's data catalogue is not encrypted with a key of your own",
    why="The key that AWS has for it cannot be restricted further or withdrawn, and the catalogue cannot be shared with other accounts.",
    terraform=f"{CATALOG}: {AT_REST}.sse_aws_kms_key_id",
    must=be_filled,
    when=where(f"{AT_REST}.catalog_encryption_mode", be_one_of("SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE")),
    fix=need("kms-key", "ARN of a KMS key"),
    references=(GUIDE + "encrypt-glue-data-catalog.html",),
    aliases=(in_terraform("KICS:01d50b14-e933-4c99-b314-6d08cd37ad35"),),
    tags=("encryption",),
    default=False,
)

LOGS, BOOKMARKS, RESULTS = (
    f"encryption_configuration.{part}" for part in ("cloudwatch_encryption", "job_bookmarks_encryption", "s3_encryption")
)
KEYLESS = {"must": be_filled, "fix": set_to(KEY), "message": "encryption with KMS is asked for, but `{path}` names no key"}

requirement(
    "aws-glue-security-configuration-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Security configuration of Glue leaves something unencrypted",
    why="Logs, bookmarks and results of jobs hold the data they work on; a job with this configuration writes them as is.",
    terraform=(
        bind(
            f"{SECURITY}: {LOGS}.cloudwatch_encryption_mode",
            fix=together("encrypt the logs", set_to("SSE-KMS"), set_path(f"{LOGS}.kms_key_arn", KEY)),
        ),
        bind(
            f"{SECURITY}: {BOOKMARKS}.job_bookmarks_encryption_mode",
            fix=together("encrypt the bookmarks", set_to("CSE-KMS"), set_path(f"{BOOKMARKS}.kms_key_arn", KEY)),
        ),
        bind(f"{SECURITY}: {RESULTS}.s3_encryption_mode", fix=set_to("SSE-S3")),
        # encryption with KMS is refused without a key
        bind(f"{SECURITY}: {LOGS}.kms_key_arn", when=where(f"{LOGS}.cloudwatch_encryption_mode", "SSE-KMS"), **KEYLESS),
        bind(f"{SECURITY}: {BOOKMARKS}.kms_key_arn", when=where(f"{BOOKMARKS}.job_bookmarks_encryption_mode", "CSE-KMS"), **KEYLESS),
        bind(f"{SECURITY}: {RESULTS}.kms_key_arn", when=where(f"{RESULTS}.s3_encryption_mode", "SSE-KMS"), **KEYLESS),
    ),
    must=differ("DISABLED"),
    when_missing=VIOLATED,
    references=(GUIDE + "console-security-configurations.html",),
    aliases=(in_terraform("CKV_AWS_99", "KICS:ad5b4e97-2850-4adf-be17-1d293e0b85ee"),),
    tags=("encryption",),
)

requirement(
    "aws-glue-without-security-configuration",
    severity=LOW,
    cwe=311,
    title="Glue runs something without a security configuration",
    why="What it writes to S3 and to its logs is encrypted as those happen to be set up, its bookmarks not at all.",
    terraform="aws_glue_crawler|aws_glue_dev_endpoint|aws_glue_job: security_configuration",
    must=be_filled,
    fix=need("glue-security-configuration", "name of a Glue security configuration"),
    references=(GUIDE + "console-security-configurations.html",),
    aliases=(in_terraform("CKV_AWS_195"),),
    tags=("encryption", "hygiene"),
    default=False,
)
