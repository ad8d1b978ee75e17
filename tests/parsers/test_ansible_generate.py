"""The generator reads modules, fragments and redirects as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.facts import ansible as facts
from iaclint.facts import ansible_generate

MODULE = """
DOCUMENTATION = r'''
extends_documentation_fragment: [ns.col.login]
options:
  secret: {type: str, aliases: [pw]}
  size: {type: int, default: 3, choices: [3, 4]}
'''
raise SystemExit("must never be run")
spec = dict()
spec.update(secret=dict(type="str", no_log=True), size=dict(no_log=False))
"""
FRAGMENT = """
class ModuleDocFragment:
    DOCUMENTATION = "options: {host: {required: true}}"
"""


def test_a_table_is_made_without_running_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "ansible/config/ansible_builtin_runtime.yml": "plugin_routing: {modules: {old: {redirect: ns.col.older}}}",
        "ansible_collections/ns/col/meta/runtime.yml": "plugin_routing: {modules: {older: {redirect: ns.col.new}}}",
        "ansible_collections/ns/col/plugins/modules/new.py": MODULE,
        "ansible_collections/ns/col/plugins/doc_fragments/login.py": FRAGMENT,
        "ansible_collections/ns/col/changelogs/changelog.yaml": "release_date: '2025-01-02'",
    }
    for name, text in files.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "site" / "ansible-9.9.9.dist-info").mkdir()
    for out in ("a.dat", "b.dat"):
        assert ansible_generate.main([str(tmp_path / "site"), str(tmp_path / out)]) == 0
    table = facts._Table((tmp_path / "a.dat").read_bytes())

    assert (tmp_path / "a.dat").read_bytes() == (tmp_path / "b.dat").read_bytes()
    assert (table.version, table.date) == ("9.9.9", "2025-01-02")
    lines = "\n".join(table.text(number) for number in range(table.buckets))
    assert "ansible.builtin.old\tns.col.new" in lines and "ns.col.older\tns.col.new" in lines
    chunk = table.text(table.buckets)
    assert chunk.startswith("@ns.col.new\n")
    found = facts._read(chunk.split("\n", 1)[1])
    assert found["host"].required and found["secret"].no_log is True and found["secret"].aliases == ("pw",)
    assert found["size"].default == 3 and found["size"].choices == ("3", "4") and found["size"].no_log is False
