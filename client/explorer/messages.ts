/** Rows that are sentences, and those that do something when they are clicked. */
import { basename } from 'node:path';
import type { ArchiveNode, ImageNode, MessageNode, Node } from './nodes.ts';

type Command = NonNullable<MessageNode['command']>;

export function message(
  parent: Node | undefined,
  text: string,
  icon: string,
  more: { detail?: string; full?: string; command?: Command } = {},
): Node {
  return { kind: 'message', id: `message ${parent?.id ?? ''} ${text}`, parent, text, icon, ...more };
}

/** What went wrong with an image. The folder of its archive, which the row has no room for, is in the tooltip. */
export function trouble(parent: ArchiveNode | ImageNode, text: string, icon: 'warning' | 'error'): Node {
  const path = parent.kind === 'archive' ? parent.path : parent.origin.kind === 'archive' ? parent.origin.path : '';
  return message(parent, path === '' ? text : text.replaceAll(path, basename(path)), icon, { full: text });
}

export function openRow(): Node {
  return message(undefined, 'Open an image archive…', 'folder-opened', { command: { id: 'distroless.openArchive' } });
}

export function registryRow(): Node {
  return message(undefined, 'Explore an image from a registry…', 'cloud', {
    command: { id: 'distroless.openRegistry' },
  });
}

export function chooseRow(): Node {
  return message(undefined, 'Choose another engine…', 'arrow-swap', { command: { id: 'distroless.chooseEngine' } });
}

export function again(parent: Node | undefined, command: Command = { id: 'distroless.refresh' }): Node {
  return message(parent, 'Try again', 'refresh', { command });
}

export function cancelled(parent: Node, reference: string): Node {
  return message(parent, 'Cancelled. Read again', 'debug-restart', {
    command: { id: 'distroless.readAgain', arguments: [reference] },
  });
}

export function allFiles(parent: Node): Node {
  return message(parent, 'Show all files', 'filter-filled', { command: { id: 'distroless.showAllFiles' } });
}
