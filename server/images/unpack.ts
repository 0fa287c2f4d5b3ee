/**
 * A layer's entries, one by one, as files: what unpacking the tar would leave on disk, without a disk. The rules are containerd's (archive/tar.go) and OCI's
 * (image-spec, layer.md): the last of two entries wins, links on the way are followed inside the layer, whiteouts speak of the layers below only.
 */
import { parseCapabilities } from './capability.ts';
import { kinds, LayerFiles, marks } from './layer-files.ts';
import { limits } from './limits.ts';
import { textOf } from './path-text.ts';
import { cleanComponents, cleaned, joined, resolve } from './resolve.ts';
import type { TarEntry } from './tar-reader.ts';

export class Unpacking {
  readonly files = new LayerFiles();
  /** Parts of sentences that begin with “it”. */
  readonly problems: string[] = [];
  private unspoken = 0;
  private readonly dangling: number[] = [];
  /** Folders of AUFS (`.wh..wh.plnk`): never to be seen, but hard links lead to files in them. */
  private readonly backstage: number[] = [];

  /** Its node. Undefined: the entry is left out, or is a mark that is no file. */
  add(entry: TarEntry): number | undefined {
    const { name, link } = entry;
    if (name.length > limits.pathBytes || link.length > limits.pathBytes) {
      return this.report(
        `it has a name of ${Math.max(name.length, link.length)} bytes, longer than any file can have, which was left out`,
      );
    }
    let end = name.length;
    while (end > 0 && name[end - 1] === slash) end--;
    let from = end;
    while (from > 0 && name[from - 1] !== slash) from--;
    let base = name.subarray(from, end);
    let folder = isSimple(base) ? this.folderAt(name, from) : -1;
    if (folder < 0) {
      const components = cleanComponents(name);
      const last = components.pop();
      if (!last) return this.setRoot(entry);
      base = last;
      folder = this.folderOf(components);
    }
    if (folder < 0)
      return this.report(`it has “${textOf(name)}”, but what that lies in is not a folder; it was left out`);
    if (startsWith(base, whiteoutPrefix)) return this.mark(folder, base, name);
    return entry.type === 'hardlink' ? this.hardlink(folder, base, entry) : this.put(folder, base, entry);
  }

  /** The last file's data ended after so many bytes. */
  cutLast(node: number, present: number): void {
    this.files.stored -= this.files.sizes[node]! - present;
    this.files.sizes[node] = present;
  }

  /** No entry follows. */
  finish(): LayerFiles {
    const { files } = this;
    // Links to what came later in the tar. What is still not there may be in a layer below.
    for (const node of this.dangling) files.inodes[node] = this.inodeAt(files.target(node), node);
    for (const node of this.backstage) files.tree.remove(node);
    if (this.unspoken > 0) this.problems.push(`it has ${this.unspoken} more entries like these`);
    files.trim();
    return files;
  }

  private setRoot(entry: TarEntry): number | undefined {
    if (entry.type !== 'directory')
      return this.report(`it has a file without a name (“${textOf(entry.name)}”), which was left out`);
    this.files.set(0, kinds.directory, entry);
    return 0;
  }

  private put(folder: number, base: Uint8Array, entry: TarEntry): number {
    const { files } = this;
    const kind = kinds[entry.type];
    const existing = files.tree.child(folder, base);
    const stays =
      existing >= 0 &&
      (files.kinds[existing] === kinds.nothing || (kind === kinds.directory && files.isFolder(existing)));
    const node = stays ? existing : this.replace(folder, base, existing);
    if (kind === kinds.symlink) files.set(node, kind, entry, 0, entry.link);
    else files.set(node, kind, entry, kind === kinds.file ? entry.size : 0);
    files.stored += files.sizes[node]!;
    this.keepSpecials(node, entry);
    return node;
  }

  private keepSpecials(node: number, { type, major, minor, name, xattrs }: TarEntry): void {
    const { capabilities, devices } = this.files;
    const attribute = type === 'file' ? xattrs.get('security.capability') : undefined;
    if (!attribute && type !== 'char' && type !== 'block') return;
    const found = attribute && parseCapabilities(attribute);
    if (capabilities.size + devices.size >= limits.layerSpecials)
      this.report('it has more files with capabilities, and devices, than are kept of one layer');
    else if (found) capabilities.set(node, found);
    else if (!attribute) devices.set(node, { major, minor });
    else this.report(`“${textOf(name)}” in it has capabilities that the kernel would not understand`);
  }

