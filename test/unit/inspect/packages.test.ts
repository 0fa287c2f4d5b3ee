/** The records of package managers, whole and damaged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApk } from '../../../server/inspect/packages/apk.ts';
import { readDpkg, readDpkgList } from '../../../server/inspect/packages/dpkg.ts';
import type { PackageFact } from '../../../server/inspect/packages/record.ts';
import { plan } from '../../../server/inspect/wants.ts';
import { random } from '../../support/random.ts';

const brief = (packages: readonly { name: string; version: string }[]) =>
  packages.map(({ name, version }) => `${name} ${version}`);

const status = `Package: adduser
Status: install ok installed
Priority: important
Description: add and remove users
 Package: not-this-one
 .
 more
Version: 3.134

Package: removed
Status: deinstall ok config-files
Version: 1.0

Package: half
Status: install reinstreq half-installed
Version: 2.0

Package: held
Status: hold ok installed
Version: 1:2.3-4+deb13u1
`;

const listed = (text: string) => readDpkgList(text, '/var/lib/dpkg/info/a.list').list?.files;

test('dpkg: installed packages, and no others', () => {
  assert.deepEqual(brief(readDpkg(status).records), ['adduser 3.134', 'held 1:2.3-4+deb13u1']);
  assert.deepEqual(brief(readDpkg(status.replaceAll('\n', '\r\n')).records), ['adduser 3.134', 'held 1:2.3-4+deb13u1']);
});

test('dpkg: a stanza of status.d has no status, and is installed', () => {
  assert.deepEqual(brief(readDpkg('Package: tzdata\nVersion: 2026a-0+deb13u1\nArchitecture: all\n').records), [
    'tzdata 2026a-0+deb13u1',
  ]);
});

test('dpkg: file lists of both kinds', () => {
  assert.deepEqual(listed('/.\n/bin\n/bin/dash\n/usr/share/doc\n'), ['/bin', '/bin/dash', '/usr/share/doc']);
  assert.deepEqual(
    listed('d41d8cd98f00b204e9800998ecf8427e  usr/bin/x y\nd41d8cd98f00b204e9800998ecf8427e  ./etc/z\n'),
    ['/usr/bin/x y', '/etc/z'],
  );
});

const apk = `C:Q1abc=
P:musl
V:1.2.5-r0
A:x86_64
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
F:
R:root-file

P:busybox
V:1.36.1-r2
F:bin
R:busybox

V:no-name
`;

test('apk: packages and their files', () => {
  assert.deepEqual(
    readApk(apk).records.map(({ name, version, files }) => [name, version, files]),
    [
      ['musl', '1.2.5-r0', ['/lib/ld-musl-x86_64.so.1', '/root-file']],
      ['busybox', '1.36.1-r2', ['/bin/busybox']],
    ],
  );
});

test('names and versions with control characters, or without end, are none', () => {
  assert.deepEqual(readDpkg('Package: evil\x1b[2J\nVersion: 1\n').records, []);
  assert.deepEqual(readDpkg(`Package: ${'x'.repeat(1000)}\nVersion: 1\n`).records, []);
  assert.deepEqual(readDpkg('Package: a\nVersion: 1\u202e2\n').records, []);
  assert.deepEqual(readApk('P:evil\x07\nV:1\n').records, []);
});

test('the plan: which files are read, and what is kept of them', () => {
  const kept = (path: string, text: string) => plan.extract('packages', path, Buffer.from(text)) as PackageFact;
  for (const path of [
    '/var/lib/dpkg/status',
    '/var/lib/dpkg/status.d/tzdata',
    '/var/lib/dpkg/status.d/tzdata.md5sums',
    '/var/lib/dpkg/info/libc6:amd64.list',
    '/lib/apk/db/installed',
    '/usr/lib/apk/db/installed',
  ]) {
    assert.ok(plan.want(path, 100, 0o644), path);
  }
  for (const path of [
    '/var/lib/dpkg/info/x.postinst',
    '/var/lib/dpkg/status-old',
    '/var/lib/dpkg/info/a/b.list',
    '/home/x/apk/db/installed',
    '/etc/passwd',
  ]) {
    assert.equal(plan.want(path, 100, 0o644), undefined, path);
  }
  assert.deepEqual(kept('/var/lib/dpkg/info/dash:amd64.list', '/bin/dash\n/usr/share/doc/dash/copyright\n').list, {
    name: 'dash:amd64',
    files: ['/bin/dash', '/usr/share/doc/dash/copyright'],
  });
  assert.deepEqual(brief(kept('/lib/apk/db/installed', apk).records), ['musl 1.2.5-r0', 'busybox 1.36.1-r2']);
});

test('damaged records give what could be read', () => {
  const next = random(21);
  for (const whole of [status, apk]) {
    for (let i = 0; i < 500; i++) {
      const bytes = Buffer.from(whole);
      for (let j = 0; j < 5; j++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      const text = bytes.subarray(0, next() * bytes.length).toString();
      for (const { name, version } of [...readDpkg(text).records, ...readApk(text).records])
        assert.match(`${name} ${version}`, /^[\x20-\x7e]+$/);
    }
  }
});

test('records made to be slow are not', () => {
  // Each of these takes minutes where a pattern tries all ways to split a run of blanks.
  for (const text of [
    `Package:${' '.repeat(200_000)}x\x01`,
    `${'\n \t'.repeat(100_000)}x`,
    `\n${' '.repeat(200_000)}x`,
    `P:${' '.repeat(200_000)}\x01`,
  ]) {
    assert.deepEqual([...readDpkg(text).records, ...readApk(text).records], []);
    assert.ok((listed(text)?.length ?? 0) >= 0);
  }
});
