/** The entries of a zip archive by its central directory (APPNOTE.TXT 4.3), for jars: stored and deflated ones; others are there, but cannot be read. */
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** Bytes that it says it unpacks to. */
  readonly size: number;
  /** Undefined: it is longer than that, encrypted, damaged, or packed in a way that is not known. */
  read(limit: number): Uint8Array | undefined;
}

/** Undefined: it has no central directory. Entries that lie outside of the bytes are left out. */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endRecord(view);
  if (end === undefined) return undefined;
  const size = view.getUint32(end + 12, true);
  const count = view.getUint16(end + 10, true);
  // A program may stand before the archive, as in executable jars: offsets then count from where the archive begins.
  const start = end - size;
  const shift = start - view.getUint32(end + 16, true);
  if (start < 0 || shift < 0) return undefined;
  const entries: ZipEntry[] = [];
  // The 16 bits of the count are not enough for some; the signatures tell where it ends.
  for (
    let at = start;
    at + 46 <= end && (entries.length < count || count === 0xffff) && entries.length < mostEntries;
  ) {
    if (view.getUint32(at, true) !== signatures.central) break;
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) break;
    const name = utf8.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const entry = at;
    entries.push({
      name,
      size: view.getUint32(at + 24, true),
      read: (limit) => readEntry(bytes, view, entry, shift, limit),
    });
    at = next;
  }
  return entries;
}

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
/** The largest jars have a quarter of that. */
export const mostEntries = 300_000;
const methods = { stored: 0, deflated: 8 } as const;
const utf8 = new TextDecoder();

/** Where the record is that ends the archive: only its comment may follow. An archive in the archive has one as well. */
function endRecord(view: DataView): number | undefined {
  const lowest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= lowest; at--)
    if (view.getUint32(at, true) === signatures.end && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  return undefined;
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  shift: number,
  limit: number,
): Uint8Array | undefined {
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true) + shift;
  if (encrypted || size > limit || local + 30 > bytes.length || view.getUint32(local, true) !== signatures.local)
    return undefined;
  const body = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (body + packed > bytes.length) return undefined;
  const data = bytes.subarray(body, body + packed);
  if (method === methods.stored) return packed === size ? data : undefined;
  if (method !== methods.deflated) return undefined;
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
  } catch {
    return undefined;
  }
}
