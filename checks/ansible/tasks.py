"""How tasks are written: shells where none is needed, errors nobody looks at, old forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iaclint.aspects.ansible import effective, module_of, script
from iaclint.aspects.shell import commands
from iaclint.model.aspects import ShellCommand
from iaclint.model.block import Block
from iaclint.model.project import Project
from iaclint.rules import INFO, LOW, Finding, in_ansible, rule

BUILTIN = "https://docs.ansible.com/ansible/latest/collections/ansible/builtin"
KEYWORDS = "https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html"

shell_needless = rule(
    "ansible-shell-without-need",
    severity=LOW,
    cwe=78,
    title="Shell runs a command that needs no shell",
    why="A variable in the text is read by the shell, too: a value with `;` or `$(` in it becomes a command. "
    "ansible.builtin.command starts the program directly.",
    references=(f"{BUILTIN}/command_module.html",),
    aliases=in_ansible("ansible-lint:command-instead-of-shell"),
    tags=("hygiene",),
    default=False,
    remedy="Use ansible.builtin.command.",
)

_SHELL_SYNTAX = re.compile(r"[|&;<>()$`\\*?\[\]{}~#!\n]")
_SHELL_WORDS = frozenset(
    ["source", ".", "ulimit", "umask", "type", "command", "export", "cd", "alias", "unalias", "set", "unset", "eval", "exec", "wait", "test", "[", "[[", "hash", "trap", "shopt", "declare", "local", "read", "if", "for", "while", "case", "until", "time", "function", "builtin"]
)


@shell_needless.check(ansible="ansible.builtin.shell")
def needless_shell(module: Block, project: Project) -> Iterator[Finding]:
    found, text = commands(module), module.get("cmd").known_text.strip()
    if not text or len(found) != 1 or "executable" in module.arguments:
        return
    command = found[0]
    if _SHELL_SYNTAX.search(text) or _needs_shell(command):
        return
    yield Finding(module, f"`{command.name}` needs no shell: ansible.builtin.command runs it as well")


def _needs_shell(command: ShellCommand) -> bool:
    """Whether a shell is needed, or may be: for a variable that holds the command or whole options."""
    if not command.name or command.name in _SHELL_WORDS or command.assignments or command.redirects:
        return True
    return command.wrappers != () or any(word.text is None and not word.known for word in command.words)


module_instead = rule(
    "ansible-command-instead-of-module",
    severity=INFO,
    cwe=710,
    title="Command is run that a module stands for",
    why="A module knows whether there is something to do, checks what it did, and hides secrets; a command does none of "
    "that.",
    references=(f"{BUILTIN}/command_module.html",),
    aliases=in_ansible("ansible-lint:command-instead-of-module"),
    tags=("hygiene",),
    default=False,
)

_MODULES = {
    "apt-get": "ansible.builtin.apt",
    "curl": "ansible.builtin.get_url or ansible.builtin.uri",
    "wget": "ansible.builtin.get_url or ansible.builtin.uri",
    "dnf": "ansible.builtin.dnf",
    "yum": "ansible.builtin.dnf",
    "git": "ansible.builtin.git",
    "hg": "community.general.hg",
    "svn": "ansible.builtin.subversion",
    "mount": "ansible.posix.mount",
    "patch": "ansible.posix.patch",
    "rpm": "ansible.builtin.dnf",
    "rsync": "ansible.posix.synchronize",
    "service": "ansible.builtin.service",
    "systemctl": "ansible.builtin.systemd_service",
    "supervisorctl": "community.general.supervisorctl",
    "tar": "ansible.builtin.unarchive",
    "unzip": "ansible.builtin.unarchive",
    "sed": "ansible.builtin.replace or ansible.builtin.lineinfile",
    "chmod": "ansible.builtin.file",
    "chown": "ansible.builtin.file",
}
_NOT_OFFERED = {
    "git": frozenset({"branch", "log", "lfs", "rev-parse", "describe", "show", "diff", "config", "status", "tag"}),
    "systemctl": frozenset({
        "kill", "set-default", "set-property", "show-environment", "status", "reset-failed", "is-active", "is-enabled",
        "get-default", "show", "list-units", "cat", "is-failed", "list-unit-files",
    }),
    "yum": frozenset({"clean", "history", "info", "list", "repolist", "makecache", "check-update", "versionlock"}),
    "dnf": frozenset({
        "clean", "history", "info", "list", "repolist", "makecache", "check-update", "versionlock", "module",
    }),
    "apt-get": frozenset({"changelog", "download", "check", "source"}),
    "rpm": frozenset({"--nodeps", "-q", "-qa", "-qi", "-ql", "-qf", "--query", "-V", "--eval", "-E"}),
}  # fmt: skip


@module_instead.check(ansible="ansible.builtin.shell|ansible.builtin.command")
def command_with_module(module: Block, project: Project) -> Iterator[Finding]:
    found = commands(module)
    if len(found) != 1 or found[0].name not in _MODULES:
        return
    command = found[0]
    excluded = _NOT_OFFERED.get(command.name, frozenset())
    if not any(word.known in excluded for word in command.words):
        yield Finding(command, f"{_MODULES[command.name]} does what `{command.name}` does here")


inline_environment = rule(
    "ansible-inline-environment",
    severity=LOW,
    cwe=710,
    title="Environment variable is written before a command that no shell reads",
    why="ansible.builtin.command looks for a program called `NAME=value`: the task fails, or is given a shell it should "
    "not need.",
    references=(f"{BUILTIN}/command_module.html",),
    aliases=in_ansible("ansible-lint:inline-env-var"),
    tags=("hygiene",),
    default=False,
    remedy="Set it with the keyword `environment`.",
)
_ASSIGNMENT = re.compile(rb"\s*[A-Z_][A-Z0-9_]*=\S*\s+\S")


@inline_environment.check(ansible="ansible.builtin.command")
def variable_before_command(module: Block, project: Project) -> Iterator[Finding]:
    text = script(module)
    if text is not None and _ASSIGNMENT.match(text.text):
        yield Finding(module, "an environment variable stands before the command, and no shell sets it")


errors_ignored = rule(
    "ansible-errors-ignored",
    severity=LOW,
    cwe=390,
    title="Every error of a task is ignored",
    why="A hardening step that fails unseen leaves the host open, and the run is reported as a success.",
    confidence="medium",
    references=("https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_error_handling.html",),
    aliases=in_ansible("ansible-lint:ignore-errors"),
    tags=("hygiene",),
    default=False,
    remedy="Say with `failed_when` which outcome is a failure.",
)


@errors_ignored.check(ansible="task|handler")
def ignored_errors(task: Block, project: Project) -> Iterator[Finding]:
    ignored = task.get("ignore_errors")
    if ignored.origin is None and ignored.is_(True) and not {"register", "failed_when"} & task.arguments.keys():
        yield Finding(ignored, "whatever goes wrong here is ignored, and nobody can look at it later")


local_action = rule(
    "ansible-local-action",
    severity=INFO,
    cwe=477,
    title="Task is written with local_action",
    why="The old form hides that the task runs on the control node, where a mistake does most harm.",
    references=("https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_delegation.html",),
    aliases=in_ansible("ansible-lint:deprecated-local-action"),
    tags=("hygiene",),
    default=False,
    remedy="Write the module and `delegate_to: localhost`.",
)


@local_action.check(ansible="*")
def old_local_action(module: Block, project: Project) -> Iterator[Finding]:
    if module.kind == "module" and module.document.source.data.startswith(b"local_action", module.span.start):
        yield Finding(module, "`local_action` is the old form of `delegate_to: localhost`")


task_unnamed = rule(
    "ansible-task-unnamed",
    severity=INFO,
    cwe=1116,
    title="Task has no name",
    why="The output of a run then does not say what was being done, and nobody notices the step that should not be there.",
    references=(KEYWORDS,),
    aliases=in_ansible("ansible-lint:name"),
    tags=("hygiene",),
    default=False,
)


@task_unnamed.check(ansible="task|handler")
def unnamed_task(task: Block, project: Project) -> Iterator[Finding]:
    module = module_of(task)
    if task.type == "task" and not task.name and module is not None and not _says_itself(module):
        yield Finding(task, "the task has no name")


def _says_itself(module: Block) -> bool:
    return module.type.rpartition(".")[2] in ("meta", "include_tasks", "import_tasks", "include_role", "import_role",
                                              "include", "debug", "include_vars")  # fmt: skip


run_once_free = rule(
    "ansible-run-once-with-free-strategy",
    severity=LOW,
    cwe=691,
    title="run_once is ignored by the free strategy",
    why="The task runs on every host, at the same time: a migration or a token meant to be made once is made many times.",
    references=("https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_strategies.html",),
    aliases=in_ansible("ansible-lint:run-once"),
    tags=("hygiene",),
    default=False,
)


@run_once_free.check(ansible="task|handler")
def repeated_once(task: Block, project: Project) -> Iterator[Finding]:
    once = task.get("run_once")
    if once.is_(True) and effective(task, "strategy").is_(("free", "ansible.builtin.free")):
        yield Finding(once, "the free strategy runs this task on every host all the same")
