/** A distroless base that its vendor no longer publishes, or soon will not, by today's date. */
import type { Base } from '../bases/base.ts';
import { findBase, knowledge } from '../bases/find.ts';
import { languageNames } from '../bases/language-names.ts';
import { lifecycle } from '../bases/lifecycle.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import type { Rule } from './rule.ts';

export const retiredBase: Rule = {
  id: 'retired-base',
  group: 'will not last',
  severity: 'warning',
  why: 'A retired base can still be pulled, but gets no fixes any more: every hole found since then is in it for good.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian11:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base, today }) {
    for (const stage of dockerfile.stages) {
      const image = stage.parent.kind === 'image' ? base(stage) : undefined;
      if (!image?.distroless || !stage.image) continue;
      const life = lifecycle(image, today);
      if (life.kind !== 'ended' && life.kind !== 'ending') continue;
      const [first] = image.replacements;
      // Who names no tag is not made to.
      const better = image.tag === undefined ? first?.replace(/:latest$/, '') : first;
      const isKnown = life.date <= knowledge.asOf;
      const fact =
        life.kind === 'ended' && isKnown
          ? `“${image.name}” has had no updates since ${life.date}`
          : `“${image.name}” ${life.kind === 'ended' ? 'was to get' : 'gets'} no more updates after ${life.date}`;
      yield {
        message: `${fact} (as known on ${knowledge.asOf}). ${better ? `Build on “${better}”.` : 'Build on a supported base.'}`,
        range: stage.image.range,
        severity: life.kind === 'ended' ? 'warning' : 'info',
        fixes:
          better && !image.digest && namedBase(stage)
            ? [{ title: `Build on “${better}”${assumed(image, better)}`, edits: [replace(stage.image.range, better)] }]
            : [],
      };
    }
  },
};

/** Where the replacement has another version of the language. */
function assumed({ runtime }: Base, better: string): string {
  const next = findBase(better)?.runtime;
  if (!runtime?.version || !next?.version) return '';
  const line = (version: string) =>
    version
      .split('.')
      .slice(0, runtime.language === 'python' ? 2 : 1)
      .join('.');
  const [now, then] = [line(runtime.version), line(next.version)];
  return now === then
    ? ''
    : ` (assumes that the application runs with ${languageNames[runtime.language] ?? runtime.language} ${then} too)`;
}

/** Written out in this very FROM: not another stage, and no variable in it that an edit would lose. */
export function namedBase(stage: Stage): boolean {
  return stage.parent.kind === 'image' && stage.image !== undefined && !stage.image.text.includes('$');
}
