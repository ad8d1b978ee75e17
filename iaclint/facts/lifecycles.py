"""Versions of base images whose support has ended, as endoflife.date knows them (see `README.md`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATED = "2026-08-22"
"""The day of the table: what has ended since is not in it."""

_VERSION = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})(?![\w.])")
_BUILT_ON = re.compile(r"-(?:(?P<codename>[a-z]{4,12})|alpine(?P<alpine>\d{1,2}\.\d{1,2}))(?=-|\Z)")
_HOME = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io|mirror\.gcr\.io|public\.ecr\.aws/docker)/)?(?:library/)?([a-z0-9/-]+)"
)
_DOTNET = re.compile(r"mcr\.microsoft\.com/dotnet(?:-core|/core)?/(?:sdk|aspnet|runtime|runtime-deps)(?:/|\Z)")


class Ended(NamedTuple):
    """A product's version whose support is over, and since when (YYYY-MM-DD)."""

    product: str
    version: str
    since: str


@cache
def _table() -> dict[str, dict[str, Ended]]:
    found: dict[str, dict[str, Ended]] = {}
    for line in Path(__file__).with_name("lifecycles.tsv").read_text(encoding="utf-8").splitlines():
        product, version, codename, since = line.split("\t")
        ended = Ended(product, version, since)
        found.setdefault(product, {})[version] = ended
        if codename:
            found[product][codename] = ended
    return found


def ended(image: str, tag: str) -> Ended | None:
    """What of an image is no longer supported: the product itself, or the distribution its tag says it is built on.

    None where all is supported, or nothing is known of it.
    """
    tag = tag.lower()
    product = ".NET" if _DOTNET.match(image) else _product(image)
    if product is None:
        return None
    own = _table().get("mcr.microsoft.com/dotnet" if product == ".NET" else product)
    found = _of_version(own, tag) if own is not None else None
    if found is not None:
        return found._replace(product=product)
    if own is None and product not in _BUILDERS:
        return None
    return _of_base(tag)


_BUILDERS = frozenset({
    "buildpack-deps", "openjdk", "eclipse-temurin", "perl", "rust", "gcc", "haskell", "erlang", "elixir", "maven",
    "gradle", "httpd", "memcached", "haproxy", "rabbitmq", "swift", "julia", "pypy", "composer", "docker",
})  # fmt: skip
"""Official images whose own versions are not in the table, but whose tags tell the distribution."""


def _product(image: str) -> str | None:
    match = _HOME.fullmatch(image)
    return match[1] if match else None


def _of_version(versions: dict[str, Ended], tag: str) -> Ended | None:
    if tag.partition("-")[0] in versions and not tag[:1].isdigit():
        return versions[tag.partition("-")[0]]
    match = _VERSION.match(tag)
    parts = match[1].split(".") if match else []
    # the longest version that is known: 18.04.2 is of 18.04, and 3 alone may be any
    for length in range(len(parts), 0, -1):
        found = versions.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def _of_base(tag: str) -> Ended | None:
    for match in _BUILT_ON.finditer(tag):
        if match["alpine"]:
            return _table()["alpine"].get(match["alpine"])
        for distribution in ("debian", "ubuntu"):
            found = _table()[distribution].get(match["codename"])
            if found is not None:
                return found
    return None


__all__ = ["DATED", "Ended", "ended"]
