/** The image explorer in a real editor, without an engine: what it says then, and an archive from its rows down to its files. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { skipUnless } from '../support/engine.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';
import { sampleImage } from './sample-image.ts';

const skip = skipUnless(editorReason());
let editor: Editor;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    editor = await openEditor({ prepare: addArchives, viewport: { width: 1280, height: 1000 } });
  });
  after(() => editor?.close());
}

test('without an engine it says so, and what was tried', { skip }, async () => {
  await editor.showExplorer();
  const message = editor.page.locator('.tree-explorer-viewlet-tree-view .message');
  await message.filter({ hasText: 'No container engine answered' }).waitFor();
  assert.match(await message.innerText(), /There is no socket at .*no-engine\.sock/);
  await editor.row('Try again').waitFor();
  await editor.picture('no-engine');
});

test('an archive is opened from there; its layers are rows with their instructions and sizes', { skip }, async () => {
  await editor.row('Open an image archive…').click();
  await editor.page.locator('.quick-input-widget').getByRole('option', { name: 'sample-image.tar' }).click();
  await editor.rowThat(/^sample-image\.tar, .* flagged · .*sample-service:1\.0\.0/).waitFor();
  await editor.row('Packages').waitFor();
  assert.deepEqual(await layerRows(), [
    "# debian.sh --arch 'amd64' out/ 'bookworm' '@1759104000'",
    'ENV NODE_VERSION=24.11.0',
    'RUN curl -fsSLO https://nodejs.org/dist/v24.11.0/node-v24.11.0-linux-x64.tar.xz && tar -xJf node.tar.xz -C /usr/local',
    'RUN apt-get update && apt-get install -y --no-install-recommends curl sudo',
    'RUN rm -rf /var/lib/apt/lists/*',
    'WORKDIR /app',
    'ENV NODE_ENV=production',
    'COPY package.json package-lock.json ./',
    'RUN npm ci --omit=dev',
    'COPY . .',
    'EXPOSE 3000/tcp',
    'CMD ["node" "server.js"]',
  ]);
  await editor.rowThat(/^RUN apt-get update .*, 1\.7 MB · 4\d\d kB wasted · \d+ flagged/).waitFor();
});

test('flagged files carry a badge, a tooltip that says why, and are counted on what they are in', {
  skip,
}, async () => {
  await expandSample('app');
  assert.equal(await badgeOf('server.js'), '');
  await expandSample('usr', 'bin');
  const sudo = editor.row('sudo').first();
  await sudo.waitFor();
  await until('the badge is there', async () => (await badgeOf('sudo')) === '!!' || undefined);
  assert.match((await editor.rowThat(/^usr,/).first().getAttribute('aria-label')) ?? '', / · \d+ flagged$/);
  await sudo.hover();
  const hover = editor.page.locator('.workbench-hover-container').filter({ hasText: '/usr/bin/sudo' });
  await hover.waitFor();
  assert.match(await hover.innerText(), /-rwsr-xr-x, owner 0, group 0, 281 kB/);
  assert.match(await hover.innerText(), /From layer 3: RUN apt-get update/);
  await editor.picture('tooltip');
});

test('a text file opens read-only, as plain text; a binary one is said to be one, with its bytes', {
  skip,
}, async () => {
  await expandSample('app');
  await editor.row('server.js').first().click();
  const opened = await until('the file is open', () => activeDocument('server.js.txt'));
  assert.equal(opened.language, 'plaintext');
  assert.ok(opened.text.startsWith("import express from 'express';\n"), opened.text);
  assert.deepEqual(await editor.ask((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label), 'server.js');
  await editor.page.locator('.editor-instance .view-lines').first().click();
  await editor.page.keyboard.type('x');
  await editor.page
    .getByText(/read-only/i)
    .first()
    .waitFor();
  assert.equal((await activeDocument('server.js.txt'))?.text, opened.text);
  await editor.page.keyboard.press('Escape');
  await expandSample('usr', 'bin');
  await editor.row('sudo').first().hover();
  await editor.page.locator('.workbench-hover-container').filter({ hasText: '/usr/bin/sudo' }).waitFor();
  await editor.picture('explorer');
  await expandSample('usr', 'bin');
  await editor.row('bash').first().click();
  const binary = await until('the other file is open', () => activeDocument('bash.txt'));
  const [what, , bytes] = binary.text.split('\n');
  assert.equal(what, '“/usr/bin/bash” is a binary file of 1.3 MB. Shown are the first 200 kB.');
  assert.match(bytes ?? '', /^00000000 {2}7f 45 4c 46 [0-9a-f ]{36,} {2}\|\.ELF/);
});

test('links lead to what they point at', { skip }, async () => {
  await expandSample('usr', 'local');
  await editor
    .rowThat(/^bin, 1\.9 MB/)
    .locator('.monaco-tl-twistie')
    .click();
  const link = editor.rowThat(/^npm, → \.\.\/lib\/node_modules\/npm\/bin\/npm-cli\.js/);
  await link.first().click();
  const opened = await until('the file is open', () => activeDocument('npm.txt'));
  assert.ok(opened.text.includes('require("../lib/cli.js")'), opened.text);
});

test('the path of a file can be copied as the image has it', { skip }, async () => {
  await expandSample('usr', 'bin');
  await editor.row('sudo').first().click();
  await until('the file is open', () => activeDocument('sudo.txt'));
  await editor.command('Distroless: Copy Path');
  await until('it is in the clipboard', async () => {
    return (await editor.ask((vscode) => vscode.env.clipboard.readText())) === '/usr/bin/sudo' || undefined;
  });
});

test('“show only flagged” hides the rest, and “show all” brings it back', { skip }, async () => {
  await expandSample('app');
  await editor.command('Distroless: Show Only Flagged Files');
  await editor.row('server.js').first().waitFor({ state: 'detached' });
  await editor.row('ENV NODE_ENV=production').waitFor({ state: 'detached' });
  await expandSample('usr', 'bin');
  await editor.row('sudo').first().waitFor();
  await editor.picture('flagged-only');
  await editor.page.getByRole('button', { name: 'Show All Files' }).click();
  await expandSample('app');
  await editor.row('server.js').first().waitFor();
});

test('what is flagged is listed by kind, and leads to its place in the image', { skip }, async () => {
  await expandSample();
  await editor.expand('Flagged');
  await editor.picture('kinds');
  await editor.expand('Setuid program');
  await editor.row('/usr/bin/sudo').click();
  await until('sudo is selected', () => isSelected('sudo'));
});

test('packages are listed by ecosystem, with their versions and files', { skip }, async () => {
  await expandSample();
  await editor.expand('Packages');
  await editor.expand('Debian packages');
  await editor.rowThat(/^curl, /).waitFor();
  await editor.expand('curl');
  await editor.row('/usr/bin/curl').waitFor();
  await editor.picture('packages');
});

test('files are found by name and shown in the tree, with the keyboard alone', { skip }, async () => {
  await openFresh('sample-image.tar');
  await editor.row('Whole image').click();
  await editor.command('Distroless: Search Files');
  await editor.page.getByPlaceholder('Part of a name').waitFor();
  await editor.page.keyboard.type('bin/*.sh');
  const option = editor.page.getByRole('option', { name: /start\.sh/ });
  await option.waitFor();
  await editor.picture('search');
  const options = await editor.page.getByRole('option').allInnerTexts();
  assert.deepEqual(
    options.map((text) => text.match(/\/\S+/)?.[0]),
    ['/app/bin/start.sh', '/usr/local/bin/docker-entrypoint.sh'],
  );
  await editor.page.keyboard.press('Enter');
  await until('it is selected', () => isSelected('start.sh'));
});

test('rows are sorted by size when that is wanted', { skip }, async () => {
  await expandSample();
  const rows = editor.rowThat(/^(app|etc|usr|var), /).and(editor.page.locator('[aria-level="4"]'));
  const names = () => rows.locator('.label-name').allInnerTexts();
  await until('they are there', async () => (await names()).length === 4 || undefined);
  assert.deepEqual(await names(), ['app', 'etc', 'usr', 'var']);
  await editor.command('Distroless: Sort Files by Size');
  const shown = async (wanted: (first: string) => boolean) => {
    const all = await names();
    return (all.length === 4 && wanted(all[0]!)) || undefined;
  };
  await until('they are in another order', () => shown((first) => first === 'usr'));
  const sizes = (await rows.locator('.label-description').allInnerTexts()).map(bytesOf);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  await editor.picture('by-size');
  await editor.command('Distroless: Sort Files by Name');
  await until('they are sorted by name again', () => shown((first) => first === 'app'));
});

test('files are grouped by layer, by what they are flagged as, or by package, and shown there', { skip }, async () => {
  await expandSample();
  await groupBy('Layer');
  const layer = editor.rowThat(/^Layer 3, 1\.3 MB · 9 files · RUN apt-get update/);
  await layer.waitFor();
  await editor.expand('Flagged');
  await editor.expand('Setuid program');
  await editor.row('/usr/bin/sudo').click();
  await until('sudo is selected', () => isSelected('sudo'));
  assert.equal(await layer.getAttribute('aria-expanded'), 'true');
  await editor.picture('by-layer');
  await expandSample();
  await groupBy('What they are flagged as');
  await editor.rowThat(/^Not flagged, 5\.7 MB · 59 files/).waitFor();
  await groupBy('Package');
  await editor.rowThat(/^Of no package, /).waitFor();
  await groupBy('Folder');
  await editor.row('usr').first().waitFor();
});

test('an archive that is dropped onto the view is opened', { skip }, async () => {
  await collapseAll();
  await editor.page.keyboard.press('Control+Shift+E');
  const from = await editor.page.locator('.explorer-viewlet').getByRole('treeitem', { name: 'odd.tar' }).boundingBox();
  const icon = await editor.page.locator('.activitybar').getByRole('tab', { name: 'Distroless' }).boundingBox();
  assert.ok(from && icon);
  const { mouse } = editor.page;
  await mouse.move(from.x + 60, from.y + 10);
  await mouse.down();
  await mouse.move(from.x + 80, from.y + 20, { steps: 3 });
  const list = editor.page.locator('.tree-explorer-viewlet-tree-view').first();
  await until('the view is opened under the mouse', async () => {
    if (await list.isVisible()) return true;
    for (const x of [16, 20, 24]) await mouse.move(icon.x + x, icon.y + 20);
    return undefined;
  });
  const place = await list.boundingBox();
  assert.ok(place);
  await mouse.move(place.x + 100, place.y + 150, { steps: 3 });
  await mouse.up();
  await editor.rowThat(/^odd\.tar, .*odd:1/).waitFor();
});

test('an archive is opened in place of its bytes, as its report', { skip }, async () => {
  await editor.ask(
    (vscode, path) => vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), 'distroless.archive'),
    join(editor.workspace, 'sample-image.tar'),
  );
  const report = editor.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await report.getByRole('heading', { level: 1, name: 'sample-service:1.0.0' }).waitFor();
  await editor.picture('open-with');
  await editor.ask((vscode) => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
});

test('why a file is here: the layers that did something to it, its package, and what it is flagged for', {
  skip,
}, async () => {
  await expandSample('var', 'lib', 'dpkg');
  await editor.row('status').first().click({ button: 'right' });
  await choose('Why Is This Here?');
  const list = editor.page.locator('.quick-input-list');
  await list.getByText('Layer 1 added it').waitFor();
  await list.getByText('Layer 3 changed it').waitFor();
  await editor.picture('why');
  await editor.page.keyboard.press('Escape');
});

test('a large folder is shown in pages', { skip }, async () => {
  await collapseAll();
  await exploreFromFiles('odd.tar');
  await editor.rowThat(/^odd\.tar, .*odd:1/).waitFor();
  await editor.expand('COPY . /');
  await editor.expand('many');
  const more = editor.row('Show 1,000 more');
  await scrollTo(more);
  assert.equal(await more.getAttribute('aria-label'), 'Show 1,000 more, of 1,345');
  const rest = editor.row('Show 345 more');
  await clickUntil(more, rest);
  await clickUntil(rest, editor.row('file2344'));
});

test('names that try to deceive are shown as they are', { skip }, async () => {
  await expandOdd();
  for (const name of ['$(rocket) launch', 'a\\xe2\\x80\\xaetxt.exe', '[link](command:workbench.action.quit)']) {
    const label = editor.rowThat(new RegExp(`^${name.replace(/[$()[\]\\.]/g, '\\$&')},`));
    assert.equal(await label.locator('.label-name').innerText(), name);
    assert.equal(await label.locator('.codicon').count(), 0, name);
  }
  await editor.picture('odd-names');
});

test('what a file is called starts nothing, and a large one is cut with a note', { skip }, async () => {
  await expandOdd();
  await editor.rowThat(/^project\.code-workspace/).click();
  const project = await until('the file is open', () => activeDocument('project.code-workspace.txt'));
  assert.deepEqual(project, { language: 'plaintext', text: '{"settings":{}}' });
  await editor.rowThat(/^large\.log/).click();
  const large = await until('the large file is open', () => activeDocument('large.log.txt'));
  assert.match(large.text.slice(-80), /\n\[Cut here: the first 5\.0 MB of 6\.4 MB are shown\.\]\n$/);
});

test('two images compared: letters and words say what became of each file, and a changed one opens as a difference', {
  skip,
}, async () => {
  await collapseAll();
  for (const archive of ['before.tar', 'after.tar']) {
    await editor.openArchive(join(editor.workspace, archive));
    await editor.row(archive).waitFor();
  }
  await menuOf('before.tar', 'Select for Compare');
  await menuOf('after.tar', 'Compare with Selected');
  const root = editor.rowThat(/^before\.tar ↔ after\.tar, −\d/);
  await root.waitFor();
  await editor.rowThat(/^User, root → 65532$/).waitFor();
  await editor.rowThat(/^Unchanged files, 0 by layer, 1 by content$/).waitFor();
  await expandTo('Files', editor.row('etc'));
  await expandTo('etc', editor.row('motd'));
  for (const [says, letter] of [
    [/^motd, changed: content$/, 'M'],
    [/^\[x\]\(command:y\), added · 3 B$/, 'A'],
    [/^old\.conf, removed · 100 B$/, 'D'],
    [/^tool, changed: mode$/, 'M'],
  ] as const) {
    const row = editor.rowThat(says);
    await row.waitFor();
    const label = await row.locator('.label-name').innerText();
    await until(`${label} has its letter`, async () => (await badgeOf(label)) === letter || undefined);
  }
  await editor.picture('comparison');
  await editor.row('motd').click();
  const sides = await until('the difference is open', () =>
    editor.ask((vscode) => {
      const { input, label } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      if (!(input instanceof vscode.TabInputTextDiff)) return undefined;
      const textOf = (uri: { toString(): string }) =>
        vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.getText();
      const [original, modified] = [textOf(input.original), textOf(input.modified)];
      return original === undefined || modified === undefined ? undefined : { label, original, modified };
    }),
  );
  assert.deepEqual(sides, { label: 'motd (before.tar ↔ after.tar)', original: 'Hello 1\n', modified: 'Hello 2\n' });
  await editor.ask((vscode) => vscode.commands.executeCommand('distroless.restartServer'));
  // What was not asked for before.
  await expandTo('var', editor.rowThat(/^lib, 1 changed$/));
  await expandTo('Packages', editor.rowThat(/^libc6, changed · 2\.41 → 2\.42 · Debian packages$/));
  await clickUntilGone(root, 'Close Comparison');
});

test('an archive that is none is a row with a sentence, and can be closed', { skip }, async () => {
  await editor.openArchive(join(editor.workspace, 'README.md'));
  const row = editor.row('README.md');
  await row.waitFor();
  await editor.expand('README.md');
  await editor
    .rowThat(/^Try again$/)
    .last()
    .waitFor();
  await editor.picture('no-archive');
  await row.hover();
  await row.getByRole('button', { name: 'Close Archive' }).click();
  await row.waitFor({ state: 'detached' });
});

test('a restart of the language server loses nothing that was open', { skip }, async () => {
  await expandSample();
  await editor.command('Distroless: Restart Language Server');
  await editor.expand('sample-image.tar');
  await editor.rowThat(/^sample-image\.tar, .* flagged/).waitFor();
});

async function groupBy(name: string): Promise<void> {
  await editor.command('Distroless: Group Files By');
  await editor.page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
}

/** Of “1.3 MB · 2 flagged”. */
function bytesOf(description: string): number {
  const [, number, unit = ''] = description.match(/([\d.]+) (\w+)/) ?? [];
  return Number(number) * 1000 ** ['B', 'kB', 'MB'].indexOf(unit);
}

