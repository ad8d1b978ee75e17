"""Ansible: playbooks, roles, variables, inventories and configuration as Documents."""

from iaclint.parsers.ansible.document import parse
from iaclint.parsers.ansible.kinds import classify, is_candidate
from iaclint.parsers.ansible.roots import project_root

__all__ = ["classify", "is_candidate", "parse", "project_root"]
