/** rpm's three databases, made byte by byte as rpm lays them out, whole and damaged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRpm, readRpmManifest } from '../../../server/inspect/packages/rpm.ts';
import { readTable } from '../../../server/inspect/packages/sqlite.ts';
import { random } from '../../support/random.ts';
import { berkeley, databaseOf, headerOf, made, type Rpm, sqlite } from '../../support/rpm-builder.ts';

const packages: readonly (Rpm & { readonly files: readonly string[] })[] = [
  {
    name: 'bash',
    version: '5.2',
    release: '1.el9',
    architecture: 'x86_64',
    files: ['/usr/bin/bash', '/usr/bin/sh', '/etc/skel'],
  },
  {
    name: 'openssl-libs',
    version: '3.0',
    release: '2',
    epoch: 1,
    files: Array.from({ length: 900 }, (_, i) => `/usr/lib64/ossl/module-${i}.so`),
  },
  { name: 'filesystem', version: '3.16', release: '5', files: [] },
];
const expected = [
  ['bash', '5.2-1.el9', 'x86_64', packages[0]!.files],
  ['openssl-libs', '1:3.0-2', undefined, packages[1]!.files],
  ['filesystem', '3.16-5', undefined, []],
];
const headers = packages.map(headerOf);
const key = headerOf({ name: 'gpg-pubkey', version: '1', release: '2' });

const said = (database: Uint8Array) =>
  readRpm(database).records.map(({ name, version, architecture, files }) => [name, version, architecture, files]);

test('Berkeley DB: headers on overflow pages and in the page, in either byte order', () => {
  for (const little of [true, false]) {
    assert.deepEqual(said(berkeley([...headers, key], little)), expected);
    assert.deepEqual(readRpm(berkeley(headers, little)).problems, []);
  }
});

test('ndb: slots, of which some are free', () => {
  assert.deepEqual(said(databaseOf([...headers, key])), expected);
  assert.deepEqual(readRpm(databaseOf(headers)).problems, []);
});

test('SQLite: many rows, and headers longer than a page', () => {
  for (const pageSize of [512, 4096, 65_536]) {
    const database = sqlite([...headers, key], pageSize);
    assert.deepEqual(said(database), expected);
    assert.deepEqual(readRpm(database).problems, []);
  }
  const many = Array.from({ length: 2_000 }, (_, i) => headerOf({ name: `p${i}`, version: '1', release: '1' }));
  assert.deepEqual(
    said(sqlite(many, 512)).map(([name]) => name),
    many.map((_, i) => `p${i}`),
  );
});

test('SQLite: values of every kind', () => {
  const rows = [
    [1, null, 0, 1, -1, 127, -129, 40_000, -9_000_000, 2 ** 40, -(2 ** 50), 1.5, 'text ä', Buffer.from([1, 2])],
    [2, '', Buffer.alloc(0), 'x'.repeat(5_000), 2 ** 31, -(2 ** 31), 0, 0, 0, 0, 0, 0, 0, 0],
  ];
  const database = made(1024, (open) => {
    open.exec(`CREATE TABLE t (${rows[0]!.map((_, i) => `c${i}`).join(', ')})`);
    for (const row of rows) open.prepare(`INSERT INTO t VALUES (${row.map(() => '?').join(', ')})`).run(...row);
  });
  const read = readTable(database, 't')!.rows.map((row) =>
    row.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)),
  );
  assert.deepEqual(read, rows);
  assert.equal(readTable(database, 'other'), undefined);
});

test('SQLite: values of every length around the end of a page', () => {
  const values = Array.from({ length: 1_200 }, (_, i) => Buffer.alloc(i, i & 0xff));
  const rows = readTable(sqlite(values, 512), 'Packages')!.rows;
  assert.deepEqual(
    rows.map(([, blob]) => Buffer.from(blob as Uint8Array)),
    values,
  );
});

test('Azure’s list', () => {
  const text = 'bash\t5.1-1.cm2\t1\t2\tMicrosoft\t(none)\t10\tx86_64\t0\tbash.src.rpm\n\nbad name\t1\n';
  assert.deepEqual(readRpmManifest(text).records, [
    { type: 'rpm', name: 'bash', version: '5.1-1.cm2', architecture: 'x86_64' },
  ]);
});

test('what is no database, and what is cut short, is said', () => {
  assert.deepEqual(readRpm(Buffer.alloc(10_000)).problems, ['is not a database that rpm wrote']);
  assert.deepEqual(readRpm(new Uint8Array()).problems, ['is not a database that rpm wrote']);
  for (const whole of [berkeley(headers, true), databaseOf(headers), sqlite(headers, 4096)]) {
    const { records, problems } = readRpm(whole.subarray(0, whole.length - 4096));
    assert.equal(problems.length, 1);
    assert.ok(records.length < headers.length);
  }
});

test('damaged databases give what could be read, and end', () => {
  const next = random(7);
  for (const whole of [berkeley(headers, true), databaseOf(headers), sqlite(headers, 512)]) {
    for (let i = 0; i < 400; i++) {
      const bytes = Buffer.from(whole);
      for (let j = 0; j < 8; j++) bytes[Math.floor(next() * (j % 2 ? 200 : bytes.length))] = Math.floor(next() * 256);
      for (const { name, version } of readRpm(bytes.subarray(0, Math.floor(next() * 2 * bytes.length))).records)
        assert.match(`${name} ${version}`, /^[\x21-\x7e]+ [\x21-\x7e]+$/);
    }
  }
});

test('pages that lead in a circle come to an end', () => {
  const overflow = berkeley(headers, true);
  // Every overflow page leads to itself.
  for (let at = 4096; at < overflow.length; at += 4096)
    if (overflow[at + 25] === 7) overflow.writeUInt32LE(at / 4096, at + 16);
  assert.equal(readRpm(overflow).problems.length, 1);
  const tree = sqlite(
    Array.from({ length: 500 }, (_, i) => headerOf({ name: `p${i}`, version: '1', release: '1' })),
    512,
  );
  for (let at = 512; at < tree.length; at += 512) if (tree[at] === 5) tree.writeUInt32BE(at / 512 + 1, at + 8);
  assert.equal(readRpm(tree).problems.length, 1);
});

test('one header that is said to be many is one', () => {
  const twice = databaseOf(headers);
  // The second package's slot leads to the first one's header, and so does a free one.
  twice.copy(twice, 32 + 32, 32, 48);
  twice.copy(twice, 32 + 16, 32, 48);
  assert.deepEqual(
    said(twice).map(([name]) => name),
    ['bash', 'filesystem'],
  );
});
