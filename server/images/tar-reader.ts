/** The entries of a tar, one after the other, from a cursor. Never throws for what it reads: where it cannot go on, it ends, and `problem` says why. */
import type { Cursor } from './cursor.ts';
import type { FileType } from './image.ts';
import { limits } from './limits.ts';
import {
  blockSize,
  cString,
  type Extent,
  extentsOf,
  gnuRealSize,
  gnuSparsePairs,
  type HeaderBlock,
  isZero,
  type Overrides,
  padded,
  parseHeader,
  readPax,
} from './tar.ts';

export interface TarEntry {
  /** Bytes as written, not normalised. */
  readonly name: Uint8Array;
  readonly link: Uint8Array;
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of the file; of a sparse one with its holes. Where the archive ends before, what is there. */
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Where its first header begins, counted from the beginning of the tar. */
  readonly offset: number;
}

/** Why a tar could not be read to its end. `at` counts from the beginning of the tar. */
export type TarProblem =
  | {
      readonly kind: 'no-end-mark' | 'not-a-header' | 'no-size' | 'header-too-long' | 'too-many-entries';
      readonly at: number;
    }
  /** It ends inside the entry of that name, of whose data `present` bytes are there. */
  | { readonly kind: 'cut-short'; readonly at: number; readonly name: Uint8Array; readonly present: number };

export class TarReader {
  /** Once `next` has given undefined: why it ended before its end mark, if it did. */
  problem: TarProblem | undefined;
  /** Entries left out because of what they are, or whose names could not be read whole. */
  oddities = 0;
  private readonly cursor: Cursor;
  private readonly maxEntries: number;
  private readonly origin: number;
  private entries = 0;
  private ended = false;
  /** Of the current entry's data: where it ends, with the padding, by the cursor's count. */
  private bodyEnd: number;
  /** Bytes of it that are its own. */
  private stored = 0;
  private current: TarEntry | undefined;
  private sparse: Sparse | undefined;

  /** `origin`: where the cursor stands in the tar, when that is not its beginning. */
  constructor(cursor: Cursor, { maxEntries = limits.layerEntries as number, origin = 0 } = {}) {
    this.cursor = cursor;
    this.maxEntries = maxEntries;
    this.origin = origin - cursor.position;
    this.bodyEnd = cursor.position;
  }

  /** Undefined at the end, or where it cannot be read further. A promise only where the next header is not all that there is to it, or not at hand. */
  next(): TarEntry | undefined | Promise<TarEntry | undefined> {
    return this.atHand() ?? this.sought();
  }

  private atHand(): TarEntry | undefined {
    const left = this.bodyEnd - this.cursor.position;
    const block = this.ended || left < 0 ? undefined : this.cursor.peek(left, blockSize);
    const header = block && parseHeader(block);
    if (!header || header.flag === gnuSparse || describesNext.has(header.flag)) return undefined;
    const offset = this.bodyEnd + this.origin;
    // At once, since it is at hand.
    void this.cursor.skip(left + blockSize);
    return this.entry(header, noOverrides, offset);
  }

  private async sought(): Promise<TarEntry | undefined> {
    while (!this.ended && (await this.leave())) {
      const entry = await this.nextEntry(this.bodyEnd + this.origin);
      if (entry) return entry;
      // Else it has ended, or this is a kind that nobody extracts.
    }
    return undefined;
  }

  private async nextEntry(offset: number): Promise<TarEntry | undefined> {
    let overrides: Overrides = {};
    const gnu: GnuNames = {};
    for (;;) {
      const block = await this.block();
      if (!block) return undefined;
      const header = parseHeader(block);
      if (!header) return this.stop({ kind: 'not-a-header', at: this.at() - blockSize });
      if (header.flag === gnuSparse) {
        const size = gnuRealSize(block);
        const map = await this.oldGnuMap(block);
        return this.problem ? undefined : this.entry(header, { ...overrides, ...gnu }, offset, { size, map });
      }
      if (!describesNext.has(header.flag)) return this.entry(header, { ...overrides, ...gnu }, offset);
      const data = await this.metadata(header);
      if (!data) return undefined;
      if (header.flag === 'L') gnu.name = cString(data);
      else if (header.flag === 'K') gnu.link = cString(data);
      // A global header ('g') sets defaults that, as in Go's reader, no image tool heeds.
      else if (header.flag === 'x') {
        // The last of several counts, as in Go's reader: together they could be of any size.
        overrides = {};
        if (!readPax(data, overrides)) this.oddities++;
      }
    }
  }

