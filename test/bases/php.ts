/** docker-library/php, the variant for the command line: PHP of its makers' own source in /usr/local, with the extensions that the vendor's has, but for Sodium and Argon2. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { compiled } from './compiled.ts';
import { debian } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function php(reference: string): StandIn | undefined {
  if (!/^php:8\.4(?:\.\d+)?-cli(?:-trixie)?$/.test(reference)) return undefined;
  return {
    id: 'php-8.4-cli-trixie',
    madeOf: 'PHP 8.4 of its own source, on Debian',
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV PHP_INI_DIR=/usr/local/etc/php',
      'ENV PHP_VERSION=8.4',
      'ENTRYPOINT ["docker-php-entrypoint"]',
      'CMD ["php", "-a"]',
    ],
    async fill(root) {
      await debian(root, [...libraries, ...headers]);
      const tar = await compiled({ id: 'php-8.4', source: 'php8.4', release: 'trixie', packages: headers, script });
      await run('tar', ['-xf', tar, '-C', root]);
      await run('chroot', [root, 'ldconfig']);
      await mkdir(join(root, 'usr/local/etc/php/conf.d'), { recursive: true });
      await mkdir(join(root, 'var/www/html'), { recursive: true });
      await writeFile(join(root, 'usr/local/bin/docker-php-entrypoint'), entrypoint, { mode: 0o755 });
    },
  };
}

const libraries = ['ca-certificates', 'curl', 'xz-utils'];
const headers = [
  ...['gcc', 'g++', 'make', 'libc6-dev', 'pkg-config', 're2c', 'file', 'autoconf', 'dpkg-dev'],
  ...[
    'libcurl4-openssl-dev',
    'libonig-dev',
    'libreadline-dev',
    'libsqlite3-dev',
    'libssl-dev',
    'libxml2-dev',
    'zlib1g-dev',
  ],
];

const script = `
set -eu
cd /source
export CFLAGS=-O0 LDFLAGS=-Wl,--strip-all
./configure --with-config-file-path=/usr/local/etc/php --with-config-file-scan-dir=/usr/local/etc/php/conf.d --with-pic \\
  --enable-mbstring --enable-mysqlnd --with-pdo-sqlite=/usr --with-sqlite3=/usr --with-curl --with-iconv --with-openssl --with-readline --with-zlib \\
  --disable-phpdbg --disable-cgi --without-pear >/log 2>&1
make -s -j "$(nproc)" >>/log 2>&1
make -s install INSTALL_ROOT=/out >>/log 2>&1
`;

const entrypoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ]; then
  set -- php "$@"
fi
exec "$@"
`;
