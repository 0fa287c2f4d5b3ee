/** The tar format as pure functions over bytes: v7, ustar, star, GNU (long names, base-256, sparse) and PAX. Read as Go's archive/tar reads it, since engines do. */

export const blockSize = 512;
export const padded = (size: number): number => Math.ceil(size / blockSize) * blockSize;

/** A header block as it stands, before GNU and PAX headers that came before it have their say. */
export interface HeaderBlock {
  readonly name: Uint8Array;
  readonly link: Uint8Array;
  /** The type flag, one character; v7's NUL is `\0`. */
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** NaN where the field says none. */
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/** Undefined: it is no header (its checksum is not that of the block). */
export function parseHeader(bytes: Uint8Array): HeaderBlock | undefined {
  if (bytes.length !== blockSize) return undefined;
  block.set(bytes);
  if (!checksumHolds()) return undefined;
  const gnu = isAt(block, 257, gnuMagic);
  const ustar = isAt(block, 257, ustarMagic);
  const star = ustar && isAt(block, 508, starMagic);
  const name = block.slice(0, endOf(block, 0, 100));
  const prefix = gnu
    ? misplacedPrefix(block)
    : ustar && block[345] !== 0
      ? cString(block, 345, star ? 476 : 500)
      : empty;
  return {
    name: prefix.length ? Buffer.concat([prefix, slash, name]) : name,
    link: block[157] === 0 ? empty : block.slice(157, endOf(block, 157, 257)),
    flag: String.fromCharCode(block[156] ?? 0),
    mode: or0(number(block, 100, 108)) & 0o7777,
    uid: id(number(block, 108, 116)),
    gid: id(number(block, 116, 124)),
    size: number(block, 124, 136),
    mtime: or0(number(block, 136, 148)),
    major: gnu || ustar ? or0(number(block, 329, 337)) : 0,
    minor: gnu || ustar ? or0(number(block, 337, 345)) : 0,
  };
}

export const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

/** The field `bytes[from..to]`: octal, or base-256 when the top bit is set. NaN where it is neither, or more than a number can hold exactly. */
export function number(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const first = bytes[from] ?? 0;
  if (first & 0x80) {
    const negative = (first & 0x40) !== 0;
    let value = negative ? (first | 0x80) - 0x100 : first & 0x7f;
    for (let at = from + 1; at < to; at++) value = value * 256 + bytes[at]!;
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
  let at = from;
  while (at < to && (bytes[at] === 0x20 || bytes[at] === 0)) at++;
  let value = 0;
  for (; at < to && bytes[at]! >= 0x30 && bytes[at]! <= 0x37; at++) value = value * 8 + bytes[at]! - 0x30;
  // What follows a NUL or a space after the digits is another writer's rubbish; anything else is no number.
  return at >= to || bytes[at] === 0 || bytes[at] === 0x20 ? value : Number.NaN;
}

/** What PAX and GNU headers say of the entry that follows them. */
export interface Overrides {
  name?: Uint8Array;
  link?: Uint8Array;
  size?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  /** `SCHILY.xattr.*`, by the attribute's name; values are bytes. */
  xattrs?: Map<string, Uint8Array>;
  sparse?: PaxSparse;
}

/** `GNU.sparse.*`: 0.0 and 0.1 have the map in the header, 1.0 in front of the data. */
export interface PaxSparse {
  major?: string;
  minor?: string;
  name?: Uint8Array;
  realSize?: number;
  /** Offset and length in turn. */
  numbers: number[];
  hasMap: boolean;
}

/** Adds the records of a PAX header (`LENGTH KEY=VALUE\n`, POSIX.1-2001 pax) to `into`. False: it could not be read to its end. */
export function readPax(data: Uint8Array, into: Overrides): boolean {
  let at = 0;
  while (at < data.length) {
    if (isZero(data.subarray(at))) return true;
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : decimal(data.subarray(at, space));
    const end = at + length;
    if (!(length > 0) || space - at > 12 || end > data.length || data[end - 1] !== 0x0a || space >= end) return false;
    const equals = data.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) return false;
    paxRecord(latin1(data.subarray(space + 1, equals)), data.subarray(equals + 1, end - 1), into);
    at = end;
  }
  return true;
}

/** A PAX value that is not a number leaves NaN, so that whoever needs it can tell. */
function paxRecord(key: string, value: Uint8Array, into: Overrides): void {
  if (key.startsWith('SCHILY.xattr.')) {
    into.xattrs ??= new Map();
    into.xattrs.set(key.slice(13), copied(value));
    return;
  }
  if (value.length === 0) return;
  switch (key) {
    case 'path':
      into.name = copied(cString(value));
      break;
    case 'linkpath':
      into.link = copied(cString(value));
      break;
    case 'size':
      into.size = decimal(value);
      break;
    case 'uid':
      into.uid = id(decimal(value));
      break;
    case 'gid':
      into.gid = id(decimal(value));
      break;
    case 'mtime':
      into.mtime = Number.parseFloat(latin1(value)) || 0;
      break;
    default:
      if (key.startsWith('GNU.sparse.')) sparseRecord(key.slice(11), value, into);
  }
}

function sparseRecord(key: string, value: Uint8Array, into: Overrides): void {
  into.sparse ??= { numbers: [], hasMap: false };
  const sparse = into.sparse;
  if (key === 'major') sparse.major = latin1(value);
  else if (key === 'minor') sparse.minor = latin1(value);
  else if (key === 'name') sparse.name = copied(cString(value));
  else if (key === 'size' || key === 'realsize') sparse.realSize = decimal(value);
  else if (key === 'offset' || key === 'numbytes') {
    sparse.hasMap = true;
    sparse.numbers.push(decimal(value));
  } else if (key === 'map') {
    sparse.hasMap = true;
    sparse.numbers = latin1(value).split(',').map(Number);
  }
}

/** A piece of a sparse file that has data; the rest is holes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Offsets and lengths in turn, as extents in order. Undefined: they overlap, or go beyond the file's size. */
export function extentsOf(numbers: readonly number[], size: number): readonly Extent[] | undefined {
  const extents: Extent[] = [];
  let end = 0;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const offset = numbers[i] ?? Number.NaN;
    const length = numbers[i + 1] ?? Number.NaN;
    if (!(offset >= end && length >= 0 && offset + length <= size)) return undefined;
    if (length > 0) extents.push({ offset, length });
    end = offset + length;
  }
  return extents;
}

