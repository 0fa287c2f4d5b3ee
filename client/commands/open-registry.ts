/** Distroless: Explore Image from a Registry…, and closing it again. */
import { commands, Disposable, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { Node } from '../explorer/nodes.ts';
import { registryReference } from '../explorer/registries.ts';

export function registryCommands(explorer: Explorer): Disposable {
  return Disposable.from(
    commands.registerCommand('distroless.openRegistry', async () => {
      const text = await window.showInputBox({
        title: 'Explore Image from a Registry',
        placeHolder: 'ghcr.io/team/app:1.0',
        prompt: 'A name without a host is looked for in Docker Hub.',
        ignoreFocusOut: true,
      });
      const name = text?.trim().replace(/^docker:\/\//, '');
      if (name) await openFromRegistry(explorer, name);
    }),
    commands.registerCommand('distroless.closeRegistry', async (clicked?: Node) => {
      const node = clicked ?? explorer.view.selection[0];
      if (node?.kind !== 'image' || node.origin.kind !== 'registry') {
        void window.showInformationMessage('Select an image under “Registries” in the “Images” view first.');
        return;
      }
      await explorer.registries.close(node.name);
      explorer.images.forget(node.reference);
    }),
  );
}

export async function openFromRegistry(
  { images, platforms, registries, tree, show }: Explorer,
  name: string,
): Promise<void> {
  const reference = platforms.of(registryReference(name));
  // What could not be read before is tried again.
  if (!images.description(reference)) images.forget(reference);
  await registries.open(name);
  await commands.executeCommand('distroless.images.focus');
  await show(tree.registryRow(name));
}
