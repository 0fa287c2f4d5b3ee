/** Tars and image archives made byte by byte, in every form and misform that tools write: what the readers of images are tried on. */
import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';

export interface Entry {
  readonly name: string | Uint8Array;
  readonly type?: keyof typeof flags;
  readonly body?: string | Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly link?: string | Uint8Array;
  readonly major?: number;
  readonly minor?: number;
  /** What the header says, whatever the body has. */
  readonly size?: number;
  readonly format?: 'v7' | 'ustar' | 'gnu';
  /** Records of a PAX header in front. */
  readonly pax?: Readonly<Record<string, string | Uint8Array>> | readonly (readonly [string, string | Uint8Array])[];
  /** The name and link in GNU headers in front, as those that are longer than 100 bytes always are. */
  readonly gnuLong?: boolean;
  /** Numbers in base-256. */
  readonly base256?: boolean;
  /** ustar's, in front of the name. */
  readonly prefix?: string;
  /** The flag as it stands in the header. */
  readonly flag?: string;
}

/** A whole tar. `end`: its two zero blocks. */
export function tar(entries: readonly (Entry | Uint8Array)[], { end = true } = {}): Buffer {
  return Buffer.concat([
    ...entries.map((entry) => (entry instanceof Uint8Array ? entry : tarEntry(entry))),
    ...(end ? [Buffer.alloc(1024)] : []),
  ]);
}

export const file = (name: string | Uint8Array, body: string | Uint8Array = '', more: Partial<Entry> = {}): Entry => ({
  name,
  body,
  ...more,
});
export const dir = (name: string, more: Partial<Entry> = {}): Entry => ({
  name: `${name}/`,
  type: 'directory',
  mode: 0o755,
  ...more,
});
export const symlink = (name: string, link: string | Uint8Array, more: Partial<Entry> = {}): Entry => ({
  name,
  link,
  type: 'symlink',
  mode: 0o777,
  ...more,
});
export const hardlink = (name: string, link: string, more: Partial<Entry> = {}): Entry => ({
  name,
  link,
  type: 'hardlink',
  ...more,
});
/** A file that removes `name` from the layers below. */
export const whiteout = (path: string): Entry => file(path.replace(/[^/]*$/, '.wh.$&'));
export const opaque = (folder: string): Entry => file(`${folder === '' ? '' : `${folder}/`}.wh..wh..opq`);

export function tarEntry(entry: Entry): Buffer {
  const body = bytes(entry.body ?? '');
  const blocks: Uint8Array[] = [];
  if (entry.pax) blocks.push(metadata('x', paxData(Array.isArray(entry.pax) ? entry.pax : Object.entries(entry.pax))));
  const long = entry.gnuLong || bytes(entry.name).length > 100 || bytes(entry.link ?? '').length > 100;
  if (long) {
    if (entry.link !== undefined) blocks.push(metadata('K', Buffer.concat([bytes(entry.link), Buffer.alloc(1)])));
    blocks.push(metadata('L', Buffer.concat([bytes(entry.name), Buffer.alloc(1)])));
  }
  blocks.push(header({ ...entry, size: entry.size ?? body.length }), padTo512(body));
  return Buffer.concat(blocks);
}

/** One header block, with its checksum. */
export function header(entry: Entry): Buffer {
  const {
    name,
    link = '',
    format = 'ustar',
    base256 = false,
    size = 0,
    mode = 0o644,
    uid = 0,
    gid = 0,
    mtime = 0,
    major = 0,
    minor = 0,
  } = entry;
  const block = Buffer.alloc(512);
  const put = (at: number, length: number, value: number) =>
    (base256 ? putBase256 : putOctal)(block, at, length, value);
  bytes(name).copy(block, 0, 0, 100);
  putOctal(block, 100, 8, mode);
  put(108, 8, uid);
  put(116, 8, gid);
  put(124, 12, size);
  put(136, 12, mtime);
  block[156] = (entry.flag ?? flags[entry.type ?? 'file']).charCodeAt(0);
  bytes(link).copy(block, 157, 0, 100);
  if (format === 'v7') return withChecksum(block);
  block.write(format === 'gnu' ? 'ustar  \0' : 'ustar\x0000', 257, 'latin1');
  if (entry.type === 'char' || entry.type === 'block') {
    putOctal(block, 329, 8, major);
    putOctal(block, 337, 8, minor);
  }
  if (entry.prefix) block.write(entry.prefix, 345, 155, 'latin1');
  return withChecksum(block);
}

