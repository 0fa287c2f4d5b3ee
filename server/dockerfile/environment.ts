/** What variables hold, and where a stage is, at each of its instructions: as far as the file tells. */
import { assignments } from './assignments.ts';
import type { Dockerfile, Heredoc, Instruction, Stage, Word } from './dockerfile.ts';
import { lastWithIndexBelow, rootStage } from './queries.ts';
import { platformArg } from './stages.ts';
import { stepsOf } from './steps.ts';
import { type Budget, expand, type Lookup, newBudget, type Variable } from './variables.ts';

/** Variables by name. `has` without a value: it is set, to what the file does not tell. */
export type Environment = Pick<ReadonlyMap<string, string | undefined>, 'get' | 'has'>;

/** The ENV values in force when `instruction` is reached, in the finished stage without it. Those of the base image are not in it. */
export const environment = (dockerfile: Dockerfile, stage: Stage, instruction?: Instruction): Environment =>
  environmentOf(dockerfile, stage, instruction, 'env');

/** What a RUN sees: ENV and ARG, build arguments at their defaults. */
export const runEnvironment = (dockerfile: Dockerfile, stage: Stage, instruction: Instruction): Environment =>
  environmentOf(dockerfile, stage, instruction, 'all');

function environmentOf(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction | undefined,
  by: keyof Settings,
): Environment {
  const { settings } = tables(dockerfile);
  const before = instruction?.index ?? Number.POSITIVE_INFINITY;
  const variable = (name: string) => {
    const found = settingOf(dockerfile, settings, stage, before, by, name);
    return found && (found.kind !== 'unset' || found.open) ? found : undefined;
  };
  return {
    has: (name) => variable(name) !== undefined,
    get: (name) => {
      const found = variable(name);
      return found?.kind === 'set' ? found.value : undefined;
    },
  };
}

/** What a word of the instruction says once variables are replaced; undefined where that cannot be told from the file. */
export function expanded(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  word: Word,
): string | undefined {
  const { settings, words, budget } = tables(dockerfile);
  const text = instruction.isJson ? word.value : word.text;
  const lookup = lookupAt(dockerfile, settings, stage, instruction.index);
  if (!text.includes('$')) return expand(text, dockerfile.escape, lookup);
  const known = words[stage.index] ?? new Map<Word, string | undefined>();
  words[stage.index] = known;
  if (!known.has(word)) known.set(word, expand(text, dockerfile.escape, lookup, budget));
  return known.get(word);
}

/** What COPY or ADD writes for a heredoc; undefined where that cannot be told from the file. Its escape is always `\\`. */
export function heredocText(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  { content, chomp, expand: isExpanded }: Heredoc,
): string | undefined {
  const text = chomp ? content.replace(/^\t+/gm, '') : content;
  const { settings, budget } = tables(dockerfile);
  const lookup = lookupAt(dockerfile, settings, stage, instruction.index);
  return isExpanded ? expand(text, '\\', lookup, budget, false) : text;
}

/**
 * The working directory when `instruction` is reached (in the finished stage without it); `base` is that of the base image. With `/`, and
 * without a drive, on Windows too.
 */
export function workdirAt(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction | undefined,
  base: string | undefined,
): string | undefined {
  const before = instruction?.index ?? Number.POSITIVE_INFINITY;
  const path = lastWithIndexBelow(tables(dockerfile).workdirs[stage.index] ?? [], before)?.path;
  if (path === undefined || path.startsWith('/')) return path;
  return base === undefined ? undefined : joined(slashed(dockerfile, stage, base) || '/', path);
}

/** Where a path that the instruction names leads to: absolute, without `/` at its end. */
export function pathOf(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  word: Word,
  base: string | undefined,
): string | undefined {
  const written = expanded(dockerfile, stage, instruction, word);
  const to = written === undefined ? undefined : slashed(dockerfile, stage, written);
  const from = to === undefined || to.startsWith('/') ? '/' : workdirAt(dockerfile, stage, instruction, base);
  if (to === undefined || from === undefined) return undefined;
  return joined(to.startsWith('/') ? '/' : from, to);
}

