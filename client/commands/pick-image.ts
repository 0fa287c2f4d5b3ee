/** Which image a command is about: that of the row it was called on or that is selected; else the user is asked. */
import { commands, window } from 'vscode';
import { isContainer } from '../explorer/containers.ts';
import type { Explorer } from '../explorer/explorer.ts';
import type { ImageNode, Node } from '../explorer/nodes.ts';
import { inList } from '../visible.ts';

/** Its reference. Undefined: there is none, or the user wants none. */
export async function pickImage(
  { view, tree }: Explorer,
  clicked: Node | undefined,
  what: string,
): Promise<string | undefined> {
  const node = clicked ?? view.selection[0];
  if (node && 'reference' in node && !isContainer(node.reference)) return node.reference;
  const images = tree.imageRows;
  if (images.length === 0) {
    const open = 'Open Image Archive…';
    const answer = await window.showInformationMessage('There is no image in the “Images” view yet.', open);
    if (answer === open) await commands.executeCommand('distroless.openArchive');
    return undefined;
  }
  const [only, ...others] = images;
  if (only && others.length === 0) return only.reference;
  const items = images.map((image) => {
    return { label: inList(image.name), detail: inList(whereOf(image)), reference: image.reference };
  });
  return (await window.showQuickPick(items, { title: `${what} which image?`, matchOnDetail: true }))?.reference;
}

const whereOf = ({ origin }: ImageNode): string =>
  origin.kind === 'archive' ? origin.path : origin.kind === 'engine' ? 'container engine' : 'registry';
