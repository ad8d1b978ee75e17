"""What a user settles that rules ask for: `project.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LABEL_TYPES = ("text", "rawtext", "url", "hash", "semver", "spdx", "rfc3339", "email")
"""What a label of the schema may be required to hold."""

NO_LABELS: Mapping[str, str] = {}


class Settings(NamedTuple):
    """Values from the configuration that a rule cannot know by itself; the defaults ask for nothing.

    trusted_registries  globs of the registries images may come from (`docker.io`, `*.gcr.io`); empty: any
    label_schema        label -> which of LABEL_TYPES it holds; labels it names are required in the final stage
    strict_labels       whether a label that the schema does not name is wrong
    shellcheck          whether ShellCheck may be asked where it is installed
    """

    trusted_registries: tuple[str, ...] = ()
    label_schema: Mapping[str, str] = NO_LABELS
    strict_labels: bool = False
    shellcheck: bool = False


DEFAULTS = Settings()
