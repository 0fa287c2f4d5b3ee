/** Distroless: Refresh Images. */
import { commands, type Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';

export function refreshCommand(explorer: Explorer): Disposable {
  return commands.registerCommand('distroless.refresh', () => explorer.refresh());
}
