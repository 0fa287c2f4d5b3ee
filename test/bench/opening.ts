/**
 * How long the image process takes to open a large archive and to report on it, and the most memory it has in use, beside the time that
 * it takes merely to unpack and to hash the same layer.
 */
import { fork, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { describeImage, listFolder, reportImage } from '../../server/protocol.ts';
import { bigArchive, type Packing } from './big-archive.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNS = 3;

export async function benchOpening(): Promise<void> {
  console.log('\nOpening a docker archive of 675 MB, 21,000 files, in one layer; medians of 3 runs\n');
  console.log(
    '| layer | layers known, ms | whole image listed, ms | report, ms | peak memory, MB | only unpack and hash, ms |',
  );
  console.log('|---|---|---|---|---|---|');
  for (const packing of ['plain', 'gzip', 'zstd'] as const) {
    const archive = await bigArchive(packing);
    const runs: Awaited<ReturnType<typeof open>>[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await open(archive.path));
    const floor = Array.from({ length: RUNS }, () => unpackAndHash(archive.layer, packing));
    const cell = (values: readonly number[]) => Math.round(median(values));
    console.log(
      `| ${packing} | ${cell(runs.map(({ described }) => described))} | ${cell(runs.map(({ listed }) => listed))} | ${cell(runs.map(({ reported }) => reported))} | ${cell(runs.map(({ peak }) => peak))} | ${cell(floor)} |`,
    );
  }
}

async function open(path: string) {
  const child = fork(join(ROOT, 'dist/image-process.cjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  const reference = `docker-archive:${path}`;
  const start = performance.now();
  await connection.sendRequest(describeImage.method, { reference });
  const described = performance.now() - start;
  await connection.sendRequest(listFolder.method, {
    reference,
    view: { kind: 'image' },
    folder: '/',
    offset: 0,
    count: 1000,
    flaggedOnly: false,
  });
  const listed = performance.now() - start;
  await connection.sendRequest(reportImage.method, { reference });
  const reported = performance.now() - start;
  const peak = peakMemory(child.pid!);
  connection.dispose();
  child.kill();
  return { described, listed, reported, peak };
}

/** MB. Linux only: elsewhere not a number, and shown so. */
function peakMemory(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return Number.NaN;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]) / 1000;
}

const FLOOR = `
const { createReadStream } = require('node:fs'), { createHash } = require('node:crypto'), { pipeline } = require('node:stream/promises'), zlib = require('node:zlib');
const [path, packing] = process.argv.slice(1);
const unpack = { plain: [], gzip: [zlib.createGunzip({ chunkSize: 1 << 20 })], zstd: [zlib.createZstdDecompress({ chunkSize: 1 << 20 })] }[packing];
const start = performance.now();
pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), ...unpack, createHash('sha256')).then(() => console.log(performance.now() - start));
`;

function unpackAndHash(layer: string, packing: Packing): number {
  return Number(spawnSync(process.execPath, ['-e', FLOOR, layer, packing], { encoding: 'utf8' }).stdout);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
