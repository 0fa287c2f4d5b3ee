/** Distroless: Search Files…, by a part of the name or path, or by a pattern. What is picked is shown in the tree. */
import { CancellationTokenSource, commands, type Disposable, type QuickPickItem, window } from 'vscode';
import type { FileRow } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import { type Node, nameOf } from '../explorer/nodes.ts';
import { countWords, sizeWords } from '../explorer/words.ts';
import { inList } from '../visible.ts';
import { pickImage } from './pick-image.ts';

interface Item extends QuickPickItem {
  readonly row?: FileRow;
}

const shownAtMost = 200;

export function searchCommand(explorer: Explorer): Disposable {
  const { images, tree, reveal } = explorer;
  return commands.registerCommand('distroless.search', async (clicked?: Node) => {
    const reference = await pickImage(explorer, clicked, 'Search the files of');
    if (reference === undefined) return;
    const row = tree.imageRow(reference);
    const name = row ? nameOf(row) : reference;
    const input = window.createQuickPick<Item>();
    input.title = `Search the files of ${inList(name)}`;
    input.placeholder = 'Part of a name, or of a path with a slash in it, or a pattern: *.so.?, /etc/**/*.conf';
    // Which rows there are is the server’s matter.
    const ask = async (words: string) => {
      cancellation.cancel();
      cancellation = new CancellationTokenSource();
      const { token } = cancellation;
      input.busy = words.trim() !== '';
      if (!input.busy) {
        input.items = [];
        return;
      }
      try {
        const { rows, total } = await images.search(reference, words, shownAtMost, token);
        if (token.isCancellationRequested) return;
        input.items = itemsOf(rows, total);
      } catch (error) {
        if (token.isCancellationRequested) return;
        input.items = [{ label: inList(sentence(error)), alwaysShow: true }];
      }
      input.busy = false;
    };
    let cancellation = new CancellationTokenSource();
    input.onDidChangeValue((words) => void ask(words));
    input.onDidAccept(async () => {
      const row = input.activeItems[0]?.row;
      if (!row) return;
      input.hide();
      await reveal(reference, row.path);
    });
    input.onDidHide(() => {
      cancellation.cancel();
      input.dispose();
    });
    input.show();
  });
}

function itemsOf(rows: readonly FileRow[], total: number): Item[] {
  const items = rows.map(
    (row): Item => ({
      label: inList(row.name),
      description: [
        row.type === 'directory' ? 'folder' : sizeWords(row.size),
        ...row.flags.map(({ title }) => title),
      ].join(' · '),
      detail: inList(row.path),
      alwaysShow: true,
      row,
    }),
  );
  if (total > rows.length)
    items.push({ label: `${countWords(total - rows.length, 'more file')}: say more of the name`, alwaysShow: true });
  if (total === 0) items.push({ label: 'No file of that name', alwaysShow: true });
  return items;
}
