"""The language server, as a real client sees it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from lsprotocol import types

from iaclint.cli.running import run
from iaclint.server.session import Session
from tests.running import inside
from tests.server.editor import Editor, index_of, place

VOLUME = """resource "aws_ebs_volume" "data" {
  availability_zone = "eu-central-1a"
  size              = 1
  encrypted         = false
}
"""
REPOSITORY = """resource "aws_ecr_repository" "app" {
  name = "app" # 😀🎉 before
  image_scanning_configuration { scan_on_push = false }
}
"""


def session(root: Path, script: Callable[[Editor], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def main() -> None:
        async with Editor(root, **options) as editor:
            await script(editor)

    asyncio.run(main())


def codes(diagnostics: list[types.Diagnostic]) -> list[object]:
    return [one.code for one in diagnostics]


def test_open_edit_and_quick_fix(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME)

    async def script(editor: Editor) -> None:
        (one,) = [one for one in await editor.open("main.tf") if one.code == "aws-ebs-volume-unencrypted"]
        assert one.range == types.Range(types.Position(3, 2), types.Position(3, 27))
        assert one.code_description is not None and one.code_description.href.startswith("https://")
        actions = await editor.actions("main.tf", one.range)
        fix = next(action for action in actions if action.edit and "ignore" not in action.title.lower())
        assert "replacement" in fix.title and not fix.is_preferred
        text = editor.applied("main.tf", fix)
        assert text == VOLUME.replace("false", "true")
        await editor.type("main.tf", "false", "true")
        assert "aws-ebs-volume-unencrypted" not in codes(await editor.diagnostics("main.tf"))

    session(tmp_path, script)


def test_safe_fix_is_preferred_and_all_safe_ones_apply_at_once(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(REPOSITORY + REPOSITORY.replace('"app"', '"two"'))

    async def script(editor: Editor) -> None:
        found = [one for one in await editor.open("main.tf") if one.code == "aws-ecr-images-not-scanned"]
        assert len(found) == 2
        actions = await editor.actions("main.tf", found[0].range)
        assert next(action.is_preferred for action in actions) is True
        (action,) = await editor.actions("main.tf", found[0].range, only=["source.fixAll"])
        assert action.kind == "source.fixAll.iaclint"
        assert editor.applied("main.tf", action).count("scan_on_push = true") == 2
        assert await editor.actions("main.tf", found[0].range, only=["source.organizeImports"]) == []

    session(tmp_path, script)


def test_ignoring_puts_a_comment_that_silences(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME)

    async def script(editor: Editor) -> None:
        one = next(one for one in await editor.open("main.tf") if one.code == "aws-ebs-volume-unencrypted")
        actions = await editor.actions("main.tf", one.range)
        ignore = next(action for action in actions if action.title.startswith("Ignore"))
        text = editor.applied("main.tf", ignore)
        assert "  # iaclint: ignore[aws-ebs-volume-unencrypted] reason:\n  encrypted" in text
        found = await editor.type("main.tf", editor.texts["main.tf"], text)
        assert "aws-ebs-volume-unencrypted" not in codes(found)

    session(tmp_path, script)


def test_hover_teaches_and_tells_where_a_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME.replace("false", "var.on"))
    (tmp_path / "variables.tf").write_text('variable "on" {\n  default = false\n}\n')

    async def script(editor: Editor) -> None:
        await editor.open("main.tf")
        text = await editor.hover("main.tf", types.Position(3, 4))
        assert "`encrypted` is `false`, written at" in text and "variables.tf:2" in text
        await editor.open("variables.tf")
        text = await editor.hover("variables.tf", types.Position(1, 4))
        assert "EBS volume is not encrypted" in text or text == ""
        assert await editor.hover("main.tf", types.Position(1, 3)) == ""

    session(tmp_path, script)


def test_unsaved_buffer_of_another_file_counts(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME.replace("false", "var.on"))
    (tmp_path / "variables.tf").write_text('variable "on" {\n  default = true\n}\n')

    async def script(editor: Editor) -> None:
        assert "aws-ebs-volume-unencrypted" not in codes(await editor.open("main.tf"))
        await editor.open("variables.tf")
        await editor.type("variables.tf", "true", "false")
        await editor.until("main.tf", lambda found: "aws-ebs-volume-unencrypted" in codes(found))
        editor.close("variables.tf")

    session(tmp_path, script)


def test_columns_are_those_of_the_client(tmp_path: Path) -> None:
    text = 'resource "aws_ebs_volume" "data" {\n  tags = { a = "😀🎉" }\n  /* 😀🎉ü */ encrypted = false\n}\n'
    (tmp_path / "main.tf").write_text(text)
    columns = {}
    for encoding in ("utf-8", "utf-16", "utf-32"):

        async def script(editor: Editor, encoding: str = encoding) -> None:
            found = await editor.open("main.tf")
            one = next(one for one in found if one.code == "aws-ebs-volume-unencrypted")
            columns[encoding] = one.range.start.character

        session(tmp_path, script, encodings=[encoding])

    assert columns == {"utf-8": 19, "utf-16": 14, "utf-32": 12}


def test_client_that_pulls_is_answered(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\n")

    async def script(editor: Editor) -> None:
        assert "latest-image" in codes(await editor.open("Dockerfile"))
        assert "latest-image" not in codes(await editor.type("Dockerfile", "latest", "12.5"))
        assert editor.published == {}

    session(tmp_path, script, pulls=True)


def test_half_typed_and_foreign_files_do_no_harm(tmp_path: Path) -> None:
    async def script(editor: Editor) -> None:
        assert "syntax-error" in codes(await editor.open("main.tf", 'resource "x" "y" {\n  a = ["\n'))
        await editor.open("play.yml", '- hosts: all\n  tasks:\n    - name: "\n  x: [\n')
        await editor.open("Dockerfile", "FROM\nRUN <<EOF\n")
        uri = editor.uri("notes.txt")
        item = types.TextDocumentItem(uri, "plaintext", 1, "x")
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        assert await editor.actions("notes.txt", types.Range(types.Position(0, 0), types.Position(9, 9))) == []
        assert await editor.hover("main.tf", types.Position(99, 99)) == ""

    session(tmp_path, script)


def test_configuration_that_changes_holds_at_once(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME)

    async def script(editor: Editor) -> None:
        assert codes(await editor.open("main.tf"))
        (tmp_path / "iaclint.toml").write_text('select = ["latest-image"]\n')
        change = types.FileEvent((tmp_path / "iaclint.toml").as_uri(), types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        assert await editor.next_news("main.tf") == []
        (tmp_path / "iaclint.toml").write_text("selct = []\n")
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        (trouble,) = await editor.next_news("main.tf")
        assert "did you mean select?" in trouble.message

    session(tmp_path, script)


def test_session_says_what_a_run_would_say_after_any_edits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "vol").mkdir()
    names = ["main.tf", "variables.tf", "vol/main.tf", "vol/variables.tf", "play.yml", "Dockerfile"]
    pieces = {
        "main.tf": [
            VOLUME,
            REPOSITORY,
            'module "v" {\n  source = "./vol"\n  on = var.on\n}\n',
            "locals {\n  a = 1\n}\n",
            "}",
        ],
        "variables.tf": ['variable "on" {\n  default = true\n}\n', 'variable "on" {\n  default = false\n}\n', ""],
        "vol/main.tf": [VOLUME.replace("false", "var.on"), VOLUME, ""],
        "vol/variables.tf": ['variable "on" {\n  type = bool\n}\n', 'variable "on" {}\n'],
        "play.yml": ["- hosts: all\n  tasks:\n    - shell: curl http://x | sh\n", "- hosts: all\n", "- ["],
        "Dockerfile": ["FROM debian:latest\n", "FROM debian:12\nRUN curl http://x | sh\n", "RUN x\n"],
    }
    random_ = random.Random(7)
    one = Session(lambda _: None)
    for name in names:
        (tmp_path / name).write_text("")
    for _ in range(25):
        name = random_.choice(names)
        text = "".join(random_.choices(pieces[name], k=random_.randrange(1, 3)))
        (tmp_path / name).write_text(text)
        one.put(str(tmp_path / name), text)
        asked = random_.choice(names)
        said = [
            (finding.rule.name, finding.span.start, finding.message, finding.fingerprint)
            for finding in one.check(str(tmp_path / asked)).findings
        ]
        capsys.readouterr()
        with inside(tmp_path):
            run(["check", asked, "--no-config", "--output-format", "json"])
        report = json.loads(capsys.readouterr().out)["findings"]
        assert said == [
            (found["rule"], found["start"]["offset"], found["message"], found["fingerprint"]) for found in report
        ]


def test_places_and_indices_are_each_others_inverse() -> None:
    text = "a😀b\n\nüx"
    assert [index_of(text, place(text, index)) for index in range(len(text))] == list(range(len(text)))
