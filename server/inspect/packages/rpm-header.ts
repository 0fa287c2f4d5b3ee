/**
 * One package's header as rpm's databases store it (rpm's docs/manual/hregions, lib/header.c): how many entries, how many bytes of data, the entries of four
 * big-endian numbers each (tag, type, offset, count), the data.
 */
import { type Allowance, allowedPath, isPlain, type PackageRecord } from './record.ts';

/** Undefined: it is no package's header, or it is damaged. */
export function readRpmHeader(blob: Uint8Array, left: Allowance): PackageRecord | undefined {
  if (blob.length < 8) return undefined;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const entries = view.getUint32(0);
  const data = 8 + entries * 16;
  if (entries > maxEntries || data > blob.length) return undefined;
  const values = new Map<number, Value>();
  for (let at = 8; at < data; at += 16) {
    const tag = view.getInt32(at);
    // The regions that signatures cover come first and have no value of their own.
    if (tag >= tags.name && !values.has(tag))
      values.set(tag, {
        type: view.getUint32(at + 4),
        at: data + view.getInt32(at + 8),
        count: view.getUint32(at + 12),
      });
  }
  const header: Header = { blob, view, values };
  const name = text(header, tags.name);
  const [version, release] = [text(header, tags.version), text(header, tags.release)];
  const [epoch] = numbers(header, tags.epoch);
  const full = `${epoch ? `${epoch}:` : ''}${version}-${release}`;
  if (!isPlain(name) || !isPlain(version) || !isPlain(release) || name === 'gpg-pubkey') return undefined;
  const architecture = text(header, tags.architecture);
  return {
    type: 'rpm',
    name,
    version: full,
    architecture: isPlain(architecture) ? architecture : undefined,
    files: fileNames(header, left),
  };
}

interface Value {
  readonly type: number;
  readonly at: number;
  readonly count: number;
}

interface Header {
  readonly blob: Uint8Array;
  readonly view: DataView;
  readonly values: ReadonlyMap<number, Value>;
}

/** rpm/rpmtag.h */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  architecture: 1022,
  oldFileNames: 1027,
  folderIndexes: 1116,
  baseNames: 1117,
  folderNames: 1118,
} as const;
const types = { int32: 4, string: 6, stringArray: 8, i18nString: 9 } as const;
/** rpm's own limit. */
const maxEntries = 65_535;

/** Names are stored apart from the folders that they lie in. */
function fileNames(header: Header, left: Allowance): readonly string[] {
  const bases = texts(header, tags.baseNames, left);
  if (bases.length === 0) return texts(header, tags.oldFileNames, left).flatMap((path) => allowedPath('', path, left));
  const folders = texts(header, tags.folderNames, left);
  const indexes = numbers(header, tags.folderIndexes);
  return bases.flatMap((base, at) => {
    const folder = folders[indexes[at] ?? -1];
    return folder === undefined ? [] : allowedPath(folder, base, left);
  });
}

const text = (header: Header, tag: number): string | undefined => texts(header, tag, one)[0];
const one = { files: 1 };

/** No more than there may be files. */
function texts({ blob, values }: Header, tag: number, { files }: Pick<Allowance, 'files'>): string[] {
  const value = values.get(tag);
  if (!value || (value.type !== types.string && value.type !== types.stringArray && value.type !== types.i18nString))
    return [];
  const found: string[] = [];
  const count = value.type === types.string ? 1 : Math.min(value.count, files + 1);
  for (let at = value.at; found.length < count && at >= 0 && at < blob.length; ) {
    const end = blob.indexOf(0, at);
    if (end < 0) break;
    found.push(utf8.decode(blob.subarray(at, end)));
    at = end + 1;
  }
  return found;
}

function numbers({ blob, view, values }: Header, tag: number): number[] {
  const value = values.get(tag);
  if (value?.type !== types.int32 || value.at < 0) return [];
  const found: number[] = [];
  for (let at = value.at; found.length < value.count && at + 4 <= blob.length; at += 4) found.push(view.getUint32(at));
  return found;
}

const utf8 = new TextDecoder();
