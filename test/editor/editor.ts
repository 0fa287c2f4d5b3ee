/** A real editor for the tests: the packed extension in a VS Code of its own, in a real browser, with a probe for exact answers. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type * as vscode from 'vscode';
import { type CodeServer, freePort, installCodeServer, startCodeServer } from './code-server.ts';
import { makeSample } from './sample.ts';
import { buildVsix } from './vsix.ts';

const root = join(import.meta.dirname, '../..');

export interface Editor {
  readonly page: Page;
  /** A copy of the sample workspace, of this editor's own. */
  readonly workspace: string;
  /** Runs a function inside the editor. It is sent as text, so it sees only its arguments. */
  ask<Out, In = undefined>(
    code: (api: typeof vscode, argument: In) => Out | PromiseLike<Out>,
    argument?: In,
  ): Promise<Out>;
  /** Opens a file of the workspace with the cursor on a line, counted from 1. */
  open(file: string, line?: number): Promise<void>;
  /** By its title in the command palette. */
  command(title: string): Promise<void>;
  /** A row of the explorer by the beginning of what a screen reader says of it: its label. */
  row(label: string): Locator;
  /** Rows by all that a screen reader says of them. */
  rowThat(says: RegExp): Locator;
  showExplorer(): Promise<void>;
  /** As the command of the file explorer's menu does. */
  openArchive(path: string): Promise<void>;
  expand(label: string): Promise<void>;
  /** A message that the editor shows or has shown and nobody has closed. */
  message(says: RegExp): Promise<Locator>;
  /** Into test-results/editor; with DISTROLESS_PICTURES those of the README are renewed, too. */
  picture(name: string): Promise<void>;
  /** To be called after each test: what the editor looked like when it failed, as a picture and in words. */
  pictureOfFailure(test: object): Promise<void>;
  close(): Promise<void>;
}

/** Why no editor can be started here, in one line. */
export function editorReason(): string | undefined {
  if (process.platform !== 'linux') return 'the editor tests run on Linux';
  if (!findChromium())
    return 'the editor tests need Chromium (apt-get install --no-install-recommends chromium, or name it in CHROMIUM)';
  return undefined;
}

