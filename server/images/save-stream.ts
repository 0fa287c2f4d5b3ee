/** The output of `docker save` as a stream: read once, from the front, nothing written to disk, though what says how its layers lie comes last. */
import { type Blobs, Entries, pathOfDigest, plainPath } from './blobs.ts';
import { digestsInBlob, offsetsByLayer } from './contents.ts';
import { type Cursor, StreamCursor } from './cursor.ts';
import { diffIdsOf } from './describe.ts';
import type { ScanPlan, ScanProgress, Verification } from './image.ts';
import { parseJson, recordOf } from './json.ts';
import type { KeptBodies } from './kept-bodies.ts';
import { compressionOf, InflateError, inflate } from './layer.ts';
import type { LayerCache } from './layer-cache.ts';
import { LayerFiles } from './layer-files.ts';
import { limits } from './limits.ts';
import { textOf } from './path-text.ts';
import { salvage } from './salvage.ts';
import { type LayerScan, readFrom, scanBlob, sniff } from './scan.ts';
import { type FileBody, type FileDigest, ImageError, type ScannedLayer, type StoredFile } from './source.ts';
import { imagesIn, type SaveContents, type StoredImage, tooManyEntries } from './stored-images.ts';
import { isZero, parseHeader } from './tar.ts';
import { TarReader } from './tar-reader.ts';

export interface SaveOptions {
  readonly plan: ScanPlan;
  /** Lowest first. A layer that has one of them is yielded as soon as it has been read; the others when the manifest has been seen. */
  readonly diffIds?: readonly string[];
  /** Which of several images; undefined: that of the diff IDs, else the first. */
  readonly choose?: (images: readonly StoredImage[]) => StoredImage | undefined;
  readonly platform?: string | undefined;
  /** Only these blobs (paths as `Blobs.locate` gives them) are scanned. */
  readonly only?: ReadonlySet<string>;
  readonly onProgress?: (progress: ScanProgress) => void;
  readonly cache?: LayerCache | undefined;
  /** Keeps small files, by the blob's path. */
  readonly bodies?: KeptBodies | undefined;
}

/** Every layer of one image. Gives, at the end, the images that the stream holds. */
export async function* scanSave(
  stream: AsyncIterable<Uint8Array>,
  options: SaveOptions,
  signal: AbortSignal,
): AsyncGenerator<ScannedLayer, SaveContents & { readonly image: StoredImage | undefined }> {
  const { plan, diffIds = [], platform, onProgress } = options;
  const scans = new Map<string, LayerScan>();
  const done = new Set<number>();
  const contents = readSave(stream, options.only, signal, (bytes) =>
    onProgress?.({ layer: undefined, bytes, total: undefined }),
  );
  let blobs: SaveBlobs | undefined;
  for (;;) {
    const step = await contents.next();
    if (step.done) {
      blobs = step.value;
      break;
    }
    const { path, body } = step.value;
    const scan = await scanBlob(body, plan, signal, { keep: options.bodies?.of(path) });
    await options.cache?.keep(scan);
    signal.throwIfAborted();
    // One path may come twice; the last counts, as on disk.
    scans.set(path, scan);
    for (const [index, id] of diffIds.entries()) {
      if (id !== scan.diffId || done.has(index)) continue;
      done.add(index);
      yield scannedLayer(index, path, scan, id);
    }
  }
  const { images, problems } = await imagesIn(blobs, platform, signal);
  const named =
    options.choose?.(images) ?? images.find(({ config }) => sameIds(diffIdsOf(config), diffIds)) ?? images[0];
  const image = named ?? (diffIds.length === 0 ? salvaged(blobs, scans) : undefined);
  for (const [index, layer] of (image?.layers ?? []).entries()) {
    if (done.has(index)) continue;
    const scan = layer.blob === undefined ? undefined : scans.get(layer.blob);
    yield scan ? scannedLayer(index, layer.blob ?? '', scan, layer.diffId) : missingLayer(index, layer.foreign);
  }
  if (!image) yield* unfinished(diffIds, done, scans);
  return { images, image, problems: [...problems, ...blobs.problems] };
}

/** Where the stream ended before the manifest: the layer that it ended in, if its name (Docker 25 and newer), or that no other is missing, says which one it is. */
function* unfinished(
  diffIds: readonly string[],
  done: ReadonlySet<number>,
  scans: ReadonlyMap<string, LayerScan>,
): Generator<ScannedLayer> {
  const missing = [...diffIds.entries()].filter(([index]) => !done.has(index));
  const left = [...scans].filter(([, { diffId }]) => diffId === undefined || !diffIds.includes(diffId));
  for (const [index, diffId] of missing) {
    const sole = missing.length === 1 && left.length === 1;
    const found = left.find(([path]) => sole || path === pathOfDigest(diffId));
    if (found) yield scannedLayer(index, found[0], found[1], diffId);
  }
}

