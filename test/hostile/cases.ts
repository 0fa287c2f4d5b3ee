/** What is made to hurt, as bytes of an archive: T1 to T20 as rows of the table number them. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { goProgram } from '../support/go-program.ts';
import {
  blobPath,
  dir,
  type Entry,
  file,
  gnuSparse,
  hardlink,
  header,
  legacySave,
  metadata,
  ociLayout,
  opaque,
  paxData,
  sha256,
  symlink,
  tar,
  whiteout,
} from '../support/image-builder.ts';
import { manyFiles } from '../support/many-files.ts';
import { zip } from '../support/zip-builder.ts';

export interface Case {
  readonly id: string;
  readonly what: string;
  readonly make: () => Uint8Array | Promise<Uint8Array>;
}

const image = (...layers: readonly (readonly (Entry | Uint8Array)[] | Uint8Array)[]): Buffer =>
  tar(
    legacySave([
      { name: 'hostile:1', layers: layers.map((layer) => (layer instanceof Uint8Array ? layer : tar(layer))) },
    ]),
  );
const many = (count: number, entry: (i: number) => Entry) => Array.from({ length: count }, (_, i) => entry(i));
const odd = [
  '../../etc/x',
  '/abs',
  'a/../../b',
  '.',
  '..',
  'a\0b',
  'c:\\x',
  'a\\b',
  't/',
  'A',
  'a',
  'e\u0301',
  '\u202etxt',
];

/** An index that names another, a hundred deep, and itself. */
function indexes(): Buffer {
  const entries: Entry[] = [];
  let digest = `sha256:${'0'.repeat(64)}`;
  for (let i = 0; i < 100; i++) {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ digest }, { digest }] }));
    entries.push(file(blobPath(body), body));
    digest = `sha256:${sha256(body)}`;
  }
  const manifests = Array.from({ length: 100_000 }, () => ({ digest }));
  return tar([...entries, file('oci-layout', '{}'), file('index.json', JSON.stringify({ manifests }))]);
}

/** Compressed at once: nothing of that size is held in memory. */
async function packed(pieces: Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  await pipeline(Readable.from(pieces), createZstdCompress(), async (stream) => {
    for await (const part of stream) parts.push(part as Buffer);
  });
  return Buffer.concat(parts);
}

/** ELF headers (gABI, “ELF Header” and “Program Header”) of 64 and 32 bits, in both byte orders. */
const lyingPrograms = [
  { wide: true, little: true, table: 32, count: 56, first: 64 },
  { wide: true, little: false, table: 32, count: 56, first: 64 },
  { wide: false, little: true, table: 28, count: 44, first: 52 },
].flatMap(({ wide, little, table, count, first }) => {
  const of = (...changes: readonly (readonly [at: number, bytes: string])[]) => {
    const body = Buffer.concat([goProgram('dep\ta.example/a\tv1\n', wide, little), Buffer.alloc(500_000)]);
    for (const [at, bytes] of changes) body.write(bytes, at, 'hex');
    return body;
  };
  const word = wide ? 8 : 4;
  const [all, most] = ['ff'.repeat(word), little ? `${'ff'.repeat(word - 1)}7f` : `7f${'ff'.repeat(word - 1)}`];
  const place = first + (wide ? 56 : 32) * 2 + (wide ? 8 : 4);
  return [
    of(),
    // Where its table of segments is, how many there are, and how large each.
    of([table, all]),
    of([table, most]),
    of([count, 'ffff']),
    of([count - 2, '0000']),
    of([count - 2, 'ffff'], [count, 'ffff']),
    // Where the segment that is looked at lies, and how long it is.
    of([place, all]),
    of([place, most]),
    of([place + word * 3, all]),
    of([place, '00'.repeat(word)]),
    // What it is for, and how wide and in which order it is.
    of([18, 'ffff']),
    of([4, '0303']),
    of([4, 'ff'.repeat(100)]),
    of().subarray(0, 400_100),
  ];
});

const withConfig = (config: string): Buffer =>
  tar([
    file('c.json', config),
    file('l.tar', tar([file('f', 'x')])),
    file('manifest.json', JSON.stringify([{ Config: 'c.json', RepoTags: ['hostile:1'], Layers: ['l.tar'] }])),
  ]);

