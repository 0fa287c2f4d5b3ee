/**
 * Layers laid one over the other, as the OCI image-spec says (layer.md, “Applying Changesets”) and an overlay mount shows it.
 * The result is columns again: each node says which layer's file it shows.
 */
import { kinds, type LayerFiles, marks } from './layer-files.ts';
import { cleaned, resolve } from './resolve.ts';
import { grown, Tree } from './tree.ts';
import { pathOf } from './tree-path.ts';

/** What a layer does to one file below it. */
export const changes = { none: 0, added: 1, modified: 2 } as const;

/** Something of the layers below that a layer takes away. */
export interface Removed {
  /** In the image's tree, which it has left. */
  readonly node: number;
  /** Of it and all that was in it. */
  readonly size: number;
  readonly files: number;
}

/** What a layer does to those below it. Counts are of files, folders not included. */
export interface LayerChanges {
  /** By the layer's nodes. */
  readonly kinds: Uint8Array;
  /** By the whiteout's node. */
  readonly whiteouts: ReadonlyMap<number, Removed>;
  /** By the node of the opaque folder: what it hides and has no file of the same name for. */
  readonly hidden: ReadonlyMap<number, readonly Removed[]>;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
}

interface Content {
  readonly layer: number;
  readonly node: number;
}

export class Filesystem {
  readonly tree = new Tree();
  /** By the layers' index; a layer that is not there is undefined. */
  readonly layers: (LayerFiles | undefined)[] = [];
  readonly changes: (LayerChanges | undefined)[] = [];
  /** Whole sentences. */
  readonly problems: string[] = [];
  /** What each node shows: the layer (`noLayer`: nothing but an implied root) and the node there. */
  layerOf = new Uint16Array(64).fill(noLayer);
  nodeOf = new Int32Array(64);
  /** Hard links whose content is in a layer below. */
  private readonly links = new Map<number, Content>();

  get count(): number {
    return this.tree.count;
  }

  /** Lays the layer over what is there. Layers come in order; one that cannot be had is left out. */
  add(index: number, files: LayerFiles): void {
    this.layers[index] = files;
    if (this.count === 1) this.tree.reserve(files.count);
    const overlay = new Overlay(this, index, files);
    this.changes[index] = overlay.run();
  }

  child(folder: number, name: Uint8Array): number {
    return this.tree.child(folder, name);
  }

  isFolder(node: number): boolean {
    return this.kind(node) === kinds.directory;
  }

  linkTarget(node: number): Uint8Array | undefined {
    const { layer, node: at } = this.content(node);
    return this.layers[layer]?.linkTarget(at);
  }

  /** As the layer's entry says; a hard link is a hard link. */
  kind(node: number): number {
    return this.layers[this.layerOf[node]!]?.kinds[this.nodeOf[node]!] ?? kinds.directory;
  }

  /** Where the file's content and metadata are: for a hard link, those of what it leads to. A broken one leads to itself. */
  content(node: number): Content {
    const link = this.links.get(node);
    if (link) return link;
    const layer = this.layerOf[node]!;
    const at = this.nodeOf[node]!;
    const inode = this.layers[layer]?.inodes[at] ?? at;
    return { layer, node: inode < 0 ? at : inode };
  }

  show(node: number, layer: number, at: number): void {
    if (node >= this.layerOf.length) {
      const size = Math.ceil(this.layerOf.length * 1.7);
      this.layerOf = grown(this.layerOf, new Uint16Array(size));
      this.nodeOf = grown(this.nodeOf, new Int32Array(size));
    }
    this.layerOf[node] = layer;
    this.nodeOf[node] = at;
    this.links.delete(node);
  }

  /** A hard link of this layer to a file that the layer itself has not. */
  linkBelow(node: number, target: Uint8Array): void {
    const found = resolve(this, cleaned(target), { followLast: false });
    if (found > 0 && found !== node && !this.isFolder(found)) this.links.set(node, this.content(found));
    else if (this.problems.length < 20)
      this.problems.push(`“${pathOf(this.tree, node)}” is a hard link to a file that is not in the image.`);
    else if (this.problems.length === 20) this.problems.push('There are more hard links like these.');
  }

  /** Of a node and all that is in it, whether or not it can still be reached. */
  weigh(top: number): Removed {
    let size = 0;
    let files = 0;
    const pending = [top];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.isFolder(node)) for (const child of this.tree.children(node)) pending.push(child);
      else files++;
      size += this.layers[this.layerOf[node]!]?.sizes[this.nodeOf[node]!] ?? 0;
    }
    return { node: top, size, files };
  }
}

/** No engine makes as many layers. */
export const noLayer = 0xffff;

class Overlay {
  private readonly image: Filesystem;
  private readonly layer: number;
  private readonly files: LayerFiles;
  private readonly kinds: Uint8Array;
  private readonly whiteouts = new Map<number, Removed>();
  private readonly hidden = new Map<number, readonly Removed[]>();
  /** By the layer's folder: that of the image which it is laid over; -1: it is not in the layer's tree. */
  private readonly over: Int32Array;
  /** By the layer's folder: the one that it takes the place of, which is no longer in the image; -1: none. */
  private readonly former: Int32Array;
  /** Nodes of the image that are hard links to something below. */
  private readonly below: number[] = [];
  private added = 0;
  private modified = 0;
  private removed = 0;

