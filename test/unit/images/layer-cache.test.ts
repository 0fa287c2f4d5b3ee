/** Layers that were seen before: kept under what they truly are, taken instead of being read again, and never another's. */
import assert from 'node:assert/strict';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { ImageService } from '../../../server/image-service.ts';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { clearCache, type LayerCache, layerCache, sizeOfCache } from '../../../server/images/layer-cache.ts';
import { LayerFiles } from '../../../server/images/layer-files.ts';
import { openImage } from '../../../server/images/open.ts';
import { imageView } from '../../../server/images/view.ts';
import {
  type Compression,
  compressed,
  configOf,
  dir,
  type Entry,
  file,
  hardlink,
  hybridSave,
  type Image,
  ociLayout,
  opaque,
  sha256,
  symlink,
  tar,
  whiteout,
} from '../../support/image-builder.ts';
import { archiveWith, folderWith, listed, never, noPlan, paths, scan } from '../../support/images.ts';
import { random } from '../../support/random.ts';

const lower = tar([dir('etc'), file('etc/os-release', 'ID=test\n'), file('gone')]);
const upper = tar([file('app', 'the application'), whiteout('gone')]);
const diffId = (layer: Uint8Array) => `sha256:${sha256(layer)}`;

const folderOf = async (t: TestContext) => join(await folderWith(t, []), 'cache');
const cacheFor = async (t: TestContext) => layerCache({ folder: await folderOf(t), version: '1' });

