/** Distroless: Compare Images…, and its ways through the menus of rows: Select for Compare, Compare with Selected, Compare Selected. */
import { commands, type Disposable, type QuickPickItem, window } from 'vscode';
import { comparisonRow, type Pair, type Side } from '../explorer/comparison-nodes.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { type ImageNode, type Node, nameOf } from '../explorer/nodes.ts';
import { inList } from '../visible.ts';

export function compareCommands(explorer: Explorer): Disposable[] {
  const { comparisons, view } = explorer;
  const show = async (before: Side, after: Side) => {
    const pair: Pair = { before, after };
    comparisons.open(pair);
    await explorer.show(comparisonRow(pair));
  };
  const compareRows = async (rows: readonly Node[]) => {
    const [one, other, ...more] = rows.filter((row) => row.kind === 'image');
    if (!one || !other || more.length > 0) return false;
    await show(sideOf(one), sideOf(other));
    return true;
  };
  return [
    commands.registerCommand('distroless.compareImages', async () => {
      if (await compareRows(view.selection)) return;
      const images = await listedImages(explorer);
      if (images.length < 2) {
        void window.showInformationMessage(
          'There are not two images to compare yet. Open an archive or an image of a registry in the “Images” view first.',
        );
        return;
      }
      const before = await pick(images, 'Compare Images: the first', 'The image that it was');
      const after =
        before &&
        (await pick(
          images.filter((image) => image !== before),
          'Compare Images: the second',
          'The image that it is now',
        ));
      if (before && after) await show(sideOf(before), sideOf(after));
    }),
    commands.registerCommand('distroless.compareSelected', (_clicked: Node | undefined, rows?: readonly Node[]) =>
      compareRows(rows ?? view.selection),
    ),
    commands.registerCommand('distroless.selectForCompare', (clicked?: Node) => {
      const row = clicked ?? view.selection[0];
      if (row?.kind !== 'image') return;
      comparisons.selected = sideOf(row);
      void commands.executeCommand('setContext', 'distroless.hasSelectedForCompare', true);
    }),
    commands.registerCommand('distroless.compareWithSelected', async (clicked?: Node) => {
      const row = clicked ?? view.selection[0];
      if (row?.kind === 'image' && comparisons.selected) await show(comparisons.selected, sideOf(row));
    }),
    commands.registerCommand('distroless.compareAgain', (pair: Pair) => comparisons.open(pair)),
    commands.registerCommand('distroless.closeComparison', (clicked?: Node) => {
      const row = clicked ?? view.selection[0];
      if (row?.kind === 'comparison') comparisons.close(row.pair);
    }),
  ];
}

/** Every image that is listed, wherever it comes from. */
async function listedImages({ engine, tree }: Explorer): Promise<readonly ImageNode[]> {
  await engine.ask();
  const images: ImageNode[] = [];
  const pending = await tree.getChildren();
  for (let row = pending.shift(); row; row = pending.shift()) {
    if (row.kind === 'image') images.push(row);
    else if (holdImages.has(row.kind)) pending.push(...(await tree.getChildren(row)));
  }
  return images;
}

const holdImages: ReadonlySet<Node['kind']> = new Set(['engine', 'archives', 'archive', 'registries']);

const sideOf = (image: ImageNode): Side => ({ reference: image.reference, name: nameOf(image) });

async function pick(images: readonly ImageNode[], title: string, placeHolder: string): Promise<ImageNode | undefined> {
  const items = images.map((image): QuickPickItem & { image: ImageNode } => {
    return { label: inList(nameOf(image)), description: inList(image.reference), image };
  });
  return (await window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.image;
}
