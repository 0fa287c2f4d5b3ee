/** What is known of an image, by its name: the rows of `data/`, read with each vendor's grammar of tags. */
import type { Base, Family, Knowledge, OperatingSystem } from './base.ts';
import { type File, googleRetired, type ImageRow, imageFiles, type SystemRow, systemRows } from './data.ts';
import { parseReference, type Reference } from './reference.ts';
import { replacementsFor } from './replacements.ts';
import { findTagged } from './tagged.ts';

export const knowledge: Knowledge = { asOf: systemRows.asOf };

/** Undefined: the image is not in the data. */
export function findBase(reference: string): Base | undefined {
  if (reference === 'scratch') return scratch;
  const known = remembered.get(reference);
  if (known !== undefined) return known ?? undefined;
  const parsed = parseReference(reference);
  if (!parsed) return undefined;
  const plain = { ...parsed, name: parsed.name.replace(mirrors, '').replace(nightly, '$1/') };
  const found = findGoogle(reference, plain) ?? findRow(reference, plain) ?? findTagged(reference, plain, systemOf);
  const base = found && { ...found, name: parsed.name, replacements: replacementsFor(found) };
  if (remembered.size > 1_000) remembered.clear();
  remembered.set(reference, base ?? null);
  return base;
}

/** Google's and Amazon's copies of Docker Hub's official images. */
const mirrors = /^(mirror\.gcr\.io|public\.ecr\.aws\/docker)\/library\//;

/** Microsoft's early builds of the same images: dotnet/dotnet-docker@README.md. */
const nightly = /^(mcr\.microsoft\.com\/dotnet)\/nightly\//;

/** Names come from files that anybody may have written, so only so many are kept. */
const remembered = new Map<string, Base | null>();

const scratch: Base = {
  reference: 'scratch',
  name: 'scratch',
  tag: undefined,
  digest: undefined,
  family: 'scratch',
  distroless: true,
  debug: false,
  os: undefined,
  runtime: undefined,
  hasShell: false,
  shellPath: undefined,
  hasPackageManager: false,
  user: '',
  nonrootTag: undefined,
  workdir: '/',
  entrypoint: [],
  cmd: [],
  env: {},
  interpreter: undefined,
  ends: undefined,
  replacements: [],
  pinned: undefined,
  sources: ['docker-library/docs@scratch'],
};

const google = 'gcr.io/distroless/';

/** `latest`, `nonroot`, `debug`, `debug-nonroot`, each with a commit or an architecture after it, and a commit alone. */
function googleTag(tag: string | undefined): { debug: boolean; nonroot: boolean; rest: string; variant: string } {
  const [, variant = '', rest = ''] = /^(latest|debug-nonroot|debug|nonroot)?(.*)$/s.exec(tag ?? 'latest') ?? [];
  return {
    debug: variant.startsWith('debug'),
    nonroot: variant.endsWith('nonroot'),
    rest,
    variant: variant || 'latest',
  };
}

function findGoogle(reference: string, parsed: Reference): Base | undefined {
  if (!parsed.name.startsWith(google)) return undefined;
  const short = parsed.name.slice(google.length);
  const [file] = imageFiles;
  const row = file?.rows.find(({ name }) => name === parsed.name) ?? newest(file?.rows ?? [], parsed.name);
  if (!file || !row) return findRetired(reference, parsed, short);
  const { debug, nonroot, rest } = googleTag(parsed.tag);
  // The debug images of those that run nothing by themselves start their shell.
  const entrypoint =
    debug && row.entrypoint?.length === 0 && !short.startsWith('java') ? ['/busybox/sh'] : row.entrypoint;
  // A digest alone is that of any variant, and most that are written so are of `nonroot`.
  const unnamed = parsed.tag === undefined && parsed.digest !== undefined;
  const floats = row.name !== parsed.name && parsed.digest === undefined && row.ends === undefined;
  const base = fromRow(reference, parsed, file, row);
  return {
    ...base,
    debug,
    shellPath: debug ? '/busybox/sh' : undefined,
    user: unnamed ? undefined : nonroot ? '65532' : '0',
    nonrootTag: `${debug ? 'debug-nonroot' : 'nonroot'}${rest && !rest.startsWith('-') ? `-${rest}` : rest}`,
    workdir: unnamed ? undefined : nonroot ? '/home/nonroot' : '/',
    entrypoint,
    env: debug && base.env.PATH ? { ...base.env, PATH: `${base.env.PATH}:/busybox` } : base.env,
    pinned: floats ? row.name + (parsed.tag === undefined ? '' : `:${parsed.tag}`) : undefined,
  };
}

