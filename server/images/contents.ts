/** Digests of the bodies of many files, each layer read once, so that files of two images can be held against each other. */
import { createHash } from 'node:crypto';
import { type Cursor, StreamCursor } from './cursor.ts';
import { InflateError, inflate } from './layer.ts';
import { sniff } from './scan.ts';
import type { StoredFile } from './source.ts';
import { TarReader } from './tar-reader.ts';

/** SHA-256 of a body; `offset` is that of its header in the layer's uncompressed tar. */
export interface BodyDigest {
  readonly offset: number;
  readonly digest: string;
}

/** By layer: the offsets of its files in order, each once. */
export function offsetsByLayer(files: Iterable<StoredFile>): Map<number, readonly number[]> {
  const layers = new Map<number, Set<number>>();
  for (const { layer, offset } of files) {
    const known = layers.get(layer);
    if (known) known.add(offset);
    else layers.set(layer, new Set([offset]));
  }
  return new Map([...layers].map(([layer, offsets]) => [layer, [...offsets].sort((a, b) => a - b)]));
}

/** Of an uncompressed tar. What cannot be read whole is left out, and what is behind the last offset is not read. */
export async function* digestsIn(cursor: Cursor, offsets: readonly number[]): AsyncGenerator<BodyDigest> {
  try {
    for (const offset of offsets) {
      const missing = offset - cursor.position;
      if (missing < 0) continue;
      if ((await cursor.skip(missing)) < missing) return;
      const reader = new TarReader(cursor);
      const entry = await reader.next();
      if (!entry) return;
      const digest = await digestOf(reader, entry.size);
      if (digest) yield { offset, digest };
    }
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
  }
}

/** Of a layer's blob as it is stored. */
export async function* digestsInBlob(
  blob: AsyncIterable<Uint8Array>,
  offsets: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<BodyDigest> {
  const { compression, stream } = await sniff(blob, signal);
  const cursor = new StreamCursor(inflate(stream, compression), signal);
  try {
    yield* digestsIn(cursor, offsets);
  } finally {
    await cursor.close();
  }
}

/** Of the entry that the reader stands at. Undefined: it ends too early, or has holes and is too large to be put together. */
async function digestOf(reader: TarReader, size: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  if (reader.isSparse || size <= smallBytes) {
    if (size > sparseBytes) return undefined;
    const bytes = await reader.read(size);
    return bytes.length === size ? hash.update(bytes).digest('hex') : undefined;
  }
  let length = 0;
  for await (const chunk of reader.body()) {
    length += chunk.length;
    hash.update(chunk);
  }
  return length === size ? hash.digest('hex') : undefined;
}

/** Read through a window of the file that holds what follows, too. */
const smallBytes = 64 << 10;
const sparseBytes = 64 << 20;
