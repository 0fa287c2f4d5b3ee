/** Every reader of bytes that an image may hold, each with good inputs to begin from, and with what it makes of one. */
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { Entries } from '../../server/images/blobs.ts';
import { parseCapabilities } from '../../server/images/capability.ts';
import { describeImage } from '../../server/images/describe.ts';
import { Filesystem } from '../../server/images/filesystem.ts';
import { parseJson } from '../../server/images/json.ts';
import { InflateError, inflate } from '../../server/images/layer.ts';
import { scanBlob } from '../../server/images/scan.ts';
import { imagesIn } from '../../server/images/stored-images.ts';
import { zstdFrames } from '../../server/images/zstd-frames.ts';
import { secretsIn } from '../../server/inspect/components/secrets.ts';
import { readOsRelease } from '../../server/inspect/os-release.ts';
import { readApk } from '../../server/inspect/packages/apk.ts';
import { readChisel } from '../../server/inspect/packages/chisel.ts';
import { readDpkg, readDpkgList } from '../../server/inspect/packages/dpkg.ts';
import { readGem } from '../../server/inspect/packages/gem.ts';
import { goSegment, headBytes, readGo } from '../../server/inspect/packages/go.ts';
import { readJar } from '../../server/inspect/packages/jar.ts';
import { readNpm } from '../../server/inspect/packages/npm.ts';
import { readPython } from '../../server/inspect/packages/python.ts';
import type { PackageFact } from '../../server/inspect/packages/record.ts';
import { readRpm, readRpmManifest } from '../../server/inspect/packages/rpm.ts';
import { goProgram } from '../support/go-program.ts';
import {
  dir,
  type Entry,
  file,
  gnuSparse,
  hardlink,
  hybridSave,
  opaque,
  paxSparse,
  symlink,
  tar,
  whiteout,
} from '../support/image-builder.ts';
import { inChunks, never, noPlan } from '../support/images.ts';
import { berkeley, databaseOf, headerOf, sqlite } from '../support/rpm-builder.ts';
import { zip } from '../support/zip-builder.ts';
import { mutatedJson, mutatedTar, type Random } from './mutate.ts';

/** `read`: as if nothing were wrong; `part`: something of it, and it is said to be damaged; `refused`: nothing of it. */
export type Outcome = 'read' | 'part' | 'refused';

export interface Reader {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly mutate?: (seed: Uint8Array, next: Random) => Buffer;
  read(bytes: Buffer): Outcome | Promise<Outcome>;
}

const layer = tar([
  dir('d'),
  file('d/f', 'x', { pax: { path: 'p', size: '1' } }),
  symlink('s', 'd'),
  hardlink('h', 'd/f'),
  whiteout('d/g'),
  opaque('e'),
  file('n'.repeat(120)),
]);
const sparse = tar([
  gnuSparse('old', 5000, [
    [0, 'a'],
    [4000, 'b'],
  ]),
  paxSparse('1.0', 'new', 1e6, [[1000, 'c']]),
  file('caps', 'x', { pax: { 'SCHILY.xattr.security.capability': 'x'.repeat(20) }, base256: true }),
]);

const layerOf = async (bytes: Buffer): Promise<Outcome> => {
  const { files, problems } = await scanBlob(inChunks(bytes), noPlan, never);
  new Filesystem().add(0, files);
  if (problems.length === 0) return 'read';
  return files.count > 1 ? 'part' : 'refused';
};

/** Frames behind each other, one that says how long it is, one that does not and has a checksum, and between them one that holds no data. */
const frames = Buffer.concat([
  zstdCompressSync(layer.subarray(0, 3000)),
  Buffer.from('502a4d1803000000787878', 'hex'),
  zstdCompressSync(layer.subarray(3000), {
    params: { [constants.ZSTD_c_contentSizeFlag]: 0, [constants.ZSTD_c_checksumFlag]: 1 },
  }),
]);

