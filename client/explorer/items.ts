/** How a row of the explorer looks. Everything that comes from an image is plain text here: no Markdown, no icons inside names. */
import { basename } from 'node:path';
import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ImageDescription } from '../../server/images/image.ts';
import type { ImageReport } from '../../server/inspect/report.ts';
import { visible } from '../visible.ts';
import { documentUri, rowUri } from './address.ts';
import type { Images } from './images.ts';
import {
  type ComponentNode,
  type EntryNode,
  type EvidenceNode,
  type ImageNode,
  type LayerNode,
  type Node,
  type PackageNode,
  pageSize,
  type WholeNode,
} from './nodes.ts';
import { ageWords, countWords, instructionWords, modeWords, sizeWords } from './words.ts';

const { None, Collapsed, Expanded } = TreeItemCollapsibleState;

interface Look {
  readonly label: string;
  /** Shown is no more than that, so that the description has room; said and in the tooltip is all of it. */
  readonly length?: number;
  readonly description?: readonly (string | undefined)[];
  readonly tooltip?: readonly (string | undefined)[];
  readonly icon?: string;
  readonly state?: TreeItemCollapsibleState;
  /** What menus know the row by. */
  readonly context?: string;
  /** Said by screen readers after label and description. */
  readonly spoken?: string;
}

export function treeItem(node: Node, images: Images): TreeItem {
  switch (node.kind) {
    case 'message': {
      const item = make(node, {
        label: node.text,
        description: [node.detail],
        tooltip: [node.full ?? node.text, node.detail],
        icon: node.icon,
      });
      if (node.command)
        item.command = { title: node.text, command: node.command.id, arguments: [...(node.command.arguments ?? [])] };
      return item;
    }
    case 'engine': {
      const { name, address } = node.engine;
      return make(node, {
        label: name,
        description: [address],
        tooltip: [name, address],
        icon: 'server',
        state: Expanded,
      });
    }
    case 'no-engine':
      return make(node, {
        label: 'No container engine answered',
        description: [`${countWords(node.tried.length, 'address', 'addresses')} tried`],
        tooltip: [
          'No container engine answered. Tried:',
          ...node.tried.map(({ address, why }) => `${address}: ${why}`),
        ],
        icon: 'warning',
        state: node.expanded ? Expanded : Collapsed,
        context: 'no-engine',
      });
    case 'archives':
      return make(node, { label: 'Opened archives', icon: 'archive', state: Expanded });
    case 'archive':
      return make(node, {
        label: basename(node.path),
        tooltip: [node.path],
        icon: 'file-zip',
        state: Expanded,
        context: 'archive',
      });
    case 'registries':
      return make(node, { label: 'Registries', icon: 'cloud', state: Expanded });
    case 'image':
      return imageItem(node, images);
    case 'status':
      return make(node, { ...progressLook(node.reference, images), icon: 'loading~spin', context: 'status' });
    case 'whole':
      return wholeItem(node, images);
    case 'layer':
      return layerItem(node, images);
    case 'entry':
      return entryItem(node, images);
    case 'components':
      return make(node, {
        label: 'Flagged',
        description: [countWords(node.components.length, 'kind')],
        tooltip: ['What the application mostly does not need, by kind'],
        icon: 'flag',
        state: Collapsed,
      });
    case 'component':
      return componentItem(node);
    case 'evidence':
      return evidenceItem(node, images);
    case 'packages':
      return make(node, {
        label: 'Packages',
        description: [node.packages.length.toLocaleString('en')],
        tooltip: ['What the package databases in the image say is installed'],
        icon: 'library',
        state: Collapsed,
      });
    case 'ecosystem':
      return make(node, {
        label: ecosystems[node.type],
        description: [node.packages.length.toLocaleString('en')],
        icon: 'library',
        state: Collapsed,
      });
    case 'package':
      return packageItem(node, images);
    case 'more': {
      const next = Math.min(node.hidden, pageSize);
      const item = make(node, {
        label: `Show ${next.toLocaleString('en')} more`,
        description: [`of ${node.hidden.toLocaleString('en')}`],
        icon: 'ellipsis',
      });
      item.command = { title: 'Show more', command: 'distroless.showMore', arguments: [node] };
      return item;
    }
  }
}

