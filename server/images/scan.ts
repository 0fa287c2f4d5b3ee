/** One pass over a layer: headers to columns, and the few bodies that the plan asks for to small facts. */
import { type Cursor, rest, StreamCursor } from './cursor.ts';
import type { ScanPlan, Want } from './image.ts';
import type { BodyKeeper } from './kept-bodies.ts';
import { compressionOf, digesting, InflateError, inflate } from './layer.ts';
import { kinds, type LayerFiles } from './layer-files.ts';
import { type Limits, limits } from './limits.ts';
import { textOf } from './path-text.ts';
import type { LayerFact } from './source.ts';
import { isZero, parseHeader } from './tar.ts';
import { type TarProblem, TarReader } from './tar-reader.ts';
import { pathsIn } from './tree-path.ts';
import { Unpacking } from './unpack.ts';

export interface LayerScan {
  readonly files: LayerFiles;
  readonly facts: readonly LayerFact[];
  /** Parts of sentences that begin with “it”, the layer. */
  readonly problems: readonly string[];
  /** Of the uncompressed tar, where all of it went through our hands. */
  readonly diffId: string | undefined;
  /** Bodies were skipped, so that the digest can still be had. */
  readonly skipped?: boolean;
}

export interface ScanOptions {
  readonly bounds?: Limits;
  /** Small files are kept, where reading the layer again would take long. */
  readonly keep?: BodyKeeper | undefined;
}

/** The uncompressed tar from a file: bodies are skipped, so there is no digest. */
export async function scanTar(
  cursor: Cursor,
  plan: ScanPlan,
  { bounds = limits, keep }: ScanOptions = {},
): Promise<LayerScan> {
  const reader = new TarReader(cursor, { maxEntries: bounds.layerEntries });
  const unpacking = new Unpacking();
  const facts: LayerFact[] = [];
  const problems: string[] = [];
  let last: number | undefined;
  const pathOf = pathsIn(unpacking.files.tree);
  /** By kind: large files that may hold secrets take no package's record away. */
  const bytesForFacts = new Map<string, number>();
  const unread = { first: '', count: 0 };
  const beyond = new Map<string, { first: string; count: number }>();
  let full = false;
  let ended = false;
  try {
    for (;;) {
      const next = reader.next();
      const entry = next instanceof Promise ? await next : next;
      if (!entry) break;
      last = unpacking.add(entry);
      if (unpacking.files.nameBytes > bounds.layerNameBytes) {
        problems.push('it has more names than are read of one layer; the rest was left out');
        full = true;
        break;
      }
      if (last === undefined || entry.type !== 'file') continue;
      const kept = keep?.wants(entry.size) === true;
      if (entry.size === 0 && !kept) continue;
      const path = pathOf(last);
      const asked = entry.size > 0 ? plan.want(path, entry.size, entry.mode) : undefined;
      const before = bytesForFacts.get(asked?.kind ?? '') ?? 0;
      const isFull = facts.length >= bounds.layerFacts || before >= bounds.layerFactBytes;
      if (asked && isFull && unread.count++ === 0) unread.first = path;
      const want = isFull ? undefined : asked;
      if (!want && !kept) continue;
      const bytes = await reader.read(Math.max(want?.limit ?? 0, kept ? entry.size : 0));
      if (kept) keep.add(entry.offset, bytes, entry.size);
      if (!want) continue;
      if (want.beyond !== undefined && entry.size > want.limit) {
        const known = beyond.get(want.beyond);
        if (known) known.count++;
        else beyond.set(want.beyond, { first: path, count: 1 });
      }
      const wanted = want.further ? await furtherOf(reader, bytes, want) : bytes.subarray(0, want.limit);
      if (!wanted) continue;
      bytesForFacts.set(want.kind, before + wanted.length);
      const value = plan.extract(want.kind, path, wanted);
      if (value !== undefined) facts.push({ kind: want.kind, path, value, node: last });
    }
    ended = !full;
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    problems.push(error.message);
  }
  if (reader.problem) problems.push(wording(reader.problem));
  else if (ended && (await isFollowed(cursor)))
    problems.push('behind its end mark stands another tar archive, which engines do not unpack; that one is not shown');
  if (reader.problem?.kind === 'cut-short' && last !== undefined && unpacking.files.kinds[last] === kinds.file) {
    unpacking.cutLast(last, reader.problem.present);
  }
  if (reader.oddities > 0)
    problems.push(`it has ${reader.oddities} entries of a kind that is not shown, or that could not be read whole`);
  if (unread.count > 0) problems.push(leftUnread(unread));
  for (const [what, files] of beyond) problems.push(leftBeyond(what, files));
  const files = unpacking.finish();
  return { files, facts, problems: [...problems, ...unpacking.problems], diffId: undefined };
}