/** The frames are the same wherever the pieces are cut that they come in. */
const framesOf = async (bytes: Buffer): Promise<Outcome> => {
  const [whole, cut] = [await framesIn(bytes, bytes.length + 1), await framesIn(bytes, 7)];
  if (!whole.equals(cut)) throw new Error('Cut into pieces, other frames are found.');
  let inflated = 0;
  try {
    for await (const { length } of inflate(inChunks(bytes), 'zstd')) inflated += length;
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    return inflated > 0 ? 'part' : 'refused';
  }
  return inflated === layer.length ? 'read' : inflated > 0 ? 'part' : 'refused';
};

async function framesIn(bytes: Buffer, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of zstdFrames(inChunks(bytes, size))) parts.push(part);
  return Buffer.concat(parts);
}

/** The documents of an archive, one of which is `bytes`. */
const archive = hybridSave([
  { name: 'a:1', layers: [layer], config: { Env: ['A=b'], Labels: { a: 'b' } }, history: [{ created_by: 'COPY' }] },
]);
const documents = archive.filter(
  ({ name, body = '' }) => name !== 'oci-layout' && parseJson(Buffer.from(body)) !== undefined,
);
const archiveWith = (name: Entry['name']) => async (bytes: Buffer) => {
  const entries = new Entries();
  for (const { name, body = '' } of archive) entries.addFile(name.toString(), Buffer.byteLength(body), 0);
  const { images, problems } = await imagesIn(
    {
      locate: (path) => entries.locate(path),
      size: (located) => entries.file(located)?.size,
      json: async (path) => {
        const located = entries.locate(path);
        if (located === name) return parseJson(bytes);
        const entry = documents.find((each) => each.name === located);
        return entry && parseJson(Buffer.from(entry.body ?? ''));
      },
    },
    undefined,
    never,
  );
  const said = images.flatMap((image) => {
    const described = describeImage({ ...image, reference: 'x' });
    return [...image.problems, ...described.problems];
  });
  if (images.length === 0) return 'refused';
  return said.length + problems.length > 0 ? 'part' : 'read';
};

const text = (bytes: Buffer) => new TextDecoder().decode(bytes);
/** Whatever is named goes to terminals. */
const fact = ({ records, list, problems }: PackageFact): Outcome => {
  for (const { name, version } of records)
    if (!/^[\x21-\x7e]+$/.test(name + version)) throw new Error(`A name that would not do on a terminal: ${name}`);
  if (records.length === 0 && !list?.files.length) return 'refused';
  return problems.length > 0 ? 'part' : 'read';
};
const there = (value: unknown): Outcome => (value === undefined ? 'refused' : 'read');

const headers = [
  // Larger than what fits beside others on a page.
  headerOf({ files: Array.from({ length: 200 }, (_, i) => `/usr/lib/module-${i}.so`) }),
  headerOf({ name: 'filesystem', epoch: 1 }),
];
const modules = 'path\ta.example/a\nmod\ta.example/a\tv1.0.0\ndep\tb.example/b\tv1.2.3\n=>\tc.example/c\tv1.0.0\n';
const programs = [goProgram(modules, true, true), goProgram(modules, false, true), goProgram(modules, true, false)];

