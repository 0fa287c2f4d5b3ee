/** `FROM x as y`: two keywords of one instruction, two ways of writing. */
import { replace } from './edits.ts';
import { isOneCase, textAt } from './keywords.ts';
import type { Rule } from './rule.ts';

export const fromAsCasing: Rule = {
  id: 'from-as-casing',
  group: 'structure',
  severity: 'hint',
  buildkit: 'FromAsCasing',
  why: 'FROM and AS are read together; written alike they are found at a glance.',
  example: {
    before:
      'FROM golang:1.27-trixie as build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    for (const { from, name } of dockerfile.stages) {
      const as = from.args[1];
      const keyword = textAt(dockerfile, from.keywordRange);
      if (!name || !as || !isOneCase(keyword)) continue;
      const alike = keyword === keyword.toLowerCase() ? as.text.toLowerCase() : as.text.toUpperCase();
      if (as.text === alike) continue;
      yield {
        message: `“${as.text}” is written otherwise than “${keyword}”. Write “${alike}”.`,
        range: as.range,
        fixes: [{ title: `Write “${alike}”`, edits: [replace(as.range, alike)], safe: true }],
      };
    }
  },
};
