/** What the records of package managers say, before it is held against the files of the image. */
import type { PackageName } from '../report.ts';

/** Where none of the three says which files it has, that is not known. */
export interface PackageRecord extends PackageName {
  readonly architecture?: string | undefined;
  /** Paths of its files, as `recordPath` writes them. Folders may be among them. */
  readonly files?: readonly string[];
  /** Names of lists that other files hold; the first that is there counts. */
  readonly listed?: readonly string[];
  /** All that lies in that folder, and in no package's own folder in it. */
  readonly folder?: string;
}

/** What one file of the image says: a database, a record, or a list of a package's files. Plain data. */
export interface PackageFact {
  readonly records: readonly PackageRecord[];
  /** The files of a package whose record stands elsewhere. */
  readonly list?: { readonly name: string; readonly files: readonly string[] };
  /** Parts of sentences that begin with the file. */
  readonly problems: readonly string[];
}

/** No system has as many; a file in which a few bytes name a package, or the same bytes many of them, may say so. */
export const mostPackages = 200_000;
export const tooManyPackages = 'names more packages than are read of it';

/** How many more files are kept of what one file of the image names, and how many characters of paths. */
export interface Allowance {
  files: number;
  characters: number;
  full: boolean;
}
export const allowance = (): Allowance => ({ files: 1_000_000, characters: 64 << 20, full: false });
export const tooManyFiles = ({ full }: Allowance): readonly string[] =>
  full ? ['names more files than are read of it'] : [];

/** The file's path as `recordPath` has it. None: it is longer than any file's (PATH_MAX), or one more than is kept. */
export function allowedPath(folder: string, name: string, left: Allowance): readonly string[] {
  const length = folder.length + name.length;
  if (length > 4096) return [];
  if (left.files < 1 || left.characters < length) left.full = true;
  if (left.full) return [];
  left.files--;
  left.characters -= length;
  return [recordPath(folder + name)];
}

/** One by one: a list of millions takes more memory than the text itself. */
export function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    yield text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
  }
}

/** What stands between empty lines. */
export function* paragraphsOf(text: string): Generator<string> {
  let from = 0;
  for (const { 0: gap, index } of text.matchAll(/\n\s*\n/g)) {
    if (index > from) yield text.slice(from, index);
    from = index + gap.length;
  }
  if (from < text.length) yield text.slice(from);
}

export const nothing: PackageFact = { records: [], problems: [] };

/** Names and versions are shown, and printed to terminals: nothing but printable ASCII, and not much of it. */
export const isPlain = (value: string | undefined): value is string =>
  value !== undefined && value.length <= 300 && /^[\x21-\x7e]+$/.test(value);

/** A path of a record as a view's `find` takes it: with a slash in front, and a backslash that would read as an escape of ours as one itself. */
export function recordPath(path: string): string {
  const from = path.startsWith('./') ? path.slice(1) : path.startsWith('/') ? path : `/${path}`;
  return from.includes('\\') ? from.replace(/\\(?=x[0-9a-f]{2})/g, '\\x5c') : from;
}
