"""Elastic Beanstalk: how an environment is kept up to date and watched."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Append, New, Set, Step
from iaclint.model.paths import elements
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import LOW, UNSAFE, Finding, Intent, Needed, in_terraform, rule

GUIDE = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/"
ENVIRONMENT = "aws_elastic_beanstalk_environment"
HEALTH = "aws:elasticbeanstalk:healthreporting:system"
UPDATES = "aws:elasticbeanstalk:managedactions"

without_health = rule(
    "aws-beanstalk-without-health-reports",
    severity=LOW,
    cwe=778,
    title="Environment reports its health in the basic way only",
    why="That its instances fail or slow down, under an attack for one, shows late.",
    references=(GUIDE + "health-enhanced.html",),
    aliases=(in_terraform("CKV_AWS_312"),),
    tags=("logging", "hygiene"),
    default=False,
)

never_updated = rule(
    "aws-beanstalk-updates-disabled",
    severity=LOW,
    cwe=1104,
    title="Platform of the environment is not updated by itself",
    why="Holes in the operating system, the web server and the language stay open until somebody thinks of it.",
    references=(GUIDE + "environment-platform-update-managed.html",),
    aliases=(in_terraform("CKV_AWS_340"),),
    tags=("supply-chain", "hygiene"),
    default=False,
)


@without_health.check(terraform=ENVIRONMENT)
def health(environment: Block, project: Project) -> Iterator[Finding]:
    """`SystemType` is not "enhanced"; it is "basic" where nothing is said."""
    found = _setting(environment, HEALTH, "SystemType")
    if found is None:
        step = Append(environment, _new(HEALTH, "SystemType", "enhanced"), "setting")
        yield Finding(environment, "`SystemType` of health reports is not set", (Intent("ask for enhanced reports", (step,)),))
    elif found.text is not None and found.text.lower() != "enhanced":
        yield Finding(found, f"health reports are {found.text}", (Intent('set it to "enhanced"', (Set(found, "enhanced"),)),))


@never_updated.check(terraform=ENVIRONMENT)
def updates(environment: Block, project: Project) -> Iterator[Finding]:
    """`ManagedActionsEnabled` is not true; updates also need a time and a level."""
    found = _setting(environment, UPDATES, "ManagedActionsEnabled")
    if found is not None and (found.text is None or found.text.lower() == "true"):
        return
    time: New = Needed("update-time", "time of the week for updates in UTC, such as Sun:03:00")
    steps: list[Step] = [
        Set(found, "true") if found is not None else Append(environment, _new(UPDATES, "ManagedActionsEnabled", "true"), "setting")
    ]
    for name, value, namespace in (("PreferredStartTime", time, UPDATES), ("UpdateLevel", "minor", f"{UPDATES}:platformupdate")):
        if _setting(environment, namespace, name) is None:
            steps.append(Append(environment, _new(namespace, name, value), "setting"))
    note = "instances are replaced at the time of updates"
    place, shown = (environment, "not set") if found is None else (found, found.text)
    yield Finding(place, f"`ManagedActionsEnabled` is {shown}", (Intent("turn on updates", tuple(steps), UNSAFE, None, note),))


def _new(namespace: str, name: str, value: New) -> New:
    return {"namespace": namespace, "name": name, "value": value}


def _setting(environment: Block, namespace: str, name: str) -> Value | None:
    """The value of an option, an unknown Value where it may be set out of sight, None where it is not set."""
    for one in elements(environment, "setting"):
        space, option = one.at("namespace"), one.at("name")
        if space.is_unknown or option.is_unknown or (space.is_(namespace) and option.is_(name)):
            return one.at("value") if space.is_(namespace) and option.is_(name) else space if space.is_unknown else option
    template = environment.get("template_name")
    return None if template.is_missing else Value("unknown", None, template.document, template.span)
