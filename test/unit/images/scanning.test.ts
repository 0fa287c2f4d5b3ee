/** A scan whose layers come in any order, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scanning } from '../../../server/images/scanning.ts';
import { ImageError, type OpenImage, type ScannedLayer } from '../../../server/images/source.ts';
import { type Entry, file, tar, whiteout } from '../../support/image-builder.ts';
import { never, noPlan, paths, scan } from '../../support/images.ts';

const contents: readonly (readonly Entry[])[] = [
  [file('a'), file('b')],
  [whiteout('a'), file('c')],
  [file('a', 'again'), whiteout('c')],
];

/** A source that gives these layers, one each time it is told to; then it ends, or fails. */
function source(order: readonly number[], failure?: Error) {
  const steps: (() => void)[] = [];
  const image: OpenImage = {
    describe: () => Promise.reject(new Error('not asked')),
    read: () => Promise.reject(new Error('not asked')),
    close: async () => {},
    async *scan(_plan, signal) {
      for (const index of [...order, undefined]) {
        await new Promise<void>((resolve) => steps.push(resolve));
        signal.throwIfAborted();
        if (index !== undefined)
          yield {
            ...(await scan(tar(contents[index]!))),
            index,
            blob: '',
            verification: 'unknown',
          } satisfies ScannedLayer;
      }
      if (failure) throw failure;
    },
  };
  const scanning = new Scanning(image, noPlan, () => {});
  const step = async () => {
    steps.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { scanning, step };
}

test('layers are merged from the lowest, in whatever order they come', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ]) {
    const { scanning, step } = source(order);
    for (let i = 0; i <= order.length; i++) await step();
    const filesystem = await scanning.whole(never);
    assert.deepEqual(paths(filesystem), ['/a', '/b'], `${order}`);
    assert.deepEqual(
      filesystem.changes.map((change) => change && [change.added, change.removed]),
      [
        [2, 0],
        [1, 1],
        [1, 1],
      ],
    );
  }
});

test('a layer is there as soon as it has come; what it does, once those below have', async () => {
  const { scanning, step } = source([2, 0, 1]);
  const wanted = scanning.layer(2, never);
  await step();
  assert.equal((await wanted).index, 2);
  assert.deepEqual(scanning.filesystem.changes, []);
  await step();
  assert.equal(scanning.filesystem.changes.length, 1);
  await step();
  assert.equal(scanning.filesystem.changes.length, 3);
  assert.equal(scanning.state, 'running');
});

test('a layer that never comes is left out in the end', async () => {
  const { scanning, step } = source([2, 0]);
  for (let i = 0; i < 3; i++) await step();
  assert.deepEqual(paths(await scanning.whole(never)), ['/a', '/b']);
  await assert.rejects(scanning.layer(1, never), /no layer 2/);
});

test('a source that fails tells everybody who waits; what came before stays', async () => {
  const { scanning, step } = source([0], new ImageError('failed', 'The engine is gone.'));
  const whole = assert.rejects(scanning.whole(never), /The engine is gone/);
  const other = assert.rejects(scanning.layer(1, never), /The engine is gone/);
  for (let i = 0; i < 2; i++) await step();
  await Promise.all([whole, other]);
  assert.equal((await scanning.layer(0, never)).index, 0);
});
