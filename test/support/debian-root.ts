/** A Debian with some packages, in a folder of the project's cache: what the tests run of other distributions' and other releases' programs lies in one. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './engine.ts';

export interface DebianRoot {
  /** Its name in the cache. */
  readonly name: string;
  readonly release: 'bookworm' | 'trixie';
  readonly packages: readonly string[];
}

/** Why it cannot be made here, in one line. */
export function debianRootReason(root: DebianRoot): string | undefined {
  if (existsSync(pathOf(root)) || existsSync('/usr/bin/mmdebstrap')) return undefined;
  return `${root.packages[0]} is run from Debian’s packages, which needs mmdebstrap (apt-get install --no-install-recommends mmdebstrap)`;
}

/** Its folder; the first time, Debian's packages are fetched. */
export async function debianRoot(root: DebianRoot): Promise<string> {
  const path = pathOf(root);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const include = `--include=${root.packages.join(',')}`;
    await run('mmdebstrap', ['--quiet', '--variant=minbase', include, '--format=directory', root.release, unfinished]);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return path;
}

const pathOf = ({ name }: DebianRoot) => join(import.meta.dirname, '../../.cache/engines', name);
