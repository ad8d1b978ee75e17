"""What a fix added to a file, and whether the provider or module knows it there.

The texts before and after are read anew, with python-hcl2 and PyYAML, and compared by the paths of their arguments
and blocks: nothing of the fixers or their proof takes part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from iaclint.facts import ansible
from iaclint.facts.terraform import Schema, schema

Path = tuple[str, ...]

META = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"})
VARIABLE = frozenset({"type", "default", "description", "sensitive", "nullable", "ephemeral", "validation"})
DATA_SOURCES: dict[str, frozenset[str]] = {
    "aws_iam_policy_document": frozenset({
        "statement", "policy_id", "version", "source_policy_documents", "override_policy_documents",
        "statement.sid", "statement.effect", "statement.actions", "statement.not_actions", "statement.resources",
        "statement.not_resources", "statement.principals", "statement.principals.type",
        "statement.principals.identifiers", "statement.not_principals", "statement.not_principals.type",
        "statement.not_principals.identifiers", "statement.condition", "statement.condition.test",
        "statement.condition.variable", "statement.condition.values",
    }),
    "aws_ami": frozenset({"owners", "most_recent", "filter", "filter.name", "filter.values"}),
}  # fmt: skip
"""Data sources, which the tables of the providers leave out, by their documentation."""

POLICY = frozenset({
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
    "NotResource", "Condition", "AWS", "Service", "Federated", "CanonicalUser", "Bool", "Null", "StringEquals",
    "StringNotEquals", "StringLike", "StringNotLike", "ArnEquals", "ArnLike", "ArnNotLike", "IpAddress",
    "NotIpAddress", "NumericLessThan",
})  # fmt: skip
"""Names in a policy document; keys of conditions besides have a colon."""

KEYWORDS = frozenset({
    "name", "when", "loop", "register", "vars", "tags", "notify", "become", "become_user", "no_log", "environment",
    "changed_when", "failed_when", "check_mode", "delegate_to", "run_once", "hosts", "gather_facts", "tasks",
})  # fmt: skip
"""Keywords of plays and tasks that a fix may write."""

_LISTS = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")
_KEY = re.compile(r"""["']?([A-Za-z_][\w:./-]*)["']?\s*[:=](?![=:])""")


class Added(NamedTuple):
    """Something that stands in a file now and did not before.

    verdict  "known", "unknown" (the table is complete there and has no such name), "incomplete" (a new block that
             lacks what it requires), or "unlisted" (no table says anything of it)
    """

    where: str
    verdict: str


class Unreadable(Exception):
    """The file can no longer be read."""


def added(path: str, before: bytes, after: bytes) -> Iterator[Added]:
    """Every argument, block and key that is new in a Terraform or Ansible file; raises Unreadable."""
    if path.endswith(".tf"):
        yield from _added_to_terraform(before, after)
    elif path.endswith((".yml", ".yaml")):
        yield from _added_to_ansible(before, after)


# --- Terraform ------------------------------------------------------------------------------------------------------


class _Body(NamedTuple):
    """A top-level block: its keyword, type and name, and what stands in it."""

    keyword: str
    type: str
    name: str
    content: dict[str, Any]


def _added_to_terraform(before: bytes, after: bytes) -> Iterator[Added]:
    try:
        old = {(one.keyword, one.type, one.name): one for one in _bodies(_hcl(before))}
    except Unreadable:
        return  # what hcl2 cannot read before, it cannot compare
    for body in _bodies(_hcl(after)):
        known = old.get((body.keyword, body.type, body.name))
        if known is None:
            yield Added(_told(body, ()), _verdict(body, ()))
            yield from _lacking(body, (), body.content)
        paths = Counter(dict(_counted(body.content)))
        paths.subtract(dict(_counted(known.content)) if known is not None else {})
        for path, count in paths.items():
            for _ in range(count):
                yield Added(_told(body, path), _verdict(body, path))
        yield from _lacking_blocks(body, known)
        yield from _keys_in_texts(body, known)


def _hcl(data: bytes) -> dict[str, Any]:
    import hcl2

    try:
        loaded: dict[str, Any] = hcl2.loads(data.decode("utf-8-sig").replace("\r\n", "\n").rstrip() + "\n")
    except Exception as error:  # lark's errors and plain ones alike
        raise Unreadable(f"{type(error).__name__}: {str(error)[:120]}") from None
    return loaded


def _bodies(data: Mapping[str, Any]) -> Iterator[_Body]:
    for keyword, blocks in data.items():
        for block in blocks if isinstance(blocks, list) else ():
            labels, content = [], block
            while "__is_block__" not in content and len(content) == 1:
                ((label, content),) = content.items()
                labels.append(_plain(label))
            labels = [*labels, "", ""]
            yield _Body(keyword, labels[0], labels[1], content)


def _plain(name: str) -> str:
    return name.strip('"')


def _walk(content: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything that stands below, depth first; a `dynamic` block stands as its content."""
    stack: list[tuple[Path, Any]] = [(above, content)]
    while stack:
        path, here = stack.pop()
        if isinstance(here, list):
            stack.extend((path, one) for one in here)
            continue
        if not isinstance(here, dict):
            continue
        for name, below in here.items():
            if name in ("__is_block__", "__comments__", "__inline_comments__"):
                continue
            if name == "dynamic" and isinstance(below, list):
                for one in below:
                    for label, made in one.items():
                        yield (*path, _plain(label)), made.get("content")
                        stack.append(((*path, _plain(label)), made.get("content")))
                continue
            yield (*path, _plain(name)), below
            stack.append(((*path, _plain(name)), below))


def _counted(content: dict[str, Any]) -> Counter[Path]:
    found: Counter[Path] = Counter()
    for path, below in _walk(content):
        # several blocks of one name count each
        blocks = isinstance(below, list) and any(isinstance(one, dict) and "__is_block__" in one for one in below)
        found[path] += len(below) if blocks else 1
    return found


def _told(body: _Body, path: Path) -> str:
    return ".".join(part for part in (body.keyword, body.type, body.name) if part) + "".join(f" {one}" for one in path)


def _verdict(body: _Body, path: Path) -> str:
    if path and path[0] in META:
        return "known"
    if body.keyword == "resource":
        facts = schema(body.type)
        return "unlisted" if facts is None else "known" if not path else _by_facts(facts, path)
    if body.keyword == "data" and body.type in DATA_SOURCES:
        return "known" if not path or ".".join(path) in DATA_SOURCES[body.type] else "unknown"
    if body.keyword in ("variable", "output") and path:
        return "known" if path[0] in VARIABLE else "unknown"
    return "unlisted"


def _by_facts(facts: Schema, path: Path) -> str:
    for depth in range(1, len(path) + 1):
        row = facts.row(".".join(path[:depth]))
        if row is not None:
            if row.presence == "computed":
                return "unknown"
            continue
        above = facts.row(".".join(path[: depth - 1])) if depth > 1 else None
        if above is not None and not above.is_block and not facts.describes(above.path):
            return "known"  # an entry of a map that takes any
        return "unknown" if facts.describes(".".join(path[: depth - 1])) else "unlisted"
    return "known"


def _lacking_blocks(body: _Body, known: _Body | None) -> Iterator[Added]:
    """What blocks lack that are new."""
    old = _counted(known.content) if known is not None else Counter()
    new = _counted(body.content)
    for path, below in _walk(body.content):
        blocks = [one for one in below if isinstance(one, dict)] if isinstance(below, list) else []
        if blocks and "__is_block__" in blocks[0] and new[path] > old[path]:
            # which of several is the new one is not known: the last of them
            yield from _lacking(body, path, blocks[-1])


def _lacking(body: _Body, path: Path, content: Mapping[str, Any]) -> Iterator[Added]:
    facts = schema(body.type) if body.keyword == "resource" else None
    if facts is None:
        return
    present = {_plain(name) for name in content}
    present |= {_plain(label) for one in content.get("dynamic", ()) for label in one}
    for row in facts.children(".".join(path)):
        name = row.path.rpartition(".")[2]
        if row.presence == "required" and name not in present:
            yield Added(f"{_told(body, path)} lacks {name}", "incomplete")


def _keys_in_texts(body: _Body, known: _Body | None) -> Iterator[Added]:
    """New keys of policies that stand as text or in a call."""
    new = _keys(body.content)
    new.subtract(_keys(known.content) if known is not None else Counter())
    for (path, key), count in new.items():
        for _ in range(count):
            verdict = "known" if key in POLICY or ":" in key else "unlisted"
            yield Added(f"{_told(body, path)} {key}", verdict)


def _keys(content: Any) -> Counter[tuple[Path, str]]:
    found: Counter[tuple[Path, str]] = Counter()
    for path, below in _walk(content):
        if isinstance(below, str) and "Statement" in below:
            found.update((path, key) for key in _KEY.findall(below))
    return found


# --- Ansible --------------------------------------------------------------------------------------------------------


def _added_to_ansible(before: bytes, after: bytes) -> Iterator[Added]:
    try:
        old = Counter(_places(_yaml(before)))
    except Unreadable:
        return
    new = Counter(_places(_yaml(after)))
    new.subtract(old)
    for path, count in new.items():
        for _ in range(count):
            yield Added(" ".join(path), _ansible_verdict(path))


@cache
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads what Ansible writes besides: unknown tags are left aside."""

    def any_tag(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("", any_tag)
    return Loader


def _yaml(data: bytes) -> Any:
    import yaml

    try:
        return yaml.load(data, Loader=_loader())
    except Exception as error:
        raise Unreadable(f"{type(error).__name__}: {str(error)[:120]}") from None


def _places(data: Any) -> Iterator[Path]:
    """Each keyword of plays and tasks, and each parameter of each module by its path."""
    stack: list[Any] = [data]
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack.extend(here)
            continue
        if not isinstance(here, dict):
            continue
        for key, below in here.items():
            name = str(key)
            if name in _LISTS:
                stack.append(below)
            elif ansible.is_module(name):
                yield ("module", ansible.resolve(name))
                yield from _parameters(("module", ansible.resolve(name)), below)
            else:
                yield ("keyword", name)


def _parameters(above: Path, data: Any) -> Iterator[Path]:
    if isinstance(data, str):
        # free form: name=value pairs
        yield from ((*above, name) for name in re.findall(r"(?:^|\s)(\w+)=", data))
    stack: list[tuple[Path, Any]] = [(above, data)]
    while stack:
        path, here = stack.pop()
        if isinstance(here, list):
            stack.extend((path, one) for one in here)
        elif isinstance(here, dict):
            for name, below in here.items():
                yield (*path, str(name))
                stack.append(((*path, str(name)), below))


def _ansible_verdict(path: Path) -> str:
    if path[0] == "keyword":
        return "known" if path[1] in KEYWORDS else "unlisted"
    options: Mapping[str, ansible.Parameter] | None = ansible.parameters(path[1])
    if options is None:
        return "unlisted"
    for depth, name in enumerate(path[2:]):
        found = next((one for one in options.values() if name == one.name or name in one.aliases), None)
        if found is None:
            return "unknown" if depth == 0 or options else "unlisted"
        if not found.options:
            return "known"  # what stands below is free, or is not described
        options = found.options
    return "known"


def worst(found: Iterable[Added]) -> Counter[str]:
    """How many there are of each verdict."""
    return Counter(one.verdict for one in found)


__all__ = ["Added", "Unreadable", "added", "worst"]
