/** Python's installed distributions (packaging.python.org, “Recording installed projects”): `NAME.dist-info` with METADATA and RECORD; before that, `NAME.egg-info`. */
import { allowance, allowedPath, isPlain, linesOf, nothing, type PackageFact, tooManyFiles } from './record.ts';

export const isPythonRecord = (path: string): boolean =>
  // What lies in `_vendor` is part of another distribution, and no Python finds it by itself.
  (/\.dist-info\/(METADATA|RECORD)$/.test(path) || /\.egg-info(\/PKG-INFO)?$/.test(path)) &&
  !path.includes('/_vendor/');

export function readPython(text: string, path: string): PackageFact {
  const folder = path.replace(/\/(METADATA|RECORD|PKG-INFO)$/, '');
  if (path.endsWith('/RECORD')) {
    return recorded(text, folder);
  }
  // Header fields as in a mail; the description follows after an empty line.
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const name = field(head, 'Name');
  const version = field(head, 'Version');
  if (!isPlain(name) || !isPlain(version)) return nothing;
  return { ...nothing, records: [{ type: 'pypi', name, version, listed: [folder] }] };
}

/** CSV: path, hash, size. Paths are relative to the folder that the record's folder lies in. */
function recorded(text: string, folder: string): PackageFact {
  const around = folder.replace(/[^/]*$/, '');
  const left = allowance();
  const files: string[] = [];
  for (const line of linesOf(text)) {
    // A line of millions of quotes is more than the expression can keep in mind.
    const path = line.length > 8192 ? null : /^"([^"]*(?:""[^"]*)*)"|^([^,\r]+)/.exec(line);
    const name = path?.[1]?.replaceAll('""', '"') ?? path?.[2];
    if (name !== undefined) files.push(...allowedPath(name.startsWith('/') ? '' : around, name, left));
    if (left.full) break;
  }
  return { ...nothing, list: { name: folder, files }, problems: tooManyFiles(left) };
}

const field = (head: string, name: string) => new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'im').exec(head)?.[1]?.trim();
