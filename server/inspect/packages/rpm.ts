/** rpm's database, in whichever of its three forms, and Azure Linux' list in its place. */
import {
  allowance,
  isPlain,
  linesOf,
  mostPackages,
  nothing,
  type PackageFact,
  type PackageRecord,
  tooManyFiles,
  tooManyPackages,
} from './record.ts';
import { readBerkeleyDb } from './rpm-bdb.ts';
import { readRpmHeader } from './rpm-header.ts';
import { readNdb } from './rpm-ndb.ts';
import { readTable } from './sqlite.ts';

export function readRpm(bytes: Uint8Array): PackageFact {
  const found = readBerkeleyDb(bytes) ?? readNdb(bytes) ?? readSqlite(bytes);
  if (!found) return { ...nothing, problems: ['is not a database that rpm wrote'] };
  const records: PackageRecord[] = [];
  const left = allowance();
  // In a database that rpm wrote, no two headers are the same bytes: all of them are no longer than the file.
  let unread = bytes.length;
  for (const header of found.headers) {
    unread -= header.length;
    const record = unread < 0 ? undefined : readRpmHeader(header, left);
    if (record) records.push(record);
  }
  const problem = unread < 0 ? 'is damaged, or larger than what is read of it' : found.problem;
  return { records, problems: [...(problem === undefined ? [] : [problem]), ...tooManyFiles(left)] };
}

/** `rpmdb.sqlite-wal`: what is newest in the database, as long as nobody has written it back. */
export const readRpmLog = (): PackageFact => ({
  ...nothing,
  problems: ['holds changes of the rpm database that were not written into it, and that are not read'],
});

/** `container-manifest-2`: NAME, VERSION-RELEASE and more, between tabs. */
export function readRpmManifest(text: string): PackageFact {
  const records: PackageRecord[] = [];
  for (const line of linesOf(text)) {
    const [name, version, , , , , , architecture] = line.split('\t');
    if (!isPlain(name) || !isPlain(version)) continue;
    if (records.length >= mostPackages) return { records, problems: [tooManyPackages] };
    records.push({ type: 'rpm', name, version, architecture: isPlain(architecture) ? architecture : undefined });
  }
  return { ...nothing, records };
}

function readSqlite(bytes: Uint8Array) {
  const table = readTable(bytes, 'Packages');
  return table && { ...table, headers: table.rows.flatMap(([, blob]) => (blob instanceof Uint8Array ? [blob] : [])) };
}
