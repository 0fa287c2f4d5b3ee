/** Bytes that an image stores and does not show: what later layers replaced or removed, each counted once. */
import type { Filesystem } from './filesystem.ts';
import { kinds, type LayerFiles, marks } from './layer-files.ts';
import { traceIn } from './trace.ts';
import { pathOf } from './tree-path.ts';

/** A file that is stored in a layer and not in the final tree, or not as it is there. */
export interface WastedFile {
  readonly path: string;
  readonly size: number;
  /** The layer that stores it, and the one that hides it. */
  readonly layer: number;
  readonly hiddenBy: number;
  /** `metadata`: stored again with the same size and time of change, so for nothing but another owner or mode. */
  readonly how: 'removed' | 'replaced' | 'metadata';
}

export interface Waste {
  /** Bytes that are stored and not in the final tree. */
  readonly size: number;
  /** 1 - size / stored. */
  readonly efficiency: number;
  /** Bytes of the files of all layers. */
  readonly stored: number;
  /** The part of `size` that was stored again for nothing but another owner or mode. */
  readonly metadataOnly: number;
  /** The largest first; at most 1000. */
  readonly files: readonly WastedFile[];
  /** How many there are. */
  readonly count: number;
  /** How many of them, the smallest, were not asked what hides them: `metadataOnly` and `files` are of the others. */
  readonly unexamined: number;
  /** By layer: bytes that it stores and that no longer are in the final tree. */
  readonly byLayer: readonly number[];
  /** What the tool “dive” says of the same image: every copy counts, also the one that is needed, and no file of a folder that is removed as a whole. */
  readonly dive: { readonly efficiency: number; readonly wasted: number };
}

export function wasteOf(image: Filesystem, examined = 200_000): Waste {
  const live = liveContents(image);
  const dead: { readonly layer: number; readonly node: number; readonly size: number }[] = [];
  const byLayer: number[] = [];
  let stored = 0;
  for (const [layer, files] of image.layers.entries()) {
    byLayer.push(0);
    if (!files) continue;
    stored += files.stored;
    for (let node = 0; node < files.count; node++) {
      if (files.kinds[node] !== kinds.file || live[layer]![node] === 1) continue;
      const size = files.sizes[node]!;
      byLayer[layer]! += size;
      if (size > 0) dead.push({ layer, node, size });
    }
  }
  const size = byLayer.reduce((sum, bytes) => sum + bytes, 0);
  dead.sort((a, b) => b.size - a.size || a.layer - b.layer || a.node - b.node);
  const files: WastedFile[] = [];
  let metadataOnly = 0;
  for (const each of dead.slice(0, examined)) {
    const { hiddenBy, how } = whoHides(image, each.layer, each.node);
    if (how === 'metadata') metadataOnly += each.size;
    if (files.length < listed)
      files.push({
        path: pathIn(image.layers[each.layer]!, each.node),
        size: each.size,
        layer: each.layer,
        hiddenBy,
        how,
      });
  }
  return {
    size,
    efficiency: stored === 0 ? 1 : 1 - size / stored,
    stored,
    metadataOnly,
    files,
    count: dead.length,
    unexamined: Math.max(dead.length - examined, 0),
    byLayer,
    dive: asDive(image),
  };
}

const listed = 1000;

/** By layer and node: 1 where a file of the final tree has its content there. */
function liveContents(image: Filesystem): Uint8Array[] {
  const live = image.layers.map((files) => new Uint8Array(files?.count ?? 0));
  const reachable = image.tree.reachable();
  for (let node = 1; node < image.count; node++) {
    if (reachable[node] === 0) continue;
    const { layer, node: at } = image.content(node);
    const there = live[layer];
    if (there) there[at] = 1;
  }
  return live;
}

/** The names from the root to the node. One that another entry of the same layer replaced has lost its folder. */
function namesOf({ tree }: LayerFiles, node: number): Uint8Array[] {
  return tree
    .line(node)
    .map((each) => tree.name(each))
    .slice(tree.parents[node]! < 0 ? 0 : 1);
}

const pathIn = ({ tree }: LayerFiles, node: number) => pathOf(tree, node);

