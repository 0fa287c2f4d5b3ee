/** What is stored and not shown: each byte once, whoever hides it, and what dive says of the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wasteOf } from '../../../server/images/waste.ts';
import { dir, type Entry, file, hardlink, opaque, symlink, whiteout } from '../../support/image-builder.ts';
import { merged } from '../../support/images.ts';

const bytes = (count: number) => 'x'.repeat(count);

async function waste(...layers: readonly (readonly Entry[])[]) {
  const { files, size, stored, metadataOnly, count, byLayer, efficiency, dive } = wasteOf(await merged(...layers));
  assert.equal(efficiency, stored === 0 ? 1 : 1 - size / stored);
  assert.equal(
    byLayer.reduce((sum, each) => sum + each, 0),
    size,
  );
  assert.equal(count, files.length);
  return {
    size,
    metadataOnly,
    files: files.map(({ path, size, layer, hiddenBy, how }) => `${path} ${size} ${layer}→${hiddenBy} ${how}`),
    dive: `${dive.efficiency.toFixed(4)} ${dive.wasted}`,
  };
}

test('a file removed, a file replaced: the bytes that nobody sees, where dive counts other ones', async () => {
  const kept = file('kept', bytes(10));
  assert.deepEqual(await waste([kept, file('gone', bytes(100))], [whiteout('gone')]), {
    size: 100,
    metadataOnly: 0,
    files: ['/gone 100 0→1 removed'],
    dive: '0.0909 100',
  });
  assert.deepEqual(await waste([file('a', bytes(100))], [file('a', bytes(100), { mtime: 5 })]), {
    size: 100,
    metadataOnly: 0,
    files: ['/a 100 0→1 replaced'],
    dive: '0.5000 200',
  });
});

test('a folder removed takes all that was in it; dive sees no waste there', async () => {
  const result = await waste([dir('d'), file('d/a', bytes(60)), file('d/e/b', bytes(40))], [whiteout('d')]);
  assert.deepEqual(result, {
    size: 100,
    metadataOnly: 0,
    files: ['/d/a 60 0→1 removed', '/d/e/b 40 0→1 removed'],
    dive: '1.0000 0',
  });
});

test('an opaque folder hides what is below, but for what it has itself', async () => {
  assert.deepEqual(
    (await waste([file('d/a', bytes(5)), file('d/b', bytes(7))], [opaque('d'), file('d/b', bytes(3))])).files,
    ['/d/b 7 0→1 replaced', '/d/a 5 0→1 removed'],
  );
});

test('a folder that becomes a file or a link, and the reverse', async () => {
  assert.deepEqual((await waste([file('d/a', bytes(5))], [file('d', bytes(3))])).files, ['/d/a 5 0→1 removed']);
  assert.deepEqual((await waste([file('d/a', bytes(5))], [symlink('d', 'e')])).files, ['/d/a 5 0→1 removed']);
  assert.deepEqual((await waste([file('d', bytes(5))], [dir('d'), file('d/a', bytes(3))])).files, [
    '/d 5 0→1 replaced',
  ]);
});

test('stored again for another mode or owner alone', async () => {
  const big = (more: Partial<Entry>) => file('big', bytes(100), { mtime: 1_000, ...more });
  assert.deepEqual(await waste([big({})], [big({ mode: 0o755 })], [big({ mode: 0o755, uid: 7 })]), {
    size: 200,
    metadataOnly: 200,
    files: ['/big 100 0→1 metadata', '/big 100 1→2 metadata'],
    dive: '0.3333 300',
  });
  assert.equal((await waste([big({})], [big({ mtime: 2_000 })])).metadataOnly, 0);
  assert.equal((await waste([big({})], [file('big', bytes(99), { mtime: 1_000 })])).metadataOnly, 0);
});

test('removed and made again by one layer, then removed for good: each copy once', async () => {
  const layers = [[file('a', bytes(10))], [whiteout('a'), file('a', bytes(20))], [whiteout('a')]];
  assert.deepEqual((await waste(...layers)).files, ['/a 20 1→2 removed', '/a 10 0→1 replaced']);
});

test('what a hard link still shows is no waste, and one content counts once', async () => {
  assert.equal((await waste([file('a', bytes(10)), hardlink('b', 'a')], [whiteout('a')])).size, 0);
  assert.equal((await waste([file('a', bytes(10)), hardlink('b', 'a')], [whiteout('a'), whiteout('b')])).size, 10);
});

test('a name that is twice in one layer', async () => {
  assert.deepEqual((await waste([file('a', bytes(10)), file('a', bytes(4))])).size, 10);
});

test('nothing stored, nothing wasted', async () => {
  assert.deepEqual(await waste([]), { size: 0, metadataOnly: 0, files: [], dive: '1.0000 0' });
  assert.deepEqual(await waste([dir('d'), file('empty')], [whiteout('empty')]), {
    size: 0,
    metadataOnly: 0,
    files: [],
    dive: '1.0000 0',
  });
});

test('where too many files are stored and not used, the smallest are counted, and it is said that they were not asked about', async () => {
  const layers = [[file('a', bytes(9)), file('b', bytes(8)), file('c', bytes(7))], [opaque('')]];
  const image = await merged(...layers);
  const { files, count, unexamined, size } = wasteOf(image, 2);
  assert.deepEqual([files.map(({ path }) => path), count, unexamined, size], [['/a', '/b'], 3, 1, 24]);
  assert.equal(wasteOf(image).unexamined, 0);
});