async function isSelected(label: string): Promise<boolean | undefined> {
  const row = editor.row(label).and(editor.page.locator('[aria-selected="true"]'));
  return (await row.count()) > 0 || undefined;
}

/** Of the whole sample image, whether it was opened before or not. */
async function expandSample(...folders: readonly string[]): Promise<void> {
  await openFresh('sample-image.tar');
  for (const label of ['Whole image', ...folders]) await editor.expand(label);
}

function collapseAll() {
  return editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
}

/** Nothing else is expanded then, which might be taken for what is meant. */
async function openFresh(archive: string): Promise<void> {
  await editor.showExplorer();
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.openArchive(join(editor.workspace, archive));
  await editor.expand(archive);
}

async function expandOdd(): Promise<void> {
  await openFresh('odd.tar');
  await editor.expand('COPY . /');
}

/** As a user does it: the menu of the file in the file explorer. */
async function exploreFromFiles(name: string): Promise<void> {
  await editor.page.keyboard.press('Control+Shift+E');
  await editor.page.locator('.explorer-viewlet').getByRole('treeitem', { name }).click({ button: 'right' });
  await choose('Explore as Container Image');
}

/** A row that is expanded while the rows around it are drawn anew may be collapsed again. */
async function expandTo(label: string, wanted: Locator): Promise<void> {
  await until(`“${label}” shows what is in it`, async () => {
    if (await wanted.isVisible()) return true;
    await editor.expand(label).catch(() => {});
    return undefined;
  });
}

