/** Names in folders, as columns: a node is a number, its name lies in one block of bytes, its folder and its neighbours are numbers. Some 40 bytes a file, where an object takes 400. */

export class Tree {
  /** Nodes go from 0, the root, to `count - 1`; a folder always comes before what is in it. */
  count = 1;
  /** The folder of each; -1 of the root, and of what was removed. */
  parents = new Int32Array(64).fill(-1);
  private first = new Int32Array(64).fill(-1);
  private following = new Int32Array(64).fill(-1);
  private nameAt = new Uint32Array(64);
  private nameLength = new Uint16Array(64);
  private names = new Uint8Array(1024);
  private nameBytes = 0;
  /** Open addressing: node + 1, 0 free, -1 was removed. */
  private table = new Int32Array(128);
  private used = 0;

  /** Bytes of all names. */
  get size(): number {
    return this.nameBytes;
  }

  /** The node of that name (`bytes[from..to]`) in the folder, or -1. */
  child(folder: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
    const mask = this.table.length - 1;
    for (let slot = hashOf(folder, bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const found = this.table[slot]!;
      if (found === 0) return -1;
      if (found > 0 && this.parents[found - 1] === folder && this.isNamed(found - 1, bytes, from, to)) return found - 1;
    }
  }

  /** Makes room for so many nodes more, which otherwise is made again and again. */
  reserve(count: number): void {
    if (this.count + count > this.parents.length) this.grow(this.count + count);
    if ((this.used + count) * 2 > this.table.length) this.index(this.count, count);
  }

  /** The folder has no node of that name yet. */
  add(folder: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
    if (this.count === this.parents.length) this.grow();
    const node = this.count++;
    this.nameAt[node] = this.write(bytes, from, to);
    this.nameLength[node] = to - from;
    this.parents[node] = folder;
    this.following[node] = this.first[folder]!;
    this.first[folder] = node;
    this.first[node] = -1;
    if ((this.used + 1) * 2 > this.table.length) this.rehash();
    this.insert(node, hashOf(folder, bytes, from, to));
    this.used++;
    return node;
  }

  /** Takes the node out of its folder; what is in it can be reached through it alone. */
  remove(node: number): void {
    const folder = this.parents[node]!;
    if (folder < 0) return;
    const bytes = this.name(node);
    const mask = this.table.length - 1;
    let slot = hashOf(folder, bytes, 0, bytes.length) & mask;
    while (this.table[slot] !== node + 1) slot = (slot + 1) & mask;
    this.table[slot] = -1;
    // Its neighbours still lead over it: to find the one before would take as long as the folder is large.
    this.parents[node] = -1;
  }

  /** Takes everything out of the folder; gives what was in it. */
  clear(folder: number): number[] {
    const removed = [...this.children(folder)];
    for (const node of removed) this.remove(node);
    this.first[folder] = -1;
    return removed;
  }

  /** In no order that means anything. */
  *children(folder: number): Generator<number> {
    for (let node = this.first[folder]!; node >= 0; node = this.following[node]!)
      if (this.parents[node] === folder) yield node;
  }

  /** A view, not a copy. */
  name(node: number): Uint8Array {
    const at = this.nameAt[node]!;
    return this.names.subarray(at, at + this.nameLength[node]!);
  }

  /** From the root to the node, both included. */
  line(node: number): number[] {
    const line: number[] = [];
    for (let at = node; at >= 0; at = this.parents[at]!) line.push(at);
    return line.reverse();
  }

  /** Which nodes can be reached from the root: 1, or 0. */
  reachable(): Uint8Array {
    const reached = new Uint8Array(this.count);
    reached[0] = 1;
    for (let node = 1; node < this.count; node++) {
      const folder = this.parents[node]!;
      if (folder >= 0) reached[node] = reached[folder]!;
    }
    return reached;
  }

  /** Gives back what was taken in advance. */
  trim(): void {
    this.names = this.names.slice(0, this.nameBytes);
  }

  /** What `fromColumns` makes the same tree of. Views, not copies. */
  columns(): TreeColumns {
    const { count } = this;
    return {
      count,
      parents: this.parents.subarray(0, count),
      first: this.first.subarray(0, count),
      following: this.following.subarray(0, count),
      nameAt: this.nameAt.subarray(0, count),
      nameLength: this.nameLength.subarray(0, count),
      names: this.names.subarray(0, this.nameBytes),
    };
  }

  static fromColumns({ count, parents, first, following, nameAt, nameLength, names }: TreeColumns): Tree {
    const tree = new Tree();
    Object.assign(tree, { count, parents, first, following, nameAt, nameLength, names, nameBytes: names.length });
    tree.index(count);
    return tree;
  }

  private isNamed(node: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (this.nameLength[node] !== to - from) return false;
    const at = this.nameAt[node]! - from;
    for (let i = from; i < to; i++) if (this.names[at + i] !== bytes[i]) return false;
    return true;
  }

  private insert(node: number, hash: number): void {
    const mask = this.table.length - 1;
    let slot = hash & mask;
    while (this.table[slot]! > 0) slot = (slot + 1) & mask;
    this.table[slot] = node + 1;
  }

  /** The last one is being added by whoever asked. */
  private rehash(): void {
    this.index(this.count - 1);
  }

  /** The table anew, of the nodes before `end`, with room for so many more. */
  private index(end: number, more = 0): void {
    let live = 0;
    for (let node = 1; node < end; node++) if (this.parents[node]! >= 0) live++;
    this.table = new Int32Array(Math.max(128, 2 ** Math.ceil(Math.log2((live + more + 1) * 3))));
    this.used = live;
    for (let node = 1; node < end; node++) {
      if (this.parents[node]! < 0) continue;
      const at = this.nameAt[node]!;
      this.insert(node, hashOf(this.parents[node]!, this.names, at, at + this.nameLength[node]!));
    }
  }

  private grow(size = Math.ceil(this.parents.length * 1.7)): void {
    this.parents = grown(this.parents, new Int32Array(size));
    this.first = grown(this.first, new Int32Array(size));
    this.following = grown(this.following, new Int32Array(size));
    this.nameAt = grown(this.nameAt, new Uint32Array(size));
    this.nameLength = grown(this.nameLength, new Uint16Array(size));
  }

  private write(bytes: Uint8Array, from: number, to: number): number {
    const at = this.nameBytes;
    this.nameBytes += to - from;
    if (this.nameBytes > this.names.length)
      this.names = grown(this.names, new Uint8Array(Math.ceil(this.nameBytes * 1.7)));
    for (let i = from; i < to; i++) this.names[at + i - from] = bytes[i]!;
    return at;
  }
}

export interface TreeColumns {
  readonly count: number;
  readonly parents: Int32Array;
  readonly first: Int32Array;
  readonly following: Int32Array;
  readonly nameAt: Uint32Array;
  readonly nameLength: Uint16Array;
  readonly names: Uint8Array;
}

/** The larger array, with what is in the smaller. */
export function grown<Column extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from);
  return to;
}

/** Another one each run, so that no archive can be made whose names all fall on one slot. */
const seed = (Math.random() * 2 ** 32) >>> 0;

/** FNV-1a over the name, begun with the folder, and mixed at the end as MurmurHash3 does. */
function hashOf(folder: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = seed ^ Math.imul(folder + 1, 0x9e3779b1);
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}
