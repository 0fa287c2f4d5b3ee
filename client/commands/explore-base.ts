/** Distroless: Explore Base of This Stage: from the engine where it is there, else from its registry, if the user wants that to be asked. */
import { commands, type Disposable, window, workspace } from 'vscode';
import { baseAtLine, forPlatform, exploreBaseCommand as id, withoutPlatform } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { registryReference } from '../explorer/registries.ts';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';
import { openFromRegistry } from './open-registry.ts';

export function exploreBaseCommand(server: Server, explorer: Explorer): Disposable {
  return commands.registerCommand(id, async (given?: unknown, wanted?: unknown) => {
    const base = typeof given === 'string' ? { name: given, platform: wanted } : await baseAtCursor(server);
    if (base === undefined) return;
    const { name } = base;
    const platform = typeof base.platform === 'string' ? base.platform : undefined;
    const row = await rowInEngine(explorer, name, platform);
    if (row) {
      await commands.executeCommand('distroless.images.focus');
      await explorer.show(row);
    } else if (explorer.registries.names.includes(name) || (await mayAsk(name))) {
      await explorer.platforms.choose(registryReference(name), platform);
      await openFromRegistry(explorer, name);
    }
  });
}

/** Undefined where there is none, which the user is told. */
async function baseAtCursor(server: Server): Promise<{ name: string; platform?: string } | undefined> {
  const editor = window.activeTextEditor;
  const base = editor
    ? await server.ask(baseAtLine, {
        uri: server.client.code2ProtocolConverter.asUri(editor.document.uri),
        line: editor.selection.active.line,
      })
    : ({ kind: 'none' } as const);
  if (base.kind === 'image') return base;
  void window.showInformationMessage(sentences[base.kind]);
  return undefined;
}

const sentences = {
  none: 'There is no stage here. Put the cursor into a stage of a Dockerfile to explore its base.',
  scratch: 'This stage starts from scratch, so there is nothing in its base.',
  unknown: 'The name of this base is only known when it is built. Give its variable a default with ARG to explore it.',
  given:
    'A bake or compose file gives this stage something that is no image yet, so there is no base to show. Build it first, and open what comes out.',
} as const;

async function rowInEngine({ images, platforms, tree }: Explorer, name: string, platform: string | undefined) {
  if (!workspace.isTrusted) return undefined;
  const reference = forPlatform(`docker-daemon:${name}`, platform);
  try {
    // It knows an image by each of its names; the list has only some of them.
    const { digest } = await images.describe(reference);
    const find = () => tree.engineRow(name, digest);
    let row = await find();
    if (!row) {
      // Pulled since the engine was asked.
      await tree.refresh();
      row = await find();
    }
    if (row?.kind !== 'image') return row;
    await platforms.choose(withoutPlatform(row.reference).reference, platform);
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
