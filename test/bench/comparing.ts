/**
 * How long it takes to compare two images of which no layer is the same, so that each file has to be read to tell: how that grows with the files, and the most
 * memory that the image process has in use.
 */
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { compareImages, listCompared, reportImage } from '../../server/protocol.ts';
import { header, padding } from './big-archive.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [50_000, 100_000, 200_000];

export async function benchComparing(): Promise<void> {
  console.log('\nComparing two archives without a common layer, files of 300 bytes, one in a hundred changed\n');
  console.log('| files in each | both read, ms | compared, ms | a folder of changes, ms | peak memory, MB |');
  console.log('|---|---|---|---|---|');
  const folder = await mkdtemp(join(tmpdir(), 'distroless-bench-'));
  try {
    for (const files of FILES) {
      const before = join(folder, 'before.tar');
      const after = join(folder, 'after.tar');
      await writeFile(before, Buffer.concat([...archive(files, 0)]));
      await writeFile(after, Buffer.concat([...archive(files, 1)]));
      const { read, compared, listed, peak } = await compare({ before, after });
      const cells = [files.toLocaleString('en'), ...[read, compared, listed, peak].map((value) => value.toFixed(0))];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(pair: { before: string; after: string }) {
  const child = fork(join(ROOT, 'dist/image-process.cjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  const timed = async (method: string, input: object) => {
    const start = performance.now();
    await connection.sendRequest(method, input);
    return performance.now() - start;
  };
  const read =
    (await timed(reportImage.method, { reference: pair.before })) +
    (await timed(reportImage.method, { reference: pair.after }));
  const compared = await timed(compareImages.method, pair);
  const listed = await timed(listCompared.method, { ...pair, folder: '/usr', offset: 0, count: 1000 });
  const status = `/proc/${child.pid}/status`;
  // Linux only: elsewhere not a number, and shown so.
  const peak = existsSync(status)
    ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]) / 1000
    : Number.NaN;
  connection.dispose();
  child.kill();
  return { read, compared, listed, peak };
}

/** A tar of plain files, which is an image of one layer. Each has one of its own, another second. */
function* archive(files: number, version: number): Generator<Uint8Array> {
  const body = Buffer.alloc(300, 'x');
  yield header(`version${version}`, 0, '0');
  for (let i = 0; i < files; i++) {
    body.write(i % 100 === 0 ? `${version}` : 'x');
    yield header(`usr/part${Math.floor(i / 100)}/file-${i}`, body.length, '0');
    yield Buffer.from(body);
    yield Buffer.alloc(padding(body.length));
  }
  yield Buffer.alloc(1024);
}
