/** Where the bytes of an image are: its folders down to what can still be seen on a page, the rest summed up. */
import type { View } from '../images/view.ts';
import type { Flag, PackageName } from './report.ts';

/** A file, or a folder with what is in it. */
export interface Space {
  readonly name: string;
  /** Bytes of it and of what is in it; hardlinked content once. */
  readonly size: number;
  /** The layer that brought it; of a folder, its own entry. */
  readonly layer: number;
  /** The gravest that it is flagged for, itself or a folder that it is in. */
  readonly flag: Pick<Flag, 'title' | 'severity'> | undefined;
  /** The package that it belongs to: name and version. */
  readonly package: string | undefined;
  /** Of a folder; the largest first. */
  readonly children: readonly Space[] | undefined;
  /** What of the folder is too small to be among them. */
  readonly rest: { readonly size: number; readonly count: number };
}

interface Looked {
  readonly view: View;
  readonly flags: ReadonlyMap<number, readonly Flag[]>;
  readonly ownerOf: (node: number) => PackageName | undefined;
}

/** `parts`: what is smaller than such a part of the image is summed up. */
export function spaceOf(looked: Looked, parts = 2000): Space {
  const { view } = looked;
  return space(looked, 0, undefined, Math.max(view.size(0) / parts, 1));
}

const order = ['hint', 'info', 'warning', 'error'] as const;

function space(looked: Looked, node: number, inherited: Space['flag'], smallest: number): Space {
  const { view, flags, ownerOf } = looked;
  const own = [...(flags.get(node) ?? [])].sort((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity))[0];
  const flag = own ? { title: own.title, severity: own.severity } : inherited;
  const owner = ownerOf(node);
  const children: Space[] = [];
  let restSize = 0;
  let restCount = 0;
  const isFolder = view.type(node) === 'directory';
  if (isFolder) {
    for (const child of view.children(node)) {
      // Of several names for one content, the one that counts as the file has its bytes.
      const size = view.type(child) === 'hardlink' ? 0 : view.size(child);
      if (size >= smallest) children.push(space(looked, child, flag, smallest));
      else {
        restSize += size;
        restCount++;
      }
    }
  }
  return {
    name: node === 0 ? '/' : view.name(node),
    size: view.size(node),
    layer: view.layer(node),
    flag,
    package: owner && `${owner.name} ${owner.version}`,
    children: isFolder ? children.sort((a, b) => b.size - a.size) : undefined,
    rest: { size: restSize, count: restCount },
  };
}
