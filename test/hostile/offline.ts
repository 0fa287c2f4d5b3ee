/** Everything that needs no network, done once by the real language server and the real command line: whoever watches must see no connection. */
import { fork, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import * as protocol from '../../server/protocol.ts';
import { file, hybridSave, symlink, tar } from '../support/image-builder.ts';
import type { Watched } from './watched.ts';

const root = join(import.meta.dirname, '../..');

export const offlineArchive = (): Buffer =>
  tar(
    hybridSave([
      { name: 'offline:1', layers: [tar([file('bin/sh', 'x', { mode: 0o755 }), symlink('etc', 'nowhere')])] },
      { name: 'offline:2', layers: [tar([file('var/lib/dpkg/status', 'Package: a\nVersion: 1\n')])] },
    ]),
  );

/** Gives how much was done, in words. `archive`: where the archive lies. */
export async function workOffline(archive: string, { inherited }: Watched): Promise<string> {
  const env = { ...process.env, ...inherited };
  const child = fork(join(root, 'server/main.ts'), ['--node-ipc'], { execArgv: [], env, silent: true });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const checked = new Set<string>();
  let wake = () => {};
  connection.onNotification('textDocument/publishDiagnostics', ({ uri }: { uri: string }) => {
    checked.add(uri);
    wake();
  });
  connection.onError(() => {});
  connection.listen();
  const ask = <In, Out>({ method }: protocol.Request<In, Out>, input: In): Promise<Out> =>
    connection.sendRequest(method, input);
  try {
    const folders = [{ uri: pathToFileURL(join(root, 'test/fixtures/projects')).href, name: 'projects' }];
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: folders,
      initializationOptions: { trusted: true, explores: true, previews: true },
      capabilities: {},
    });
    await connection.sendNotification('initialized', {});
    const dockerfiles = globSync('test/fixtures/projects/*/Dockerfile', { cwd: root }).map((path) => join(root, path));
    for (const path of dockerfiles) {
      const uri = pathToFileURL(path).href;
      const textDocument = { uri, languageId: 'dockerfile', version: 1, text: readFileSync(path, 'utf8') };
      await connection.sendNotification('textDocument/didOpen', { textDocument });
      await connection.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position: { line: 0, character: 6 },
      });
      const start = { line: 0, character: 0 };
      const range = { start, end: start };
      await connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri },
        range,
        context: { diagnostics: [] },
      });
      await ask(protocol.convertDocument, { uri });
    }
    while (checked.size < dockerfiles.length) await new Promise<void>((resolve) => (wake = resolve));
    const { images } = await ask(protocol.listArchive, { path: archive });
    const view = { kind: 'image' } as const;
    for (const { reference } of images) {
      await ask(protocol.reportPage, { reference });
      await ask(protocol.sbomOfImage, { reference, format: 'spdx' });
      await ask(protocol.searchFiles, { reference, words: 'sh', limit: 10 });
      await ask(protocol.readFile, { reference, view, path: '/bin/sh', limit: 10 }).catch(() => {});
    }
    for (const args of [
      ['check', 'test/fixtures/projects'],
      ['convert', dockerfiles[0]!],
      ['inspect', `${archive}:offline:2`],
    ])
      spawnSync(process.execPath, ['server/cli.ts', ...args], { cwd: root, env });
    return `${dockerfiles.length} Dockerfiles and ${images.length} images`;
  } finally {
    connection.dispose();
    child.kill();
  }
}