export interface EditorOptions {
  readonly trust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the workspace before it is opened. */
  prepare?(workspace: string): Promise<void>;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const { trust = true, settings = {}, env = {}, prepare, viewport = { width: 1280, height: 800 } } = options;
  const folder = await mkdtemp(join(tmpdir(), 'distroless-editor-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const workspace = join(folder, 'sample');
    await makeSample(workspace, true);
    await prepare?.(workspace);
    const socket = join(folder, 'probe.sock');
    const server = await startCodeServer({
      folder: await installCodeServer((line) => console.log(line)),
      data: join(folder, 'data'),
      port: await freePort(20_000 + (process.pid % 10_000)),
      settings: {
        'workbench.colorTheme': 'Default Dark Modern',
        'files.autoSave': 'off',
        'workbench.reduceMotion': 'on',
        ...settings,
      },
      trust,
      extensions: [buildVsix(), packProbe(folder)],
      // Never an engine that the machine happens to have.
      env: { DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`, DISTROLESS_TEST_PROBE: socket, ...env },
    });
    closers.push(() => server.stop());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const page = await openPage(browser, server, workspace, viewport);
    const editor = { page, workspace, close, ...hands(page, workspace, socket) };
    await until('the probe answers', () => editor.ask(() => true).catch(() => undefined), 60_000);
    return editor;
  } catch (error) {
    await close();
    throw error;
  }
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`No browser can be started: ${editorReason()}.`);
  return chromium.launch({ executablePath, args: flags });
}

/** Asks until there is an answer. The description is what the error says when there is none. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | PromiseLike<T | undefined>,
  milliseconds = 40_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Waited ${milliseconds / 1000} s in vain until ${what}.`);
    await wait(50);
  }
}

/** The pictures that the README shows. */
const readme = ['dockerfile', 'conversion', 'explorer', 'report'];

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

async function openPage(
  browser: Browser,
  server: CodeServer,
  workspace: string,
  viewport: { width: number; height: number },
): Promise<Page> {
  const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(`${server.address}/?folder=${encodeURIComponent(workspace)}`);
  await page.locator('.monaco-workbench .explorer-viewlet').waitFor({ timeout: 60_000 });
  return page;
}

function hands(page: Page, workspace: string, socket: string): Omit<Editor, 'page' | 'workspace' | 'close'> {
  const rowThat = (name: RegExp) => page.locator('.tree-explorer-viewlet-tree-view').getByRole('treeitem', { name });
  const row = (label: string) => rowThat(new RegExp(`^${escaped(label)}(,|$)`));
  const ask: Editor['ask'] = (code, argument) => askProbe(socket, String(code), argument);
  return {
    row,
    rowThat,
    async showExplorer() {
      const icon = page.locator('.activitybar').getByRole('tab', { name: 'Distroless' });
      if ((await icon.getAttribute('aria-expanded')) !== 'true') await icon.click();
    },
    async openArchive(path) {
      await ask((api, path) => api.commands.executeCommand('distroless.exploreFile', api.Uri.file(path)), path);
    },
    ask,
    async open(file, line = 1) {
      await ask(
        async (api, { path, line }) => {
          const at = new api.Position(line - 1, 0);
          const document = await api.workspace.openTextDocument(path);
          await api.window.showTextDocument(document, { preview: false, selection: new api.Range(at, at) });
        },
        { path: join(workspace, file), line },
      );
    },
    async command(title) {
      const input = page.locator('.quick-input-widget .quick-input-box input');
      const option = page.getByRole('option', { name: new RegExp(`^${escaped(title)}`) }).first();
      // Never Enter: the first row is another one until the list has settled.
      await until(
        `the editor offers “${title}”`,
        async () => {
          await page.keyboard.press('F1');
          try {
            await input.fill(`>${title}`, { timeout: 2000 });
            await option.click({ timeout: 2000 });
            return true;
          } catch {
            await page.keyboard.press('Escape');
            return undefined;
          }
        },
        30_000,
      );
    },
    async expand(label) {
      const item = row(label).and(page.locator('[aria-expanded]')).first();
      await item.waitFor();
      const isExpanded = async () => (await item.getAttribute('aria-expanded')) === 'true' || undefined;
      await until(`“${label}” is expanded`, async () => {
        if (await isExpanded()) return true;
        await item
          .locator('.monaco-tl-twistie')
          .click({ timeout: 2000 })
          .catch(() => {});
        // While the rows around it are drawn anew the click is lost.
        return until('the click is obeyed', isExpanded, 5000).catch(() => undefined);
      });
    },
    async message(says) {
      const message = page.locator('.notification-list-item').filter({ hasText: says }).first();
      await until(`the editor says ${says}`, async () => {
        if (await message.isVisible()) return true;
        // By themselves only three are shown at once, and not for long.
        await ask((api) => api.commands.executeCommand('notifications.showList'));
        return undefined;
      });
      return message;
    },
    async pictureOfFailure(test) {
      const { passed, name } = test as { readonly passed?: boolean; readonly name: string };
      const file = `failed ${name.replace(/[^\w ]/g, '')}.png`;
      if (passed !== false) return;
      await page.screenshot({ path: join(root, 'test-results/editor', file) });
      for (const part of [
        '.tree-explorer-viewlet-tree-view',
        '.notifications-center, .notifications-toasts',
        '.quick-input-widget',
      ])
        for (const shown of await page.locator(part).all()) console.log(await shown.ariaSnapshot());
    },
    async picture(name) {
      const kept = process.env.DISTROLESS_PICTURES && readme.includes(name) ? ['media/screenshots'] : [];
      for (const folder of ['test-results/editor', ...kept])
        await page.screenshot({ path: join(root, folder, `${name}.png`), animations: 'disabled' });
    },
  };
}

function askProbe<Out>(socketPath: string, code: string, argument: unknown): Promise<Out> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      const { value, error } = JSON.parse(body);
      if (error) reject(new Error(error));
      else resolve(value);
    });
    call.on('error', reject);
    call.end(JSON.stringify({ code, argument }));
  });
}

function packProbe(folder: string): string {
  const vsix = join(folder, 'probe.vsix');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix];
  const { status, stderr } = spawnSync(process.execPath, [vsce, ...args], {
    cwd: join(import.meta.dirname, 'probe'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The probe could not be packaged.\n${stderr}`);
  return vsix;
}

function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.CHROMIUM ?? '', ...onPath].find((file) => file !== '' && existsSync(file));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
