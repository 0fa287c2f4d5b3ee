/** The rows below an image: its files, what is flagged, packages and layers. */
import type { Component, Package } from '../../server/inspect/report.ts';
import type { Share } from '../../server/inspect/shares.ts';
import type { SortBy, View } from '../../server/protocol.ts';
import type { AsOf } from './as-of.ts';
import { type Images, sentence } from './images.ts';
import { again, allFiles, cancelled, message, trouble } from './messages.ts';
import {
  type AsOfNode,
  type ComponentNode,
  type ContainerNode,
  type EntryNode,
  type ImageNode,
  type LayerNode,
  type Node,
  type PackageNode,
  pageSize,
  type ShareNode,
  type StatusNode,
  type WholeNode,
} from './nodes.ts';
import { countWords } from './words.ts';

/** What the files of the whole image are grouped by. */
export const groups = ['folder', 'layer', 'component', 'package'] as const;
export type GroupBy = (typeof groups)[number];

/** How the user wants to see them. */
export interface Showing {
  readonly flaggedOnly: boolean;
  readonly sort: SortBy;
  readonly group: GroupBy;
  /** As of which layer the files of an image are shown, too. */
  readonly asOf: Pick<AsOf, 'layer'>;
  /** How many rows of a folder are shown, by the ID of its row, where it is more than the first page. */
  readonly counts: ReadonlyMap<string, number>;
}

export async function imageRows(parent: Node, images: Images, showing: Showing): Promise<Node[]> {
  switch (parent.kind) {
    case 'image':
      return partRows(parent, images, showing);
    case 'whole':
      return showing.group === 'folder' ? folderRows(parent, images, showing) : groupRows(parent, images, showing);
    case 'as-of':
    case 'share':
    case 'layer':
    case 'container':
    case 'entry':
      return folderRows(parent, images, showing);
    case 'components':
      return componentRows(parent, parent.reference, parent.components);
    case 'component':
      return componentFileRows(parent);
    case 'packages':
      return packageRows(parent, parent.reference, parent.packages);
    case 'ecosystem':
      return parent.packages.map((each) => packageRow(parent, parent.reference, each));
    case 'package':
      return packageFileRows(parent, images, showing);
    default:
      return [];
  }
}

export const imageId = (reference: string) => `image ${reference}`;
export const statusId = (reference: string) => `status ${reference}`;
export const asOfId = (reference: string) => `as-of ${reference}`;

export function wholeRow(parent: ImageNode): Node {
  const { reference } = parent;
  return { kind: 'whole', id: `whole ${reference}`, parent, reference };
}

export function asOfRow(parent: ImageNode): AsOfNode {
  const { reference } = parent;
  return { kind: 'as-of', id: asOfId(reference), parent, reference };
}

async function partRows(parent: ImageNode, images: Images, showing: Showing): Promise<Node[]> {
  const { reference } = parent;
  if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
  const retry = { id: 'distroless.readAgain', arguments: [reference] };
  try {
    const { layers, problems } = await images.describe(reference);
    void images.read(reference);
    const reading = images.reading(reference);
    const rows: Node[] = problems.map((problem) => trouble(parent, problem, 'warning'));
    if (reading.kind === 'reading')
      rows.push({ kind: 'status', id: statusId(reference), parent, reference } satisfies StatusNode);
    if (reading.kind === 'failed') rows.push(trouble(parent, reading.message, 'error'), again(parent, retry));
    const report = reading.kind === 'read' ? reading.report : undefined;
    for (const problem of report?.problems ?? []) {
      if (!problems.includes(problem)) rows.push(trouble(parent, problem, 'warning'));
    }
    const flagged = new Set(report?.layers.filter((layer) => layer.flagged > 0).map(({ index }) => index));
    const narrowed = showing.flaggedOnly && report !== undefined;
    if (narrowed && flagged.size === 0)
      return [...rows, message(parent, 'Nothing in this image is flagged.', 'pass'), allFiles(parent)];
    rows.push(wholeRow(parent));
    if (showing.asOf.layer(reference) !== undefined) rows.push(asOfRow(parent));
    if (report) {
      const { components, packages } = report;
      if (components.length > 0)
        rows.push({ kind: 'components', id: `components ${reference}`, parent, reference, components });
      if (packages.length > 0 && !narrowed)
        rows.push({ kind: 'packages', id: `packages ${reference}`, parent, reference, packages });
    }
    for (const [position, layer] of layers.entries()) {
      if (narrowed && (layer.index === undefined || !flagged.has(layer.index))) continue;
      rows.push({
        kind: 'layer',
        id: `layer ${position} ${reference}`,
        parent,
        reference,
        layer,
        position,
      } satisfies LayerNode);
    }
    return rows;
  } catch (error) {
    if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
    return [trouble(parent, sentence(error), 'error'), again(parent, retry)];
  }
}