export const readers: readonly Reader[] = [
  { name: 'tar', seeds: [layer, sparse], mutate: mutatedTar, read: layerOf },
  { name: 'gzip', seeds: [gzipSync(layer), Buffer.concat([gzipSync(layer), gzipSync(layer)])], read: layerOf },
  { name: 'zstd', seeds: [zstdCompressSync(layer), frames], read: layerOf },
  { name: 'zstd, frames', seeds: [frames], read: framesOf },
  ...documents.map(
    ({ name, body = '' }): Reader => ({
      name: `OCI JSON, ${kindOf(name.toString(), body.toString())}`,
      seeds: [Buffer.from(body)],
      mutate: mutatedJson,
      read: archiveWith(name),
    }),
  ),
  {
    name: 'dpkg',
    seeds: [
      Buffer.from(
        'Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nVersion: 2\nArchitecture: all\n',
      ),
    ],
    read: (bytes) => fact(readDpkg(text(bytes))),
  },
  {
    name: 'dpkg, lists',
    seeds: [Buffer.from('/.\n/bin\n/bin/sh\n'), Buffer.from(`${'0'.repeat(32)}  bin/sh\n`)],
    read: (bytes) => fact(readDpkgList(text(bytes), '/var/lib/dpkg/info/a.list')),
  },
  {
    name: 'apk',
    seeds: [Buffer.from('P:a\nV:1\nA:x86_64\nF:bin\nR:sh\n\nP:b\nV:2\n')],
    read: (bytes) => fact(readApk(text(bytes))),
  },
  { name: 'rpm, ndb', seeds: [databaseOf(headers)], read: (bytes) => fact(readRpm(bytes)) },
  {
    name: 'rpm, Berkeley DB',
    seeds: [berkeley(headers, true), berkeley(headers, false)],
    read: (bytes) => fact(readRpm(bytes)),
  },
  { name: 'rpm, SQLite', seeds: [sqlite(headers, 512)], read: (bytes) => fact(readRpm(bytes)) },
  {
    name: 'rpm, Azure’s list',
    seeds: [Buffer.from('bash\t5.2-1\t0\t0\tx\t(none)\t0\tx86_64\n')],
    read: (bytes) => fact(readRpmManifest(text(bytes))),
  },
  {
    name: 'ELF, with Go’s modules',
    seeds: programs,
    read(bytes) {
      const part = goSegment(bytes.subarray(0, headBytes));
      return part ? fact(readGo(bytes.subarray(part.from, part.from + part.length), '/a')) : 'refused';
    },
  },
  {
    name: 'jar',
    seeds: [
      zip([
        { name: 'META-INF/maven/g/a/pom.properties', body: 'groupId=g\nartifactId=a\nversion=1\n' },
        { name: 'b-1.jar', body: zip([{ name: 'META-INF/MANIFEST.MF', body: 'A: b\n' }]), stored: true },
      ]),
    ],
    read: (bytes) => fact(readJar(bytes, '/a-1.jar')),
  },
  {
    name: 'chisel',
    seeds: [
      zstdCompressSync(
        '{"kind":"package","name":"a","version":"1","arch":"amd64"}\n{"kind":"path","path":"/x","slices":["a_b"]}\n',
      ),
    ],
    read: (bytes) => fact(readChisel(bytes)),
  },
  {
    name: 'npm',
    seeds: [Buffer.from('{"name":"a","version":"1"}')],
    mutate: mutatedJson,
    read: (bytes) => fact(readNpm(text(bytes), '/node_modules/a/package.json')),
  },
  {
    name: 'python',
    seeds: [Buffer.from('"a ""b""",sha256=x,1\n../bin/x,,\n')],
    read: (bytes) => fact(readPython(text(bytes), '/a-1.dist-info/RECORD')),
  },
  {
    name: 'gem',
    seeds: [Buffer.from('# stub: a 1 ruby lib\ns.name = "a"\ns.version = "1"\n')],
    read: (bytes) => fact(readGem(text(bytes), '/specifications/a-1.gemspec')),
  },
  {
    name: 'os-release',
    seeds: [Buffer.from('ID=debian\nPRETTY_NAME="Debian 13"\nVERSION_ID=\'13\'\n')],
    read: (bytes) => there(readOsRelease(text(bytes))),
  },
  {
    name: 'secrets',
    seeds: [Buffer.from('[default]\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz\n')],
    read: (bytes) => there(secretsIn(bytes, '/root/.aws/credentials')),
  },
  {
    name: 'capabilities',
    seeds: [Buffer.from('0100000200040000000000000000000000000000', 'hex')],
    read: (bytes) => there(parseCapabilities(bytes)),
  },
];

function kindOf(name: string, body: string): string {
  if (!name.startsWith('blobs/')) return name;
  return body.includes('"layers":') ? 'manifest' : 'configuration';
}