/** Opens, scans, and waits for all digests. */
async function look(path: string, cache: LayerCache | undefined, plan = noPlan) {
  const image = await openImage(path, { signal: never, cache });
  try {
    const filesystem = new Filesystem();
    const shown = [];
    for await (const layer of image.scan(plan, never, () => {})) shown.push(layer);
    for (const { index, files } of shown.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
    const later = [];
    for await (const layer of image.verify?.(plan, never) ?? []) later.push(layer);
    return {
      paths: paths(filesystem),
      shown: shown.map(({ verification }) => verification),
      facts: shown.flatMap(({ facts }) => facts),
      later: later.map(({ index, verification, stale }) => `${index} ${verification}${stale ? ' stale' : ''}`),
      problems: [...shown, ...later].flatMap(({ problems }) => problems),
    };
  } finally {
    await image.close();
  }
}

test('columns lead back to the same files', async () => {
  const entries: Entry[] = [
    dir('a', { mode: 0o2755, uid: 7, gid: 8 }),
    file('a/b', 'body', { uid: 70_000 }),
    file('replaced', 'x'),
    file('replaced', 'longer'),
    symlink('link', 'a/b'),
    hardlink('hard', 'a/b'),
    { name: 'device', type: 'char', major: 5, minor: 1 },
    file('capable', '', {
      pax: { 'SCHILY.xattr.security.capability': Buffer.from(`01000002${'00'.repeat(16)}`, 'hex') },
    }),
    whiteout('below'),
    opaque('a'),
    ...Array.from({ length: 500 }, (_, i) => file(`many/${i}`, `${i}`)),
  ];
  const { files } = await scan(tar(entries));
  const again = LayerFiles.fromColumns(structuredClone(files.columns()));
  const rows = (layer: LayerFiles) => {
    const filesystem = new Filesystem();
    filesystem.add(0, layer);
    return listed(imageView(filesystem), (entry) => JSON.stringify(entry));
  };
  assert.deepEqual(rows(again), rows(files));
  assert.equal(rows(files).length, 508);
  assert.deepEqual([...again.marks], [...files.marks.subarray(0, files.count)]);
  // It can go on growing.
  again.add(0, Buffer.from('new'));
  assert.ok(again.tree.child(0, Buffer.from('new')) > 0);
});

for (const compression of ['none', 'gzip'] satisfies Compression[]) {
  test(`a second opening takes layers from the cache, with their facts, and verifies them: ${compression}`, async (t) => {
    const path = await archiveWith(t, hybridSave([{ layers: [lower, upper], compression }]));
    const cache = await cacheFor(t);
    const asked: string[] = [];
    const plan = {
      want: (path: string) => {
        asked.push(path);
        return path === '/app' ? { kind: 'body', limit: 3 } : undefined;
      },
      extract: (_kind: string, _path: string, bytes: Uint8Array) => ({
        text: Buffer.from(bytes).toString(),
        map: new Map([[1, 2]]),
      }),
    };
    const first = await look(path, cache, plan);
    assert.deepEqual(first.shown, compression === 'none' ? ['pending', 'pending'] : ['verified', 'verified']);
    assert.deepEqual(first.later, compression === 'none' ? ['0 verified', '1 verified'] : []);
    asked.length = 0;
    const second = await look(path, cache, plan);
    assert.deepEqual([second.paths, second.problems], [first.paths, []]);
    assert.deepEqual(second.facts, first.facts);
    assert.deepEqual(second.facts[0]?.value, { text: 'the', map: new Map([[1, 2]]) });
    assert.deepEqual(
      [second.shown, second.later],
      [
        ['pending', 'pending'],
        ['0 verified', '1 verified'],
      ],
    );
    assert.deepEqual(asked, []);
  });
}

test('without a cache, digests of plain layers are computed all the same, and a wrong one is told', async (t) => {
  const image: Image = { layers: [lower, upper] };
  const right = await look(await archiveWith(t, hybridSave([image])), undefined);
  assert.deepEqual(
    [right.shown, right.later, right.problems],
    [['pending', 'pending'], ['0 verified', '1 verified'], []],
  );
  // The configuration of an image with another first layer.
  const wrong = await look(
    await archiveWith(t, withConfig(image, configOf({ layers: [tar([file('other')]), upper] }))),
    undefined,
  );
  assert.deepEqual(wrong.later, ['0 wrong', '1 verified']);
  assert.match(wrong.problems.join(), /^Layer 1 is not the one that the image was made with/);
});

/** A legacy archive of these layers, whose configuration says what it likes. */
function withConfig({ layers }: Image, config: Buffer): Entry[] {
  const names = layers.map((_, i) => `layer${i}.tar`);
  return [
    ...layers.map((layer, i) => file(names[i]!, layer)),
    file('config.json', config),
    file('manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: ['x:1'], Layers: names }])),
  ];
}

for (const [how, pack] of [
  ['plain', (layer: Buffer, config: Buffer) => withConfig({ layers: [layer] }, config)],
  ['gzip', (layer: Buffer, config: Buffer) => withConfig({ layers: [gzipSync(layer)] }, config)],
] as const) {
  test(`a lying archive cannot poison the cache: ${how}`, async (t) => {
    const cache = await cacheFor(t);
    const evil = tar([file('evil')]);
    const lying = await archiveWith(t, pack(evil, configOf({ layers: [lower] })), 'lying.tar');
    // Seen first: what it says of itself is not believed.
    const first = await look(lying, cache);
    assert.deepEqual(first.paths, ['/evil']);
    assert.match(first.problems.join(), /Layer 1 is not the one/);
    assert.equal(await cache.find(diffId(lower)), undefined);
    // The honest one is shown as it is.
    const honest = await archiveWith(t, hybridSave([{ layers: [lower] }]), 'honest.tar');
    assert.deepEqual((await look(honest, cache)).paths, ['/etc/', '/etc/os-release', '/gone']);
    // Nor is another's layer shown for long as that of the lying one.
    const again = await look(lying, cache);
    assert.deepEqual([again.shown, again.later], [['pending'], ['0 wrong stale']]);
  });
}

test('the service shows what a lying archive truly has, as soon as that is known', async (t) => {
  const folder = await folderOf(t);
  const cache = layerCache({ folder, version: '1' });
  await look(await archiveWith(t, hybridSave([{ layers: [lower] }])), cache);
  const path = await archiveWith(t, withConfig({ layers: [tar([file('evil')])] }, configOf({ layers: [lower] })));
  let told = 0;
  const service = new ImageService({ cache, onVerified: () => told++ });
  t.after(() => service.closeAll());
  await service.verified(path, never);
  const names = [];
  for await (const entry of service.files(path, { kind: 'image' }, never)) names.push(entry.path);
  assert.deepEqual(names, ['/evil']);
  assert.match(
    (await service.report(path, never)).problems.join(),
    /Layer 1 is not the one that the image was made with/,
  );
  assert.equal((await service.describe(path, never)).layers[0]?.verification, 'wrong');
  assert.ok(told >= 1);
});

test('the service: not verified at first, verified later, and told once', async (t) => {
  const path = await archiveWith(t, hybridSave([{ layers: [lower, upper] }]));
  let told = 0;
  const service = new ImageService({ onVerified: () => told++ });
  t.after(() => service.closeAll());
  assert.equal((await service.describe(path, never)).layers[0]?.verification, undefined);
  await service.verified(path, never);
  assert.deepEqual(
    (await service.describe(path, never)).layers.map(({ verification }) => verification),
    ['verified', 'verified'],
  );
  const { layers, problems } = await service.report(path, never);
  assert.deepEqual([problems, layers.map(({ verification }) => verification)], [[], ['verified', 'verified']]);
  assert.equal(told, 1);
});

test('a layer that is damaged is not kept, and one of the cache is not shown in its place', async (t) => {
  const cache = await cacheFor(t);
  const good = await archiveWith(t, ociLayout([{ layers: [lower], compression: 'gzip' }]), 'good.tar');
  await look(good, cache);
  const data = await readFile(good);
  const at = data.indexOf(Buffer.from([0x1f, 0x8b]));
  const damaged = await archiveWith(
    t,
    Buffer.concat([data.subarray(0, at + 40), Buffer.alloc(30, 0xff), data.subarray(at + 70)]),
    'damaged.tar',
  );
  const { later } = await look(damaged, cache);
  assert.deepEqual(later, ['0 unknown stale']);
});

test('what another version has read is not taken', async (t) => {
  const folder = await folderOf(t);
  const path = await archiveWith(t, hybridSave([{ layers: [lower] }]));
  await look(path, layerCache({ folder, version: '1' }));
  assert.ok(await layerCache({ folder, version: '1' }).find(diffId(lower)));
  assert.equal(await layerCache({ folder, version: '2' }).find(diffId(lower)), undefined);
});

test('a file that was changed or cut is as good as none', async (t) => {
  const folder = await folderOf(t);
  const cache = layerCache({ folder, version: '1' });
  const path = await archiveWith(t, hybridSave([{ layers: [lower] }]));
  await look(path, cache);
  const [name] = await readdir(folder);
  const whole = await readFile(join(folder, name!));
  for (let at = 0; at < whole.length; at += 97) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    await writeFile(join(folder, name!), changed);
    assert.equal(await cache.find(diffId(lower)), undefined, `byte ${at}`);
  }
  for (const length of [0, 10, 31, 32, 33, whole.length - 1]) {
    await writeFile(join(folder, name!), whole.subarray(0, length));
    assert.equal(await cache.find(diffId(lower)), undefined, `${length} bytes`);
  }
  await writeFile(join(folder, name!), whole);
  assert.ok(await cache.find(diffId(lower)));
});

test('a record that was put under another name is not that layer', async (t) => {
  const folder = await folderOf(t);
  const cache = layerCache({ folder, version: '1' });
  await look(await archiveWith(t, hybridSave([{ layers: [lower] }])), cache);
  const [first] = await readdir(folder);
  await look(await archiveWith(t, hybridSave([{ layers: [upper] }])), cache);
  const second = (await readdir(folder)).find((name) => name !== first);
  await writeFile(join(folder, second!), await readFile(join(folder, first!)));
  assert.equal(await cache.find(diffId(upper)), undefined);
  for (const odd of ['', 'sha256:', '../../etc/passwd', `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(128)}`])
    assert.equal(await cache.find(odd), undefined);
});

test('the cache stays within its bytes: what was used longest ago goes first', async (t) => {
  const folder = await folderOf(t);
  const layers = Array.from({ length: 6 }, (_, i) => tar(Array.from({ length: 200 }, (_, k) => file(`${i}/${k}`))));
  const big = layerCache({ folder, version: '1' });
  const open = async (layer: Buffer, cache: LayerCache) =>
    look(await archiveWith(t, hybridSave([{ layers: [layer] }])), cache);
  await open(layers[0]!, big);
  const one = (await stat(join(folder, (await readdir(folder))[0]!))).size + 4096;
  const cache = layerCache({ folder, version: '1', bytes: one * 3 + 100 });
  const age = async () => {
    for (const name of await readdir(folder)) {
      const { mtimeMs } = await stat(join(folder, name));
      await utimes(join(folder, name), mtimeMs / 1000 - 10, mtimeMs / 1000 - 10);
    }
  };
  for (const layer of layers.slice(1, 3)) {
    await age();
    await open(layer, cache);
  }
  await age();
  // Used again, the first is the youngest.
  assert.ok(await cache.find(diffId(layers[0]!)));
  await age();
  await open(layers[3]!, cache);
  const there = await Promise.all(layers.map(async (layer) => (await cache.find(diffId(layer))) !== undefined));
  assert.deepEqual(there, [true, false, true, true, false, false]);
  const small = layerCache({ folder, version: '1', bytes: one });
  await open(layers[4]!, small);
  assert.equal(await small.find(diffId(layers[4]!)), undefined, 'larger than half of all is not kept');
});

test('it says how much it has, and is cleared of all that is not just being written', async (t) => {
  const folder = await folderOf(t);
  assert.equal(await sizeOfCache(folder), 0);
  assert.equal(await clearCache(folder), 0);
  const cache = layerCache({ folder, version: '1' });
  await look(await archiveWith(t, ociLayout([{ layers: [lower, upper], compression: 'gzip' }])), cache);
  for (const name of ['writing.part', 'abandoned.part', 'notes.txt']) await writeFile(join(folder, name), '1234');
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(folder, 'abandoned.part'), longAgo, longAgo);
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  const size = await sizeOfCache(folder);
  assert.equal(size, sizes.reduce((sum, each) => sum + each, 0) - 4);
  assert.ok(await cache.find(diffId(lower)));
  assert.equal(await clearCache(folder), size - 4);
  assert.deepEqual((await readdir(folder)).sort(), ['notes.txt', 'writing.part']);
  assert.equal(await cache.find(diffId(lower)), undefined);
});

