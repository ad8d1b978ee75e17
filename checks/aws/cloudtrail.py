"""CloudTrail: the record of who did what in an account."""

from iaclint.rules import (
    HIGH,
    LOW,
    MEDIUM,
    VIOLATED,
    be_filled,
    be_true,
    bind,
    in_ansible,
    in_terraform,
    need,
    need_path,
    requirement,
    set_to,
    together,
    where,
)

GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
ABSENT = where("state", "absent")
MODULE = "module:cloudposse/cloudtrail/aws"

requirement(
    "aws-cloudtrail-logging-disabled",
    severity=HIGH,
    cwe=778,
    title="The trail records nothing",
    why="Whatever an attacker or a colleague does in the account leaves no trace.",
    terraform=f"aws_cloudtrail|{MODULE}: enable_logging",
    ansible=bind("amazon.aws.cloudtrail: enable_logging", unless=ABSENT),
    must=be_true,
    fix=set_to(True),
    references=(GUIDE + "cloudtrail-turning-off-logging.html",),
    aliases=(
        in_terraform("CKV_AWS_251", "KICS:4bb76f17-3d63-4529-bdca-2b454529d774"),
        in_ansible("KICS:d4a73c49-cbaa-4c6f-80ee-d6ef5a3a26f5"),
    ),
    tags=("logging",),
)

requirement(
    "aws-cloudtrail-single-region",
    severity=MEDIUM,
    cwe=778,
    title="The trail does not record every region",
    why="Attackers like to work in the regions nobody uses: what happens there is not recorded.",
    terraform=(
        "aws_cloudtrail: is_multi_region_trail",
        bind(f"{MODULE}: is_multi_region_trail", when_missing="ok"),
        bind(f"aws_cloudtrail|{MODULE}: include_global_service_events", when_missing="ok",
             message="the trail leaves out global services such as IAM: `{path}` is {value}"),
    ),
    ansible=(
        bind("amazon.aws.cloudtrail: is_multi_region_trail", unless=ABSENT),
        bind("amazon.aws.cloudtrail: include_global_events", when_missing="ok", unless=ABSENT,
             message="the trail leaves out global services such as IAM: `{path}` is {value}"),
    ),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "receive-cloudtrail-log-files-from-multiple-regions.html",),
    aliases=(
        in_terraform("CKV_AWS_67", "AVD-AWS-0014", "AC_AWS_0034", "AC_AWS_0448", "KICS:8173d5eb-96b5-4aa6-a71b-ecfa153c123d"),
        in_ansible("KICS:6ad087d7-a509-4b20-b853-9ef6f5ebaa98"),
    ),
    tags=("logging",),
)

requirement(
    "aws-cloudtrail-logs-not-validated",
    severity=MEDIUM,
    cwe=354,
    title="The trail's log files can be changed unnoticed",
    why="Without signed digests nobody can prove that a log file is complete and was not edited afterwards.",
    terraform=("aws_cloudtrail: enable_log_file_validation", bind(f"{MODULE}: enable_log_file_validation", when_missing="ok")),
    ansible=bind("amazon.aws.cloudtrail: enable_log_file_validation", unless=ABSENT),
    must=be_true,
    when_missing=VIOLATED,
    fix=set_to(True),
    references=(GUIDE + "cloudtrail-log-file-validation-intro.html",),
    aliases=(
        in_terraform("CKV_AWS_36", "AVD-AWS-0016", "AC_AWS_0446", "KICS:52ffcfa6-6c70-4ea6-8376-d828d3961669"),
        in_ansible("KICS:4d8681a2-3d30-4c89-8070-08acd142748e"),
    ),
    tags=("logging",),
)

