"""What is fetched, whether it is checked, and what switches verification off."""

from __future__ import annotations

import pytest

from iaclint.aspects.downloads import downloads
from iaclint.model.aspects import Download
from tests.aspects.reading import instruction, module


def of(text: str) -> list[Download]:
    return downloads(instruction("RUN " + text))


def written(download: Download) -> str | None:
    return download.block.document.source.slice(download.switch.span) if download.switch is not None else None


@pytest.mark.parametrize(
    ("text", "url", "switch"),
    [
        ("curl http://a", "http://a", None),
        ("curl -k http://a", "http://a", "-k"),
        ("curl -fsSLk -o x http://a", "http://a", "-fsSLk"),
        ("curl -fsSLok http://a", "http://a", None),
        ("curl -o -k http://a", "http://a", None),
        ("curl --insecure --output x --url http://a", "http://a", "--insecure"),
        ("curl -H 'A: b' -d k --retry 3 http://a", "http://a", None),
        ("wget -qO- http://a", "http://a", None),
        ("wget -nv -O x http://a", "http://a", None),
        ("wget --no-check-certificate http://a -P /x", "http://a", "--no-check-certificate"),
        ("git clone --depth 1 -b x http://a y", "http://a", None),
        ("git -c http.sslVerify=false clone http://a", "http://a", "http.sslVerify=false"),
        ("GIT_SSL_NO_VERIFY=true git clone http://a", "http://a", "true"),
        ("git config --global http.sslVerify false", None, "false"),
    ],
)
def test_commands_that_fetch(text: str, url: str | None, switch: str | None) -> None:
    found = of(text)

    assert [(one.url_text, written(one), one.verifies) for one in found] == [(url, switch, switch is None)]


def test_several_urls_are_several_downloads() -> None:
    assert [one.url_text for one in of("curl -O http://a -O http://b")] == ["http://a", "http://b"]


@pytest.mark.parametrize("text", ["git status", "git pull", "git config user.name x", "curl --version", "echo wget x"])
def test_other_commands_fetch_nothing(text: str) -> None:
    assert of(text) == []


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        ("curl -o x http://a", False),
        ("curl -o x http://a && echo 'abc  x' | sha256sum -c -", True),
        ("curl -o x http://a && sha256sum --strict --check y", True),
        ("curl -o x http://a && gpg --batch --verify x.asc x", True),
        ("curl -o x http://a && shasum -a 256 -c y", True),
        ("curl -o x http://a && test \"$(sha256sum x)\" = abc", None),
        ("curl http://a | gpg --import", False),
    ],
)
def test_checksums_in_the_same_script(text: str, checked: bool | None) -> None:
    assert of(text)[0].checked is checked


def test_a_checksum_in_another_instruction_leaves_it_open() -> None:
    assert of("curl -o x http://a\nRUN sha256sum -c y")[0].checked is None


@pytest.mark.parametrize(
    ("text", "checked"),
    [("ADD https://a/x /x", False), ("ADD --checksum=sha256:abc https://a/x /x", True)],
)
def test_add_of_a_url(text: str, checked: bool) -> None:
    found = downloads(instruction(text, "ADD"))

    assert [(one.url_text, one.checked, one.tool) for one in found] == [("https://a/x", checked, "ADD")]


def test_add_of_files_fetches_nothing() -> None:
    assert downloads(instruction("ADD a.tar /x", "ADD")) == []


@pytest.mark.parametrize(
    ("text", "checked", "verifies"),
    [
        ("- get_url:\n    url: https://a\n    dest: /x\n", False, True),
        ("- get_url:\n    url: https://a\n    dest: /x\n    checksum: sha256:a\n", True, True),
        ("- get_url:\n    url: https://a\n    dest: /x\n    checksum: '{{ c }}'\n", None, True),
        ("- uri:\n    url: https://a\n    validate_certs: no\n", False, False),
        ("- uri:\n    url: https://a\n    validate_certs: '{{ v }}'\n", False, None),
        ("- unarchive:\n    src: https://a/x.tgz\n    dest: /x\n    remote_src: yes\n", False, True),
        ("- yum:\n    name: a\n    sslverify: false\n", False, False),
        ("- shell: curl -k https://a\n", False, False),
    ],
)
def test_modules_that_fetch(text: str, checked: bool | None, verifies: bool | None) -> None:
    assert [(one.checked, one.verifies) for one in downloads(module(text))] == [(checked, verifies)]


@pytest.mark.parametrize("text", ["- unarchive:\n    src: a.tgz\n    dest: /x\n", "- dnf:\n    name: a\n"])
def test_modules_that_fetch_nothing_by_url(text: str) -> None:
    assert downloads(module(text)) == []
