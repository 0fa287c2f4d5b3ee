/** The report of an image in a real editor: what it shows, with the keyboard alone, in every kind of theme, and as a file of its own. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { FrameLocator, Locator } from 'playwright-core';
import { skipUnless } from '../support/engine.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';
import { alive, hostileNames, writeHostileImage } from './hostile-names.ts';

const skip = skipUnless(editorReason());
let editor: Editor;
let report: FrameLocator;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    editor = await openEditor({ viewport: { width: 1400, height: 1000 }, prepare: writeHostileImage });
    await editor.showExplorer();
    await editor.openArchive(join(editor.workspace, 'sample-image.tar'));
    report = editor.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  });
  after(() => editor?.close());
}

test('size, base, layers with what they waste, what is flagged, packages', { skip }, async () => {
  const row = editor.row('sample-image.tar');
  await row.hover();
  await row.getByRole('button', { name: 'Show Image Report' }).click();
  await report.getByRole('heading', { level: 1, name: 'sample-service:1.0.0' }).waitFor({ timeout: 30_000 });
  // What was said while it was read, and on the button, is not part of the picture.
  await editor.page.locator('.notification-toast').filter({ hasText: 'Reading' }).waitFor({ state: 'detached' });
  await report.getByRole('heading', { level: 1 }).hover();
  await editor.page.locator('.monaco-hover').filter({ hasText: 'Show Image Report' }).waitFor({ state: 'hidden' });
  await editor.picture('report');
  const facts = await report.locator('dl').innerText();
  assert.match(facts, /Size\s+9\.0 MB/);
  assert.match(facts, /User\s+root/);
  assert.match(facts, /Starts\s+\["docker-entrypoint\.sh","node","server\.js"\]/);
  const layer = report.getByRole('row').filter({ hasText: 'apt-get install' });
  assert.match(await layer.innerText(), /1\.7 MB\s+4\d\d kB\s+\+\d+ ~1 −0/);
  await report.getByRole('row', { name: /_Packages\s+400 kB\s+3\s+removed by layer 4/ }).waitFor();
  await report.getByText('Setuid program').click();
  await report.getByRole('button', { name: '/usr/bin/sudo' }).first().waitFor();
  await report.getByRole('row', { name: /^curl 7\.88\.1/ }).waitFor();
});

test('the map is walked with arrow keys, entered and left, and coloured by layer and package', { skip }, async () => {
  const tiles = report.getByRole('group', { name: 'Files by size' }).getByRole('button');
  assert.match((await tiles.first().getAttribute('aria-label')) ?? '', /^\/usr, 8\.9 MB/);
  await tiles.first().focus();
  await editor.page.keyboard.press('ArrowDown');
  const focused = report.locator(':focus');
  assert.match((await focused.getAttribute('aria-label')) ?? '', /^\/usr\//);
  await editor.page.keyboard.press('Home');
  await editor.page.keyboard.press('Enter');
  const trail = report.getByRole('navigation', { name: 'Folder shown' });
  await trail.getByRole('button', { name: 'usr' }).waitFor();
  assert.match((await tiles.first().getAttribute('aria-label')) ?? '', /^\/usr\/\w+, /);
  await editor.page.keyboard.press('Backspace');
  await trail.getByRole('button', { name: 'usr' }).waitFor({ state: 'detached' });
  for (const [by, legend] of [
    ['component', /^1 Command shell, 1\.4 MB$/],
    ['layer', /^Layer 3: RUN/],
    ['package', /^another package, or none$/],
  ] as const) {
    await report.getByLabel('Coloured by').selectOption(by);
    await report.getByRole('list', { name: 'Colours' }).getByText(legend).waitFor();
    await editor.picture(`report-by-${by}`);
  }
});

test('a file of the map is shown in the tree', { skip }, async () => {
  const tiles = report.getByRole('group', { name: 'Files by size' });
  await tiles.getByRole('button', { name: /^\/usr\/local\/bin\/node, / }).click();
  await until('it is selected', async () => {
    const row = editor.row('node').and(editor.page.locator('[aria-selected="true"]'));
    return (await row.count()) > 0 || undefined;
  });
});

test('nobody is shut out: light, dark, high contrast, and a narrow pane', { skip }, async () => {
  for (const [name, theme] of [
    ['dark', 'Default Dark Modern'],
    ['light', 'Default Light Modern'],
    ['high-contrast', 'Default High Contrast'],
    ['high-contrast-light', 'Default High Contrast Light'],
  ] as const) {
    await editor.ask(
      (vscode, theme) => vscode.workspace.getConfiguration('workbench').update('colorTheme', theme, true),
      theme,
    );
    const kind = name.startsWith('high') ? 'vscode-high-contrast' : `vscode-${name}`;
    await report.locator(`body.${kind}`).waitFor();
    assert.deepEqual(await violations(report.locator('html')), [], theme);
    await editor.picture(`report-${name}`);
  }
  // As at 200 % zoom, with the side bar beside it.
  await editor.page.setViewportSize({ width: 700, height: 500 });
  const overflow = () =>
    report.locator('html').evaluate((html: unknown) => {
      const { scrollWidth, clientWidth } = html as { scrollWidth: number; clientWidth: number };
      return scrollWidth - clientWidth;
    });
  await until('nothing is cut off', async () => (await overflow()) <= 0 || undefined);
  assert.deepEqual(await violations(report.locator('html')), [], 'narrow');
  await editor.picture('report-narrow');
  await editor.page.setViewportSize({ width: 1400, height: 1000 });
});

test('as a file of its own it needs nothing else', { skip }, async () => {
  const { target, text: html } = await saved('HTML', 'report.html');
  assert.doesNotMatch(html, /https?:\/\/(?!nodejs\.org|deb\.debian\.org)/);
  const page = await editor.page.context().newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('request', (request) => said.push(request.url()));
  await page.goto(pathToFileURL(target).href);
  await page.getByRole('heading', { level: 1, name: 'sample-service:1.0.0' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'HTML' }).count(), 0);
  assert.deepEqual(said, [pathToFileURL(target).href]);
  assert.deepEqual(await violations(page.locator('html')), []);
  await page.close();
});

test('the packages as a bill of materials', { skip }, async () => {
  const cyclonedx = JSON.parse((await saved('CycloneDX', 'bom.cdx.json')).text);
  assert.equal(cyclonedx.specVersion, '1.6');
  await editor.page.getByRole('tab', { name: /^sample-service/ }).click();
  const spdx = JSON.parse((await saved('SPDX', 'bom.spdx.json')).text);
  assert.equal(spdx.spdxVersion, 'SPDX-2.3');
  assert.equal(spdx.packages.length, cyclonedx.components.length + 1);
});

test('names that are made to come alive are text on every surface', { skip }, async () => {
  const dead = async (surface: string) => assert.deepEqual(await alive(editor.page), [], surface);
  await editor.ask((vscode) => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.openArchive(join(editor.workspace, 'hostile.tar'));
  await editor.expand('hostile.tar');
  await editor.row('Packages').first().waitFor();
  await editor.expand('Whole image');
  await editor.expand('names');
  const files = editor.page.locator('[aria-level="5"]');
  for (const name of shownNames) await editor.row(name).and(files).waitFor();
  await dead('tree');
  await editor.picture('hostile-names');
  for (const name of shownNames.slice(0, 3)) {
    await editor.row(name).and(files).hover();
    await editor.page
      .locator('.workbench-hover-container')
      .filter({ hasText: `/names/${name}` })
      .waitFor();
    await dead(`tooltip of ${name}`);
    await editor.row(name).and(files).click();
    await until(`${name} is open`, () => isTab(name));
    await dead(`document of ${name}`);
  }
  await choose('changed', 'Why Is This Here?');
  await editor.page.getByRole('option', { name: /Layer 9 changed it/ }).waitFor();
  await dead('quick pick: why');
  await editor.page.keyboard.press('Escape');
  await choose('hostile.tar', 'Search Files…');
  await editor.page.getByPlaceholder('Part of a name').fill('e');
  await editor.page.getByRole('option', { name: '/names/<img' }).first().waitFor();
  await dead('quick pick: search');
  await editor.page.keyboard.press('Escape');
  const path = `/${hostileNames.link} ${hostileNames.element} ${hostileNames.icon}`;
  await editor.ask(
    (vscode, path) =>
      vscode.commands.executeCommand('distroless.exploreFile', vscode.Uri.from({ scheme: 'untitled', path })),
    path,
  );
  await editor.message(/is not on a disk that can be read here/);
  await dead('message');
  await editor.ask((vscode) => vscode.commands.executeCommand('workbench.panel.output.focus'));
  await dead('output and status bar');
  await editor.ask((vscode) => vscode.commands.executeCommand('workbench.action.closePanel'));
  await choose('hostile.tar', 'Show Image Report');
  await report.getByRole('heading', { level: 1, name: hostileNames.element }).waitFor();
  for (const summary of await report.locator('summary').all()) await summary.click();
  for (const by of ['component', 'layer', 'package', 'flag']) {
    await report.getByLabel('Coloured by').selectOption(by);
    await dead(`report, coloured by ${by}`);
  }
  assert.deepEqual(await violations(report.locator('html')), []);
  const { target } = await saved('HTML', 'hostile.html', 'img');
  const page = await editor.page.context().newPage();
  await page.goto(pathToFileURL(target).href);
  await page.getByRole('heading', { level: 1, name: hostileNames.element }).waitFor();
  assert.deepEqual(await alive(page), [], 'report in a file');
  await page.close();
  for (const format of ['JSON', 'SPDX']) {
    const { text } = await saved(format, `hostile.${format}`, 'img');
    assert.ok(JSON.parse(text), format);
    assert.doesNotMatch(text, /[\p{Cf}\u001b\u0007]/u, format);
    await dead(`saved as ${format}`);
    await editor.ask((vscode) => vscode.commands.executeCommand('workbench.action.closeActiveEditor'));
    await report.getByRole('heading', { level: 1, name: hostileNames.element }).waitFor();
  }
});

const shownNames = [
  '[go](command:workbench.action.quit)',
  '<img src=x onerror=globalThis.cameAlive=1>',
  '$(rocket) launch',
  '\\x1b[31mred\\x1b[0m',
  'a\\xe2\\x80\\xaetxt.exe',
  'one\\x0atwo',
];

async function isTab(name: string): Promise<boolean | undefined> {
  return (await editor.ask((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label)) === name || undefined;
}

/** From the menu of a row. */
async function choose(row: string, title: string): Promise<void> {
  const item = editor.page.getByRole('menuitem', { name: title });
  await until('the menu is open', async () => {
    if ((await item.count()) > 0) return true;
    await editor.row(row).first().click({ button: 'right' });
    return item.waitFor({ timeout: 2000 }).then(
      () => true,
      () => undefined,
    );
  });
  // It takes no click in its first moments.
  await until('the menu is obeyed', async () => {
    if ((await item.count()) === 0) return true;
    await item.click({ timeout: 1000 }).catch(() => {});
    return undefined;
  });
}

