/** Images in one file: what `docker save`, skopeo, kaniko, buildx or podman write, plain or compressed as a whole; and tars of a root filesystem, as one layer. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Blobs, Entries, plainPath } from '../blobs.ts';
import { FileCursor } from '../cursor.ts';
import { describeImage } from '../describe.ts';
import { parseJson } from '../json.ts';
import { KeptBodies } from '../kept-bodies.ts';
import { type Compression, compressionOf, InflateError, inflate } from '../layer.ts';
import type { LayerCache } from '../layer-cache.ts';
import { limits } from '../limits.ts';
import { textOf } from '../path-text.ts';
import type { Transport } from '../reference.ts';
import { isPartOfAnImage, salvage } from '../salvage.ts';
import { digestsFromSave, listSave, readFromSave, type SaveBlobs, scanSave } from '../save-stream.ts';
import { ImageError, type OpenImage } from '../source.ts';
import { imagesIn, type SaveContents, type StoredImage, tooManyEntries } from '../stored-images.ts';
import { isZero, parseHeader } from '../tar.ts';
import { TarReader } from '../tar-reader.ts';
import { bytesOf, openStored, type RandomBlobs, type Slice } from './stored.ts';

export interface Archive extends SaveContents {
  readonly transport: Transport;
  open(reference: string, image: StoredImage, cache?: LayerCache | undefined): OpenImage;
  close(): Promise<void>;
}

/** Reads what the archive holds, no layer yet. Throws ImageError where it is no archive. */
export async function openArchive(path: string, platform: string | undefined, signal: AbortSignal): Promise<Archive> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.from(await new FileCursor(file, 0, Math.min(size, 512), signal).take(512));
    const compression = compressionOf(head);
    const whole: Slice = { file, start: 0, length: size, release: async () => {} };
    const isTar = parseHeader(head) !== undefined || (head.length === 512 && isZero(head));
    if (compression === 'none' && !isTar) throw noArchive(path);
    if (compression === 'none') return await plainArchive(path, whole, platform, signal);
    return await compressedArchive(path, whole, compression, platform, signal);
  } catch (error) {
    await file.close();
    throw error instanceof InflateError
      ? new ImageError('unsupported', `“${path}” cannot be read: ${error.message}.`, { cause: error })
      : error;
  }
}

async function plainArchive(
  path: string,
  whole: Slice,
  platform: string | undefined,
  signal: AbortSignal,
): Promise<Archive> {
  const blobs = await listBlobs(whole, signal);
  const found = await imagesIn(blobs, platform, signal);
  const contents = withRescue(path, found, blobs, await layersAndDocuments(blobs, found, signal));
  const { problems } = contents;
  return {
    ...contents,
    transport: transportOf(blobs),
    open: (reference, image, cache) =>
      image === bareTar ? openBare(reference, whole) : openStored(reference, blobs, image, problems, cache),
    close: () => whole.file.close(),
  };
}

/** What to show where there is no manifest: parts of an image, or a tar of plain files. */
function withRescue(
  path: string,
  found: SaveContents,
  blobs: Blobs & Pick<SaveBlobs, 'paths' | 'problems'>,
  { layers, documents }: Pick<SaveBlobs, 'layers' | 'documents'>,
): SaveContents {
  const problems = [...found.problems, ...blobs.problems];
  if (found.images.length > 0 || found.problems.length > 0) return { images: found.images, problems };
  if (!blobs.paths.some(isPartOfAnImage)) return { images: [bareTar], problems: [] };
  const image = salvage(
    blobs,
    layers.map((path) => ({ path })),
    documents,
  );
  if (!image)
    throw new ImageError('unreadable', `“${path}” is cut short before the first layer. Save the image again.`);
  return { images: [image], problems };
}

type ArchiveBlobs = RandomBlobs & Pick<SaveBlobs, 'paths' | 'problems'>;

/** Where everything is in the archive. Bodies are skipped. */
async function listBlobs({ file, start, length }: Slice, signal: AbortSignal): Promise<ArchiveBlobs> {
  const entries = new Entries();
  const paths: string[] = [];
  const cursor = new FileCursor(file, start, length, signal);
  const reader = new TarReader(cursor, { maxEntries: limits.archiveEntries });
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    const path = plainPath(entry.name);
    paths.push(path);
    if (entry.type === 'file') entries.addFile(path, entry.size, cursor.position);
    else if (entry.type === 'symlink' || entry.type === 'hardlink')
      entries.addLink(path, entry.link, entry.type === 'symlink');
  }
  const slice = async (located: string): Promise<Slice> => {
    const { size, offset } = entries.file(located) ?? { size: 0, offset: length };
    return { file, start: start + offset, length: size, release: async () => {} };
  };
  return {
    paths,
    problems: problemsOf(reader),
    locate: (path) => entries.locate(path),
    size: (located) => entries.file(located)?.size,
    slice,
    async json(path, signal) {
      const located = entries.locate(path);
      const size = located === undefined ? Number.POSITIVE_INFINITY : (entries.file(located)?.size ?? 0);
      if (located === undefined || size > limits.jsonBytes) return undefined;
      const { start, length } = await slice(located);
      return parseJson(await new FileCursor(file, start, length, signal).take(length));
    },
    close: () => file.close(),
  };
}