/** Of the row's own menu. */
async function menuOf(label: string, name: string): Promise<void> {
  const item = editor.page.getByRole('menuitem', { name });
  await until('the menu is open', async () => {
    if (await item.isVisible()) return true;
    await editor
      .row(label)
      .click({ button: 'right', timeout: 2000 })
      .catch(() => {});
    return undefined;
  });
  await choose(name);
}

async function clickUntilGone(row: Locator, button: string): Promise<void> {
  await until('the row is gone', async () => {
    if ((await row.count()) === 0) return true;
    await row.hover({ timeout: 1000 }).catch(() => {});
    await row
      .getByRole('button', { name: button })
      .click({ timeout: 1000 })
      .catch(() => {});
    return undefined;
  });
}

/** Of a menu that is open. */
async function choose(name: string): Promise<void> {
  const item = editor.page.getByRole('menuitem', { name });
  await item.waitFor();
  // It takes no click in its first moments.
  await until('the menu is obeyed', async () => {
    if ((await item.count()) === 0) return true;
    await item.click({ timeout: 1000 }).catch(() => {});
    return undefined;
  });
}

/** Rows that are out of sight do not exist; this one is near the end of the list. */
async function scrollTo(row: Locator): Promise<void> {
  const list = editor.page.locator('.tree-explorer-viewlet-tree-view').first();
  await until('the row is in sight', async () => {
    // A click may have gone to a row that opens a file, and the focus with it.
    await editor.ask((vscode) => vscode.commands.executeCommand('distroless.images.focus'));
    await editor.page.keyboard.press('End');
    for (let page = 0; page < 5; page++) {
      if (await row.first().isVisible()) return true;
      await list.hover();
      await editor.page.mouse.wheel(0, -300);
    }
    return undefined;
  });
}

