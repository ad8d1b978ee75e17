"""The words Ansible's own grammar uses, as against module names."""

from __future__ import annotations

TASK_LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers")
BLOCK_LISTS = ("block", "rescue", "always")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYWHERE = _words(
    "any_errors_fatal become become_exe become_flags become_method become_user check_mode collections connection "
    "debugger diff environment ignore_errors ignore_unreachable module_defaults name no_log port remote_user "
    "run_once tags throttle timeout vars sudo sudo_user su su_user"
)

TASK = _EVERYWHERE | _words(
    "action args async changed_when delay delegate_facts delegate_to failed_when first_available_file listen "
    "local_action loop loop_control notify poll register retries until when always_run"
)

BLOCK = _EVERYWHERE | _words("block rescue always delegate_facts delegate_to notify when")

PLAY = _EVERYWHERE | _words(
    "hosts roles gather_facts gather_subset gather_timeout fact_path force_handlers max_fail_percentage order serial "
    "strategy vars_files vars_prompt user import_playbook"
)

IMPORT_PLAYBOOK = frozenset({"import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook"})

COMMANDS = frozenset(
    {
        "ansible.builtin.command",
        "ansible.builtin.shell",
        "ansible.builtin.raw",
        "ansible.builtin.script",
        "ansible.windows.win_command",
        "ansible.windows.win_shell",
    }
)
"""Modules whose free form is a command."""

COMMAND_OPTIONS = _words(
    "creates removes chdir executable warn stdin stdin_add_newline strip_empty_ends cmd expand_argument_vars"
)
"""What may stand as `k=v` within the command of one of them."""

FREE_FORM_NAMES = {
    "ansible.builtin.include": "file",
    "ansible.builtin.include_tasks": "file",
    "ansible.builtin.import_tasks": "file",
    "ansible.builtin.include_vars": "file",
    "ansible.builtin.meta": "free_form",
}
"""The parameter that the free form of other modules is."""

PLATFORMS = {
    "amazon.aws.": "aws",
    "community.aws.": "aws",
    "azure.azcollection.": "azurerm",
    "google.cloud.": "google",
    "kubernetes.core.": "kubernetes",
}


def is_task_keyword(name: str) -> bool:
    """Whether a key of a task is Ansible's own."""
    return name in TASK or name in BLOCK or name.startswith("with_")
