"""Who tasks run as."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.aspects.ansible import effective
from iaclint.model.block import Block
from iaclint.model.intent import Applicability, Intent, Set
from iaclint.model.project import Project
from iaclint.model.value import Value
from iaclint.rules import LOW, MEDIUM, SAFE, UNSAFE, Finding, in_ansible, rule

BECOME = "https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_privilege_escalation.html"

become_missing = rule(
    "ansible-become-user-ignored",
    severity=MEDIUM,
    cwe=250,
    title="become_user is set, but not become",
    why="Without `become` the user given is ignored: the task runs as the login user, often root, with rights and file "
    "owners nobody meant.",
    references=(BECOME,),
    aliases=in_ansible("KICS:0e75052f-cc02-41b8-ac39-a78017527e95", "ansible-lint:partial-become"),
    tags=("identity",),
    fix_safety="The task then runs as the user it names.",
)
_ELSEWHERE = ("include", "import", "role")


@become_missing.check(ansible="play|task|handler")
def ignored_user(block: Block, project: Project) -> Iterator[Finding]:
    user = block.get("become_user")
    if user.is_missing:
        return
    become = block.get("become")
    if _is_toggle(effective(block, "become")):
        return
    if become.is_(False):
        if any(one.get("become").boolean is not False for one in _below(block) if "become" in one.arguments):
            return
        yield _ignored(user, become, UNSAFE)
        return
    # who includes a file of tasks may say become; only a playbook can be seen as a whole
    if not become.is_missing or block.document.kind != "playbook" or _becomes_from_outside(project):
        return
    inherited = effective(block, "become")
    if inherited.is_(False) or (inherited.is_missing and not _becomes_below(block)):
        yield _ignored(user, become, SAFE)


def _is_toggle(become: Value) -> bool:
    """Whether a variable decides: whoever runs the play may say otherwise, whatever the default is."""
    written = become.document.source.slice(become.span) if become.is_written else ""
    return become.is_unknown or become.origin is not None or "{{" in written


def _ignored(user: Value, become: Value, at_most: Applicability) -> Finding:
    said = "is false" if become.is_written else "is not set"
    intent = Intent("set `become` to true", (Set(become, True),), at_most)
    return Finding(user, f"`become_user` is ignored: `become` {said}", (intent,))


def _below(block: Block) -> Iterator[Block]:
    for one in block.walk():
        if one is not block and one.kind in ("task", "handler"):
            yield one


def _becomes_below(block: Block) -> bool:
    """Whether something within may use the user given here: a task that becomes, or a role."""
    if "roles" in block.arguments:
        return True
    for one in block.walk():
        if one is not block and "become" in one.arguments:
            return True
        if one.kind == "module" and any(word in one.type.rpartition(".")[2] for word in _ELSEWHERE):
            return True
    return False


def _becomes_from_outside(project: Project) -> bool:
    return project.memo("become from outside", lambda: _find_become(project))


def _find_become(project: Project) -> bool:
    """Whether ansible.cfg or a variable has (or may have) every task become."""
    for block in project.walk():
        if block.kind == "block" and block.type in ("privilege_escalation", "defaults"):
            if block.get("become").boolean is not False and "become" in block.arguments:
                return True
        elif block.kind in ("vars", "play") or block.type in ("group", "host"):
            variables = block.get("vars").entries if block.kind == "play" else block.arguments
            if "ansible_become" in variables:
                return True
    return False


root_login = rule(
    "ansible-root-login",
    severity=LOW,
    cwe=250,
    title="Ansible logs in as root",
    why="The hosts must then let root log in from the network, and nobody can tell afterwards who did what.",
    references=(BECOME,),
    tags=("identity",),
    default=False,
    remedy="Log in as an account of one's own and use `become: true`.",
)
_LOGIN_NAMES = ("ansible_user", "ansible_ssh_user")


@root_login.check(ansible="play|task|handler")
def remote_root(block: Block, project: Project) -> Iterator[Finding]:
    user = block.get("remote_user")
    if user.is_("root") and not effective(block, "connection").is_("local"):
        yield Finding(user, "the login user is root")
    for name in _LOGIN_NAMES:
        variable = block.get("vars").entries.get(name)
        if variable is not None and variable.is_("root"):
            yield Finding(variable, f"the login user is root: `{name}`")


@root_login.check(ansible="vars|block")
def root_in_inventory(block: Block, project: Project) -> Iterator[Finding]:
    names = ("remote_user",) if block.type == "defaults" else _LOGIN_NAMES
    if block.kind == "vars" or block.type in ("group", "host", "defaults"):
        for name in names:
            value = block.get(name)
            if value.is_("root") and not block.get("ansible_connection").is_("local"):
                yield Finding(value, f"the login user is root: `{name}`")
