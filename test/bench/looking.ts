/** How long it takes to look around in an image that has been read: folders of 10,000 files and searches in 200,000, asked of the image process and of the language server. */
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { listFolder, listShares, type Request, reportImage, searchFiles } from '../../server/protocol.ts';
import { file, legacySave, tar } from '../support/image-builder.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = 20;
const FILES = 10_000;

type Ask = <In, Out>(request: Request<In, Out>, input: In) => Promise<Out>;

export async function benchLooking(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-bench-'));
  try {
    const path = join(folder, 'image.tar');
    writeFileSync(path, archive());
    console.log(`\nLooking around in an image of ${FOLDERS * FILES} files; milliseconds, the median and the slowest\n`);
    console.log('| | image process | language server |');
    console.log('|---|---|---|');
    const [inProcess, inServer] = [await withProcess(path, measure), await withServer(path, measure)];
    for (const [what, times] of inProcess) console.log(`| ${what} | ${cell(times)} | ${cell(inServer.get(what)!)} |`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(ask: Ask, path: string): Promise<Map<string, readonly number[]>> {
  const reference = `docker-archive:${path}`;
  await ask(reportImage, { reference });
  const page = { reference, view: { kind: 'image' }, offset: 0, count: 1000, flaggedOnly: false } as const;
  const half = FOLDERS / 2;
  const folders = Array.from({ length: FOLDERS }, (_, i) => `/opt/part${i}`);
  const times = new Map<string, readonly number[]>();
  const time = async <T>(what: string, each: readonly T[], act: (one: T) => Promise<unknown>) => {
    const all: number[] = [];
    for (const one of each) {
      const start = performance.now();
      await act(one);
      all.push(performance.now() - start);
    }
    times.set(what, all);
  };
  // Each folder is asked for once, so nothing of it is known yet.
  await time('first 1,000 of 10,000 files', folders.slice(0, half), (folder) => ask(listFolder, { ...page, folder }));
  await time('the same, the largest first', folders.slice(half), (folder) =>
    ask(listFolder, { ...page, folder, sort: 'size' }),
  );
  await time('the next 1,000', folders.slice(0, half), (folder) => ask(listFolder, { ...page, folder, offset: 1000 }));
  const share = { kind: 'layer', layer: 0 } as const;
  await time('the same of one layer', folders.slice(0, half), (folder) => ask(listFolder, { ...page, folder, share }));
  for (const words of ['file', 'file-19', 'nothing like it', 'part7/file', '*.conf', '/opt/part1*/**/*-1?.so'])
    await time(`search: ${words}`, [1, 2, 3, 4, 5, 6, 7, 8, 9], () =>
      ask(searchFiles, { reference, words, limit: 200 }),
    );
  await time('sizes of the layers', [1, 2, 3, 4, 5], () => ask(listShares, { reference }));
  return times;
}

async function withProcess<T>(path: string, act: (ask: Ask, path: string) => Promise<T>): Promise<T> {
  const child = fork(join(ROOT, 'dist/image-process.cjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  try {
    return await act(({ method }, input) => connection.sendRequest(method, input), path);
  } finally {
    connection.dispose();
    child.kill();
  }
}

async function withServer<T>(path: string, act: (ask: Ask, path: string) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [join(ROOT, 'dist/server.cjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  try {
    const capabilities = { workspace: { configuration: true } };
    await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities });
    await connection.sendNotification('initialized', {});
    return await act(({ method }, input) => connection.sendRequest(method, input), path);
  } finally {
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    connection.dispose();
  }
}

function archive(): Buffer {
  const endings = ['txt', 'so', 'conf', 'js'];
  const entries = Array.from({ length: FOLDERS * FILES }, (_, i) =>
    file(`opt/part${i % FOLDERS}/file-${i}.${endings[i % 4]}`, 'x'.repeat(i % 50)),
  );
  return tar(legacySave([{ name: 'bench:1', layers: [tar(entries)] }]));
}

function cell(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return `${Math.round(sorted[sorted.length >> 1]!)}, ${Math.round(sorted.at(-1)!)}`;
}
