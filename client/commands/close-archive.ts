/** Distroless: Close Archive. */
import { commands, type Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { Node } from '../explorer/nodes.ts';

export function closeArchiveCommand({ archives, images }: Explorer): Disposable {
  return commands.registerCommand('distroless.closeArchive', async (node?: Node) => {
    const path =
      node?.kind === 'archive'
        ? node.path
        : node?.kind === 'image' && node.origin.kind === 'archive'
          ? node.origin.path
          : undefined;
    if (path === undefined) return;
    const listing = archives.listing(path);
    await archives.close(path);
    if (listing.kind === 'listed') for (const { reference } of listing.images) images.forget(reference);
  });
}
