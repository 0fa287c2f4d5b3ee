/**
 * The files of a container, running or not, without running anything in it: by the engine's archive endpoint. That has no listing: a folder comes as a tar
 * with all that is beneath, so it is read up to a limit, and what has been seen of the folders in it is kept.
 */
import { dirname } from 'node:path/posix';
import { StreamCursor } from '../cursor.ts';
import { Filesystem } from '../filesystem.ts';
import type { ScanPlan } from '../image.ts';
import { listOf, parseJson, recordOf } from '../json.ts';
import { limits } from '../limits.ts';
import { scanTar } from '../scan.ts';
import { type FileBody, ImageError } from '../source.ts';
import { type Change, type FileEntry, layerView, type View } from '../view.ts';
import { archiveOf, fileOf } from './container-archive.ts';
import { type ConnectOptions, connectEngine, type Engine, noEngine, sentence } from './engine-connect.ts';
import { askEngine, EngineError } from './engine-modem.ts';

export interface ContainerFolder {
  /** Folders first, then by name; what the container removed comes last. */
  readonly entries: readonly FileEntry[];
  /** Whole sentences. */
  readonly problems: readonly string[];
}

export interface ContainerOptions extends ConnectOptions {
  /** Bytes of a tar that are read for one folder. */
  readonly folderBytes?: number;
}

/** What has been seen of one container. Throws ImageError where it or the folder is not there. */
export class Container {
  private readonly id: string;
  private readonly options: ContainerOptions;
  private readonly seen = new Map<string, Seen>();
  private changes: Promise<ReadonlyMap<string, Change>> | undefined;
  /** One folder is read at a time: the next one may be in it. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(id: string, options: ContainerOptions) {
    this.id = id;
    this.options = options;
  }

  async folder(path: string, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<ContainerFolder> {
    const turn = this.queue.then(async () => {
      signal.throwIfAborted();
      const engine = await this.engine(signal);
      const known = this.find(path) ?? (await this.read(engine, path, onBytes, signal));
      const changes = await this.changesOf(engine, signal);
      return { engine, known, changes };
    });
    this.queue = turn.catch(() => {});
    const { engine, known, changes } = await turn;
    const { view, node, seen } = known;
    const entries = Array.from(view.rows(node).nodes, (row) => {
      const entry = view.describe(row);
      const at = seen.outside(entry.path);
      const target = entry.type === 'hardlink' && entry.target ? seen.outside(entry.target) : entry.target;
      return { ...entry, path: at, target, change: changes.get(at) };
    });
    const isCut = seen.unfinished.has(node);
    if (isCut && path === '/')
      entries.push(...(await this.usual(engine, new Set(entries.map(({ name }) => name)), signal)));
    const problems = isCut
      ? [
          `“${path}” holds more than the ${Math.round(seen.bytes / 1e6).toLocaleString('en')} MB that are read of a folder, so what comes behind “${seen.last}” is missing here. The folders in it can be opened.`,
        ]
      : [];
    return { entries: [...entries, ...removedIn(path, changes)], problems };
  }

  /** Links are followed inside the container. */
  async file(path: string, limit: number, signal: AbortSignal): Promise<FileBody> {
    const engine = await this.engine(signal);
    try {
      return await fileOf(engine, this.id, path, limit, signal);
    } catch (error) {
      throw explained(error, path, signal);
    }
  }

  private find(path: string): { view: View; node: number; seen: Seen } | undefined {
    for (let folder = path; ; folder = dirname(folder)) {
      const seen = this.seen.get(folder);
      const node = seen?.view.find(seen.inside(path), { followLast: false }) ?? -1;
      // Of a folder that was cut off on the way there may be more, when it is read by itself.
      if (seen && node >= 0 && (folder === path || !seen.unfinished.has(node))) {
        if (seen.view.type(node) === 'directory') return { view: seen.view, node, seen };
      }
      if (folder === '/') return undefined;
    }
  }

  private async read(engine: Engine, path: string, onBytes: (bytes: number) => void, signal: AbortSignal) {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      const { type, chunks } = await archiveOf(engine, this.id, path, either);
      if (type !== 'directory')
        throw new ImageError('not-found', `“${path}” is no folder any more. Read the container's files again.`);
      const seen = await scanFolder(path, chunks, this.options.folderBytes ?? folderBytes, onBytes, either);
      this.seen.set(path, seen);
      const node = seen.view.find(seen.inside(path), { followLast: false });
      return { view: seen.view, node: Math.max(node, 0), seen };
    } catch (error) {
      throw explained(error, path, signal);
    } finally {
      ended.abort();
    }
  }

  /** What the root of most systems has, where it was not read to its end. */
  private async usual(engine: Engine, there: ReadonlySet<string>, signal: AbortSignal): Promise<FileEntry[]> {
    const found: FileEntry[] = [];
    for (const name of usualFolders) {
      if (there.has(name)) continue;
      try {
        const { type, mode, linkTarget, chunks } = await archiveOf(engine, this.id, `/${name}`, signal, 'HEAD');
        for await (const _ of chunks);
        if (type === 'special') continue;
        const rest = { mode, uid: 0, gid: 0, size: 0, layer: 0, change: undefined } as const;
        const target = type === 'symlink' ? linkTarget : undefined;
        found.push({ name, path: `/${name}`, type, target, hasChildren: type === 'directory', ...rest });
      } catch {
        signal.throwIfAborted();
      }
    }
    return found;
  }

  private changesOf(engine: Engine, signal: AbortSignal): Promise<ReadonlyMap<string, Change>> {
    this.changes ??= readChanges(engine, this.id, signal).catch((error) => {
      this.changes = undefined;
      signal.throwIfAborted();
      if (error instanceof EngineError) return new Map();
      throw error;
    });
    return this.changes;
  }

  private async engine(signal: AbortSignal): Promise<Engine> {
    const found = await connectEngine(this.options, signal);
    if (found.kind === 'none') throw noEngine(found);
    return found.engine;
  }
}

