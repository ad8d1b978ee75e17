"""What must not be shown, is ephemeral or comes from a provider: marks spread, and what they hide is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluate.trees import at, plain, project_in


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are found from the working folder."""
    monkeypatch.chdir(tmp_path)


SHOWN, HIDDEN = False, True


@pytest.mark.parametrize(
    ("expression", "expected", "is_hidden"),
    [
        # as terraform 1.11 has it
        ("var.s", "sec", HIDDEN), ("upper(var.s)", "SEC", HIDDEN), ('"x${var.s}"', "xsec", HIDDEN),
        ('var.s == "sec"', True, HIDDEN), ('var.s == "sec" ? 1 : 2', 1, HIDDEN), ("length(var.l)", 1, HIDDEN),
        ("var.l[0]", "a", HIDDEN), ("[for x in var.l : x]", ["a"], HIDDEN), ("can(var.s)", True, HIDDEN),
        ("jsonencode({ a = var.s })", '{"a":"sec"}', HIDDEN), ("{ a = var.s, b = 1 }.a", "sec", HIDDEN),
        ('coalesce(var.s, "x")', "sec", HIDDEN), ('try(var.s, "x")', "sec", HIDDEN),
        ("sensitive(null) == null", True, HIDDEN), ("one([var.s])", "sec", HIDDEN), ("var.e", "eph", HIDDEN),
        ("nonsensitive(var.s)", "sec", SHOWN), ("nonsensitive(var.p)", "pub", SHOWN),
        ("nonsensitive(null)", None, SHOWN),
        ('nonsensitive("x${var.s}")', "xsec", SHOWN), ("nonsensitive(length(var.l))", 1, SHOWN),
        ('nonsensitive(var.s == "sec" ? 1 : 2)', 1, SHOWN), ("nonsensitive([for x in var.l : x])", ["a"], SHOWN),
        ('nonsensitive([sensitive("a"), "b"])[0]', "a", HIDDEN), ("var.p", "pub", SHOWN),
        ('core::upper("x")', "X", SHOWN),
        ("issensitive(var.p)", False, SHOWN),
        ("issensitive(nonsensitive(var.s))", False, SHOWN), ("issensitive(null)", False, SHOWN),
        ("ephemeralasnull(var.p)", "pub", SHOWN),
        # what Terraform would show is rather hidden
        ("{ a = var.s, b = 1 }.b", 1, HIDDEN), ("issensitive(sensitive(1))", True, HIDDEN),
        ("nonsensitive(var.l)[0]", "a", HIDDEN),
        # what the marks of a part or of the whole decide
        ("issensitive(keys({ a = var.s }))", "?", None), ("issensitive(length([var.s]))", "?", None),
        ("ephemeralasnull(var.e)", "?", None), ("ephemeralasnull({ a = var.e, b = 1 }).b", "?", None),
        ("ephemeralasnull(upper(var.e))", "?", None), ("ephemeralasnull(var.s)", "?", None),
        ("ephemeralasnull(ephemeral.e.e.token)", "?", None), ("ephemeralasnull(module.m.eph)", "?", None),
        # what a provider or the run decides
        ('provider::p::f("x")', "?", None), ('try(provider::p::f("x"), "d")', "?", None),
        ('can(provider::p::f("x"))', "?", None), ("try(provider::p::f(1), var.s)", "?", None),
        ("ephemeral.e.e.token", "?", None), ("terraform.workspace", "?", None), ("timestamp()", "?", None),
        ("try(timestamp(), 1)", "?", None), ("var.u == null", "?", None), ('coalesce(var.u, "x")', "?", None),
        ("var.u && false", False, SHOWN), ("[var.u, 1][1]", 1, SHOWN), ("length([var.u])", 1, SHOWN),
        ("try(var.u.a, 1)", "?", None), ("contains([var.u, 1], 1)", True, SHOWN), ("module.m.eph", "eph", HIDDEN),
        ("module.m.sec", "sec", HIDDEN), ("nonsensitive(module.m.sec)", "sec", SHOWN),
    ],
)  # fmt: skip
def test_marks_spread_as_in_terraform(
    tmp_path: Path, expression: str, expected: object, is_hidden: bool | None
) -> None:
    project = project_in(tmp_path, {"main.tf": f"""
        variable "s" {{
          default   = "sec"
          sensitive = true
        }}
        variable "l" {{
          type      = list(string)
          default   = ["a"]
          sensitive = true
        }}
        variable "e" {{
          default   = "eph"
          ephemeral = true
        }}
        variable "p" {{
          default = "pub"
        }}
        variable "u" {{}}
        ephemeral "e" "e" {{
          x = 1
        }}
        module "m" {{
          source = "./m"
        }}
        resource "t" "t" {{
          x = {expression}
        }}
    """, "m/main.tf": """
        output "eph" {
          value     = "eph"
          ephemeral = true
        }
        output "sec" {
          value     = "sec"
          sensitive = true
        }
    """})  # fmt: skip
    value = at(project, "t.t")

    assert plain(value) == expected
    if is_hidden is not None:
        assert value.is_sensitive is is_hidden
