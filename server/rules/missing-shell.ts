/** SHELL names a shell that the base does not have. */
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import { missingIn } from './programs.ts';
import type { Rule } from './rule.ts';

export const missingShell: Rule = {
  id: 'missing-shell',
  group: 'cannot start',
  severity: 'error',
  why: 'SHELL only says which shell runs what is in shell form. Where that shell is not in the image, the next RUN stops the build, and CMD or ENTRYPOINT in shell form never starts.',
  example: {
    before:
      'FROM gcr.io/distroless/base-debian13:debug-nonroot AS debug\nSHELL ["/bin/sh", "-c"]\nRUN echo ready\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM gcr.io/distroless/base-debian13:debug-nonroot AS debug\nSHELL ["/busybox/sh", "-c"]\nRUN echo ready\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      if (image?.hasShell !== false) continue;
      for (const [i, instruction] of stage.instructions.entries()) {
        const word =
          instruction.keyword === 'SHELL' && instruction.command?.kind === 'exec' && instruction.command.words[0];
        if (!word || !SHELLS.test(word.value)) continue;
        const user = firstUser(stage, i + 1);
        if (!user || !missingIn(dockerfile, stage, user, image, word.value)) continue;
        const has = image.shellPath;
        yield {
          message: `“${image.reference}” has no “${word.value}”, so what follows in shell form cannot be run. ${has ? `Its shell is “${has}”.` : 'Use exec form, and do what needs a shell in a build stage.'}`,
          range: word.range,
          fixes: has ? [{ title: `Write “${has}”`, edits: [replace(word.range, JSON.stringify(has))] }] : [],
        };
      }
    }
  },
};

const SHELLS = /(^|\/)(ba|da|a|k|z)?sh$/;

/** The first instruction in shell form that this SHELL is for. */
function firstUser(stage: Stage, from: number): Instruction | undefined {
  for (let i = from; i < stage.instructions.length; i++) {
    const instruction = stage.instructions[i]!;
    if (instruction.keyword === 'SHELL') return undefined;
    if (instruction.command?.kind === 'shell') return instruction;
  }
  return undefined;
}
