"""How each package manager writes a package's name and version in one word."""

from __future__ import annotations

import re
from typing import NamedTuple

from iaclint.model.aspects import Word
from iaclint.model.value import Value

GAP = "\0"
"""Stands for the part of a text that is unknown."""

_PIP = re.compile(r"([^\[\]=<>~!@;\s]+)\s*(?:\[[^\]]*\])?\s*(?:(===|==|~=|>=|<=|!=|<|>|@)\s*([^;]*))?")
_APK = re.compile(r"([^=<>~@]+)(?:@[^=<>~]*)?([=<>~]+)?(.*)", re.DOTALL)
_RPM = re.compile(r"([^\s]*?[^-\s])-(\d[^-\s]*(?:-[^-\s]+)?)")
_ARCHIVES = (".deb", ".rpm", ".apk", ".whl", ".tgz", ".tar.gz", ".tar.bz2", ".zip", ".gem", ".egg")
_SOURCES = ("git+", "git:", "git@", "ssh:", "hg+", "svn+", "bzr+", "github:", "gitlab:", "bitbucket:")


class Named(NamedTuple):
    """A package's name, and its version: None where none is written."""

    name: str
    version: str | None


def written(place: Word | Value) -> str:
    """The text of a place with `GAP` for what is unknown."""
    if place.text is not None:
        return place.text
    parts = place.parts or (None,)
    return "".join(GAP if part is None else part for part in parts)


def is_local(text: str) -> bool:
    """Whether a file or folder is meant rather than a package of that name."""
    if "://" in text or text.startswith(_SOURCES):
        return False
    is_path = text in (".", "..") or text.startswith(("./", "../", "/", "~/", ".[", "file:"))
    return is_path or text.endswith(_ARCHIVES)


def _versioned(text: str, separator: str) -> Named:
    name, found, version = text.partition(separator)
    if found:
        return Named(name, version or None)
    # what is unknown may hold the version too
    return Named(name, "" if GAP in text else None)


def _from_url(text: str, mark: str) -> Named | None:
    """A package given by address: pinned by what stands behind the mark."""
    if "://" not in text and not text.startswith(_SOURCES):
        return None
    start = text.find("://") + 3 if "://" in text else 0
    place = text.rfind(mark, text.find("/", start) + 1 if "/" in text[start:] else start)
    if place > 0:
        return Named(text[:place], text[place + 1 :].split("#", 1)[0] or None)
    is_source = text.startswith(_SOURCES) or text.endswith(".git")
    return Named(text, None if is_source and GAP not in text else "")


def apt_package(text: str) -> Named:
    """`name=version`, `name:arch`, `name/release`."""
    named = _versioned(text, "=")
    return named._replace(name=re.split(r"[:/]", named.name, maxsplit=1)[0]) if "://" not in text else Named(text, "")


def apk_package(text: str) -> Named:
    """`name=version`, `name~=version`, `name>version`, `name@repository`."""
    match = _APK.fullmatch(text)
    if match is None or "://" in text:
        return Named(text, "" if "://" in text or GAP in text else None)
    if match[2]:
        return Named(match[1], match[3] or None)
    return Named(match[1], "" if GAP in text else None)


def rpm_package(text: str) -> Named:
    """`name-version` with a version that begins with a digit, `name = version`."""
    if "://" in text:
        return Named(text, "")
    if "=" in text:
        return apk_package(text.replace(" ", ""))
    match = _RPM.fullmatch(text)
    if match is not None:
        return Named(match[1], match[2])
    return Named(text, "" if GAP in text else None)


def pip_package(text: str) -> Named:
    """`name==version`; for other specifiers the version holds the operator; `name @ url`; `git+url@ref`."""
    if not re.match(r"[^@\s]+\s*@", text) or text.startswith(_SOURCES) or "://" in text.split("@", 1)[0]:
        found = _from_url(text, "@")
        if found is not None:
            return found
    match = _PIP.match(text)
    if match is None:
        return Named(text, "" if GAP in text else None)
    operator, version = match[2], (match[3] or "").strip()
    if operator is None:
        return Named(match[1], "" if GAP in text else None)
    return Named(match[1], version if operator in ("==", "===", "@") else operator + version)


def npm_package(text: str) -> Named:
    """`name@version`, `@scope/name@version`, `user/repository#ref`."""
    found = _from_url(text, "#")
    if found is not None:
        return found
    if "/" in text and not text.startswith("@") and GAP not in text:
        return _versioned(text, "#")
    scope = "@" if text.startswith("@") else ""
    named = _versioned(text.removeprefix("@"), "@")
    return named._replace(name=scope + named.name)


def composer_package(text: str) -> Named:
    """`vendor/name:version`, `vendor/name=version`."""
    return _versioned(text, "=" if "=" in text.split(":", 1)[0] else ":")


def module_package(text: str) -> Named:
    """`name:stream`, of dnf's modules."""
    return _versioned(text.partition("/")[0], ":")


def plain_package(text: str) -> Named:
    """A name that never holds a version."""
    return Named(text, "" if GAP in text else None)


def gem_package(text: str) -> Named:
    """`name:version`."""
    return _versioned(text, ":")


def go_package(text: str) -> Named:
    """`module@version`."""
    return _versioned(text, "@")


def cargo_package(text: str) -> Named:
    """`name@version`."""
    return _versioned(text, "@")


def conda_package(text: str) -> Named:
    """`channel::name=version`, `name>=version`."""
    return apk_package(text.rsplit("::", 1)[-1].replace(" ", ""))
