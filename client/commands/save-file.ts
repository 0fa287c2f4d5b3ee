/** Distroless: Save File As…: the only way by which anything of an image gets onto the disk. */
import { CancellationError, commands, type Disposable, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import { fileOf, type Node } from '../explorer/nodes.ts';
import { sizeWords } from '../explorer/words.ts';
import { inMessage } from '../visible.ts';

/** As much as the image process gives of one file. */
const largest = 64 << 20;

export function saveFileCommand({ images, view }: Explorer): Disposable {
  return commands.registerCommand('distroless.saveFile', async (clicked?: Node) => {
    const file = fileOf(clicked ?? view.selection[0]);
    if (!file) {
      void window.showInformationMessage('Select a file of an image in the “Images” view first.');
      return;
    }
    // A name from an image is no path on this machine: what another system would take for one is left out.
    const name = file.path.replace(/^.*\//, '').replace(/[\\:*?"<>|\p{Cc}]/gu, '_') || 'file';
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const target = await window.showSaveDialog({
      title: 'Save File of the Image',
      ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
    });
    if (!target) return;
    try {
      await window.withProgress(
        { location: ProgressLocation.Notification, title: `Saving ${inMessage(name)}`, cancellable: true },
        async (_, token) => {
          const { base64, size, truncated } = await images.file(file, largest, token);
          if (truncated) {
            throw new Error(
              `“${file.path}” has ${sizeWords(size)}, and files of up to ${sizeWords(largest)} can be saved. Copy it out of a container with “docker cp”.`,
            );
          }
          if (!token.isCancellationRequested) await workspace.fs.writeFile(target, Buffer.from(base64, 'base64'));
        },
      );
    } catch (error) {
      if (error instanceof CancellationError) return;
      void window.showErrorMessage(inMessage(sentence(error)));
    }
  });
}
