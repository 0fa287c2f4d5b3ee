/**
 * Modules that a Go program was built of: since Go 1.18, the linker writes them as text into the program's writable segment (debug/buildinfo), the last one where
 * there are two. A program is asked for its segments first (ELF, gABI “Program Header”), and then for the beginning of that one.
 */
import { isPlain, linesOf, nothing, type PackageFact, type PackageRecord, tooManyPackages } from './record.ts';

/** Smaller ones were not made by Go. */
export const mayBeGo = (path: string, size: number, mode: number): boolean =>
  (mode & 0o111) !== 0 && size > 400_000 && !/\.(so(\.[\d.]+)?|py|js|pl|sh)$/.test(path);

export const headBytes = 4096;

/** Where in the file the modules may lie; undefined: it is no ELF program. */
export function goSegment(head: Uint8Array): { readonly from: number; readonly length: number } | undefined {
  if (head.length < 64 || Buffer.from(head.subarray(0, 4)).toString('latin1') !== '\x7fELF') return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const number = (at: number) => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const table = number(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, little);
  const count = view.getUint16(wide ? 56 : 44, little);
  if (size < (wide ? 56 : 32)) return undefined;
  let last: { from: number; length: number } | undefined;
  for (let at = table, i = 0; i < count && at + size <= head.length; at += size, i++) {
    const flags = view.getUint32(at + (wide ? 4 : 24), little);
    if (view.getUint32(at, little) !== loadable || (flags & writable) === 0 || (flags & executable) !== 0) continue;
    // From a multiple of 16 on, as the linker aligns what is looked for.
    const start = number(at + (wide ? 8 : 4));
    const from = start - (start % 16);
    const length = Math.min(number(at + (wide ? 32 : 16)) + (start - from), searched);
    if (from > 0 && length > 0) last = { from, length };
  }
  return last;
}

/** `segment`: its beginning. Nothing where no modules are in it. */
export function readGo(segment: Uint8Array, path: string): PackageFact {
  const bytes = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength);
  let at = bytes.indexOf(magic, 0, 'latin1');
  // The linker aligns it; elsewhere it is a text that happens to be in the program.
  while (at >= 0 && at % 16 !== 0) at = bytes.indexOf(magic, at + 1, 'latin1');
  if (at < 0 || at + 33 > bytes.length) return nothing;
  const [pointer = 0, flags = 0] = bytes.subarray(at + 14);
  if ((flags & inline) === 0) return (pointer === 4 || pointer === 8) && flags <= 1 ? ofOldGo : nothing;
  const version = textAt(bytes, at + 32);
  const go = /^go(\S+)/.exec(version?.text ?? '')?.[1];
  if (!version || !isPlain(go)) return nothing;
  const stdlib: PackageRecord = { type: 'golang', name: 'stdlib', version: go };
  const modules = textAt(bytes, version.end);
  if (!modules) return { ...nothing, records: [stdlib], problems: [cutList] };
  // Sixteen bytes at either end are marks for other tools.
  const { records, full } = recordsOf(modules.text.slice(16, -16), path);
  return { ...nothing, records: [stdlib, ...records], problems: full ? [tooManyPackages] : [] };
}

const loadable = 1;
const executable = 1;
const writable = 2;
/** Of a segment; what cgo puts in front of the modules is less. */
const searched = 8 << 20;
const magic = '\xff Go buildinf:';
const inline = 2;
/** Large programs have two thousand. */
const mostModules = 20_000;
/** Pointers to the texts stood there then (debug/buildinfo). */
const ofOldGo: PackageFact = {
  ...nothing,
  problems: ['was built by a Go before 1.18, whose list of modules is not read'],
};
const cutList = 'was built by Go, and its list of modules could not be read to the end';

/** A length as seven bits a byte, the lowest first, and so many bytes of text. */
function textAt(bytes: Buffer, start: number): { readonly text: string; readonly end: number } | undefined {
  let length = 0;
  for (let at = start, shift = 1; at < start + 5; at++, shift *= 128) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * shift;
    if (byte >= 0x80) continue;
    const end = at + 1 + length;
    return end <= bytes.length ? { text: bytes.toString('latin1', at + 1, end), end } : undefined;
  }
  return undefined;
}

/** `mod`, `dep` and, for what stands in the place of the one before, `=>`: path and version, between tabs. */
function recordsOf(text: string, path: string): { readonly records: readonly PackageRecord[]; readonly full: boolean } {
  const records: PackageRecord[] = [];
  for (const line of linesOf(text)) {
    const [kind, name, version = ''] = line.split('\t');
    if (kind !== 'mod' && kind !== 'dep' && kind !== '=>') continue;
    if (records.length >= mostModules) return { records, full: true };
    if (kind === '=>') records.pop();
    if (!isPlain(name) || !isPlain(version)) continue;
    records.push({ type: 'golang', name, version, ...(kind === 'mod' ? { files: [path] } : {}) });
  }
  return { records, full: false };
}
