/** The rows above the images: the engine, and what the user has opened. */
import { visible } from '../visible.ts';
import type { Archives } from './archives.ts';
import type { EngineAnswer } from './engine.ts';
import { imageId } from './image-rows.ts';
import { again, chooseRow, message, openRow, registryRow, trouble } from './messages.ts';
import type { ArchiveNode, EngineNode, ImageNode, Node } from './nodes.ts';
import { registryReference } from './registries.ts';

/** `opened`: the rows of what the user has opened himself. */
export function rootRows(engine: EngineAnswer, opened: readonly Node[]): Node[] {
  const parent = undefined;
  switch (engine.kind) {
    case 'asking':
      return [message(parent, 'Looking for a container engine…', 'loading~spin'), ...opened];
    case 'connected':
      if (opened.length > 0 || engine.images.length > 0) return [engineRow(engine), ...opened];
      return [engineRow(engine), openRow(), registryRow()];
    case 'restricted': {
      const trust = { id: 'workbench.trust.manage' };
      const detail =
        'The environment of this folder may name another engine than yours. Trust the folder to list the images of the engine.';
      // Without any row the view shows its welcome, which says the same and has buttons.
      if (opened.length === 0) return [];
      return [message(parent, 'Engine not asked in Restricted Mode', 'shield', { detail, command: trust }), ...opened];
    }
    case 'failed':
      return [message(parent, engine.message, 'error'), again(parent), ...opened];
    case 'none': {
      const { tried } = engine;
      const none: Node = { kind: 'no-engine', id: 'no-engine', parent, tried, expanded: opened.length === 0 };
      if (opened.length > 0) return [...opened, none];
      return [openRow(), registryRow(), again(parent), chooseRow(), ...(tried.length > fewTried ? [none] : [])];
    }
  }
}

/** When there is nothing to show: why, in sentences that the view puts above the rows, because a row would cut them off. */
export function explanation(engine: EngineAnswer, hasOpened: boolean): string {
  if (engine.kind !== 'none' || hasOpened) return '';
  const { tried } = engine;
  const why = tried.length <= fewTried ? tried.map((one) => visible(one.why)).join(' ') : 'These places were tried.';
  return `No container engine answered, so there are no images to list. ${why} You can open an image archive without one.`;
}

/** So many reasons are read as sentences; more as a list. */
const fewTried = 3;

export const engineRow = (engine: EngineNode['engine']): EngineNode => {
  return { kind: 'engine', id: 'engine', parent: undefined, engine };
};

export function engineImageRows(parent: EngineNode): Node[] {
  const { images } = parent.engine;
  if (images.length === 0) return [message(parent, 'It has no images yet. Pull or build one.', 'info')];
  return images
    .toSorted((a, b) => b.created - a.created || a.name.localeCompare(b.name))
    .map((image) => {
      const { reference, name } = image;
      return { kind: 'image', id: imageId(reference), parent, reference, name, origin: { kind: 'engine', image } };
    });
}

export const registryImageRow = (name: string, parent: Node): ImageNode => {
  const reference = registryReference(name);
  return { kind: 'image', id: imageId(reference), parent, reference, name, origin: { kind: 'registry' } };
};

/** The row of an archive: its image, where it has one and no problem. */
export function archiveRow(path: string, parent: Node, archives: Archives): ImageNode | ArchiveNode {
  const listing = archives.listing(path);
  const [only, ...others] = listing.kind === 'listed' && listing.problems.length === 0 ? listing.images : [];
  if (!only || others.length > 0) return { kind: 'archive', id: `archive ${path}`, parent, path };
  const { reference, name } = only;
  const origin = { kind: 'archive', path, alone: true } as const;
  return { kind: 'image', id: imageId(reference), parent, reference, name, origin };
}

export function archiveImageRows(parent: ArchiveNode, archives: Archives): Node[] {
  const { path } = parent;
  const listing = archives.listing(path);
  if (listing.kind === 'listing') return [message(parent, 'Reading what is in it…', 'loading~spin')];
  const problems = listing.problems.map((problem) => trouble(parent, problem, 'warning'));
  const images = listing.images.map(({ reference, name }): Node => {
    const origin = { kind: 'archive', path, alone: false } as const;
    return { kind: 'image', id: imageId(reference), parent, reference, name, origin };
  });
  if (images.length > 0) return [...problems, ...images];
  const retry = { id: 'distroless.openArchive', arguments: [path] };
  return [
    ...(problems.length > 0 ? problems : [message(parent, 'There is no image in it.', 'info')]),
    again(parent, retry),
  ];
}
