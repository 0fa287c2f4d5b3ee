/**
 * A program of the user's own image (a server, an interpreter) that is taken along with the shared libraries it loads, because no distroless
 * image has it, or not of that version. With glibc the base brings the C library, and everything that the base has not is copied to where the
 * loader looks for it; with musl the loader itself comes along, on a base without a C library, so that nothing of the program changes.
 */
import { isRoot } from '../dockerfile/writing.ts';
import { addLine, type Draft, isKept, list, note } from './draft.ts';
import { keyword } from './layout.ts';
import { nameOf } from './paths.ts';
import type { Subject } from './subject.ts';

export interface Taken {
  /** Programs, by path. */
  readonly programs: readonly string[];
  /** Folders with modules, whose libraries are needed too. */
  readonly folders: readonly string[];
  /** Modules whose libraries are not needed, by the pattern of their names. */
  readonly except?: string;
  /** Modules that are not called as libraries are, by the pattern of their names: `*.node`. */
  readonly modules?: string;
  /** /usr/local and what else is loaded from there is copied as it is: only libraries of the system are collected. */
  readonly systemOnly?: boolean;
}

/** A stage that a recipe adds by itself. */
export interface AddedStage {
  /** Where its next line goes. */
  readonly line: number;
  readonly name: string;
}

/** Where the libraries are collected in the builder, as they are to lie in the final image. */
export const LIBRARIES = '/libraries';

/**
 * Libraries of Google's `base` and `cc`, as awk's regular expressions: those of libc6, libssl3t64, zlib1g and libzstd1, and of libgcc-s1,
 * libstdc++6 and libgomp1 (GoogleContainerTools/distroless: base/config.bzl, cc/config.bzl, for Debian 13).
 */
const IN_BASE = 'lib(c|m|dl|pthread|rt|util|resolv|anl|z|zstd)[.]so|lib(ssl|crypto)[.]so[.]3';
const IN_CC = `${IN_BASE}|lib(gcc_s|stdc[+][+]|gomp)[.]so`;

/**
 * Collects at the end of the builder what the programs load, and copies it. Libraries in /usr/local/lib stay there, where glibc finds them by
 * LD_LIBRARY_PATH alone (musl by itself). `draft.cut` must be known. Debian's and Alpine's images have ldd, awk and install.
 */
export function takeLibraries(draft: Draft, taken: Taken, kind: 'static' | 'base' | 'cc', stage?: AddedStage): void {
  const { subject } = draft;
  const line = stage?.line ?? endOfBuilder(draft);
  asRoot(draft, line);
  const { except } = taken;
  const programs = taken.programs.map(forShell);
  const folders = taken.folders.map(forShell);
  const modules = taken.modules === undefined ? [] : [`-name '${taken.modules}'`];
  const names = [...programs.map((path) => `-path ${path}`), "-name '*.so*'", ...modules].join(' -o ');
  const wanted = names.includes(' -o ') ? `'(' ${names} ')'` : names;
  const loaded =
    folders.length > 0
      ? `find ${[...programs, ...folders].join(' ')} -type f ${wanted}${except ? ` ! -name '${except}'` : ''} -exec ldd {} ';' 2>/dev/null`
      : programs.length === 1
        ? `ldd ${programs[0]}`
        : `{ ${programs.map((path) => `ldd ${path};`).join(' ')} }`;
  const where = taken.systemOnly ? '^/(usr/)?lib/' : '^/';
  // musl's loader is among what is printed, as the C library that it is.
  const missing = kind === 'static' ? '' : ` && $1 !~ "^(${kind === 'cc' ? IN_CC : IN_BASE})"`;
  const { escape: goesOn } = subject.dockerfile;
  const run = [
    `${keyword(subject, 'RUN')} mkdir ${LIBRARIES} && ${loaded} ${goesOn}`,
    `    | awk '$3 ~ "${where}"${missing} { print $3 }' | sort -u ${goesOn}`,
    // /lib is a link to /usr/lib in the base, and a folder of that name cannot be copied over it.
    `    | while read -r file; do install -D "$file" "${LIBRARIES}/usr/\${file#/usr/}"; done`,
  ];
  const isExplained = draft.added.get(line)?.some((text) => text.startsWith('# For what ships'));
  if (!isExplained) addLine(draft, line, `# For what ships: the shared libraries that ${loading(taken)}`);
  for (const text of run) addLine(draft, line, text);
  draft.copied.push({ path: LIBRARIES, to: '/', owner: undefined, ...(stage ? { from: stage.name } : {}) });
}

function loading({ programs, folders }: Taken): string {
  if (programs.length === 0) return 'the packages load';
  const names = programs.map(nameOf).join(' and ');
  return folders.length > 0 ? `${names} and its modules load` : `${names} ${programs.length > 1 ? 'load' : 'loads'}`;
}

/** A program that a stage builds, where it lies in it. */
export interface Linked {
  readonly builder: Subject;
  readonly path: string;
  /** Of the command that makes it. */
  readonly line: number;
  /** Installed packages whose libraries the base has not, as far as they are known. */
  readonly packages: readonly string[];
}

/** What the loader says that a program is linked to, by the builder itself: to the same places, less what the base has. */
export function takeLinked(
  draft: Draft,
  { builder, path, line, packages }: Linked,
  kind: 'static' | 'base' | 'cc',
): void {
  const { stage } = builder;
  const added = { line: stage.range.end.line + 1, name: stage.name?.text ?? String(stage.index) };
  takeLibraries(draft, { programs: [path], folders: [] }, kind, builder === draft.subject ? undefined : added);
  const why =
    kind === 'static'
      ? 'the base has none'
      : packages.length > 0
        ? `the base has not all of ${list(packages)}`
        : 'the base may not have them all';
  note(
    draft,
    'change',
    line,
    `The libraries that “${nameOf(path)}” is linked to are collected in the builder by ldd, and copied, because ${why}.`,
  );
  note(
    draft,
    'risk',
    line,
    'A library that is only opened by its name when the program runs, a plugin or a file of data, is not found that way. Copy it too if there is one.',
  );
}

/** A path as a word of a shell’s command. */
export const forShell = (path: string): string =>
  /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** The line after the last of the builder. */
export function endOfBuilder({ subject, cut }: Draft): number {
  return (subject.steps[cut]?.bottom ?? subject.stage.from.range.end.line) + 1;
}

/** What is put at the end of the builder can write everywhere. */
export function asRoot(draft: Draft, line: number): void {
  const { subject } = draft;
  const cut = isKept(draft) ? subject.steps.length : draft.cut;
  const user = subject.steps.findLast(({ instruction, index }) => instruction.keyword === 'USER' && index <= cut);
  if (!isRoot(user?.instruction.args[0]?.value ?? subject.base?.user ?? ''))
    addLine(draft, line, `${keyword(subject, 'USER')} root`);
}
