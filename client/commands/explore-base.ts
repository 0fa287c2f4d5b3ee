/** Distroless: Explore Base of This Stage: from the engine where it is there, else from its registry, if the user wants that to be asked. */
import { commands, type Disposable, window, workspace } from 'vscode';
import { baseAtLine, exploreBaseCommand as id } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';
import { openFromRegistry } from './open-registry.ts';

export function exploreBaseCommand(server: Server, explorer: Explorer): Disposable {
  return commands.registerCommand(id, async (given?: unknown) => {
    const name = typeof given === 'string' ? given : await nameAtCursor(server);
    if (name === undefined) return;
    const row = await rowInEngine(explorer, name);
    if (row) {
      await commands.executeCommand('distroless.images.focus');
      await explorer.view.reveal(row, { select: true, focus: true, expand: true });
    } else if (explorer.registries.names.includes(name) || (await mayAsk(name))) {
      await openFromRegistry(explorer, name);
    }
  });
}

/** Undefined where there is none, which the user is told. */
async function nameAtCursor(server: Server): Promise<string | undefined> {
  const editor = window.activeTextEditor;
  const base = editor
    ? await server.ask(baseAtLine, {
        uri: server.client.code2ProtocolConverter.asUri(editor.document.uri),
        line: editor.selection.active.line,
      })
    : ({ kind: 'none' } as const);
  if (base.kind === 'image') return base.name;
  void window.showInformationMessage(sentences[base.kind]);
  return undefined;
}

const sentences = {
  none: 'There is no stage here. Put the cursor into a stage of a Dockerfile to explore its base.',
  scratch: 'This stage starts from scratch, so there is nothing in its base.',
  unknown: 'The name of this base is only known when it is built. Give its variable a default with ARG to explore it.',
} as const;

async function rowInEngine({ images, tree }: Explorer, name: string) {
  if (!workspace.isTrusted) return undefined;
  const reference = `docker-daemon:${name}`;
  try {
    // It knows an image by each of its names; the list has only some of them.
    const { digest } = await images.describe(reference);
    const find = () => tree.engineRow(name, digest);
    const row = await find();
    if (row) return row;
    // Pulled since the engine was asked.
    await tree.refresh();
    return await find();
  } catch {
    // No engine, or no such image in it: both are asked of the registry.
    images.forget(reference);
    return undefined;
  }
}

async function mayAsk(name: string): Promise<boolean> {
  const host = /^([^/]*[.:][^/]*|localhost)\//.exec(name)?.[1] ?? 'Docker Hub';
  const read = 'Read from Registry';
  const where = workspace.isTrusted
    ? `“${inMessage(name)}” is in no container engine that answers.`
    : `In Restricted Mode the engine is not asked for “${inMessage(name)}”.`;
  const answer = await window.showInformationMessage(
    `${where} It can be read from its registry, ${inMessage(host)}, without pulling it.`,
    read,
  );
  return answer === read;
}