  /** The current entry has holes, so its data is not stored as it is. */
  get isSparse(): boolean {
    return this.sparse !== undefined;
  }

  /** The first bytes of the current entry, holes filled in. Once for each entry. */
  async read(limit: number): Promise<Uint8Array> {
    const { current, sparse } = this;
    if (!current) return new Uint8Array();
    const wanted = Math.min(limit, current.size);
    if (!sparse) return Buffer.from(await this.cursor.take(Math.min(wanted, this.stored)));
    const extents = sparse.kind === 'in-header' ? sparse.extents : await this.mapBeforeData(current.size);
    const result = Buffer.alloc(wanted);
    for (const { offset, length } of extents) {
      if (offset >= wanted) break;
      const data = await this.cursor.take(Math.min(length, wanted - offset));
      result.set(data, offset);
      if (data.length < length) break;
    }
    return result;
  }

  /** More of the current entry's data, `skip` bytes after what `read` gave. Nothing of a sparse file. */
  async readOn(skip: number, limit: number): Promise<Uint8Array> {
    if (!this.current || this.sparse) return new Uint8Array();
    const end = this.bodyEnd - padded(this.stored) + this.stored;
    const skipped = Math.min(skip, Math.max(end - this.cursor.position, 0));
    if ((await this.cursor.skip(skipped)) < skip) return new Uint8Array();
    return Buffer.from(await this.cursor.take(Math.min(limit, end - this.cursor.position)));
  }

  /** The current entry's data as it is stored, for a tar in a tar. */
  async *body(): AsyncGenerator<Uint8Array> {
    const end = this.cursor.position + this.stored;
    while (this.cursor.position < end) {
      const chunk = await this.cursor.some(end - this.cursor.position);
      if (chunk.length === 0) return;
      yield chunk;
    }
  }

  /** Goes past the current entry's data, as much of it as is left. False: the tar ends before. */
  private async leave(): Promise<boolean> {
    const left = this.bodyEnd - this.cursor.position;
    const skipped = left > 0 ? this.cursor.skip(left) : left;
    const done = typeof skipped === 'number' ? skipped : await skipped;
    if (done === left) return true;
    const present = this.cursor.position - (this.bodyEnd - padded(this.stored));
    // Padding alone may be missing at the very end.
    if (present >= this.stored) this.stop({ kind: 'no-end-mark', at: this.at() });
    else this.stop({ kind: 'cut-short', at: this.at(), name: this.current?.name ?? new Uint8Array(), present });
    return false;
  }

  /** The next header block. Undefined at the end: two zero blocks, or (as in Go's reader) one that nothing follows. */
  private async block(): Promise<Uint8Array | undefined> {
    for (let zeros = 0; zeros < 2; zeros++) {
      const taken = this.cursor.take(blockSize);
      const block = taken instanceof Promise ? await taken : taken;
      if (block.length < blockSize) {
        if (this.at() === block.length && !isZero(block)) return this.stop({ kind: 'not-a-header', at: 0 });
        return this.stop(zeros === 1 && block.length === 0 ? undefined : { kind: 'no-end-mark', at: this.at() });
      }
      if (!isZero(block)) return zeros === 0 ? block : this.stop({ kind: 'not-a-header', at: this.at() - blockSize });
    }
    return this.stop(undefined);
  }

  /** What a header that describes the next entry carries. */
  private async metadata(header: HeaderBlock): Promise<Uint8Array | undefined> {
    if (!(header.size >= 0)) return this.stop({ kind: 'no-size', at: this.at() - blockSize });
    if (header.size > limits.paxBytes) return this.stop({ kind: 'header-too-long', at: this.at() - blockSize });
    const data = Buffer.from(await this.cursor.take(header.size));
    const padding = padded(header.size) - header.size;
    if (data.length < header.size || (await this.cursor.skip(padding)) < padding) {
      return this.stop({ kind: 'cut-short', at: this.at(), name: header.name, present: 0 });
    }
    return data;
  }

