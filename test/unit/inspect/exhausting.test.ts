/** Databases of packages made to exhaust us: a few bytes that say a million things, or the same bytes said a million times. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { imageView } from '../../../server/images/view.ts';
import { ownedPackages } from '../../../server/inspect/owned.ts';
import { readApk } from '../../../server/inspect/packages/apk.ts';
import { readChisel } from '../../../server/inspect/packages/chisel.ts';
import { readDpkg, readDpkgList } from '../../../server/inspect/packages/dpkg.ts';
import { readGo } from '../../../server/inspect/packages/go.ts';
import { readJar } from '../../../server/inspect/packages/jar.ts';
import { readPython } from '../../../server/inspect/packages/python.ts';
import {
  allowance,
  allowedPath,
  linesOf,
  mostPackages,
  paragraphsOf,
} from '../../../server/inspect/packages/record.ts';
import { readRpm, readRpmManifest } from '../../../server/inspect/packages/rpm.ts';
import { readTable } from '../../../server/inspect/packages/sqlite.ts';
import { plan } from '../../../server/inspect/wants.ts';
import { file, tar } from '../../support/image-builder.ts';
import { scan } from '../../support/images.ts';
import { databaseOf, headerOf } from '../../support/rpm-builder.ts';
import { zip } from '../../support/zip-builder.ts';

test('lines and paragraphs, as they stand', () => {
  assert.deepEqual([...linesOf('a\n\nb\r\nc')], ['a', '', 'b\r', 'c']);
  assert.deepEqual([...linesOf('a\n')], ['a']);
  assert.deepEqual([...paragraphsOf('\n\n\na\nb\n \t\r\n\nc\n\n')], ['a\nb', 'c']);
  assert.deepEqual([...paragraphsOf('')], []);
});

test('more packages than any system has: as many as are kept, and a word of it', () => {
  const dpkg = readDpkg('Package: a\nVersion: 1\n\n'.repeat(mostPackages + 3));
  assert.deepEqual([dpkg.records.length, dpkg.problems], [mostPackages, ['names more packages than are read of it']]);
  const apk = readApk('P:a\nV:1\n\n'.repeat(mostPackages + 3));
  assert.deepEqual([apk.records.length, apk.problems], [mostPackages, ['names more packages than are read of it']]);
});

test('more files than any system has', () => {
  const told = ['names more files than are read of it'];
  const list = readDpkgList('/a\n'.repeat(1_000_003), '/var/lib/dpkg/info/a.list');
  assert.deepEqual([list.list?.files.length, list.problems], [1_000_000, told]);
  const apk = readApk(`P:a\nV:1\n${'R:a\n'.repeat(1_000_003)}`);
  assert.deepEqual([apk.records[0]?.files?.length, apk.problems], [1_000_000, told]);
  const python = readPython('a,,\n'.repeat(1_000_003), '/x.dist-info/RECORD');
  assert.deepEqual([python.list?.files.length, python.problems], [1_000_000, told]);
});

test('a folder of a long name is not written in front of every file', () => {
  const apk = readApk(`P:a\nV:1\nF:${'d'.repeat(500_000)}\n${'R:a\n'.repeat(100)}F:bin\nR:b\n`);
  assert.deepEqual(apk.records[0]?.files, ['/bin/b']);
  const files = [...Array.from({ length: 100 }, (_, i) => `/${'d'.repeat(500_000)}/${i}`), '/bin/b'];
  assert.deepEqual(readRpm(databaseOf([headerOf({ files })])).records[0]?.files, ['/bin/b']);
});

test('paths are counted by their characters too', () => {
  const left = { ...allowance(), characters: 10 };
  assert.deepEqual(allowedPath('bin/', 'sh', left), ['/bin/sh']);
  assert.deepEqual([allowedPath('bin/', 'dash', left), left.full], [[], true]);
});

test('modules of a Go program come to an end', () => {
  const text = (value: string) => Buffer.concat([lengthOf(value), Buffer.from(value)]);
  const marks = 'm'.repeat(16);
  const segment = Buffer.concat([
    Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'),
    Buffer.alloc(16),
    text('go1.24'),
    text(`${marks}${'dep\ta\tb\n'.repeat(30_000)}${marks}`),
  ]);
  const { records, problems } = readGo(segment, '/app');
  assert.equal(records.length, 20_001);
  assert.deepEqual(problems, ['names more packages than are read of it']);
  const cut = readGo(segment.subarray(0, 1000), '/app');
  assert.deepEqual(
    [cut.records.map(({ name }) => name), cut.problems],
    [['stdlib'], ['was built by Go, and its list of modules could not be read to the end']],
  );
  const old = Buffer.concat([Buffer.from('\xff Go buildinf:\x08\x00', 'latin1'), Buffer.alloc(32)]);
  assert.deepEqual(readGo(old, '/app').problems, ['was built by a Go before 1.18, whose list of modules is not read']);
});

test('rpm: headers that lie in one another are read as far as the file is long', () => {
  const files = Array.from({ length: 3000 }, (_, i) => `/usr/${i}`);
  const whole = databaseOf([headerOf({ files })], { times: 120 });
  const { records, problems } = readRpm(whole);
  assert.ok(records.length > 0 && records.length < 20, `${records.length}`);
  assert.deepEqual(problems, ['is damaged, or larger than what is read of it']);
});

test('SQLite: a record has no more columns than anybody asks for', () => {
  const page = Buffer.alloc(4096);
  page.write('SQLite format 3\0', 0, 'latin1');
  page.writeUInt16BE(4096, 16);
  page.writeUInt32BE(1, 56);
  // The schema: one row that names the table, on page 2.
  const cell = (columns: Buffer) => Buffer.concat([varint(columns.length), Buffer.from([1]), columns]);
  const schema = cell(
    Buffer.concat([Buffer.from([6, 23, 29, 29, 1, 13]), Buffer.from('tablePackagesPackages'), Buffer.from([2])]),
  );
  const leaf = (into: Buffer, head: number, content: Buffer) => {
    into[head] = 13;
    into.writeUInt16BE(1, head + 3);
    into.writeUInt16BE(4096 - content.length, head + 8);
    content.copy(into, 4096 - content.length);
  };
  leaf(page, 100, schema);
  const rows = Buffer.alloc(4096);
  leaf(rows, 0, cell(Buffer.concat([Buffer.from([0x97, 0x38]), Buffer.alloc(2998)])));
  const table = readTable(Buffer.concat([page, rows]), 'Packages');
  assert.deepEqual(
    table?.rows.map((row) => row.length),
    [16],
  );
});

test('jars: names made to be slow are not, and what fails is paid for', () => {
  const slow = zip(
    Array.from({ length: 200 }, () => ({ name: `${'-1'.repeat(32_000)} .jar`, body: zip([]), stored: true })),
  );
  assert.deepEqual(readJar(slow, '/a.jar').records, []);
  const record = (i: number) => ({
    name: `META-INF/maven/g/a${i}/pom.properties`,
    body: `groupId=g\nartifactId=a${i}\nversion=1\n`,
  });
  // They say that they are a byte, and are not: none of them is unpacked.
  const lying = zip([record(0), { ...record(1), size: 1 }, { ...record(2), size: 1, stored: true }]);
  assert.deepEqual(
    readJar(lying, '/a.jar').records.map(({ name }) => name),
    ['g:a0'],
  );
});

test('RECORD of Python: a line of quotes that never end, and one that does', () => {
  const { list } = readPython(`"${'""'.repeat(6_000_000)}\n"a ""b"".py",,\n`, '/x.dist-info/RECORD');
  assert.deepEqual(list?.files, ['/a "b".py']);
});

test('a package with more files in its folder than a call takes arguments', async () => {
  const files = Array.from({ length: 150_000 }, (_, i) => file(`app/node_modules/a/${i}`));
  const record = file('app/node_modules/a/package.json', '{"name":"a","version":"1"}');
  const { packages } = await owned(tar([record, ...files]));
  assert.deepEqual(
    packages.map(({ name, files }) => [name, files]),
    [['a', 150_001]],
  );
});

test('a list of files that many records name is gone through once', async () => {
  const records = Array.from({ length: 20_000 }, (_, i) => `Package: a\nVersion: ${i}\n`).join('\n');
  const list = Array.from({ length: 20_000 }, (_, i) => `/f${i}\n`).join('');
  const scanned = await scan(
    tar([file('var/lib/dpkg/status', records), file('var/lib/dpkg/info/a.list', list), file('f1')]),
    plan,
  );
  const filesystem = new Filesystem();
  filesystem.add(0, scanned.files);
  const view = imageView(filesystem);
  let asked = 0;
  const counting = { ...bound(view), find: (...args: Parameters<typeof view.find>) => ++asked && view.find(...args) };
  const { packages } = ownedPackages(counting as typeof view, [scanned.facts]);
  assert.deepEqual([packages.length, packages[0]?.files], [20_000, 1]);
  assert.ok(asked < 100_000, `${asked}`);
});

async function owned(layer: Uint8Array) {
  const scanned = await scan(layer, plan);
  const filesystem = new Filesystem();
  filesystem.add(0, scanned.files);
  return ownedPackages(imageView(filesystem), [scanned.facts]);
}

/** Its methods as properties of a plain object. */
function bound<View extends object>(view: View): View {
  const own: Record<string, unknown> = {};
  for (let at: object = view; at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) {
      const value = (view as Record<string, unknown>)[name];
      own[name] ??= typeof value === 'function' ? value.bind(view) : value;
    }
  return own as View;
}

