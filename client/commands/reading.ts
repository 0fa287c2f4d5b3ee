/** Distroless: Cancel Reading, and its opposite on the row that it leaves behind. */
import { commands, Disposable, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { Node } from '../explorer/nodes.ts';

export function readingCommands({ images, view }: Explorer): Disposable {
  return Disposable.from(
    commands.registerCommand('distroless.cancelReading', (clicked?: Node) => {
      const node = clicked ?? view.selection[0];
      const reference = node && 'reference' in node ? node.reference : undefined;
      if (reference !== undefined && images.reading(reference).kind === 'reading') images.cancel(reference);
      else void window.showInformationMessage('Select an image that is being read in the “Images” view first.');
    }),
    commands.registerCommand('distroless.readContainerAgain', (clicked?: Node) => {
      const node = clicked ?? view.selection[0];
      if (node?.kind === 'container') images.forget(node.reference);
    }),
    commands.registerCommand('distroless.readAgain', (reference: string) => images.forget(reference)),
  );
}