/** A list that is just being drawn anew takes no click. */
async function clickUntil(row: Locator, wanted: Locator): Promise<void> {
  await until('the click is obeyed', async () => {
    if (await wanted.first().isVisible()) return true;
    await scrollTo(row.or(wanted));
    if (!(await wanted.first().isVisible()))
      await row
        .first()
        .click({ timeout: 1000 })
        .catch(() => {});
    return undefined;
  });
}

/** Odd things that the sample has no place for. */
async function addArchives(workspace: string): Promise<void> {
  const many = Array.from({ length: 2345 }, (_, i) => ({ path: `many/file${String(i).padStart(4, '0')}`, body: '' }));
  const odd = [
    { path: '$(rocket) launch', body: 'x' },
    { path: 'a\u202etxt.exe', body: 'x' },
    { path: '[link](command:workbench.action.quit)', body: 'x' },
    { path: 'project.code-workspace', body: '{"settings":{}}' },
    { path: 'large.log', body: 'line after line\n'.repeat(400_000) },
  ];
  const status = (version: string) => `Package: libc6\nStatus: install ok installed\nVersion: ${version}\n`;
  const compared = [
    {
      name: 'before.tar',
      entries: [
        { path: 'etc/motd', body: 'Hello 1\n' },
        { path: 'etc/old.conf', body: 'x'.repeat(100) },
        { path: 'etc/tool', body: 'tool', mode: 0o644 },
        { path: 'var/lib/dpkg/status', body: status('2.41') },
      ],
    },
    {
      name: 'after.tar',
      user: '65532',
      entries: [
        { path: 'etc/[x](command:y)', body: 'new' },
        { path: 'etc/motd', body: 'Hello 2\n' },
        { path: 'etc/tool', body: 'tool', mode: 0o755 },
        { path: 'var/lib/dpkg/status', body: status('2.42') },
      ],
    },
  ];
  for (const { name, user, entries } of compared)
    await writeFile(join(workspace, name), sampleImage('compared:1', [{ createdBy: 'COPY . /', entries }], user));
  await writeFile(
    join(workspace, 'odd.tar'),
    sampleImage('odd:1', [{ createdBy: 'COPY . / # buildkit', entries: [...many, ...odd] }]),
  );
}

