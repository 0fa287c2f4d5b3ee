/** What rules and recipes ask of a Dockerfile. The tables behind the answers are made once, when first needed. */
import type { Command, CopySource, Dockerfile, Inherited, Instruction, ShellInForce, Stage } from './dockerfile.ts';
import { mountOrigins } from './mounts.ts';
import { contextNamed, sourceGiven } from './named-contexts.ts';
import { stepsOf } from './steps.ts';
import { hasVariable } from './variables.ts';

/** Where the files of `COPY --from` (or `ADD --from`) come from; undefined without the flag. */
export function copySource(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): CopySource | undefined {
  const from = flag(instruction, 'from');
  if (from?.value === undefined) return undefined;
  return sourceNamed(dockerfile, stage, from.value, stageNumber(from.value));
}

/** The number of a stage, which COPY takes in place of its name. */
export const stageNumber = (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined);

/** The same for each `RUN --mount=…,from=…`, where BuildKit knows stages by their names only (convert_runmount.go). */
export function mountSources(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): CopySource[] {
  return mountOrigins(instruction).map(({ name }) => sourceNamed(dockerfile, stage, name));
}

/** The flag of that name; of several the last. */
export const flag = (instruction: Instruction, name: string) => instruction.flags.findLast((it) => it.name === name);

/** Whatever is neither the number nor the name of a stage, nor known to be given to the build by that name, is an image. */
export function sourceNamed(dockerfile: Dockerfile, stage: Stage, name: string, number?: number): CopySource {
  if (name === '' || hasVariable(name)) return { kind: 'unknown' };
  const found = number ?? tables(dockerfile).byName.get(name.toLowerCase());
  const given = found === undefined ? contextNamed(dockerfile, name) : replacing(dockerfile.stages[found]);
  if (given) return sourceGiven(dockerfile, stage, given);
  if (found === undefined) return { kind: 'image', reference: name };
  // BuildKit refuses to copy from a stage that comes later, and from the stage itself.
  return found >= 0 && found < stage.index ? { kind: 'stage', stage: found } : { kind: 'unknown' };
}

const replacing = (stage: Stage | undefined) => (stage?.given?.replaces ? stage.given.context : undefined);

/** The shell that runs the instruction's shell form: SHELL before it in its stage, or of the stages that it is built on. */
export function shellInForce(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): ShellInForce {
  const shell = lastBefore(dockerfile, stage, 'SHELL', instruction)?.instruction.command;
  return shell?.kind === 'exec' ? { kind: 'set', words: shell.words.map(({ value }) => value) } : { kind: 'default' };
}

/**
 * The instruction of that keyword which the finished stage goes by, its own or that of a stage it is built on. An ENTRYPOINT takes
 * away the CMD of whatever the stage is built on, so that CMD is then undefined unless the stage has one of its own.
 */
export function lastOf(dockerfile: Dockerfile, stage: Stage, keyword: string): Inherited | undefined {
  return tables(dockerfile).inherited(keyword)[stage.index];
}

/** The same as it stands when `instruction` is reached. */
export function lastBefore(
  dockerfile: Dockerfile,
  stage: Stage,
  keyword: string,
  instruction: Instruction,
): Inherited | undefined {
  const { own, inherited } = tables(dockerfile);
  const before = lastWithIndexBelow(own(keyword, stage), instruction.index);
  if (before) return { instruction: before, stage };
  if (keyword === 'CMD' && lastWithIndexBelow(own('ENTRYPOINT', stage), instruction.index)) return undefined;
  return stage.parent.kind === 'stage' ? inherited(keyword)[stage.parent.stage] : undefined;
}

/** Indexes of the stages that end up in what is built: the target (by default the last stage) and those it is built FROM. */
export function shippedStages(dockerfile: Dockerfile, target = dockerfile.target): Set<number> {
  const shipped = new Set<number>();
  let stage = target === undefined ? undefined : dockerfile.stages[target];
  while (stage) {
    shipped.add(stage.index);
    stage = stage.parent.kind === 'stage' ? dockerfile.stages[stage.parent.stage] : undefined;
  }
  return shipped;
}

/** The lowest of the stages that a stage is built on, itself included: the one that starts from an image or from scratch. */
export function rootStage(dockerfile: Dockerfile, stage: Stage): Stage {
  return dockerfile.stages[tables(dockerfile).roots[stage.index] ?? stage.index] ?? stage;
}

/** The stage that an instruction (or a trigger) stands in; undefined before the first FROM. */
export function stageOf(dockerfile: Dockerfile, instruction: Instruction): Stage | undefined {
  let low = -1;
  let high = dockerfile.stages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((dockerfile.stages[middle]?.from.index ?? 0) <= instruction.index) low = middle;
    else high = middle - 1;
  }
  return dockerfile.stages[low];
}

/** The words that an exec-form command runs. */
export function commandWords(command: Command): string[] | undefined {
  return command.kind === 'exec' ? command.words.map(({ value }) => value) : undefined;
}

interface Tables {
  readonly byName: ReadonlyMap<string, number>;
  readonly roots: readonly number[];
  /** The instructions of a keyword that the stage carries out itself. */
  own(keyword: string, stage: Stage): readonly Instruction[];
  inherited(keyword: string): readonly (Inherited | undefined)[];
}

const kept = new WeakMap<Dockerfile, Tables>();

function tables(dockerfile: Dockerfile): Tables {
  const known = kept.get(dockerfile);
  if (known) return known;
  const { stages } = dockerfile;
  const byName = new Map<string, number>();
  const roots: number[] = [];
  for (const { name, index, parent } of stages) {
    if (name) byName.set(name.text.toLowerCase(), index);
    roots.push(parent.kind === 'stage' ? (roots[parent.stage] ?? index) : index);
  }
  const byKeyword = new Map<string, Map<number, Instruction[]>>();
  for (const stage of stages) {
    for (const instruction of stepsOf(dockerfile, stage)) {
      const byStage = byKeyword.get(instruction.keyword) ?? new Map<number, Instruction[]>();
      byKeyword.set(instruction.keyword, byStage);
      const list = byStage.get(stage.index);
      if (list) list.push(instruction);
      else byStage.set(stage.index, [instruction]);
    }
  }
  const own = (keyword: string, stage: Stage) => byKeyword.get(keyword)?.get(stage.index) ?? [];
  const inherited = remembered((keyword: string) => {
    const result: (Inherited | undefined)[] = [];
    for (const stage of stages) {
      const instruction = own(keyword, stage).at(-1);
      const reset = keyword === 'CMD' && own('ENTRYPOINT', stage).length > 0;
      const above = stage.parent.kind === 'stage' && !reset ? result[stage.parent.stage] : undefined;
      result.push(instruction ? { instruction, stage } : above);
    }
    return result;
  });
  const made: Tables = { byName, roots, own, inherited };
  kept.set(dockerfile, made);
  return made;
}

function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const values = new Map<Key, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    values.set(key, value);
    return value;
  };
}

/** Binary search in a list that ascends by `index`. */
export function lastWithIndexBelow<T extends { readonly index: number }>(
  list: readonly T[],
  limit: number,
): T | undefined {
  let low = -1;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((list[middle]?.index ?? 0) < limit) low = middle;
    else high = middle - 1;
  }
  return list[low];
}
