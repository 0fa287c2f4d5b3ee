/** What variables hold, and where a stage is, at each of its instructions: as far as the file tells. */
import { assignments } from './assignments.ts';
import type { Dockerfile, Instruction, Stage, Word } from './dockerfile.ts';
import { lastWithIndexBelow } from './queries.ts';
import { type Budget, expand, type Lookup, newBudget, type Variable } from './variables.ts';

/** Variables by name. `has` without a value: it is set, to what the file does not tell. */
export type Environment = Pick<ReadonlyMap<string, string | undefined>, 'get' | 'has'>;

/** The ENV values in force when `instruction` is reached, in the finished stage without it. Those of the base image are not in it. */
export function environment(dockerfile: Dockerfile, stage: Stage, instruction?: Instruction): Environment {
  const { settings } = tables(dockerfile);
  const before = instruction?.index ?? Number.POSITIVE_INFINITY;
  const variable = (name: string) => settingOf(dockerfile, settings, stage, before, 'env', name);
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
  const { settings } = tables(dockerfile);
  return expand(word.text, dockerfile.escape, lookupAt(dockerfile, settings, stage, instruction.index));
}

/** The working directory when `instruction` is reached (in the finished stage without it); `base` is that of the base image. */
export function workdirAt(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction | undefined,
  base: string | undefined,
): string | undefined {
  const before = instruction?.index ?? Number.POSITIVE_INFINITY;
  const path = lastWithIndexBelow(tables(dockerfile).workdirs[stage.index] ?? [], before)?.path;
  if (path === undefined || path.startsWith('/')) return path;
  return base === undefined ? undefined : joined(base || '/', path);
}

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
}

const kept = new WeakMap<Dockerfile, Tables>();

function tables(dockerfile: Dockerfile): Tables {
  const known = kept.get(dockerfile);
  if (known) return known;
  const budget = newBudget();
  const settings = readSettings(dockerfile, budget);
  const made = { settings, workdirs: readWorkdirs(dockerfile, settings, budget) };
  kept.set(dockerfile, made);
  return made;
}

function readSettings(dockerfile: Dockerfile, budget: Budget): readonly Settings[] {
  const settings: Settings[] = [];
  for (const stage of dockerfile.stages) {
    const env = new Map<string, Setting[]>();
    const all = new Map<string, Setting[]>();
    settings.push({ env, all });
    for (const instruction of stage.instructions) {
      const { keyword, index } = instruction;
      if (keyword !== 'ENV' && keyword !== 'ARG') continue;
      // The values of one ENV see what was before it, those of one ARG each other too.
      const lookup = lookupAt(dockerfile, settings, stage, keyword === 'ENV' ? index : index + 1);
      for (const { name, value } of assignments(instruction)) {
        const known =
          value === undefined ? dockerfile.globalArgs.get(name) : expand(value, dockerfile.escape, lookup, budget);
        const variable: Variable =
          known === undefined ? { kind: 'unknown', set: value !== undefined } : { kind: 'set', value: known };
        append(all, name, { index, variable });
        if (keyword === 'ENV') append(env, name, { index, variable });
      }
    }
  }
  return settings;
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value) {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Deeper chains of stages are not followed: no real file has them, and each look-up walks the chain. */
const deepestChain = 100;

function settingOf(
  dockerfile: Dockerfile,
  settings: readonly Settings[],
  stage: Stage,
  before: number,
  by: keyof Settings,
  name: string,
): Variable | undefined {
  let at: Stage | undefined = stage;
  for (let depth = 0; at && depth < deepestChain; depth++) {
    const list = settings[at.index]?.[depth === 0 ? by : 'env'].get(name);
    const found = list && lastWithIndexBelow(list, depth === 0 ? before : Number.POSITIVE_INFINITY);
    if (found) return found.variable;
    at = at.parent.kind === 'stage' ? dockerfile.stages[at.parent.stage] : undefined;
  }
  return undefined;
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
    const list: Workdir[] = [{ index: stage.from.index, path }];
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== 'WORKDIR') continue;
      const { index, args } = instruction;
      const to =
        args[0] && expand(args[0].text, dockerfile.escape, lookupAt(dockerfile, settings, stage, index), budget);
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
