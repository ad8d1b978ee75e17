// Packs the client the way the extension does, with a stand-in for the editor, and lets it talk to the real server.
const assert = require("node:assert");
const { spawn } = require("node:child_process");
const { mkdtempSync, readFileSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const test = require("node:test");
const { createProtocolConnection, StreamMessageReader, StreamMessageWriter } = require("vscode-languageserver-protocol/node");

const words = (process.env.IACLINT_SERVER ?? "iaclint server").split(" ");

test("the built extension loads and exports what the editor calls", () => {
  const text = readFileSync(join(__dirname, "../out/extension.js"), "utf8");
  assert.match(text, /activate/);
  assert.match(text, /deactivate/);
});

test("the client's library and the server understand each other", { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "iaclint-"));
  const path = join(folder, "Dockerfile");
  writeFileSync(path, "FROM debian:latest\n");
  const child = spawn(words[0], words.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.listen();
  const uri = pathToFileURL(path).href;
  const answer = await connection.sendRequest("initialize", {
    processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities: {},
  });
  assert.equal(answer.serverInfo.name, "iaclint");
  await connection.sendNotification("initialized", {});
  const published = new Promise((resolve) => connection.onNotification("textDocument/publishDiagnostics", resolve));
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "dockerfile", version: 1, text: "FROM debian:latest\n" },
  });
  const { diagnostics } = await published;
  assert.ok(diagnostics.some((one) => one.code === "latest-image"));
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  await new Promise((resolve) => child.on("exit", resolve));
});
