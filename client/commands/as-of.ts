/** Distroless: Show the Files as of This Layer, of the layer before or the next one; and away with them again. */
import { commands, Disposable, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import { layerCount } from '../explorer/image-items.ts';
import { asOfRow } from '../explorer/image-rows.ts';
import type { Node } from '../explorer/nodes.ts';

export function asOfCommands({ asOf, images, tree, view, show }: Explorer): Disposable {
  /** The image that is meant: that of the row, or the only one of which files are shown so. */
  const chosen = (clicked: Node | undefined): string | undefined => {
    const node = clicked ?? view.selection[0];
    const reference = node && 'reference' in node ? node.reference : undefined;
    if (reference !== undefined && asOf.layer(reference) !== undefined) return reference;
    return asOf.references.length === 1 ? asOf.references[0] : undefined;
  };
  const step = (by: number) => (clicked?: Node) => {
    const reference = chosen(clicked);
    const layer = reference === undefined ? undefined : asOf.layer(reference);
    if (reference === undefined || layer === undefined) return;
    const next = layer + by;
    if (next >= 0 && next < layerCount(images.description(reference))) asOf.show(reference, next);
  };
  return Disposable.from(
    commands.registerCommand('distroless.filesAsOf', async (clicked?: Node) => {
      const node = clicked ?? view.selection[0];
      if (node?.kind !== 'layer') {
        void window.showInformationMessage('Select a layer of an image in the “Images” view first.');
        return;
      }
      const { reference, position } = node;
      const { layers } = await images.describe(reference);
      // A step without files leaves them as the one before did.
      const layer = layers.slice(0, position + 1).findLast(({ index }) => index !== undefined)?.index;
      const image = tree.imageRow(reference);
      if (layer === undefined || !image) {
        void window.showInformationMessage('There are no files yet as of this layer.');
        return;
      }
      asOf.show(reference, layer);
      await show(asOfRow(image));
    }),
    commands.registerCommand('distroless.asOfPreviousLayer', step(-1)),
    commands.registerCommand('distroless.asOfNextLayer', step(1)),
    commands.registerCommand('distroless.closeAsOf', (clicked?: Node) => {
      const reference = chosen(clicked);
      if (reference !== undefined) asOf.close(reference);
    }),
  );
}
