/** What is flagged, and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageView } from '../../../server/images/view.ts';
import { categoryOrder, flagsOf } from '../../../server/inspect/components/index.ts';
import { leftoverRows } from '../../../server/inspect/components/leftovers.ts';
import { programRows } from '../../../server/inspect/components/programs.ts';
import { hiddenSecret } from '../../../server/inspect/components/secrets.ts';
import { configurationComponents } from '../../../server/inspect/configuration.ts';
import { dir, type Entry, file, hardlink, symlink } from '../../support/image-builder.ts';
import { merged, viewOfLayer } from '../../support/images.ts';

const program = (name: string, more: Partial<Entry> = {}) => file(name, 'x', { mode: 0o755, ...more });

/** `path: category severity`, by path. */
async function flagged(...layers: readonly (readonly Entry[])[]): Promise<string[]> {
  const files = imageView(await merged(...layers));
  return [...flagsOf({ files, image: undefined })]
    .flatMap(([node, flags]) => flags.map(({ category, severity }) => `${files.path(node)}: ${category} ${severity}`))
    .sort();
}

test('shells: programs of that name where programs lie, whether or not /bin is /usr/bin', async () => {
  assert.deepEqual(
    await flagged([
      program('bin/sh'),
      program('usr/local/bin/zsh'),
      program('opt/x/bin/bash'),
      program('home/me/.local/bin/fish'),
      program('busybox/sh'),
    ]),
    [
      '/bin/sh: shell error',
      '/busybox/sh: shell error',
      '/home/me/.local/bin/fish: shell error',
      '/opt/x/bin/bash: shell error',
      '/usr/local/bin/zsh: shell error',
    ],
  );
  const merged = [dir('usr/bin'), symlink('bin', 'usr/bin'), program('usr/bin/dash'), symlink('usr/bin/sh', 'dash')];
  assert.deepEqual(await flagged(merged), ['/usr/bin/dash: shell error', '/usr/bin/sh: shell error']);
});

test('shells: not what is no program, lies elsewhere, or is only called alike', async () => {
  assert.deepEqual(
    await flagged([
      file('bin/sh', 'x', { mode: 0o644 }),
      dir('bin/bash'),
      symlink('usr/bin/sh', 'dash'),
      symlink('usr/bin/zsh', '/usr/bin/zsh'),
      symlink('usr/bin/ksh', '../lib'),
      dir('usr/lib'),
      file('etc/shells', '/bin/sh'),
      program('usr/share/doc/sh'),
      program('usr/bin/shadow'),
      program('usr/bin/mysh'),
      program('usr/lib/helpers/sh'),
    ]),
    [],
  );
});

test('shells: through chains of links and alternatives', async () => {
  assert.deepEqual(
    await flagged([
      program('opt/shells/real'),
      symlink('etc/alternatives/sh', '/opt/shells/real'),
      symlink('bin/sh', '/etc/alternatives/sh'),
    ]),
    ['/bin/sh: shell error'],
  );
});

test('shells: those that a later layer removes are gone', async () => {
  assert.deepEqual(await flagged([program('bin/sh')], [file('bin/.wh.sh')]), []);
  assert.deepEqual(await flagged([program('bin/dash'), symlink('bin/sh', 'dash')], [file('bin/.wh.dash')]), []);
});

test('BusyBox: itself and its shells, by links of either kind; its dpkg is no package manager', async () => {
  const applets = ['sh', 'ash', 'dpkg', 'rpm', 'wget'];
  const expected = [
    '/bin/ash: shell error',
    '/bin/busybox: multicall-busybox error',
    '/bin/dpkg: multicall-busybox warning',
    '/bin/rpm: multicall-busybox warning',
    '/bin/sh: shell error',
    '/bin/wget: multicall-busybox warning',
  ];
  assert.deepEqual(
    await flagged([program('bin/busybox'), ...applets.map((name) => hardlink(`bin/${name}`, 'bin/busybox'))]),
    expected,
  );
  assert.deepEqual(
    await flagged([program('bin/busybox'), ...applets.map((name) => symlink(`bin/${name}`, '/bin/busybox'))]),
    expected,
  );
  assert.deepEqual(
    await flagged([program('bin/['), ...['busybox', ...applets].map((name) => hardlink(`bin/${name}`, 'bin/['))]),
    ['/bin/[: multicall-busybox warning', ...expected].sort(),
  );
  assert.deepEqual(await flagged([program('bin/busybox'), program('sbin/apk')]), [
    '/bin/busybox: multicall-busybox error',
    '/sbin/apk: os-package-manager error',
  ]);
});

