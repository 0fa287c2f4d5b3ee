/** The blobs of a stored image by their paths, whatever holds them: an archive, a folder, or what was kept of a stream. */

import { keyOf } from './path-text.ts';
import { cleanComponents } from './resolve.ts';

export interface Blobs {
  /** The path under which the blob lies, links followed; undefined where there is none. */
  locate(path: string): string | undefined;
  /** Bytes, of a located path. */
  size(located: string): number | undefined;
  /** The JSON document there; undefined where there is none, or it is larger than any such document is. */
  json(path: string, signal: AbortSignal): Promise<unknown>;
}

/** Of a blob, by its digest (image-layout.md, “Blobs”). Undefined: it is no digest, and must not become a path. */
export function pathOfDigest(digest: unknown): string | undefined {
  const match =
    typeof digest === 'string' ? /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]{1,200})$/.exec(digest) : undefined;
  return match ? `blobs/${match[1]}/${match[2]}` : undefined;
}

/** One spelling for one entry: `./a//b` is `a/b`. */
export const plainPath = (path: Uint8Array | string): string =>
  cleanComponents(typeof path === 'string' ? Buffer.from(path) : path)
    .map(keyOf)
    .join('/');

/** What is known of an archive's entries. */
export class Entries {
  private readonly files = new Map<string, { readonly size: number; readonly offset: number }>();
  private readonly links = new Map<string, string>();

  /** `offset`: where its data begins, where that is of use. */
  addFile(path: string, size: number, offset: number): void {
    this.links.delete(path);
    this.files.set(path, { size, offset });
  }

  /** A symbolic link's target is relative to the folder it lies in, a hard link's to the archive. */
  addLink(path: string, target: Uint8Array, symbolic: boolean): void {
    this.files.delete(path);
    const folder = symbolic && target[0] !== 0x2f ? `${path.slice(0, path.lastIndexOf('/') + 1)}` : '';
    this.links.set(path, plainPath(Buffer.concat([Buffer.from(folder, 'latin1'), target])));
  }

  locate(path: string): string | undefined {
    let at = plainPath(path);
    for (let hops = 0; hops < 40; hops++) {
      if (this.files.has(at)) return at;
      const target = this.links.get(at);
      if (target === undefined) return undefined;
      at = target;
    }
    return undefined;
  }

  file(located: string): { readonly size: number; readonly offset: number } | undefined {
    return this.files.get(located);
  }
}
