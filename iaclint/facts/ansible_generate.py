"""Makes the table of Ansible modules from an installed `ansible` package.

    python -m iaclint.facts.ansible_generate SITE_PACKAGES [OLDER_SITE_PACKAGES ...] OUT

Everything is read as text, YAML or `ast`; nothing found there is imported. Folders after the first only add what
the first does not know: modules and redirects that were removed since. The layout of the result is told in
`iaclint.facts.ansible`.
"""

from __future__ import annotations

import ast
import re
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import yaml

BUCKETS = 32
CHUNK_BYTES = 80_000
_DEPTH = 3
_HUGE = (
    "fortinet.", "f5networks.", "check_point.", "cisco.dnac", "cisco.ise", "netapp.", "kaytus.", "ieisystem.",
    "inspur.", "hitachivantara.", "cisco.meraki", "cisco.catalystwan",
)  # fmt: skip
"""Collections for appliances whose generated documents would be most of the table: their own options only."""
_RENAMED_COLLECTIONS = {"community.kubernetes": "kubernetes.core", "community.azure": "azure.azcollection"}
_FOLDED = ("ansible.builtin", "community.general", "community.network")
_OLDER_NAMES = {
    "ansible.builtin.s3": "amazon.aws.s3_object",
    "ansible.builtin.docker": "community.docker.docker_container",
    "ansible.builtin.rds": "amazon.aws.rds_instance",
    "community.aws.rds": "amazon.aws.rds_instance",
    "ansible.builtin.k8s_raw": "kubernetes.core.k8s",
}
"""Names older than the collections, which no release redirects."""
_KEPT = ("ansible.builtin.yum",)
"""Redirected nowadays, though what a playbook says by it is still another thing."""

Row = tuple[int, str, str, str, str, str, str, str]


def main(arguments: list[str]) -> int:
    """Read the folders, write the table, print its size."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    roots, out = [Path(one) for one in arguments[:-1]], Path(arguments[-1])
    modules: dict[str, str] = {}
    redirects: dict[str, str] = dict(_OLDER_NAMES)
    with ProcessPoolExecutor() as pool:
        for root in roots:
            # appliances' old modules are not worth their bytes
            skipped = (*_HUGE, "community.fortios.") if root is not roots[0] else ()
            known = modules.keys() | redirects.keys()
            files = [
                (name, path)
                for name, path in _module_files(root)
                if name not in known and not name.startswith(skipped)
            ]
            for name, target in _redirects(root):
                if name not in modules and name not in _KEPT:
                    redirects.setdefault(name, target)
            jobs = [(str(root), name, str(path)) for name, path in files]
            for name, text in pool.map(_describe, jobs, chunksize=16):
                if text is not None and modules.get(name, "") == "":
                    modules[name] = text
    out.write_bytes(_pack(modules, _settled(modules, redirects), _version(roots[0]), _date(roots[0])))
    print(f"{len(modules)} modules, {len(redirects)} redirects, {out.stat().st_size} bytes")
    return 0


# --- what there is ------------------------------------------------------------------


def _module_files(root: Path) -> Iterator[tuple[str, Path]]:
    for prefix, folder in _collections(root):
        base = folder / "modules" if prefix == "ansible.builtin" else folder / "plugins" / "modules"
        for path in sorted(base.rglob("*")):
            if path.suffix not in (".py", ".yml", ".yaml") or path.name == "__init__.py":
                continue
            inner = path.relative_to(base).with_suffix("").parts
            # what community.general and core keep in folders is called without them
            short = inner[-1] if prefix in _FOLDED else ".".join(inner)
            yield f"{prefix}.{short.removeprefix('_')}", path


def _collections(root: Path) -> Iterator[tuple[str, Path]]:
    yield "ansible.builtin", root / "ansible"
    for folder in sorted((root / "ansible_collections").glob("*/*")):
        if folder.is_dir() and not folder.name.startswith("__"):
            yield f"{folder.parent.name}.{folder.name}", folder


def _redirects(root: Path) -> Iterator[tuple[str, str]]:
    for prefix, folder in _collections(root):
        name = "config/ansible_builtin_runtime.yml" if prefix == "ansible.builtin" else "meta/runtime.yml"
        routing = (_yaml_file(folder / name) or {}).get("plugin_routing") or {}
        for kind in ("modules", "action"):
            for short, entry in sorted((routing.get(kind) or {}).items()):
                target = (entry or {}).get("redirect")
                if isinstance(target, str) and target != f"{prefix}.{short}":
                    yield f"{prefix}.{short}", target if "." in target else f"{prefix}.{target}"


def _settled(modules: dict[str, str], redirects: dict[str, str]) -> dict[str, str]:
    """Each redirect followed to its end; a name that is a module's own stays one."""
    found = {}
    for name in [name for name in redirects if name not in modules]:
        target, seen = name, {name}
        while target in redirects:
            target = redirects[target]
            collection, _, short = target.rpartition(".")
            if target not in redirects and target not in modules and collection in _RENAMED_COLLECTIONS:
                target = f"{_RENAMED_COLLECTIONS[collection]}.{short}"
            information = target.removesuffix("_facts") + "_info"
            if target not in redirects and target not in modules and target.endswith("_facts"):
                docker = information.replace("community.general.docker", "community.docker.docker")
                target = docker if docker in modules else information if information in modules else target
            if target in seen:
                break
            seen.add(target)
        if target != name:
            found[name] = target
    return found


