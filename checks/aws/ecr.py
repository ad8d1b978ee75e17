"""Elastic Container Registry: what is known of the images, and whether they stay what they were."""

from __future__ import annotations

from iaclint.rules import (
    LOW,
    MEDIUM,
    UNSAFE,
    VIOLATED,
    be_false,
    be_one_of,
    be_true,
    bind,
    differ,
    exists,
    in_ansible,
    in_terraform,
    requirement,
    set_to,
    some,
    where,
)

GUIDE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
MODULE = "module:terraform-aws-modules/ecr/aws"
ABSENT = where("state", "absent")
NO_REPOSITORY = some(where("create", be_false), where("create_repository", be_false))

requirement(
    "aws-ecr-images-not-scanned",
    severity=MEDIUM,
    cwe=1104,
    title="Images in the ECR repository are not scanned for known vulnerabilities",
    why="An image with a hole that everybody knows of is deployed like any other.",
    terraform=(
        bind(
            "aws_ecr_repository: image_scanning_configuration.scan_on_push", when_missing=VIOLATED,
            # the registry's setting takes the place of the repository's
            unless=exists("aws_ecr_registry_scanning_configuration"),
        ),
        bind(f"{MODULE}: repository_image_scan_on_push", unless=some(NO_REPOSITORY, exists("aws_ecr_registry_scanning_configuration"))),
    ),
    ansible=bind("community.aws.ecs_ecr: scan_on_push", when_missing=VIOLATED, unless=ABSENT),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "image-scanning.html",),
    aliases=(
        in_terraform("CKV_AWS_163", "AVD-AWS-0030", "AC_AWS_0083", "KICS:9630336b-3fed-4096-8173-b9afdfe346a7"),
    ),
    tags=("container", "supply-chain"),
)

requirement(
    "aws-ecr-tags-mutable",
    severity=MEDIUM,
    cwe=345,
    title="Image tags in the ECR repository can be overwritten",
    why="Whoever may push can put another image behind a tag that is already deployed, and nobody sees a change.",
    terraform=(
        bind("aws_ecr_repository: image_tag_mutability", when_missing=VIOLATED),
        bind(f"{MODULE}: repository_image_tag_mutability", unless=NO_REPOSITORY),
    ),
    ansible=bind(
        "community.aws.ecs_ecr: image_tag_mutability", must=differ("mutable"), fix=set_to("immutable", at_most=UNSAFE),
        when_missing=VIOLATED, unless=ABSENT,
    ),
    must=differ("MUTABLE"),
    fix=set_to("IMMUTABLE", at_most=UNSAFE),
    fix_safety="Pipelines that push the same tag again, such as `latest`, fail.",
    references=(GUIDE + "image-tag-mutability.html",),
    aliases=(
        in_terraform("CKV_AWS_51", "AVD-AWS-0031", "AC_AWS_0447", "KICS:d1846b12-20c5-4d45-8798-fc35b79268eb"),
        in_ansible("KICS:60bfbb8a-c72f-467f-a6dd-a46b7d612789"),
    ),
    tags=("container", "supply-chain"),
)

requirement(
    "aws-ecr-repository-without-kms",
    severity=LOW,
    cwe=311,
    title="The ECR repository is not encrypted with a key of KMS",
    why="With a key of KMS, each use is logged and access to the images can be withdrawn at once.",
    terraform=(
        "aws_ecr_repository: encryption_configuration.encryption_type",
        bind(f"{MODULE}: repository_encryption_type", unless=NO_REPOSITORY),
    ),
    ansible=bind("community.aws.ecs_ecr: encryption_configuration.encryption_type", unless=ABSENT),
    must=be_one_of("KMS", "KMS_DSSE"),
    when_missing=VIOLATED,
    fix=set_to("KMS"),
    fix_safety="The encryption of a repository cannot be changed: it is made anew, and its images are lost.",
    references=(GUIDE + "encryption-at-rest.html",),
    aliases=(
        in_terraform("CKV_AWS_136", "AVD-AWS-0033", "AC_AWS_0461", "KICS:0e32d561-4b5a-4664-a6e3-a3fa85649157"),
    ),
    tags=("encryption", "container"),
    default=False,
)
