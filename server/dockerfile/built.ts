/** What a build of some stages comes to: BuildKit leaves out what they do not need. */
import type { Dockerfile, Problem, Stage } from './dockerfile.ts';
import { copySource, mountSources } from './queries.ts';

/** The stages of those indexes, and all that they need. What the build is given by name in place of a stage is not among them. */
export function builtStages(dockerfile: Dockerfile, targets: readonly number[]): ReadonlySet<number> {
  const { stages } = dockerfile;
  const built = new Set<number>();
  const left = [...targets];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const stage = stages[next];
    if (!stage || built.has(next) || stage.given?.replaces) continue;
    built.add(next);
    if (stage.parent.kind === 'stage') left.push(stage.parent.stage);
    for (const instruction of stage.instructions) {
      if (instruction.flags.length === 0) continue;
      const sources = [copySource(dockerfile, stage, instruction), ...mountSources(dockerfile, stage, instruction)];
      for (const source of sources) if (source?.kind === 'stage') left.push(source.stage);
    }
  }
  return built;
}

/** Whether a build of those stages comes to a problem. */
export function comesTo(dockerfile: Dockerfile, targets: readonly number[]): (problem: Problem) => boolean {
  let built: ReadonlySet<number> | undefined;
  return ({ whenBuilt, range }) => {
    const stage = whenBuilt && stageAt(dockerfile, range.start.line);
    if (!stage) return true;
    built ??= builtStages(dockerfile, targets);
    return built.has(stage.index);
  };
}

/** Undefined before the first FROM. */
function stageAt({ stages }: Dockerfile, line: number): Stage | undefined {
  let [low, high] = [0, stages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stages[middle]!.from.range.start.line <= line) low = middle + 1;
    else high = middle;
  }
  return stages[low - 1];
}
