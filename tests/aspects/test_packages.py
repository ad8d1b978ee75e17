"""Packages and the versions they are pinned to, by package manager."""

from __future__ import annotations

import pytest

from iaclint.aspects.packages import package_installs
from tests.aspects.reading import instruction, module

Found = list[tuple[str, str | None]]


def found_in(text: str) -> list[tuple[str, Found, bool]]:
    installs = package_installs(instruction("RUN " + text))
    return [
        (one.manager, [(package.name, package.version) for package in one.packages], one.requirements)
        for one in installs
    ]


@pytest.mark.parametrize(
    ("text", "manager", "packages"),
    [
        ("apt-get install -y curl=7.1 git", "apt-get", [("curl", "7.1"), ("git", None)]),
        ("apt-get -y -o A::B=C install -t stable curl", "apt-get", [("curl", None)]),
        ("apt install ./x.deb /tmp/y.deb z:arm64", "apt", [("z", None)]),
        ("apt-get install -qq $PKGS foo=$V ${X}bar", "apt-get", [("", ""), ("foo", ""), ("bar", "")]),
        ("apk add --no-cache --virtual .deps a=1 'b~=2' 'c>3'", "apk", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("apk --no-cache add -t .x a@edge", "apk", [("a", None)]),
        ("yum install -y httpd-2.24.2 gcc-c++ --enablerepo epel", "yum", [("httpd", "2.24.2"), ("gcc-c++", None)]),
        ("microdnf install a", "microdnf", [("a", None)]),
        ("zypper -n in a=1 b", "zypper", [("a", "1"), ("b", None)]),
        ("pip install a==1 'b>=2' c 'd[x]==3' -i http://i", "pip", [("a", "1"), ("b", ">=2"), ("c", None), ("d", "3")]),
        ("python3 -m pip install --no-cache-dir a", "pip", [("a", None)]),
        ("pip3 install 'a @ https://x/a.whl' .", "pip", [("a", "https://x/a.whl")]),
        ("pip install git+https://u/r@v1 git+ssh://u/r", "pip", [("git+https://u/r", "v1"), ("git+ssh://u/r", None)]),
        ("pip install -c c.txt a", "pip", [("a", "")]),
        ("pip install ./x.whl /y -t /z", "pip", []),
        ("npm install -g a@1 @s/b @s/c@2", "npm", [("a", "1"), ("@s/b", None), ("@s/c", "2")]),
        ("npm i git+https://u/r.git#v1 ./local", "npm", [("git+https://u/r.git", "v1")]),
        ("yarn global add a", "yarn", [("a", None)]),
        ("pnpm add a@2", "pnpm", [("a", "2")]),
        ("gem install a:1 b", "gem", [("a", "1"), ("b", None)]),
        ("gem install a -v 1.2", "gem", [("a", "1.2")]),
        ("gem install a --version=1.2", "gem", [("a", "1.2")]),
        ("go install github.com/a/b@v1", "go", [("github.com/a/b", "v1")]),
        ("go get -d github.com/a/b", "go", [("github.com/a/b", None)]),
        ("cargo install a --version 1 --locked", "cargo", [("a", "1")]),
        ("cargo install --git https://a/b --rev abc", "cargo", [("https://a/b", "abc")]),
        ("conda install -c x a=1 y::b", "conda", [("a", "1"), ("b", None)]),
        ("sudo DEBIAN_FRONTEND=x apt-get install a", "apt-get", [("a", None)]),
    ],
)
def test_names_and_versions(text: str, manager: str, packages: Found) -> None:
    assert [(one[0], one[1]) for one in found_in(text)] == [(manager, packages)]


@pytest.mark.parametrize(
    "text",
    ["pip install -r requirements.txt", "npm ci", "npm install", "yarn", "yarn install", "pip install --requirement=x"],
)
def test_packages_of_a_file(text: str) -> None:
    assert [(one[1], one[2]) for one in found_in(text)] == [([], True)]


@pytest.mark.parametrize(
    "text",
    [
        "apt-get update", "apt-get remove a", "pip list", "npm run install", "echo apt-get install a",
        "python -m venv x", "python x.py -m pip install a", "go build ./...", "apk del a", "cargo build",
    ],
)
def test_other_commands_install_nothing(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("- apt:\n    name: [a, b=1]\n", [("a", None), ("b", "1")]),
        ("- apt: name=a,b state=present\n", [("a", None), ("b", None)]),
        ("- dnf:\n    name: a\n    state: latest\n", [("a", "latest")]),
        ("- pip:\n    name: a\n    version: '1'\n", [("a", "1")]),
        ("- community.general.npm:\n    name: a\n    version: '{{ x }}'\n", [("a", "")]),
        ("- package:\n    name: '{{ item }}'\n", [("", "")]),
    ],
)
def test_package_modules(text: str, packages: Found) -> None:
    installs = package_installs(module(text))

    assert [(package.name, package.version) for one in installs for package in one.packages] == packages


def test_removing_modules_install_nothing() -> None:
    assert package_installs(module("- apt:\n    name: a\n    state: absent\n")) == []


def test_the_place_of_a_package_is_its_word() -> None:
    install = package_installs(instruction("RUN apt-get install -y git"))[0]

    assert install.block.document.source.slice(install.packages[0].place.span) == "git"
