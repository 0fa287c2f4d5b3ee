/** Programs built of their makers' own source, where Debian's packages of them are laid out in another way than the vendor's image. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { cache, debian, fetchSource, type Release } from './debian.ts';

export interface Compilation {
  readonly id: string;
  /** Debian's source package, and the release that has it; it is built on Debian 13 all the same. */
  readonly source: string;
  readonly release: Release;
  /** What is installed for it. */
  readonly packages: readonly string[];
  /** Run by `sh` with the unpacked source in /source; what it puts into /out is the result. */
  readonly script: string;
}

/** Path of a tar of the result, with paths relative to the root. Made once, in minutes. */
export async function compiled({ id, source, release, packages, script }: Compilation): Promise<string> {
  const state = createHash('sha256').update(script).digest('hex').slice(0, 12);
  const tar = join(cache, `${id}-built.${state}.tar`);
  if (existsSync(tar)) return tar;
  const root = await mkdtemp(join(tmpdir(), `distroless-${id}-`));
  const unfinished = `${tar}.${process.pid}.part`;
  try {
    await debian(root, packages);
    await mkdir(join(root, 'source'));
    const archive = await fetchSource(source, release);
    await run('tar', ['-xf', archive, '-C', join(root, 'source'), '--strip-components=1', '--no-same-owner']);
    await writeFile(join(root, 'build'), script);
    // With a /proc of its own, which goes with its namespaces.
    const command =
      'mount -t proc proc "$0/proc" && { chroot "$0" sh /build || { tail -n 20 "$0/log" >&2; exit 1; }; }';
    await run('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', command, root]);
    await run('tar', ['--numeric-owner', '--owner=0', '--group=0', '-C', join(root, 'out'), '-cf', unfinished, '.']);
    await rename(unfinished, tar);
  } finally {
    await rm(root, { recursive: true, force: true });
    await rm(unfinished, { force: true });
  }
  return tar;
}
