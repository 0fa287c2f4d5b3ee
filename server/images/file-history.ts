/** What each layer did to one file: brought it, changed it, took it away. */
import type { Filesystem } from './filesystem.ts';
import { marks } from './layer-files.ts';
import { bytesOf } from './path-text.ts';
import { cleanComponents, joined, resolve } from './resolve.ts';
import { traceIn } from './trace.ts';
import { type FileEntry, layerView } from './view.ts';

export interface Version {
  readonly layer: number;
  readonly change: 'added' | 'modified' | 'removed';
  /** As the layer has it. Undefined: the layer removes it, or has only something in it. */
  readonly entry: FileEntry | undefined;
}

/** From the lowest layer up; empty where no layer has such a file. A file that is no more has a history, too. Links on the way to it are followed. */
export function historyOf(image: Filesystem, path: string): readonly Version[] {
  const names = withoutLinks(image, cleanComponents(bytesOf(path)));
  const versions: Version[] = [];
  let there = false;
  for (const [layer, files] of image.layers.entries()) {
    if (!files) continue;
    const { gone, node } = traceIn(files, names);
    if (node !== undefined) {
      const explicit = (files.marks[node]! & marks.explicit) !== 0;
      if (explicit || !there || gone) {
        const entry = explicit ? layerView(files, layer, image).describe(node) : undefined;
        versions.push({ layer, change: there ? 'modified' : 'added', entry });
      }
      there = true;
    } else if (gone && there) {
      versions.push({ layer, change: 'removed', entry: undefined });
      there = false;
    }
  }
  return versions;
}

/** As far as the folders of the path exist; what is behind them is left as it is. */
function withoutLinks(image: Filesystem, components: readonly Uint8Array[]): readonly Uint8Array[] {
  const last = components.at(-1);
  const folder = last ? resolve(image, joined(components.slice(0, -1))) : -1;
  if (!last || folder < 0) return components;
  const names = [last];
  for (let at = folder; at > 0; at = image.tree.parents[at]!) names.unshift(image.tree.name(at));
  return names;
}
