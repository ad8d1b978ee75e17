"""Alarms on what the trail records: a metric filter on its log group for each kind of event, and an alarm on the metric.

A filter is judged by what it matches: events of its kind, all of them, and none of the everyday ones, which would
raise the alarm all the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from iaclint.aspects.module_calls import is_call_of
from iaclint.checks.aws._filter_patterns import Event, read_pattern
from iaclint.model.block import Block
from iaclint.model.finding import Place
from iaclint.model.intent import New, NewBlock, Set
from iaclint.model.project import Project
from iaclint.model.value import Truth, Value
from iaclint.rules import (
    LOW,
    Expression,
    Finding,
    Intent,
    Needed,
    be_true,
    bind,
    in_terraform,
    requirement,
    rule,
    set_to,
)

GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html"
TRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html"

FILTER, ALARM, GROUP = "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_group"
TASK_FILTER, TASK_ALARM = "amazon.aws.cloudwatchlogs_log_group_metric_filter", "amazon.aws.cloudwatch_metric_alarm"
CIS_MODULE = "terraform-aws-modules/cloudwatch/aws//modules/cis-alarms"
TOPIC = Needed("alarm-topic", "ARN of the SNS topic that alarms are sent to")


class Watch(NamedTuple):
    """One kind of event that somebody should hear of.

    control  what the registry's module of CIS alarms calls it
    pattern  a filter that matches the events, and no everyday ones
    """

    name: str
    what: str
    why: str
    control: str
    pattern: str
    events: tuple[Event, ...]
    everyday: tuple[Event, ...]
    aliases: tuple[str, ...]


def call(name: str, source: str = "ec2.amazonaws.com", **fields: str) -> Event:
    """The record of a call to AWS; `__` in a field's name stands for a dot."""
    record = {
        "eventName": name, "eventSource": source, "eventType": "AwsApiCall", "userIdentity.type": "IAMUser",
        "sourceIPAddress": "203.0.113.7", "awsRegion": "eu-central-1", "managementEvent": "true", "readOnly": "false",
    }  # fmt: skip
    return {**record, **{field.replace("__", "."): value for field, value in fields.items()}}


EVERYDAY = (call("DescribeInstances"), call("RunInstances"), call("PutObject", "s3.amazonaws.com"))


def _any_of(names: str) -> str:
    return " || ".join(f"($.eventName = {name})" for name in names.split())


def _calls(
    name: str, what: str, why: str, control: str, names: str, aliases: tuple[str, ...], source: str = "", everyday: str = ""
) -> Watch:
    """A kind of event told by the names of the calls, and the service that records them if several share the names."""
    pattern = f'{{ ($.eventSource = "{source}") && ({_any_of(names)}) }}' if source else f"{{ {_any_of(names)} }}"
    events = tuple(call(one, source or "ec2.amazonaws.com") for one in names.split())
    usual = (*EVERYDAY, *(call(one, source) for one in everyday.split()))
    return Watch(name, what, why, control, pattern, events, usual, aliases)


LOGIN: dict[str, str] = {"eventType": "AwsConsoleSignIn", "additionalEventData__MFAUsed": "Yes",
                         "responseElements__ConsoleLogin": "Success"}  # fmt: skip
SIGN_IN = "signin.amazonaws.com"

