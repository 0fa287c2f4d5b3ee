/** What the image process and the command line ask: opened and scanned once, paged, cancelled, forgotten. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import { ImageError } from '../../../server/images/source.ts';
import type { FileRow, ImageProgress, View } from '../../../server/protocol.ts';
import {
  dir,
  type Entry,
  file,
  hardlink,
  hybridSave,
  type Image,
  opaque,
  symlink,
  tar,
  whiteout,
} from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const whole: View = { kind: 'image' };
const layer = (index: number): View => ({ kind: 'layer', layer: index });

const exec = { mode: 0o755 };
const image: Image = {
  name: 'app:1',
  layers: [
    tar([
      dir('bin'),
      file('bin/dash', 'x', exec),
      symlink('bin/sh', 'dash'),
      file('etc/os-release', 'ID=test\n'),
      file('tmp/old', 'oo'),
      dir('opt'),
    ]),
    tar([file('app', 'application', exec), whiteout('tmp/old'), file('etc/os-release', 'ID=other\n')]),
    tar([symlink('bin/bash', 'dash'), file('usr/bin/su', 'su', { mode: 0o4755 }), dir('tmp'), opaque('opt')]),
  ],
};

async function serviceFor(t: TestContext, images: readonly Image[] = [image]) {
  const path = await archiveWith(t, hybridSave(images));
  const progress: ImageProgress[] = [];
  const service = new ImageService({ onProgress: (each) => progress.push(each) });
  t.after(() => service.closeAll());
  const rows = async (
    view: View,
    folder: string,
    more: { offset?: number; count?: number; flaggedOnly?: boolean } = {},
    signal = never,
  ) => service.folder({ reference: path, view, folder, offset: 0, count: 100, flaggedOnly: false, ...more }, signal);
  return { path, service, progress, rows };
}

const brief = (rows: readonly FileRow[]) =>
  rows.map(({ name, type, size, flagged, change, flags }) =>
    [`${name} ${type} ${size}`, change ?? '', flagged, ...flags.map(({ title }) => title)].join(' | '),
  );

test('the whole image: sizes, flags, and flags counted on every parent', async (t) => {
  const { rows } = await serviceFor(t);
  assert.deepEqual(brief((await rows(whole, '/')).rows), [
    'bin directory 1 |  | 3',
    'etc directory 9 |  | 0',
    'opt directory 0 |  | 0',
    'tmp directory 0 |  | 0',
    'usr directory 2 |  | 1',
    'app file 11 |  | 0',
  ]);
  assert.deepEqual(brief((await rows(whole, '/bin')).rows), [
    'bash symlink 0 |  | 1 | Command shell',
    'dash file 1 |  | 1 | Command shell',
    'sh symlink 0 |  | 1 | Command shell',
  ]);
  assert.deepEqual(brief((await rows(whole, '/usr/bin/')).rows), [
    'su file 2 |  | 1 | Program that changes users or accounts | Setuid program',
  ]);
});

test('a layer: what it adds, modifies and removes', async (t) => {
  const { rows } = await serviceFor(t);
  await rows(whole, '/');
  assert.deepEqual(brief((await rows(layer(1), '/')).rows), [
    'etc directory 9 |  | 0',
    'tmp directory 0 |  | 0',
    'app file 11 | added | 0',
  ]);
  assert.deepEqual(brief((await rows(layer(1), '/tmp')).rows), ['old file 2 | removed | 0']);
  assert.deepEqual(brief((await rows(layer(1), '/etc')).rows), ['os-release file 9 | modified | 0']);
  const [gone] = (await rows(layer(1), '/tmp')).rows;
  assert.deepEqual([gone?.path, gone?.layer, gone?.hasChildren], ['/tmp/old', 0, false]);
});

test('a link of one layer to a shell of another is a shell, once the image is known', async (t) => {
  const { rows } = await serviceFor(t);
  await rows(whole, '/');
  assert.deepEqual(brief((await rows(layer(2), '/bin')).rows), ['bash symlink 0 | added | 1 | Command shell']);
});

test('pages, and only what is flagged', async (t) => {
  const names = Array.from({ length: 250 }, (_, i) => `f${String(i).padStart(3, '0')}`);
  const { rows } = await serviceFor(t, [
    { layers: [tar(names.map((name, i) => file(`usr/bin/${name}`, '', i % 100 === 7 ? { mode: 0o2755 } : {})))] },
  ]);
  const page = await rows(whole, '/usr/bin', { offset: 100, count: 100 });
  assert.deepEqual([page.total, page.rows.length, page.rows[0]?.name, page.rows[99]?.name], [250, 100, 'f100', 'f199']);
  const last = await rows(whole, '/usr/bin', { offset: 200, count: 100 });
  assert.deepEqual([last.total, last.rows.length], [250, 50]);
  assert.deepEqual((await rows(whole, '/usr/bin', { offset: 1000, count: 10 })).rows, []);
  assert.deepEqual((await rows(whole, '/usr/bin', { offset: -5, count: -5 })).rows, []);
  const flagged = await rows(whole, '/usr/bin', { flaggedOnly: true, offset: 1, count: 1 });
  assert.deepEqual([flagged.total, flagged.rows.map(({ name }) => name)], [3, ['f107']]);
  assert.deepEqual(
    (await rows(whole, '/', { flaggedOnly: true })).rows.map(({ name, flagged }) => [name, flagged]),
    [['usr', 3]],
  );
});

test('names that are no text lead to their folders all the same', async (t) => {
  const { rows } = await serviceFor(t, [
    { layers: [tar([file(Buffer.from('caf\xe9/x\ny', 'latin1')), file('a\\x41/z')])] },
  ]);
  for (const folder of (await rows(whole, '/')).rows)
    assert.equal((await rows(whole, folder.path)).rows.length, 1, folder.path);
});

test('folders that are not there, and files that are none', async (t) => {
  const { rows } = await serviceFor(t);
  for (const folder of ['/nowhere', '/app', '/bin/sh/x'])
    await assert.rejects(
      rows(whole, folder),
      (error) => error instanceof ImageError && /There is no folder/.test(error.message),
    );
  await assert.rejects(rows(layer(7), '/'), /The image has no layer 8/);
});

test('files: read through links, from the layer asked for, up to the limit', async (t) => {
  const { path, service } = await serviceFor(t, [
    {
      layers: [
        tar([
          file('etc/os-release', 'lower'),
          symlink('link', 'etc/os-release'),
          file('a', 'content'),
          { name: 'null', type: 'char' },
        ]),
        tar([
          file('etc/os-release', 'the upper one'),
          hardlink('b', 'a'),
          symlink('abs', '/link'),
          symlink('dangling', 'x'),
        ]),
      ],
    },
  ]);
  const read = async (view: View, file: string, limit = 100) => {
    const { bytes, size, truncated } = await service.readFile(path, view, file, limit, never);
    return `${Buffer.from(bytes)} ${size} ${truncated}`;
  };
  assert.equal(await read(whole, '/etc/os-release'), 'the upper one 13 false');
  assert.equal(await read(layer(0), '/etc/os-release'), 'lower 5 false');
  assert.equal(await read(layer(0), '/link'), 'lower 5 false');
  assert.equal(await read(whole, '/abs', 3), 'the 13 true');
  assert.equal(await read(whole, '/b'), 'content 7 false');
  // The layer has the link; what it leads to is below.
  assert.equal(await read(layer(1), '/abs'), 'the upper one 13 false');
  await assert.rejects(read(whole, '/etc'), /is a folder/);
  await assert.rejects(read(whole, '/null'), /has no content: it is a device/);
  await assert.rejects(read(whole, '/dangling'), /leads nowhere/);
  await assert.rejects(read(layer(1), '/a'), /is not here/);
});

test('files: all of them, one by one', async (t) => {
  const { path, service } = await serviceFor(t);
  const lines: string[] = [];
  for await (const { path: at, type, size, layer } of service.files(path, whole, never))
    lines.push(`${at} ${type} ${size} ${layer}`);
  assert.deepEqual(lines, [
    '/bin directory 0 0',
    '/bin/bash symlink 0 2',
    '/bin/dash file 1 0',
    '/bin/sh symlink 0 0',
    '/etc directory 0 0',
    '/etc/os-release file 9 1',
    '/opt directory 0 0',
    '/tmp directory 0 2',
    '/usr directory 0 2',
    '/usr/bin directory 0 2',
    '/usr/bin/su file 2 2',
    '/app file 11 1',
  ]);
  const ofLayer: string[] = [];
  for await (const { path: at } of service.files(path, layer(1), never)) ofLayer.push(at);
  assert.deepEqual(ofLayer, ['/etc', '/etc/os-release', '/tmp', '/app']);
});

test('an image is scanned once, whoever asks', async (t) => {
  const { path, service, progress, rows } = await serviceFor(t);
  const [first, report] = await Promise.all([
    rows(whole, '/'),
    service.report(path, never),
    rows(layer(1), '/'),
    service.describe(path, never),
  ]);
  await rows(layer(0), '/bin');
  assert.equal(progress.filter(({ done }) => done).length, 1);
  assert.deepEqual(progress.at(-1), {
    reference: path,
    layersDone: 3,
    layers: 3,
    bytes: progress.at(-1)!.bytes,
    totalBytes: progress.at(-1)!.bytes,
    done: true,
  });
  assert.equal(first.total, 6);
  assert.equal(report.files, 6);
});

test('a description does not wait for the scan, and does not begin it', async (t) => {
  const { path, service, progress } = await serviceFor(t);
  assert.equal((await service.describe(path, never)).layers.length, 3);
  assert.deepEqual(progress, []);
});

/** Layers large enough that the scan takes a while. */
const slow: Image = {
  layers: Array.from({ length: 12 }, (_, i) => tar([file(`f${i}`, Buffer.alloc(3_000_000, i))])),
  compression: 'gzip',
};

