/** Makes the archive that opening is measured on, once, in the project's `.cache`. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { random } from '../support/random.ts';

export type Packing = 'plain' | 'gzip' | 'zstd';

const FOLDER = join(import.meta.dirname, '../../.cache/bench');
const FILES = 21_000;
const SIZE = 675e6;

export async function bigArchive(packing: Packing): Promise<{ readonly path: string; readonly layer: string }> {
  mkdirSync(FOLDER, { recursive: true });
  const layer = join(FOLDER, `layer.${packing}`);
  const path = join(FOLDER, `image.${packing}.tar`);
  if (!existsSync(layer)) {
    const packer = { plain: [], gzip: [createGzip({ level: 6 })], zstd: [createZstdCompress()] }[packing];
    await pipeline([Readable.from(layerTar()), ...packer, createWriteStream(`${layer}.part`)]);
    renameSync(`${layer}.part`, layer);
  }
  if (!existsSync(path)) {
    await pipeline(Readable.from(imageTar(layer)), createWriteStream(`${path}.part`));
    renameSync(`${path}.part`, path);
  }
  return { path, layer };
}

async function* imageTar(layer: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for (const part of layerTar()) hash.update(part);
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
  yield header('layer.tar', size, '0');
  yield* createReadStream(layer, { highWaterMark: 1 << 20 });
  yield Buffer.alloc(padding(size));
  for (const [name, body] of [
    ['config.json', config],
    ['manifest.json', manifest],
  ] as const) {
    yield header(name, body.length, '0');
    yield body;
    yield Buffer.alloc(padding(body.length));
  }
  yield Buffer.alloc(1024);
}

/** Files of many sizes, of text that packs to about two fifths. */
function* layerTar(): Generator<Uint8Array> {
  const next = random(7);
  const words = Array.from({ length: 3000 }, () => Math.floor(next() * 2 ** 40).toString(36));
  const pool = Buffer.from(
    Array.from({ length: 400_000 }, () => words[Math.floor(next() ** 2 * words.length)]).join(' '),
  );
  const mean = SIZE / FILES;
  for (let i = 0; i < FILES; i++) {
    if (i % 300 === 0) yield header(`usr/share/part${i / 300}/`, 0, '5');
    const size = Math.floor(mean * 2 * next());
    yield header(`usr/share/part${Math.floor(i / 300)}/file-${i}.txt`, size, '0');
    const from = Math.floor(next() * (pool.length - 2 * mean));
    yield pool.subarray(from, from + size);
    yield Buffer.alloc(padding(size));
  }
  yield Buffer.alloc(1024);
}

/** Bytes to the end of the block. */
export const padding = (size: number): number => (512 - (size % 512)) % 512;

export function header(name: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(type === '5' ? '0000755\0' : '0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
