/** The rows below a comparison. */
import type { ImageComparison } from '../../server/inspect/comparison.ts';
import type { SortBy } from '../../server/protocol.ts';
import type { ComparedComponentNode, ComparisonNode, ComparisonNodes, ComparisonPartNode } from './comparison-nodes.ts';
import { facts } from './comparison-words.ts';
import type { Comparisons } from './comparisons.ts';
import { sentence } from './images.ts';
import { again, message } from './messages.ts';
import { type Node, pageSize } from './nodes.ts';
import { countWords } from './words.ts';

interface Showing {
  readonly sort: SortBy;
  /** How many rows of a folder are shown, by the ID of its row, where it is more than the first page. */
  readonly counts: ReadonlyMap<string, number>;
}

export function comparisonRows(
  parent: ComparisonNodes,
  comparisons: Comparisons,
  showing: Showing,
): Node[] | Promise<Node[]> {
  switch (parent.kind) {
    case 'comparison':
      return partRows(parent, comparisons);
    case 'comparison-part':
      return parent.part === 'files' ? folderRows(parent, '/', comparisons, showing) : listRows(parent);
    case 'compared-entry':
      return folderRows(parent, parent.row.path, comparisons, showing);
    case 'compared-component':
      return placeRows(parent);
    default:
      return [];
  }
}

function partRows(parent: ComparisonNode, comparisons: Comparisons): Node[] {
  const { pair } = parent;
  const state = comparisons.state(pair);
  if (state.kind === 'comparing') {
    const { done, total } = state.progress ?? {};
    const detail = done && total ? `${done.toLocaleString('en')} of ${countWords(total, 'file')} read` : undefined;
    return [message(parent, 'Comparing…', 'loading~spin', detail ? { detail } : {})];
  }
  if (state.kind === 'failed') {
    const retry = { id: 'distroless.compareAgain', arguments: [pair] };
    return [message(parent, state.message, 'error'), again(parent, retry)];
  }
  const { comparison } = state;
  const rows: Node[] = comparison.problems.map(({ of, text }) =>
    message(parent, `${pair[of].name}: ${text}`, 'warning'),
  );
  if (comparison.same) rows.push(message(parent, 'Nothing differs.', 'pass'));
  for (const part of ['summary', 'files', 'flagged', 'packages'] as const)
    if (hasRows(part, comparison))
      rows.push({ kind: 'comparison-part', id: `${parent.id} ${part}`, parent, pair, part, comparison });
  return rows;
}

function hasRows(part: ComparisonPartNode['part'], { files, components, packages }: ImageComparison): boolean {
  if (part === 'summary') return true;
  if (part === 'flagged') return components.length > 0;
  if (part === 'packages') return packages.length > 0;
  return Object.values(files).some((count) => count > 0);
}

function listRows(parent: ComparisonPartNode): Node[] {
  const { part, pair, comparison, id } = parent;
  if (part === 'packages')
    return comparison.packages.map((change) => {
      return { kind: 'compared-package', id: `${id} ${change.type} ${change.name}`, parent, pair, change };
    });
  if (part === 'flagged')
    return comparison.components.map((change) => {
      return { kind: 'compared-component', id: `${id} ${change.category} ${change.title}`, parent, pair, change };
    });
  return facts(comparison).map(({ label, value, icon }) => message(parent, label, icon, { detail: value }));
}

function placeRows(parent: ComparedComponentNode): Node[] {
  const { pair, change, id } = parent;
  const row = (path: string, mark: 'added' | 'removed'): Node => {
    return { kind: 'compared-path', id: `${id}\n${mark} ${path}`, parent, pair, path, mark };
  };
  return [...change.gone.map((path) => row(path, 'removed')), ...change.added.map((path) => row(path, 'added'))];
}

async function folderRows(
  parent: ComparisonNodes,
  folder: string,
  comparisons: Comparisons,
  { sort, counts }: Showing,
): Promise<Node[]> {
  const { pair, id } = parent;
  try {
    const { rows, total } = await comparisons.rows(pair, folder, { count: counts.get(id) ?? pageSize, sort });
    const nodes: Node[] = rows.map((row) => {
      // Where a file takes the place of a folder, both have that name.
      return { kind: 'compared-entry', id: `${id}\n${row.change ?? ''} ${row.name}`, parent, pair, row };
    });
    const hidden = total - rows.length;
    if (hidden > 0 && rows.length > 0) nodes.push({ kind: 'more', id: `more ${id}`, parent, hidden });
    return nodes;
  } catch (error) {
    return [message(parent, sentence(error), 'error')];
  }
}
