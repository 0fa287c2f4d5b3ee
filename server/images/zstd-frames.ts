/**
 * zstd data is a row of frames (RFC 8878, section 3), one for each file where podman and Fedora write their layers (zstd:chunked). Node's decompressor takes whatever follows a frame in
 * the same piece for rubbish, and ends. So it is given pieces that end where a frame does, and frames that hold no data are left out.
 */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  /** The part of a header at the end of the piece before. */
  let held: Uint8Array = empty;
  /** Bytes that are none of a header, and whether the frame ends behind them. */
  let body = 0;
  let isLast = true;
  let checksum = 0;
  let skips = false;
  let inFrame = false;
  /** What follows is no frame, or none that we know: the decompressor may say so. */
  let isRest = false;
  for await (const chunk of source) {
    const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    held = empty;
    let start = 0;
    let at = 0;
    while (!isRest) {
      const taken = Math.min(body, bytes.length - at);
      at += taken;
      body -= taken;
      if (skips) start = at;
      if (body > 0) break;
      if (inFrame && isLast) {
        inFrame = false;
        if (at > start) yield bytes.subarray(start, at);
        start = at;
      }
      if (at === bytes.length) break;
      const header: Header | 'cut' | undefined = inFrame ? blockHeader(bytes, at) : frameHeader(bytes, at);
      if (header === 'cut') {
        held = bytes.subarray(at);
        break;
      }
      if (header === undefined) {
        isRest = true;
        // Behind the last frame Node ignores it, as it does behind the last member of gzip.
        if (!inFrame) return;
        break;
      }
      at += header.length;
      if (!inFrame) checksum = header.checksum;
      skips = header.skips;
      inFrame = true;
      isLast = header.isLast;
      body = header.body + (header.isLast && !header.skips ? checksum : 0);
      if (skips) start = at;
    }
    const end = bytes.length - held.length;
    if (end > start) yield bytes.subarray(start, end);
  }
  if (held.length > 0) yield held;
}

interface Header {
  /** Of the header itself. */
  readonly length: number;
  /** Bytes that follow, before the next block or frame. */
  readonly body: number;
  readonly isLast: boolean;
  /** Bytes of it at the end of the frame. */
  readonly checksum: number;
  /** It holds nothing for the decompressor. */
  readonly skips: boolean;
}

/** Undefined: it is none. */
function frameHeader(bytes: Uint8Array, at: number): Header | 'cut' | undefined {
  if (at + 4 > bytes.length) return 'cut';
  const magic = number(bytes, at, 4);
  if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
    if (at + 8 > bytes.length) return 'cut';
    return { length: 8, body: number(bytes, at + 4, 4), isLast: true, checksum: 0, skips: true };
  }
  if (magic !== 0xfd2fb528) return undefined;
  const flags = bytes[at + 4];
  if (flags === undefined) return 'cut';
  const isSingle = (flags & 0x20) !== 0;
  const size = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const length = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3]! + size;
  if (at + length > bytes.length) return 'cut';
  return { length, body: 0, isLast: false, checksum: (flags & 4) !== 0 ? 4 : 0, skips: false };
}

function blockHeader(bytes: Uint8Array, at: number): Header | 'cut' | undefined {
  if (at + 3 > bytes.length) return 'cut';
  const header = number(bytes, at, 3);
  const type = (header >> 1) & 3;
  // One byte stands for all of them; the fourth type is reserved.
  const body = type === 1 ? 1 : header >> 3;
  return type === 3 ? undefined : { length: 3, body, isLast: (header & 1) !== 0, checksum: 0, skips: false };
}

/** Little-endian. */
function number(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

const empty = new Uint8Array(0);
