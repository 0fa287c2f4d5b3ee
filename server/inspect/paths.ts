/** Finding files by where they lie, on systems whose `/bin` is `/usr/bin` and on those where it is not. */
import type { View } from '../images/view.ts';
import type { Look } from './components/component.ts';

/** The nodes at the paths, each once; `*` stands for any name, or a part of one. Links to folders are followed. */
export function at({ files }: Look, patterns: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const pattern of patterns.flatMap(withAndWithoutUsr))
    for (const node of matches(files, pattern.split('/').slice(1))) found.add(node);
  return found;
}

/** What may be executed in the folders where programs lie, links to such included; each once. */
export function* programs(look: Look): Generator<number> {
  const seen = new Set<number>();
  for (const folder of at(look, programFolders)) {
    for (const node of look.files.children(folder)) {
      if (seen.has(node) || !isProgram(look, node)) continue;
      seen.add(node);
      yield node;
    }
  }
}

/** A link that leads nowhere is no program. */
export function isProgram({ files, image }: Look, node: number): boolean {
  const file = files.follow(node);
  if (file >= 0) return isExecutableFile(files, file);
  const there = image?.find(files.path(node)) ?? -1;
  return image !== undefined && there >= 0 && isExecutableFile(image, there);
}

/** `/bin/sh` and `/usr/bin/sh` are one name for package lists and layers that differ in nothing else. */
export const withUsr = (path: string): string => path.replace(/^\/(bin|sbin|lib|lib32|lib64)\//, '/usr/$1/');

/** Names in which `*` stands for any part; matched against all of a name. */
export function namePattern(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.includes('*')));
  const others = names.filter((name) => name.includes('*')).map(wildcard);
  const pattern = others.length > 0 ? new RegExp(others.map(({ source }) => source).join('|')) : undefined;
  return (name) => exact.has(name) || pattern?.test(name) === true;
}

const programFolders: readonly string[] = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/busybox',
  '/opt/*/bin',
  '/root/.local/bin',
  '/home/*/.local/bin',
  '/nix/store/*/bin',
];

const withAndWithoutUsr = (pattern: string) =>
  /^\/usr\/(bin|sbin|lib)/.test(pattern) ? [pattern, pattern.slice(4)] : [pattern];

const isExecutableFile = (files: View, node: number) => {
  const type = files.type(node);
  return (type === 'file' || type === 'hardlink') && (files.mode(node) & 0o111) !== 0;
};

function* matches(files: View, parts: readonly string[], folder = 0): Generator<number> {
  const [part, ...others] = parts;
  if (part === undefined) return;
  for (const node of named(files, folder, part)) {
    if (others.length === 0) yield node;
    else {
      const inside = files.follow(node);
      if (inside >= 0) yield* matches(files, others, inside);
    }
  }
}

function* named(files: View, folder: number, part: string): Generator<number> {
  if (!part.includes('*')) {
    const node = files.child(folder, part);
    if (node >= 0) yield node;
    return;
  }
  const pattern = wildcard(part);
  for (const node of files.children(folder)) if (pattern.test(files.name(node))) yield node;
}

const wildcard = (part: string) => new RegExp(`^${part.split('*').map(quoted).join('.*')}$`);
const quoted = (text: string) => text.replace(/[^\w-]/g, '\\$&');
