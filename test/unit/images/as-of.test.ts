/** The image as of one of its layers: what is there then, and what that layer has done to it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import type { FileRow } from '../../../server/protocol.ts';
import { dir, file, hybridSave, type Image, opaque, symlink, tar, whiteout } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const exec = { mode: 0o755 };
const image: Image = {
  name: 'app:1',
  layers: [
    tar([file('bin/dash', 'x', exec), symlink('bin/sh', 'dash'), file('cache/a', 'aa'), file('cache/deep/b', 'bbb')]),
    tar([file('app/main', 'main', exec), file('bin/dash', 'yy', exec), file('cache/c', 'c'), file('opt/old', 'oooo')]),
    tar([
      whiteout('cache/deep'),
      whiteout('cache/nothing'),
      file('cache/a', 'AA'),
      dir('opt'),
      opaque('opt'),
      file('opt/new', 'n'),
    ]),
    tar([whiteout('app')]),
  ],
};

async function imageAsOf(t: TestContext) {
  const reference = await archiveWith(t, hybridSave([image]));
  const service = new ImageService();
  t.after(() => service.closeAll());
  return {
    service,
    reference,
    rows: async (layer: number, folder = '/', flaggedOnly = false) => {
      const view = { kind: 'as-of', layer } as const;
      const asked = { reference, view, folder, offset: 0, count: 100, flaggedOnly };
      return (await service.folder(asked, never)).rows.map(brief);
    },
  };
}

const brief = ({ name, size, change, changed, layer }: FileRow) =>
  [`${name} ${size}`, change, changed === undefined ? undefined : `${changed} in it`, `layer ${layer}`]
    .filter(Boolean)
    .join(', ');

test('what later layers bring is not there yet, and what they take away still is', async (t) => {
  const { rows } = await imageAsOf(t);
  assert.deepEqual(await rows(0), ['bin 1, added, 2 in it, layer 0', 'cache 5, added, 2 in it, layer 0']);
  assert.deepEqual(await rows(1), [
    'app 4, added, 1 in it, layer 1',
    'bin 2, 1 in it, layer 0',
    'cache 6, 1 in it, layer 0',
    'opt 4, added, 1 in it, layer 1',
  ]);
  assert.deepEqual(await rows(1, '/bin'), ['dash 2, modified, layer 1', 'sh 0, layer 0']);
});

test('what the layer takes away stands where it was, with its size; a whiteout of nothing is no row', async (t) => {
  const { rows } = await imageAsOf(t);
  assert.deepEqual(await rows(2, '/cache'), ['a 2, modified, layer 2', 'c 1, layer 1', 'deep 3, removed, layer 0']);
  assert.deepEqual(await rows(2, '/opt'), ['new 1, added, layer 2', 'old 4, removed, layer 1']);
  assert.deepEqual(await rows(2), [
    'app 4, layer 1',
    'bin 2, layer 0',
    'cache 3, 2 in it, layer 0',
    'opt 1, 2 in it, layer 2',
  ]);
  assert.deepEqual(await rows(3), ['bin 2, layer 0', 'cache 3, layer 0', 'opt 1, layer 2', 'app 4, removed, layer 1']);
});

test('files are flagged as they are in their layers, and read as they were then', async (t) => {
  const { rows, service, reference } = await imageAsOf(t);
  assert.deepEqual(await rows(0, '/bin', true), ['dash 1, added, layer 0', 'sh 0, added, layer 0']);
  const text = async (layer: number) => {
    const { bytes } = await service.readFile(reference, { kind: 'as-of', layer }, '/bin/sh', 100, never);
    return Buffer.from(bytes).toString();
  };
  assert.equal(await text(0), 'x');
  assert.equal(await text(1), 'yy');
  await assert.rejects(text(4), { message: 'The image has no layer 5.' });
});