export const cases: readonly Case[] = [
  { id: 'T1', what: 'names that lead out, or are no names', make: () => image(odd.map((name) => file(name, 'x'))) },
  {
    id: 'T2',
    what: 'links in circles, in long chains, as folders of others',
    make: () =>
      image([
        symlink('a', 'b'),
        symlink('b', 'a'),
        file('a/x'),
        ...many(255, (i) => symlink(`l${i}`, `l${i + 1}`)),
        symlink('up', '../../../../..'),
        file('up/x'),
      ]),
  },
  {
    id: 'T3',
    what: 'hard links to nothing, outside, themselves, what comes later',
    make: () =>
      image([
        hardlink('a', 'none'),
        hardlink('b', '../../etc/passwd'),
        hardlink('c', 'c'),
        hardlink('d', 'e'),
        file('e'),
      ]),
  },
  {
    id: 'T4',
    what: 'deletion marks of every shape',
    make: () =>
      image(
        [dir('d'), file('d/f')],
        [file('.wh..'), file('.wh.'), opaque(''), opaque('d'), file('d/g'), whiteout('d')],
      ),
  },
  {
    id: 'T5',
    what: 'a name of 200 MB; 300 headers of 1 MiB for one file',
    make: () =>
      image(
        [header({ name: 'x', flag: 'L', size: 200 << 20 }), Buffer.alloc(200 << 20, 0x61)],
        [
          ...Array.from({ length: 300 }, (_, i) =>
            metadata('x', paxData([[`SCHILY.xattr.user.${i}`, 'x'.repeat(1_000_000)]])),
          ),
          file('f'),
        ],
      ),
  },
  {
    id: 'T6',
    what: 'sizes of -1, abc, 1e18; a folder with a size',
    make: () =>
      image(...['-1', 'abc', '1e18', '999999999999999999'].map((size) => [file('f', 'x', { pax: { size } })]), [
        dir('d', { size: 5000 }),
        file('f', 'x', { base256: true, size: -5 }),
      ]),
  },
  {
    id: 'T7',
    what: 'devices, pipes, unknown kinds, sparse files',
    make: () =>
      image([
        file('c', '', { type: 'char' }),
        file('b', '', { type: 'block' }),
        file('p', '', { type: 'fifo' }),
        file('z', 'x', { flag: 'Z' }),
        gnuSparse('s', 2 ** 33, [[0, 'a']]),
        file('su', 'x', { mode: 0o6755 }),
      ]),
  },
  {
    id: 'T8',
    what: 'a million files in one folder; folders 2,000 deep, and 10,000',
    make: async () =>
      image(await packed(manyFiles(1_000_000)), [file(`${'d/'.repeat(2000)}f`), file(`${'e/'.repeat(10_000)}f`)]),
  },
  { id: 'T8', what: '10 million files', make: async () => image(await packed(manyFiles(10_000_000, 1000))) },
  {
    id: 'T9',
    what: '1 GiB of zeros in 1 MB of gzip',
    make: () => image(gzipSync(tar([file('z', Buffer.alloc(2 ** 30))]))),
  },
  {
    id: 'T10',
    what: 'zstd, and xz, which is only recognised',
    make: () => image(zstdCompressSync(tar([file('f')])), Buffer.from('\xfd7zXZ\0rest', 'latin1')),
  },
  {
    id: 'T11',
    what: 'blobs that are not what their digest says',
    make: () =>
      tar(
        ociLayout([{ name: 'hostile:1', layers: [tar([file('f', 'x')])] }]).map((entry) =>
          Buffer.from(entry.body ?? '').length > 1000 ? { ...entry, body: tar([file('other')]) } : entry,
        ),
      ),
  },
  { id: 'T12', what: 'cut short at an entry', make: () => image(tar([file('f')], { end: false })) },
  {
    id: 'T13',
    what: "an engine's report of a failure in the stream",
    make: () =>
      Buffer.concat([
        image([file('f')]).subarray(0, 3072),
        Buffer.from('{"errorDetail":{"message":"no space"},"error":"no space"}'),
      ]),
  },
  { id: 'T14', what: 'indexes 100 deep, 100,000 times', make: indexes },
  {
    id: 'T15',
    what: 'a configuration 100,000 deep',
    make: () => withConfig(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  },
  {
    id: 'T15',
    what: '100,000 steps of history, __proto__',
    make: () =>
      withConfig(
        JSON.stringify({ history: Array(100_000).fill({ created_by: 'x' }), config: {} }).replace(
          '"config"',
          '"__proto__":{"x":1},"config"',
        ),
      ),
  },
  {
    id: 'T16',
    what: 'programs whose headers lie',
    make: () => image(lyingPrograms.map((body, i) => file(`p${i}`, body, { mode: 0o755 }))),
  },
  {
    id: 'T17',
    what: "dpkg's status of 60 MB that names 2.5 million packages",
    make: () => image([file('var/lib/dpkg/status', 'Package: a\nVersion: 1\n\n'.repeat(2_500_000))]),
  },
  {
    id: 'T17',
    what: "Alpine's list of 15 million files",
    make: () => image([file('lib/apk/db/installed', `P:a\nV:1\n${'R:a\n'.repeat(15_000_000)}`)]),
  },
  {
    id: 'T17',
    what: 'jars with names made to be slow',
    make: () =>
      image([
        file(
          'a.jar',
          zip(
            Array.from({ length: 500 }, () => ({ name: `${'-1'.repeat(32_000)} .jar`, body: zip([]), stored: true })),
          ),
        ),
      ]),
  },
  {
    id: 'T18',
    what: 'escape sequences in names of packages and systems',
    make: () =>
      image([
        file('etc/os-release', 'ID=a\x1b[2J\nPRETTY_NAME="\u202ex"\n'),
        file('var/lib/dpkg/status', 'Package: a\x1b]8;;x\nVersion: 1\n'),
        file('x\x1b[31m'),
      ]),
  },
  {
    id: 'T19',
    what: 'keys and passwords',
    make: () => image([file('root/.ssh/id_rsa', '-----BEGIN PRIVATE KEY-----\nTOPSECRET\n')]),
  },
  { id: 'T20', what: 'a file of 8 GB, read', make: () => image([gnuSparse('big', 8e9, [[0, 'a']])]) },
];
