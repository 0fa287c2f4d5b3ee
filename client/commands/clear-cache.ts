/** Distroless: Clear Cache of Read Layers…: how much it is, and away with it. */
import { commands, type Disposable, window } from 'vscode';
import { clearLayerCache, sizeOfLayerCache } from '../../server/protocol.ts';
import { sentence } from '../explorer/images.ts';
import { sizeWords } from '../explorer/words.ts';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';

export function clearCacheCommand(server: Server): Disposable {
  return commands.registerCommand('distroless.clearCache', async () => {
    try {
      const size = await server.ask(sizeOfLayerCache, null);
      if (size === 0) {
        void window.showInformationMessage('Nothing is kept of layers that were read.');
        return;
      }
      const clear = 'Clear';
      const answer = await window.showInformationMessage(
        `What is kept of layers that were read takes ${sizeWords(size)} on the disk. Without it, images are read anew when they are opened.`,
        clear,
      );
      if (answer !== clear) return;
      const gone = await server.ask(clearLayerCache, null);
      void window.showInformationMessage(`${sizeWords(gone)} were cleared.`);
    } catch (error) {
      void window.showErrorMessage(inMessage(sentence(error)));
    }
  });
}
