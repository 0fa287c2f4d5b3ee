/** A tree of files to look at: the whole image, or one of its layers with what it does to those below it. */

import { capabilitiesText, type FileCapabilities } from './capability.ts';
import { changes, type Filesystem, type LayerChanges, noLayer, type Removed } from './filesystem.ts';
import type { FileType } from './image.ts';
import { type Device, fileTypes, kinds, LayerFiles } from './layer-files.ts';
import { bytesOf, keyOf, textOf } from './path-text.ts';
import { type Linked, resolve } from './resolve.ts';
import type { StoredFile } from './source.ts';
import { namesIn, pathOf, pathsIn } from './tree-path.ts';

export type Change = 'added' | 'modified' | 'removed' | undefined;

/** A file as the kernel would show it. */
export interface FileEntry {
  readonly name: string;
  readonly path: string;
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; of a folder, of all that is in it, content of several names once. */
  readonly size: number;
  /** Of a symbolic link as written; of a hard link, the absolute path of the name that counts as the file. */
  readonly target: string | undefined;
  /** In the notation of `getcap`: `cap_net_raw=ep`. */
  readonly capabilities?: string;
  readonly device?: Device;
  readonly layer: number;
  readonly change: Change;
  readonly hasChildren: boolean;
}

/** What a layer takes away from those below it. Undefined: what that was is not known (yet), or there was nothing. */
export interface RemovedRow {
  readonly name: Uint8Array;
  readonly removed: Removed | undefined;
}

/** The rows of a folder in order: a node of the view, or -1 - the place in `removed`. Numbers, since a folder may have a million. */
export interface Rows {
  readonly nodes: Int32Array;
  readonly removed: readonly RemovedRow[];
}

/** Where a node's content is, and in whose columns. */
interface Inode {
  readonly files: LayerFiles;
  readonly layer: number;
  readonly node: number;
}

export interface Source extends Linked {
  readonly count: number;
  inode(node: number): Inode;
  /** The layer's entry itself, which for a hard link is not its inode. */
  entry(node: number): Inode;
  /** What a layer does to those below it, where one is looked at. */
  readonly doings: Doings | undefined;
  /** The image that rows of removed files are looked up in. */
  readonly image: Filesystem;
}

export interface Doings {
  /** False: what the layer does is not known yet. */
  readonly known: () => boolean;
  /** One of `changes`. */
  readonly change: (node: number) => number | undefined;
  /** What it takes out of the folder. */
  readonly removed: (folder: number) => Iterable<RemovedRow>;
  /** How many files in the folder it adds, changes or takes away, where that is counted. */
  readonly count?: (folder: number) => number;
}

export const imageView = (image: Filesystem): View => new View(sourceOf(image));

export function sourceOf(image: Filesystem): Source {
  // A root without an entry, and an image without layers.
  const nowhere: Inode = { files: new LayerFiles(), layer: noLayer, node: 0 };
  const at = (layer: number, node: number): Inode => {
    const files = image.layers[layer];
    return files ? { files, layer, node } : nowhere;
  };
  return {
    tree: image.tree,
    count: image.count,
    child: (folder, name) => image.child(folder, name),
    isFolder: (node) => image.isFolder(node),
    linkTarget: (node) => image.linkTarget(node),
    inode: (node) => {
      const { layer, node: inode } = image.content(node);
      return at(layer, inode);
    },
    entry: (node) => at(image.layerOf[node]!, image.nodeOf[node]!),
    doings: undefined,
    image,
  };
}

/** The image may not have that layer yet: then what the layer does to those below is not known. */
export function layerView(files: LayerFiles, layer: number, image: Filesystem): View {
  return new View({
    tree: files.tree,
    count: files.count,
    child: (folder, name) => files.child(folder, name),
    isFolder: (node) => files.isFolder(node),
    linkTarget: (node) => files.linkTarget(node),
    inode: (node) => ({ files, layer, node: files.inodes[node]! < 0 ? node : files.inodes[node]! }),
    entry: (node) => ({ files, layer, node }),
    doings: {
      known: () => image.changes[layer] !== undefined,
      change: (node) => image.changes[layer]?.kinds[node],
      removed: (folder) => removedRows(files, folder, image.changes[layer], image),
    },
    image,
  });
}

/** What a layer takes out of one of its folders: its whiteouts, and what an opaque folder hides. */
export function* removedRows(
  files: LayerFiles,
  folder: number,
  known: LayerChanges | undefined,
  image: Filesystem,
): Generator<RemovedRow> {
  for (const node of files.tree.children(folder))
    if (files.kinds[node] === kinds.nothing) yield { name: files.tree.name(node), removed: known?.whiteouts.get(node) };
  for (const removed of known?.hidden.get(folder) ?? []) yield { name: image.tree.name(removed.node), removed };
}

export class View {
  readonly source: Source;
  private readonly reachable: Uint8Array;
  /** Of contents that have several names, by `keyOfInode`: the name that counts as the file. */
  private readonly fileNames = new Map<number, number>();
  private readonly sizes: Float64Array;
  private readonly sorted = new Map<number, Rows>();

