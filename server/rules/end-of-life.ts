/** A distribution, or a version of a language, that gets no more fixes, by today's date. */
import type { Base } from '../bases/base.ts';
import { knowledge } from '../bases/find.ts';
import { languageNames } from '../bases/language-names.ts';
import { lifecycle } from '../bases/lifecycle.ts';
import type { Rule } from './rule.ts';

export const endOfLife: Rule = {
  id: 'end-of-life',
  group: 'will not last',
  severity: 'warning',
  why: 'After its end of life a distribution or language gets no more fixes, and its packages move to other servers: what is found since then stays in the image, and one day the build stops working.',
  example: {
    before:
      'FROM golang:1.16-buster AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base, shipped, today }) {
    for (const stage of dockerfile.stages) {
      if (stage.parent.kind !== 'image' || !stage.image) continue;
      const image = base(stage);
      if (!image || image.distroless) continue;
      const life = lifecycle(image, today);
      if (life.kind !== 'ended' && life.kind !== 'ending') continue;
      const what = whatEnds(image, life.date);
      if (!what) continue;
      const ships = shipped.has(stage.index);
      yield {
        message:
          life.kind === 'ended'
            ? `${what} ${life.date <= knowledge.asOf ? 'has had no fixes since' : 'was to get no more fixes after'} ${life.date} (as known on ${knowledge.asOf}). ${ships ? 'Move to a release that is supported.' : 'Build with a release that is supported.'}`
            : `${what} gets no more fixes after ${life.date} (as known on ${knowledge.asOf}). Plan the move to the next release.`,
        range: stage.image.range,
        severity: life.kind === 'ending' ? 'hint' : ships ? 'warning' : 'info',
      };
    }
  },
};

function whatEnds({ os, ends, runtime, name, tag }: Base, date: string): string | undefined {
  const image = `“${name}${tag ? `:${tag}` : ''}”`;
  if (ends === date) {
    const version = runtime?.version?.split('.');
    if (!runtime || !version) return image;
    const line = runtime.language === 'python' || version[0]!.length === 1 ? 2 : 1;
    return `${languageNames[runtime.language] ?? name} ${version.slice(0, runtime.language === 'node' ? 1 : line).join('.')}`;
  }
  if (os?.endOfLife !== date) return undefined;
  const itself = name.slice(name.lastIndexOf('/') + 1) === /^[a-z]+/.exec(os.id)?.[0];
  return itself ? os.name : `${os.name}, on which ${image} is built,`;
}
