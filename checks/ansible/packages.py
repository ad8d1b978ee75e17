"""Packages that tasks install."""

from __future__ import annotations

from collections.abc import Iterator

from iaclint.model.block import Block
from iaclint.model.intent import Intent, Set
from iaclint.model.project import Project
from iaclint.rules import LOW, UNSAFE, Finding, in_ansible, rule

_REFERENCE = "https://docs.ansible.com/ansible/latest/collections/ansible/builtin/package_module.html"

package_latest = rule(
    "ansible-package-latest",
    severity=LOW,
    cwe=1357,
    title="Package is brought to whatever version is the latest",
    why="Each run may install another version than the one that was tested, and what was published last is where a "
    "stolen account shows first.",
    references=(_REFERENCE,),
    aliases=in_ansible("KICS:c05e2c20-0a2c-4686-b1f8-5f0a5612d4e8", "ansible-lint:package-latest"),
    tags=("supply-chain",),
    default=False,
    fix_safety="Installed packages are then left at their version: security updates must come from elsewhere.",
)

_MANAGERS = (
    "ansible.builtin.apt|ansible.builtin.dnf|ansible.builtin.dnf5|ansible.builtin.package|ansible.builtin.pip"
    "|ansible.builtin.yum|community.general.apk|community.general.bower|community.general.bundler"
    "|community.general.easy_install|community.general.gem|community.general.homebrew"
    "|community.general.jenkins_plugin|community.general.npm|community.general.openbsd_pkg|community.general.pacman"
    "|community.general.pear|community.general.pkg5|community.general.pkgutil|community.general.portage"
    "|community.general.slackpkg|community.general.sorcery|community.general.swdepot|community.general.yarn"
    "|community.general.zypper|chocolatey.chocolatey.win_chocolatey"
)


@package_latest.check(ansible=_MANAGERS)
def latest_package(module: Block, project: Project) -> Iterator[Finding]:
    state = module.at("state")
    if not state.is_("latest") or not module.at("version").is_missing or not module.at("update_only").is_missing:
        return
    name = module.at("name")
    # updating everything is what such a task is for
    if name.is_("*") or any(item.is_("*") for item in name.items):
        return
    intent = Intent(
        "set `state` to present", (Set(state, "present"),), UNSAFE, None, "installed packages are updated no more"
    )
    yield Finding(state, "whatever version is the latest is installed", (intent,))