  constructor(source: Source) {
    this.source = source;
    this.reachable = source.tree.reachable();
    this.nameContents();
    this.sizes = this.sumSizes();
  }

  get count(): number {
    return this.source.count;
  }

  /** False: a node that was replaced, or a whiteout. */
  has(node: number): boolean {
    return this.reachable[node] === 1 && !this.isWhiteout(node);
  }

  /** The node that the text leads to, links on the way followed; at its end where asked. -1: there is none. */
  find(path: string, { followLast = true } = {}): number {
    return resolve(this.source, bytesOf(path), { followLast });
  }

  /** Follows links from the node to what is no link. -1: it leads nowhere. */
  follow(node: number): number {
    const target = this.source.linkTarget(node);
    if (!target) return node;
    return target.length > 0 ? resolve(this.source, target, { from: this.parent(node) }) : -1;
  }

  /** The file of that name in the folder, or -1. */
  child(folder: number, name: string): number {
    return this.source.child(folder, bytesOf(name));
  }

  /** The folder it lies in; of the root, the root. */
  parent(node: number): number {
    return Math.max(this.source.tree.parents[node]!, 0);
  }

  *children(folder: number): Generator<number> {
    for (const node of this.source.tree.children(folder)) if (!this.isWhiteout(node)) yield node;
  }

  name(node: number): string {
    return textOf(this.source.tree.name(node));
  }

  /** The same of many nodes, asked for in their order; faster. */
  names(): (node: number) => string {
    return namesIn(this.source.tree);
  }

  path(node: number): string {
    return pathOf(this.source.tree, node);
  }

  /** The same of many nodes, most of them asked for with others of their folder; faster. */
  paths(): (node: number) => string {
    return pathsIn(this.source.tree);
  }

  type(node: number): FileType {
    const { files, node: at } = this.source.inode(node);
    if (files.kinds[at] === kinds.file && !this.isFile(node)) return 'hardlink';
    return fileTypes[files.kinds[at]!] ?? 'file';
  }

  mode(node: number): number {
    const { files, node: at } = this.source.inode(node);
    return files.modes[at]!;
  }

  /** What the program may do that is else root's alone. */
  capabilities(node: number): FileCapabilities | undefined {
    const { files, node: at } = this.source.inode(node);
    return files.capabilities.get(at);
  }

  device(node: number): Device | undefined {
    const { files, node: at } = this.source.inode(node);
    return files.devices.get(at);
  }

  layer(node: number): number {
    const { layer } = this.source.entry(node);
    return layer === noLayer ? 0 : layer;
  }

  /** Of a folder: of all that is in it. */
  size(node: number): number {
    if (this.source.isFolder(node)) return this.sizes[node]!;
    const { files, node: at } = this.source.inode(node);
    return files.sizes[at]!;
  }

  /** Of a folder, where that is counted: files in it that the layer looked at adds, changes or takes away. */
  changed(node: number): number | undefined {
    return this.source.isFolder(node) ? this.source.doings?.count?.(node) : undefined;
  }

  /** Which layer's file it shows, and the node there. */
  origin(node: number): { readonly layer: number; readonly node: number } {
    const { layer, node: at } = this.source.entry(node);
    return { layer, node: at };
  }

  /** True where the node is that file of that layer. */
  shows(node: number, layer: number, at: number): boolean {
    if (node < 0) return false;
    const entry = this.source.entry(node);
    return entry.layer === layer && entry.node === at;
  }

  /** Where its bytes are; undefined where it has none: it is no file, or a hard link to nothing. */
  content(node: number): StoredFile | undefined {
    if (node < 0) return undefined;
    const { files, layer, node: at } = this.source.inode(node);
    return files.kinds[at] === kinds.file ? { layer, offset: files.offsets[at]! } : undefined;
  }

  /** True for the name that counts as the file, where one content has several. */
  isFile(node: number): boolean {
    if (this.fileNames.size === 0) return true;
    const name = this.fileNames.get(this.contentKey(node));
    return name === undefined || name === node;
  }

  describe(node: number): FileEntry {
    const { files, node: at } = this.source.inode(node);
    const type = this.type(node);
    const capabilities = this.capabilities(node);
    const device = this.device(node);
    return {
      name: this.name(node),
      path: this.path(node),
      type,
      mode: files.modes[at]!,
      uid: files.uids[at]!,
      gid: files.gids[at]!,
      size: this.size(node),
      target: this.target(node, type),
      ...(capabilities && { capabilities: capabilitiesText(capabilities) }),
      ...(device && { device }),
      layer: this.layer(node),
      change: this.change(node),
      hasChildren: type === 'directory' && this.rowsExist(node),
    };
  }

