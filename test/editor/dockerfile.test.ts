/** The Dockerfile half in a real editor: findings, their pages, fixes, the conversion. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { skipUnless } from '../support/engine.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';

const skip = skipUnless(editorReason());
let editor: Editor;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    editor = await openEditor();
  });
  after(() => editor?.close());
}

interface Shown {
  readonly source: string | undefined;
  readonly rule: string;
  readonly page: string;
  readonly text: string;
}

test('a broken Dockerfile is marked where it is broken, and each mark leads to the page of its rule', {
  skip,
}, async () => {
  await editor.open('broken/Dockerfile');
  const shown = await until('there are findings', () => findings('broken/Dockerfile'));
  assert.deepEqual(shown.map(({ rule, text }) => `${rule}: ${text}`).sort(), [
    'repeats-entrypoint: "node"',
    'retired-base: gcr.io/distroless/nodejs24-debian12',
    'root-user: gcr.io/distroless/nodejs24-debian12',
    'shell-form: HEALTHCHECK',
    'shell-form: RUN',
  ]);
  for (const { source, rule, page } of shown) {
    assert.equal(source, 'distroless');
    assert.match(page, new RegExp(`/${rule}\\.md$`));
  }
  await editor.page.locator('.squiggly-error').first().waitFor();
  await editor.picture('findings');
  await placeCursor('CMD ["no');
  await editor.command('Show or Focus Hover');
  const hover = editor.page.locator('.monaco-hover').filter({ hasText: 'already starts' });
  await hover.waitFor();
  await editor.picture('dockerfile');
  await hover.getByRole('link', { name: 'repeats-entrypoint' }).click();
  await editor.page.getByRole('tab', { name: /^repeats-entrypoint\.md/ }).waitFor();
  const read = editor.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  await read.getByRole('heading', { name: 'repeats-entrypoint' }).waitFor();
});

test('a stage is renamed wherever BuildKit finds it by its name', { skip }, async () => {
  await editor.open('broken/Dockerfile');
  const original = await text('broken/Dockerfile');
  await until('there are findings', () => findings('broken/Dockerfile'));
  const changed = await editor.ask(
    async (vscode, path) => {
      const uri = vscode.Uri.file(path);
      const document = await vscode.workspace.openTextDocument(uri);
      const at = document.positionAt(document.getText().indexOf('--from=build') + 8);
      const edit = await vscode.commands.executeCommand<import('vscode').WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        uri,
        at,
        'dependencies',
      );
      return edit
        .get(uri)
        .map(({ range, newText }) => `${range.start.line + 1}: ${document.getText(range)} → ${newText}`);
    },
    join(editor.workspace, 'broken/Dockerfile'),
  );
  assert.deepEqual(changed, ['2: build → dependencies', '10: build → dependencies']);
  assert.equal(await text('broken/Dockerfile'), original);
});

test('a fix changes what it is for, and nothing else', { skip }, async () => {
  await editor.open('broken/Dockerfile');
  const original = await text('broken/Dockerfile');
  await until('there are findings', () => findings('broken/Dockerfile'));
  await placeCursor('CMD ["no');
  await quickFix(/^Leave out “node”/);
  const fixed = await until('the document has changed', async () => {
    const now = await text('broken/Dockerfile');
    return now === original ? undefined : now;
  });
  assert.equal(fixed, original.replace('CMD ["node", "server.js"]', 'CMD ["server.js"]'));
  await editor.page.keyboard.press('Control+Z');
  await until('it is undone', async () => (await text('broken/Dockerfile')) === original || undefined);
});

test('a finding appears with the keystroke that makes it, and goes with the one that mends it', { skip }, async () => {
  await editor.open('distroless/Dockerfile');
  await until(
    'the language server has looked at it',
    async () => (await text('distroless/Dockerfile')).includes('nonroot') || undefined,
  );
  assert.equal(await findings('distroless/Dockerfile'), undefined);
  await editor.open('distroless/Dockerfile', 12);
  await editor.page.keyboard.press('End');
  await editor.page.keyboard.type('\nRUN ls');
  // Half of the word is no instruction, and is said not to be one, until the rest is there.
  await until('the whole line is judged', async () => {
    const rules = (await findings('distroless/Dockerfile'))?.map(({ rule }) => rule);
    return rules?.join() === 'shell-form' || undefined;
  });
  for (let i = 0; i < 7; i++) await editor.page.keyboard.press('Backspace');
  await until('it is gone', async () => ((await findings('distroless/Dockerfile')) === undefined ? true : undefined));
});

test('a conversion is shown as a difference with its notes, applied in one step, and taken back by one undo', {
  skip,
}, async () => {
  const original = await readFile(join(editor.workspace, 'go/Dockerfile'), 'utf8');
  await editor.open('go/Dockerfile');
  await until('there are findings', () => findings('go/Dockerfile'));
  await editor.command('Distroless: Convert Dockerfile');
  const notes = editor.page.locator('.review-widget');
  await notes.filter({ hasText: 'Assumption' }).first().waitFor();
  assert.equal(await text('go/Dockerfile'), original);
  await editor.picture('conversion');
  await editor.page.getByRole('button', { name: 'Apply Conversion' }).click();
  const converted = await until('it is converted', async () => {
    const now = await text('go/Dockerfile');
    return now === original ? undefined : now;
  });
  await notes.first().waitFor({ state: 'detached' });
  assert.match(converted, /^FROM golang:1\.26(-\w+)? AS \w+$/m);
  assert.match(converted, /^FROM gcr\.io\/distroless\/static-debian13:nonroot$/m);
  for (const comment of original.match(/^#.*$/gm) ?? []) assert.ok(converted.includes(comment), comment);
  assert.match(converted, /^(CMD|ENTRYPOINT) \["\/?[\w/]*hello"\]$/m);
  await until('what was found is cured', async () =>
    (await findings('go/Dockerfile')) === undefined ? true : undefined,
  );
  await editor.picture('converted');
  await editor.page.locator('.editor-instance .view-lines').first().click();
  await editor.page.keyboard.press('Control+Z');
  await until('one undo takes it back', async () => (await text('go/Dockerfile')) === original || undefined);
});

test('the lightbulb shows the conversion, too, and discarding it leaves everything as it was', { skip }, async () => {
  const original = await readFile(join(editor.workspace, 'node/Dockerfile'), 'utf8');
  await editor.open('node/Dockerfile');
  await until('there are findings', () => findings('node/Dockerfile'));
  await placeCursor('FROM');
  await quickFix(/^Convert to a multi-stage build/);
  const discard = editor.page.getByRole('button', { name: 'Discard Conversion' });
  await discard.click();
  await discard.waitFor({ state: 'detached' });
  assert.equal(await text('node/Dockerfile'), original);
});

test('a conversion of a text that has been edited since is not applied, but made anew', { skip }, async () => {
  await editor.open('go/Dockerfile');
  await until('there are findings', () => findings('go/Dockerfile'));
  await editor.command('Distroless: Convert Dockerfile');
  await editor.page.getByRole('button', { name: 'Apply Conversion' }).waitFor();
  const edited = await editor.ask(
    async (vscode, path) => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(vscode.Uri.file(path), new vscode.Position(0, 0), '# edited\n');
      await vscode.workspace.applyEdit(edit);
      return (await vscode.workspace.openTextDocument(path)).getText();
    },
    join(editor.workspace, 'go/Dockerfile'),
  );
  await editor.page.getByRole('button', { name: 'Apply Conversion' }).click();
  await editor.message(/has been edited since/);
  assert.equal(await text('go/Dockerfile'), edited);
  await editor.page.locator('.editor.modified .view-line').filter({ hasText: '# edited' }).waitFor();
  await editor.page.getByRole('button', { name: 'Apply Conversion' }).click();
  await until('it is converted', async () => (await text('go/Dockerfile')).includes('distroless') || undefined);
  assert.match(await text('go/Dockerfile'), /^# edited\n/);
});

test('what cannot be converted is explained beside its lines, and “Show” goes to the first', { skip }, async () => {
  const original = 'FROM python:3.13-slim\nWORKDIR /app\nCOPY app.py .\nCMD python prepare.py && python app.py\n';
  await mkdir(join(editor.workspace, 'declined'));
  await writeFile(join(editor.workspace, 'declined/Dockerfile'), original);
  await editor.open('declined/Dockerfile');
  await until('there are findings', () => findings('declined/Dockerfile'));
  await editor.command('Distroless: Convert Dockerfile');
  const message = await editor.message(/It was not converted\./);
  const note = editor.page.locator('.review-widget').filter({ hasText: 'Not converted' });
  await note.first().waitFor();
  const [, line] = (await message.innerText()).match(/Line (\d+):/) ?? [];
  await editor.picture('declined');
  await message.getByRole('button', { name: 'Show' }).click();
  await until('the line is selected', async () => {
    const selected = await editor.ask((vscode) => vscode.window.activeTextEditor?.selection.start.line);
    return selected === Number(line) - 1 || undefined;
  });
  assert.equal(await text('declined/Dockerfile'), original);
});

test('untitled Dockerfiles are checked; those of the history are not', { skip }, async () => {
  const content = 'FROM gcr.io/distroless/static-debian13:nonroot\nRUN ls\n';
  const uri = await editor.ask(async (vscode, content) => {
    const document = await vscode.workspace.openTextDocument({ language: 'dockerfile', content });
    await vscode.window.showTextDocument(document);
    return document.uri.toString();
  }, content);
  await until('the untitled one is marked', () =>
    editor.ask(
      (vscode, uri) =>
        vscode.languages.getDiagnostics(vscode.Uri.parse(uri)).some(({ source }) => source === 'distroless') ||
        undefined,
      uri,
    ),
  );
  const foreign = await editor.ask(async (vscode, content) => {
    const provider = { provideTextDocumentContent: () => content };
    const registration = vscode.workspace.registerTextDocumentContentProvider('review', provider);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('review:/Dockerfile'));
    await vscode.window.showTextDocument(document);
    registration.dispose();
    return { language: document.languageId, uri: document.uri.toString() };
  }, content);
  assert.equal(foreign.language, 'dockerfile');
  // Answers come in order: once a later document has been checked, this one would have been.
  await editor.open('broken/Dockerfile');
  await until('a later document is checked', () => findings('broken/Dockerfile'));
  const marks = await editor.ask(
    (vscode, uri) => vscode.languages.getDiagnostics(vscode.Uri.parse(uri)).length,
    foreign.uri,
  );
  assert.equal(marks, 0);
});

/** Of a file of the workspace, in their order; undefined while there are none. */
async function findings(file: string): Promise<readonly Shown[] | undefined> {
  const shown = await editor.ask(
    async (vscode, path) => {
      const uri = vscode.Uri.file(path);
      const document = await vscode.workspace.openTextDocument(uri);
      return vscode.languages
        .getDiagnostics(uri)
        .sort((a, b) => a.range.start.compareTo(b.range.start))
        .map(({ source, code, range }) => ({
          source,
          rule: typeof code === 'object' ? String(code.value) : '',
          page: typeof code === 'object' ? code.target.toString() : '',
          text: document.getText(range),
        }));
    },
    join(editor.workspace, file),
  );
  return shown.length > 0 ? shown : undefined;
}

function text(file: string): Promise<string> {
  return editor.ask(
    async (vscode, path) => (await vscode.workspace.openTextDocument(path)).getText(),
    join(editor.workspace, file),
  );
}

/** On the first line of the active document that begins with that. */
async function placeCursor(beginning: string): Promise<void> {
  await editor.ask((vscode, beginning) => {
    const active = vscode.window.activeTextEditor;
    const lines = active?.document.getText().split('\n') ?? [];
    const at = new vscode.Position(
      lines.findIndex((line) => line.startsWith(beginning)),
      beginning.length + 2,
    );
    if (active) active.selection = new vscode.Selection(at, at);
  }, beginning);
}

async function quickFix(title: RegExp): Promise<void> {
  const { page } = editor;
  const menu = page.locator('.action-widget:not(.action-list-submenu-panel)');
  await until(`the fix ${title} is offered`, async () => {
    await page.keyboard.press('Control+.');
    try {
      await menu.getByRole('option', { name: title }).first().click({ timeout: 2000 });
      return true;
    } catch {
      await page.keyboard.press('Escape');
      return undefined;
    }
  });
  await menu.waitFor({ state: 'hidden' });
}
