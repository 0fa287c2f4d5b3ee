/** The compilers that a build stage runs, and the programs that they write. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { runEnvironment, workdirAt } from '../dockerfile/environment.ts';
import { lastWithIndexBelow } from '../dockerfile/queries.ts';
import { absolute } from './copies.ts';
import type { Check } from './rule.ts';
import { inFolders, type RunCommand, runCommands } from './run.ts';
import type { Taken, TakenPaths } from './shipped.ts';

export interface Build {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly command: RunCommand;
  readonly tool: 'go' | 'cargo' | 'c' | 'c++';
  /** Absolute; with `/` at its end where only the folder is known. */
  readonly output: string;
  /** What follows `go build`, `cargo build` or the compiler. */
  readonly given: readonly string[];
  /** As written: `0`, `$TARGETARCH`; undefined where it is not set, `$` where it is not known. */
  variable(name: string): string | undefined;
}

const kept = new WeakMap<Stage, readonly Build[]>();

/** Those of the stage itself. */
export function buildsOf(check: Check, stage: Stage): readonly Build[] {
  const known = kept.get(stage);
  if (known) return known;
  const made = stage.instructions.flatMap((instruction) =>
    instruction.keyword === 'RUN' ? [...buildsIn(check, stage, instruction)] : [],
  );
  kept.set(stage, made);
  return made;
}

/**
 * The copy that takes the program. `go build .`, which only fills the cache, writes to the folder in which `go build -o manager` puts what
 * is copied: then it is not that of the first.
 */
export function takenOf(check: Check, build: Build, paths: TakenPaths): Taken | undefined {
  const { stage, output, given } = build;
  const last = lastOfOutputs(buildsOf(check, stage));
  const found = isLast(check, build) ? paths.find(output) : undefined;
  const isNameless = output.endsWith('/') && optionOf(given, '-o') === undefined;
  const isOther = found && isNameless && last.has(found.path);
  return isOther ? undefined : found;
}

/** Of several that write the same, as where dependencies are compiled first. */
export const isLast = (check: Check, build: Build): boolean =>
  lastOfOutputs(buildsOf(check, build.stage)).get(build.output) === build;

const keptLast = new WeakMap<readonly Build[], ReadonlyMap<string, Build>>();

function lastOfOutputs(builds: readonly Build[]): ReadonlyMap<string, Build> {
  const known = keptLast.get(builds);
  if (known) return known;
  const made = new Map(builds.map((build) => [build.output, build]));
  keptLast.set(builds, made);
  return made;
}

function* buildsIn(check: Check, stage: Stage, instruction: Instruction): Generator<Build> {
  const { dockerfile } = check;
  const from = workdirAt(dockerfile, stage, instruction, check.base(stage)?.workdir);
  const exported = new Map<string, Arg[]>();
  let index = 0;
  for (const command of inFolders(runCommands(instruction), from)) {
    const before = ++index;
    const { name, words, env, cwd } = command;
    const values = words.map(({ value }) => value);
    if (name === 'export') for (const assignment of values.slice(1)) assign(exported, assignment, index);
    const tool = toolOf(name, values);
    if (!tool || cwd === undefined) continue;
    const own = new Map<string, Arg[]>();
    for (const assignment of env) assign(own, assignment, 0);
    const variable = (wanted: string) =>
      own.get(wanted)?.at(-1)?.value ??
      lastWithIndexBelow(exported.get(wanted) ?? [], before)?.value ??
      fromFile(check, stage, instruction, wanted);
    const given = values.slice(tool === 'go' || tool === 'cargo' ? 2 : 1);
    const output = outputOf(tool, values[1] ?? '', given, cwd, variable);
    if (output) yield { stage, instruction, command, tool, output, given, variable };
  }
}

function assign(variables: Map<string, Arg[]>, assignment: string, index: number) {
  const equals = assignment.indexOf('=');
  if (equals <= 0) return;
  const name = assignment.slice(0, equals);
  const list = variables.get(name) ?? [];
  list.push({ index, value: assignment.slice(equals + 1) });
  variables.set(name, list);
}

/** Whoever builds may give an ARG any value; the default is what a plain build takes. */
function fromFile({ dockerfile }: Check, stage: Stage, instruction: Instruction, name: string): string | undefined {
  const variables = runEnvironment(dockerfile, stage, instruction);
  return variables.has(name) ? (variables.get(name) ?? '$') : undefined;
}

export interface Arg {
  readonly index: number;
  readonly value: string | undefined;
}