/** Without what comes after the instruction. */
async function layerRows(): Promise<string[]> {
  const rows = await editor.page.locator('.tree-explorer-viewlet-tree-view [role="treeitem"][aria-level="3"]').all();
  const said = await Promise.all(rows.map((row) => row.getAttribute('aria-label')));
  // Behind “Whole image”, “Flagged” and “Packages”.
  return said.slice(3).map((says) => says?.replace(/, (no files|\d.*)$/, '') ?? '');
}

/** What stands at the end of the row, besides its colour. */
async function badgeOf(label: string): Promise<string> {
  const icon = editor.row(label).first().locator('.monaco-icon-label').first();
  const content = await icon.evaluate((element) => {
    const browser = globalThis as unknown as { getComputedStyle(of: unknown, pseudo: string): { content: string } };
    return browser.getComputedStyle(element, '::after').content;
  });
  return content === 'none' || content === 'normal' ? '' : content.replace(/^"|"$/g, '');
}

async function activeDocument(name: string): Promise<{ language: string; text: string } | undefined> {
  const active = await editor.ask((vscode) => {
    const document = vscode.window.activeTextEditor?.document;
    return document && { path: document.uri.path, language: document.languageId, text: document.getText() };
  });
  return active?.path.endsWith(`/${name}`) ? { language: active.language, text: active.text } : undefined;
}
