"""Certificates that values hold or name: until when they hold, and their key."""

from __future__ import annotations

from pathlib import Path

import pytest

from iaclint.aspects.certificates import Certificate, certificate_of
from iaclint.model.value import Value
from tests.aspects.reading import terraform
from tests.running import FIXTURES, inside

FOLDER = FIXTURES / "rules" / "aws-certificate-short-key" / "folder"


def value_of(expression: str) -> Value:
    text = f'resource "aws_iam_server_certificate" "a" {{\n  certificate_body = {expression}\n}}\n'
    return terraform(text).blocks[0].get("certificate_body")


def read(name: str) -> Certificate | None:
    with inside(FOLDER):
        return certificate_of(value_of(f'file("${{path.module}}/{name}")'))


@pytest.mark.parametrize(("name", "bits"), [("short.pem", 1024), ("long.pem", 2048), ("curve.pem", None)])
def test_a_file_beside_the_document_is_read(name: str, bits: int | None) -> None:
    found = read(name)

    assert found is not None
    assert found.rsa_bits == bits
    assert found.not_after.year > 2060


@pytest.mark.parametrize("name", ["none.pem", "../folder/short.pem", "${var.name}.pem", "main.tf"])
def test_what_is_not_there_or_elsewhere_or_no_certificate_is_not_known(name: str) -> None:
    assert read(name) is None


def test_a_certificate_may_be_written_out() -> None:
    text = (FOLDER / "curve.pem").read_text()
    found = certificate_of(value_of(f"<<EOT\n{text}EOT"))

    assert found is not None
    assert found.rsa_bits is None


@pytest.mark.parametrize("cut", [10, 100, 300])
def test_a_damaged_certificate_is_none(cut: int) -> None:
    lines = (FOLDER / "short.pem").read_text().splitlines()
    body = "".join(lines[1:-1])[:cut]
    body += "=" * (-len(body) % 4)

    assert certificate_of(value_of(f"<<EOT\n{lines[0]}\n{body}\n{lines[-1]}\nEOT")) is None


def test_absolute_paths_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "short.pem"
    path.write_bytes((FOLDER / "short.pem").read_bytes())

    assert certificate_of(value_of(f'file("{path}")')) is None
