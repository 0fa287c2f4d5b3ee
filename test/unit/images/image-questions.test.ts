/** What else is asked of an image that has been read: rows by size, files by name, what the layers did to one, and which are a package's. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import type { Share } from '../../../server/inspect/shares.ts';
import type { FileRow } from '../../../server/protocol.ts';
import { dir, file, hybridSave, symlink, tar, whiteout } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const status = `Package: bash
Status: install ok installed
Version: 5.2-1
Architecture: amd64
`;

async function opened(t: TestContext) {
  const layers = [
    tar([
      dir('etc'),
      file('etc/large', 'x'.repeat(300)),
      file('etc/alpha', 'x'),
      file('etc/beta', 'xx'),
      file('usr/bin/bash', 'shell', { mode: 0o755 }),
      file('usr/share/doc/bash/copyright', 'x'),
      file('var/lib/dpkg/status', status),
      file('var/lib/dpkg/info/bash.list', '/.\n/usr\n/usr/bin\n/usr/bin/bash\n/usr/share/doc/bash/copyright\n/gone\n'),
    ]),
    tar([file('etc/alpha', 'xyz', { mode: 0o600 }), whiteout('etc/large'), symlink('etc/link', 'alpha')]),
  ];
  const path = await archiveWith(t, hybridSave([{ name: 'app:1', layers }]));
  const service = new ImageService();
  t.after(() => service.closeAll());
  return { service, reference: path };
}

const brief = (rows: readonly FileRow[]) => rows.map(({ path, size }) => `${path} ${size}`);

test('rows by size: the largest first, what a layer takes away among them', async (t) => {
  const { service, reference } = await opened(t);
  const asked = { reference, folder: '/etc', offset: 0, count: 10, flaggedOnly: false, sort: 'size' } as const;
  const whole = await service.folder({ ...asked, view: { kind: 'image' } }, never);
  assert.deepEqual(brief(whole.rows), ['/etc/alpha 3', '/etc/beta 2', '/etc/link 0']);
  const second = await service.folder({ ...asked, view: { kind: 'layer', layer: 1 }, count: 2 }, never);
  assert.deepEqual(brief(second.rows), ['/etc/large 300', '/etc/alpha 3']);
  assert.equal(second.total, 3);
});

test('shares: every file is in that of its layer; folders count only what is of the share', async (t) => {
  const { service, reference } = await opened(t);
  const shares = await service.shares(reference, never);
  assert.deepEqual(
    shares.map(({ share, files }) => [share.kind === 'layer' ? share.layer : share.kind, files]),
    [
      [0, 5],
      [1, 2],
      ['unflagged', 6],
      ['unpackaged', 5],
    ],
  );
  const [first, second] = shares.map(({ size }) => size);
  assert.equal(second, 3);
  assert.equal(first! + second!, (await service.report(reference, never)).size);
  const asked = { reference, offset: 0, count: 10, flaggedOnly: false, view: { kind: 'image' } } as const;
  const of = async (folder: string, share: Share) =>
    brief((await service.folder({ ...asked, folder, share }, never)).rows);
  const highest = { kind: 'layer', layer: 1 } as const;
  assert.deepEqual(await of('/', highest), ['/etc 3']);
  assert.deepEqual(await of('/etc', highest), ['/etc/alpha 3', '/etc/link 0']);
  assert.deepEqual(await of('/etc', { kind: 'layer', layer: 0 }), ['/etc/beta 2']);
  assert.deepEqual(await of('/usr', { kind: 'unpackaged' }), []);
  assert.deepEqual(await of('/usr', { kind: 'unflagged' }), ['/usr/share 1']);
});

test('files by name, with their flags', async (t) => {
  const { service, reference } = await opened(t);
  const { rows, total } = await service.search({ reference, words: 'bash', limit: 2 }, never);
  assert.deepEqual(brief(rows), ['/usr/bin/bash 5', '/usr/share/doc/bash 1']);
  assert.equal(total, 3);
  assert.ok(rows[0]!.flags.some(({ category }) => category === 'shell'));
});

test('what the layers did to a file', async (t) => {
  const { service, reference } = await opened(t);
  assert.deepEqual(await service.history(reference, '/etc/link', never), [
    { layer: 1, change: 'added', size: 0, mode: 0o777 },
  ]);
  assert.deepEqual(await service.history(reference, '/etc/alpha', never), [
    { layer: 0, change: 'added', size: 1, mode: 0o644 },
    { layer: 1, change: 'modified', size: 3, mode: 0o600 },
  ]);
  assert.deepEqual(
    (await service.history(reference, '/etc/large', never)).map(({ layer, change, size }) => [layer, change, size]),
    [
      [0, 'added', 300],
      [1, 'removed', undefined],
    ],
  );
});

test('the files of a package, those that are there', async (t) => {
  const { service, reference } = await opened(t);
  const bash = { type: 'deb', name: 'bash', version: '5.2-1' } as const;
  const { rows, total } = await service.packageFiles({ reference, package: bash, limit: 1 }, never);
  assert.deepEqual(brief(rows), ['/usr/bin/bash 5']);
  assert.equal(total, 2);
  const none = await service.packageFiles({ reference, package: { ...bash, version: '6' }, limit: 9 }, never);
  assert.deepEqual(none, { rows: [], total: 0 });
});
