/** The uncompressed tar of a layer, whatever it was compressed with: told by its first bytes, never by its media type, which lies often enough. */
import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type Limits, limits } from './limits.ts';
import { zstdFrames } from './zstd-frames.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

export function compressionOf(head: Uint8Array): Compression {
  const begins = (...magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A zstd skippable frame, which zstd:chunked writers may put first (RFC 8878, 3.1.2).
  if ((head[0] ?? 0) >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (begins(0x42, 0x5a, 0x68) && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39) return 'bzip2';
  if (begins(0x04, 0x22, 0x4d, 0x18)) return 'lz4';
  return 'none';
}

/** Thrown out of `inflate`: what was given before is good. The message is part of a sentence that speaks of “it”. */
export class InflateError extends Error {
  readonly kind: 'damaged' | 'unsupported' | 'too-large';
  constructor(kind: InflateError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface InflateOptions {
  readonly bounds?: Limits | undefined;
  /** Whoever reads it is done with a piece when asking for the next: the memory of what was inflated is then given back. */
  readonly passing?: boolean;
}

/** Inflates what is compressed and hands on what is not. A stream that is cut short ends early; whoever reads the tar in it sees that. */
export async function* inflate(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  { bounds = limits, passing = false }: InflateOptions = {},
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* source;
  if (compression !== 'gzip' && compression !== 'zstd') {
    throw new InflateError(
      'unsupported',
      `it is compressed with ${compression}, which is not supported: write the image again with gzip, zstd or no compression`,
    );
  }
  let stored = 0;
  let size = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      stored += chunk.length;
      yield chunk;
    }
  };
  const inflater =
    compression === 'gzip'
      ? zlib.createGunzip({ ...chunks, finishFlush: zlib.constants.Z_SYNC_FLUSH })
      : zlib.createZstdDecompress({ ...chunks, finishFlush: zlib.constants.ZSTD_e_flush });
  const fed = pipeline(compression === 'zstd' ? zstdFrames(counted()) : counted(), inflater);
  // Its error reaches us through `inflater`.
  fed.catch(() => undefined);
  try {
    for await (const chunk of inflater as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > bounds.inflatedBytes || (size > bounds.inflatedFree && size > stored * bounds.inflationRatio)) {
        throw new InflateError(
          'too-large',
          `out of ${stored} bytes stored came ${Math.round(size / 2 ** 30)} GiB, and it was read no further`,
        );
      }
      yield chunk;
      if (passing) giveBack(chunk);
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (/^(Z_|ZSTD_|ERR_ZSTD)/.test(code))
      throw new InflateError(
        'damaged',
        `its ${compression} data is damaged, and what comes after the damage is missing`,
        { cause },
      );
    throw cause;
  } finally {
    inflater.destroy();
    await fed.catch(() => undefined);
  }
}

/**
 * Until it is found to be garbage, memory is in nobody's use, and the next piece lies in other memory, which is not in the processor's cache. Measured: a sixth of
 * the processor's time. A buffer that zlib has not filled it goes on to fill, and Node's pool for what is small has others' bytes in it.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const isWhole = byteOffset + byteLength === buffer.byteLength && buffer.byteLength >= chunks.chunkSize;
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Measured: Node's own chunks of 16 KiB take twice as long, and much larger ones no longer lie in the processor's cache when they are hashed. Some are made ahead, on another thread, while those before are read. */
const chunks = { chunkSize: 256 << 10, readableHighWaterMark: 1 << 20 };

/** Hands the bytes on, and takes their digest. */
export interface Digested {
  readonly stream: AsyncIterable<Uint8Array>;
  /** `sha256:…`; undefined unless all of it was handed on. */
  digest(): string | undefined;
}

export function digesting(source: AsyncIterable<Uint8Array>): Digested {
  const hash: Hash = createHash('sha256');
  let complete = false;
  return {
    stream: (async function* () {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
      complete = true;
    })(),
    digest: () => (complete ? `sha256:${hash.digest('hex')}` : undefined),
  };
}
