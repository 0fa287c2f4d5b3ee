/** zstd data of many frames, cut into pieces anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { inflate } from '../../../server/images/layer.ts';
import { zstdFrames } from '../../../server/images/zstd-frames.ts';
import { inChunks } from '../../support/images.ts';
import { random } from '../../support/random.ts';

const texts = ['first', '', 'x'.repeat(200_000), `${'b'.repeat(70_000)}c`, 'last'];
const noise = Buffer.from(Array.from({ length: 6000 }, random(7)).map((value) => Math.floor(value * 256)));
const bodies = [...texts.map((text) => Buffer.from(text)), noise];
const all = Buffer.concat(bodies);

/** Frames with a checksum and without, that say how long they are and not, and with several blocks. */
const frames = bodies.map((body, i) =>
  zstdCompressSync(body, {
    params: {
      [constants.ZSTD_c_checksumFlag]: i % 2,
      [constants.ZSTD_c_contentSizeFlag]: i % 3 === 0 ? 0 : 1,
      [constants.ZSTD_c_compressionLevel]: 1 + i,
    },
  }),
);

/** What holds no data: zstd:chunked has its table of contents in such frames, behind the others. */
function skippable(data: Buffer, low = 0): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a50 + low, 0);
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function inflated(data: Uint8Array, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of inflate(inChunks(data, size), 'zstd')) parts.push(part);
  return Buffer.concat(parts);
}

test('frames behind each other are one stream, wherever the pieces are cut', async () => {
  const data = Buffer.concat(frames);
  for (const size of [1, 2, 3, 7, 1000, 65_536, data.length])
    assert.ok((await inflated(data, size)).equals(all), `${size}`);
});

test('frames that hold no data are passed over, in front, between and behind', async () => {
  const toc = skippable(Buffer.concat([frames[0]!, Buffer.alloc(300, 0x28)]), 5);
  const data = Buffer.concat([toc, frames[0]!, toc, toc, ...frames.slice(1), toc, skippable(Buffer.alloc(0), 15)]);
  for (const size of [1, 5, 1000, data.length]) assert.ok((await inflated(data, size)).equals(all), `${size}`);
  assert.equal((await inflated(toc, 10)).length, 0);
});

test('what is cut short gives what there is of it', async () => {
  const data = Buffer.concat(frames);
  for (let cut = 0; cut < data.length; cut += Math.ceil(data.length / 97)) {
    const got = await inflated(data.subarray(0, cut), 1000);
    assert.ok(all.subarray(0, got.length).equals(got), `${cut}`);
  }
});

test('what is no frame behind the last is ignored; a damaged one is told', async () => {
  const data = Buffer.concat(frames);
  assert.ok((await inflated(Buffer.concat([data, Buffer.alloc(1000)]), 999)).equals(all));
  const damaged = Buffer.from(data);
  // The type of the first block: the one that is reserved.
  damaged[frames[0]!.length + 6] = 0xff;
  damaged[7] = 0xff;
  await assert.rejects(inflated(damaged, 1000), { kind: 'damaged' });
});

test('no piece goes on behind the end of its frame', async () => {
  const ends = new Set<number>();
  let end = 0;
  for (const frame of frames) {
    end += frame.length;
    ends.add(end);
  }
  let at = 0;
  for await (const piece of zstdFrames(inChunks(Buffer.concat(frames), 4000))) {
    const from = at;
    at += piece.length;
    for (const each of ends) assert.ok(each <= from || each >= at, `${from} to ${at}`);
  }
  assert.equal(at, end);
});
