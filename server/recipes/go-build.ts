/** Which files `go build` and `go install` write, as far as their words and go.mod tell. */

import { isInside, nameOf, resolvePath } from './paths.ts';
import { isKnown, programOf, type RunCommand } from './run-commands.ts';

export interface GoBuild {
  readonly command: RunCommand;
  readonly verb: 'build' | 'install';
  /** Where it runs: the folder in force, `cd` and `-C` counted. */
  readonly folder: string | undefined;
  readonly packages: readonly string[];
  /** As given with `-o`. */
  readonly output: string | undefined;
  /** Without their value where it stands in a word of its own. */
  readonly flags: readonly string[];
}

const WITH_VALUE = new Set(
  '-C -asmflags -buildmode -buildvcs -compiler -covermode -coverpkg -exec -gccgoflags -gcflags -installsuffix -ldflags -mod -modfile -o -overlay -p -pgo -pkgdir -tags -toolexec'.split(
    ' ',
  ),
);

export function readGoBuild(command: RunCommand): GoBuild | undefined {
  const [, first, ...rest] = command.words;
  const program = programOf(command);
  if (program !== 'go' || (first !== 'build' && first !== 'install')) return undefined;
  const packages: string[] = [];
  const flags: string[] = [];
  let output: string | undefined;
  let { cwd: folder } = command;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!.replace(/^--/, '-');
    if (!word.startsWith('-')) {
      packages.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const value =
      equals >= 0 ? word.slice(equals + 1) : WITH_VALUE.has(name) && name !== '-buildvcs' ? rest[++i] : undefined;
    flags.push(value === undefined ? name : `${name}=${value}`);
    if (name === '-o') output = value ?? '';
    if (name === '-C' && value !== undefined)
      folder = folder !== undefined && isKnown(value) ? resolvePath(folder, value) : undefined;
  }
  return { command, verb: first, folder, packages, output, flags };
}

/** What a build writes. `folder`: binaries there, whose names are not known. */
export type Output =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'folder'; readonly path: string }
  /** Nothing that lasts. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

export interface Module {
  /** Where go.mod is. */
  readonly folder: string;
  /** The module's path, when go.mod could be read. */
  readonly name: string | undefined;
}

/** `isFolder` says whether the Dockerfile makes the path a folder before. */
export function outputOf(
  build: GoBuild,
  module: Module | undefined,
  goBin: string | undefined,
  isFolder: (path: string) => boolean,
): Output {
  const { folder, output } = build;
  // Several files are one program, named after the first; several packages are several.
  const isFiles = build.packages.length > 0 && build.packages.every((it) => it.endsWith('.go'));
  const packages = build.packages.length === 0 ? ['.'] : isFiles ? build.packages.slice(0, 1) : build.packages;
  const names = packages.map((it) => binaryName(it, folder, module));
  const inFolder = (path: string): Output => {
    const known = names.filter((name) => name !== undefined);
    if (known.length < names.length) return { kind: 'folder', path };
    return { kind: 'files', paths: [...new Set(known)].map((name) => resolvePath(path, name)) };
  };
  if (build.verb === 'install') return goBin === undefined ? { kind: 'unknown' } : inFolder(goBin);
  if (output === undefined) {
    if (packages.length > 1 || build.packages.some((it) => it.endsWith('...') && it !== './...'))
      return { kind: 'none' };
    return folder === undefined ? { kind: 'unknown' } : inFolder(folder);
  }
  if (!isKnown(output) || (folder === undefined && !output.startsWith('/'))) return { kind: 'unknown' };
  const path = resolvePath(folder ?? '/', output);
  if (path === '/dev/null') return { kind: 'none' };
  return /(^|\/)\.{0,2}$/.test(output) || isFolder(path) ? inFolder(path) : { kind: 'files', paths: [path] };
}

/** The name of `PACKAGE@VERSION`; undefined for a package of the build's own. */
export function toolName(pattern: string): string | undefined {
  return pattern.includes('@') ? binaryName(pattern, undefined, undefined) : undefined;
}

/** The last part of the import path; a `/v2` does not count. Undefined where that hangs on what cannot be seen. */
function binaryName(pattern: string, folder: string | undefined, module: Module | undefined): string | undefined {
  if (!isKnown(pattern) || pattern.includes('...') || pattern.includes('*')) return undefined;
  if (pattern.endsWith('.go')) return nameOf(`/${pattern}`).replace(/\.go$/, '');
  if (!/^\.{0,2}(\/|$)/.test(pattern)) return lastPart(pattern.replace(/@.*$/, ''));
  if (folder === undefined) return undefined;
  const path = resolvePath(folder, pattern);
  if (module && isInside(module.folder, path)) {
    if (path === module.folder) return module.name === undefined ? undefined : lastPart(module.name);
    return lastPart(`module${path.slice(module.folder.length)}`);
  }
  // Without go.mod the import path begins at a folder that is not known; what is below where it runs is certain.
  return path === folder || !isInside(folder, path) ? undefined : lastPart(`module${path.slice(folder.length)}`);
}

function lastPart(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const last = parts.at(-1);
  return last !== undefined && /^v[2-9]\d*$/.test(last) && parts.length > 1 ? parts.at(-2) : last;
}