async function saved(
  button: string,
  file: string,
  proposed = 'sample-service',
): Promise<{ readonly target: string; readonly text: string }> {
  const target = join(editor.workspace, file);
  await report.getByRole('button', { name: button }).click();
  const input = editor.page.locator('.quick-input-widget .quick-input-box input');
  // It proposes a name, and only then takes another one.
  await until('a name is proposed', async () => (await input.inputValue()).includes(proposed) || undefined);
  await input.fill(target);
  await until('the name is taken', async () => (await input.inputValue()) === target || undefined);
  await editor.page.keyboard.press('Enter');
  const text = await until('it is saved', async () => (await readFile(target, 'utf8').catch(() => '')) || undefined);
  // What is not a page is opened, after it was saved, over the report.
  if (button !== 'HTML') await until('it is open', () => isTab(file));
  return { target, text };
}

/** What axe-core has to say against the document, with the first element that it is about. */
async function violations(html: Locator): Promise<readonly string[]> {
  const results = await html.evaluate(async (_, source) => {
    const browser = globalThis as unknown as { axe?: typeof axe; eval(code: string): unknown };
    if (!browser.axe) new Function(`${source}; globalThis.axe = axe;`).call(globalThis);
    return browser.axe!.run();
  }, axe.source);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.length}, ${nodes[0]?.html.slice(0, 200)}`);
}
