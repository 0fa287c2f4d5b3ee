/** Distroless: Show Only Flagged Files, and Show All Files. Two commands, because the button looks different when it is on. */
import { commands, Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';

export function showFlaggedCommands(explorer: Explorer): Disposable {
  return Disposable.from(
    commands.registerCommand('distroless.showOnlyFlagged', () => explorer.setFlaggedOnly(true)),
    commands.registerCommand('distroless.showAllFiles', () => explorer.setFlaggedOnly(false)),
  );
}
