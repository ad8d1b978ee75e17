"""Where each platform states an Aspect: extractors from Blocks, by language.

Every module here names its extractor's Block types in `TYPES`: language -> the types worth looking
at, or None for any. A language that is not in it cannot state the Aspect.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable

from iaclint.model.block import Block

Extract = Callable[[Block], Iterable[object]]

_TABLE = {
    "ShellCommand": ("shell", "commands"),
    "PackageInstall": ("packages", "package_installs"),
    "Download": ("downloads", "downloads"),
    "FilePermission": ("permissions", "file_permissions"),
    "ImageReference": ("images", "image_references"),
    "NetworkRule": ("network", "network_rules"),
    "PolicyStatement": ("policies", "policy_statements"),
    "Credential": ("credentials", "credentials"),
    "Identity": ("identities", "identities"),
}


def extractor(aspect: type, language: str) -> tuple[frozenset[str] | None, Extract] | None:
    """The Block types to look at (None: any) and the extractor of an Aspect, or None."""
    module_name, function = _TABLE[aspect.__name__]
    module = importlib.import_module(f"iaclint.aspects.{module_name}")
    types = module.TYPES
    if language not in types:
        return None
    return types[language], getattr(module, function)


def aspects_of(block: Block, aspect: type) -> list[object]:
    """All Aspects of a kind that a Block states."""
    found = extractor(aspect, block.language)
    if found is None:
        return []
    types, extract = found
    return list(extract(block)) if types is None or block.type in types else []
