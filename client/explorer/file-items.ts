/** How files, what they are flagged as, and packages look. */
import { ThemeIcon, type TreeItem, TreeItemCollapsibleState } from 'vscode';
import { documentUri, rowUri } from './address.ts';
import { isContainer } from './containers.ts';
import type { Images } from './images.ts';
import { flaggedWords, make } from './item.ts';
import type { ComponentNode, EntryNode, EvidenceNode, PackageNode } from './nodes.ts';
import { countWords, instructionWords, modeWords, sizeWords } from './words.ts';

const { None, Collapsed } = TreeItemCollapsibleState;

export function entryItem(node: EntryNode, images: Images): TreeItem {
  const { row, reference, view } = node;
  const { name, path, type, target, flags, change, changed } = row;
  const link = type === 'symlink' || type === 'hardlink';
  const layer = images.description(reference)?.layers.find(({ index }) => index === row.layer);
  const item = make(node, {
    label: name,
    description: [
      link && target !== undefined ? `${type === 'symlink' ? '→' : 'hard link to'} ${target}` : undefined,
      change === 'removed' || type === 'symlink' ? undefined : sizeWords(row.size),
      kindWords[type],
      row.mode & 0o4000 && type === 'file' ? 'setuid' : undefined,
      row.mode & 0o2000 && type === 'file' ? 'setgid' : undefined,
      row.capabilities,
      // In the lowest layer everything is.
      change === 'added' && view.kind !== 'image' && view.layer === 0 ? undefined : change,
      changed && change !== 'added' ? `${changed.toLocaleString('en')} changed` : undefined,
      ...flags.map(({ title }) => title),
      type === 'directory' ? flaggedWords(row.flagged) : undefined,
    ],
    tooltip: [
      path + (link && target !== undefined ? ` → ${target}` : ''),
      change === 'removed'
        ? `${isContainer(reference) ? 'The container has removed it' : 'This layer removes it'}.`
        : `${modeWords(type, row.mode)}, owner ${row.uid}, group ${row.gid}, ${sizeWords(row.size)}`,
      changed
        ? `Layer ${view.kind === 'image' ? '' : view.layer + 1} adds, changes or removes ${countWords(changed, 'file')} in it`
        : undefined,
      row.capabilities === undefined ? undefined : `Capabilities: ${row.capabilities}`,
      row.device && `Device ${row.device.major}, ${row.device.minor}`,
      layer && change !== 'removed' ? `From layer ${row.layer + 1}: ${instructionWords(layer.createdBy)}` : undefined,
      row.package && `Package: ${row.package.name} ${row.package.version}`,
      ...flags.flatMap(({ title, why, remedy }) => ['', `${title}: ${why}`, remedy]),
    ],
    state: row.hasChildren ? Collapsed : None,
    context: isContainer(reference) ? 'container-entry' : 'entry',
  });
  if (change === 'removed') item.iconPath = new ThemeIcon('diff-removed');
  else if (type === 'symlink') item.iconPath = new ThemeIcon('file-symlink-file');
  else item.iconPath = type === 'directory' ? ThemeIcon.Folder : ThemeIcon.File;
  // Among files that the layer leaves alone, those that it does not have their letter.
  item.resourceUri = rowUri(row, view.kind === 'as-of' && view.layer > 0 ? change : undefined);
  if (change !== 'removed' && (type === 'file' || type === 'hardlink' || type === 'symlink')) {
    item.command = {
      title: 'Open',
      command: 'vscode.open',
      arguments: [documentUri({ reference, view, path }), { preview: true }],
    };
  }
  return item;
}

const kindWords: Partial<Record<EntryNode['row']['type'], string>> = {
  char: 'character device',
  block: 'block device',
  fifo: 'named pipe',
};

const severities = { error: 'remove it', warning: 'look at it', info: 'may stay', hint: 'harmless' } as const;

export function componentItem(node: ComponentNode): TreeItem {
  const { title, why, remedy, severity, files, size, packages, fromBase } = node.component;
  return make(node, {
    label: title,
    description: [
      files > 0 ? countWords(files, 'file') : undefined,
      size > 0 ? sizeWords(size) : undefined,
      severities[severity],
      fromBase ? 'from the base' : undefined,
    ],
    tooltip: [title, why, remedy, packages.length > 0 ? `Packages: ${packages.slice(0, 20).join(', ')}` : undefined],
    icon: severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'info',
    state: node.component.evidence.length > 0 ? Collapsed : None,
    context: 'component',
  });
}

export function evidenceItem(node: EvidenceNode, images: Images): TreeItem {
  const { reference, evidence } = node;
  const { path, size, layer, fromBase } = evidence;
  const created = images.description(reference)?.layers.find(({ index }) => index === layer)?.createdBy;
  const item = make(node, {
    label: path,
    description: [size > 0 ? sizeWords(size) : undefined, evidence.package],
    tooltip: [
      path,
      evidence.package === undefined ? undefined : `Package: ${evidence.package}`,
      `From layer ${layer + 1}: ${instructionWords(created)}`,
      fromBase === null ? undefined : fromBase ? 'The base image brought it.' : 'The base image has it not.',
    ],
    icon: 'file',
    context: 'evidence',
  });
  item.command = { title: 'Show in the image', command: 'distroless.revealFile', arguments: [node] };
  return item;
}

export const ecosystems = {
  deb: 'Debian packages',
  apk: 'Alpine packages',
  rpm: 'RPM packages',
  npm: 'npm packages',
  pypi: 'Python packages',
  gem: 'Ruby gems',
  maven: 'Java archives',
  golang: 'Go modules',
} as const;

export function packageItem(node: PackageNode, images: Images): TreeItem {
  const { name, version, type, source, layer, files, size } = node.package;
  const created = images.description(node.reference)?.layers.find(({ index }) => index === layer)?.createdBy;
  return make(node, {
    label: name,
    description: [version, size === undefined ? undefined : sizeWords(size)],
    tooltip: [
      `${name} ${version} (${ecosystems[type]})`,
      files === undefined ? 'Nothing in the image says which files are its own.' : countWords(files, 'file'),
      `Said by ${source}`,
      `Since layer ${layer + 1}: ${instructionWords(created)}`,
    ],
    icon: 'package',
    state: files ? Collapsed : None,
    context: 'package',
  });
}
