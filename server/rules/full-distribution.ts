/** What ships still is a whole distribution. */
import type { Rule } from './rule.ts';
import { startsInit } from './starts.ts';

export const fullDistribution: Rule = {
  id: 'full-distribution',
  group: 'does not belong',
  severity: 'info',
  minimal: true,
  why: 'A whole distribution brings a shell, a package manager and hundreds of files that the application never opens: more to download, to patch and to misuse.',
  example: {
    before: 'FROM debian:13-slim\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, targets, base }) {
    for (const target of targets) {
      const stage = dockerfile.stages[target];
      const image = stage && base(stage);
      if (!stage?.image || !image || image.distroless || !image.hasShell || startsInit(dockerfile, stage)) continue;
      const inside = image.hasPackageManager ? 'a shell and a package manager' : 'a shell';
      yield {
        message: `What ships is built on “${image.reference}”, with ${inside} inside. Build there, and copy what runs to a distroless image.`,
        range: stage.image.range,
        convert: stage.index,
      };
    }
  },
};