/** By the platform that FROM names, else by the name of the image. */
export function isWindows(dockerfile: Dockerfile, stage: Stage): boolean {
  const { parent, builtFor } = rootStage(dockerfile, stage);
  if (builtFor.kind === 'fixed') return builtFor.os === 'windows';
  return (
    parent.kind === 'image' && /nanoserver|windowsservercore|^mcr\.microsoft\.com\/windows\//.test(parent.reference)
  );
}

/** On Windows drives do not count, and either slash parts a path (util/system/path.go). */
const slashed = (dockerfile: Dockerfile, stage: Stage, path: string): string =>
  isWindows(dockerfile, stage) ? path.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/') : path;

/** A value that a name is given, and the index of the instruction that does so. */
interface Setting {
  readonly index: number;
  readonly variable: Variable;
}

/** Of one stage, by name: what ENV sets, which stays, and what ENV or ARG sets, which is gone where the stage ends. */
interface Settings {
  readonly env: ReadonlyMap<string, readonly Setting[]>;
  readonly all: ReadonlyMap<string, readonly Setting[]>;
}

/** From `index` on. Relative to the base image's where it does not begin with `/`; undefined where it is not known. */
interface Workdir {
  readonly index: number;
  readonly path: string | undefined;
}

interface Tables {
  readonly settings: readonly Settings[];
  readonly workdirs: readonly (readonly Workdir[])[];
  /** Of each stage, what words with variables in them say: many rules ask for the same. */
  readonly words: Map<Word, string | undefined>[];
  /** For all words together: thousands of them may ask for a pattern in a long value. */
  readonly budget: Budget;
}

/** 50,000 words of 400 characters. */
const allWords = 20_000_000;

const kept = new WeakMap<Dockerfile, Tables>();

function tables(dockerfile: Dockerfile): Tables {
  const known = kept.get(dockerfile);
  if (known) return known;
  const budget = newBudget();
  const settings = readSettings(dockerfile, budget);
  const workdirs = readWorkdirs(dockerfile, settings, budget);
  const made = { settings, workdirs, words: [], budget: newBudget(allWords) };
  kept.set(dockerfile, made);
  return made;
}

/** They are for BuildKit itself (dockerfile2llb/convert.go, nonEnvArgs). */
const noVariables: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

function readSettings(dockerfile: Dockerfile, budget: Budget): readonly Settings[] {
  const global = globalArg(dockerfile);
  const settings: Settings[] = [];
  for (const stage of dockerfile.stages) {
    const env = new Map<string, Setting[]>();
    const all = new Map<string, Setting[]>();
    settings.push({ env, all });
    for (const instruction of stepsOf(dockerfile, stage)) {
      const { keyword, index } = instruction;
      if (keyword !== 'ENV' && keyword !== 'ARG') continue;
      // The values of one ENV see what was before it, those of one ARG each other too.
      const lookup = lookupAt(dockerfile, settings, stage, keyword === 'ENV' ? index : index + 1);
      for (const { name: written, value } of assignments(instruction)) {
        if (keyword === 'ARG') {
          const variable =
            value === undefined ? (global(written) ?? open(written, lookup(written))) : variableOf(value, lookup);
          if (variable && !noVariables.has(written)) append(all, written, { index, variable });
          continue;
        }
        const name = expand(written, dockerfile.escape, lookup, budget);
        if (name === undefined || value === undefined) continue;
        const setting = { index, variable: variableOf(value, lookup) };
        append(all, name, setting);
        append(env, name, setting);
      }
    }
  }
  return settings;

  function variableOf(text: string, lookup: Lookup): Variable {
    const value = expand(text, dockerfile.escape, lookup, budget);
    return value === undefined ? { kind: 'unknown', set: true } : { kind: 'set', value };
  }
}

/** `ARG NAME` alone leaves what was there; where nothing was, it is empty unless whoever builds says otherwise. */
const open = (name: string, before: Variable): Variable | undefined =>
  before.kind === 'unset' || (before.kind === 'unknown' && !before.set && !setByImages.test(name))
    ? { kind: 'unset', open: true }
    : undefined;

