/** Distroless: Show Image Report: a page beside the editor, for those who would rather look than read. */
import { randomBytes } from 'node:crypto';
import {
  CancellationTokenSource,
  commands,
  type Disposable,
  type ExtensionContext,
  ProgressLocation,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { type FromReport, type ReportPage, reportPage, sbomOfImage, type ToReport } from '../../server/protocol.ts';
import { pickImage } from '../commands/pick-image.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import type { Node } from '../explorer/nodes.ts';
import type { Server } from '../server.ts';
import { inMessage, visible } from '../visible.ts';
import { reportHtml } from './html.ts';

export interface Reports extends Disposable {
  /** Fills the panel, and empties it of everything when it is closed. */
  fill(panel: WebviewPanel, reference: string, name: string): Promise<void>;
}

export function createReports(context: ExtensionContext, server: Server, explorer: Explorer): Reports {
  const panels = new Map<string, WebviewPanel>();
  const fill: Reports['fill'] = async (panel, reference, name) => {
    panel.iconPath = Uri.joinPath(context.extensionUri, 'media/icon.png');
    const parts = await partsOf(context);
    const asked = new CancellationTokenSource();
    let page: Promise<ReportPage> | undefined;
    panel.onDidDispose(() => asked.cancel());
    const send = (message: ToReport) => void panel.webview.postMessage(message);
    panel.webview.onDidReceiveMessage(async (message: FromReport) => {
      try {
        if (message.kind === 'ready') {
          const reading = server.ask(reportPage, { reference }, asked.token);
          page = reading;
          await window.withProgress(
            { location: ProgressLocation.Notification, title: `Reading ${inMessage(name)}`, cancellable: true },
            (_, token) => {
              token.onCancellationRequested(() => panel.dispose());
              return reading;
            },
          );
          send({ kind: 'page', page: await reading });
        }
        if (message.kind === 'reveal') {
          await commands.executeCommand('distroless.images.focus');
          if (!(await explorer.reveal(reference, message.path)))
            void window.showInformationMessage('The image is no longer listed in the “Images” view.');
        }
        if (message.kind === 'export' && page)
          await save(await page, message.format, (format) => textOf(server, reference, page!, format, parts));
      } catch (error) {
        if (asked.token.isCancellationRequested) return;
        if (message.kind === 'ready') send({ kind: 'failed', message: sentence(error) });
        else void window.showErrorMessage(inMessage(sentence(error)));
      }
    });
    panel.webview.html = reportHtml({ ...parts, title: name, nonce: randomBytes(16).toString('base64url') });
  };
  const command = commands.registerCommand('distroless.report', async (clicked?: Node) => {
    const reference = await pickImage(explorer, clicked, 'Show the report of');
    if (reference === undefined) return;
    const open = panels.get(reference);
    if (open) return open.reveal();
    const name = visible(explorer.tree.imageRow(reference)?.name ?? reference);
    const panel = window.createWebviewPanel('distroless.report', name, ViewColumn.Active, {
      ...webviewOptions,
      retainContextWhenHidden: true,
    });
    panels.set(reference, panel);
    panel.onDidDispose(() => panels.delete(reference));
    await fill(panel, reference, name);
  });
  return { fill, dispose: () => command.dispose() };
}

/** Nothing is loaded but what the page holds, and nothing in it can run a command. */
export const webviewOptions = { enableScripts: true, enableCommandUris: false, localResourceRoots: [] };

interface Bundle {
  readonly script: string;
  readonly style: string;
}

async function partsOf({ extensionUri }: ExtensionContext): Promise<Bundle> {
  const read = async (file: string) =>
    new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(extensionUri, 'dist', file)));
  return { script: await read('report.js'), style: await read('report.css') };
}

type Format = Extract<FromReport, { kind: 'export' }>['format'];

const endings: Readonly<Record<Format, string>> = {
  html: 'html',
  json: 'json',
  cyclonedx: 'cdx.json',
  spdx: 'spdx.json',
};

async function save({ name }: ReportPage, format: Format, textOf: (format: Format) => Promise<string>): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\w.-]+/g, '-')}.${endings[format]}`;
  const target = await window.showSaveDialog({
    title: 'Save Image Report',
    ...(folder ? { defaultUri: Uri.joinPath(folder, file) } : {}),
  });
  if (!target) return;
  await workspace.fs.writeFile(target, new TextEncoder().encode(await textOf(format)));
  if (format !== 'html') await window.showTextDocument(await workspace.openTextDocument(target));
}

async function textOf(
  { ask }: Server,
  reference: string,
  asked: Promise<ReportPage>,
  format: Format,
  parts: Bundle,
): Promise<string> {
  const page = await asked;
  switch (format) {
    case 'html': {
      const nonce = randomBytes(16).toString('base64url');
      return reportHtml({ ...parts, title: visible(page.name), nonce, data: plainJson(JSON.stringify(page)) });
    }
    case 'json': {
      const { name, description, report } = page;
      return plainJson(`${JSON.stringify({ name, description, report }, undefined, 2)}\n`);
    }
    default:
      return plainJson(await ask(sbomOfImage, { reference, format }));
  }
}

/** The same data: characters that hide or turn text can only be in strings, where JSON has another way to write them. */
function plainJson(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (characters) =>
    characters.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
