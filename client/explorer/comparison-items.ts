/** How the rows of a comparison look. Letters and words say what became of each; colours only repeat it. */
import { ThemeIcon, type TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ComparedTotals } from '../../server/images/compared-tree.ts';
import type { FileEntry } from '../../server/images/view.ts';
import type { ComparedRow } from '../../server/protocol.ts';
import { visible } from '../visible.ts';
import { documentUri } from './address.ts';
import { markedUri } from './comparison-marks.ts';
import type {
  ComparedComponentNode,
  ComparedEntryNode,
  ComparedPackageNode,
  ComparedPathNode,
  ComparisonNode,
  ComparisonNodes,
  ComparisonPartNode,
  Pair,
} from './comparison-nodes.ts';
import { amountWords, differenceWords, growthWords, sizesWords, totalsWords } from './comparison-words.ts';
import type { Comparisons } from './comparisons.ts';
import { ecosystems } from './file-items.ts';
import { make } from './item.ts';
import { countWords, modeWords, sizeWords } from './words.ts';

const { None, Collapsed, Expanded } = TreeItemCollapsibleState;

export function comparisonItem(node: ComparisonNodes, comparisons: Comparisons): TreeItem {
  switch (node.kind) {
    case 'comparison':
      return rootItem(node, comparisons);
    case 'comparison-part':
      return partItem(node);
    case 'compared-entry':
      return entryItem(node);
    case 'compared-package':
      return packageItem(node);
    case 'compared-component':
      return componentItem(node);
    case 'compared-path':
      return pathItem(node);
  }
}

function rootItem(node: ComparisonNode, comparisons: Comparisons): TreeItem {
  const { before, after } = node.pair;
  const state = comparisons.known(node.pair);
  const comparison = state?.kind === 'compared' ? state.comparison : undefined;
  return make(node, {
    label: `${before.name} ↔ ${after.name}`,
    description: [
      comparison && (comparison.same ? 'nothing differs' : growthWords(comparison.after.size - comparison.before.size)),
    ],
    tooltip: ['What the second has other than the first', `First: ${before.reference}`, `Second: ${after.reference}`],
    icon: 'diff',
    state: Expanded,
    context: 'comparison',
  });
}

const parts = {
  summary: { label: 'Summary', icon: 'list-flat', state: Expanded },
  files: { label: 'Files', icon: 'files', state: Collapsed },
  flagged: { label: 'Flagged', icon: 'flag', state: Collapsed },
  packages: { label: 'Packages', icon: 'library', state: Collapsed },
} as const;

function partItem(node: ComparisonPartNode): TreeItem {
  const { files, components, packages } = node.comparison;
  const words = {
    summary: undefined,
    files: totalsWords(files),
    flagged: `${countWords(components.length, 'kind')} changed`,
    packages: `${packages.length.toLocaleString('en')} changed`,
  };
  return make(node, {
    ...parts[node.part],
    description: [words[node.part]],
  });
}

function entryItem(node: ComparedEntryNode): TreeItem {
  const { row, pair } = node;
  const { name, path, change, before, after, inside } = row;
  const item = make(node, {
    label: name,
    description: [changeWords(row), ...(inside ? insideWords(row, inside) : [targetWords(row), sizeOf(row)])],
    tooltip: [
      path,
      before && `${pair.before.name}: ${attributes(before)}`,
      after && `${pair.after.name}: ${attributes(after)}`,
      change === 'unread' ? 'Both are of the same size. What is in them could not be read to tell more.' : undefined,
    ],
    state: row.hasChildren ? Collapsed : None,
    context: 'compared',
  });
  const { type } = (after ?? before)!;
  if (type === 'symlink') item.iconPath = new ThemeIcon('file-symlink-file');
  else item.iconPath = type === 'directory' ? ThemeIcon.Folder : ThemeIcon.File;
  item.resourceUri = markedUri(path, change);
  const command = openCommand(row, pair);
  if (command) item.command = command;
  return item;
}

/** Of a folder: what is in it. */
function insideWords({ change, before, after }: ComparedRow, inside: ComparedTotals): (string | undefined)[] {
  if (change === 'added' || change === 'removed') {
    const size = (after ?? before)?.size ?? 0;
    return inside[change] > 0 ? [countWords(inside[change], 'file'), sizeWords(size)] : [];
  }
  return [totalsWords(inside) || undefined, growthWords((after?.size ?? 0) - (before?.size ?? 0))];
}

