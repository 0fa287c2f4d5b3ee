/**
 * docker-library/python: Python of its makers' own source, built as the vendor builds it into /usr/local, but without the optimisations that take an hour. Debian's
 * own packages would not do: they are elsewhere, look for modules elsewhere, and link no libpython.
 */
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { bundleFile, tellOf } from './authorities.ts';
import { compiled } from './compiled.ts';
import { debian, type Release } from './debian.ts';
import type { StandIn } from './stand-in.ts';

/** The releases of Debian that have the source. */
const versions: Readonly<Record<string, Release>> = { '3.11': 'bookworm', '3.13': 'trixie' };

/** What the vendor's slim variant keeps of Debian besides: the libraries that Python's modules link. */
const libraries = [
  ...['ca-certificates', 'netbase', 'tzdata', 'libbz2-1.0', 'libffi8', 'liblzma5', 'libncursesw6', 'libreadline8t64'],
  ...['libsqlite3-0', 'libssl3t64', 'libuuid1', 'zlib1g'],
];
const headers = [
  ...['gcc', 'make', 'libc6-dev', 'libbz2-dev', 'libffi-dev', 'liblzma-dev', 'libncurses-dev', 'libreadline-dev'],
  ...['libsqlite3-dev', 'libssl-dev', 'pkg-config', 'uuid-dev', 'zlib1g-dev'],
];

export function python(reference: string): StandIn | undefined {
  const match = /^python:(3\.\d+)(?:\.\d+)?(-slim)?(?:-trixie)?$/.exec(reference);
  const version = match?.[1] ?? '';
  const release = versions[version];
  if (!match || !release) return undefined;
  const slim = match[2] !== undefined;
  return {
    id: `python-${version}-trixie${slim ? '-slim' : ''}`,
    madeOf: `Python ${version} of its own source, on Debian`,
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...(version === '3.11' ? ['ENV LANG=C.UTF-8'] : []),
      `ENV PYTHON_VERSION=${version}`,
      ...tellOf(['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'], bundleFile),
      'CMD ["python3"]',
    ],
    async fill(root) {
      const more = ['g++', 'git', 'curl', 'wget', 'libpq-dev', 'libxml2-dev', 'libxslt1-dev', 'libjpeg-dev'];
      await debian(root, slim ? libraries : [...libraries, ...headers, ...more]);
      await run('tar', [
        '-xf',
        await compiled({ id: `python-${version}`, source: `python${version}`, release, packages: headers, script }),
        '-C',
        root,
      ]);
      for (const name of ['idle', 'pip', 'pydoc', 'python'])
        await run('ln', ['-sf', `${name}3`, join(root, 'usr/local/bin', name)]);
      await run('ln', ['-sf', 'python3-config', join(root, 'usr/local/bin/python-config')]);
      await run('chroot', [root, 'ldconfig']);
    },
  };
}

/** The steps of the vendor's Dockerfile: the shared library is looked for beside the program, and tests, static libraries and compiled modules are left out. */
const script = `
set -eu
cd /source
export CFLAGS=-O1 LDFLAGS=-Wl,--strip-all
./configure --quiet --enable-loadable-sqlite-extensions --enable-option-checking=fatal --enable-shared --with-ensurepip --disable-test-modules >/log 2>&1
make -s -j "$(nproc)" >>/log 2>&1
rm python
make -s LDFLAGS="-Wl,--strip-all,-rpath='\\$\\$ORIGIN/../lib'" python >>/log 2>&1
make -s install DESTDIR=/out >>/log 2>&1
find /out -depth \\( \\( -type d -a \\( -name test -o -name tests -o -name idle_test \\) \\) -o \\( -type f -a \\( -name '*.pyc' -o -name '*.pyo' -o -name 'libpython*.a' \\) \\) \\) -exec rm -rf '{}' +
`;