  /** Undefined without a problem: an entry of a kind that is left out. */
  private entry(
    header: HeaderBlock,
    overrides: Overrides,
    offset: number,
    oldGnu?: { readonly size: number; readonly map: readonly number[] },
  ): TarEntry | undefined {
    this.current = undefined;
    this.sparse = undefined;
    if (++this.entries > this.maxEntries) return this.stop({ kind: 'too-many-entries', at: offset });
    const pax = overrides.sparse;
    const name = pax?.name ?? overrides.name ?? header.name;
    const type = typeOf(header.flag, name);
    const stored = type && headerOnly.has(type) ? 0 : (overrides.size ?? header.size);
    if (!(stored >= 0)) return this.stop({ kind: 'no-size', at: this.at() - blockSize });
    this.stored = stored;
    this.bodyEnd = this.cursor.position + padded(stored);
    if (!type) {
      this.oddities++;
      return undefined;
    }
    let size = stored;
    if (oldGnu) {
      size = oldGnu.size;
      this.sparse = this.inHeader(oldGnu.map, size);
    } else if (pax && type === 'file') {
      size = pax.realSize ?? stored;
      this.sparse = this.paxSparse(pax, size);
    }
    this.current = {
      name,
      link: overrides.link ?? header.link,
      type,
      mode: header.mode,
      uid: overrides.uid ?? header.uid,
      gid: overrides.gid ?? header.gid,
      size: size >= 0 ? size : stored,
      mtime: overrides.mtime ?? header.mtime,
      major: header.major,
      minor: header.minor,
      xattrs: overrides.xattrs ?? noXattrs,
      offset,
    };
    return this.current;
  }

  private paxSparse(pax: NonNullable<Overrides['sparse']>, size: number): Sparse | undefined {
    if (pax.major === '1' && pax.minor === '0') return { kind: 'before-data' };
    return pax.hasMap ? this.inHeader(pax.numbers.slice(0, 2 * limits.sparseExtents), size) : undefined;
  }

  private inHeader(map: readonly number[], size: number): Sparse {
    const extents = extentsOf(map, size);
    if (!extents) this.oddities++;
    return { kind: 'in-header', extents: extents ?? [] };
  }

  private async oldGnuMap(block: Uint8Array): Promise<number[]> {
    const map = gnuSparsePairs(block, 386, 4);
    const { numbers } = map;
    let { more } = map;
    while (more && numbers.length < 2 * limits.sparseExtents) {
      const next = await this.cursor.take(blockSize);
      if (next.length < blockSize) {
        this.stop({ kind: 'no-end-mark', at: this.at() });
        return numbers;
      }
      const part = gnuSparsePairs(next, 0, 21);
      numbers.push(...part.numbers);
      more = part.more;
    }
    if (more) this.stop({ kind: 'header-too-long', at: this.at() });
    return numbers;
  }

  /** GNU.sparse 1.0: a count, then offset and length in turn, one decimal number a line, padded to a block; then the data. */
  private async mapBeforeData(size: number): Promise<readonly Extent[]> {
    const numbers: number[] = [];
    let count = Number.NaN;
    let digits = '';
    while (this.cursor.position < this.bodyEnd) {
      const block = Buffer.from(await this.cursor.take(blockSize));
      for (const byte of block) {
        if (byte !== 0x0a) digits += String.fromCharCode(byte);
        else {
          const value = /^[0-9]+$/.test(digits) ? Number(digits) : Number.NaN;
          digits = '';
          if (Number.isNaN(count)) count = value;
          else numbers.push(value);
          if (!(count <= limits.sparseExtents)) return [];
          if (numbers.length >= 2 * count) return extentsOf(numbers, size) ?? [];
        }
        if (digits.length > 20) return [];
      }
      if (block.length < blockSize) break;
    }
    return [];
  }

  private at(): number {
    return this.cursor.position + this.origin;
  }

  private stop(problem: TarProblem | undefined): undefined {
    this.problem = problem;
    this.current = undefined;
    this.ended = true;
    return undefined;
  }
}

interface GnuNames {
  name?: Uint8Array;
  link?: Uint8Array;
}

type Sparse = { readonly kind: 'in-header'; readonly extents: readonly Extent[] } | { readonly kind: 'before-data' };

const noOverrides: Overrides = {};
const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();
/** PAX, and GNU's long names and links. */
const describesNext: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);
/** An old GNU header with holes: the map of them may go on behind it. */
const gnuSparse = 'S';
/** Whatever size they state, no data follows (Go's isHeaderOnlyType). */
const headerOnly: ReadonlySet<FileType> = new Set(['directory', 'symlink', 'hardlink', 'char', 'block', 'fifo']);

/** Undefined: a kind that nobody extracts (volume labels, parts of multi-volume files, vendors' own). */
function typeOf(flag: string, name: Uint8Array): FileType | undefined {
  switch (flag) {
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '\0':
      return name.at(-1) === 0x2f ? 'directory' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'char';
    case '4':
      return 'block';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      return undefined;
  }
}