/** Of an old GNU sparse header (`from` 386, four pairs) or one of the blocks that go on with it (`from` 0, 21 pairs). */
export function gnuSparsePairs(block: Uint8Array, from: number, pairs: number): { numbers: number[]; more: boolean } {
  const numbers: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const at = from + i * 24;
    // An unused pair is all NUL; the first byte of a used one is a digit, a space or a base-256 mark.
    if (block[at] === 0) break;
    numbers.push(number(block, at, at + 12), number(block, at + 12, at + 24));
  }
  return { numbers, more: (block[from + pairs * 24] ?? 0) !== 0 };
}

export const gnuRealSize = (block: Uint8Array): number => number(block, 483, 495);

/** A Buffer's own `slice` copies nothing. */
export const copied = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes);

/** What stands before the first NUL. A view, not a copy. */
export const cString = (bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array =>
  bytes.subarray(from, endOf(bytes, from, to));

function endOf(bytes: Uint8Array, from: number, to: number): number {
  let end = from;
  while (end < to && bytes[end] !== 0) end++;
  return end;
}

const ustarMagic = Buffer.from('ustar\0');
const gnuMagic = Buffer.from('ustar  \0');
const starMagic = Buffer.from('tar\0');
function isAt(block: Uint8Array, at: number, magic: Uint8Array): boolean {
  for (let i = 0; i < magic.length; i++) if (block[at + i] !== magic[i]) return false;
  return true;
}

const empty = new Uint8Array();
const slash = Uint8Array.of(0x2f);
const or0 = (value: number) => (Number.isNaN(value) ? 0 : value);
/** The kernel's are 32 bits wide. */
const id = (value: number) => (Number.isNaN(value) ? 0 : (value % 2 ** 32) >>> 0);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

function decimal(bytes: Uint8Array): number {
  const text = latin1(bytes);
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** The header that is being read, where it can be summed by words: four times as fast as by bytes, and its bytes may lie anywhere. */
const block = new Uint8Array(blockSize);
const words = new Uint32Array(block.buffer);

/** The sum of the block's bytes, the checksum's own taken as spaces. Some old writers summed signed bytes. */
function checksumHolds(): boolean {
  // Two sums in one number: 128 times 255 is less than 2 ** 15.
  let even = 0;
  let odd = 0;
  for (let i = 0; i < words.length; i++) {
    even += words[i]! & 0xff00ff;
    odd += (words[i]! >>> 8) & 0xff00ff;
  }
  let sum = 8 * 0x20 + (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16);
  for (let i = 148; i < 156; i++) sum -= block[i]!;
  const stated = number(block, 148, 156);
  return stated === sum || stated === sum - 256 * negativeBytes();
}

/** Of the block, the checksum's own left out. */
function negativeBytes(): number {
  let count = 0;
  for (let i = 0; i < blockSize; i++) if (block[i]! >= 0x80 && (i < 148 || i >= 156)) count++;
  return count;
}

/**
 * GNU headers have times where ustar has the prefix. Go before 1.8 (and so engines of that day) wrote a prefix there all the same:
 * when the fields are no numbers, it is one (Go's archive/tar does so too).
 */
function misplacedPrefix(block: Uint8Array): Uint8Array {
  if (block[345] === 0) return empty;
  const times = [number(block, 345, 357), number(block, 357, 369)];
  const prefix = cString(block, 345, 500);
  return times.some(Number.isNaN) && prefix.every((byte) => byte < 0x80) ? prefix : empty;
}
