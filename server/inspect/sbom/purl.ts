/** Package URLs (package-url/purl-spec), by which scanners know packages. */
import { PackageURL } from 'packageurl-js';
import type { ImageReport, Package } from '../report.ts';

/** Undefined: the name or version is none that a package URL can hold. */
export function purlOf(
  { type, name, version, architecture }: Package,
  system: ImageReport['system'],
): PackageURL | undefined {
  const { namespace, rest } = splitName(type, name, system);
  const ofSystem = type === 'deb' || type === 'apk' || type === 'rpm';
  const qualifiers: Record<string, string> = {};
  if (ofSystem && architecture) qualifiers.arch = architecture;
  if (ofSystem && system) qualifiers.distro = [system.id, system.version].filter(Boolean).join('-');
  try {
    return new PackageURL(type, namespace, rest, version || undefined, qualifiers, undefined);
  } catch {
    return undefined;
  }
}

function splitName(
  type: Package['type'],
  name: string,
  system: ImageReport['system'],
): { readonly namespace: string | undefined; readonly rest: string } {
  switch (type) {
    case 'deb':
      return { namespace: system?.id ?? 'debian', rest: name };
    case 'apk':
      return { namespace: system?.id ?? 'alpine', rest: name };
    case 'rpm':
      return { namespace: system?.id, rest: name };
    case 'maven': {
      const [group = '', artifact] = name.split(':');
      return artifact === undefined ? { namespace: undefined, rest: group } : { namespace: group, rest: artifact };
    }
    case 'npm':
    case 'golang': {
      const at = name.lastIndexOf('/');
      return at < 0 ? { namespace: undefined, rest: name } : { namespace: name.slice(0, at), rest: name.slice(at + 1) };
    }
    default:
      return { namespace: undefined, rest: name };
  }
}
