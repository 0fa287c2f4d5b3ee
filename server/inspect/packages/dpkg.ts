/** Debian's package records: `status` and, in distroless images, `status.d/*` (deb-control(5)); and lists of the files of a package. */
import {
  allowance,
  allowedPath,
  isPlain,
  linesOf,
  mostPackages,
  nothing,
  type PackageFact,
  type PackageRecord,
  paragraphsOf,
  tooManyFiles,
  tooManyPackages,
} from './record.ts';

/** `status`, or one of `status.d`. */
export function readDpkg(text: string): PackageFact {
  const packages: PackageRecord[] = [];
  let stanzas = 0;
  for (const stanza of paragraphsOf(text)) {
    if (++stanzas > mostPackages) return { records: packages, problems: [tooManyPackages] };
    packages.push(...installed(stanza));
  }
  return { ...nothing, records: packages };
}

/** `info/NAME.list`, `info/NAME:ARCH.list`, `status.d/NAME.md5sums`: the list is named as the file is. */
export function readDpkgList(text: string, path: string): PackageFact {
  const name = /([^/]+)\.(list|md5sums)$/.exec(path)?.[1];
  if (name === undefined) return nothing;
  const left = allowance();
  const files: string[] = [];
  for (const line of linesOf(text)) {
    // `info/NAME.list`, or `NAME.md5sums`, whose paths are without the leading slash.
    const path = /^(?:[0-9a-f]{32} [ *])?\/?(?:\.\/)?(.+)$/.exec(line.endsWith('\r') ? line.slice(0, -1) : line)?.[1];
    if (path !== undefined && path !== '.') files.push(...allowedPath('', path, left));
    if (left.full) break;
  }
  return { ...nothing, list: { name, files }, problems: tooManyFiles(left) };
}

/** None where it is not installed. A stanza without `Status`, as in `status.d`, is of an installed one. */
function installed(stanza: string): readonly PackageRecord[] {
  const name = field(stanza, 'Package');
  const version = field(stanza, 'Version');
  const status = field(stanza, 'Status');
  if (!isPlain(name) || !isPlain(version)) return [];
  if (status !== undefined && !/^\S+ \S+ installed$/.test(status)) return [];
  const stated = field(stanza, 'Architecture');
  const architecture = isPlain(stated) ? stated : undefined;
  return [{ type: 'deb', name, version, architecture, listed: [`${name}:${stated}`, name] }];
}

/** One line of printable characters. */
function field(stanza: string, name: string): string | undefined {
  const value = new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1]?.trim();
  return value !== undefined && /^[\x20-\x7e]{1,300}$/.test(value) ? value : undefined;
}
