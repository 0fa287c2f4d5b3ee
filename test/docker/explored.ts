/** The files of an image as our own explorer has them, in the shape of `exported.ts`. */
import { capabilitiesText, type FileCapabilities } from '../../server/images/capability.ts';
import type { Filesystem } from '../../server/images/filesystem.ts';
import { fileTypes } from '../../server/images/layer-files.ts';
import { keyOf } from '../../server/images/path-text.ts';
import type { FileEntry } from '../../server/images/view.ts';
import type { Files, OneFile } from './exported.ts';

export function exploredFiles(filesystem: Filesystem): Files {
  const files = new Map<string, OneFile>();
  const groups = new Map<string, string[]>();
  const pending = [{ node: 0, path: '' }];
  for (let folder = pending.pop(); folder; folder = pending.pop()) {
    for (const node of filesystem.tree.children(folder.node)) {
      const path = `${folder.path}/${keyOf(filesystem.tree.name(node))}`;
      if (filesystem.isFolder(node)) pending.push({ node, path });
      const content = filesystem.content(node);
      const key = `${content.layer}:${content.node}`;
      groups.set(key, [...(groups.get(key) ?? []), path]);
      const layer = filesystem.layers[content.layer]!;
      const type = fileTypes[layer.kinds[content.node]!]!;
      if (type === 'hardlink') throw new Error(`${path} is a hard link to nothing.`);
      files.set(path, {
        type,
        mode: layer.modes[content.node]!,
        owner: `${layer.uids[content.node]}/${layer.gids[content.node]}`,
        size: type === 'file' ? layer.sizes[content.node]! : undefined,
        target: type === 'symlink' ? keyOf(layer.target(content.node)) : undefined,
        links: undefined,
        capabilities: capabilities(layer.capabilities.get(content.node)),
      });
    }
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const links = group.sort();
    for (const path of links) files.set(path, { ...files.get(path)!, links });
  }
  return files;
}

const capabilities = (found: FileCapabilities | undefined) => (found ? capabilitiesText(found) : '');

/** What the explorer's rows and the command line say, in the same shape. They have hard links of regular files alone as such. */
export async function shownFiles(entries: AsyncIterable<FileEntry>): Promise<Files> {
  const files = new Map<string, OneFile>();
  const groups = new Map<string, string[]>();
  for await (const { path: text, type, mode, uid, gid, size, target, capabilities = '' } of entries) {
    const path = bytesOf(text);
    const owner = `${uid}/${gid}`;
    if (type === 'hardlink') {
      const first = bytesOf(target ?? '');
      groups.set(first, [...(groups.get(first) ?? [first]), path]);
      files.set(path, { type: 'file', mode, owner, size, target: undefined, links: undefined, capabilities });
    } else {
      files.set(path, {
        type,
        mode,
        owner,
        size: type === 'file' ? size : undefined,
        target: type === 'symlink' ? bytesOf(target ?? '') : undefined,
        links: undefined,
        capabilities,
      });
    }
  }
  for (const group of groups.values()) {
    const links = group.sort();
    for (const path of links) files.set(path, { ...files.get(path)!, links });
  }
  return files;
}

/** `\\xNN` is a byte, everything else UTF-8. */
const bytesOf = (text: string) =>
  text
    .split(/(\\x[0-9a-f]{2})/)
    .map((part, i) =>
      i % 2 === 1 ? String.fromCharCode(Number.parseInt(part.slice(2), 16)) : Buffer.from(part).toString('latin1'),
    )
    .join('');

/** Every path whose files are not the same, with both. */
export function differences(a: Files, b: Files): readonly string[] {
  const text = (file: OneFile | undefined) => JSON.stringify(file) ?? 'nothing';
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => text(a.get(path)) !== text(b.get(path)))
    .sort()
    .map((path) => `${JSON.stringify(path)}: ${text(a.get(path))} / ${text(b.get(path))}`);
}
