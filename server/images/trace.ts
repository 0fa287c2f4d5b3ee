/** What one layer does to a path, by the layer's own entries alone. */
import { kinds, type LayerFiles, marks } from './layer-files.ts';

export interface Trace {
  /** What the layers below have there is gone: the path, or a folder on the way, is removed, made opaque or something else. */
  readonly gone: boolean;
  /** What the layer has there, a folder that others imply included. */
  readonly node: number | undefined;
}

export function traceIn(files: LayerFiles, names: readonly Uint8Array[]): Trace {
  const marked = (node: number, mark: number) => (files.marks[node]! & mark) !== 0;
  let gone = false;
  let node = 0;
  for (const name of names) {
    if (files.kinds[node] !== kinds.directory) return { gone: true, node: undefined };
    gone ||= marked(node, marks.opaque);
    // Whiteouts are asked for, too.
    node = files.tree.child(node, name);
    if (node < 0) return { gone, node: undefined };
    gone ||= marked(node, marks.whiteout);
    if (files.kinds[node] === kinds.nothing) return { gone, node: undefined };
  }
  return { gone, node };
}