const lengthOf = (value: string) =>
  Buffer.from([(value.length & 0x7f) | 0x80, ((value.length >> 7) & 0x7f) | 0x80, value.length >> 14]);
const varint = (value: number) =>
  value < 128 ? Buffer.from([value]) : Buffer.from([(value >> 7) | 0x80, value & 0x7f]);

test('what a list, an archive or a file of settings holds beyond what is read of it is told', () => {
  const rows = 'name\t1\n'.repeat(mostPackages);
  assert.deepEqual(readRpmManifest(rows).problems, []);
  assert.deepEqual(readRpmManifest(`${rows}more\t1\n`).problems, ['names more packages than are read of it']);

  const row = (i: number) => `{"kind":"package","name":"p${i}","version":"1"}`;
  const slices = Array.from({ length: mostPackages + 1 }, (_, i) => row(i)).join('\n');
  const chisel = readChisel(zstdCompressSync(Buffer.from(slices)));
  assert.deepEqual([chisel.records.length, chisel.problems.length], [mostPackages, 1]);
  const zeros = readChisel(zstdCompressSync(Buffer.alloc(65 << 20)));
  assert.deepEqual(zeros.problems, ['is larger than what is read of it']);

  const inner = zip([]);
  const jars = (count: number) =>
    readJar(zip(Array.from({ length: count }, (_, i) => ({ name: `${i}.jar`, body: inner, stored: true }))), '/a.jar');
  assert.deepEqual(jars(2_000).problems, []);
  const left = ['holds what was not looked into, being too much, too large, or not to be unpacked'];
  assert.deepEqual(jars(2_001).problems, left);
  const large = zip([{ name: 'META-INF/MANIFEST.MF', body: 'x'.repeat((1 << 20) + 1) }]);
  assert.deepEqual(readJar(large, '/a.jar').problems, left);
});
