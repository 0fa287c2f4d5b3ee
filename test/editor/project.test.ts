/** The project file in a real editor: made and extended by the lightbulb, heeded before it is saved, and known to the JSON editor. */
import assert from 'node:assert/strict';
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

const DOCKERFILE = 'broken/Dockerfile';
const PROJECT = '.distroless.json';

test('“ignore in this project” makes the project file, then adds to it, and counts before it is saved', {
  skip,
}, async () => {
  await editor.open(DOCKERFILE);
  const before = await until('there are findings', async () => {
    const rules = await rulesShown();
    return rules.includes('root-user') ? rules : undefined;
  });
  await apply('Ignore “root-user” in this project');
  await until('root-user is gone', async () => !(await rulesShown()).includes('root-user') || undefined);
  await apply('Ignore “retired-base” in this project');
  await until('retired-base is gone', async () => !(await rulesShown()).includes('retired-base') || undefined);
  assert.deepEqual(
    await rulesShown(),
    before.filter((rule) => rule !== 'root-user' && rule !== 'retired-base'),
  );
  assert.deepEqual(JSON.parse(await text(PROJECT)), { rules: { 'root-user': 'off', 'retired-base': 'off' } });
  await editor.picture('ignored-in-project');
});

test('“ignore here” writes a comment, which silences and can be undone', { skip }, async () => {
  await editor.open(DOCKERFILE);
  const original = await text(DOCKERFILE);
  const before = await rulesShown();
  await apply('Ignore “repeats-entrypoint” here');
  await until('it is gone', async () => !(await rulesShown()).includes('repeats-entrypoint') || undefined);
  assert.ok((await text(DOCKERFILE)).includes('# distroless: ignore=repeats-entrypoint\nCMD '));
  await editor.ask((vscode) => vscode.commands.executeCommand('undo'));
  await until('it is back', async () => (await rulesShown()).length === before.length || undefined);
  assert.equal(await text(DOCKERFILE), original);
});

test('the JSON editor knows what may stand in the project file', { skip }, async () => {
  await editor.open(PROJECT);
  await editor.ask(
    async (vscode, path) => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
      const edit = new vscode.WorkspaceEdit();
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      edit.replace(document.uri, all, '{\n  "rules": {\n    "rot-user": "off"\n  }\n}\n');
      await vscode.workspace.applyEdit(edit);
    },
    join(editor.workspace, PROJECT),
  );
  await until('the name that no rule has is marked', () =>
    editor.ask(
      (vscode, path) =>
        vscode.languages.getDiagnostics(vscode.Uri.file(path)).some(({ message }) => message.includes('rot-user')) ||
        undefined,
      join(editor.workspace, PROJECT),
    ),
  );
  const offered = await editor.ask(
    async (vscode, path) => {
      const at = new vscode.Position(2, 6);
      const list = await vscode.commands.executeCommand<{ items: { label: string | { label: string } }[] }>(
        'vscode.executeCompletionItemProvider',
        vscode.Uri.file(path),
        at,
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    },
    join(editor.workspace, PROJECT),
  );
  for (const rule of ['root-user', 'shell-form']) assert.ok(offered.includes(rule), offered.join(' '));
});

const rulesShown = () =>
  editor.ask(
    (vscode, path) =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(path))
        .filter(({ source }) => source === 'distroless')
        .map(({ code }) => String(typeof code === 'object' ? code.value : code)),
    join(editor.workspace, DOCKERFILE),
  );

const text = (path: string) =>
  editor.ask(
    async (vscode, file) => (await vscode.workspace.openTextDocument(vscode.Uri.file(file))).getText(),
    join(editor.workspace, path),
  );

/** Does what the quick fix of that title says, as the editor would. */
async function apply(title: string): Promise<void> {
  const done = await until(`“${title}” is offered`, () =>
    editor.ask(
      async (vscode, { path, title }) => {
        const uri = vscode.Uri.file(path);
        const everywhere = new vscode.Range(0, 0, 99, 0);
        const actions = await vscode.commands.executeCommand<{ title: string; edit?: unknown }[]>(
          'vscode.executeCodeActionProvider',
          uri,
          everywhere,
        );
        const action = actions.find((one) => one.title === title);
        if (!action?.edit) return undefined;
        return vscode.workspace.applyEdit(action.edit as Parameters<typeof vscode.workspace.applyEdit>[0]);
      },
      { path: join(editor.workspace, DOCKERFILE), title },
    ),
  );
  assert.equal(done, true);
}
