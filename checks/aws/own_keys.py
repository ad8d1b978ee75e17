"""Data that a service keeps under a key of AWS where it could be under one of your own.

Services with more to say have modules of their own; here stand those of which this is all.
"""

from __future__ import annotations

from iaclint.rules import LOW, Needed, be_filled, bind, in_terraform, requirement, set_path, set_to

ROTATION = "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#customer-cmk"
KEY = Needed("kms-key", "ARN of a KMS key")
NOTEBOOK = "aws_sagemaker_notebook_instance"
STORAGE = "storage_config.s3_config"
STREAM = "storage_config.kinesis_video_stream_config"

requirement(
    "aws-data-without-own-key",
    severity=LOW,
    cwe=311,
    title="Data of the service is not encrypted with a key of your own",
    why="With a key of your own, reading the data takes a permission you grant, every use is logged, and access can be "
    "withdrawn at once.",
    terraform=(
        "aws_appflow_flow|aws_appflow_connector_profile: kms_arn",
        "aws_comprehend_entity_recognizer|aws_comprehend_document_classifier: model_kms_key_id",
        "aws_comprehend_entity_recognizer|aws_comprehend_document_classifier: volume_kms_key_id",
        bind(
            "aws_connect_instance_storage_config: encryption_config.key_id", each=STORAGE,
            fix=set_path("encryption_config", {"encryption_type": "KMS", "key_id": KEY}),
        ),
        bind("aws_connect_instance_storage_config: encryption_config.key_id", each=STREAM),
        "aws_kendra_index: server_side_encryption_configuration.kms_key_id",
        "aws_scheduler_schedule: kms_key_arn",
        bind(
            "aws_codegurureviewer_repository_association: kms_key_details.kms_key_id",
            fix=set_path("kms_key_details", {"encryption_option": "CUSTOMER_MANAGED_CMK", "kms_key_id": KEY}),
        ),
        "aws_codeartifact_domain: encryption_key",
        bind("aws_codepipeline: encryption_key.id", each="artifact_store", fix=set_path("encryption_key", {"id": KEY, "type": "KMS"})),
        "aws_bedrockagent_agent: customer_encryption_key_arn",
        f"{NOTEBOOK}|aws_sagemaker_domain: kms_key_id",
        "aws_sagemaker_endpoint_configuration: kms_key_arn",
        "aws_sagemaker_flow_definition: output_config.kms_key_id",
        "aws_sagemaker_data_quality_job_definition: data_quality_job_output_config.kms_key_id",
        "aws_sagemaker_data_quality_job_definition: job_resources.cluster_config.volume_kms_key_id",
        "aws_apprunner_service|module:terraform-aws-modules/app-runner/aws: encryption_configuration.kms_key",
        "aws_mwaa_environment: kms_key",
    ),
    must=be_filled,
    fix=set_to(KEY),
    references=(ROTATION,),
    aliases=(
        in_terraform("CKV_AWS_263", type="aws_appflow_flow"),
        in_terraform("CKV_AWS_264", type="aws_appflow_connector_profile"),
        in_terraform("CKV_AWS_267", type="aws_comprehend_entity_recognizer", path="model_kms_key_id"),
        in_terraform("CKV_AWS_268", type="aws_comprehend_entity_recognizer", path="volume_kms_key_id"),
        in_terraform("CKV_AWS_270", path=f"{STORAGE}.encryption_config.key_id"),
        in_terraform("CKV_AWS_269", path=f"{STREAM}.encryption_config.key_id"),
        in_terraform("CKV_AWS_262", type="aws_kendra_index"),
        in_terraform("CKV_AWS_297", type="aws_scheduler_schedule"),
        in_terraform("CKV_AWS_381", type="aws_codegurureviewer_repository_association"),
        in_terraform("CKV_AWS_221", type="aws_codeartifact_domain"),
        in_terraform("CKV_AWS_219", type="aws_codepipeline"),
        in_terraform("CKV_AWS_373", type="aws_bedrockagent_agent"),
        in_terraform("CKV_AWS_22", "AC_AWS_0499", "KICS:f3674e0c-f6be-43fa-b71c-bf346d1aed99", type=NOTEBOOK),
        in_terraform("CKV_AWS_187", type=(NOTEBOOK, "aws_sagemaker_domain")),
        in_terraform("CKV_AWS_98", "KICS:58b35504-0287-4154-bf69-02c0573deab8", type="aws_sagemaker_endpoint_configuration"),
        in_terraform("CKV_AWS_372", type="aws_sagemaker_flow_definition"),
        in_terraform("CKV_AWS_367", path="data_quality_job_output_config.kms_key_id"),
        in_terraform("CKV_AWS_368", path="job_resources.cluster_config.volume_kms_key_id"),
    ),
    tags=("encryption",),
    default=False,
)
