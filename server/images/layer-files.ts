/** The files of one layer as columns (typed arrays), not as an object each: a layer may have a million. */
import type { FileCapabilities } from './capability.ts';
import type { FileType } from './image.ts';
import { grown, Tree, type TreeColumns } from './tree.ts';

/** Kinds of nodes are numbers here; those up to `fifo` are indexes of `fileTypes`. */
export const kinds = {
  file: 0,
  directory: 1,
  symlink: 2,
  hardlink: 3,
  char: 4,
  block: 5,
  fifo: 6,
  nothing: 7,
} as const;
export const fileTypes: readonly FileType[] = ['file', 'directory', 'symlink', 'hardlink', 'char', 'block', 'fifo'];

/** What else there is to say of a node; bits. */
export const marks = {
  /** The layer has an entry for it; else it is a folder that the names of others imply. */
  explicit: 1,
  /** What the layers below have under this name is gone. */
  whiteout: 2,
  /** A folder: what the layers below have in it is gone. */
  opaque: 4,
} as const;

export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Where its header begins in the layer's tar. */
  readonly offset: number;
}

/** Plain data, to be kept. */
export interface LayerColumns {
  readonly tree: TreeColumns;
  readonly kinds: Uint8Array;
  readonly marks: Uint8Array;
  readonly modes: Uint16Array;
  readonly uids: Uint32Array;
  readonly gids: Uint32Array;
  readonly sizes: Float64Array;
  readonly mtimes: Uint32Array;
  readonly offsets: Float64Array;
  readonly inodes: Int32Array;
  readonly capabilities: Map<number, FileCapabilities>;
  readonly devices: Map<number, Device>;
  readonly stored: number;
  readonly targetAt: Uint32Array;
  readonly targetLength: Uint16Array;
  readonly targets: Uint8Array;
}

export interface Device {
  readonly major: number;
  readonly minor: number;
}

/** Node 0 is the layer's root. A node of kind `nothing` is a whiteout and no more. */
export class LayerFiles {
  tree = new Tree();
  kinds = new Uint8Array(64).fill(kinds.nothing);
  marks = new Uint8Array(64);
  modes = new Uint16Array(64);
  uids = new Uint32Array(64);
  gids = new Uint32Array(64);
  sizes = new Float64Array(64);
  /** Whole seconds since 1970; times before that are 0. */
  mtimes = new Uint32Array(64);
  offsets = new Float64Array(64);
  /** The node whose content it has: its own, or for a hard link that of another. -1: a hard link to what this layer has not. */
  inodes = new Int32Array(64);
  /** Of the few files that have some. */
  capabilities: Map<number, FileCapabilities> = new Map();
  /** Of devices. */
  devices: Map<number, Device> = new Map();
  /** Bytes of all files of the layer, those included that a later entry replaced. */
  stored = 0;
  private targetAt = new Uint32Array(64);
  private targetLength = new Uint16Array(64);
  private targets = new Uint8Array(256);
  private targetBytes = 0;

  constructor() {
    this.setImplied(0);
  }

  get count(): number {
    return this.tree.count;
  }

  /** Bytes of all names and targets. */
  get nameBytes(): number {
    return this.tree.size + this.targetBytes;
  }

  /** The file of that name, or -1; a whiteout is none. */
  child(folder: number, name: Uint8Array): number {
    const node = this.tree.child(folder, name);
    return node >= 0 && this.kinds[node] !== kinds.nothing ? node : -1;
  }

  isFolder(node: number): boolean {
    return this.kinds[node] === kinds.directory;
  }

  linkTarget(node: number): Uint8Array | undefined {
    return this.kinds[node] === kinds.symlink ? this.target(node) : undefined;
  }

  /** Of a symbolic or hard link, as written. A view, not a copy. */
  target(node: number): Uint8Array {
    const at = this.targetAt[node]!;
    return this.targets.subarray(at, at + this.targetLength[node]!);
  }

  /** A new node of no kind yet. */
  add(folder: number, name: Uint8Array): number {
    const node = this.tree.add(folder, name);
    if (node >= this.kinds.length) this.grow();
    this.kinds[node] = kinds.nothing;
    this.inodes[node] = node;
    return node;
  }

  /** A folder without an entry of its own gets what `mkdir -p` gives. */
  setImplied(node: number): void {
    this.kinds[node] = kinds.directory;
    this.modes[node] = 0o755;
  }

  /** `size`: of a file's content. `target`: of a link. */
  set(node: number, kind: number, { mode, uid, gid, mtime, offset }: Attributes, size = 0, target = none): void {
    this.kinds[node] = kind;
    this.marks[node]! |= marks.explicit;
    this.modes[node] = mode;
    this.uids[node] = uid;
    this.gids[node] = gid;
    this.sizes[node] = size;
    this.mtimes[node] = Math.max(mtime, 0);
    this.offsets[node] = offset;
    if (target.length === 0) return;
    const end = this.targetBytes + target.length;
    if (end > this.targets.length) this.targets = grown(this.targets, new Uint8Array(Math.ceil(end * 1.7)));
    this.targets.set(target, this.targetBytes);
    this.targetAt[node] = this.targetBytes;
    this.targetLength[node] = target.length;
    this.targetBytes = end;
  }

  /** Gives back memory that was taken in advance. */
  trim(): void {
    this.tree.trim();
    this.targets = this.targets.slice(0, this.targetBytes);
  }

  /** What `fromColumns` makes the same files of. Views, not copies. */
  columns(): LayerColumns {
    const { count } = this;
    return {
      tree: this.tree.columns(),
      kinds: this.kinds.subarray(0, count),
      marks: this.marks.subarray(0, count),
      modes: this.modes.subarray(0, count),
      uids: this.uids.subarray(0, count),
      gids: this.gids.subarray(0, count),
      sizes: this.sizes.subarray(0, count),
      mtimes: this.mtimes.subarray(0, count),
      offsets: this.offsets.subarray(0, count),
      inodes: this.inodes.subarray(0, count),
      capabilities: this.capabilities,
      devices: this.devices,
      stored: this.stored,
      targetAt: this.targetAt.subarray(0, count),
      targetLength: this.targetLength.subarray(0, count),
      targets: this.targets.subarray(0, this.targetBytes),
    };
  }

  static fromColumns({ tree, ...columns }: LayerColumns): LayerFiles {
    const files = new LayerFiles();
    Object.assign(files, columns, { tree: Tree.fromColumns(tree), targetBytes: columns.targets.length });
    return files;
  }

  private grow(): void {
    const size = Math.ceil(this.kinds.length * 1.7);
    this.kinds = grown(this.kinds, new Uint8Array(size));
    this.marks = grown(this.marks, new Uint8Array(size));
    this.modes = grown(this.modes, new Uint16Array(size));
    this.uids = grown(this.uids, new Uint32Array(size));
    this.gids = grown(this.gids, new Uint32Array(size));
    this.sizes = grown(this.sizes, new Float64Array(size));
    this.mtimes = grown(this.mtimes, new Uint32Array(size));
    this.offsets = grown(this.offsets, new Float64Array(size));
    this.inodes = grown(this.inodes, new Int32Array(size));
    this.targetAt = grown(this.targetAt, new Uint32Array(size));
    this.targetLength = grown(this.targetLength, new Uint16Array(size));
  }
}

const none: Uint8Array = new Uint8Array(0);
