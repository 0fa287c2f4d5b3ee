/** The files of an image parted: by the layer that brought them, or into what is named elsewhere and the rest. */
import type { View } from '../images/view.ts';

/** Some of the files of the whole image. */
export type Share =
  | { readonly kind: 'layer'; readonly layer: number }
  /** What is flagged neither itself nor with a folder that it is in. */
  | { readonly kind: 'unflagged' }
  /** What no package database says is its own. */
  | { readonly kind: 'unpackaged' };

/** What of each folder, by its node, belongs to a share; of a file, its own. Folders do not count themselves. */
export interface Shared {
  readonly files: Uint32Array;
  /** Bytes; hardlinked content once. */
  readonly sizes: Float64Array;
  /** Flagged files and folders. */
  readonly flagged: Uint32Array;
}

export interface Parted {
  readonly view: View;
  /** Nodes that are flagged as more than a hint. */
  readonly flagged: readonly number[];
  readonly ownerOf: (node: number) => unknown;
}

export function shareOf(parted: Parted, share: Share): Shared {
  const { view } = parted;
  const belongs = membership(parted, share);
  const files = new Uint32Array(view.count);
  const sizes = new Float64Array(view.count);
  // What is in a folder comes after it.
  for (let node = view.count - 1; node > 0; node--) {
    if (!view.has(node)) continue;
    if (view.type(node) !== 'directory' && belongs(node)) {
      files[node] = 1;
      sizes[node] = view.isFile(node) ? view.size(node) : 0;
    }
    const parent = view.parent(node);
    files[parent]! += files[node]!;
    sizes[parent]! += sizes[node]!;
  }
  return { files, sizes, flagged: view.countIn(parted.flagged.filter(belongs)) };
}

export interface ShareSize {
  readonly share: Share;
  readonly files: number;
  readonly size: number;
}

/** Of every layer that has files in the final tree, from the lowest up; and of the two others. */
export function sizesOfShares(parted: Parted): readonly ShareSize[] {
  const { view } = parted;
  const others = (['unflagged', 'unpackaged'] as const).map((kind) => {
    const share = { kind };
    return { share, belongs: membership(parted, share), files: 0, size: 0 };
  });
  const layers = new Map<number, { files: number; size: number }>();
  for (let node = 1; node < view.count; node++) {
    if (!view.has(node) || view.type(node) === 'directory') continue;
    const size = view.isFile(node) ? view.size(node) : 0;
    const layer = layers.get(view.layer(node)) ?? { files: 0, size: 0 };
    layers.set(view.layer(node), layer);
    for (const share of [layer, ...others.filter(({ belongs }) => belongs(node))]) {
      share.files++;
      share.size += size;
    }
  }
  return [
    ...[...layers]
      .sort(([a], [b]) => a - b)
      .map(([layer, sum]): ShareSize => ({ share: { kind: 'layer', layer }, ...sum })),
    ...others.map(({ share, files, size }) => ({ share, files, size })),
  ];
}

function membership({ view, flagged, ownerOf }: Parted, share: Share): (node: number) => boolean {
  switch (share.kind) {
    case 'layer':
      return (node) => view.layer(node) === share.layer;
    case 'unpackaged':
      return (node) => ownerOf(node) === undefined;
    case 'unflagged': {
      const within = new Uint8Array(view.count);
      for (const node of flagged) within[node] = 1;
      for (let node = 1; node < view.count; node++) if (within[view.parent(node)]) within[node] = 1;
      return (node) => within[node] === 0;
    }
  }
}
