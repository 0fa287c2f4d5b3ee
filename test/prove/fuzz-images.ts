/**
 * Damages archives at random (bytes, cuts, doubled and moved pieces, headers that lie) and opens them: there must be an answer or a
 * sentence, no other exception, no hang, and no more memory than before.
 *
 *     node test/prove/fuzz-images.ts [INPUTS]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageService } from '../../server/image-service.ts';
import { ImageError } from '../../server/images/source.ts';
import {
  dir,
  file,
  gnuSparse,
  hardlink,
  hybridSave,
  legacySave,
  ociLayout,
  opaque,
  paxSparse,
  symlink,
  tar,
  whiteout,
} from '../support/image-builder.ts';
import { random } from '../support/random.ts';

const inputs = Number(process.argv[2] ?? 20_000);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const next = random(seed);
const below = (limit: number) => Math.floor(next() * limit);

const status = 'Package: libc6\nStatus: install ok installed\nVersion: 2.41\n\nPackage: dash\nVersion: 0.5\n';
const layers = [
  tar([
    dir('usr'),
    dir('usr/bin'),
    symlink('bin', 'usr/bin'),
    file('usr/bin/dash', '\x7fELF', { mode: 0o755 }),
    symlink('usr/bin/sh', 'dash'),
    file('usr/bin/su', 'x'.repeat(3000), { mode: 0o4755 }),
    hardlink('usr/bin/su2', 'usr/bin/su'),
    file('var/lib/dpkg/status', status),
    file('lib/apk/db/installed', 'P:busybox\nV:1.37\nF:bin\nR:busybox\n\n'),
    file(`${'long/'.repeat(40)}name`, 'long'),
  ]),
  tar([
    whiteout('usr/bin/su'),
    opaque('long'),
    dir('long'),
    gnuSparse('sparse', 5000, [
      [0, 'a'],
      [4000, 'b'],
    ]),
    paxSparse('1.0', 'pax', 1e6, [[1000, 'c']]),
    file('usr/bin/dash', 'new'),
  ]),
];
const seeds = [
  tar(legacySave([{ name: 'a:1', layers }])),
  tar(
    hybridSave([
      { name: 'a:1', layers },
      { name: 'b:1', layers: [layers[0]!] },
    ]),
  ),
  tar(ociLayout([{ name: 'a:1', layers, compression: ['gzip', 'zstd'] }])),
];

const folder = await mkdtemp(join(tmpdir(), 'distroless-fuzz-'));
const signal = new AbortController().signal;
const outcomes = { whole: 0, 'with problems': 0, 'a sentence': 0 };
let slowest = 0;
const before = process.memoryUsage.rss();
try {
  for (let i = 0; i < inputs; i++) {
    const path = join(folder, 'image.tar');
    await writeFile(path, damaged(seeds[below(seeds.length)]!));
    const images = new ImageService();
    const start = performance.now();
    const guard = setTimeout(() => {
      console.error(`Input ${i} of seed ${seed} has not been answered for 20 s.`);
      process.exit(1);
    }, 20_000);
    try {
      const listed = await images.listArchive(path, signal);
      for (const { reference } of listed.images) {
        const { problems } = await images.report(reference, signal);
        for await (const entry of images.files(reference, { kind: 'image' }, signal))
          if (entry.type === 'file' && entry.size < 10_000)
            await images.readFile(reference, { kind: 'image' }, entry.path, 100, signal).catch(sentence);
        outcomes[problems.length > 0 || listed.problems.length > 0 ? 'with problems' : 'whole']++;
      }
    } catch (error) {
      sentence(error);
      outcomes['a sentence']++;
    }
    clearTimeout(guard);
    slowest = Math.max(slowest, performance.now() - start);
    await images.closeAll();
  }
} catch (error) {
  console.error(`Seed ${seed}:`, error);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
console.log(
  '| damaged archives | whole | with problems | a sentence | other exceptions | slowest, ms | memory grown, MB | seed |',
);
console.log('|---|---|---|---|---|---|---|---|');
console.log(
  `| ${inputs.toLocaleString('en')} | ${outcomes.whole} | ${outcomes['with problems']} | ${outcomes['a sentence']} | ${process.exitCode ? 'yes' : 0} | ${slowest.toFixed(0)} | ${grown.toFixed(0)} | ${seed} |`,
);

/** What the user would read is one; anything else is a fault of ours. */
function sentence(error: unknown): void {
  if (!(error instanceof ImageError)) throw error;
}

function damaged(seedBytes: Buffer): Buffer {
  let bytes = Buffer.from(seedBytes);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(bytes.length);
    switch (below(6)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1: {
        // A header field: its size, its type, its checksum.
        const field = [0, 100, 124, 148, 156, 157, 257, 345][below(8)]!;
        const block = Math.min(at - (at % 512) + field, bytes.length - 1);
        bytes.write(
          ['77777777777', '\xff\xff\xff\xff', '-1', '0', 'L', 'x', 'S', '1', '../../etc', ''][below(10)]!,
          block,
          'latin1',
        );
        break;
      }
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3: {
        const from = below(bytes.length);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(from, from + 512 * (1 + below(8))),
          bytes.subarray(at),
        ]);
        break;
      }
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(2000))]);
        break;
      default:
        bytes.fill(below(2) * 0xff, at, Math.min(at + below(600), bytes.length));
    }
    if (bytes.length === 0) return Buffer.alloc(0);
  }
  return bytes;
}