const salvaged = (blobs: SaveBlobs, scans: ReadonlyMap<string, LayerScan>) =>
  salvage(
    blobs,
    [...scans].map(([path, { diffId }]) => ({ path, diffId })),
    blobs.documents,
  );

/** What the stream holds beside its layers; they are skipped. */
export async function listSave(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<SaveBlobs> {
  const contents = readSave(stream, nothing, signal);
  for (;;) {
    const step = await contents.next();
    if (step.done) return step.value;
  }
}

/** The file whose header begins at `offset` of the uncompressed tar that lies, as it was stored, at `blob`. */
export async function readFromSave(
  stream: AsyncIterable<Uint8Array>,
  blob: string,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<FileBody> {
  const cursor = new StreamCursor(stream, signal);
  try {
    const reader = new TarReader(cursor, { maxEntries: limits.archiveEntries });
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      if (entry.type === 'file' && plainPath(entry.name) === blob)
        return await readFromBlob(reader.body(), offset, limit, signal);
    }
  } finally {
    await cursor.close();
  }
  throw new ImageError('unreadable', 'The layer with this file is no longer where it was. Open the image again.');
}

/** Of files in several layers, by the blob of each: the stream is read once, and no further than to the last of them. */
export async function* digestsFromSave(
  stream: AsyncIterable<Uint8Array>,
  files: readonly StoredFile[],
  blobOf: (layer: number) => string | undefined,
  signal: AbortSignal,
): AsyncGenerator<FileDigest> {
  // A blob that is in the image twice is in the stream once.
  const layers = new Map<string, number[]>();
  const byLayer = offsetsByLayer(files);
  for (const layer of byLayer.keys()) {
    const blob = blobOf(layer);
    if (blob !== undefined) layers.set(blob, [...(layers.get(blob) ?? []), layer]);
  }
  const missing = new Set(layers.keys());
  for await (const { path, body } of readSave(stream, missing, signal)) {
    const these = layers.get(path) ?? [];
    const offsets = [...new Set(these.flatMap((layer) => byLayer.get(layer) ?? []))].sort((a, b) => a - b);
    for await (const found of digestsInBlob(body, offsets, signal))
      for (const layer of these) yield { layer, ...found };
    missing.delete(path);
    if (missing.size === 0) return;
  }
}

export async function readFromBlob(
  stream: AsyncIterable<Uint8Array>,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<FileBody> {
  const { compression, stream: whole } = await sniff(stream, signal);
  const cursor = new StreamCursor(inflate(whole, compression), signal);
  try {
    return await bodyAt(cursor, offset, limit);
  } finally {
    await cursor.close();
  }
}

export async function bodyAt(cursor: Cursor, offset: number, limit: number): Promise<FileBody> {
  try {
    const file = await readFrom(cursor, offset, limit);
    if (file) return { ...file, truncated: file.bytes.length < file.size };
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
  }
  throw new ImageError(
    'unreadable',
    'This file cannot be read: its layer is damaged or cut short. Save or pull the image again.',
  );
}

/** A layer with its place in the image. `diffId`: what the image's configuration says it is. */
export function scannedLayer(index: number, blob: string, scan: LayerScan, diffId: string | undefined): ScannedLayer {
  const verification = verificationOf(scan.diffId, diffId);
  const problems = scan.problems.map((problem) => `Layer ${index + 1}: ${problem}.`);
  if (verification === 'wrong' && problems.length === 0) problems.push(wrongLayer(index));
  return { index, blob, files: scan.files, facts: scan.facts, problems, diffId: scan.diffId, verification };
}

export const wrongLayer = (index: number): string =>
  `Layer ${index + 1} is not the one that the image was made with: its digest differs from the configuration's. Save or pull the image again.`;

/** `computed`: undefined where it was not, or not to the end. */
export function verificationOf(computed: string | undefined, stated: string | undefined): Verification {
  if (computed === undefined || stated === undefined || !stated.startsWith('sha256:')) return 'unknown';
  return computed === stated ? 'verified' : 'wrong';
}

export function missingLayer(index: number, foreign = false): ScannedLayer {
  const problems = [
    foreign
      ? `Layer ${index + 1} is not here: it is a foreign layer, which its maker alone gives out. Its files are not shown.`
      : `Layer ${index + 1} is not here: only its name was saved. Pull the image for this platform, and save it again.`,
  ];
  return {
    index,
    blob: '',
    files: new LayerFiles(),
    facts: [],
    problems,
    diffId: undefined,
    verification: 'unknown',
  };
}

/** What was kept of a stream. */
export interface SaveBlobs extends Blobs {
  /** Whole sentences. */
  readonly problems: readonly string[];
  /** Of all entries. */
  readonly paths: readonly string[];
  /** Of what looks like a layer. */
  readonly layers: readonly string[];
  readonly documents: ReadonlyMap<string, unknown>;
}

/** Yields each entry that is no JSON document and no odd file, to be read before the next is asked for. */
async function* readSave(
  stream: AsyncIterable<Uint8Array>,
  only: ReadonlySet<string> | undefined,
  signal: AbortSignal,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<{ path: string; body: AsyncIterable<Uint8Array> }, SaveBlobs> {
  const tail = new Tail(stream, onBytes);
  const cursor = new StreamCursor(tail.stream, signal);
  const reader = new TarReader(cursor, { maxEntries: limits.archiveEntries });
  const entries = new Entries();
  const documents = new Map<string, unknown>();
  const problems: string[] = [];
  const paths: string[] = [];
  const layers = new Set<string>();
  let kept = 0;
  let unkept: string | undefined;
  try {
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      const path = plainPath(entry.name);
      paths.push(path);
      if (entry.type === 'symlink' || entry.type === 'hardlink')
        entries.addLink(path, entry.link, entry.type === 'symlink');
      if (entry.type !== 'file') continue;
      entries.addFile(path, entry.size, 0);
      documents.delete(path);
      const { head, stream: body } = await sniff(reader.body(), signal);
      if (looksLikeJson(head)) {
        // Told where it is asked for.
        if (entry.size > limits.jsonBytes) continue;
        if (kept + entry.size > limits.jsonBytesTotal) {
          unkept ??= textOf(entry.name);
          continue;
        }
        kept += entry.size;
        documents.set(path, parseJson(await gathered(body)));
      } else if (looksLikeLayer(head)) {
        layers.add(path);
        if (!only || only.has(path)) yield { path, body };
      }
    }
  } finally {
    await cursor.close();
  }
  if (reader.problem?.kind === 'too-many-entries') problems.push(tooManyEntries('archive'));
  else if (reader.problem) {
    tail.throwIfRefused();
    const inside = reader.problem.kind === 'cut-short' ? ` inside “${textOf(reader.problem.name)}”` : '';
    problems.push(`The archive is cut short${inside}: what comes after is missing. Save the image again.`);
  }
  if (unkept !== undefined)
    problems.push(
      `The archive holds more documents than are kept (${limits.jsonBytesTotal >> 20} MiB); “${unkept}” and those after it were left out. Save the image by itself.`,
    );
  return {
    problems,
    paths,
    layers: [...layers],
    documents,
    locate: (path) => entries.locate(path),
    size: (located) => entries.file(located)?.size,
    json: async (path) => documents.get(entries.locate(path) ?? path),
  };
}

/** The last bytes of a stream. An engine that fails after it began to send appends its words to the tar (moby, image_routes.go). */
class Tail {
  readonly stream: AsyncIterable<Uint8Array>;
  private last: Uint8Array = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>, onBytes: ((bytes: number) => void) | undefined) {
    this.stream = this.watch(stream, onBytes);
  }

  throwIfRefused(): void {
    const text = Buffer.from(this.last).toString('utf8');
    const at = text.lastIndexOf('{"errorDetail"');
    const { errorDetail, error } = recordOf(at < 0 ? undefined : parseJson(Buffer.from(text.slice(at).trim())));
    const message = recordOf(errorDetail).message ?? error;
    if (typeof message === 'string')
      throw new ImageError('failed', `The engine stopped sending the image: ${message.slice(0, 1000)}`);
  }

  private async *watch(
    stream: AsyncIterable<Uint8Array>,
    onBytes: ((bytes: number) => void) | undefined,
  ): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      onBytes?.(bytes);
      this.last =
        chunk.length >= tailBytes ? chunk.slice(-tailBytes) : Buffer.concat([this.last, chunk]).subarray(-tailBytes);
      yield chunk;
    }
  }
}

async function gathered(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const tailBytes = 8 << 10;
const nothing: ReadonlySet<string> = new Set();
const sameIds = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, i) => id === b[i]);
const looksLikeJson = (head: Uint8Array) =>
  /^(\ufeff|\xef\xbb\xbf)?[\s]*[{[]/.test(Buffer.from(head).toString('latin1'));
/** Compressed, a tar, or the end of an empty one. */
const looksLikeLayer = (head: Uint8Array) =>
  compressionOf(head) !== 'none' || (head.length === 512 && (parseHeader(head) !== undefined || isZero(head)));