test('a layer does not wait for the others', async (t) => {
  const { rows, progress } = await serviceFor(t, [slow]);
  await rows(layer(0), '/');
  assert.ok(!progress.some(({ done }) => done));
  await rows(whole, '/');
  assert.ok(progress.some(({ done }) => done));
});

test('what is flagged in a layer may be told only when the others are known', async (t) => {
  const linked = tar([symlink('bin/sh', 'dash')]);
  const { rows } = await serviceFor(t, [
    { ...slow, layers: [linked, ...slow.layers, tar([file('bin/dash', '', exec)])] },
  ]);
  assert.deepEqual(brief((await rows(layer(0), '/bin')).rows), ['sh symlink 0 | added | 0']);
  await rows(whole, '/');
  assert.deepEqual(brief((await rows(layer(0), '/bin')).rows), ['sh symlink 0 | added | 1 | Command shell']);
});

test('a request that is cancelled does not disturb the others; when nobody waits, the scan ends', async (t) => {
  const { rows, progress } = await serviceFor(t, [slow]);
  const [impatient, patient] = [new AbortController(), new AbortController()];
  const one = rows(whole, '/', {}, impatient.signal);
  const other = rows(whole, '/', {}, patient.signal);
  await rows(layer(0), '/');
  impatient.abort();
  await assert.rejects(one, { name: 'AbortError' });
  assert.equal(progress.filter(({ done }) => done).length, 0);
  patient.abort();
  await assert.rejects(other, { name: 'AbortError' });
  const last = progress.at(-1)!;
  assert.deepEqual([last.done, last.layersDone < 12], [true, true]);
  assert.equal((await rows(whole, '/')).total, 12, 'asked again, it is read again');
});

