/** Bytes in order, from a file or a stream, for a reader that asks for some and skips others. A file is skipped by offset: what is skipped is not read. */
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

export interface Cursor {
  /** Bytes taken and skipped so far. */
  readonly position: number;
  /** The next `n` bytes, fewer where it ends. Valid until the next call. A promise only where they are not at hand: a promise per header costs more than the header. */
  take(n: number): Uint8Array | Promise<Uint8Array>;
  /** The `n` bytes that follow the next `skip`, where they are at hand; nothing is taken. Valid until the next call. */
  peek(skip: number, n: number): Uint8Array | undefined;
  /** The next bytes, as many as are at hand, at most `n`; none where it ends. The caller may keep them as long as the stream behind the cursor lets one. */
  some(n: number): Uint8Array | Promise<Uint8Array>;
  /** How many could be skipped: fewer than `n` where it ends before. */
  skip(n: number): number | Promise<number>;
}

/** `length` bytes of the file, from `start`. */
export class FileCursor implements Cursor {
  readonly file: FileHandle;
  readonly start: number;
  readonly length: number;
  readonly signal: AbortSignal;
  position = 0;
  private buffer: Uint8Array | undefined;
  private window: Uint8Array = none;
  private windowAt = 0;
  private sinceTurn = 0;

  constructor(file: FileHandle, start: number, length: number, signal: AbortSignal) {
    this.file = file;
    this.start = start;
    this.length = Math.max(length, 0);
    this.signal = signal;
  }

  take(n: number): Uint8Array | Promise<Uint8Array> {
    const wanted = Math.min(n, this.length - this.position);
    const there = this.peek(0, wanted);
    if (!there) return this.load(wanted);
    this.position += wanted;
    return there;
  }

  peek(skip: number, n: number): Uint8Array | undefined {
    const at = this.position + skip;
    if (!this.has(at, n)) {
      // A turn through the thread pool costs more than a window does; now and then one is taken, so that others get theirs and cancelling is heard.
      if (n > windowBytes || at + n > this.length || ++this.sinceTurn >= turnEvery) return undefined;
      this.window = this.readAtOnce(at);
      this.windowAt = at;
      if (!this.has(at, n)) return undefined;
    }
    const from = at - this.windowAt;
    return this.window.subarray(from, from + n);
  }

  async some(n: number): Promise<Uint8Array> {
    const bytes = await this.read(Buffer.allocUnsafe(Math.min(n, chunkBytes, this.length - this.position)));
    this.position += bytes.length;
    return bytes;
  }

  skip(n: number): number {
    const skipped = Math.min(n, this.length - this.position);
    this.position += skipped;
    return skipped;
  }

  private has(at: number, n: number): boolean {
    return at >= this.windowAt && at + n <= this.windowAt + this.window.length;
  }

  /** Reads a window from here; the whole of what is larger than one. */
  private async load(wanted: number): Promise<Uint8Array> {
    this.sinceTurn = 0;
    this.window = await this.read(wanted > windowBytes ? Buffer.allocUnsafe(wanted) : this.room(this.position));
    this.windowAt = this.position;
    const got = Math.min(wanted, this.window.length);
    this.position += got;
    return this.window.subarray(0, got);
  }

  /** For a window that begins there. */
  private room(at: number): Uint8Array {
    this.buffer ??= new Uint8Array(Math.min(windowBytes, this.length));
    return this.buffer.subarray(0, Math.min(windowBytes, this.length - at));
  }

  private readAtOnce(at: number): Uint8Array {
    const into = this.room(at);
    let filled = 0;
    for (let bytes = -1; bytes !== 0 && filled < into.length; filled += bytes)
      bytes = readSync(this.file.fd, into, filled, into.length - filled, this.start + at + filled);
    return into.subarray(0, filled);
  }

  /** Fills `into` with what is here; gives what could be filled. */
  private async read(into: Uint8Array): Promise<Uint8Array> {
    this.signal.throwIfAborted();
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.file.read(
        into,
        filled,
        into.length - filled,
        this.start + this.position + filled,
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return into.subarray(0, filled);
  }
}

export class StreamCursor implements Cursor {
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly signal: AbortSignal;
  private chunk: Uint8Array = none;
  private at = 0;
  private ended = false;

  constructor(stream: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.chunks = stream[Symbol.asyncIterator]();
    this.signal = signal;
  }

  take(n: number): Uint8Array | Promise<Uint8Array> {
    if (this.at + n > this.chunk.length) return this.gather(n);
    this.position += n;
    this.at += n;
    return this.chunk.subarray(this.at - n, this.at);
  }

  peek(skip: number, n: number): Uint8Array | undefined {
    const from = this.at + skip;
    return from + n <= this.chunk.length ? this.chunk.subarray(from, from + n) : undefined;
  }

  some(n: number): Uint8Array | Promise<Uint8Array> {
    const there = Math.min(n, this.chunk.length - this.at);
    return there > 0 || n === 0 ? this.take(there) : this.next().then((more) => (more ? this.some(n) : none));
  }

  skip(n: number): number | Promise<number> {
    if (this.at + n > this.chunk.length) return this.skipOver(n);
    this.position += n;
    this.at += n;
    return n;
  }

  /** Tells the stream that no more is wanted. */
  async close(): Promise<void> {
    this.ended = true;
    this.chunk = none;
    this.at = 0;
    await this.chunks.return?.();
  }

  private async gather(n: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = n;
    while (missing > 0) {
      const part = await this.some(missing);
      if (part.length === 0) break;
      // There may be nothing left of a piece when the next is there.
      parts.push(part.length === n ? part : Buffer.from(part));
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] ?? none) : Buffer.concat(parts);
  }

  private async skipOver(n: number): Promise<number> {
    let missing = n;
    while (missing > 0) {
      const step = Math.min(missing, this.chunk.length - this.at);
      this.at += step;
      this.position += step;
      missing -= step;
      if (missing > 0 && !(await this.next())) break;
    }
    return n - missing;
  }

  /** False at the end. */
  private async next(): Promise<boolean> {
    do {
      this.signal.throwIfAborted();
      if (this.ended) return false;
      const { value, done } = await this.chunks.next();
      this.ended = done === true;
      this.chunk = done ? none : value;
      this.at = 0;
    } while (this.chunk.length === 0);
    return true;
  }
}

/** All that is left, piece by piece. */
export async function* rest(cursor: Cursor): AsyncGenerator<Uint8Array> {
  for (let chunk = await cursor.some(chunkBytes); chunk.length > 0; chunk = await cursor.some(chunkBytes)) yield chunk;
}

const none = new Uint8Array();
/** Large enough that a header that follows a small file is in it, small enough that reading it costs little where all files are large (measured: 64 KiB is best). */
const windowBytes = 64 << 10;
const turnEvery = 32;
/** zlib and sha256 are fed with so much at once. */
const chunkBytes = 256 << 10;