test('a folder that cannot be written costs nothing but time', async (t) => {
  const path = await archiveWith(t, hybridSave([{ layers: [lower] }]));
  const cache = layerCache({ folder: join(path, 'not-a-folder'), version: '1' });
  const { paths, problems, later } = await look(path, cache);
  assert.deepEqual([paths.length, problems, later], [3, [], ['0 verified']]);
});

for (const compression of ['none', 'gzip', 'zstd'] as const) {
  test(`a layer in which any byte was changed is never said to be verified: ${compression}`, async (t) => {
    const next = random(5);
    const layer = tar(
      Array.from({ length: 40 }, (_, i) => file(`${i}`, Buffer.from(Array.from({ length: 300 }, () => next() * 256)))),
    );
    const whole = tar(ociLayout([{ layers: [layer], compression }]));
    const blob = compressed(layer, compression);
    const from = whole.indexOf(blob);
    let wrong = 0;
    for (let i = 0; i < 150; i++) {
      const changed = Buffer.from(whole);
      const at = from + Math.floor(next() * blob.length);
      changed[at]! ^= 1 << Math.floor(next() * 8);
      const { shown, later } = await look(await archiveWith(t, changed), undefined);
      const said = [...shown, ...later].join();
      // A few bytes of a compressed stream say nothing of what is in it, such as when it was made.
      const same = inflated(changed.subarray(from, from + blob.length), compression)?.equals(layer) === true;
      if (same) continue;
      wrong++;
      assert.doesNotMatch(said, /verified/, `byte ${at - from}`);
    }
    assert.ok(wrong > 100, `${wrong}`);
  });
}

function inflated(blob: Buffer, compression: 'none' | 'gzip' | 'zstd'): Buffer | undefined {
  try {
    return { none: (data: Buffer) => data, gzip: gunzipSync, zstd: zstdDecompressSync }[compression](blob);
  } catch {
    return undefined;
  }
}