test('package managers: programs, folders and libraries', async () => {
  assert.deepEqual(
    await flagged([
      program('usr/bin/apt-get'),
      program('usr/bin/dpkg'),
      file('usr/lib/apt/methods/http', 'x'),
      file('usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0', 'x'),
      file('usr/lib64/librpm.so.9', 'x'),
      file('usr/lib/python3.9/site-packages/dnf/cli.py', 'x'),
      dir('usr/share/dpkg'),
      file('usr/lib/rpm/macros.d/macros.x', 'x'),
    ]),
    [
      '/usr/bin/apt-get: os-package-manager error',
      '/usr/bin/dpkg: os-package-manager error',
      '/usr/lib/apt: os-package-manager error',
      '/usr/lib/python3.9/site-packages/dnf: os-package-manager error',
      '/usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0: os-package-manager error',
      '/usr/lib64/librpm.so.9: os-package-manager error',
    ],
  );
});

test('package databases: info beside their manager, a hint alone; empty ones not at all', async () => {
  const status = file('var/lib/dpkg/status', 'Package: x');
  assert.deepEqual(await flagged([status, dir('var/lib/dpkg/info'), file('var/lib/dpkg/available', '')]), [
    '/var/lib/dpkg/status: pkg-database hint',
  ]);
  assert.deepEqual(await flagged([status, program('usr/bin/dpkg')]), [
    '/usr/bin/dpkg: os-package-manager error',
    '/var/lib/dpkg/status: pkg-database info',
  ]);
  assert.deepEqual(await flagged([status, program('sbin/apk')]), [
    '/sbin/apk: os-package-manager error',
    '/var/lib/dpkg/status: pkg-database hint',
  ]);
  assert.deepEqual(await flagged([file('lib/apk/db/installed', 'P:x'), program('sbin/apk')]), [
    '/lib/apk/db: pkg-database info',
    '/sbin/apk: os-package-manager error',
  ]);
  assert.deepEqual(
    await flagged([dir('usr/lib'), symlink('lib', 'usr/lib'), file('usr/lib/apk/db/installed', 'P:x')]),
    ['/usr/lib/apk/db: pkg-database hint'],
  );
  assert.deepEqual(
    await flagged([file('var/lib/rpm/rpmdb.sqlite', 'x'), file('var/lib/rpmmanifest/container-manifest-2', 'x')]),
    ['/var/lib/rpm: pkg-database hint', '/var/lib/rpmmanifest: pkg-database hint'],
  );
});

test('nobody is told to delete a package database', async () => {
  const files = imageView(
    await merged([file('var/lib/dpkg/status', 'x'), program('usr/bin/dpkg'), file('lib/apk/db/installed', 'P:x')]),
  );
  const databases = [...flagsOf({ files, image: undefined }).values()]
    .flat()
    .filter(({ category }) => category === 'pkg-database');
  assert.equal(databases.length, 2);
  for (const { remedy } of databases) assert.match(remedy, /^Keep it/);
});

test('setuid and setgid: regular files that may be executed', async () => {
  assert.deepEqual(
    await flagged([
      program('usr/bin/one', { mode: 0o4755 }),
      program('usr/bin/two', { mode: 0o2755 }),
      program('usr/bin/both', { mode: 0o6711 }),
      hardlink('usr/bin/other-one', 'usr/bin/one'),
      file('usr/bin/not-executable', 'x', { mode: 0o4644 }),
      dir('var/mail', { mode: 0o2775 }),
      dir('tmp', { mode: 0o1777 }),
      symlink('usr/bin/a-link', 'one', { mode: 0o6777 }),
      program('usr/bin/plain'),
    ]),
    [
      '/usr/bin/both: setuid-setgid error',
      '/usr/bin/one: setuid-setgid error',
      '/usr/bin/other-one: setuid-setgid error',
      '/usr/bin/two: setuid-setgid error',
    ],
  );
});

test('setuid: the mode counts that the last layer leaves', async () => {
  assert.deepEqual(await flagged([program('bin/one', { mode: 0o4755 })], [program('bin/one')]), []);
});

test('what Google’s distroless images have is no more than a hint', async () => {
  const distroless = [
    ...['base-files', 'netbase', 'tzdata', 'media-types', 'libc6', 'libssl3t64'].flatMap((name) => [
      file(`var/lib/dpkg/status.d/${name}`, `Package: ${name}\nVersion: 1\n`),
      file(`var/lib/dpkg/status.d/${name}.md5sums`, ''),
    ]),
    file('etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\n'),
    file('etc/os-release', 'NAME="Debian GNU/Linux"\n'),
    file('etc/ssl/certs/ca-certificates.crt', 'x'),
    file('etc/dpkg/origins/debian', 'x'),
    program('usr/sbin/tzconfig'),
    program('usr/lib/x86_64-linux-gnu/libc.so.6'),
    dir('tmp', { mode: 0o1777 }),
    dir('home/nonroot', { mode: 0o700, uid: 65532, gid: 65532 }),
    dir('var/local', { mode: 0o2775 }),
  ];
  assert.deepEqual(await flagged(distroless), ['/var/lib/dpkg/status.d: pkg-database hint']);
});

