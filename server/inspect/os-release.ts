/** What the system calls itself: `/etc/os-release` (os-release(5)), lines of NAME=VALUE as a shell would read them. */

export interface OsRelease {
  readonly id: string;
  readonly version: string;
  readonly prettyName: string;
}

export const isOsRelease = (path: string): boolean => path === '/etc/os-release' || path === '/usr/lib/os-release';

/** Undefined where it has no ID. */
export function readOsRelease(text: string): OsRelease | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, quoted, bare] = /^([A-Z_]+)=(?:["'](.*)["']|(\S*))\s*$/.exec(line) ?? [];
    const value = quoted ?? bare;
    if (name !== undefined && value !== undefined && /^[\x20-\x7e]{0,200}$/.test(value)) values.set(name, value);
  }
  const id = values.get('ID');
  if (!id) return undefined;
  return { id, version: values.get('VERSION_ID') ?? '', prettyName: values.get('PRETTY_NAME') ?? id };
}
