"""The server's handlers: what a client asks for and is told."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from iaclint import __version__
from iaclint.engine.filenames import kind_of
from iaclint.server import messages
from iaclint.server.session import Given, Result, Session
from iaclint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iaclint.model.finding import Finding

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.iaclint"
IGNORE, EXPLAIN = "iaclint.ignore", "iaclint.explain"
REASON = "reason: "
"""What an ignoring comment is begun with; whoever adds it goes on from there."""


IDLE = 0.5
"""Seconds without a keystroke after which memory is tidied up."""
MOST_UNTIDY = 25
"""How many checks may go by without that."""


class Server(LanguageServer):
    """One server for all folders of an editor's workspace."""

    def __init__(self, given: Given) -> None:
        super().__init__("iaclint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
        self.session = Session(given)
        self.results: dict[str, Result] = {}
        self.dirty: dict[str, None] = {}
        self.is_running = False
        self.untidy = 0
        self.is_settled = False
        self.timer: asyncio.TimerHandle | None = None

    @property
    def encoding(self) -> messages.Encoding:
        """How the client counts columns."""
        return self.workspace.position_encoding or types.PositionEncodingKind.Utf16

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics by itself."""
        document = self.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    def result(self, path: str) -> Result:
        """What is known of a file as it is now."""
        if path not in self.results:
            self.results[path] = self.session.check(path)
        return self.results[path]

    def take(self, uri: str) -> str | None:
        """Take a buffer's present text over; its path, or None where it is no file of ours."""
        path = uris.to_fs_path(uri)
        if path is None or not self.session.is_ours(path):
            return None
        self.session.put(path, self.workspace.get_text_document(uri).source)
        return path

    def changed(self, path: str) -> None:
        """A text changed: what was known of any file may be wrong now, and open ones are checked again, this first."""
        if self.timer is not None:
            self.timer.cancel()
        self.results.clear()
        self.dirty = {path: None, **{other: None for other in self.open_paths() if other != path}}
        if not self.is_running:
            self.is_running = True
            asyncio.get_running_loop().call_soon(self.work)

    def open_paths(self) -> Iterator[str]:
        """The open files of ours."""
        for uri in list(self.workspace.text_documents):
            path = uris.to_fs_path(uri)
            if path is not None and self.session.is_ours(path):
                yield path

    def work(self) -> None:
        """Check one file; further ones after whatever came in meanwhile, so that stale work is never begun."""
        if not self.dirty:
            self.is_running = False
            if self.pulls:
                self.refresh()
            self.untidy += 1
            if self.untidy > MOST_UNTIDY:
                self.tidy(is_idle=False)
            self.timer = asyncio.get_running_loop().call_later(IDLE, lambda: self.tidy(is_idle=True))
            return
        path = next(iter(self.dirty))
        del self.dirty[path]
        if not self.pulls:
            self.publish(path)
        asyncio.get_running_loop().call_soon(self.work)

    def tidy(self, *, is_idle: bool) -> None:
        """Give memory back: a little between keystrokes, more while nobody waits."""
        self.untidy = 0
        if not is_idle:
            gc.collect(0)
        elif self.is_settled:
            gc.collect(1)
        else:
            # what has been read and imported by now stays, and need not be looked through again
            gc.collect()
            gc.freeze()
            self.is_settled = True

    def refresh(self) -> None:
        """Ask a client that pulls to pull again."""
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.diagnostics is not None and workspace.diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    def publish(self, path: str) -> None:
        """Tell the client what is wrong with a file."""
        uri = messages.uri(path)
        document = self.workspace.text_documents.get(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=uri,
                version=document.version if document is not None else None,
                diagnostics=messages.diagnostics(self.result(path), self.encoding),
            )
        )


def serve(given: Given) -> None:
    """Speak with a client over standard input and output until it says goodbye."""
    # what a check leaves behind refers to itself, and a collection in the middle of a keystroke can be felt
    gc.disable()
    server(given).start_io()


def server(given: Given) -> Server:
    """A server with all its handlers."""
    one = Server(given)
    _add_synchronisation(one)
    _add_diagnostics(one)
    _add_actions(one)
    _add_hover(one)
    return one


# --- texts --------------------------------------------------------------------------


def _add_synchronisation(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        path = server.take(params.text_document.uri)
        if path is not None:
            server.changed(path)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def edited(params: types.DidChangeTextDocumentParams) -> None:
        path = server.take(params.text_document.uri)
        if path is not None:
            server.changed(path)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = uris.to_fs_path(params.text_document.uri) or ""
        if server.session.is_ours(path):
            server.changed(path)
            return
        # a template, a configuration: anything may read it
        server.session.files_changed()
        first = next(server.open_paths(), None)
        if first is not None:
            server.changed(first)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = uris.to_fs_path(params.text_document.uri)
        if path is None or not server.session.is_ours(path):
            return
        server.session.drop(path)
        server.results.clear()
        if not server.pulls:
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: types.DidChangeWatchedFilesParams) -> None:
        server.session.files_changed()
        first = next(server.open_paths(), None)
        if first is not None:
            server.changed(first)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: types.DidChangeConfigurationParams) -> None:
        server.session.files_changed()
        first = next(server.open_paths(), None)
        if first is not None:
            server.changed(first)


