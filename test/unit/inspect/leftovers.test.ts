/** What is flagged for where it lies or what it is called, and what must be kept whatever lies around it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageView } from '../../../server/images/view.ts';
import { flagsOf } from '../../../server/inspect/components/index.ts';
import { dir, type Entry, file, symlink } from '../../support/image-builder.ts';
import { merged } from '../../support/images.ts';

async function flagged(...names: readonly (string | Entry)[]): Promise<string[]> {
  const entries = names.map((name) => (typeof name === 'string' ? file(name.slice(1), 'x', { mode: 0o755 }) : name));
  const files = imageView(await merged(entries));
  return [...flagsOf({ files, image: undefined })]
    .flatMap(([node, flags]) => flags.map(({ category, severity }) => `${files.path(node)}: ${category} ${severity}`))
    .sort();
}

/** A file, what is flagged then (itself unless a folder around it), and as what. */
const examples: readonly (readonly [path: string, flagged: string])[] = [
  ['/usr/bin/curl', '/usr/bin/curl: network-clients error'],
  ['/usr/bin/openssl', '/usr/bin/openssl: network-clients warning'],
  ['/usr/sbin/sshd', '/usr/sbin/sshd: ssh-server error'],
  ['/etc/ssh/sshd_config', '/etc/ssh/sshd_config: ssh-server error'],
  ['/usr/bin/sudo', '/usr/bin/sudo: privilege-tools error'],
  ['/usr/local/bin/gosu', '/usr/local/bin/gosu: privilege-tools info'],
  ['/etc/pam.d/su', '/etc/pam.d: privilege-tools info'],
  ['/app/.git/HEAD', '/app/.git: vcs-data error'],
  ['/app/.gitignore', '/app/.gitignore: vcs-data hint'],
  ['/usr/bin/pip3.13', '/usr/bin/pip3.13: lang-package-manager warning'],
  [
    '/usr/local/lib/python3.13/site-packages/pip/__main__.py',
    '/usr/local/lib/python3.13/site-packages/pip: lang-package-manager warning',
  ],
  ['/usr/local/lib/node_modules/npm/bin/npm-cli.js', '/usr/local/lib/node_modules/npm: lang-package-manager warning'],
  ['/usr/local/go/bin/go', '/usr/local/go: go-rust-dotnet-php-dev warning'],
  ['/usr/share/dotnet/sdk/10/x.dll', '/usr/share/dotnet/sdk: go-rust-dotnet-php-dev warning'],
  ['/src/target/debug/app', '/src/target/debug: go-rust-dotnet-php-dev warning'],
  ['/usr/lib/jvm/java-21/bin/javac', '/usr/lib/jvm/java-21/bin/javac: java-dev warning'],
  ['/opt/java/openjdk/lib/src.zip', '/opt/java/openjdk/lib/src.zip: java-dev warning'],
  ['/app/x-sources.jar', '/app/x-sources.jar: java-dev warning'],
  ['/usr/bin/x86_64-linux-gnu-gcc-14', '/usr/bin/x86_64-linux-gnu-gcc-14: compiler-toolchain warning'],
  ['/usr/lib/gcc/x86_64-linux-gnu/14/cc1', '/usr/lib/gcc: compiler-toolchain warning'],
  ['/usr/bin/perl5.40.1', '/usr/bin/perl5.40.1: interpreters warning'],
  ['/usr/bin/tcpdump', '/usr/bin/tcpdump: network-debug warning'],
  ['/usr/bin/strace', '/usr/bin/strace: system-debug warning'],
  ['/usr/bin/getent', '/usr/bin/getent: system-debug hint'],
  ['/usr/bin/vim.tiny', '/usr/bin/vim.tiny: editors-pagers warning'],
  ['/usr/bin/git', '/usr/bin/git: vcs-binaries warning'],
  ['/usr/bin/systemctl', '/usr/bin/systemctl: init-service warning'],
  ['/etc/init.d/cron', '/etc/init.d: init-service info'],
  ['/usr/sbin/cron', '/usr/sbin/cron: cron-at warning'],
  ['/etc/cron.daily/apt', '/etc/cron.daily: cron-at info'],
  ['/etc/apt/trusted.gpg.d/debian.asc', '/etc/apt: os-package-manager info'],
  [
    '/usr/share/keyrings/debian-archive-keyring.gpg',
    '/usr/share/keyrings/debian-archive-keyring.gpg: os-package-manager info',
  ],
  ['/root/.bashrc', '/root/.bashrc: completions-terminfo hint'],
  ['/usr/sbin/mkfs.ext4', '/usr/sbin/mkfs.ext4: kernel-boot-firmware warning'],
  ['/boot/vmlinuz', '/boot: kernel-boot-firmware warning'],
  ['/root/.bash_history', '/root/.bash_history: shell-history warning'],
  ['/var/lib/apt/lists/debian_Packages', '/var/lib/apt/lists: os-package-cache warning'],
  ['/var/cache/apk/APKINDEX.tar.gz', '/var/cache/apk: os-package-cache warning'],
  ['/usr/include/stdio.h', '/usr/include: headers warning'],
  ['/usr/lib/x86_64-linux-gnu/libz.a', '/usr/lib/x86_64-linux-gnu/libz.a: static-libs warning'],
  ['/usr/lib/debug/x', '/usr/lib/debug: debug-symbols warning'],
  ['/app/App.pdb', '/app/App.pdb: debug-symbols hint'],
  ['/app/x/__pycache__/y.pyc', '/app/x/__pycache__: python-dev hint'],
  ['/app/x/y.pyi', '/app/x/y.pyi: python-dev info'],
  ['/app/node_modules/typescript/lib/tsc.js', '/app/node_modules/typescript: node-dev info'],
  ['/app/dist/x.js.map', '/app/dist/x.js.map: node-dev info'],
  ['/usr/local/bundle/cache/x.gem', '/usr/local/bundle/cache: ruby-dev info'],
  ['/app/node_modules/a/test/x.js', '/app/node_modules/a/test: tests info'],
  ['/usr/bin/ls', '/usr/bin/ls: userland-utils info'],
  ['/tmp/x/y', '/tmp/x: temp-files info'],
  ['/var/log/dpkg.log', '/var/log: logs info'],
  ['/root/.cache/x/y', '/root/.cache: app-caches info'],
  ['/etc/passwd-', '/etc/passwd-: backup-files warning'],
  ['/app/.DS_Store', '/app/.DS_Store: backup-files warning'],
  ['/app/main.py~', '/app/main.py~: backup-files warning'],
  ['/app/Dockerfile', '/app/Dockerfile: project-files info'],
  ['/app/x.tfstate', '/app/x.tfstate: project-files error'],
  ['/usr/share/fonts/truetype/x.ttf', '/usr/share/fonts: gui-media info'],
  ['/usr/share/doc/x/changelog.gz', '/usr/share/doc: docs info'],
  ['/usr/share/man/man1/x.1.gz', '/usr/share/man: man-info info'],
  ['/usr/share/locale/de/LC_MESSAGES/x.mo', '/usr/share/locale: locales info'],
  ['/usr/lib/x86_64-linux-gnu/gconv/X.so', '/usr/lib/x86_64-linux-gnu/gconv: gconv hint'],
  ['/usr/share/bash-completion/completions/x', '/usr/share/bash-completion: completions-terminfo hint'],
  ['/usr/share/zoneinfo/Europe/Berlin', '/usr/share/zoneinfo: tzdata-extra hint'],
];

