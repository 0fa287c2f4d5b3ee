/** Two images compared. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../editor.ts';
import { badgeOf, clickUntilGone, collapseAll, differenceShown, editor, expandTo, menuOf } from '../hands.ts';

export function testComparing(skip: string | false): void {
  test('two images compared: letters and words say what became of each file, and a changed one opens as a difference', {
    skip,
  }, async () => {
    await collapseAll();
    for (const archive of ['before.tar', 'after.tar']) {
      await editor.openArchive(join(editor.workspace, archive));
      await editor.row(archive).waitFor();
    }
    // What is below them has rows of the same names.
    await collapseAll();
    await editor.expand('Opened archives');
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
    const sides = await until('the difference is open', differenceShown);
    assert.deepEqual(sides, { label: 'motd (before.tar ↔ after.tar)', original: 'Hello 1\n', modified: 'Hello 2\n' });
    await editor.ask((vscode) => vscode.commands.executeCommand('distroless.restartServer'));
    // What was not asked for before.
    await expandTo('var', editor.rowThat(/^lib, 1 changed$/));
    await expandTo('Packages', editor.rowThat(/^libc6, changed · 2\.41 → 2\.42 · Debian packages$/));
    await clickUntilGone(root, 'Close Comparison');
  });
}