WATCHES = (
    Watch(
        "unauthorized-calls", "a call is refused for want of permission",
        "A stolen credential is tried out before it is used: refusals are the first thing to see of an attack.",
        "UnauthorizedAPICalls", '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        (call("RunInstances", errorCode="Client.UnauthorizedOperation"), call("ListUsers", errorCode="AccessDenied")),
        EVERYDAY, ("KICS:4c18a45b-4ab1-4790-9f83-399ac695f1e5", "AVD-AWS-0147"),
    ),
    Watch(
        "console-login-without-mfa", "somebody logs in to the console without a second factor",
        "A password alone was enough: whose it is should be asked at once.",
        "NoMFAConsoleSignin", '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
        (call("ConsoleLogin", SIGN_IN, **{**LOGIN, "additionalEventData__MFAUsed": "No"}),),
        (*EVERYDAY, call("ConsoleLogin", SIGN_IN, **LOGIN)),
        ("KICS:44ceb4fa-0897-4fd2-b676-30e7a58f2933", "AVD-AWS-0148"),
    ),
    Watch(
        "root-use", "the root user is used",
        "The root user can do everything, and nobody has a reason to use it from day to day.",
        "RootUsage",
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        (call("CreateUser", "iam.amazonaws.com", userIdentity__type="Root"),),
        # what a service does for the account bears the root user's name
        (*EVERYDAY, call("DescribeInstances", userIdentity__type="Root", userIdentity__invokedBy="support.amazonaws.com")),
        ("KICS:8b1b1e67-6248-4dca-bbad-93486bb181c0", "AVD-AWS-0149"),
    ),
    _calls(
        "iam-changes", "policies of IAM are changed", "Rights that somebody takes for themselves show here first.", "IAMChanges",
        "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy "
        "DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy "
        "DetachUserPolicy AttachGroupPolicy DetachGroupPolicy",
        ("KICS:eaaba502-2f94-411a-a3c2-83d63cc1776d", "AVD-AWS-0150"),
    ),
    _calls(
        "cloudtrail-changes", "the trail is changed or stopped", "An attacker switches the trail off before anything else.",
        "CloudTrailCfgChanges", "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging",
        ("KICS:0f6cbf69-41bb-47dc-93f3-3844640bf480", "AVD-AWS-0151"),
    ),
    Watch(
        "console-login-failures", "logins to the console fail",
        "Passwords that are being guessed show as a series of failed logins.",
        "ConsoleSigninFailures", '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        (call("ConsoleLogin", SIGN_IN, **{**LOGIN, "responseElements__ConsoleLogin": "Failure"},
              errorMessage="Failed authentication"),),
        (*EVERYDAY, call("ConsoleLogin", SIGN_IN, **LOGIN)),
        ("KICS:5864d189-ee9a-4009-ac0c-8a582e6b7919", "AVD-AWS-0152"),
    ),
    _calls(
        "kms-key-loss", "a key of KMS is switched off or scheduled for deletion",
        "There are a few days to rescue the key; afterwards everything encrypted with it is lost.", "DisableOrDeleteCMK",
        "DisableKey ScheduleKeyDeletion", ("KICS:56a585f5-555c-48b2-8395-e64e4740a9cf", "AVD-AWS-0153"),
        "kms.amazonaws.com", "Decrypt GenerateDataKey",
    ),
    _calls(
        "s3-policy-changes", "policies of S3 buckets are changed", "A bucket that is opened to the world shows here first.",
        "S3BucketPolicyChanges",
        "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors "
        "DeleteBucketLifecycle DeleteBucketReplication",
        ("KICS:27c6a499-895a-4dc7-9617-5c485218db13", "AVD-AWS-0154"), "s3.amazonaws.com", "GetObject ListBuckets",
    ),
    _calls(
        "config-changes", "the recording of AWS Config is changed", "What is changed after it was stopped is not recorded.",
        "AWSConfigChanges", "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder",
        ("KICS:5b8d7527-de8e-4114-b9dd-9d988f1f418f", "AVD-AWS-0155"), "config.amazonaws.com", "PutEvaluations DescribeConfigRules",
    ),
    _calls(
        "security-group-changes", "security groups are changed", "A port that is opened to the Internet shows here first.",
        "SecurityGroupChanges",
        "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress "
        "CreateSecurityGroup DeleteSecurityGroup", ("KICS:4beaf898-9f8b-4237-89e2-5ffdc7ee6006", "AVD-AWS-0156"),
    ),
    _calls(
        "network-acl-changes", "network ACLs are changed", "A subnet that is opened to the Internet shows here first.",
        "NACLChanges",
        "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry "
        "ReplaceNetworkAclAssociation", ("KICS:0a8e8dc5-b6fc-44fc-b5a1-969ec950f9b0", "AVD-AWS-0157"),
    ),
    _calls(
        "gateway-changes", "gateways to the Internet are changed", "A new way in or out of the network shows here first.",
        "NetworkGWChanges",
        "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway "
        "DetachInternetGateway", ("KICS:6b6874fe-4c2f-4eea-8b90-7cceaa4a125e", "AVD-AWS-0158"),
    ),
    _calls(
        "route-table-changes", "route tables are changed", "Traffic that is led past a firewall shows here first.",
        "RouteTableChanges",
        "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable",
        ("KICS:2285e608-ddbc-47f3-ba54-ce7121e31216", "AVD-AWS-0159"),
    ),
    _calls(
        "vpc-changes", "networks and their peerings are changed", "A network that is joined to a stranger's shows here first.",
        "VPCChanges",
        "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection "
        "RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink",
        ("KICS:9d0d4512-1959-43a2-a17f-72360ff06d1b", "AVD-AWS-0160"),
    ),
    _calls(
        "organization-changes", "accounts and policies of the organization are changed",
        "An account that is taken out of the organization is out of reach of its guardrails.", "AWSOrganizationsChanges",
        "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake DeleteOrganization "
        "DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "
        "LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy UpdateOrganizationalUnit",
        ("KICS:38b85c45-e772-4de8-a247-69619ca137b3", "AVD-AWS-0174"), "organizations.amazonaws.com", "ListAccounts",
    ),
)  # fmt: skip


