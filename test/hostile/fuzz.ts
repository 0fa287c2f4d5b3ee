/** Mutated inputs for every reader of bytes: each gives an answer, and throws nothing. */
import { gzipSync } from 'node:zlib';
import { describeImage } from '../../server/images/describe.ts';
import { Filesystem } from '../../server/images/filesystem.ts';
import { parseJson } from '../../server/images/json.ts';
import { scanBlob } from '../../server/images/scan.ts';
import { imagesIn } from '../../server/images/stored-images.ts';
import { readApk } from '../../server/inspect/packages/apk.ts';
import { readDpkg, readDpkgList } from '../../server/inspect/packages/dpkg.ts';
import { goSegment, readGo } from '../../server/inspect/packages/go.ts';
import { readJar } from '../../server/inspect/packages/jar.ts';
import { readPython } from '../../server/inspect/packages/python.ts';
import { readRpm } from '../../server/inspect/packages/rpm.ts';
import { configOf, dir, file, hardlink, opaque, symlink, tar, whiteout } from '../support/image-builder.ts';
import { inChunks, never, noPlan } from '../support/images.ts';
import { random } from '../support/random.ts';
import { databaseOf, headerOf } from '../support/rpm-builder.ts';
import { zip } from '../support/zip-builder.ts';

interface Target {
  readonly name: string;
  readonly seed: Buffer;
  readonly read: (bytes: Buffer) => unknown;
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
const elf = Buffer.alloc(200);
elf.write('\x7fELF\x02\x01', 'latin1');
elf.writeBigUInt64LE(64n, 32);
elf.writeUInt16LE(56, 54);
elf.writeUInt16LE(2, 56);
const go = Buffer.concat([
  Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'),
  Buffer.alloc(16),
  Buffer.from([6]),
  Buffer.from('go1.24'),
  Buffer.from([40]),
  Buffer.from(`${'m'.repeat(16)}dep\ta\tb\n${'m'.repeat(16)}`),
]);
const text = (bytes: Buffer) => new TextDecoder().decode(bytes);

const layerOf = async (bytes: Buffer) => {
  const filesystem = new Filesystem();
  filesystem.add(0, (await scanBlob(inChunks(bytes), noPlan, never)).files);
};
const documents = async (bytes: Buffer) => {
  const json = parseJson(bytes);
  describeImage({ reference: 'x', names: [], digest: undefined, config: json, layers: [] });
  await imagesIn({ locate: (path) => path || undefined, size: () => 1, json: async () => json }, undefined, never);
};

export const targets: readonly Target[] = [
  { name: 'tar', seed: layer, read: layerOf },
  { name: 'gzip', seed: gzipSync(layer), read: layerOf },
  {
    name: 'OCI JSON',
    seed: Buffer.from(
      JSON.stringify({
        manifests: [{ digest: `sha256:${'a'.repeat(64)}`, platform: { os: 'linux', architecture: 'amd64' } }],
        config: JSON.parse(configOf({ layers: [layer] }).toString()),
      }),
    ),
    read: documents,
  },
  {
    name: 'dpkg',
    seed: Buffer.from('Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nVersion: 2\n'),
    read: (bytes) => [readDpkg(text(bytes)), readDpkgList(text(bytes), '/var/lib/dpkg/info/a.list')],
  },
  { name: 'apk', seed: Buffer.from('P:a\nV:1\nF:bin\nR:sh\n\nP:b\nV:2\n'), read: (bytes) => readApk(text(bytes)) },
  { name: 'rpm', seed: databaseOf([headerOf({ files: ['/bin/sh', '/bin/bash'] })]), read: readRpm },
  {
    name: 'go',
    seed: Buffer.concat([go, elf]),
    read: (bytes) => [goSegment(bytes), goSegment(bytes.subarray(go.length)), readGo(bytes, '/a')],
  },
  {
    name: 'jar',
    seed: zip([
      { name: 'META-INF/MANIFEST.MF', body: 'Implementation-Version: 1\n' },
      { name: 'a.jar', body: zip([]), stored: true },
    ]),
    read: (bytes) => readJar(bytes, '/a-1.jar'),
  },
  {
    name: 'python',
    seed: Buffer.from('"a ""b""",sha256=x,1\n../bin/x,,\n'),
    read: (bytes) => readPython(text(bytes), '/x.dist-info/RECORD'),
  },
];

/** Throws what a reader throws, with the seed and the input that made it. */
export async function fuzz({ name, seed, read }: Target, count: number, seedNumber: number): Promise<void> {
  const next = random(seedNumber);
  for (let i = 0; i < count; i++) {
    const bytes = mutated(seed, next);
    try {
      await read(bytes);
    } catch (cause) {
      throw new Error(`${name}, seed ${seedNumber}, input ${i}: ${bytes.toString('base64').slice(0, 4000)}`, { cause });
    }
  }
}

/** Bytes changed, a piece cut out, doubled or filled; as a rule more than one of these. */
function mutated(seed: Buffer, next: () => number): Buffer {
  const below = (limit: number) => Math.floor(next() * limit);
  let bytes = Buffer.from(seed);
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
    const at = below(bytes.length);
    const length = below(Math.min(bytes.length - at, 600) + 1);
    const kind = below(6);
    if (kind < 2) bytes[at] = below(256);
    else if (kind === 2) bytes.fill([0, 0xff, 0x30, 0x0a][below(4)]!, at, Math.min(at + below(12), bytes.length));
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else bytes = Buffer.from(bytes.subarray(0, at));
  }
  return bytes;
}