for (const [path, expected] of examples)
  test(`${path} is ${expected}`, async () => assert.deepEqual(await flagged(path), [expected]));

test('without /usr as with it', async () => {
  assert.deepEqual(await flagged('/bin/ls', '/lib/x86_64-linux-gnu/gconv/X.so'), [
    '/bin/ls: userland-utils info',
    '/lib/x86_64-linux-gnu/gconv: gconv hint',
  ]);
});

test('what is to be kept is never clutter, whatever lies around it', async () => {
  assert.deepEqual(
    await flagged(
      ...[
        '/etc/ssl/certs/ca-certificates.crt',
        '/etc/ssl/cert.pem',
        '/etc/pki/tls/certs/ca-bundle.crt',
        '/etc/passwd',
        '/etc/group',
        '/etc/nsswitch.conf',
        '/etc/services',
        '/etc/mime.types',
        '/etc/os-release',
        '/etc/hosts',
        '/lib64/ld-linux-x86-64.so.2',
        '/lib/ld-musl-x86_64.so.1',
        '/usr/lib/x86_64-linux-gnu/libc.so.6',
        '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
        '/usr/lib/x86_64-linux-gnu/libssl.so.3',
        '/usr/lib/ssl/openssl.cnf',
        '/usr/lib/locale/C.utf8/LC_CTYPE',
        '/usr/share/doc/bash/copyright',
        '/usr/share/common-licenses/GPL-3',
        '/usr/share/licenses/x/COPYING',
        '/usr/lib/gcc/x86_64-linux-gnu/14/libgcc_s.so.1',
      ],
    ),
    [],
  );
  assert.deepEqual(
    await flagged(
      '/usr/share/doc/bash/copyright',
      '/usr/share/doc/bash/NEWS.gz',
      '/usr/share/doc/dash/README',
      symlink('usr/share/doc/libgcc-s1', 'gcc-14-base'),
    ),
    ['/usr/share/doc/bash/NEWS.gz: docs info', '/usr/share/doc/dash: docs info'],
  );
  assert.deepEqual(await flagged('/usr/lib/locale/C.utf8/LC_CTYPE', '/usr/lib/locale/de_DE.utf8/LC_CTYPE'), [
    '/usr/lib/locale/de_DE.utf8: locales info',
  ]);
});

