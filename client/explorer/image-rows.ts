/** The rows below an image: its files, what is flagged, packages and layers. */
import type { Package } from '../../server/inspect/report.ts';
import type { SortBy, View } from '../../server/protocol.ts';
import { type Images, sentence } from './images.ts';
import { again, cancelled, message, trouble } from './messages.ts';
import {
  type ImageNode,
  type LayerNode,
  type Node,
  type PackageNode,
  type PackagesNode,
  pageSize,
  type StatusNode,
} from './nodes.ts';

/** How the user wants to see them. */
export interface Showing {
  readonly flaggedOnly: boolean;
  readonly sort: SortBy;
  /** How many rows of a folder are shown, by the ID of its row, where it is more than the first page. */
  readonly counts: ReadonlyMap<string, number>;
}

export async function imageRows(parent: Node, images: Images, showing: Showing): Promise<Node[]> {
  switch (parent.kind) {
    case 'image':
      return partRows(parent, images, showing);
    case 'whole':
      return folderRows(parent, parent.reference, { kind: 'image' }, '/', images, showing);
    case 'layer': {
      const view: View = { kind: 'layer', layer: parent.layer.index ?? 0 };
      return folderRows(parent, parent.reference, view, '/', images, showing);
    }
    case 'entry':
      return folderRows(parent, parent.reference, parent.view, parent.row.path, images, showing);
    case 'components':
      return parent.components.map((component) => {
        const { reference } = parent;
        return { kind: 'component', id: `${parent.id} ${component.title}`, parent, reference, component };
      });
    case 'component':
      return parent.component.evidence.map((evidence) => {
        const { reference } = parent;
        return { kind: 'evidence', id: `${parent.id}\n${evidence.path}`, parent, reference, evidence };
      });
    case 'packages':
      return packageRows(parent);
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

export function wholeRow(parent: ImageNode): Node {
  const { reference } = parent;
  return { kind: 'whole', id: `whole ${reference}`, parent, reference };
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
    if (narrowed && flagged.size === 0) return [...rows, message(parent, 'Nothing in this image is flagged.', 'pass')];
    rows.push(wholeRow(parent));
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

function packageRows(parent: PackagesNode): Node[] {
  const { reference, packages } = parent;
  const types = [...new Set(packages.map(({ type }) => type))];
  if (types.length === 1) return packages.map((each) => packageRow(parent, reference, each));
  return types.map((type) => {
    const of = packages.filter((each) => each.type === type);
    return { kind: 'ecosystem', id: `${parent.id} ${type}`, parent, reference, type, packages: of };
  });
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

async function folderRows(
  parent: Node,
  reference: string,
  view: View,
  folder: string,
  images: Images,
  showing: Showing,
): Promise<Node[]> {
  if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
  const count = showing.counts.get(parent.id) ?? pageSize;
  try {
    const { rows, total } = await images.rows(reference, view, folder, {
      count,
      flaggedOnly: showing.flaggedOnly,
      sort: showing.sort,
    });
    const nodes: Node[] = rows.map((row) => ({
      kind: 'entry',
      id: `${parent.id}\n${row.name}`,
      parent,
      reference,
      view,
      row,
    }));
    const hidden = total - rows.length;
    if (hidden > 0 && rows.length > 0) nodes.push({ kind: 'more', id: `more ${parent.id}`, parent, hidden });
    if (nodes.length > 0) return nodes;
    return [message(parent, showing.flaggedOnly ? 'Nothing in here is flagged.' : 'No files.', 'info')];
  } catch (error) {
    if (images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
    return [message(parent, sentence(error), 'error')];
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