function changeWords({ change, differences }: ComparedRow): string | undefined {
  if (change === 'unread') return 'of the same size, not read';
  return change === 'modified' ? differenceWords(differences) : change;
}

function targetWords({ before, after }: ComparedRow): string | undefined {
  const target = (entry: FileEntry | undefined) => (entry?.type === 'symlink' ? entry.target : undefined);
  const [from, to] = [target(before), target(after)];
  if (from === undefined && to === undefined) return undefined;
  if (from === to || !before || !after) return `→ ${to ?? from}`;
  return `${from === undefined ? typeWords[before.type] : `→ ${from}`}, now ${to === undefined ? typeWords[after.type] : `→ ${to}`}`;
}

function sizeOf({ before, after, differences }: ComparedRow): string | undefined {
  if (before && after) return differences.includes('size') ? sizesWords(before.size, after.size) : undefined;
  const entry = (after ?? before)!;
  return entry.type === 'symlink' ? undefined : sizeWords(entry.size);
}

const typeWords: Readonly<Record<FileEntry['type'], string>> = {
  file: 'a file',
  hardlink: 'a file',
  directory: 'a folder',
  symlink: 'a link',
  char: 'a character device',
  block: 'a block device',
  fifo: 'a named pipe',
};

function attributes({ type, mode, uid, gid, size, target, capabilities, device }: FileEntry): string {
  return [
    modeWords(type, mode),
    `owner ${uid}`,
    `group ${gid}`,
    sizeWords(size),
    type === 'symlink' && target !== undefined ? `→ ${target}` : '',
    capabilities ?? '',
    device ? `device ${device.major}, ${device.minor}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** A changed file as a difference; else what there is of it. */
function openCommand({ name, path, change, before, after }: ComparedRow, pair: Pair): TreeItem['command'] {
  const isFile = (entry: FileEntry | undefined) => entry?.type === 'file' || entry?.type === 'hardlink';
  const view = { kind: 'image' } as const;
  const uriOf = (side: keyof Pair) => documentUri({ reference: pair[side].reference, view, path });
  if (isFile(before) && isFile(after)) {
    const title = visible(`${name} (${pair.before.name} ↔ ${pair.after.name})`);
    return {
      title: 'Compare',
      command: 'vscode.diff',
      arguments: [uriOf('before'), uriOf('after'), title, { preview: true }],
    };
  }
  const side = isFile(after) ? 'after' : isFile(before) && change !== undefined ? 'before' : undefined;
  return side && { title: 'Open', command: 'vscode.open', arguments: [uriOf(side), { preview: true }] };
}

function packageItem(node: ComparedPackageNode): TreeItem {
  const { type, name, before, after } = node.change;
  const change = before.length === 0 ? 'added' : after.length === 0 ? 'removed' : 'modified';
  const versions =
    change === 'modified' ? `${before.join(', ')} → ${after.join(', ')}` : [...before, ...after].join(', ');
  const item = make(node, {
    label: name,
    description: [change === 'modified' ? 'changed' : change, versions, ecosystems[type]],
    tooltip: [`${name} (${ecosystems[type]})`, versions],
    icon: 'package',
  });
  item.resourceUri = markedUri('/', change);
  return item;
}

function componentItem(node: ComparedComponentNode): TreeItem {
  const { title, severity, before, after, gone, added } = node.change;
  const change = !before ? 'added' : !after ? 'removed' : 'modified';
  const amount =
    before && after ? `${before.files.toLocaleString('en')} → ${countWords(after.files, 'file')}` : undefined;
  const item = make(node, {
    label: title,
    description: [
      { added: 'new', removed: 'gone', modified: 'changed' }[change],
      amount ?? (amountWords((before ?? after)!) || undefined),
    ],
    tooltip: [
      title,
      before && `${node.pair.before.name}: ${amountWords(before)}`,
      after && `${node.pair.after.name}: ${amountWords(after)}`,
    ],
    icon: severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'info',
    state: gone.length + added.length > 0 ? Collapsed : None,
  });
  item.resourceUri = markedUri('/', change);
  return item;
}

function pathItem(node: ComparedPathNode): TreeItem {
  const item = make(node, { label: node.path, description: [node.mark], tooltip: [node.path], icon: 'file' });
  item.resourceUri = markedUri(node.path, node.mark);
  return item;
}
