/** oven-sh/bun, dockerhub/debian: bun as one file, a user “bun”, and an entrypoint that runs bun where no program is named. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { authoritiesFile, tellOf } from './authorities.ts';
import { debian } from './debian.ts';
import { putProgram } from './deno.ts';
import type { StandIn } from './stand-in.ts';

export function bun(reference: string): StandIn | undefined {
  const match = /^oven\/bun:(1(?:\.\d+){0,2})(?:-(?:debian|slim))?$/.exec(reference);
  if (!match) return undefined;
  const version = match[1];
  return {
    id: `bun-${version}`,
    madeOf: `Bun ${version} of the npm registry, on Debian`,
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bun-node-fallback-bin',
      'ENV BUN_RUNTIME_TRANSPILER_CACHE_PATH=0',
      'ENV BUN_INSTALL_BIN=/usr/local/bin',
      ...tellOf(['NODE_EXTRA_CA_CERTS'], authoritiesFile),
      'WORKDIR /home/bun/app',
      'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]',
      'CMD ["/usr/local/bin/bun"]',
    ],
    async fill(root) {
      await debian(root, []);
      const user = ['--uid', '1000', '--gid', 'bun', '--shell', '/bin/sh', '--create-home', 'bun'];
      await run('chroot', [root, 'groupadd', 'bun', '--gid', '1000']);
      await run('chroot', [root, 'useradd', ...user]);
      await putProgram(`@oven/bun-linux-x64-baseline@${version}`, 'bin/bun', join(root, 'usr/local/bin/bun'));
      await run('ln', ['-s', '/usr/local/bin/bun', join(root, 'usr/local/bin/bunx')]);
      // Looked for last, so that scripts which ask for node get bun where there is none.
      await mkdir(join(root, 'usr/local/bun-node-fallback-bin'));
      await run('ln', ['-s', '/usr/local/bin/bun', join(root, 'usr/local/bun-node-fallback-bin/node')]);
      await writeFile(join(root, 'usr/local/bin/docker-entrypoint.sh'), entrypoint, { mode: 0o755 });
    },
  };
}

const entrypoint = `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- /usr/local/bin/bun "$@"
fi
exec "$@"
`;
