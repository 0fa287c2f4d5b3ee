/** Categories that names of files alone tell, as rows of data, and what reads them. The rows are in `programs.ts` and `leftovers.ts`. */
import type { View } from '../../images/view.ts';
import { isKept } from '../keep.ts';
import { at, namePattern, programs } from '../paths.ts';
import type { Flag } from '../report.ts';
import type { Hit, Look } from './component.ts';

export interface Row {
  readonly flag: Flag;
  /** Names of programs, between blanks; `*` stands for any part. */
  readonly programs?: string;
  /** Files and folders, from the root on; `*` stands for any part of one name. A folder stands for all that is in it. */
  readonly paths?: readonly string[];
  /** Files and, with a slash at the end, folders of that name, wherever they lie. */
  readonly names?: readonly string[];
  /** Of `names`: what the path has to look like. */
  readonly within?: RegExp;
  /** Files that do not count. */
  readonly except?: RegExp;
  /** What is empty, and links alone, count as well. */
  readonly empty?: boolean;
}

/** The program's row is the first that names it: a program has one reason to be flagged. */
export function* programHits(look: Look, rows: readonly Row[]): Generator<Hit> {
  const matchers = rows.flatMap(({ flag, programs: names, except }) =>
    names === undefined ? [] : [{ flag, except, isNamed: namePattern(names.split(/\s+/)) }],
  );
  for (const node of programs(look)) {
    const name = look.files.name(node);
    const row = matchers.find(({ isNamed, except }) => isNamed(name) && !except?.test(look.files.path(node)));
    if (row) yield { node, flag: row.flag };
  }
}

/** Where `names` lie anywhere, all rows are looked for in one walk. A list, since there may be a million. */
export function pathHits(look: Look, rows: readonly Row[]): readonly Hit[] {
  const hits: Hit[] = [];
  for (const row of rows)
    for (const node of at(look, row.paths ?? [])) put(hits, look, node, look.files.path(node), row);
  putNamed(hits, look, rows);
  return hits;
}

/** There may be a million names, of which hardly one is any row's: so each is looked up, and patterns are tried only where the look-up finds some. */
function putNamed(hits: Hit[], look: Look, rows: readonly Row[]): void {
  const { files } = look;
  const { exact, endings, firsts, lasts } = namesOf(rows);
  const nameOf = files.names();
  const pathOf = files.paths();
  /** Folders that the row has been put on; what is in them is said. */
  const done = new Map<Row, Set<number>>();
  const tryAll = (list: readonly Named[] | undefined, node: number, name: string): void => {
    if (!list) return;
    for (const { row, folder, isNamed } of list) {
      if (!isNamed(name) || !isKind(look, node, folder)) continue;
      const path = pathOf(node);
      if ((row.within && !row.within.test(path)) || isInside(look, node, done.get(row))) continue;
      if (folder) done.set(row, (done.get(row) ?? new Set()).add(node));
      put(hits, look, node, path, row);
    }
  };
  for (let node = 1; node < files.count; node++) {
    const name = nameOf(node);
    const dot = name.lastIndexOf('.');
    tryAll(exact.get(name), node, name);
    if (dot >= 0) tryAll(endings.get(name.slice(dot)), node, name);
    tryAll(firsts.get(name.charCodeAt(0)), node, name);
    tryAll(lasts.get(name.charCodeAt(name.length - 1)), node, name);
  }
}

interface Named {
  readonly row: Row;
  readonly folder: boolean;
  readonly isNamed: (name: string) => boolean;
}

/** Names by themselves, and patterns by what they end in from the last dot on, or by their first or last character. */
function namesOf(rows: readonly Row[]) {
  const exact = new Map<string, Named[]>();
  const endings = new Map<string, Named[]>();
  const firsts = new Map<number, Named[]>();
  const lasts = new Map<number, Named[]>();
  for (const row of rows) {
    for (const written of row.names ?? []) {
      const name = written.replace(/\/$/, '');
      const named = { row, folder: name !== written, isNamed: namePattern([name]) };
      const ending = /\.[^.*]+$/.exec(name)?.[0];
      if (!name.includes('*')) add(exact, name, named);
      else if (ending !== undefined) add(endings, ending, named);
      else if (!name.startsWith('*')) add(firsts, name.charCodeAt(0), named);
      else if (!name.endsWith('*')) add(lasts, name.charCodeAt(name.length - 1), named);
      else throw new Error(`“${name}” begins and ends with any part, so each name would have to be tried.`);
    }
  }
  return { exact, endings, firsts, lasts };
}

function add<Key>(map: Map<Key, Named[]>, key: Key, named: Named): void {
  const list = map.get(key);
  if (list) list.push(named);
  else map.set(key, [named]);
}

const isKind = ({ files }: Look, node: number, folder: boolean) =>
  files.has(node) && (files.type(node) === 'directory') === folder;

function isInside({ files }: Look, node: number, folders: ReadonlySet<number> | undefined): boolean {
  if (!folders) return false;
  for (let at = files.parent(node); at > 0; at = files.parent(at)) if (folders.has(at)) return true;
  return false;
}

/** The folder itself where all in it counts, else the parts of it that do. What is empty, and links, are nothing by themselves, and in nobody's way. */
function put(hits: Hit[], { files }: Look, top: number, path: string, row: Row): void {
  // The root stands for nothing.
  if (top <= 0) return;
  const { flag } = row;
  if (files.type(top) === 'directory')
    for (const node of partsOf(files, top, path, row).parts) hits.push({ node, flag });
  else if (!isExcepted(path, row) && counts(files, top, true, row)) hits.push({ node: top, flag });
}

function partsOf(files: View, folder: number, path: string, row: Row): { all: boolean; parts: readonly number[] } {
  let all = true;
  const parts: number[] = [];
  for (const node of files.children(folder)) {
    const pathThere = `${path}/${files.name(node)}`;
    if (files.type(node) === 'directory') {
      const inside = partsOf(files, node, pathThere, row);
      if (!inside.all) all = false;
      for (const part of inside.parts) parts.push(part);
    } else if (isExcepted(pathThere, row)) all = false;
    else if (counts(files, node, false, row)) parts.push(node);
  }
  return { all, parts: all && parts.length > 0 ? [folder] : parts };
}

const isExcepted = (path: string, { except }: Row) => isKept(path) || except?.test(path) === true;
const counts = (files: View, node: number, isTop: boolean, { empty = false }: Row) =>
  empty || (files.type(node) === 'symlink' ? isTop : files.size(node) > 0);