test('closing an image ends its scan and tells who waits; it can be opened again', async (t) => {
  const { path, service, rows } = await serviceFor(t, [slow]);
  const waiting = rows(whole, '/');
  await rows(layer(0), '/');
  await Promise.all([assert.rejects(waiting, /closed while it was read/), service.close(path)]);
  assert.equal((await rows(whole, '/')).total, 12);
  await service.close('never/opened.tar');
});

test('an image that could not be opened is tried again', async (t) => {
  const path = await archiveWith(t, Buffer.from('not yet'));
  const service = new ImageService();
  t.after(() => service.closeAll());
  await assert.rejects(service.describe(path, never), /is not an image archive/);
  await writeFile(path, tar(hybridSave([image])));
  assert.equal((await service.describe(path, never)).layers.length, 3);
});

test('report: a program of many names counts once', async (t) => {
  const layers = [
    tar([
      file('bin/busybox', 'x'.repeat(500), exec),
      hardlink('bin/sh', 'bin/busybox'),
      hardlink('bin/ash', 'bin/busybox'),
    ]),
  ];
  const { path, service } = await serviceFor(t, [{ layers }]);
  const { components, size } = await service.report(path, never);
  assert.deepEqual(
    components.map(({ title, files, size }) => [title, files, size]),
    [
      ['Command shell', 2, 500],
      ['BusyBox or Toybox', 1, 500],
      ['Runs as root', 0, 0],
    ],
  );
  assert.equal(size, 500);
});

