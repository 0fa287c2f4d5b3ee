/** `COPY --from=build / /`: all of a stage, where a few files were meant. */
import { findBase } from '../bases/find.ts';
import { copySource } from '../dockerfile/queries.ts';
import type { Rule } from './rule.ts';
import { startsInit } from './starts.ts';

export const wholeFilesystem: Rule = {
  id: 'whole-filesystem',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'Copying the root folder of a build stage brings its shell, package manager, compilers and caches along: the image is as large and as open as if there were no stages.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build / /\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, shipped, base }) {
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index) || startsInit(dockerfile, stage)) continue;
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== 'COPY' || instruction.args.length !== 2) continue;
        const [from, to] = instruction.args;
        const isDot = /^\.\/?$/.test(from?.value ?? '');
        // A system in a folder of its own may be meant; with a dot, the folder that the stage works in is.
        if (!from || !(isDot || (ROOT.test(from.value) && ROOT.test(to?.value ?? '')))) continue;
        const source = copySource(dockerfile, stage, instruction);
        const origin = source?.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
        const image = origin ? base(origin) : source?.kind === 'image' ? findBase(source.reference) : undefined;
        // Only of a stage on a whole distribution: one that begins with scratch may well be a tree made for this.
        if (image?.distroless !== false) continue;
        const name = origin?.name?.text ?? origin?.image?.text ?? image.reference;
        yield {
          message: isDot
            ? `With --from, “${from.value}” is the root folder, whatever WORKDIR says there, so this copies all of “${name}” into what ships. Name the folder that is meant.`
            : `This copies all of “${name}” into what ships, with its shell, tools and caches. Copy the files that the application needs.`,
          range: from.range,
        };
      }
    }
  },
};

const ROOT = /^\/(\.|\*)?$/;
