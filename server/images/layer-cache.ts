/**
 * What was read of a layer, on disk, so that a layer seen before is never read again. Kept under the layer's diff ID as it was computed from the bytes that
 * were read, to their end, and never under one that somebody says: so an archive that lies about its layers cannot put its own files into another's.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type LayerColumns, LayerFiles } from './layer-files.ts';
import type { LayerScan } from './scan.ts';

export interface LayerCache {
  /** Undefined: the layer has not been seen. `diffId` may be anybody's word; what is given is what truly has it. */
  find(diffId: string): Promise<LayerScan | undefined>;
  /** Keeps it if its digest is known to its end. `blob`: the digest of what was inflated, if that was computed too. */
  keep(scan: LayerScan, blob?: string | undefined): Promise<void>;
  /** The diff ID of what the blob of that digest inflates to, if such a blob has been read. */
  diffIdOf(blob: string): Promise<string | undefined>;
}

export interface LayerCacheOptions {
  /** Made when it is first needed. Nothing else may be in it. */
  readonly folder: string;
  /** Of the code that reads and inspects layers: what other code has read is not taken. */
  readonly version: string;
  /** Of all that is kept; the oldest goes first. */
  readonly bytes?: number;
}

/** For a program that reads layers: its version is that of its file, since what another one has read may be read otherwise by this one. No folder: nothing is kept. */
export function cacheOf(folder: string | undefined, program: string): LayerCache | undefined {
  if (!folder) return undefined;
  const version = createHash('sha256').update(readFileSync(program)).digest('hex');
  return layerCache({ folder, version });
}

/** Never throws: what cannot be read is not there, and what cannot be written is not kept. */
export function layerCache({ folder, version, bytes = usualBytes }: LayerCacheOptions): LayerCache {
  const pathOf = (kind: 'layer' | 'blob', digest: string): string | undefined => {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
    return join(
      folder,
      `${createHash('sha256').update(`${format}\n${version}\n${kind}\n${digest}`).digest('hex')}.${kind}`,
    );
  };

  async function load(path: string): Promise<Packed | undefined> {
    try {
      const { size } = await stat(path);
      if (size > bytes) return undefined;
      const data = await readFile(path);
      const body = data.subarray(0, -checksumBytes);
      if (!createHash('sha256').update(body).digest().equals(data.subarray(-checksumBytes))) return undefined;
      // The one used last is the last to go.
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return unpacked(body);
    } catch {
      return undefined;
    }
  }

  async function store(path: string, packed: Packed): Promise<void> {
    const parts = partsOf(packed);
    // One layer may not put out all others.
    if (parts.reduce((sum, part) => sum + part.length, 0) > bytes / 2) return;
    const unfinished = join(folder, `${randomUUID()}.part`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(unfinished, 'wx', 0o600);
      try {
        const hash = createHash('sha256');
        for (const part of parts) {
          hash.update(part);
          await file.writeFile(part);
        }
        await file.writeFile(hash.digest());
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch {
      await rm(unfinished, { force: true }).catch(() => {});
    }
    await makeRoom(folder, bytes);
  }

  return {
    async find(diffId) {
      const path = pathOf('layer', diffId);
      const found = path && (await load(path));
      const record = found && (found.record as StoredScan);
      if (!record || record.diffId !== diffId) return undefined;
      const { columns, tree, facts, problems } = record;
      const attached = { ...attach(columns, found.columns), tree: attach(tree, found.columns) };
      return { files: LayerFiles.fromColumns(attached as unknown as LayerColumns), facts, problems, diffId };
    },
    async keep({ files, facts, problems, diffId }, blob) {
      const path = diffId === undefined ? undefined : pathOf('layer', diffId);
      if (path === undefined || diffId === undefined) return;
      const isThere = await stat(path).catch(() => undefined);
      if (!isThere) {
        const { tree, ...columns } = files.columns();
        const all: Column[] = [];
        const record = { diffId, columns: detach(columns, all), tree: detach(tree, all), facts, problems };
        await store(path, { record: record satisfies StoredScan, columns: all });
      }
      const link = blob === undefined ? undefined : pathOf('blob', blob);
      if (link) await store(link, { record: { blob, diffId }, columns: [] });
    },
    async diffIdOf(blob) {
      const path = pathOf('blob', blob);
      const record = path && ((await load(path))?.record as { blob: string; diffId: string } | undefined);
      return record && record.blob === blob ? record.diffId : undefined;
    },
  };
}

interface StoredScan {
  readonly diffId: string;
  /** In place of each column its number. */
  readonly columns: Readonly<Record<string, unknown>>;
  readonly tree: Readonly<Record<string, unknown>>;
  readonly facts: LayerScan['facts'];
  readonly problems: LayerScan['problems'];
}

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A file of the cache: a record, and columns behind it as they are in memory, so that neither writing nor reading them takes a copy. */
interface Packed {
  readonly record: unknown;
  readonly columns: readonly Column[];
}

const detach = (record: object, columns: Column[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? { column: columns.push(value as Column) - 1 } : value,
    ]),
  );

const attach = (record: Readonly<Record<string, unknown>>, columns: readonly Column[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      const { column } = Object(value) as { column?: unknown };
      return [name, typeof column === 'number' ? columns[column] : value];
    }),
  );

