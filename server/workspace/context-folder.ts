/** Where the build context is when nobody says: the nearest folder around the Dockerfile that holds what it copies. */
import { join, posix } from 'node:path';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { flag } from '../dockerfile/queries.ts';

const MOST_SOURCES = 50;

/** `folders`: that of the Dockerfile, and those above it up to the workspace's. */
export async function likelyContext(
  dockerfile: Dockerfile,
  folders: readonly string[],
  exists: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  const sources = plainSources(dockerfile);
  if (sources.length === 0) return folders[0];
  let best: string | undefined;
  let most = 0;
  for (const folder of folders) {
    const there = await Promise.all(sources.map((source) => exists(join(folder, source))));
    const count = there.filter(Boolean).length;
    if (count > most) {
      most = count;
      best = folder;
    }
    if (count === sources.length) break;
  }
  return best ?? folders.at(-1);
}

/** What COPY and ADD take from the build context, as far as it is told by name. “.” is everywhere. */
function plainSources({ instructions }: Dockerfile): readonly string[] {
  const sources = new Set<string>();
  for (const instruction of instructions) {
    const { keyword, args } = instruction;
    if ((keyword !== 'COPY' && keyword !== 'ADD') || flag(instruction, 'from')) continue;
    for (const { value } of args.slice(0, -1)) {
      if (/[$*?[\]\\]|^<<|:\/\/|^git@/.test(value)) continue;
      const path = posix.join('/', value).slice(1);
      if (path !== '') sources.add(path);
      if (sources.size >= MOST_SOURCES) return [...sources];
    }
  }
  return [...sources];
}
