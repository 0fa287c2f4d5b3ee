/** The trees of two images, held against each other name by name: what only one of them has, and what differs in both. Takes time in proportion to the files. */
import { setImmediate } from 'node:timers/promises';
import { kinds } from './layer-files.ts';
import { bytesOf, keyOf, textOf } from './path-text.ts';
import type { StoredFile } from './source.ts';
import type { FileEntry, View } from './view.ts';

/** In what the same name differs. Times of change do not count. */
export type Difference = 'type' | 'content' | 'size' | 'target' | 'mode' | 'owner' | 'capabilities' | 'device';

/** `unread`: the contents are of the same size, and could not be read to tell more. */
export type ComparedAs = 'added' | 'removed' | 'modified' | 'unread';

/** Files, folders not included. */
export type ComparedTotals = Readonly<Record<ComparedAs, number>>;

/** A name that differs, or a folder that is the same itself (`change` is undefined then) with something in it that differs. */
export interface ComparedEntry {
  readonly name: string;
  readonly path: string;
  readonly change: ComparedAs | undefined;
  readonly differences: readonly Difference[];
  readonly before: FileEntry | undefined;
  readonly after: FileEntry | undefined;
  /** Of a folder: what is in it. */
  readonly inside: ComparedTotals | undefined;
  readonly hasChildren: boolean;
}

/** How it was told that files have the same content. */
export interface SameContents {
  /** Both images have the layer that it is in, by that layer's digest. */
  readonly byLayer: number;
  /** Both were read and have the same digest, or both are empty. */
  readonly byContent: number;
}

/** `isSameLayer` is asked with a layer of each. What is `undecided` afterwards is to be told before anything else is asked. */
export async function compareTrees(
  before: View,
  after: View,
  isSameLayer: (before: number, after: number) => boolean,
  signal: AbortSignal,
): Promise<ComparedTree> {
  const tree = new ComparedTree(before, after, isSameLayer);
  while (tree.grow(nodesAtOnce)) {
    await setImmediate();
    signal.throwIfAborted();
  }
  return tree;
}

export class ComparedTree {
  /** Nodes with the same size and type whose contents have to be read to tell whether they differ. */
  readonly undecided: number[] = [];
  private readonly before: View;
  private readonly after: View;
  private readonly isSameLayer: (before: number, after: number) => boolean;
  /** By node of this tree, a folder before what is in it, and that side by side: the node of each image, or -1. */
  private readonly nodesBefore: Int32Array;
  private readonly nodesAfter: Int32Array;
  private readonly parents: Int32Array;
  private readonly first: Int32Array;
  private readonly lengths: Int32Array;
  private readonly differences: Uint16Array;
  private count = 0;
  private grown = 0;
  private byLayer = 0;
  private byContent = 0;
  private sums: Sums | undefined;

  constructor(before: View, after: View, isSameLayer: (before: number, after: number) => boolean) {
    this.before = before;
    this.after = after;
    this.isSameLayer = isSameLayer;
    const most = before.count + after.count;
    this.nodesBefore = new Int32Array(most);
    this.nodesAfter = new Int32Array(most);
    this.parents = new Int32Array(most);
    this.first = new Int32Array(most);
    this.lengths = new Int32Array(most);
    this.differences = new Uint16Array(most);
    this.put(-1, 0, 0);
  }

  /** Goes through the folders of so many nodes more. False: there is none left. */
  grow(nodes: number): boolean {
    const end = Math.min(this.count, this.grown + nodes);
    for (; this.grown < end; this.grown++) this.open(this.grown);
    return this.grown < this.count;
  }

  contents(node: number): { readonly before: StoredFile; readonly after: StoredFile } {
    return {
      before: this.before.content(this.nodesBefore[node]!)!,
      after: this.after.content(this.nodesAfter[node]!)!,
    };
  }

  /** Undefined: it cannot be told. */
  tell(node: number, same: boolean | undefined): void {
    if (same) this.byContent++;
    else this.differences[node]! |= same === undefined ? unread : bitOf('content');
    this.sums = undefined;
  }

  get same(): SameContents {
    return { byLayer: this.byLayer, byContent: this.byContent };
  }

  get totals(): ComparedTotals {
    return this.inside(0);
  }

  /** True: there is nothing to list. */
  get isSame(): boolean {
    return this.summed.shown[0] === 0;
  }

