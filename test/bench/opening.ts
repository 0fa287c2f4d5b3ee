/**
 * How long the image process takes to open large archives, what it uses, and the most memory it has in use, beside what it takes merely to unpack and to hash
 * the same layer, and beside GNU tar. On a machine that others use too, the processor's time tells more than the clock's.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bigArchive, giantArchive, manyArchive, type Packing } from './big-archive.ts';
import { type Bare, type Opened, open, tarList, unpackAndHash } from './image-process.ts';

const runs = 3;

export async function benchOpening(): Promise<void> {
  console.log(`
Opening a docker archive of one layer; medians of ${runs} runs. Times in ms by the clock; in brackets those of the processor, all threads together, in user mode.
A ratio is “whole image listed” to “only unpack and hash”: by the clock it is what somebody waits, by the processor what the machine does.
`);
  console.log(
    '| layer | whole image listed | only unpack and hash | ratio, by the clock | ratio, by the processor | GNU tar -t | report | peak, MB | goal |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const packing of ['plain', 'gzip', 'zstd'] as const) {
    const goal = packing === 'plain' ? '≤ 500 ms' : '≤ 1.3 ×';
    await row(`675 MB, 21,000 files, ${packing}`, await bigArchive(packing), packing, `${goal}, ≤ 250 MB`);
  }
  for (const packing of ['plain', 'gzip'] as const)
    await row(`a million entries, ${packing}`, await manyArchive(packing), packing, '≤ 6 s, ≤ 400 MB');
  for (const gigabytes of [1, 10])
    await row(`${gigabytes} GB, zstd`, await giantArchive(gigabytes), 'zstd', 'memory flat', 1);
  await benchAgain();
  await benchEngine();
}

async function row(
  what: string,
  { path, layer }: { readonly path: string; readonly layer: string },
  packing: Packing,
  goal: string,
  times = runs,
): Promise<void> {
  const ours: Opened[] = [];
  const bare: Bare[] = [];
  const tar: Bare[] = [];
  for (let i = 0; i < times; i++) {
    ours.push(await open(`docker-archive:${path}`));
    bare.push(unpackAndHash(layer, packing));
    tar.push(tarList(layer));
  }
  const of = <Each>(all: readonly Each[], value: (each: Each) => number) => Math.round(median(all.map(value)));
  const both = (all: readonly Bare[]) => `${of(all, ({ time }) => time)} (${of(all, ({ processor }) => processor)})`;
  const listed = of(ours, (each) => each.listed);
  const processor = of(ours, (each) => each.processor);
  const cells = [
    what,
    `${listed} (${processor})`,
    both(bare),
    (listed / of(bare, ({ time }) => time)).toFixed(2),
    (processor / of(bare, (each) => each.processor)).toFixed(2),
    both(tar),
    of(ours, (each) => each.reported),
    of(ours, ({ peak }) => peak),
    goal,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** A second time, in another process, with what the first one has kept. */
async function benchAgain(): Promise<void> {
  console.log(
    '\nOpened again, with what was kept of its layers\n\n| layer | first, ms | again, ms | goal |\n|---|---|---|---|',
  );
  for (const packing of ['plain', 'gzip', 'zstd'] as const) {
    const { path } = await bigArchive(packing);
    const cacheFolder = await mkdtemp(join(tmpdir(), 'distroless-bench-'));
    const reference = `docker-archive:${path}`;
    // Plain layers are kept once their digest is known.
    const first = await open(reference, { cacheFolder, verified: packing === 'plain' });
    const again: Opened[] = [];
    for (let i = 0; i < runs; i++) again.push(await open(reference, { cacheFolder }));
    await rm(cacheFolder, { recursive: true });
    console.log(
      `| ${packing} | ${Math.round(first.listed)} | ${Math.round(median(again.map(({ listed }) => listed)))} | ≤ 300 |`,
    );
  }
}

/** An engine that answers at once, so that what is measured is ours: layers are rows as soon as inspect and history have come. */
async function benchEngine(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-bench-'));
  const socket = join(folder, 'engine.sock');
  const engine = createServer(({ url = '' }, response) => {
    if (url.endsWith('/version'))
      response.end(JSON.stringify({ Version: '26.1', ApiVersion: '1.45', MinAPIVersion: '1.24' }));
    else if (url.endsWith('/history'))
      response.end(JSON.stringify(layers.map(() => ({ CreatedBy: 'COPY x /', Size: 1 }))));
    else if (url.includes('/json')) response.end(JSON.stringify({ ...inspected, RootFS: { Layers: layers } }));
    else response.writeHead(500).end('{"message":"no more than that"}');
  }).listen(socket);
  const times: number[] = [];
  for (let i = 0; i < 2 * runs + 1; i++) {
    const opened = await open('docker-daemon:app:1', { engineAddress: `unix://${socket}`, describeOnly: true });
    times.push(opened.described);
  }
  engine.close();
  await rm(folder, { recursive: true });
  console.log(`\nFirst rows of an image in an engine: ${Math.round(median(times))} ms after the request (goal: ≤ 100)`);
}

const layers = Array.from({ length: 20 }, (_, i) => `sha256:${i.toString(16).padStart(64, '0')}`);
const inspected = { Id: `sha256:${'a'.repeat(64)}`, RepoTags: ['app:1'], Os: 'linux', Architecture: 'amd64', Size: 1 };

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
