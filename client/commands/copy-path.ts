/** Distroless: Copy Path, of the file as it is called in the image. */
import { commands, type Disposable, env, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import { fileOf, type Node } from '../explorer/nodes.ts';

export function copyPathCommand({ view }: Explorer): Disposable {
  return commands.registerCommand('distroless.copyPath', async (clicked?: Node) => {
    const file = fileOf(clicked ?? view.selection[0]);
    if (file) await env.clipboard.writeText(file.path);
    else void window.showInformationMessage('Select a file of an image in the “Images” view first.');
  });
}
