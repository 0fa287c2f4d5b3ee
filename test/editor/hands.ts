/** What the tests of the editor do again and again, on the one editor that a test file starts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { type Editor, type EditorOptions, openEditor, until } from './editor.ts';

export let editor: Editor;

export async function open(options: EditorOptions): Promise<void> {
  editor = await openEditor(options);
}

export function collapseAll() {
  return editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
}

/** Nothing else is expanded then, which might be taken for what is meant. */
export async function openFresh(archive: string): Promise<void> {
  await editor.showExplorer();
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.openArchive(join(editor.workspace, archive));
  await editor.expand(archive);
}

/** Of the whole sample image, whether it was opened before or not. */
export async function expandSample(...folders: readonly string[]): Promise<void> {
  await openFresh('sample-image.tar');
  for (const label of ['Whole image', ...folders]) await editor.expand(label);
}

/** A row that is expanded while the rows around it are drawn anew may be collapsed again. */
export async function expandTo(label: string, wanted: Locator): Promise<void> {
  await until(`“${label}” shows what is in it`, async () => {
    if (await wanted.isVisible()) return true;
    await editor.expand(label).catch(() => {});
    return undefined;
  });
}

/** Of the row's own menu. */
export async function menuOf(which: string | Locator, name: string): Promise<void> {
  const row = typeof which === 'string' ? editor.row(which).first() : which;
  const item = editor.page.getByRole('menuitem', { name });
  await until('the menu is open', async () => {
    if (await item.isVisible()) return true;
    try {
      await row.click({ button: 'right', timeout: 2000 });
      await item.waitFor({ timeout: 2000 });
      return true;
    } catch {
      // A menu that was opened too soon lacks what is offered now.
      await editor.page.keyboard.press('Escape');
      return undefined;
    }
  });
  await choose(name);
}

/** Of a menu that is open. */
export async function choose(name: string): Promise<void> {
  const item = editor.page.getByRole('menuitem', { name });
  await item.waitFor();
  // It takes no click in its first moments.
  await until('the menu is obeyed', async () => {
    if ((await item.count()) === 0) return true;
    await item.click({ timeout: 1000 }).catch(() => {});
    return undefined;
  });
}

/** A list that is just being drawn anew takes no click. */
export async function clickUntil(row: Locator, wanted: Locator): Promise<void> {
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

export async function clickUntilGone(row: Locator, button: string): Promise<void> {
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

/** Rows that are out of sight do not exist; this one is near the end of the list. */
export async function scrollTo(row: Locator): Promise<void> {
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

export async function isSelected(label: string): Promise<boolean | undefined> {
  const row = editor.row(label).and(editor.page.locator('[aria-selected="true"]'));
  return (await row.count()) > 0 || undefined;
}

/** What stands at the end of the row, besides its colour. */
export async function badgeOf(label: string): Promise<string> {
  const icon = editor.row(label).first().locator('.monaco-icon-label').first();
  const content = await icon.evaluate((element) => {
    const browser = globalThis as unknown as { getComputedStyle(of: unknown, pseudo: string): { content: string } };
    return browser.getComputedStyle(element, '::after').content;
  });
  return content === 'none' || content === 'normal' ? '' : content.replace(/^"|"$/g, '');
}

export async function activeDocument(name: string): Promise<{ language: string; text: string } | undefined> {
  const active = await editor.ask((vscode) => {
    const document = vscode.window.activeTextEditor?.document;
    return document && { path: document.uri.path, language: document.languageId, text: document.getText() };
  });
  return active?.path.endsWith(`/${name}`) ? { language: active.language, text: active.text } : undefined;
}

/** Clicks the row until that is there: a row that has just moved may not get the click. */
export const opens = (what: string | Locator, there: Locator) =>
  until(
    `“${what}” opens`,
    async () => {
      if (!(await there.isVisible())) await (typeof what === 'string' ? editor.row(what) : what).click();
      return there.waitFor({ timeout: 5000 }).then(
        () => true,
        () => undefined,
      );
    },
    60_000,
  );

/** In the editor's own dialog, once that proposes a name; gives what is in the file. */
export async function saveAs(target: string, proposed: string): Promise<string> {
  const input = editor.page.locator('.quick-input-widget .quick-input-box input');
  // Only then does it take another one.
  await until('a name is proposed', async () => (await input.inputValue()).includes(proposed) || undefined);
  await input.fill(target);
  await until('the name is taken', async () => (await input.inputValue()) === target || undefined);
  await editor.page.keyboard.press('Enter');
  return until('it is saved', async () => (await readFile(target, 'utf8').catch(() => '')) || undefined);
}

/** The two texts of the difference that is shown, and its title. */
export const differenceShown = () =>
  editor.ask((vscode) => {
    const { input, label } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
    if (!(input instanceof vscode.TabInputTextDiff)) return undefined;
    const textOf = (uri: { toString(): string }) =>
      vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.getText();
    const [original, modified] = [textOf(input.original), textOf(input.modified)];
    return original === undefined || modified === undefined ? undefined : { label, original, modified };
  });
