/**
 * rpm's database of old, `Packages`: a hash table of Berkeley DB (dbinc/db_page.h). The key of a package is a number; its header lies on overflow pages,
 * since it is larger than what fits beside others.
 */

import { mostPackages } from './record.ts';

/** The bytes of each package's header. `problem`: it could not be read whole. */
export function readBerkeleyDb(
  file: Uint8Array,
): { readonly headers: readonly Uint8Array[]; readonly problem?: string } | undefined {
  if (file.length < 512) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const little = view.getUint32(12, true) === hashMagic;
  if (!little && view.getUint32(12) !== hashMagic) return undefined;
  const pageSize = view.getUint32(20, little);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  const pages = Math.floor(file.length / pageSize);
  const headers: Uint8Array[] = [];
  // A page belongs to one value; one that comes again means a circle.
  const seen = new Uint8Array(pages);
  let unseen = pages;
  let lost = view.getUint32(32, little) + 1 > pages;

  const overflow = (first: number, length: number): Uint8Array | undefined => {
    if (length > unseen * (pageSize - 26)) return undefined;
    const value = new Uint8Array(length);
    let filled = 0;
    for (let page = first; filled < length; ) {
      const at = page * pageSize;
      if (page === 0 || page >= pages || seen[page] === 1 || file[at + 25] !== pageTypes.overflow) return undefined;
      seen[page] = 1;
      unseen--;
      const part = file.subarray(
        at + 26,
        at + 26 + Math.min(view.getUint16(at + 22, little), pageSize - 26, length - filled),
      );
      if (part.length === 0) return undefined;
      value.set(part, filled);
      filled += part.length;
      page = view.getUint32(at + 16, little);
    }
    return value;
  };

  for (let page = 1; page < pages && headers.length < mostPackages; page++) {
    const at = page * pageSize;
    const type = file[at + 25];
    if (type !== pageTypes.hash && type !== pageTypes.unsortedHash) continue;
    const entries = Math.min(view.getUint16(at + 20, little), Math.floor((pageSize - 26) / 2));
    // Keys and values take turns.
    for (let entry = 1; entry < entries; entry += 2) {
      const item = view.getUint16(at + 26 + entry * 2, little);
      const end = view.getUint16(at + 26 + (entry - 1) * 2, little);
      if (item < 26 || item + 12 > pageSize) continue;
      const kind = file[at + item];
      if (kind === itemTypes.offPage) {
        const header = overflow(view.getUint32(at + item + 4, little), view.getUint32(at + item + 8, little));
        if (header) headers.push(header);
        else lost = true;
      } else if (kind === itemTypes.inPage && end > item)
        headers.push(file.subarray(at + item + 1, at + Math.min(end, pageSize)));
    }
  }
  if (headers.length >= mostPackages) lost = true;
  return lost ? { headers, problem: 'is damaged, or larger than what is read of it' } : { headers };
}

const hashMagic = 0x061561;
const pageTypes = { unsortedHash: 2, overflow: 7, hash: 13 } as const;
const itemTypes = { inPage: 1, offPage: 3 } as const;
