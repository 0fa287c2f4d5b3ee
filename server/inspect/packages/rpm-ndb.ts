/** SUSE's rpm database, `Packages.db` (rpm's lib/backend/ndb/rpmpkg.c): slots that say where each package's header lies, in units of 16 bytes. */
import { mostPackages } from './record.ts';

/** As `readBerkeleyDb`. */
export function readNdb(
  file: Uint8Array,
): { readonly headers: readonly Uint8Array[]; readonly problem?: string } | undefined {
  if (file.length < pageSize) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== fileMagic) return undefined;
  const slots = Math.min(view.getUint32(12, true) * pageSize, file.length);
  const headers: Uint8Array[] = [];
  const seen = new Set<number>();
  let lost = false;
  // The file's own header takes the place of the first two slots.
  for (let at = 32; at + 16 <= slots; at += 16) {
    const package_ = view.getUint32(at + 4, true);
    const blob = view.getUint32(at + 8, true) * 16;
    if (view.getUint32(at, true) !== slotMagic || package_ === 0 || blob === 0) continue;
    if (seen.has(blob) || seen.size >= mostPackages) {
      lost = true;
      continue;
    }
    seen.add(blob);
    const length =
      blob + 16 <= file.length && view.getUint32(blob, true) === blobMagic
        ? view.getUint32(blob + 12, true)
        : undefined;
    if (length === undefined || blob + 16 + length > file.length || view.getUint32(blob + 4, true) !== package_)
      lost = true;
    else headers.push(file.subarray(blob + 16, blob + 16 + length));
  }
  return lost ? { headers, problem: 'is damaged, or larger than what is read of it' } : { headers };
}

const pageSize = 4096;
const fromText = (text: string) => Buffer.from(text, 'latin1').readUInt32LE();
const fileMagic = fromText('RpmP');
const slotMagic = fromText('Slot');
const blobMagic = fromText('BlbS');
