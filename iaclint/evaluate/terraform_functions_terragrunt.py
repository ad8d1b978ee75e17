"""Terragrunt's own functions, which only its files may call.

What runs a program or asks a cloud is not here, so it is unknown. The environment that Terragrunt will run in is not
known either: a variable counts by the default that is given for it.
"""

from __future__ import annotations

from iaclint.evaluate.terraform_functions import Call, structural
from iaclint.evaluate.terraform_values import Unknowable, fails
from iaclint.evaluate.terragrunt import NAMES, Configuration, configuration_of
from iaclint.model.value import Value


def _configuration(call: Call) -> Configuration:
    found = configuration_of(call.scope.module)
    if found is None:
        raise Unknowable
    return found


@structural("[string]", "[any?]")
def find_in_parent_folders(call: Call, name: Value | None = None, otherwise: Value | None = None) -> Value | None:
    # what lies beyond the repository is not looked at, so that there is none is never known
    found = _configuration(call).above(str(name.data) if name is not None else NAMES[0])
    return call.new("string", found) if found is not None else None


@structural("string", "[any?]")
def read_terragrunt_config(call: Call, path: Value, otherwise: Value | None = None) -> Value | None:
    found = _configuration(call).read(str(path.data), is_included=False)
    if found is None:
        raise Unknowable
    content = found.content(call.scope.document, call.span)
    return call.new("map", content.data)


@structural()
def get_terragrunt_dir(call: Call) -> Value | None:
    return call.new("string", _configuration(call).folder or None)


@structural()
def get_original_terragrunt_dir(call: Call) -> Value | None:
    configuration = _configuration(call)
    # what a file is read by may be another one
    return call.new("string", configuration.folder) if not configuration.is_read and configuration.folder else None


@structural("string", "[any?]")
def get_env(call: Call, name: Value, otherwise: Value | None = None) -> Value | None:
    _configuration(call)
    if otherwise is None or fails(otherwise):
        raise Unknowable
    return call.of(otherwise)


__all__: list[str] = []
