/** Large folders, names that try to deceive, and what a file is called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../editor.ts';
import {
  activeDocument,
  choose,
  clickUntil,
  collapseAll,
  editor,
  menuOf,
  openFresh,
  opens,
  scrollTo,
} from '../hands.ts';
import { longName } from './added-archives.ts';

export function testOddities(skip: string | false): void {
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

  test('a path of 4,096 bytes is shortened where it is shown, opens, and is copied whole', { skip }, async () => {
    await openFresh('long.tar');
    await editor.expand('Whole image');
    await editor.expand('long');
    const row = editor.rowThat(/^begin.*…n+end, 9 B$/);
    assert.ok(((await row.getAttribute('aria-label')) ?? '').length < 500);
    await opens(row, editor.page.locator('.view-line').filter({ hasText: 'Its text.' }));
    const title = await editor.ask((vscode) => vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '');
    assert.match(title, /^beginn+…n+end$/);
    assert.equal(title.length, 100);
    await editor.picture('long-name');
    await menuOf(row, 'Copy Path');
    await until('all of it is in the clipboard', async () => {
      return (await editor.ask((vscode) => vscode.env.clipboard.readText())) === `/long/${longName}` || undefined;
    });
    await editor.command('Distroless: Search Files');
    await editor.page.getByPlaceholder('Part of a name').fill('begin');
    const option = editor.page.getByRole('option', { name: /^begin/ });
    await option.waitFor();
    assert.ok(((await option.getAttribute('aria-label')) ?? '').length < 1500);
    await editor.page.keyboard.press('Escape');
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
