/** A stage that is called `scratch` or `context`. */
import type { Rule } from './rule.ts';

const RESERVED: ReadonlyMap<string, string> = new Map([
  ['scratch', 'the empty image'],
  ['context', 'the build context'],
]);

export const reservedStageName: Rule = {
  id: 'reserved-stage-name',
  group: 'structure',
  severity: 'warning',
  buildkit: 'ReservedStageName',
  why: '`scratch` is the empty image and `context` the build context: a stage of that name is mistaken for it, by people and by tools.',
  example: {
    before:
      'FROM alpine:3.24 AS context\nRUN echo hello > /hello\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=context /hello /hello\n',
  },
  *check({ dockerfile }) {
    for (const { name } of dockerfile.stages) {
      const meaning = name && RESERVED.get(name.text.toLowerCase());
      if (!meaning) continue;
      yield {
        message: `“${name.text}” is also Docker’s own name for ${meaning}. Give the stage another name.`,
        range: name.range,
      };
    }
  },
};
