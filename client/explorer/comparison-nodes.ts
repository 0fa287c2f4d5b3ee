/** The rows of a comparison as plain data. */
import type { ComponentChange, ImageComparison, PackageChange } from '../../server/inspect/comparison.ts';
import type { ComparedRow } from '../../server/protocol.ts';
import type { Node } from './nodes.ts';

export interface Side {
  readonly reference: string;
  /** As its row is called. */
  readonly name: string;
}

export interface Pair {
  readonly before: Side;
  readonly after: Side;
}

interface Common {
  readonly id: string;
  readonly parent: Node | undefined;
  readonly pair: Pair;
}

export interface ComparisonNode extends Common {
  readonly kind: 'comparison';
}

/** Sizes and configuration, the files, what is flagged, the packages. */
export interface ComparisonPartNode extends Common {
  readonly kind: 'comparison-part';
  readonly part: 'summary' | 'files' | 'flagged' | 'packages';
  readonly comparison: ImageComparison;
}

export interface ComparedEntryNode extends Common {
  readonly kind: 'compared-entry';
  readonly row: ComparedRow;
}

export interface ComparedPackageNode extends Common {
  readonly kind: 'compared-package';
  readonly change: PackageChange;
}

export interface ComparedComponentNode extends Common {
  readonly kind: 'compared-component';
  readonly change: ComponentChange;
}

/** A place at which something is flagged in one of the two. */
export interface ComparedPathNode extends Common {
  readonly kind: 'compared-path';
  readonly path: string;
  readonly mark: 'added' | 'removed';
}

export type ComparisonNodes =
  | ComparisonNode
  | ComparisonPartNode
  | ComparedEntryNode
  | ComparedPackageNode
  | ComparedComponentNode
  | ComparedPathNode;

export const comparisonId = ({ before, after }: Pair): string =>
  `comparison ${JSON.stringify([before.reference, after.reference])}`;

export const comparisonRow = (pair: Pair): ComparisonNode => {
  return { kind: 'comparison', id: comparisonId(pair), parent: undefined, pair };
};
