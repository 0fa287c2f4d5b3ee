/** rpm's headers and its three databases, made byte by byte (lib/header.c, lib/backend/ndb/rpmpkg.c), but for that of SQLite. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Rpm {
  readonly name?: string;
  readonly version?: string;
  readonly release?: string;
  readonly epoch?: number;
  readonly architecture?: string;
  readonly files?: readonly string[];
}

/** Counts, entries, data; a region comes first, as in every header that rpm stores. */
export function headerOf({
  name = 'bash',
  version = '5.2',
  release = '1',
  epoch,
  architecture,
  files = [],
}: Rpm): Buffer {
  const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1);
  const folders = [...new Set(files.map(folderOf))];
  const index = new Map(folders.map((folder, i) => [folder, i]));
  const text = (value: string) => Buffer.from(`${value}\0`);
  const numbers = (values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer).swap32();
  const values: [tag: number, type: number, count: number, data: Buffer][] = [
    [63, 7, 16, Buffer.alloc(16)],
    [1000, 6, 1, text(name)],
    [1001, 6, 1, text(version)],
    [1002, 6, 1, text(release)],
    ...(epoch === undefined ? [] : [[1003, 4, 1, numbers([epoch])] as [number, number, number, Buffer]]),
    ...(architecture === undefined ? [] : [[1022, 6, 1, text(architecture)] as [number, number, number, Buffer]]),
  ];
  if (files.length > 0) {
    values.push(
      [1116, 4, files.length, numbers(files.map((file) => index.get(folderOf(file))!))],
      [1117, 8, files.length, Buffer.concat(files.map((file) => text(file.slice(file.lastIndexOf('/') + 1))))],
      [1118, 8, folders.length, Buffer.concat(folders.map(text))],
    );
  }
  let data = Buffer.alloc(0);
  const entries = values.map(([tag, type, count, bytes]) => {
    if (type === 4) data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    const entry = numbers([tag, type, data.length, count]);
    data = Buffer.concat([data, bytes]);
    return entry;
  });
  return Buffer.concat([numbers([entries.length, data.length]), ...entries, data]);
}

/** Slots, every other one free, then the headers. `times`: so many slots, whose blobs begin 16 bytes after one another and all reach over the first header. */
export function databaseOf(headers: readonly Uint8Array[], { times = 1 } = {}): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 0, 'latin1');
  slots.writeUInt32LE(1, 12);
  for (let slot = 32; slot < slots.length; slot += 16) slots.write('Slot', slot, 'latin1');
  const blobs: Buffer[] = [];
  let at = slots.length;
  let slot = 0;
  const put = (value: Uint8Array, step: number) => {
    const blob = Buffer.alloc(Math.ceil((16 + value.length + 12) / 16) * 16);
    blob.write('BlbS', 0, 'latin1');
    blob.writeUInt32LE(slot + 1, 4);
    blob.writeUInt32LE(value.length, 12);
    blob.set(value, 16);
    slots.writeUInt32LE(slot + 1, 32 + slot * 32 + 4);
    slots.writeUInt32LE(at / 16, 32 + slot * 32 + 8);
    slots.writeUInt32LE((step || blob.length) / 16, 32 + slot * 32 + 12);
    slot++;
    at += blob.length;
    blobs.push(blob);
  };
  if (times === 1) for (const header of headers) put(header, 0);
  else {
    // Each blob's header is a few entries that point far behind it, to the data of the last.
    const whole = headers[0]!;
    const entries = Buffer.from(whole.subarray(0, 8 + 16 * Buffer.from(whole).readUInt32BE(0)));
    const stride = Math.ceil((16 + entries.length) / 16) * 16;
    const data = whole.subarray(entries.length);
    const all = Buffer.alloc(stride * times + data.length + 32);
    for (let i = 0; i < times; i++) {
      const from = stride * i;
      const skipped = stride * (times - 1 - i);
      const own = Buffer.from(entries);
      for (let entry = 8; entry < own.length; entry += 16)
        own.writeInt32BE(own.readInt32BE(entry + 8) + skipped, entry + 8);
      all.write('BlbS', from, 'latin1');
      all.writeUInt32LE(i + 1, from + 4);
      all.writeUInt32LE(all.length - from - 16, from + 12);
      all.set(own, from + 16);
      slots.writeUInt32LE(i + 1, 32 + i * 32 + 4);
      slots.writeUInt32LE((4096 + from) / 16, 32 + i * 32 + 8);
      if (i === times - 1) all.set(data, from + 16 + entries.length);
    }
    blobs.push(all);
  }
  return Buffer.concat([slots, ...blobs]);
}

/** dbinc/db_page.h: the first page is of the file, then one hash page with all pairs, then overflow pages. */
export function berkeley(values: readonly Uint8Array[], little: boolean): Buffer {
  const size = 4096;
  const pages = [Buffer.alloc(size), Buffer.alloc(size)];
  const [meta, hash] = pages as [Buffer, Buffer];
  const u32 = (page: Buffer, value: number, at: number) =>
    little ? page.writeUInt32LE(value, at) : page.writeUInt32BE(value, at);
  const u16 = (page: Buffer, value: number, at: number) =>
    little ? page.writeUInt16LE(value, at) : page.writeUInt16BE(value, at);
  u32(meta, 0x061561, 12);
  u32(meta, size, 20);
  meta[25] = 8;
  hash[25] = 13;
  let end = size;
  let entries = 0;
  const put = (item: Buffer) => {
    end -= item.length;
    item.copy(hash, end);
    u16(hash, end, 26 + entries++ * 2);
  };
  for (const [i, value] of values.entries()) {
    put(Buffer.from([1, i + 1, 0, 0, 0]));
    if (value.length < 200) {
      put(Buffer.concat([Buffer.from([1]), value]));
      continue;
    }
    const item = Buffer.alloc(12);
    item[0] = 3;
    u32(item, pages.length, 4);
    u32(item, value.length, 8);
    put(item);
    for (let at = 0; at < value.length; at += size - 26) {
      const page = Buffer.alloc(size);
      const part = value.subarray(at, at + size - 26);
      page.set(part, 26);
      page[25] = 7;
      u16(page, part.length, 22);
      pages.push(page);
      u32(page, at + size - 26 < value.length ? pages.length : 0, 16);
    }
  }
  u16(hash, entries, 20);
  u32(meta, pages.length - 1, 32);
  return Buffer.concat(pages);
}

export function sqlite(values: readonly Uint8Array[], pageSize: number): Buffer {
  return made(pageSize, (open) => {
    open.exec(
      "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL); CREATE TABLE 'Name' (key 'TEXT' NOT NULL)",
    );
    const insert = open.prepare('INSERT INTO Packages (blob) VALUES (?)');
    open.exec('BEGIN');
    for (const value of values) insert.run(value);
    open.exec('COMMIT');
  });
}

/** By SQLite itself. */
export function made(pageSize: number, fill: (open: DatabaseSync) => void): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-sqlite-'));
  try {
    const path = join(folder, 'x.sqlite');
    const open = new DatabaseSync(path);
    open.exec(`PRAGMA page_size = ${pageSize}`);
    fill(open);
    open.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
