/** What a build stage installs of Python packages: by name, by requirements files, by pyproject.toml. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { matchesName } from '../dockerfile/glob.ts';
import { flag } from '../dockerfile/queries.ts';
import { absolute, type Copy, copyOf, isInside } from './copies.ts';
import { readPyproject } from './pyproject.ts';
import type { ContextFile, ContextFiles } from './rule.ts';
import { inFolders, type RunCommand, type RunWord, runCommands } from './run.ts';
import { chainBelow } from './shipped.ts';

export interface PythonInstall {
  readonly command: RunCommand;
  readonly stage: Stage;
  readonly instruction: Instruction;
  /** As pip is told them: `psycopg2>=2.9`. */
  readonly named: readonly string[];
  /** For each file the paths in the build context that it may have, the likeliest first. */
  readonly files: readonly (readonly string[])[];
  /** `pip install --target`, absolute. */
  readonly target: string | undefined;
}

/** One requirement, and the file that lists it; `path` is undefined where the command itself does. */
export interface Requirement {
  readonly text: string;
  readonly path: string | undefined;
}

/** So many commands of a Dockerfile are looked at, and so many files. */
const MOST_INSTALLS = 30;
const MOST_FILES = 40;
const MOST_CANDIDATES = 6;

const kept = new WeakMap<Dockerfile, readonly PythonInstall[]>();

export function pythonInstalls(dockerfile: Dockerfile): readonly PythonInstall[] {
  const known = kept.get(dockerfile);
  if (known) return known;
  const found: PythonInstall[] = [];
  for (const stage of dockerfile.stages) {
    for (const instruction of stage.instructions) {
      if (found.length >= MOST_INSTALLS) break;
      if (instruction.keyword !== 'RUN') continue;
      const from = workdirAt(dockerfile, stage, instruction, undefined);
      for (const command of inFolders(runCommands(instruction), from)) {
        const { named, files, target } = installOf(command);
        if (named.length + files.length === 0 || found.length >= MOST_INSTALLS) continue;
        const at = (path: string) => candidatesOf(dockerfile, stage, instruction, command.cwd, path);
        found.push({
          command,
          stage,
          instruction,
          named,
          files: files.slice(0, 5).map(at),
          target: target?.startsWith('/')
            ? absolute('/', target)
            : target && command.cwd && absolute(command.cwd, target),
        });
      }
    }
  }
  kept.set(dockerfile, found);
  return found;
}

/** Those of the build context that are needed to know, and those that the ones that were read name. */
export function installFiles(dockerfile: Dockerfile, read: ContextFiles): readonly string[] {
  const paths = new Set(pythonInstalls(dockerfile).flatMap(({ files }) => files.flat()));
  for (const path of paths) {
    if (paths.size >= MOST_FILES) break;
    for (const more of listOf(path, read).includes) paths.add(more);
  }
  return [...paths].slice(0, MOST_FILES);
}

/** All that the command installs, as far as the context tells; what these packages depend on themselves is not known. */
export function requirementsOf({ named, files }: PythonInstall, context: ContextFiles): readonly Requirement[] {
  const paths = new Set(files.flatMap((all) => all.find((path) => context.get(path)) ?? []));
  const lists: (readonly Requirement[])[] = [named.map((text) => ({ text, path: undefined }))];
  for (const path of paths) {
    const { requirements, includes } = listOf(path, context);
    lists.push(requirements);
    for (const more of includes) if (paths.size < MOST_FILES) paths.add(more);
  }
  return lists.flat();
}

interface List {
  readonly requirements: readonly Requirement[];
  /** Other files that it names. */
  readonly includes: readonly string[];
}

const lists = new WeakMap<ContextFile, List>();

