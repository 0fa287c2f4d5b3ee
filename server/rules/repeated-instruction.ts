/** CMD, ENTRYPOINT or HEALTHCHECK more than once in a stage. */
import type { Instruction } from '../dockerfile/dockerfile.ts';
import { removed } from './edits.ts';
import type { Rule } from './rule.ts';

const ONCE = new Set(['CMD', 'ENTRYPOINT', 'HEALTHCHECK']);

export const repeatedInstruction: Rule = {
  id: 'repeated-instruction',
  group: 'structure',
  severity: 'warning',
  buildkit: 'MultipleInstructionsDisallowed',
  why: 'Of several CMD, ENTRYPOINT or HEALTHCHECK in one stage only the last counts.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\nENTRYPOINT ["/app", "--port=8080"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app", "--port=8080"]\n',
  },
  *check({ dockerfile }) {
    for (const { instructions } of dockerfile.stages) {
      const last = new Map<string, Instruction>();
      for (const it of instructions) if (ONCE.has(it.keyword)) last.set(it.keyword, it);
      for (const instruction of instructions) {
        const counts = last.get(instruction.keyword);
        if (!counts || counts === instruction) continue;
        yield {
          message: `This ${instruction.keyword} does not count, because that of line ${counts.range.start.line + 1} comes later in the same stage. Keep one.`,
          range: instruction.keywordRange,
          fixes: [
            { title: `Remove this ${instruction.keyword}`, edits: [removed(dockerfile, instruction)], safe: true },
          ],
        };
      }
    }
  },
};