# --- what a project watches -----------------------------------------------------------


class Filter(NamedTuple):
    """A metric filter with what its pattern matches of a Watch: every event, and no everyday one."""

    block: Block
    pattern: Value


def _filters(project: Project) -> list[Filter]:
    found = [Filter(one, one.get("pattern")) for one in project.blocks(FILTER, "resource")]
    return found + [Filter(one, one.get("filter_pattern")) for one in project.blocks(TASK_FILTER, "module")]


def _trails(project: Project) -> list[Block]:
    """The trails of all regions that send what they record to a log group."""
    return [
        trail
        for trail in project.blocks("aws_cloudtrail", "resource")
        if trail.get("is_multi_region_trail").is_(True)
        and not trail.get("enable_logging").is_(False)
        and not trail.get("cloud_watch_logs_group_arn").is_missing
    ]


def _covers(watch: Watch, one: Filter) -> Truth:
    text = one.pattern.text
    pattern = read_pattern(text) if text is not None else None
    if pattern is None:
        return None
    return all(pattern(event) for event in watch.events) and not any(pattern(event) for event in watch.everyday)


def _is_close(watch: Watch, one: Filter) -> bool:
    """Whether the filter seems to be meant for the events, but misses some or matches everyday ones too."""
    pattern = read_pattern(one.pattern.text or "")
    if pattern is None:
        return False
    return any(pattern(event) for event in watch.events) and not pattern(EVERYDAY[0])


def _is_alarmed(one: Filter, project: Project) -> Truth:
    metrics = [value.text for path in ("metric_transformation.name", "metric_transformation.metric_name")
               for value in one.block.each(path) if value.text is not None]  # fmt: skip
    unknown = False
    for alarm in (*project.blocks(ALARM, "resource"), *project.blocks(TASK_ALARM, "module")):
        name = alarm.get("metric_name")
        if name.text is not None and name.text in metrics:
            return True
        if one.block.kind == "resource" and project.refers_to(name, one.block):
            return True
        unknown = unknown or (name.is_unknown and not name.references) or not alarm.at("metric_query").is_missing
    return None if unknown else False


def _is_elsewhere(watch: Watch, project: Project) -> bool:
    """Whether a module that is called may hold the filter and its alarm."""
    for module in project.blocks("module", "module"):
        source = module.get("source").text or ""
        if is_call_of(module, CIS_MODULE):
            if not any(one.is_(watch.control) for one in module.get("disabled_controls").items):
                return True
        elif any(word in source.lower() for word in ("alarm", "cis", "baseline", "monitor", "secur")):
            return True
    return False


class Gap(NamedTuple):
    """What a project lacks to watch a kind of event: where to say so, and the filter that comes closest."""

    place: Block
    filter: Filter | None
    has_filter: bool


def _gap(watch: Watch, project: Project) -> Gap | None:
    filters, trails = _filters(project), _trails(project)
    if not (filters or trails) or _is_elsewhere(watch, project):
        return None
    answers = [(_covers(watch, one), one) for one in filters]
    good = [one for answer, one in answers if answer]
    if any(_is_alarmed(one, project) is not False for one in good) or (not good and any(a is None for a, _ in answers)):
        return None
    near = good[0] if good else next((one for one in filters if _is_close(watch, one)), None)
    sources = [one.block.get("log_group_name") for one in ((near,) if near is not None else ()) + tuple(filters)]
    sources += [trail.get("cloud_watch_logs_group_arn") for trail in trails]
    groups = [group for value in sources if (group := project.follow(value)) is not None and group.type == GROUP]
    blocks = [near.block if near is not None else None, *(one.block for one in filters), *trails]
    place = groups[0] if groups else next(block for block in blocks if block is not None)
    return Gap(place, near, bool(good))


# --- how to close a gap ---------------------------------------------------------------


def _written(value: Value) -> New:
    """What stands there, to be written again in the same module."""
    return Expression(value.document.source.data[value.span.start : value.span.end].decode("utf-8", "replace"))


def _beside(place: Block, type: str, project: Project) -> list[Block]:
    """The resources of a type in the same module: what they say can be said there again."""
    module = place.document.module_instance
    return [one for one in project.blocks(type, "resource") if one.document.module_instance == module]


