/** A layer's blob, inflated piece by piece. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { giveBack } from '../../../server/images/layer.ts';
import { scanBlob } from '../../../server/images/scan.ts';
import { file, tar } from '../../support/image-builder.ts';
import { inChunks, never } from '../../support/images.ts';

/** Every file's whole body, as text. */
const wholeBodies = {
  want: () => ({ kind: 'body', limit: 1 << 20 }),
  extract: (_: string, __: string, bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
};

for (const [name, compress] of Object.entries({ gzip: gzipSync, zstd: zstdCompressSync }))
  test(`${name}: bodies and names that lie across pieces are whole, though a piece is gone when the next is there`, async () => {
    // Pieces are of 256 KiB; none of these begins or ends where one does.
    const bodies = Array.from({ length: 20 }, (_, i) => `${i}:${String.fromCharCode(97 + i).repeat(100_000 + i)}`);
    const long = 'n'.repeat(2000);
    const layer = tar(bodies.map((body, i) => file(`f${i}`, body, { pax: { path: `${long}${i}` } })));
    const { facts, files, problems } = await scanBlob(inChunks(compress(layer), 10_000), wholeBodies, never);
    assert.deepEqual(problems, []);
    assert.equal(files.count, 21);
    assert.deepEqual(
      facts.map(({ path, value }) => [path, value]),
      bodies.map((body, i) => [`/${long}${i}`, body]),
    );
  });

test('memory is given back of what zlib has filled to its end, not of a part, and not of the pool that small buffers share', () => {
  const whole = Buffer.allocUnsafeSlow(256 << 10);
  const begun = Buffer.allocUnsafeSlow(256 << 10).subarray(0, 100);
  // Several small pieces that wait are put together there; some of them end where it ends.
  let shared = Buffer.allocUnsafe(8);
  while (shared.byteOffset + shared.length < shared.buffer.byteLength) shared = Buffer.allocUnsafe(8);
  for (const piece of [whole, begun, shared]) giveBack(piece);
  assert.deepEqual([whole.length, begun.length, shared.length], [0, 100, 8]);
});
