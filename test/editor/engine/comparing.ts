/** Images of the engine compared: with each other, and with an archive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageAfter, imageBefore } from '../compared-images.ts';
import { until } from '../editor.ts';
import { badgeOf, clickUntilGone, collapseAll, differenceShown, editor, expandTo, menuOf } from '../hands.ts';
import { engine, engineLabel, load } from './started.ts';

export function testComparing(skip: string | false): void {
  test('two images of the engine are compared, down to the contents of a file', { skip }, async () => {
    archive = await load('before.tar', imageBefore('compared:1'));
    await load('after.tar', imageAfter('compared:2'));
    await listed();
    await menuOf('compared:1', 'Select for Compare');
    await menuOf('compared:2', 'Compare with Selected');
    const root = editor.rowThat(/^compared:1 ↔ compared:2, −\d/);
    await root.waitFor();
    await editor.rowThat(/^User, root → 65532$/).waitFor();
    await editor.rowThat(/^Unchanged files, 0 by layer, 1 by content$/).waitFor();
    await expandTo('Files', editor.row('etc'));
    await expandTo('etc', editor.row('motd'));
    await until('it has its letter', async () => (await badgeOf('motd')) === 'M' || undefined);
    await editor.rowThat(/^old\.conf, removed · 100 B$/).waitFor();
    await expandTo('Packages', editor.rowThat(/^libc6, changed · 2\.41 → 2\.42 · Debian packages$/));
    await editor.row('motd').click();
    const sides = await until('the difference is open', differenceShown);
    assert.deepEqual(sides, { label: 'motd (compared:1 ↔ compared:2)', original: 'Hello 1\n', modified: 'Hello 2\n' });
    await editor.picture('engine-comparison');
    await clickUntilGone(root, 'Close Comparison');
  });

  test('an image of the engine is compared with an archive: the same one, and what became of it', {
    skip,
  }, async () => {
    await editor.openArchive(archive);
    await listed();
    await editor.row('before.tar').waitFor();
    await menuOf('before.tar', 'Select for Compare');
    await menuOf('compared:1', 'Compare with Selected');
    const same = editor.rowThat(/^before\.tar ↔ compared:1/);
    await same.waitFor();
    await editor.row('Nothing differs.').waitFor();
    await editor.rowThat(/^Unchanged files, 4 by layer/).waitFor();
    await clickUntilGone(same, 'Close Comparison');
    await menuOf('before.tar', 'Select for Compare');
    await menuOf('compared:2', 'Compare with Selected');
    const root = editor.rowThat(/^before\.tar ↔ compared:2, −\d/);
    await root.waitFor();
    await expandTo('Files', editor.row('etc'));
    await expandTo('etc', editor.rowThat(/^\[x\]\(command:y\), added · 3 B$/));
    await clickUntilGone(root, 'Close Comparison');
    await clickUntilGone(editor.row('before.tar'), 'Close Archive');
    await engine.docker(['rmi', 'compared:1', 'compared:2']);
    await editor.row('compared:2').waitFor({ state: 'detached' });
  });
}

let archive: string;

/** The images alone: rows below them would be in the way. */
async function listed(): Promise<void> {
  await editor.showExplorer();
  await editor.row('compared:2').waitFor();
  await collapseAll();
  await editor.expand(await engineLabel());
  if (await editor.row('Opened archives').count()) await editor.expand('Opened archives');
}