def _actions(place: Block, project: Project) -> New:
    for alarm in _beside(place, ALARM, project):
        actions = alarm.get("alarm_actions")
        if actions.kind == "list" and actions.items and "each." not in str(actions.references):
            return _written(actions)
    return [TOPIC]


def _alarm(name: str, source: str, place: Block, project: Project) -> dict[str, Any]:
    return {
        "alarm_name": name, "comparison_operator": "GreaterThanOrEqualToThreshold", "evaluation_periods": 1,
        "metric_name": Expression(f"{source}.metric_transformation[0].name"),
        "namespace": Expression(f"{source}.metric_transformation[0].namespace"),
        "period": 300, "statistic": "Sum", "threshold": 1, "alarm_actions": _actions(place, project),
    }  # fmt: skip


def _close(watch: Watch, gap: Gap, project: Project) -> tuple[Intent, ...]:
    near = gap.filter
    if near is not None and not gap.has_filter:
        return (Intent("match these events, and no others", (Set(near.pattern, watch.pattern),)),)
    if gap.place.language != "terraform":
        return ()
    if near is not None:
        if {"count", "for_each"} & near.block.arguments.keys():
            return ()
        new = _alarm(watch.name, near.block.address, near.block, project)
        return (Intent("add an alarm", (NewBlock(near.block, ALARM, near.block.name, new),)),)
    name = watch.name.replace("-", "_")
    group = _group_name(gap, project)
    taken = {one.name for type in (FILTER, ALARM) for one in _beside(gap.place, type, project)}
    if group is None or name in taken:
        return ()
    metric = {"name": watch.name, "namespace": "SecurityEvents", "value": "1"}
    new = {"name": watch.name, "pattern": watch.pattern, "log_group_name": group, "metric_transformation": metric}
    alarm = NewBlock(gap.place, ALARM, name, _alarm(watch.name, f"{FILTER}.{name}", gap.place, project))
    return (Intent("add a metric filter and an alarm", (NewBlock(gap.place, FILTER, name, new), alarm)),)


def _group_name(gap: Gap, project: Project) -> New:
    if {"count", "for_each"} & gap.place.arguments.keys():
        return None
    if gap.place.type == GROUP:
        return Expression(f"{gap.place.address}.name")
    if gap.place.type == FILTER:
        return _written(gap.place.get("log_group_name"))
    return Needed("log-group-name", "name of the log group that the trail writes to")


def _declare(watch: Watch) -> None:
    declared = rule(
        f"aws-{watch.name}-unwatched",
        severity=LOW,
        cwe=778,
        title=f"Nobody is alarmed when {watch.what}",
        why=watch.why,
        references=(TRAIL, GUIDE),
        aliases=(in_terraform(*watch.aliases),),
        tags=("logging",),
        default=False,
    )

    @declared.check(terraform=f"{FILTER}|{GROUP}|aws_cloudtrail", ansible=TASK_FILTER)
    def unwatched(block: Block, project: Project) -> Iterator[Finding]:
        gap = project.memo(("unwatched", watch.name), lambda: _gap(watch, project))
        if gap is None or (gap.place is not block and gap.place.span != block.span) or gap.place.document is not block.document:
            return
        also: tuple[tuple[Place, str], ...] = ()
        message = f"no alarm is raised when {watch.what}"
        if gap.filter is not None and gap.has_filter:
            message += ": nothing watches the metric of its filter"
            also = ((gap.filter.block, "this filter has no alarm"),) if gap.filter.block is not block else ()
        elif gap.filter is not None:
            message += ": its filter misses some of these events, or matches everyday ones"
            also = ((gap.filter.pattern, "this pattern"),)
        yield Finding(block, message, _close(watch, gap, project), {}, also)


for _watch in WATCHES:
    _declare(_watch)

# --- alarms that nobody hears ---------------------------------------------------------

requirement(
    "aws-alarm-silenced",
    severity=LOW,
    cwe=778,
    title="The alarm tells nobody",
    why="The alarm goes off, and nothing happens: its actions are switched off.",
    terraform=(
        f"{ALARM}|aws_cloudwatch_composite_alarm: actions_enabled",
        bind(f"module:{CIS_MODULE}|module:terraform-aws-modules/cloudwatch/aws//modules/metric-alarm: actions_enabled"),
    ),
    must=be_true,
    fix=set_to(True),
    references=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html",),
    aliases=(in_terraform("CKV_AWS_319", type=ALARM),),
    tags=("logging",),
)
