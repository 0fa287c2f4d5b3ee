/** The engine of Debian 13 (26.1), whatever engine this machine has: made of Debian's packages, in a root of its own. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../support/engine.ts';

/** Why it cannot be made here, in one line. */
export function engine26Reason(): string | undefined {
  if (existsSync(root) || existsSync('/usr/bin/mmdebstrap')) return undefined;
  return 'the engine is made from Debian’s packages, which needs mmdebstrap (apt-get install --no-install-recommends mmdebstrap)';
}

const root = join(import.meta.dirname, '../../.cache/engines/trixie');

/** The folder that `startEngine` takes as `root`; the first time, Debian's packages are fetched. */
export async function engine26(): Promise<string> {
  if (existsSync(root)) return root;
  const unfinished = `${root}.${process.pid}.part`;
  mkdirSync(dirname(root), { recursive: true });
  try {
    const packages = 'docker.io,docker-cli,docker-buildx,ca-certificates,iptables,iproute2';
    await run('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      `--include=${packages}`,
      '--format=directory',
      'trixie',
      unfinished,
    ]);
    renameSync(unfinished, root);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return root;
}