function listOf(path: string, context: ContextFiles): List {
  const file = context.get(path);
  const known = file && lists.get(file);
  if (!file || known) return known ?? { requirements: [], includes: [] };
  const lines = isProject(path) ? readPyproject(file.text).dependencies : file.text.split('\n');
  const made = {
    requirements: lines.flatMap((line) => (/^\s*\w/.test(line) ? [{ text: line.trim(), path }] : [])),
    includes: isProject(path) ? [] : includesOf(path, lines),
  };
  lists.set(file, made);
  return made;
}

export const isProject = (path: string) => /(^|\/)pyproject\.toml$/.test(path);

/** `-r base.txt`, from the folder of the file on. What `-c` names limits versions, and installs nothing. */
function includesOf(path: string, lines: readonly string[]): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const found = lines.flatMap((line) => {
    const file = /^\s*(?:-r\s*|--requirement(?:=|\s)\s*)["']?([\w./-]+)["']?\s*(?:#.*)?$/.exec(line)?.[1];
    return (file && !file.startsWith('/') && inContext(`${folder}${file}`)) || [];
  });
  return found.slice(0, MOST_FILES);
}

/** Undefined for what leads out of the context. */
function inContext(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/') || undefined;
}

function installOf({ name, words }: RunCommand): {
  readonly named: readonly string[];
  readonly files: readonly string[];
  readonly target?: string | undefined;
} {
  const given = words.slice(1);
  const [first, second] = given.map(({ value }) => value);
  const python = /^python(3(\.\d+)?)?$/.test(name) && first === '-m' && second === 'pip';
  const pip = python
    ? given.slice(2)
    : /^pip(3(\.\d+)?)?$/.test(name)
      ? given
      : name === 'uv' && first === 'pip'
        ? given.slice(1)
        : undefined;
  const files = filesNamed(given);
  if (pip) {
    if (name === 'uv' && pip[0]?.value === 'sync')
      files.push(...pip.slice(1).flatMap(({ value }) => (isFile(value) ? [value] : [])));
    if (pip[0]?.value !== 'install') return { named: [], files };
    const operands = operandsOf(pip.slice(1));
    if (operands.some((it) => /^\.\/?(\[[\w,-]*\])?$/.test(it)) && !pip.some(({ value }) => value === '--no-deps'))
      files.push('pyproject.toml');
    return { named: operands.filter((it) => /^[A-Za-z0-9]/.test(it)), files, target: targetOf(pip) };
  }
  const rest = given
    .slice(1)
    .map(({ value }) => value)
    .join(' ');
  const isProjects =
    ((name === 'uv' && first === 'sync') || (/^(poetry|pdm)$/.test(name) && /^(install|sync)$/.test(first ?? ''))) &&
    !ELSEWHERE.test(rest.replace(ALL_THE_SAME, '')) &&
    !given.some(({ dynamic }) => dynamic);
  return { named: [], files: isProjects ? [...files, 'pyproject.toml'] : files };
}

/** The project’s own dependencies are installed with these too. */
const ALL_THE_SAME = /(?<!\S)--(only[= ]main|without[= ](?!\S*main)\S+)(?!\S)/g;
/** Another project, groups alone, or nothing is installed. */
const ELSEWHERE =
  /(?<!\S)(-C|-P|-p|-g|--(project|directory|only-group|only-dev|only|without|dry-run|global|script|package))(?![\w-])/;

const isFile = (path: string) => /^[\w./-]*(\.txt|pyproject\.toml)$/.test(path);

/** `-r FILE`, whatever the command is. */
function filesNamed(words: readonly RunWord[]): string[] {
  return words.flatMap(({ value }, i) => {
    const file = /^(-r|--requirement|--requirements)$/.test(words[i - 1]?.value ?? '')
      ? value
      : /^(?:-r|--requirements?=)(.+)$/.exec(value)?.[1];
    return file && isFile(file) ? [file] : [];
  });
}

