/**
 * URIs of what is in an image: `distroless-image:/bin/sh?{…}`.
 * A row's URI carries the reasons for its badge, so that the badge needs no memory. A document's URI ends in `.txt`, whatever
 * the file is called: no language server, notebook or custom editor is to start on what an image contains.
 */
import { Uri } from 'vscode';
import type { FileRow, View } from '../../server/protocol.ts';
import type { Severity } from '../../server/rules/rule.ts';
import { shortened, visible } from '../visible.ts';

export const imageScheme = 'distroless-image';

export interface FileAddress {
  readonly reference: string;
  readonly view: View;
  readonly path: string;
}

export function documentUri(address: FileAddress): Uri {
  // `title` is what the label formatter in package.json shows; its last part becomes the name of the tab.
  const title = titleOf(address.path);
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

/** For the row's file icon (by its name) and its badge (by its flags, and by what a layer does to it where that is marked). */
export function rowUri(row: FileRow, mark?: FileRow['change']): Uri {
  const flags = row.flags.map(({ severity }) => severity);
  return Uri.from({
    scheme: imageScheme,
    path: titleOf(row.path),
    query: JSON.stringify(mark ? { flags, mark } : { flags }),
  });
}

export function rowMarks(uri: Uri): { readonly flags: readonly Severity[]; readonly mark?: FileRow['change'] } {
  if (uri.scheme !== imageScheme || !uri.query.startsWith('{"flags":')) return { flags: [] };
  return JSON.parse(uri.query);
}

/** Tabs are as wide as their names. */
function titleOf(path: string): string {
  const parts = visible(path).split('/');
  const shown = parts.length > 40 ? [...parts.slice(0, 10), '…', ...parts.slice(-10)] : parts;
  return shown.map((part) => shortened(part, 100)).join('/');
}
