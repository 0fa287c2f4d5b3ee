/** Paths to files as the kernel walks them, with the image's root as the root: nothing leads out of it. */
import { limits } from './limits.ts';
import type { Tree } from './tree.ts';

export interface Linked {
  readonly tree: Tree;
  /** The file of that name, or -1. */
  child(folder: number, name: Uint8Array): number;
  isFolder(node: number): boolean;
  /** The target, if it is a symbolic link. */
  linkTarget(node: number): Uint8Array | undefined;
}

export interface Walk {
  /** Where a relative path begins; an absolute one begins at the root. */
  readonly from?: number;
  /** False: a link at the very end is not followed. */
  readonly followLast?: boolean;
  /** Called where a folder on the way is missing: a node to go on with, or -1. */
  readonly missing?: (folder: number, name: Uint8Array) => number;
}

/** The node that the path leads to, or -1. */
export function resolve(files: Linked, path: Uint8Array, { from = 0, followLast = true, missing }: Walk = {}): number {
  let node = path[0] === slash ? 0 : from;
  let links = 0;
  const pending = componentsOf(path).reverse();
  for (;;) {
    const name = pending.pop();
    if (!name) return node;
    if (!files.isFolder(node)) return -1;
    if (isDots(name, 2)) {
      node = Math.max(files.tree.parents[node]!, 0);
      continue;
    }
    let next = files.child(node, name);
    if (next < 0) next = missing ? missing(node, name) : -1;
    if (next < 0) return -1;
    const target = pending.length > 0 || followLast ? files.linkTarget(next) : undefined;
    if (!target) {
      node = next;
      continue;
    }
    if (++links > limits.linkDepth || target.length === 0) return -1;
    if (target[0] === slash) node = 0;
    for (const component of componentsOf(target).reverse()) pending.push(component);
  }
}

/** Without the empty ones and `.`; `..` is left in. */
function componentsOf(path: Uint8Array): Uint8Array[] {
  const components: Uint8Array[] = [];
  for (let from = 0; from < path.length; ) {
    let to = path.indexOf(slash, from);
    if (to < 0) to = path.length;
    const component = path.subarray(from, to);
    if (component.length > 0 && !isDots(component, 1)) components.push(component);
    from = to + 1;
  }
  return components;
}

/**
 * The path's components with `..` taken out by the letter, as Go's path.Clean does to a tar's names before anything is looked up:
 * `a/../b` is `b` whatever `a` is, and nothing is above the root.
 */
export function cleanComponents(path: Uint8Array): Uint8Array[] {
  const cleaned: Uint8Array[] = [];
  for (const component of componentsOf(path)) {
    if (isDots(component, 2)) cleaned.pop();
    else cleaned.push(component);
  }
  return cleaned;
}

export const joined = (components: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(components.flatMap((component) => [slashBytes, component]));
export const cleaned = (path: Uint8Array): Uint8Array => joined(cleanComponents(path));

const slash = 0x2f;
const slashBytes = Uint8Array.of(slash);
const isDots = (name: Uint8Array, count: number) =>
  name.length === count && name[0] === 0x2e && name[count - 1] === 0x2e;
