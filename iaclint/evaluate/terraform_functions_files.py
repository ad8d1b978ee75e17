"""Terraform's functions of paths and files; files are asked of the module."""

from __future__ import annotations

from collections.abc import Callable

from iaclint.evaluate.terraform_functions import Call, plain, structural
from iaclint.evaluate.terraform_values import Mistake, Unknowable, fails, normal
from iaclint.model.value import Value


def _portable(path: str) -> str:
    # a backslash or a drive mean something on some machines only
    if "\\" in path or path[1:2] == ":":
        raise Unknowable
    return path


def cleaned(path: str) -> str:
    """The path without empty parts, `.` and what `..` takes back."""
    parts: list[str] = []
    is_absolute = path.startswith("/")
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".." or not is_absolute:
            parts.append(part)
    return ("/" if is_absolute else "") + "/".join(parts) or "."


@plain("string")
def basename(path: str) -> str:
    if not path:
        return "."
    return _portable(path).rstrip("/").rpartition("/")[2] or "/"


@plain("string")
def dirname(path: str) -> str:
    return cleaned(_portable(path).rpartition("/")[0] + ("/" if "/" in path else ""))


@plain("string")
def abspath(path: str) -> str:
    if not path.startswith("/"):
        raise Unknowable
    return cleaned(_portable(path))


@plain("string")
def pathexpand(path: str) -> str:
    if path.startswith("~"):
        raise Unknowable
    return path


# --- what stands in files -------------------------------------------------------------------


def _text(call: Call, path: Value) -> str:
    written = str(path.data)
    if written.startswith("~"):
        raise Unknowable
    found = call.scope.module.file(written)
    if found is None:
        raise Unknowable
    return found


@structural("string")
def file(call: Call, path: Value) -> Value | None:
    return call.new("string", normal(_text(call, path)))


@structural("string")
def fileexists(call: Call, path: Value) -> Value | None:
    _text(call, path)
    return call.new("bool", True)


def _enter(name: str, encode: Callable[[bytes], str]) -> None:
    @structural("string", name=name)
    def encoded(call: Call, path: Value) -> Value | None:
        return call.new("string", encode(_text(call, path).encode()))


def _hexadecimal(name: str) -> Callable[[bytes], str]:
    def encode(data: bytes) -> str:
        import hashlib

        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return encode


def _base64(name: str) -> Callable[[bytes], str]:
    def encode(data: bytes) -> str:
        import hashlib
        from base64 import b64encode

        if name:
            data = hashlib.new(name, data, usedforsecurity=False).digest()
        return b64encode(data).decode()

    return encode


_enter("filebase64", _base64(""))
for _name in ("md5", "sha1", "sha256", "sha512"):
    _enter(f"file{_name}", _hexadecimal(_name))
for _name in ("sha256", "sha512"):
    _enter(f"filebase64{_name}", _base64(_name))


# --- templates --------------------------------------------------------------------------------


@structural("string", "any?")
def templatefile(call: Call, path: Value, names: Value) -> Value | None:
    from iaclint.evaluate.terraform_template_files import render

    return render(_text(call, path), _checked(names), call, of_file=True)


@structural("string?", "any?")
def templatestring(call: Call, template: Value, names: Value) -> Value | None:
    from iaclint.evaluate.terraform_template_files import render

    if template.kind not in ("string", "unknown") or fails(template):
        raise Mistake
    if template.is_unknown:
        raise Unknowable
    return render(str(template.data), _checked(names), call, of_file=False)


def _checked(names: Value) -> Value:
    if fails(names) or names.kind not in ("map", "unknown"):
        raise Mistake
    if names.is_unknown:
        raise Unknowable
    return names
