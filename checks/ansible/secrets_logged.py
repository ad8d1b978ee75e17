"""Secrets that a task's output shows: on the screen, in the log of the control node, in a CI job's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.ansible import effective, module_of
from iaclint.aspects.credentials import names_a_credential, words_of
from iaclint.facts.ansible import parameters
from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import HIGH, LOW, MEDIUM, Finding, in_ansible, rule

NO_LOG = "https://docs.ansible.com/ansible/latest/reference_appendices/logging.html"

secret_printed = rule(
    "ansible-secret-printed",
    severity=HIGH,
    cwe=532,
    title="Task prints a secret",
    why="Whoever sees the output of the run, which CI systems keep and show to many, has the secret.",
    confidence="medium",
    references=(NO_LOG,),
    tags=("secret", "logging"),
    remedy="Remove the task, or print something else.",
)
secret_logged = rule(
    "ansible-secret-logged",
    severity=MEDIUM,
    cwe=532,
    title="Task hands on a secret without no_log",
    why="Modules write their arguments to the host's syslog, and Ansible prints them with -vvv; the text of a command "
    "also with -v and when it fails, a loop's items always. CI systems keep that output.",
    confidence="medium",
    references=(NO_LOG,),
    aliases=in_ansible("ansible-lint:no-log-password"),
    tags=("secret", "logging"),
)
secret_may_be_logged = rule(
    "ansible-secret-without-no-log",
    severity=LOW,
    cwe=532,
    title="Task with a secret parameter lacks no_log",
    why="Modules hide parameters they know to be secret, but not what echoes them: a loop's items, an error message, a "
    "difference shown with --diff. `no_log: true` hides all of it.",
    references=(NO_LOG,),
    aliases=in_ansible("KICS:59029ddf-e651-412b-ae7b-ff6d403184bc", type="ansible.builtin.user"),
    tags=("secret", "logging"),
    default=False,
)

_COMMANDS = frozenset({
    "ansible.builtin.shell", "ansible.builtin.command", "ansible.builtin.raw", "ansible.windows.win_shell",
    "ansible.windows.win_command",
})  # fmt: skip
SHOWN = {
    **dict.fromkeys(_COMMANDS, ("cmd", "argv", "stdin")),
    "ansible.builtin.uri": ("body", "headers"),
    "ansible.windows.win_uri": ("body", "headers"),
    "ansible.builtin.get_url": ("headers",),
    "ansible.builtin.lineinfile": ("line",),
    "community.general.ini_file": ("value",),
    "ansible.builtin.expect": ("responses",),
}
"""Parameters that a module shows as they are."""

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:'\w+'|\"\w+\")\])*"
_FILTERS = r"(?:\s*\|\s*(?:quote|string|trim|b64encode|b64decode|urlencode|to_json|mandatory|default\('?'?\))(?!\w))*"
_SIMPLE = re.compile(rf"({_NAME}){_FILTERS}")
_RESULT = re.compile(r"\.(?:stdout|content)\Z")
# names that in a command rather say where a secret lies, or which one is meant
_NO_TEXT = re.compile(r"(?:\A|_)(?:pwd|secrets?|credentials?|(?:private|encryption|signing|auth|master)_?key)\Z")


def _expressions(value: Value) -> Iterator[str]:
    """What stands between `{{` and `}}` in a Value as written."""
    written = value.document.source.slice(value.span)
    at = written.find("{{")
    while at >= 0:
        end = written.find("}}", at)
        if end < 0:
            return
        yield written[at + 2 : end].strip("-").strip()
        at = written.find("{{", end)


def secret_names(value: Value) -> Iterator[str]:
    """The variables (with their attributes) that by their names hold secrets and stand in a Value as they are."""
    for expression in _expressions(value):
        simple = _SIMPLE.fullmatch(expression)
        if simple is not None and is_secret_name(simple[1]):
            yield simple[1]


def is_secret_name(path: str) -> bool:
    """Whether the last part of `a.b['c']` says that it is a secret."""
    last = re.split(r"[.\[\]'\"]+", _RESULT.sub("", path).rstrip("]'\""))[-1]
    return names_a_credential(last) and not _NO_TEXT.search(words_of(last)) and not last.endswith("_hash")


def _hide(task: Block) -> Intent:
    return Intent("set `no_log` to true", (Set(task.get("no_log"), True),))


def _is_hidden(task: Block, project: Project) -> bool:
    """Whether no_log is set, or cannot be told."""
    no_log = effective(task, "no_log")
    if not no_log.is_missing:
        return not no_log.is_(False)
    return project.memo("no_log everywhere", lambda: _is_hidden_everywhere(project))


def _is_hidden_everywhere(project: Project) -> bool:
    return any(
        section.at("no_log").boolean is not False and not section.at("no_log").is_missing
        for config in project.blocks("config", "config")
        for section in config.children("defaults")
    )


@secret_printed.check(ansible="task|handler")
def printed_secret(task: Block, project: Project) -> Iterator[Finding]:
    module = module_of(task)
    if module is None or module.type not in ("ansible.builtin.debug", "ansible.builtin.fail"):
        return
    found: list[tuple[Value, str]] = []
    for name in ("msg", "var"):
        value = module.get(name)
        for one in value.items or [value]:
            found.extend((one, secret) for secret in secret_names(one))
        if name == "var" and value.text is not None and re.fullmatch(_NAME, value.text) and is_secret_name(value.text):
            found.append((value, value.text))
    if found and not _is_hidden(task, project):
        value, secret = found[0]
        yield Finding(value, f"`{secret}` is printed", (_hide(task),))


@secret_logged.check(ansible="task|handler")
def logged_secret(task: Block, project: Project) -> Iterator[Finding]:
    module = module_of(task)
    if module is None or module.type == "ansible.builtin.debug":
        return
    found = _shown(module) or _looped(task, module)
    if found is None or _is_hidden(task, project):
        return
    value, message = found
    written = task.get("no_log")
    yield Finding(written if written.is_written else value, message, (_hide(task),))


def _shown(module: Block) -> tuple[Value, str] | None:
    for name in SHOWN.get(module.type, ()):
        if name in module.arguments:
            value = module.get(name)
            for secret in secret_names(value):
                return value, f"`{secret}` stands in `{name}`, which {_where_shown(module, name)}: no_log is not set"
    return None


def _where_shown(module: Block, name: str) -> str:
    if module.type == "ansible.builtin.raw":
        return "is shown with -vvv"  # it needs nothing on the host, and so logs nothing there
    if module.type in _COMMANDS and name != "stdin":
        return "is shown with -v and on failure"
    if module.type.startswith("ansible.windows."):
        return "is shown with -vvv"
    return "is logged in the host's syslog and shown with -vvv"


def _looped(task: Block, module: Block) -> tuple[Value, str] | None:
    """A loop prints each item; only a label that leaves the secret out prevents that."""
    if not task.is_symbolic or "label" in task.get("loop_control").entries:
        return None
    item = task.at("loop_control.loop_var")
    prefix = item.text if item.text is not None else "item" if item.is_missing else None
    known = parameters(module.type) or {}
    for name in module.arguments:
        marked = name in known and known[name].no_log is True
        if prefix is None or not (marked or names_a_credential(name)) or (name in known and known[name].no_log is False):
            continue
        value = module.get(name)
        for expression in _expressions(value):
            path = re.match(_NAME, expression)
            if path is not None and re.match(rf"{re.escape(prefix)}[.\[]", path[0]) and is_secret_name(path[0]):
                return value, f"the loop prints its items with `{path[0]}`: no_log is not set"
    return None


@secret_may_be_logged.check(ansible="task|handler")
def parameter_without_no_log(task: Block, project: Project) -> Iterator[Finding]:
    module = module_of(task)
    if module is None or _is_hidden(task, project):
        return
    known = parameters(module.type) or {}
    for name in module.arguments:
        marked = known[name].no_log if name in known else None
        # `content` of copy is marked for the size of its text, not for being a secret
        if marked is False or not (names_a_credential(name) or (marked and name != "content")):
            continue
        value = module.get(name)
        if value.is_missing or value.kind == "bool":
            continue
        written = task.get("no_log")
        place = written if written.is_written else module
        yield Finding(
            place, f"`{name}` is a secret and no_log is not set", (_hide(task),), facets={"type": module.type}
        )
        return
