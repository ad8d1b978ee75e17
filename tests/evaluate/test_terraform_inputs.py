"""Which setting a variable gets, by Terraform's precedence."""

from __future__ import annotations

import pickle

import pytest

from iaclint.evaluate.terraform_inputs import Inputs, Var, VarFile, environment, settings
from iaclint.evaluate.terraform_types import variable_value
from iaclint.model import Document, Value, literal_of
from iaclint.parsers.hcl import parse, parse_json
from iaclint.source import Source

SECRET = "hunter2-of-the-shell"


def folder(type: str = "", **files: str) -> list[Document]:
    """A folder with a variable `v` of a type, and variable files whose dots are written `__`."""
    main = f'variable "v" {{\n{"  type = " + type if type else ""}\n}}\n'
    documents = [parse(Source("m/main.tf", main.encode()))]
    for name, text in files.items():
        path = "m/" + name.replace("__", ".")
        read = parse_json if path.endswith(".json") else parse
        documents.append(read(Source(path, text.encode()), "tfvars"))
    return documents


def value_of(documents: list[Document], given: Inputs | None = None) -> Value:
    return variable_value(settings(documents, given)["v"].value, documents[0].blocks[0])


def of_environment(text: str, type: str = "") -> Value:
    return value_of(folder(type), Inputs(environment=(("v", text),)))


def test_the_stronger_setting_wins() -> None:
    files = {
        "terraform__tfvars": "v = 1\n", "terraform__tfvars__json": '{"v": 2}', "a__auto__tfvars": "v = 3\n",
        "b__auto__tfvars__json": '{"v": 4}', "c__auto__tfvars": "v = 5\n", "z__tfvars": "v = 9\n",
    }  # fmt: skip
    ambient = (("v", "0"),)
    for count in range(1, 6):
        some = dict(list(files.items())[:count])
        assert value_of(folder(**some), Inputs(environment=ambient)).is_(count)
    assert value_of(folder(z__tfvars="v = 9\n"), Inputs(environment=ambient)).is_("0")
    assert settings(folder(z__tfvars="v = 9\n"), None) == {}

    given = (Var("v", "6"), VarFile("x.tfvars", b"v = 7"), VarFile("x.tfvars.json", b'{"v": 8}'))
    for count in range(1, 4):
        assert value_of(folder(**files), Inputs(given[:count], ambient)).is_(5 + count)
    assert value_of(folder(**files), Inputs((*given, Var("v", "10")), ambient)).is_("10")


@pytest.mark.parametrize(
    ("type", "text", "expected"),
    [
        ("", '["a"]', '["a"]'), ("string", '["a"]', '["a"]'), ('"string"', "null", "null"), ("bool", "true", True),
        ("number", "-1.5", -1.5), ("any", '["a"]', ["a"]), ("list(string)", '["a", 1]', ["a", "1"]),
        ("list", "[\n  1,\n]", [1]), ("map(number)", '{a = "1"}', {"a": 1}), ("any", "-4", -4), ("any", '"x"', "x"),
        ("object({ a = optional(string, \"d\") })", "{}", {"a": "d"}), ("list(string)", "null", None),
    ],
)  # fmt: skip
def test_text_is_a_string_for_a_scalar_and_an_expression_for_anything_else(
    type: str, text: str, expected: object
) -> None:
    assert literal_of(of_environment(text, type)) == expected


@pytest.mark.parametrize("text", ["[", "[1]\nw = 2", "a b", "", "x = 1", "block {}", "${", "[1] # \n }", "<<EOF"])
def test_an_expression_that_cannot_be_read_is_unknown(text: str) -> None:
    assert of_environment(text, "list(any)").is_unknown


def test_only_declared_variables_are_set_from_text() -> None:
    given = Inputs((Var("w", "1"),), (("u", "1"),))

    assert settings(folder(), given) == {}


def test_given_text_has_no_place_and_is_not_kept_in_a_source() -> None:
    for given, path in [
        (Inputs(environment=(("v", f'["{SECRET}"]'),)), "TF_VAR_v"), (Inputs((Var("v", f'["{SECRET}"]'),)), "--var v"),
    ]:  # fmt: skip
        for type in ("", "list(string)"):
            value = value_of(folder(type), given).source_value
            below = [value, *(item.source_value for item in value.items)]
            assert all((one.document.kind, one.document.path) == ("input", path) for one in below)
            assert all(one.document.source.data == b"" and one.document.tree is None for one in below)
            assert all(one.span.end == 0 for one in below)
            assert SECRET in str(literal_of(value))
        assert SECRET not in repr(given)


def test_a_variable_file_of_the_folder_is_a_place_and_another_is_not() -> None:
    documents = folder(prod__tfvars="v = 1\n")

    own = settings(documents, Inputs((VarFile("m/prod.tfvars", b"v = 2\n"),)))["v"]
    other = settings(documents, Inputs((VarFile("env/prod.tfvars", b"v = 2\n"),)))["v"]
    assert own.block.document is documents[1] and own.value.is_(1)
    assert other.block.document.kind == "input" and other.value.is_(2)


def test_templates_mean_themselves_in_a_variable_file_in_json() -> None:
    value = value_of(folder(), Inputs((VarFile("x.json", b'{"v": "${a}", "//": 1}'),)))

    assert value.is_("${a}")


def test_the_environment_gives_what_begins_with_the_prefix() -> None:
    found = environment({"TF_VAR_b": "2", "TF_VAR_a": "1", "TF_VAR_": "x", "PATH": "/", "tf_var_c": "3"})

    assert found == (("a", "1"), ("b", "2"))


def test_inputs_go_to_other_processes() -> None:
    given = Inputs((Var("v", "1"), VarFile("x", b"")), (("a", "b"),))

    assert pickle.loads(pickle.dumps(given)) == given
    assert given and not Inputs()
