/** Distroless: Choose Platform…: of an image that is there for several. */
import { commands, type Disposable, window } from 'vscode';
import { withoutPlatform } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import { type Node, nameOf } from '../explorer/nodes.ts';
import { inList, inMessage } from '../visible.ts';
import { pickImage } from './pick-image.ts';

export function choosePlatformCommand(explorer: Explorer): Disposable {
  const { images, platforms, tree } = explorer;
  return commands.registerCommand('distroless.choosePlatform', async (clicked?: Node) => {
    const picked = await pickImage(explorer, clicked, 'Choose the platform of');
    if (picked === undefined) return;
    try {
      const { reference } = withoutPlatform(picked);
      const { names, platform: current, platforms: all = [] } = await images.describe(picked);
      const row = tree.imageRow(picked);
      const name = names[0] ?? (row ? nameOf(row) : reference);
      if (all.length < 2) {
        const more = reference.startsWith('docker-daemon:')
          ? ' Engines before 28 hold one platform of an image; its registry may have others.'
          : '';
        void window.showInformationMessage(`“${inMessage(name)}” is here for ${inMessage(current)} alone.${more}`);
        return;
      }
      const items = all.map((platform) => ({
        label: inList(platform),
        description: platform === current ? 'shown' : '',
        platform,
      }));
      const title = `Platform of ${inList(name)}`;
      const chosen = await window.showQuickPick(items, { title, placeHolder: `Shown is ${inList(current)}` });
      if (chosen) await platforms.choose(reference, chosen.platform);
    } catch (error) {
      void window.showErrorMessage(inMessage(sentence(error)));
    }
  });
}
