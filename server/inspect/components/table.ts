/** Categories that names of files alone tell, as rows of data, and what reads them. The rows are in `programs.ts` and `leftovers.ts`. */
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

/** Where `names` lie anywhere, all rows are looked for in one walk. */
export function* pathHits(look: Look, rows: readonly Row[]): Generator<Hit> {
  for (const row of rows) for (const node of at(look, row.paths ?? [])) yield* whole(look, node, row);
  yield* anywhere(look, rows);
}

/** There may be a million names, of which hardly one is any row's: those are told by two look-ups and one pattern. */
function* anywhere(look: Look, rows: readonly Row[]): Generator<Hit> {
  const { files } = look;
  const exact = new Map<string, Named[]>();
  const endings = new Map<string, Named[]>();
  const others: (Named & { readonly name: string; readonly isNamed: (name: string) => boolean })[] = [];
  for (const row of rows) {
    for (const written of row.names ?? []) {
      const folder = written.endsWith('/');
      const name = written.replace(/\/$/, '');
      const ending = folder ? undefined : /^\*(\.[^*.]+)$/.exec(name)?.[1];
      const [map, key] = ending === undefined ? [exact, name] : [endings, ending];
      if (name.includes('*') && ending === undefined) others.push({ row, folder, name, isNamed: namePattern([name]) });
      else map.set(key, [...(map.get(key) ?? []), { row, folder }]);
    }
  }
  const isOther = namePattern(others.map(({ name }) => name));
  const done = new Map<Row, Set<number>>();
  for (let node = 1; node < files.count; node++) {
    const name = files.name(node);
    const dot = name.lastIndexOf('.');
    const named = exact.get(name);
    const ended = dot < 0 ? undefined : endings.get(name.slice(dot));
    const other = isOther(name) ? others.filter(({ isNamed }) => isNamed(name)) : undefined;
    for (const list of [named, ended, other])
      for (const { row, folder } of list ?? []) if (isKind(look, node, folder)) yield* match(look, node, row, done);
  }
}

interface Named {
  readonly row: Row;
  readonly folder: boolean;
}

const isKind = ({ files }: Look, node: number, folder: boolean) =>
  files.has(node) && (files.type(node) === 'directory') === folder;

function isInside({ files }: Look, node: number, folders: ReadonlySet<number> | undefined): boolean {
  if (!folders) return false;
  for (let at = files.parent(node); at > 0; at = files.parent(at)) if (folders.has(at)) return true;
  return false;
}

/** `done`: folders that the row has been put on; what is in them is said. */
function* match(look: Look, node: number, row: Row, done: Map<Row, Set<number>>): Generator<Hit> {
  if (isInside(look, node, done.get(row)) || (row.within && !row.within.test(look.files.path(node)))) return;
  if (look.files.type(node) === 'directory') done.set(row, (done.get(row) ?? new Set()).add(node));
  yield* whole(look, node, row);
}

/** The folder itself where all in it counts, else the parts of it that do. What is empty, and links, are nothing by themselves, and in nobody's way. */
function* whole({ files }: Look, top: number, { flag, except, empty = false }: Row): Generator<Hit> {
  const look = (node: number, path: string): { readonly all: boolean; readonly parts: readonly number[] } => {
    if (files.type(node) !== 'directory') {
      if (isKept(path) || except?.test(path)) return { all: false, parts: [] };
      const counts = empty || (files.type(node) === 'symlink' ? node === top : files.size(node) > 0);
      return { all: true, parts: counts ? [node] : [] };
    }
    let all = true;
    const parts: number[] = [];
    for (const child of files.children(node)) {
      const inside = look(child, `${path}/${files.name(child)}`);
      if (!inside.all) all = false;
      for (const part of inside.parts) parts.push(part);
    }
    return { all, parts: all && parts.length > 0 ? [node] : parts };
  };
  // The root stands for nothing.
  if (top <= 0) return;
  for (const node of look(top, files.path(top)).parts) yield { node, flag };
}
