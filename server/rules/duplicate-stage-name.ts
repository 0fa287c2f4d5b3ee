/** Two stages of one name. */
import type { Rule } from './rule.ts';

export const duplicateStageName: Rule = {
  id: 'duplicate-stage-name',
  group: 'structure',
  severity: 'warning',
  buildkit: 'DuplicateStageName',
  why: 'Of several stages with one name, COPY --from and --target reach only the last, so an edit of an earlier one changes nothing.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM build AS build\nRUN strip /app\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    const lines = new Map<string, number>();
    for (const { name } of dockerfile.stages) {
      if (!name) continue;
      const known = lines.get(name.text.toLowerCase());
      if (known !== undefined) {
        yield {
          message: `The stage of line ${known + 1} is called “${name.text}” too, and from here on the name means this one. Give each stage a name of its own.`,
          range: name.range,
        };
      }
      lines.set(name.text.toLowerCase(), name.range.start.line);
    }
  },
};
