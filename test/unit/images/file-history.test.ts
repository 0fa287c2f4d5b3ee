import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyOf } from '../../../server/images/file-history.ts';
import { dir, type Entry, file, opaque, symlink, whiteout } from '../../support/image-builder.ts';
import { merged } from '../../support/images.ts';

async function history(path: string, ...layers: readonly (readonly Entry[])[]): Promise<string[]> {
  return historyOf(await merged(...layers), path).map(
    ({ layer, change, entry }) => `${layer} ${change}${entry ? ` ${entry.size}` : ''}`,
  );
}

test('added, changed, removed and added again', async () => {
  const layers = [
    [file('etc/a', 'x')],
    [file('b')],
    [file('etc/a', 'xy')],
    [whiteout('etc/a')],
    [file('etc/a', 'xyz')],
  ];
  assert.deepEqual(await history('/etc/a', ...layers), ['0 added 1', '2 modified 2', '3 removed', '4 added 3']);
});

test('a file goes with its folder: removed, made opaque, or replaced', async () => {
  const first = [dir('etc'), file('etc/a', 'x')];
  assert.deepEqual(await history('/etc/a', first, [whiteout('etc')]), ['0 added 1', '1 removed']);
  assert.deepEqual(await history('/etc/a', first, [opaque('etc')]), ['0 added 1', '1 removed']);
  assert.deepEqual(await history('/etc/a', first, [opaque('')]), ['0 added 1', '1 removed']);
  assert.deepEqual(await history('/etc/a', first, [file('etc')]), ['0 added 1', '1 removed']);
  assert.deepEqual(await history('/etc/a', first, [symlink('etc', 'b')]), ['0 added 1', '1 removed']);
});

test('a layer that has the file in an opaque folder changes it', async () => {
  assert.deepEqual(await history('/etc/a', [file('etc/a', 'x')], [opaque('etc'), file('etc/a', 'xy')]), [
    '0 added 1',
    '1 modified 2',
  ]);
});

test('links on the way are followed', async () => {
  const layers = [[dir('usr/lib'), symlink('lib', 'usr/lib'), file('usr/lib/a', 'x')], [whiteout('usr/lib/a')]];
  assert.deepEqual(await history('/lib/a', ...layers), ['0 added 1', '1 removed']);
});

test('of a folder: what it implies counts once, its own entries each time', async () => {
  const layers = [[file('etc/a')], [file('etc/b')], [dir('etc', { mode: 0o700 })], [whiteout('etc')]];
  assert.deepEqual(await history('/etc', ...layers), ['0 added', '2 modified 0', '3 removed']);
});

test('what no layer has has no history; names are bytes', async () => {
  assert.deepEqual(await history('/etc/b', [file('etc/a')]), []);
  assert.deepEqual(await history('/caf\\xe9', [file(Buffer.from('caf\xe9', 'latin1'), 'x')]), ['0 added 1']);
});
