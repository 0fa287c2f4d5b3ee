/** Restricted Mode: the Dockerfile half works as always; the engine is not asked, whatever the folder says; archives can be opened. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { skipUnless } from '../support/engine.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';

const skip = skipUnless(editorReason());
let editor: Editor;
/** Stands where the folder's settings say that the engine is, and counts who calls. */
let calls = 0;
const trap = createServer((socket) => {
  calls++;
  socket.end('HTTP/1.1 500 No engine\r\n\r\n');
});

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const address = trap.address();
    assert.ok(address && typeof address === 'object');
    editor = await openEditor({
      trust: false,
      async prepare(workspace) {
        await mkdir(join(workspace, '.vscode'), { recursive: true });
        const settings = { 'distroless.engine.address': `tcp://127.0.0.1:${address.port}` };
        await writeFile(join(workspace, '.vscode/settings.json'), JSON.stringify(settings));
      },
    });
  });
  after(async () => {
    await editor?.close();
    trap.close();
  });
}

test('Dockerfiles are checked', { skip }, async () => {
  assert.equal(await editor.ask((vscode) => vscode.workspace.isTrusted), false);
  await editor.open('broken/Dockerfile');
  await until('there are findings', () =>
    editor.ask(
      (vscode, path) =>
        vscode.languages.getDiagnostics(vscode.Uri.file(path)).some(({ source }) => source === 'distroless') ||
        undefined,
      join(editor.workspace, 'broken/Dockerfile'),
    ),
  );
});

test('the engine is not asked, and the explorer says so; an archive opens', { skip }, async () => {
  await editor.showExplorer();
  const welcome = editor.page.getByRole('region', { name: 'Welcome' });
  await welcome.getByText(/^In Restricted Mode the container engine is not asked/).waitFor();
  for (const name of ['Manage Workspace Trust', 'Open Image Archive…', 'Explore Image from a Registry…'])
    await welcome.getByRole('button', { name }).waitFor();
  await editor.picture('restricted-empty');
  await editor.openArchive(join(editor.workspace, 'sample-image.tar'));
  await editor.expand('Whole image');
  await editor.row('etc').first().waitFor();
  await editor.picture('restricted');
  assert.equal(calls, 0);
});

test('trust, once given, is used without a restart', { skip }, async () => {
  await editor.rowThat(/^Engine not asked in Restricted Mode/).click();
  await editor.page.getByRole('button', { name: 'Trust', exact: true }).click();
  await until('the engine that the folder names is asked', () => calls > 0 || undefined);
  await editor.showExplorer();
  await editor.rowThat(/^No container engine answered/).waitFor();
});