test('of many images, those that were asked for long ago are dropped, and read again when they are asked for', async (t) => {
  const paths = await Promise.all(
    ['a', 'b', 'c'].map((name) => archiveWith(t, hybridSave([{ layers: [tar([file(name), file(`${name}2`)])] }]))),
  );
  const scans: string[] = [];
  const service = new ImageService({
    keep: 14,
    onProgress: ({ reference, done }) => done && scans.push('abc'[paths.indexOf(reference)]!),
  });
  t.after(() => service.closeAll());
  const ask = (image: number) =>
    service.folder(
      { reference: paths[image]!, view: whole, folder: '/', offset: 0, count: 9, flaggedOnly: false },
      never,
    );
  // Each has six nodes, in its layer and merged: there is room for two.
  for (const image of [0, 1, 0, 2, 0, 1]) assert.equal((await ask(image)).total, 2);
  assert.deepEqual(scans, ['a', 'b', 'c', 'b']);
});

test('report: layers, waste, components, packages and problems', async (t) => {
  const status =
    'Package: dash\nStatus: install ok installed\nVersion: 0.5\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n';
  const newStatus = 'Package: dash\nVersion: 0.6\n';
  const list = '/.\n/bin\n/bin/dash\n/bin/sh\n/usr/share/doc/dash\n';
  const entries: readonly Entry[][] = [
    [
      file('usr/bin/dpkg', 'binary', exec),
      file('var/lib/dpkg/status', status),
      file('var/lib/dpkg/info/dash.list', list),
      file('usr/bin/dash', 'shell', exec),
      symlink('usr/bin/sh', 'dash'),
      symlink('bin', 'usr/bin'),
    ],
    [file('big', 'x'.repeat(1000)), file('other', 'y'.repeat(100))],
    [whiteout('big'), file('other', 'z'.repeat(50)), file('var/lib/dpkg/status', newStatus)],
  ];
  const { path, service } = await serviceFor(t, [
    {
      layers: entries.map((each) => tar(each)),
      history: [{ created_by: 'ADD' }, { created_by: 'RUN big' }, { created_by: 'RUN rm big' }],
    },
  ]);
  const { layers, components, packages, waste, problems, size } = await service.report(path, never);
  assert.deepEqual(packages, [
    {
      type: 'deb',
      name: 'dash',
      version: '0.6',
      architecture: undefined,
      source: '/var/lib/dpkg/status',
      layer: 2,
      files: 3,
      size: 'shell'.length,
      fromBase: null,
    },
  ]);
  assert.deepEqual(
    layers.map(({ createdBy, added, modified, removed, wasted, flagged }) => [
      createdBy,
      added,
      modified,
      removed,
      wasted,
      flagged,
    ]),
    [
      ['ADD', 6, 0, 0, status.length, 5],
      ['RUN big', 2, 0, 0, 1100, 0],
      ['RUN rm big', 0, 2, 1, 0, 1],
    ],
  );
  assert.equal(waste.size, 1100 + status.length);
  assert.equal(size, 'binary'.length + 'shell'.length + 50 + list.length + newStatus.length);
  assert.equal(waste.efficiency, 1 - waste.size / (waste.size + size));
  assert.deepEqual(
    components.map(({ title, severity, evidence, files, size, layers, packages, fromBase }) => [
      title,
      severity,
      evidence.map(({ path }) => path),
      files,
      size,
      layers,
      packages,
      fromBase,
    ]),
    [
      ['Command shell', 'error', ['/usr/bin/dash', '/usr/bin/sh'], 2, 5, [0], ['dash'], null],
      ['OS package manager', 'error', ['/usr/bin/dpkg'], 1, 6, [0], [], null],
      ['Runs as root', 'warning', [], 0, 0, [], [], null],
      [
        'Package database',
        'info',
        ['/var/lib/dpkg/info', '/var/lib/dpkg/status'],
        2,
        list.length + newStatus.length,
        [0, 2],
        [],
        null,
      ],
    ],
  );
  assert.deepEqual(problems, []);
});
