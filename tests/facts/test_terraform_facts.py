"""Provider facts: what well-known arguments are known to be, and how the tables are packed."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from iaclint.facts.pack import pack, packed
from iaclint.facts.terraform import COLUMNS, PROVIDERS, Schema, dated, schema


def row(type: str, path: str):  # type: ignore[no-untyped-def]
    found = schema(type)
    assert found is not None
    return found.row(path)


def test_encrypting_a_volume_replaces_it() -> None:
    encrypted = row("aws_ebs_volume", "encrypted")

    assert (encrypted.kind, encrypted.value_type, encrypted.force_new) == ("argument", "bool", "yes")


def test_a_nested_block_has_a_row_of_its_own() -> None:
    options = row("aws_instance", "metadata_options")

    assert options.is_block
    assert not options.is_repeated
    assert row("aws_instance", "metadata_options.http_tokens").allowed == ("optional", "required")


def test_a_block_without_limit_may_be_repeated() -> None:
    assert row("aws_instance", "ebs_block_device").is_repeated
    assert row("kubernetes_pod", "spec.container").is_repeated
    assert not row("kubernetes_pod", "spec").is_repeated


def test_a_group_written_as_attributes_is_no_block() -> None:
    assert row("aws_security_group", "ingress").kind == "argument"


@pytest.mark.parametrize(("type", "path", "default"), [
    ("aws_instance", "metadata_options.http_endpoint", "enabled"),
    ("aws_instance", "force_destroy", "false"),
    ("aws_instance", "ami", None),
])  # fmt: skip
def test_a_default_that_is_not_stated_is_none(type: str, path: str, default: str | None) -> None:
    assert row(type, path).default == default


def test_flags_and_lists_of_paths_are_read() -> None:
    assert row("aws_db_instance", "password").sensitive
    assert row("aws_db_instance", "password_wo").write_only
    assert row("aws_instance", "network_interface").deprecated
    assert "subnet_id" in row("aws_instance", "network_interface").conflicts_with
    assert row("aws_instance", "launch_template.id").exactly_one_of == ("launch_template.name", "launch_template.id")
    assert row("aws_instance", "arn").presence == "computed"


def test_children_are_those_right_below() -> None:
    found = schema("aws_instance")
    assert found is not None

    names = [child.path for child in found.children("enclave_options")]

    assert names == ["enclave_options.enabled"]
    assert {"ami", "root_block_device"} <= {child.path for child in found.children()}
    assert all("." not in child.path for child in found.children())


def test_what_has_no_rows_below_is_not_described() -> None:
    found = schema("aws_instance")
    assert found is not None

    assert found.describes()
    assert found.describes("root_block_device")
    assert not found.describes("ami")
    assert not found.describes("root_block")


@pytest.mark.parametrize("type", ["", "aws", "aws_", "aws_nothing_such", "other_thing", "aws_instance\t0", "source"])
def test_an_unknown_type_has_no_schema(type: str) -> None:
    assert schema(type) is None


@pytest.mark.parametrize("path", ["", "nothing", "ami.x", "ami\targument", "\n", "root_block_device."])
def test_an_unknown_path_has_no_row(path: str) -> None:
    assert row("aws_instance", path) is None


def test_the_path_that_another_begins_with_is_not_confused_with_it() -> None:
    assert row("aws_instance", "ebs") is None
    assert row("aws_instance", "ebs_optimized").path == "ebs_optimized"


@pytest.mark.parametrize("type", [
    "aws_s3_bucket", "azurerm_storage_account", "google_storage_bucket", "kubernetes_deployment",
])  # fmt: skip
def test_every_provider_has_its_table(type: str) -> None:
    assert schema(type) is not None


def test_every_table_is_dated() -> None:
    told = dated()

    assert set(told) == set(PROVIDERS)
    assert told["aws"].version == "v6.58.0"
    assert all(one.source and one.date.startswith("2026-") for one in told.values())


README = "| file | source | version |\n| --- | --- | --- |\n" + "".join(
    f"| `{name}.tsv` | example/{name} `abc` | 1.2.3, 2026-01-02 | 1 |\n" for name in PROVIDERS
)


def tables(folder: Path, line: str) -> Path:
    (folder / "README.md").write_text(README)
    for name in PROVIDERS:
        (folder / f"{name}.tsv").write_text("\t".join(("type", *COLUMNS)) + "\n" + line)
    return folder


LINE = 'aws_x\tb.é\targument\tstring\toptional\t""\tno\tyes\tno\t2\t""|a\tc,d\t\tno\t\n'


def test_packing_is_deterministic(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    source = tables(tmp_path, LINE)

    first = [path.read_bytes() for path in pack(source, tmp_path / "one")]

    assert first == [path.read_bytes() for path in pack(source, tmp_path / "two")]


def test_a_packed_row_comes_back() -> None:
    text = LINE.split("\t", 1)[1].rstrip("\n")

    found = Schema("aws_x", text).row("b.é")

    assert found is not None
    assert (found.default, found.allowed, found.max_items, found.sensitive) == ("", ("", "a"), 2, True)
    assert found.conflicts_with == ("c", "d")
    assert found.required_with == ()


def test_packing_refuses_a_table_of_another_shape(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unexpected row"):
        pack(tables(tmp_path, "aws_x\tb\n"), tmp_path)


def test_an_empty_table_can_be_packed() -> None:
    _, lengths, rest = packed({}, "example", "1, 2026-01-01").split(b"\n", 2)

    assert zlib.decompress(rest[: int(lengths.split()[0])]) == b"source\texample\nversion\t1\ndate\t2026-01-01\n"
