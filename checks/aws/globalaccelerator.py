"""Global Accelerator: flow logs."""

from iaclint.rules import (
    LOW,
    VIOLATED,
    Needed,
    be_true,
    bind,
    has,
    in_terraform,
    lacks,
    requirement,
    set_path,
    set_to,
    together,
)

LOGS = "https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html"
BUCKET = Needed("log-bucket", "name of the bucket that takes the logs")

requirement(
    "aws-global-accelerator-without-flow-log",
    severity=LOW,
    cwe=778,
    title="Global accelerator keeps no flow log",
    why="After an attack nobody can tell who talked to what stands behind it.",
    terraform=(
        bind(
            "aws_globalaccelerator_accelerator: attributes.flow_logs_enabled", when=has("attributes.flow_logs_s3_bucket"),
            fix=set_to(True),
        ),
        bind(
            "aws_globalaccelerator_accelerator: attributes.flow_logs_enabled", when=lacks("attributes.flow_logs_s3_bucket"),
            fix=together(
                "write a flow log", set_to(True), set_path("attributes.flow_logs_s3_bucket", BUCKET),
                set_path("attributes.flow_logs_s3_prefix", "flow-logs/"),
            ),
        ),
    ),
    must=be_true,
    when_missing=VIOLATED,
    message="global accelerator keeps no flow log",
    references=(LOGS,),
    aliases=(in_terraform("CKV_AWS_75", "KICS:96e8183b-e985-457b-90cd-61c0503a3369", "AC_AWS_0471"),),
    tags=("logging",),
)
