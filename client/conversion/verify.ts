/** Builds a Dockerfile as it was and as it becomes, starts both, and shows the two images side by side. */
import { CustomExecution, type Disposable, EventEmitter, Task, TaskScope, tasks, Uri, window, workspace } from 'vscode';
import { buildOf, closeImage, describeImage, listEngine, reportImage } from '../../server/protocol.ts';
import { countWords, sizeWords } from '../explorer/words.ts';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';
import { type Builder, build, remove, run, type Source, start } from './build.ts';
import { comparison, type Side } from './comparison.ts';
import type { Shown } from './preview.ts';

export interface Verifier extends Disposable {
  /** Resolves when the images have been compared, or the user has been told why they cannot be. */
  verify(shown: Shown): Promise<void>;
}

const scheme = 'distroless-comparison';
const names = { before: 'distroless-verify:as-it-was', after: 'distroless-verify:as-converted' };

export function createVerifier(server: Server): Verifier {
  let text = '';
  const changed = new EventEmitter<Uri>();
  const uri = Uri.from({ scheme, path: '/Images compared.txt' });
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: () => text,
  });
  return {
    async verify(shown) {
      const builder = await builderFor(server, shown);
      if (typeof builder === 'string') {
        void window.showWarningMessage(inMessage(builder));
        return;
      }
      const sides = await runTask((print, signal) => sidesOf(server, { ...builder, print, signal }, shown));
      if (!sides) return;
      text = comparison(...sides);
      changed.fire(uri);
      await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
      const buttons = sides.some(({ facts }) => facts) ? ['Remove Both Images'] : [];
      const answer = await window.showInformationMessage(inMessage(verdict(...sides)), ...buttons);
      if (answer) await removeImages({ ...builder, print() {}, signal: new AbortController().signal });
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}

type Tools = Pick<Builder, 'command' | 'env' | 'folder'>;

/** What builds, or the sentences that say why nothing can. */
async function builderFor({ client, ask }: Server, { document }: Shown): Promise<Tools | string> {
  if (!workspace.isTrusted)
    return 'In Restricted Mode nothing is built or started. Trust this workspace to verify the conversion.';
  const engine = await ask(listEngine, null);
  if (engine.kind === 'none')
    return 'No container engine answered, and verifying needs one. Start Docker or Podman, or set “distroless.engine.address”.';
  const { folder } = await ask(buildOf, { uri: client.code2ProtocolConverter.asUri(document.uri) });
  if (folder === undefined)
    return 'Where the files are that this Dockerfile copies is not known, so it cannot be built. Save it into a folder of the workspace.';
  const address = workspace.getConfiguration('distroless').get('engine.address', '');
  // An engine that was found by its socket is the one that the command has to ask, too.
  const host = address || (process.env.DOCKER_HOST ? '' : engine.address);
  const env = { ...process.env, ...(host === '' ? {} : { DOCKER_HOST: host }) };
  for (const command of ['docker', 'podman']) {
    const quiet = { command, env, print() {}, signal: new AbortController().signal };
    const { code, output } = await run(quiet, ['version', '--format', '{{.Client.Version}}'], { shown: false });
    if (code !== 0) continue;
    // Before version 23, `docker build` took BuildKit only when it was told to.
    const old = command === 'docker' && Number.parseInt(output, 10) < 23;
    return { command, folder, env: { ...(old ? { DOCKER_BUILDKIT: '1' } : {}), ...env } };
  }
  return 'Neither the command docker nor podman is on the PATH, and verifying builds with it. Install one of them.';
}

async function sidesOf(
  server: Server,
  builder: Builder,
  { document, conversion }: Shown,
): Promise<[Side, Side] | undefined> {
  const side = async (image: string, source: Source, what: string): Promise<Side> => {
    builder.print(`── Building it ${what}\n`);
    if (builder.signal.aborted || !(await build(builder, source, image))) return { image, facts: undefined };
    builder.print(`── Starting it ${what}\n`);
    const started = await start(builder, image);
    builder.print(`${started.how}\n`);
    const reference = `docker-daemon:${image}`;
    // The name has been given to another image than last time.
    await server.ask(closeImage, { reference });
    const description = await server.ask(describeImage, { reference });
    const report = await server.ask(reportImage, { reference });
    const flagged = report.components.filter(({ severity }) => severity === 'error' || severity === 'warning');
    return {
      image,
      facts: {
        size: sizeWords(report.size),
        layers: String(report.layers.length),
        flagged: flagged.map(({ title }) => title),
        user: description.config.user || 'root',
        starts: started.starts ? `yes: ${started.how}` : `no: ${started.how}`,
        said: started.said,
      },
    };
  };
  const { target } = conversion;
  const before = await side(names.before, { text: document.getText(), target: target.before }, 'as it was');
  const after = await side(names.after, { text: conversion.dockerfile, target: target.after }, 'as converted');
  return builder.signal.aborted ? undefined : [before, after];
}

function verdict(before: Side, after: Side): string {
  if (!before.facts) return 'The Dockerfile could not be built as it was; the terminal says why.';
  if (!after.facts) return 'The converted Dockerfile could not be built; the terminal says why.';
  const starts = (side: Side) => side.facts?.starts.startsWith('yes') === true;
  const { length } = after.facts.flagged;
  const left = length === 0 ? 'nothing flagged is left' : `${countWords(length, 'kind')} of flagged things left`;
  if (starts(after))
    return `Converted, it is built and starts: ${before.facts.size} before, ${after.facts.size} now, and ${left}.`;
  if (!starts(before)) return 'It starts neither as it was nor as converted; both say why in the comparison.';
  return 'Converted, it is built but does not start; the comparison says what it printed.';
}

async function removeImages(builder: Builder): Promise<void> {
  await remove(builder, ['image', 'rm', '--force', names.before, names.after]);
}

/** A task with a terminal of its own, which is cancelled when that is closed. */
async function runTask<T>(work: (print: (text: string) => void, signal: AbortSignal) => Promise<T>): Promise<T> {
  const written = new EventEmitter<string>();
  const closed = new EventEmitter<number>();
  const cancellation = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      const execution = new CustomExecution(async () => ({
        onDidWrite: written.event,
        onDidClose: closed.event,
        open() {
          const print = (text: string) => written.fire(text.replace(/\r?\n/g, '\r\n'));
          work(print, cancellation.signal).then(resolve, reject);
        },
        close: () => cancellation.abort(),
      }));
      const task = new Task({ type: 'distroless' }, TaskScope.Workspace, 'Verify conversion', 'Distroless', execution);
      tasks.executeTask(task).then(undefined, reject);
    });
  } finally {
    closed.fire(0);
    written.dispose();
    closed.dispose();
  }
}
