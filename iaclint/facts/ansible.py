"""What is known of Ansible's modules: their full names, parameters, aliases, defaults and secret marks.

The table `ansible.dat` is made by `iaclint.facts.ansible_generate` from a release of the `ansible` package. Its head
is text: a mark, the version, the date, the number of buckets, and the length of every blob that follows. The first
blobs are the buckets: names hashed by CRC-32, a line each, either `name TAB target` (a redirect, followed to its end)
or `name TAB chunk` (a module). The blobs after them are the chunks: `@name` and a line per parameter, module by module.
Each blob is deflated on its own, so looking up one name inflates a few kilobytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("ansible.dat")
_HEAD_BYTES = 16_384
"""More than the head has."""
_RENAMED = {"ansible.legacy.": "ansible.builtin.", "community.kubernetes.": "kubernetes.core."}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a module, as its documentation and its argument specification state it.

    type      "str", "bool", "int", "list", "dict", "path", "raw", "float", "jsonarg" ...
    elements  the type of a list's elements, or ""
    default   str, int, float, bool, list or dict; None where none is stated
    choices   the allowed values as text ("true" and "false" for bools); empty: not restricted
    no_log    True: Ansible hides its value; False: it is marked as no secret; None: not marked
    options   the parameters of a dict (or of each dict of a list), as far as they are known
    """

    name: str
    type: str = "str"
    elements: str = ""
    required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    no_log: bool | None = None
    options: dict[str, Parameter] = field(default_factory=dict)


class _Table:
    """The file, and where its blobs lie in it."""

    def __init__(self, data: bytes) -> None:
        head = data[:_HEAD_BYTES].split(b"\n", 5)
        if len(head) < 6 or head[0] != b"iaclint ansible 1":
            raise ValueError("the table of Ansible modules is damaged")
        self.data = data
        self.version, self.date = head[1].decode(), head[2].decode()
        self.buckets = int(head[3])
        self.starts = [sum(map(len, head[:5])) + 5]
        for length in head[4].split():
            self.starts.append(self.starts[-1] + int(length))

    def text(self, number: int) -> str:
        return zlib.decompress(self.data[self.starts[number] : self.starts[number + 1]]).decode()


@cache
def _table() -> _Table:
    return _Table(_FILE.read_bytes())


@cache
def _bucket(number: int) -> str:
    return "\n" + _table().text(number) + "\n"


@cache
def _chunk(number: int) -> str:
    table = _table()
    return table.text(table.buckets + number)


@cache
def _entry(name: str) -> str | None:
    """What the table says of a full name: what it was redirected to, or the number of its chunk."""
    lines = _bucket(zlib.crc32(name.encode("utf-8", "replace")) % _table().buckets)
    at = lines.find(f"\n{name}\t")
    if at < 0:
        return None
    at += len(name) + 2
    return lines[at : lines.index("\n", at)]


@cache
def resolve(name: str) -> str:
    """The full name a module is known by today: `copy` is `ansible.builtin.copy`, `ec2_group` what it was moved to.

    A name nobody knows is given back as it is.
    """
    if not name or not name.replace(".", "").replace("_", "").isalnum():
        return name
    full = name if "." in name else f"ansible.builtin.{name}"
    for old, new in _RENAMED.items():
        if full.startswith(old):
            full = new + full[len(old) :]
    entry = _entry(full)
    if entry is None:
        return full if full != name and "." in name else name
    return full if entry.isdecimal() else entry


def is_module(name: str) -> bool:
    """Whether a short or full name is a module's."""
    if not name or not name.replace(".", "").replace("_", "").isalnum():
        return False
    full = resolve(name)
    return "." in full and (_entry(full) is not None or full != name)


@cache
def parameters(fqcn: str) -> Mapping[str, Parameter] | None:
    """A module's parameters by canonical name, or None when the module is not known."""
    entry = _entry(fqcn)
    if entry is not None and not entry.isdecimal():
        fqcn, entry = entry, _entry(entry)
    if entry is None or not entry.isdecimal():
        return None
    chunk, head = _chunk(int(entry)), f"@{fqcn}\n"
    start = chunk.find(head) + len(head)
    end = chunk.find("\n@", start - 1)
    return _read(chunk[start : end if end >= 0 else len(chunk)])


def canonical(fqcn: str, name: str) -> str:
    """The parameter an alias stands for, or the name itself."""
    return _aliases(fqcn).get(name, name)


@cache
def _aliases(fqcn: str) -> dict[str, str]:
    found: dict[str, str] = {}
    known = parameters(fqcn) or {}
    for parameter in known.values():
        for alias in parameter.aliases:
            if alias not in known:
                found.setdefault(alias, parameter.name)
    return found


def _read(text: str) -> dict[str, Parameter]:
    levels: list[dict[str, Parameter]] = [{}]
    for line in text.split("\n"):
        if not line:
            continue
        level, name, type_, elements, flags, default, choices, aliases = line.split("\t")
        parameter = Parameter(
            name,
            type_ or "str",
            elements,
            "r" in flags,
            _default(default),
            tuple(choices.split("\x1f")) if choices else (),
            tuple(aliases.split("\x1f")) if aliases else (),
            True if "s" in flags else False if "p" in flags else None,
        )
        del levels[int(level) + 1 :]
        levels[-1][name] = parameter
        levels.append(parameter.options)
    return levels[0]


def _default(text: str) -> object:
    kind, rest = text[:1], text[1:]
    if kind == "s":
        return rest
    if kind == "b":
        return rest == "true"
    if kind == "i":
        return int(rest)
    if kind == "f":
        return float(rest)
    if kind == "j":
        from ast import literal_eval

        return literal_eval(rest)
    return None


def __getattr__(name: str) -> str:
    # read on demand: importing this module opens no file
    if name == "VERSION":
        return _table().version
    if name == "DATE":
        return _table().date
    if name == "SOURCE":
        return f"ansible {_table().version} from PyPI, and the redirects of older releases"
    raise AttributeError(name)


__all__ = ["Parameter", "canonical", "is_module", "parameters", "resolve"]
