/** One image in which each of the 49 kinds of components is a realistic file, told as that and nothing else; and one of what only looks alike, in which nothing is told. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import { categoryOrder } from '../../../server/inspect/components/index.ts';
import type { ComponentCategory, ImageReport } from '../../../server/inspect/report.ts';
import { dir, type Entry, file, hybridSave, tar, whiteout } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const elf = Buffer.from(
  '\x7fELF\x02\x01\x01\x00'.padEnd(16, '\0').concat('\x03\x00\x3e\x00').padEnd(64, '\0'),
  'latin1',
);
const program = (path: string, more: Partial<Entry> = {}) => file(path, elf, { mode: 0o755, ...more });
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** cap_net_raw=ep, as the kernel stores it (linux/capability.h, version 2). */
const netRaw = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** What is there, the path that is told, and what is like it and is not told. Neither of root-user is a file. */
const rows: Readonly<Record<ComponentCategory, readonly [there: Entry, told: string | undefined, near: Entry]>> = {
  shell: [program('usr/bin/dash'), '/usr/bin/dash', program('app/bin/sh-syntax')],
  'multicall-busybox': [program('busybox/busybox'), '/busybox/busybox', file('app/busybox/readme', 'x')],
  'os-package-manager': [
    program('usr/bin/apt-get'),
    '/usr/bin/apt-get',
    file('etc/dpkg/origins/debian', 'Vendor: Debian\n'),
  ],
  'network-clients': [program('usr/bin/curl'), '/usr/bin/curl', file('usr/lib/x86_64-linux-gnu/libcurl.so.4', elf)],
  'ssh-server': [program('usr/sbin/sshd'), '/usr/sbin/sshd', file('etc/ssh/ssh_config', 'Host *\n')],
  'privilege-tools': [program('usr/bin/sudo'), '/usr/bin/sudo', program('app/bin/sudoku')],
  'setuid-setgid': [
    program('usr/lib/app/helper', { mode: 0o4755 }),
    '/usr/lib/app/helper',
    file('app/data', 'x', { mode: 0o2644 }),
  ],
  'secrets-keys': [file('srv/tls/server.key', pem), '/srv/tls/server.key', file('srv/public.pem', publicPem)],
  'secrets-config': [
    file('srv/.env', 'NAME=x\nDB_PASSWORD=correct-horse-battery\n'),
    '/srv/.env',
    file('etc/app/.env', 'DB_PASSWORD=${DB_PASSWORD}\nTOKEN=changeme\n'),
  ],
  'vcs-data': [file('srv/app/.git/HEAD', 'ref: refs/heads/main\n'), '/srv/app/.git', file('app/git/HEAD', 'x')],
  'root-user': [dir('srv'), undefined, dir('srv')],
  'file-capabilities': [
    program('usr/lib/app/raw', { pax: { 'SCHILY.xattr.security.capability': netRaw } }),
    '/usr/lib/app/raw',
    program('app/labelled', { pax: { 'SCHILY.xattr.security.selinux': 'system_u:object_r:bin_t:s0' } }),
  ],
  'world-writable': [dir('srv/uploads', { mode: 0o777 }), '/srv/uploads', dir('tmp', { mode: 0o1777 })],
  'device-files': [
    { name: 'srv/chroot/null', type: 'char', mode: 0o666, major: 1, minor: 3 },
    '/srv/chroot/null',
    { name: 'dev/null', type: 'char', mode: 0o666, major: 1, minor: 3 },
  ],
  'lang-package-manager': [program('usr/local/bin/pip3.13'), '/usr/local/bin/pip3.13', file('app/pip.conf.md', 'x')],
  'go-rust-dotnet-php-dev': [file('usr/local/go/VERSION', 'go1.24.4\n'), '/usr/local/go', program('app/go-server')],
  'java-dev': [
    program('usr/lib/jvm/java-21/bin/javac'),
    '/usr/lib/jvm/java-21/bin/javac',
    program('usr/lib/jvm/java-21/bin/java'),
  ],
  'compiler-toolchain': [
    program('usr/bin/x86_64-linux-gnu-gcc-14'),
    '/usr/bin/x86_64-linux-gnu-gcc-14',
    file('usr/lib/x86_64-linux-gnu/libgcc_s.so.1', elf),
  ],
  interpreters: [program('usr/bin/perl5.40.1'), '/usr/bin/perl5.40.1', file('app/python3.txt', 'x')],
  'network-debug': [program('usr/bin/tcpdump'), '/usr/bin/tcpdump', file('etc/services', 'http 80/tcp\n')],
  'system-debug': [program('usr/bin/strace'), '/usr/bin/strace', program('app/ps2pdf')],
  'editors-pagers': [program('usr/bin/vim.tiny'), '/usr/bin/vim.tiny', file('app/edit.html', 'x')],
  'vcs-binaries': [program('usr/bin/git'), '/usr/bin/git', file('app/git.js', 'x')],
  'init-service': [
    file('etc/init.d/cron-like', '#!/bin/sh\n', { mode: 0o755 }),
    '/etc/init.d',
    file('app/init.d.md', 'x'),
  ],
  'cron-at': [program('usr/sbin/cron'), '/usr/sbin/cron', file('app/crontab.md', 'x')],
  'kernel-boot-firmware': [file('boot/vmlinuz-6.12', 'MZ'), '/boot', file('app/boot/loader.js', 'x')],
  'shell-history': [file('root/.bash_history', 'ls\n'), '/root/.bash_history', file('app/history', 'x')],
  'os-package-cache': [
    file('var/lib/apt/lists/deb.debian.org_dists_trixie_InRelease', 'x'),
    '/var/lib/apt/lists',
    dir('var/lib/apt/lists/partial'),
  ],
  headers: [file('usr/include/stdio.h', '#pragma once\n'), '/usr/include', file('app/include/index.php', 'x')],
  'static-libs': [
    file('usr/lib/x86_64-linux-gnu/libz.a', '!<arch>\n'),
    '/usr/lib/x86_64-linux-gnu/libz.a',
    file('app/notes.a', 'x'),
  ],
  'debug-symbols': [
    file('usr/lib/debug/.build-id/0a/1b.debug', elf),
    '/usr/lib/debug',
    file('app/node_modules/debug/index.js', 'x'),
  ],
  'python-dev': [file('srv/app/types.pyi', 'x: int\n'), '/srv/app/types.pyi', file('app/main.py', 'print()\n')],
  'node-dev': [
    file('srv/app/node_modules/typescript/lib/tsc.js', 'x'),
    '/srv/app/node_modules/typescript',
    file('app/node_modules/express/index.js', 'x'),
  ],
  'ruby-dev': [
    file('usr/local/bundle/cache/rack-3.gem', 'x'),
    '/usr/local/bundle/cache',
    file('usr/local/bundle/gems/rack-3/lib/rack.rb', 'x'),
  ],
  tests: [
    file('srv/lib/node_modules/a/test/a.js', 'x'),
    '/srv/lib/node_modules/a/test',
    file('app/tests/index.html', 'x'),
  ],
  'userland-utils': [program('usr/bin/sed'), '/usr/bin/sed', program('usr/bin/my-application')],
  'temp-files': [file('tmp/build.txt', 'x'), '/tmp/build.txt', dir('run/lock')],
  logs: [file('var/log/dpkg.log', '2026 install\n'), '/var/log', file('app/changelog', 'x')],
  'app-caches': [file('root/.cache/fontconfig/x', 'x'), '/root/.cache', file('app/cache.js', 'x')],
  'backup-files': [
    file('etc/passwd-', 'root:x:0:0::/root:/bin/sh\n'),
    '/etc/passwd-',
    file('etc/passwd', 'app:x:65532:65532::/:/sbin/nologin\n'),
  ],
  'project-files': [
    file('srv/app/docker-compose.yml', 'services: {}\n'),
    '/srv/app/docker-compose.yml',
    file('app/compose.json', '{}'),
  ],
  'gui-media': [file('usr/share/fonts/truetype/a.ttf', 'x'), '/usr/share/fonts', file('app/static/a.ttf', 'x')],
  docs: [
    file('usr/share/doc/x/changelog.gz', 'x'),
    '/usr/share/doc/x/changelog.gz',
    file('usr/share/doc/x/copyright', 'MIT\n'),
  ],
  'man-info': [file('usr/share/man/man1/x.1.gz', 'x'), '/usr/share/man', file('app/man/index.html', 'x')],
  locales: [
    file('usr/share/locale/de/LC_MESSAGES/x.mo', 'x'),
    '/usr/share/locale',
    file('usr/lib/locale/C.utf8/LC_CTYPE', 'x'),
  ],
  'completions-terminfo': [
    file('usr/share/bash-completion/completions/x', 'x'),
    '/usr/share/bash-completion',
    file('app/completions.json', '{}'),
  ],
  gconv: [
    file('usr/lib/x86_64-linux-gnu/gconv/EUC-JP.so', elf),
    '/usr/lib/x86_64-linux-gnu/gconv',
    file('usr/lib/x86_64-linux-gnu/libc.so.6', elf),
  ],
  'tzdata-extra': [
    file('usr/share/zoneinfo/Europe/Berlin', 'TZif2'),
    '/usr/share/zoneinfo',
    file('etc/timezone', 'Etc/UTC\n'),
  ],
  'pkg-database': [
    file('var/lib/dpkg/status', 'Package: a\nVersion: 1\nStatus: install ok installed\n'),
    '/var/lib/dpkg/status',
    file('var/lib/dpkg/arch', 'amd64\n'),
  ],
};

