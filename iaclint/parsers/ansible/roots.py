"""Which folder's files are evaluated together."""

from __future__ import annotations

import os.path

_ROLE_FOLDERS = frozenset({"tasks", "handlers", "vars", "defaults", "meta", "templates", "files", "molecule"})
_MAX_LEVELS = 40


def project_root(path: str) -> str:
    """The folder of the Ansible project a file belongs to; never one above a `.git`.

    The nearest folder upwards with `ansible.cfg`, `galaxy.yml` or `roles/` in it; for a role that stands alone its own
    folder; else the file's folder (that of `group_vars`, `host_vars` or an inventory's for what lies in these).
    """
    folder = os.path.dirname(os.path.abspath(path))
    fallback = _own_folder(folder)
    above = folder
    for _ in range(_MAX_LEVELS):
        inside_roles = os.path.basename(above) == "roles"
        if not inside_roles and any(os.path.exists(os.path.join(above, one)) for one in ("ansible.cfg", "galaxy.yml")):
            return above
        if not inside_roles and os.path.isdir(os.path.join(above, "roles")) and os.path.basename(above) != "tests":
            return above
        parent = os.path.dirname(above)
        if inside_roles and above != parent and not os.path.exists(os.path.join(above, ".git")):
            # the folder that holds roles/, whatever else it holds
            return _with_marker(parent) or parent
        if os.path.exists(os.path.join(above, ".git")) or parent == above:
            break
        above = parent
    return fallback


def _with_marker(folder: str) -> str | None:
    """A folder upwards with `galaxy.yml`, for a collection's roles."""
    for _ in range(2):
        if os.path.exists(os.path.join(folder, "galaxy.yml")):
            return folder
        if os.path.exists(os.path.join(folder, ".git")):
            break
        folder = os.path.dirname(folder)
    return None


def _own_folder(folder: str) -> str:
    above = folder
    for _ in range(_MAX_LEVELS):
        name, parent = os.path.basename(above), os.path.dirname(above)
        if name in ("group_vars", "host_vars"):
            return _own_folder_of_inventory(parent)
        if name in _ROLE_FOLDERS and os.path.isdir(os.path.join(parent, "tasks")):
            return parent
        if os.path.exists(os.path.join(above, ".git")) or parent == above:
            break
        above = parent
    return _own_folder_of_inventory(folder)


def _own_folder_of_inventory(folder: str) -> str:
    above = folder
    for _ in range(3):
        parent = os.path.dirname(above)
        if os.path.basename(above).startswith("inventor") and parent != above:
            return parent
        if os.path.exists(os.path.join(above, ".git")) or parent == above:
            break
        above = parent
    return folder