requirement(
    "aws-cloudtrail-without-kms",
    severity=LOW,
    cwe=311,
    title="The trail's log files are not encrypted with a key of your own",
    why="Whoever may read the bucket reads every call made in the account; a key of KMS asks for a second permission.",
    terraform=("aws_cloudtrail: kms_key_id", f"{MODULE}: kms_key_arn"),
    ansible=bind("amazon.aws.cloudtrail: kms_key_id", unless=ABSENT),
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key that CloudTrail may use"),
    references=(GUIDE + "encrypting-cloudtrail-log-files-with-aws-kms.html",),
    aliases=(
        in_terraform("aws-cloudtrail-enable-at-rest-encryption"),
        in_terraform("CKV_AWS_35", "AVD-AWS-0015", "AC_AWS_0033", "KICS:5d9e3164-9265-470c-9a10-57ae454ac0c7"),
        in_ansible("KICS:f5587077-3f57-4370-9b4e-4eb5b1bac85b"),
    ),
    tags=("encryption", "logging"),
)

LOG_GROUP = ("log-group", "ARN of a CloudWatch log group, ending with :*")
LOG_ROLE = ("log-role", "ARN of the role that may write to the log group")

requirement(
    "aws-cloudtrail-without-log-group",
    severity=LOW,
    cwe=778,
    title="The trail is not sent to CloudWatch Logs",
    why="Nothing can raise an alarm while an attack is going on: log files reach the bucket minutes later, and lie there.",
    terraform=bind(
        "aws_cloudtrail: cloud_watch_logs_group_arn",
        fix=together("send the trail to CloudWatch Logs", need_path("cloud_watch_logs_group_arn", *LOG_GROUP),
                     need_path("cloud_watch_logs_role_arn", *LOG_ROLE)),
    ),
    ansible=bind(
        "amazon.aws.cloudtrail: cloudwatch_logs_log_group_arn", unless=ABSENT,
        fix=together("send the trail to CloudWatch Logs", need_path("cloudwatch_logs_log_group_arn", *LOG_GROUP),
                     need_path("cloudwatch_logs_role_arn", *LOG_ROLE)),
    ),
    must=be_filled,
    references=(GUIDE + "send-cloudtrail-events-to-cloudwatch-logs.html",),
    aliases=(
        in_terraform("CKV2_AWS_10", "AVD-AWS-0162", "KICS:17b30f8f-8dfb-4597-adf6-57600b6cf25e"),
        in_ansible("KICS:ebb2118a-03bc-4d53-ab43-d8750f5cb8d3"),
    ),
    tags=("logging",),
)

requirement(
    "aws-cloudtrail-without-topic",
    severity=LOW,
    cwe=778,
    title="Nobody is told of the trail's new log files",
    why="Tools that read the trail must poll the bucket, and notice late.",
    terraform="aws_cloudtrail: sns_topic_name",
    ansible=bind("amazon.aws.cloudtrail: sns_topic_name", unless=ABSENT),
    must=be_filled,
    fix=need("sns-topic", "name of an SNS topic"),
    references=(GUIDE + "configure-sns-notifications-for-cloudtrail.html",),
    aliases=(
        in_terraform("CKV_AWS_252", "AC_AWS_0035", "KICS:482b7d26-0bdb-4b5f-bf6f-545826c0a3dd"),
        in_ansible("KICS:5ba316a9-c466-4ec1-8d5b-bc6107dc9a92"),
    ),
    tags=("logging", "hygiene"),
    default=False,
)

requirement(
    "aws-event-data-store-without-own-key",
    severity=LOW,
    cwe=311,
    title="The event data store of CloudTrail is encrypted with the key that AWS owns",
    why="You can neither restrict who uses that key, nor see its use, nor withdraw it.",
    terraform="aws_cloudtrail_event_data_store: kms_key_id",
    must=be_filled,
    fix=need("kms-key", "ARN of a KMS key that CloudTrail may use"),
    references=(GUIDE + "query-event-data-store.html",),
    aliases=(in_terraform("CKV_AWS_294"),),
    tags=("encryption", "logging"),
    default=False,
)