/** A name without a release means the newest that was made. */
function newest(rows: readonly ImageRow[], name: string): ImageRow | undefined {
  const release = (row: ImageRow) => Number(/-debian(\d+)$/.exec(row.name)?.[1]);
  return rows.filter((row) => row.name === `${name}-debian${release(row)}`).sort((a, b) => release(b) - release(a))[0];
}

function findRetired(reference: string, parsed: Reference, short: string): Base | undefined {
  const row = googleRetired.rows.find(({ pattern }) => new RegExp(`^(?:${pattern})$`).test(short));
  if (!row) return undefined;
  // `nodejs:18-debug`: the old names had the version in the tag.
  const { debug, nonroot } = googleTag(parsed.tag?.replace(/^\d+-/, ''));
  // All of them are made of Debian's packages.
  const system = /-(debian\d+)/.exec(short)?.[1] ?? (isLastNode(short, parsed.tag) ? 'debian11' : 'debian');
  const python = short.startsWith('python3') ? oldPythons.get(system ?? '') : undefined;
  const version = python ?? /^[a-z]+(\d[\d.]*)/.exec(short)?.[1] ?? /^(\d+)/.exec(parsed.tag ?? '')?.[1];
  const bare = /^(static|base|cc|java-base)/.test(short);
  const entrypoint = /jetty/.test(parsed.tag ?? '') ? undefined : retiredEntrypoint(short, version);
  return {
    ...unknown(reference, parsed),
    family: 'google',
    distroless: true,
    debug,
    os: systemOf(system, short.startsWith('static') ? 'none' : undefined),
    runtime: row.language ? { language: row.language, version } : undefined,
    hasShell: false,
    shellPath: debug ? '/busybox/sh' : undefined,
    hasPackageManager: false,
    user: nonroot ? '65532' : undefined,
    entrypoint: bare && !debug ? [] : entrypoint,
    interpreter: entrypoint?.[0],
    ends: row.ends,
    sources: cited(googleRetired, row.sources),
  };
}

/** `nodejs14`, `nodejs:16-debug`, `nodejs`: what was published until 2023, as their BUILD files say. */
const isLastNode = (short: string, tag = '') => /^nodejs(1[46])?$/.test(short) && !/^(8|10|12)(-|$)/.test(tag);

/** The same in each release: the BUILD files of GoogleContainerTools/distroless from 2017 to 2022. */
function retiredEntrypoint(short: string, version: string | undefined): readonly string[] | undefined {
  if (short.startsWith('nodejs')) return ['/nodejs/bin/node'];
  if (/^java\d*(-debian\d+)?$/.test(short)) return ['/usr/bin/java', '-jar'];
  return short.startsWith('python') && version?.includes('.') ? [`/usr/bin/python${version}`] : undefined;
}

const oldPythons: ReadonlyMap<string, string> = new Map([
  ['debian9', '3.5'],
  ['debian10', '3.7'],
]);

function findRow(reference: string, parsed: Reference): Base | undefined {
  for (const file of imageFiles) {
    const rows = file.rows.filter(({ name }) => sameName(name, parsed.name));
    if (rows.length === 0) continue;
    const { row, dev } = chooseRow(rows, parsed.tag) ?? {};
    if (!row) continue;
    const base = fromRow(reference, parsed, file, row);
    if (!dev) return base;
    return {
      ...base,
      debug: true,
      hasShell: true,
      shellPath: '/bin/sh',
      hasPackageManager: true,
      // Chainguard keeps the user; the others' are for building, and run as root.
      user: base.family === 'chainguard' ? base.user : 'root',
      nonrootTag: undefined,
    };
  }
  return undefined;
}

/** Chainguard's paid images are the same under the customer's own name. */
const sameName = (known: string, name: string) =>
  known === name ||
  (known.startsWith(chainguard) &&
    name.startsWith('cgr.dev/') &&
    name.split('/').length === 3 &&
    name.endsWith(known.slice(chainguard.length - 1)));
const chainguard = 'cgr.dev/chainguard/';