/** What `ARG NAME` takes from before the first FROM; undefined where nothing is there. */
function globalArg({ globalArgs, instructions }: Dockerfile): (name: string) => Variable | undefined {
  const computed = new Set<string>();
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') break;
    if (instruction.keyword !== 'ARG') continue;
    for (const { name, value } of assignments(instruction)) if (value !== undefined) computed.add(name);
  }
  return (name) => {
    const value = globalArgs.get(name);
    if (value !== undefined) return { kind: 'set', value };
    return computed.has(name) ? { kind: 'unknown', set: true } : platformArg(name);
  };
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value) {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Deeper chains of stages are not followed: no real file has them, and each look-up walks the chain. */
const deepestChain = 100;

/** What images set themselves: an ARG of that name ends where the next stage begins, and what the image says is in force again. */
const setByImages = /VERSION|SHA|HOME$|^(PATH|LANG|GOPATH|GPG_KEYS?)$/;

function settingOf(
  dockerfile: Dockerfile,
  settings: readonly Settings[],
  stage: Stage,
  before: number,
  by: keyof Settings,
  name: string,
): Variable | undefined {
  const own = settings[stage.index]?.[by].get(name);
  const found = own && lastWithIndexBelow(own, before);
  if (found) return found.variable;
  // What a stage is built on hands down its ARGs too, except where an ENV of that name is in its image.
  let arg: Variable | undefined;
  let at: Stage = stage;
  for (let depth = 0; at.parent.kind === 'stage'; depth++) {
    const below: Stage | undefined = dockerfile.stages[at.parent.stage];
    if (!below || depth > deepestChain) return by === 'all' ? { kind: 'unknown', set: false } : undefined;
    at = below;
    const env = settings[at.index]?.env.get(name)?.at(-1);
    if (env) return env.variable;
    arg ??= settings[at.index]?.all.get(name)?.at(-1)?.variable;
  }
  if (by === 'env') return undefined;
  const isBare = at.parent.kind === 'scratch' && name !== 'PATH';
  if (!arg) return isBare ? { kind: 'unset' } : undefined;
  return isBare || !setByImages.test(name) ? arg : { kind: 'unknown', set: true };
}

/** A name that the file does not set may still be set by the base image. */
const lookupAt =
  (dockerfile: Dockerfile, settings: readonly Settings[], stage: Stage, before: number): Lookup =>
  (name) =>
    settingOf(dockerfile, settings, stage, before, 'all', name) ?? { kind: 'unknown', set: false };

const longestPath = 4_096;

function readWorkdirs(dockerfile: Dockerfile, settings: readonly Settings[], budget: Budget): readonly Workdir[][] {
  const workdirs: Workdir[][] = [];
  for (const stage of dockerfile.stages) {
    const { parent } = stage;
    let path: string | undefined = parent.kind === 'scratch' ? '/' : '';
    if (parent.kind === 'stage') path = workdirs[parent.stage]?.at(-1)?.path;
    const list: Workdir[] = [{ index: -1, path }];
    for (const instruction of stepsOf(dockerfile, stage)) {
      if (instruction.keyword !== 'WORKDIR') continue;
      const { index, args } = instruction;
      const said =
        args[0] && expand(args[0].text, dockerfile.escape, lookupAt(dockerfile, settings, stage, index), budget);
      const to = said === undefined ? undefined : slashed(dockerfile, stage, said);
      path = to?.startsWith('/')
        ? joined(to, '')
        : to === undefined || path === undefined
          ? undefined
          : joined(path, to);
      if (path !== undefined && path.length > longestPath) path = undefined;
      list.push({ index, path });
    }
    workdirs.push(list);
  }
  return workdirs;
}

/** Without `.`, `..` and doubled slashes. A relative path keeps the `..` in front that lead out of it. */
function joined(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${base}/${path}`.split('/')) {
    if (part === '..' && (base.startsWith('/') || (parts.length > 0 && parts.at(-1) !== '..'))) parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (base.startsWith('/') ? '/' : '') + parts.join('/');
}
