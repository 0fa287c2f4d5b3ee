/** The packages of an image, held against its files: which file belongs to which package, how much of each is there, and since which layer. */
import type { LayerFact } from '../images/source.ts';
import type { View } from '../images/view.ts';
import type { PackageFact, PackageRecord } from './packages/record.ts';
import type { Package } from './report.ts';
import { factKinds } from './wants.ts';

export type OwnedPackage = Omit<Package, 'fromBase'>;

export interface Owned {
  /** Ordered by name. */
  readonly packages: readonly OwnedPackage[];
  /** The package of that file of the image, the system's before a language's; undefined: of none, or not known. */
  ownerOf(node: number): OwnedPackage | undefined;
  /** Whole sentences. */
  readonly problems: readonly string[];
}

/** `layers`: the facts of each, the lowest first. */
export function ownedPackages(image: View, layers: readonly (readonly LayerFact[])[]): Owned {
  const statements = statementsIn(image, layers);
  const live = [...statements.values()].flatMap((states) => states.find(({ live }) => live) ?? []);
  const lists = new Map(live.flatMap(({ fact: { list } }) => (list ? [[list.name, list.files] as const] : [])));
  const found = new Map<
    string,
    { record: PackageRecord; source: string; layer: number; files: readonly string[] | undefined }
  >();
  for (const { path, layer, fact } of live) {
    if (fact.records.length === 0) continue;
    const since = sinceWhen(statements.get(path) ?? [], layer);
    for (const record of fact.records) {
      const key = keyOf(record);
      const files = record.files ?? record.listed?.map((name) => lists.get(name)).find((list) => list !== undefined);
      const known = found.get(key);
      // Chisel writes two records of a package, of which one knows its files; a package of npm may be there twice.
      if (known && (known.files || !files) && known.record.folder === record.folder) continue;
      found.set(known && known.record.folder !== record.folder ? `${key} ${path}` : key, {
        record,
        source: known?.source ?? path,
        layer: since.get(key) ?? layer,
        files,
      });
    }
  }
  const owners = new Owners(image);
  const packages: OwnedPackage[] = [];
  // The system's before those of languages, and folders in folders before those around them.
  const order = [...found.values()].sort(
    (a, b) => rank(a.record) - rank(b.record) || (b.record.folder?.length ?? 0) - (a.record.folder?.length ?? 0),
  );
  for (const { record, source, layer, files } of order) {
    const { type, name, version, architecture, folder } = record;
    const mark = packages.length + 1;
    const counted = files
      ? owners.claim(files, mark)
      : folder === undefined
        ? undefined
        : owners.claimFolder(folder, mark);
    packages.push({ type, name, version, architecture, source, layer, files: counted?.files, size: counted?.size });
  }
  return {
    packages: packages.toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version)),
    ownerOf: (node) => packages[owners.of(node) - 1],
    problems: live.flatMap(({ path, layer, fact }) =>
      fact.problems.map((problem) => `“${path}” of layer ${layer + 1} ${problem}: packages may be missing.`),
    ),
  };
}

const keyOf = ({ type, name, version, architecture }: PackageRecord) =>
  `${type} ${name} ${version} ${architecture ?? ''}`;
const rank = ({ type }: PackageRecord) => (type === 'deb' || type === 'apk' || type === 'rpm' ? 0 : 1);

interface Statement {
  readonly path: string;
  readonly layer: number;
  readonly live: boolean;
  readonly fact: PackageFact;
}

/** By path: what each layer's file there says, the lowest first. */
function statementsIn(
  image: View,
  layers: readonly (readonly LayerFact[])[],
): ReadonlyMap<string, readonly Statement[]> {
  const statements = new Map<string, Statement[]>();
  for (const [layer, facts] of layers.entries()) {
    for (const { kind, path, node, value } of facts) {
      if (kind !== factKinds.packages && kind !== factKinds.go) continue;
      const live = image.shows(image.find(path, { followLast: false }), layer, node);
      const states = statements.get(path);
      const statement = { path, layer, live, fact: value as PackageFact };
      if (states) states.push(statement);
      else statements.set(path, [statement]);
    }
  }
  return statements;
}

/** By package: the lowest layer from which on every state of the file, up to the last, names it. */
function sinceWhen(states: readonly Statement[], last: number): ReadonlyMap<string, number> {
  let since = new Map<string, number>();
  for (const { layer, fact } of states) {
    if (layer > last) break;
    const now = new Map<string, number>();
    for (const record of fact.records) now.set(keyOf(record), since.get(keyOf(record)) ?? layer);
    since = now;
  }
  return since;
}

interface Counted {
  readonly files: number;
  readonly size: number;
}

/** By node of the image: the number of its package. */
class Owners {
  private readonly image: View;
  private readonly owner: Int32Array;
  /** Nodes that a package's own folder has; what is around it has them not. */
  private readonly taken: Uint8Array;
  private readonly claimed = new Map<readonly string[], Counted>();

  constructor(image: View) {
    this.image = image;
    this.owner = new Int32Array(image.count);
    this.taken = new Uint8Array(image.count);
  }

  of(node: number): number {
    return this.owner[node] ?? 0;
  }

  /** Those that are there. Folders have no owner: most belong to many. The first that claims a file has it. */
  claim(paths: readonly string[], mark: number): Counted {
    // A list that a million records name is gone through once.
    const known = this.claimed.get(paths);
    if (known) return known;
    const counted = this.own(
      paths.map((path) => this.image.find(path, { followLast: false })),
      mark,
    );
    this.claimed.set(paths, counted);
    return counted;
  }

  claimFolder(folder: string, mark: number): Counted | undefined {
    const top = this.image.find(folder);
    if (top <= 0 || this.image.type(top) !== 'directory') return undefined;
    const nodes: number[] = [];
    const pending = [top];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.taken[node] === 1) continue;
      this.taken[node] = 1;
      if (this.image.type(node) !== 'directory') nodes.push(node);
      else for (const child of this.image.children(node)) pending.push(child);
    }
    return this.own(nodes, mark);
  }

  private own(nodes: readonly number[], mark: number): Counted {
    let files = 0;
    let size = 0;
    for (const node of new Set(nodes)) {
      const type = node <= 0 ? 'directory' : this.image.type(node);
      if (type === 'directory') continue;
      if (this.owner[node] === 0) this.owner[node] = mark;
      files++;
      if (type === 'file') size += this.image.size(node);
    }
    return { files, size };
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
