/** Absolute paths of nodes, as people read them. */
import { textOf } from './path-text.ts';
import type { Tree } from './tree.ts';

export function pathOf(tree: Tree, node: number): string {
  if (node === 0) return '/';
  let path = '';
  for (let at = node; at > 0; at = tree.parents[at]!) path = `/${textOf(tree.name(at))}${path}`;
  return path;
}
