/** What a stage carries out. */
import type { Dockerfile, Instruction, Stage } from './dockerfile.ts';

const kept = new WeakMap<Dockerfile, readonly (readonly Instruction[])[]>();

/** What ONBUILD in the stage that it is built on leaves to it, then its own instructions (dockerfile2llb/convert.go, initOnBuildTriggers). */
export function stepsOf(dockerfile: Dockerfile, stage: Stage): readonly Instruction[] {
  const known = kept.get(dockerfile) ?? readSteps(dockerfile);
  kept.set(dockerfile, known);
  return known[stage.index] ?? stage.instructions;
}

/** So many triggers are carried out in all stages of a file together: thousands of stages may be built on one with thousands of them. */
const most = 10_000;

function readSteps({ stages }: Dockerfile): readonly (readonly Instruction[])[] {
  let left = most;
  const triggers = stages.map(({ instructions }) =>
    instructions.flatMap((it) => (it.keyword === 'ONBUILD' && it.trigger ? [it.trigger] : [])),
  );
  return stages.map(({ parent, instructions, given }) => {
    const inherited = (parent.kind === 'stage' && !given && triggers[parent.stage]) || [];
    left -= inherited.length;
    return inherited.length === 0 || left < 0 ? instructions : [...inherited, ...instructions];
  });
}
