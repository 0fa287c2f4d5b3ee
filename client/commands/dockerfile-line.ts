/** Distroless: Go to the Dockerfile Line, of a layer of an image that was built of a Dockerfile in the workspace. */
import { commands, type Disposable, Range, Uri, window, workspace } from 'vscode';
import type { DockerfileOfImage } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import type { Node } from '../explorer/nodes.ts';
import { inList, inMessage } from '../visible.ts';

export interface DockerfileLine {
  readonly uri: Uri;
  /** Counted from 0. */
  readonly line: number;
  /** “Line 12 of api/Dockerfile: RUN …” */
  readonly words: string;
  /** The file and the image differ elsewhere. */
  readonly changed: boolean;
}

export function dockerfileLineCommand({ images, view }: Explorer): Disposable {
  return commands.registerCommand('distroless.dockerfileLine', async (clicked?: Node) => {
    const node = clicked ?? view.selection[0];
    if (node?.kind !== 'layer') {
      void window.showInformationMessage('Select a layer of an image in the “Images” view first.');
      return;
    }
    try {
      const dockerfiles = await images.dockerfiles(node.reference);
      const lines = linesOf(dockerfiles, node.position);
      const line = lines.length > 1 ? await pick(lines) : lines[0];
      if (line) await openLine(line);
      else if (lines.length === 0) void window.showInformationMessage(whyNone(dockerfiles));
    } catch (error) {
      void window.showErrorMessage(inMessage(sentence(error)));
    }
  });
}

/** Of a row of the image's layers: one line, or one in each of the files that fit equally well. */
export function linesOf(dockerfiles: readonly DockerfileOfImage[], position: number): readonly DockerfileLine[] {
  return dockerfiles.flatMap(({ uri: text, steps, complete }) => {
    const step = steps[position];
    if (!step) return [];
    const uri = Uri.parse(text, true);
    const words = `Line ${step.line + 1} of ${workspace.asRelativePath(uri)}: ${step.text}`;
    return [{ uri, line: step.line, words, changed: !complete }];
  });
}

export async function openLine({ uri, line }: DockerfileLine): Promise<void> {
  await window.showTextDocument(uri, { selection: new Range(line, 0, line, 0) });
}

async function pick(lines: readonly DockerfileLine[]): Promise<DockerfileLine | undefined> {
  const items = lines.map((line) => ({ label: inList(line.words), line }));
  return (await window.showQuickPick(items, { title: 'These Dockerfiles fit equally well' }))?.line;
}

function whyNone(dockerfiles: readonly DockerfileOfImage[]): string {
  if (dockerfiles.length === 0)
    return 'No Dockerfile of this workspace fits this image. Open the folder or the Dockerfile that it was built of.';
  const names = dockerfiles.map(({ uri }) => inMessage(workspace.asRelativePath(Uri.parse(uri, true)))).join(', ');
  return `No line of ${names} made this layer. It came with the base image, or the file has changed since the image was built.`;
}
