/** Whether a build looks at the platform that its image is asked for. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { variablesUsed } from '../dockerfile/variables-used.ts';
import { chainOf } from './stage-variables.ts';
import type { Subject } from './subject.ts';

const NAMES = ['TARGETARCH', 'TARGETPLATFORM'];

/** An ARG is enough: what a RUN starts finds it in its environment. Of the stage, those below it, and those that it copies from. */
export function looksAtTarget(subject: Subject, seen = new Set<Stage>()): boolean {
  const { dockerfile, stage, builders } = subject;
  if (seen.has(stage)) return false;
  seen.add(stage);
  const instructions = chainOf(dockerfile, stage).flatMap((link) => [link.from, ...link.instructions]);
  const looks = instructions.some((instruction) => {
    const used = variablesUsed(instruction, dockerfile.escape);
    const asked = instruction.keyword === 'ARG' ? assignments(instruction).map(({ name }) => name) : [];
    return NAMES.some((name) => used.has(name) || asked.includes(name));
  });
  return looks || builders.some((builder) => looksAtTarget(builder.subject, seen));
}