/** Old GNU: the map is in the header, and in blocks after it; what is stored are the pieces one after the other. */
export function gnuSparse(name: string, realSize: number, pieces: readonly (readonly [number, string])[]): Buffer {
  const data = Buffer.concat(pieces.map(([, text]) => Buffer.from(text)));
  const block = header({ name, format: 'gnu', flag: 'S', size: data.length });
  const all = [...pieces.map(([offset, text]) => [offset, text.length] as const), [realSize, 0] as const];
  const write = (into: Buffer, at: number, some: readonly (readonly [number, number])[]) => {
    for (const [i, [offset, length]] of some.entries()) {
      putOctal(into, at + i * 24, 12, offset);
      putOctal(into, at + i * 24 + 12, 12, length);
    }
  };
  write(block, 386, all.slice(0, 4));
  if (all.length > 4) block[482] = 1;
  putOctal(block, 483, 12, realSize);
  const blocks: Buffer[] = [withChecksum(block)];
  for (let i = 4; i < all.length; i += 21) {
    const more = Buffer.alloc(512);
    write(more, 0, all.slice(i, i + 21));
    if (all.length > i + 21) more[504] = 1;
    blocks.push(more);
  }
  return Buffer.concat([...blocks, padTo512(data)]);
}

/** GNU's sparse files in PAX headers, as `tar --format=posix --sparse-version=…` writes them. */
export function paxSparse(
  version: '0.0' | '0.1' | '1.0',
  name: string,
  realSize: number,
  pieces: readonly (readonly [number, string])[],
): Buffer {
  const data = Buffer.concat(pieces.map(([, text]) => Buffer.from(text)));
  const pairs = [...pieces.map(([offset, text]) => [offset, text.length] as const), [realSize, 0] as const];
  const stub = `GNUSparseFile.1/${name}`;
  if (version === '1.0') {
    const map = padTo512(
      Buffer.from(`${pairs.length}\n${pairs.map(([offset, length]) => `${offset}\n${length}\n`).join('')}`),
    );
    const pax = {
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': name,
      'GNU.sparse.realsize': `${realSize}`,
    };
    return tarEntry({ name: stub, body: Buffer.concat([map, data]), pax });
  }
  const common = [
    ['GNU.sparse.size', `${realSize}`],
    ['GNU.sparse.numblocks', `${pairs.length}`],
  ] as const;
  if (version === '0.1') {
    return tarEntry({
      name: stub,
      body: data,
      pax: [...common, ['GNU.sparse.name', name], ['GNU.sparse.map', pairs.flat().join(',')]],
    });
  }
  const each = pairs.flatMap(([offset, length]) => [
    ['GNU.sparse.offset', `${offset}`] as const,
    ['GNU.sparse.numbytes', `${length}`] as const,
  ]);
  return tarEntry({ name, body: data, pax: [...common, ...each] });
}

export function paxData(records: readonly (readonly [string, string | Uint8Array])[]): Buffer {
  return Buffer.concat(
    records.map(([key, value]) => {
      const rest = Buffer.concat([Buffer.from(` ${key}=`), bytes(value), Buffer.from('\n')]);
      // The length counts its own digits.
      let length = rest.length + 1;
      while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
      return Buffer.concat([Buffer.from(`${length}`), rest]);
    }),
  );
}

export const metadata = (flag: string, data: Uint8Array): Buffer =>
  Buffer.concat([header({ name: '././@LongLink', flag, size: data.length, format: 'gnu' }), padTo512(data)]);

export type Compression = 'none' | 'gzip' | 'zstd' | 'zstd:chunked';
export function compressed(data: Uint8Array, how: Compression): Buffer {
  if (how === 'gzip') return gzipSync(data);
  if (how === 'zstd') return zstdCompressSync(data, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  if (how === 'zstd:chunked') return chunked(data);
  return Buffer.from(data);
}

/** Many frames, and behind them one that holds no data: there podman puts a table of contents. */
function chunked(data: Uint8Array): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < data.length; at += 700) frames.push(zstdCompressSync(data.subarray(at, at + 700)));
  return Buffer.concat([...frames, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from('toc!')]);
}