  constructor(image: Filesystem, layer: number, files: LayerFiles) {
    this.image = image;
    this.layer = layer;
    this.files = files;
    this.kinds = new Uint8Array(files.count);
    this.over = new Int32Array(files.count).fill(-1);
    this.former = new Int32Array(files.count).fill(-1);
  }

  run(): LayerChanges {
    const { image, files, layer } = this;
    const first = image.layerOf[0] === noLayer;
    if (first || this.changesAttributes(0, 0)) {
      this.kinds[0] = first ? changes.added : changes.modified;
      image.show(0, layer, 0);
    }
    if (files.marks[0]! & marks.opaque) {
      // The root stays where it is; what was in it moves out.
      const hidden = image.tree.clear(0).map((node) => image.weigh(node));
      this.hidden.set(0, hidden.slice(0, shownAtMost));
      for (const { files } of hidden) this.removed += files;
    }
    this.over[0] = 0;
    // A folder comes before what is in it. By their numbers, columns are read and written from front to back.
    for (let node = 1; node < files.count; node++) {
      const folder = files.tree.parents[node]!;
      if (folder >= 0 && this.over[folder]! >= 0) this.lay(node, this.over[folder]!, this.former[folder]!);
    }
    for (const node of this.below) image.linkBelow(node, files.target(image.nodeOf[node]!));
    const { kinds, whiteouts, hidden, added, modified, removed } = this;
    return { kinds, whiteouts, hidden, added, modified, removed };
  }

  private lay(node: number, over: number, former: number): void {
    const { image, files } = this;
    const name = files.tree.name(node);
    let existing = image.tree.child(over, name);
    let gone = former >= 0 ? image.tree.child(former, name) : -1;
    if (existing >= 0 && files.marks[node]! & marks.whiteout) {
      gone = existing;
      existing = -1;
      const removed = this.remove(gone);
      if (files.kinds[node] === kinds.nothing) this.whiteouts.set(node, removed);
    }
    if (files.kinds[node] === kinds.nothing) return;
    if (files.isFolder(node)) this.layFolder(node, over, existing, gone);
    else this.layFile(node, over, existing, gone);
  }

  private layFolder(node: number, over: number, existing: number, gone: number): void {
    const { image, files, layer } = this;
    const name = files.tree.name(node);
    const merges = existing >= 0 && image.isFolder(existing);
    const opaque = (files.marks[node]! & marks.opaque) !== 0;
    if (merges && !opaque) {
      if (this.changesAttributes(node, existing)) this.kinds[node] = changes.modified;
      if (files.marks[node]! & marks.explicit) image.show(existing, layer, node);
      this.over[node] = existing;
      this.former[node] = gone;
      return;
    }
    const former = existing >= 0 ? existing : gone;
    if (existing >= 0) this.remove(existing);
    const fresh = image.tree.add(over, name);
    // A folder that only the names in it imply keeps what the one below said of itself.
    const keeps = merges && (files.marks[node]! & marks.explicit) === 0;
    image.show(fresh, keeps ? image.layerOf[existing]! : layer, keeps ? image.nodeOf[existing]! : node);
    if (!merges) this.kinds[node] = former >= 0 ? changes.modified : changes.added;
    else this.hide(node, existing);
    this.over[node] = fresh;
    this.former[node] = former >= 0 && image.isFolder(former) ? former : -1;
  }

  private layFile(node: number, over: number, existing: number, gone: number): void {
    const { image, files, layer } = this;
    const wasFolder = existing >= 0 && image.isFolder(existing);
    if (wasFolder) this.remove(existing);
    const at = existing >= 0 && !wasFolder ? existing : image.tree.add(over, files.tree.name(node));
    image.show(at, layer, node);
    if (files.kinds[node] === kinds.hardlink && files.inodes[node]! < 0) this.below.push(at);
    if (existing < 0 && gone < 0) {
      this.kinds[node] = changes.added;
      this.added++;
      return;
    }
    this.kinds[node] = changes.modified;
    this.modified++;
    // It was counted as gone when the folder around it, or the whiteout, took it away.
    if (existing < 0 && !image.isFolder(gone)) this.removed--;
  }

  private remove(node: number): Removed {
    const removed = this.image.weigh(node);
    this.image.tree.remove(node);
    this.removed += removed.files;
    return removed;
  }

  /** What an opaque folder hides, but for what it has a file of the same name for. */
  private hide(node: number, former: number): void {
    const { image, files } = this;
    const hidden: Removed[] = [];
    for (const child of image.tree.children(former)) {
      if (hidden.length === shownAtMost) break;
      if (files.child(node, image.tree.name(child)) < 0) hidden.push(image.weigh(child));
    }
    this.hidden.set(node, hidden);
  }

  private changesAttributes(node: number, existing: number): boolean {
    const { image, files } = this;
    if ((files.marks[node]! & marks.explicit) === 0) return false;
    const below = image.layers[image.layerOf[existing]!];
    const at = image.nodeOf[existing]!;
    if (!below) return true;
    return (
      files.modes[node] !== below.modes[at] ||
      files.uids[node] !== below.uids[at] ||
      files.gids[node] !== below.gids[at]
    );
  }
}

/** Rows for what an opaque folder hides; there may be a million. */
const shownAtMost = 1000;
