/** docker-library/ruby: Ruby of its makers' own source in /usr/local, gems in /usr/local/bundle. Without YJIT, which would need a Rust compiler. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { bundleFile, tellOf } from './authorities.ts';
import { compiled } from './compiled.ts';
import { debian } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function ruby(reference: string): StandIn | undefined {
  const match = /^ruby:3\.3(?:\.\d+)?(-slim)?(?:-trixie)?$/.exec(reference);
  if (!match) return undefined;
  const slim = match[1] !== undefined;
  return {
    id: `ruby-3.3-trixie${slim ? '-slim' : ''}`,
    madeOf: 'Ruby 3.3 of its own source, on Debian',
    source: import.meta.filename,
    configuration: [
      'ENV LANG=C.UTF-8',
      'ENV RUBY_VERSION=3.3.8',
      'ENV GEM_HOME=/usr/local/bundle',
      'ENV BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle',
      'ENV PATH=/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...tellOf(['SSL_CERT_FILE'], bundleFile),
      'CMD ["irb"]',
    ],
    async fill(root) {
      await debian(root, slim ? libraries : [...libraries, ...headers, 'g++', 'git', 'curl']);
      const tar = await compiled({ id: 'ruby-3.3', source: 'ruby3.3', release: 'trixie', packages: headers, script });
      await run('tar', ['-xf', tar, '-C', root]);
      await run('chroot', [root, 'ldconfig']);
      await mkdir(join(root, 'usr/local/etc'), { recursive: true });
      await writeFile(join(root, 'usr/local/etc/gemrc'), 'install: --no-document\nupdate: --no-document\n');
      await mkdir(join(root, 'usr/local/bundle'));
      await run('chmod', ['1777', join(root, 'usr/local/bundle')]);
    },
  };
}

const libraries = ['ca-certificates', 'libffi8', 'libgmp10', 'libssl3t64', 'libyaml-0-2', 'procps', 'zlib1g'];
const headers = ['gcc', 'make', 'libc6-dev', 'libffi-dev', 'libgmp-dev', 'libssl-dev', 'libyaml-dev', 'zlib1g-dev'];

const script = `
set -eu
cd /source
./configure --disable-install-doc --enable-shared --disable-yjit optflags=-O1 debugflags= >/log 2>&1
make -s -j "$(nproc)" >>/log 2>&1
make -s install DESTDIR=/out >>/log 2>&1
rm -rf /out/usr/local/lib/libruby-static.a
`;
