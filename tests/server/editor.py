"""An editor for tests: a real client that speaks with `iaclint server` over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

WAIT = 30.0
"""Seconds after which a test gives up."""


class Editor:
    """Open buffers, what the server said of them, and its answers."""

    def __init__(self, root: Path, *, pulls: bool = False, encodings: list[str] | None = None) -> None:
        self.root, self.pulls, self.encodings = root, pulls, encodings
        self.client = LanguageClient("editor", "1")
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self._news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = params
            self._news.set()

    async def __aenter__(self) -> Editor:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        program = "from iaclint.cli import main; main()"
        await self.client.start_io(sys.executable, "-c", program, "server", cwd=self.root, env=environment)
        capabilities = types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=self.encodings),
            text_document=types.TextDocumentClientCapabilities(
                diagnostic=types.DiagnosticClientCapabilities() if self.pulls else None
            ),
        )
        self.answer = await self.client.initialize_async(
            types.InitializeParams(capabilities=capabilities, root_uri=self.root.as_uri(), process_id=os.getpid())
        )
        self.client.initialized(types.InitializedParams())
        return self

    async def __aexit__(self, *_: Any) -> None:
        await asyncio.wait_for(self.client.shutdown_async(None), WAIT)
        self.client.exit(None)
        await asyncio.wait_for(self.client.stop(), WAIT)  # type: ignore[no-untyped-call]

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    async def open(self, name: str, text: str | None = None) -> list[types.Diagnostic]:
        """Open a buffer and wait for what is said of it."""
        uri = self.uri(name)
        self.texts[name] = text if text is not None else (self.root / name).read_bytes().decode()
        self.versions[name] = 1
        item = types.TextDocumentItem(uri, "plaintext", 1, self.texts[name])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.diagnostics(name)

    async def type(self, name: str, old: str, new: str) -> list[types.Diagnostic]:
        """Replace a piece of a buffer's text and wait for what is said of it."""
        text = self.texts[name]
        at = text.index(old)
        change = types.TextDocumentContentChangePartial(
            range=types.Range(place(text, at), place(text, at + len(old))), text=new
        )
        self.texts[name] = text[:at] + new + text[at + len(old) :]
        self.versions[name] += 1
        identifier = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))
        return await self.diagnostics(name)

    def close(self, name: str) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(self.uri(name)))
        )

    async def diagnostics(self, name: str, version: int | None = None) -> list[types.Diagnostic]:
        """What is said of a buffer's present text."""
        uri, wanted = self.uri(name), version or self.versions[name]
        if self.pulls:
            report = await asyncio.wait_for(
                self.client.text_document_diagnostic_async(
                    types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
                ),
                WAIT,
            )
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        while uri not in self.published or self.published[uri].version != wanted:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), WAIT)
        return list(self.published[uri].diagnostics)

    async def until(self, name: str, holds: Callable[[list[types.Diagnostic]], bool]) -> None:
        """Wait until what is said of a buffer is as expected."""
        while not holds(await self.diagnostics(name)):
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), WAIT)

    async def next_news(self, name: str) -> list[types.Diagnostic]:
        """Wait until something is said of a buffer again."""
        del self.published[self.uri(name)]
        return await self.diagnostics(name)

    async def actions(self, name: str, one: types.Range, only: list[str] | None = None) -> list[types.CodeAction]:
        """What the server offers at a place."""
        context = types.CodeActionContext(diagnostics=[], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), one, context)
        found = await asyncio.wait_for(self.client.text_document_code_action_async(params), WAIT)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]

    async def hover(self, name: str, at: types.Position) -> str:
        """What is shown at a place."""
        params = types.HoverParams(types.TextDocumentIdentifier(self.uri(name)), at)
        found = await asyncio.wait_for(self.client.text_document_hover_async(params), WAIT)
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    def applied(self, name: str, action: types.CodeAction) -> str:
        """A buffer's text after an action's edits."""
        assert action.edit is not None and action.edit.changes is not None
        text = self.texts[name]
        edits = [(index_of(text, edit.range.start), index_of(text, edit.range.end), edit.new_text)
                 for edit in action.edit.changes[self.uri(name)]]  # fmt: skip
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def place(text: str, index: int) -> types.Position:
    """An index as a place in UTF-16 units."""
    line = text.count("\n", 0, index)
    start = text.rfind("\n", 0, index) + 1
    return types.Position(line, len(text[start:index].encode("utf-16-le")) // 2)


def index_of(text: str, at: types.Position) -> int:
    """A place in UTF-16 units as an index."""
    start = 0
    for _ in range(at.line):
        start = text.index("\n", start) + 1
    line = text[start:].partition("\n")[0].encode("utf-16-le")[: at.character * 2]
    return start + len(line.decode("utf-16-le"))
