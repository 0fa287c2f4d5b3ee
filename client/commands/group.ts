/** Distroless: Group Files By…: folders, the layers that brought them, what they are flagged as, or packages. */
import { commands, type Disposable, window } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import { type GroupBy, groups } from '../explorer/image-rows.ts';

export function groupCommand({ tree, setGroup }: Explorer): Disposable {
  return commands.registerCommand('distroless.groupBy', async () => {
    const items = groups.map((group) => {
      return { ...words[group], group, description: group === tree.group ? 'as it is now' : '' };
    });
    const picked = await window.showQuickPick(items, { title: 'Group the files of the whole image by' });
    if (picked) setGroup(picked.group);
  });
}

const words: Readonly<Record<GroupBy, { readonly label: string; readonly detail: string }>> = {
  folder: { label: 'Folder', detail: 'As a container sees them.' },
  layer: { label: 'Layer', detail: 'What each layer brought, as far as it is still there.' },
  component: { label: 'What they are flagged as', detail: 'Kind by kind, and what is not flagged.' },
  package: { label: 'Package', detail: 'As the package databases in the image say, and what is of no package.' },
};
