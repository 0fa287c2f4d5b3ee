/** Distroless: Cancel Reading, and its opposite on the row that it leaves behind. */
import { commands, Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { Node } from '../explorer/nodes.ts';

export function readingCommands({ images }: Explorer): Disposable {
  return Disposable.from(
    commands.registerCommand('distroless.cancelReading', (node?: Node) => {
      if (node?.kind === 'status' || node?.kind === 'image') images.cancel(node.reference);
    }),
    commands.registerCommand('distroless.readAgain', (reference: string) => images.forget(reference)),
  );
}
