/** Files of containers that never ran: shown, copied by their path, saved; long folders say how far they are, and are cancelled. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../editor.ts';
import { collapseAll, editor, menuOf, opens, saveAs } from '../hands.ts';
import { engine, engineLabel, gate } from './started.ts';

export function testContainers(skip: string | false): void {
  test('a long folder of a container says how far it is read, is cancelled, and read after all', { skip }, async () => {
    await engine.docker(['create', '--name', 'web', 'sample-service:1.0.0', '/nothing']);
    await editor.row('Containers').waitFor();
    await collapseAll();
    await editor.expand(await engineLabel());
    await editor.expand('Containers');
    gate.hold();
    await editor.expand('web');
    const reading = await editor.message(/Reading files of “web”/);
    await until('the bytes are told', async () => {
      gate.drip();
      return /: \d[\d.]* [kM]B/.test((await reading.textContent()) ?? '') || undefined;
    });
    await editor.picture('container-reading');
    await reading.getByRole('button', { name: 'Cancel' }).click();
    const again = editor.row('Cancelled. Read again');
    await again.waitFor();
    await reading.waitFor({ state: 'detached' });
    gate.release();
    await again.click();
    await editor.row('etc').waitFor();
    await editor.ask((vscode) => vscode.commands.executeCommand('notifications.hideList'));
  });

  test('the files of a container that never ran are shown, and go with it', { skip }, async () => {
    await editor.expand('etc');
    await opens('os-release', editor.page.locator('.view-line').filter({ hasText: 'PRETTY_NAME' }));
    await editor.picture('container');
  });

  test('a file of a container is copied by its path, and saved', { skip }, async () => {
    await menuOf('os-release', 'Copy Path');
    await until('it is in the clipboard', async () => {
      return (await editor.ask((vscode) => vscode.env.clipboard.readText())) === '/etc/os-release' || undefined;
    });
    await menuOf('os-release', 'Save File As…');
    const text = await saveAs(join(editor.workspace, 'saved-release'), 'os-release');
    assert.match(text, /^PRETTY_NAME="Debian GNU\/Linux 12 \(bookworm\)"\n/);
    await engine.docker(['rm', 'web']);
    await editor.row('Containers').waitFor({ state: 'detached' });
  });
}
