/** FROM names a stage that comes only further down. */
import { findBase } from '../bases/find.ts';
import type { Rule } from './rule.ts';

export const laterStage: Rule = {
  id: 'later-stage',
  group: 'structure',
  severity: 'warning',
  why: 'FROM looks for a stage among those above it only. A stage further down is not found, and an image of that name is pulled instead, or none.',
  example: {
    before:
      'FROM common AS build\nRUN make\n\nFROM debian:13 AS common\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nCOPY --from=common /etc/mime.types /etc/mime.types\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    const last = new Map(dockerfile.stages.map(({ name, index }) => [name?.text.toLowerCase(), index]));
    for (const { image, index, parent, given } of dockerfile.stages) {
      if (!image || given || parent.kind !== 'image' || image.text !== parent.reference) continue;
      const later = last.get(image.text);
      // `FROM golang AS golang` means the image, and so may `FROM nginx` above a stage of that name.
      if (later === undefined || later <= index || findBase(image.text)) continue;
      const line = dockerfile.stages[later]!.from.range.start.line + 1;
      yield {
        message: `The stage “${image.text}” comes only in line ${line}, so here the name means an image called “${image.text}”. Move that stage above this one.`,
        range: image.range,
      };
    }
  },
};
