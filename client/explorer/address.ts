/**
 * URIs of what is in an image: `distroless-image:/bin/sh?{…}`.
 * A row's URI carries the reasons for its badge, so that the badge needs no memory. A document's URI ends in `.txt`, whatever
 * the file is called: no language server, notebook or custom editor is to start on what an image contains.
 */
import { Uri } from 'vscode';
import type { FileRow, View } from '../../server/protocol.ts';
import type { Severity } from '../../server/rules/rule.ts';
import { visible } from '../visible.ts';

export const imageScheme = 'distroless-image';

export interface FileAddress {
  readonly reference: string;
  readonly view: View;
  readonly path: string;
}

export function documentUri(address: FileAddress): Uri {
  // `title` is what the label formatter in package.json shows; its last part becomes the name of the tab.
  const title = visible(address.path);
  return Uri.from({ scheme: imageScheme, path: `${title}.txt`, query: JSON.stringify({ ...address, title }) });
}

export function fileAddress(uri: Uri): FileAddress | undefined {
  try {
    const query = JSON.parse(uri.query);
    if (typeof query.reference !== 'string' || typeof query.path !== 'string') return undefined;
    const { kind, layer } = query.view ?? {};
    const view: View = Number.isSafeInteger(layer)
      ? { kind: kind === 'as-of' ? kind : 'layer', layer }
      : { kind: 'image' };
    return { reference: query.reference, view, path: query.path };
  } catch {
    return undefined;
  }
}

/** For the row's file icon (by its name) and its badge (by its flags). */
export function rowUri(row: FileRow): Uri {
  const flags = row.flags.map(({ severity }) => severity);
  return Uri.from({ scheme: imageScheme, path: visible(row.path), query: JSON.stringify({ flags }) });
}

export function rowFlags(uri: Uri): readonly Severity[] {
  if (uri.scheme !== imageScheme || !uri.query.startsWith('{"flags":')) return [];
  return JSON.parse(uri.query).flags;
}