/** After any other option stands what may be its value. */
const FLAGS =
  /^(-U|-q|-v|-I|-e|--(editable|user|upgrade|quiet|verbose|pre|system|no-cache|no-cache-dir|no-deps|no-compile|compile|no-input|no-warn-script-location|no-warn-conflicts|no-build-isolation|disable-pip-version-check|break-system-packages|ignore-installed|force-reinstall|prefer-binary|require-hashes|root-user-action=\w+)|--[\w-]+=.*|-t.+)$/;

function operandsOf(words: readonly RunWord[]): string[] {
  return words.flatMap(({ value, dynamic }, i) => {
    const before = words[i - 1]?.value ?? '';
    const isValue = before.startsWith('-') && !FLAGS.test(before);
    return dynamic || isValue || value.startsWith('-') ? [] : [value];
  });
}

function targetOf(words: readonly RunWord[]): string | undefined {
  for (const [i, { value }] of words.entries()) {
    const [, joined] = /^(?:--target|-t)(?:=(.+))?$/.exec(value) ?? [];
    if (joined !== undefined) return joined;
    if (value === '-t' || value === '--target') return words[i + 1]?.dynamic ? undefined : words[i + 1]?.value;
  }
  return undefined;
}

/** By the copies before it; where none brings it, as a mount may, it is taken to have the same name there. */
function candidatesOf(
  dockerfile: Dockerfile,
  stage: Stage,
  before: Instruction,
  cwd: string | undefined,
  written: string,
): readonly string[] {
  const path = written.startsWith('/') ? absolute('/', written) : cwd && absolute(cwd, written);
  const name = written.slice(written.lastIndexOf('/') + 1);
  const found: string[] = [];
  for (const link of path === undefined ? [] : chainBelow(dockerfile, stage).sort((a, b) => b.index - a.index)) {
    for (const copy of copiesUp(dockerfile, link)) {
      const { instruction } = copy;
      if (instruction.index > before.index) continue;
      if (found.length >= MOST_CANDIDATES) break;
      if (flag(instruction, 'from')) {
        // What another stage made is no file of the context.
        if (copy.sources.some((source) => source?.endsWith(`/${name}`) || source === name)) return found;
        continue;
      }
      if (!flag(instruction, 'parents')) found.push(...sourcesOf(copy, path!));
    }
  }
  const inside = found.flatMap((it) => inContext(it) ?? []);
  if (inside.length > 0) return [...new Set(inside)].slice(0, MOST_CANDIDATES);
  const same = inContext(written);
  return same === undefined ? [] : [...new Set([same, name])];
}

const keptCopies = new WeakMap<Stage, readonly Copy[]>();

/** The last one first. Whatever is from a folder that only the base image tells is left out. */
function copiesUp(dockerfile: Dockerfile, stage: Stage): readonly Copy[] {
  const known = keptCopies.get(stage);
  if (known) return known;
  const made = stage.instructions
    .flatMap((instruction) => copyOf({ dockerfile, base: () => undefined }, stage, instruction) ?? [])
    .reverse();
  keptCopies.set(stage, made);
  return made;
}

/** What the path may be a copy of. */
function sourcesOf({ destination, sources, intoFolder }: Copy, path: string): string[] {
  if (destination === undefined || !isInside(destination, path)) return [];
  const rest = path === destination ? '' : path.slice(destination === '/' ? 1 : destination.length + 1);
  return sources.flatMap((source) => {
    if (source === undefined || /^<<|:\/\/|^git@/.test(source)) return [];
    const slash = source.lastIndexOf('/');
    const [folder, last] = [source.slice(0, slash + 1), source.slice(slash + 1)];
    if (/[*?[]/.test(folder)) return [];
    if (/[*?[]/.test(last)) return rest !== '' && matchesName(last, rest) ? [`${folder}${rest}`] : [];
    if (rest === '') return intoFolder ? [] : [source];
    return rest === last ? [source, `${source}/${rest}`] : /\.\w+$/.test(last) ? [] : [`${source}/${rest}`];
  });
}
