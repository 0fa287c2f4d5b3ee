/** An image whose blobs can be read in any order: in an uncompressed archive, or in the folder of a layout. */
import type { FileHandle } from 'node:fs/promises';
import type { Blobs } from '../blobs.ts';
import { type BodyDigest, digestsIn, digestsInBlob, offsetsByLayer } from '../contents.ts';
import { FileCursor, rest } from '../cursor.ts';
import { describeImage } from '../describe.ts';
import type { ScanPlan } from '../image.ts';
import { compressionOf } from '../layer.ts';
import type { LayerCache } from '../layer-cache.ts';
import { LayerFiles } from '../layer-files.ts';
import { bodyAt, missingLayer, readFromBlob, scannedLayer, verificationOf, wrongLayer } from '../save-stream.ts';
import { digestOfBlob, type LayerScan, scanBlob, scanTar } from '../scan.ts';
import { ImageError, type OpenImage } from '../source.ts';
import type { StoredImage } from '../stored-images.ts';

/** A part of a file. */
export interface Slice {
  readonly file: FileHandle;
  readonly start: number;
  readonly length: number;
  /** To be called when the part is no longer needed. */
  release(): Promise<void>;
}

export interface RandomBlobs extends Blobs {
  slice(located: string): Promise<Slice>;
  close(): Promise<void>;
}

export function openStored(
  reference: string,
  blobs: RandomBlobs,
  image: StoredImage,
  problems: readonly string[],
  cache: LayerCache | undefined,
): OpenImage {
  const closed = new AbortController();
  /** How each layer came to be shown whose digest is not known yet. */
  const pending = new Map<number, 'headers' | 'cache'>();
  /** Layers, by index, whose configuration names another one: the cache is not asked for them. */
  const lying = new Set<number>();
  const { names, digest, config, layers, platforms } = image;
  return {
    async describe() {
      return describeImage({
        reference,
        names,
        digest,
        config,
        layers,
        problems: [...problems, ...image.problems],
        platforms,
      });
    },

    async *scan(plan, signal, onProgress) {
      const any = AbortSignal.any([signal, closed.signal]);
      const total = layers.reduce((sum, { storedSize }) => sum + (storedSize ?? 0), 0);
      const scans = new Map<string, LayerScan>();
      let done = 0;
      for (const [index, { blob, diffId, storedSize, foreign }] of layers.entries()) {
        if (blob === undefined) {
          yield missingLayer(index, foreign);
          continue;
        }
        const before = done;
        const report = (bytes: number): void => onProgress({ layer: index, bytes: before + bytes, total });
        const known = lying.has(index) || diffId === undefined ? undefined : await cache?.find(diffId);
        const scan = known ?? scans.get(blob) ?? (await scanLocated(blobs, blob, plan, any, report));
        if (!known) scans.set(blob, scan);
        if (!known && scan.diffId !== undefined) await cache?.keep(scan);
        done += storedSize ?? 0;
        report(done - before);
        const layer = scannedLayer(index, blob, scan, diffId);
        const isPending = diffId?.startsWith('sha256:') && (known || (scan.diffId === undefined && scan.skipped));
        pending.delete(index);
        if (isPending) pending.set(index, known ? 'cache' : 'headers');
        yield isPending ? { ...layer, verification: 'pending' } : layer;
      }
    },

    async *verify(plan, signal) {
      const any = AbortSignal.any([signal, closed.signal]);
      const digests = new Map<string, string | undefined>();
      for (const [index, shown] of [...pending]) {
        const { blob, diffId } = layers[index] ?? {};
        if (blob === undefined || diffId === undefined) continue;
        if (!digests.has(blob))
          digests.set(blob, await digestOf(blobs, blob, shown === 'headers' ? cache : undefined, plan, any));
        const verification = verificationOf(digests.get(blob), diffId);
        const stale = shown === 'cache' && verification !== 'verified';
        if (stale) lying.add(index);
        pending.delete(index);
        yield { index, verification, stale, problems: verification === 'wrong' ? [wrongLayer(index)] : [] };
      }
    },

    async read({ layer, offset }, limit, signal) {
      const blob = layers[layer]?.blob;
      if (blob === undefined)
        throw new ImageError('not-found', 'The layer with this file is not here. Pull the image, and save it again.');
      return readSlice(await blobs.slice(blob), offset, limit, AbortSignal.any([signal, closed.signal]));
    },

    async *digests(files, signal) {
      const any = AbortSignal.any([signal, closed.signal]);
      for (const [layer, offsets] of offsetsByLayer(files)) {
        const blob = layers[layer]?.blob;
        // A blob that the system does not let us read costs its layer alone.
        const slice = blob === undefined ? undefined : await blobs.slice(blob).catch(() => undefined);
        if (slice) for await (const found of digestsInSlice(slice, offsets, any)) yield { layer, ...found };
      }
    },

    async close() {
      closed.abort();
      await blobs.close();
    },
  };
}