function make({ id }: Node, look: Look): TreeItem {
  const label = visible(look.label);
  const description = joined(look.description, ' · ');
  const item = new TreeItem(shortened(label, look.length), look.state ?? None);
  item.id = id;
  item.accessibilityInformation = { label: [label, description, look.spoken].filter(Boolean).join(', ') };
  if (description) item.description = description;
  if (look.tooltip) item.tooltip = joined(look.tooltip, '\n');
  if (look.icon) item.iconPath = new ThemeIcon(look.icon);
  if (look.context) item.contextValue = look.context;
  return item;
}

function shortened(text: string, length = Number.POSITIVE_INFINITY): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}

function joined(parts: readonly (string | undefined)[] | undefined, separator: string): string {
  return (parts ?? [])
    .filter((part) => part !== undefined)
    .map(visible)
    .join(separator);
}

function imageItem(node: ImageNode, images: Images): TreeItem {
  const { origin, name, reference } = node;
  const reading = images.reading(reference);
  const report = reading.kind === 'read' ? reading.report : undefined;
  const description = images.description(reference);
  const engine = origin.kind === 'engine' ? origin.image : undefined;
  const created = engine?.created ?? (Date.parse(description?.created ?? '') || 0) / 1000;
  const age = ageWords(created, Date.now() / 1000);
  const size = engine?.size ?? report?.size;
  return make(node, {
    label: origin.kind === 'archive' && origin.alone ? basename(origin.path) : name,
    description: [
      size === undefined ? undefined : sizeWords(size),
      report && flaggedWords(report.flagged),
      age,
      origin.kind === 'archive' && origin.alone ? name : undefined,
    ],
    tooltip: [
      name,
      origin.kind === 'archive' ? origin.path : undefined,
      engine?.id ?? description?.digest,
      ...(description ? configLines(description) : []),
    ],
    icon: 'package',
    state: Collapsed,
    context: contextOf(node),
  });
}

function contextOf({ origin }: ImageNode): string {
  if (origin.kind === 'registry') return 'image registry';
  return origin.kind === 'archive' && origin.alone ? 'image archive' : 'image';
}

function configLines({ platform, created, config }: ImageDescription): string[] {
  const command = (words: readonly string[]) => (words.length > 0 ? JSON.stringify(words) : 'none');
  return [
    `Platform: ${platform}`,
    ...(created ? [`Created: ${created}`] : []),
    `User: ${config.user || 'root'}`,
    `Working directory: ${config.workingDir || '/'}`,
    `Entrypoint: ${command(config.entrypoint)}`,
    `Command: ${command(config.cmd)}`,
  ];
}

function progressLook(reference: string, images: Images): Look {
  const reading = images.reading(reference);
  const progress = reading.kind === 'reading' ? reading.progress : undefined;
  if (!progress) return { label: 'Reading layers…' };
  const { layersDone, layers, bytes, totalBytes } = progress;
  if (layers === undefined) return { label: 'Reading layers…', description: [sizeWords(bytes)] };
  if (layersDone >= layers) return { label: 'Putting the layers together…' };
  return {
    label: `Reading layer ${layersDone + 1} of ${layers}…`,
    description: [totalBytes === undefined ? sizeWords(bytes) : `${sizeWords(bytes)} of ${sizeWords(totalBytes)}`],
  };
}

function wholeItem(node: WholeNode, images: Images): TreeItem {
  const reading = images.reading(node.reference);
  const report = reading.kind === 'read' ? reading.report : undefined;
  return make(node, {
    label: 'Whole image',
    description: report
      ? [sizeWords(report.size), flaggedWords(report.flagged), countWords(report.files, 'file')]
      : ['the files of all layers together'],
    tooltip: ['The files that a container of this image sees', ...(report ? wasteLines(report) : [])],
    icon: 'files',
    state: Collapsed,
    context: 'whole',
  });
}

function wasteLines({ waste, base }: ImageReport): string[] {
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  return [
    `Stored and not used: ${sizeWords(waste.size)} (efficiency ${percent(waste.efficiency)})`,
    `dive’s figure: efficiency ${percent(waste.dive.efficiency)}, ${sizeWords(waste.dive.wasted)} wasted`,
    ...(base ? [`Base: ${base.name}${base.reference === undefined ? '' : ` (${base.reference})`}`] : []),
  ];
}