const licence = file('usr/share/doc/x/copyright', 'MIT\n');

test('each of the 49 kinds is told of a file as images have it, and of no other', async (t) => {
  const { components, problems } = await reportOf(t, [licence, ...Object.values(rows).map(([there]) => there)], '');
  assert.deepEqual(problems, []);
  const told = components.flatMap(({ category, evidence }) => evidence.map(({ path }) => `${category} ${path}`));
  assert.deepEqual(
    told.sort(),
    Object.entries(rows)
      .flatMap(([id, [, path]]) => (path ? [`${id} ${path}`] : []))
      .sort(),
  );
  assert.deepEqual(new Set(components.map(({ category }) => category)), new Set(categoryOrder));
  assert.equal(Object.keys(rows).length, 49);
});

test('what is only like one of them is not told', async (t) => {
  const { components } = await reportOf(
    t,
    Object.values(rows).map(([, , near]) => near),
    '65532',
  );
  assert.deepEqual(
    components.map(({ category, evidence }) => `${category} ${evidence.map(({ path }) => path)}`),
    [],
  );
});

test('of more files than are listed, it is told how many there are; within a kind, what lies first comes first', async (t) => {
  const shells = Array.from({ length: 1_003 }, (_, i) => file(`srv/${i}.bak`, 'x'));
  const tools = [program('usr/bin/su', { mode: 0o4755 }), program('usr/bin/chage', { mode: 0o2755 })];
  const { components } = await reportOf(t, [...shells, ...tools], '65532');
  const backup = components.find(({ category }) => category === 'backup-files');
  assert.deepEqual([backup?.evidence.length, backup?.unlisted, backup?.files], [1_000, 3, 1_003]);
  const titles = components.flatMap(({ category, title }) => (category === 'setuid-setgid' ? [title] : []));
  assert.deepEqual(titles, ['Setgid program', 'Setuid program']);
});

test('secrets that a later layer deletes are listed by path, whichever layer they lie in', async (t) => {
  const layers = [[file('b.key', pem)], [file('a.key', pem)], [whiteout('a.key'), whiteout('b.key')]].map((entries) =>
    tar(entries),
  );
  const { components } = await report(t, layers, '65532');
  const hidden = components.find(({ category }) => category === 'secrets-keys');
  assert.deepEqual(
    hidden?.evidence.map(({ path, layer }) => [path, layer]),
    [
      ['/a.key', 1],
      ['/b.key', 0],
    ],
  );
});

const reportOf = (t: TestContext, entries: readonly Entry[], user: string) => report(t, [tar(entries)], user);

async function report(t: TestContext, layers: readonly Buffer[], user: string): Promise<ImageReport> {
  const config = { User: user, Entrypoint: ['/usr/bin/my-application'], Env: ['PATH=/usr/bin'] };
  const path = await archiveWith(t, hybridSave([{ layers, config }]));
  const service = new ImageService();
  t.after(() => service.closeAll());
  return service.report(`docker-archive:${path}`, never);
}
