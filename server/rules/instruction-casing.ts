/** An instruction that is not written as most of the file's are. */
import type { Dockerfile, Instruction } from '../dockerfile/dockerfile.ts';
import { keywords } from '../dockerfile/instruction.ts';
import { replace } from './edits.ts';
import { isOneCase, textAt } from './keywords.ts';
import type { Rule } from './rule.ts';

export const instructionCasing: Rule = {
  id: 'instruction-casing',
  group: 'structure',
  severity: 'hint',
  buildkit: 'ConsistentInstructionCasing',
  why: 'Docker reads instructions in any case; people find them by their look.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13:nonroot\ncopy app /app\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    if (dockerfile.instructions.every((it) => isInCapitals(dockerfile, it))) return;
    // As BuildKit counts: without the ARGs before the first FROM, and capitals win a draw.
    const written = dockerfile.stages.flatMap(({ from, instructions }) =>
      [from, ...instructions]
        // What stands where an instruction should, such as a line of a script, is wrong in any case.
        .filter(({ keyword }) => keywords.includes(keyword))
        .map(({ keywordRange }) => ({ range: keywordRange, text: textAt(dockerfile, keywordRange) })),
    );
    const consistent = written.filter(({ text }) => isOneCase(text));
    const lower = consistent.filter(({ text }) => text === text.toLowerCase()).length > consistent.length / 2;
    for (const { text, range } of written) {
      const alike = lower ? text.toLowerCase() : text.toUpperCase();
      if (text === alike) continue;
      yield {
        message: `Most instructions of this file are in ${lower ? 'small letters' : 'capitals'}, “${text}” is not. Write “${alike}”.`,
        range,
        fixes: [{ title: `Write “${alike}”`, edits: [replace(range, alike)], safe: true }],
      };
    }
  },
};

/** The common case, at no cost. */
const isInCapitals = ({ text, lines }: Dockerfile, { keyword, keywordRange }: Instruction) =>
  text.startsWith(keyword, lines.offset(keywordRange.start));
