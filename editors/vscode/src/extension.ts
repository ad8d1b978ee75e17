import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { command, documents, watched } from "./documents";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("iaclint.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("iaclint.command")) await restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose();
}

async function start(): Promise<void> {
  const words = vscode.workspace.getConfiguration("iaclint").get<string[]>("command");
  client = new LanguageClient(
    "iaclint",
    "iaclint",
    { ...command(words), transport: TransportKind.stdio },
    {
      documentSelector: documents,
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher(watched) },
    },
  );
  try {
    await client.start();
  } catch (error) {
    const install = 'pip install "iaclint[server]"';
    void vscode.window.showErrorMessage(`iaclint cannot be started: ${String(error)}. Is it installed? ${install}`);
  }
}