/** What the groups leave is the last of them, so that no file is missing. */
async function groupRows(parent: WholeNode, images: Images, { group, flaggedOnly }: Showing): Promise<Node[]> {
  const { reference } = parent;
  if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
  try {
    const shares = await images.shares(reference);
    await images.read(reference);
    const reading = images.reading(reference);
    const { components = [], packages = [] } = reading.kind === 'read' ? reading.report : {};
    const rows = (kind: Share['kind']): Node[] =>
      shares
        .filter(({ share, files }) => share.kind === kind && files > 0)
        .map((share) => {
          const of = share.share.kind === 'layer' ? `layer ${share.share.layer}` : kind;
          return { kind: 'share', id: `${parent.id} ${of}`, parent, reference, share };
        });
    if (group === 'layer') return rows('layer');
    if (group === 'component')
      return [...componentRows(parent, reference, components), ...(flaggedOnly ? [] : rows('unflagged'))];
    const flagged = new Set(components.flatMap((component) => component.packages));
    const shown = flaggedOnly ? packages.filter(({ name }) => flagged.has(name)) : packages;
    return [...packageRows(parent, reference, shown), ...rows('unpackaged')];
  } catch (error) {
    return [message(parent, sentence(error), 'error')];
  }
}

function componentRows(parent: Node, reference: string, components: readonly Component[]): Node[] {
  return components.map((component) => {
    return { kind: 'component', id: `${parent.id} ${component.title}`, parent, reference, component };
  });
}

function packageRows(parent: Node, reference: string, packages: readonly Package[]): Node[] {
  const types = [...new Set(packages.map(({ type }) => type))];
  if (types.length === 1) return packages.map((each) => packageRow(parent, reference, each));
  return types.map((type) => {
    const of = packages.filter((each) => each.type === type);
    return { kind: 'ecosystem', id: `${parent.id} ${type}`, parent, reference, type, packages: of };
  });
}

function componentFileRows(parent: ComponentNode): Node[] {
  const { reference, component } = parent;
  const rows = component.evidence.map((evidence): Node => {
    return { kind: 'evidence', id: `${parent.id}\n${evidence.path}`, parent, reference, evidence };
  });
  const more = countWords(component.unlisted, 'more file is', 'more files are');
  const text = `${more} not listed here. “Group Files By…”, “What they are flagged as” shows all that are in the image.`;
  return component.unlisted > 0 ? [...rows, message(parent, text, 'info')] : rows;
}

async function packageFileRows(parent: PackageNode, images: Images, showing: Showing): Promise<Node[]> {
  const { reference } = parent;
  const count = showing.counts.get(parent.id) ?? pageSize;
  try {
    const { rows, total } = await images.packageFiles(reference, parent.package, count);
    const nodes: Node[] = rows.map((row) => {
      const evidence = { path: row.path, size: row.size, layer: row.layer, package: undefined, fromBase: null };
      return { kind: 'evidence', id: `${parent.id}\n${row.path}`, parent, reference, evidence };
    });
    const hidden = total - rows.length;
    if (hidden > 0) nodes.push({ kind: 'more', id: `more ${parent.id}`, parent, hidden });
    return nodes;
  } catch (error) {
    return [message(parent, sentence(error), 'error')];
  }
}

async function folderRows(parent: FolderNode, images: Images, showing: Showing): Promise<Node[]> {
  const { reference } = parent;
  if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
  const { view, folder, share } = placeOf(parent, showing);
  const { flaggedOnly, sort, counts } = showing;
  const part = share ? { share } : {};
  try {
    const count = counts.get(parent.id) ?? pageSize;
    const {
      rows,
      total,
      problems = [],
    } = await images.rows(reference, view, folder, { count, flaggedOnly, sort, ...part });
    const nodes: Node[] = rows.map((row) => {
      return { kind: 'entry', id: `${parent.id}\n${row.name}`, parent, reference, view, row, ...part };
    });
    const hidden = total - rows.length;
    if (hidden > 0 && rows.length > 0) nodes.push({ kind: 'more', id: `more ${parent.id}`, parent, hidden });
    nodes.unshift(...problems.map((problem) => message(parent, problem, 'warning')));
    if (nodes.length > 0) return nodes;
    if (!flaggedOnly) return [message(parent, 'No files.', 'info')];
    return [message(parent, 'Nothing in here is flagged.', 'info'), allFiles(parent)];
  } catch (error) {
    if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
    return [message(parent, sentence(error), 'error')];
  }
}

type FolderNode = WholeNode | AsOfNode | ContainerNode | ShareNode | LayerNode | EntryNode;

function placeOf(node: FolderNode, { asOf }: Showing): { view: View; folder: string; share?: Share | undefined } {
  switch (node.kind) {
    case 'whole':
    case 'container':
      return { view: { kind: 'image' }, folder: '/' };
    case 'as-of':
      return { view: { kind: 'as-of', layer: asOf.layer(node.reference) ?? 0 }, folder: '/' };
    case 'share':
      return { view: { kind: 'image' }, folder: '/', share: node.share.share };
    case 'layer':
      return { view: { kind: 'layer', layer: node.layer.index ?? 0 }, folder: '/' };
    case 'entry':
      return { view: node.view, folder: node.row.path, share: node.share };
  }
}

function packageRow(parent: Node, reference: string, of: Package): Node {
  const { type, name, version, source } = of;
  return {
    kind: 'package',
    id: `${parent.id} ${type} ${name} ${version} ${source}`,
    parent,
    reference,
    package: of,
  };
}
