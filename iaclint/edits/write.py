"""Replacing a file in one step: whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile


class ChangedMeanwhile(OSError):
    """The file is no longer what was read."""


def write_atomically(path: str, before: bytes, after: bytes) -> None:
    """Replace a file's bytes, keeping mode and owner; a symlink's target is replaced.

    The new bytes go to a temporary file in the same folder, are synced and renamed over the old.
    Raises ChangedMeanwhile when the file no longer holds `before`, OSError when it cannot be written.
    """
    target = os.path.realpath(path)
    status = os.stat(target)
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "the file is read-only", target)
    descriptor, temporary = tempfile.mkstemp(prefix=".iaclint-", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(temporary, status.st_uid, status.st_gid)
        with open(target, "rb") as file:
            if file.read() != before:
                raise ChangedMeanwhile(0, "the file changed since it was read", target)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
