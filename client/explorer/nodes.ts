/** The rows of the explorer as plain data. `id` is what the view remembers an expanded or selected row by. */
import { basename } from 'node:path';
import type { LayerDescription } from '../../server/images/image.ts';
import type { Component, Package } from '../../server/inspect/report.ts';
import type { Share, ShareSize } from '../../server/inspect/shares.ts';
import type { EngineContainer, EngineImage, EngineState, FileRow, View } from '../../server/protocol.ts';
import type { ComparisonNodes } from './comparison-nodes.ts';

interface Common {
  readonly id: string;
  readonly parent: Node | undefined;
}

/** A sentence, or something to click. */
export interface MessageNode extends Common {
  readonly kind: 'message';
  readonly text: string;
  readonly detail?: string;
  /** All of it, where `text` leaves something out. */
  readonly full?: string;
  readonly icon: string;
  readonly command?: { readonly id: string; readonly arguments?: readonly unknown[] };
}

export interface EngineNode extends Common {
  readonly kind: 'engine';
  readonly engine: Extract<EngineState, { kind: 'connected' }>;
}

export interface ContainersNode extends Common {
  readonly kind: 'containers';
  readonly containers: readonly EngineContainer[];
}

export interface ContainerNode extends Common {
  readonly kind: 'container';
  readonly reference: string;
  readonly container: EngineContainer;
}

export interface NoEngineNode extends Common {
  readonly kind: 'no-engine';
  readonly tried: readonly { readonly address: string; readonly why: string }[];
  readonly expanded: boolean;
}

export interface ArchivesNode extends Common {
  readonly kind: 'archives';
}

/** An opened archive or layout that is not shown as its one image: it is still being listed, holds several, or none. */
export interface ArchiveNode extends Common {
  readonly kind: 'archive';
  readonly path: string;
}

export interface RegistriesNode extends Common {
  readonly kind: 'registries';
}

export interface ImageNode extends Common {
  readonly kind: 'image';
  readonly reference: string;
  readonly name: string;
  readonly origin:
    | { readonly kind: 'engine'; readonly image: EngineImage }
    /** `alone`: it is the archive's only image, and its row stands for the archive. */
    | { readonly kind: 'archive'; readonly path: string; readonly alone: boolean }
    | { readonly kind: 'registry' };
}

/** How far the reading is. */
export interface StatusNode extends Common {
  readonly kind: 'status';
  readonly reference: string;
}

export interface WholeNode extends Common {
  readonly kind: 'whole';
  readonly reference: string;
}

/** The image as it is when one of its layers has been laid; which one is in `AsOf`, so that what is expanded stays so from layer to layer. */
export interface AsOfNode extends Common {
  readonly kind: 'as-of';
  readonly reference: string;
}

/** Files of the whole image that belong together, where they are grouped. */
export interface ShareNode extends Common {
  readonly kind: 'share';
  readonly reference: string;
  readonly share: ShareSize;
}

export interface LayerNode extends Common {
  readonly kind: 'layer';
  readonly reference: string;
  readonly layer: LayerDescription;
  /** Among the rows of the image's layers. */
  readonly position: number;
}

export interface EntryNode extends Common {
  readonly kind: 'entry';
  readonly reference: string;
  readonly view: View;
  readonly row: FileRow;
  /** Only files of it are shown. */
  readonly share?: Share;
}

/** What is flagged, by kind; and the packages. Both of the whole image. */
export interface ComponentsNode extends Common {
  readonly kind: 'components';
  readonly reference: string;
  readonly components: readonly Component[];
}

export interface ComponentNode extends Common {
  readonly kind: 'component';
  readonly reference: string;
  readonly component: Component;
}

export interface EvidenceNode extends Common {
  readonly kind: 'evidence';
  readonly reference: string;
  readonly evidence: Component['evidence'][number];
}

export interface PackagesNode extends Common {
  readonly kind: 'packages';
  readonly reference: string;
  readonly packages: readonly Package[];
}

/** Those of one ecosystem, where there are several. */
export interface EcosystemNode extends Common {
  readonly kind: 'ecosystem';
  readonly reference: string;
  readonly type: Package['type'];
  readonly packages: readonly Package[];
}

export interface PackageNode extends Common {
  readonly kind: 'package';
  readonly reference: string;
  readonly package: Package;
}

/** Shows the next rows of the folder that it is in. */
export interface MoreNode extends Common {
  readonly kind: 'more';
  readonly parent: Node;
  readonly hidden: number;
}

export type Node =
  | MessageNode
  | EngineNode
  | ContainersNode
  | ContainerNode
  | NoEngineNode
  | ArchivesNode
  | ArchiveNode
  | RegistriesNode
  | ImageNode
  | StatusNode
  | WholeNode
  | AsOfNode
  | ShareNode
  | LayerNode
  | EntryNode
  | ComponentsNode
  | ComponentNode
  | EvidenceNode
  | PackagesNode
  | EcosystemNode
  | PackageNode
  | MoreNode
  | ComparisonNodes;

export const pageSize = 1000;

/** As its row is called. */
export const nameOf = ({ name, origin }: Pick<ImageNode, 'name' | 'origin'>): string =>
  origin.kind === 'archive' && origin.alone ? basename(origin.path) : name;

/** The file that a row stands for. */
export function fileOf(node: Node | undefined): { reference: string; view: View; path: string } | undefined {
  if (node?.kind === 'entry') return { reference: node.reference, view: node.view, path: node.row.path };
  if (node?.kind === 'compared-entry') {
    const { pair, row } = node;
    return { reference: (row.after ? pair.after : pair.before).reference, view: { kind: 'image' }, path: row.path };
  }
  if (node?.kind === 'evidence')
    return { reference: node.reference, view: { kind: 'image' }, path: node.evidence.path };
  return undefined;
}
