/**
 * Reads single files of the user's folder: regular files inside `root`, small ones, and never through a link that leads out. A cloned
 * repository decides which names are asked for. What was read is kept as long as the file system says that it is the same.
 */
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { ContextFile } from '../rules/rule.ts';

export interface FileReader {
  /** Null where there is none; undefined where it is no file for us: a folder, a pipe, too large, outside of `root`, not permitted. */
  read(path: string, root: string): Promise<ContextFile | null | undefined>;
  /** Whether a file or folder is there, inside `root`. */
  exists(path: string, root: string): Promise<boolean>;
}

const LARGEST_FILE = 1024 * 1024;
/** Characters that are kept in all. */
const LARGEST_CACHE = 8 * 1024 * 1024;

interface Kept {
  readonly stamp: string;
  readonly file: ContextFile;
}

export function createFileReader(): FileReader {
  // In the order of their last use.
  const cache = new Map<string, Kept>();
  let cached = 0;
  const keep = (path: string, kept: Kept) => {
    forget(path);
    cache.set(path, kept);
    cached += kept.file.text.length;
    for (const oldest of cache.keys()) {
      if (cached <= LARGEST_CACHE) break;
      forget(oldest);
    }
  };
  const forget = (path: string) => {
    cached -= cache.get(path)?.file.text.length ?? 0;
    cache.delete(path);
  };

  return {
    async read(path, root) {
      try {
        const real = await insideOf(path, root);
        if (real === undefined) return undefined;
        const { stamp, usable } = stampOf(await stat(real, { bigint: true }));
        if (!usable) return undefined;
        const known = cache.get(real);
        if (known?.stamp === stamp) {
          keep(real, known);
          return known.file;
        }
        const read = await readSmall(real);
        if (read) keep(real, read);
        return read?.file;
      } catch (error) {
        return isMissing(error) ? null : undefined;
      }
    },
    async exists(path, root) {
      try {
        return (await insideOf(path, root)) !== undefined;
      } catch {
        return false;
      }
    },
  };
}

/** Both paths as they are, or after links: `root` itself counts as inside. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !/^([a-z]:|[\\/])/i.test(way));
}

async function insideOf(path: string, root: string): Promise<string | undefined> {
  const real = await realpath(path);
  return isInside(await realpath(root), real) ? real : undefined;
}

async function readSmall(path: string): Promise<Kept | undefined> {
  // O_NONBLOCK: a pipe that has taken the place of the file since must not hold us up.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  try {
    const { stamp, size, executable, usable } = stampOf(await file.stat({ bigint: true }));
    if (!usable) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    return { stamp, file: { text: buffer.toString('utf8', 0, bytesRead), executable } };
  } finally {
    await file.close();
  }
}

function stampOf(found: Awaited<ReturnType<typeof statOf>>) {
  const { ino, size, mode, mtimeNs, ctimeNs } = found;
  return {
    stamp: [ino, size, mode, mtimeNs, ctimeNs].join(' '),
    size: Number(size),
    usable: found.isFile() && size <= LARGEST_FILE,
    // Windows knows no such bit: there Node answers by the file's name.
    executable: process.platform === 'win32' ? undefined : (mode & 0o111n) !== 0n,
  };
}

const statOf = (path: string) => stat(path, { bigint: true });

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