  /** What differs in a folder, folders first, then by name; by size: what grew or shrank most first. Undefined: there is no such folder. */
  rows(
    path: string,
    sort: 'name' | 'size' = 'name',
  ): { readonly total: number; row(at: number): ComparedEntry } | undefined {
    const folder = this.find(path);
    if (folder === undefined) return undefined;
    const nodes = this.sorted(folder, sort);
    return { total: nodes.length, row: (at) => this.describe(nodes[at]!) };
  }

  /** Everything that differs, a folder before what is in it, by name. */
  *walk(): Generator<ComparedEntry> {
    const pending = this.sorted(0, 'name').reverse();
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.changeOf(node)) yield this.describe(node);
      for (const child of this.sorted(node, 'name').reverse()) pending.push(child);
    }
  }

  private open(node: number): void {
    const { before, after } = this;
    const one = this.nodesBefore[node]!;
    const other = this.nodesAfter[node]!;
    const hasOne = one >= 0 && before.source.isFolder(one);
    const hasOther = other >= 0 && after.source.isFolder(other);
    this.first[node] = this.count;
    if (hasOne)
      for (const child of before.children(one)) {
        const same = hasOther ? after.source.child(other, before.source.tree.name(child)) : -1;
        this.match(node, child, same);
      }
    if (hasOther)
      for (const child of after.children(other))
        if (!hasOne || before.source.child(one, after.source.tree.name(child)) < 0) this.put(node, -1, child);
    this.lengths[node] = this.count - this.first[node]!;
  }

  private match(folder: number, one: number, other: number): void {
    if (other < 0) {
      this.put(folder, one, -1);
      return;
    }
    const isFolder = this.before.source.isFolder(one);
    if (isFolder !== this.after.source.isFolder(other)) {
      // A folder with all that is in it went, and something else came, or the reverse.
      this.put(folder, one, -1);
      this.put(folder, -1, other);
      return;
    }
    const { differences, content } = this.compare(one, other);
    if (content === 'layer') this.byLayer++;
    if (content === 'empty') this.byContent++;
    if (!isFolder && differences === 0 && content !== 'undecided') return;
    const node = this.put(folder, one, other);
    this.differences[node] = differences;
    if (content === 'undecided') this.undecided.push(node);
  }

  private put(parent: number, one: number, other: number): number {
    const node = this.count++;
    this.parents[node] = parent;
    this.nodesBefore[node] = one;
    this.nodesAfter[node] = other;
    return node;
  }

  /** Of a name that is a folder in both images, or in neither. */
  private compare(one: number, other: number): { differences: number; content?: 'layer' | 'empty' | 'undecided' } {
    const a = this.before.source.inode(one);
    const b = this.after.source.inode(other);
    const kind = a.files.kinds[a.node]!;
    const otherKind = b.files.kinds[b.node]!;
    let differences = 0;
    const differ = (what: Difference, does: boolean) => {
      if (does) differences |= bitOf(what);
    };
    differ('type', kind !== otherKind);
    // The mode of a link means nothing.
    const isLink = kind === kinds.symlink || otherKind === kinds.symlink;
    differ('mode', !isLink && a.files.modes[a.node] !== b.files.modes[b.node]);
    differ('owner', a.files.uids[a.node] !== b.files.uids[b.node] || a.files.gids[a.node] !== b.files.gids[b.node]);
    if (kind !== otherKind) return { differences };
    if (kind === kinds.symlink || kind === kinds.hardlink)
      differ('target', keyOf(a.files.target(a.node)) !== keyOf(b.files.target(b.node)));
    if (kind === kinds.char || kind === kinds.block)
      differ('device', JSON.stringify(a.files.devices.get(a.node)) !== JSON.stringify(b.files.devices.get(b.node)));
    if (kind !== kinds.file) return { differences };
    const capabilities = [a.files.capabilities.get(a.node), b.files.capabilities.get(b.node)];
    differ('capabilities', JSON.stringify(capabilities[0]) !== JSON.stringify(capabilities[1]));
    if (a.files.sizes[a.node] !== b.files.sizes[b.node]) {
      differ('size', true);
      differ('content', true);
      return { differences };
    }
    if (this.isSameLayer(a.layer, b.layer) && a.files.offsets[a.node] === b.files.offsets[b.node])
      return { differences, content: 'layer' };
    return { differences, content: a.files.sizes[a.node] === 0 ? 'empty' : 'undecided' };
  }

  private changeOf(node: number): ComparedAs | undefined {
    if (this.nodesAfter[node]! < 0) return 'removed';
    if (this.nodesBefore[node]! < 0) return 'added';
    const differences = this.differences[node]!;
    return differences === 0 ? undefined : differences === unread ? 'unread' : 'modified';
  }

  private isFolder(node: number): boolean {
    const one = this.nodesBefore[node]!;
    return one >= 0 ? this.before.source.isFolder(one) : this.after.source.isFolder(this.nodesAfter[node]!);
  }

  private nameOf(node: number): Uint8Array {
    const one = this.nodesBefore[node]!;
    return one >= 0 ? this.before.source.tree.name(one) : this.after.source.tree.name(this.nodesAfter[node]!);
  }

  /** Links are not followed: they may lead elsewhere in each image. */
  private find(path: string): number | undefined {
    let at = 0;
    for (const name of path.split('/').filter(Boolean)) {
      const key = keyOf(bytesOf(name));
      const end = this.first[at]! + this.lengths[at]!;
      let next = this.first[at]!;
      while (next < end && !(this.isFolder(next) && keyOf(this.nameOf(next)) === key)) next++;
      if (next === end) return undefined;
      at = next;
    }
    return at;
  }

  private sorted(folder: number, sort: 'name' | 'size'): number[] {
    const { shown } = this.summed;
    const nodes: number[] = [];
    const from = this.first[folder]!;
    for (let node = from; node < from + this.lengths[folder]!; node++) if (shown[node]! > 0) nodes.push(node);
    if (sort === 'size') {
      const grown = new Map(nodes.map((node) => [node, Math.abs(this.growth(node))]));
      return nodes.sort((a, b) => grown.get(b)! - grown.get(a)!);
    }
    const keys = new Map(nodes.map((node) => [node, `${this.isFolder(node) ? 0 : 1}${keyOf(this.nameOf(node))}`]));
    return nodes.sort((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : 1));
  }

  /** Bytes after, less bytes before. */
  private growth(node: number): number {
    const one = this.nodesBefore[node]!;
    const other = this.nodesAfter[node]!;
    return (other < 0 ? 0 : this.after.size(other)) - (one < 0 ? 0 : this.before.size(one));
  }

  private describe(node: number): ComparedEntry {
    const one = this.nodesBefore[node]!;
    const other = this.nodesAfter[node]!;
    const path = one >= 0 ? this.before.path(one) : this.after.path(other);
    const isFolder = this.isFolder(node);
    return {
      name: textOf(this.nameOf(node)),
      path,
      change: this.changeOf(node),
      differences: differences.filter((_, bit) => (this.differences[node]! >> bit) & 1),
      before: one >= 0 ? this.before.describe(one) : undefined,
      after: other >= 0 ? this.after.describe(other) : undefined,
      inside: isFolder ? this.inside(node) : undefined,
      hasChildren: isFolder && this.summed.shown[node]! > (this.changeOf(node) ? 1 : 0),
    };
  }

  private inside(node: number): ComparedTotals {
    const { added, removed, modified, unread } = this.summed;
    return { added: added[node]!, removed: removed[node]!, modified: modified[node]!, unread: unread[node]! };
  }

  /** Of each node and all that is in it. */
  private get summed(): Sums {
    if (this.sums) return this.sums;
    const { count } = this;
    const column = () => new Uint32Array(count);
    const sums: Sums = { added: column(), removed: column(), modified: column(), unread: column(), shown: column() };
    const columns = Object.values(sums);
    for (let node = count - 1; node >= 0; node--) {
      const change = this.changeOf(node);
      if (change) sums.shown[node]!++;
      if (change && !this.isFolder(node)) sums[change][node]!++;
      const parent = this.parents[node]!;
      if (parent >= 0) for (const each of columns) each[parent]! += each[node]!;
    }
    this.sums = sums;
    return sums;
  }
}

type Sums = Record<ComparedAs | 'shown', Uint32Array>;

/** The bits of what differs, the lowest first, in the order in which they are said. */
const differences: readonly Difference[] = [
  'type',
  'content',
  'size',
  'target',
  'mode',
  'owner',
  'capabilities',
  'device',
];
const bitOf = (what: Difference): number => 1 << differences.indexOf(what);
const unread = 1 << differences.length;
/** So many nodes take some milliseconds; then others have their turn. */
const nodesAtOnce = 10_000;