/** The part of the body that its first bytes point to. */
async function furtherOf(reader: TarReader, bytes: Uint8Array, { limit, further }: NonNullable<Want>) {
  const part = further?.(bytes.subarray(0, limit));
  if (!part || !(part.from >= 0) || !(part.length > 0)) return undefined;
  const end = part.from + Math.min(part.length, limits.furtherBytes);
  const here = bytes.subarray(part.from, end);
  if (end <= bytes.length) return here;
  const from = Math.max(part.from, bytes.length);
  return Buffer.concat([here, await reader.readOn(from - bytes.length, end - from)]);
}

/** A layer's blob as it is stored, all of it: the digest is that of the uncompressed tar. */
export async function scanBlob(
  blob: AsyncIterable<Uint8Array>,
  plan: ScanPlan,
  signal: AbortSignal,
  options: ScanOptions = {},
): Promise<LayerScan> {
  const { compression, stream } = await sniff(blob, signal);
  const digested = digesting(inflate(stream, compression, { bounds: options.bounds, passing: true }));
  const cursor = new StreamCursor(digested.stream, signal);
  try {
    const scan = await scanTar(cursor, plan, options);
    await drain(cursor);
    return { ...scan, diffId: digested.digest() };
  } finally {
    await cursor.close();
  }
}

/** Of a layer's blob as it is stored: `sha256:…` of the uncompressed tar, if all of it can be read. */
export async function digestOfBlob(blob: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string | undefined> {
  const { compression, stream } = await sniff(blob, signal);
  const digested = digesting(inflate(stream, compression, { passing: true }));
  const cursor = new StreamCursor(digested.stream, signal);
  try {
    await drain(cursor);
    return digested.digest();
  } finally {
    await cursor.close();
  }
}

/** The bytes of the file whose header begins at `offset` of the uncompressed tar. */
export async function readFrom(
  cursor: Cursor,
  offset: number,
  limit: number,
): Promise<{ bytes: Uint8Array; size: number } | undefined> {
  if ((await cursor.skip(offset)) < offset) return undefined;
  const reader = new TarReader(cursor);
  const entry = await reader.next();
  return entry && { bytes: await reader.read(limit), size: entry.size };
}

/** Tells what the stream is compressed with, and gives it back whole. */
export async function sniff(stream: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  const cursor = new StreamCursor(stream, signal);
  const head = Buffer.from(await cursor.take(512));
  return {
    head,
    compression: compressionOf(head),
    stream: (async function* () {
      try {
        yield head as Uint8Array;
        for (
          let chunk = await cursor.some(Number.MAX_SAFE_INTEGER);
          chunk.length > 0;
          chunk = await cursor.some(Number.MAX_SAFE_INTEGER)
        )
          yield chunk;
      } finally {
        await cursor.close();
      }
    })(),
  };
}

/** By another archive, as when tars are put one behind the other. The table of contents of an eStargz layer is none (stargz-snapshotter, estargz.md). */
async function isFollowed(cursor: Cursor): Promise<boolean> {
  try {
    for (let block = 0; block < paddingBlocks; block++) {
      const bytes = await cursor.take(512);
      if (bytes.length < 512) return false;
      if (isZero(bytes)) continue;
      const header = parseHeader(bytes);
      return header !== undefined && textOf(header.name) !== 'stargz.index.json';
    }
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
  }
  return false;
}

/** GNU tar fills its last record of twenty with zeros. */
const paddingBlocks = 20;

/** What follows the tar's end mark counts for the digest. */
async function drain(cursor: Cursor): Promise<void> {
  try {
    for await (const _ of rest(cursor));
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
  }
}

interface SomeFiles {
  readonly first: string;
  readonly count: number;
}

const namesOf = ({ first, count }: SomeFiles) =>
  `“${first}”${count > 1 ? ` and ${(count - 1).toLocaleString('en')} more` : ''}`;

const leftUnread = (files: SomeFiles) =>
  `it has more files that may name packages or hold secrets than are read of one layer: ${namesOf(files)} ${files.count > 1 ? 'were' : 'was'} not looked into; look at them yourself`;

const leftBeyond = (what: string, files: SomeFiles) =>
  `it has ${files.count > 1 ? 'files' : 'a file'} of which ${what} (${namesOf(files)}); look at the rest yourself`;

function wording(problem: TarProblem): string {
  switch (problem.kind) {
    case 'no-end-mark':
      return 'it ends without the mark that ends a tar archive; it may have been cut short';
    case 'cut-short':
      return `it is cut short inside “${textOf(problem.name)}”; what comes after is missing`;
    case 'not-a-header':
      return problem.at === 0
        ? 'it is not a tar archive'
        : `it could be read only up to byte ${problem.at}, where something else than a tar entry stands`;
    case 'no-size':
      return `it could be read only up to byte ${problem.at}, where an entry does not say how large it is`;
    case 'header-too-long':
      return `it could be read only up to byte ${problem.at}, where an entry's name or attributes are longer than any file's can be`;
    case 'too-many-entries':
      return 'it has more entries than are read of one layer; the rest was left out';
  }
}
