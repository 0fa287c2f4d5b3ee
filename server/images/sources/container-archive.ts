/** One file or folder of a container, as the engine's archive endpoint gives it. */
import { StreamCursor } from '../cursor.ts';
import { parseJson, recordOf, textOrUndefined } from '../json.ts';
import { bytesOf } from '../path-text.ts';
import { bodyAt } from '../save-stream.ts';
import { type FileBody, ImageError } from '../source.ts';
import type { Engine } from './engine-connect.ts';
import { askEngine } from './engine-modem.ts';

export interface Archived {
  /** What stands at the path itself. */
  readonly type: 'directory' | 'symlink' | 'special' | 'file';
  readonly mode: number;
  /** Of a symbolic link: where it leads, all links followed. */
  readonly linkTarget: string | undefined;
  /** A tar. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * `path` as rows have it, where `\xNN` is a byte. Throws an EngineError. Who does not read all of it ends it by `signal`: as long as somebody may read on, the
 * engine keeps the container from being removed.
 */
export async function archiveOf(
  engine: Engine,
  id: string,
  path: string,
  signal: AbortSignal,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Archived> {
  const query = Array.from(bytesOf(path), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const asked = { method, path: `/containers/${id}/archive?path=${query}` };
  const { headers, chunks } = await askEngine(engine, asked, signal);
  const header = headers['x-docker-container-path-stat'];
  const said = recordOf(parseJson(Buffer.from(typeof header === 'string' ? header : '', 'base64')));
  const mode = typeof said.mode === 'number' ? said.mode : 0;
  return { type: typeOf(mode), mode: mode & 0o777, linkTarget: textOrUndefined(said.linkTarget), chunks };
}

/** Links are followed inside the container. Throws EngineError, or ImageError where there is no such file. */
export async function fileOf(
  engine: Engine,
  id: string,
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<FileBody> {
  let at = path;
  for (let links = 0; links < 10; links++) {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      const { type, linkTarget, chunks } = await archiveOf(engine, id, at, either);
      if (type === 'symlink' && linkTarget) at = linkTarget;
      else if (type === 'directory') throw new ImageError('not-found', `“${path}” is a folder.`);
      else if (type !== 'file') throw new ImageError('not-found', `“${path}” has no content: it is no file.`);
      else return await bodyAt(new StreamCursor(chunks, either), 0, limit);
    } finally {
      ended.abort();
    }
  }
  throw new ImageError('not-found', `“${path}” is a link that leads nowhere.`);
}

/** By the bits of Go's `fs.FileMode`. */
function typeOf(mode: number): Archived['type'] {
  if (mode & (1 << 31)) return 'directory';
  if (mode & (1 << 27)) return 'symlink';
  // Devices, pipes and sockets.
  return mode & ((1 << 26) | (1 << 25) | (1 << 24) | (1 << 21)) ? 'special' : 'file';
}