def _version(root: Path) -> str:
    for folder in sorted(root.glob("ansible-[0-9]*.dist-info")):
        return folder.name.removeprefix("ansible-").removesuffix(".dist-info")
    return "unknown"


def _date(root: Path) -> str:
    """The day of the newest release among the collections."""
    dates = [
        found
        for path in root.glob("ansible_collections/*/*/changelogs/changelog.yaml")
        for found in re.findall(r"release_date: '?(\d{4}-\d\d-\d\d)", path.read_text("utf-8", "replace"))
    ]
    return max(dates, default="unknown")


# --- one module ----------------------------------------------------------------------


def _describe(job: tuple[str, str, str]) -> tuple[str, str | None]:
    root, name, path = Path(job[0]), job[1], Path(job[2])
    document = _documentation(path)
    if document is None:
        return name, None
    options = dict(document.get("options") or {})
    fragments = document.get("extends_documentation_fragment") or []
    for fragment in [fragments] if isinstance(fragments, str) else fragments:
        for option, entry in _fragment(root, str(fragment).strip()).items():
            options.setdefault(option, entry)
    secret, open_ = _no_log(root, path, 0)
    secret = secret - _no_log_of(path)[1]
    depth = 1 if name.startswith(_HUGE) else _DEPTH
    return name, "\n".join("\t".join(map(str, row)) for row in _rows(options, 0, depth, secret, open_))


def _documentation(path: Path) -> dict[str, Any] | None:
    if path.suffix != ".py":
        loaded = _yaml_file(path)
        inner = loaded.get("DOCUMENTATION") if isinstance(loaded, dict) else None
        return inner if isinstance(inner, dict) else None
    text = _strings(path).get("DOCUMENTATION")
    return _mapping(text) if text is not None else None


@cache
def _strings(path: Path) -> dict[str, str]:
    """The string constants a Python file assigns at its top level or in a class."""
    try:
        tree = ast.parse(path.read_text("utf-8", "replace"))
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    bodies: list[ast.stmt] = list(tree.body)
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            bodies.extend(statement.body)
    for statement in bodies:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                if isinstance(target, ast.Name) and isinstance(statement.value.value, str):
                    found[target.id] = statement.value.value
    return found


@cache
def _fragment(root: Path, name: str) -> dict[str, Any]:
    """The options a documentation fragment adds: `files`, `url.docs`, `amazon.aws.common.modules`."""
    words = name.split(".")
    if len(words) >= 3 and (root / "ansible_collections" / words[0] / words[1]).is_dir():
        folder = root / "ansible_collections" / words[0] / words[1] / "plugins" / "doc_fragments"
        words = words[2:]
    else:
        folder = root / "ansible" / "plugins" / "doc_fragments"
        words = words[2:] if words[:2] == ["ansible", "builtin"] else words
    variable = words[1].upper() if len(words) > 1 else "DOCUMENTATION"
    path = folder / f"{words[0]}.py"
    document = _mapping(_strings(path).get(variable, "")) if path.is_file() else None
    if document is None:
        return {}
    options = dict(document.get("options") or {})
    above = document.get("extends_documentation_fragment") or []
    for one in [above] if isinstance(above, str) else above:
        if one != name:
            for option, entry in _fragment(root, str(one)).items():
                options.setdefault(option, entry)
    return options


def _no_log(root: Path, path: Path, depth: int) -> tuple[frozenset[str], frozenset[str]]:
    """Names marked secret, and marked not secret, in a module and the module_utils of its collection it imports."""
    marked, unmarked = _no_log_of(path)
    if depth < 3:
        for other in _imports(root, path):
            more, fewer = _no_log(root, other, depth + 1)
            marked, unmarked = marked | (more - unmarked), unmarked | (fewer - marked)
    return marked, unmarked


