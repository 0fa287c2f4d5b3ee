/** Distroless: Close Archive. */
import { commands, type Disposable, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { Node } from '../explorer/nodes.ts';

export function closeArchiveCommand({ archives, images, view }: Explorer): Disposable {
  return commands.registerCommand('distroless.closeArchive', async (clicked?: Node) => {
    const node = clicked ?? view.selection[0];
    const path =
      node?.kind === 'archive'
        ? node.path
        : node?.kind === 'image' && node.origin.kind === 'archive'
          ? node.origin.path
          : undefined;
    if (path === undefined) {
      void window.showInformationMessage('Select an opened archive in the “Images” view first.');
      return;
    }
    const listing = archives.listing(path);
    await archives.close(path);
    if (listing.kind === 'listed') for (const { reference } of listing.images) images.forget(reference);
  });
}