/** The row of that tag, with what vendors put behind it set apart: `-dev`, an architecture, the number of a patch. */
function chooseRow(rows: readonly ImageRow[], tag = 'latest'): { row: ImageRow; dev: boolean } | undefined {
  const exact = rows.find(({ tags }) => tags?.includes(tag));
  if (exact) return { row: exact, dev: /-dev$/.test(tag) };
  const plain = tag.replace(/-(amd64|arm64|arm64v8|arm32v7|arm|s390x|ppc64le|riscv64)$/, '');
  const dev = /-dev$/.test(plain);
  // `-aot`: the same without the C++ library (dotnet/dotnet-docker@README.runtime-deps.md).
  const without = plain.replace(/-dev$/, '').replace(/-(fips|aot)$/, '');
  const shorter = without.replace(/^(\d+\.\d+)\.\d[\w.+]*?(-r\d+)?(?=-|$)/, '$1');
  const row =
    rows.find(({ tags }) => tags?.includes(without) || tags?.includes(shorter)) ??
    rows.find(({ tags, family }) => tags === undefined || (family === 'chainguard' && tags.includes('latest')));
  return row && { row, dev };
}

function fromRow(reference: string, parsed: Reference, file: File<ImageRow>, row: ImageRow): Base {
  const shell = row.shell === 'sh' ? '/bin/sh' : row.shell === 'none' ? undefined : row.shell;
  const number = /^(\d+(?:\.\d+)*)/.exec(parsed.tag ?? '')?.[1];
  const version = number && row.family !== 'google' && !row.version?.startsWith(`${number}.`) ? number : row.version;
  return {
    ...unknown(reference, parsed),
    family: row.family as Family,
    distroless: row.distroless,
    debug: row.name.endsWith('/distroless/debug'),
    os: row.os ? systemOf(row.os, row.libc) : undefined,
    runtime: row.language ? { language: row.language, version } : undefined,
    hasShell: row.shell === undefined || row.shell.startsWith('/') ? undefined : row.shell === 'sh',
    shellPath: shell,
    hasPackageManager: row.packageManager,
    user: row.user,
    nonrootTag: row.nonrootTag ?? (isRoot(row.user) ? undefined : parsed.tag),
    workdir: row.workdir,
    entrypoint: row.entrypoint,
    cmd: row.cmd,
    env: row.env ?? {},
    interpreter: row.interpreter,
    ends: row.ends,
    sources: cited(file, row.sources),
  };
}

const isRoot = (user: string | undefined) => user === undefined || user === '' || user === '0' || user === 'root';

function unknown(reference: string, { name, tag, digest }: Reference): Base {
  return {
    reference,
    name,
    tag,
    digest,
    family: 'other',
    distroless: false,
    debug: false,
    os: undefined,
    runtime: undefined,
    hasShell: undefined,
    shellPath: undefined,
    hasPackageManager: undefined,
    user: undefined,
    nonrootTag: undefined,
    workdir: undefined,
    entrypoint: undefined,
    cmd: undefined,
    env: {},
    interpreter: undefined,
    ends: undefined,
    replacements: [],
    pinned: undefined,
    sources: [],
  };
}

const cited = (file: { readonly sources: readonly string[] }, indexes: readonly number[]) =>
  indexes.flatMap((index) => file.sources[index] ?? []);

/** Where the tag does not tell the release. */
const anyRelease: readonly Omit<SystemRow, 'sources'>[] = [
  { id: 'alpine', name: 'Alpine Linux', version: '', libc: 'musl' },
  { id: 'debian', name: 'Debian', version: '', libc: 'glibc' },
  { id: 'ubuntu', name: 'Ubuntu', version: '', libc: 'glibc' },
];

/** By its id, or by that of a rebuild such as `rockylinux9`, whose dates are not those of the original. */
function systemOf(id: string, libc: 'none' | undefined): OperatingSystem | undefined {
  const row =
    systemRows.rows.find((it) => it.id === id || it.aliases?.includes(id)) ??
    // A release that is not out yet is known by its distribution.
    anyRelease.find((it) => it.id === id.replace(/[\d.]+$/, ''));
  if (!row) return undefined;
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    codename: row.codename,
    libc: libc ?? (row.libc as OperatingSystem['libc']),
    libcVersion: libc ? undefined : row.libcVersion,
    endOfLife: row.id === id || id.startsWith('ubi') ? row.ends : undefined,
  };
}
