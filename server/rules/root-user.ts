/** The container runs as root. */

import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded, workdirAt } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { variablesIn } from '../dockerfile/variables-used.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { insertAfter, insertBefore, keywordLike, replace, startOf } from './edits.ts';
import { namedBase } from './retired-base.ts';
import type { Fix, Rule } from './rule.ts';
import { isParcel, startsInit } from './starts.ts';

/** What Google's, Chainguard's and Docker's own distroless images call `nonroot`. */
const NONROOT = '65532:65532';

export const rootUser: Rule = {
  id: 'root-user',
  group: 'not allowed',
  severity: 'warning',
  why: 'As root, a hole in the application is a hole in everything that the container can reach, and clusters with `runAsNonRoot` refuse to start it.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, targets, base, buildArgs }) {
    // Stages may be built on one that says USER for all of them.
    const told = new Set<Instruction>();
    for (const target of targets) {
      const stage = dockerfile.stages[target];
      if (!stage || startsInit(dockerfile, stage)) continue;
      const image = base(stage);
      const said = lastOf(dockerfile, stage, 'USER');
      if (said) {
        const word = said.instruction.args[0];
        const names = word ? [...variablesIn(word.text, dockerfile.escape)] : [];
        const isOpen = names.some((name) => buildArgs.has('*') || buildArgs.has(name));
        const user = word && !isOpen ? expanded(dockerfile, said.stage, said.instruction, word) : undefined;
        if (!word || user === undefined || !isRoot(user) || told.has(said.instruction)) continue;
        told.add(said.instruction);
        const which = user === word.value ? '' : user === '' ? ', which is empty' : `, which is “${user}”`;
        yield {
          message: `The container runs as root, because USER says “${word.value}”${which}. Name another user by its number.`,
          range: word.range,
          fixes:
            said.stage === stage
              ? [
                  {
                    title: `Run as ${NONROOT} (assumes that the application writes only where that user may)`,
                    edits: [replace(word.range, NONROOT)],
                  },
                ]
              : [],
        };
      } else if (image?.user !== undefined && isRoot(image.user) && !isParcel(dockerfile, stage, image)) {
        const tag = goesByWorkdir(dockerfile, stage) ? undefined : image.nonrootTag;
        yield {
          message: `The container runs as root: “${image.reference}” does, and no USER says otherwise. ${tag ? `Use the tag “${tag}”.` : 'Name another user by its number.'}`,
          range: (stage.image ?? stage.from).range,
          fixes: fixes(dockerfile, stage, image, tag),
        };
      }
    }
  },
};

/** The images called nonroot start in /home/nonroot, and the others in /: relative paths lead elsewhere there. */
function goesByWorkdir(dockerfile: Dockerfile, stage: Stage): boolean {
  const isRelative = (word: Word | undefined) => word !== undefined && !/^["']?[/$]/.test(word.text);
  return stage.instructions.some((instruction) => {
    const { keyword, args, command } = instruction;
    const isStart = keyword === 'ENTRYPOINT' || keyword === 'CMD' || keyword === 'HEALTHCHECK';
    if (workdirAt(dockerfile, stage, isStart ? undefined : instruction, undefined) !== undefined) return false;
    if (keyword === 'COPY' || keyword === 'ADD' || keyword === 'WORKDIR') return isRelative(args.at(-1));
    if (!isStart) return keyword === 'RUN';
    return command?.kind !== 'exec' || command.words.some(({ value }) => /^[^-/$].*[./]/.test(value));
  });
}

function fixes(dockerfile: Dockerfile, stage: Stage, image: Base, tag: string | undefined): readonly Fix[] {
  if (tag && stage.image && namedBase(stage) && !image.digest) {
    const { text } = stage.image;
    const name = image.tag === undefined ? text : text.slice(0, text.lastIndexOf(':'));
    return [
      {
        title: `Use the tag “${tag}”`,
        edits: [replace(stage.image.range, `${name}:${tag}`)],
      },
    ];
  }
  // On a whole distribution the application may well rely on being root; there the conversion is the cure.
  if (!image.distroless) return [];
  const line = `${keywordLike(dockerfile, stage, 'USER')} ${NONROOT}`;
  const start = startOf(stage);
  const last = stage.instructions.at(-1) ?? stage.from;
  return [
    {
      title: `Add USER ${NONROOT} (assumes that the application writes only where that user may)`,
      edits: [start ? insertBefore(dockerfile, start, line) : insertAfter(dockerfile, last, line)],
    },
  ];
}
