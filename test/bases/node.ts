/** nodejs/docker-node: node and npm in /usr/local, yarn in /opt, a user “node”, and an entrypoint that runs node where no program is named. The programs are those of the npm registry, which are the makers’ own. */
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { authoritiesFile, tellOf } from './authorities.ts';
import { debian, type Release } from './debian.ts';
import { putNpmPackage } from './npm.ts';
import type { StandIn } from './stand-in.ts';

export const nodeBinary = join(import.meta.dirname, '../../node_modules/node/bin/node');

export function node(reference: string): StandIn | undefined {
  const match = /^node:24(?:\.\d+){0,2}(?:-(bookworm|trixie))?(-slim)?$/.exec(reference);
  if (!match) return undefined;
  const release: Release = match[1] === 'trixie' ? 'trixie' : 'bookworm';
  const slim = match[2] !== undefined;
  return {
    id: `node-24-${release}${slim ? '-slim' : ''}`,
    madeOf: 'Node.js and npm of the npm registry, on Debian',
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV NODE_VERSION=24.21.0',
      'ENV YARN_VERSION=1.22.22',
      ...tellOf(['NODE_EXTRA_CA_CERTS'], authoritiesFile),
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["node"]',
    ],
    async fill(root) {
      const more = ['build-essential', 'python3', 'git', 'ca-certificates', 'curl', 'wget', 'procps'];
      await debian(root, slim ? [] : more, release);
      const local = join(root, 'usr/local');
      await cp(nodeBinary, join(local, 'bin/node'));
      await run('ln', ['-s', '/usr/local/bin/node', join(local, 'bin/nodejs')]);
      await putNpmPackage('npm@11.6.2', join(local, 'lib/node_modules/npm'));
      await putNpmPackage('corepack@0.34.0', join(local, 'lib/node_modules/corepack'));
      await putNpmPackage('yarn@1.22.22', join(root, 'opt/yarn-v1.22.22'));
      for (const [name, script] of [
        ['npm', '../lib/node_modules/npm/bin/npm-cli.js'],
        ['npx', '../lib/node_modules/npm/bin/npx-cli.js'],
        ['corepack', '../lib/node_modules/corepack/dist/corepack.js'],
        ['yarn', '/opt/yarn-v1.22.22/bin/yarn'],
        ['yarnpkg', '/opt/yarn-v1.22.22/bin/yarnpkg'],
      ] as const) {
        await run('ln', ['-s', script, join(local, 'bin', name)]);
        await chmod(join(script.startsWith('/') ? root : join(local, 'bin'), script), 0o755);
      }
      await writeFile(join(local, 'bin/docker-entrypoint.sh'), entrypoint, { mode: 0o755 });
      await writeFile(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n', { flag: 'a' });
      await writeFile(join(root, 'etc/group'), 'node:x:1000:\n', { flag: 'a' });
      await mkdir(join(root, 'home/node'));
      await run('chown', ['1000:1000', join(root, 'home/node')]);
    },
  };
}

/** What docker-node's does. */
const entrypoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi
exec "$@"
`;
