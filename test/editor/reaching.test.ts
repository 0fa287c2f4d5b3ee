/** What an image has to do with other things: the Dockerfile it was built of, its registry, the base of a stage, and what is kept of it on the disk. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { skipUnless } from '../support/engine.ts';
import { file, tar } from '../support/image-builder.ts';
import { push, startRegistry } from '../support/registry.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';

const skip = skipUnless(editorReason());
let editor: Editor;

/** As the sample image was built, but for what its layers say of the base. */
const dockerfile = `FROM debian:12
ENV NODE_VERSION=24.11.0
RUN curl -fsSLO https://nodejs.org/dist/v24.11.0/node-v24.11.0-linux-x64.tar.xz && tar -xJf node.tar.xz -C /usr/local
RUN apt-get update && apt-get install -y --no-install-recommends curl sudo
RUN rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
EXPOSE 3000
CMD ["node", "server.js"]
`;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    editor = await openEditor({
      prepare: (workspace) => writeFile(join(workspace, 'Dockerfile.service'), dockerfile),
      viewport: { width: 1280, height: 900 },
    });
  });
  after(() => editor?.close());
}

test('“Why Is This Here?” names the line of the Dockerfile, and goes there', { skip }, async () => {
  await openSample();
  await editor.expand('Whole image');
  for (const folder of ['usr', 'bin']) await editor.expand(folder);
  await chooseFrom('sudo', 'Why Is This Here?');
  const line = editor.page.getByRole('option', { name: /Line 4 of Dockerfile\.service: RUN apt-get update/ });
  await line.waitFor();
  await editor.picture('why-line');
  await line.click();
  await until('the line is shown', () => isAt('Dockerfile.service', 4));
});

test('a layer leads to its line, one of the base to a sentence', {
  skip,
}, async () => {
  await openSample();
  await chooseFrom('RUN npm ci --omit=dev', 'Go to the Dockerfile Line');
  await until('the line is shown', () => isAt('Dockerfile.service', 9));
  await openSample();
  await chooseFrom("# debian.sh --arch 'amd64' out/ 'bookworm' '@1759104000'", 'Go to the Dockerfile Line');
  await editor.message(/No line of Dockerfile\.service made this layer/);
});

test('an image in a registry is explored, remembered and closed; one that is not there says so, and is tried again', {
  skip,
}, async (t) => {
  const registry = await startRegistry(t, [
    {
      name: '1.0',
      layers: [tar([file('etc/motd', 'hello')])],
      history: [{ created_by: 'COPY motd /etc/ # buildkit' }],
    },
  ]);
  await editor.command('Distroless: Explore Image from a Registry');
  const input = editor.page.getByPlaceholder('ghcr.io/team/app:1.0');
  await input.fill(` docker://${registry.host}/team/app:2.0 `);
  await editor.picture('registry-input');
  await input.press('Enter');
  const missing = editor.rowThat(new RegExp(`^${registry.host}/team/app:2\\.0`));
  await missing.waitFor();
  const again = editor.row('Try again').last();
  await again.waitFor();
  await editor.picture('registry-missing');
  push(
    registry,
    [{ layers: [tar([file('etc/new', 'x')])], history: [{ created_by: 'COPY new /etc/ # buildkit' }] }],
    '2.0',
  );
  await again.click();
  await editor.row('COPY new /etc/').waitFor();
  await chooseFrom('COPY new /etc/', 'Go to the Dockerfile Line');
  await editor.message(/No Dockerfile of this workspace fits this image/);
  await missing.hover();
  await missing.getByRole('button', { name: 'Close Image' }).click();
  await missing.waitFor({ state: 'detached' });
  await editor.row('Registries').waitFor({ state: 'detached' });
  assert.ok(registry.asked.every(({ headers }) => headers.authorization === undefined));
});

test('the base that FROM names is explored from its registry, and nothing is asked of that before the user agrees', {
  skip,
}, async (t) => {
  const layers = [tar([file('etc/base', 'x')])];
  const registry = await startRegistry(t, [{ name: '1', layers, history: [{ created_by: 'COPY base /etc/' }] }]);
  const name = `${registry.host}/team/base:1`;
  await writeFile(join(editor.workspace, 'Dockerfile.base'), `FROM ${name} AS run\nUSER 1000\nFROM scratch\n`);
  await editor.open('Dockerfile.base', 1);
  await editor.ask((vscode) => {
    const shown = vscode.window.activeTextEditor;
    if (shown) shown.selection = new vscode.Selection(0, 8, 0, 8);
  });
  await editor.command('Show or Focus Hover');
  const link = editor.page.locator('.monaco-hover').getByRole('link', { name: 'Explore this base' });
  await link.waitFor();
  await editor.picture('base-hover');
  await link.click();
  const question = await editor.message(new RegExp(`its registry, ${registry.host},`));
  await editor.picture('base-question');
  assert.deepEqual(registry.asked, []);
  await question.getByRole('button', { name: 'Read from Registry' }).click();
  await editor.row('COPY base /etc/').waitFor();
  await editor.row(name).hover();
  await editor.row(name).getByRole('button', { name: 'Close Image' }).click();
  await editor.row(name).waitFor({ state: 'detached' });
  await editor.open('Dockerfile.base', 3);
  await editor.command('Distroless: Explore Base of This Stage');
  await editor.message(/This stage starts from scratch/);
});

test('what is kept of layers is cleared, after its size is said', { skip }, async () => {
  await openSample();
  await askToClear(/takes \d[\d.]* [kM]B on the disk/);
  await editor.picture('clear-cache');
  // What was being verified meanwhile is kept when that is done.
  await until('nothing is kept', async () => {
    const question = await askToClear(/on the disk|Nothing is kept of layers that were read/);
    if (/Nothing/.test(await question.innerText())) return true;
    await question.getByRole('button', { name: 'Clear', exact: true }).click();
    await editor.message(/\d[\d.]* [kM]B were cleared/);
    return undefined;
  });
});

async function askToClear(says: RegExp): Promise<Locator> {
  await editor.ask((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  await editor.command('Distroless: Clear Cache of Read Layers');
  return editor.message(says);
}

async function openSample(): Promise<void> {
  await editor.showExplorer();
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.openArchive(join(editor.workspace, 'sample-image.tar'));
  await editor.expand('sample-image.tar');
  await editor.row('Packages').waitFor();
}

/** From the row's menu. */
async function chooseFrom(label: string, title: string): Promise<void> {
  await editor.row(label).first().click({ button: 'right' });
  const item = editor.page.getByRole('menuitem', { name: title });
  await item.waitFor();
  // It takes no click in its first moments.
  await until('the menu is obeyed', async () => {
    if ((await item.count()) === 0) return true;
    await item.click({ timeout: 1000 }).catch(() => {});
    return undefined;
  });
}

async function isAt(name: string, line: number): Promise<boolean | undefined> {
  const at = await editor.ask((vscode) => {
    const shown = vscode.window.activeTextEditor;
    return shown && { path: shown.document.uri.path, line: shown.selection.active.line + 1 };
  });
  return (at?.path.endsWith(`/${name}`) && at.line === line) || undefined;
}
