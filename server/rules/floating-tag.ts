/** A tag that means something else every few months: none, `latest`, `lts`, `alpine`. */
import type { Base } from '../bases/base.ts';
import { namedBase } from './retired-base.ts';
import type { Rule } from './rule.ts';

export const floatingTag: Rule = {
  id: 'floating-tag',
  group: 'will not last',
  severity: 'hint',
  why: 'A tag without a version is moved to each new release: the compiler, libc or interpreter of a build then changes on a day that nobody chose.',
  example: {
    before:
      'FROM golang:latest AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = namedBase(stage) ? base(stage) : undefined;
      if (!image || !stage.image || !floats(image)) continue;
      const today = image.os?.version ? `; today that is built on ${image.os.name}` : '';
      yield {
        message: `“${image.reference}” does not say which version it is${today}. Name the version, so that it changes when you change it.`,
        range: stage.image.range,
      };
    }
  },
};

/** Without a word that tells one release from another. Of distroless vendors the name tells it, or all there is free of charge is `latest`. */
export function floats({ digest, tag = 'latest', distroless, family }: Base): boolean {
  if (digest !== undefined || distroless || family !== 'other') return false;
  return tag.split(/[-_.]/).every((part) => FLOATING.has(part));
}

const FLOATING: ReadonlySet<string> = new Set(
  'latest lts stable current mainline edge rolling devel testing unstable sid nightly main master alpine slim minimal full perl otel cli fpm apache zts jdk jre headless buildpack onbuild base'.split(
    ' ',
  ),
);
