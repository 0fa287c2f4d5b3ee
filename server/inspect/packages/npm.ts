/** A package of npm: `node_modules/NAME/package.json`, and all that lies in that folder but in no package of its own. */
import { isPlain, nothing, type PackageFact } from './record.ts';

export const isNpmRecord = (path: string): boolean =>
  /\/node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path);

export function readNpm(text: string, path: string): PackageFact {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return nothing;
  }
  if (typeof json !== 'object' || json === null) return nothing;
  const { name, version } = json as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string' || !isPlain(name) || !isPlain(version)) return nothing;
  return { ...nothing, records: [{ type: 'npm', name, version, folder: path.slice(0, -'/package.json'.length) }] };
}