/** The first layer above in which the path, or a folder on the way, is taken away or something else. */
function whoHides(image: Filesystem, from: number, node: number): Pick<WastedFile, 'hiddenBy' | 'how'> {
  const files = image.layers[from]!;
  const names = namesOf(files, node);
  if (files.tree.parents[node]! < 0) return { hiddenBy: from, how: 'replaced' };
  for (let layer = from + 1; layer < image.layers.length; layer++) {
    const upper = image.layers[layer];
    const how = upper && hides(upper, names, files.sizes[node]!, files.mtimes[node]!);
    if (how) return { hiddenBy: layer, how };
  }
  return { hiddenBy: from, how: 'replaced' };
}

function hides(
  upper: LayerFiles,
  names: readonly Uint8Array[],
  size: number,
  mtime: number,
): WastedFile['how'] | undefined {
  const { gone, node } = traceIn(upper, names);
  if (node === undefined) return gone ? 'removed' : undefined;
  const same = upper.kinds[node] === kinds.file && upper.sizes[node] === size && upper.mtimes[node] === mtime;
  return same ? 'metadata' : 'replaced';
}

/**
 * dive/filetree/efficiency.go: over the leaves of each layer's own tree, deletion marks among them, by path. Its efficiency is the smallest size that a path
 * ever had over the sum of all that it had; its waste the sum of the paths that were met twice. A deletion mark has the size of the folder that it
 * removes, and that of a file none.
 */
function asDive(image: Filesystem): Waste['dive'] {
  let sum = 0;
  for (const [layer, files] of image.layers.entries()) {
    if (!files) continue;
    const reachable = files.tree.reachable();
    for (let node = 1; node < files.count; node++)
      if (reachable[node] === 1) for (const size of diveSizes(image, layer, node)) sum += size;
  }
  let surplus = 0;
  let wasted = 0;
  // Paths that only one layer has cost nothing, so only folders that several have are walked.
  const pending = [image.layers.flatMap((files, layer) => (files ? [{ layer, node: 0 }] : []))];
  for (let folders = pending.pop(); folders; folders = pending.pop()) {
    for (const same of byName(image, folders)) {
      const sizes = same.flatMap(({ layer, node }) => diveSizes(image, layer, node));
      const total = sizes.reduce((a, b) => a + b, 0);
      if (sizes.length > 1) {
        wasted += total;
        surplus += total - Math.min(...sizes);
      }
      const inside = same.filter(({ layer, node }) => image.layers[layer]!.isFolder(node));
      if (inside.length > 1) pending.push(inside);
    }
  }
  return { efficiency: sum === 0 ? 1 : (sum - surplus) / sum, wasted };
}

interface At {
  readonly layer: number;
  readonly node: number;
}

/** What is in the folders, put together by name; names that only one of them has are left out. */
function byName(image: Filesystem, folders: readonly At[]): Iterable<At[]> {
  const found = new Map<string, At[]>();
  for (const { layer, node: folder } of folders) {
    const { tree } = image.layers[layer]!;
    for (const node of tree.children(folder)) {
      const key = Buffer.from(tree.name(node)).toString('latin1');
      const same = found.get(key);
      if (same) same.push({ layer, node });
      else found.set(key, [{ layer, node }]);
    }
  }
  return [...found.values()].filter((same) => same.length > 1 || isTwice(image, same[0]!));
}

/** A file that the same layer first removes from those below. */
const isTwice = (image: Filesystem, { layer, node }: At) => {
  const files = image.layers[layer]!;
  return (files.marks[node]! & marks.whiteout) !== 0 && files.kinds[node] !== kinds.nothing;
};

/** The leaves that dive sees under the node's path: none for a folder with something in it, two where a file takes the place of one removed. */
function diveSizes(image: Filesystem, layer: number, node: number): number[] {
  const files = image.layers[layer]!;
  const sizes: number[] = [];
  if (files.marks[node]! & marks.whiteout) {
    const removed = image.changes[layer]?.whiteouts.get(node);
    sizes.push(removed && image.isFolder(removed.node) ? removed.size : 0);
  }
  const kind = files.kinds[node]!;
  if (kind === kinds.nothing) return sizes;
  if (kind === kinds.directory) for (const _ of files.tree.children(node)) return sizes;
  sizes.push(kind === kinds.file ? files.sizes[node]! : 0);
  return sizes;
}
