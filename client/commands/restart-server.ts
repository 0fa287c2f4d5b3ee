/** Distroless: Restart Language Server. */
import { commands, type Disposable } from 'vscode';
import type { Server } from '../server.ts';

export function restartServerCommand(server: Server): Disposable {
  return commands.registerCommand('distroless.restartServer', () => server.restart());
}