test('what lies in a flagged folder needs no reason of its own, but for what is a danger by itself', async () => {
  assert.deepEqual(
    await flagged('/usr/local/go/src/x/testdata/a.orig', '/usr/local/go/test/a.log', '/usr/local/go/Makefile'),
    ['/usr/local/go: go-rust-dotnet-php-dev warning'],
  );
  assert.deepEqual(await flagged(file('usr/local/go/su', 'x', { mode: 0o4755 })), [
    '/usr/local/go/su: setuid-setgid error',
    '/usr/local/go: go-rust-dotnet-php-dev warning',
  ]);
});

test('empty folders, empty files and links alone are nothing', async () => {
  assert.deepEqual(
    await flagged(
      dir('usr/include'),
      dir('boot'),
      file('var/log/lastlog'),
      dir('tmp', { mode: 0o1777 }),
      dir('var/spool/cron/crontabs'),
      symlink('usr/lib/debug/x', 'y'),
      dir('run/lock', { mode: 0o1777 }),
    ),
    [],
  );
  assert.deepEqual(await flagged('/app/node_modules/a/test/x.js', file('app/node_modules/a/test/empty.js')), [
    '/app/node_modules/a/test: tests info',
  ]);
});

test('names that only look alike', async () => {
  assert.deepEqual(
    await flagged(
      '/app/latest/x.js',
      '/app/core/x.js',
      '/app/tests/x.js',
      '/app/logo',
      '/usr/lib/python3.13/unittest/test/x.py',
      '/app/node_modules/debug/src/index.js',
      '/app/node_modules/a/Makefile',
      '/usr/share/x/y.log.js',
      '/srv/docker-compose/readme',
    ),
    [],
  );
});

test('writable by everybody, devices and pipes: not where that is usual', async () => {
  assert.deepEqual(
    await flagged(
      dir('srv/open', { mode: 0o777 }),
      dir('tmp', { mode: 0o1777 }),
      file('srv/file', 'x', { mode: 0o666 }),
      symlink('srv/link', 'file', { mode: 0o777 }),
      { name: 'dev/null', type: 'char', mode: 0o666, major: 1, minor: 3 },
      { name: 'srv/null', type: 'char', mode: 0o600, major: 1, minor: 3 },
      { name: 'srv/pipe', type: 'fifo', mode: 0o600 },
    ),
    [
      '/srv/file: world-writable warning',
      '/srv/null: device-files warning',
      '/srv/open: world-writable warning',
      '/srv/pipe: device-files warning',
    ],
  );
});

test('folders of one name in one another are gone through once', async () => {
  // Each of them anew would be seven hundred times five hundred files.
  const deep = `app/node_modules/${'test/'.repeat(700)}`;
  const names = Array.from({ length: 500 }, (_, i) => `/${deep}${i}.js`);
  assert.deepEqual(await flagged(...names), ['/app/node_modules/test: tests info']);
});