/** The length of the record (8 bytes), the record with the kinds and lengths of the columns, the columns; each padded to eight bytes, as typed arrays want it. */
function partsOf({ record, columns }: Packed): readonly Uint8Array[] {
  const kinds = columns.map((column) => ({
    kind: kindsOfColumns.findIndex((Kind) => column instanceof Kind),
    length: column.length,
  }));
  const head = serialize({ record, kinds });
  const length = Buffer.alloc(8);
  length.writeUInt32LE(head.length);
  const all = [
    head,
    ...columns.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  ];
  return [length, ...all.flatMap((part) => [part, Buffer.alloc(paddingOf(part.length))])];
}

function unpacked(body: Buffer): Packed {
  // Of one's own, so that it begins where typed arrays may.
  const data = body.byteOffset % 8 === 0 ? body : Buffer.from(new Uint8Array(body).buffer);
  let at = 8;
  const next = (bytes: number) => {
    const from = at;
    at += bytes + paddingOf(bytes);
    return from;
  };
  const size = data.readUInt32LE();
  const { record, kinds } = deserialize(data.subarray(next(size), 8 + size));
  const columns = (kinds as { kind: number; length: number }[]).map(({ kind, length }): Column => {
    const Kind = kindsOfColumns[kind]!;
    return new Kind(data.buffer as ArrayBuffer, data.byteOffset + next(length * Kind.BYTES_PER_ELEMENT), length);
  });
  return { record, columns };
}

const paddingOf = (length: number) => -length & 7;
const kindsOfColumns = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array] as const;

/** Bytes that are kept there. */
export async function sizeOfCache(folder: string): Promise<number> {
  return (await filesIn(folder)).reduce((sum, { size }) => sum + size, 0);
}

/** Takes away all that is kept there, but for what is just being written. Answers the bytes that are gone. Whoever reads from it meanwhile reads the layer anew. */
export async function clearCache(folder: string): Promise<number> {
  let gone = 0;
  for (const { path, size, unfinished } of await filesIn(folder)) {
    if (unfinished) continue;
    // What another program holds open stays where the system says so.
    await rm(path, { force: true }).then(
      () => (gone += size),
      () => {},
    );
  }
  return gone;
}

interface CacheFile {
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly used: number;
  /** It is being written. */
  readonly unfinished: boolean;
}

async function filesIn(folder: string): Promise<readonly CacheFile[]> {
  const files: CacheFile[] = [];
  const abandoned = Date.now() - 3_600_000;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/\.(layer|blob|part)$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const { size, mtimeMs: used } = found;
    files.push({ path, size, used, unfinished: name.endsWith('.part') && used >= abandoned });
  }
  return files;
}

/** Takes away what was used longest ago, and what was never finished. */
async function makeRoom(folder: string, bytes: number): Promise<void> {
  try {
    const files = await filesIn(folder);
    let total = files.reduce((sum, { size }) => sum + size + fileOverhead, 0);
    for (const { path, size, unfinished } of files.toSorted((a, b) => a.used - b.used)) {
      if (total <= bytes && !(path.endsWith('.part') && !unfinished)) continue;
      await rm(path, { force: true });
      total -= size + fileOverhead;
    }
  } catch {}
}

const checksumBytes = 32;
/** Of the columns and of what is beside them: raised when they change. */
const format = 1;
const usualBytes = 512 << 20;
/** What a file takes on disk besides its bytes, about. */
const fileOverhead = 4096;