const keptArgs = new WeakMap<Stage, ReadonlyMap<string, readonly Arg[]>>();

export function argsOf(stage: Stage): ReadonlyMap<string, readonly Arg[]> {
  const known = keptArgs.get(stage);
  if (known) return known;
  const made = new Map<string, Arg[]>();
  for (const instruction of stage.instructions) {
    if (instruction.keyword !== 'ARG') continue;
    for (const { name, value } of assignments(instruction)) {
      const list = made.get(name) ?? [];
      list.push({ index: instruction.index, value });
      made.set(name, list);
    }
  }
  keptArgs.set(stage, made);
  return made;
}

function toolOf(name: string, [, verb]: readonly string[]): Build['tool'] | undefined {
  if (name === 'go') return verb === 'build' || verb === 'install' ? 'go' : undefined;
  if (name === 'cargo') return verb === 'build' || verb === 'b' || verb === 'install' ? 'cargo' : undefined;
  if (/^(gcc|cc|clang)(-\d+)?$/.test(name)) return 'c';
  if (/^(g\+\+|c\+\+|clang\+\+)(-\d+)?$/.test(name)) return 'c++';
  return undefined;
}

function outputOf(
  tool: Build['tool'],
  verb: string,
  given: readonly string[],
  cwd: string,
  variable: Build['variable'],
): string | undefined {
  const isInstall = verb === 'install';
  if (tool === 'go') return isInstall ? goInstalls(given, variable) : goBuilds(given, cwd);
  if (tool === 'cargo') {
    if (isInstall) return `${optionOf(given, '--root') ?? '/usr/local/cargo'}/bin/`;
    const target = optionOf(given, '--target') ?? variable('CARGO_BUILD_TARGET');
    const folder = absolute(cwd, optionOf(given, '--target-dir') ?? variable('CARGO_TARGET_DIR') ?? 'target');
    const profile =
      optionOf(given, '--profile') ?? (given.includes('--release') || given.includes('-r') ? 'release' : 'debug');
    return known(`${folder}/${target ? `${target}/` : ''}${profile}/`);
  }
  const output = optionOf(given, '-o');
  if (output === undefined || given.includes('-c') || given.includes('-shared') || /\.(o|so)\b/.test(output))
    return undefined;
  return known(absolute(cwd, output));
}

function goBuilds(given: readonly string[], cwd: string): string | undefined {
  const folder = absolute(cwd, optionOf(given, '-C') ?? '.');
  const output = optionOf(given, '-o');
  if (output !== undefined) {
    // `-o bin/$NAME`
    const certain = output.includes('$') ? output.slice(0, output.lastIndexOf('/', output.indexOf('$')) + 1) : output;
    if (certain === '') return undefined;
    return /\/$|^\.$/.test(certain) ? `${absolute(folder, certain)}/` : absolute(folder, certain);
  }
  const what = given.filter((word, i) => !word.startsWith('-') && !takesValue.test(given[i - 1] ?? '')).at(-1) ?? '.';
  if (what.includes('...') || what.includes('$')) return undefined;
  const name = what.slice(what.lastIndexOf('/') + 1).replace(/\.go$/, '');
  return name === '.' || name === '' || name === '..' ? `${folder}/` : absolute(folder, name);
}

function goInstalls(given: readonly string[], variable: Build['variable']): string | undefined {
  const folder = variable('GOBIN') ?? `${variable('GOPATH') ?? '/go'}/bin`;
  const what = given.filter((word, i) => !word.startsWith('-') && !takesValue.test(given[i - 1] ?? '')).at(-1) ?? '.';
  const name = what.replace(/@.*$/, '').replace(/\/v\d+$/, '');
  const last = name.slice(name.lastIndexOf('/') + 1);
  return known(/^\.*$/.test(last) || last.includes('$') ? `${folder}/` : `${folder}/${last}`);
}

/** Options of go whose value is the next word. */
const takesValue =
  /^--?(o|C|p|asmflags|buildmode|buildvcs|compiler|covermode|coverpkg|gccgoflags|gcflags|installsuffix|ldflags|mod|modfile|overlay|pgo|pkgdir|tags|toolexec)$/;

const known = (path: string) => (path.includes('$') ? undefined : path);

/** The value of `-o X`, `-oX` or `--opt=X`; of several the last. */
export function optionOf(given: readonly string[], name: string): string | undefined {
  const at = given.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const word = given[at]!;
  return word === name ? given[at + 1] : word.slice(name.length + 1);
}