function layerItem(node: LayerNode, images: Images): TreeItem {
  const { layer } = node;
  const instruction = instructionWords(layer.createdBy);
  if (layer.index === undefined) {
    return make(node, {
      label: instruction,
      description: ['no files'],
      tooltip: [instruction],
      icon: 'dash',
      context: 'layer',
    });
  }
  const reading = images.reading(node.reference);
  const report = reading.kind === 'read' ? reading.report.layers.find(({ index }) => index === layer.index) : undefined;
  const count = images.description(node.reference)?.layers.filter(({ index }) => index !== undefined).length;
  const size = report?.size ?? layer.storedSize;
  return make(node, {
    label: instruction,
    length: 22,
    description: [
      size === undefined ? undefined : sizeWords(size),
      report && report.removed > 0 ? `${countWords(report.removed, 'file')} removed` : undefined,
      report && report.wasted > 0 ? `${sizeWords(report.wasted)} wasted` : undefined,
      report && flaggedWords(report.flagged),
      report?.verification === 'wrong' ? 'not the layer it should be' : undefined,
    ],
    tooltip: [
      instruction,
      `Layer ${layer.index + 1} of ${count}`,
      report &&
        `${countWords(report.added, 'file')} added, ${report.modified.toLocaleString('en')} modified, ${report.removed.toLocaleString('en')} removed`,
      report && report.wasted > 0
        ? `${sizeWords(report.wasted)} of it are replaced or removed by later layers`
        : undefined,
      report?.diffId ?? layer.diffId,
      report?.verification && verificationWords[report.verification],
    ],
    icon: 'layers',
    state: Collapsed,
    context: 'layer',
  });
}

const verificationWords = {
  verified: 'Verified: its digest is the one that the image’s configuration names.',
  pending: 'Not verified yet: its digest is being computed.',
  wrong: 'Its digest is not the one that the image’s configuration names.',
  unknown: 'Not verified: its digest could not be computed, or nothing says what it should be.',
} as const;

function entryItem(node: EntryNode, images: Images): TreeItem {
  const { row, reference, view } = node;
  const { name, path, type, target, flags, change } = row;
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
      change === 'added' && view.kind === 'layer' && view.layer === 0 ? undefined : change,
      ...flags.map(({ title }) => title),
      type === 'directory' ? flaggedWords(row.flagged) : undefined,
    ],
    tooltip: [
      path + (link && target !== undefined ? ` → ${target}` : ''),
      change === 'removed'
        ? 'This layer removes it.'
        : `${modeWords(type, row.mode)}, owner ${row.uid}, group ${row.gid}, ${sizeWords(row.size)}`,
      row.capabilities === undefined ? undefined : `Capabilities: ${row.capabilities}`,
      row.device && `Device ${row.device.major}, ${row.device.minor}`,
      layer && change !== 'removed' ? `From layer ${row.layer + 1}: ${instructionWords(layer.createdBy)}` : undefined,
      row.package && `Package: ${row.package.name} ${row.package.version}`,
      ...flags.flatMap(({ title, why, remedy }) => ['', `${title}: ${why}`, remedy]),
    ],
    state: row.hasChildren ? Collapsed : None,
    context: 'entry',
  });
  if (change === 'removed') item.iconPath = new ThemeIcon('diff-removed');
  else if (type === 'symlink') item.iconPath = new ThemeIcon('file-symlink-file');
  else item.iconPath = type === 'directory' ? ThemeIcon.Folder : ThemeIcon.File;
  item.resourceUri = rowUri(row);
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

function componentItem(node: ComponentNode): TreeItem {
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

function evidenceItem(node: EvidenceNode, images: Images): TreeItem {
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

const ecosystems = {
  deb: 'Debian packages',
  apk: 'Alpine packages',
  rpm: 'RPM packages',
  npm: 'npm packages',
  pypi: 'Python packages',
  gem: 'Ruby gems',
  maven: 'Java archives',
  golang: 'Go modules',
} as const;

function packageItem(node: PackageNode, images: Images): TreeItem {
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

function flaggedWords(count: number): string | undefined {
  return count > 0 ? `${count.toLocaleString('en')} flagged` : undefined;
}