function problemsOf({ problem }: TarReader): string[] {
  if (!problem) return [];
  if (problem.kind === 'too-many-entries') return [tooManyEntries('archive')];
  if (problem.kind === 'cut-short')
    return [
      `The archive is cut short inside “${textOf(problem.name)}”: what comes after is missing. Save the image again.`,
    ];
  if (problem.kind === 'no-end-mark')
    return ['The archive ends without its end mark; if files are missing, save the image again.'];
  return [
    `The archive could be read only up to byte ${problem.at}; what comes after is missing. Save the image again.`,
  ];
}

const transportOf = (blobs: Blobs): Transport =>
  blobs.locate('index.json') !== undefined && blobs.locate('manifest.json') === undefined
    ? 'oci-archive'
    : 'docker-archive';

/** Only where the manifest does not say: every entry's first bytes are looked at. */
async function layersAndDocuments(blobs: ArchiveBlobs, { images, problems }: SaveContents, signal: AbortSignal) {
  const layers: string[] = [];
  const documents = new Map<string, unknown>();
  if (images.length > 0 || problems.length > 0 || !blobs.paths.some(isPartOfAnImage)) return { layers, documents };
  for (const path of blobs.paths) {
    if (blobs.locate(path) !== path) continue;
    const { file, start, length } = await blobs.slice(path);
    const head = await new FileCursor(file, start, Math.min(length, 512), signal).take(512);
    if (compressionOf(head) !== 'none' || (head.length === 512 && parseHeader(head))) layers.push(path);
    else documents.set(path, await blobs.json(path, signal));
  }
  return { layers, documents };
}

/** A tar that holds no image: its files, as an image of one layer. */
const bareTar: StoredImage = {
  names: [],
  tag: undefined,
  digest: undefined,
  platform: undefined,
  config: undefined,
  configPath: undefined,
  layers: [{ blob: '', path: '', digest: undefined, diffId: undefined, storedSize: undefined }],
  problems: ['This archive holds no image, but files: they are shown as one layer.'],
};

function openBare(reference: string, whole: Slice): OpenImage {
  const blobs: RandomBlobs = {
    locate: () => '',
    size: () => whole.length,
    json: async () => undefined,
    slice: async () => whole,
    close: () => whole.file.close(),
  };
  const layers = bareTar.layers.map((layer) => ({ ...layer, storedSize: whole.length }));
  return openStored(reference, blobs, { ...bareTar, layers }, [], undefined);
}

/** An archive compressed as a whole is read from its beginning each time: once for what it holds, once for its layers, and once for each file that is opened. */
async function compressedArchive(
  path: string,
  whole: Slice,
  compression: Compression,
  platform: string | undefined,
  signal: AbortSignal,
): Promise<Archive> {
  const stream = (each: AbortSignal, report?: (bytes: number) => void) =>
    inflate(bytesOf(whole, each, report), compression);
  const blobs = await listSave(stream(signal), signal);
  if (blobs.paths.length === 0 && blobs.problems.length > 0) throw noArchive(path);
  const contents = withRescue(path, await imagesIn(blobs, platform, signal), blobs, blobs);
  return {
    ...contents,
    transport: transportOf(blobs),
    open: (reference, image, cache) =>
      image === bareTar ? openBare(reference, whole) : openCompressed(reference, image, cache),
    close: () => whole.file.close(),
  };

  function openCompressed(reference: string, image: StoredImage, cache: LayerCache | undefined): OpenImage {
    const closed = new AbortController();
    const bodies = new KeptBodies();
    const { names, digest, config, layers, platforms } = image;
    return {
      async describe() {
        return describeImage({
          reference,
          names,
          digest,
          config,
          layers,
          problems: [...contents.problems, ...image.problems],
          platforms,
        });
      },
      async *scan(plan, signal, onProgress) {
        const any = AbortSignal.any([signal, closed.signal]);
        const only = new Set(layers.flatMap(({ blob }) => (blob === undefined ? [] : [blob])));
        const report = (bytes: number) => onProgress({ layer: undefined, bytes, total: whole.length });
        yield* scanSave(stream(any, report), { plan, only, choose: () => image, cache, bodies }, any);
      },
      async read({ layer, offset }, limit, signal) {
        const any = AbortSignal.any([signal, closed.signal]);
        const blob = layers[layer]?.blob ?? '';
        const kept = bodies.find(blob, offset, limit);
        if (kept) return kept;
        const body = await readFromSave(stream(any), blob, offset, limit, any);
        bodies.add(blob, offset, body);
        return body;
      },
      digests(files, signal) {
        const any = AbortSignal.any([signal, closed.signal]);
        return digestsFromSave(stream(any), files, (layer) => layers[layer]?.blob, any);
      },
      async close() {
        closed.abort();
        await whole.file.close();
      },
    };
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Asked first: to open a pipe would wait for ever for its writer.
    if ((await stat(path)).isFile()) return await open(path, 'r');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ImageError('not-found', `There is no file “${path}”. Check the path.`, { cause });
    if (code === 'EACCES' || code === 'EPERM')
      throw new ImageError('denied', `“${path}” may not be read. Give yourself the right to read it, or copy it.`, {
        cause,
      });
    throw new ImageError('unreadable', `“${path}” cannot be read (${code}).`, { cause });
  }
  throw new ImageError('unreadable', `“${path}” is not a file. Name an archive, or the folder of an OCI layout.`);
}

const noArchive = (path: string) =>
  new ImageError(
    'unreadable',
    `“${path}” is not an image archive. Name what \`docker save\` or \`skopeo copy\` wrote, or the folder of an OCI layout.`,
  );
