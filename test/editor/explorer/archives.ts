/** Archives that are dropped, opened in place of their bytes, or none; and the restart that loses nothing. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../editor.ts';
import { collapseAll, editor, expandSample, expandTo } from '../hands.ts';

export function testArchives(skip: string | false): void {
  test('an archive that is dropped onto the view is opened', { skip }, async () => {
    await collapseAll();
    await editor.page.keyboard.press('Control+Shift+E');
    const from = await editor.page
      .locator('.explorer-viewlet')
      .getByRole('treeitem', { name: 'odd.tar' })
      .boundingBox();
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

  test('in a virtual folder Dockerfiles are checked by their text, and an archive there is said to be on no disk', {
    skip,
  }, async () => {
    const found = await until('there are findings', () =>
      editor.ask(async (vscode) => {
        const uri = vscode.Uri.parse('vscode-vfs://github/team/app/Dockerfile');
        const known = globalThis as { virtual?: { dispose(): void } };
        known.virtual ??= vscode.workspace.registerFileSystemProvider('vscode-vfs', {
          onDidChangeFile: () => ({ dispose() {} }),
          watch: () => ({ dispose() {} }),
          stat: () => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: 30 }),
          readFile: () => new TextEncoder().encode('FROM scratch\nUSER 1\nCMD app\n'),
          readDirectory: () => [],
          createDirectory() {},
          writeFile() {},
          delete() {},
          rename() {},
        });
        await vscode.workspace.openTextDocument(uri);
        const codes = vscode.languages.getDiagnostics(uri).map(({ code }) => code as { value: string });
        return codes.length > 0 ? codes.map(({ value }) => value) : undefined;
      }),
    );
    assert.deepEqual(found, ['shell-form']);
    await editor.ask((vscode) =>
      vscode.commands.executeCommand('distroless.exploreFile', vscode.Uri.parse('vscode-vfs://github/team/app/a.tar')),
    );
    await editor.message(/“\/team\/app\/a\.tar” is not on a disk that can be read here/);
    await editor.ask((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  });

  test('a restart of the language server loses nothing that was open', { skip }, async () => {
    await expandSample('app');
    await editor.row('server.js').first().waitFor();
    await editor.ask((vscode) => vscode.commands.executeCommand('distroless.restartServer'));
    await editor.rowThat(/^sample-image\.tar, .* flagged/).waitFor();
    await expandTo('app', editor.row('server.js').first());
  });
}
