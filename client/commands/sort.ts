/** Distroless: Sort Files by Size, and back by name. */
import { commands, Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';

export function sortCommands({ setSort }: Explorer): Disposable {
  return Disposable.from(
    commands.registerCommand('distroless.sortBySize', () => setSort('size')),
    commands.registerCommand('distroless.sortByName', () => setSort('name')),
  );
}
