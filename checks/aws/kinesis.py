"""Kinesis: data streams, Firehose and video streams."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    VIOLATED,
    Needed,
    all_of,
    be_filled,
    be_one_of,
    be_present,
    be_true,
    bind,
    differ,
    equal,
    every,
    has,
    in_ansible,
    in_terraform,
    match,
    need,
    not_,
    opposite,
    requirement,
    set_path,
    set_to,
    some,
    together,
    where,
)

STREAMS = "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html"
FIREHOSE = "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html"
VIDEO = "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/how-kms.html"
DELIVERY = "aws_kinesis_firehose_delivery_stream"
ANSIBLE = "community.aws.kinesis_stream"
GONE = where("state", "absent")
# AWS's own key needs no permissions beyond those of the stream
OWN = "alias/aws/kinesis"
_encrypt = together("encrypt it with the key for Kinesis", set_to("KMS"), set_path("kms_key_id", OWN))
_encrypt_task = together(
    "encrypt it with the key for Kinesis", set_path("encryption_state", "enabled"), set_path("encryption_type", "KMS"),
    set_path("key_id", OWN),
)
WITH_KEY = has("kms_key_id")

requirement(
    "aws-kinesis-stream-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Kinesis stream is not encrypted at rest",
    why="Records lie on disks in plain text for as long as the stream keeps them.",
    terraform=(
        bind("aws_kinesis_stream: encryption_type", when=opposite(WITH_KEY), fix=_encrypt),
        bind("aws_kinesis_stream: encryption_type", when=WITH_KEY),
        # without a key the provider refuses to encrypt
        bind("aws_kinesis_stream: kms_key_id", must=be_present, when=where("encryption_type", "KMS"), fix=set_to(OWN)),
    ),
    ansible=(
        bind(f"{ANSIBLE}: encryption_state", must=equal("enabled"), fix=(_encrypt_task, set_to("enabled"))),
        bind(f"{ANSIBLE}: encryption_type", when=where("encryption_state", "enabled")),
        bind(
            f"{ANSIBLE}: key_id", must=be_present, fix=set_to(OWN),
            when=every(where("encryption_state", "enabled"), where("encryption_type", "KMS")),
        ),
    ),
    must=equal("KMS"),
    when_missing=VIOLATED,
    unless=GONE,
    fix=set_to("KMS"),
    references=(STREAMS,),
    aliases=(
        in_terraform("CKV_AWS_43", "AVD-AWS-0064", "AC_AWS_0157", "KICS:862fe4bf-3eec-4767-a517-40f378886b88"),
        in_ansible("KICS:f2ea6481-1d31-4d40-946a-520dc6321dd7"),
    ),
    tags=("encryption",),
)

requirement(
    "aws-kinesis-without-own-key",
    severity=LOW,
    cwe=311,
    title="Kinesis stream is not encrypted with a key of your own",
    why="The key that AWS manages cannot be restricted further or withdrawn, and producers in other accounts cannot use it.",
    terraform=(
        bind("aws_kinesis_stream: kms_key_id", when=where("encryption_type", "KMS")),
        "aws_kinesis_video_stream: kms_key_id",
    ),
    ansible=bind(f"{ANSIBLE}: key_id", when=every(where("encryption_state", "enabled"), opposite(GONE))),
    must=all_of(be_filled, not_(match(r"(?:arn:.*:)?alias/aws/.*"))),
    fix=need("kms-key", "ARN of a KMS key"),
    references=(STREAMS, VIDEO),
    aliases=(
        in_terraform("CKV_AWS_185", type="aws_kinesis_stream"),
        in_terraform("CKV_AWS_177", type="aws_kinesis_video_stream"),
    ),
    tags=("encryption",),
    default=False,
)

# what comes from a stream or from Kafka is encrypted as it is there
FED = some(has("kinesis_source_configuration"), has("msk_source_configuration"))

requirement(
    "aws-firehose-unencrypted",
    severity=MEDIUM,
    cwe=311,
    title="Delivery stream of Firehose is not encrypted at rest",
    why="Records lie on disks in plain text until they are delivered, for hours when the destination is down.",
    terraform=(
        f"{DELIVERY}: server_side_encryption.enabled",
        bind(
            f"{DELIVERY}: server_side_encryption.key_type", must=be_one_of("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"),
            when_missing="ok", fix=set_to("AWS_OWNED_CMK"), message="`{path}` must be {wanted}: {value} is refused",
        ),
        bind(
            f"{DELIVERY}: server_side_encryption.key_arn", must=be_present,
            when=where("server_side_encryption.key_type", "CUSTOMER_MANAGED_CMK"),
            fix=set_to(Needed("kms-key", "ARN of a KMS key")), message="a key of your own is asked for, but `{path}` names none",
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    unless=FED,
    fix=set_to(True),
    references=(FIREHOSE,),
    aliases=(in_terraform("CKV_AWS_240", "AC_AWS_0156", "KICS:5c6dd5e7-1fe0-4cae-8f81-4c122717cef3"),),
    tags=("encryption",),
)

requirement(
    "aws-firehose-without-own-key",
    severity=LOW,
    cwe=311,
    title="Delivery stream of Firehose is not encrypted with a key of your own",
    why="A key that AWS keeps cannot be restricted or withdrawn, and its use leaves no trace in your logs.",
    terraform=f"{DELIVERY}: server_side_encryption.key_type",
    must=differ("AWS_OWNED_CMK"),
    when_missing=VIOLATED,
    unless=FED,
    fix=together(
        "use a key of your own", set_path("server_side_encryption.enabled", True), set_to("CUSTOMER_MANAGED_CMK"),
        set_path("server_side_encryption.key_arn", Needed("kms-key", "ARN of a KMS key")),
    ),
    references=(FIREHOSE,),
    aliases=(in_terraform("CKV_AWS_241"),),
    tags=("encryption",),
    default=False,
)
