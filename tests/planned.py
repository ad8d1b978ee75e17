"""Writing plans for tests as `terraform show -json` would: only what a test is about has to be said."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def resource(
    address: str,
    values: Json,
    *,
    unknown: Json | None = None,
    sensitive: Json | None = None,
    actions: tuple[str, ...] = ("create",),
    written: Json | None = None,
) -> Json:
    """A managed resource instance; `written` are the expressions of its configuration, None where it has none."""
    own = address.rpartition("module.")[2].split(".", 1)[1] if address.startswith("module.") else address
    type, _, name = own.partition(".")
    return {
        "address": address,
        "module": address[: -len(own) - 1] if own != address else "",
        "type": type,
        "name": name.partition("[")[0],
        "values": values,
        "unknown": unknown or {},
        "sensitive": sensitive or {},
        "actions": list(actions),
        "written": written,
    }


def const(value: object) -> Json:
    """An expression that is a literal."""
    return {"constant_value": value}


def refs(*names: str) -> Json:
    """An expression that refers to something."""
    return {"references": list(names)}


def _without_keys(module: str) -> list[str]:
    return [name.partition("[")[0] for name in module.split(".") if name != "module"]


def plan(*resources: Json, calls: Json | None = None, **further: Any) -> bytes:
    """The plan of these resources. `calls`: module path without "module." -> what its call says besides `module`."""
    planned: Json = {"root_module": {"resources": []}}
    written: Json = {"resources": [], "module_calls": {}}
    changes = []

    def module_of(path: list[str]) -> Json:
        module, so_far = written, []
        for name in path:
            so_far.append(name)
            call = module.setdefault("module_calls", {}).setdefault(name, {"module": {"resources": []}})
            call |= (calls or {}).get(".".join(so_far), {})
            module = call["module"]
        return module

    for path in calls or {}:
        module_of(path.split("."))
    children: dict[str, Json] = {}
    for one in resources:
        about = {"mode": "managed", "type": one["type"], "name": one["name"]}
        value = {
            "address": one["address"], **about, "schema_version": 0, "values": one["values"],
            "sensitive_values": one["sensitive"],
        }  # fmt: skip
        if one["module"]:
            child = children.setdefault(one["module"], {"resources": [], "address": one["module"]})
            child["resources"].append(value)
        elif one["actions"] != ["delete"]:
            planned["root_module"]["resources"].append(value)
        change = {
            "actions": one["actions"], "before": None, "after": one["values"], "after_unknown": one["unknown"],
            "after_sensitive": one["sensitive"],
        }  # fmt: skip
        changes.append({"address": one["address"], **about, "change": change})
        if one["written"] is not None:
            own = f"{one['type']}.{one['name']}"
            resources_there = module_of(_without_keys(one["module"]) if one["module"] else [])["resources"]
            if all(there["address"] != own for there in resources_there):
                resources_there.append({"address": own, **about, "expressions": one["written"]})
    if children:
        planned["root_module"]["child_modules"] = list(children.values())
    whole = {
        "format_version": "1.2", "terraform_version": "1.9.8", "planned_values": planned, "resource_changes": changes,
        "configuration": {"root_module": written}, **further,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