  /** What a layer takes away, as it was; `layer` is the one that does it. */
  describeRemoved({ removed, name }: RemovedRow, folder: string, layer: number): FileEntry {
    const { image } = this.source;
    const inode = removed ? image.content(removed.node) : { layer: noLayer, node: 0 };
    const files = image.layers[inode.layer];
    const text = textOf(name);
    return {
      name: text,
      path: `${folder === '/' ? '' : folder}/${text}`,
      type: fileTypes[files?.kinds[inode.node] ?? kinds.file] ?? 'file',
      mode: files?.modes[inode.node] ?? 0,
      uid: files?.uids[inode.node] ?? 0,
      gid: files?.gids[inode.node] ?? 0,
      size: removed?.size ?? 0,
      target: undefined,
      layer: removed ? image.layerOf[removed.node]! : layer,
      change: 'removed',
      hasChildren: false,
    };
  }

  /** Folders first, then by name. Kept for the folders that were asked for last. */
  rows(folder: number): Rows {
    const known = this.sorted.get(folder);
    if (known) return known;
    const rows = this.sortedRows(folder);
    // While what the layer does is not known, what it hides is not in the rows.
    if (this.source.doings?.known() !== false) this.sorted.set(folder, rows);
    for (const oldest of this.sorted.keys()) {
      if (this.sorted.size <= 64) break;
      this.sorted.delete(oldest);
    }
    return rows;
  }

  /** Every file, folders before what is in them, by name; the root and what is taken away are not among them. */
  *walk(): Generator<number> {
    const pending: number[] = [];
    const push = (folder: number) => {
      for (const node of this.sortedRows(folder).nodes.toReversed()) if (node >= 0) pending.push(node);
    };
    push(0);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      yield node;
      if (this.source.isFolder(node)) push(node);
    }
  }

  /** For each node, how many of the given ones are in it, itself included. */
  countIn(nodes: Iterable<number>): Uint32Array {
    const counts = new Uint32Array(this.count);
    for (const node of nodes) counts[node]!++;
    const { parents } = this.source.tree;
    for (let node = this.count - 1; node > 0; node--)
      if (counts[node] && parents[node]! >= 0) counts[parents[node]!]! += counts[node]!;
    return counts;
  }

  private sortedRows(folder: number): Rows {
    const { tree, doings } = this.source;
    const keys: string[] = [];
    const nodes: number[] = [];
    const removed: RemovedRow[] = [];
    for (const node of this.children(folder)) {
      keys.push((this.source.isFolder(node) ? '0' : '1') + keyOf(tree.name(node)));
      nodes.push(node);
    }
    for (const row of doings?.removed(folder) ?? []) {
      keys.push(`1${keyOf(row.name)}`);
      nodes.push(-removed.push(row));
    }
    const order = Uint32Array.from(keys.keys()).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
    return { nodes: Int32Array.from(order, (at) => nodes[at]!), removed };
  }

  private rowsExist(folder: number): boolean {
    for (const _ of this.source.tree.children(folder)) return true;
    for (const _ of this.source.doings?.removed(folder) ?? []) return true;
    return false;
  }

  private isWhiteout(node: number): boolean {
    const { files, node: at } = this.source.entry(node);
    return files.kinds[at] === kinds.nothing;
  }

  private target(node: number, type: FileType): string | undefined {
    const { files, node: at } = this.source.inode(node);
    if (type === 'symlink') return textOf(files.target(at));
    if (type !== 'hardlink') return undefined;
    const file = this.fileNames.get(this.contentKey(node));
    if (file !== undefined && file !== node) return this.path(file);
    return textOf(files.target(at));
  }

  private change(node: number): Change {
    const code = this.source.doings?.change(node);
    return code === changes.added ? 'added' : code === changes.modified ? 'modified' : undefined;
  }

  /** One number for one content. */
  private contentKey(node: number): number {
    const { layer, node: at } = this.source.inode(node);
    return layer * 2 ** 32 + at;
  }

  private isHardlink(node: number): boolean {
    const { files, node: at } = this.source.entry(node);
    return files.kinds[at] === kinds.hardlink;
  }

  /** Of several names for one content, the one with the body in its entry counts; where that is gone, the first of the others. */
  private nameContents(): void {
    const links: number[] = [];
    for (let node = 1; node < this.count; node++)
      if (this.reachable[node] === 1 && this.isHardlink(node)) links.push(node);
    if (links.length === 0) return;
    const shared = new Set(links.map((node) => this.contentKey(node)));
    for (let node = 1; node < this.count; node++) {
      if (this.reachable[node] === 0 || this.isHardlink(node)) continue;
      const key = this.contentKey(node);
      if (shared.has(key)) this.fileNames.set(key, node);
    }
    const order = (node: number) => {
      const { layer, node: at } = this.source.entry(node);
      return layer * 2 ** 32 + at;
    };
    for (const node of links.sort((a, b) => order(a) - order(b))) {
      const key = this.contentKey(node);
      if (!this.fileNames.has(key)) this.fileNames.set(key, node);
    }
  }

  private sumSizes(): Float64Array {
    const { tree } = this.source;
    const sizes = new Float64Array(this.count);
    for (let node = this.count - 1; node > 0; node--) {
      if (this.reachable[node] === 0) continue;
      if (!this.source.isFolder(node) && this.isFile(node)) sizes[node] = this.size(node);
      sizes[tree.parents[node]!]! += sizes[node]!;
    }
    return sizes;
  }
}