# --- what is wrong --------------------------------------------------------------------


def _add_diagnostics(server: Server) -> None:
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier=messages.SOURCE
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pulled(params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        path = server.take(params.text_document.uri)
        items = messages.diagnostics(server.result(path), server.encoding) if path is not None else []
        return types.RelatedFullDocumentDiagnosticReport(items=items)


# --- what to do about it ----------------------------------------------------------------


def _add_actions(server: Server) -> None:
    kinds: list[types.CodeActionKind | str] = [types.CodeActionKind.QuickFix, FIX_ALL]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        path = server.take(params.text_document.uri)
        if path is None:
            return []
        wanted = params.context.only
        found: list[types.CodeAction] = []
        if wanted is None or any(_is_within(types.CodeActionKind.QuickFix.value, _text(one)) for one in wanted):
            found += _quick_fixes(server, path, params.range)
        if any(_is_within(FIX_ALL, _text(one)) for one in wanted or ()):
            found += _fix_all(server, path)
        return found

    @server.command(EXPLAIN)
    async def explain(name: str) -> str:
        from iaclint.engine.api import load_all_rules

        rule = load_all_rules().get(name)
        if rule is None:
            return f"There is no rule {name}."
        text = f"{rule.title}. {rule.why}"
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
        return text


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _is_within(kind: str, wanted: str) -> bool:
    return kind == wanted or kind.startswith(f"{wanted}.") or wanted == ""


def _near(server: Server, path: str, place: types.Range) -> list[Finding]:
    result = server.result(path)
    source = result.source(path)
    if source is None:
        return []
    start = messages.offset(source, place.start, server.encoding)
    end = messages.offset(source, place.end, server.encoding)
    return [one for one in result.findings if one.span.start <= end and start <= one.span.end]


def _quick_fixes(server: Server, path: str, place: types.Range) -> Iterator[types.CodeAction]:
    result = server.result(path)
    source = result.source(path)
    published = {one.data["fingerprint"]: one for one in messages.diagnostics(result, server.encoding) if one.data}
    for finding in _near(server, path, place):
        about = [published[finding.fingerprint]] if finding.fingerprint in published else None
        is_first = True
        server.session.add_fixes(finding, result)
        for fix in finding.fixes:
            edit = messages.edits_of(fix, result, server.encoding) if fix.is_complete else None
            if edit is None:
                continue
            is_safe = fix.applicability.value == "safe"
            yield types.CodeAction(
                messages.title(fix),
                kind=types.CodeActionKind.QuickFix,
                diagnostics=about,
                is_preferred=is_first and is_safe,
                edit=edit,
            )
            is_first = False
        if source is not None:
            yield from _ignoring(server, finding, source, about)
        yield types.CodeAction(
            f"Explain {finding.rule.name}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=about,
            command=types.Command("Explain", EXPLAIN, arguments=[finding.rule.name]),
        )


def _ignoring(
    server: Server, finding: Finding, source: Source, about: list[types.Diagnostic] | None
) -> Iterator[types.CodeAction]:
    from iaclint.engine.ignoring import comment, suppress

    kind = kind_of(finding.path)
    edit = suppress(finding, source, kind, comment(finding.rule.name, REASON)) if kind is not None else None
    if edit is not None:
        text = types.TextEdit(messages.range_of(source, edit.span, server.encoding), edit.text)
        yield types.CodeAction(
            f"Ignore {finding.rule.name} here, with a reason",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=about,
            edit=types.WorkspaceEdit(changes={messages.uri(finding.path): [text]}),
        )


def _fix_all(server: Server, path: str) -> Iterator[types.CodeAction]:
    before, after = server.session.text(path), server.session.fixed(path)
    if before is None or after is None:
        return
    edit = messages.replacement(Source(path, before), after, server.encoding)
    if edit is not None:
        yield types.CodeAction(
            "Apply all safe fixes of iaclint",
            kind=FIX_ALL,
            edit=types.WorkspaceEdit(changes={messages.uri(path): [edit]}),
        )


# --- what it means ----------------------------------------------------------------------


def _add_hover(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        path = server.take(params.text_document.uri)
        if path is None:
            return None
        near = _near(server, path, types.Range(params.position, params.position))
        parts = [part for part in (_value(server, path, params.position), messages.explanation(near)) if part]
        if not parts:
            return None
        source = server.result(path).source(path)
        spans = [one.span for one in near]
        return types.Hover(
            types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts)),
            range=messages.range_of(source, spans[0], server.encoding) if source is not None and spans else None,
        )


def _value(server: Server, path: str, place: types.Position) -> str | None:
    from iaclint.server.hover import argument_at, told

    document = server.session.document(path)
    if document is None:
        return None
    argument = argument_at(document, messages.offset(document.source, place, server.encoding))
    return told(argument, server.result(path).findings) if argument is not None else None


__all__: list[Any] = ["Server", "serve", "server"]
