/** The stages that a build of what ships, or of what is named to be built, comes to. */
import type { Stage } from '../dockerfile/dockerfile.ts';
import { copySource, mountSources } from '../dockerfile/queries.ts';
import type { Check } from './rule.ts';

/** Their indexes. Those that a build is given something for by name are not among them. */
export function builtStages({ dockerfile, targets, development }: Check): ReadonlySet<number> {
  const { stages } = dockerfile;
  const built = new Set<number>();
  const left: (number | undefined)[] = [...targets, ...development];
  for (let stage: Stage | undefined; left.length > 0; ) {
    stage = stages[left.pop() ?? -1];
    if (!stage || built.has(stage.index) || stage.given?.replaces) continue;
    built.add(stage.index);
    if (stage.parent.kind === 'stage') left.push(stage.parent.stage);
    for (const instruction of stage.instructions) {
      if (instruction.flags.length === 0) continue;
      const sources = [copySource(dockerfile, stage, instruction), ...mountSources(dockerfile, stage, instruction)];
      for (const source of sources) if (source?.kind === 'stage') left.push(source.stage);
    }
  }
  return built;
}
