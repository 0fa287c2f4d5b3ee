/** What the variables of a stage hold, and which of them a build argument may change. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { expand, newBudget, type Variable } from '../dockerfile/variables.ts';

export interface StageVariables {
  /** Undefined: not set, not known, or to be changed by a build argument. */
  fixed(name: string, before: Instruction | undefined): string | undefined;
  /** The same, build arguments taken at their defaults. */
  likely(name: string, before: Instruction | undefined): string | undefined;
  /** The ENV or ARG that it comes from. */
  setBy(name: string, before: Instruction | undefined): Instruction | undefined;
  /** A text with its variables replaced, none of which a build argument may change. */
  expand(text: string, before: Instruction): string | undefined;
}

interface Setting {
  readonly instruction: Instruction;
  readonly fixed: string | undefined;
  readonly likely: string | undefined;
}

/** The stage and those that it is built on, the lowest first. */
export function chainOf(dockerfile: Dockerfile, stage: Stage): readonly Stage[] {
  const chain = [stage];
  for (let { parent } = stage; parent.kind === 'stage'; ) {
    const below = dockerfile.stages[parent.stage];
    if (!below) break;
    chain.unshift(below);
    parent = below.parent;
  }
  return chain;
}

/** `inherited` is what the base image sets. */
export function stageVariables(
  dockerfile: Dockerfile,
  stage: Stage,
  inherited: Readonly<Record<string, string>>,
): StageVariables {
  const settings = new Map<string, Setting[]>();
  const budget = newBudget();
  const chain = chainOf(dockerfile, stage);
  const startOf = (before: Instruction | undefined) =>
    chain.findLast(({ from }) => before === undefined || from.index <= before.index)?.from.index ?? 0;
  const last = (name: string, before: Instruction | undefined, kind: 'fixed' | 'likely'): Setting | undefined => {
    const list = settings.get(name) ?? [];
    const start = startOf(before);
    const isEnv = ({ instruction }: Setting) => instruction.keyword === 'ENV';
    const isBelow = ({ instruction }: Setting) => instruction.index < start;
    // An ARG that nobody gives a value leaves what was there.
    const counts = (it: Setting) =>
      (before === undefined || it.instruction.index < before.index) &&
      (kind === 'fixed' || isEnv(it) || it.likely !== undefined);
    // In a stage the later one wins, ENV or ARG; of what is handed down to it, what is in the image (BuildKit's dispatchArg, dispatchStages).
    return (
      list.findLast((it) => !isBelow(it) && counts(it)) ??
      list.findLast((it) => isBelow(it) && counts(it) && isEnv(it)) ??
      (Object.hasOwn(inherited, name) ? undefined : list.findLast((it) => isBelow(it) && counts(it)))
    );
  };
  const value = (name: string, before: Instruction | undefined, kind: 'fixed' | 'likely') => {
    const setting = last(name, before, kind);
    return setting ? setting[kind] : Object.hasOwn(inherited, name) ? inherited[name] : undefined;
  };
  const expandAs = (text: string, before: Instruction, kind: 'fixed' | 'likely') =>
    expand(
      text,
      dockerfile.escape,
      (name): Variable => {
        const known = value(name, before, kind);
        return known === undefined ? { kind: 'unknown', set: false } : { kind: 'set', value: known };
      },
      budget,
    );
  for (const instruction of chain.flatMap(({ instructions }) => instructions)) {
    const { keyword } = instruction;
    if (keyword !== 'ENV' && keyword !== 'ARG') continue;
    for (const { name, value: written } of assignments(instruction)) {
      const given = written === undefined ? dockerfile.globalArgs.get(name) : expandAs(written, instruction, 'likely');
      const fixed = keyword === 'ENV' && written !== undefined ? expandAs(written, instruction, 'fixed') : undefined;
      const list = settings.get(name) ?? [];
      list.push({ instruction, fixed, likely: given });
      settings.set(name, list);
    }
  }
  return {
    fixed: (name, before) => value(name, before, 'fixed'),
    likely: (name, before) => value(name, before, 'likely'),
    setBy: (name, before) => last(name, before, 'fixed')?.instruction,
    expand: (text, before) => expandAs(text, before, 'fixed'),
  };
}

/** Whether a build argument may change the version of an image. `${REGISTRY}node:20` has one of its own; `${IMAGE}` has what the argument says. */
export function hasOpenTag(image: string): boolean {
  const plain = image.replace(/@.*/, '').replace(/\$\{[^}]*\}|\$\w+/g, '$');
  return (/:([^/:]*)$/.exec(plain)?.[1] ?? plain).includes('$');
}