  private hardlink(folder: number, base: Uint8Array, entry: TarEntry): number {
    const { files } = this;
    const existing = files.tree.child(folder, base);
    const inode = this.inodeAt(entry.link, -1);
    const node =
      existing >= 0 && files.kinds[existing] === kinds.nothing ? existing : this.replace(folder, base, existing);
    files.set(node, kinds.hardlink, entry, 0, entry.link);
    files.inodes[node] = inode;
    if (inode < 0) this.dangling.push(node);
    return node;
  }

  /** What a hard link's target names, links on the way followed, at its end not. -1: not here, or a folder. */
  private inodeAt(target: Uint8Array, link: number): number {
    const { files } = this;
    const found = resolve(files, cleaned(target), { followLast: false });
    if (found <= 0 || found === link || files.isFolder(found)) return -1;
    return files.inodes[found]!;
  }

  /** A fresh node in place of `existing` (-1: none); that something below was removed stays true. */
  private replace(folder: number, base: Uint8Array, existing: number): number {
    const { files } = this;
    let kept = 0;
    if (existing >= 0) {
      kept = files.marks[existing]! & marks.whiteout;
      files.tree.remove(existing);
    }
    const node = files.add(folder, base);
    files.marks[node] = kept;
    return node;
  }

  /** `.wh.NAME`: removes it below. `.wh..wh..opq`: the folder hides what is below. Other `.wh..wh.*` are leftovers of AUFS that mean nothing here. */
  private mark(folder: number, base: Uint8Array, name: Uint8Array): undefined {
    const { files } = this;
    const hidden = base.subarray(whiteoutPrefix.length);
    if (startsWith(hidden, whiteoutPrefix)) {
      if (equal(base, opaqueMark)) files.marks[folder]! |= marks.opaque;
      return;
    }
    if (hidden.length === 0 || equal(hidden, dot) || equal(hidden, dots)) {
      return this.report(`it has a deletion mark that names no file (“${textOf(name)}”), which was left out`);
    }
    const existing = files.tree.child(folder, hidden);
    const node = existing >= 0 ? existing : files.add(folder, hidden);
    files.marks[node]! |= marks.whiteout;
  }

  /** The folder that is written before `end`, where all of it is there and no link on the way: so it nearly always is. -1: it is not. */
  private folderAt(name: Uint8Array, end: number): number {
    const { files } = this;
    let folder = 0;
    for (let from = 0; from < end; ) {
      let to = from;
      while (name[to] !== slash) to++;
      const written = to - from > 1 || (to > from && name[from] !== dot[0]);
      if (written) folder = files.tree.child(folder, name, from, to);
      if (folder < 0 || !files.isFolder(folder)) return -1;
      from = to + 1;
    }
    return folder;
  }

  /** The node of the folder that those components lead to, made where it is missing. -1: something on the way is not a folder. */
  private folderOf(components: readonly Uint8Array[]): number {
    const folder = resolve(this.files, joined(components), { missing: (parent, name) => this.imply(parent, name) });
    return folder >= 0 && this.files.isFolder(folder) ? folder : -1;
  }

  private imply(parent: number, name: Uint8Array): number {
    const { files } = this;
    // Through links, names of ordinary length lead to paths that nothing could open; each entry there would cost all of it.
    const line = files.tree.line(parent);
    const bytes = line.reduce((sum, node) => sum + 1 + files.tree.name(node).length, name.length);
    if (line.length > limits.depth || bytes > limits.pathBytes) return -1;
    const existing = files.tree.child(parent, name);
    const node = existing >= 0 ? existing : files.add(parent, name);
    files.setImplied(node);
    if (startsWith(name, whiteoutPrefix)) this.backstage.push(node);
    return node;
  }

  private report(problem: string): undefined {
    if (this.problems.length < 10) this.problems.push(problem);
    else this.unspoken++;
  }
}

const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && startsWith(a, b);

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

const whiteoutPrefix = Buffer.from('.wh.');
const opaqueMark = Buffer.from('.wh..wh..opq');
const dot = Buffer.from('.');
const dots = Buffer.from('..');
const slash = 0x2f;
/** It says what it says wherever it stands. */
const isSimple = (name: Uint8Array) => name.length > 0 && !equal(name, dot) && !equal(name, dots);
