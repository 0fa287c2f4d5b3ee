/** Makes the archives that opening is measured on, once, in the project's `.cache`. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { file, header as headerOf } from '../support/image-builder.ts';
import { manyFiles } from '../support/many-files.ts';
import { random } from '../support/random.ts';

export type Packing = 'plain' | 'gzip' | 'zstd';

export interface Archive {
  readonly path: string;
  /** Its one layer, as it is stored. */
  readonly layer: string;
}

const folder = join(import.meta.dirname, '../../.cache/bench');

/** 675 MB in 21,000 files. */
export const bigArchive = (packing: Packing): Promise<Archive> =>
  archiveOf('layer', packing, () => textFiles(21_000, 675e6));

/** 1,050 MB in 33,000 files. */
export const gigabyteArchive = (packing: Packing): Promise<Archive> =>
  archiveOf('gigabyte', packing, () => textFiles(33_000, 1.05e9));

/** A million empty files, in a thousand folders. */
export const manyArchive = (packing: Packing): Promise<Archive> =>
  archiveOf('million', packing, () => manyFiles(1_000_000, 1000));

/** So many GB in files of a GB each, of which little is left when it is packed. */
export const giantArchive = (gigabytes: number): Promise<Archive> =>
  archiveOf(`giant${gigabytes}`, 'zstd', () => giantFiles(gigabytes));

async function archiveOf(name: string, packing: Packing, tar: () => Iterable<Uint8Array>): Promise<Archive> {
  mkdirSync(folder, { recursive: true });
  const layer = join(folder, `${name}.${packing}`);
  const path = join(folder, `${name === 'layer' ? 'image' : name}.${packing}.tar`);
  if (!existsSync(layer)) {
    const packer = { plain: [], gzip: [createGzip({ level: 6 })], zstd: [createZstdCompress()] }[packing];
    await pipeline([Readable.from(tar()), ...packer, createWriteStream(`${layer}.part`)]);
    renameSync(`${layer}.part`, layer);
  }
  if (!existsSync(path)) {
    await pipeline(Readable.from(imageTar(layer, tar())), createWriteStream(`${path}.part`));
    renameSync(`${path}.part`, path);
  }
  return { path, layer };
}

async function* imageTar(layer: string, tar: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for (const part of tar) hash.update(part);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/app'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${hash.digest('hex')}`] },
      history: [{ created_by: 'COPY everything / # bench' }],
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify([{ Config: 'config.json', RepoTags: ['bench:latest'], Layers: ['layer.tar'] }]),
  );
  const { size } = statSync(layer);
  yield header('layer.tar', size);
  yield* createReadStream(layer, { highWaterMark: 1 << 20 });
  yield Buffer.alloc(padding(size));
  for (const [name, body] of [
    ['config.json', config],
    ['manifest.json', manifest],
  ] as const) {
    yield header(name, body.length);
    yield body;
    yield Buffer.alloc(padding(body.length));
  }
  yield Buffer.alloc(1024);
}

/** Files of many sizes, of text that packs to about two fifths. */
function* textFiles(files: number, size: number): Generator<Uint8Array> {
  const next = random(7);
  const words = Array.from({ length: 3000 }, () => Math.floor(next() * 2 ** 40).toString(36));
  const pool = Buffer.from(
    Array.from({ length: 400_000 }, () => words[Math.floor(next() ** 2 * words.length)]).join(' '),
  );
  const mean = size / files;
  for (let i = 0; i < files; i++) {
    if (i % 300 === 0) yield header(`usr/share/part${i / 300}/`, 0, '5');
    const size = Math.floor(mean * 2 * next());
    yield header(`usr/share/part${Math.floor(i / 300)}/file-${i}.txt`, size);
    const from = Math.floor(next() * (pool.length - 2 * mean));
    yield pool.subarray(from, from + size);
    yield Buffer.alloc(padding(size));
  }
  yield Buffer.alloc(1024);
}

/** Of each MiB, the first 16 KiB are noise: it packs to a sixtieth, and no less. */
function* giantFiles(gigabytes: number): Generator<Uint8Array> {
  const next = random(8);
  for (let i = 0; i < gigabytes; i++) {
    yield header(`model-${i}.bin`, 1000 << 20);
    for (let piece = 0; piece < 1000; piece++) {
      const bytes = Buffer.alloc(1 << 20, 'the same again and again, ');
      for (let at = 0; at < 16 << 10; at += 4) bytes.writeUInt32LE(next() * 2 ** 32, at);
      yield bytes;
    }
  }
  yield Buffer.alloc(1024);
}

export const padding = (size: number) => (512 - (size % 512)) % 512;
export const header = (name: string, size: number, flag = '0'): Buffer => headerOf(file(name, '', { size, flag }));
