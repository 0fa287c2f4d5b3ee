/** The other images of the file are pinned by digest, the one that ships is not. */
import { lifecycle } from '../bases/lifecycle.ts';
import { parseReference } from '../bases/reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { copySource } from '../dockerfile/queries.ts';
import { floats } from './floating-tag.ts';
import { namedBase } from './retired-base.ts';
import type { Rule } from './rule.ts';

export const unpinnedBase: Rule = {
  id: 'unpinned-base',
  group: 'will not last',
  severity: 'hint',
  why: 'A digest names one image for good; a tag is given to a new one with every update. Where builds are to be repeated, what ships needs the digest before all others.',
  example: {
    before: `FROM golang:1.27-trixie@sha256:${'0123456789abcdef'.repeat(4)} AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n`,
  },
  *check({ dockerfile, shipped, base, today }) {
    if (!pinsOthers(dockerfile)) return;
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index) || !namedBase(stage) || !stage.image) continue;
      const image = base(stage);
      if (!image || image.digest || image.pinned || floats(image)) continue;
      if (lifecycle(image, today).kind === 'ended') continue;
      yield {
        message: `“${image.reference}” is not pinned by its digest, as others in this file are. Add “@sha256:…”, which “docker buildx imagetools inspect ${image.reference}” prints.`,
        range: stage.image.range,
      };
    }
  },
};

function pinsOthers(dockerfile: Dockerfile): boolean {
  return dockerfile.stages.some((stage) => {
    if (stage.parent.kind === 'image' && isPinned(stage.parent.reference)) return true;
    return stage.instructions.some((instruction) => {
      const source = instruction.flags.length > 0 ? copySource(dockerfile, stage, instruction) : undefined;
      return source?.kind === 'image' && isPinned(source.reference);
    });
  });
}

const isPinned = (reference: string) => reference.includes('@') && parseReference(reference)?.digest !== undefined;
