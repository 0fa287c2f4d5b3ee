/** Ruby's gems: `specifications/NAME-VERSION.gemspec`, which RubyGems begins with a line for quick reading; the files lie in `gems/NAME-VERSION`. */
import { isPlain, nothing, type PackageFact } from './record.ts';

export const isGemRecord = (path: string): boolean => /\/specifications\/(default\/)?[^/]+\.gemspec$/.test(path);

export function readGem(text: string, path: string): PackageFact {
  const stub = /^# stub: (\S+) (\S+) (\S+)/m.exec(text);
  const name = stub?.[1] ?? /^[ \t]*s\.name[ \t]*=[ \t]*["']([^"']+)["']/m.exec(text)?.[1];
  const version = stub?.[2] ?? /^[ \t]*s\.version[ \t]*=[ \t]*["']([^"']+)["']/m.exec(text)?.[1];
  if (!isPlain(name) || !isPlain(version)) return nothing;
  const file = /([^/]+)\.gemspec$/.exec(path)?.[1];
  const home = path.replace(/\/specifications\/.*$/, '');
  return { ...nothing, records: [{ type: 'gem', name, version, folder: `${home}/gems/${file}` }] };
}
