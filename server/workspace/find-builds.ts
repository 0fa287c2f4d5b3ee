/** Finds the compose and bake files of a workspace, and its Dockerfiles, within limits. */
import { opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isInside } from './files.ts';

const NAME = /^((docker-)?compose[^/\\]*\.ya?ml|docker-bake[^/\\]*\.(hcl|json))$/i;
const DOCKERFILE = /^((dockerfile|containerfile)(?!.*\.dockerignore$)|.+\.(dockerfile|containerfile)$)/i;
const SKIPPED = /^(\..*|node_modules|vendor|dist|build|out|target|bin|obj|venv|__pycache__)$/i;
const LIMITS = { depth: 4, folders: 500, entries: 20_000, files: 100 };

/** Absolute paths, those near the top first. Links are not followed. */
export const findBuildFiles = (root: string): Promise<readonly string[]> => findFiles(root, NAME);

/** The same of files called Dockerfile or Containerfile, whatever comes behind that or, with a dot, before it: `api.Dockerfile`. */
export const findDockerfiles = (root: string): Promise<readonly string[]> => findFiles(root, DOCKERFILE);

async function findFiles(root: string, wanted: RegExp): Promise<readonly string[]> {
  const found: string[] = [];
  let [folders, entries] = [0, 0];
  let level = [root];
  for (let depth = 0; depth <= LIMITS.depth && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level.sort()) {
      if (++folders > LIMITS.folders) return found;
      for await (const entry of list(folder)) {
        if (++entries > LIMITS.entries || found.length >= LIMITS.files) return found;
        if (entry.isDirectory()) {
          if (!SKIPPED.test(entry.name)) next.push(join(folder, entry.name));
        } else if (wanted.test(entry.name)) found.push(join(folder, entry.name));
      }
    }
    level = next;
  }
  return found;
}

/** Those of one folder. */
export async function buildFilesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  let entries = 0;
  for await (const { name } of list(folder)) {
    if (++entries > LIMITS.entries) break;
    if (NAME.test(name)) found.push(join(folder, name));
  }
  return found.sort();
}

/** The folders from that one up to `root`. */
export function foldersUp(folder: string, root: string): readonly string[] {
  const folders: string[] = [];
  for (let at = folder; isInside(root, at) && folders.length < 100; at = dirname(at)) {
    folders.push(at);
    if (at === dirname(at)) break;
  }
  return folders;
}

async function* list(folder: string) {
  try {
    yield* await opendir(folder);
  } catch {
    // Not permitted, or gone: what is in it is not known.
  }
}
