/** An image as it is when one of its layers has been laid, with what that layer does to those below it: what a RUN in the middle of a build saw and left. */
import { changes, Filesystem, type LayerChanges } from './filesystem.ts';
import type { LayerFiles } from './layer-files.ts';
import { type RemovedRow, removedRows, sourceOf, View } from './view.ts';

/** `layers` by index, from the lowest; one that could not be had is left out. All but the first `last + 1` are not looked at. */
export function asOfView(layers: readonly (LayerFiles | undefined)[], last: number): View {
  const image = new Filesystem();
  for (const [index, files] of layers.slice(0, last + 1).entries()) if (files) image.add(index, files);
  const source = sourceOf(image);
  const files = layers[last];
  const done = image.changes[last];
  if (!files || !done) return new View(source);
  const folders = foldersOf(files, image);
  const counts = countsOf(image, last, done, folders, files);
  const removed = (folder: number): RemovedRow[] => {
    const at = folders.get(folder);
    // Only what was there: the tree is that of the image, and a whiteout of nothing is nothing in it.
    return at === undefined ? [] : [...removedRows(files, at, done, image)].filter((row) => row.removed);
  };
  return new View({
    ...source,
    doings: {
      known: () => true,
      change: (node) => (image.layerOf[node] === last ? done.kinds[image.nodeOf[node]!] : changes.none),
      removed,
      count: (folder) => counts[folder]!,
    },
  });
}

/** The image's folders that the layer has too, with its nodes. */
function foldersOf({ tree, count }: LayerFiles, image: Filesystem): ReadonlyMap<number, number> {
  const there = new Int32Array(count).fill(-1);
  there[0] = 0;
  const folders = new Map([[0, 0]]);
  for (let node = 1; node < count; node++) {
    const folder = there[tree.parents[node]!] ?? -1;
    if (folder < 0) continue;
    const at = image.child(folder, tree.name(node));
    if (at < 0 || !image.isFolder(at)) continue;
    there[node] = at;
    folders.set(at, node);
  }
  return folders;
}

/** By the image's folders: files in them that the layer adds, changes or takes away. */
function countsOf(
  image: Filesystem,
  layer: number,
  done: LayerChanges,
  folders: ReadonlyMap<number, number>,
  files: LayerFiles,
): Float64Array {
  const counts = new Float64Array(image.count);
  const { parents } = image.tree;
  for (let node = 1; node < image.count; node++)
    if (image.layerOf[node] === layer && !image.isFolder(node) && done.kinds[image.nodeOf[node]!] !== changes.none)
      counts[node] = 1;
  for (const [folder, at] of folders)
    for (const { removed } of removedRows(files, at, done, image)) counts[folder]! += removed?.files ?? 0;
  for (let node = image.count - 1; node > 0; node--)
    if (counts[node] && parents[node]! >= 0) counts[parents[node]!]! += counts[node]!;
  return counts;
}
