/** Paths inside an image: always absolute, with `/`, without `.` and `..`. */

export function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith('/') ? '' : folder}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** True for the folder itself too. */
export function isInside(folder: string, path: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** The outermost of the folders, in the order given. */
export function outermost(folders: readonly string[]): readonly string[] {
  const different = [...new Set(folders)];
  return different.filter((path) => !different.some((other) => other !== path && isInside(other, path)));
}

/** What the builder alone uses: caches, homes, the toolchain. */
export function isBuildersOwn(path: string): boolean {
  return BUILDERS_OWN.some((folder) => isInside(folder, path));
}

const BUILDERS_OWN = [
  '/root',
  '/tmp',
  '/var/cache',
  '/var/lib/apt',
  '/var/tmp',
  '/etc/apt',
  '/etc/apk',
  '/usr/local/go',
  '/go/pkg',
  '/dev',
];

/**
 * Folders of the system: what is in them is not the application's alone, and a copy of them would replace or double the base's.
 * `/srv`, which is empty in every image, and `/usr/src/app` are none; `/usr/local` is.
 */
export function isSystemFolder(path: string): boolean {
  return SYSTEM.has(path) || ['/proc', '/sys', '/dev', '/boot'].some((folder) => isInside(folder, path));
}

const SYSTEM = new Set([
  '/',
  '/bin',
  '/etc',
  '/etc/ssl',
  '/etc/ssl/certs',
  '/go',
  '/go/bin',
  '/go/src',
  '/home',
  '/lib',
  '/lib64',
  '/media',
  '/mnt',
  '/opt',
  '/root',
  '/run',
  '/sbin',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/include',
  '/usr/lib',
  '/usr/local',
  '/usr/local/bin',
  '/usr/local/etc',
  '/usr/local/include',
  '/usr/local/lib',
  '/usr/local/lib/node_modules',
  '/usr/local/sbin',
  '/usr/local/share',
  '/usr/local/share/ca-certificates',
  '/usr/sbin',
  '/usr/share',
  '/usr/src',
  '/var',
  '/var/cache',
  '/var/lib',
  '/var/log',
  '/var/run',
]);
