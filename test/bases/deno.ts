/** denoland/deno_docker, debian.dockerfile: deno as one file, started by tini through a script that puts “deno” in front of its own commands. */
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { authoritiesFile, tellOf } from './authorities.ts';
import { debian, unpacked } from './debian.ts';
import { putNpmPackage } from './npm.ts';
import type { StandIn } from './stand-in.ts';

export function deno(reference: string): StandIn | undefined {
  const version = /^denoland\/deno:(?:debian-)?(2\.\d+\.\d+)$/.exec(reference)?.[1];
  if (!version) return undefined;
  return {
    id: `deno-${version}`,
    madeOf: `Deno ${version} of the npm registry, on Debian`,
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV DENO_USE_CGROUPS=1',
      'ENV DENO_DIR=/deno-dir/',
      'ENV DENO_INSTALL_ROOT=/usr/local',
      `ENV DENO_VERSION=${version}`,
      ...tellOf(['DENO_CERT'], authoritiesFile),
      'ENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]',
      'CMD ["eval", "console.log(\'Welcome to Deno!\')"]',
    ],
    async fill(root) {
      await debian(root, []);
      await run('chroot', [root, 'useradd', '--uid', '1993', '--user-group', 'deno']);
      await mkdir(join(root, 'deno-dir'));
      await run('chroot', [root, 'chown', 'deno:deno', '/deno-dir/']);
      await putProgram(`@deno/linux-x64-glibc@${version}`, 'deno', join(root, 'usr/bin/deno'));
      const files = await unpacked(['tini']);
      await cp(join(files, 'usr/bin/tini'), join(root, 'tini'));
      await rm(files, { recursive: true });
      await writeFile(join(root, 'usr/local/bin/docker-entrypoint.sh'), entrypoint, { mode: 0o755 });
    },
  };
}

/** Takes one program out of a package. */
export async function putProgram(name: string, path: string, to: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-npm-'));
  try {
    await putNpmPackage(name, folder);
    await cp(join(folder, path), to);
    await chmod(to, 0o755);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const entrypoint = `#!/bin/sh
set -e
if [ "$1" != "\${1#-}" ] || deno help "$1" >/dev/null 2>&1; then
  set -- deno "$@"
fi
exec "$@"
`;
