/** The stages that are meant by the names that a project gives: those that ship, and those that are only there to work with. */
import type { Dockerfile, Stage } from './dockerfile.ts';

export interface Targets {
  readonly targets: readonly number[];
  readonly development: readonly number[];
}

/** A name or a number, as `--target` takes it; undefined: none is given, which builds the last stage. */
export type TargetName = string | undefined;

/** Named by the project file, a stage ships whatever it is called; named by a compose or bake file, not if its name says what else it is for. */
export function targetStages(dockerfile: Dockerfile, names: readonly TargetName[], sure = false): Targets {
  const { stages, target: last } = dockerfile;
  const targets = new Set<number>();
  const development = new Set<number>();
  for (const name of names) {
    const index = name === undefined ? last : (namesOf(stages).get(name.toLowerCase()) ?? numbered(name));
    const stage = stages[index ?? -1];
    if (!stage) continue;
    const works = !sure && index !== last && WORK.test(stage.name?.text ?? '');
    (works ? development : targets).add(stage.index);
  }
  if (targets.size === 0 && last !== undefined) targets.add(last);
  return { targets: [...targets].sort(ascending), development: [...development].sort(ascending) };
}

const WORK =
  /(^|[-_.])(dev|devel|develop|development|devcontainer|local|debug|tests?|testing|unit|e2e|integration|ci|lint|linter|format|fmt|check|validate|verify|vendor|mocks|coverage|build|builder|compile|deps|dependencies|base|docs?|watch)([-_.]|$)/i;

const ascending = (a: number, b: number) => a - b;

/** As --target finds it: by name, whatever its case, or by number. Undefined: there is none. */
export function stageNamed({ stages }: Dockerfile, target: string): number | undefined {
  return namesOf(stages).get(target.toLowerCase()) ?? stages[numbered(target) ?? -1]?.index;
}

const kept = new WeakMap<readonly Stage[], ReadonlyMap<string, number>>();

/** The last stage of each name, in lower case. */
function namesOf(stages: readonly Stage[]): ReadonlyMap<string, number> {
  const known = kept.get(stages);
  if (known) return known;
  const made = new Map<string, number>();
  for (const { name, index } of stages) if (name) made.set(name.text.toLowerCase(), index);
  kept.set(stages, made);
  return made;
}

function numbered(name: string): number | undefined {
  return /^\d{1,9}$/.test(name) ? Number(name) : undefined;
}
