/**
 * The rows of one table of an SQLite database (sqlite.org/fileformat2.html), for rpm's: table b-trees, records and overflow pages, and nothing else. What a
 * write-ahead log beside the file says is not in it.
 */

export type SqliteValue = number | string | Uint8Array | null;

/** `rows`: the columns of each. `problem`: the table could not be read whole. Undefined: no such database, or no such table. */
export function readTable(
  file: Uint8Array,
  table: string,
): { readonly rows: readonly (readonly SqliteValue[])[]; readonly problem?: string } | undefined {
  const reader = open(file);
  if (!reader) return undefined;
  const schema = readTree(reader, 1);
  // sqlite_schema: type, name, tbl_name, rootpage, sql.
  const root = schema.rows.find(([type, name]) => type === 'table' && name === table)?.[3];
  if (typeof root !== 'number') return undefined;
  const { rows, lost } = readTree(reader, root);
  return lost ? { rows, problem: 'is damaged, or larger than what is read of it' } : { rows };
}

interface Database {
  readonly file: Uint8Array;
  readonly view: DataView;
  readonly pageSize: number;
  /** Bytes of a page that are used. */
  readonly usable: number;
  readonly pages: number;
}

function open(file: Uint8Array): Database | undefined {
  if (file.length < 512 || Buffer.from(file.subarray(0, 16)).toString('latin1') !== 'SQLite format 3\0')
    return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const size = view.getUint16(16);
  const pageSize = size === 1 ? 65_536 : size;
  const usable = pageSize - file[20]!;
  // Text is UTF-8 in every database that rpm made.
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480 || view.getUint32(56) > 1) return undefined;
  return { file, view, pageSize, usable, pages: Math.floor(file.length / pageSize) };
}

/** Cells that are the same bytes may be many, and columns of no bytes. */
const mostRows = 200_000;
const mostColumns = 16;

const nodes = { interior: 5, leaf: 13 } as const;

/** In the order of the tree. Each page is read once at most, so a circle ends. */
function readTree(database: Database, root: number) {
  const { file, view, pageSize, pages } = database;
  const rows: SqliteValue[][] = [];
  const seen = new Uint8Array(pages + 1);
  const pending = [root];
  let lost = false;
  // Records do not overlap, so all of them are no longer than the file.
  let unread = file.length;
  for (let page = pending.pop(); page !== undefined; page = pending.pop()) {
    if (rows.length >= mostRows) return { rows, lost: true };
    if (page < 1 || page > pages || seen[page]) {
      lost = true;
      continue;
    }
    seen[page] = 1;
    const start = (page - 1) * pageSize;
    const head = page === 1 ? start + 100 : start;
    const type = file[head];
    const cells = Math.min(view.getUint16(head + 3), Math.floor(pageSize / 2));
    if (type !== nodes.interior && type !== nodes.leaf) {
      lost = true;
      continue;
    }
    const pointers = head + (type === nodes.leaf ? 8 : 12);
    const children: number[] = [];
    for (let cell = 0; cell < cells; cell++) {
      const pointer = pointers + cell * 2;
      const at = pointer + 2 <= start + pageSize ? view.getUint16(pointer) : 0;
      if (at < 8 || at + 4 > pageSize) lost = true;
      else if (type === nodes.interior) children.push(view.getUint32(start + at));
      else {
        const record = payload(database, start + at, seen);
        unread -= record?.length ?? 0;
        if (unread < 0) return { rows, lost: true };
        const row = record && columns(record);
        if (row) rows.push(row);
        else lost = true;
      }
    }
    if (type === nodes.interior) children.push(view.getUint32(head + 8));
    pending.push(...children.reverse());
  }
  return { rows, lost };
}

/** A leaf cell's record, with what of it lies on overflow pages. */
function payload(
  { file, view, pageSize, usable, pages }: Database,
  at: number,
  seen: Uint8Array,
): Uint8Array | undefined {
  const length = varint(file, at);
  const key = varint(file, at + length.bytes);
  const body = at + length.bytes + key.bytes;
  const size = length.value;
  if (size > file.length) return undefined;
  // “If P is less than or equal to U-35 then the entire payload is stored on the b-tree leaf page”; else K or M bytes of it.
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const some = least + ((size - least) % (usable - 4));
  const local = size <= usable - 35 ? size : some <= usable - 35 ? some : least;
  if (local === size) return body + size <= file.length ? file.subarray(body, body + size) : undefined;
  if (body + local + 4 > file.length) return undefined;
  // Put together at the end: a cell may only say that it is large.
  const parts = [file.subarray(body, body + local)];
  let filled = local;
  for (let page = view.getUint32(body + local); filled < size; ) {
    if (page < 1 || page > pages || seen[page]) return undefined;
    seen[page] = 1;
    const start = (page - 1) * pageSize;
    const part = file.subarray(start + 4, start + 4 + Math.min(usable - 4, size - filled));
    parts.push(part);
    filled += part.length;
    page = view.getUint32(start);
  }
  return Buffer.concat(parts);
}

/** The record format: how long its header is, a type for each column, the columns. */
function columns(record: Uint8Array): SqliteValue[] | undefined {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const header = varint(record, 0);
  if (header.value > record.length) return undefined;
  const row: SqliteValue[] = [];
  let at = header.value;
  for (let where = header.bytes; where < header.value && row.length < mostColumns; ) {
    const type = varint(record, where);
    where += type.bytes;
    const size = sizeOf(type.value);
    if (at + size > record.length) return undefined;
    row.push(columnValue(view, type.value, at, size));
    at += size;
  }
  return row;
}

const integerSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
const sizeOf = (type: number) => (type >= 12 ? (type - (type % 2 === 0 ? 12 : 13)) / 2 : (integerSizes[type] ?? 0));

function columnValue(view: DataView, type: number, at: number, size: number): SqliteValue {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type === 7) return view.getFloat64(at);
  if (type < 8) {
    let value = view.getInt8(at);
    for (let i = 1; i < size; i++) value = value * 256 + view.getUint8(at + i);
    return value;
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  return type % 2 === 0 ? bytes : utf8.decode(bytes);
}

/** Big-endian, seven bits a byte, up to nine bytes. What is larger than any size of ours is only known to be large. */
function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly bytes: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), bytes: 9 };
}

const utf8 = new TextDecoder();
