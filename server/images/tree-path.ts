/** Names and absolute paths of nodes, as people read them. */
import { isPlain, keyOf, textOf } from './path-text.ts';
import type { Tree } from './tree.ts';

export function pathOf(tree: Tree, node: number): string {
  if (node === 0) return '/';
  let path = '';
  for (let at = node; at > 0; at = tree.parents[at]!) path = `/${textOf(tree.name(at))}${path}`;
  return path;
}

/** Gives paths as `pathOf` does; that of a folder is made once for all that are asked for one after the other. */
export function pathsIn(tree: Tree): (node: number) => string {
  let folder = 0;
  let path = '';
  return (node) => {
    const parent = tree.parents[node]!;
    if (parent !== folder) path = parent > 0 ? pathOf(tree, parent) : '';
    folder = parent;
    return `${path}/${textOf(tree.name(node))}`;
  };
}

/**
 * Gives names as `textOf` does, of many nodes, asked for in their order. It makes text of all names that lie in one piece of the columns at once: for one name
 * after the other that takes longer than all that is then done with them.
 */
export function namesIn(tree: Tree): (node: number) => string {
  const { nameAt, nameLength, names } = tree.columns();
  let from = 0;
  let piece = '';
  let plain = true;
  return (node) => {
    const at = nameAt[node]!;
    const end = at + nameLength[node]!;
    if (at < from || end > from + piece.length) {
      from = at;
      piece = keyOf(names.subarray(at, Math.max(at + pieceBytes, end)));
      plain = isPlain(piece);
    }
    return plain ? piece.slice(at - from, end - from) : textOf(names.subarray(at, end));
  };
}

const pieceBytes = 16 << 10;