function explained(error: unknown, path: string, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof EngineError)) return error;
  const { kind, status, message } = error;
  if (kind !== 'refused')
    return new ImageError('failed', `The engine stopped answering while it was asked for “${path}”. Try again.`, {
      cause: error,
    });
  if (status !== 404)
    return new ImageError('failed', `The engine could not give “${path}”. It says: ${sentence(message)}`, {
      cause: error,
    });
  return /no such container/i.test(message) && !/could not find the file/i.test(message)
    ? new ImageError('not-found', 'The container is gone. Refresh the list to see those that are there.', {
        cause: error,
      })
    : new ImageError('not-found', `“${path}” is not in the container any more. Read its files again.`, {
        cause: error,
      });
}

/** One folder's tar: a tree whose root holds the folder by its name, or, of the root, what is in it. */
interface Seen {
  readonly view: View;
  /** Bytes that were read. */
  readonly bytes: number;
  /** Where reading ended before the tar did: the folders that it was in. */
  readonly unfinished: ReadonlySet<number>;
  /** The path of what was read last. */
  readonly last: string;
  /** From a path of the container to one of the tree, and back. */
  inside(path: string): string;
  outside(path: string): string;
}

async function scanFolder(
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Seen> {
  let bytes = 0;
  let isCut = false;
  async function* upToLimit() {
    for await (const chunk of chunks) {
      yield chunk;
      bytes += chunk.length;
      onBytes(bytes);
      isCut = bytes >= limit;
      if (isCut) return;
    }
  }
  const { files } = await scanTar(new StreamCursor(upToLimit(), signal), nothing);
  isCut ||= files.count >= limits.layerEntries;
  const view = layerView(files, 0, new Filesystem());
  const last = files.count - 1;
  const unfinished = new Set<number>();
  for (let node = last; isCut && node >= 0; node = node === 0 ? -1 : view.parent(node)) unfinished.add(node);
  const above = folder === '/' ? '' : dirname(folder).replace(/\/$/, '');
  return {
    view,
    bytes,
    unfinished,
    last: above + view.path(last),
    inside: (path) => path.slice(above.length) || '/',
    outside: (path) => above + path,
  };
}

async function readChanges(engine: Engine, id: string, signal: AbortSignal): Promise<ReadonlyMap<string, Change>> {
  const { chunks } = await askEngine(engine, { path: `/containers/${id}/changes` }, signal);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > engine.limits.bytes) throw new EngineError('strange', 'The answer is too long.');
  }
  return new Map(
    listOf(parseJson(Buffer.concat(parts))).flatMap((json) => {
      const { Path, Kind } = recordOf(json);
      const change = typeof Kind === 'number' ? changeKinds[Kind] : undefined;
      return typeof Path === 'string' && change ? [[Path, change] as const] : [];
    }),
  );
}

/** What `docker diff` writes as C, A and D. */
const changeKinds: readonly Change[] = ['modified', 'added', 'removed'];

function removedIn(folder: string, changes: ReadonlyMap<string, Change>): FileEntry[] {
  const base = folder === '/' ? '/' : `${folder}/`;
  const gone = {
    type: 'file',
    mode: 0,
    uid: 0,
    gid: 0,
    size: 0,
    target: undefined,
    layer: 0,
    change: 'removed',
  } as const;
  return [...changes].flatMap(([path, change]) => {
    const name = path.slice(base.length);
    if (change !== 'removed' || !path.startsWith(base) || name === '' || name.includes('/')) return [];
    return [{ name, path, hasChildren: false, ...gone }];
  });
}

/** To see the names, and no more. */
const nothing: ScanPlan = { want: () => undefined, extract: () => undefined };

/** Two to four seconds of an engine on the same machine (measured: 150 to 280 MB/s). */
const folderBytes = 512e6;

/** File Hierarchy Standard 3.0, chapter 3, and what images for applications add to it. */
const usualFolders =
  'app bin boot data dev etc home lib lib64 media mnt nix opt proc root run sbin srv sys tmp usr var workspace'.split(
    ' ',
  );
