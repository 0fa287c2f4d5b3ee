/** Digests of many files' bodies, out of every source of images: each layer is read once, and what cannot be read whole is left out. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { openImage } from '../../../server/images/open.ts';
import type { OpenImage, StoredFile } from '../../../server/images/source.ts';
import { openRegistryImage } from '../../../server/images/sources/registry.ts';
import { imageView, type View } from '../../../server/images/view.ts';
import {
  file,
  gnuSparse,
  hardlink,
  hybridSave,
  type Image,
  legacySave,
  ociLayout,
  tar,
} from '../../support/image-builder.ts';
import { archiveWith, folderWith, never, noPlan } from '../../support/images.ts';
import { startRegistry } from '../../support/registry.ts';

const large = Buffer.alloc(300_000, 'large');
const lower = tar([file('a', 'one'), file('large', large), file('b', 'two'), hardlink('c', 'a'), file('empty')]);
const upper = tar([file('d', 'one'), gnuSparse('holes', 100_000, [[512, 'here']])]);
/** The lowest is in it twice, and stored once. */
const image: Image = { name: 'app:1', layers: [lower, upper, lower], platform: { os: 'linux', architecture: 'amd64' } };
const holes = Buffer.concat([Buffer.alloc(512), Buffer.from('here'), Buffer.alloc(100_000 - 516)]);
const expected = {
  '/a': sha256('one'),
  '/b': sha256('two'),
  '/c': sha256('one'),
  '/d': sha256('one'),
  '/empty': sha256(''),
  '/holes': sha256(holes),
  '/large': sha256(large),
};

const archives: Readonly<Record<string, (t: TestContext) => Promise<string>>> = {
  'a plain archive': (t) => archiveWith(t, legacySave([image])),
  'an archive with compressed layers': (t) =>
    archiveWith(t, hybridSave([{ ...image, compression: ['gzip', 'zstd', 'gzip'] }])),
  'an archive compressed as a whole': (t) => archiveWith(t, gzipSync(tar(hybridSave([image]))), 'image.tar.gz'),
  'a layout': (t) => folderWith(t, ociLayout([{ ...image, compression: 'zstd' }])),
};

for (const [name, made] of Object.entries(archives))
  test(name, async (t) => {
    const opened = await openImage(await made(t), { signal: never });
    t.after(() => opened.close());
    assert.deepEqual(await digestsByPath(opened), expected);
    const twice = await collected(opened, [
      { layer: 0, offset: 0 },
      { layer: 2, offset: 0 },
    ]);
    assert.deepEqual([...twice.keys()].sort(), ['0 0', '2 0']);
  });

test('a tar of plain files', async (t) => {
  const opened = await openImage(await archiveWith(t, lower), { signal: never });
  t.after(() => opened.close());
  assert.equal((await digestsByPath(opened))['/large'], expected['/large']);
});

test('a registry: only layers that are asked for are fetched, and what is not the layer tells nothing', async (t) => {
  let broken = false;
  // Of the same length, so that only its digest tells.
  const wrong = Buffer.from(upper);
  wrong.write('two', upper.indexOf('one'));
  const registry = await startRegistry(t, [{ ...image, name: '1' }], {
    before: ({ path }, response) => {
      if (!broken || !path.includes('/blobs/')) return false;
      response.end(wrong);
      return true;
    },
  });
  const name = `${registry.host}/app:1`;
  const opened = await openRegistryImage(`docker://${name}`, name, {
    signal: never,
    home: '/nowhere',
    environment: {},
  });
  t.after(() => opened.close());
  const view = await viewOf(opened);
  assert.deepEqual(await digestsByPath(opened, view), expected);
  const before = registry.asked.length;
  const onlyUpper = view.content(view.find('/d'))!;
  assert.equal((await collected(opened, [onlyUpper])).size, 1);
  assert.equal(registry.asked.length, before + 1);
  broken = true;
  assert.equal((await collected(opened, [onlyUpper])).size, 0);
});

test('what the archive no longer has whole is left out', async (t) => {
  const layers = [lower, upper.subarray(0, 512 + 2), tar([file('large', large)]).subarray(0, 200_000)];
  const opened = await openImage(await archiveWith(t, legacySave([{ ...image, layers }])), { signal: never });
  t.after(() => opened.close());
  const found = await collected(opened, [
    ...[0, 1, 2, 7].map((layer) => ({ layer, offset: 0 })),
    { layer: 0, offset: 2 ** 40 },
  ]);
  assert.deepEqual([...found], [['0 0', expected['/a']]]);
});

test('nothing is read any more when nobody wants it', async (t) => {
  const opened = await openImage(await archiveWith(t, hybridSave([{ ...image, compression: 'gzip' }])), {
    signal: never,
  });
  t.after(() => opened.close());
  await assert.rejects(
    async () => {
      for await (const _ of opened.digests!([{ layer: 0, offset: 0 }], AbortSignal.abort()));
    },
    { name: 'AbortError' },
  );
});

async function viewOf(opened: OpenImage): Promise<View> {
  const filesystem = new Filesystem();
  const layers = [];
  for await (const layer of opened.scan(noPlan, never, () => {})) layers.push(layer);
  for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
  return imageView(filesystem);
}

async function digestsByPath(opened: OpenImage, view?: View): Promise<Record<string, string | undefined>> {
  const known = view ?? (await viewOf(opened));
  const nodes = [...known.walk()].filter((node) => known.content(node));
  const found = await collected(
    opened,
    nodes.map((node) => known.content(node)!),
  );
  return Object.fromEntries(
    nodes.map((node) => {
      const { layer, offset } = known.content(node)!;
      return [known.path(node), found.get(`${layer} ${offset}`)];
    }),
  );
}

async function collected(opened: OpenImage, files: readonly StoredFile[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { layer, offset, digest } of opened.digests!(files, never)) found.set(`${layer} ${offset}`, digest);
  return found;
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