@cache
def _no_log_of(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    text = path.read_text("utf-8", "replace") if path.suffix == ".py" else ""
    if "no_log" not in text:
        return frozenset(), frozenset()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return frozenset(), frozenset()
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for node in ast.walk(tree):
        for name, value in _entries(node):
            for inner, mark in _entries(value):
                if inner == "no_log" and isinstance(mark, ast.Constant) and isinstance(mark.value, bool):
                    found[mark.value].add(name)
    return frozenset(found[True]), frozenset(found[False] - found[True])


def _entries(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What `dict(a=1)` and `{"a": 1}` say alike."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.Call):
        # `spec.update(a=dict(...))` as well
        for keyword in node.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value


_IMPORT = re.compile(
    r"^\s*from\s+(?:ansible_collections\.(\w+)\.(\w+)\.plugins|\.\.)\.?module_utils\.([\w.]+)\s+import", re.M
)


@cache
def _imports(root: Path, path: Path) -> tuple[Path, ...]:
    if path.suffix != ".py" or "ansible_collections" not in path.parts:
        return ()
    at = path.parts.index("ansible_collections")
    found = []
    for match in _IMPORT.finditer(path.read_text("utf-8", "replace")):
        namespace, collection = match[1] or path.parts[at + 1], match[2] or path.parts[at + 2]
        base = root / "ansible_collections" / namespace / collection / "plugins" / "module_utils"
        other = base / (match[3].replace(".", "/") + ".py")
        if other != path and other.is_file():
            found.append(other)
    return tuple(dict.fromkeys(found))


# --- rows ------------------------------------------------------------------------------


def _rows(
    options: dict[str, Any], level: int, depth: int, secret: frozenset[str], open_: frozenset[str]
) -> Iterator[Row]:
    for name, entry in sorted(options.items(), key=lambda pair: str(pair[0])):
        if not isinstance(entry, dict) or not isinstance(name, str):
            continue
        choices = entry.get("choices") or []
        aliases = entry.get("aliases") or []
        kind = str(entry.get("type") or "str")
        flags = ("r" if entry.get("required") is True else "") + (
            "s" if name in secret else "p" if name in open_ else ""
        )
        yield (
            level,
            _word(name),
            "" if kind == "str" else _word(kind),
            _word(entry.get("elements") or ""),
            flags,
            _default(entry),
            "\x1f".join(map(_word, choices)),
            "\x1f".join(map(_word, [aliases] if isinstance(aliases, str) else aliases)),
        )
        inner = entry.get("suboptions") or entry.get("options")
        if isinstance(inner, dict) and level + 1 < depth:
            yield from _rows(inner, level + 1, depth, secret, open_)


def _default(entry: dict[str, Any]) -> str:
    value = entry.get("default")
    if value is None:
        return ""
    if isinstance(value, list | dict):
        text = repr(value)
        return "j" + text if len(text) < 120 and text.isprintable() else ""
    text = _word(value)
    if len(text) > 120:
        return ""
    if isinstance(value, bool):
        return "b" + text
    return ("i" if isinstance(value, int) else "f" if isinstance(value, float) else "s") + text


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)


def _yaml_file(path: Path) -> dict[str, Any] | None:
    return _mapping(path.read_text("utf-8", "replace")) if path.is_file() else None


def _mapping(text: str) -> dict[str, Any] | None:
    try:
        loaded = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None
    return loaded if isinstance(loaded, dict) else None


# --- packing -----------------------------------------------------------------------------


def _pack(modules: dict[str, str], redirects: dict[str, str], version: str, date: str) -> bytes:
    chunks, places = _chunks(modules)
    buckets: list[list[str]] = [[] for _ in range(BUCKETS)]
    for name in sorted(modules.keys() | redirects.keys()):
        target = redirects[name] if name in redirects else str(places[name])
        buckets[zlib.crc32(name.encode()) % BUCKETS].append(f"{name}\t{target}")
    blobs = [_deflate("\n".join(bucket)) for bucket in buckets] + [_deflate(chunk) for chunk in chunks]
    head = f"iaclint ansible 1\n{version}\n{date}\n{BUCKETS}\n{' '.join(str(len(blob)) for blob in blobs)}\n"
    return head.encode() + b"".join(blobs)


def _chunks(modules: dict[str, str]) -> tuple[list[str], dict[str, int]]:
    chunks: list[str] = []
    places: dict[str, int] = {}
    current = ""
    for name in sorted(modules):
        text = f"@{name}\n{modules[name]}\n"
        if current and len(current) + len(text) > CHUNK_BYTES:
            chunks.append(current)
            current = ""
        places[name] = len(chunks)
        current += text
    return [*chunks, current], places


def _deflate(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