export interface Image {
  readonly name?: string;
  /** Uncompressed tars, the lowest first. */
  readonly layers: readonly Uint8Array[];
  readonly compression?: Compression | readonly Compression[];
  /** The config's `config`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly history?: readonly Readonly<Record<string, unknown>>[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
export const diffIds = ({ layers }: Image): string[] => layers.map((layer) => `sha256:${sha256(layer)}`);

export function configOf(image: Image): Buffer {
  const { os = 'linux', architecture = 'amd64', ...variant } = image.platform ?? {};
  const config = {
    architecture,
    os,
    ...variant,
    config: image.config ?? {},
    rootfs: { type: 'layers', diff_ids: diffIds(image) },
  };
  return Buffer.from(JSON.stringify(image.history ? { ...config, history: image.history } : config));
}

/** `docker save` up to Docker 24. */
export function legacySave(images: readonly Image[]): Entry[] {
  const entries = new Map<string, Entry>();
  const manifest = images.map((image) => {
    const config = configOf(image);
    entries.set(`${sha256(config)}.json`, file(`${sha256(config)}.json`, config));
    let parent = '';
    const layers = image.layers.map((layer, index) => {
      const id = sha256(Buffer.from(`${parent}${index}${sha256(layer)}`));
      entries.set(`${id}/`, dir(id));
      entries.set(`${id}/VERSION`, file(`${id}/VERSION`, '1.0'));
      entries.set(`${id}/json`, file(`${id}/json`, JSON.stringify({ id, ...(parent && { parent }) })));
      entries.set(`${id}/layer.tar`, file(`${id}/layer.tar`, layer));
      parent = id;
      return `${id}/layer.tar`;
    });
    return { Config: `${sha256(config)}.json`, RepoTags: image.name ? [image.name] : null, Layers: layers };
  });
  return [...byName(entries.values()), file('manifest.json', JSON.stringify(manifest)), file('repositories', '{}')];
}

/** What an OCI layout has: blobs, `oci-layout` and `index.json`. */
export function ociLayout(images: readonly Image[]): Entry[] {
  const { blobs, descriptors } = ociBlobs(images);
  return [
    ...blobs,
    file('index.json', JSON.stringify({ schemaVersion: 2, manifests: descriptors })),
    file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
  ];
}

/** `docker save` since Docker 25: both forms in one. */
export function hybridSave(images: readonly Image[]): Entry[] {
  const layout = ociLayout(images);
  const manifest = images.map((image) => ({
    Config: `blobs/sha256/${sha256(configOf(image))}`,
    RepoTags: image.name ? [image.name] : null,
    Layers: image.layers.map((layer, i) => blobPath(compressed(layer, howOf(image, i)))),
  }));
  return [...layout, file('manifest.json', JSON.stringify(manifest))];
}

/** Blobs, and a descriptor for each manifest. */
export function ociBlobs(images: readonly Image[]) {
  const blobs = new Map<string, Entry>();
  const add = (data: Uint8Array) => {
    blobs.set(blobPath(data), file(blobPath(data), data));
    return { digest: `sha256:${sha256(data)}`, size: data.length };
  };
  const descriptors = images.map((image) => {
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', ...add(configOf(image)) };
    const layers = image.layers.map((layer, i) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      ...add(compressed(layer, howOf(image, i))),
    }));
    const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers };
    return {
      mediaType: manifest.mediaType,
      ...add(Buffer.from(JSON.stringify(manifest))),
      ...(image.platform && { platform: image.platform }),
      ...(image.name && { annotations: { 'org.opencontainers.image.ref.name': image.name } }),
    };
  });
  return {
    blobs: byName(blobs.values()),
    descriptors,
    add: (data: Uint8Array) => ({ entry: file(blobPath(data), data), ...add(data) }),
  };
}

export const blobPath = (data: Uint8Array): string => `blobs/sha256/${sha256(data)}`;

const howOf = ({ compression = 'none' }: Image, layer: number): Compression =>
  typeof compression === 'string' ? compression : (compression[layer] ?? 'none');

const byName = (entries: Iterable<Entry>) => [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));

const flags = {
  file: '0',
  oldFile: '\0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const;

const bytes = (value: string | Uint8Array): Buffer =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
const padTo512 = (data: Uint8Array): Buffer => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]);

function putOctal(block: Buffer, at: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
}

function putBase256(block: Buffer, at: number, length: number, value: number): void {
  let rest = BigInt(value);
  for (let i = at + length - 1; i > at; i--) {
    block[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  block[at] = value < 0 ? 0xff : 0x80;
}

/** The sum of all bytes, the checksum's own taken as spaces. */
export function withChecksum(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
