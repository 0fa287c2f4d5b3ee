/** Images in a folder: an OCI layout, or a `docker save` that somebody unpacked. Nothing outside the folder is read, whatever its links say. */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { plainPath } from '../blobs.ts';
import { FileCursor } from '../cursor.ts';
import { parseJson } from '../json.ts';
import { limits } from '../limits.ts';
import { ImageError } from '../source.ts';
import { imagesIn, tooManyEntries } from '../stored-images.ts';
import type { Archive } from './archive.ts';
import { openStored, type RandomBlobs } from './stored.ts';

/** True for a folder that says it holds images. */
export async function isLayout(folder: string): Promise<boolean> {
  for (const name of ['index.json', 'oci-layout', 'manifest.json']) if (await sizeOf(join(folder, name))) return true;
  return false;
}

/** Throws ImageError where it is no layout. */
export async function openLayout(folder: string, platform: string | undefined, signal: AbortSignal): Promise<Archive> {
  const blobs = await blobsOf(folder);
  const { images, problems: found } = await imagesIn(blobs, platform, signal);
  const problems = [...found, ...blobs.problems];
  if (images.length === 0 && problems.length === 0) {
    throw new ImageError(
      'unreadable',
      `“${folder}” is not an OCI layout: it has no index.json that names an image. Name the folder that has it.`,
    );
  }
  return {
    images,
    problems,
    transport: 'oci',
    open: (reference, image, cache) => openStored(reference, blobs, image, problems, cache),
    close: blobs.close,
  };
}

async function blobsOf(folder: string): Promise<RandomBlobs & { readonly problems: readonly string[] }> {
  const root = await realpath(folder);
  const sizes = await listFiles(root);
  return {
    problems: sizes.size >= limits.archiveEntries ? [tooManyEntries('folder')] : [],
    locate: (path) => (sizes.has(plainPath(path)) ? plainPath(path) : undefined),
    size: (located) => sizes.get(located),
    async json(path, signal) {
      const located = plainPath(path);
      const size = sizes.get(located);
      if (size === undefined || size > limits.jsonBytes) return undefined;
      const { file, length, release } = await slice(located);
      try {
        return parseJson(await new FileCursor(file, 0, length, signal).take(length));
      } finally {
        await release();
      }
    },
    slice,
    close: async () => {},
  };

  async function slice(located: string) {
    try {
      const file = await open(join(root, located), 'r');
      const { size } = await file.stat();
      return { file, start: 0, length: size, release: () => file.close() };
    } catch (cause) {
      throw new ImageError(
        'unreadable',
        `“${join(folder, located)}” cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
        { cause },
      );
    }
  }
}

/** Files by their path, as far down as layouts and unpacked saves go. Links count where they lead to a file inside. */
async function listFiles(root: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const depth = folder === '' ? 0 : folder.split('/').length;
    for (const entry of await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])) {
      if (sizes.size >= limits.archiveEntries) return sizes;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && depth < 2) pending.push(path);
      const size = entry.isFile() || entry.isSymbolicLink() ? await sizeInside(root, path) : undefined;
      if (size !== undefined) sizes.set(plainPath(path), size);
    }
  }
  return sizes;
}

async function sizeInside(root: string, path: string): Promise<number | undefined> {
  const real = await realpath(join(root, path)).catch(() => '');
  return real.startsWith(root.endsWith(sep) ? root : root + sep) ? sizeOf(real) : undefined;
}

/** Undefined: there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
