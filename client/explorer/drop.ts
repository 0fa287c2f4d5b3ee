/** Archives and layout folders that are dropped onto the “Images” view, from the file explorer or from outside. */
import { commands, type TreeDragAndDropController, Uri } from 'vscode';
import type { Node } from './nodes.ts';

const uris = 'text/uri-list';

export const dropArchives: TreeDragAndDropController<Node> = {
  dragMimeTypes: [],
  dropMimeTypes: [uris],
  async handleDrop(_, data) {
    const text = await data.get(uris)?.asString();
    // A line that begins with # is a comment (RFC 2483).
    for (const line of text?.split(/\r?\n/) ?? [])
      if (line !== '' && !line.startsWith('#'))
        await commands.executeCommand('distroless.openArchive', Uri.parse(line, true));
  },
};
