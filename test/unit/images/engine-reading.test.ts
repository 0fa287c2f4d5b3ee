/** How often an engine is asked for a whole image: once for its layers, not again for small files, and not at all for layers that were seen before. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { KeptBodies } from '../../../server/images/kept-bodies.ts';
import { layerCache } from '../../../server/images/layer-cache.ts';
import { openEngineImage } from '../../../server/images/sources/engine.ts';
import { configOf, diffIds, file, type Image, legacySave, sha256, tar, whiteout } from '../../support/image-builder.ts';
import { folderWith, never, noPlan, paths } from '../../support/images.ts';

const lower = tar([file('etc/os-release', 'ID=test\n'), file('gone'), file('big', Buffer.alloc(200_000, 66))]);
const upper = tar([file('app', 'the application'), whiteout('gone')]);
const image: Image = { name: 'app:1', layers: [lower, upper] };

/** An engine with one image that notes down what it is asked. */
async function engineWith(t: TestContext, image: Image) {
  const id = `sha256:${sha256(configOf(image))}`;
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    asked.push(path);
    if (path === '/images/get') return void response.end(tar(legacySave([image])));
    const reply =
      path === '/version'
        ? { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' }
        : path.endsWith('/history')
          ? image.layers.map(() => ({ CreatedBy: 'COPY', Size: 1 }))
          : { Id: id, RepoTags: ['app:1'], Os: 'linux', Architecture: 'amd64', RootFS: { Layers: diffIds(image) } };
    response.end(JSON.stringify(reply));
  });
  const socket = join(await folderWith(t, []), 'engine.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => server.close());
  return { address: `unix://${socket}`, saves: () => asked.filter((path) => path === '/images/get').length };
}

async function scan(opened: Awaited<ReturnType<typeof openEngineImage>>) {
  const filesystem = new Filesystem();
  const layers = [];
  for await (const layer of opened.scan(noPlan, never, () => {})) layers.push(layer);
  for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
  const stored = (path: string) => {
    const { layer, node } = filesystem.content(filesystem.child(0, Buffer.from(path)));
    return { layer, offset: filesystem.layers[layer]!.offsets[node]! };
  };
  return { filesystem, stored, verified: layers.map(({ verification }) => verification) };
}

const text = ({ bytes, size, truncated }: { bytes: Uint8Array; size: number; truncated: boolean }) =>
  `${Buffer.from(bytes.subarray(0, 3))} ${bytes.length}/${size}${truncated ? ' cut' : ''}`;

test('small files are kept while the layers go by; of a large one, the engine is asked once', async (t) => {
  const engine = await engineWith(t, image);
  const opened = await openEngineImage('app:1', engine, never);
  const { stored, verified } = await scan(opened);
  assert.deepEqual([verified, engine.saves()], [['verified', 'verified'], 1]);
  assert.equal(text(await opened.read(stored('app'), 100, never)), 'the 15/15');
  assert.equal(text(await opened.read(stored('app'), 2, never)), 'th 2/15 cut');
  assert.equal(engine.saves(), 1);
  assert.equal(text(await opened.read(stored('big'), 1e6, never)), 'BBB 200000/200000');
  assert.equal(text(await opened.read(stored('big'), 5, never)), 'BBB 5/200000 cut');
  assert.equal(engine.saves(), 2);
});

test('layers that were seen before are not asked for; a file of theirs is found all the same', async (t) => {
  const engine = await engineWith(t, image);
  const cache = layerCache({ folder: join(await folderWith(t, []), 'layers'), version: '1' });
  const first = await scan(await openEngineImage('app:1', { ...engine, cache }, never));
  const opened = await openEngineImage('app:1', { ...engine, cache }, never);
  const { filesystem, stored, verified } = await scan(opened);
  assert.deepEqual(paths(filesystem), paths(first.filesystem));
  assert.deepEqual([verified, engine.saves()], [['verified', 'verified'], 1]);
  assert.equal(text(await opened.read(stored('app'), 100, never)), 'the 15/15');
  assert.equal(engine.saves(), 2);
  // Whatever small comes by then is kept.
  assert.equal(text(await opened.read(stored('app'), 100, never)), 'the 15/15');
  assert.equal(engine.saves(), 2);
});

test('digests of many files take one save, and one more where it is not known how the layers lie', async (t) => {
  const engine = await engineWith(t, image);
  const cache = layerCache({ folder: join(await folderWith(t, []), 'layers'), version: '1' });
  for (const saves of [2, 4]) {
    const opened = await openEngineImage('app:1', { ...engine, cache }, never);
    const { stored } = await scan(opened);
    const found: Record<string, string> = {};
    for await (const { layer, digest } of opened.digests!([stored('app'), stored('big')], never)) found[layer] = digest;
    assert.deepEqual(found, { 0: sha256(Buffer.alloc(200_000, 66)), 1: sha256(Buffer.from('the application')) });
    assert.equal(engine.saves(), saves);
  }
});

test('a rebuilt image has its old layers from the cache, and each layer once', async (t) => {
  const cache = layerCache({ folder: join(await folderWith(t, []), 'layers'), version: '1' });
  await scan(await openEngineImage('app:1', { ...(await engineWith(t, image)), cache }, never));
  const rebuilt: Image = { ...image, layers: [lower, tar([file('app', 'new')])] };
  const engine = await engineWith(t, rebuilt);
  const opened = await openEngineImage('app:1', { ...engine, cache }, never);
  const order: number[] = [];
  for await (const { index } of opened.scan(noPlan, never, () => {})) order.push(index);
  assert.deepEqual([order, engine.saves()], [[0, 1], 1]);
});

test('bodies: within their bytes, the oldest goes first, and never a part for the whole', () => {
  const kept = new KeptBodies(10_000);
  const keeper = kept.of('layer');
  assert.deepEqual([keeper.wants(64 << 10), keeper.wants((64 << 10) + 1)], [true, false]);
  for (let i = 0; i < 10; i++) keeper.add(i, Buffer.alloc(2000, i), 2000);
  const there = () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((offset) => kept.find('layer', offset, 1));
  assert.deepEqual(there(), [6, 7, 8, 9]);
  keeper.add(6, Buffer.alloc(2000, 6), 2000);
  keeper.add(10, Buffer.alloc(2000), 2000);
  assert.deepEqual(there(), [6, 8, 9]);
  keeper.add(11, Buffer.alloc(5), 9);
  assert.equal(kept.find('layer', 11, 9), undefined);
  assert.equal(kept.find('other', 9, 9), undefined);
  kept.add('layer', 12, { bytes: Buffer.alloc(100), size: 200, truncated: true });
  kept.add('layer', 13, { bytes: Buffer.alloc(5000), size: 5000, truncated: false });
  assert.deepEqual([kept.find('layer', 12, 9), kept.find('layer', 13, 9)], [undefined, undefined]);
});