test('a layer: links to what only the whole image has', async () => {
  const filesystem = await merged(
    [program('bin/dash')],
    [symlink('bin/sh', 'dash'), file('var/lib/dpkg/status', 'x'), symlink('bin/zsh', 'nothing')],
    [program('usr/bin/dpkg')],
  );
  const files = viewOfLayer(filesystem, 1);
  const of = (image: Parameters<typeof flagsOf>[0]['image']) =>
    [...flagsOf({ files, image })].map(([node, [flag]]) => `${files.path(node)} ${flag?.severity}`);
  assert.deepEqual(of(imageView(filesystem)), ['/bin/sh error', '/var/lib/dpkg/status info']);
  assert.deepEqual(of(undefined), ['/var/lib/dpkg/status hint']);
});

test('a link that begins a circle of folders comes to an end', async () => {
  assert.deepEqual(
    await flagged([symlink('usr/bin', '/usr/bin'), symlink('opt/a', '/opt'), symlink('home', '/'), program('bin/sh')]),
    ['/bin/sh: shell error'],
  );
});

test('flags say what, why and what to do, in whole sentences; no category of the facts is without one', async () => {
  const files = imageView(
    await merged([
      program('bin/busybox'),
      program('bin/sh'),
      hardlink('bin/wget', 'bin/busybox'),
      program('bin/su', { mode: 0o4755 }),
      program('bin/wall', { mode: 0o2755 }),
      program('srv/server', { pax: { 'SCHILY.xattr.security.capability': bindCapability } }),
      dir('srv/open', { mode: 0o777 }),
      file('srv/open/file', 'x', { mode: 0o666 }),
      { name: 'srv/null', type: 'char', major: 1, minor: 3 },
      { name: 'srv/pipe', type: 'fifo' },
      file('usr/share/zoneinfo/UTC', 'x'),
      file('var/lib/dpkg/status', 'x'),
      program('usr/bin/dpkg'),
      file('keys/id_rsa', 'x'),
      file('keys/.env', 'x'),
      file('shadow', 'x'),
      file('core', 'x'),
    ]),
  );
  const found: Readonly<Record<string, readonly string[]>> = {
    '/keys/id_rsa': ['a private key'],
    '/keys/.env': ['a token of GitHub'],
    '/shadow': ['an account without a password'],
  };
  const known = {
    config: { user: '', workingDir: '', entrypoint: [], cmd: [], env: ['DB_PASSWORD=x'], ports: [], labels: {} },
    secrets: new Map(Object.entries(found).map(([path, kinds]) => [files.find(path), { found: kinds }])),
    coreDumps: new Set([files.find('/core')]),
    isOfDistrolessBase: () => false,
  };
  const description = { ...nowhere, config: known.config };
  const flags = [
    ...[...programRows, ...leftoverRows].map(({ flag }) => flag),
    ...[...flagsOf({ files, image: undefined, known }).values()].flat(),
    ...configurationComponents(description, undefined),
    hiddenSecret(['a private key']),
  ];
  assert.deepEqual(new Set(flags.map(({ category }) => category)), new Set(categoryOrder));
  assert.equal(categoryOrder.length, 49);
  for (const { title, why, remedy } of flags) {
    assert.match(title, /^[A-Z].*[^.]$/);
    for (const sentence of [why, remedy]) assert.match(sentence, /^[A-Z].*\.$/);
  }
  // What was found in a file is told, where it can be told.
  assert.equal(
    flags.filter(({ title }) => title === 'Private key' || title === 'File with a password or token').length,
    2,
  );
});

test('who runs it is asked of images, not of a tar of files', () => {
  const config = { user: '', workingDir: '', entrypoint: [], cmd: [], env: [], ports: [], labels: {} };
  const titles = (description: typeof nowhere, more = {}) =>
    configurationComponents({ ...description, config: { ...config, ...more } }, undefined).map(({ title }) => title);
  assert.deepEqual(titles(nowhere), ['Runs as root']);
  assert.deepEqual(titles({ ...nowhere, platform: 'unknown' }, { cmd: ['sh'] }), ['Runs as root']);
  assert.deepEqual(titles({ ...nowhere, platform: 'unknown' }), []);
});

const nowhere = {
  reference: '',
  names: [],
  digest: undefined,
  platform: 'linux/amd64',
  created: undefined,
  layers: [],
  problems: [],
};

/** vfs_cap_data, revision 2, effective: cap_net_bind_service (linux/capability.h: number 10). */
const bindCapability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
