/** A distroless name without its release: what it means changes with the next Debian. */
import { replace } from './edits.ts';
import { namedBase } from './retired-base.ts';
import type { Rule } from './rule.ts';

export const floatingBase: Rule = {
  id: 'floating-base',
  group: 'will not last',
  severity: 'warning',
  why: 'A name without a release moves to the next one by itself, and with it libc, OpenSSL and the interpreter: a build of tomorrow is not the build of today.',
  example: {
    before: 'FROM gcr.io/distroless/static:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = namedBase(stage) ? base(stage) : undefined;
      if (!image?.pinned || image.digest || !stage.image) continue;
      yield {
        message: `“${image.reference}” does not say which release it is; today it is “${image.pinned}”. Name the release, so that it changes when you change it.`,
        range: stage.image.range,
        fixes: [{ title: `Name the release: “${image.pinned}”`, edits: [replace(stage.image.range, image.pinned)] }],
      };
    }
  },
};
