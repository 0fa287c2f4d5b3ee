/** Two real archives compared as the image process and the command line do it: contents are read where nothing else tells, once, and not when nobody waits. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ImageComparisons } from '../../../server/image-comparison.ts';
import { ImageService } from '../../../server/image-service.ts';
import { ImageError } from '../../../server/images/source.ts';
import { dir, file, hybridSave, type Image, tar } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const base = tar([dir('etc'), file('etc/os-release', 'ID=debian\n'), file('usr/bin/tool', 'tool', { mode: 0o755 })]);
const one: Image = { layers: [base, tar([file('app/version', '1.0'), file('app/same', 'same'), file('old', 'x')])] };
const other: Image = {
  layers: [base, tar([file('app/same', 'same'), file('app/version', '1.1')])],
  compression: 'gzip',
  config: { User: '65532' },
};

async function pairOf(t: TestContext, before = one, after = other) {
  const [from, to] = [await archiveWith(t, hybridSave([before])), await archiveWith(t, hybridSave([after]))];
  const service = new ImageService();
  const contents: string[] = [];
  const comparisons = new ImageComparisons(service, ({ done, total }) => contents.push(`${done}/${total}`));
  t.after(() => service.closeAll());
  return { pair: { before: from, after: to }, service, comparisons, contents };
}

const asked = { folder: '/', offset: 0, count: 10 };

test('contents are read where neither size nor layer tells', async (t) => {
  const { pair, comparisons, contents } = await pairOf(t);
  const result = await comparisons.compare(pair, never);
  assert.deepEqual(result.files, { added: 0, removed: 1, modified: 1, unread: 0 });
  assert.deepEqual(result.sameFiles, { byLayer: 2, byContent: 1 });
  assert.deepEqual(result.sharedLayers, { count: 1, size: 14 });
  assert.deepEqual(contents, ['1/4', '2/4', '3/4', '4/4']);
  const { rows, total } = await comparisons.folder({ ...pair, ...asked }, never);
  assert.deepEqual(
    [rows.map(({ path, change }) => [path, change]), total],
    [
      [
        ['/app', undefined],
        ['/old', 'removed'],
      ],
      2,
    ],
  );
  const page = await comparisons.folder({ ...pair, ...asked, offset: 1, count: 1 }, never);
  assert.deepEqual([page.rows.map(({ path }) => path), page.total], [['/old'], 2]);
  // Nothing was read again.
  assert.equal(contents.length, 4);
});

test('however many files are read, that is told a hundred times at most', async (t) => {
  const many = (body: string): Image => ({ layers: [tar(Array.from({ length: 120 }, (_, i) => file(`${i}`, body)))] });
  const { pair, comparisons, contents } = await pairOf(t, many('1'), many('2'));
  assert.equal((await comparisons.compare(pair, never)).files.modified, 120);
  assert.deepEqual([contents.length, contents[0], contents.at(-1)], [80, '3/240', '240/240']);
});

test('an image is the same as itself, by its layers alone', async (t) => {
  const { pair, comparisons, contents } = await pairOf(t);
  const itself = { before: pair.before, after: pair.before };
  const { same, sameFiles } = await comparisons.compare(itself, never);
  assert.deepEqual([same, sameFiles, contents], [true, { byLayer: 5, byContent: 0 }, []]);
});

test('a layer that is not what the image says it is shares nothing with the one that is', async (t) => {
  // Of the same length, so that only its digest tells.
  const lie = Buffer.from(base);
  lie.write('fool', base.lastIndexOf('tool'));
  const save = hybridSave([one]);
  const { service, comparisons } = await pairOf(t);
  const before = await archiveWith(t, save);
  const after = await archiveWith(
    t,
    save.map((entry) => (Buffer.from(entry.body ?? '').equals(base) ? { ...entry, body: lie } : entry)),
  );
  const result = await comparisons.compare({ before, after }, never);
  assert.deepEqual(result.files, { added: 0, removed: 0, modified: 1, unread: 0 });
  assert.equal(result.sharedLayers.count, 1);
  assert.match(result.problems.map(({ of, text }) => `${of}: ${text}`).join(), /^after: Layer 1 is not the one/);
  await service.closeAll();
});

test('layers of which nothing tells which they are share nothing: what is in them is read', async (t) => {
  const { comparisons } = await pairOf(t);
  const [before, after] = [await archiveWith(t, [file('a', '1')]), await archiveWith(t, [file('a', '2')])];
  const { files, sharedLayers } = await comparisons.compare({ before, after }, never);
  assert.deepEqual([files.modified, sharedLayers.count], [1, 0]);
});

test('what is left of a layer that was cut short is not the same as the whole', async (t) => {
  const whole = tar([file('a', 'same'), file('z', 'y'.repeat(2000))]);
  const cut = tar([file('a', 'same'), file('z', 'y'.repeat(2000))]).subarray(0, 512 * 4);
  const { pair, comparisons } = await pairOf(t, { layers: [whole] }, { layers: [cut] });
  const { files, problems } = await comparisons.compare(pair, never);
  // What is there of it is shorter.
  assert.deepEqual(files, { added: 0, removed: 0, modified: 1, unread: 0 });
  assert.ok(problems.some(({ of }) => of === 'after'));
});

test('whoever waits no longer does not take it from the others; when nobody waits, it ends', async (t) => {
  const { pair, comparisons, contents } = await pairOf(t);
  const stop = new AbortController();
  const first = comparisons.compare(pair, stop.signal);
  const second = comparisons.compare(pair, never);
  stop.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal((await second).files.removed, 1);
  comparisons.close(pair);
  const again = new AbortController();
  const third = comparisons.compare(pair, again.signal);
  again.abort();
  await assert.rejects(third, { name: 'AbortError' });
  assert.equal((await comparisons.compare(pair, never)).files.removed, 1);
  assert.equal(contents.length, 8);
});

test('a comparison that is closed, or whose image is, says so to whoever waits, and is made anew when it is asked for', async (t) => {
  const { pair, comparisons } = await pairOf(t);
  for (const end of [() => comparisons.close(pair), () => comparisons.forget(pair.after)]) {
    const waiting = comparisons.compare(pair, never);
    end();
    await assert.rejects(waiting, (error) => error instanceof ImageError && /was closed while/.test(error.message));
  }
  assert.equal((await comparisons.compare(pair, never)).files.removed, 1);
});

test('an image that is not there, and folders in which nothing differs, or that neither has', async (t) => {
  const { pair, comparisons } = await pairOf(t);
  await assert.rejects(comparisons.compare({ ...pair, after: '/nowhere.tar' }, never), /There is no file/);
  assert.deepEqual(await comparisons.folder({ ...pair, ...asked, folder: '/etc' }, never), { rows: [], total: 0 });
  await assert.rejects(comparisons.folder({ ...pair, ...asked, folder: '/none' }, never), /no folder “\/none”/);
});
