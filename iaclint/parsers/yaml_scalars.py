"""What a plain YAML scalar means: YAML 1.1 as PyYAML, and so Ansible, reads it."""

from __future__ import annotations

from typing import Any

STANDARD_TAG = "tag:yaml.org,2002:"


def implicit_tag(text: str) -> str:
    """The tag YAML 1.1 gives a plain scalar: `tag:yaml.org,2002:int`, or "str"."""
    import yaml

    resolvers: Any = yaml.SafeLoader.yaml_implicit_resolvers
    for tag, pattern in (*resolvers.get(text[:1], ()), *resolvers.get(None, ())):
        if pattern.match(text):
            return str(tag)
    return "str"


def construct(tag: str, text: str) -> object:
    """What a scalar of this tag means; its text for a tag that is not one of None, bool, int and float."""
    kind = tag.removeprefix(STANDARD_TAG)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}[text.lower()]
        if kind == "int":
            return _integer(text.replace("_", ""))
        if kind == "float":
            return _float(text.replace("_", "").lower())
    except (ValueError, KeyError, OverflowError):
        pass
    return text


def _integer(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if digits.startswith("0b"):
        return sign * int(digits[2:], 2)
    if digits.startswith("0x"):
        return sign * int(digits[2:], 16)
    if ":" in digits:
        return sign * int(_sexagesimal(digits))
    if digits.startswith("0") and digits != "0":
        return sign * int(digits, 8)
    return sign * int(digits)


def _float(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    digits = text.lstrip("+-")
    if digits == ".inf":
        return sign * float("inf")
    if digits == ".nan":
        return float("nan")
    return sign * (_sexagesimal(digits) if ":" in digits else float(digits))


def _sexagesimal(text: str) -> float:
    total = 0.0
    for part in text.split(":"):
        total = total * 60 + float(part)
    return total