/** What the layer's uncompressed tar truly is. To be kept in the cache it is read again with it: what is kept and what was digested are the same bytes. */
async function digestOf(
  blobs: RandomBlobs,
  blob: string,
  cache: LayerCache | undefined,
  plan: ScanPlan,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const slice = await blobs.slice(blob);
    try {
      if (!cache) return await digestOfBlob(bytesOf(slice, signal), signal);
      const scan = await scanBlob(bytesOf(slice, signal), plan, signal);
      await cache.keep(scan);
      return scan.diffId;
    } finally {
      await slice.release();
    }
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return undefined;
  }
}

/** A blob that the system does not let us read costs its layer alone. */
async function scanLocated(
  blobs: RandomBlobs,
  blob: string,
  plan: ScanPlan,
  signal: AbortSignal,
  report: (bytes: number) => void,
): Promise<LayerScan> {
  try {
    return await scanSlice(await blobs.slice(blob), plan, signal, report);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return {
      files: new LayerFiles(),
      facts: [],
      problems: [`it is missing: ${error.message.replace(/\.$/, '')}`],
      diffId: undefined,
    };
  }
}

/** Of an uncompressed layer only the headers are read. */
export async function scanSlice(
  slice: Slice,
  plan: ScanPlan,
  signal: AbortSignal,
  report: (bytes: number) => void,
): Promise<LayerScan> {
  try {
    if (await isPlain(slice, signal)) {
      const cursor = new FileCursor(slice.file, slice.start, slice.length, signal);
      const ticking = setInterval(() => report(cursor.position), progressMs);
      try {
        return { ...(await scanTar(cursor, plan)), skipped: true };
      } finally {
        clearInterval(ticking);
      }
    }
    return await scanBlob(bytesOf(slice, signal, report), plan, signal);
  } finally {
    await slice.release();
  }
}

export async function readSlice(slice: Slice, offset: number, limit: number, signal: AbortSignal) {
  try {
    if (!(await isPlain(slice, signal))) return await readFromBlob(bytesOf(slice, signal), offset, limit, signal);
    return await bodyAt(new FileCursor(slice.file, slice.start, slice.length, signal), offset, limit);
  } finally {
    await slice.release();
  }
}

async function* digestsInSlice(
  slice: Slice,
  offsets: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<BodyDigest> {
  try {
    if (!(await isPlain(slice, signal))) yield* digestsInBlob(bytesOf(slice, signal), offsets, signal);
    else yield* digestsIn(new FileCursor(slice.file, slice.start, slice.length, signal), offsets);
  } finally {
    await slice.release();
  }
}

/** All bytes of it. */
export async function* bytesOf(
  slice: Slice,
  signal: AbortSignal,
  report?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const cursor = new FileCursor(slice.file, slice.start, slice.length, signal);
  for await (const chunk of rest(cursor)) {
    report?.(cursor.position);
    yield chunk;
  }
}

async function isPlain(slice: Slice, signal: AbortSignal): Promise<boolean> {
  const head = await new FileCursor(slice.file, slice.start, Math.min(slice.length, 16), signal).take(16);
  return compressionOf(head) === 'none';
}

const progressMs = 100;
