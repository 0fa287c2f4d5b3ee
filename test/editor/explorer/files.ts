/** Files of an image: their badges and tooltips, their contents, links and paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../editor.ts';
import { activeDocument, badgeOf, editor, expandSample } from '../hands.ts';

export function testFiles(skip: string | false): void {
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
    assert.deepEqual(
      await editor.ask((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label),
      'server.js',
    );
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
}
